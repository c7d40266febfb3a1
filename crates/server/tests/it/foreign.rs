//! What a person may not see does not exist for them. Every route that names something by its id is asked twice by somebody of
//! another queue: for the real thing, and for nothing. The answers have to be the same, to the letter. Bodies are made from the API's
//! own description, so that a new route is asked without anybody thinking of it; a new kind of thing has to say whose it is.

use std::collections::BTreeMap;

use desk::audit::{AuditEvent, Service};
use serde_json::{Map, Value, json};
use store::ServiceIdentity;

use crate::{
    client::{Answer, Client},
    harness::TestDesk,
};

const NOTHING: &str = "019f0000-0000-7000-8000-000000000000";

/// Kinds of things that belong to a ticket or a person, and where one of Timo's is found.
const BOUND: &[(&str, &str)] = &[
    ("approvals", "select id from approvals"),
    ("attachments", "select id from attachments"),
    ("diagnoses", "select id from diagnoses"),
    ("drafts", "select id from drafts order by created_at desc"),
    ("escalations", "select id from escalations"),
    ("eval-cases", "select id from eval_cases"),
    ("incidents", "select id from incidents"),
    ("messages", "select id from messages"),
    ("requesters", "select id from requesters"),
    ("reviews", "select id from review_samples"),
    (
        "sessions",
        "select s.id from sessions s join agents a on a.id = s.agent_id where a.email = 'timo@fernhill.example'",
    ),
    ("suggestions", "select id from suggestions where kind = 'triage'"),
    ("tickets", "select id from tickets"),
    ("verdicts", "select id from verdicts"),
];

/// Kinds that everybody with the role may know, or that stand under a role alone; the other matrix holds those.
const BY_ROLE: &[&str] = &[
    "accounts",
    "agents",
    "articles",
    "audit",
    "bulk-replies",
    "exchanges",
    "gates",
    "invitations",
    "mail",
    "organizations",
    "outbox",
    "passkeys",
    "patterns",
    "policies",
    "quarantine",
    "searches",
    "sources",
    "standing-approvals",
    "tokens",
    "tray",
    "triage",
];

struct Route {
    method: String,
    path: String,
    kind: String,
    body: Option<Value>,
}

fn description() -> Value {
    serde_json::from_str(&server::api::openapi_json()).unwrap()
}

/// Words that the API takes in a part of this name; anything else is an `x`.
const WORDS: &[(&str, &str)] = &[
    ("ai", "out"),
    ("class", "email"),
    ("complete", "yes"),
    ("correct", "yes"),
    ("digest", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("doing", "viewing"),
    ("made_by", "rules"),
    ("mark", "0000000000000000000000000000000000000000000000000000000000000000"),
    ("failure", "wrong_fact"),
    ("grounded", "yes"),
    ("message_id", NOTHING),
    ("origin", "agent"),
    ("state", "accepted"),
    ("take", "alone"),
    ("tone", "yes"),
    ("tool", "shorter"),
    ("verdict", "accepted"),
    ("would_send", "as_it_is"),
];

/// The least that a schema lets through.
fn example(all: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return example(all, all.pointer(name.trim_start_matches('#')).unwrap());
    }
    if let Some(first) = schema["enum"].as_array().and_then(|e| e.first()) {
        return first.clone();
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        if let Some(list) = schema[choice].as_array() {
            return list.iter().find(|s| s["type"] != "null").map_or(Value::Null, |s| example(all, s));
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "string" => json!("x"),
        "integer" | "number" => json!(1),
        "boolean" => json!(true),
        "array" => json!([]),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let word = |name: &str| WORDS.iter().find(|(part, _)| *part == name).map(|(_, word)| json!(word));
            let part =
                |name: &str| (name.to_owned(), word(name).unwrap_or_else(|| example(all, &schema["properties"][name])));
            Value::Object(required.map(part).collect::<Map<_, _>>())
        }
    }
}

fn routes() -> Vec<Route> {
    let all = description();
    let mut routes = Vec::new();
    for (path, item) in all["paths"].as_object().unwrap().iter().filter(|(path, _)| path.contains("/{id}")) {
        for (method, operation) in item.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object().and_then(|c| c.values().next());
            routes.push(Route {
                method: method.to_uppercase(),
                path: path.clone(),
                kind: path.split('/').nth(1).unwrap().to_owned(),
                body: content.map(|media| example(&all, &media["schema"])),
            });
        }
    }
    routes
}

async fn ask(who: &Client, route: &Route, id: &str) -> Answer {
    let path = route
        .path
        .replace("{id}", id)
        .replace("{version}", NOTHING)
        .replace("{ticket}", NOTHING)
        .replace("{promise}", NOTHING)
        .replace("{n}", "0");
    let media_type = (route.method != "GET" && route.method != "DELETE").then_some("application/json");
    let body = route.body.as_ref().map_or_else(|| b"{}".to_vec(), |b| b.to_string().into_bytes());
    let body = if media_type.is_some() { body } else { Vec::new() };
    let key: desk::ids::EntryId = store::new_id();
    let who = who.with("if-match", "\"1\"").with("idempotency-key", &key.to_string());
    who.send(&route.method, &path, media_type, body).await
}

/// What an answer tells: its status, and its words without the id that was asked for.
fn tells(answer: &Answer, id: &str) -> (u16, String) {
    (answer.status, answer.text().replace(id, "ID"))
}

#[test]
fn every_kind_of_thing_says_whose_it_is() {
    for route in routes() {
        let bound = BOUND.iter().any(|(kind, _)| *kind == route.kind);
        assert!(bound != BY_ROLE.contains(&route.kind.as_str()), "{} stands in one of the two lists", route.kind);
    }
}

/// A diagnosis of the ticket and an incident that it belongs to, as rows.
async fn incident(desk: &TestDesk) {
    let identity = ServiceIdentity::new(Service::CommandLine);
    let mut tx = desk.app.store.begin(&identity, desk.app.clock.now()).await.unwrap();
    for text in [
        "insert into diagnoses (id, ticket_id, message_id, value, made_at)
         select '019f0000-0000-7000-8000-000000000001', id, id, '{}', 0 from tickets",
        "insert into incidents (id, source, subject, signal, title, because, status, began_at, created_at, changed_at, revision)
         values ('019f0000-0000-7000-8000-000000000002', 'tickets', 's', 's', 't', 'b', 'open', 0, 0, 0, 1)",
        "insert into review_samples (id, ticket_id, draft_id, side, category, lot, wanted, drawn_at)
         select '019f0000-0000-7000-8000-000000000003', ticket_id, id, 'prepared', '', 'even', 1, 0 from drafts limit 1",
        "insert into incident_tickets (incident_id, ticket_id, linked_at)
         select '019f0000-0000-7000-8000-000000000002', id, 0 from tickets",
    ] {
        tx.execute(text, Vec::new()).await.unwrap();
    }
    tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
}

/// A ticket in Timo's queue with everything that can hang on one.
async fn furnish(desk: &TestDesk) -> BTreeMap<&'static str, String> {
    let boundary = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    let text = "--b\r\nContent-Type: text/plain\r\n\r\nWhere can I change the VAT id of our company?\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nhello\r\n--b--";
    desk.receive_with("ana@harbour.example", "VAT id", text, boundary).await;
    let timo = desk.sign_in("timo").await;
    let ticket = timo.get("/tickets/1001").await.expect(200);
    let path = format!("/tickets/{}", ticket["id"].as_str().unwrap());
    let suggestion = ticket["understanding"]["suggestion_id"].as_str().unwrap().to_owned();
    timo.post(&format!("/suggestions/{suggestion}/verdict"), json!({ "verdict": "accepted" })).await.expect(200);
    timo.post(&format!("{path}/escalations"), json!({})).await.expect(201);
    timo.post(&format!("{path}/eval-case"), json!({ "failure": "wrong_fact" })).await.expect(201);
    desk.settle().await;
    let page = timo.get(&path).await.expect(200);
    let draft = page["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned();
    let sealed = timo.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let checks = sealed["checks"].as_array().unwrap();
    let warned: Vec<&Value> = checks.iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": warned });
    timo.with("idempotency-key", &draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    incident(desk).await;
    let mut found = BTreeMap::new();
    for (kind, text) in BOUND {
        let row = desk.app.store.read().await.unwrap().maybe(text, Vec::new()).await.unwrap();
        let id: String = row.unwrap_or_else(|| panic!("no {kind}")).columns().take().unwrap();
        found.insert(*kind, id);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_foreign_answers_like_what_does_not_exist() {
    for desk in TestDesk::each().await {
        let things = furnish(&desk).await;
        let (olga, timo) = (desk.sign_in("olga").await, desk.sign_in("timo").await);
        let (mut told, mut seen) = (Vec::new(), 0);
        for route in routes().iter().filter(|r| things.contains_key(r.kind.as_str())) {
            let id = &things[route.kind.as_str()];
            let (real, nothing) = (ask(&olga, route, id).await, ask(&olga, route, NOTHING).await);
            if tells(&real, id) != tells(&nothing, NOTHING) || real.status < 300 {
                told.push(format!("{} {}: {} against {}", route.method, route.path, real.text(), nothing.text()));
            }
            // The owner is asked last and not for what would end the session; most of what they ask for has to be there.
            let theirs = if route.kind == "sessions" { nothing } else { ask(&timo, route, id).await };
            seen += usize::from(theirs.status != real.status);
        }
        assert!(told.is_empty(), "{told:#?}");
        assert!(seen >= 24, "only {seen} routes told the owner more than a stranger: bodies no longer reach the check");
        desk.close().await;
    }
}
