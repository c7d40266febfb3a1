//! One reply to many, over HTTP: deliberate, slow, stoppable, and as many approvals as letters.

use serde_json::{Value, json};
use server::flow;
use store::MailSource;

use crate::{
    client::Client,
    harness::{SUPPORT, TestDesk, UNDO, on_each},
};

const TEXT: &str = "Hello {{requester.first_name|there}},\n\nthe outage is over. Your ticket is #{{ticket.number}}.";

/// One ticket each for so many people.
async fn tickets(desk: &TestDesk, who: &Client, people: usize) -> Vec<String> {
    for n in 0..people {
        let raw = format!(
            "From: <p{n:02}@harbour.example>\r\nTo: <{SUPPORT}>\r\nSubject: Outage\r\nMessage-ID: <p{n:02}@harbour.example>\r\n\r\nHello, nothing loads since this morning.\r\n"
        );
        let now = desk.app.clock.now();
        flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Api, raw.as_bytes(), now).await.unwrap();
    }
    desk.settle().await;
    let list = who.get("/tickets?q=Outage&limit=100").await.expect(200);
    let ids: Vec<String> = each(&list["items"]).map(|t| t["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), people);
    ids
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().unwrap().iter()
}

async fn prepare(who: &Client, tickets: &[String]) -> Value {
    let new = json!({ "tickets": tickets, "text": TEXT });
    who.with("idempotency-key", &format!("prepare-{}", tickets.len())).post("/bulk-replies", new).await.expect(201)
}

async fn seal(who: &Client, bulk: &str) -> Value {
    who.send("POST", &format!("{bulk}/seal"), None, Vec::new()).await.expect(201)
}

fn letter<'a>(sealed: &'a Value, draft: &Value) -> &'a Value {
    each(&sealed["letters"]).find(|l| l["draft_id"] == *draft).unwrap()
}

/// Opens one letter after another.
async fn read(desk: &TestDesk, who: &Client, sealed: &Value, seconds: i64) {
    for draft in each(&sealed["sample"]) {
        let digest = &letter(sealed, draft)["digest"];
        let path = format!("/drafts/{}/reading", draft.as_str().unwrap());
        assert_eq!(who.put(&path, json!({ "digest": digest })).await.status, 204);
        desk.app.clock.advance(seconds);
    }
}

fn yes(sealed: &Value, counted: usize) -> Value {
    let seen = |l: &Value| json!({ "draft_id": l["draft_id"], "token": l["token"], "digest": l["digest"] });
    let letters: Vec<Value> = each(&sealed["letters"]).map(seen).collect();
    json!({ "counted": counted, "status_after": "solved", "letters": letters })
}

async fn states(who: &Client, bulk: &str) -> (String, usize, usize, usize) {
    let report = who.get(bulk).await.expect(200);
    let count = |state: &str| each(&report["letters"]).filter(|l| l["state"] == state).count();
    (report["stage"].as_str().unwrap().to_owned(), count("sent"), count("ready"), count("open"))
}

async fn in_tray(who: &Client) -> usize {
    each(&who.get("/tray").await.expect(200)["items"]).count()
}

#[test]
fn t039_a_reply_to_forty_is_counted_read_and_stopped_after_ten() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let mut all = tickets(desk, &timo, 42).await;
        // Somebody writes in one of them, and one customer has two tickets.
        let own = json!({ "origin": "agent" });
        timo.with("idempotency-key", "own").post(&format!("/tickets/{}/drafts", all[0]), own).await.expect(201);
        desk.receive("p00@harbour.example", "Another question", "Hello, and my second question?").await;
        let other = timo.get("/tickets?q=Another").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        all.push(other);

        let prepared = prepare(&timo, &all).await;
        let bulk = format!("/bulk-replies/{}", prepared["id"].as_str().unwrap());
        let why: Vec<&Value> = each(&prepared["left_out"]).map(|t| &t["why"]).collect();
        assert_eq!(each(&prepared["letters"]).count(), 41, "{why:?}");
        assert!(why.contains(&&json!("in_hand")) && why.contains(&&json!("same_person")), "{why:?}");
        assert_eq!((&prepared["people"], &prepared["stage"]), (&json!("one"), &json!("prepared")));

        let sealed = seal(&timo, &bulk).await;
        assert_eq!((each(&sealed["letters"]).count(), each(&sealed["sample"]).count()), (41, 5));
        let first = &sealed["letters"][0];
        let text = first["body"].as_str().unwrap();
        assert!(text.contains(&format!("Your ticket is #{}.", first["number"])) && !text.contains("{{"), "{text}");

        let path = format!("{bulk}/approval");
        assert_eq!(timo.post(&path, yes(&sealed, 41)).await.problem(422), "invalid", "no Idempotency-Key");
        let keyed = |n: u32| timo.with("idempotency-key", &format!("yes-{n}"));
        assert_eq!(keyed(1).post(&path, yes(&sealed, 41)).await.problem(422), "refused", "nothing was read");
        read(desk, &timo, &sealed, 0).await;
        assert_eq!(keyed(2).post(&path, yes(&sealed, 41)).await.problem(422), "refused", "clicked, not read");
        read(desk, &timo, &sealed, 3).await;
        assert_eq!(keyed(3).post(&path, yes(&sealed, 14)).await.problem(422), "refused", "counted wrongly");
        assert_eq!(states(&timo, &bulk).await, ("prepared".to_owned(), 0, 0, 41));

        // One of them writes again between page and yes.
        let again = each(&sealed["letters"]).last().unwrap();
        let from = again["to"][0].as_str().unwrap();
        let reference = format!("In-Reply-To: <{from}>\r\n");
        desk.receive_with(from, "Re: Outage", "Hello, it works again, thank you!", &reference).await;

        let came = keyed(4).post(&path, yes(&sealed, 41)).await.expect(201);
        assert_eq!((&came["leaving"], each(&came["refused"]).count()), (&json!(40), 1), "{came}");
        assert!(came["refused"][0]["sentence"].as_str().unwrap().contains("new message"), "{came}");
        for _ in 0..14 {
            desk.pass(3).await;
        }
        assert_eq!(in_tray(&timo).await, 10, "the pause after ten");
        let stopped = timo.send("POST", &format!("{bulk}/stop"), None, Vec::new()).await.expect(200);
        let unsent: Vec<&str> =
            each(&stopped["letters"]).filter(|l| l["state"] == "open").map(|l| l["email"].as_str().unwrap()).collect();
        assert_eq!((unsent.len(), &stopped["stage"]), (31, &json!("stopped")));
        assert!(unsent.iter().all(|email| email.ends_with("@harbour.example")));
        desk.pass(4_000).await;
        assert_eq!(in_tray(&timo).await, 10, "nothing of it leaves after the stop");
        let tasks = timo.get("/tasks").await.expect(200);
        assert!(each(&tasks["items"]).all(|t| t["kind"] != "reply_stopped"), "{tasks}");

        // What was stopped goes on only with pages and a yes of its own.
        let held = each(&sealed["letters"]).find(|l| unsent.contains(&l["to"][0].as_str().unwrap())).unwrap();
        let one = json!({ "token": held["token"], "digest": held["digest"], "status_after": "solved" });
        let alone = format!("/drafts/{}/approval", held["draft_id"].as_str().unwrap());
        assert_eq!(keyed(9).post(&alone, one).await.problem(409), "refused", "a page from before the stop");
        assert_eq!(keyed(5).post(&path, yes(&sealed, 31)).await.status, 404, "letters that left are no part of it");
        let rest = seal(&timo, &bulk).await;
        assert_eq!((each(&rest["letters"]).count(), each(&rest["alone"]).count()), (30, 1));
        read(desk, &timo, &rest, 3).await;
        let came = keyed(6).post(&path, yes(&rest, 30)).await.expect(201);
        assert_eq!(came["leaving"], json!(30));
        for _ in 0..60 {
            desk.pass(3).await;
        }
        assert_eq!(in_tray(&timo).await, 40);
        assert_eq!(timo.delete(&bulk).await.status, 204);
        assert_eq!(states(&timo, &bulk).await.0, "done");
    });
}

#[test]
fn fifty_letters_need_two_people_and_a_day_has_an_end() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let all = tickets(desk, &timo, 50).await;
        let prepared = prepare(&timo, &all).await;
        assert_eq!(prepared["people"], "two");
        let bulk = format!("/bulk-replies/{}", prepared["id"].as_str().unwrap());
        let path = format!("{bulk}/approval");

        let own = seal(&timo, &bulk).await;
        read(desk, &timo, &own, 3).await;
        let first = timo.with("idempotency-key", "first").post(&path, yes(&own, 50)).await.expect(201);
        assert_eq!((&first["awaiting"], &first["leaving"]), (&json!(50), &json!(0)));
        desk.pass(4_000).await;
        assert_eq!((in_tray(&timo).await, states(&timo, &bulk).await.0.as_str()), (0, "awaits_second"));
        assert_eq!(each(&seal(&timo, &bulk).await["letters"]).count(), 0, "one's own yes waits");

        let tasks = mara.get("/tasks").await.expect(200);
        let asked = each(&tasks["items"]).find(|t| t["kind"] == "second_approval").unwrap();
        assert!(asked["sentence"].as_str().unwrap().contains("50 letters"), "{asked}");
        let theirs = seal(&mara, &bulk).await;
        for shown in each(&theirs["letters"]) {
            assert_eq!(shown["digest"], letter(&own, &shown["draft_id"])["digest"], "the same bytes");
        }
        let unread = mara.with("idempotency-key", "unread").post(&path, yes(&theirs, 50)).await;
        assert_eq!(unread.problem(422), "refused", "a colleague's reading is not one's own");
        read(desk, &mara, &theirs, 3).await;
        let second = mara.with("idempotency-key", "second").post(&path, yes(&theirs, 50)).await.expect(201);
        assert_eq!(second["leaving"], 50);
        desk.pass(UNDO + 200).await;
        assert_eq!(in_tray(&mara).await, 50);

        // Ten more would be sixty in a day; the harness allows fifty-five.
        let more: Vec<String> = all.iter().take(10).cloned().collect();
        let another = prepare(&mara, &more).await;
        let bulk = format!("/bulk-replies/{}", another["id"].as_str().unwrap());
        let pages = seal(&mara, &bulk).await;
        read(desk, &mara, &pages, 3).await;
        let over = mara.with("idempotency-key", "over").post(&format!("{bulk}/approval"), yes(&pages, 10)).await;
        assert_eq!(over.problem(422), "refused");
        assert!(over.text().contains("5 are left"), "{}", over.text());
    });
}

#[test]
fn a_text_that_cannot_be_filled_prepares_nothing() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let all = tickets(desk, &timo, 2).await;
        let keyed = |n: u32| timo.with("idempotency-key", &n.to_string());
        let unknown = keyed(1).post("/bulk-replies", json!({ "tickets": all, "text": "Hi {{iban}}" })).await;
        assert!(unknown.text().contains("There is no slot"), "{}", unknown.text());
        assert_eq!(keyed(2).post("/bulk-replies", json!({ "tickets": [all[0]], "text": "Hi" })).await.status, 422);
        let nobody = json!({ "tickets": all, "text": "To {{organization.name}}" });
        assert_eq!(keyed(3).post("/bulk-replies", nobody).await.problem(422), "invalid");
        assert_eq!(each(&timo.get("/bulk-replies").await.expect(200)["items"]).count(), 0);
        let program = desk.program(&["tickets:read", "tickets:write"]).await;
        assert_eq!(program.post("/bulk-replies", json!({ "tickets": all, "text": "Hi" })).await.status, 403);
    });
}
