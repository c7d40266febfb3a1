//! Policies as files, and those the invented company begins with.

use std::{fs, path::Path, process::Command};

use desk::policy::{PolicyKind, Standing};
use server::{
    App, FlowError,
    app::World,
    flow::{export_policies::export, import_policies},
};

use crate::{
    demo_copy,
    harness::{TestDesk, on_each},
};

/// The exported files with one of them changed.
fn changed(files: &[(String, String)], name: &str, change: impl Fn(&str) -> String) -> Vec<(String, String)> {
    files.iter().map(|(n, text)| (n.clone(), if n == name { change(text) } else { text.clone() })).collect()
}

fn owned(text: &str) -> String {
    let (_, body) = text.split_once("\n\n").unwrap();
    format!("# owner: mara@fernhill.example\n# review_by: 2027-03-01\n\n{body}")
}

const INVOICES: &str = "operating_models/billing.invoice.toml";

#[test]
fn what_was_exported_changes_nothing_and_what_was_edited_is_the_next_version() {
    on_each(async |desk| {
        let app = &desk.app;
        let files = export(app).await.unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        let models = [INVOICES, "operating_models/security.access.toml"];
        assert_eq!(
            names,
            [&models[..], &["risk_rules.txt", "routing.txt", "escalation.toml", "service.toml"]].concat()
        );
        assert_eq!(import_policies::import(app, &files, None).await.unwrap(), Vec::<String>::new());

        let edited = changed(&files, INVOICES, |text| {
            owned(text).replace("writing = \"approved_wording\"", "writing = \"nothing\"")
        });
        let trials = import_policies::try_all(app, &edited).await.unwrap();
        assert_eq!((trials.len(), trials[0].path.as_str(), trials[0].tried.problems.len()), (1, INVOICES, 0));
        assert_eq!(export(app).await.unwrap(), files, "a dry run changes nothing");
        assert_eq!(import_policies::import(app, &edited, None).await.unwrap(), [INVOICES]);
        let back = export(app).await.unwrap();
        assert_eq!(back, edited, "it comes out as it went in");
        assert_eq!(import_policies::import(app, &back, None).await.unwrap(), Vec::<String>::new());

        let mut with_macro = back.clone();
        let text = "---\nname: Thanks\nowner: mara@fernhill.example\nreview_by: 2027-03-01\ncategories: billing.invoice\n---\nThank you.\n";
        with_macro.push(("macros/thanks.md".to_owned(), text.to_owned()));
        assert_eq!(import_policies::import(app, &with_macro, None).await.unwrap(), ["macros/thanks.md"]);
    });
}

#[test]
fn one_bad_line_in_one_file_takes_nothing() {
    on_each(async |desk| {
        let app = &desk.app;
        let files = export(app).await.unwrap();
        let good = changed(&files, INVOICES, owned);
        let with = |name: &str, change: &dyn Fn(&str) -> String| changed(&good, name, change);
        let mut strange = good.clone();
        strange.push(("notes.txt".to_owned(), "hello".to_owned()));
        let cases = [
            (with("routing.txt", &|t| owned(t) + "nowhere | * | * | * | *\n"), "routing.txt, line 6"),
            (with("routing.txt", &|t| t.to_owned() + "billing | * | * | * | *\n"), "Name an owner"),
            (with("routing.txt", &|t| owned(t).replace("mara", "nobody")), "Nobody signs in"),
            (with("routing.txt", &|t| owned(t).replace("2027-03-01", "soon")), "routing.txt, line 2"),
            (strange, "no policy's file"),
        ];
        for (files, part) in cases {
            match import_policies::import(app, &files, None).await {
                Err(FlowError::Invalid(why)) => assert!(why.contains(part), "{why}"),
                other => panic!("{part}: {other:?}"),
            }
        }
        assert_eq!(export(app).await.unwrap(), files, "nothing was taken");
        let trials = import_policies::try_all(app, &with("routing.txt", &|t| owned(t) + "nowhere | * | * | * | *\n"))
            .await
            .unwrap();
        let wrong: Vec<usize> = trials.iter().flat_map(|t| &t.tried.problems).map(|p| p.line).collect();
        assert_eq!(wrong, [6], "counted in the file, not in the text");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invented_company_owns_its_policies_and_one_is_soon_to_be_reviewed() {
    let folder = demo_copy::copy().await;
    let app = App::open(demo_copy::config(folder.path()), World::Demo).await.unwrap();
    let mut conn = app.store.read().await.unwrap();
    let policies = conn.policies().await.unwrap();
    let now = app.clock.now();
    let standing: Vec<Standing> = policies.all().iter().map(|p| p.standing(now)).collect();
    let due = standing.iter().filter(|s| matches!(s, Standing::Due { .. })).count();
    assert_eq!(
        (due, standing.iter().filter(|s| **s == Standing::Current).count()),
        (1, standing.len() - 1),
        "{standing:?}"
    );
    let begun = |kind: PolicyKind| if kind == PolicyKind::Persona { 1 } else { 2 };
    assert!(policies.all().iter().all(|p| p.version == begun(p.kind)), "taken over, or begun");
    assert!(conn.skills().await.unwrap().len() > 10);
    let queues = conn.queues().await.unwrap();
    assert!(queues.contains(&("triage".to_owned(), "To sort".to_owned())));
    let agents = conn.agents().await.unwrap();
    assert!(agents.iter().filter(|a| a.role.answers()).all(|a| a.works_in("triage")));
    drop(conn);
    app.store.close().await;
}

/// The command beside a running desk; whether it went well, and what it said.
fn policy(desk: &TestDesk, arguments: &[&str], folder: &Path) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
    program.arg("policy").args(arguments).arg(folder).arg("--data").arg(&desk.app.config.data);
    let output = program.env_clear().output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_carry_policies_out_and_back_whole_or_not_at_all() {
    let desk = TestDesk::real().await;
    fs::write(desk.app.config.data.join("countersign.toml"), "[mail]\naddress = 'support@fernhill.example'\n").unwrap();
    let before = export(&desk.app).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (fine, said) = policy(&desk, &["export"], folder.path());
    assert!(fine && said.contains(&format!("{} policies in", before.len())), "{said}");
    for (name, text) in &before {
        assert_eq!(&fs::read_to_string(file(name)).unwrap(), text, "{name}");
    }
    let (fine, said) = policy(&desk, &["import"], folder.path());
    assert!(fine && said.contains(&format!("0 of {} policies", before.len())), "{said}");

    // One good change beside one bad file: nothing is taken, whatever is wrong with it.
    let edited = owned(&fs::read_to_string(file(INVOICES)).unwrap());
    fs::write(file(INVOICES), edited.replace("writing = \"approved_wording\"", "writing = \"nothing\"")).unwrap();
    let routing = fs::read_to_string(file("routing.txt")).unwrap();
    let bad_line = owned(&routing) + "nowhere | * | * | * | *\n";
    let cases: [(&str, &[u8], &str); 4] = [
        ("routing.txt", bad_line.as_bytes(), "routing.txt, line 6"),
        ("routing.txt", b"\xff\xfe\0binary", "routing.txt cannot be read"),
        ("personas/", b"", "is no policy's file"),
        ("risk_rules.txt", b"", "risk_rules.txt"),
    ];
    for (name, bytes, part) in cases {
        let kept = fs::read(file(name)).ok();
        let name = if kept.is_some() { name } else { "strange.txt" };
        fs::write(file(name), bytes).unwrap();
        let (fine, said) = policy(&desk, &["import"], folder.path());
        assert!(!fine && said.contains(part), "{name}: {said}");
        assert_eq!(export(&desk.app).await.unwrap(), before, "{name}: nothing by half");
        match kept {
            Some(kept) => fs::write(file(name), kept).unwrap(),
            None => fs::remove_file(file(name)).unwrap(),
        }
    }
    fs::write(file("routing.txt"), &bad_line).unwrap();
    let (fine, said) = policy(&desk, &["import", "--dry-run"], folder.path());
    assert!(!fine && said.contains("routing.txt, line 6") && said.contains("nothing was changed"), "{said}");
    assert_eq!(export(&desk.app).await.unwrap(), before);
    let (fine, said) = policy(&desk, &["import"], &file("missing"));
    assert!(!fine && said.contains("cannot be read"), "{said}");

    fs::write(file("routing.txt"), &routing).unwrap();
    let (fine, said) = policy(&desk, &["import"], folder.path());
    assert!(fine && said.contains(INVOICES) && said.contains(&format!("1 of {}", before.len())), "{said}");
    let after = export(&desk.app).await.unwrap();
    assert!(after.iter().any(|(name, text)| name == INVOICES && text.contains("writing = \"nothing\"")));
    desk.close().await;
}
