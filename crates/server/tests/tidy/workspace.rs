//! Finding and reading the files the rules are about.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A file of the workspace.
pub struct File {
    /// Path from the workspace's root, with forward slashes.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl File {
    /// The text without `//` comments, so that prose does not look like code.
    pub fn code(&self) -> String {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
    }
}

/// The workspace's root folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the server crate stands two folders below the root")
        .to_owned()
}

/// A file's text, if it is there.
pub fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Names of the crates, by folder.
pub fn crates() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("crates"))
        .expect("crates/ can be listed")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| root().join("crates").join(name).join("Cargo.toml").exists())
        .collect();
    names.sort();
    names
}

/// Every Rust file below `folder`, sorted by path; none when the folder is not there.
pub fn rust_files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    let mut files: Vec<File> = found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .filter_map(|path| {
            let name = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
            Some(File { path: name, text: fs::read_to_string(&path).ok()? })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// Every file under version control that is text. Empty where there is no repository (a release archive).
pub fn tracked() -> Vec<File> {
    let Ok(output) = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(|path| Some(File { path: path.to_owned(), text: read(path)? }))
        .collect()
}

/// A TOML file, read.
pub fn toml(path: &str) -> toml::Table {
    let text = read(path).unwrap_or_else(|| panic!("{path}: this file must exist"));
    text.parse().unwrap_or_else(|e| panic!("{path}: not TOML: {e}"))
}

/// Names that code takes from `root::`: the next segment of each path, also inside `root::{...}`.
pub fn names_under(root: &str, code: &str) -> Vec<String> {
    let needle = format!("{root}::");
    let mut names = Vec::new();
    for (at, _) in code.match_indices(&needle) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = code[at + needle.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_segments(group)),
            None => names.push(word(rest)),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The first segment of each member of a `{...}` group whose opening brace was taken.
fn first_segments(group: &str) -> Vec<String> {
    let (mut depth, mut member, mut names) = (0_usize, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(word(std::mem::take(&mut member).trim())),
            _ => {}
        }
        if depth == 0 && c != ',' {
            member.push(c);
        }
    }
    names.push(word(member.trim()));
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Fails with one line per offence, under the rule's sentence.
#[track_caller]
pub fn hold(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "\n{rule}\n  {}\n", offences.join("\n  "));
}

#[test]
fn names_are_found_in_paths_and_groups() {
    let code = "use crate::{api::x, flow::{a, b}, jobs};\nuse crate::keys::Key; my_crate::no; crate::app()";
    assert_eq!(names_under("crate", code), ["api", "flow", "jobs", "keys", "app"]);
}
