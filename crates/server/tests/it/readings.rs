//! How people read before their yes: hurrying is slowed down, figures are one's own, and a draft can be turned down without a reason.

use desk::audit::{AuditEvent, Service};
use serde_json::{Value, json};
use store::ServiceIdentity;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

async fn ask(desk: &TestDesk, who: &Client, n: usize) -> Value {
    desk.receive(&format!("guest{n}@harbour.example"), &format!("VAT id {n}"), QUESTION).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

fn draft_of(page: &Value) -> String {
    page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"])).to_owned()
}

async fn seal(who: &Client, draft: &str) -> Value {
    who.post(&format!("/drafts/{draft}/seal"), json!({})).await.expect(201)
}

async fn approve(who: &Client, draft: &str, page: &Value, more: Value) -> crate::client::Answer {
    let warnings: Vec<&Value> =
        page["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let mut yes =
        json!({ "token": page["token"], "digest": page["digest"], "status_after": "solved", "acknowledged": warnings });
    yes.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    who.with("idempotency-key", &format!("{draft} {}", page["token"]))
        .post(&format!("/drafts/{draft}/approval"), yes)
        .await
}

#[test]
fn who_signs_ten_letters_in_a_minute_reads_the_eleventh() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let mut drafts = Vec::new();
        for n in 0..12 {
            drafts.push(draft_of(&ask(desk, &mara, n).await));
        }
        for draft in &drafts[..10] {
            let page = seal(&mara, draft).await;
            assert_eq!(page["brake"], "none");
            approve(&mara, draft, &page, json!({ "seconds": 30, "opened": [1] })).await.expect(201);
        }
        let page = seal(&mara, &drafts[10]).await;
        assert_eq!(page["brake"], "burst", "{page}");
        let no = approve(&mara, &drafts[10], &page, json!({})).await.expect(422);
        let said = no["detail"].as_str().unwrap();
        assert!(said.starts_with("Take your time: this letter can be approved in "), "{no}");
        desk.pass(61).await;
        approve(&mara, &drafts[10], &page, json!({})).await.expect(201);

        let own = mara.get("/readings/own").await.expect(200);
        let total = &own["total"];
        assert_eq!((&own["sharing"], &total["letters"], &total["braked"]), (&json!("private"), &json!(11), &json!(1)));
        assert_eq!((&total["seconds"], &total["unchanged"]), (&json!(30.0), &json!(1.0)), "{total}");
        assert!((total["opened"].as_f64().unwrap() - 10.0 / 11.0).abs() < 1e-9, "{total}");
        assert_eq!(own["weeks"].as_array().unwrap().len(), 1, "{own}");

        // Words of one's own know no brake, and are in no figure.
        let last = &drafts[11];
        let own_words = json!({ "body": "Quite different indeed." });
        mara.with("if-match", "\"1\"").put(&format!("/drafts/{last}"), own_words).await.expect(200);
        let page = seal(&mara, last).await;
        assert_eq!((&page["ai"]["share"], &page["brake"]), (&json!(0.0), &json!("none")), "{page}");
        approve(&mara, last, &page, json!({})).await.expect(201);
        assert_eq!(mara.get("/readings/own").await.expect(200)["total"]["letters"], 11);
    });
}

#[test]
fn figures_are_ones_own_and_leads_see_groups_of_five() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        for n in 0..5 {
            let draft = draft_of(&ask(desk, &timo, n).await);
            let page = seal(&timo, &draft).await;
            approve(&timo, &draft, &page, json!({ "seconds": 20 })).await.expect(201);
        }
        desk.pass(8 * 86_400).await;
        // A week later the sessions are over.
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        assert_eq!(timo.get("/readings/groups").await.problem(403), "forbidden");
        let seen = mara.get("/readings/groups").await.expect(200);
        let group = &seen["groups"][0];
        assert_eq!(
            (&group["queue"], &group["people"], &group["habits"]),
            (&json!("billing"), &Value::Null, &Value::Null)
        );
        assert_eq!(seen["people"], json!([]));

        timo.put("/readings/sharing", json!({ "sharing": "shared" })).await.expect(204);
        let seen = mara.get("/readings/groups").await.expect(200);
        assert_eq!(
            (&seen["people"][0]["name"], &seen["people"][0]["habits"]["letters"]),
            (&json!("Timo Test"), &json!(5))
        );
        timo.put("/readings/sharing", json!({ "sharing": "private" })).await.expect(204);
        assert_eq!(mara.get("/readings/groups").await.expect(200)["people"], json!([]));
        timo.put("/readings/sharing", json!({ "sharing": "public" })).await.problem(422);

        // Five people, one letter each: now it is a group, and nobody is named.
        let mut tx =
            desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
        tx.execute("insert into agents (id, name, email, role, ai, created_at) select '019aa000-0000-7000-8000-000000000001', 'Extra', 'extra@fernhill.example', 'agent', 'default', 0", Vec::new()).await.unwrap();
        let spread = "update readings set agent_id = (select x.id from (select id, row_number() over (order by id) n from agents) x
             where x.n = (select count(*) from readings r where r.seal_id <= readings.seal_id))";
        assert_eq!(tx.execute(spread, Vec::new()).await.unwrap(), 5);
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.unwrap();
        let seen = mara.get("/readings/groups").await.expect(200);
        let group = &seen["groups"][0];
        assert_eq!(
            (&group["people"], &group["habits"]["letters"], &group["habits"]["seconds"]),
            (&json!(5), &json!(5), &json!(20.0)),
            "{seen}"
        );
    });
}

#[test]
fn a_draft_is_turned_down_without_a_reason_and_one_may_follow() {
    on_each(async |desk| {
        let (mara, timo, olga) = (desk.sign_in("mara").await, desk.sign_in("timo").await, desk.sign_in("olga").await);
        let page = ask(desk, &timo, 1).await;
        let (ticket, draft) = (page["id"].as_str().unwrap().to_owned(), draft_of(&page));
        let rejection = format!("/drafts/{draft}/rejection");
        olga.post(&rejection, json!({})).await.problem(404);
        timo.post(&rejection, json!({ "why": "dull" })).await.problem(422);
        timo.post(&rejection, json!({})).await.expect(204);
        let page = timo.get(&format!("/tickets/{ticket}")).await.expect(200);
        assert_eq!(
            (&page["answer"]["state"], &page["answer"]["draft"]),
            (&json!("withheld"), &Value::Null),
            "{}",
            page["answer"]
        );
        assert!(!page["answer"]["passages"].as_array().unwrap().is_empty(), "sources stay");
        mara.post(&rejection, json!({ "why": "wrong_tone" })).await.problem(409);
        timo.post(&rejection, json!({ "why": "wrong_fact" })).await.expect(204);
        let page = timo.get(&format!("/tickets/{ticket}")).await.expect(200);
        let said: Vec<&str> = page["trail"].as_array().unwrap().iter().map(|l| l["text"].as_str().unwrap()).collect();
        assert!(said.contains(&"The machine's draft was turned down."), "{said:?}");
        assert!(said.contains(&"The machine's draft was turned down: wrong fact."), "{said:?}");
        assert_eq!(timo.get("/readings/own").await.expect(200)["rejected"], 1);

        let asked = format!("/tickets/{ticket}/drafts");
        let fresh = timo.with("idempotency-key", "1").post(&asked, json!({ "origin": "assembled" })).await.expect(201);
        let fresh = fresh["id"].as_str().unwrap();
        assert_ne!(fresh, draft);
        mara.with("if-match", "\"1\"")
            .put(&format!("/drafts/{fresh}"), json!({ "body": "Mara's words." }))
            .await
            .expect(200);
        timo.post(&format!("/drafts/{fresh}/rejection"), json!({})).await.problem(409);
    });
}
