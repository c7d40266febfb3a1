//! `countersign gate` as it is run: beside a desk that serves, on its real folder.

use std::{fs, process::Command};

use connect::model::fake::Fake;
use serde_json::{Value, json};

use crate::{
    client::Client,
    gates::approved,
    harness::{TestDesk, on_each},
    shadow::{CARRIED, on_each_with_both, says},
};

/// The command beside the desk; its exit code, and what it said.
fn gate(desk: &TestDesk, models: &str, arguments: &[&str]) -> (i32, String) {
    let data = &desk.app.config.data;
    let database = desk.app.config.database();
    let config = format!("database = '{database}'\n[mail]\naddress = 'support@fernhill.example'\n{models}");
    fs::write(data.join("countersign.toml"), config).unwrap();
    run(&[arguments, &["--data", data.to_str().unwrap()]].concat())
}

fn run(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let output = command.arg("gate").args(arguments).env_clear().output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

async fn write(lead: &Client, seen: i64, body: &str) {
    let agents = lead.get("/agents").await.expect(200);
    let mara = agents["items"].as_array().unwrap().iter().find(|a| a["name"] == "Mara Test").unwrap();
    let new = json!({ "body": body, "owner": mara["id"], "review_by": "2026-12-01", "note": "a test" });
    lead.with("if-match", &format!("\"{seen}\"")).put("/policies/persona/calm", new).await.expect(200);
}

#[test]
fn changes_are_listed_and_rolled_back_by_command_and_what_cannot_be_is_told() {
    on_each(async |desk| {
        let (mara, timo) = (desk.sign_in("mara").await, desk.sign_in("timo").await);
        let (code, said) = gate(desk, "", &["list"]);
        assert!(code == 0 && said.contains("No eval case was asked about a change yet."), "{said}");
        approved(desk, &timo, "severe").await;
        write(&mara, 0, "words_max = 200\n").await;
        let (code, said) = gate(desk, "", &["rollback", "persona/calm"]);
        assert!(code == 1 && said.contains("Nothing held before this version"), "{said}");
        write(&mara, 1, "words_max = 150\n").await;
        write(&mara, 2, "words_max = 100\n").await;

        let (code, said) = gate(desk, "", &["list"]);
        assert_eq!(
            (code, said.matches("policy persona/calm: promoted, clear; 1 cases, 0 fail").count()),
            (0, 3),
            "{said}"
        );
        let (code, said) = gate(desk, "", &["rollback", "persona/calm"]);
        assert!(code == 0 && said.contains("says again what it said before; this is its version 4"), "{said}");
        let now = mara.get("/policies/persona/calm").await.expect(200);
        assert!(now.to_string().contains("words_max = 150") && now["version"] == 4, "{now}");
        // Done twice, it goes back twice.
        let (_, said) = gate(desk, "", &["rollback", "persona/calm"]);
        assert!(said.contains("version 5"), "{said}");
        assert!(mara.get("/policies/persona/calm").await.expect(200).to_string().contains("words_max = 200"));
        let (code, said) = gate(desk, "", &["rollback", "persona/calm"]);
        assert!(code == 1 && said.contains("Nothing held before this version"), "{said}");
        desk.settle().await;
        let record = mara.get("/audit?kind=gate.rolled_back").await.expect(200);
        assert_eq!(record["items"].as_array().unwrap().len(), 2, "{record}");

        let refused = [
            (&["rollback", "persona/nobody"][..], 1, "There is no policy persona/nobody."),
            (&["rollback", "voices"], 2, "KIND/KEY"),
            (&["rollback", "model"], 1, "No candidate took over"),
            (&["promote", " "], 1, "Say why"),
            (&["promote", "It is better."], 1, "There is no candidate."),
        ];
        for (arguments, expected, part) in refused {
            let (code, said) = gate(desk, "", arguments);
            assert!(code == expected && said.contains(part), "{arguments:?}: {code} {said}");
        }
        let (code, said) = gate(desk, "", &["rollback", "classifier"]);
        assert_eq!(code, 1, "{said}");

        // A mistyped folder makes no desk.
        let nowhere = desk.app.config.data.join("nowhere");
        for arguments in [&["list"][..], &["promote", "It is better."], &["rollback", "model"]] {
            let (code, said) = run(&[arguments, &["--data", nowhere.to_str().unwrap()]].concat());
            assert!(code == 1 && said.contains("There is no desk in the folder"), "{said}");
        }
        assert!(!nowhere.exists());
    });
}

fn section(name: &str, fake: &Fake, model: &str) -> String {
    let base = &fake.base_url;
    format!("[{name}]\nbase_url = '{base}'\nname = '{model}'\nregion = 'here'\nallow_private = true\n")
}

#[test]
fn a_candidate_takes_over_and_goes_back_by_command_beside_a_server() {
    on_each_with_both(0, 0, async |desk, present, candidate| {
        let timo = desk.sign_in("timo").await;
        approved(desk, &timo, "severe").await;
        let models = section("model", present, "present-1") + &section("candidate", candidate, "candidate-2");
        let (code, said) = gate(desk, &models, &["promote", "It is faster."]);
        assert!(code == 0 && said.contains("drafted by both now"), "{said}");
        let (_, said) = gate(desk, &models, &["list"]);
        assert!(said.contains("model candidate-2: waiting; 1 cases"), "{said}");
        // The server that runs beside does it, once its clock, which a test stops, is as far as the command's.
        let now = server::clock::Clock::default().now();
        desk.app.clock.advance(now.seconds_since(desk.app.clock.now()).max(0) + 1);
        desk.settle().await;
        let mara = desk.sign_in("mara").await;
        let (_, said) = gate(desk, &models, &["list"]);
        assert!(said.contains("model candidate-2: refused, severe; 1 cases, 1 fail that held."), "{said}");
        assert_eq!(in_use(&mara).await, "present-1");
        candidate.set(says(CARRIED));
        gate(desk, &models, &["promote", "It is faster."]);
        desk.app.clock.advance(60);
        desk.settle().await;
        let (_, said) = gate(desk, &models, &["list"]);
        assert!(
            said.contains("model candidate-2: promoted, clear; 1 cases, 0 fail that held. It is faster."),
            "{said}"
        );
        assert_eq!(in_use(&mara).await, "candidate-2");
        let (code, said) = gate(desk, &models, &["rollback", "model"]);
        assert!(code == 0 && said.contains("present-1 writes drafts again."), "{said}");
        assert_eq!(in_use(&mara).await, "present-1");
        let (code, said) = gate(desk, &models, &["rollback", "model"]);
        assert!(code == 1 && said.contains("No candidate took over"), "{said}");
    });
}

async fn in_use(who: &Client) -> Value {
    who.get("/shadow").await.expect(200)["present"]["name"].clone()
}
