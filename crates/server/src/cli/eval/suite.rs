//! Cases in a folder.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use desk::eval::{self, Case};

use crate::cli::Failure;

/// Most cases of one suite.
const CASES_MAX: usize = 100_000;
/// Deepest folder within it.
const DEPTH_MAX: usize = 8;

/// A case and the file it stands in.
pub struct Filed {
    /// Path from where the command was called.
    pub path: PathBuf,
    /// The case.
    pub case: Case,
}

/// How many cases belong to other suites than the one at hand, and to which; none where there are none.
pub fn told_of_others<'a>(others: impl Iterator<Item = &'a Case>) -> Option<String> {
    let mut suites: BTreeMap<&str, usize> = BTreeMap::new();
    for case in others {
        *suites.entry(case.suite.as_deref().unwrap_or("this desk")).or_default() += 1;
    }
    let cases: usize = suites.values().sum();
    let names: Vec<&str> = suites.into_keys().collect();
    (cases > 0).then(|| format!("{cases} cases of other suites ({})", names.join(", ")))
}

/// Every case of a folder, in the order of their paths.
///
/// # Errors
/// Every file that does not read with its line; a folder that cannot be read, or holds no case.
pub fn read(folder: &Path) -> Result<Vec<Filed>, Failure> {
    let mut paths = Vec::new();
    find(folder, 0, &mut paths)
        .map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}. Name a folder of cases.", folder.display())))?;
    paths.sort_unstable();
    if paths.is_empty() {
        let why = format!("{} holds no case; a case is a file that ends in .yaml.", folder.display());
        return Err(Failure::BadInput(why));
    }
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        match read_one(&path) {
            Ok(case) => cases.push(Filed { path, case }),
            Err(told) => problems.extend(told),
        }
    }
    let mut names: BTreeMap<&str, &Path> = BTreeMap::new();
    for filed in &cases {
        if let Some(first) = names.insert(&filed.case.id, &filed.path) {
            let (path, id) = (filed.path.display(), &filed.case.id);
            problems.push(format!("{path}: {} is called “{id}” as well; give each its own id.", first.display()));
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(Failure::BadInput(problems.join("\n"))) }
}

fn find(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_case = name.ends_with(".yaml") || name.ends_with(".yml");
        if name.starts_with('.') {
            continue;
        }
        // Links to folders are not followed, so that no suite is without end.
        if entry.file_type()?.is_dir() && depth < DEPTH_MAX {
            find(&entry.path(), depth + 1, into)?;
        } else if is_case && entry.path().is_file() {
            into.push(entry.path());
        }
        if into.len() > CASES_MAX {
            return Err(io::Error::other(format!("it holds more than {CASES_MAX} files")));
        }
    }
    Ok(())
}

fn read_one(path: &Path) -> Result<Case, Vec<String>> {
    let told = |why: String| vec![format!("{}: {why}", path.display())];
    let bytes = fs::metadata(path).map_err(|e| told(e.to_string()))?.len();
    if bytes > eval::FILE_BYTES_MAX as u64 {
        return Err(told(format!("it is longer than {} kB; a case is shorter.", eval::FILE_BYTES_MAX / 1024)));
    }
    let text = fs::read_to_string(path).map_err(|e| told(format!("{e}; a case is text in UTF-8.")))?;
    eval::read(&text).map_err(|problems| {
        problems.iter().map(|p| format!("{}, line {}: {}", path.display(), p.line, p.why)).collect()
    })
}
