//! Cases go up, and somebody takes them: signals, people on call who do not answer, promises that pass, packages.

use ::desk::escalation::SHIPPED;
use serde_json::{Value, json};
use server::flow::{count_clocks, page_receivers};
use store::MailSource;

use crate::{
    client::Client,
    harness::{NOON, SUPPORT, TestDesk, mail, on_each},
};

const RECEIVERS: &str = "
[[receiver]]
key = \"on_call\"
name = \"Person on call\"
for = [\"anger\", \"person_requested\"]
on_call = [\"timo@fernhill.example\", \"mara@fernhill.example\"]
answer_minutes = 10
needs = [\"wants\", \"tried\"]
";
const LEVELS: &str = "
[[calendar]]
key = \"office\"
zone = \"Europe/Vienna\"
hours = { mon = \"09:00-17:00\", tue = \"09:00-17:00\", wed = \"09:00-17:00\", thu = \"09:00-17:00\", fri = \"09:00-17:00\" }
[[target]]
calendar = \"office\"
first = \"4h\"
";

pub async fn set_policy(lead: &Client, kind: &str, body: &str) {
    let page = lead.get(&format!("/policies/{kind}/default")).await;
    let tag = page.etag();
    let owner = lead.get("/session").await.expect(200)["agent"]["id"].as_str().unwrap().to_owned();
    let new =
        json!({ "body": body, "owner": owner, "review_by": NOON.plus_seconds(30 * 86_400).rfc3339(), "note": "" });
    lead.with("if-match", &tag).put(&format!("/policies/{kind}/default"), new).await.expect(200);
}

async fn newest(who: &Client) -> Value {
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone()
}

async fn standing(who: &Client, ticket: &Value) -> Value {
    who.get(&format!("/tickets/{}/escalations", ticket["id"].as_str().unwrap())).await.expect(200)
}

#[test]
fn who_asks_for_a_person_gets_one_and_is_told_when_whoever_is_asleep() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        set_policy(&mara, "escalation", &format!("{}{RECEIVERS}", SHIPPED)).await;
        set_policy(&mara, "service", LEVELS).await;
        let question = "I want to talk to a real person. I restarted the reader, no change. What do you need from me?";
        desk.receive("guest@harbour.example", "Help", question).await;
        let ticket = newest(&mara).await;
        let case = &standing(&mara, &ticket).await["cases"][0];
        assert_eq!(
            (&case["state"], &case["means"], &case["receiver"]),
            (&json!("raised"), &json!("on_call"), &json!("on_call"))
        );
        assert!(case["signals"].as_array().unwrap().contains(&json!("person_requested")), "{case}");
        assert_eq!(newest(&mara).await["priority"], "high");

        // The requester is told when, once.
        desk.pass(1).await;
        let tray = mara.get("/tray").await.expect(200);
        let told: Vec<&str> = tray["items"].as_array().unwrap().iter().filter_map(|l| l["subject"].as_str()).collect();
        assert_eq!(told.len(), 1, "{tray}");
        assert!(told[0].starts_with("A person will answer you"), "{tray}");

        // Timo has ten minutes, then Mara, then both by mail, then everybody sees it.
        page_receivers::call_due(&desk.app).await.unwrap();
        let step = async || standing(&mara, &ticket).await["cases"][0]["called"].clone();
        assert_eq!(step().await, json!({ "step": "person", "person": "timo@fernhill.example" }));
        page_receivers::call_due(&desk.app).await.unwrap();
        assert_eq!(step().await["person"], "timo@fernhill.example", "not before his time is over");
        desk.pass(600).await;
        page_receivers::call_due(&desk.app).await.unwrap();
        assert_eq!(step().await["person"], "mara@fernhill.example");
        desk.pass(600).await;
        page_receivers::call_due(&desk.app).await.unwrap();
        assert_eq!(step().await["step"], "mail");
        desk.pass(600).await;
        page_receivers::call_due(&desk.app).await.unwrap();
        assert_eq!(step().await["step"], "banner");
        let list = mara.get("/escalations").await.expect(200);
        assert_eq!(list["raised"][0]["unanswered"], true);
        let tasks = mara.get("/tasks").await.expect(200);
        assert_eq!(tasks["items"][0]["kind"], "escalation_raised", "{tasks}");
        // Calls hold no word of the case, and are no part of the conversation.
        let page = mara.get(&format!("/tickets/{}", ticket["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(page["messages"].as_array().unwrap().len(), 2, "the question and the notice");
        let tray = mara.get("/tray").await.expect(200);
        assert!(!tray.to_string().contains("restarted the reader"), "{tray}");

        // She gives it back with a reason, somebody raises it again, she takes it.
        let id = list["raised"][0]["id"].as_str().unwrap();
        let answer = |state: &str, reason: Value| json!({ "state": state, "reason": reason });
        mara.put(&format!("/escalations/{id}/answer"), answer("returned", json!(" "))).await.problem(422);
        mara.put(&format!("/escalations/{id}/answer"), answer("returned", json!("Which reader?"))).await.expect(204);
        let timo = desk.sign_in("timo").await;
        timo.post(&format!("/tickets/{}/escalations", ticket["id"].as_str().unwrap()), json!({})).await.expect(201);
        mara.put(&format!("/escalations/{id}/answer"), answer("accepted", Value::Null)).await.expect(204);
        mara.put(&format!("/escalations/{id}/answer"), answer("accepted", Value::Null)).await.problem(409);
        assert_eq!(newest(&mara).await["assignee"]["name"], "Mara Test");
        assert_eq!(mara.get("/escalations").await.expect(200)["correctness"], 0.5, "once given back, once taken");
    });
}

#[test]
fn a_package_says_what_is_known_and_names_what_is_not() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        desk.receive(
            "guest@harbour.example",
            "Invoice",
            "The VAT id is wrong on every invoice. I cleared the cache. Same result.",
        )
        .await;
        let ticket = newest(&timo).await;
        let id = ticket["id"].as_str().unwrap();
        let package = timo.get(&format!("/tickets/{id}/package")).await.expect(200);
        let lines = package["lines"].as_array().unwrap();
        let tried: Vec<&str> =
            lines.iter().filter(|l| l["part"] == "tried").filter_map(|l| l["text"].as_str()).collect();
        assert_eq!(tried, ["I cleared the cache.", "Same result."]);
        for line in lines.iter().filter(|l| l["from"] == "message") {
            assert!(line["message_id"].is_string(), "{line}");
        }
        let unknown: Vec<&str> =
            package["unknown"].as_array().unwrap().iter().filter_map(|u| u["part"].as_str()).collect();
        assert!(unknown.contains(&"promised") && unknown.contains(&"deadline"), "{package}");
        timo.get(&format!("/tickets/{id}/package?receiver=nobody")).await.problem(422);

        let again = timo
            .post(
                &format!("/tickets/{id}/repetitions"),
                json!({ "body": "Hello,\n\nplease clear the cache first. Which browser do you use?" }),
            )
            .await
            .expect(200);
        let found = again["items"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{again}");
        assert_eq!((&found[0]["what"], &found[0]["quote"]), (&json!("tried"), &json!("I cleared the cache.")));
    });
}

/// Header lines by which a mail joins the first ticket.
async fn answers_first(desk: &TestDesk) -> String {
    let mut conn = desk.app.store.read().await.unwrap();
    let rows = conn.rows("select message_id from messages order by at, id", Vec::new()).await.unwrap();
    let id: String = rows[0].columns().take().unwrap();
    format!("In-Reply-To: <{id}>\r\n")
}

#[test]
fn what_was_promised_is_counted_warned_of_missed_and_goes_up() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        set_policy(&mara, "service", LEVELS).await;
        desk.receive("one@harbour.example", "VAT", "Where can I change the VAT id?").await;
        count_clocks::follow(&desk.app).await.unwrap();
        let first = newest(&mara).await;
        desk.app.clock.advance(60);
        desk.receive("two@harbour.example", "VAT again", "Where do I see the VAT id?").await;
        let clock = standing(&mara, &first).await["clocks"][0].clone();
        // Four working hours from Wednesday 12:06 in Vienna.
        assert_eq!(clock["due"], NOON.plus_seconds(4 * 3_600).rfc3339(), "{clock}");
        let top = async || mara.get("/tickets").await.expect(200)["items"][0].clone();
        assert_eq!((&top().await["subject"], &top().await["due"]), (&json!("VAT again"), &Value::Null));

        // Three hours later the older one presses, stands first and says why.
        desk.app.clock.advance(3 * 3_600);
        count_clocks::follow(&desk.app).await.unwrap();
        let line = top().await;
        assert_eq!((&line["subject"], &line["due"]["missed"]), (&json!("VAT"), &json!(false)), "{line}");
        let all = mara.get("/tickets").await.expect(200);
        assert_eq!(all["items"].as_array().unwrap().len(), 2, "nothing twice");

        // Past the first one's time and not yet the second's.
        desk.app.clock.advance(3_600 - 30);
        count_clocks::follow(&desk.app).await.unwrap();
        desk.settle().await;
        let page = standing(&mara, &first).await;
        assert!(page["missed"][0].as_str().unwrap().contains("first response was missed"), "{page}");
        assert_eq!(
            (&page["cases"][0]["state"], &page["cases"][0]["signals"]),
            (&json!("proposed"), &json!(["low_confidence", "overdue"]))
        );
        count_clocks::follow(&desk.app).await.unwrap();
        desk.settle().await;
        assert_eq!(standing(&mara, &first).await["cases"].as_array().unwrap().len(), 1, "asked once");

        // What comes to light later stands beside it; nothing that was there goes.
        let more = "This is the third time I write about the VAT id and nobody answers.";
        desk.receive_with("one@harbour.example", "Re: VAT", more, &answers_first(desk).await).await;
        let case = standing(&mara, &first).await["cases"][0].clone();
        let shown: Vec<&str> = case["signals"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(shown.starts_with(&["low_confidence", "overdue"]) && shown.len() > 2, "{case}");
        assert_eq!(standing(&mara, &first).await["cases"].as_array().unwrap().len(), 1, "one case");
        let rang: i64 = desk
            .app
            .store
            .read()
            .await
            .unwrap()
            .rows("select count(*) from entries where kind = 'clock.rang'", Vec::new())
            .await
            .unwrap()[0]
            .columns()
            .take()
            .unwrap();
        assert_eq!(rang, 3, "warned twice, missed once");

        // Without targets nothing is promised any more.
        set_policy(
            &mara,
            "service",
            "[[calendar]]\nkey = \"office\"\nzone = \"UTC\"\nhours = { mon = \"09:00-17:00\" }\n",
        )
        .await;
        count_clocks::follow(&desk.app).await.unwrap();
        assert_eq!(top().await["due"], Value::Null);
    });
}

#[test]
fn silence_is_counted_in_working_hours_and_looked_at_once() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let calendar = LEVELS.split("[[target]]").next().unwrap();
        set_policy(&mara, "service", calendar).await;
        desk.receive("one@harbour.example", "VAT", "Where can I change the VAT id?").await;
        let ticket = newest(&mara).await;
        // Sixteen hours of the clock later it is four on Thursday morning: five of work.
        desk.app.clock.advance(16 * 3_600 + 60);
        page_receivers::call_due(&desk.app).await.unwrap();
        desk.settle().await;
        let mara = desk.sign_in("mara").await;
        assert_eq!(standing(&mara, &ticket).await["cases"], json!([]));
        // Friday, a minute after noon and six: sixteen of work.
        desk.app.clock.advance(32 * 3_600);
        for _ in 0..2 {
            page_receivers::call_due(&desk.app).await.unwrap();
            desk.settle().await;
        }
        let mara = desk.sign_in("mara").await;
        let cases = standing(&mara, &ticket).await["cases"].clone();
        assert_eq!(cases.as_array().unwrap().len(), 1, "{cases}");
        assert_eq!(cases[0]["signals"], json!(["low_confidence", "silence"]), "{cases}");
    });
}

#[test]
fn a_receiver_outside_is_told_only_at_a_configured_address_and_a_banner_follows_silence() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let system = "[[receiver]]\nkey = \"tracker\"\nsystem = \"tracker\"\n";
        set_policy(&mara, "escalation", &format!("{}{system}", SHIPPED)).await;
        desk.receive("guest@harbour.example", "Help", "I want to speak to a human being about the invoice.").await;
        let ticket = newest(&mara).await;
        let page = standing(&mara, &ticket).await;
        assert_eq!(
            (&page["cases"][0]["means"], &page["updates"][0]["delivery"]),
            (&json!("system"), &json!("waiting"))
        );
        // Nobody configured this name: no address, however often it is tried.
        for _ in 0..6 {
            page_receivers::call_due(&desk.app).await.unwrap();
            desk.app.clock.advance(3_600);
        }
        let page = standing(&mara, &ticket).await;
        assert_eq!(page["updates"][0]["delivery"], "failed", "{page}");
        assert!(page["updates"][0]["detail"].as_str().unwrap().contains("no receiver"), "{page}");
        assert_eq!(mara.get("/escalations").await.expect(200)["raised"][0]["unanswered"], true);

        let program = desk.program(&["tickets:read", "tickets:write"]).await;
        let id = page["cases"][0]["id"].as_str().unwrap();
        program.post(&format!("/escalations/{id}/updates"), json!({ "body": "Fixed in 5.2." })).await.expect(201);
        mara.post(&format!("/escalations/{id}/updates"), json!({ "body": "Thank you." })).await.expect(201);
        let told = standing(&mara, &ticket).await["updates"].clone();
        assert_eq!((&told[1]["direction"], &told[2]["direction"]), (&json!("in"), &json!("out")), "{told}");
    });
}

/// A mail as the mailbox brings it: only those are acknowledged.
async fn by_imap(desk: &TestDesk, from: &str, subject: &str, text: &str) {
    let raw = mail(from, subject, text, "");
    let now = desk.app.clock.now();
    server::flow::receive_mail::take(&desk.app, SUPPORT, MailSource::Imap, raw.as_bytes(), now).await.unwrap();
    desk.settle().await;
    desk.pass(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_at_night_is_told_once_in_their_language_from_when_people_read() {
    for desk in TestDesk::each_with(&|config| config.mail.acknowledge = true).await {
        set_policy(&desk.sign_in("mara").await, "service", LEVELS).await;
        // Thursday, six past midnight in Vienna.
        desk.app.clock.advance(12 * 3_600);
        let mara = desk.sign_in("mara").await;
        let german =
            "Guten Abend, wo kann ich die Steuernummer unserer Firma ändern? Ich finde das nicht und bitte um Hilfe.";
        by_imap(&desk, "nacht@harbour.example", "Steuernummer", german).await;
        by_imap(&desk, "nacht@harbour.example", "Noch etwas", "Und wo sehe ich, ob die Änderung angekommen ist?").await;
        let tray = mara.get("/tray").await.expect(200);
        assert_eq!(tray["items"].as_array().unwrap().len(), 1, "once: {tray}");
        let letter = mara.get(&format!("/tray/{}", tray["items"][0]["id"].as_str().unwrap())).await.expect(200);
        let body = letter["body"].as_str().unwrap();
        assert!(body.contains("Donnerstag, 19. November 2026") && body.contains("automatische"), "{body}");
        assert!(tray["items"][0]["subject"].as_str().unwrap().starts_with("Ein Mensch antwortet"), "{tray}");
        // Somebody else hears for themselves, in English.
        by_imap(&desk, "night@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let tray = mara.get("/tray").await.expect(200);
        let subjects: Vec<&str> =
            tray["items"].as_array().unwrap().iter().filter_map(|l| l["subject"].as_str()).collect();
        assert_eq!(subjects.iter().filter(|s| s.starts_with("A person will answer")).count(), 1, "{subjects:?}");
        desk.close().await;
    }
}
