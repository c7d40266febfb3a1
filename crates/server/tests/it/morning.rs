//! The morning after: what came at night stands in order, a few at a time, and drafts of the night are looked at again before
//! somebody reads them. On both engines.

use serde_json::{Value, json};
use server::flow::{check_night_drafts::check_due, count_clocks};

use crate::{
    client::Client,
    escalation::set_policy,
    harness::{TestDesk, on_each},
};

const LEVELS: &str = "
[[calendar]]
key = \"office\"
zone = \"UTC\"
hours = { mon = \"09:00-17:00\", tue = \"09:00-17:00\", wed = \"09:00-17:00\", thu = \"09:00-17:00\", fri = \"09:00-17:00\" }
[[target]]
calendar = \"office\"
first = \"4h\"
";
const QUESTION: &str = "Where can I change the VAT id of our company?";
/// From the tests' noon, 11:06:40, until midnight.
const TO_MIDNIGHT: i64 = 46_400;

async fn draft(who: &Client, number: i64) -> Value {
    who.get(&format!("/tickets/{number}")).await.expect(200)["answer"]["draft"].clone()
}

async fn numbers(who: &Client) -> (Vec<i64>, Value) {
    let morning = who.get("/morning").await.expect(200);
    let all = morning["tickets"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()).collect();
    (all, morning["behind"].clone())
}

/// A night with eight letters: the sixth is an emergency, the last of another queue.
async fn night(desk: &TestDesk) {
    desk.receive("day@harbour.example", "By day", QUESTION).await;
    desk.app.clock.advance(TO_MIDNIGHT);
    for n in 0..7 {
        let (subject, text) = match n {
            5 => ("Lawyer", "You will hear from our lawyer. We reserve the right to take legal action."),
            _ => ("VAT id", QUESTION),
        };
        desk.receive(&format!("guest{n}@harbour.example"), subject, text).await;
        desk.app.clock.advance(60);
    }
    count_clocks::follow(&desk.app).await.unwrap();
}

#[test]
fn the_night_is_worked_in_order_and_a_few_at_a_time() {
    on_each(async |desk| {
        set_policy(&desk.sign_in("mara").await, "service", LEVELS).await;
        night(desk).await;
        let mara = desk.sign_in("mara").await;
        assert_eq!(numbers(&mara).await, (vec![], json!(0)), "nobody works");
        desk.app.clock.advance(9 * 3_600);
        let (mara, timo, olga) = (desk.sign_in("mara").await, desk.sign_in("timo").await, desk.sign_in("olga").await);
        let (first, behind) = numbers(&mara).await;
        assert_eq!((first.len(), behind), (5, json!(2)), "{first:?}");
        assert_eq!(first[0], 1007, "the emergency: {first:?}");
        assert_eq!(first[1..], [1002, 1003, 1004, 1005], "then as they came, all due at the same minute");
        // Whoever sees fewer queues is shown those of theirs.
        let here = mara.get("/tickets/1002").await;
        let path = format!("/tickets/{}", here.expect(200)["id"].as_str().unwrap());
        mara.with("if-match", &here.etag()).patch(&path, json!({ "queue": "security" })).await.expect(200);
        assert_eq!(numbers(&olga).await, (vec![1002], json!(0)));
        assert!(!numbers(&timo).await.0.contains(&1002));
        // What is done with makes room for what waits behind.
        let here = mara.get("/tickets/1003").await;
        let path = format!("/tickets/{}", here.expect(200)["id"].as_str().unwrap());
        mara.with("if-match", &here.etag()).patch(&path, json!({ "status": "solved" })).await.expect(200);
        assert_eq!(numbers(&mara).await, (vec![1007, 1002, 1004, 1005, 1006], json!(1)));
        // It ends with the day.
        desk.app.clock.advance(8 * 3_600);
        assert_eq!(numbers(&desk.sign_in("mara").await).await, (vec![], json!(0)));
    });
}

#[test]
fn drafts_of_the_night_are_looked_at_again_before_somebody_reads_them() {
    on_each(async |desk| {
        set_policy(&desk.sign_in("mara").await, "service", LEVELS).await;
        night(desk).await;
        let timo = desk.sign_in("timo").await;
        let (made, day) = (draft(&timo, 1002).await, draft(&timo, 1001).await);
        assert!(made["id"].is_string(), "prepared at night: {made}");
        assert_eq!(check_due(&desk.app).await.unwrap(), 0, "not while nobody works");
        desk.app.clock.advance(9 * 3_600);
        assert!(check_due(&desk.app).await.unwrap() >= 5);
        assert_eq!(check_due(&desk.app).await.unwrap(), 0, "once");
        let timo = desk.sign_in("timo").await;
        let now = draft(&timo, 1002).await;
        assert_eq!((&now["id"], &now["revision"]), (&made["id"], &made["revision"]), "it holds");
        assert!(now["checked_at"].as_str().unwrap().starts_with("2026-11-19T09:"), "{now}");
        assert_eq!(draft(&timo, 1001).await["checked_at"], day["checked_at"], "made by day");

        // The next night a policy changes: what was made before is made anew, what a person took up is theirs.
        desk.app.clock.advance(12 * 3_600);
        desk.receive("late@harbour.example", "VAT id", QUESTION).await;
        desk.receive("later@harbour.example", "VAT id", QUESTION).await;
        let timo = desk.sign_in("timo").await;
        let (old, theirs) = (draft(&timo, 1009).await, draft(&timo, 1010).await);
        let path = format!("/drafts/{}", theirs["id"].as_str().unwrap());
        timo.with("if-match", "\"1\"").put(&path, json!({ "body": "My words." })).await.expect(200);
        desk.app.clock.advance(3_600);
        set_policy(&desk.sign_in("mara").await, "service", &format!("{LEVELS}# Read again.\n")).await;
        desk.app.clock.advance(12 * 3_600);
        check_due(&desk.app).await.unwrap();
        desk.settle().await;
        let timo = desk.sign_in("timo").await;
        let new = draft(&timo, 1009).await;
        assert!(new["id"].is_string() && new["id"] != old["id"], "made anew: {new}");
        assert_eq!(draft(&timo, 1010).await["body"], "My words.");
        let page = timo.get("/tickets/1009").await.expect(200);
        assert!(page["trail"].to_string().contains("it is made anew"), "{}", page["trail"]);
    });
}
