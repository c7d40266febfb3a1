//! What stands before the words of a draft: whether it appears at all, a long ticket in five lines, the facts beside a refund
//! request, and questions that nobody is asked twice.

use std::sync::Arc;

use desk::audit::{AuditEvent, Service};
use serde_json::{Value, json};
use server::{App, app::World};
use store::ServiceIdentity;

use crate::{
    client::Client,
    demo_copy::{self, Person},
    harness::{TestDesk, on_each},
    triage::{AGAIN, first, send},
};

const ANA: &str = "ana@harbour.example";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

/// The newest ticket's page.
async fn newest(who: &Client) -> Value {
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// Thirty drafts were answered; `end` says what left instead of their own words.
async fn answered(desk: &TestDesk, end: &'static str) {
    for n in 0..30 {
        desk.receive(&format!("guest{n}@harbour.example"), &format!("VAT id {n}"), QUESTION).await;
    }
    let mut tx = desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
    assert_eq!(tx.execute(end, Vec::new()).await.unwrap(), 30);
    tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.unwrap();
}

#[test]
fn a_draft_that_is_changed_too_often_appears_only_when_somebody_asks() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ANA, "VAT id", QUESTION).await;
        let page = newest(&mara).await;
        assert_eq!(page["answer"]["draft"]["confidence"], Value::Null, "too little is known: {}", page["answer"]);
        answered(desk, "update drafts set state = 'sent', body = 'We will call you on Monday at 9.' where state = 'open' and ticket_id in (select id from tickets where subject <> 'VAT id')").await;

        desk.receive("bo@harbour.example", "The VAT id", QUESTION).await;
        let page = newest(&mara).await;
        let answer = &page["answer"];
        assert_eq!((&answer["state"], &answer["draft"]), (&json!("withheld"), &Value::Null), "{answer}");
        assert!(
            answer["why"]
                .as_str()
                .unwrap()
                .starts_with("Of drafts like this one about 3 % leave without a changed fact"),
            "{answer}"
        );
        assert!(!answer["passages"].as_array().unwrap().is_empty(), "the sources stand there all the same");
        assert_eq!((&answer["plan"]["missing"], &answer["may_ask"]), (&json!([]), &json!(["assembled"])));

        let path = format!("/tickets/{}/drafts", page["id"].as_str().unwrap());
        let draft = mara.with("idempotency-key", "1").post(&path, json!({ "origin": "assembled" })).await.expect(201);
        assert!(draft["confidence"].as_f64().unwrap() < 0.1, "{draft}");
        assert_eq!(draft["word"], "check");
        let page = newest(&mara).await;
        let said: Vec<(&str, &str)> = page["trail"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["actor"].as_str().unwrap(), l["text"].as_str().unwrap()))
            .collect();
        assert!(said.contains(&("Mara Test", "A person asked for a draft (assembled).")), "{said:?}");
        assert!(
            said.iter().any(|(_, text)| *text == "No draft: drafts like this one are changed too often."),
            "{said:?}"
        );
    });
}

#[test]
fn a_draft_is_sure_where_people_sent_such_drafts_as_they_were() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        answered(desk, "update drafts set state = 'sent', body = 'Dear all, ' || body where state = 'open'").await;
        desk.receive(ANA, "The VAT id", QUESTION).await;
        let draft = newest(&mara).await["answer"]["draft"].clone();
        assert!(draft["confidence"].as_f64().unwrap() > 0.9, "{draft}");
        assert_eq!(draft["word"], "sure");
    });
}

#[test]
fn a_long_ticket_opens_with_quoted_lines_and_a_short_or_opted_out_one_with_none() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        send(desk, &mara, first("VAT id", "Where can I change the VAT id of our company?")).await;
        let more = [
            "I already tried the billing page and found nothing there.",
            "We have tried another browser as well, without luck.",
            "Is anybody there to help us with this?",
        ];
        for text in more {
            desk.receive_with(ANA, "Re: VAT id", text, AGAIN).await;
        }
        assert_eq!(newest(&mara).await["summary"], json!([]), "four messages are read at once");
        desk.receive_with(ANA, "Re: VAT id", "When will the new VAT id stand on our invoices?", AGAIN).await;
        let page = newest(&mara).await;
        let lines: Vec<(&str, &str)> = page["summary"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["about"].as_str().unwrap(), l["quote"].as_str().unwrap()))
            .collect();
        assert_eq!(
            lines,
            [
                ("wants", "Where can I change the VAT id of our company?"),
                ("tried", more[0]),
                ("tried", more[1]),
                ("open", "When will the new VAT id stand on our invoices?"),
            ]
        );
        for line in page["summary"].as_array().unwrap() {
            let message = page["messages"].as_array().unwrap().iter().find(|m| m["id"] == line["message_id"]).unwrap();
            let at = |part: &str| usize::try_from(line[part].as_u64().unwrap()).unwrap();
            let cut: String =
                message["latest"].as_str().unwrap().chars().skip(at("start")).take(at("end") - at("start")).collect();
            assert_eq!(cut, line["quote"].as_str().unwrap(), "it leads to its words");
        }
        let path = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        mara.put(&path, json!({ "ai": "out" })).await.expect(200);
        assert_eq!(newest(&mara).await["summary"], json!([]), "no machine reads who opted out");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_demo_a_refund_outside_policy_shows_rule_and_facts_and_nothing_decides() {
    let folder = demo_copy::copy().await;
    let app: Arc<App> = App::open(demo_copy::config(folder.path()), World::Demo).await.unwrap();
    let person = Person::at(&app).await;
    let page = person.find("tyler.bn@inbox.example", "Refund for October charge").await.unwrap();
    let check = &page["answer"]["policy_check"];
    let facts: Vec<(&str, &str)> = check["found"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| (f["fact"].as_str().unwrap(), f["quote"].as_str().unwrap()))
        .collect();
    assert_eq!(facts, [("invoice", "FH-2026-10-01882"), ("amount", "29 EUR"), ("charged_on", "October 3")], "{check}");
    // The invented company writes as of now, so how many days that is depends on the day of the test.
    assert!(check["found"][2]["days_before"].is_i64(), "{check}");
    assert_eq!(check["missing"], json!([]));
    let rules: Vec<&str> = check["rules"].as_array().unwrap().iter().map(|r| r["quote"].as_str().unwrap()).collect();
    assert!(rules.iter().any(|r| r.contains("within 30 days of the charge")), "{rules:?}");
    assert!(!rules.iter().any(|r| r.contains("45 days")), "a withdrawn rule is none: {rules:?}");
    assert_eq!((&page["answer"]["draft"], &page["answer"]["may_ask"]), (&Value::Null, &json!([])));
    let other = person.find("joana.prates@correio.example", "Refund please, bought the wrong thing").await.unwrap();
    assert_eq!(other["answer"]["policy_check"]["found"][2]["quote"], "6 November");
    drop(person);
    app.store.close().await;
}
