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
use server::flow::{count_outcomes, watch_ladder};
use store::{NewStep, ServiceIdentity, new_id};

use crate::{
    arrivals::original_id,
    client::Client,
    harness::{TestDesk, on_each},
};

const CATEGORY: &str = "billing.invoice";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

/// So many tickets ended in the category, one a quarter of an hour, of which each of these went wrong.
async fn ended(desk: &TestDesk, first: Timestamp, n: i64, wrong: impl Fn(i64) -> bool) {
    ended_about(desk, "", first, n, wrong).await;
}

/// The same, about a product.
async fn ended_about(desk: &TestDesk, product: &str, first: Timestamp, n: i64, wrong: impl Fn(i64) -> bool) {
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
                product: product.to_owned(),
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
    tx.add_step(NewStep { category, pilot: None, rung, cause, trial, by: None, reason: "Planted." }).await.unwrap();
    tx.commit(AuditEvent::DoorTried { door: "test".to_owned() }).await.unwrap();
}

async fn readiness(who: &Client) -> Value {
    readiness_of(who, "").await
}

async fn readiness_of(who: &Client, part: &str) -> Value {
    let all = who.get(&format!("/readiness{part}")).await.expect(200);
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
fn a_pilot_for_a_product_climbs_on_that_products_tickets_and_holds_for_them_alone() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        for known in desk.app.store.read().await.unwrap().categories().await.unwrap() {
            on_the_rung(desk, &known.key, Rung::DraftsInside, Cause::Lowered).await;
        }
        let pilot = |product: &str, rung: &str| json!({ "category": CATEGORY, "product": product, "rung": rung, "reason": "Ledger goes first." });
        mara.post("/readiness/steps", pilot("abacus", "triage_only")).await.problem(404);
        let both =
            json!({ "category": CATEGORY, "queue": "billing", "product": "ledger", "rung": "drafts", "reason": "x" });
        mara.post("/readiness/steps", both).await.problem(422);
        mara.get("/readiness?product=abacus").await.problem(404);
        mara.get("/readiness?product=ledger&queue=billing").await.problem(422);
        let timo = desk.sign_in("timo").await;
        timo.get("/readiness?queue=billing").await.expect(200);
        timo.get("/readiness?queue=security").await.problem(404);

        // Evidence of other tickets does not count for it, and its own counts for the whole category.
        ended(desk, desk.app.clock.now(), 120, |_| false).await;
        desk.app.clock.advance(3 * 86_400);
        let mara = desk.sign_in("mara").await;
        let before = readiness_of(&mara, "?product=ledger").await;
        assert_eq!((&before["tickets"], &before["rung"]), (&json!(0), &json!("drafts_inside")), "{before}");
        mara.prove().await;
        assert_eq!(mara.post("/readiness/steps", pilot("ledger", "drafts")).await.problem(409), "stale");
        ended_about(desk, "ledger", desk.app.clock.now(), 120, |_| false).await;
        desk.app.clock.advance(3 * 86_400);
        let mara = desk.sign_in("mara").await;
        mara.prove().await;
        mara.post("/readiness/steps", pilot("ledger", "drafts")).await.expect(204);
        let whole = readiness(&mara).await;
        let pilots = json!([{ "queue": null, "product": "ledger", "rung": "drafts" }]);
        assert_eq!((&whole["rung"], &whole["pilots"]), (&json!("drafts_inside"), &pilots));
        assert_eq!(readiness_of(&mara, "?product=ledger").await["rung"], "drafts");
        assert_eq!(mara.get("/readiness").await.expect(200)["steps"][0]["product"], "ledger");

        // What was asked about it may leave; the rest stays inside, until its requester names the product.
        let seal = async |page: &Value| {
            let draft = format!("/drafts/{}/seal", page["answer"]["draft"]["id"].as_str().unwrap());
            mara.post(&draft, json!({})).await
        };
        let about = async |from: &str, text: &str| {
            desk.receive(from, "VAT id", text).await;
            let list = mara.get(&format!("/tickets?view=all&q=from:{from}")).await.expect(200);
            let path = format!("/tickets/{}", list["items"][0]["id"].as_str().unwrap());
            let look = mara.get(&path).await.expect(200)["understanding"]["suggestion_id"].clone();
            let verdict = format!("/suggestions/{}/verdict", look.as_str().unwrap());
            mara.post(&verdict, json!({ "verdict": "edited", "category": CATEGORY })).await.expect(200);
            desk.settle().await;
            mara.get(&path).await.expect(200)
        };
        let ours = about("a@harbour.example", "Hello, where can I change the VAT id of our company in Ledger?").await;
        assert_eq!(ours["product"], "ledger");
        seal(&ours).await.expect(201);
        let other = about("b@harbour.example", QUESTION).await;
        let refused = seal(&other).await;
        assert!(refused.text().contains("stay inside the team"), "{}", refused.text());

        // Words that name no product again leave it where it is, and its end is counted for that product.
        let path = format!("/tickets/{}", ours["id"].as_str().unwrap());
        let reply = format!("In-Reply-To: {}\r\n", original_id(&mara, &ours).await);
        desk.receive_with("a@harbour.example", "Re: VAT id", "And where is the next invoice?", &reply).await;
        let page = mara.get(&path).await.expect(200);
        assert_eq!((page["messages"].as_array().unwrap().len(), &page["product"]), (2, &json!("ledger")));
        let etag = mara.get(&path).await.etag();
        mara.with("if-match", &etag).patch(&path, json!({ "status": "solved" })).await.expect(200);
        while count_outcomes::follow(&desk.app).await.unwrap() > 0 {}
        desk.app.clock.advance(60);
        let counted = readiness_of(&mara, "?product=ledger").await;
        assert_eq!(counted["tickets"], 1, "since the step: {counted}");

        // It falls for its own failures, and the others stay where they are.
        ended_about(desk, "ledger", desk.app.clock.now(), 60, |_| true).await;
        desk.app.clock.advance(2 * 86_400);
        assert_eq!(watch_ladder::look(&desk.app).await.unwrap(), 1);
        let mara = desk.sign_in("mara").await;
        let fell = readiness_of(&mara, "?product=ledger").await;
        assert_eq!((&fell["rung"], &fell["cause"]), (&json!("drafts_inside"), &json!("drift")));
        assert_eq!(readiness(&mara).await["cause"], "lowered");
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
