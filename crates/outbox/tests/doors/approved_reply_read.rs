//! An approval cannot be read from anywhere.
fn main() {
    let _read = serde_json::from_str::<outbox::ApprovedReply>("{}");
}
