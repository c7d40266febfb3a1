//! What people put right, give back or complain about becomes a case to check, by itself and once.

use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const QUESTION: &str = "Hello, where can I change the VAT id of our company?";

async fn ticket(desk: &TestDesk, who: &Client, text: &str) -> Value {
    desk.receive("guest@harbour.example", "VAT id", text).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// The one case that is proposed: what made somebody think of it, and its text.
async fn case(who: &Client) -> (String, String) {
    let list = who.get("/eval-cases?state=proposed").await.expect(200);
    let [case] = list["items"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(case["proposed_by"], Value::Null, "{case}");
    (case["from"].as_str().unwrap().to_owned(), case["text"].as_str().unwrap().to_owned())
}

#[test]
fn a_corrected_category_is_what_the_case_expects() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let page = ticket(desk, &timo, QUESTION).await;
        let verdict = format!("/suggestions/{}/verdict", page["understanding"]["suggestion_id"].as_str().unwrap());
        timo.post(&verdict, json!({ "verdict": "edited", "category": "security.access" })).await.expect(200);
        let (from, text) = case(&mara).await;
        assert_eq!(from, "corrected_triage");
        assert!(text.contains("label: security.access"), "{text}");
        timo.post(&verdict, json!({ "verdict": "edited", "category": "billing.invoice" })).await;
        case(&mara).await;
    });
}

#[test]
fn an_escalation_that_is_given_back_should_have_stayed() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = ticket(desk, &mara, QUESTION).await;
        let raised = format!("/tickets/{}/escalations", page["id"].as_str().unwrap());
        let up = mara.post(&raised, json!({})).await.expect(201);
        let id = up["id"].as_str().map(str::to_owned);
        let id = match id {
            Some(id) => id,
            None => mara.get(&raised).await.expect(200)["cases"][0]["id"].as_str().unwrap().to_owned(),
        };
        let back = json!({ "state": "returned", "reason": "It says where in the settings." });
        mara.put(&format!("/escalations/{id}/answer"), back).await.expect(204);
        let (from, text) = case(&mara).await;
        assert_eq!(from, "returned_escalation");
        assert!(text.contains("escalation: stays"), "{text}");
    });
}

#[test]
fn anger_after_an_answer_of_ours_is_a_complaint_and_anger_before_it_is_none() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let angry = "This is unacceptable, I am furious. We will hear from our lawyer if nobody helps.";
        ticket(desk, &mara, angry).await;
        assert_eq!(mara.get("/eval-cases?state=proposed").await.expect(200)["items"], json!([]), "we said nothing yet");

        desk.receive("bo@orchard.example", "The VAT id", QUESTION).await;
        let list = mara.get("/tickets?view=all&limit=100").await.expect(200);
        let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
        let page = mara.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200);
        let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"]));
        let sealed = mara.post(&format!("/drafts/{draft}/seal"), json!({})).await.expect(201);
        let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
        let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "pending", "acknowledged": checks });
        mara.with("idempotency-key", draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
        desk.pass(60).await;
        let mut conn = desk.app.store.read().await.unwrap();
        let rows = conn
            .rows("select message_id from messages where direction = 'inbound' order by at desc, id desc", Vec::new())
            .await
            .unwrap();
        let id: String = rows[0].columns().take().unwrap();
        drop(conn);
        let answers = format!("In-Reply-To: <{id}>\r\n");
        desk.pass(60).await;
        desk.receive_with("bo@orchard.example", "Re: The VAT id", angry, &answers).await;
        let (from, text) = case(&mara).await;
        assert_eq!(from, "complaint");
        assert!(text.contains("unacceptable"), "{text}");
    });
}
