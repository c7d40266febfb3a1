//! A start is judged without a model; a lead has the eval cases drafted by it too, and what is lost by it keeps the machine from
//! drafting as at any start.

use connect::model::fake::Mood;
use desk::operating::OperatingModel;
use serde_json::{Value, json};
use server::flow::gate_program;

use crate::{
    client::Client,
    grading::{MODEL, on_each_with_model},
    harness::TestDesk,
    shadow::{CARRIED, HOW_TO, asked, says},
};

const LOOSE: &str = "Your invoices of the last ten years change by themselves within 24 hours.";

/// A severe case that holds without a model, whose reply has to say where.
async fn severe(desk: &TestDesk, who: &Client) -> Value {
    let page = asked(desk, who, "quilla@orchard.example").await;
    let proposed = who.get("/eval-cases?state=proposed").await.expect(200);
    let case = proposed["items"].as_array().unwrap().iter().find(|c| c["ticket_id"] == page["id"]).unwrap();
    let mut read = desk::eval::read(case["text"].as_str().unwrap()).unwrap();
    read.severity = desk::eval::Severity::Severe;
    read.category = Some(HOW_TO.to_owned());
    read.operating_model = Some(OperatingModel::ProductQuestion);
    read.expect = desk::eval::Expectation { must_say: vec!["Settings".to_owned()], ..Default::default() };
    let approval = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
    who.post(&approval, json!({ "text": desk::eval::write(&read) })).await.expect(204);
    page
}

async fn gates(who: &Client) -> Value {
    who.get("/gates").await.expect(200)
}

#[test]
fn a_lead_has_the_cases_drafted_by_the_model_too_and_a_lost_severe_one_closes_the_machine() {
    on_each_with_model(async |desk, fake| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        assert_eq!(gates(&mara).await["model_unasked"], Value::Null, "no case, nothing to ask");
        mara.post("/gates/model-run", json!({})).await.problem(422);
        severe(desk, &timo).await;
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        desk.settle().await;
        let told = gates(&mara).await;
        assert_eq!((&told["items"][0]["name"], &told["items"][0]["state"]), (&json!("start"), &json!("promoted")));
        let unasked = &told["model_unasked"];
        assert_eq!((&unasked["model"], &unasked["requests"]), (&json!(MODEL), &json!(1)), "{told}");
        assert!(unasked["seconds"].as_u64().unwrap() >= 1, "{told}");

        // It drafts what the case does not let pass.
        fake.set(says(LOOSE));
        let before = fake.requests().len();
        timo.post("/gates/model-run", json!({})).await.problem(403);
        mara.post("/gates/model-run", json!({})).await.expect(202);
        let waiting = gates(&mara).await;
        assert_eq!((&waiting["items"][0]["state"], &waiting["model_unasked"]), (&json!("waiting"), &Value::Null));
        mara.post("/gates/model-run", json!({})).await.problem(422);
        desk.settle().await;
        let sent = fake.requests().split_off(before);
        assert_eq!(sent.len(), 1);
        assert!(!sent[0].contains("quilla"), "the same gate: {}", sent[0]);
        let gate = gates(&mara).await["items"][0].clone();
        assert_eq!(
            (&gate["name"], &gate["state"], &gate["judgement"], &gate["failing"]),
            (&json!("model"), &json!("undecided"), &json!("severe"), &json!(1))
        );
        let tasks = mara.get("/tasks").await.expect(200).to_string();
        assert!(tasks.contains(&format!("Drafted by the model {MODEL}, a severe eval case fails")), "{tasks}");
        let list = timo.get("/tickets?view=all").await.expect(200);
        let path = format!("/tickets/{}/drafts", list["items"][0]["id"].as_str().unwrap());
        let refused = timo.post(&path, json!({ "origin": "assembled" })).await;
        assert!(refused.text().contains("the machine drafts nothing"), "{}", refused.text());

        // A lead accepts it with a reason, and it was asked.
        let at = format!("/gates/{}", gate["id"].as_str().unwrap());
        mara.post(&format!("{at}/withdrawal"), json!({})).await.problem(422);
        mara.post(&format!("{at}/promotion"), json!({ "reason": "The case is too strict." })).await.expect(204);
        desk.settle().await;
        assert_eq!(gates(&mara).await["model_unasked"], Value::Null);
        assert!(
            !timo.post(&path, json!({ "origin": "assembled" })).await.text().contains("the machine drafts nothing")
        );
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        desk.settle().await;
        assert_eq!(gates(&mara).await["items"][0]["id"], gate["id"], "the same again asks nobody");
    });
}

#[test]
fn what_the_model_drafts_well_is_asked_once_and_a_question_can_be_taken_back() {
    on_each_with_model(async |desk, fake| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let page = severe(desk, &timo).await;
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        desk.settle().await;
        fake.set(says(CARRIED));
        mara.post("/gates/model-run", json!({})).await.expect(202);
        let waiting = gates(&mara).await["items"][0].clone();
        let at = format!("/gates/{}/withdrawal", waiting["id"].as_str().unwrap());
        mara.post(&at, json!({})).await.expect(204);
        let before = fake.requests().len();
        desk.settle().await;
        assert_eq!(fake.requests().len(), before, "taken back, nothing leaves");

        mara.post("/gates/model-run", json!({})).await.expect(202);
        desk.settle().await;
        let told = gates(&mara).await;
        assert_eq!((&told["items"][0]["state"], &told["items"][0]["judgement"]), (&json!("promoted"), &json!("clear")));
        assert_eq!((fake.requests().len(), &told["model_unasked"]), (before + 1, &Value::Null));

        // Whoever said no is asked about nowhere, and their case is gone.
        let ai = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        mara.put(&ai, json!({ "ai": "out" })).await.expect(200);
        fake.set(Mood::Hangs);
        mara.post("/gates/model-run", json!({})).await.problem(422);
        assert_eq!(fake.requests().len(), before + 1);
    });
}
