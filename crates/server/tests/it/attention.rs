//! Who is to look at a ticket, and when: putting off, giving, following, calling by name, promises, hand-over.

use serde_json::{Value, json};
use server::flow::snooze;

use crate::{
    client::Client,
    harness::{NOON, TestDesk, UNDO, on_each},
};

async fn keys(who: &Client, view: &str) -> Vec<i64> {
    let list = who.get(&format!("/tickets?view={view}")).await.expect(200);
    list["items"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()).collect()
}

async fn kinds(who: &Client) -> Vec<String> {
    let list = who.get("/tasks").await.expect(200);
    let waits = ["ticket_given", "mentioned", "ticket_back", "promise_found", "promise_due", "followed_stirred"];
    let all = list["items"].as_array().unwrap().iter().map(|t| t["kind"].as_str().unwrap().to_owned());
    all.filter(|kind| waits.contains(&kind.as_str())).collect()
}

async fn only(who: &Client) -> String {
    let list = who.get("/tickets?view=all").await.expect(200);
    list["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn id_of(who: &Client) -> String {
    who.get("/session").await.expect(200)["agent"]["id"].as_str().unwrap().to_owned()
}

async fn look(desk: &TestDesk, who: &Client, ticket: &str) {
    desk.app.clock.advance(1);
    who.send("POST", &format!("/tickets/{ticket}/read"), None, Vec::new()).await.expect(204);
    desk.app.clock.advance(1);
}

async fn change(who: &Client, ticket: &str, what: Value) {
    let tag = who.get(&format!("/tickets/{ticket}")).await.etag();
    who.with("if-match", &tag).patch(&format!("/tickets/{ticket}"), what).await.expect(200);
}

/// Writes a reply over the draft that waits, and lets it leave.
async fn reply(desk: &TestDesk, who: &Client, ticket: &str, words: &str) {
    let page = who.get(&format!("/tickets/{ticket}")).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap().to_owned();
    let edited = who.with("if-match", &format!("\"{}\"", page["answer"]["draft"]["revision"]));
    edited.put(&format!("/drafts/{draft}"), json!({ "body": words })).await.expect(200);
    let sealed = who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let warned: Vec<&Value> =
        sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let yes =
        json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "open", "acknowledged": warned });
    let once = who.with("idempotency-key", &draft);
    once.post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(UNDO + 1).await;
}

#[test]
fn a_ticket_that_was_put_off_is_back_at_its_minute_or_when_the_requester_writes() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let ticket = only(&timo).await;
        let path = format!("/tickets/{ticket}/snooze");
        let offered = timo.get(&path).await.expect(200);
        assert!(!offered["times"].as_array().unwrap().is_empty(), "{offered}");

        let at = |seconds: i64| NOON.plus_seconds(seconds).rfc3339();
        timo.put(&path, json!({ "until": at(-60) })).await.problem(422);
        timo.put(&path, json!({ "until": at(400 * 86_400) })).await.problem(422);
        let before = timo.put(&path, json!({ "until": at(3_630) })).await.expect(200);
        assert_eq!(before["before"], Value::Null);
        assert!(keys(&timo, "inbox").await.is_empty() && keys(&timo, "unassigned").await.is_empty());
        assert_eq!(keys(&timo, "snoozed").await, [1001]);
        let views = timo.get("/views").await.expect(200);
        let count =
            |key: &str| views["items"].as_array().unwrap().iter().find(|v| v["key"] == key).unwrap()["count"].clone();
        assert_eq!((count("inbox"), count("snoozed")), (json!(0), json!(1)));

        // Another time takes the place of the first, which wakes nobody any more.
        let before = timo.put(&path, json!({ "until": at(7_200) })).await.expect(200);
        assert_eq!(before["before"]["by"], "Timo Test");
        desk.app.clock.advance(3_700);
        assert_eq!(snooze::wake_due(&desk.app).await.unwrap(), 0);
        // To the minute (the clock stands at forty seconds past one), and asking for a look by whoever put it off.
        look(desk, &timo, &ticket).await;
        desk.app.clock.advance(7_160 - 3_700 - 2 - 1);
        assert_eq!(snooze::wake_due(&desk.app).await.unwrap(), 0, "a second too soon");
        desk.app.clock.advance(1);
        assert_eq!(snooze::wake_due(&desk.app).await.unwrap(), 1);
        assert_eq!(keys(&timo, "inbox").await, [1001]);
        assert_eq!(kinds(&timo).await, ["ticket_back"]);
        look(desk, &timo, &ticket).await;
        assert!(kinds(&timo).await.is_empty(), "a look answers it");

        // Waiting for the requester; it comes back open, by their mail.
        change(&timo, &ticket, json!({ "status": "pending" })).await;
        timo.put(&path, json!({ "until": null })).await.expect(200);
        desk.app.clock.advance(86_400 * 30);
        assert_eq!(snooze::wake_due(&desk.app).await.unwrap(), 0);
        let timo = desk.sign_in("timo").await;
        desk.receive_with("ana@harbour.example", "Re: VAT id", "Any news?", &answers(desk).await).await;
        assert_eq!(keys(&timo, "inbox").await, [1001]);
        assert_eq!(timo.get(&format!("/tickets/{ticket}")).await.expect(200)["snooze"], Value::Null);

        // By hand, and not for what is over.
        timo.put(&path, json!({ "until": null })).await.expect(200);
        timo.delete(&path).await.expect(204);
        assert_eq!(keys(&timo, "inbox").await, [1001]);
        timo.put(&path, json!({ "until": null })).await.expect(200);
        change(&timo, &ticket, json!({ "status": "solved" })).await;
        assert!(keys(&timo, "snoozed").await.is_empty());
        timo.put(&path, json!({ "until": null })).await.problem(409);
    });
}

/// Header lines by which a mail joins the one ticket.
async fn answers(desk: &TestDesk) -> String {
    let mut conn = desk.app.store.read().await.unwrap();
    let rows = conn.rows("select message_id from messages order by at, id", Vec::new()).await.unwrap();
    let id: String = rows[0].columns().take().unwrap();
    format!("In-Reply-To: <{id}>\r\n")
}

#[test]
fn who_is_given_a_ticket_called_by_name_or_follows_one_is_asked_to_look() {
    on_each(async |desk| {
        let (timo, mara, olga) = (desk.sign_in("timo").await, desk.sign_in("mara").await, desk.sign_in("olga").await);
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let ticket = only(&timo).await;
        desk.app.clock.advance(5);

        // Given to Mara; taking it oneself asks nobody.
        change(&timo, &ticket, json!({ "assignee": "me" })).await;
        assert!(kinds(&timo).await.is_empty());
        change(&timo, &ticket, json!({ "assignee": id_of(&mara).await })).await;
        assert_eq!(kinds(&mara).await, ["ticket_given"]);
        let over = mara.get(&format!("/tickets/{ticket}/hand-over")).await.expect(200);
        assert_eq!((&over["given_by"], &over["looked_at"]), (&json!("Timo Test"), &Value::Null));
        look(desk, &mara, &ticket).await;
        assert!(kinds(&mara).await.is_empty());
        assert_eq!(mara.get(&format!("/tickets/{ticket}/hand-over")).await.expect(200)["given_by"], Value::Null);

        // Called by name: whoever works in the queue; nobody who could not see it, and then nothing is written.
        let note = |body: &str| json!({ "body": body });
        let keys_used = std::cell::Cell::new(0);
        let write = async |who: &Client, body: Value| {
            keys_used.set(keys_used.get() + 1);
            let once = who.with("idempotency-key", &keys_used.get().to_string());
            once.post(&format!("/tickets/{ticket}/notes"), body).await
        };
        write(&timo, note("@Olga, is this yours?")).await.problem(422);
        write(&timo, note("@mara, is this yours? ask mail@harbour.example")).await.expect(201);
        assert_eq!(kinds(&mara).await, ["mentioned"]);
        assert!(kinds(&olga).await.is_empty());
        look(desk, &mara, &ticket).await;

        // Following: what others do is told, what oneself does is not.
        timo.put(&format!("/tickets/{ticket}/follow"), json!({})).await.expect(204);
        timo.put(&format!("/tickets/{ticket}/follow"), json!({})).await.expect(204);
        olga.put(&format!("/tickets/{ticket}/follow"), json!({})).await.problem(404);
        assert_eq!(keys(&timo, "followed").await, [1001]);
        assert!(keys(&mara, "followed").await.is_empty());
        desk.app.clock.advance(1);
        write(&timo, note("I read the invoice.")).await.expect(201);
        assert!(kinds(&timo).await.is_empty());
        change(&mara, &ticket, json!({ "priority": "high" })).await;
        assert_eq!(kinds(&timo).await, ["followed_stirred"]);
        timo.delete(&format!("/tickets/{ticket}/follow")).await.expect(204);
        assert!(kinds(&timo).await.is_empty() && keys(&timo, "followed").await.is_empty());

        // To another queue: nobody keeps a ticket they cannot see.
        change(&mara, &ticket, json!({ "assignee": id_of(&timo).await })).await;
        change(&mara, &ticket, json!({ "queue": "security" })).await;
        assert_eq!(mara.get(&format!("/tickets/{ticket}")).await.expect(200)["assignee"], Value::Null);
        assert!(kinds(&timo).await.is_empty(), "what is out of sight asks nothing");
    });
}

#[test]
fn what_a_letter_promises_by_a_day_is_asked_about_and_followed_until_it_is_kept() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let ticket = only(&timo).await;
        look(desk, &timo, &ticket).await;
        look(desk, &mara, &ticket).await;
        reply(
            desk,
            &mara,
            &ticket,
            "Hello,\n\nwe will send you the corrected invoice tomorrow. Which VAT id is right?\n\nMara",
        )
        .await;

        let over = timo.get(&format!("/tickets/{ticket}/hand-over")).await.expect(200);
        let news: Vec<(&str, &str)> = over["news"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| (n["what"].as_str().unwrap(), n["who"][0].as_str().unwrap_or("")))
            .collect();
        assert!(news.contains(&("reply", "Mara Test")), "{over}");
        assert!(over["promised"][0]["text"].as_str().unwrap().contains("corrected invoice"), "{over}");
        assert!(over["open"][0]["text"].as_str().unwrap().contains("Which VAT id"), "{over}");
        let own = mara.get(&format!("/tickets/{ticket}/hand-over")).await.expect(200);
        assert!(own["news"].as_array().unwrap().iter().all(|n| n["what"] != "reply"), "{own}");

        // Her letter, so she is asked; nobody else is.
        assert_eq!(kinds(&mara).await, ["promise_found"]);
        assert!(kinds(&timo).await.is_empty());
        let page = timo.get(&format!("/tickets/{ticket}")).await.expect(200);
        let promise = &page["customer"]["promises"][0];
        assert_eq!((&promise["state"], &promise["by"]), (&json!("found"), &json!("Mara Test")));
        let path = format!("/tickets/{ticket}/promises/{}", promise["id"].as_str().unwrap());
        desk.sign_in("olga").await.put(&path, json!({ "state": "confirmed" })).await.problem(404);
        mara.put(&path, json!({ "state": "found" })).await.problem(409);
        mara.put(&path, json!({ "state": "confirmed" })).await.expect(200);
        mara.put(&path, json!({ "state": "confirmed" })).await.problem(409);

        // Due within two days' end: it is the assignee's.
        change(&mara, &ticket, json!({ "assignee": id_of(&timo).await })).await;
        look(desk, &timo, &ticket).await;
        desk.app.clock.advance(86_400);
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        assert_eq!(kinds(&timo).await, ["promise_due"]);
        assert!(kinds(&mara).await.is_empty());
        timo.put(&path, json!({ "state": "kept" })).await.expect(200);
        assert!(kinds(&timo).await.is_empty());
        let page = timo.get(&format!("/tickets/{ticket}")).await.expect(200);
        assert_eq!(page["customer"]["promises"], json!([]));
        timo.put(&path, json!({ "state": "confirmed" })).await.expect(200);
        assert_eq!(kinds(&timo).await, ["promise_due"], "taken back");
    });
}

#[test]
fn what_another_system_knows_of_a_requester_is_shown_replaced_and_goes_with_them() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let ticket = only(&timo).await;
        let of = async |who: &Client| who.get(&format!("/tickets/{ticket}")).await.expect(200)["customer"].clone();
        let requester = of(&timo).await["id"].as_str().unwrap().to_owned();
        let path = format!("/requesters/{requester}/attributes");
        let program = desk.program(&["tickets:write", "tickets:read"]).await;
        program.put(&path, json!({ "Contract": "C-7741", "Seats": "40" })).await.expect(200);
        assert_eq!(of(&timo).await["attributes"], json!({ "Contract": "C-7741", "Seats": "40" }));
        timo.put(&path, json!({ "Seats": "41" })).await.expect(200);
        assert_eq!(of(&timo).await["attributes"], json!({ "Seats": "41" }));
        timo.put(&path, json!({ "Seats": "" })).await.problem(422);
        timo.put(&path, json!({ "Seats": "4\n1" })).await.problem(422);
        timo.put(&path, json!({ "Seats": "4".repeat(301) })).await.problem(422);
        desk.sign_in("olga").await.put(&path, json!({ "Seats": "1" })).await.problem(404);
        assert_eq!(of(&timo).await["attributes"], json!({ "Seats": "41" }), "refused whole");
    });
}

#[test]
fn notes_on_a_customers_other_tickets_stand_beside_each_for_whoever_may_read_them() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        for subject in ["VAT id", "Second", "Third"] {
            desk.receive("ana@harbour.example", subject, "Where can I change the VAT id of our company?").await;
        }
        desk.receive("bo@orchard.example", "Another", "Where can I change the VAT id?").await;
        let tickets: Vec<String> = {
            let list = mara.get("/tickets?view=all").await.expect(200);
            let mut all: Vec<_> = list["items"].as_array().unwrap().to_vec();
            all.sort_by_key(|t| t["number"].as_i64());
            all.iter().map(|t| t["id"].as_str().unwrap().to_owned()).collect()
        };
        for (n, body) in [(0, "Own."), (1, "They like calls."), (2, "Of the other queue."), (3, "Of another customer.")]
        {
            desk.app.clock.advance(1);
            let once = mara.with("idempotency-key", body);
            once.post(&format!("/tickets/{}/notes", tickets[n]), json!({ "body": body })).await.expect(201);
        }
        change(&mara, &tickets[2], json!({ "queue": "security" })).await;
        let seen = async |who: &Client| {
            let page = who.get(&format!("/tickets/{}", tickets[0])).await.expect(200);
            let notes = page["customer_notes"].as_array().unwrap().clone();
            notes
                .iter()
                .map(|n| (n["number"].as_i64().unwrap(), n["body"].as_str().unwrap().to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(seen(&timo).await, [(1002, "They like calls.".to_owned())]);
        assert_eq!(
            seen(&mara).await,
            [(1003, "Of the other queue.".to_owned()), (1002, "They like calls.".to_owned())]
        );
    });
}
