//! Personas: who asks decides how a draft sounds, and nothing of what it says.

use std::sync::Arc;

use desk::audit::{AuditEvent, Service};
use serde_json::{Value, json};
use server::{App, app::World};
use store::ServiceIdentity;

use crate::{
    client::Client,
    demo_copy::{self, Person},
    harness::{TestDesk, UNDO, on_each},
};

const ANA: &str = "ana@harbour.example";
const BO: &str = "bo@harbour.example";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";
const ENTERPRISE: &str = r#"
for = { segments = ["enterprise"] }
exclamation = "never"
greeting = { en = "Dear {name}," }
escalation = { en = "Mara Test takes over where this is not enough." }
closing = { en = "Please reply if anything is open." }
forbidden = ["no worries"]
"#;

async fn owner(who: &Client) -> String {
    let agents = who.get("/agents").await.expect(200);
    let found = agents["items"].as_array().unwrap().iter().find(|a| a["name"] == "Mara Test").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// Writes the version after `seen` of a persona, to be reviewed by the first of December.
async fn write(lead: &Client, key: &str, seen: i64, body: &str) {
    let new = json!({ "body": body, "owner": owner(lead).await, "review_by": "2026-12-01", "name": "Enterprise", "categories": [] });
    lead.with("if-match", &format!("\"{seen}\"")).put(&format!("/policies/persona/{key}"), new).await.expect(200);
}

/// Somebody writes for the first time, so that they are known, and is an enterprise buyer from then on.
async fn enterprise(desk: &TestDesk, from: &str) {
    desk.receive_with(from, "Hello", "Hello there.", "").await;
    let mut tx = desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
    let statement =
        "update requesters set cohort = 'enterprise', name = 'Ana Sharp' where email = 'ana@harbour.example'";
    assert_eq!(tx.execute(statement, Vec::new()).await.unwrap(), 1);
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.unwrap();
}

/// The page of the newest ticket of a requester, after they asked something.
async fn asked(desk: &TestDesk, who: &Client, from: &str, subject: &str, text: &str) -> Value {
    desk.receive(from, subject, text).await;
    let list = who.get("/tickets?view=all").await.expect(200);
    let own = list["items"].as_array().unwrap().iter().filter(|t| t["requester"]["email"] == from);
    let newest = own.max_by_key(|t| t["number"].as_i64()).unwrap();
    let suggestion = who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)["understanding"]
        ["suggestion_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let edited = json!({ "verdict": "edited", "category": "billing.invoice", "reason": "it is about an invoice" });
    who.post(&format!("/suggestions/{suggestion}/verdict"), edited).await.expect(200);
    desk.settle().await;
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// What a page's draft states, without its frame.
fn stated(page: &Value) -> Vec<(Value, Value)> {
    let sentences = page["answer"]["draft"]["sentences"].as_array().unwrap();
    sentences.iter().filter(|s| s["support"] != "frame").map(|s| (s["text"].clone(), s["citations"].clone())).collect()
}

#[test]
fn who_asks_decides_how_it_sounds_and_nothing_of_what_it_says() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        write(&mara, "enterprise", 0, ENTERPRISE).await;
        enterprise(desk, ANA).await;
        let ana = asked(desk, &mara, ANA, "VAT id", QUESTION).await;
        let bo = asked(desk, &mara, BO, "VAT id", QUESTION).await;
        let body = |page: &Value| page["answer"]["draft"]["body"].as_str().unwrap().to_owned();
        assert!(
            body(&ana).starts_with("Dear Ana,") && body(&ana).ends_with("Please reply if anything is open."),
            "{}",
            body(&ana)
        );
        assert!(body(&ana).contains("Mara Test takes over") && !body(&bo).contains("Mara Test"), "{}", body(&bo));
        let voice = |page: &Value| page["answer"]["draft"]["voice"].clone();
        assert_eq!(
            (&voice(&ana)["key"], &voice(&ana)["because"]),
            (&json!("enterprise"), &json!("segment enterprise"))
        );
        assert_eq!((&voice(&bo)["key"], &voice(&bo)["name"]), (&Value::Null, &json!("Base")));
        assert_eq!((&voice(&ana)["breaches"], &voice(&bo)["breaches"]), (&json!([]), &json!([])));
        assert_eq!(stated(&ana), stated(&bo), "the same facts with the same sources");
        assert_eq!(ana["answer"]["plan"], bo["answer"]["plan"]);

        // Anger withholds or not, and picks no voice: the refusals and escalations are the same.
        let furious =
            "This is a disgrace! You are the worst company ever!! Where can I change the VAT id of our company?";
        let (ana, bo) =
            (asked(desk, &mara, ANA, "Anger", furious).await, asked(desk, &mara, BO, "Anger", furious).await);
        for part in ["state", "why", "plan"] {
            assert_eq!(ana["answer"][part], bo["answer"][part], "{part}");
        }
        assert_eq!(ana["understanding"]["operating_model"], bo["understanding"]["operating_model"]);
        if !ana["answer"]["draft"].is_null() {
            assert_eq!((&voice(&ana)["key"], stated(&ana)), (&json!("enterprise"), stated(&bo)));
        }
        let unknown = "Hello, do you ship bicycles to Iceland on Sundays?";
        let (ana, bo) = (asked(desk, &mara, ANA, "Ship", unknown).await, asked(desk, &mara, BO, "Ship", unknown).await);
        assert!(ana["answer"]["why"].as_str().unwrap().contains("No approved source answers"), "{}", ana["answer"]);
        assert_eq!(ana["answer"]["why"], bo["answer"]["why"]);
    });
}

#[test]
fn words_that_leave_the_voice_are_named_with_their_place() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        write(&mara, "enterprise", 0, ENTERPRISE).await;
        enterprise(desk, ANA).await;
        let page = asked(desk, &mara, ANA, "VAT id", QUESTION).await;
        let draft = &page["answer"]["draft"];
        let text = format!("{} No worries!", draft["body"].as_str().unwrap().replace("Dear Ana,", "Yo Ana,"));
        let path = format!("/drafts/{}", draft["id"].as_str().unwrap());
        let saved = mara.with("if-match", "\"1\"").put(&path, json!({ "body": text })).await.expect(200);
        let found: Vec<(&str, &str)> = saved["voice"]["breaches"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| (b["rule"].as_str().unwrap(), b["quote"].as_str().unwrap()))
            .collect();
        assert_eq!(found, [("greeting", ""), ("forbidden", "No worries"), ("exclamation", "!")]);
        // A breach is a matter of style: it is mended, or confirmed before the letter leaves.
        let sealed = mara.send("POST", &format!("{path}/seal"), None, Vec::new()).await.expect(201);
        let check = sealed["checks"].as_array().unwrap().iter().find(|c| c["key"] == "voice").unwrap();
        assert_eq!(check["state"], "warn");
        assert!(check["detail"].as_str().unwrap().contains("never says “no worries”"), "{check}");
        let mut yes = yes(&sealed);
        let keys = yes["acknowledged"].as_array_mut().unwrap();
        keys.retain(|key| key != "voice");
        let refused = mara.with("idempotency-key", "unconfirmed").post(&format!("{path}/approval"), yes.clone()).await;
        assert_eq!(refused.problem(422), "refused");
        assert!(refused.text().contains("leaves its voice"), "{}", refused.text());
        yes["acknowledged"].as_array_mut().unwrap().push(json!("voice"));
        mara.with("idempotency-key", "confirmed").post(&format!("{path}/approval"), yes).await.expect(201);
    });
}

/// A person's yes to everything a page shows.
fn yes(sealed: &Value) -> Value {
    let warned: Vec<&Value> =
        sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": warned })
}

#[test]
fn another_cohort_or_version_of_the_voice_means_that_somebody_looks_again() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let finance = "for = { roles = [\"CFO*\"] }\nclosing = { en = \"Please reply if anything is open.\" }\n";
        write(&mara, "finance", 0, finance).await;
        let page = asked(desk, &mara, BO, "VAT id", QUESTION).await;
        let path = format!("/drafts/{}", page["answer"]["draft"]["id"].as_str().unwrap());
        let requester = format!("/requesters/{}/role", page["customer"]["id"].as_str().unwrap());
        let seal = async || mara.send("POST", &format!("{path}/seal"), None, Vec::new()).await.expect(201);
        let approve = async |key: &str, sealed: &Value| {
            mara.with("idempotency-key", key).post(&format!("{path}/approval"), yes(sealed)).await
        };

        // Before the yes.
        let sealed = seal().await;
        assert_eq!(mara.put(&requester, json!({ "role": "x".repeat(61) })).await.problem(422), "invalid");
        let customer = mara.put(&requester, json!({ "role": " CFO, Europe " })).await.expect(200);
        assert_eq!(customer["role"], "CFO, Europe");
        let refused = approve("one", &sealed).await;
        assert_eq!(refused.problem(409), "refused", "the page was shown before the voice was another");
        let sealed = seal().await;
        let check = sealed["checks"].as_array().unwrap().iter().find(|c| c["key"] == "voice").unwrap();
        assert!(check["detail"].as_str().unwrap().contains("speaks to this customer now"), "{check}");

        // Between the yes and leaving.
        approve("two", &sealed).await.expect(201);
        write(&mara, "finance", 1, &finance.replace("anything", "something")).await;
        desk.pass(UNDO + 1).await;
        assert_eq!(mara.get("/tray").await.expect(200)["items"], json!([]), "nothing left");
        let page = mara.get(&format!("/tickets/{}", page["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(page["answer"]["draft"]["state"], "open", "it is back on its ticket");
        let sealed = seal().await;
        approve("three", &sealed).await.expect(201);
        desk.pass(UNDO + 1).await;
        assert_eq!(mara.get("/tray").await.expect(200)["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_lead_sees_one_draft_in_every_voice_before_saving_a_text() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        write(&mara, "enterprise", 0, ENTERPRISE).await;
        let page = asked(desk, &mara, BO, "VAT id", QUESTION).await;
        let path = format!("/tickets/{}/voices", page["id"].as_str().unwrap());
        assert_eq!(timo.post(&path, json!({})).await.problem(403), "forbidden", "it is the leads' page");
        let seen = mara.post(&path, json!({})).await.expect(200);
        let names: Vec<(&Value, &Value)> =
            seen["items"].as_array().unwrap().iter().map(|v| (&v["key"], &v["is_own"])).collect();
        assert_eq!(names, [(&Value::Null, &json!(true)), (&json!("enterprise"), &json!(false))]);
        assert_eq!(seen["items"][0]["body"], page["answer"]["draft"]["body"], "what is shown is what was made");

        let tried = json!({ "key": "terse", "body": "words_max = 20\nopening = { en = \"\" }\n" });
        let seen = mara.post(&path, tried).await.expect(200);
        let terse = seen["items"].as_array().unwrap().iter().find(|v| v["key"] == "terse").unwrap().clone();
        assert_eq!(terse["breaches"][0]["rule"], "length", "{terse}");
        assert!(!terse["body"].as_str().unwrap().contains("Thank you"), "{terse}");
        assert_eq!(
            mara.get("/policies?kind=persona").await.expect(200)["items"].as_array().unwrap().len(),
            1,
            "nothing is kept"
        );
        let bad = mara
            .post(&path, json!({ "key": "terse", "body": "closing = { en = \"Free of charge, within 2 hours\" }" }))
            .await;
        let told: Value = serde_json::from_slice(&bad.body).unwrap();
        assert_eq!((bad.problem(422).as_str(), &told["problems"][0]["line"]), ("invalid", &json!(1)));
    });
}

#[test]
fn a_voice_nobody_answers_for_leaves_its_readers_without_a_draft_until_it_is_renewed() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        write(&mara, "enterprise", 0, ENTERPRISE).await;
        enterprise(desk, ANA).await;
        desk.pass(20 * 86_400).await;
        let mara = desk.sign_in("mara").await;
        let (ana, bo) =
            (asked(desk, &mara, ANA, "VAT id", QUESTION).await, asked(desk, &mara, BO, "VAT id", QUESTION).await);
        assert_eq!(ana["answer"]["draft"], Value::Null);
        assert!(
            ana["answer"]["why"].as_str().unwrap().contains("was to be reviewed by 2026-12-01"),
            "{}",
            ana["answer"]
        );
        assert!(!bo["answer"]["draft"].is_null(), "others are not concerned");
        let new = json!({ "body": ENTERPRISE, "owner": owner(&mara).await, "review_by": "2027-03-01" });
        mara.with("if-match", "\"1\"").put("/policies/persona/enterprise", new).await.expect(200);
        desk.settle().await;
        let page = mara.get(&format!("/tickets/{}", ana["id"].as_str().unwrap())).await.expect(200);
        assert!(
            page["answer"]["draft"]["body"].as_str().unwrap().starts_with("Dear Ana,"),
            "renewing prepares again: {}",
            page["answer"]
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_demo_the_enterprise_buyer_and_the_developer_get_their_voice() {
    let folder = demo_copy::copy().await;
    let app: Arc<App> = App::open(demo_copy::config(folder.path()), World::Demo).await.unwrap();
    let person = Person::at(&app).await;
    let mut seen = Vec::new();
    for line in person.get("/tickets?view=inbox&limit=100").await["items"].as_array().unwrap() {
        let page = person.get(&format!("/tickets/{}", line["id"].as_str().unwrap())).await;
        let draft = &page["answer"]["draft"];
        if draft.is_null() {
            continue;
        }
        let wanted = match page["customer"]["cohort"].as_str() {
            Some(cohort @ ("enterprise" | "developer")) => json!(cohort),
            _ => Value::Null,
        };
        assert_eq!(draft["voice"]["key"], wanted, "{}", page["subject"]);
        assert_eq!(draft["voice"]["breaches"], json!([]), "{}: {}", page["subject"], draft["body"]);
        seen.push((wanted, draft["body"].as_str().unwrap().to_owned()));
    }
    let has = |key: &str, words: &str| seen.iter().any(|(k, body)| k == key && body.contains(words));
    assert!(has("enterprise", "Mara Lindqvist looks after your account"), "{seen:#?}");
    assert!(has("developer", "Sources: “"), "{seen:#?}");
    drop(person);
    app.store.close().await;
}
