//! What a person wrote is replaced by nobody else, whoever comes late or asks for a draft.

use std::{sync::Arc, time::Duration};

use desk::{
    audit::{AuditEvent, Service},
    draft::{Composed, DraftOrigin},
    ids::{DraftId, SuggestionId, TicketId},
    knowledge::Retrieval,
};
use serde_json::{Value, json};
use server::{
    App, FlowError,
    flow::{
        keep_draft::{Asked, Made, keep_draft},
        prepare_reply::Case,
    },
};
use store::{Purpose, ServiceIdentity, SuggestionKind};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const MINE: &str = "Hello Ana,\n\nmy own words, two minutes of work.";

async fn asked(desk: &TestDesk, who: &Client) -> Value {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    who.get("/tickets?q=VAT").await.expect(200)["items"][0].clone()
}

async fn draft(who: &Client, ticket: &Value) -> Value {
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    who.get(&path).await.expect(200)["answer"]["draft"].clone()
}

async fn write(who: &Client, draft: &Value, body: &str) {
    let revision = format!("\"{}\"", draft["revision"]);
    let path = format!("/drafts/{}", draft["id"].as_str().unwrap());
    who.with("if-match", &revision).put(&path, json!({ "body": body })).await.expect(200);
}

#[test]
fn nobody_replaces_what_a_colleague_wrote() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let ticket = asked(desk, &timo).await;
        let path = format!("/tickets/{}/drafts", ticket["id"].as_str().unwrap());
        let start = async |who: &Client, origin: &str| who.post(&path, json!({ "origin": origin })).await;
        start(&mara, "assembled").await.expect(201);
        write(&timo, &draft(&timo, &ticket).await, MINE).await;
        for origin in ["agent", "assembled", "model"] {
            let refused = start(&mara, origin).await;
            assert_eq!(refused.problem(409), "refused", "{origin}");
            assert!(refused.text().contains("Timo Test is writing this reply"), "{}", refused.text());
        }
        assert_eq!(start(&timo, "assembled").await.problem(409), "stale", "nor does the machine replace one's own");
        let kept = draft(&timo, &ticket).await;
        assert_eq!((&kept["body"], &kept["state"]), (&json!(MINE), &json!("open")));

        let anew = start(&timo, "agent").await.expect(201);
        assert_eq!(start(&mara, "agent").await.problem(409), "refused", "one just begun is somebody's, too");
        write(&mara, &anew, "Hello Ana,\n\nwe write it together.").await;
        let refused = start(&timo, "agent").await;
        assert_eq!(refused.problem(409), "refused");
        assert!(refused.text().contains("Mara Test"), "{}", refused.text());
    });
}

/// A drafter that began with what was there and comes back late.
struct Late {
    app: Arc<App>,
    case: Case,
    retrieval: SuggestionId,
}

impl Late {
    async fn at(desk: &TestDesk, ticket: &Value) -> Self {
        let ticket: TicketId = ticket["id"].as_str().unwrap().parse().unwrap();
        let grant = desk.app.service_grant(Service::Preparation, Purpose::Work).unwrap();
        let mut conn = desk.app.store.read().await.unwrap();
        let case = Case::load(&mut conn, &grant, ticket, desk.app.clock.now()).await.unwrap().unwrap();
        let kept = conn.newest_suggestion::<Retrieval>(&grant, ticket, SuggestionKind::Retrieval).await.unwrap();
        Self { app: Arc::clone(&desk.app), case, retrieval: kept.unwrap().id }
    }

    async fn keep(&self) -> Result<Option<DraftId>, FlowError> {
        let composed = Composed { body: "From late.".into(), sentences: vec![], doubts: vec![], score: 0.1 };
        let made = Made { origin: DraftOrigin::Assembled, composed: &composed, exchange: None, asked: Asked::ByMail };
        keep_draft(&self.app, &self.case, self.retrieval, made).await
    }
}

#[test]
fn a_late_draft_replaces_neither_a_persons_words_nor_a_newer_answer() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let ticket = asked(desk, &timo).await;
        let late = Late::at(desk, &ticket).await;
        late.keep().await.unwrap();
        assert_eq!(draft(&timo, &ticket).await["body"], "From late.", "in time it is kept");
        write(&timo, &draft(&timo, &ticket).await, MINE).await;
        assert!(matches!(late.keep().await, Err(FlowError::Stale)));
        assert_eq!(draft(&timo, &ticket).await["body"], MINE);

        desk.receive("bo@harbour.example", "VAT of Bo", "Hello, where can I change the VAT id of our company?").await;
        let ticket = timo.get("/tickets?q=Bo").await.expect(200)["items"][0].clone();
        let late = Late::at(desk, &ticket).await;
        let page = timo.get(&format!("/tickets/{}", ticket["id"].as_str().unwrap())).await.expect(200);
        let raw = timo.get(&format!("/messages/{}/raw", page["messages"][0]["id"].as_str().unwrap())).await.text();
        let original = raw.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
        let reply = format!("In-Reply-To: {original}\r\n");
        desk.receive_with("bo@harbour.example", "VAT of Bo", "And where is the VAT id shown?", &reply).await;
        let newer = draft(&timo, &ticket).await;
        assert!(matches!(late.keep().await, Err(FlowError::Stale)));
        assert_eq!(draft(&timo, &ticket).await["id"], newer["id"]);
    });
}

#[test]
fn a_draft_that_is_being_saved_at_this_very_moment_is_not_replaced() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let ticket = asked(desk, &timo).await;
        let late = Late::at(desk, &ticket).await;
        let open: DraftId = draft(&timo, &ticket).await["id"].as_str().unwrap().parse().unwrap();
        let agent = desk.app.store.read().await.unwrap().agents().await.unwrap().remove(0);
        let service = ServiceIdentity::new(Service::CommandLine);
        let mut saving = desk.app.store.begin(&service, desk.app.clock.now()).await.unwrap();
        saving.edit_draft(open, 1, MINE, agent.id).await.unwrap();
        let keeping = tokio::spawn(async move { late.keep().await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!keeping.is_finished(), "it waits for who saves");
        saving.commit(AuditEvent::DoorTried { door: "test".into() }).await.unwrap();
        assert!(matches!(keeping.await.unwrap(), Err(FlowError::Stale)));
        assert_eq!(draft(&timo, &ticket).await["body"], MINE);
    });
}
