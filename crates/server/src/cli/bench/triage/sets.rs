//! Data sets on disk: a folder with `train`, `test` and perhaps a validation split, as CSV, TSV or JSON lines.

use std::path::{Path, PathBuf};

use classify::Example;

use crate::cli::{
    Failure,
    rows::{self, Labels},
};

const KINDS: [&str; 3] = ["csv", "jsonl", "tsv"];
const VALIDATION: [&str; 4] = ["val", "valid", "validation", "dev"];
/// The label of rows that belong to no label, where a set marks them so.
pub const OUTSIDE: &str = "oos";

/// One data set.
pub struct Set {
    /// The folder's name.
    pub name: String,
    /// To learn from.
    pub train: Vec<Example>,
    /// To calibrate on; may be empty.
    pub validation: Vec<Example>,
    /// To measure on.
    pub test: Vec<Example>,
    /// Test texts of none of the labels; may be empty.
    pub outside: Vec<Example>,
}

/// The folder itself, or the folders in it, that hold a train and a test split with a header line.
pub fn find(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_set = |path: &Path| file(path, &["train"]).is_some() && file(path, &["test"]).is_some() && !headless(path);
    if is_set(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder).map_err(|e| {
        Failure::BadInput(format!(
            "{} cannot be read: {e}. Name the folder of the data sets with --data.",
            folder.display()
        ))
    })?;
    let mut found: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| is_set(p)).collect();
    found.sort();
    Ok(found)
}

/// Whether a list of label names stands beside the splits: then rows hold numbers, and [`super::feelings`] reads them.
fn headless(folder: &Path) -> bool {
    folder.join("labels.txt").is_file()
}

fn file(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    let all = names.iter().flat_map(|name| KINDS.iter().map(move |kind| format!("{name}.{kind}")));
    all.map(|name| folder.join(name)).find(|path| path.is_file())
}

impl Set {
    /// Reads it; vectors come later.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let part =
            |names: &[&str]| file(folder, names).map_or(Ok(Vec::new()), |path| rows::read(&path, Labels::Needed));
        let inside = |rows: Vec<Example>| rows.into_iter().partition::<Vec<_>, _>(|e| e.label != OUTSIDE);
        let (test, mut outside) = inside(part(&["test"])?);
        outside.extend(part(&["oos_test"])?);
        let named = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        Ok(Self {
            name: named.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            train: inside(part(&["train"])?).0,
            validation: inside(part(&VALIDATION)?).0,
            test,
            outside,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_found_by_their_splits() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        };
        write("a/train.csv", "text,label\nx,1\n");
        write("a/dev.csv", "text,label\nv,1\n");
        write("a/test.jsonl", "{\"text\":\"y\",\"label\":\"1\"}\n{\"text\":\"z\",\"label\":\"oos\"}\n");
        write("b/notes.txt", "");
        let found = find(folder.path()).expect("readable");
        assert_eq!(found, [folder.path().join("a")]);
        assert_eq!(find(&found[0]).expect("readable"), found);
        let set = Set::read(&found[0]).expect("a set");
        let counts = (set.train.len(), set.validation.len(), set.test.len(), set.outside.len());
        assert_eq!((set.name.as_str(), counts), ("a", (1, 1, 1, 1)));
    }
}
