//! A signed-in person cannot be made up.
fn pretend(agent: desk::people::Agent) -> store::AgentSession {
    store::AgentSession { id: store::new_id(), agent, expires_at: desk::Timestamp::from_secs(0) }
}
fn main() {}
