//! Texts are looked at by people who did not write them and are not told who did; what they say is counted, compared, settled,
//! and learnt from.

use desk::ids::ReviewSampleId;
use serde_json::{Value, json};
use server::flow::{count_outcomes, draw_reviews};

use crate::{
    client::Client,
    harness::{TestDesk, add_person, on_each},
};

const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

/// A mail comes; gives its ticket and draft.
async fn asked(desk: &TestDesk, who: &Client, n: usize) -> (String, String) {
    desk.receive(&format!("guest{n}@harbour.example"), &format!("VAT id {n}"), QUESTION).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    let id = newest["id"].as_str().unwrap().to_owned();
    let page = who.get(&format!("/tickets/{id}")).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"]));
    (id, draft.to_owned())
}

/// Sends a draft as it stands.
async fn sent(desk: &TestDesk, who: &Client, draft: &str) {
    let page = who.post(&format!("/drafts/{draft}/seal"), json!({})).await.expect(201);
    let warnings: Vec<&Value> =
        page["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let yes = json!({ "token": page["token"], "digest": page["digest"], "status_after": "solved", "acknowledged": warnings, "seconds": 40 });
    who.with("idempotency-key", draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    desk.settle().await;
}

fn fine() -> Value {
    json!({ "correct": "yes", "grounded": "yes", "complete": "yes", "tone": "yes", "would_send": "as_it_is" })
}

fn wrong() -> Value {
    json!({ "correct": "no", "grounded": "partly", "complete": "yes", "tone": "yes", "would_send": "no",
            "severity": "severe", "failure": "wrong_fact", "note": "Ana of Harbour is told the wrong page." })
}

async fn open(who: &Client) -> Vec<String> {
    let list = who.get("/reviews").await.expect(200);
    list["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn with_two_readers(desk: &mut server::config::Config) {
    desk.reviews.two_readers_percent = 100;
}

#[test]
fn nobody_reviews_their_own_text_and_nobody_is_told_whose_it_is() {
    on_each(async |desk| {
        add_person(&desk.app, "kim", desk::people::Role::KnowledgeOwner, &["billing"]).await;
        let (timo, olga, mara, kim) = (
            desk.sign_in("timo").await,
            desk.sign_in("olga").await,
            desk.sign_in("mara").await,
            desk.sign_in("kim").await,
        );
        let (ticket, draft) = asked(desk, &timo, 1).await;
        assert_eq!(mara.post("/reviews/draws", json!({ "count": 5 })).await.expect(201)["drawn"], 0, "still open");
        sent(desk, &timo, &draft).await;
        mara.post("/reviews/draws", json!({ "count": 0 })).await.problem(422);
        assert_eq!(mara.post("/reviews/draws", json!({ "count": 5 })).await.expect(201)["drawn"], 1);
        assert_eq!(mara.post("/reviews/draws", json!({ "count": 5 })).await.expect(201)["drawn"], 0, "once");

        // Not the one who signed it, nor somebody of another queue.
        assert_eq!((open(&timo).await.len(), open(&olga).await.len()), (0, 0));
        let waiting = open(&kim).await;
        let [id] = waiting.as_slice() else { panic!("{waiting:?}") };
        let path = format!("/reviews/{id}");
        let refused = timo.get(&path).await;
        assert_eq!(refused.problem(422), "refused");
        assert!(refused.text().contains("You wrote, approved or turned down"), "{}", refused.text());
        assert_eq!(timo.post(&path, fine()).await.problem(422), "refused");
        assert_eq!(olga.get(&path).await.status, 404);

        // The words and what was before their writer, and nothing of who that was.
        let task = kim.get(&path).await.expect(200);
        let told = task.to_string();
        assert!(task["messages"][0]["text"].as_str().unwrap().contains("VAT id of our company"), "{told}");
        assert!(task["text"].as_str().unwrap().contains("Settings") && !told.contains("Timo"), "{told}");
        assert!(!told.contains(&ticket) && !told.contains("assembled") && !told.contains(&draft), "{told}");
        assert!(!task["sources"].as_array().unwrap().is_empty(), "{told}");

        // Answers that cannot stand together are refused with what is missing.
        let mut odd = wrong();
        odd["failure"] = Value::Null;
        assert!(kim.post(&path, odd).await.text().contains("Say what is wrong"));
        kim.post(&path, wrong()).await.expect(204);
        assert_eq!(kim.post(&path, wrong()).await.problem(422), "refused");
        assert_eq!(open(&kim).await.len(), 0);

        let cases = mara.get("/eval-cases?state=proposed").await.expect(200);
        let case = &cases["items"][0];
        assert_eq!(
            (&case["from"], &case["severity"], &case["failure"]),
            (&json!("second_look"), &json!("severe"), &json!("wrong_fact"))
        );

        // It counts as an error that was found later, and by category for whoever decides about one.
        while count_outcomes::follow(&desk.app).await.unwrap() > 0 {}
        let card = mara.get("/scorecard").await.expect(200);
        let later = card["figures"].as_array().unwrap().iter().find(|f| f["figure"] == "found_later").unwrap();
        assert_eq!((&later["part"], &later["whole"]), (&json!(1), &json!(1)), "{card}");
        let done =
            desk.app.store.read().await.unwrap().reviews_by_category(desk::Timestamp::from_micros(0)).await.unwrap();
        let [one] = done.as_slice() else { panic!("{done:?}") };
        assert_eq!((one.reviewed, one.failed, one.severe), (1, 1, 1));
        let summary = mara.get("/reviews/summary").await.expect(200);
        assert_eq!(summary["agreement"][0]["state"], "too_few", "{summary}");
        kim.get("/reviews/summary").await.problem(403);
    });
}

#[test]
fn what_two_people_see_differently_is_listed_settled_and_measured() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for desk in TestDesk::each_with(&with_two_readers).await {
            disputes(&desk).await;
            desk.close().await;
        }
    });
}

async fn disputes(desk: &TestDesk) {
    add_person(&desk.app, "kim", desk::people::Role::KnowledgeOwner, &["billing"]).await;
    let (timo, mara, kim) = (desk.sign_in("timo").await, desk.sign_in("mara").await, desk.sign_in("kim").await);
    for n in 0..21 {
        let (_, draft) = asked(desk, &timo, n).await;
        if n == 0 {
            timo.post(&format!("/drafts/{draft}/rejection"), json!({})).await.expect(204);
        } else {
            sent(desk, &timo, &draft).await;
        }
    }
    assert_eq!(mara.post("/reviews/draws", json!({ "count": 50 })).await.expect(201)["drawn"], 21);
    let waiting = open(&kim).await;
    assert_eq!(waiting.len(), 21, "what was turned down is drawn too");
    for (n, id) in waiting.iter().enumerate() {
        let path = format!("/reviews/{id}");
        kim.post(&path, if n < 6 { wrong() } else { fine() }).await.expect(204);
        mara.post(&path, if n < 5 { wrong() } else { fine() }).await.expect(204);
    }
    assert_eq!(open(&mara).await.len(), 0);
    let summary = mara.get("/reviews/summary").await.expect(200);
    let verdict = &summary["agreement"][0];
    // 20 of 21 alike; by chance (6 x 5 + 15 x 16) of 441.
    let (observed, chance) = (20.0 / 21.0, 270.0 / 441.0);
    assert_eq!(
        (&verdict["question"], &verdict["same"], &verdict["pairs"]),
        (&json!("verdict"), &json!(20), &json!(21))
    );
    assert!((verdict["kappa"].as_f64().unwrap() - (observed - chance) / (1.0 - chance)).abs() < 1e-9, "{verdict}");
    let tone = summary["agreement"].as_array().unwrap().iter().find(|one| one["question"] == "tone").unwrap();
    assert_eq!((&tone["state"], &tone["kappa"]), (&json!("alike"), &Value::Null), "nothing to divide by");
    assert_eq!((&summary["categories"][0]["reviewed"], &summary["categories"][0]["failed"]), (&json!(21), &json!(6)));

    let [dispute] = summary["disputes"].as_array().unwrap().as_slice() else { panic!("{summary}") };
    assert_eq!(dispute["reviews"].as_array().unwrap().len(), 2);
    let id = dispute["id"].as_str().unwrap();
    let settle = format!("/reviews/{id}/settlement");
    mara.post(&settle, json!({ "verdict": "holds", "reason": " " })).await.problem(422);
    mara.post(&format!("/reviews/{}/settlement", waiting[20]), json!({ "verdict": "fails", "reason": "No." }))
        .await
        .problem(422);
    mara.post(&settle, json!({ "verdict": "holds", "reason": "The page moved since." })).await.expect(204);
    mara.post(&settle, json!({ "verdict": "fails", "reason": "Again." })).await.problem(409);
    let summary = mara.get("/reviews/summary").await.expect(200);
    assert_eq!((&summary["disputes"], &summary["categories"][0]["failed"]), (&json!([]), &json!(5)), "{summary}");
}

#[test]
fn words_of_a_review_go_with_the_ticket_and_the_clock_draws_a_weeks_number() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        assert_eq!(draw_reviews::draw_when_due(&desk.app).await.unwrap(), 0, "nothing to draw");
        for n in 0..14 {
            let (_, draft) = asked(desk, &timo, n).await;
            sent(desk, &timo, &draft).await;
        }
        assert_eq!(draw_reviews::draw_when_due(&desk.app).await.unwrap(), 12, "a week's");
        assert_eq!(draw_reviews::draw_when_due(&desk.app).await.unwrap(), 0, "drawn already");
        desk.pass(24 * 3600).await;
        assert_eq!(draw_reviews::draw_when_due(&desk.app).await.unwrap(), 1, "twelve a week are one a day");
        let mara = desk.sign_in("mara").await;

        let waiting = open(&mara).await;
        for id in &waiting {
            mara.post(&format!("/reviews/{id}"), wrong()).await.expect(204);
        }
        let notes = async || {
            let mut conn = desk.app.store.read().await.unwrap();
            let rows = conn.rows("select count(*) from reviews where note like '%Harbour%'", Vec::new()).await.unwrap();
            rows[0].columns().take::<i64>().unwrap()
        };
        assert_eq!(notes().await, 13);
        let mut conn = desk.app.store.read().await.unwrap();
        let grant = desk.app.service_grant(desk::audit::Service::Preparation, store::Purpose::Work).unwrap();
        let first: ReviewSampleId = waiting[0].parse().unwrap();
        let ticket = conn.review_sample(&grant, first).await.unwrap().ticket;
        drop(conn);
        let redactions = format!("/tickets/{ticket}/redactions");
        mara.post(&redactions, json!({ "text": "VAT id of our company", "class": "other" })).await.expect(200);
        let page = mara.get(&format!("/tickets/{ticket}")).await.expect(200);
        let guest = page["customer"]["email"].as_str().unwrap();
        mara.prove().await;
        let erasure = format!("/requesters/{}/erasure", page["customer"]["id"].as_str().unwrap());
        mara.post(&erasure, json!({ "address": guest })).await.expect(200);
        assert_eq!(notes().await, 12, "the remark about them is gone, the answers are counted on");
        let done =
            desk.app.store.read().await.unwrap().reviews_by_category(desk::Timestamp::from_micros(0)).await.unwrap();
        assert_eq!(done.iter().map(|one| one.reviewed).sum::<i64>(), 13);
    });
}
