//! Programs that try to come in another way do not compile. Each file in `tests/doors` is one try.

#[test]
fn other_ways_in_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/doors/*.rs");
}
