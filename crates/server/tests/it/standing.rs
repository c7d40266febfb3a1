//! A standing approval, over HTTP: shown with its evidence, begun, used by a mail that arrives, seen, ended.

use desk::{
    audit::{AuditEvent, Service},
    ladder::{Cause, Rung},
    operating::OperatingModel,
    triage::Category,
};
use serde_json::{Value, json};
use server::flow;
use store::{MailSource, ServiceIdentity};

use crate::{
    client::Client,
    harness::{NOON, PASSWORD, SUPPORT, TestDesk, UNDO, mail, on_each},
    ladder::on_the_rung,
    learning::{INVOICES, past, trained},
};

const TEXT: &str = "Hello,\n\nyou find every invoice under Settings > Billing > Invoices.";

/// The category becomes a product question.
async fn low_risk(desk: &TestDesk) {
    let who = ServiceIdentity::new(Service::CommandLine);
    let mut tx = desk.app.store.begin(&who, desk.app.clock.now()).await.unwrap();
    let category = Category {
        key: "billing.invoice".to_owned(),
        name: "Invoices".to_owned(),
        description: String::new(),
        operating_model: OperatingModel::ProductQuestion,
        queue: "billing".to_owned(),
    };
    tx.put_category(&category, 0).await.unwrap();
    tx.commit(AuditEvent::ImportFinished { taken: 0, repeated: 0 }).await.unwrap();
}

async fn ask(desk: &TestDesk, who: &Client, from: &str, text: &str) -> Value {
    let raw = mail(from, "Invoice", text, "");
    let now = desk.app.clock.now();
    flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Api, raw.as_bytes(), now).await.unwrap();
    desk.settle().await;
    let list = who.get(&format!("/tickets?view=all&q=from:{from}")).await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    who.get(&format!("/tickets/{id}")).await.expect(200)
}

/// People accept what the machine says about so many mails.
async fn accepted(desk: &TestDesk, who: &Client, count: usize) {
    for n in 0..count {
        let page = ask(desk, who, &format!("p{n}@harbour.example"), INVOICES[n % INVOICES.len()]).await;
        let path = format!("/suggestions/{}/verdict", page["understanding"]["suggestion_id"].as_str().unwrap());
        who.post(&path, json!({ "verdict": "accepted" })).await.expect(200);
    }
}

fn wanted(desk: &TestDesk) -> Value {
    let until = NOON.plus_seconds(20 * 86_400).rfc3339();
    json!({ "category": "billing.invoice", "text": TEXT, "a_day": 5, "a_requester": 1, "until": until, "articles": [desk.article.to_string()] })
}

async fn tray(who: &Client) -> Vec<Value> {
    who.get("/tray").await.expect(200)["items"].as_array().unwrap().clone()
}

#[test]
fn a_text_approved_beforehand_answers_on_evidence_alone_and_ends_at_once() {
    on_each(async |desk| {
        low_risk(desk).await;
        past(desk, 6).await;
        trained(desk).await;
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let early = mara.post("/standing-approvals/preview", wanted(desk)).await.expect(200);
        assert!(early["unfit"].as_str().unwrap().contains("at least 50 are needed"), "{early}");
        accepted(desk, &mara, 52).await;
        let below = mara.post("/standing-approvals/preview", wanted(desk)).await.expect(200);
        assert!(below["unfit"].as_str().unwrap().contains("on the rung “drafts”"), "{below}");
        on_the_rung(desk, "billing.invoice", Rung::StandingApprovals, Cause::Climbed).await;

        timo.post("/standing-approvals/preview", wanted(desk)).await.problem(403);
        let shown = mara.post("/standing-approvals/preview", wanted(desk)).await.expect(200);
        assert_eq!((&shown["unfit"], &shown["answered"]), (&Value::Null, &json!(52)), "{shown}");
        assert!(shown["letter"].as_str().unwrap().starts_with(TEXT), "{shown}");
        let mut new = wanted(desk);
        new["digest"] = shown["digest"].clone();
        let unconfirmed = mara.post("/standing-approvals", new.clone()).await;
        assert_eq!(unconfirmed.problem(422), "refused");
        mara.post("/session/confirmation", json!({ "password": PASSWORD })).await.expect(204);
        let mut other = new.clone();
        other["text"] = json!("Something else");
        assert_eq!(mara.post("/standing-approvals", other).await.problem(409), "refused", "not what was shown");
        let begun = mara.post("/standing-approvals", new).await.expect(201);
        assert_eq!((&begun["state"], &begun["uses"]), (&json!("active"), &json!(0)));
        let path = format!("/standing-approvals/{}", begun["id"].as_str().unwrap());

        let answered = ask(desk, &mara, "new@orchard.example", INVOICES[0]).await;
        assert_eq!(answered["status"], "pending", "{answered}");
        desk.pass(UNDO + 1).await;
        let letters = tray(&mara).await;
        assert_eq!((letters.len(), &letters[0]["to"]), (1, &json!(["new@orchard.example"])));
        let page = mara.get(&format!("/tickets/{}", answered["id"].as_str().unwrap())).await.expect(200);
        let sent = &page["messages"][1];
        assert!(sent["text"].as_str().unwrap().contains("Mara Test approved its words"), "{sent}");
        assert_eq!(sent["direction"], "outbound");

        let angry = "Where do I find the invoice of last month? Otherwise my lawyer will write to you.";
        assert_ne!(ask(desk, &mara, "angry@orchard.example", angry).await["status"], "pending");
        let again = ask(desk, &mara, "new@orchard.example", INVOICES[1]).await;
        assert_ne!(again["status"], "pending", "once a week for one person");

        let uses = timo.get(&format!("{path}/uses")).await.expect(200);
        assert_eq!(uses["items"].as_array().unwrap().len(), 1);
        let waiting = ask(desk, &mara, "late@orchard.example", INVOICES[2]).await;
        assert_eq!(waiting["status"], "pending");
        assert_eq!(mara.delete(&path).await.status, 204);
        desk.pass(UNDO + 1).await;
        assert_eq!(tray(&mara).await.len(), 1, "what waited was taken back");
        let list = timo.get("/standing-approvals").await.expect(200);
        assert_eq!((&list["items"][0]["state"], &list["items"][0]["uses"]), (&json!("ended"), &json!(2)));
        assert_ne!(ask(desk, &mara, "after@orchard.example", INVOICES[3]).await["status"], "pending");
        let helene = desk.sign_in("helene").await;
        assert_eq!(helene.send("POST", "/audit/verification", None, Vec::new()).await.expect(200)["ok"], true);
    });
}
