//! Merging and splitting tickets, with undo: nothing is lost, nothing is shown to anybody who could not see it before, mail to
//! the old number follows. On both engines.

use desk::portal::Reach;
use serde_json::{Value, json};
use server::flow;

use crate::{
    client::Client,
    harness::{NOON, TestDesk, UNDO, on_each},
    portal,
};

const ANA: &str = "ana@harbour.example";
const FIRST: &str = "Where can I change the VAT id of our company?";
const SECOND: &str = "Where can I change the VAT id of our company for the quaggalamp?";

async fn page(who: &Client, number: i64) -> Value {
    who.get(&format!("/tickets/{number}")).await.expect(200)
}

async fn id(who: &Client, number: i64) -> String {
    page(who, number).await["id"].as_str().unwrap().to_owned()
}

async fn merge(who: &Client, from: i64, into: i64) -> crate::client::Answer {
    let path = format!("/tickets/{}/merge", id(who, from).await);
    who.post(&path, json!({ "into": into.to_string() })).await
}

/// The sentence of a refusal.
fn why(answer: &crate::client::Answer) -> String {
    answer.problem(409);
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["detail"].as_str().unwrap().to_owned()
}

async fn undo(who: &Client, from: i64, what: &str) -> crate::client::Answer {
    who.delete(&format!("/tickets/{}/{what}", id(who, from).await)).await
}

async fn inbox(who: &Client) -> Vec<i64> {
    let list = who.get("/tickets?view=inbox").await.expect(200);
    let mut numbers: Vec<i64> =
        list["items"].as_array().unwrap().iter().map(|t| t["number"].as_i64().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

/// Newest part of each message with the number it was moved from.
fn said(page: &Value) -> Vec<(String, Value)> {
    let all = page["messages"].as_array().unwrap().iter();
    all.map(|m| (m["latest"].as_str().unwrap().trim().to_owned(), m["moved_from"].clone())).collect()
}

/// Header lines of an answer to the ticket's newest letter.
async fn answering(who: &Client, desk: &TestDesk, number: i64) -> String {
    let message = page(who, number).await["messages"].as_array().unwrap().last().unwrap()["id"].clone();
    let mut conn = desk.app.store.read().await.unwrap();
    let rows = conn.rows("select id, message_id from messages", Vec::new()).await.unwrap();
    let found = rows.iter().find_map(|row| {
        let mut c = row.columns();
        let (id, header): (String, String) = (c.take().unwrap(), c.take().unwrap());
        (json!(id) == message).then_some(header)
    });
    format!("In-Reply-To: <{}>\r\n", found.unwrap())
}

async fn edit(who: &Client, number: i64, words: &str) -> String {
    let page = page(who, number).await;
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned();
    let edited = who.with("if-match", &format!("\"{}\"", page["answer"]["draft"]["revision"]));
    edited.put(&format!("/drafts/{draft}"), json!({ "body": words })).await.expect(200);
    draft
}

async fn seal(who: &Client, draft: &str) -> crate::client::Answer {
    who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await
}

async fn approve(who: &Client, draft: &str, sealed: &Value) -> crate::client::Answer {
    let checks = sealed["checks"].as_array().unwrap();
    let warned: Vec<&Value> = checks.iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let yes =
        json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "open", "acknowledged": warned });
    let key: desk::ids::EntryId = store::new_id();
    who.with("idempotency-key", &key.to_string()).post(&format!("/drafts/{draft}/approval"), yes).await
}

async fn two_letters(desk: &TestDesk) {
    desk.receive(ANA, "VAT id", FIRST).await;
    desk.app.clock.advance(60);
    desk.receive(ANA, "VAT id again", SECOND).await;
    desk.app.clock.advance(60);
}

#[test]
fn a_merge_loses_nothing_is_followed_by_mail_and_can_be_undone() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        two_letters(desk).await;
        let old = id(&timo, 1002).await;
        let written = edit(&timo, 1002, "My own words for the lamp.").await;
        let (once, note) = (timo.with("idempotency-key", "n"), json!({ "body": "They rang, too." }));
        once.post(&format!("/tickets/{old}/notes"), note).await.expect(201);
        let waiting = page(&timo, 1001).await["answer"]["draft"]["id"].as_str().unwrap().to_owned();
        let shown = seal(&timo, &waiting).await.expect(201);
        let header = answering(&timo, desk, 1002).await;

        assert_eq!(merge(&timo, 1002, 1001).await.expect(200)["number"], 1001);
        // What was shown before is no page any more, and what the machine had drafted is made anew.
        approve(&timo, &waiting, &shown).await.problem(409);
        desk.settle().await;
        let one = page(&timo, 1001).await;
        assert_eq!(said(&one), [(FIRST.to_owned(), Value::Null), (SECOND.to_owned(), json!(1002))]);
        assert_eq!(
            (&one["notes"][0]["body"], &one["notes"][0]["moved_from"]),
            (&json!("They rang, too."), &json!(1002))
        );
        assert_eq!(one["relocations"]["merged"][0]["number"], 1002);
        assert_eq!(one["relocations"]["merged"][0]["draft"], "My own words for the lamp.");
        assert_eq!(
            (&one["status"], one["last_inbound_at"].as_str().unwrap()),
            (&json!("new"), NOON.plus_seconds(60).rfc3339().as_str())
        );
        assert_ne!(one["answer"]["draft"]["id"], json!(waiting));
        let gone = page(&timo, 1002).await;
        assert_eq!((&gone["status"], &gone["relocations"]["merged_into"]["number"]), (&json!("closed"), &json!(1001)));
        assert!(gone["messages"].as_array().unwrap().is_empty() && gone["notes"].as_array().unwrap().is_empty());
        assert_eq!(inbox(&timo).await, [1001]);
        let found = timo.get("/search?q=quaggalamp").await.expect(200)["tickets"].clone();
        assert_eq!(found[0]["number"], 1001, "{found}");
        // Nothing is answered or noted where nobody looks.
        assert!(why(&seal(&timo, &written).await).contains("merged into #1001"));
        timo.with("idempotency-key", "n2")
            .post(&format!("/tickets/{old}/notes"), json!({ "body": "x" }))
            .await
            .problem(409);

        desk.receive_with(ANA, "Re: VAT id again", "Any news of the lamp?", &header).await;
        let one = page(&timo, 1001).await;
        assert_eq!(said(&one).last().unwrap(), &("Any news of the lamp?".to_owned(), Value::Null));
        assert_eq!(one["status"], "new");

        undo(&timo, 1002, "merge").await.expect(204);
        desk.settle().await;
        let (one, two) = (page(&timo, 1001).await, page(&timo, 1002).await);
        assert_eq!(said(&two), [(SECOND.to_owned(), Value::Null)]);
        assert_eq!((&two["status"], &two["notes"][0]["body"]), (&json!("new"), &json!("They rang, too.")));
        assert_eq!(
            (&two["answer"]["draft"]["id"], &two["answer"]["draft"]["body"]),
            (&json!(written), &json!("My own words for the lamp."))
        );
        assert_eq!(two["relocations"]["merged_into"], Value::Null);
        let left: Vec<String> = said(&one).into_iter().map(|(text, _)| text).collect();
        assert_eq!(left, [FIRST, "Any news of the lamp?"], "what came since stays");
        assert_eq!(inbox(&timo).await, [1001, 1002]);
        undo(&timo, 1002, "merge").await.problem(404);
        let trail: Vec<Value> = two["trail"].as_array().unwrap().iter().map(|t| t["kind"].clone()).collect();
        assert!(trail.contains(&json!("ticket.merged")) && trail.contains(&json!("ticket.merge_undone")), "{trail:?}");
    });
}

#[test]
fn whoever_holds_the_link_to_a_merged_ticket_reads_and_writes_where_it_goes_on() {
    on_each(async |desk| {
        let (timo, nobody) = (desk.sign_in("timo").await, desk.nobody());
        two_letters(desk).await;
        let two = page(&timo, 1002).await;
        let who = two["customer"]["id"].as_str().unwrap().parse().unwrap();
        let until = NOON.plus_seconds(86_400);
        let link = desk.app.door.portal_link(who, two["id"].as_str().unwrap().parse().unwrap(), Reach::Ticket, until);
        let link = link.unwrap().split("fernhill.example").last().unwrap().to_owned();
        assert!(!portal::get(&nobody, &link).await.html.contains(FIRST));
        merge(&timo, 1002, 1001).await.expect(200);
        let seen = portal::get(&nobody, &link).await.html;
        assert!(seen.contains(FIRST) && seen.contains("quaggalamp"), "{seen}");
        portal::write(&nobody, &link, "reply", "It works now.").await;
        desk.settle().await;
        assert_eq!(said(&page(&timo, 1001).await).last().unwrap().0, "It works now.");
        let all = desk.app.door.portal_link(who, two["id"].as_str().unwrap().parse().unwrap(), Reach::Requests, until);
        let all = portal::get(&nobody, all.unwrap().split("fernhill.example").last().unwrap()).await.html;
        assert!(all.contains("#1001") && !all.contains("#1002"), "{all}");
    });
}

#[test]
fn tickets_that_have_to_stay_apart_do() {
    on_each(async |desk| {
        let (timo, mara, olga) = (desk.sign_in("timo").await, desk.sign_in("mara").await, desk.sign_in("olga").await);
        two_letters(desk).await;
        desk.receive("bo@orchard.example", "VAT id", "Where can I change the VAT id?").await;
        desk.receive(ANA, "Third", "And where is the VAT id shown?").await;
        assert!(why(&merge(&timo, 1003, 1001).await).contains("two requesters"));
        assert!(why(&merge(&timo, 1001, 1001).await).contains("itself"));

        // Of another queue: not found, whichever of the two it is.
        let tag = mara.get("/tickets/1004").await.etag();
        let fourth = id(&mara, 1004).await;
        let (first, second) = (id(&timo, 1001).await, id(&timo, 1002).await);
        mara.with("if-match", &tag)
            .patch(&format!("/tickets/{fourth}"), json!({ "queue": "security" }))
            .await
            .expect(200);
        for into in ["1004", fourth.as_str()] {
            timo.post(&format!("/tickets/{first}/merge"), json!({ "into": into })).await.problem(404);
        }
        timo.post(&format!("/tickets/{fourth}/merge"), json!({ "into": "1001" })).await.problem(404);
        olga.post(&format!("/tickets/{fourth}/merge"), json!({ "into": "1001" })).await.problem(404);
        // Whoever sees both may; whoever sees one of them afterwards sees the letters there and cannot undo it.
        merge(&mara, 1004, 1001).await.expect(200);
        timo.delete(&format!("/tickets/{fourth}/merge")).await.problem(404);
        olga.delete(&format!("/tickets/{fourth}/merge")).await.problem(404);
        assert!(page(&olga, 1004).await["messages"].as_array().unwrap().is_empty());
        undo(&mara, 1004, "merge").await.expect(204);

        // In a circle, twice, and out of order.
        merge(&timo, 1002, 1001).await.expect(200);
        assert!(why(&merge(&timo, 1001, 1002).await).contains("merged into #1001"));
        assert!(why(&merge(&timo, 1002, 1001).await).contains("was merged into #1001"));
        merge(&mara, 1001, 1004).await.expect(200);
        assert_eq!(said(&page(&mara, 1004).await).len(), 3);
        assert!(why(&undo(&mara, 1002, "merge").await).contains("merged into #1004"));
        undo(&mara, 1001, "merge").await.expect(204);
        assert_eq!(said(&page(&mara, 1001).await).len(), 2);
        undo(&timo, 1002, "merge").await.expect(204);
        assert_eq!(said(&page(&timo, 1002).await).len(), 1);

        // While a reply is on its way nothing moves.
        desk.settle().await;
        let draft = edit(&timo, 1002, "You find it in Settings.").await;
        let sealed = seal(&timo, &draft).await.expect(201);
        approve(&timo, &draft, &sealed).await.expect(201);
        assert!(why(&merge(&timo, 1002, 1001).await).contains("on its way"));
        assert!(why(&merge(&timo, 1001, 1002).await).contains("on its way"));
        desk.pass(UNDO + 1).await;
        merge(&timo, 1002, 1001).await.expect(200);
        assert_eq!(said(&page(&timo, 1001).await).len(), 3, "the reply that left came along");

        // A case that went up stays where its receiver looks; the other comes to it.
        undo(&timo, 1002, "merge").await.expect(204);
        timo.post(&format!("/tickets/{second}/escalations"), json!({})).await.expect(201);
        assert!(why(&merge(&timo, 1002, 1001).await).contains("went up"));
        merge(&timo, 1001, 1002).await.expect(200);
    });
}

#[test]
fn a_letter_becomes_a_ticket_of_its_own_and_goes_back() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        desk.receive(ANA, "VAT id", FIRST).await;
        let header = answering(&timo, desk, 1001).await;
        desk.app.clock.advance(60);
        desk.receive_with(ANA, "Re: VAT id", SECOND, &header).await;
        desk.app.clock.advance(60);
        let one = page(&timo, 1001).await;
        let (path, letters) = (format!("/tickets/{}/split", one["id"].as_str().unwrap()), one["messages"].clone());
        let asked = |n: usize, take: &str| json!({ "message_id": letters[n]["id"], "take": take });
        assert!(why(&timo.post(&path, asked(0, "following")).await).contains("Nothing"));
        timo.post(&path, json!({ "message_id": one["id"], "take": "alone" })).await.problem(409);
        timo.post(&path, asked(1, "somehow")).await.problem(422);

        let answering_second = answering(&timo, desk, 1001).await;
        assert_eq!(timo.post(&path, asked(1, "alone")).await.expect(201)["number"], 1002);
        desk.settle().await;
        let (one, two) = (page(&timo, 1001).await, page(&timo, 1002).await);
        assert_eq!((said(&one).len(), said(&two)), (1, vec![(SECOND.to_owned(), json!(1001))]));
        assert_eq!(
            (&one["relocations"]["split_off"][0]["number"], &two["relocations"]["split_from"]["number"]),
            (&json!(1002), &json!(1001))
        );
        assert_eq!((&one["excerpt"], &two["excerpt"]), (&json!(FIRST), &json!(SECOND)));
        assert!(
            two["understanding"].is_object() && two["answer"]["draft"].is_object(),
            "it is sorted and prepared: {two}"
        );
        assert_eq!(one["customer"]["id"], two["customer"]["id"]);
        // The only letter that is left does not go as well.
        timo.post(&path, asked(0, "alone")).await.problem(409);
        // Who answers the letter finds the new ticket.
        desk.receive_with(ANA, "Re: VAT id", "And now it blinks.", &answering_second).await;
        assert_eq!(said(&page(&timo, 1002).await).last().unwrap().0, "And now it blinks.");

        undo(&timo, 1002, "split").await.expect(204);
        desk.settle().await;
        let one = page(&timo, 1001).await;
        let back: Vec<String> = said(&one).into_iter().map(|(text, _)| text).collect();
        assert_eq!(back, [FIRST, SECOND, "And now it blinks."]);
        assert_eq!(page(&timo, 1002).await["relocations"]["merged_into"]["number"], 1001);
        assert_eq!(inbox(&timo).await, [1001]);
        undo(&timo, 1001, "split").await.problem(404);
        // That was a merge, and is undone like one.
        undo(&timo, 1002, "merge").await.expect(204);
        assert_eq!((said(&page(&timo, 1001).await).len(), said(&page(&timo, 1002).await).len()), (1, 2));
    });
}

#[test]
fn what_is_taken_out_or_erased_is_gone_on_both_sides_of_a_merge() {
    on_each(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        desk.receive(ANA, "VAT id", FIRST).await;
        desk.receive(ANA, "quaggalamp", SECOND).await;
        edit(&timo, 1002, "About your quaggalamp.").await;
        merge(&timo, 1002, 1001).await.expect(200);
        desk.settle().await;
        mara.post(
            &format!("/tickets/{}/redactions", id(&mara, 1001).await),
            json!({ "text": "quaggalamp", "class": "other" }),
        )
        .await
        .expect(200);
        for (table, text) in [
            (
                "messages",
                "select count(*) from messages where latest like '%quaggalamp%' or subject like '%quaggalamp%'",
            ),
            (
                "tickets",
                "select count(*) from tickets where subject like '%quaggalamp%' or excerpt like '%quaggalamp%'",
            ),
            (
                "drafts",
                "select count(*) from drafts where body like '%quaggalamp%' or machine_body like '%quaggalamp%'",
            ),
            (
                "suggestions",
                "select count(*) from suggestions where value like '%quaggalamp%' or because like '%quaggalamp%'",
            ),
        ] {
            let row = desk.app.store.read().await.unwrap().one(text, Vec::new()).await.unwrap();
            assert_eq!(row.columns().take::<i64>().unwrap(), 0, "{table}");
        }
        flow::erase_requester::by_command(&desk.app, ANA).await.unwrap();
        desk.settle().await;
        for number in [1001, 1002] {
            let page = page(&timo, number).await;
            assert_eq!((&page["subject"], &page["status"]), (&json!("(erased)"), &json!("closed")));
            assert_eq!(
                page["relocations"],
                json!({ "merged_into": null, "merged": [], "split_from": null, "split_off": [] })
            );
        }
        undo(&timo, 1002, "merge").await.problem(404);
    });
}
