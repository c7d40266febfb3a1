//! An approval cannot be made up.
fn main() {
    let id = store::new_id();
    let _forged = outbox::ApprovedReply {
        approval: store::new_id(),
        outbox: id,
        draft: store::new_id(),
        ticket: store::new_id(),
        digest: desk::Digest::of(b""),
        leaves_at: desk::Timestamp::from_secs(0),
    };
}
