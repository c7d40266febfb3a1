//! Complaints about a company's own AI product: cases for that product's suite, from tickets and from what other desks exported.

use std::{fs, path::Path, process::Command};

use desk::eval;
use serde_json::{Value, json};
use server::flow;

use crate::{client::Client, harness::TestDesk};

const ADDRESS: &str = "quilla@orchard.example";
const WORDS: &str = "Hello, I am Quilla Vermont, +49 30 901820.\n1. I asked Relay Copilot to list our endpoints.\n2. It deleted one of them instead.\nThat is not acceptable!!";

/// The desks on both engines, each with a product of its own.
async fn desks() -> Vec<TestDesk> {
    TestDesk::each_with(&|config| config.own_ai.products = vec!["Relay Copilot".to_owned()]).await
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn cases(who: &Client, state: &str) -> Vec<Value> {
    let list = who.get(&format!("/eval-cases?state={state}")).await.expect(200);
    list["items"].as_array().unwrap().clone()
}

/// The command beside the desk; its exit code, and what it said.
fn eval(data: Option<&Path>, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("eval").args(arguments).env_clear();
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_complaint_becomes_a_case_for_the_product_that_never_judges_this_desk() {
    runtime().block_on(async {
        for desk in desks().await {
            let mara = desk.sign_in("mara").await;
            desk.receive(ADDRESS, "Copilot deleted an endpoint", WORDS).await;
            desk.receive("bo@harbour.example", "Copilot", "What does Relay Copilot cost for ten people?").await;
            let found = cases(&mara, "proposed").await;
            assert_eq!(found.len(), 1, "{found:?}");
            let case = &found[0];
            let said = ["suite", "failure", "severity", "sentiment", "from"].map(|key| case[key].as_str().unwrap());
            assert_eq!(said, ["Relay Copilot", "wrong_tool_call", "severe", "angry", "own_ai"]);
            assert_eq!(case["proposed_by"], Value::Null);
            let steps = ["I asked Relay Copilot to list our endpoints.", "It deleted one of them instead."];
            assert_eq!(case["steps"], json!(steps));
            let text = case["text"].as_str().unwrap();
            for named in ["Quilla", "Vermont", ADDRESS, "901820"] {
                assert!(!text.contains(named), "{named}: {text}");
            }

            // Another letter of the ticket adds none, and the ticket may still have a case of this desk: suites are kept apart.
            let ticket = format!("/tickets/{}", case["ticket_id"].as_str().unwrap());
            let own = mara.post(&format!("{ticket}/eval-case"), json!({ "failure": "wrong_fact" })).await.expect(201);
            assert_eq!((&own["suite"], &own["alike"]), (&Value::Null, &json!([])));
            assert_eq!(cases(&mara, "proposed").await.len(), 2);

            let path = format!("/eval-cases/{}/approval", case["id"].as_str().unwrap());
            mara.post(&path, json!({ "text": text })).await.expect(204);
            let own_path = format!("/eval-cases/{}/approval", own["id"].as_str().unwrap());
            mara.post(&own_path, json!({ "text": own["text"] })).await.expect(204);
            let mut conn = desk.app.store.read().await.unwrap();
            let judges = flow::run_suite::approved(&desk.app, &mut conn).await.unwrap();
            drop(conn);
            assert!(
                judges.len() == 1 && judges[0].1.is_of_desk(),
                "only this desk's case keeps changes out: {judges:?}"
            );
            pulled(&desk, text);
            desk.close().await;
        }
    });
}

/// What `eval` does with the approved case: it is pulled, run and exported as the product's alone.
fn pulled(desk: &TestDesk, text: &str) {
    let data = &desk.app.config.data;
    let kept = format!("database = '{}'\n[mail]\naddress = 'support@fernhill.example'\n", desk.app.config.database());
    fs::write(data.join("countersign.toml"), kept).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (code, said) = eval(Some(data), &["pull", &at("own")]);
    assert!(code == 0 && said.contains("1 new") && said.contains("1 cases of other suites (Relay Copilot)"), "{said}");
    let (code, said) = eval(Some(data), &["pull", &at("copilot"), "--suite", "Relay Copilot"]);
    assert!(code == 0 && said.contains("1 new"), "{said}");
    let name = format!("{}.yaml", eval::read(text).unwrap().id);
    assert_eq!(fs::read_to_string(folder.path().join("copilot").join(name)).unwrap(), text);

    let (code, said) = eval(None, &["run", &at("copilot"), "--demo"]);
    assert!(code == 2 && said.contains("no case of this desk"), "{said}");
    let to = at("suite.yaml");
    let export =
        |more: &[&str]| eval(None, &[&["export", &at("copilot"), "--as", "promptfoo", "--to", &to], more].concat());
    let (_, said) = export(&[]);
    assert!(said.contains("0 cases in") && said.contains("1 cases of other suites"), "{said}");
    let (_, said) = export(&["--suite", "Relay Copilot"]);
    let suite = fs::read_to_string(&to).unwrap();
    assert!(said.contains("1 cases in") && suite.contains("It deleted one of them instead."), "{said} {suite}");
}

#[test]
fn whoever_said_no_is_in_no_case_of_a_product_either_and_without_products_none_is_looked_for() {
    runtime().block_on(async {
        for desk in desks().await {
            let mara = desk.sign_in("mara").await;
            desk.receive(ADDRESS, "Hello", "Where can I change the VAT id of our company?").await;
            let list = mara.get("/tickets?view=all").await.expect(200);
            let ticket = mara.get(&format!("/tickets/{}", list["items"][0]["id"].as_str().unwrap())).await.expect(200);
            let requester = ticket["customer"]["id"].as_str().unwrap();
            mara.put(&format!("/requesters/{requester}/ai"), json!({ "ai": "out" })).await.expect(200);
            desk.receive(ADDRESS, "Copilot deleted an endpoint", WORDS).await;
            assert_eq!(cases(&mara, "proposed").await, Vec::<Value>::new());
            desk.close().await;
        }
        for desk in TestDesk::each().await {
            let mara = desk.sign_in("mara").await;
            desk.receive(ADDRESS, "Copilot deleted an endpoint", WORDS).await;
            assert_eq!(cases(&mara, "proposed").await, Vec::<Value>::new());
            desk.close().await;
        }
    });
}

fn fixture(name: &str) -> String {
    format!("{}/../../fixtures/exports/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Every case in a folder, by its text.
fn written(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    all.sort();
    all
}

#[test]
fn what_other_desks_exported_becomes_proposed_cases_that_name_nobody() {
    let exports: [(&str, &[&str], &str, &[&str]); 6] = [
        (
            "zendesk",
            &["zendesk.ndjson", "zendesk-events.json"],
            "2 new",
            &["Quilla", "Vermont", "901820", "large customer"],
        ),
        ("zendesk", &["zendesk-incremental.json"], "1 new", &["Mats", "Holm"]),
        ("intercom", &["intercom.json"], "1 new", &["Ana", "Sousa", "furious"]),
        ("freshdesk", &["freshdesk.json"], "1 new", &["Pavel", "Novak", "is new here"]),
        ("freshdesk", &["freshdesk-account.json"], "1 new", &["Jana", "Roth"]),
        ("helpscout", &["helpscout.json"], "1 new", &["Vernon", "Bear", "bear@acme.example", "pays late", "not sent"]),
    ];
    for (desk, files, new, names) in exports {
        let folder = tempfile::tempdir().unwrap();
        let files: Vec<String> = files.iter().map(|name| fixture(name)).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let to = folder.path().to_str().unwrap();
        let run = || {
            eval(
                None,
                &[&["from-export"], &files[..], &["--as", desk, "--product", "Relay Copilot", "--to", to]].concat(),
            )
        };
        let (code, said) = run();
        let count: usize =
            said.lines().filter_map(|line| line.split("; ").nth(1)?.split(' ').next()?.parse::<usize>().ok()).sum();
        assert!(code == 0 && format!("{count} new") == new, "{desk}: {said}");
        for text in written(folder.path()) {
            let case = eval::read(&text).unwrap_or_else(|e| panic!("{e:?}: {text}"));
            assert_eq!(case.suite.as_deref(), Some("Relay Copilot"));
            assert!(case.proposed.as_deref().is_some_and(|why| why.contains("Nobody looked at this yet")), "{text}");
            names.iter().for_each(|named| assert!(!text.contains(named), "{named}: {text}"));
        }
        // What nobody read stays out of the product's suite, and a second run changes nothing, even what somebody wrote into a file.
        let suite = folder.path().join("suite.jsonl");
        let (_, said) =
            eval(None, &["export", to, "--as", "jsonl", "--suite", "Relay Copilot", "--to", suite.to_str().unwrap()]);
        assert!(said.contains("0 cases in") && said.contains("nobody looked at yet"), "{said}");
        fs::remove_file(&suite).unwrap();
        let first = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
        fs::write(&first, "mine").unwrap();
        let before = written(folder.path());
        let (code, said) = run();
        assert!(code == 0 && said.contains("0 new") && written(folder.path()) == before, "{said}");
    }
}

#[test]
fn a_broken_export_is_told_with_its_place_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.json");
    let whole = r#"{"id":1,"subject":"Copilot","description":"Relay Copilot made up a setting that does not exist."}"#;
    fs::write(&broken, format!("{whole}\n{{\"id\":2,\"subject\":5}}\n")).unwrap();
    let (to, missing) = (folder.path().join("cases"), folder.path().join("none.json"));
    let files = [broken.to_str().unwrap(), missing.to_str().unwrap(), &fixture("zendesk.ndjson")];
    let to_text = to.to_str().unwrap();
    let (code, said) = eval(
        None,
        &[&["from-export"], &files[..], &["--as", "zendesk", "--product", "Relay Copilot", "--to", to_text]].concat(),
    );
    assert_eq!(code, 2, "{said}");
    assert!(
        said.contains("broken.json: line 2") && said.contains("expected a string") && said.contains("none.json:"),
        "{said}"
    );
    let cases = written(&to);
    assert!(
        cases.len() == 1 && cases[0].contains("list our endpoints"),
        "nothing of a broken file is written: {cases:?}"
    );
}
