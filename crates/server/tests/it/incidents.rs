//! From several letters to one line in a log, to an incident that a person confirms, on both engines.

use desk::{
    Timestamp,
    diagnosis::{Course, Line, Observed, Template, Tone, Window, entities},
};
use serde_json::{Value, json};
use server::flow;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

/// A day of which the last hour has a fault in exports.
fn broken(now: Timestamp) -> Observed {
    let template = |service: &str, text: &str, course: Course, minutes: i64| {
        let at = now.plus_seconds(-60 * minutes);
        Template {
            service: service.to_owned(),
            id: format!("{:016x}", text.len()),
            text: text.to_owned(),
            tone: if course == Course::New { Tone::Failure } else { Tone::Plain },
            first: at,
            last: now.plus_seconds(-60),
            counts: vec![if course == Course::New { 0 } else { 40 }, 40],
            baseline: if course == Course::New { 0.0 } else { 40.0 },
            course,
            odd_from: (course == Course::New).then_some(at),
            lines: vec![Line { at, text: text.to_owned(), trace: None, entities: entities(text) }],
        }
    };
    Observed {
        window: Window { from: now.plus_seconds(-86_400), to: now, bucket_seconds: 43_200, gaps: Vec::new() },
        services: vec!["exports".to_owned(), "web".to_owned()],
        templates: vec![
            template("exports", "export of workspace <*> aborted: worker lost its lease", Course::New, 55),
            template("web", "GET <*> 200 in <*> ms", Course::Usual, 1_400),
        ],
        metrics: Vec::new(),
        traces: Vec::new(),
        deploys: Vec::new(),
        incidents: Vec::new(),
    }
}

const LETTERS: [(&str, &str, &str); 3] = [
    (
        "ana@harbour.example",
        "CSV export stops",
        "Hello, for about an hour our CSV export aborts at the end, every time. Ana",
    ),
    ("bo@mill.example", "Export is broken", "Hi, exporting to Excel stops at the end since an hour ago. Bo"),
    ("cleo@oak.example", "No export", "Good morning, the export aborts again and again, for an hour now. Cleo"),
];

async fn complaints(desk: &TestDesk) {
    let app = &desk.app;
    app.observations.tell(broken(app.clock.now()), app.clock.now());
    for (from, subject, text) in LETTERS {
        desk.receive(from, subject, text).await;
    }
}

async fn ids(who: &Client) -> Vec<String> {
    let list = who.get("/tickets?limit=100").await.expect(200);
    let id = |t: &Value| t["id"].as_str().unwrap().to_owned();
    list["items"].as_array().unwrap().iter().map(id).collect()
}

async fn moved(who: &Client, incident: &Value, status: &str) -> crate::client::Answer {
    let path = format!("/incidents/{}", incident["id"].as_str().unwrap());
    who.put(&path, json!({ "revision": incident["revision"], "status": status, "note": "" })).await
}

#[test]
fn three_letters_about_one_line_make_an_incident_that_a_person_confirms() {
    on_each(async |desk| {
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        complaints(desk).await;
        let tickets = ids(&timo).await;
        assert_eq!(tickets.len(), 3);
        let found = timo.get(&format!("/tickets/{}/diagnosis", tickets[0])).await.expect(200);
        assert_eq!((&found["state"], &found["causes"][0]["service"]), (&json!("found"), &json!("exports")), "{found}");
        assert!(found["causes"][0]["query"].as_str().unwrap().contains("worker lost its lease"), "{found}");
        assert_eq!(olga.get(&format!("/tickets/{}/diagnosis", tickets[0])).await.status, 404);

        assert_eq!(flow::propose_incidents::propose(&desk.app).await.unwrap(), 3);
        assert_eq!(flow::propose_incidents::propose(&desk.app).await.unwrap(), 0, "once");
        let list = timo.get("/incidents").await.expect(200);
        let incident = &list["items"][0];
        assert_eq!((&incident["status"], &incident["tickets"]), (&json!("proposed"), &json!(3)), "{list}");
        assert_eq!(olga.get("/incidents").await.expect(200)["items"], json!([]));
        let path = format!("/incidents/{}", incident["id"].as_str().unwrap());
        assert_eq!(olga.get(&path).await.status, 404);

        // What a person takes out stays out.
        let out = format!("{path}/tickets/{}", tickets[0]);
        assert_eq!(timo.delete(&out).await.expect(200)["linked"].as_array().unwrap().len(), 2);
        assert_eq!(flow::propose_incidents::propose(&desk.app).await.unwrap(), 0);
        assert_eq!(timo.delete(&out).await.status, 409);
        assert_eq!(timo.put(&out, json!({})).await.expect(200)["linked"].as_array().unwrap().len(), 3);

        assert_eq!(moved(&timo, incident, "closed").await.problem(422), "invalid", "nobody confirmed it");
        let open = moved(&timo, incident, "open").await.expect(200);
        assert_eq!(moved(&timo, incident, "watching").await.status, 409, "as seen before it changed");
        let closed = moved(&timo, &open, "closed").await.expect(200);
        assert_eq!((&closed["status"], closed["steps"].as_array().unwrap().len()), (&json!("closed"), 3));
        assert_eq!(closed["linked"].as_array().unwrap().len(), 3, "the list for afterwards");
        desk.receive("dov@fen.example", "Export", "Hello, the export still aborts, for an hour. Dov").await;
        assert_eq!(flow::propose_incidents::propose(&desk.app).await.unwrap(), 0, "a person said that it is over");
    });
}

#[test]
fn a_cause_is_marked_and_a_question_finds_nothing() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        complaints(desk).await;
        let ticket = format!("/tickets/{}/diagnosis", ids(&timo).await[0]);
        let found = timo.get(&ticket).await.expect(200);
        let marks = format!("/diagnoses/{}/causes", found["diagnosis_id"].as_str().unwrap());
        let wrong = json!({ "verdict": "rejected", "reason": "It was their browser." });
        let after = timo.put(&format!("{marks}/0/verdict"), wrong).await.expect(200);
        assert_eq!(after["causes"][0]["verdict"]["verdict"], "rejected", "{after}");
        let cases = timo.get("/eval-cases?state=proposed").await.expect(200);
        assert_eq!(cases["items"][0]["from"], "wrong_diagnosis", "{cases}");
        assert_eq!(timo.put(&format!("{marks}/0/verdict"), json!({ "verdict": "edited" })).await.status, 422);
        assert_eq!(timo.put(&format!("{marks}/7/verdict"), json!({ "verdict": "accepted" })).await.status, 404);

        desk.receive("eve@reed.example", "VAT id", "Where can I change the VAT id of our company?").await;
        let newest = ids(&timo).await.remove(0);
        let nothing = timo.get(&format!("/tickets/{newest}/diagnosis")).await.expect(200);
        assert_eq!(nothing["state"], "nothing_found", "{nothing}");
        assert!(nothing["absent"].as_array().unwrap().iter().any(|a| a["kind"] == "words"), "{nothing}");
        assert_eq!(timo.post(&format!("/tickets/{newest}/diagnosis"), json!({})).await.status, 201);
    });
}

#[test]
fn where_nothing_is_observed_that_is_said() {
    on_each(async |desk| {
        let timo = desk.sign_in("timo").await;
        desk.receive("ana@harbour.example", "Export", "Our CSV export aborts at the end.").await;
        let ticket = format!("/tickets/{}/diagnosis", ids(&timo).await[0]);
        assert_eq!(timo.get(&ticket).await.expect(200)["state"], "not_observed");
        assert_eq!(timo.post(&ticket, json!({})).await.status, 503);
        let flags = timo.get("/aberrations").await.expect(200);
        assert_eq!(flags["telemetry"], "not_observed");
        assert!(flags["items"].as_array().unwrap().iter().any(|a| a["kind"] == "queue"), "{flags}");

        // More is observed later: what nothing explained is looked at again.
        desk.app.observations.tell(broken(desk.app.clock.now()), desk.app.clock.now());
        desk.app.clock.advance(1);
        assert_eq!(flow::diagnose_ticket::again(&desk.app).await.unwrap(), 1);
        assert_eq!(timo.get(&ticket).await.expect(200)["state"], "found");
        assert_eq!(flow::diagnose_ticket::again(&desk.app).await.unwrap(), 0, "once");
    });
}
