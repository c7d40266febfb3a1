//! From a ticket to a case: words hidden, a person's check, nobody's who said no, gone with whoever is erased, pulled as files.

use std::{fs, process::Command};

use desk::eval;
use serde_json::{Value, json};
use server::flow;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

const ADDRESS: &str = "quilla@orchard.example";
const WORDS: &str = "Hello, I am Quilla Vermont of quilla@orchard.example, call +49 30 901820. Where can I change the VAT id of our company?";

async fn ticket(desk: &TestDesk, who: &Client) -> Value {
    desk.receive(ADDRESS, "VAT id of Quilla Vermont", WORDS).await;
    let list = who.get("/tickets?view=all").await.expect(200);
    let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap();
    who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200)
}

/// The ticket's draft is turned down with a word.
async fn turned_down(who: &Client, ticket: &Value) {
    let draft = ticket["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("no draft: {}", ticket["answer"]));
    who.post(&format!("/drafts/{draft}/rejection"), json!({ "why": "wrong_fact" })).await.expect(204);
}

async fn cases(who: &Client, state: &str) -> Vec<Value> {
    let list = who.get(&format!("/eval-cases?state={state}")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

fn with_expectation(text: &str, phrase: &str) -> String {
    let mut case = eval::read(text).unwrap();
    case.expect.must_say = vec![phrase.to_owned()];
    eval::write(&case)
}

#[test]
fn a_rejected_draft_becomes_a_case_that_names_nobody_and_is_pulled_as_a_file() {
    on_each(async |desk| {
        let (timo, olga, helene) =
            (desk.sign_in("timo").await, desk.sign_in("olga").await, desk.sign_in("helene").await);
        let page = ticket(desk, &timo).await;
        turned_down(&timo, &page).await;
        let proposed = cases(&timo, "proposed").await;
        assert_eq!(proposed.len(), 1);
        let (case, text) = (&proposed[0], proposed[0]["text"].as_str().unwrap());
        assert_eq!((&case["failure"], &case["from"]), (&json!("wrong_fact"), &json!("rejected_draft")));
        assert_eq!(case["ticket_number"], page["number"]);
        for named in ["Quilla", "Vermont", ADDRESS, "901820"] {
            assert!(!text.contains(named), "{named}: {text}");
        }
        assert!(text.contains("Where can I change the VAT id") && text.contains("[person 1]"), "{text}");
        let read = eval::read(text).unwrap();
        assert_eq!((read.sources[0].id.as_str(), read.policies.is_empty()), ("vat-id", false));

        // Another queue and a program see nothing of it, an auditor changes nothing; a second one of the ticket is refused.
        assert_eq!(cases(&olga, "proposed").await, Vec::<Value>::new());
        let path = format!("/eval-cases/{}", case["id"].as_str().unwrap());
        assert_eq!(olga.post(&format!("{path}/retirement"), json!({ "reason": "no" })).await.status, 404);
        helene.post(&format!("{path}/retirement"), json!({ "reason": "no" })).await.problem(403);
        let again = format!("/tickets/{}/eval-case", page["id"].as_str().unwrap());
        assert_eq!(timo.post(&again, json!({ "failure": "wrong_tone" })).await.problem(409), "stale");

        // What a person leaves in is looked through again; what nothing could hold, or names somebody, is refused.
        let approval = format!("{path}/approval");
        timo.post(&approval, json!({ "text": "id: 5" })).await.problem(422);
        timo.post(&approval, json!({ "text": with_expectation(text, "Dear Quilla Vermont") })).await.problem(422);
        let renamed = with_expectation(text, "Settings").replace("id: vat", "id: hat");
        timo.post(&approval, json!({ "text": renamed })).await.problem(422);
        let checked = with_expectation(text, "Settings").replace("[person 1]", "Quilla Vermont");
        timo.post(&approval, json!({ "text": checked })).await.expect(204);
        assert_eq!(cases(&timo, "proposed").await, Vec::<Value>::new());
        let approved = cases(&timo, "approved").await;
        let text = approved[0]["text"].as_str().unwrap();
        assert!(!text.contains("Quilla") && text.contains("Settings"), "{text}");
        assert_eq!((&approved[0]["decided_by"], &approved[0]["proposed_by"]), (&json!("Timo Test"), &Value::Null));

        let folder = tempfile::tempdir().unwrap();
        let (code, said) = pull(desk, folder.path());
        assert!(code == 0 && said.contains("1 new"), "{said}");
        let name = format!("{}.yaml", read.id);
        assert_eq!(fs::read_to_string(folder.path().join(&name)).unwrap(), text);
        let (_, said) = pull(desk, folder.path());
        assert!(said.contains("0 new"), "{said}");

        timo.post(&format!("{path}/retirement"), json!({ "reason": "" })).await.problem(422);
        timo.post(&format!("{path}/retirement"), json!({ "reason": "The page says it now." })).await.expect(204);
        timo.post(&format!("{path}/retirement"), json!({ "reason": "Again." })).await.problem(409);
        let (_, said) = pull(desk, folder.path());
        assert!(said.contains("1 retired"), "{said}");
        let file = fs::read_to_string(folder.path().join(&name)).unwrap();
        assert!(file.contains("retired: The page says it now."), "{file}");
    });
}

/// The command beside the desk.
fn pull(desk: &TestDesk, folder: &std::path::Path) -> (i32, String) {
    let data = &desk.app.config.data;
    let database =
        format!("database = '{}'\n[mail]\naddress = 'support@fernhill.example'\n", desk.app.config.database());
    fs::write(data.join("countersign.toml"), database).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["eval", "pull"])
        .arg(folder)
        .arg("--data")
        .arg(data)
        .env_clear()
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn whoever_said_no_is_in_no_case_and_a_no_takes_away_what_was_taken() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = ticket(desk, &mara).await;
        let take = format!("/tickets/{}/eval-case", page["id"].as_str().unwrap());
        mara.post(&take, json!({ "failure": "dull" })).await.problem(422);
        let made = mara.post(&take, json!({ "failure": "wrong_tone", "severity": "severe" })).await.expect(201);
        assert_eq!(
            (&made["severity"], &made["from"], &made["state"]),
            (&json!("severe"), &json!("by_hand"), &json!("proposed"))
        );
        let path = format!("/requesters/{}/ai", page["customer"]["id"].as_str().unwrap());
        mara.put(&path, json!({ "ai": "out" })).await.expect(200);
        assert_eq!(cases(&mara, "proposed").await, Vec::<Value>::new());
        let gone = format!("/eval-cases/{}", made["id"].as_str().unwrap());
        assert_eq!(mara.get(&gone).await.status, 404);
        assert_eq!(mara.post(&take, json!({ "failure": "wrong_tone" })).await.status, 422);
        mara.put(&path, json!({ "ai": "in" })).await.expect(200);
        assert_eq!(mara.get(&gone).await.status, 404, "what was taken away does not come back");
    });
}

#[test]
fn erasure_and_redaction_reach_cases_and_near_doubles_are_pointed_out() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let page = ticket(desk, &mara).await;
        let take = |page: &Value| format!("/tickets/{}/eval-case", page["id"].as_str().unwrap());
        let first = mara.post(&take(&page), json!({ "failure": "wrong_fact" })).await.expect(201);
        assert_eq!(first["alike"], json!([]));
        desk.receive("bo@harbour.example", "VAT id", "Hi, where can I change the VAT id of our company?").await;
        let list = mara.get("/tickets?view=all").await.expect(200);
        let other = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
        let second = mara.post(&take(&other), json!({ "failure": "wrong_fact" })).await.expect(201);
        assert_eq!(second["alike"][0]["id"], first["id"], "{second}");

        let redactions = format!("/tickets/{}/redactions", page["id"].as_str().unwrap());
        mara.post(&redactions, json!({ "text": "of our company", "class": "other" })).await.expect(200);
        let case = mara.get(&format!("/eval-cases/{}", first["id"].as_str().unwrap())).await.expect(200);
        assert!(!case["text"].as_str().unwrap().contains("of our company"), "{case}");

        mara.prove().await;
        let erasure = format!("/requesters/{}/erasure", page["customer"]["id"].as_str().unwrap());
        mara.post(&erasure, json!({ "address": ADDRESS })).await.expect(200);
        let left = cases(&mara, "proposed").await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0]["id"], second["id"]);
    });
}

/// A machine's proposal from each of these mails, oldest first.
async fn proposals(desk: &TestDesk, who: &Client, mails: &[(&str, &str)]) -> Vec<Value> {
    for (from, words) in mails {
        desk.receive(from, "VAT id", words).await;
        let list = who.get("/tickets?view=all").await.expect(200);
        let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
        let page = who.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200);
        turned_down(who, &page).await;
        desk.app.clock.advance(1);
    }
    while flow::join_cases::follow(&desk.app).await.expect("compared") > 0 {}
    cases(who, "proposed").await
}

#[test]
fn proposals_that_ask_the_same_stand_behind_one_and_people_part_and_join_them() {
    on_each(async |desk| {
        let (mara, olga) = (desk.sign_in("mara").await, desk.sign_in("olga").await);
        let listed = proposals(
            desk,
            &mara,
            &[
                (ADDRESS, WORDS),
                ("bo@harbour.example", "Hi, where can I change the VAT id of our company?"),
                ("li@kestrel.example", "Where can I change the VAT id of our company please? Thanks, Li"),
            ],
        )
        .await;
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(listed[0]["tickets"], 3);
        let head = listed[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/eval-cases/{head}");
        let page = mara.get(&path).await.expect(200);
        let joined: Vec<String> =
            page["joined"].as_array().unwrap().iter().map(|j| j["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(joined.len(), 2);
        assert_eq!(olga.get(&path).await.status, 404);

        // One is parted, and nothing joins it again but a person.
        let one = format!("/eval-cases/{}/join", joined[0]);
        assert_eq!(olga.delete(&one).await.status, 404);
        mara.delete(&one).await.expect(204);
        mara.delete(&one).await.problem(409);
        while flow::join_cases::follow(&desk.app).await.expect("compared") > 0 {}
        assert_eq!(cases(&mara, "proposed").await.len(), 2);
        mara.post(&one, json!({ "into": joined[0] })).await.problem(422);
        mara.post(&one, json!({ "into": joined[1] })).await.expect(204);
        let page = mara.get(&path).await.expect(200);
        assert_eq!((page["tickets"].as_i64(), page["joined"].as_array().unwrap().len()), (Some(3), 2));
        mara.post(&format!("{path}/join"), json!({ "into": joined[0] })).await.problem(422);

        // Whoever is erased takes their own link along; the oldest of the others stands for what is left.
        let first = mara.get(&format!("/tickets/{}", page["ticket_id"].as_str().unwrap())).await.expect(200);
        mara.prove().await;
        let erasure = format!("/requesters/{}/erasure", first["customer"]["id"].as_str().unwrap());
        mara.post(&erasure, json!({ "address": ADDRESS })).await.expect(200);
        let left = cases(&mara, "proposed").await;
        assert_eq!((left.len(), left[0]["tickets"].as_i64(), left[0]["id"].as_str()), (1, Some(2), Some(&*joined[0])));

        // A no does the same.
        let second = mara.get(&format!("/tickets/{}", left[0]["ticket_id"].as_str().unwrap())).await.expect(200);
        let no = format!("/requesters/{}/ai", second["customer"]["id"].as_str().unwrap());
        mara.put(&no, json!({ "ai": "out" })).await.expect(200);
        let left = cases(&mara, "proposed").await;
        assert_eq!((left.len(), left[0]["tickets"].as_i64(), left[0]["id"].as_str()), (1, Some(1), Some(&*joined[1])));
    });
}

#[test]
fn what_went_wrong_otherwise_stays_a_case_of_its_own() {
    on_each(async |desk| {
        let mara = desk.sign_in("mara").await;
        let first = ticket(desk, &mara).await;
        turned_down(&mara, &first).await;
        desk.receive("bo@harbour.example", "VAT id", "Hi, where can I change the VAT id of our company?").await;
        let list = mara.get("/tickets?view=all").await.expect(200);
        let newest = list["items"].as_array().unwrap().iter().max_by_key(|t| t["number"].as_i64()).unwrap().clone();
        let page = mara.get(&format!("/tickets/{}", newest["id"].as_str().unwrap())).await.expect(200);
        let draft = page["answer"]["draft"]["id"].as_str().unwrap();
        mara.post(&format!("/drafts/{draft}/rejection"), json!({ "why": "wrong_tone" })).await.expect(204);
        while flow::join_cases::follow(&desk.app).await.expect("compared") > 0 {}
        assert_eq!(cases(&mara, "proposed").await.len(), 2);
    });
}

#[test]
fn a_challenged_case_counts_until_another_person_keeps_or_retires_it() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let page = ticket(desk, &mara).await;
        turned_down(&mara, &page).await;
        let path = format!("/eval-cases/{}", cases(&mara, "proposed").await[0]["id"].as_str().unwrap());
        let (challenge, retirement) = (format!("{path}/challenge"), format!("{path}/retirement"));
        mara.delete(&challenge).await.problem(409);
        mara.post(&challenge, json!({ "reason": "  " })).await.problem(422);
        mara.post(&challenge, json!({ "reason": "The page was right." })).await.expect(204);
        timo.post(&challenge, json!({ "reason": "Me too." })).await.problem(409);
        mara.delete(&challenge).await.problem(422);
        mara.post(&retirement, json!({ "reason": "I say so." })).await.problem(422);
        let shown = timo.get(&path).await.expect(200);
        assert_eq!(
            (&shown["challenges"][0]["reason"], &shown["challenges"][0]["outcome"]),
            (&json!("The page was right."), &Value::Null)
        );
        timo.delete(&challenge).await.expect(204);
        timo.post(&challenge, json!({ "reason": "Looked again: it is too strict." })).await.expect(204);
        mara.post(&retirement, json!({ "reason": "Agreed." })).await.expect(204);
        let shown = timo.get(&path).await.expect(200);
        assert_eq!(
            (&shown["state"], &shown["challenges"][0]["outcome"], &shown["challenges"][1]["outcome"]),
            (&json!("retired"), &json!("kept"), &json!("retired"))
        );
        assert_eq!(shown["challenges"][1]["decided_by"], "Mara Test");
    });
}
