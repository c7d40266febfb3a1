//! The committed description is the one the handlers generate.

#[test]
fn the_committed_description_is_current() {
    let generated = server::api::openapi_json() + "\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        generated == committed,
        "openapi.json differs from the handlers. Write it anew: countersign openapi > crates/server/openapi.json"
    );
}
