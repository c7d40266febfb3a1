//! Somebody asks to be forgotten: afterwards no file of the desk holds a word of theirs, and the record still verifies.

use std::{fs, path::Path};

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    diagnosis::{Diagnosis, Window},
    ids::AgentId,
    suggestion::VerdictKind,
};
use serde_json::{Value, json};
use server::{App, flow};
use store::{Engine, MailSource, ServiceIdentity};

use crate::{
    client::Client,
    harness::{SUPPORT, TestDesk, on_each},
};

const ADDRESS: &str = "quilla@zanzibarwood.example";
/// Words of theirs that stand nowhere else.
const SEEDS: [&str; 6] = ["zanzibarwood", "Quilla", "xylotrope", "vermontshire", "brontolith", "kestrelfjord"];

/// How many of the words stand in the files below a folder.
fn found(folder: &Path) -> Vec<&'static str> {
    let mut bytes = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => bytes.extend(fs::read(entry.path()).unwrap_or_default()),
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes).to_lowercase();
    SEEDS.into_iter().filter(|seed| text.contains(&seed.to_lowercase())).collect()
}

async fn page(who: &Client, typed: &str) -> Value {
    let list = who.get(&format!("/tickets?view=all&q={typed}")).await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}")).to_owned();
    who.get(&format!("/tickets/{id}")).await.expect(200)
}

/// A look at telemetry holds what it found under the words of a ticket.
fn look_that_names_them(now: Timestamp) -> Diagnosis {
    let window = Window { from: now, to: now, bucket_seconds: 60, gaps: Vec::new() };
    Diagnosis {
        causes: Vec::new(),
        absent: Vec::new(),
        next: Vec::new(),
        runbooks: Vec::new(),
        entities: Vec::new(),
        began: None,
        window,
        services: vec!["brontolith-of-quilla".to_owned()],
        moments: Vec::new(),
    }
}

async fn mara_id(mara: &Client) -> AgentId {
    mara.get("/session").await.expect(200)["agent"]["id"].as_str().unwrap().parse().unwrap()
}

/// A letter answered and sent, a second with a note, and a case that was solved before.
async fn furnish(desk: &TestDesk, mara: &Client) -> Value {
    let asked = "Hello, where can I change the VAT id of our company? The xylotrope invoice shows the old one.";
    desk.receive(ADDRESS, "VAT id", asked).await;
    let ticket = page(mara, "VAT").await;
    approve(mara, &ticket).await;
    desk.pass(60).await;

    let named = format!(
        "From: \"Quilla Vermontshire\" <{ADDRESS}>\r\nTo: <{}>\r\nSubject: The kestrelfjord\r\nMessage-ID: <k@x.example>\r\n\r\nMy brontolith fell into the kestrelfjord.\r\n",
        SUPPORT
    );
    let (app, now) = (&desk.app, desk.app.clock.now());
    flow::receive_mail::take(app, SUPPORT, MailSource::Api, named.as_bytes(), now).await.unwrap();
    desk.settle().await;
    let second = page(mara, "kestrelfjord").await;
    let path = format!("/tickets/{}", second["id"].as_str().unwrap());
    mara.post(&format!("{path}/notes"), json!({ "body": "Quilla called about the brontolith." })).await.expect(201);

    let looked_for = json!({ "words": "What did QUILLA want with the xylotrope?", "found": 1 });
    mara.post("/searches", looked_for).await.expect(201);
    let identity = ServiceIdentity::new(Service::CommandLine);
    let mut tx = desk.app.store.begin(&identity, desk.app.clock.now()).await.unwrap();
    let id = second["id"].as_str().unwrap().parse().unwrap();
    let message = second["messages"][0]["id"].as_str().unwrap().parse().unwrap();
    let looked = tx.add_diagnosis(id, message, &look_that_names_them(tx.now())).await.unwrap();
    let reason = Some("Quilla wrote of it");
    tx.mark_cause(looked, 0, mara_id(mara).await, VerdictKind::Accepted, reason).await.unwrap();
    tx.add_past_case(
        id,
        "My brontolith?",
        "It is in the kestrelfjord.",
        None,
        None,
        "good",
        "billing.invoice",
        tx.now(),
    )
    .await
    .unwrap();
    tx.commit(AuditEvent::DeskPrepared { world: desk::Digest::of(b"test") }).await.unwrap();
    desk.settle().await;
    second
}

#[test]
fn a_letter_that_waits_for_somebody_who_is_forgotten_never_leaves() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", "Hello, where can I change the VAT id of our company?").await;
        let ticket = page(&mara, "VAT").await;
        approve(&mara, &ticket).await;
        let requester = ticket["customer"]["id"].as_str().unwrap();
        assert_eq!(erased(&mara, requester, ADDRESS).await.expect(200)["tickets"], 1);
        desk.pass(600).await;
        assert_eq!(mara.get("/tray").await.expect(200)["items"], json!([]));
        let kinds = mara.get("/audit?limit=200").await.expect(200).to_string();
        assert!(kinds.contains("reply.approved") && !kinds.contains("delivery.started"), "{kinds}");
    });
}

async fn approve(who: &Client, ticket: &Value) {
    let draft = ticket["answer"]["draft"]["id"].as_str().unwrap().to_owned();
    let sealed = who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": checks });
    who.with("idempotency-key", "yes").post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
}

async fn erased(mara: &Client, requester: &str, address: &str) -> crate::client::Answer {
    mara.prove().await;
    mara.post(&format!("/requesters/{requester}/erasure"), json!({ "address": address })).await
}

fn files(app: &App) -> std::path::PathBuf {
    // PostgreSQL keeps its own files; the indexes are ours on both.
    if app.store.engine() == Engine::Sqlite { app.config.data.clone() } else { app.index_folder() }
}

/// T084; with 100,000 tickets around it: `countersign bench erasure`.
#[test]
fn who_asks_to_be_forgotten_is_in_no_file() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        desk.receive("bo@orchard.example", "Invoice missing", "The invoice of October did not arrive.").await;
        let second = furnish(desk, &mara).await;
        let requester = second["customer"]["id"].as_str().unwrap();
        let before = found(&files(&desk.app));
        assert!(before.contains(&"brontolith"), "the words are there before: {before:?}");
        if desk.app.store.engine() == Engine::Sqlite {
            assert_eq!(before, SEEDS, "and all of them in the database");
        }

        assert_eq!(erased(&timo, requester, ADDRESS).await.problem(403), "forbidden");
        assert_eq!(erased(&mara, requester, "bo@orchard.example").await.problem(422), "invalid");
        assert_eq!(found(&files(&desk.app)), before, "nothing was touched so far");
        assert_eq!(erased(&mara, requester, "Quilla@Zanzibarwood.example").await.expect(200)["tickets"], 2);
        desk.settle().await;
        desk.app.store.clear_traces().await.unwrap();

        assert_eq!(found(&files(&desk.app)), Vec::<&str>::new());
        assert_eq!(erased(&mara, requester, ADDRESS).await.problem(422), "invalid", "there is nobody left to erase");
        for word in SEEDS {
            assert_eq!(mara.get(&format!("/search?q={word}")).await.expect(200)["tickets"], json!([]), "{word}");
        }
        let emptied = mara.get(&format!("/tickets/{}", second["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&emptied["subject"], &emptied["status"]), (&json!("(erased)"), &json!("closed")), "{emptied}");
        let others = mara.get("/search?q=October").await.expect(200);
        assert_eq!(others["tickets"][0]["subject"], "Invoice missing", "other people's tickets stay");

        let helene = desk.sign_in("helene").await;
        let verified = helene.send("POST", "/audit/verification", None, Vec::new()).await.expect(200);
        assert_eq!(verified["ok"], true, "{verified}");
    });
}
