//! The scorecard counts what became of tickets, agrees with its own export to the digit, and names nobody.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use server::{
    demo::half_year,
    flow::{count_clocks, count_outcomes},
};

use crate::{
    client::Client,
    escalation::set_policy,
    harness::{TestDesk, on_each},
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

/// Sends a draft as it stands, after reading for so many seconds.
async fn sent(desk: &TestDesk, who: &Client, draft: &str, seconds: i64) {
    let page = who.post(&format!("/drafts/{draft}/seal"), json!({})).await.expect(201);
    let warnings: Vec<&Value> =
        page["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let yes = json!({ "token": page["token"], "digest": page["digest"], "status_after": "solved", "acknowledged": warnings, "seconds": seconds });
    who.with("idempotency-key", draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    desk.settle().await;
}

async fn count(desk: &TestDesk) {
    while count_outcomes::follow(&desk.app).await.unwrap() > 0 {}
}

fn figure<'a>(figures: &'a Value, word: &str) -> Option<&'a Value> {
    figures.as_array().unwrap().iter().find(|f| f["figure"] == word)
}

fn share(card: &Value, word: &str) -> (i64, i64) {
    let found = figure(&card["figures"], word).unwrap_or_else(|| panic!("no {word}: {card}"));
    (found["part"].as_i64().unwrap(), found["whole"].as_i64().unwrap())
}

#[test]
fn what_became_of_tickets_is_counted_once_and_again_when_it_changes() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let (first, draft) = asked(desk, &mara, 1).await;
        sent(desk, &mara, &draft, 40).await;
        let (_, draft) = asked(desk, &mara, 2).await;
        let own = json!({ "body": "Quite different indeed, call us." });
        mara.with("if-match", "\"1\"").put(&format!("/drafts/{draft}"), own).await.expect(200);
        sent(desk, &mara, &draft, 40).await;
        asked(desk, &mara, 3).await; // Still open: nothing became of it yet.
        count(desk).await;

        let card = mara.get("/scorecard").await.expect(200);
        assert_eq!((&card["tickets"], &card["generated"]), (&json!(2), &json!(0)), "{card}");
        assert_eq!(share(&card, "acceptance"), (1, 2));
        assert_eq!(share(&card, "human_after_ai"), (1, 2));
        assert_eq!(share(&card, "reopened"), (0, 2));
        assert_eq!(share(&card, "first_reply").1, 2);
        let behind = mara.get("/scorecard/tickets?figure=acceptance").await.expect(200);
        assert_eq!((&behind["n"], &behind["items"][0]["ticket_id"]), (&json!(1), &json!(first)), "{behind}");

        // The requester comes back: the same ticket counts as that, and nothing counts twice.
        desk.receive_with(
            "guest1@harbour.example",
            "Re: VAT id 1",
            "That is not where it is.",
            &reply_to_first(desk).await,
        )
        .await;
        count(desk).await;
        let card = mara.get("/scorecard").await.expect(200);
        assert_eq!(card["tickets"], 2, "{card}");
        assert_eq!((share(&card, "reopened"), share(&card, "found_later")), ((1, 2), (1, 1)));
        count(desk).await;
        assert_eq!(mara.get("/scorecard").await.expect(200), card, "counting again changes nothing");

        // What came back is a case to look at, once, and nobody in it is named.
        let cases = mara.get("/eval-cases?state=proposed").await.expect(200);
        let [case] = cases["items"].as_array().unwrap().as_slice() else { panic!("{cases}") };
        assert_eq!((&case["from"], &case["proposed_by"]), (&json!("came_back"), &Value::Null), "{case}");
        assert!(!case["text"].as_str().unwrap().contains("guest1@harbour.example"), "{case}");
    });
}

#[test]
fn a_draft_that_left_saying_something_else_is_counted_and_becomes_a_case_to_look_at() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let (ticket, draft) = asked(desk, &mara, 1).await;
        let page = mara.get(&format!("/tickets/{ticket}")).await.expect(200);
        let words = page["answer"]["draft"]["body"].as_str().unwrap();
        assert!(words.contains("Settings > Billing"), "{words}");
        let other = json!({ "body": words.replace("Settings > Billing", "Account > Taxes") });
        mara.with("if-match", "\"1\"").put(&format!("/drafts/{draft}"), other).await.expect(200);
        sent(desk, &mara, &draft, 40).await;
        count(desk).await;
        let card = mara.get("/scorecard").await.expect(200);
        assert_eq!((share(&card, "acceptance"), share(&card, "meaning_changed")), ((1, 1), (1, 1)), "{card}");
        let cases = mara.get("/eval-cases?state=proposed").await.expect(200);
        assert_eq!(cases["items"][0]["from"], "edited_draft", "{cases}");
    });
}

/// The header that makes a mail an answer to the first letter of the desk.
async fn reply_to_first(desk: &TestDesk) -> String {
    let mut conn = desk.app.store.read().await.unwrap();
    let rows = conn.rows("select message_id from messages order by at, id", Vec::new()).await.unwrap();
    let id: String = rows[0].columns().take().unwrap();
    format!("In-Reply-To: <{id}>\r\n")
}

#[test]
fn figures_are_those_of_the_rows_anybody_can_take_along() {
    on_each(async |desk| {
        half_year::load(&desk.app).await.unwrap();
        half_year::load(&desk.app).await.unwrap();
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let card = mara.get("/scorecard?days=365&by=category").await.expect(200);
        assert_eq!(card["tickets"], card["generated"], "each row says that it was generated");

        let text = mara.get("/scorecard/rows?days=365").await;
        let rows: Vec<Value> = text.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json!(rows.len()), card["tickets"]);
        let parts = |word: &str| -> (String, String) {
            let found = card["definitions"].as_array().unwrap().iter().find(|d| d["figure"] == word).unwrap();
            (found["part"].as_str().unwrap().to_owned(), found["whole"].as_str().unwrap().to_owned())
        };
        let sum = |rows: &[&Value], count: &str| rows.iter().map(|row| row[count].as_i64().unwrap()).sum::<i64>();
        let mut by_category: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for row in &rows {
            by_category.entry(row["category"].as_str().unwrap()).or_default().push(row);
        }
        let mut compared = 0;
        for group in card["groups"].as_array().unwrap() {
            let theirs = &by_category[group["key"].as_str().unwrap()];
            assert_eq!(json!(theirs.len()), group["tickets"]);
            for told in group["figures"].as_array().unwrap() {
                let (part, whole) = parts(told["figure"].as_str().unwrap());
                let (above, below) = (sum(theirs, &part), sum(theirs, &whole));
                assert_eq!((told["part"].as_i64(), told["whole"].as_i64()), (Some(above), Some(below)), "{told}");
                // What reads JSON here may lose the last of seventeen digits.
                assert!((told["value"].as_f64().unwrap() - above as f64 / below as f64).abs() < 1e-12, "{told}");
                compared += 1;
            }
        }
        assert!(compared > 100, "{compared}");
        for word in ["review_seconds", "rubber_stamps"] {
            assert!(card["groups"].as_array().unwrap().iter().all(|g| figure(&g["figures"], word).is_none()));
        }

        // Whoever works in one queue sees that queue's, in figures and in rows.
        let own = timo.get("/scorecard?days=365").await.expect(200);
        let keys: Vec<&Value> = own["groups"].as_array().unwrap().iter().map(|g| &g["key"]).collect();
        assert_eq!(keys, [&json!("billing")]);
        let csv = timo.get("/scorecard/rows?days=365&format=csv").await.text();
        assert!(csv.starts_with("ticket_id,number,ended,week,queue,") && csv.lines().count() > 100);
        assert!(csv.lines().skip(1).all(|line| line.contains(",billing,")), "foreign rows");

        timo.get("/scorecard?by=person").await.problem(422);
        timo.get("/scorecard/rows?format=xlsx").await.problem(422);
        timo.get("/scorecard/tickets?figure=zeal").await.problem(422);
        let none = timo.get("/scorecard?queue=nowhere").await.expect(200);
        assert_eq!((&none["tickets"], &none["figures"]), (&json!(0), &json!([])), "nothing is divided by nothing");
    });
}

const PROMISED: &str = "[[calendar]]\nkey = \"always\"\nzone = \"UTC\"\nhours = { mon = \"00:00-24:00\", tue = \"00:00-24:00\", wed = \"00:00-24:00\", thu = \"00:00-24:00\", fri = \"00:00-24:00\", sat = \"00:00-24:00\", sun = \"00:00-24:00\" }\n[[target]]\nqueue = \"*\"\ncalendar = \"always\"\nfirst = \"1h\"";

#[test]
fn queues_show_what_waits_and_kept_promises_and_changed_characters_are_counted() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        set_policy(&mara, "service", PROMISED).await;
        let (_, draft) = asked(desk, &mara, 1).await;
        sent(desk, &mara, &draft, 40).await;
        let (late, draft) = asked(desk, &mara, 2).await;
        desk.pass(2 * 3_600).await;
        count_clocks::follow(&desk.app).await.unwrap();
        let of = async |who: &Client| -> Vec<Value> {
            let all = who.get("/scorecard/queues").await.expect(200);
            all["queues"].as_array().unwrap().iter().filter(|q| q["came"] != 0).cloned().collect()
        };
        let waiting = of(&mara).await;
        let [queue] = waiting.as_slice() else { panic!("{waiting:?}") };
        let told = |key: &str| queue[key].as_i64().unwrap();
        assert_eq!((told("came"), told("open"), told("unassigned"), told("late")), (2, 1, 1, 1), "{queue}");
        let page = mara.get(&format!("/tickets/{late}")).await.expect(200);
        assert_eq!(queue["oldest"], page["last_inbound_at"], "the one that waits");
        // The number is that of the list it opens.
        let list = mara.get(&format!("/tickets?view=all&q=is:open%20queue:{}", queue["key"].as_str().unwrap())).await;
        assert_eq!(list.expect(200)["items"].as_array().unwrap().len(), 1);
        let olga = desk.sign_in("olga").await;
        assert!(of(&olga).await.is_empty(), "queues of others are not hers to see");

        let before = mara.get(&format!("/tickets/{late}")).await.expect(200);
        let words = before["answer"]["draft"]["body"].as_str().unwrap();
        let more = json!({ "body": format!("{words} Abcde.") });
        mara.with("if-match", "\"1\"").put(&format!("/drafts/{draft}"), more).await.expect(200);
        sent(desk, &mara, &draft, 40).await;
        count(desk).await;
        let card = mara.get("/scorecard").await.expect(200);
        assert_eq!(share(&card, "promises_kept"), (1, 2), "the second came two hours late");
        let (changed, whole) = share(&card, "edit_burden");
        assert!((6..40).contains(&changed) && whole > 100, "{changed} of {whole}");
        count_clocks::follow(&desk.app).await.unwrap();
        let after = of(&mara).await;
        assert_eq!((&after[0]["open"], &after[0]["ended"], &after[0]["late"]), (&json!(0), &json!(2), &json!(0)));
        assert_eq!((&after[0]["oldest"], &after[0]["came_back"]), (&Value::Null, &json!(0)));
    });
}
