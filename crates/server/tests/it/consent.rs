//! T083: who says no to AI, by the link under a mail, through an agent, a program or their company, is from then on in no
//! request, no vector, no index and no model. On both engines.

use axum::body::to_bytes;
use connect::model::fake::Mood;
use desk::{
    audit::{AuditEvent, Service},
    leaving::Hiding,
};
use serde_json::{Value, json};
use server::flow::{find_patterns, prove_consent, tidy_up, train_triage};
use store::ServiceIdentity;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
    leaving::{asked, asked_by, draft, each, page, run},
};

const ADDRESS: &str = "quilla@zanzibarwood.example";
const ASKED: &str = "Hello, where can I change the VAT id of our company? The xylotrope shows the old one.";

async fn open(who: &Client, method: &str, path: &str, body: &str) -> (u16, String) {
    let form = (!body.is_empty()).then_some("application/x-www-form-urlencoded");
    let response = who.open(method, path, form, body.as_bytes().to_vec()).await;
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

/// Answers the ticket and gives the letter that left.
async fn answered(desk: &TestDesk, mara: &Client, ticket: &Value) -> String {
    let draft = ticket["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{}", ticket["answer"])).to_owned();
    let sealed = mara.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": checks });
    mara.with("idempotency-key", &draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    let id = mara.get("/tray").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    mara.get(&format!("/tray/{id}")).await.expect(200).to_string()
}

fn link(letter: &str) -> String {
    let start = letter.find("/choice/").unwrap_or_else(|| panic!("{letter}"));
    letter[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect()
}

#[test]
fn t083_the_link_under_a_mail_says_no_and_shows_nothing_else() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let first = page(&mara, "VAT id").await;
        let path = link(&answered(desk, &mara, &first).await);
        desk.receive(ADDRESS, "VAT again", ASKED).await;
        let before = page(&mara, "VAT again").await;
        assert!(before["answer"]["draft"].is_object() && before["understanding"]["ai"]["use"] == "allowed", "{before}");

        let reader = desk.nobody();
        for method in ["GET", "HEAD", "GET"] {
            let (status, html) = open(&reader, method, &path, "").await;
            assert_eq!(status, 200, "{html}");
            for word in ["quilla", "zanzibarwood", "VAT", "xylotrope", "Mara", "1001", "<script"] {
                assert!(!html.contains(word), "{word} in {html}");
            }
        }
        let unchanged = page(&mara, "VAT again").await;
        assert_eq!((&unchanged["customer"]["ai"], &unchanged["revision"]), (&json!("default"), &before["revision"]));

        let german = reader.with("accept-language", "de-DE,de;q=0.9");
        assert!(open(&german, "GET", &path, "").await.1.contains("Keine KI für meine Nachrichten"));
        assert_eq!(open(&reader, "POST", &path, "ai=maybe").await.0, 422);
        assert_eq!(open(&reader, "POST", &path, &format!("ai={}", "x".repeat(2_000))).await.0, 413);
        let (status, html) = open(&reader, "POST", &path, "ai=out").await;
        assert!(status == 200 && html.contains("Saved") && html.contains("Let AI help again"), "{html}");
        let after = page(&mara, "VAT again").await;
        assert_eq!(after["customer"]["ai"], "out");
        assert_eq!(after["understanding"]["ai"]["use"], "refused");
        assert_eq!(
            (&after["answer"]["draft"], &after["answer"]["state"]),
            (&Value::Null, &json!("withheld")),
            "{after}"
        );
        for list in ["passages", "similar", "may_ask"] {
            assert_eq!(after["answer"][list], json!([]), "{list}");
        }
        assert_eq!(after["understanding"]["candidates"], json!([]));
        desk.settle().await;
        let said = mara.get("/audit?limit=200").await.expect(200).to_string();
        assert!(said.contains("consent.requester") && said.contains("by a link in a mail"), "{said}");
        // The second time changes nothing and leaves no second entry.
        open(&reader, "POST", &path, "ai=out").await;
        desk.settle().await;
        let again = mara.get("/audit?limit=200").await.expect(200).to_string();
        assert_eq!(again.matches("consent.requester").count(), said.matches("consent.requester").count());

        let forged = format!("{}A", &path[..path.len() - 1]);
        let forged = if forged == path { format!("{}B", &path[..path.len() - 1]) } else { forged };
        for bad in [forged.as_str(), "/choice/x", "/choice/%00"] {
            assert_eq!(open(&reader, "POST", bad, "ai=in").await.0, 404, "{bad}");
        }
        assert_eq!(page(&mara, "VAT again").await["customer"]["ai"], "out");
        let requester = after["customer"]["id"].as_str().unwrap();
        mara.prove().await;
        mara.post(&format!("/requesters/{requester}/erasure"), json!({ "address": ADDRESS })).await.expect(200);
        assert_eq!(open(&reader, "GET", &path, "").await.0, 404, "nobody is there any more");
        assert_eq!(open(&reader, "POST", &path, "ai=in").await.0, 404);
        desk.app.clock.advance(500 * 86_400);
        assert_eq!(open(&reader, "GET", &path, "").await.0, 404, "outdated");
    });
}

#[test]
fn a_program_with_the_scope_and_a_lead_for_an_organization_say_no_too() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let seen = page(&mara, "VAT id").await;
        let path = format!("/requesters/{}/ai", seen["customer"]["id"].as_str().unwrap());
        let out = json!({ "ai": "out" });
        let (writer, reader) = (desk.program(&["consent:write"]).await, desk.program(&["tickets:read"]).await);
        assert_eq!(reader.put(&path, out.clone()).await.problem(403), "forbidden");
        assert_eq!(writer.get("/tickets").await.problem(403), "forbidden", "it reads nothing");
        writer.put(&path, out.clone()).await.expect(200);
        assert_eq!(page(&mara, "VAT id").await["understanding"]["ai"]["use"], "refused");
        writer.put(&path, json!({ "ai": "default" })).await.expect(200);
        assert_eq!(page(&mara, "VAT id").await["understanding"]["ai"]["use"], "allowed");

        let nowhere = "/organizations/019f0000-0000-7000-8000-000000000000/ai";
        assert_eq!(timo.put(nowhere, out.clone()).await.problem(403), "forbidden");
        assert_eq!(mara.put(nowhere, out).await.problem(404), "not-found");
    });
}

async fn solved(desk: &TestDesk, ticket: &Value) {
    let mut tx = desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
    let (id, now) = (ticket["id"].as_str().unwrap().parse().unwrap(), tx.now());
    let (question, reply) = ("Where does the xylotrope show the VAT id?", "In Settings > Billing, says the xylotrope.");
    tx.add_past_case(id, question, reply, None, None, "good", "billing.invoice", now).await.unwrap();
    tx.commit(AuditEvent::DeskPrepared { world: desk::Digest::of(b"test") }).await.unwrap();
    desk.settle().await;
}

async fn proof(desk: &TestDesk) -> prove_consent::Proof {
    prove_consent::prove(&desk.app, &desk.app.index_folder(), ADDRESS).await.unwrap()
}

#[test]
fn t083_a_day_of_work_after_a_no_makes_no_call_with_that_persons_words() {
    run(each(Hiding::Masked, Mood::Obeys, async |desk, fake| {
        let mara = desk.sign_in("mara").await;
        let ticket = asked(desk, &mara, "VAT id", ASKED).await;
        draft(&mara, &ticket).await;
        assert!(fake.requests().iter().any(|r| r.contains("xylotrope")), "the model was asked before");
        let seen = page(&mara, "VAT id").await;
        solved(desk, &seen).await;
        let before = proof(desk).await;
        assert!(before.allowed.is_ok() && !before.is_clean(), "{before:?}");
        assert!(before.places.iter().any(|p| p.name.contains("index's files") && p.found == 1), "{before:?}");

        let path = format!("/requesters/{}/ai", seen["customer"]["id"].as_str().unwrap());
        mara.put(&path, json!({ "ai": "out" })).await.expect(200);
        desk.settle().await;
        let sent = fake.requests().len();
        let mut others = 0;
        for hour in 0..24 {
            desk.app.clock.advance(3_600);
            // Nobody's session lasts for a day.
            let mara = desk.sign_in("mara").await;
            let own = format!("VAT {hour}");
            desk.receive(ADDRESS, &own, &format!("{ASKED} It is hour {hour}.")).await;
            let theirs = page(&mara, &own).await;
            let path = format!("/tickets/{}", theirs["id"].as_str().unwrap());
            let refused = draft(&mara, &path).await;
            assert!(refused.status >= 400, "{}", refused.text());
            assert!(mara.get(&format!("{path}/leaving")).await.status >= 400);
            let message = theirs["messages"][0]["id"].as_str().unwrap();
            let into = json!({ "into": "de", "message_id": message });
            assert!(mara.post(&format!("{path}/translations"), into).await.status >= 400);
            if hour % 6 == 0 {
                let (from, question) = ("bo@orchard.example", "Where do I change the VAT id of a company?");
                let other = asked_by(desk, &mara, from, &format!("Other {hour}"), question).await;
                draft(&mara, &other).await;
                others += 1;
                find_patterns::count(&desk.app).await.unwrap();
                train_triage::train(&desk.app, &train_triage::COMMAND_LINE, train_triage::Using::Words).await.unwrap();
                tidy_up::tidy_up(&desk.app).await.unwrap();
            }
            desk.settle().await;
        }
        let requests = fake.requests()[sent..].to_vec();
        assert!(requests.len() >= others, "others were drafted for: {}", requests.len());
        for request in &requests {
            assert!(!request.contains("xylotrope") && !request.contains("zanzibarwood"), "{request}");
        }
        let after = proof(desk).await;
        assert!(after.allowed.is_err() && after.is_clean() && after.tickets == 25, "{after:?}");
    }));
}
