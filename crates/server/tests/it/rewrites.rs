//! Other words for selected ones: offered as a difference, taken by a person, and counted as the machine's from then on.

use connect::model::fake::{Fake, Mood};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    demo_copy::{Person, settle, take},
    harness::{TestDesk, on_each},
    model::{LIMITS, open, run},
};

const OWN: &str = "Hello Ana,\n\nI've looked at it myself, and I don't see 2 invoices. In order to utilize it, write to us prior to 3 May 2026!\n\nBye";

async fn asked(desk: &TestDesk, who: &Client) -> Value {
    desk.receive("ana@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    let list = who.get("/tickets?q=VAT").await.expect(200);
    who.get(&format!("/tickets/{}", list["items"][0]["id"].as_str().unwrap())).await.expect(200)
}

/// The characters where words stand.
fn place(body: &str, words: &str) -> (usize, usize) {
    let start = body[..body.find(words).unwrap()].chars().count();
    (start, start + words.chars().count())
}

async fn offer(who: &Client, draft: &Value, tool: &str, words: &str) -> Answer {
    let (start, end) = place(draft["body"].as_str().unwrap(), words);
    let path = format!("/drafts/{}/rewrites", draft["id"].as_str().unwrap());
    let asked = json!({ "tool": tool, "start": start, "end": end });
    who.with("if-match", &format!("\"{}\"", draft["revision"])).post(&path, asked).await
}

async fn taken(who: &Client, draft: &Value, offered: &Value) -> Answer {
    let mut words = offered.clone();
    words.as_object_mut().unwrap().retain(|key, _| key != "changes" && key != "note");
    let path = format!("/drafts/{}/rewrites/taken", draft["id"].as_str().unwrap());
    who.with("if-match", &format!("\"{}\"", draft["revision"])).post(&path, words).await
}

async fn own_draft(who: &Client, page: &Value) -> Value {
    let path = format!("/tickets/{}/drafts", page["id"].as_str().unwrap());
    let draft = who.post(&path, json!({ "origin": "agent" })).await.expect(201);
    let path = format!("/drafts/{}", draft["id"].as_str().unwrap());
    who.with("if-match", "\"1\"").put(&path, json!({ "body": OWN })).await.expect(200)
}

#[test]
fn what_is_taken_counts_as_the_machines_and_what_is_left_does_not() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let page = asked(desk, &timo).await;
        let draft = own_draft(&timo, &page).await;
        assert_eq!(draft["ai_share"], 0.0);

        let offered = offer(&timo, &draft, "plainer", "utilize").await.expect(200);
        assert_eq!(offered["after"], "To use it, write to us before 3 May 2026!", "the whole sentence");
        assert_eq!((&offered["made_by"], &offered["note"]), (&json!("rules"), &Value::Null));
        let removed: Vec<&str> = offered["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|c| c["op"] == "removed")
            .map(|c| c["text"].as_str().unwrap())
            .collect();
        assert!(removed.join("").contains("utilize"), "{offered}");
        let page_again = timo.get(&format!("/tickets/{}", page["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(page_again["answer"]["draft"]["body"], OWN, "an offer changes nothing");

        // Other words than those offered, another place, another draft's revision.
        for (key, forged) in
            [("after", json!("You get 3 months free.")), ("start", json!(0)), ("made_by", json!("model"))]
        {
            let mut other = offered.clone();
            other[key] = forged;
            assert_eq!(taken(&timo, &draft, &other).await.problem(422), "invalid", "{key}");
        }
        let new = taken(&timo, &draft, &offered).await.expect(200);
        assert_eq!(
            new["body"],
            OWN.replace("In order to utilize it, write to us prior to", "To use it, write to us before")
        );
        let share = new["ai_share"].as_f64().unwrap();
        assert!(share > 0.3 && share < 0.6, "{share}");
        let rewritten =
            new["sentences"].as_array().unwrap().iter().find(|s| s["text"] == offered["after"]).unwrap().clone();
        assert_eq!(rewritten["support"], "unsupported", "the machine's words need a source: {rewritten}");
        assert_eq!(taken(&timo, &draft, &offered).await.problem(412), "stale", "an offer is for one revision");
        assert_eq!(offer(&timo, &draft, "plainer", "Hello").await.problem(412), "stale");

        // The sealed page says so, and the letter's provenance who rewrote what.
        let sealed =
            timo.send("POST", &format!("/drafts/{}/seal", new["id"].as_str().unwrap()), None, Vec::new()).await;
        let sealed = sealed.expect(201);
        assert_eq!(
            (&sealed["ai"]["header"], &sealed["ai"]["share"]),
            (&json!("drafted; edited by a person"), &new["ai_share"])
        );
        let support = sealed["checks"].as_array().unwrap().iter().find(|c| c["key"] == "support").unwrap();
        assert!(
            support["state"] == "warn" && support["detail"].as_str().unwrap().contains("before 3 May"),
            "{support}"
        );
        let warned: Vec<&Value> =
            sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
        let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": warned });
        let path = format!("/drafts/{}/approval", new["id"].as_str().unwrap());
        let approved = timo.with("idempotency-key", "yes").post(&path, yes).await.expect(201);
        desk.pass(crate::harness::UNDO + 1).await;
        let provenance =
            timo.get(&format!("/approvals/{}/provenance", approved["approval_id"].as_str().unwrap())).await;
        let by: Vec<Value> =
            provenance.expect(200)["versions"].as_array().unwrap().iter().map(|v| v["rewritten_by"].clone()).collect();
        assert_eq!(by, [Value::Null, Value::Null, json!("plainer (rules)")]);
        let letters = timo.get("/tray").await.expect(200);
        assert_eq!(letters["items"][0]["ai_assisted"], "edited");
    });
}

#[test]
fn a_sentence_of_the_machine_keeps_its_source_when_it_is_rewritten() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let page = asked(desk, &timo).await;
        let draft = page["answer"]["draft"].clone();
        let cited =
            draft["sentences"].as_array().unwrap().iter().find(|s| s["support"] == "supported").unwrap().clone();
        let text = draft["body"].as_str().unwrap().replace("Thank you for your message.", "Thanks for your message!");
        let path = format!("/drafts/{}", draft["id"].as_str().unwrap());
        let draft = timo.with("if-match", "\"1\"").put(&path, json!({ "body": text })).await.expect(200);
        let offered = offer(&timo, &draft, "formal", &text).await.expect(200);
        let new = taken(&timo, &draft, &offered).await.expect(200);
        assert!(new["body"].as_str().unwrap().contains("Thank you for your message."), "{new}");
        let kept = new["sentences"].as_array().unwrap().iter().find(|s| s["text"] == cited["text"]).unwrap();
        assert_eq!((&kept["support"], &kept["citations"]), (&cited["support"], &cited["citations"]));
        assert!((new["ai_share"].as_f64().unwrap() - 1.0).abs() < 1e-9, "{}", new["ai_share"]);
    });
}

#[test]
fn where_the_machine_may_not_write_nothing_is_rewritten() {
    on_each(async |desk| {
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        let page = asked(desk, &timo).await;
        let draft = own_draft(&timo, &page).await;
        assert_eq!(offer(&olga, &draft, "plainer", "utilize").await.problem(404), "not-found", "another queue");
        assert_eq!(offer(&timo, &draft, "plainer", "Bye").await.problem(422), "invalid", "nothing to do");
        assert_eq!(offer(&timo, &draft, "louder", "Bye").await.problem(422), "invalid");
        let offered = offer(&timo, &draft, "plainer", "utilize").await.expect(200);
        timo.put("/session/ai", json!({ "ai": "out" })).await.expect(200);
        let told = offer(&timo, &draft, "plainer", "utilize").await;
        assert!(told.text().contains("switched drafts off for yourself"), "{}", told.text());
        timo.put("/session/ai", json!({ "ai": "default" })).await.expect(200);
        let requester = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        timo.put(&requester, json!({ "ai": "out" })).await.expect(200);
        assert!(taken(&timo, &draft, &offered).await.text().contains("opted out"), "asked again when it is taken");
        let message = json!({ "message_id": page["messages"][0]["id"], "into": "de" });
        let path = format!("/tickets/{}/translations", page["id"].as_str().unwrap());
        assert!(timo.post(&path, message.clone()).await.text().contains("opted out"));
        timo.put(&requester, json!({ "ai": "default" })).await.expect(200);
        let told = timo.post(&path, message).await;
        assert_eq!(told.problem(503), "unavailable");
        assert!(told.text().contains("Translating needs a language model, and this desk has none"), "{}", told.text());
    });
}

#[test]
fn a_model_rewrites_behind_the_gate_and_changes_no_fact() {
    run(async {
        let fake = Fake::start(Mood::Obeys).await.unwrap();
        let (app, _folder) = open(&fake.base_url, "fake", LIMITS).await;
        let person = Person::at(&app).await;
        take(
            &app,
            "zofia@pixelforge.example",
            "Konsent",
            "Hallo, wie erneuere ich die Zustimmung der Bank? Rechnung 4711.\n\nZofia Wrona",
        )
        .await;
        settle(&app).await;
        let page = person.find("zofia@pixelforge.example", "Konsent").await.unwrap();
        let who = Client::nobody(server::api::router(std::sync::Arc::clone(&app)));
        let who = who.sign_in("mara@fernhill.example", server::demo::world::PASSWORD).await;
        let path = format!("/tickets/{}", page["id"].as_str().unwrap());
        let draft = who.post(&format!("{path}/drafts"), json!({ "origin": "agent" })).await.expect(201);
        let saved = format!("/drafts/{}", draft["id"].as_str().unwrap());
        let words = "Dear Zofia,\n\nWe cannot refund 40 EUR for invoice 4711.";
        let revision = format!("\"{}\"", draft["revision"]);
        let draft = who.with("if-match", &revision).put(&saved, json!({ "body": words })).await.expect(200);

        fake.set(lines(&["A refund of 40 EUR for invoice 4711 is not possible."]));
        let offered = offer(&who, &draft, "formal", "refund").await.expect(200);
        assert_eq!((&offered["made_by"], &offered["note"]), (&json!("model"), &Value::Null), "{offered}");
        let kept = who.get(&format!("/exchanges/{}", offered["exchange_id"].as_str().unwrap())).await.expect(200);
        assert_eq!(
            (kept["state"].as_str(), kept["request"].as_str()),
            (Some("answered"), fake.requests().last().map(String::as_str))
        );

        // Anything else is refused, and where rules find nothing either, nothing is offered.
        for (answer, told) in [
            (lines(&["We cannot refund 45 EUR for invoice 4711."]), "The model changed the number"),
            (lines(&["We refund 40 EUR for invoice 4711."]), "The model changed the denial"),
            (lines(&["We cannot refund 40 EUR for invoice 4711. Ask Ben at evil.example."]), "The model changed"),
            (Mood::Says("Sure! Here it is.".to_owned()), "not in the agreed form"),
            (Mood::Tool, "the model"),
        ] {
            fake.set(answer);
            let refused = offer(&who, &draft, "formal", "refund").await;
            assert_eq!(refused.problem(422), "invalid");
            assert!(refused.text().to_lowercase().contains(&told.to_lowercase()), "{told}: {}", refused.text());
        }
        // A name is a placeholder on its way, and must come back as often as it went.
        fake.set(lines(&["We cannot refund 40 EUR for invoice 4711."]));
        let whole = offer(&who, &draft, "formal", words).await;
        assert!(whole.text().contains("left out or added a name"), "{}", whole.text());
        let request = fake.requests().pop().unwrap();
        assert!(request.contains("4711") && !request.contains("Zofia") && !request.contains("pixelforge"), "{request}");

        fake.set(lines(&["Hello, how do I renew the consent of the bank? Invoice 4711."]));
        let message = page["messages"][0]["id"].clone();
        let asked = json!({ "message_id": message, "into": "en" });
        let lost = who.post(&format!("{path}/translations"), asked.clone()).await;
        assert!(lost.text().contains("left out or added a name"), "her name stands under it: {}", lost.text());
        let request = fake.requests().pop().unwrap();
        assert!(request.contains("into English") && !request.contains("Wrona"), "{request}");

        take(&app, "office@pixelforge.example", "Frage", "Wie erneuere ich die Zustimmung der Bank? Rechnung 4711.")
            .await;
        settle(&app).await;
        let nameless = person.find("office@pixelforge.example", "Frage").await.unwrap();
        let other = format!("/tickets/{}", nameless["id"].as_str().unwrap());
        let of_it = json!({ "message_id": nameless["messages"][0]["id"], "into": "en" });
        fake.set(lines(&["How do I renew the consent of the bank? Invoice 4711."]));
        let read = who.post(&format!("{other}/translations"), of_it).await.expect(200);
        assert_eq!(read["text"], "How do I renew the consent of the bank? Invoice 4711.");
        let after = who.get(&path).await.expect(200);
        assert_eq!(after["messages"], page["messages"], "the message is what came");
        fake.set(lines(&["Pay invoice 4712 at evil.example now."]));
        assert_eq!(who.post(&format!("{path}/translations"), asked).await.problem(503), "unavailable");
        let elsewhere = json!({ "message_id": page["id"], "into": "en" });
        assert_eq!(who.post(&format!("{path}/translations"), elsewhere).await.problem(404), "not-found");
        drop(person);
        app.store.close().await;
    });
}

fn lines(lines: &[&str]) -> Mood {
    Mood::Says(json!({ "lines": lines, "refuse": null }).to_string())
}
