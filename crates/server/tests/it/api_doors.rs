//! What callers may not do: strangers, programs, people of other queues, other sites' pages.

use serde_json::json;

use crate::harness::{NOON, PASSWORD, TestDesk, on_each};

#[test]
fn ten_wrong_passwords_close_an_address_for_a_while_and_nobody_learns_who_exists() {
    on_each(async |desk| {
        let nobody = desk.nobody();
        let try_with = async |email: &str, password: &str| {
            nobody.post("/session", json!({ "email": email, "password": password })).await
        };
        let known = try_with("timo@fernhill.example", "wrong password").await;
        let unknown = try_with("nobody@fernhill.example", "wrong password").await;
        assert_eq!((known.problem(401), known.text()), (unknown.problem(401), unknown.text()));
        for _ in 0..9 {
            assert_eq!(try_with("Timo@Fernhill.example ", "wrong password").await.problem(401), "wrong-password");
        }
        assert_eq!(try_with("timo@fernhill.example", PASSWORD).await.problem(429), "rate-limited");
        try_with("mara@fernhill.example", PASSWORD).await.expect(201);
        desk.app.clock.advance(15 * 60 + 1);
        try_with("timo@fernhill.example", PASSWORD).await.expect(201);
    });
}

#[test]
fn a_session_ends_when_it_should() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        timo.get("/session").await.expect(200);
        timo.delete("/session").await.expect(204);
        assert_eq!(timo.get("/session").await.problem(401), "signed-out");
        let again = desk.sign_in("timo").await;
        desk.app.clock.advance(12 * 60 * 60 + 1);
        assert_eq!(again.get("/session").await.problem(401), "signed-out");
        assert_eq!(
            desk.nobody().with("cookie", "countersign_session=guess").get("/session").await.problem(401),
            "signed-out"
        );
    });
}

/// T035: no token approves, whatever its scopes; the types that keep it so are in the door's own tests.
#[test]
fn a_token_reads_what_its_scopes_say_and_never_approves() {
    on_each(async |desk| {
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let program = desk.program(&["tickets:read", "tickets:write", "mail:write", "knowledge:read"]).await;
        let ticket = program.get("/tickets/1001").await;
        let page = ticket.expect(200);
        let draft = page["answer"]["draft"]["id"].as_str().unwrap();
        let approval = json!({ "token": "x", "digest": "0".repeat(64), "status_after": "solved", "acknowledged": [] });
        let keyed = program.with("idempotency-key", "k");
        assert_eq!(keyed.post(&format!("/drafts/{draft}/approval"), approval).await.problem(403), "forbidden");
        for path in [format!("/drafts/{draft}/seal"), format!("/tickets/{}/read", page["id"].as_str().unwrap())] {
            assert_eq!(program.send("POST", &path, None, Vec::new()).await.problem(403), "forbidden");
        }
        assert_eq!(program.get("/session").await.problem(403), "forbidden");
        assert_eq!(
            program.post("/tokens", json!({ "name": "x", "scopes": ["tickets:read"], "days": 1 })).await.problem(403),
            "forbidden"
        );
        assert_eq!(program.get("/audit").await.problem(403), "forbidden", "no scope for the record");
        let changed = program
            .with("if-match", &ticket.etag())
            .patch(&format!("/tickets/{}", page["id"].as_str().unwrap()), json!({ "priority": "urgent" }))
            .await;
        assert_eq!(changed.expect(200)["priority"], "urgent");

        desk.settle().await;
        let helene = desk.sign_in("helene").await;
        let tried = helene.get("/audit?kind=door.tried").await.expect(200);
        assert_eq!(tried["items"].as_array().unwrap().len(), 5);
        assert_eq!(tried["items"][4]["actor"]["name"], "a program");
        let text = tried["items"][4]["summary"].as_str().unwrap();
        assert!(text.contains("POST /drafts/{id}/approval"), "{text}");
    });
}

#[test]
fn revoked_and_expired_tokens_are_strangers() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let make = async || {
            let made =
                mara.post("/tokens", json!({ "name": "t", "scopes": ["tickets:read"], "days": 1 })).await.expect(201);
            (made["id"].as_str().unwrap().to_owned(), desk.nobody().token(made["secret"].as_str().unwrap()))
        };
        let (id, revoked) = make().await;
        revoked.get("/tickets").await.expect(200);
        mara.delete(&format!("/tokens/{id}")).await.expect(204);
        assert_eq!(revoked.get("/tickets").await.problem(401), "signed-out");
        assert!(!mara.get("/tokens").await.text().contains("cst_"), "secrets are told once");
        for bad in [
            json!({ "name": "", "scopes": ["tickets:read"], "days": 1 }),
            json!({ "name": "x", "scopes": ["approve"], "days": 1 }),
            json!({ "name": "x", "scopes": [], "days": 1 }),
            json!({ "name": "x", "scopes": ["tickets:read"], "days": 0 }),
        ] {
            assert_eq!(mara.post("/tokens", bad).await.problem(422), "invalid");
        }
        assert_eq!(desk.sign_in("timo").await.get("/tokens").await.problem(403), "forbidden");
        let (_, expired) = make().await;
        desk.app.clock.advance(86_400 + 1);
        assert_eq!(expired.get("/tickets").await.problem(401), "signed-out");
    });
}

/// T067: every object by its own id, through a ticket of one's own or not, is as if it were not there.
#[test]
fn another_queues_things_do_not_exist() {
    on_each(async |desk| {
        desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        let page = timo.get("/tickets/1001").await.expect(200);
        let (ticket, draft, message, suggestion, requester) = (
            page["id"].as_str().unwrap(),
            page["answer"]["draft"]["id"].as_str().unwrap(),
            page["messages"][0]["id"].as_str().unwrap(),
            page["understanding"]["suggestion_id"].as_str().unwrap(),
            page["requester"]["id"].as_str().unwrap(),
        );
        let olga = olga.with("if-match", "\"1\"").with("idempotency-key", "k");
        let approval = json!({ "token": "x", "digest": "0".repeat(64), "status_after": "solved" });
        let answers = [
            olga.get("/tickets/1001").await,
            olga.get(&format!("/tickets/{ticket}")).await,
            olga.patch(&format!("/tickets/{ticket}"), json!({ "priority": "low" })).await,
            olga.post(&format!("/tickets/{ticket}/notes"), json!({ "body": "x" })).await,
            olga.send("POST", &format!("/tickets/{ticket}/read"), None, Vec::new()).await,
            olga.post(&format!("/tickets/{ticket}/drafts"), json!({ "origin": "agent" })).await,
            olga.put(&format!("/drafts/{draft}"), json!({ "body": "x" })).await,
            olga.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await,
            olga.post(&format!("/drafts/{draft}/approval"), approval).await,
            olga.get(&format!("/messages/{message}/raw")).await,
            olga.get(&format!("/messages/{message}/html")).await,
            olga.post(&format!("/suggestions/{suggestion}/verdict"), json!({ "verdict": "accepted" })).await,
            olga.put(&format!("/requesters/{requester}/ai"), json!({ "ai": "out" })).await,
        ];
        for (n, answer) in answers.iter().enumerate() {
            assert_eq!(answer.problem(404), "not-found", "answer {n}");
        }
        assert_eq!(olga.get("/tickets?view=all").await.expect(200)["items"], json!([]));
        assert_eq!(olga.get("/search?q=VAT").await.expect(200)["tickets"], json!([]));
        let unchanged = timo.get("/tickets/1001").await.expect(200);
        assert_eq!(unchanged["revision"], page["revision"]);
    });
}

#[test]
fn other_sites_wrong_types_and_huge_bodies_are_turned_away() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        let evil = desk.nobody().with("origin", "https://evil.example");
        let typed = json!({ "email": "timo@fernhill.example", "password": PASSWORD });
        assert_eq!(evil.post("/session", typed.clone()).await.problem(403), "forbidden");
        assert_eq!(timo.with("sec-fetch-site", "cross-site").delete("/session").await.problem(403), "forbidden");
        assert_eq!(timo.with("sec-fetch-site", "same-site").delete("/session").await.problem(403), "forbidden");
        timo.get("/session").await.expect(200);

        let nobody = desk.nobody();
        assert_eq!(
            nobody.send("POST", "/session", Some("text/plain"), typed.to_string().into_bytes()).await.problem(415),
            "invalid"
        );
        assert_eq!(
            nobody.send("POST", "/session", Some("application/json"), b"{".to_vec()).await.problem(422),
            "invalid"
        );
        assert_eq!(
            nobody.send("POST", "/session", Some("application/json"), vec![b' '; 3 << 20]).await.problem(413),
            "too-large"
        );
        assert_eq!(timo.send("POST", "/mail", Some("text/plain"), b"From: a".to_vec()).await.problem(415), "invalid");
        assert_eq!(
            timo.send("POST", "/mail", Some("message/rfc822"), vec![b' '; 61 << 20]).await.problem(413),
            "too-large"
        );
        timo.send(
            "POST",
            "/mail",
            Some("message/rfc822"),
            [b"From: a@b.example\r\n\r\n".to_vec(), vec![b'x'; 4 << 20]].concat(),
        )
        .await
        .expect(202);
        assert_eq!(nobody.get("/no/such/thing").await.problem(404), "not-found");
        assert_eq!(timo.send("DELETE", "/tickets", None, Vec::new()).await.problem(405), "invalid");
    });
}

#[test]
fn every_answer_carries_its_protection() {
    on_each(async |desk| {
        let html = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n";
        desk.receive_with(
            "ana@harbour.example",
            "VAT",
            "<p onclick=x()>Where is the <b>VAT id</b>?</p><script>x()</script>",
            html,
        )
        .await;
        let timo = desk.sign_in("timo").await;
        let policy =
            |answer: &crate::client::Answer| answer.headers["content-security-policy"].to_str().unwrap().to_owned();
        let page = timo.get("/tickets/1001").await;
        assert_eq!(policy(&page), "default-src 'none'; frame-ancestors 'none'");
        assert_eq!(
            (&page.headers["x-content-type-options"], &page.headers["cache-control"]),
            (&"nosniff".parse().unwrap(), &"no-store".parse().unwrap())
        );
        let message = page.expect(200)["messages"][0]["id"].as_str().unwrap().to_owned();
        let shown = timo.get(&format!("/messages/{message}/html")).await;
        assert!(policy(&shown).starts_with("sandbox; default-src 'none'"), "{}", policy(&shown));
        assert!(
            shown.text().contains("<b>VAT id</b>")
                && !shown.text().contains("script")
                && !shown.text().contains("onclick"),
            "{}",
            shown.text()
        );
        let raw = timo.get(&format!("/messages/{message}/raw")).await;
        assert!(raw.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let console = timo.open("GET", "/tickets/somewhere", None, Vec::new()).await;
        let policy = console.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_desk_has_no_demo() {
    let desk = TestDesk::real().await;
    let timo = desk.sign_in("timo").await;
    assert_eq!(timo.get("/demo/accounts").await.problem(404), "not-found");
    assert_eq!(timo.get("/demo/requesters").await.problem(404), "not-found");
    assert_eq!(timo.send("POST", "/demo/attacks", None, Vec::new()).await.problem(404), "not-found");
    let mail = json!({ "from": "ana@harbour.example", "subject": "x", "text": "y" });
    assert_eq!(timo.post("/demo/customer-mail", mail).await.problem(404), "not-found");
    assert_eq!(desk.app.clock.now(), NOON);
    desk.close().await;
}
