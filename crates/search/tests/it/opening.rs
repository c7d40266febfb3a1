use super::{feed, ids, passage, search};
use search::{Filter, Index, OpenError, Opened};
use std::{fs, path::Path};

fn animals(folder: &Path) -> Index {
    let index = Index::open(folder).unwrap().into_index();
    feed(&index, &[passage("w", "Walrus", "The walrus sleeps.", "x"), passage("s", "Seal", "The seal swims.", "x")]);
    for missing in index.missing_vectors(9).unwrap() {
        index.set_vector(missing.key, &[1.0, 0.5]).unwrap();
    }
    index.commit(42).unwrap();
    index
}

#[test]
fn reopening_continues_where_the_commit_was() {
    let folder = tempfile::tempdir().unwrap();
    let index = animals(folder.path());
    index.remove_group("g-w");
    drop(index);
    let Opened::Resumed(index) = Index::open(folder.path()).unwrap() else { panic!("not resumed") };
    assert_eq!((index.cursor(), index.len()), (42, 2));
    assert_eq!(ids(&search(&index, "walrus", &Filter::everything())), ["w"]);
    assert!(index.missing_vectors(9).unwrap().is_empty());
    assert!(matches!(Index::open(folder.path()), Err(OpenError::InUse(_))));
}

#[test]
fn deleted_vectors_are_missing_again_and_a_deleted_folder_starts_at_zero() {
    let folder = tempfile::tempdir().unwrap();
    drop(animals(folder.path()));
    fs::remove_file(folder.path().join("vectors")).unwrap();
    let index = Index::open(folder.path()).unwrap().into_index();
    assert_eq!((index.cursor(), index.missing_vectors(9).unwrap().len()), (42, 2));
    drop(index);
    fs::remove_dir_all(folder.path().join("words")).unwrap();
    let Opened::Created(index) = Index::open(folder.path()).unwrap() else { panic!("not created") };
    assert_eq!((index.cursor(), index.len()), (0, 0));
}

#[test]
fn a_damaged_file_means_rebuild_and_files_of_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    drop(animals(folder.path()));
    let files: Vec<_> = fs::read_dir(folder.path().join("words")).unwrap().map(|file| file.unwrap().path()).collect();
    let segment_files = files.iter().filter(|file| file.file_stem().is_some_and(|stem| stem.len() == 32)).count();
    assert!(segment_files > 3, "{files:?}");
    for file in files.iter().filter_map(|file| file.file_name()) {
        for damage in
            [&|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2) as _, &|bytes: &mut Vec<u8>| bytes.fill(0xff) as _]
                as [&dyn Fn(&mut Vec<u8>); 2]
        {
            let copy = tempfile::tempdir().unwrap();
            fs::create_dir(copy.path().join("words")).unwrap();
            for file in &files {
                fs::copy(file, copy.path().join("words").join(file.file_name().unwrap())).unwrap();
            }
            fs::write(copy.path().join("notes.txt"), "not ours").unwrap();
            let victim = copy.path().join("words").join(file);
            let mut bytes = fs::read(&victim).unwrap();
            let was_empty = bytes.is_empty();
            damage(&mut bytes);
            fs::write(&victim, bytes).unwrap();
            let opened = Index::open(copy.path()).unwrap();
            let is_rebuild = matches!(opened, Opened::Rebuild { .. });
            assert!(is_rebuild || was_empty, "{file:?}");
            let index = opened.into_index();
            assert!(!is_rebuild || (index.cursor(), index.len()) == (0, 0));
            feed(&index, &[passage("n", "Newt", "newt", "x")]);
            assert_eq!(ids(&search(&index, "newt", &Filter::everything())), ["n"]);
            assert!(copy.path().join("notes.txt").exists());
        }
    }
}

#[test]
fn another_format_means_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    drop(animals(folder.path()));
    let meta = folder.path().join("words").join("meta.json");
    let text = fs::read_to_string(&meta).unwrap();
    let older = text.replace("\\\"format\\\":3", "\\\"format\\\":0");
    assert_ne!(text, older);
    fs::write(&meta, older).unwrap();
    assert!(matches!(Index::open(folder.path()).unwrap(), Opened::Rebuild { .. }));
}
