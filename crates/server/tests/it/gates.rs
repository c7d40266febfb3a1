//! Gates: the approved eval cases decide whether a change may hold; a person decides what they leave open; what held before holds
//! again with one command.

use desk::{audit::AuditEvent, promotion::Judgement, ticket::Status};
use serde_json::{Value, json};
use server::flow::{gate_program, import_policies, roll_back, train_triage::COMMAND_LINE};
use store::{ModelState, NewTicket};

use crate::{
    client::{Answer, Client},
    harness::{NOON, TestDesk, on_each},
    learning::{past, trained},
};

const CALM: &str = "/policies/persona/calm";
const LONG: &str = "words_max = 200\n";
/// The only answer there is says this word.
const BROKEN: &str = "forbidden = [\"settings\"]\n";

/// A ticket's words as an approved case whose reply has to hold "Settings".
pub async fn approved(desk: &TestDesk, who: &Client, severity: &str) -> String {
    desk.receive("quilla@orchard.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    let path = format!("/tickets/{}/eval-case", newest["id"].as_str().unwrap());
    let case = who.post(&path, json!({ "failure": "wrong_fact", "severity": severity })).await.expect(201);
    let mut read = desk::eval::read(case["text"].as_str().unwrap()).unwrap();
    read.expect.must_say = vec!["Settings".to_owned()];
    let id = case["id"].as_str().unwrap().to_owned();
    let text = desk::eval::write(&read);
    who.post(&format!("/eval-cases/{id}/approval"), json!({ "text": text })).await.expect(204);
    id
}

async fn write(lead: &Client, path: &str, seen: i64, body: &str) -> Answer {
    let agents = lead.get("/agents").await.expect(200);
    let mara = agents["items"].as_array().unwrap().iter().find(|a| a["name"] == "Mara Test").unwrap();
    let new = json!({ "body": body, "owner": mara["id"], "review_by": "2026-12-01", "note": "a test" });
    lead.with("if-match", &format!("\"{seen}\"")).put(path, new).await
}

async fn newest_gate(who: &Client) -> Value {
    who.get("/gates").await.expect(200)["items"][0].clone()
}

/// How many entries of a kind the record has.
async fn recorded(who: &Client, kind: &str) -> usize {
    who.get(&format!("/audit?kind={kind}")).await.expect(200)["items"].as_array().unwrap().len()
}

#[test]
fn a_broken_persona_does_not_get_in_over_a_severe_case() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let unchecked = write(&mara, CALM, 0, LONG).await.expect(200);
        assert_eq!((&unchecked["gate"]["cases"], &unchecked["gate"]["waiting"]), (&json!(0), &Value::Null));
        assert_eq!(mara.get("/gates").await.expect(200)["items"], json!([]), "no case, nothing to ask");
        let case = approved(desk, &timo, "severe").await;
        let before = mara.get(CALM).await.expect(200);
        assert_eq!((&before["gate"]["cases"], &before["gate"]["requests"]), (&json!(1), &json!(0)));

        let refused = write(&mara, CALM, 1, BROKEN).await;
        assert_eq!(refused.problem(422), "refused");
        assert!(
            refused.text().contains("severe eval cases would fail") && refused.text().contains("VAT id"),
            "{}",
            refused.text()
        );
        assert_eq!(mara.get(CALM).await.expect(200)["version"], 1, "what held holds");
        let gate = newest_gate(&mara).await;
        assert_eq!(
            (&gate["state"], &gate["judgement"], &gate["failing"]),
            (&json!("refused"), &json!("severe"), &json!(1))
        );
        let shown = timo.get(&format!("/gates/{}", gate["id"].as_str().unwrap())).await.expect(200);
        let finding = &shown["findings"][0];
        assert_eq!((&finding["case_id"], &finding["after"]), (&json!(case), &json!("failed")));
        assert!(finding["differences"].to_string().contains("\"voice\""), "{finding}");
        // Whoever does not work in the case's queue learns that there is one, and no word of it.
        let olga = desk.sign_in("olga").await;
        let shown = olga.get(&format!("/gates/{}", gate["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&shown["findings"], &shown["hidden"]), (&json!([]), &json!(1)));

        // What harms no case goes in as ever; files go through the same gate, all of them together.
        assert_eq!(write(&mara, CALM, 1, "words_max = 150\n").await.expect(200)["version"], 2);
        assert_eq!(newest_gate(&mara).await["judgement"], "clear");
        let files = |text: &str| vec![("personas/calm.toml".to_owned(), text.to_owned())];
        let exported = server::flow::export_policies::export(&desk.app).await.unwrap();
        let (_, calm) = exported.iter().find(|(name, _)| name == "personas/calm.toml").unwrap();
        let broken = files(&calm.replace("words_max = 150", BROKEN.trim()));
        for accept in [None, Some("we like it so")] {
            let told = import_policies::import(&desk.app, &broken, accept).await.unwrap_err().to_string();
            assert!(told.contains("severe eval cases would fail") && told.contains("VAT id"), "{told}");
        }
        assert_eq!(mara.get(CALM).await.expect(200)["version"], 2);
        assert_eq!(
            import_policies::import(&desk.app, &files(&calm.replace("150", "140")), None).await.unwrap().len(),
            1
        );
        desk.settle().await;
        assert_eq!(recorded(&mara, "gate.judged").await, 5);
        assert_eq!(recorded(&mara, "gate.ended").await, 5);

        // A case that is retired keeps nobody out.
        timo.post(&format!("/eval-cases/{case}/retirement"), json!({ "reason": "no longer" })).await.expect(204);
        assert_eq!(write(&mara, CALM, 3, BROKEN).await.expect(200)["version"], 4);
    });
}

#[test]
fn what_is_not_severe_a_person_decides_and_what_changed_meanwhile_is_asked_again() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        write(&mara, CALM, 0, LONG).await.expect(200);
        approved(desk, &timo, "minor").await;
        let waits = write(&mara, CALM, 1, BROKEN).await.expect(202);
        assert_eq!(waits["version"], 1);
        let id = waits["gate"]["waiting"].as_str().unwrap().to_owned();
        let path = format!("/gates/{id}");
        let promotion = format!("{path}/promotion");
        assert_eq!(
            timo.post(&promotion, json!({ "reason": "the word is in no answer of ours" })).await.problem(403),
            "forbidden"
        );
        assert_eq!(mara.post(&promotion, json!({ "reason": " " })).await.problem(422), "invalid");
        assert_eq!(newest_gate(&mara).await["state"], "undecided");

        // Another policy changed since: the cases run once more before anything holds.
        write(&mara, "/policies/persona/formal", 0, "for = { segments = [\"enterprise\"] }\n").await.expect(200);
        mara.post(&promotion, json!({ "reason": "the word is in no answer of ours" })).await.expect(204);
        assert_eq!(mara.get(&path).await.expect(200)["state"], "waiting");
        desk.settle().await;
        assert_eq!(
            (&mara.get(&path).await.expect(200)["state"], mara.get(CALM).await.expect(200)["version"].as_i64()),
            (&json!("undecided"), Some(1))
        );
        mara.post(&promotion, json!({ "reason": "the word is in no answer of ours" })).await.expect(204);
        let gate = mara.get(&path).await.expect(200);
        assert_eq!(
            (&gate["state"], &gate["decided_by"], &gate["why"]),
            (&json!("promoted"), &json!("Mara Test"), &json!("the word is in no answer of ours"))
        );
        assert_eq!(mara.get(CALM).await.expect(200)["version"], 2);
        assert_eq!(mara.post(&promotion, json!({ "reason": "again" })).await.problem(409), "stale");

        // The way back: the old text as a new version, by whoever did it; there is nothing before that.
        let rollback = format!("{CALM}/rollback");
        timo.post(&rollback, json!({})).await.problem(403);
        let back = mara.post(&rollback, json!({})).await.expect(200);
        assert_eq!(
            (&back["version"], &back["body"], &back["versions"][0]["made_by"]),
            (&json!(3), &json!(LONG), &json!("Mara Test"))
        );
        assert_eq!(mara.post(&rollback, json!({})).await.problem(422), "invalid");
        desk.settle().await;
        assert_eq!(recorded(&mara, "gate.rolled_back").await, 1);

        // At the command line the same; a change that nobody wants any more is taken back.
        write(&mara, CALM, 3, "words_max = 180\n").await.expect(200);
        assert_eq!(
            roll_back::policy(&desk.app, &COMMAND_LINE, desk::policy::PolicyKind::Persona, "calm").await.unwrap(),
            5
        );
        assert_eq!(mara.get(CALM).await.expect(200)["body"], LONG);
        let waits = write(&mara, CALM, 5, BROKEN).await.expect(202);
        let path = format!("/gates/{}", waits["gate"]["waiting"].as_str().unwrap());
        mara.post(&format!("{path}/withdrawal"), json!({})).await.expect(204);
        assert_eq!(mara.get(&path).await.expect(200)["state"], "dropped");
        assert_eq!(mara.get(CALM).await.expect(200)["gate"]["waiting"], Value::Null);
    });
}

#[test]
fn many_cases_run_behind_with_progress_and_the_version_holds_when_they_do() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        write(&mara, CALM, 0, LONG).await.expect(200);
        approved(desk, &timo, "severe").await;
        multiply(desk, 60).await;
        let waits = write(&mara, CALM, 1, "words_max = 190\n").await.expect(202);
        assert_eq!((&waits["version"], &waits["gate"]["cases"]), (&json!(1), &json!(61)));
        let gate = newest_gate(&mara).await;
        assert_eq!((&gate["state"], &gate["cases"], &gate["done"]), (&json!("waiting"), &json!(61), &json!(0)));
        desk.settle().await;
        assert_eq!(mara.get(CALM).await.expect(200)["version"], 2);
        let gate = newest_gate(&mara).await;
        assert_eq!(
            (&gate["state"], &gate["judgement"], &gate["done"]),
            (&json!("promoted"), &json!("clear"), &json!(61))
        );
        // A later change drops the one that waits; a broken one is refused behind as well.
        write(&mara, CALM, 2, "words_max = 180\n").await.expect(202);
        write(&mara, CALM, 2, BROKEN).await.expect(202);
        desk.settle().await;
        let list = mara.get("/gates").await.expect(200);
        let states: Vec<&Value> = list["items"].as_array().unwrap().iter().take(2).map(|g| &g["state"]).collect();
        assert_eq!(states, [&json!("refused"), &json!("dropped")]);
        assert_eq!(mara.get(CALM).await.expect(200)["version"], 2);
    });
}

/// The approved case again, `times` times.
pub async fn multiply(desk: &TestDesk, times: usize) {
    let mut tx = desk.app.store.begin(&COMMAND_LINE, desk.app.clock.now()).await.unwrap();
    for _ in 0..times {
        let id: desk::ids::EvalCaseId = store::new_id();
        let statement = format!(
            "insert into eval_cases (id, ticket_id, state, body, proposed_by, proposed_at, decided_by, decided_at)
             select '{id}', ticket_id, state, body, proposed_by, proposed_at, decided_by, decided_at from eval_cases where state = 'approved' limit 1"
        );
        // Ids are made here; a test may leak its statements.
        tx.execute(Box::leak(statement.into_boxed_str()), Vec::new()).await.unwrap();
    }
    tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
}

const BADGE: &str = "Please renew the parking badge for our delivery van.";

/// Past cases of one text with a category.
async fn badges(desk: &TestDesk, times: usize, category: &str) {
    let mut tx = desk.app.store.begin(&COMMAND_LINE, NOON).await.unwrap();
    let requester = tx.requester_for("old@orchard.example", "Old Customer").await.unwrap();
    for n in 0..times {
        let new = NewTicket {
            requester: requester.id,
            organization: None,
            queue: "billing",
            subject: &format!("Badge {n}"),
            at: NOON,
            status: Status::Closed,
        };
        let (ticket, _) = tx.open_ticket(new).await.unwrap();
        tx.add_past_case(ticket, BADGE, "Done.", None, None, "good", category, NOON).await.unwrap();
    }
    tx.commit(AuditEvent::ImportFinished { taken: 0, repeated: 0 }).await.unwrap();
}

#[test]
fn a_trained_classifier_that_loses_a_severe_case_does_not_sort() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        past(desk, 45).await;
        badges(desk, 60, "billing.invoice").await;
        let running = trained(desk).await;
        assert_eq!(running.state, ModelState::Running);
        // A case that the running model sorts right, and that what people did since teaches otherwise.
        desk.receive("quilla@orchard.example", "Badge", BADGE).await;
        let list = timo.get("/tickets?view=all").await.expect(200);
        let path = format!("/tickets/{}/eval-case", list["items"][0]["id"].as_str().unwrap());
        let case = timo.post(&path, json!({ "failure": "wrong_fact", "severity": "severe" })).await.expect(201);
        let mut read = desk::eval::read(case["text"].as_str().unwrap()).unwrap();
        read.expect.label = Some("billing.invoice".to_owned());
        let approval = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
        timo.post(&approval, json!({ "text": desk::eval::write(&read) })).await.expect(204);

        desk.app.clock.advance(60);
        badges(desk, 400, "security.access").await;
        let refused = trained(desk).await;
        assert_eq!((refused.state, refused.compared.unwrap().judgement()), (ModelState::Refused, Judgement::NotWorse));
        assert!(refused.why.contains("a severe one among them"), "{}", refused.why);
        let gate = newest_gate(&mara).await;
        assert_eq!(
            (&gate["subject"], &gate["state"], &gate["judgement"]),
            (&json!("classifier"), &json!("refused"), &json!("severe"))
        );
        assert_eq!(desk.app.triager.running(), Some(running.id));

        // Without the case the same training takes over; one command brings the other back.
        let retirement = format!("/eval-cases/{}/retirement", case["id"].as_str().unwrap());
        timo.post(&retirement, json!({ "reason": "badges are security's now" })).await.expect(204);
        desk.app.clock.advance(60);
        assert_eq!(trained(desk).await.state, ModelState::Running);
        assert_eq!(server::flow::train_triage::roll_back(&desk.app, &COMMAND_LINE).await.unwrap().id, running.id);
    });
}

#[test]
fn what_a_start_brought_keeps_the_machine_from_drafting_where_a_severe_case_fails_by_it() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        assert_eq!(mara.get("/gates").await.expect(200)["items"], json!([]), "no case, nothing to ask");
        approved(desk, &timo, "severe").await;
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        desk.settle().await;
        let gate = newest_gate(&mara).await;
        assert_eq!(
            (&gate["subject"], &gate["state"], &gate["judgement"]),
            (&json!("program"), &json!("promoted"), &json!("clear"))
        );
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        assert_eq!(newest_gate(&mara).await["id"], gate["id"], "the same again asks nobody");

        // The article says something else at the next start: the case holds no more, and nothing is drafted.
        let text = "The VAT id of a company is changed under Profile by its owner. The new VAT id applies to future invoices only.";
        let mut tx = desk.app.store.begin(&COMMAND_LINE, desk.app.clock.now()).await.unwrap();
        let passages = [("VAT id".to_owned(), text.to_owned(), 0, i64::try_from(text.len()).unwrap())];
        let (version, digest) = tx.add_version(desk.article, 2, "VAT id", text, &passages, true).await.unwrap();
        tx.commit(AuditEvent::ArticleApproved { article: desk.article, version, digest }).await.unwrap();
        desk.settle().await;
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        desk.settle().await;
        let gate = newest_gate(&mara).await;
        assert_eq!((&gate["state"], &gate["judgement"]), (&json!("undecided"), &json!("severe")));
        let tasks = mara.get("/tasks").await.expect(200).to_string();
        assert!(tasks.contains("gate_waiting") && tasks.contains("sources"), "{tasks}");
        desk.receive("bo@harbour.example", "VAT id", "Hello, where can I change the VAT id of our company?").await;
        let list = timo.get("/tickets?view=all").await.expect(200);
        let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
        let path = format!("/tickets/{}", newest["id"].as_str().unwrap());
        let page = timo.get(&path).await.expect(200);
        assert!(page["answer"].to_string().contains("the machine drafts nothing"), "{}", page["answer"]);
        let asked = timo.post(&format!("{path}/drafts"), json!({ "origin": "assembled" })).await;
        assert_eq!(asked.problem(422), "refused");

        // A lead says why, and the machine drafts again; an agent cannot.
        let promotion = format!("/gates/{}/promotion", gate["id"].as_str().unwrap());
        timo.post(&promotion, json!({ "reason": "no" })).await.problem(403);
        mara.post(&format!("/gates/{}/withdrawal", gate["id"].as_str().unwrap()), json!({})).await.problem(422);
        mara.post(&promotion, json!({ "reason": "Profile is right now." })).await.expect(204);
        desk.settle().await;
        let page = timo.get(&path).await.expect(200);
        assert!(page["answer"]["draft"]["body"].as_str().unwrap_or_default().contains("Profile"), "{}", page["answer"]);
        gate_program::ask_when_changed(&desk.app).await.unwrap();
        assert_eq!(newest_gate(&mara).await["id"], gate["id"], "accepted once is accepted");
    });
}
