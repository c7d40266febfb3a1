//! Named cases of access to files, objects, live updates and tokens: T066, T067, T068, T072. On both engines.

use std::collections::HashSet;

use serde_json::{Value, json};
use server::flow;
use store::MailSource;

use crate::{
    client::Client,
    harness::{PASSWORD, SUPPORT, TestDesk, on_each},
    leaving::page,
};

async fn with_file(desk: &TestDesk, subject: &str) {
    let raw = format!(
        "From: <ana@harbour.example>\r\nTo: <{SUPPORT}>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWhere can I change the VAT id?\r\n--b\r\nContent-Type: text/plain; name=secret.txt\r\nContent-Disposition: attachment; filename=secret.txt\r\n\r\nxylotrope\r\n--b--\r\n"
    );
    let now = desk.app.clock.now();
    flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Api, raw.as_bytes(), now).await.unwrap();
    desk.settle().await;
}

#[test]
fn t066_a_file_is_its_tickets_and_nobody_elses() {
    on_each(async |desk| {
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        with_file(desk, "files").await;
        let seen = page(&timo, "files").await;
        let file = &seen["messages"][0]["attachments"][0];
        let id = file["id"].as_str().unwrap_or_else(|| panic!("{seen}")).to_owned();
        assert!(timo.get(&format!("/attachments/{id}")).await.text().contains("xylotrope"));
        let program = desk.program(&["mail:write"]).await;
        assert_eq!(olga.get(&format!("/attachments/{id}")).await.problem(404), "not-found");
        assert_eq!(olga.post(&format!("/attachments/{id}/redaction"), json!({})).await.problem(404), "not-found");
        assert_eq!(program.get(&format!("/attachments/{id}")).await.problem(403), "forbidden");
        assert_eq!(desk.nobody().get(&format!("/attachments/{id}")).await.problem(401), "signed-out");
        // A digest, a number, a path: nothing but the id opens it, and a near id opens nothing.
        let message = seen["messages"][0]["id"].as_str().unwrap();
        for guess in [message, "1", "secret.txt", "..%2F..%2Fdesk.db", "019f0000-0000-7000-8000-000000000000"] {
            let answer = timo.get(&format!("/attachments/{guess}")).await;
            assert!(
                matches!(answer.status, 404 | 422) && !answer.text().contains("xylotrope"),
                "{guess}: {}",
                answer.text()
            );
        }
    });
}

#[test]
fn t067_a_foreign_thing_beside_a_ticket_of_ones_own_is_nothing() {
    on_each(async |desk| {
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        desk.receive("ana@harbour.example", "own", "Where can I change the VAT id?").await;
        let own = page(&timo, "own").await;
        desk.receive("bo@orchard.example", "foreign", "Where can I change the VAT id?").await;
        let foreign = page(&timo, "foreign").await;
        let (suggestion, path) = (foreign["understanding"]["suggestion_id"].as_str().unwrap(), "/suggestions");
        let moved = json!({ "verdict": "edited", "category": "security.access" });
        timo.post(&format!("{path}/{suggestion}/verdict"), moved).await.expect(200);
        // It is another queue's now; its parts are named beside one's own ticket, and by number.
        let (ticket, message) = (own["id"].as_str().unwrap(), foreign["messages"][0]["id"].as_str().unwrap());
        let into = json!({ "into": "de", "message_id": message });
        let other = foreign["id"].as_str().unwrap();
        let nothing = [
            timo.post(&format!("/tickets/{ticket}/translations"), into).await,
            timo.get(&format!("/messages/{message}/raw")).await,
            timo.get(&format!("/tickets/{}", foreign["number"])).await,
            timo.get(&format!("/tickets/{other}")).await,
            timo.get("/tickets/019f0000-0000-7000-8000-000000000000").await,
        ];
        let told: HashSet<String> = nothing.iter().map(Text::of).collect();
        assert_eq!(told.len(), 1, "what is foreign and what is not there are told in the same words: {told:?}");
        assert_eq!(page(&olga, "foreign").await["queue"], "security");
    });
}

/// Status and words of an answer.
struct Text;

impl Text {
    fn of(answer: &crate::client::Answer) -> String {
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        format!("{} {} {}", answer.status, body["type"], body["detail"])
    }
}

async fn first_bytes(who: &Client, after: &str) -> (u16, String) {
    let who = who.with("last-event-id", after);
    let answer = tokio::time::timeout(std::time::Duration::from_millis(400), who.get("/events")).await;
    answer.map_or((200, String::new()), |answer| (answer.status, answer.text()))
}

#[test]
fn t068_live_updates_take_no_channel_and_tell_nothing_of_a_malformed_wish() {
    on_each(async |desk| {
        let olga = desk.sign_in("olga").await;
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id?").await;
        for odd in ["%", "*", "ticket:1001", "1 or 1=1", "-99999999999999999999", "\u{e4}"] {
            let (status, told) = first_bytes(&olga, odd).await;
            assert!(status == 200 || status == 422, "{odd}: {status}");
            for word in ["ana@", "VAT", "olga@", "session", "panicked", ".rs", "sqlx", "sqlite"] {
                assert!(!told.contains(word), "{word} in {told}");
            }
        }
        for path in ["/events/%25", "/events/tickets", "/events?channel=%25&ticket=1001"] {
            let answer = tokio::time::timeout(std::time::Duration::from_millis(400), olga.get(path)).await;
            let told = answer.map_or(String::new(), |answer| answer.text());
            assert!(!told.contains("ana@") && !told.contains("ticket.triaged"), "{path}: {told}");
        }
    });
}

#[test]
fn t072_tokens_are_drawn_and_kept_as_hashes() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let mut secrets = HashSet::new();
        for n in 0..20 {
            let asked = json!({ "name": format!("p{n}"), "scopes": ["tickets:read"], "days": 1 });
            let made = mara.post("/tokens", asked).await.expect(201);
            let secret = made["secret"].as_str().unwrap().to_owned();
            let id = made["id"].as_str().unwrap();
            assert!(secret.len() >= 40 && !secret.contains(id), "{secret}");
            secrets.insert(secret);
        }
        for _ in 0..3 {
            let asked = json!({ "email": "mara@fernhill.example", "password": PASSWORD });
            let answer = desk.nobody().post("/session", asked).await;
            let cookie = answer.headers.get("set-cookie").unwrap().to_str().unwrap();
            secrets.insert(cookie.split(['=', ';']).nth(1).unwrap().to_owned());
        }
        assert_eq!(secrets.len(), 23, "no two alike for the same person at the same instant");
        let files = if desk.app.store.engine() == store::Engine::Sqlite {
            std::fs::read(desk.app.config.data.join("desk.db")).unwrap()
        } else {
            Vec::new()
        };
        let text = String::from_utf8_lossy(&files);
        assert!(secrets.iter().all(|secret| !text.contains(secret.trim_start_matches("cst_"))), "only hashes are kept");
    });
}
