//! A program cannot approve.
async fn approve(door: &outbox::Door, store: &store::Store, program: &store::ServiceIdentity, draft: desk::ids::DraftId) {
    let (digest, now) = (desk::Digest::of(b""), desk::Timestamp::from_secs(0));
    let _ = outbox::approve(door, store, program, "token", digest, draft, outbox::StatusAfter::Open, &[], now).await;
}
fn main() {}
