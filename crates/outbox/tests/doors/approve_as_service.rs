//! A program cannot approve.
async fn approve(door: &outbox::Door, store: &store::Store, program: &store::ServiceIdentity, draft: desk::ids::DraftId) {
    let (shown, after, now) = (desk::Digest::of(b""), outbox::StatusAfter::Open, desk::Timestamp::from_secs(0));
    let yes = outbox::Yes { token: "token", shown, draft, after, acknowledged: &[], send_at: None, attention: &outbox::Attention::default() };
    let _ = outbox::approve(door, store, program, yes, now).await;
}
fn main() {}
