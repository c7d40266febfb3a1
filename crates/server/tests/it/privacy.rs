//! Retention, legal hold, export, what mails say of the machine, and the way back from a backup. On both engines but for the
//! last, which is a matter of files.

use std::{fs, sync::Arc};

use desk::people::Role;
use serde_json::{Value, json};
use server::{App, app::World, clock::Clock, flow};

use crate::{
    client::Client,
    harness::{NOON, TestDesk, add_person, on_each},
    leaving::page,
};

const ADDRESS: &str = "quilla@zanzibarwood.example";
const ASKED: &str = "Hello, where can I change the VAT id of our company? The xylotrope shows the old one.";

/// Answers the ticket; the letter as the tray shows it.
async fn answered(desk: &TestDesk, who: &Client, subject: &str) -> Value {
    let ticket = page(who, subject).await;
    let draft = ticket["answer"]["draft"]["id"].as_str().unwrap_or_else(|| panic!("{}", ticket["answer"])).to_owned();
    let sealed = who.send("POST", &format!("/drafts/{draft}/seal"), None, Vec::new()).await.expect(201);
    let checks: Vec<&Value> = sealed["checks"].as_array().unwrap().iter().map(|c| &c["key"]).collect();
    let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "solved", "acknowledged": checks });
    who.with("idempotency-key", &draft).post(&format!("/drafts/{draft}/approval"), yes).await.expect(201);
    desk.pass(60).await;
    sealed
}

/// The newest letter that left.
async fn tray(who: &Client) -> String {
    let list = who.get("/tray").await.expect(200);
    let id = list["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{list}"));
    who.get(&format!("/tray/{id}")).await.text()
}

#[test]
fn t089_only_an_administrator_takes_the_line_about_the_machine_away_and_the_record_says_who() {
    on_each(async |desk| {
        add_person(&desk.app, "ada", Role::Admin, &[]).await;
        let (mara, ada) = (desk.sign_in("mara").await, desk.sign_in("ada").await);
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        let letter = answered(desk, &mara, "VAT id").await.to_string();
        assert!(letter.contains("Drafted with AI, read and approved by Mara Test."), "{letter}");
        assert!(tray(&mara).await.contains("AI-Assisted"));

        assert_eq!(mara.put("/disclosure", json!({ "line": "hidden" })).await.problem(403), "forbidden");
        assert_eq!(ada.put("/disclosure", json!({ "line": "gone" })).await.status, 422);
        ada.put("/disclosure", json!({ "line": "hidden" })).await.expect(200);
        assert_eq!(mara.get("/disclosure").await.expect(200)["line"], "hidden");
        desk.receive("bo@orchard.example", "VAT again", ASKED).await;
        let letter = answered(desk, &mara, "VAT again").await.to_string();
        assert!(!letter.contains("Drafted with AI") && letter.contains("/choice/"), "{letter}");
        assert!(tray(&mara).await.contains("AI-Assisted"), "the header stays");
        let said = ada.get("/audit?limit=200").await.expect(200).to_string();
        assert!(said.contains("disclosure.changed") && said.contains("Ada Test"), "{said}");
    });
}

#[test]
fn a_person_is_exported_whole_by_administrators_with_the_machines_words_marked() {
    on_each(async |desk| {
        add_person(&desk.app, "ada", Role::Admin, &[]).await;
        let (mara, ada) = (desk.sign_in("mara").await, desk.sign_in("ada").await);
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        desk.receive("bo@orchard.example", "Invoice", "A brontolith of another.").await;
        answered(desk, &mara, "VAT id").await;
        let seen = page(&mara, "VAT id").await;
        let path = format!("/tickets/{}/notes", seen["id"].as_str().unwrap());
        mara.post(&path, json!({ "body": "She called." })).await.expect(201);
        let path = format!("/requesters/{}/export", seen["customer"]["id"].as_str().unwrap());
        assert_eq!(mara.get(&path).await.problem(403), "forbidden");
        assert_eq!(ada.get(&path).await.problem(403), "confirm");
        ada.prove().await;
        let all = ada.get(&path).await.expect(200);
        assert_eq!((&all["format"], &all["person"]["email"]), (&json!(1), &json!(ADDRESS)));
        let ticket = &all["tickets"][0];
        let marks: Vec<&Value> = ticket["messages"].as_array().unwrap().iter().map(|m| &m["written_by"]).collect();
        assert_eq!(marks, [&json!("person"), &json!("machine_unchanged")], "{all}");
        assert_eq!(ticket["notes"][0]["text"], "She called.");
        assert!(all.to_string().contains("xylotrope") && !all.to_string().contains("brontolith"), "{all}");
        desk.settle().await;
        assert!(ada.get("/audit?limit=50").await.expect(200).to_string().contains("requester.exported"));
    });
}

#[test]
fn what_is_old_goes_after_a_dry_run_said_so_and_what_is_held_stays() {
    on_each_with(
        |app| app.config.retention.people_days = 30,
        async |desk| {
            let mara = desk.sign_in("mara").await;
            for (from, subject) in
                [(ADDRESS, "VAT one"), ("bo@orchard.example", "VAT two"), ("cy@orchard.example", "VAT open")]
            {
                desk.receive(from, subject, ASKED).await;
                if subject != "VAT open" {
                    answered(desk, &mara, subject).await;
                }
            }
            let people = async || {
                let lines = flow::retain::report(&desk.app).await.unwrap();
                lines.into_iter().find(|l| l.class == flow::retain::Class::People).unwrap().due
            };
            assert_eq!((people().await.due, people().await.held), (0, 0), "too young");
            desk.app.clock.advance(31 * 86_400);
            assert_eq!((people().await.due, people().await.held), (2, 0));
            flow::retain::hold(&desk.app, ADDRESS, "case 17").await.unwrap();
            assert!(flow::retain::hold(&desk.app, ADDRESS, "case 18").await.is_err(), "one hold is enough");
            assert_eq!((people().await.due, people().await.held), (1, 1));
            assert_eq!((people().await.due, people().await.held), (1, 1), "counting changed nothing");
            let refused = flow::erase_requester::by_command(&desk.app, ADDRESS).await.unwrap_err().to_string();
            assert!(refused.contains("legal hold (case 17)"), "{refused}");

            flow::tidy_up::tidy_up(&desk.app).await.unwrap();
            desk.settle().await;
            assert_eq!((people().await.due, people().await.held), (0, 1));
            let mara = desk.sign_in("mara").await;
            assert_eq!(page(&mara, "VAT one").await["customer"]["email"], ADDRESS);
            assert_eq!(page(&mara, "VAT open").await["customer"]["email"], "cy@orchard.example");
            let list = mara.get("/tickets?view=all").await.expect(200).to_string();
            assert!(!list.contains("VAT two"), "{list}");
            flow::retain::release(&desk.app, ADDRESS).await.unwrap();
            assert_eq!(people().await.due, 1);
            assert_eq!(flow::retain::run(&desk.app).await.unwrap(), [(flow::retain::Class::People, 1)]);
            desk.settle().await;
            let said = mara.get("/audit?limit=200").await.expect(200).to_string();
            for kind in ["hold.placed", "hold.ended", "requester.erased"] {
                assert!(said.contains(kind), "{kind} in {said}");
            }
            let helene = desk.sign_in("helene").await;
            let verified = helene.send("POST", "/audit/verification", None, Vec::new()).await.expect(200);
            assert_eq!(verified["ok"], true, "{verified}");
        },
    );
}

fn on_each_with(change: impl Fn(&mut App), test: impl AsyncFn(&TestDesk)) {
    crate::leaving::run(async {
        for mut desk in TestDesk::each().await {
            change(Arc::get_mut(&mut desk.app).unwrap());
            test(&desk).await;
            desk.close().await;
        }
    });
}

#[test]
fn t085_who_was_erased_after_a_backup_is_erased_again_before_the_restored_desk_serves() {
    crate::leaving::run(async {
        let desk = TestDesk::sqlite().await;
        desk.receive(ADDRESS, "VAT id", ASKED).await;
        desk.receive("bo@orchard.example", "Invoice", "A brontolith of another.").await;
        desk.app.store.clear_traces().await.unwrap();
        let data = desk.app.config.data.clone();
        let backup = tempfile::tempdir().unwrap();
        fs::copy(data.join("desk.db"), backup.path().join("desk.db")).unwrap();
        let erased = flow::erase_requester::by_command(&desk.app, ADDRESS).await.unwrap();
        assert!(erased.rows.0.iter().any(|(table, rows)| *table == "messages" && *rows == 1), "{erased:?}");
        let list = fs::read_to_string(data.join("erased.txt")).unwrap();
        assert!(list.starts_with(&erased.requester.to_string()) && !list.contains('@'), "{list}");

        // Yesterday's database, the keys, and the list that stood beside it.
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("keys")).unwrap();
        for key in fs::read_dir(data.join("keys")).unwrap() {
            let key = key.unwrap();
            fs::copy(key.path(), place.path().join("keys").join(key.file_name())).unwrap();
        }
        fs::copy(backup.path().join("desk.db"), place.path().join("desk.db")).unwrap();
        fs::copy(data.join("erased.txt"), place.path().join("erased.txt")).unwrap();
        let mut config = desk.app.config.clone();
        config.data = place.path().to_owned();
        config.database = String::new();
        let app = App::open_with(config, World::Real, Clock::fixed(NOON), Some(outbox::Transport::Tray)).await.unwrap();
        let known = app.store.read().await.unwrap().requester_by_email(ADDRESS).await.unwrap();
        assert!(known.is_some(), "the backup brought them back");
        flow::take_up::take_up(&app).await.unwrap();
        app.store.clear_traces().await.unwrap();
        assert!(app.store.read().await.unwrap().requester_by_email(ADDRESS).await.unwrap().is_none());
        let bytes = fs::read(place.path().join("desk.db")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("xylotrope") && !text.contains("zanzibarwood") && text.contains("brontolith"));
        assert_eq!(flow::erase_requester::again(&app).await.unwrap(), 0, "once is enough");

        fs::write(place.path().join("erased.txt"), "no id\n").unwrap();
        assert!(flow::take_up::take_up(&app).await.is_err(), "a list that cannot be read stops the start");
        app.store.close().await;
        desk.close().await;
    });
}
