//! Mail whose place is not plain: mass mail from somebody who takes part, bounces, mail set aside.

use desk::ids::MailId;
use serde_json::{Value, json};
use server::flow;
use store::{MailSource, MailState, Taken};

use crate::{
    client::Client,
    harness::{SUPPORT, TestDesk, UNDO, mail, on_each},
};

async fn page(who: &Client, number: i64) -> Value {
    who.get(&format!("/tickets/{number}")).await.expect(200)
}

/// The Message-ID of a ticket's first mail, in its angle brackets.
pub async fn original_id(who: &Client, page: &Value) -> String {
    let raw = who.get(&format!("/messages/{}/raw", page["messages"][0]["id"].as_str().unwrap())).await.text();
    raw.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned()
}

async fn ask(desk: &TestDesk) {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
}

#[test]
fn an_answer_through_a_mailing_list_is_a_persons_and_an_automatic_one_is_not() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        ask(desk).await;
        let first = page(&timo, 1001).await;
        let reply = format!("In-Reply-To: {}\r\n", original_id(&timo, &first).await);
        let etag = timo.get("/tickets/1001").await.etag();
        let path = format!("/tickets/{}", first["id"].as_str().unwrap());
        timo.with("if-match", &etag).patch(&path, json!({ "status": "pending" })).await.expect(200);
        let cases = [
            ("Auto-Submitted: auto-replied\r\n", "pending", 2),
            ("List-Id: <staff.harbour.example>\r\nPrecedence: list\r\n", "open", 3),
        ];
        for (header, status, messages) in cases {
            let more = format!("{reply}{header}");
            desk.receive_with("ana@harbour.example", "Re: VAT id", "It is still the old one.", &more).await;
            let now = page(&timo, 1001).await;
            let found = (now["messages"].as_array().unwrap().len(), now["status"].as_str().unwrap());
            assert_eq!(found, (messages, status), "{header}");
        }
    });
}

#[test]
fn a_bounce_joins_only_the_ticket_of_a_letter_of_ours() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        ask(desk).await;
        let first = page(&timo, 1001).await;
        let draft = first["answer"]["draft"]["id"].as_str().unwrap();
        let sealed = timo.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
        let warned: Vec<&Value> =
            sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
        let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": warned });
        timo.with("idempotency-key", "y").post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
        desk.pass(UNDO + 1).await;
        let mut conn = desk.app.store.read().await.unwrap();
        let sent = conn.rows("select message_id from messages where direction = 'outbound'", Vec::new()).await.unwrap();
        let ours: String = sent[0].columns().take().unwrap();
        drop(conn);
        let theirs = original_id(&timo, &first).await;
        let bounce = async |id: &str| {
            let text = format!("This is the mail system.\r\n\r\n550 5.1.1 user unknown\r\n\r\nMessage-ID: {id}\r\n");
            desk.receive("mailer-daemon@mx.example", "Undelivered Mail Returned to Sender", &text).await;
        };
        bounce(&theirs).await;
        assert_eq!(page(&timo, 1001).await["messages"].as_array().unwrap().len(), 2, "anybody knows that id");
        assert_eq!(page(&desk.sign_in("mara").await, 1002).await["requester"]["email"], "mailer-daemon@mx.example");
        bounce(&format!("<{ours}>")).await;
        let now = page(&timo, 1001).await;
        assert_eq!(now["messages"].as_array().unwrap().len(), 3, "only we could have named it");
    });
}

#[test]
fn what_was_set_aside_stays_aside_until_a_person_sends_it_round() {
    on_each(async |desk| {
        let raw = mail("ana@harbour.example", "VAT id", "Where can I change the VAT id?", "");
        let now = desk.app.clock.now();
        let taken = flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Api, raw.as_bytes(), now).await.unwrap();
        let Taken::New(id) = taken else { panic!("a new mail") };
        flow::receive_mail::set_aside(&desk.app, id, "a person should look").await.unwrap();
        flow::receive_mail::accept(&desk.app, id).await.unwrap();
        // The job that taking it queued comes late, too.
        desk.settle().await;
        let mara = desk.sign_in("mara").await;
        assert_eq!(state(desk, id).await, MailState::Quarantined);
        assert_eq!(mara.get("/tickets?view=all").await.expect(200)["items"], json!([]));
        let retried = mara.send("POST", &format!("/quarantine/{id}/retry"), None, Vec::new()).await;
        assert!(retried.status < 300, "{}", retried.text());
        desk.settle().await;
        assert_eq!(state(desk, id).await, MailState::Accepted);
        assert_eq!(page(&mara, 1001).await["subject"], "VAT id");
    });
}

async fn state(desk: &TestDesk, id: MailId) -> MailState {
    desk.app.store.read().await.unwrap().mail(id).await.unwrap().state
}
