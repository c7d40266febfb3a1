//! Every statement in this crate is parsed by both engines.

use crate::desk_at::{leak, on_both};

/// The texts inside `sql!("...")`.
fn statements() -> Vec<String> {
    let mut found = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for file in std::fs::read_dir(folder).expect("the sources") {
        let text = std::fs::read_to_string(file.expect("a file").path()).expect("text");
        for part in text.split("sql!(").skip(1) {
            if let Some(statement) = part.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                found.push(statement.to_owned());
            }
        }
    }
    found
}

#[test]
fn every_statement_prepares_on_both_engines() {
    let all = statements();
    assert!(all.len() >= 40, "found {} statements", all.len());
    on_both(async |desk| {
        for (n, statement) in all.iter().enumerate() {
            let asked = match desk.store.engine() {
                store::Engine::Sqlite => format!("explain {statement}"),
                store::Engine::Postgres => format!("prepare s{n} as {statement}"),
            };
            let answer = desk.store.read().await.expect("reads").rows(leak(&asked), vec![]).await;
            assert!(answer.is_ok(), "{statement}\n{}", answer.err().map(|e| e.to_string()).unwrap_or_default());
        }
    });
}

#[test]
fn no_statement_escapes_the_mark() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    for file in std::fs::read_dir(folder).expect("the sources") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let calls =
            [".execute(", ".rows(", ".maybe(", ".one("].iter().map(|call| text.matches(call).count()).sum::<usize>();
        assert_eq!(calls, text.matches("sql!(").count(), "{}", path.display());
    }
}
