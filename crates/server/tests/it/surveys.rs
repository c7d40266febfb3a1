//! Whoever was helped is asked once, answers by a button and by nothing else, and whoever is not content hears from a person.

use ::desk::people::Role;
use serde_json::{Value, json};
use server::{
    config::Config,
    flow::{ask_surveys, count_outcomes},
};

use crate::{
    client::Client,
    harness::{TestDesk, add_person},
    portal::{get, mark, open, send},
};

const GUEST: &str = "quilla@zanzibarwood.example";
const QUESTION: &str = "Hello, where can I change the VAT id of our company?";
const HOUR: i64 = 60 * 60;

fn asking(config: &mut Config) {
    config.surveys.ask = true;
    config.surveys.after_hours = 1;
    config.surveys.days_between = 20;
}

fn on_each_asking<F: AsyncFn(&TestDesk)>(test: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for desk in TestDesk::each_with(&asking).await {
            test(&desk).await;
            desk.close().await;
        }
    });
}

/// A mail comes and is answered and solved; gives the ticket's path.
async fn solved(desk: &TestDesk, who: &Client, from: &str, subject: &str) -> String {
    desk.receive(from, subject, QUESTION).await;
    let list = who.get("/tickets?view=all&limit=100").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    let path = format!("/tickets/{}", newest["id"].as_str().unwrap());
    let page = who.get(&path).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", page["answer"]));
    let sealed = who.post(&format!("/drafts/{draft}/seal"), json!({})).await.expect(201);
    let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": checks });
    who.with("idempotency-key", draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    path
}

async fn asked(desk: &TestDesk) -> usize {
    ask_surveys::ask_due(&desk.app).await.unwrap()
}

/// The newest letter, and the path of the page it leads to.
async fn letter(who: &Client) -> (String, String) {
    let id = who.get("/tray").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let letter = who.get(&format!("/tray/{id}")).await.expect(200);
    let text = letter.to_string();
    let start = text.find("/survey/").unwrap_or_else(|| panic!("{text}"));
    let path = text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect();
    (letter["subject"].as_str().unwrap_or_default().to_owned(), path)
}

async fn tasks(who: &Client, kind: &str) -> usize {
    let tasks = who.get("/tasks").await.expect(200);
    tasks["items"].as_array().unwrap().iter().filter(|task| task["kind"] == kind).count()
}

fn figure(card: &Value, word: &str) -> (i64, i64) {
    let found = card["figures"].as_array().unwrap().iter().find(|f| f["figure"] == word);
    let found = found.unwrap_or_else(|| panic!("no {word}: {card}"));
    (found["part"].as_i64().unwrap(), found["whole"].as_i64().unwrap())
}

#[test]
fn opened_a_thousand_times_it_says_nothing_and_a_button_says_it_once() {
    on_each_asking(async |desk| {
        let (timo, mara) = (desk.sign_in("timo").await, desk.sign_in("mara").await);
        let ticket = solved(desk, &timo, GUEST, "VAT id").await;
        assert_eq!(asked(desk).await, 0, "the ticket has only just ended");
        desk.pass(HOUR).await;
        assert_eq!((asked(desk).await, asked(desk).await), (1, 0), "once");
        desk.pass(1).await;
        let (subject, link) = letter(&mara).await;
        assert_eq!(subject, "How did it go? (#1001)");

        let reader = desk.nobody();
        for n in 0..1_000 {
            let method = if n % 10 == 0 { "HEAD" } else { "GET" };
            assert_eq!(open(&reader, method, &link, None, Vec::new()).await.status, 200);
        }
        let page = get(&reader, &link).await;
        assert!(
            page.html.contains("#1001") && !page.html.contains("<script") && !page.html.contains("VAT id"),
            "{}",
            page.html
        );
        assert!(page.policy.starts_with("default-src 'none'"), "{}", page.policy);
        assert!(get(&reader, &format!("{link}?lang=de")).await.html.contains("Wie lief es?"));
        assert_eq!(mara.get(&ticket).await.expect(200)["survey"], Value::Null, "looking says nothing");
        assert_eq!(send(&reader, &link, &[("form", "x"), ("rating", "1")]).await.status, 422);
        assert_eq!(send(&reader, &link, &[("form", mark(&page.html)), ("rating", "9")]).await.status, 422);
        assert_eq!(send(&reader, &link, &[("form", mark(&page.html))]).await.status, 422);
        let forged = format!("{}A", &link[..link.len() - 1]);
        assert!(get(&reader, &forged).await.status == 404 || forged == link);
        assert_eq!(mara.get(&ticket).await.expect(200)["survey"], Value::Null);

        // One click is an answer; a low one asks whoever answered to look again, and is a case to check.
        let done = send(&reader, &link, &[("form", mark(&page.html)), ("rating", "2")]).await;
        assert_eq!((done.status, done.to.contains("done=answer")), (303, true), "{}", done.to);
        let survey = mara.get(&ticket).await.expect(200)["survey"].clone();
        assert_eq!((&survey["rating"], &survey["follow_up"]), (&json!(2), &json!("open")), "{survey}");
        assert_eq!((tasks(&timo, "low_rating").await, tasks(&mara, "low_rating").await), (1, 0));
        let cases = mara.get("/eval-cases?state=proposed").await.expect(200);
        assert_eq!(cases["items"][0]["from"], "low_rating", "{cases}");

        // Said otherwise it is still one answer, and what is not said stays.
        let page = get(&reader, &link).await;
        let more = [("form", mark(&page.html)), ("effort", "5"), ("comment", "Zebrafish & <b>more</b>")];
        assert_eq!(send(&reader, &link, &more).await.status, 303);
        for _ in 0..20 {
            assert_eq!(get(&reader, &link).await.status, 200);
        }
        let survey = mara.get(&ticket).await.expect(200)["survey"].clone();
        assert_eq!(
            (&survey["rating"], &survey["effort"], &survey["comment"]),
            (&json!(2), &json!(5), &json!("Zebrafish & <b>more</b>"))
        );
        assert!(get(&reader, &link).await.html.contains("Zebrafish &amp; &lt;b&gt;more"), "words are words");
        while count_outcomes::follow(&desk.app).await.unwrap() > 0 {}
        let card = mara.get("/scorecard").await.expect(200);
        assert_eq!(
            (figure(&card, "rating"), figure(&card, "rating_response"), figure(&card, "effort")),
            ((2, 1), (1, 1), (5, 1))
        );
        assert_eq!((figure(&card, "found_later"), figure(&card, "rated_reopened")), ((1, 1), (0, 1)));

        let follow_up = format!("{ticket}/survey/follow-up");
        timo.post(&follow_up, json!({})).await.expect(204);
        timo.post(&follow_up, json!({})).await.problem(409);
        assert_eq!(tasks(&timo, "low_rating").await, 0);
        for n in 0..25 {
            let page = get(&reader, &link).await;
            let again = send(&reader, &link, &[("form", mark(&page.html)), ("rating", "4")]).await;
            assert_eq!(again.status, if n < 18 { 303 } else { 429 }, "{n}: twenty answers are enough");
        }
        assert_eq!(mara.get(&ticket).await.expect(200)["survey"]["rating"], 4);
        desk.pass(31 * 86_400).await;
        assert_eq!(get(&reader, &link).await.status, 404, "the link ends");
    });
}

#[test]
fn one_person_is_asked_now_and_then_and_not_at_all_who_says_so() {
    on_each_asking(async |desk| {
        let timo = desk.sign_in("timo").await;
        solved(desk, &timo, GUEST, "First").await;
        solved(desk, &timo, GUEST, "Second").await;
        desk.pass(HOUR).await;
        assert_eq!((asked(desk).await, asked(desk).await), (1, 0), "one of two tickets");
        desk.pass(21 * 86_400).await;
        let timo = desk.sign_in("timo").await;
        assert_eq!(asked(desk).await, 0, "what ended three weeks ago is not asked about");
        solved(desk, &timo, GUEST, "Third").await;
        desk.pass(HOUR).await;
        assert_eq!(asked(desk).await, 1);
        desk.pass(1).await;
        let (_, link) = letter(&timo).await;
        let reader = desk.nobody();
        let page = get(&reader, &link).await;
        assert_eq!(send(&reader, &format!("{link}/refusal"), &[("form", mark(&page.html))]).await.status, 303);
        assert!(get(&reader, &link).await.html.contains("You are not asked any more."));
        desk.pass(21 * 86_400).await;
        let timo = desk.sign_in("timo").await;
        solved(desk, &timo, GUEST, "Fourth").await;
        desk.pass(HOUR).await;
        assert_eq!(asked(desk).await, 0, "they said no");

        // A question in German where the requester writes German, and none where nobody answered.
        desk.receive(
            "bo@harbour.example",
            "USt",
            "Hallo, wo kann ich bitte die Nummer in der Rechnung ändern? Danke und Grüße",
        )
        .await;
        let list = timo.get("/tickets?view=all&limit=100").await.expect(200);
        let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
        let path = format!("/tickets/{}", newest["id"].as_str().unwrap());
        let tag = timo.get(&path).await.etag();
        timo.with("if-match", &tag).patch(&path, json!({ "status": "solved" })).await.expect(200);
        desk.pass(HOUR).await;
        assert_eq!(asked(desk).await, 0, "nobody answered it");
    });
}

#[test]
fn the_comment_goes_with_the_person_and_with_a_redaction() {
    on_each_asking(async |desk| {
        add_person(&desk.app, "ada", Role::Admin, &[]).await;
        let (timo, mara, ada) = (desk.sign_in("timo").await, desk.sign_in("mara").await, desk.sign_in("ada").await);
        let ticket = solved(desk, &timo, GUEST, "VAT id").await;
        desk.pass(HOUR).await;
        assert_eq!(asked(desk).await, 1);
        desk.pass(1).await;
        let (_, link) = letter(&mara).await;
        let reader = desk.nobody();
        let page = get(&reader, &link).await;
        let said =
            [("form", mark(&page.html)), ("rating", "1"), ("comment", "The zebrafish on 49 30 901820 was rude.")];
        assert_eq!(send(&reader, &link, &said).await.status, 303);
        ada.prove().await;
        let page = mara.get(&ticket).await.expect(200);
        let who = format!("/requesters/{}", page["customer"]["id"].as_str().unwrap());
        assert!(ada.get(&format!("{who}/export")).await.expect(200).to_string().contains("zebrafish"));
        mara.post(&format!("{ticket}/redactions"), json!({ "text": "49 30 901820", "class": "phone" }))
            .await
            .expect(200);
        let left = mara.get(&ticket).await.expect(200)["survey"]["comment"].as_str().unwrap().to_owned();
        assert!(left.contains("zebrafish") && !left.contains("901820"), "{left}");
        mara.prove().await;
        mara.post(&format!("{who}/erasure"), json!({ "address": GUEST })).await.expect(200);
        let mut conn = desk.app.store.read().await.unwrap();
        let rows = conn.rows("select count(*) from surveys", Vec::new()).await.unwrap();
        assert_eq!(rows[0].columns().take::<i64>().unwrap(), 0);
        drop(conn);
        assert_eq!(get(&reader, &link).await.status, 404);
    });
}
