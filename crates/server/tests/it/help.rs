//! The help centre shows approved public words and nothing else, leads to a person from everywhere, and is closed until somebody
//! opens it. The form on other sites the same. On both engines.

use ::desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    ids::ArticleId,
    knowledge::{ArticleState, Audience},
};
use server::config::Config;
use store::{NewArticle, NewSource, ServiceIdentity};

use crate::{
    harness::{NOON, TestDesk},
    leaving::{page, run},
    portal::{get, mark, open, send},
};

const SITE: &str = "https://shop.harbour.example";

fn opened(config: &mut Config) {
    config.portal.help_centre = true;
    config.portal.forms_an_hour = 12;
}

fn embedded(config: &mut Config) {
    config.portal.form_origins = vec![SITE.to_owned()];
}

async fn on_open(change: &dyn Fn(&mut Config), test: impl AsyncFn(&TestDesk)) {
    for desk in TestDesk::each_with(change).await {
        test(&desk).await;
        desk.close().await;
    }
}

/// One more article with a word of its own.
async fn article(
    desk: &TestDesk,
    word: &str,
    audience: Audience,
    state: ArticleState,
    review_by: Timestamp,
) -> ArticleId {
    let app = &desk.app;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await.unwrap();
    let owner = tx.agents().await.unwrap()[0].id;
    let source = tx.add_source(NewSource { key: word, name: word, kind: "wiki", owner, audience }).await.unwrap();
    let title = format!("About the {word}");
    let new = NewArticle {
        slug: word,
        source,
        title: &title,
        product: "ledger",
        audience,
        state,
        owner,
        applies_to: "5",
        reviewed_at: Some(NOON.plus_seconds(-86_400)),
        review_by: Some(review_by),
    };
    let id = tx.add_article(new).await.unwrap();
    let text = format!("Turn the {word} twice, then wait for the lamp. <script>alert(1)</script>");
    let end = i64::try_from(text.len()).unwrap();
    let passages = [(title.clone(), text.clone(), 0, end)];
    let (version, digest) = tx.add_version(id, 1, &title, &text, &passages, true).await.unwrap();
    tx.commit(AuditEvent::ArticleApproved { article: id, version, digest }).await.unwrap();
    desk.settle().await;
    id
}

#[test]
fn the_help_centre_shows_approved_public_words_and_nothing_else() {
    run(on_open(&opened, async |desk| {
        let later = NOON.plus_seconds(90 * 86_400);
        let public = article(desk, "gramophone", Audience::Public, ArticleState::Approved, later).await;
        let hidden = [
            article(desk, "brontolith", Audience::Internal, ArticleState::Approved, later).await,
            article(desk, "xylotrope", Audience::Public, ArticleState::Draft, later).await,
            article(desk, "zeppelin", Audience::Public, ArticleState::Approved, NOON.plus_seconds(-60)).await,
        ];
        let mara = desk.sign_in("mara").await;
        desk.receive("ana@harbour.example", "My own case", "The quartzclock of Harbour Ltd is broken.").await;
        let anybody = desk.nobody();
        let front = get(&anybody, "/help").await;
        assert!(front.status == 200 && front.html.contains("Ask a person"), "{}", front.html);
        let found = get(&anybody, "/help?q=turn+the+gramophone+lamp").await.html;
        assert!(
            found.contains("About the gramophone") && found.contains("Turn the gramophone twice, then wait"),
            "{found}"
        );
        assert!(!found.contains("<script") && found.contains("This did not help"), "{found}");
        for word in ["brontolith", "xylotrope", "zeppelin", "quartzclock", "turn lamp twice wait"] {
            let found = get(&anybody, &format!("/help?q={}", word.replace(' ', "+"))).await.html;
            for secret in ["About the brontolith", "About the xylotrope", "About the zeppelin", "Harbour Ltd"] {
                assert!(!found.contains(secret), "{word}: {found}");
            }
        }
        assert!(
            get(&anybody, "/help?q=qqqq").await.html.contains("This did not help"),
            "a person is near all the same"
        );
        let whole = get(&anybody, &format!("/help/articles/{public}?q=lamp")).await;
        assert!(whole.status == 200 && whole.html.contains("This did not help"), "{}", whole.html);
        assert!(!whole.html.contains("<script"), "{}", whole.html);
        for id in hidden {
            assert_eq!(get(&anybody, &format!("/help/articles/{id}")).await.status, 404);
        }
        assert_eq!(get(&anybody, "/help/articles/x").await.status, 404);
        let hostile = get(&anybody, "/help?q=%22%3E%3Cscript%3E&lang=%22%3E").await.html;
        assert!(!hostile.contains("<script") && hostile.contains("&quot;&gt;&lt;script&gt;"), "{hostile}");
        assert!(get(&anybody, &format!("/help?q={}", "x".repeat(5_000))).await.status == 200);
        // Withdrawn is gone at once, whatever the index still holds.
        mara.get("/articles").await.expect(200);
        let mut tx =
            desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
        tx.set_article_state(public, ArticleState::Withdrawn).await.unwrap();
        tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
        let gone = get(&anybody, "/help?q=gramophone").await.html;
        assert!(!gone.contains("About the gramophone"), "{gone}");
        assert_eq!(get(&anybody, &format!("/help/articles/{public}")).await.status, 404);
    }));
}

#[test]
fn what_did_not_help_reaches_a_person_with_the_search() {
    run(on_open(&opened, async |desk| {
        let anybody = desk.nobody();
        let form = get(&anybody, "/help/ask?q=red+lamp+on+the+gramophone").await.html;
        assert!(form.contains("red lamp on the gramophone") && form.contains("Send to a person"), "{form}");
        let fields = |address: &'static str, text: &'static str| {
            [("form", mark(&form)), ("q", "red lamp on the gramophone"), ("address", address), ("text", text)]
        };
        let sent = send(&anybody, "/help/ask", &fields("Ana@Harbour.example", "")).await;
        assert!(sent.status == 303 && sent.to.contains("number=1001"), "{} {}", sent.status, sent.html);
        let told = get(&anybody, &sent.to).await.html;
        assert!(told.contains("#1001") && !told.contains("/portal/"), "a typed address opens nothing: {told}");
        assert_eq!(send(&anybody, "/help/ask", &fields("Ana@Harbour.example", "")).await.status, 303);
        desk.settle().await;
        let mara = desk.sign_in("mara").await;
        let ticket = page(&mara, "red lamp on the gramophone").await;
        assert_eq!(ticket["messages"].as_array().unwrap().len(), 1, "the same form twice is one request");
        let text = ticket["messages"][0].to_string();
        assert!(text.contains("I looked in the help centre for: red lamp on the gramophone"), "{text}");
        assert!(text.contains("nobody proved that the sender's address is theirs"), "{text}");
        assert_eq!(ticket["customer"]["email"], "ana@harbour.example");
        let cases = mara.get(&format!("/tickets/{}/escalations", ticket["id"].as_str().unwrap())).await.expect(200);
        assert!(cases["cases"][0].to_string().contains("person_requested"), "{cases}");

        for bad in ["", "ana", "support@fernhill.example", "a@b.example, c@d.example"] {
            let refused =
                send(&anybody, "/help/ask", &fields(Box::leak(bad.to_owned().into_boxed_str()), "Hello")).await;
            assert!(refused.status == 422 && refused.html.contains("Hello"), "{bad}: {}", refused.html);
        }
        let unmarked = [("form", "x"), ("address", "a@b.example"), ("text", "Hello")];
        assert_eq!(send(&anybody, "/help/ask", &unmarked).await.status, 422);
        let huge = "x".repeat(300_000);
        let fat = [("form", mark(&form)), ("address", "a@b.example"), ("text", huge.as_str())];
        assert_eq!(send(&anybody, "/help/ask", &fat).await.status, 413);
    }));
}

/// The mark of the visit in the search form.
fn visit(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"visit\" value=\"").expect("a search form");
    rest.split('"').next().unwrap().to_owned()
}

#[test]
fn a_visit_that_leads_to_no_request_within_a_week_is_contained() {
    run(on_open(&opened, async |desk| {
        let later = NOON.plus_seconds(90 * 86_400);
        article(desk, "gramophone", Audience::Public, ArticleState::Approved, later).await;
        let anybody = desk.nobody();
        let look = async |visit: &str, words: &str| get(&anybody, &format!("/help?q={words}&visit={visit}")).await.html;
        // Three visits: one looks twice, one finds nothing, one asks a person. And a link that nobody's visit followed.
        let front = async || visit(&get(&anybody, "/help").await.html);
        let (twice, vain, asking) = (front().await, front().await, front().await);
        let found = look(&twice, "gramophone").await;
        assert!(found.contains("About the gramophone") && visit(&found) == twice, "{found}");
        look(&twice, "gramophone+lamp").await;
        look(&vain, "qqqq").await;
        look(&asking, "Turn+the++gramophone").await;
        look("", "gramophone").await;
        look("forged", "gramophone").await;
        let form = get(&anybody, "/help/ask?q=turn+the+gramophone").await.html;
        let fields =
            [("form", mark(&form)), ("q", "turn the gramophone"), ("address", "ana@harbour.example"), ("text", "")];
        assert_eq!(send(&anybody, "/help/ask", &fields).await.status, 303);
        assert_eq!(server::flow::visit_help::count(&desk.app).await.unwrap(), 0, "their week is not over");
        desk.app.clock.advance(7 * 86_400 + 60);
        assert_eq!(server::flow::visit_help::count(&desk.app).await.unwrap(), 2);
        assert_eq!(server::flow::visit_help::count(&desk.app).await.unwrap(), 0, "once");
        let mara = desk.sign_in("mara").await;
        let card = mara.get("/scorecard?by=model").await.expect(200);
        let told = card["figures"].as_array().unwrap().iter().find(|f| f["figure"] == "containment").expect("visits");
        assert_eq!((&told["part"], &told["whole"]), (&serde_json::json!(1), &serde_json::json!(2)), "{card}");
        let behind = mara.get("/scorecard/tickets?figure=containment").await.expect(200);
        assert_eq!(behind["items"].as_array().unwrap().len(), 0, "a visit is no ticket: {behind}");
        let timo = desk.sign_in("timo").await;
        let own = timo.get("/scorecard").await.expect(200);
        assert!(!own["figures"].to_string().contains("containment"), "nobody's queue: {own}");
    }));
}

#[test]
fn a_thousand_forms_are_a_few_requests() {
    run(on_open(&opened, async |desk| {
        let anybody = desk.nobody();
        let form = get(&anybody, "/help/ask").await.html;
        let (mut one, mut many) = (0, 0);
        for n in 0..1_000 {
            let same = n < 500;
            let address = if same { "flood@harbour.example".to_owned() } else { format!("flood{n}@harbour.example") };
            let text = format!("Request {n}");
            let fields = [("form", mark(&form)), ("address", address.as_str()), ("text", text.as_str())];
            match send(&anybody, "/help/ask", &fields).await.status {
                303 if same => one += 1,
                303 => many += 1,
                other => assert_eq!(other, 429),
            }
        }
        assert_eq!((one, many), (5, 7), "five under one address, twelve in all");
        let mara = desk.sign_in("mara").await;
        assert_eq!(mara.get("/tickets?view=all&limit=50").await.expect(200)["items"].as_array().unwrap().len(), 12);
        desk.app.clock.advance(3_601);
        let later = [("form", mark(&form)), ("address", "flood@harbour.example"), ("text", "Later")];
        assert_eq!(send(&anybody, "/help/ask", &later).await.status, 303);
    }));
}

#[test]
fn the_form_for_other_sites_is_shown_on_those_that_are_named() {
    run(on_open(&embedded, async |desk| {
        let anybody = desk.nobody();
        let script = open(&anybody, "GET", "/embed.js", None, Vec::new()).await;
        assert!(script.status == 200 && script.html.contains("/embed/form"), "{}", script.html);
        let form = get(&anybody, "/embed/form?lang=de").await;
        assert!(form.policy.ends_with(&format!("frame-ancestors {SITE}")), "{}", form.policy);
        assert!(form.html.contains("Ihre Mailadresse") && !form.html.contains("<script"), "{}", form.html);
        let fields = [("form", mark(&form.html)), ("address", "bo@orchard.example"), ("text", "Der Wagen fehlt.")];
        let sent = send(&anybody, "/embed/form?lang=de", &fields).await;
        assert_eq!(sent.status, 303, "{}", sent.html);
        assert!(get(&anybody, &sent.to).await.policy.contains(SITE), "the answer is in the frame too");
        desk.settle().await;
        let mara = desk.sign_in("mara").await;
        let ticket = page(&mara, "Der Wagen fehlt.").await;
        assert_eq!(ticket["messages"][0]["text"].as_str().unwrap().trim(), "Der Wagen fehlt.");
        assert_eq!(get(&anybody, "/help").await.status, 404, "one does not open the other");
    }));
}

#[test]
fn all_of_it_is_closed_until_somebody_opens_it() {
    run(on_open(&|_| {}, async |desk| {
        let anybody = desk.nobody();
        let form = desk.app.door.form_token("form", desk.app.clock.now()).unwrap();
        let fields = [("form", form.as_str()), ("address", "a@b.example"), ("text", "Hello")];
        for path in ["/help", "/help?q=vat", "/help/ask", "/embed.js", "/embed/form"] {
            assert_eq!(get(&anybody, path).await.status, 404, "{path}");
        }
        let article = format!("/help/articles/{}", desk.article);
        assert_eq!(get(&anybody, &article).await.status, 404);
        for path in ["/help/ask", "/embed/form"] {
            assert_eq!(send(&anybody, path, &fields).await.status, 404, "{path}");
        }
    }));
}
