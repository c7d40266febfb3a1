//! Who may depend on whom: our crates on each other, the guarded libraries on their one user.

use std::collections::BTreeMap;

use crate::workspace::{crates, hold, toml};

/// Our crates and which of ours each may use. Engines use none, so that they can be measured and
/// replaced alone; whatever is not listed here does not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("embed", &[]),
    ("classify", &[]),
    ("search", &[]),
    ("redact", &[]),
    ("tlog", &[]),
    ("logmine", &[]),
    ("desk", &[]),
    ("store", &["desk"]),
    ("connect", &["desk", "redact"]),
    ("outbox", &["desk", "store"]),
    ("server", &["embed", "classify", "search", "redact", "tlog", "logmine", "desk", "store", "connect", "outbox"]),
];

/// What the trade may be written with: words and their stems, time, hashes, differences, the format of policies. No I/O, no database.
const DESK_MAY_USE: &[&str] =
    &["frostem", "jiff", "serde", "serde-saphyr", "serde_json", "sha2", "similar", "thiserror", "toml", "uuid"];

/// Libraries of which there is one version, because two would be two behaviours.
const ONE_OF_EACH: &[&str] = &["reqwest", "rustls", "sqlx", "tokio", "hyper", "ring"];

fn manifest(name: &str) -> toml::Table {
    toml(&format!("crates/{name}/Cargo.toml"))
}

/// Names in one dependency section, under the name of the package and not of a renaming.
fn section(manifest: &toml::Table, section: &str) -> Vec<String> {
    let Some(toml::Value::Table(list)) = manifest.get(section) else { return Vec::new() };
    list.iter()
        .map(|(key, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(key).to_owned())
        .collect()
}

/// Bans of deny.toml: the library and who may use it; an empty list means nobody.
fn bans() -> BTreeMap<String, Vec<String>> {
    let deny = toml("deny.toml");
    let list = deny["bans"]["deny"].as_array().expect("deny.toml: bans.deny is a list");
    list.iter()
        .filter(|ban| ban.get("deny-multiple-versions").is_none())
        .map(|ban| {
            let words = |key: &str| -> Vec<String> {
                let list = ban.get(key).and_then(toml::Value::as_array);
                list.into_iter().flatten().filter_map(|w| Some(w.as_str()?.to_owned())).collect()
            };
            (ban["crate"].as_str().expect("deny.toml: every ban names a crate").to_owned(), words("wrappers"))
        })
        .collect()
}

#[test]
fn every_crate_is_in_the_plan() {
    let planned: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let strangers: Vec<String> =
        crates().into_iter().filter(|name| !planned.contains(&name.as_str())).map(|n| format!("crates/{n}")).collect();
    hold(
        "A new crate needs a line in MAY_USE (crates/server/tests/tidy/dependencies.rs) and in ARCHITECTURE.md:",
        &strangers,
    );
}

#[test]
fn our_crates_depend_only_downwards() {
    let ours: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let mut offences = Vec::new();
    for (name, allowed) in MAY_USE {
        let manifest = manifest(name);
        for part in ["dependencies", "build-dependencies"] {
            for used in section(&manifest, part) {
                if ours.contains(&used.as_str()) && !allowed.contains(&used.as_str()) {
                    offences.push(format!("crates/{name}/Cargo.toml must not depend on {used}"));
                }
            }
        }
    }
    hold("The direction of dependencies is fixed:", &offences);
}

#[test]
fn the_trade_does_no_input_or_output() {
    let offences: Vec<String> = section(&manifest("desk"), "dependencies")
        .into_iter()
        .filter(|used| !DESK_MAY_USE.contains(&used.as_str()))
        .map(|used| format!("crates/desk/Cargo.toml must not depend on {used}"))
        .collect();
    hold("desk holds types and decisions, no I/O:", &offences);
}

#[test]
fn guarded_libraries_stay_with_their_users() {
    let bans = bans();
    assert!(bans.len() > 10, "deny.toml: the list of bans is shorter than it was");
    let mut offences = Vec::new();
    for name in crates() {
        let manifest = manifest(&name);
        for part in ["dependencies", "build-dependencies", "dev-dependencies"] {
            for used in section(&manifest, part) {
                if bans.get(&used).is_some_and(|users| !users.contains(&name)) {
                    offences.push(format!("crates/{name}/Cargo.toml must not depend on {used} ({part})"));
                }
            }
        }
    }
    hold("deny.toml names the only crates that may use a library:", &offences);
}

#[test]
fn connect_serves_nothing_but_the_fake_model_of_the_tests() {
    let manifest = manifest("connect");
    let axum = manifest["dependencies"].get("axum");
    let only_on_request = axum.is_none_or(|how| how.get("optional").and_then(toml::Value::as_bool) == Some(true));
    let default = manifest.get("features").and_then(|f| f.get("default"));
    assert!(
        only_on_request && default.is_none(),
        "crates/connect/Cargo.toml: axum is for the fake model alone: optional, and in no default feature"
    );
}

#[test]
fn the_lock_file_holds_nothing_banned_and_one_of_each() {
    let lock = toml("Cargo.lock");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("Cargo.lock: a list of packages") {
        let text = |key: &str| package[key].as_str().expect("Cargo.lock: name and version are text");
        versions.entry(text("name")).or_default().push(text("version"));
    }
    let mut offences: Vec<String> = bans()
        .iter()
        .filter(|(name, users)| users.is_empty() && versions.contains_key(name.as_str()))
        .map(|(name, _)| format!("Cargo.lock holds {name}, which deny.toml bans"))
        .collect();
    for name in ONE_OF_EACH {
        if let Some(found) = versions.get(name).filter(|found| found.len() > 1) {
            offences.push(format!("Cargo.lock holds {name} {} times: {}", found.len(), found.join(", ")));
        }
    }
    hold("What is locked is what was decided:", &offences);
}

#[test]
fn every_crate_takes_the_workspace_s_lints_and_shelf() {
    let workspace = toml("Cargo.toml");
    assert_eq!(
        workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(),
        Some("forbid"),
        "Cargo.toml: unsafe code is forbidden"
    );
    let mut offences = Vec::new();
    for name in crates() {
        let manifest = manifest(&name);
        let inherits = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool);
        if inherits != Some(true) {
            offences.push(format!("crates/{name}/Cargo.toml must say [lints] workspace = true"));
        }
        for part in ["dependencies", "dev-dependencies"] {
            let Some(toml::Value::Table(list)) = manifest.get(part) else { continue };
            for (used, how) in list {
                // A crate may name itself, to test with a feature of its own.
                if *used != name && how.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                    offences.push(format!("crates/{name}/Cargo.toml: {used} must come from the workspace's shelf"));
                }
            }
        }
    }
    hold("One set of lints, one version of everything:", &offences);
}
