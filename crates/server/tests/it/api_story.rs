//! From a customer's mail to the letter in the tray, over HTTP.

use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, UNDO, on_each},
};

/// A ticket about the VAT id, which the one article answers.
async fn asked(desk: &TestDesk, who: &Client) -> Value {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    let list = who.get("/tickets?q=VAT").await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap();
    who.get(&format!("/tickets/{id}")).await.expect(200)
}

fn yes(sealed: &Value) -> Value {
    let warned: Vec<&Value> =
        sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": warned })
}

async fn seal(who: &Client, draft: &str) -> Value {
    who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201)
}

#[test]
fn a_reply_leaves_once_as_shown_and_only_after_a_yes() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let page = asked(desk, &timo).await;
        let draft = page["answer"]["draft"]["id"].as_str().unwrap().to_owned();
        assert_eq!(page["answer"]["draft"]["origin"], "assembled", "{page}");
        assert!(page["answer"]["draft"]["ai_share"].as_f64().unwrap() > 0.9);
        assert_eq!(page["answer"]["passages"][0]["title"], "VAT id");
        assert_eq!(page["answer"]["passages"][0]["article_id"], desk.article.to_string());

        let sealed = seal(&timo, &draft).await;
        assert_eq!(sealed["to"], json!(["ana@harbour.example"]));
        assert_eq!(sealed["citations"][0]["citation"], 1);
        let path = format!("/drafts/{draft}/approval");
        assert_eq!(timo.post(&path, yes(&sealed)).await.problem(422), "invalid", "no Idempotency-Key");
        let once = timo.with("idempotency-key", "first");
        let mut other = yes(&sealed);
        other["digest"] = json!("0".repeat(64));
        assert_eq!(once.post(&path, other.clone()).await.problem(409), "refused", "another digest");

        let first = once.post(&path, yes(&sealed)).await;
        let approved = first.expect(201);
        let again = once.post(&path, yes(&sealed)).await;
        assert_eq!((again.expect(201), again.headers.contains_key("idempotency-replayed")), (approved.clone(), true));
        assert_eq!(once.post(&path, other).await.problem(422), "idempotency-mismatch");
        assert_eq!(
            timo.with("idempotency-key", "second").post(&path, yes(&sealed)).await.problem(409),
            "refused",
            "the page is spent"
        );

        let ticket = format!("/tickets/{}", page["id"].as_str().unwrap());
        let waiting = timo.get(&ticket).await.expect(200);
        assert_eq!((&waiting["status"], &waiting["answer"]["draft"]["state"]), (&json!("solved"), &json!("approved")));
        assert_eq!(waiting["answer"]["draft"]["approval"]["id"], approved["approval_id"]);
        assert_eq!(waiting["answer"]["draft"]["approval"]["by"], "Timo Test");

        let approval = format!("/approvals/{}", approved["approval_id"].as_str().unwrap());
        assert_eq!(timo.delete(&approval).await.expect(200)["draft_id"], draft);
        assert_eq!(timo.delete(&approval).await.problem(409), "refused", "it was taken back already");
        let back = timo.get(&ticket).await.expect(200);
        assert_eq!((&back["status"], &back["answer"]["draft"]["state"]), (&page["status"], &json!("open")));
        desk.pass(UNDO + 1).await;
        assert_eq!(timo.get("/tray").await.expect(200)["items"], json!([]), "what was undone does not leave");

        let sealed = seal(&timo, &draft).await;
        let approved = timo.with("idempotency-key", "third").post(&path, yes(&sealed)).await.expect(201);
        desk.pass(UNDO + 1).await;
        let tray = timo.get("/tray").await.expect(200);
        assert_eq!(tray["items"].as_array().unwrap().len(), 1);
        assert_eq!(
            (&tray["items"][0]["approved_by"], &tray["items"][0]["ai_assisted"]),
            (&json!("Timo Test"), &json!("unchanged"))
        );
        let letter = timo.get(&format!("/tray/{}", approved["outbox_id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&letter["body"], &letter["subject"]), (&sealed["body"], &sealed["subject"]));
        let approval = format!("/approvals/{}", approved["approval_id"].as_str().unwrap());
        assert_eq!(timo.delete(&approval).await.problem(409), "refused", "it has left");

        let sent = timo.get(&ticket).await.expect(200);
        let outbound = &sent["messages"][1];
        assert_eq!(
            (&outbound["direction"], &outbound["delivery"], &outbound["approved_by"]["name"]),
            (&json!("outbound"), &json!("sent"), &json!("Timo Test"))
        );
        let provenance = format!("/approvals/{}/provenance", approved["approval_id"].as_str().unwrap());
        assert_eq!(outbound["approval_id"], approved["approval_id"]);
        traced(desk, &timo, &provenance, &sealed).await;
        let found =
            desk.sign_in("helene").await.send("POST", "/audit/verification", None, Vec::new()).await.expect(200);
        assert_eq!(found["ok"], true, "{found}");
    });
}

#[test]
fn two_people_do_not_overwrite_each_other() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let page = asked(desk, &timo).await;
        let draft = format!("/drafts/{}", page["answer"]["draft"]["id"].as_str().unwrap());
        let text = json!({ "body": "Hello Ana, please look under Settings." });
        assert_eq!(timo.put(&draft, text.clone()).await.status, 428);
        assert_eq!(timo.with("if-match", "\"9\"").put(&draft, text.clone()).await.problem(412), "stale");
        let saved = timo.with("if-match", "\"1\"").put(&draft, text.clone()).await;
        assert_eq!((saved.expect(200)["revision"].clone(), saved.etag()), (json!(2), "\"2\"".to_owned()));
        assert_eq!(mara.with("if-match", "\"1\"").put(&draft, json!({ "body": "mine" })).await.problem(412), "stale");

        let ticket = format!("/tickets/{}", page["id"].as_str().unwrap());
        let etag = timo.get(&ticket).await.etag();
        let mine = json!({ "assignee": "me", "priority": "high" });
        assert_eq!(timo.patch(&ticket, mine.clone()).await.status, 428);
        let changed = timo.with("if-match", &etag).patch(&ticket, mine).await.expect(200);
        assert_eq!((&changed["assignee"]["name"], &changed["priority"]), (&json!("Timo Test"), &json!("high")));
        assert_eq!(
            mara.with("if-match", &etag).patch(&ticket, json!({ "status": "closed" })).await.problem(412),
            "stale"
        );
        let etag = timo.get(&ticket).await.etag();
        assert_eq!(
            timo.with("if-match", &etag).patch(&ticket, json!({ "assignee": null })).await.expect(200)["assignee"],
            Value::Null
        );
        let etag = timo.get(&ticket).await.etag();
        assert_eq!(
            timo.with("if-match", &etag).patch(&ticket, json!({ "status": "new" })).await.expect(200)["status"],
            "new"
        );
        let moved = timo
            .with("if-match", &timo.get(&ticket).await.etag())
            .patch(&ticket, json!({ "queue": "security" }))
            .await
            .expect(200);
        assert_eq!(moved["queue"], "security", "who hands a ticket on is told so");
        assert_eq!(timo.get(&ticket).await.problem(404), "not-found");
    });
}

#[test]
fn a_persons_category_moves_the_ticket_and_is_kept_as_a_verdict() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = asked(desk, &mara).await;
        let path = format!("/suggestions/{}/verdict", page["understanding"]["suggestion_id"].as_str().unwrap());
        assert_eq!(mara.post(&path, json!({ "verdict": "edited" })).await.problem(422), "invalid");
        assert_eq!(
            mara.post(&path, json!({ "verdict": "edited", "category": "no.such" })).await.problem(422),
            "invalid"
        );
        assert_eq!(mara.post(&path, json!({ "verdict": "maybe" })).await.problem(422), "invalid");
        let said = mara
            .post(&path, json!({ "verdict": "edited", "category": "security.access", "reason": "locked out" }))
            .await
            .expect(200);
        assert_eq!(
            (&said["verdict"]["category"]["key"], &said["operating_model"]["key"]),
            (&json!("security.access"), &json!("security"))
        );
        desk.settle().await;
        let after = mara.get(&format!("/tickets/{}", page["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(
            (&after["queue"], &after["answer"]["state"], &after["answer"]["draft"]),
            (&json!("security"), &json!("withheld"), &Value::Null)
        );
    });
}

#[test]
fn lists_come_in_pages_that_hold_every_ticket_once() {
    on_each(async |desk| {
        for n in 0..5 {
            desk.receive("ana@harbour.example", &format!("Question {n}"), "Where is my invoice for October?").await;
        }
        let timo = desk.sign_in("timo").await;
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = timo.get(&format!("/tickets?limit=2&cursor={cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        seen.sort_unstable();
        assert_eq!(seen, [1001, 1002, 1003, 1004, 1005]);
        assert_eq!(timo.get("/tickets?cursor=nonsense").await.problem(422), "invalid");
        assert_eq!(timo.get("/tickets?view=none").await.problem(422), "invalid");
        let by_number = timo.get("/tickets/1003").await.expect(200);
        timo.send("POST", &format!("/tickets/{}/read", by_number["id"].as_str().unwrap()), None, Vec::new())
            .await
            .expect(204);
        assert_eq!(
            (&by_number["unread"], &timo.get("/tickets/1003").await.expect(200)["unread"]),
            (&json!(true), &json!(false))
        );
        let views = timo.get("/views").await.expect(200);
        assert_eq!((&views["items"][0]["key"], &views["items"][0]["count"]), (&json!("inbox"), &json!(5)));
    });
}

#[test]
fn a_new_mail_never_replaces_what_a_person_wrote() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let page = asked(desk, &timo).await;
        let draft = page["answer"]["draft"]["id"].as_str().unwrap().to_owned();
        let at = timo.get(&format!("/tickets/{}", page["id"].as_str().unwrap())).await;
        assert_eq!(at.expect(200)["answer"]["draft"]["revision"], 1);
        let mine = "Hi Ana,\n\nmy own words, two minutes of work.";
        timo.with("if-match", "\"1\"").put(&format!("/drafts/{draft}"), json!({ "body": mine })).await.expect(200);

        let sent = page["messages"][0]["subject"].as_str().unwrap().to_owned();
        let raw = timo.get(&format!("/messages/{}/raw", page["messages"][0]["id"].as_str().unwrap())).await.text();
        let original = raw.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        let reply = format!("In-Reply-To: {original}\r\n");
        desk.receive_with("ana@harbour.example", &sent, "One more thing: where is the VAT id shown?", &reply).await;
        let now = timo.get(&format!("/tickets/{}", page["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(now["messages"].as_array().unwrap().len(), 2, "{now}");
        assert_eq!((&now["answer"]["draft"]["id"], &now["answer"]["draft"]["body"]), (&json!(draft), &json!(mine)));
        assert!(now["answer"]["draft"]["stale"].is_string(), "and it is said that it answers an older message");
    });
}

/// One document tells where the letter comes from, and a stranger with the public key checks it.
async fn traced(desk: &TestDesk, who: &Client, path: &str, sealed: &Value) {
    let auditor = desk.sign_in("helene").await;
    assert_eq!(auditor.get(path).await.expect(200)["letter"]["digest"], sealed["digest"]);
    let told = who.get(path).await.expect(200);
    assert_eq!((&told["approval"]["by"], &told["approval"]["marks_hold"]), (&json!("Timo Test"), &json!(true)));
    assert_eq!((&told["machine"]["origin"], &told["letter"]["state"]), (&json!("assembled"), &json!("sent")));
    assert!(told["request"]["text"].as_str().is_some_and(|t| !t.is_empty()), "{told}");
    assert!(
        !told["machine"]["sources"].as_array().unwrap().is_empty() && !told["versions"].as_array().unwrap().is_empty()
    );
    assert_eq!(told["attempts"].as_array().unwrap().len(), 1);
    let key = told["key"].as_str().unwrap().to_owned();
    let (good, said) = checked(&told, &key);
    assert!(good && said.contains("approved at") && said.contains("left at"), "{said}");

    let mut other = told.clone();
    other["letter"]["recipients"] = json!(["somebody@else.example"]);
    assert!(!checked(&other, &key).0, "another recipient");
    let mut other = told.clone();
    let bytes = other["letter"]["mime"].as_str().unwrap().replacen('A', "B", 1);
    other["letter"]["mime"] = json!(bytes);
    assert!(!checked(&other, &key).0, "another byte");
    let mut other = told.clone();
    let steps = other["record"].as_array_mut().unwrap();
    let approval = steps.iter_mut().find(|s| s["kind"] == "reply.approved").unwrap();
    let entry = approval["entry"].as_str().unwrap().replacen("\"at\":", "\"at\":1", 1);
    approval["entry"] = json!(entry);
    assert!(!checked(&other, &key).0, "another moment");
    let mut other = told.clone();
    other["record"].as_array_mut().unwrap().retain(|s| s["kind"] != "reply.approved");
    assert!(!checked(&other, &key).0, "no approval at all");
    let stranger = key.replacen(key.rsplit('+').next().unwrap(), "AXJlY29yZCByZWNvcmQgcmVjb3JkIHJlY29yZCByZWNv", 1);
    assert!(!checked(&told, &stranger).0, "another key");
}

fn checked(told: &Value, key: &str) -> (bool, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), told.to_string()).unwrap();
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"));
    let output = program.args(["audit", "verify", "--key", key]).arg(file.path()).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}
