//! Keys of requests: whose they are, and how long.

use desk::audit::{AuditEvent, Service};
use serde_json::{Value, json};
use server::flow;
use store::ServiceIdentity;

use crate::{
    client::{Answer, Client},
    harness::{TestDesk, mail, on_each},
};

const HOURS_24: i64 = 24 * 60 * 60;

fn replayed(answer: &Answer) -> bool {
    answer.headers.contains_key("idempotency-replayed")
}

/// The path under which notes to a new ticket are written.
async fn notes(desk: &TestDesk, who: &Client) -> String {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    let page = who.get("/tickets/1001").await.expect(200);
    format!("/tickets/{}/notes", page["id"].as_str().unwrap())
}

fn note() -> Value {
    json!({ "body": "Called her." })
}

#[test]
fn an_old_answer_is_for_who_is_let_in_now_and_for_nobody_else() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let made = mara.post("/tokens", json!({ "name": "t", "scopes": ["mail:write"], "days": 1 })).await.expect(201);
        let program = desk.nobody().token(made["secret"].as_str().unwrap()).with("idempotency-key", "k");
        let letter = mail("bo@harbour.example", "Hello", "Where is my invoice?", "").into_bytes();
        let send = async || program.send("POST", "/mail", Some("message/rfc822"), letter.clone()).await;
        assert!(!replayed(&send().await));
        let again = send().await;
        again.expect(202);
        assert!(replayed(&again));
        mara.delete(&format!("/tokens/{}", made["id"].as_str().unwrap())).await.expect(204);
        assert_eq!(send().await.problem(401), "signed-out", "a revoked token");

        let timo = desk.sign_in("timo").await;
        let path = notes(desk, &timo).await;
        let keyed = timo.with("idempotency-key", "n");
        keyed.post(&path, note()).await.expect(201);
        timo.delete("/session").await.expect(204);
        assert_eq!(keyed.post(&path, note()).await.problem(401), "signed-out", "an ended session");
        let back = desk.sign_in("timo").await.with("idempotency-key", "n").post(&path, note()).await;
        back.expect(201);
        assert!(replayed(&back), "the same person in another session");
        let other = mara.with("idempotency-key", "n").post(&path, note()).await;
        other.expect(201);
        assert!(!replayed(&other), "another person's key of the same name");
    });
}

#[test]
fn the_key_of_a_request_that_died_is_free_after_a_minute() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let path = notes(desk, &timo).await;
        let keyed = timo.with("idempotency-key", "n");
        keyed.post(&path, note()).await.expect(201);
        // As a process leaves it that dies before it keeps its answer.
        let service = ServiceIdentity::new(Service::CommandLine);
        let mut tx = desk.app.store.begin(&service, desk.app.clock.now()).await.unwrap();
        assert_eq!(tx.execute("update idempotency set status = 0, response = ''", Vec::new()).await.unwrap(), 1);
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.unwrap();

        assert_eq!(keyed.post(&path, note()).await.problem(409), "stale", "it may still run");
        desk.app.clock.advance(61);
        let other = keyed.post(&path, json!({ "body": "Another." })).await;
        assert_eq!(other.problem(422), "idempotency-mismatch");
        let taken_over = keyed.post(&path, note()).await;
        taken_over.expect(201);
        assert!(!replayed(&taken_over));
        assert!(replayed(&keyed.post(&path, note()).await));
    });
}

#[test]
fn answers_are_kept_for_a_day() {
    on_each(async |desk| {
        let path = notes(desk, &desk.sign_in("timo").await).await;
        let write = async || {
            let answer = desk.sign_in("timo").await.with("idempotency-key", "n").post(&path, note()).await;
            answer.expect(201);
            replayed(&answer)
        };
        assert!(!write().await);
        desk.app.clock.advance(HOURS_24 - 1);
        flow::tidy_up::tidy_up(&desk.app).await.unwrap();
        assert!(write().await);
        desk.app.clock.advance(2);
        flow::tidy_up::tidy_up(&desk.app).await.unwrap();
        assert!(!write().await);
    });
}
