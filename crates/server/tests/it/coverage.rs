//! Failures beside cases: what has none is listed with its tickets, becomes a case in one click, and nobody sees another's queue.

use serde_json::{Value, json};
use server::flow::measure_coverage;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const WORDS: &str = "Hello, where can I change the VAT id of our company?";

/// A draft of a mail with these words is turned down.
async fn failed(desk: &TestDesk, who: &Client, from: &str, words: &str) -> Value {
    desk.receive(from, "VAT id", words).await;
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
    let page = who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"]));
    who.post(&format!("/drafts/{draft}/rejection"), json!({ "why": "wrong_tone" })).await.expect(204);
    page
}

async fn counted(desk: &TestDesk, who: &Client) -> Value {
    measure_coverage::count(&desk.app).await.expect("counted");
    who.get("/coverage").await.expect(200)
}

#[test]
fn what_failed_without_a_case_is_listed_and_covered_once_it_has_one() {
    on_each(async |desk| {
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        assert_eq!(mara.get("/coverage").await.expect(200)["state"], "counting");
        let page = failed(desk, &mara, "quilla@orchard.example", WORDS).await;
        failed(desk, &mara, "bo@harbour.example", WORDS).await;
        let shown = counted(desk, &mara).await;
        assert_eq!((&shown["now"]["uncovered"], &shown["now"]["covered"]), (&json!(1), &json!(0)), "{shown}");
        let gap = &shown["uncovered"][0];
        assert_eq!((&gap["failures"], &gap["examples"][1]["ticket_id"]), (&json!(2), &page["id"]));
        let example = &gap["examples"][0];
        assert_eq!((&example["failure"], &example["signal"]), (&json!("wrong_tone"), &json!("rejected_draft")));
        assert_eq!((&shown["estimate"]["share"], &shown["generated"]), (&json!(0.0), &json!(0)));
        let whole: f64 = shown["weights"].as_array().unwrap().iter().map(|w| w["share"].as_f64().unwrap()).sum();
        assert!((whole - 1.0).abs() < 1e-9);

        // Somebody of another queue sees nothing of it.
        let other = olga.get("/coverage").await.expect(200);
        assert_eq!((&other["now"]["failures"], &other["uncovered"]), (&json!(0), &json!([])));

        // One of both becomes a case; approved, it covers both.
        let list = mara.get("/eval-cases").await.expect(200);
        let case = &list["items"][0];
        let approval = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
        mara.post(&approval, json!({ "text": case["text"] })).await.expect(204);
        let shown = counted(desk, &mara).await;
        assert_eq!((&shown["now"]["uncovered"], &shown["now"]["covered"]), (&json!(0), &json!(1)), "{shown}");
        assert_eq!((&shown["now"]["failures_covered"], &shown["uncovered"]), (&json!(2), &json!([])));
        let weeks = shown["trend"].as_array().unwrap();
        assert_eq!((weeks.len(), &weeks[25]["covered"], &weeks[0]["failures"]), (26, &json!(1), &json!(0)));
    });
}

#[test]
fn whoever_says_no_is_counted_no_more() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = failed(desk, &mara, "quilla@orchard.example", WORDS).await;
        assert_eq!(counted(desk, &mara).await["now"]["failures"], 1);
        let no = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        mara.put(&no, json!({ "ai": "out" })).await.expect(200);
        desk.settle().await;
        assert_eq!(mara.get("/coverage").await.expect(200)["now"]["failures"], 0, "dropped at once");
        assert_eq!(counted(desk, &mara).await["now"]["failures"], 0);
    });
}
