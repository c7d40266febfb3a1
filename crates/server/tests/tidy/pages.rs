//! Pages and committed files: links lead somewhere, words exist, no machine is named.

use std::collections::BTreeSet;

use crate::workspace::{File, hold, read, root, rust_files, tracked};

/// Pages a reader starts from; each must exist.
const PAGES: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md", "LICENSE"];

#[test]
fn the_first_pages_exist() {
    let missing: Vec<String> = PAGES.iter().filter(|p| !root().join(p).is_file()).map(|p| (*p).to_owned()).collect();
    hold("These pages must exist:", &missing);
}

/// Targets of `[text](target)` that point into the repository, without their anchors.
fn local_links(page: &str) -> Vec<String> {
    page.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:"))
        .map(|target| target.split('#').next().unwrap_or_default().to_owned())
        .filter(|target| !target.is_empty())
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    assert_eq!(local_links("[a](b.md#c) ![d](e/f.png) [g](#h) [i](https://j.example)"), ["b.md", "e/f.png"]);
    let mut offences = Vec::new();
    for page in tracked().iter().filter(|f| f.path.ends_with(".md") && !f.path.starts_with("fixtures/")) {
        let folder = root().join(&page.path).parent().map(std::path::Path::to_owned).unwrap_or_else(root);
        for target in local_links(&page.text) {
            if !folder.join(&target).exists() {
                offences.push(format!("{} links to {target}, which is not there", page.path));
            }
        }
    }
    hold("A link leads to a file of this repository:", &offences);
}

/// Names of public types in a crate.
fn types_of(name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in rust_files(&format!("crates/{name}/src")) {
        for line in file.text.lines().map(str::trim_start) {
            for keyword in ["pub struct ", "pub enum ", "pub trait ", "pub type "] {
                if let Some(rest) = line.strip_prefix(keyword) {
                    found.insert(rest.chars().take_while(|c| c.is_alphanumeric()).collect());
                }
            }
        }
        // The ids are declared in one list.
        if file.path.ends_with("desk/src/ids.rs") {
            found.extend(file.text.lines().filter_map(|l| Some(l.trim().strip_suffix("Id,")?.to_owned() + "Id")));
        }
    }
    found
}

#[test]
fn glossary_words_in_code_font_are_types() {
    let Some(glossary) = read("GLOSSARY.md") else {
        panic!("GLOSSARY.md: this page must exist");
    };
    let types: BTreeSet<String> =
        ["desk", "store", "outbox", "redact", "tlog", "logmine"].into_iter().flat_map(types_of).collect();
    let first_cells = glossary.lines().filter_map(|line| line.trim().strip_prefix('|')?.split('|').next());
    let bold: Vec<&str> = first_cells.filter(|cell| cell.contains("**")).collect();
    assert!(bold.len() >= 20, "GLOSSARY.md: a table whose first column holds the words in bold");
    let mut offences = Vec::new();
    let mut seen = BTreeSet::new();
    for cell in bold {
        let word = cell.replace(['*', '`'], "").trim().to_owned();
        if !seen.insert(word.to_lowercase()) {
            offences.push(format!("GLOSSARY.md explains {word} twice"));
        }
        // In code font a word claims to be a type; in plain bold it is only a word.
        if cell.contains('`') && !types.contains(&word) {
            offences.push(format!("GLOSSARY.md writes {word} in code font, but no type has this name"));
        }
    }
    hold("A word has one meaning, and a type's word is the type's name:", &offences);
}

/// Fields of the configuration, as `config.rs` declares them.
fn settings() -> Vec<String> {
    let files = [
        "crates/server/src/config.rs",
        "crates/server/src/config/model.rs",
        "crates/server/src/config/portal.rs",
        "crates/server/src/config/receiver.rs",
        "crates/server/src/telemetry/config.rs",
    ];
    let text: String = files.into_iter().filter_map(read).collect();
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("pub struct ") {
            inside = true;
        } else if line.starts_with('}') {
            inside = false;
        } else if let (true, Some(rest)) = (inside, line.strip_prefix("    pub ")) {
            names.extend(rest.split_once(':').map(|(name, _)| name.to_owned()));
        }
    }
    names.into_iter().collect()
}

#[test]
fn the_page_of_settings_names_every_setting() {
    let path = "docs/operate/configuration.md";
    let page = read(path).unwrap_or_else(|| panic!("{path}: this page must exist"));
    let settings = settings();
    assert!(settings.len() >= 10, "crates/server/src/config.rs: the settings are public fields of structs");
    let named = |name: &str| {
        [format!("`{name}`"), format!("{name} ="), format!("[{name}]"), format!(".{name}"), format!("`{name}.")]
            .iter()
            .any(|w| page.contains(w))
    };
    let missing: Vec<String> =
        settings.iter().filter(|name| !named(name)).map(|name| format!("{path} does not name {name}")).collect();
    hold("Every setting is explained:", &missing);
}

/// Words that would name a machine or a host of packages, spelled so that this file does not offend.
fn forbidden() -> Vec<String> {
    let folders = [["/wo", "rk/"], ["/ro", "ot/"], ["/t", "mp/"]];
    let hosts = [["crates", ".io"], ["npmjs", ".org"], ["pypi", ".org"], ["pythonhosted", ".org"], ["docker", ".io"]];
    folders.iter().chain(&hosts).map(|parts| parts.concat()).collect()
}

fn names_a_machine(file: &File) -> Option<String> {
    let words = forbidden();
    for (number, line) in file.text.lines().enumerate() {
        for word in &words {
            for (at, _) in line.match_indices(word.as_str()) {
                // A folder counts only where a path begins: `src/work/` is somebody's own.
                let before = line[..at].chars().next_back();
                let inside_a_path =
                    word.starts_with('/') && before.is_some_and(|c| c.is_alphanumeric() || "._-~}".contains(c));
                if !inside_a_path {
                    return Some(format!("{}:{} says {word}", file.path, number + 1));
                }
            }
        }
    }
    None
}

#[test]
fn no_file_names_a_machine_or_a_host_of_packages() {
    let locks = ["Cargo.lock", "console/package-lock.json"];
    let offences: Vec<String> = tracked()
        .iter()
        .filter(|f| !locks.contains(&f.path.as_str()) && !f.path.starts_with("fixtures/mail/"))
        .filter_map(names_a_machine)
        .collect();
    hold("What is committed works on any machine:", &offences);
}
