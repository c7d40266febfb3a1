//! A model's words cannot be printed.
fn main() {
    let words = desk::draft::ModelText::from_model(String::from("Dear Ana"));
    println!("{words}");
}
