//! Folders and checkouts, with what may lie in them and what may become of them.

use std::{fs, os::unix::fs::symlink, path::Path};

use connect::{
    documents::{Found, Outcome},
    folder::Folder,
};

fn put(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
}

fn all(folder: &mut Folder) -> Vec<Found> {
    std::iter::from_fn(|| folder.read_next().expect("there")).collect()
}

#[test]
fn documents_are_listed_and_nothing_outside_is_read() {
    let outside = tempfile::tempdir().expect("a folder");
    put(outside.path(), &[("secret.md", "# Secret\n\nNot yours.\n")]);
    let root = tempfile::tempdir().expect("a folder");
    put(
        root.path(),
        &[
            ("b.md", "# B\n\nText.\n"),
            ("a/deep.txt", "Deep text.\n"),
            ("a/logo.png", "x"),
            ("build/out.md", "# Built\n\nText.\n"),
            (".gitignore", "build/\n"),
            (".hidden.md", "# Hidden\n"),
            (".git/HEAD", "ref: refs/heads/main\n"),
            (".git/refs/heads/main", "0123456789012345678901234567890123456789\n"),
            ("x.zip", "PK"),
        ],
    );
    symlink(outside.path().join("secret.md"), root.path().join("link.md")).expect("linked");
    symlink(outside.path(), root.path().join("linked")).expect("linked");

    let mut folder = Folder::open(root.path()).expect("listed");
    assert_eq!(folder.commit().as_deref(), Some("0123456789012345678901234567890123456789"));
    assert!(folder.is_complete());
    assert_eq!(folder.total(), 4);
    let found = all(&mut folder);
    let told: Vec<(&str, bool)> =
        found.iter().map(|f| (f.place.as_str(), matches!(f.outcome, Outcome::Read(_)))).collect();
    assert_eq!(told, [("link.md", false), ("a/deep.txt", true), ("b.md", true), ("x.zip", false)]);
}

#[test]
fn a_packed_branch_and_a_detached_head_are_read_as_git_writes_them() {
    let id = "abcdefabcdefabcdefabcdefabcdefabcdefabcd";
    let packed = format!("# pack-refs with: peeled\n{id} refs/heads/main\n^{id}\n");
    for files in [
        vec![(".git/HEAD", "ref: refs/heads/main\n"), (".git/packed-refs", packed.as_str())],
        vec![(".git/HEAD", id)],
        vec![(".git", "gitdir: elsewhere\n"), ("elsewhere/HEAD", id)],
    ] {
        let root = tempfile::tempdir().expect("a folder");
        put(root.path(), &files);
        put(root.path(), &[("a.md", "# A\n\nText.\n")]);
        assert_eq!(Folder::open(root.path()).expect("listed").commit().as_deref(), Some(id));
    }
    for head in ["ref: ../../etc/passwd\n", "not an id\n", ""] {
        let root = tempfile::tempdir().expect("a folder");
        put(root.path(), &[(".git/HEAD", head), ("a.md", "# A\n\nText.\n")]);
        assert_eq!(Folder::open(root.path()).expect("listed").commit(), None, "{head}");
    }
}

#[test]
fn a_folder_that_goes_away_is_an_error_and_a_file_that_goes_away_is_gone() {
    let root = tempfile::tempdir().expect("a folder");
    put(root.path(), &[("a.md", "# A\n\nText.\n"), ("b.md", "# B\n\nText.\n"), ("c.md", "# C\n\nText.\n")]);
    let mut folder = Folder::open(root.path()).expect("listed");
    fs::remove_file(root.path().join("a.md")).expect("removed");
    assert_eq!(folder.read_next().expect("there").expect("one").outcome, Outcome::Gone);
    assert!(matches!(folder.read_next().expect("there").expect("one").outcome, Outcome::Read(_)));
    fs::remove_dir_all(root.path()).expect("removed");
    assert!(folder.read_next().expect_err("gone").0.contains("Nothing was withdrawn"));
    assert!(Folder::open(root.path()).is_err());
    fs::create_dir(root.path()).expect("made again, as an empty mount point");
    assert!(Folder::open(root.path()).expect_err("empty").0.contains("empty"));
}
