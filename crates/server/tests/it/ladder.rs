//! The autonomy ladder: one rung at a time, on evidence, by a lead; and down by itself.

use desk::{
    Timestamp,
    audit::AuditEvent,
    eval::{self, Severity},
    ids::TicketId,
    ladder::{Cause, Rung, Trial},
    outcome::{Count, Counts, Lived, Outcome, Place},
};
use serde_json::{Value, json};
use server::flow::watch_ladder;
use store::{NewStep, ServiceIdentity, new_id};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const CATEGORY: &str = "billing.invoice";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

/// So many tickets ended in the category, one a quarter of an hour, of which each of these went wrong.
async fn ended(desk: &TestDesk, first: Timestamp, n: i64, wrong: impl Fn(i64) -> bool) {
    let rows: Vec<Outcome> = (0..n)
        .map(|at| {
            let ended = first.plus_seconds(at * 900);
            let is_wrong = i64::from(wrong(at));
            let counts = Counts::default()
                .with(Count::Tickets, 1)
                .with(Count::Sorted, 1)
                .with(Count::SortedRight, 1)
                .with(Count::Sure, 1)
                .with(Count::SureRight, 1)
                .with(Count::Sent, 1)
                .with(Count::Words, 60)
                .with(Count::Claims, 2)
                .with(Count::Grounded, 2)
                .with(Count::MeaningChanged, is_wrong)
                .with(Count::Reviewed, 1)
                .judged();
            let place = Place {
                week: ended.monday(),
                queue: "billing".to_owned(),
                category: CATEGORY.to_owned(),
                product: String::new(),
                persona: String::new(),
                language: "en".to_owned(),
                model: "assembled".to_owned(),
                failure: String::new(),
                lived: Lived::Here,
            };
            Outcome { ticket: new_id::<TicketId>(), number: at, ended, place, counts }
        })
        .collect();
    let counted = desk.app.store.read().await.unwrap().outcomes_counted().await.unwrap();
    desk.app.store.keep_outcomes(&rows, counted).await.unwrap();
}

/// The category came to a rung.
pub async fn on_the_rung(desk: &TestDesk, category: &str, rung: Rung, cause: Cause) {
    let mut tx = desk
        .app
        .store
        .begin(&ServiceIdentity::new(desk::audit::Service::CommandLine), desk.app.clock.now())
        .await
        .unwrap();
    let trial = (Trial { n: 200, wrong: 4 }, desk.app.clock.now());
    tx.add_step(NewStep { category, queue: None, rung, cause, trial, by: None, reason: "Planted." }).await.unwrap();
    tx.commit(AuditEvent::DoorTried { door: "test".to_owned() }).await.unwrap();
}

async fn readiness(who: &Client) -> Value {
    let all = who.get("/readiness").await.expect(200);
    all["categories"].as_array().unwrap().iter().find(|c| c["key"] == CATEGORY).cloned().unwrap()
}

fn step(rung: &str) -> Value {
    json!({ "category": CATEGORY, "rung": rung, "reason": "The window shows it." })
}

async fn ticket(desk: &TestDesk, who: &Client, from: &str) -> Value {
    desk.receive(from, "VAT id", QUESTION).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

#[test]
fn a_category_climbs_on_evidence_and_falls_after_something_severe() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let start = readiness(&mara).await;
        assert_eq!((&start["rung"], &start["at"], &start["ready"]), (&json!("drafts"), &Value::Null, &json!(false)));
        assert_eq!(timo.post("/readiness/steps", step("drafts_inside")).await.problem(403), "forbidden");
        mara.post("/readiness/steps", json!({ "category": CATEGORY, "rung": "drafts_inside", "reason": " " }))
            .await
            .problem(422);
        mara.post("/readiness/steps", json!({ "category": "none", "rung": "drafts_inside", "reason": "x" }))
            .await
            .problem(404);
        // Down needs no evidence.
        mara.post("/readiness/steps", step("drafts_inside")).await.expect(204);
        mara.prove().await;
        let early = mara.post("/readiness/steps", step("drafts")).await;
        assert_eq!(early.problem(409), "stale");
        mara.post("/readiness/steps", step("standing_approvals")).await.problem(422);

        ended(desk, desk.app.clock.now(), 120, |n| n % 40 == 7).await;
        desk.app.clock.advance(3 * 86_400);
        let mara = desk.sign_in("mara").await;
        let ready = readiness(&mara).await;
        assert_eq!((&ready["ready"], &ready["next"]), (&json!(true), &json!("drafts")), "{ready}");
        assert_eq!((&ready["looked_at"], &ready["wrong"]), (&json!(120), &json!(0)), "of what reviewers looked at");
        assert_eq!(mara.post("/readiness/steps", step("drafts")).await.problem(403), "confirm");
        mara.prove().await;
        mara.post("/readiness/steps", step("drafts")).await.expect(204);
        let there = readiness(&mara).await;
        assert_eq!(
            (&there["rung"], &there["cause"], &there["looked_at"]),
            (&json!("drafts"), &json!("climbed"), &json!(0))
        );

        // A person confirms a severe failure: it falls in the same moment, and letters on their way come back.
        let page = ticket(desk, &mara, "ana@harbour.example").await;
        let look = format!("/suggestions/{}/verdict", page["understanding"]["suggestion_id"].as_str().unwrap());
        mara.post(&look, json!({ "verdict": "edited", "category": CATEGORY })).await.expect(200);
        desk.settle().await;
        // What was sorted wrongly has proposed its case; a person finds it severe.
        let proposed = mara.get("/eval-cases?state=proposed").await.expect(200);
        let case = &proposed["items"][0];
        assert_eq!(case["ticket_id"], page["id"], "{proposed}");
        let mut words = eval::read(case["text"].as_str().unwrap()).unwrap();
        words.severity = Severity::Severe;
        let text = json!({ "text": eval::write(&words) });
        let approval = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
        mara.post(&approval, text.clone()).await.expect(204);
        let fell = readiness(&mara).await;
        assert_eq!((&fell["rung"], &fell["cause"]), (&json!("drafts_inside"), &json!("severe_failure")));
        mara.post(&approval, text).await;
        assert_eq!(readiness(&mara).await["rung"], "drafts_inside", "once for each failure");
        let steps = mara.get("/readiness").await.expect(200)["steps"].clone();
        let told: Vec<&Value> = steps.as_array().unwrap().iter().map(|s| &s["cause"]).collect();
        assert_eq!(told, ["severe_failure", "climbed", "lowered"]);
        assert_eq!((&steps[1]["by"], &steps[1]["looked_at"]), (&json!("Mara Test"), &json!(120)));
        desk.settle().await;
        let record = mara.get("/audit?limit=100").await.expect(200).to_string();
        assert!(record.contains("came to the rung"), "{record}");
    });
}

#[test]
fn it_falls_when_more_goes_wrong_than_before_and_when_nobody_looks() {
    on_each(async |desk| {
        on_the_rung(desk, CATEGORY, Rung::StandingApprovals, Cause::Climbed).await;
        let since = desk.app.clock.now().plus_seconds(60);
        ended(desk, since, 300, |n| n % 50 == 0).await;
        desk.app.clock.advance(4 * 86_400);
        assert_eq!(watch_ladder::look(&desk.app).await.unwrap(), 0, "as before");
        ended(desk, since.plus_seconds(4 * 86_400), 200, |n| n % 7 == 0).await;
        desk.app.clock.advance(3 * 86_400);
        assert_eq!(watch_ladder::look(&desk.app).await.unwrap(), 1);
        assert_eq!(watch_ladder::look(&desk.app).await.unwrap(), 0, "once");
        let mara = desk.sign_in("mara").await;
        let fell = readiness(&mara).await;
        assert_eq!((&fell["rung"], &fell["cause"]), (&json!("drafts"), &json!("drift")));

        on_the_rung(desk, CATEGORY, Rung::StandingApprovals, Cause::Climbed).await;
        desk.app.clock.advance(31 * 86_400);
        assert_eq!(watch_ladder::look(&desk.app).await.unwrap(), 1);
        let fell = readiness(&desk.sign_in("mara").await).await;
        assert_eq!((&fell["rung"], &fell["cause"]), (&json!("drafts"), &json!("review_lapsed")));
    });
}

#[test]
fn each_rung_leaves_the_machine_what_it_says() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let category = ticket(desk, &mara, "a@harbour.example").await["understanding"]["category"].clone();
        let categories = desk.app.store.read().await.unwrap().categories().await.unwrap();
        for known in &categories {
            on_the_rung(desk, &known.key, Rung::DraftsInside, Cause::Lowered).await;
        }
        let page = ticket(desk, &mara, "b@harbour.example").await;
        let draft = format!(
            "/drafts/{}",
            page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{category}: {page}"))
        );
        let sealed = mara.post(&format!("{draft}/seal"), json!({})).await;
        assert!(sealed.text().contains("stay inside the team"), "what the machine wrote stays: {}", sealed.text());

        desk.app.clock.advance(60);
        for known in &categories {
            on_the_rung(desk, &known.key, Rung::TriageOnly, Cause::Lowered).await;
        }
        let page = ticket(desk, &mara, "c@harbour.example").await;
        assert_eq!(page["answer"]["draft"], Value::Null);
        assert!(page.to_string().contains("on the rung “triage only”"), "{page}");
        let start = format!("/tickets/{}/drafts", page["id"].as_str().unwrap());
        let own = mara.post(&start, json!({ "origin": "agent" })).await.expect(201);
        let path = format!("/drafts/{}", own["id"].as_str().unwrap());
        let words = json!({ "body": "You find it under Settings." });
        mara.with("if-match", "\"1\"").put(&path, words).await.expect(200);
        mara.post(&format!("/drafts/{}/seal", own["id"].as_str().unwrap()), json!({})).await.expect(201);
    });
}

#[test]
fn the_demo_half_year_makes_one_category_ready_and_others_not() {
    on_each(async |desk| {
        server::demo::half_year::load(&desk.app).await.unwrap();
        let mara = desk.sign_in("mara").await;
        let all = mara.get("/readiness").await.expect(200);
        for category in all["categories"].as_array().unwrap() {
            assert_eq!(category["answers"].as_array().unwrap().len(), 6, "{category}");
        }
    });
}
