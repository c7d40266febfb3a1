//! T008: the page behind the link under a mail shows its requester's own conversation and nothing inside the desk, takes what
//! they write through the gate of mails, and gives a stranger nothing. On both engines.

use ::desk::{
    ids::{RequesterId, TicketId},
    portal::{FILE_BYTES_MAX, POSTS_AN_HOUR, Reach},
};
use axum::body::to_bytes;
use serde_json::{Value, json};

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
    leaving::page,
};

pub const ADDRESS: &str = "quilla@zanzibarwood.example";
const ASKED: &str = "Hello, where can I change the VAT id of our company? The xylotrope shows the old one.";
const BOUNDARY: &str = "form-boundary";

/// An answer of a page: status, where it leads, its text.
pub struct Seen {
    pub status: u16,
    pub to: String,
    pub html: String,
    pub policy: String,
}

pub async fn open(who: &Client, method: &str, path: &str, form: Option<&str>, body: Vec<u8>) -> Seen {
    let response = who.open(method, path, form, body).await;
    let status = response.status().as_u16();
    let head = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (to, policy) = (head("location"), head("content-security-policy"));
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    Seen { status, to, policy, html: String::from_utf8_lossy(&bytes).into_owned() }
}

pub async fn get(who: &Client, path: &str) -> Seen {
    open(who, "GET", path, None, Vec::new()).await
}

/// Posts fields as a browser does from a form of words.
pub async fn send(who: &Client, path: &str, fields: &[(&str, &str)]) -> Seen {
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", value.replace('&', "%26").replace(' ', "+"))).collect();
    open(who, "POST", path, Some("application/x-www-form-urlencoded"), body.join("&").into_bytes()).await
}

/// The mark in a page's forms.
pub fn mark(html: &str) -> &str {
    let start = html.find("name=\"form\" value=\"").unwrap_or_else(|| panic!("{html}")) + 19;
    let rest = &html[start..];
    &rest[..rest.find('"').unwrap()]
}

async fn post(who: &Client, link: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Seen {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    for (name, bytes) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/plain\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    open(who, "POST", &format!("{link}/messages"), Some(&media_type), body).await
}

/// Writes on the page as its reader would.
pub async fn write(who: &Client, link: &str, wish: &str, text: &str) -> Seen {
    let shown = get(who, link).await;
    post(who, link, &[("form", mark(&shown.html)), ("text", text), ("do", wish)], &[]).await
}

fn requester(ticket: &Value) -> RequesterId {
    ticket["customer"]["id"].as_str().unwrap().parse().unwrap()
}

fn id(ticket: &Value) -> TicketId {
    ticket["id"].as_str().unwrap().parse().unwrap()
}

/// A link as a mail would hold it now.
fn link(desk: &TestDesk, who: RequesterId, ticket: TicketId) -> String {
    let until = desk.app.clock.now().plus_seconds(30 * 86_400);
    path(&desk.app.door.portal_link(who, ticket, Reach::Ticket, until).unwrap())
}

fn path(text: &str) -> String {
    let start = text.find("/portal/").unwrap_or_else(|| panic!("{text}"));
    text[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "/-_".contains(*c)).collect()
}

/// Answers the ticket and gives the letter that left.
async fn answered(desk: &TestDesk, mara: &Client, ticket: &Value) -> String {
    let draft = ticket["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{}", ticket["answer"])).to_owned();
    let sealed = mara.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "pending", "acknowledged": checks });
    mara.with("idempotency-key", &draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    let id = mara.get("/tray").await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
    mara.get(&format!("/tray/{id}")).await.expect(200).to_string()
}

#[test]
fn the_link_under_a_mail_shows_the_conversation_and_nothing_inside_the_desk() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let ticket = page(&mara, "VAT id").await;
        let note = format!("/tickets/{}/notes", ticket["id"].as_str().unwrap());
        mara.post(&note, json!({ "body": "Between us: the brontolith again." })).await.expect(201);
        let first = get(&desk.nobody(), &link(desk, requester(&ticket), id(&ticket))).await;
        assert_eq!(first.status, 200);
        let drafted = ticket["answer"]["draft"]["body"].as_str().unwrap();
        let said = drafted.lines().find(|l| l.contains("Settings")).unwrap();
        assert!(!first.html.contains("Settings"), "a draft is not shown before somebody sends it: {}", first.html);

        let letter = answered(desk, &mara, &ticket).await;
        let reader = desk.nobody();
        let own = path(&letter);
        for method in ["GET", "HEAD", "GET"] {
            assert_eq!(open(&reader, method, &own, None, Vec::new()).await.status, 200);
        }
        let shown = get(&reader, &own).await;
        let html = &shown.html;
        assert!(html.contains("xylotrope") && html.contains("Settings"), "{said} in {html}");
        assert!(html.contains("Waiting for you") && html.contains("Mara Test"), "{html}");
        for inside in ["brontolith", "<script", "billing.invoice", "Drafted with AI", "fernhill.example/portal"] {
            assert!(!html.contains(inside), "{inside} in {html}");
        }
        assert!(shown.policy.starts_with("default-src 'none'") && !shown.policy.contains("script"), "{}", shown.policy);
        let german = get(&reader.with("accept-language", "de-AT"), &own).await;
        assert!(german.html.contains("lang=\"de\"") && german.html.contains("Mit einem Menschen sprechen"));
        let chosen = get(&reader.with("accept-language", "de-AT"), &format!("{own}?lang=en")).await;
        assert!(chosen.html.contains("Talk to a person"), "the reader's choice goes before the browser's");
    });
}

#[test]
fn whatever_a_message_holds_is_shown_as_text() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let hostile = "<script>alert(1)</script><img src=x onerror=alert(1)> \"><form action=//evil.example>";
        desk.receive(ADDRESS, "VAT <b>id</b>", hostile).await;
        let ticket = page(&mara, "VAT <b>id</b>").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        let reader = desk.nobody();
        assert_eq!(write(&reader, &own, "reply", hostile).await.status, 303);
        let html = get(&reader, &format!("{own}?done=%3Cscript%3E&lang=%22%3E%3Cscript%3E")).await.html;
        for raw in ["<script", "<img", "<b>", "<form action"] {
            assert!(!html.contains(raw), "{raw} in {html}");
        }
        assert_eq!(html.matches("&lt;script&gt;alert(1)").count(), 2, "{html}");
    });
}

#[test]
fn what_a_requester_writes_goes_through_the_gate_of_mails() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let ticket = page(&mara, "VAT id").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        let reader = desk.nobody();
        let shown = get(&reader, &own).await;
        let fields = [("form", mark(&shown.html)), ("text", "Es ist noch rot.\r\nGrüße"), ("do", "reply")];
        let files: [(&str, &[u8]); 2] = [("läufer <1>.txt", b"lamp is red"), ("", b"")];
        let sent = post(&reader, &own, &fields, &files).await;
        assert_eq!((sent.status, sent.to.contains("done=reply")), (303, true), "{} {}", sent.to, sent.html);
        // A second click on the same page adds nothing.
        assert_eq!(post(&reader, &own, &fields, &files).await.status, 303);
        desk.settle().await;
        let after = page(&mara, "VAT id").await;
        let messages = after["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 2, "{after}");
        assert!(messages[1]["text"].as_str().unwrap().starts_with("Es ist noch rot."), "{after}");
        assert!(messages[1].to_string().contains("by the link in a mail of ours"), "{}", messages[1]);
        assert!(messages[1].to_string().contains("läufer _1_.txt"), "{}", messages[1]);
        let looked = after["understanding"]["suggestion_id"].as_str();
        assert!(
            looked.is_some() && looked != ticket["understanding"]["suggestion_id"].as_str(),
            "sorted again: {after}"
        );
        let seen = get(&reader, &sent.to).await.html;
        assert!(seen.contains("Your message has reached us.") && seen.contains("läufer _1_.txt</a> (1 KB)"), "{seen}");

        // Closed by its requester, as the record says, and opened again by their words.
        let closed = send(&reader, &format!("{own}/closing"), &[("form", mark(&seen))]).await;
        assert_eq!((closed.status, page(&mara, "VAT id").await["status"].as_str().unwrap()), (303, "solved"));
        desk.settle().await;
        let record = mara.get("/audit?limit=20").await.expect(200).to_string();
        assert!(record.contains("status: solved") && record.contains("by a link in a mail"), "{record}");
        let again = write(&reader, &own, "reopen", "").await;
        assert!(again.to.contains("done=reopen"), "{}", again.to);
        assert_eq!(page(&mara, "VAT id").await["status"], "open");

        // What is closed for good stays so: what follows is a request of its own.
        let (ticket_path, tag) = (format!("/tickets/{}", ticket["id"].as_str().unwrap()), page(&mara, "VAT id").await);
        let tag = format!("\"{}\"", tag["revision"]);
        mara.with("if-match", &tag).patch(&ticket_path, json!({ "status": "closed" })).await.expect(200);
        let next = write(&reader, &own, "reply", "One more thing.").await;
        assert!(next.to.contains("number=1002"), "{}", next.to);
    });
}

#[test]
fn who_asks_for_a_person_on_the_page_gets_one_whatever_they_said_about_ai() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        for (n, ai) in ["default", "out"].into_iter().enumerate() {
            let (from, subject) = (format!("guest{n}@harbour.example"), format!("Reader {n}"));
            desk.receive(&from, &subject, "The reader shows a red lamp.").await;
            let ticket = page(&mara, &subject).await;
            let who = requester(&ticket);
            mara.put(&format!("/requesters/{who}/ai"), json!({ "ai": ai })).await.expect(200);
            let sent = write(&desk.nobody(), &link(desk, who, id(&ticket)), "person", "").await;
            assert!(sent.to.contains("done=person"), "{ai}: {}", sent.to);
            desk.settle().await;
            let cases = mara.get(&format!("/tickets/{}/escalations", id(&ticket))).await.expect(200);
            assert_eq!(cases["cases"][0]["state"], "raised", "{ai}: {cases}");
            assert!(cases.to_string().contains("person_requested"), "{ai}: {cases}");
            desk.pass(1).await;
            let told = get(&desk.nobody(), &link(desk, who, id(&ticket))).await.html;
            assert!(told.contains("A person will answer you"), "{ai}: when, in their own conversation: {told}");
        }
    });
}

#[test]
fn t008_a_stranger_with_a_forwarded_link_sees_one_ticket_until_it_ends() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        desk.receive(ADDRESS, "Secret plan", "We close the harbour in May.").await;
        desk.receive("bo@orchard.example", "Somebody else", "Where do I change my name?").await;
        let (first, second) = (page(&mara, "VAT id").await, page(&mara, "Secret plan").await);
        let (foreign, who) = (page(&mara, "Somebody else").await, requester(&first));
        let own = link(desk, who, id(&first));
        let stranger = desk.nobody();
        let shown = get(&stranger, &own).await.html;
        assert!(!shown.contains("harbour") && !shown.contains("1002"), "{shown}");

        // Another's ticket, whoever signs it, and anything that was changed.
        let crossed = link(desk, who, id(&foreign));
        let forged = format!("{}{}", &own[..own.len() - 1], if own.ends_with('A') { "B" } else { "A" });
        for bad in [crossed.as_str(), forged.as_str(), "/portal/x", "/portal/%00", "/portal/..%2f.."] {
            assert_eq!(get(&stranger, bad).await.status, 404, "{bad}");
            let fields = [("form", mark(&shown)), ("text", "x"), ("do", "reply")];
            assert_eq!(post(&stranger, bad, &fields, &[]).await.status, 404, "{bad}");
            for act in ["closing", "requests"] {
                assert_eq!(
                    send(&stranger, &format!("{bad}/{act}"), &[("form", mark(&shown))]).await.status,
                    404,
                    "{bad}"
                );
            }
        }
        // A form of another page, or of none.
        let other = link(desk, who, id(&second));
        for bad in [mark(&get(&stranger, &other).await.html), "", "x"] {
            assert_eq!(post(&stranger, &own, &[("form", bad), ("text", "x")], &[]).await.status, 422);
            assert_eq!(send(&stranger, &format!("{own}/closing"), &[("form", bad)]).await.status, 422);
        }
        assert_eq!(page(&mara, "VAT id").await["messages"].as_array().unwrap().len(), 1);

        // All requests: by a mail to the requester's own address, once a day, and never on this page.
        let asked = send(&stranger, &format!("{own}/requests"), &[("form", mark(&shown))]).await;
        assert!(asked.to.contains("done=requests"), "{} {}", asked.status, asked.html);
        assert_eq!(send(&stranger, &format!("{own}/requests"), &[("form", mark(&shown))]).await.status, 429);
        desk.pass(1).await;
        let tray = mara.get("/tray").await.expect(200);
        let letter = mara.get(&format!("/tray/{}", tray["items"][0]["id"].as_str().unwrap())).await.expect(200);
        assert!(letter["to"].to_string().contains(ADDRESS), "{letter}");
        let wide = path(letter["body"].as_str().unwrap());
        let still = get(&stranger, &own).await.html;
        assert!(!still.contains(&wide) && !still.contains("All your requests"), "{still}");
        let all = get(&stranger, &wide).await.html;
        assert!(all.contains("VAT id") && all.contains("Secret plan") && !all.contains("Somebody else"), "{all}");
        let listed = path(&all);
        assert_eq!(get(&stranger, &listed).await.status, 200);
        assert_eq!(
            post(&stranger, &wide, &[("form", "x"), ("text", "x")], &[]).await.status,
            404,
            "a list is no ticket"
        );
        desk.app.clock.advance(86_400);
        assert_eq!(
            (get(&stranger, &wide).await.status, get(&stranger, &listed).await.status),
            (404, 404),
            "after a day"
        );
        assert_eq!(get(&stranger, &own).await.status, 200);
        desk.app.clock.advance(30 * 86_400);
        assert_eq!(get(&stranger, &own).await.status, 404, "after thirty days");
    });
}

#[test]
fn t008_an_erased_requester_has_no_page() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let ticket = page(&mara, "VAT id").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        mara.prove().await;
        let erasure = format!("/requesters/{}/erasure", requester(&ticket));
        mara.post(&erasure, json!({ "address": ADDRESS })).await.expect(200);
        assert_eq!(get(&desk.nobody(), &own).await.status, 404);
    });
}

#[test]
fn what_is_posted_is_bounded_in_size_and_number() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let ticket = page(&mara, "VAT id").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        let reader = desk.nobody();
        let shown = get(&reader, &own).await.html;
        let form = ("form", mark(&shown));
        assert_eq!(post(&reader, &own, &[form, ("text", " \n")], &[]).await.status, 422, "nothing");
        let long = post(&reader, &own, &[form, ("text", &"x".repeat(20_001))], &[]).await;
        assert!(long.status == 422 && long.html.contains("too long") && long.html.contains("xxxx"), "{}", long.status);
        let endless = "x".repeat(200_000);
        assert_eq!(post(&reader, &own, &[form, ("text", &endless)], &[]).await.status, 422);
        let big = vec![b'x'; FILE_BYTES_MAX / 2 + 1];
        let two: [(&str, &[u8]); 2] = [("a.bin", &big), ("b.bin", &big)];
        assert_eq!(post(&reader, &own, &[form, ("text", "kept")], &two).await.status, 413);
        let eleven = [("a.txt", b"x".as_slice()); 11];
        assert_eq!(post(&reader, &own, &[form, ("text", "kept")], &eleven).await.status, 413);
        let huge = "x".repeat(2_000);
        assert_eq!(send(&reader, &format!("{own}/closing"), &[("form", &huge)]).await.status, 413);
        assert_eq!(
            open(&reader, "POST", &format!("{own}/messages"), Some("text/plain"), b"x".to_vec()).await.status,
            400
        );

        let mut taken = 0;
        for n in 0..1_000 {
            let text = format!("Message {n}");
            match post(&reader, &own, &[form, ("text", &text), ("do", "reply")], &[]).await.status {
                303 => taken += 1,
                other => assert_eq!(other, 429),
            }
        }
        assert_eq!(taken, POSTS_AN_HOUR);
        assert_eq!(page(&mara, "VAT id").await["messages"].as_array().unwrap().len(), 21);
        desk.app.clock.advance(3_601);
        assert_eq!(write(&reader, &own, "reply", "An hour later.").await.status, 303);
    });
}

#[test]
fn a_file_on_the_page_can_be_fetched_by_its_link_and_by_no_other() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        desk.receive(ADDRESS, "Other thing", "Where do I see the VAT id?").await;
        desk.receive("bo@orchard.example", "Somebody else", "Where do I change my name?").await;
        let (ticket, other) = (page(&mara, "VAT id").await, page(&mara, "Other thing").await);
        let foreign = page(&mara, "Somebody else").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        let reader = desk.nobody();
        let shown = get(&reader, &own).await;
        let files: [(&str, &[u8]); 1] = [("l\u{e4}ufer.html", b"<script>alert(1)</script>")];
        post(&reader, &own, &[("form", mark(&shown.html)), ("text", "See the file."), ("do", "reply")], &files).await;
        desk.settle().await;
        let html = get(&reader, &own).await.html;
        let start = html.find(&format!("{own}/files/")).unwrap_or_else(|| panic!("{html}"));
        let file = &html[start..start + html[start..].find('"').unwrap()];

        let answer = reader.open("GET", file, None, Vec::new()).await;
        let head = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!((answer.status().as_u16(), head("x-content-type-options").as_str()), (200, "nosniff"));
        assert!(
            head("content-disposition").starts_with("attachment; filename*=UTF-8''l%C3%A4ufer"),
            "{}",
            head("content-disposition")
        );
        assert_eq!(head("content-type"), "application/octet-stream");
        assert_eq!(to_bytes(answer.into_body(), usize::MAX).await.unwrap().as_ref(), b"<script>alert(1)</script>");

        let name = file.rsplit('/').next().unwrap();
        let all = desk.app.door.portal_link(
            requester(&ticket),
            id(&ticket),
            Reach::Requests,
            desk.app.clock.now().plus_seconds(60),
        );
        let wrong = [
            link(desk, requester(&other), id(&other)),
            link(desk, requester(&foreign), id(&foreign)),
            link(desk, requester(&foreign), id(&ticket)),
            path(&all.unwrap()),
            "/portal/x".to_owned(),
        ];
        for link in wrong {
            assert_eq!(get(&reader, &format!("{link}/files/{name}")).await.status, 404, "{link}");
        }
        for none in ["x", "019f0000-0000-7000-8000-000000000000", "%2e%2e%2f"] {
            assert_eq!(get(&reader, &format!("{own}/files/{none}")).await.status, 404, "{none}");
        }
        // Taken out by a person, it is gone here too.
        let at = page(&mara, "VAT id").await;
        let attachment = at["messages"][1]["attachments"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(attachment, name);
        mara.delete(&format!("/attachments/{attachment}")).await;
        desk.app.clock.advance(31 * 86_400);
        assert_eq!(get(&reader, file).await.status, 404, "with its link");
    });
}

#[test]
fn who_writes_in_german_goes_on_in_german() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let ticket = page(&mara, "VAT id").await;
        let own = link(desk, requester(&ticket), id(&ticket));
        let reader = desk.nobody();
        let html = get(&reader, &format!("{own}?lang=de")).await.html;
        assert!(get(&reader, &own).await.html.contains("Your request"), "a look chooses nothing");
        let asked = send(&reader, &format!("{own}/requests?lang=de"), &[("form", mark(&html))]).await;
        assert_eq!(asked.status, 303);
        assert!(get(&reader, &own).await.html.contains("Ihre Anfrage"), "kept");
        assert!(
            get(&reader, &format!("{own}?lang=en")).await.html.contains("Your request"),
            "until they choose another"
        );
        desk.pass(1).await;
        let tray = mara.get("/tray").await.expect(200);
        let letter = mara.get(&format!("/tray/{}", tray["items"][0]["id"].as_str().unwrap())).await.expect(200);
        assert!(
            letter["body"].as_str().unwrap().contains("hat jemand um die Liste aller Ihrer Anfragen gebeten"),
            "{letter}"
        );
    });
}
