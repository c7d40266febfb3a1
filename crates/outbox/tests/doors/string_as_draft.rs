//! Text is not a draft: the door takes no words.
async fn send(door: &outbox::Door, store: &store::Store, session: &store::AgentSession) {
    let _ = outbox::seal(door, store, session, String::from("Dear Ana"), desk::Timestamp::from_secs(0)).await;
}
fn main() {}
