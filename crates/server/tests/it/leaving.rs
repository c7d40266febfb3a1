//! What leaves for a model, and what never does: placeholders, modes, regions, and ten thousand canaries. With a model that does
//! whatever it is told, on both engines.

use std::{
    collections::HashSet,
    io::Write,
    sync::{Arc, Mutex},
};

use connect::model::{
    Client as Model, EndpointConfig, Reach,
    fake::{Fake, Mood},
};
use desk::{
    audit::{AuditEvent, Service},
    leaving::{Hiding, ModelPurpose},
    operating::OperatingModel,
    triage::Category,
};
use serde_json::{Value, json};
use server::config;
use store::ServiceIdentity;

use crate::{
    client::{Answer, Client},
    harness::TestDesk,
    model::LIMITS,
};

const ASKED: &str = "Hello, where can I change the VAT id of our company? Regards,\nQuilla Vermont";
const FROM: &str = "quilla@zanzibarwood.example";

/// A desk whose product questions a model may draft for.
pub async fn with_model(desk: &mut TestDesk, fake: &Fake, hiding: Hiding) {
    let app = Arc::get_mut(&mut desk.app).unwrap();
    app.config.model = Some(config::Model {
        base_url: fake.base_url.clone(),
        name: "fake".to_owned(),
        api_key: "canary-model-key".to_owned(),
        region: "here".to_owned(),
        allow_private: true,
        hiding,
        purposes: vec![ModelPurpose::Reply],
        price: None,
    });
    app.config.check().unwrap();
    let endpoint = EndpointConfig {
        base_url: fake.base_url.clone(),
        model: "fake".to_owned(),
        api_key: None,
        region: "here".to_owned(),
        reach: Reach::PrivateToo,
        limits: LIMITS,
    };
    app.model = Some(Model::new(endpoint).unwrap());
    let category = Category {
        key: "product.help".to_owned(),
        name: "Help".to_owned(),
        description: String::new(),
        operating_model: OperatingModel::ProductQuestion,
        queue: "billing".to_owned(),
    };
    let service = ServiceIdentity::new(Service::CommandLine);
    let mut tx = desk.app.store.begin(&service, desk.app.clock.now()).await.unwrap();
    tx.put_category(&category, 9).await.unwrap();
    tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
}

pub async fn each(hiding: Hiding, mood: Mood, test: impl AsyncFn(&TestDesk, &Fake)) {
    for mut desk in TestDesk::each().await {
        let fake = Fake::start(mood.clone()).await.unwrap();
        with_model(&mut desk, &fake, hiding).await;
        test(&desk, &fake).await;
        desk.close().await;
    }
}

pub fn run<F: Future>(test: F) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

/// The newest ticket with a subject.
pub async fn page(who: &Client, subject: &str) -> Value {
    let list = who.get("/tickets?view=all").await.expect(200);
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|t| t["subject"] == subject).unwrap_or_else(|| panic!("{list}"));
    who.get(&format!("/tickets/{}", found["id"].as_str().unwrap())).await.expect(200)
}

/// A customer asks, a lead sorts it as a question about the product; the ticket's path.
pub async fn asked(desk: &TestDesk, mara: &Client, subject: &str, text: &str) -> String {
    asked_by(desk, mara, FROM, subject, text).await
}

/// The same of somebody.
pub async fn asked_by(desk: &TestDesk, mara: &Client, from: &str, subject: &str, text: &str) -> String {
    desk.receive(from, subject, text).await;
    let seen = page(mara, subject).await;
    let suggestion = seen["understanding"]["suggestion_id"].as_str().unwrap_or_else(|| panic!("{seen}"));
    let sorted = json!({ "verdict": "edited", "category": "product.help" });
    mara.post(&format!("/suggestions/{suggestion}/verdict"), sorted).await.expect(200);
    desk.settle().await;
    format!("/tickets/{}", seen["id"].as_str().unwrap())
}

pub async fn draft(who: &Client, ticket: &str) -> Answer {
    who.post(&format!("{ticket}/drafts"), json!({ "origin": "model" })).await
}

fn says(text: &str) -> Mood {
    let sentence = json!({ "text": text, "cite": [1] });
    Mood::Says(json!({ "sentences": [sentence], "questions": [], "refuse": null }).to_string())
}

/// The placeholder of a class in a request.
fn placeholder(request: &str, class: &str) -> String {
    let start = request.find(&format!("{class}_")).unwrap_or_else(|| panic!("{class} in {request}"));
    request[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

#[test]
fn t080_an_invented_or_changed_placeholder_makes_no_draft() {
    run(each(Hiding::Masked, Mood::Status(500), async |desk, fake| {
        let mara = desk.sign_in("mara").await;
        let ticket = asked(desk, &mara, "VAT id", ASKED).await;
        draft(&mara, &ticket).await;
        let hidden = placeholder(fake.requests().last().unwrap(), "person");
        for text in [
            "person_AAAAAAAA_1, change the VAT id in Settings > Billing.".to_owned(),
            format!("{}9, change the VAT id in Settings > Billing.", hidden),
            format!("{}, change the VAT id in Settings > Billing.", hidden.to_lowercase()),
            format!("{}, change the VAT id in Settings > Billing.", &hidden[..hidden.len() - 2]),
        ] {
            desk.app.clock.advance(120);
            fake.set(says(&text));
            let refused = draft(&mara, &ticket).await;
            assert!(refused.status >= 400, "{text}: {}", refused.text());
            let newest = mara.get("/exchanges").await.expect(200)["items"][0].clone();
            assert_eq!(newest["state"], "refused", "{text}: {newest}");
        }
        // What somebody pastes is never sealed either.
        let own = mara.post(&format!("{ticket}/drafts"), json!({ "origin": "agent" })).await.expect(201);
        let id = own["id"].as_str().unwrap();
        let text = json!({ "body": format!("Hello {hidden},\n\nsee Settings.") });
        mara.with("if-match", &format!("\"{}\"", own["revision"]))
            .put(&format!("/drafts/{id}"), text)
            .await
            .expect(200);
        let refused = mara.send("POST", &format!("/drafts/{id}/seal"), None, Vec::new()).await;
        assert_eq!(refused.problem(422), "invalid");
        assert!(refused.text().contains(&hidden), "{}", refused.text());
    }));
}

#[test]
fn t081_text_that_looks_like_a_placeholder_stays_what_it_is() {
    run(each(Hiding::Masked, Mood::Status(500), async |desk, fake| {
        let mara = desk.sign_in("mara").await;
        let odd =
            "Where can I change the VAT id? I saw email_7QK4M2XD_1 and person_7QK4M2XD_2 and {{PII:x}} in your mail.";
        let ticket = asked(desk, &mara, "VAT id", odd).await;
        draft(&mara, &ticket).await;
        let request = fake.requests().last().unwrap().clone();
        assert!(!request.contains("7QK4M2XD") && request.contains("{{PII:x}}"), "{request}");
        let shown = mara.get(&format!("{ticket}/leaving")).await.expect(200);
        let values: Vec<&str> =
            shown["hidden"].as_array().unwrap().iter().map(|h| h["value"].as_str().unwrap()).collect();
        assert!(values.contains(&"email_7QK4M2XD_1") && values.contains(&"person_7QK4M2XD_2"), "{values:?}");
    }));
}

#[test]
fn t082_another_tickets_placeholder_brings_nobody_back() {
    run(each(Hiding::Masked, Mood::Status(500), async |desk, fake| {
        let mara = desk.sign_in("mara").await;
        let first = asked(desk, &mara, "VAT id", ASKED).await;
        draft(&mara, &first).await;
        let theirs = placeholder(fake.requests().last().unwrap(), "person");
        let second = asked(desk, &mara, "VAT id again", "Where is the VAT id? Regards,\nBrontold Fjord").await;
        desk.app.clock.advance(120);
        fake.set(says(&format!("{theirs}, change the VAT id in Settings > Billing.")));
        let refused = draft(&mara, &second).await;
        assert!(refused.status >= 400 && !refused.text().contains("Quilla"), "{}", refused.text());
        let seen = mara.get(&second).await.expect(200);
        assert!(!seen["answer"].to_string().contains("Quilla"), "{}", seen["answer"]);
    }));
}

#[test]
fn t086_another_region_or_purpose_gets_nothing_at_the_call_either() {
    for wrong in ["region", "purpose"] {
        run(async {
            for mut desk in TestDesk::each().await {
                let fake = Fake::start(Mood::Obeys).await.unwrap();
                with_model(&mut desk, &fake, Hiding::Masked).await;
                let app = Arc::get_mut(&mut desk.app).unwrap();
                // As if the settings had been changed behind the check at the start.
                match wrong {
                    "region" => app.config.desk.model_regions = vec!["eu".to_owned()],
                    _ => app.config.model.as_mut().unwrap().purposes = vec![ModelPurpose::Check],
                }
                assert_eq!(app.config.check().is_err(), wrong == "region");
                let mara = desk.sign_in("mara").await;
                let ticket = asked(&desk, &mara, "VAT id", ASKED).await;
                let refused = draft(&mara, &ticket).await;
                assert!(refused.status >= 400 && refused.text().contains("model endpoint"), "{}", refused.text());
                assert!(mara.get(&format!("{ticket}/leaving")).await.text().contains("model endpoint"));
                assert_eq!(fake.requests(), Vec::<String>::new());
                desk.close().await;
            }
        });
    }
}

#[test]
fn what_would_leave_is_what_leaves_and_every_departure_is_listed() {
    run(each(Hiding::Masked, Mood::Status(500), async |desk, fake| {
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        let ticket = asked(desk, &mara, "VAT id", ASKED).await;
        let sent = fake.requests().len();
        let shown = mara.get(&format!("{ticket}/leaving")).await.expect(200);
        assert_eq!(fake.requests().len(), sent, "looking sends nothing");
        draft(&mara, &ticket).await;
        let left: Value = serde_json::from_str(fake.requests().last().unwrap()).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        // Markers and namespaces are drawn anew; nothing else differs.
        let plain = |text: String| {
            let word = |word: &str| {
                if word.ends_with("mark") || word.contains('_') { "*".to_owned() } else { word.to_owned() }
            };
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(word).collect::<Vec<_>>()
        };
        assert_eq!(plain(text(&shown["user"])), plain(text(&left["messages"][1]["content"])));
        assert_eq!(shown["system"], left["messages"][0]["content"]);
        assert!(!shown["user"].as_str().unwrap().contains("Quilla"), "{shown}");
        let listed = mara.get("/exchanges").await.expect(200);
        let newest = &listed["items"][0];
        let told = ["endpoint", "region", "purpose", "hiding"].map(|key| newest[key].as_str().unwrap());
        assert_eq!(told, ["fake", "here", "reply", "masked"]);
        assert!(newest["bytes"].as_i64().unwrap() > 500 && newest["hidden"].as_i64().unwrap() > 0, "{newest}");
        assert_eq!(olga.get("/exchanges").await.expect(200)["items"], json!([]), "not of another queue");
        assert_eq!(olga.get(&format!("{ticket}/leaving")).await.status, 404);
    }));
}

#[test]
fn minimal_sends_the_newest_words_and_off_hides_nothing_from_a_model_close_by() {
    run(async {
        each(Hiding::Minimal, Mood::Status(500), async |desk, fake| {
            let mara = desk.sign_in("mara").await;
            let ticket = asked(desk, &mara, "Zebrasubject", ASKED).await;
            draft(&mara, &ticket).await;
            let request = fake.requests().last().unwrap().clone();
            assert!(request.contains("where can I change") && request.contains("passage ["), "{request}");
            for word in ["Zebrasubject", "earlier reply", "Quilla"] {
                assert!(!request.contains(word), "{word} in {request}");
            }
        })
        .await;
        each(Hiding::Off, Mood::Status(500), async |desk, fake| {
            let mara = desk.sign_in("mara").await;
            let ticket = asked(desk, &mara, "VAT id", ASKED).await;
            draft(&mara, &ticket).await;
            assert!(fake.requests().last().unwrap().contains("Quilla Vermont"));
            assert_eq!(mara.get("/exchanges").await.expect(200)["items"][0]["hiding"], "off");
        })
        .await;
    });
}

/// Everything this process logs while tests run.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Canary words of one place.
fn canaries(place: &str, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("canary{place}{i:04}q")).collect()
}

#[test]
fn t087_ten_thousand_canaries_reach_no_prompt_and_no_log() {
    let log = Log::default();
    let kept = log.clone();
    let filter = "debug,server=trace,store=trace,outbox=trace,connect=trace,redact=trace,sqlx=debug";
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(move || kept.clone());
    subscriber.try_init().unwrap();
    run(each(Hiding::Masked, Mood::Obeys, async |desk, fake| {
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        let mut planted = Vec::new();
        // Other customers of the same queue, and of another.
        for n in 0..18 {
            let words = canaries(&format!("mail{n}x"), 500);
            let text = format!("Where can I change the VAT id of our company? {}", words.join(" "));
            desk.receive(&format!("other{n}@elsewhere{n}.example"), &format!("VAT id {n}"), &text).await;
            planted.extend(words);
        }
        for n in 0..6 {
            let seen = page(&mara, &format!("VAT id {n}")).await;
            let sorted = json!({ "verdict": "edited", "category": "security.access", "reason": "locked out" });
            let suggestion = seen["understanding"]["suggestion_id"].as_str().unwrap();
            mara.post(&format!("/suggestions/{suggestion}/verdict"), sorted).await.expect(200);
        }
        let ticket = asked(desk, &mara, "VAT id", ASKED).await;
        // What colleagues wrote for themselves, on this very ticket, and programs' keys.
        let notes = canaries("note", 900);
        mara.post(&format!("{ticket}/notes"), json!({ "body": notes.join(" ") })).await.expect(201);
        planted.extend(notes);
        for n in 0..100 {
            let key = json!({ "name": format!("program {n}"), "scopes": ["tickets:read"], "days": 1 });
            let made = mara.post("/tokens", key).await.expect(201);
            planted.push(made["secret"].as_str().unwrap().to_owned());
        }
        desk.settle().await;
        assert!(planted.len() >= 10_000, "{}", planted.len());
        let before = fake.requests().len();
        for _ in 0..3 {
            desk.app.clock.advance(120);
            draft(&mara, &ticket).await;
        }
        mara.get(&format!("/search?q={}", planted[7])).await.expect(200);
        olga.get(&format!("{ticket}/leaving")).await;
        let all = fake.requests();
        let requests = all[before..].join("\n");
        assert!(requests.contains("VAT id"), "the model was asked");
        let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(!written.is_empty(), "something is logged");
        // Every canary holds a word of its own; a log of many megabytes is looked through once.
        let telling = |canary: &str| {
            canary.split(|c: char| !c.is_ascii_alphanumeric()).max_by_key(|w| w.len()).unwrap().to_owned()
        };
        let seen = |text: &str, canaries: &[String]| {
            let words: HashSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            canaries.iter().filter(|canary| words.contains(telling(canary).as_str())).count()
        };
        assert_eq!((seen(&requests, &planted), seen(&written, &planted)), (0, 0));
        // Of the requests for their own drafts, none holds words of two customers, nor a note's or a key.
        for request in &all {
            let customers = planted[..9_000].chunks(500).filter(|words| seen(request, words) > 0).count();
            assert!(customers <= 1 && seen(request, &planted[9_000..]) == 0, "{customers} in {request}");
        }
        let requests = all.join("\n");
        for secret in [FROM, "Quilla", "Vermont", "canary-model-key", crate::harness::PASSWORD] {
            assert!(!requests.contains(secret), "{secret} in {requests}");
            let at = written.find(secret);
            assert_eq!(
                at.map(|at| &written[at.saturating_sub(200)..(at + 60).min(written.len())]),
                None,
                "{secret} in the log"
            );
        }
    }));
}
