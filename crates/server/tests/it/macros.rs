//! Macros: approved wording that people put into replies, and what sends them back to their owners.

use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const TEXT: &str =
    "Hello {{requester.first_name|there}},\n\nthe VAT id is under Billing, see #{{ticket.number}}.\n\n{{agent.name}}";

async fn ticket(desk: &TestDesk, who: &Client) -> Value {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    let list = who.get("/tickets?q=VAT").await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap();
    who.get(&format!("/tickets/{id}")).await.expect(200)
}

fn told(title: &str, body: &str, rests_on: &[&str]) -> Value {
    json!({ "source": "help", "title": title, "body": body, "audience": "public", "kind": "macro", "language": "en", "rests_on": rests_on })
}

/// Proposes a macro; its article.
async fn propose(who: &Client, title: &str, told: Value) -> String {
    let placed = who.with("idempotency-key", title).post("/articles", told).await.expect(201);
    placed["article_id"].as_str().unwrap().to_owned()
}

async fn approve(owner: &Client, article: &str, version: i64) {
    let path = format!("/articles/{article}/versions/{version}/answer");
    owner.post(&path, json!({ "answer": "approve" })).await.expect(200);
}

async fn offered(who: &Client, ticket: &Value, title: &str) -> Value {
    let list = who.get(&format!("/tickets/{}/macros", ticket["id"].as_str().unwrap())).await.expect(200);
    list["items"].as_array().unwrap().iter().find(|one| one["title"] == title).cloned().unwrap_or(Value::Null)
}

async fn change(desk: &TestDesk, owner: &Client, body: &str) {
    let article = desk.article.to_string();
    let seen = owner.get(&format!("/articles/{article}")).await.expect(200)["version"].as_i64().unwrap();
    let who = owner.with("if-match", &format!("\"{seen}\"")).with("idempotency-key", &format!("change-{seen}"));
    let text = json!({ "title": "VAT id", "body": body });
    let placed = who.post(&format!("/articles/{article}/versions"), text).await.expect(201);
    approve(owner, &article, placed["version"].as_i64().unwrap()).await;
}

#[test]
fn a_macro_is_inserted_only_while_its_owner_stands_by_it_and_what_it_rests_on_is_unchanged() {
    on_each(async |desk| {
        let (timo, owner) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let page = ticket(desk, &timo).await;
        let ground = desk.article.to_string();
        let vat = propose(&timo, "VAT reply", told("VAT reply", TEXT, &[&ground])).await;
        let bye = propose(&timo, "Goodbye", told("Goodbye", "Bye, {{organization.name}}.", &[])).await;
        assert_eq!(offered(&timo, &page, "VAT reply").await, Value::Null, "what nobody approved is not offered");
        approve(&owner, &vat, 1).await;
        approve(&owner, &bye, 1).await;

        let number = page["number"].as_i64().unwrap();
        let filled = offered(&timo, &page, "VAT reply").await;
        let text = filled["text"].as_str().unwrap_or_default();
        assert!(text.starts_with("Hello there,") && text.contains(&format!("#{number}.")), "{filled}");
        assert!(text.ends_with("Timo Test"), "{filled}");
        let listed = timo.get("/articles?kind=macro").await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
        let articles = timo.get("/articles?kind=article").await.expect(200);
        assert!(articles["items"].as_array().unwrap().iter().all(|a| a["kind"] == "article"), "{articles}");
        let resting = timo.get(&format!("/articles/{ground}/macros")).await.expect(200);
        assert_eq!(resting["items"].as_array().unwrap().len(), 2, "one names it, one names nothing of its source");

        change(desk, &owner, "# VAT id\n\nYou can change the VAT id in Settings > Company.").await;
        let back = offered(&timo, &page, "VAT reply").await;
        assert_eq!(back["text"], Value::Null, "{back}");
        assert!(back["why"].as_str().unwrap().contains("“VAT id” changed"), "{back}");
        let shown = owner.get(&format!("/articles/{vat}")).await.expect(200);
        assert_eq!(shown["sent_back_by"]["title"], "VAT id", "{shown}");
        assert_eq!((&shown["rests_on"][0]["id"], &shown["freshness"]), (&json!(ground), &json!("due")));
        let tasks = owner.get("/tasks").await.expect(200).to_string();
        assert!(tasks.contains("The macro “VAT reply” rests on “VAT id”, which changed"), "{tasks}");
        assert_eq!(timo.post(&format!("/articles/{vat}/review"), json!({})).await.problem(403), "forbidden");

        owner.post(&format!("/articles/{vat}/review"), json!({})).await.expect(204);
        let again = offered(&timo, &page, "VAT reply").await;
        assert!(again["text"].is_string(), "{again}");
        assert_eq!(owner.get(&format!("/articles/{vat}")).await.expect(200)["sent_back_by"], Value::Null);

        owner.post(&format!("/articles/{ground}/withdrawal"), json!({})).await.expect(204);
        assert!(offered(&timo, &page, "VAT reply").await["why"].is_string());
        owner.post(&format!("/articles/{vat}/review"), json!({})).await.expect(204);
        let why = offered(&timo, &page, "VAT reply").await["why"].as_str().unwrap_or_default().to_owned();
        assert!(why.contains("not approved and in time any more"), "a yes does not bring its ground back: {why}");
    });
}

#[test]
fn a_macro_has_slots_that_exist_and_grounds_nothing() {
    on_each(async |desk| {
        let (timo, owner) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let refused = [
            told("Phone", "Call {{requester.phone}}.", &[]),
            told("Open", "Hello {{requester.name", &[]),
            told("Nowhere", "Hello.", &["0190a000-0000-7000-8000-000000000000"]),
            json!({ "source": "help", "title": "In", "body": "Hi.", "audience": "internal", "kind": "macro" }),
            json!({ "source": "help", "title": "Cat", "body": "Hi.", "audience": "public", "kind": "macro", "category": "no.such" }),
            json!({ "source": "help", "title": "Page", "body": "Hi.", "audience": "public", "rests_on": [desk.article.to_string()] }),
        ];
        for (n, asked) in refused.into_iter().enumerate() {
            let answer = timo.with("idempotency-key", &format!("no-{n}")).post("/articles", asked.clone()).await;
            assert_eq!(answer.problem(422), "invalid", "{asked}");
        }
        let macro_text = "The quokka desk opens at nine, {{requester.first_name}}.";
        let quokka = propose(&timo, "Quokka", told("Quokka", macro_text, &[])).await;
        approve(&owner, &quokka, 1).await;
        desk.settle().await;
        let found = timo.get("/search?q=quokka").await.expect(200).to_string();
        assert!(!found.contains("opens at nine"), "no search and no draft reads a macro: {found}");
        let who = timo.with("if-match", "\"1\"").with("idempotency-key", "worse");
        let worse = json!({ "title": "Quokka", "body": "Hello {{agent.shoes}}" });
        assert_eq!(who.post(&format!("/articles/{quokka}/versions"), worse).await.problem(422), "invalid");
    });
}
