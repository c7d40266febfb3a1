//! What code may say: which names stay where, how long files are, how crates introduce themselves.

use crate::workspace::{File, crates, hold, names_under, rust_files};

/// Files that are longer than 500 lines, each looked at and kept on purpose.
const LONG_ON_PURPOSE: &[&str] = &[
    // Every way to list and change a ticket; the six views repeat one query for the planner's sake.
    "crates/store/src/tickets.rs",
];

fn sources() -> Vec<File> {
    crates().iter().flat_map(|name| rust_files(&format!("crates/{name}/src"))).collect()
}

/// Files outside `allowed` (a path's beginning) whose code satisfies `offends`.
fn offenders(allowed: &str, offends: impl Fn(&str) -> bool) -> Vec<String> {
    sources().iter().filter(|f| !f.path.starts_with(allowed) && offends(&f.code())).map(|f| f.path.clone()).collect()
}

#[test]
fn files_are_short() {
    let mut offences = Vec::new();
    for file in sources() {
        let lines = file.text.lines().count();
        let listed = LONG_ON_PURPOSE.contains(&file.path.as_str());
        if lines > 900 {
            offences.push(format!("{} has {lines} lines; never more than 900", file.path));
        } else if lines > 500 && !listed {
            offences.push(format!("{} has {lines} lines; split it, or say why not in LONG_ON_PURPOSE", file.path));
        } else if lines <= 500 && listed {
            offences.push(format!("{} has {lines} lines and no longer belongs in LONG_ON_PURPOSE", file.path));
        }
    }
    hold("A file is one noun or one verb:", &offences);
}

#[test]
fn there_is_no_unsafe_code() {
    let words = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"];
    hold("There is no unsafe code:", &offenders("none", |code| words.iter().any(|w| code.contains(w))));
}

#[test]
fn lints_are_expected_not_allowed_and_no_test_is_ignored() {
    // Spelled apart, so that this file does not offend.
    let (allow, ignore) = (concat!("[all", "ow("), concat!("#[igno", "re"));
    let everything = crates().into_iter().flat_map(|name| rust_files(&format!("crates/{name}")));
    let mut offences = Vec::new();
    for file in everything {
        let code = file.code();
        if code.contains(allow) {
            offences.push(format!("{}: use #[expect(..., reason = \"...\")] instead of allow", file.path));
        }
        if code.contains(ignore) {
            offences.push(format!("{}: a test that is ignored is no test", file.path));
        }
    }
    hold("Exceptions are stated and tests run:", &offences);
}

#[test]
fn only_the_door_knows_the_mail_library() {
    let offences = offenders("crates/outbox/src/", |code| code.contains("lettre"));
    hold("Only crates/outbox may name the library that sends mail:", &offences);
}

#[test]
fn only_the_door_writes_statements_in_the_open() {
    let offences: Vec<String> = sources()
        .iter()
        .filter(|f| !f.path.starts_with("crates/outbox/src/") && !f.path.starts_with("crates/store/src/"))
        .filter(|f| names_under("store", &f.code()).iter().any(|name| name == "raw"))
        .map(|f| f.path.clone())
        .collect();
    hold("store::raw is for crates/outbox alone:", &offences);
}

#[test]
fn nobody_else_runs_statements() {
    // `server` alone has a database at hand beside the two that may: the methods are public for `outbox`.
    let runs = [".execute(", ".rows(", ".maybe(", ".one("];
    let offences: Vec<String> = sources()
        .iter()
        .filter(|f| f.path.starts_with("crates/server/"))
        .filter(|f| runs.iter().any(|call| f.code().contains(call)))
        .map(|f| f.path.clone())
        .collect();
    hold("statements are run in crates/store and crates/outbox alone:", &offences);
}

#[test]
fn approval_has_one_caller() {
    let caller = "crates/server/src/flow/approve_reply.rs";
    let offences: Vec<String> = sources()
        .iter()
        .filter(|f| !f.path.starts_with("crates/outbox/src/") && f.path != caller)
        .filter(|f| {
            let code = f.code();
            names_under("outbox", &code).iter().any(|name| name == "approve") || code.contains("outbox as ")
        })
        .map(|f| f.path.clone())
        .collect();
    hold("outbox::approve is called from crates/server/src/flow/approve_reply.rs alone:", &offences);
}

#[test]
fn only_people_look_through_tickets() {
    let readers =
        ["api/search.rs", "flow/find_tickets.rs", "flow/index_tickets.rs", "app.rs", "lib.rs", "ticket_index.rs"];
    let readers = readers.map(|file| format!("crates/server/src/{file}"));
    let users: Vec<String> = rust_files("crates/server/src")
        .iter()
        .filter(|f| ["app.tickets.", "ticket_index", "TicketIndex"].iter().any(|name| f.code().contains(name)))
        .map(|f| f.path.clone())
        .collect();
    assert!(users.len() > 3, "the search for users finds {users:?}");
    let offences: Vec<String> = users.into_iter().filter(|path| !readers.contains(path)).collect();
    hold("What prepares replies reads no index of open tickets:", &offences);
}

#[test]
fn inside_the_server_calls_go_one_way() {
    let rules: &[(&str, &[&str])] = &[("api", &["jobs"]), ("jobs", &["api"]), ("flow", &["api", "jobs"])];
    let mut offences = Vec::new();
    for (part, forbidden) in rules {
        let mut files = rust_files(&format!("crates/server/src/{part}"));
        files.extend(sources().into_iter().filter(|f| f.path == format!("crates/server/src/{part}.rs")));
        for file in files {
            let code = file.code();
            let used =
                [names_under("crate", &code), names_under("super", &code), names_under("server", &code)].concat();
            for name in *forbidden {
                if used.iter().any(|u| u == name) {
                    offences.push(format!("{} must not use {name}", file.path));
                }
            }
        }
    }
    hold("main calls api and jobs, both call flow, nobody calls back:", &offences);
}

#[test]
fn every_crate_says_what_it_never_does() {
    let mut offences = Vec::new();
    for name in crates() {
        let path = format!("crates/{name}/src/lib.rs");
        let text = crate::workspace::read(&path).unwrap_or_default();
        let opening: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if opening.is_empty() || !opening.join(" ").to_lowercase().contains("never") {
            offences.push(format!("{path} must open with what the crate does and what it never does"));
        }
    }
    hold("A crate introduces itself:", &offences);
}
