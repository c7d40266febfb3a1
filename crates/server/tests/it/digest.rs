//! The week of somebody's queues: what failed is counted from what people did, and on Mondays it goes by mail to people who work
//! here and to nobody else.

use ::desk::people::Role;
use serde_json::{Value, json};
use server::{config::Config, flow::sum_up_week};

use crate::{
    client::Client,
    harness::{TestDesk, add_person},
};

const DAY: i64 = 86_400;

fn mailing(config: &mut Config) {
    config.digest.mail = true;
}

fn on_each_mailing<F: AsyncFn(&TestDesk)>(test: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for desk in TestDesk::each_with(&mailing).await {
            test(&desk).await;
            desk.close().await;
        }
    });
}

async fn turned_down(desk: &TestDesk, who: &Client, n: usize) {
    let question = "Hello, where can I change the VAT id of our company?";
    desk.receive(&format!("guest{n}@harbour.example"), &format!("VAT id {n}"), question).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    let page = who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"]));
    who.post(&format!("/drafts/{draft}/rejection"), json!({ "why": "stale_source" })).await.expect(204);
}

fn fault(week: &Value, word: &str) -> (i64, i64) {
    let found = week["faults"].as_array().unwrap().iter().find(|f| f["fault"] == word).unwrap();
    (found["count"].as_i64().unwrap(), found["before"].as_i64().unwrap())
}

#[test]
fn a_week_names_what_failed_the_source_behind_it_and_what_to_do_first() {
    on_each_mailing(async |desk| {
        add_person(&desk.app, "kim", Role::KnowledgeOwner, &["billing"]).await;
        let (timo, olga, mara, kim) = (
            desk.sign_in("timo").await,
            desk.sign_in("olga").await,
            desk.sign_in("mara").await,
            desk.sign_in("kim").await,
        );
        for n in 0..3 {
            turned_down(desk, &timo, n).await;
        }
        let week = mara.get("/digest").await.expect(200);
        assert_eq!((fault(&week, "rejected"), fault(&week, "low_rating")), ((3, 0), (0, 0)), "{week}");
        assert_eq!((&week["sources"][0]["title"], &week["sources"][0]["failures"]), (&json!("VAT id"), &json!(3)));
        assert_eq!(
            (&week["steps"][0]["remedy"], &week["steps"][0]["weight"]),
            (&json!("read_article"), &json!(3)),
            "{week}"
        );
        assert!(week["steps"].as_array().unwrap().iter().any(|s| s["remedy"] == "check_cases"), "{week}");
        assert_eq!((&week["failed"][0]["why"], &week["mail"]), (&json!("stale_source"), &json!("on")));
        // Who owns no source sees none, another queue sees nothing of it.
        let others = kim.get("/digest").await.expect(200);
        assert_eq!((fault(&others, "rejected"), &others["sources"]), ((3, 0), &json!([])), "{others}");
        let none = olga.get("/digest").await.expect(200);
        assert_eq!(
            (fault(&none, "rejected"), &none["failed"], &none["steps"]),
            ((0, 0), &json!([]), &json!([])),
            "{none}"
        );
        mara.get("/digest?day=yesterday").await.problem(422);

        // Not before Monday morning; then once to each who runs queues or owns articles, with no word of a requester.
        kim.put("/digest/mail", json!({ "mail": "off" })).await.expect(204);
        let now = desk.app.clock.now();
        assert_eq!(sum_up_week::mail_due(&desk.app).await.unwrap(), 0, "this week has just begun to fail");
        let monday = now.monday().plus_seconds(7 * DAY);
        desk.pass(monday.seconds_since(now) + 4 * 3_600).await;
        assert_eq!(sum_up_week::mail_due(&desk.app).await.unwrap(), 0, "nobody reads at four");
        desk.pass(2 * 3_600).await;
        assert_eq!(sum_up_week::mail_due(&desk.app).await.unwrap(), 1, "kim said no, agents get none");
        assert_eq!(sum_up_week::mail_due(&desk.app).await.unwrap(), 0, "once");
        desk.pass(1).await;
        let mara = desk.sign_in("mara").await;
        let letters = mara.get("/tray").await.expect(200);
        let [letter] = letters["items"].as_array().unwrap().as_slice() else { panic!("{letters}") };
        let whole = mara.get(&format!("/tray/{}", letter["id"].as_str().unwrap())).await.expect(200).to_string();
        assert!(whole.contains("mara@fernhill.example") && whole.contains("/digest"), "{whole}");
        for word in ["guest", "VAT id", "portal/", "choice/"] {
            assert!(!whole.contains(word), "{word}: {whole}");
        }
        let week = mara.get("/digest").await.expect(200);
        assert_eq!(fault(&week, "rejected"), (0, 3), "the week before");
    });
}
