//! Text is not a notice either.
async fn send(door: &outbox::Door, tx: &mut store::Tx, ticket: desk::ids::TicketId) {
    let _ = outbox::queue_notice(door, tx, ticket, "Dear Ana").await;
}
fn main() {}
