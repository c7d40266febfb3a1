//! A person takes words or a file out of a ticket: afterwards no file of the desk holds them, and the record says that it happened.

use std::{fs, path::Path};

use serde_json::{Value, json};
use server::flow;
use store::{Engine, MailSource};

use crate::{
    client::Client,
    harness::{SUPPORT, TestDesk, on_each},
};

/// What is taken out, and what the file holds.
const SECRET: &str = "zanzibar-4111 1111 kestrelcode";
const FILE: &str = "brontolith bytes of a passport";

fn found(folder: &Path, word: &str) -> bool {
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()).contains(word) {
                return true;
            }
        }
    }
    false
}

async fn receive(desk: &TestDesk) -> String {
    let raw = format!(
        "From: \"Quilla Vermont\" <quilla@orchard.example>\r\nTo: <{SUPPORT}>\r\nSubject: VAT id {SECRET}\r\nMessage-ID: <one@orchard.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n\
         --outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n\
         --inner\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello, where can I change the VAT id of our company?\r\nMy code is zanzibar-4111\r\n1111 kestrelcode, thanks.\r\n\
         --inner\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello, where can I change the VAT id of our company?<br>My code is zanzibar-<b>4111</b> 1111 kestrelcode, thanks.</p>\r\n--inner--\r\n\
         --outer\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"passport.bin\"\r\n\r\n{FILE}\r\n--outer--\r\n"
    );
    flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Api, raw.as_bytes(), desk.app.clock.now()).await.unwrap();
    desk.settle().await;
    let reply = format!("Any news? Look:\r\n> My code is zanzibar-4111\r\n> 1111 kestrelcode, thanks.\r\n\r\n{SECRET}");
    desk.receive_with("quilla@orchard.example", "Re: VAT id", &reply, "In-Reply-To: <one@orchard.example>\r\n").await;
    let mara = desk.sign_in("mara").await;
    let list = mara.get("/tickets?view=all").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    format!("/tickets/{}", list["items"][0]["id"].as_str().unwrap())
}

async fn searched(who: &Client) -> Value {
    who.get("/search?q=kestrelcode").await.expect(200)["tickets"].clone()
}

#[test]
fn words_taken_out_of_a_ticket_are_in_no_row_no_index_and_no_mail() {
    on_each(async |desk| {
        let ticket = receive(desk).await;
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        let helene = desk.sign_in("helene").await;
        let note = json!({ "body": format!("They gave {SECRET} again.") });
        mara.post(&format!("{ticket}/notes"), note).await.expect(201);
        mara.post("/searches", json!({ "words": SECRET, "found": 1 })).await.expect(201);
        desk.settle().await;
        assert_ne!(searched(&mara).await, json!([]));
        let before = mara.get(&ticket).await.expect(200);
        assert!(before.to_string().contains("kestrelcode"));

        let path = format!("{ticket}/redactions");
        let words = |text: &str, class: &str| json!({ "text": text, "class": class });
        assert_eq!(olga.post(&path, words(SECRET, "card")).await.status, 404, "not of another queue");
        assert_eq!(helene.post(&path, words(SECRET, "card")).await.status, 403, "not by an auditor");
        assert_eq!(mara.post(&path, words("nowhere in it", "card")).await.problem(422), "invalid");
        assert_eq!(mara.post(&path, words("a", "card")).await.problem(422), "invalid");
        assert_eq!(mara.post(&path, words(SECRET, "secret")).await.problem(422), "invalid");
        assert!(mara.get(&ticket).await.expect(200).to_string().contains("kestrelcode"), "nothing was touched so far");

        let done = mara.post(&path, words(SECRET, "card")).await.expect(200);
        assert!(done["places"].as_i64().unwrap() >= 6, "{done}");
        desk.settle().await;
        desk.app.store.clear_traces().await.unwrap();

        let after = mara.get(&ticket).await.expect(200);
        let shown = after.to_string();
        assert!(!shown.contains("kestrelcode") && !shown.contains("zanzibar"), "{shown}");
        assert_eq!(after["subject"], "VAT id [card removed]");
        assert!(
            after["messages"][0]["text"].as_str().unwrap().contains("My code is [card removed], thanks."),
            "{after}"
        );
        assert!(after["messages"][1].to_string().contains("[card removed]"), "{after}");
        for message in after["messages"].as_array().unwrap() {
            let id = message["id"].as_str().unwrap();
            let raw = mara.get(&format!("/messages/{id}/raw")).await.text();
            assert!(raw.starts_with("The mail as it came was removed"), "{raw}");
            let html = mara.get(&format!("/messages/{id}/html")).await.text();
            assert!(!html.contains("kestrelcode"), "{html}");
        }
        assert_eq!(searched(&mara).await, json!([]));
        // PostgreSQL keeps its own files; the indexes are ours on both.
        let files = if desk.app.store.engine() == Engine::Sqlite {
            desk.app.config.data.clone()
        } else {
            desk.app.index_folder()
        };
        for word in ["kestrelcode", "zanzibar-4111"] {
            assert!(!found(&files, word), "{word} is in a file");
        }
        let trail = helene.get("/audit?limit=200").await.expect(200).to_string();
        assert!(trail.contains("ticket.redacted") && !trail.contains("kestrelcode"), "{trail}");
        assert_eq!(helene.post("/audit/verification", json!({})).await.status, 200, "the record verifies");
        assert_eq!(
            mara.post(&path, words(SECRET, "card")).await.problem(422),
            "invalid",
            "nothing is left to take out"
        );
        // The ticket goes on.
        desk.receive_with("quilla@orchard.example", "Re: VAT id", "Thanks!", "In-Reply-To: <one@orchard.example>\r\n")
            .await;
        assert_eq!(mara.get(&ticket).await.expect(200)["messages"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn a_page_that_showed_the_words_cannot_be_approved_any_more() {
    on_each(async |desk| {
        let ticket = receive(desk).await;
        let mara = desk.sign_in("mara").await;
        let own = mara.post(&format!("{ticket}/drafts"), json!({ "origin": "agent" })).await.expect(201);
        let draft = format!("/drafts/{}", own["id"].as_str().unwrap());
        let text = json!({ "body": format!("Hello,\n\nwe saw {SECRET}.") });
        mara.with("if-match", &format!("\"{}\"", own["revision"])).put(&draft, text).await.expect(200);
        let sealed = mara.send("POST", &format!("{draft}/seal"), None, Vec::new()).await.expect(201);
        mara.post(&format!("{ticket}/redactions"), json!({ "text": SECRET, "class": "other" })).await.expect(200);
        let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
        let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": checks });
        let refused = mara.with("idempotency-key", "yes").post(&format!("{draft}/approval"), yes).await;
        assert!((400..500).contains(&refused.status), "{}", refused.text());
        let seen = mara.get(&ticket).await.expect(200);
        assert!(seen["answer"]["draft"]["body"].as_str().unwrap().contains("we saw [other removed]."), "{seen}");
    });
}

#[test]
fn a_file_taken_out_leaves_its_line_and_nothing_else() {
    on_each(async |desk| {
        let ticket = receive(desk).await;
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        let seen = mara.get(&ticket).await.expect(200);
        let file = seen["messages"][0]["attachments"][0].clone();
        let path = format!("/attachments/{}", file["id"].as_str().unwrap());
        assert!(mara.get(&path).await.text().contains(FILE));
        assert_eq!(olga.post(&format!("{path}/redaction"), json!({})).await.status, 404);
        assert_eq!(mara.post(&format!("{path}/redaction"), json!({})).await.status, 204);
        desk.settle().await;
        desk.app.store.clear_traces().await.unwrap();
        assert_eq!(mara.get(&path).await.text(), "This file was removed from its ticket.\n");
        let seen = mara.get(&ticket).await.expect(200);
        assert_eq!(seen["messages"][0]["attachments"][0]["name"], "removed.txt");
        let message = seen["messages"][0]["id"].as_str().unwrap();
        assert!(!mara.get(&format!("/messages/{message}/raw")).await.text().contains("brontolith"));
        if desk.app.store.engine() == Engine::Sqlite {
            assert!(!found(&desk.app.config.data, "brontolith"));
        }
        let trail = desk.sign_in("helene").await.get("/audit?limit=200").await.expect(200).to_string();
        assert!(trail.contains("attachment.redacted") && !trail.contains("passport"), "{trail}");
    });
}
