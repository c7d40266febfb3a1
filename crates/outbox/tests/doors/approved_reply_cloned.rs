//! An approval cannot be copied.
fn twice(reply: outbox::ApprovedReply) -> (outbox::ApprovedReply, outbox::ApprovedReply) {
    (Clone::clone(&reply), reply)
}
fn main() {}
