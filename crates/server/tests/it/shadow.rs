//! A candidate model beside the one in use: its words are on no ticket, go with their people, and take over only through a gate.

use connect::model::fake::{Fake, Mood};
use desk::{audit::AuditEvent, operating::OperatingModel, triage::Category};
use serde_json::{Value, json};
use server::{
    config::{Config, Model},
    flow::{export_person, prove_consent, train_triage::COMMAND_LINE},
};

use crate::{client::Client, harness::TestDesk};

pub const HOW_TO: &str = "product.howto";
const SETUP: &str = "product.setup";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";
pub const CARRIED: &str = "You can change the VAT id of your company in Settings.";
const LOOSE: &str = "Your invoices of the last ten years change by themselves within 24 hours.";

pub fn says(text: &str) -> Mood {
    Mood::Says(json!({ "sentences": [{ "text": text, "cite": [1] }], "questions": [], "refuse": null }).to_string())
}

pub fn endpoint(fake: &Fake, name: &str) -> Option<Model> {
    Some(Model {
        base_url: fake.base_url.clone(),
        name: name.to_owned(),
        api_key: String::new(),
        region: "here".to_owned(),
        allow_private: true,
        hiding: desk::leaving::Hiding::Masked,
        purposes: vec![desk::leaving::ModelPurpose::Reply],
        price: None,
    })
}

/// Runs a test on each engine, with a model in use and a candidate.
pub fn on_each_with_both(share_percent: u8, a_day: i64, test: impl AsyncFn(&TestDesk, &Fake, &Fake)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (present, candidate) = (Fake::start(says(CARRIED)).await.unwrap(), Fake::start(says(LOOSE)).await.unwrap());
        let change = |config: &mut Config| {
            config.model = endpoint(&present, "present-1");
            config.candidate = endpoint(&candidate, "candidate-2");
            config.shadow.share_percent = share_percent;
            config.shadow.requests_a_day = a_day;
            config.check().unwrap();
        };
        for desk in TestDesk::each_with(&change).await {
            present.set(says(CARRIED));
            candidate.set(says(LOOSE));
            how_to(&desk).await;
            test(&desk, &present, &candidate).await;
            desk.close().await;
        }
    });
}

/// Categories in which a model may draft. A severe case takes the first one down a rung.
pub async fn how_to(desk: &TestDesk) {
    let mut tx = desk.app.store.begin(&COMMAND_LINE, desk.app.clock.now()).await.unwrap();
    for (position, key) in (9..).zip([HOW_TO, SETUP]) {
        let category = Category {
            key: key.to_owned(),
            name: key.to_owned(),
            description: String::new(),
            operating_model: OperatingModel::ProductQuestion,
            queue: "billing".to_owned(),
        };
        tx.put_category(&category, position).await.unwrap();
    }
    tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
}

/// Somebody asks, and a person says that it is a question about the product; the ticket's page.
pub async fn asked(desk: &TestDesk, who: &Client, from: &str) -> Value {
    asked_in(HOW_TO, desk, who, from).await
}

async fn asked_in(category: &str, desk: &TestDesk, who: &Client, from: &str) -> Value {
    desk.receive(from, "VAT id", QUESTION).await;
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    let path = format!("/tickets/{}", newest["id"].as_str().unwrap());
    let suggestion = who.get(&path).await.expect(200)["understanding"]["suggestion_id"].as_str().unwrap().to_owned();
    let edited = json!({ "verdict": "edited", "category": category, "reason": "a question" });
    who.post(&format!("/suggestions/{suggestion}/verdict"), edited).await.expect(200);
    desk.settle().await;
    who.get(&path).await.expect(200)
}

#[test]
fn a_candidates_words_are_compared_on_one_page_and_are_on_no_ticket() {
    on_each_with_both(100, 200, async |desk, present, candidate| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let requests = (present.requests().len(), candidate.requests().len());
        let page = asked(desk, &timo, "quilla@orchard.example").await;
        assert_eq!(page["answer"]["draft"]["origin"], "model", "{}", page["answer"]);
        // Prepared once before it was sorted and once after: one letter is one pair.
        assert_eq!((present.requests().len(), candidate.requests().len()), (requests.0 + 2, requests.1 + 1));
        assert!(!candidate.requests().last().unwrap().contains("quilla"), "the same gate");
        let everywhere = [page.to_string(), timo.get("/exchanges").await.text()];
        assert!(everywhere.iter().all(|text| !text.contains("ten years")), "no word of it on the ticket");

        let shadow = mara.get("/shadow").await.expect(200);
        assert_eq!(
            (&shadow["present"]["name"], &shadow["candidate"]["name"]),
            (&json!("present-1"), &json!("candidate-2"))
        );
        assert_eq!((&shadow["pairs"], &shadow["verdict"]), (&json!(1), &json!("too_few")));
        let pair = &shadow["items"][0];
        assert!(pair["present"]["text"].as_str().unwrap().contains("Settings"), "{pair}");
        assert!(pair["candidate"]["text"].as_str().unwrap().contains("ten years"), "{pair}");
        assert_eq!((&pair["is_severe"], &pair["candidate"]["carried"]), (&json!(true), &json!(0)));
        // What a person may not see stays away, but the figures; the exchange shows what left, and not what came back.
        let olga = desk.sign_in("olga").await;
        let shown = olga.get("/shadow").await.expect(200);
        assert_eq!((&shown["pairs"], &shown["items"]), (&json!(1), &json!([])));
        let exchanges = timo.get("/exchanges").await.expect(200);
        let of_candidate =
            exchanges["items"].as_array().unwrap().iter().find(|e| e["endpoint"] == "candidate-2").unwrap();
        let exchange = timo.get(&format!("/exchanges/{}", of_candidate["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&exchange["state"], &exchange["response"]), (&json!("answered"), &Value::Null));

        // A candidate that says nothing usable is compared as that.
        candidate.set(Mood::Says("Sure!".to_owned()));
        asked(desk, &timo, "bo@harbour.example").await;
        let shadow = mara.get("/shadow").await.expect(200);
        assert_eq!((&shadow["pairs"], &shadow["items"][0]["candidate"]["came"]), (&json!(2), &json!("refused")));

        // Whoever asks for their data is given it, and the proof names it until their no.
        assert_eq!(held_of(desk, "quilla@orchard.example").await, (vec![true], 1));
        // Their no takes it away; erasing somebody as well.
        let ai = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        mara.put(&ai, json!({ "ai": "out" })).await.expect(200);
        assert_eq!(mara.get("/shadow").await.expect(200)["pairs"], 1);
        assert_eq!(held_of(desk, "quilla@orchard.example").await, (Vec::new(), 0));
        asked_of_nobody(desk, &timo, candidate).await;
    });
}

/// Whether each text of a candidate in the copy of somebody's data is the one it wrote, and how many the proof finds.
async fn held_of(desk: &TestDesk, address: &str) -> (Vec<bool>, u64) {
    let copy = export_person::by_address(&desk.app, address).await.unwrap();
    let texts = copy.tickets.iter().flat_map(|t| &t.candidate_drafts).map(|d| d.text.contains("ten years"));
    let proof = prove_consent::prove(&desk.app, &desk.app.index_folder(), address).await.unwrap();
    let place = proof.places.iter().find(|p| p.name == "drafts of a candidate model beside them").unwrap();
    (texts.collect(), place.found)
}

/// Whoever said no is asked about at neither model.
async fn asked_of_nobody(desk: &TestDesk, who: &Client, candidate: &Fake) {
    let before = candidate.requests().len();
    desk.receive("quilla@orchard.example", "Again", QUESTION).await;
    desk.settle().await;
    assert_eq!(candidate.requests().len(), before);
    assert_eq!(who.get("/shadow").await.expect(200)["pairs"], 1);
}

#[test]
fn the_share_and_the_days_budget_are_kept() {
    on_each_with_both(100, 2, async |desk, _, candidate| {
        let timo = desk.sign_in("timo").await;
        let before = candidate.requests().len();
        for n in 0..4 {
            asked(desk, &timo, &format!("person{n}@orchard.example")).await;
        }
        assert_eq!(candidate.requests().len(), before + 2, "two a day");
    });
    on_each_with_both(0, 200, async |desk, _, candidate| {
        let timo = desk.sign_in("timo").await;
        let before = candidate.requests().len();
        asked(desk, &timo, "quilla@orchard.example").await;
        assert_eq!(candidate.requests().len(), before, "none of a hundred");
    });
}

#[test]
fn a_candidate_takes_over_only_past_the_cases_and_goes_back_at_once() {
    on_each_with_both(100, 200, async |desk, present, candidate| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let page = asked(desk, &timo, "quilla@orchard.example").await;
        // A severe case that the model in use answers as expected.
        // Correcting the category proposed it already.
        let proposed = timo.get("/eval-cases?state=proposed").await.expect(200);
        let case = proposed["items"].as_array().unwrap().iter().find(|c| c["ticket_id"] == page["id"]).unwrap();
        let mut read = desk::eval::read(case["text"].as_str().unwrap()).unwrap();
        read.severity = desk::eval::Severity::Severe;
        // It holds the ticket as it was before; a person says where it is worked.
        read.category = Some(HOW_TO.to_owned());
        read.operating_model = Some(OperatingModel::ProductQuestion);
        read.expect = desk::eval::Expectation { must_say: vec!["Settings".to_owned()], ..Default::default() };
        let approval = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
        timo.post(&approval, json!({ "text": desk::eval::write(&read) })).await.expect(204);

        let shadow = mara.get("/shadow").await.expect(200);
        assert_eq!((&shadow["before_start"]["cases"], &shadow["before_start"]["requests"]), (&json!(1), &json!(2)));
        let reason = json!({ "reason": "it is cheaper" });
        assert_eq!(timo.post("/shadow/promotion", reason.clone()).await.problem(403), "forbidden");
        assert_eq!(mara.post("/shadow/promotion", json!({ "reason": "" })).await.problem(422), "invalid");
        mara.post("/shadow/promotion", reason.clone()).await.expect(202);
        desk.settle().await;
        let gate = mara.get("/gates").await.expect(200)["items"][0].clone();
        assert_eq!(
            (&gate["subject"], &gate["state"], &gate["judgement"]),
            (&json!("model"), &json!("refused"), &json!("severe"))
        );
        assert_eq!(mara.get("/shadow").await.expect(200)["present"]["name"], "present-1");

        // A candidate that answers it as well takes over; the next draft is its own.
        candidate.set(says(CARRIED));
        mara.post("/shadow/promotion", reason).await.expect(202);
        desk.settle().await;
        let gate = mara.get("/gates").await.expect(200)["items"][0].clone();
        assert_eq!((&gate["state"], &gate["why"]), (&json!("promoted"), &json!("it is cheaper")));
        let shadow = mara.get("/shadow").await.expect(200);
        assert_eq!(
            (&shadow["present"]["name"], &shadow["present"]["took_over"]),
            (&json!("candidate-2"), &json!(true))
        );
        let before = (present.requests().len(), candidate.requests().len());
        asked_in(SETUP, desk, &timo, "bo@harbour.example").await;
        assert_eq!(
            (present.requests().len(), candidate.requests().len()),
            (before.0 + 1, before.1 + 1),
            "now the other way round"
        );

        // Back at once, in the record; there is nothing to go back to after that.
        timo.post("/shadow/rollback", json!({})).await.problem(403);
        mara.post("/shadow/rollback", json!({})).await.expect(204);
        assert_eq!(mara.get("/shadow").await.expect(200)["present"]["name"], "present-1");
        assert_eq!(mara.post("/shadow/rollback", json!({})).await.problem(422), "invalid");
        desk.settle().await;
        assert_eq!(mara.get("/audit?kind=gate.rolled_back").await.expect(200)["items"].as_array().unwrap().len(), 1);

        // A candidate whose pairs are worse is not even asked.
        candidate.set(says(LOOSE));
        for n in 0..6 {
            asked_in(SETUP, desk, &timo, &format!("person{n}@orchard.example")).await;
        }
        assert_eq!(mara.get("/shadow").await.expect(200)["verdict"], "worse");
        assert_eq!(mara.post("/shadow/promotion", json!({ "reason": "all the same" })).await.problem(422), "invalid");
    });
}
