//! Policies as files, and those the invented company begins with.

use desk::policy::Standing;
use server::{
    App, FlowError,
    app::World,
    flow::{export_policies::export, import_policies},
};

use crate::{demo_copy, harness::on_each};

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
        assert_eq!(names, [INVOICES, "operating_models/security.access.toml", "risk_rules.txt", "routing.txt"]);
        assert_eq!(import_policies::import(app, &files).await.unwrap(), Vec::<String>::new());

        let edited = changed(&files, INVOICES, |text| {
            owned(text).replace("writing = \"approved_wording\"", "writing = \"nothing\"")
        });
        let trials = import_policies::try_all(app, &edited).await.unwrap();
        assert_eq!((trials.len(), trials[0].path.as_str(), trials[0].tried.problems.len()), (1, INVOICES, 0));
        assert_eq!(export(app).await.unwrap(), files, "a dry run changes nothing");
        assert_eq!(import_policies::import(app, &edited).await.unwrap(), [INVOICES]);
        let back = export(app).await.unwrap();
        assert_eq!(back, edited, "it comes out as it went in");
        assert_eq!(import_policies::import(app, &back).await.unwrap(), Vec::<String>::new());

        let mut with_macro = back.clone();
        let text = "---\nname: Thanks\nowner: mara@fernhill.example\nreview_by: 2027-03-01\ncategories: billing.invoice\n---\nThank you.\n";
        with_macro.push(("macros/thanks.md".to_owned(), text.to_owned()));
        assert_eq!(import_policies::import(app, &with_macro).await.unwrap(), ["macros/thanks.md"]);
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
            match import_policies::import(app, &files).await {
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
    assert!(policies.all().iter().all(|p| p.version == 2));
    assert!(conn.skills().await.unwrap().len() > 10);
    let queues = conn.queues().await.unwrap();
    assert!(queues.contains(&("triage".to_owned(), "To sort".to_owned())));
    let agents = conn.agents().await.unwrap();
    assert!(agents.iter().filter(|a| a.role.answers()).all(|a| a.works_in("triage")));
    drop(conn);
    app.store.close().await;
}
