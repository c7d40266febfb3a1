use super::{feed, ids, passage, search};
use search::{Filter, Index};
use std::{fs, path::Path};

/// Files below the folder that contain the bytes.
fn holding(folder: &Path, needle: &[u8]) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            count += holding(&entry.path(), needle);
        } else {
            let bytes = fs::read(entry.path()).unwrap();
            count += usize::from(bytes.windows(needle.len()).any(|window| window == needle));
        }
    }
    count
}

#[test]
fn purged_text_and_vectors_are_in_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap().into_index();
    let secret = passage("s1", "Xylophonia", "The xylophonia of Quentin.", "x");
    feed(&index, &[secret.clone(), passage("k", "Keeper", "The keeper stays.", "x")]);
    index.set_vector(secret.vector_key(), &[1.0, 2.0]).unwrap();
    index.commit(2).unwrap();
    let key = fs::read(folder.path().join("vectors")).unwrap();
    let record = key[key.len() - 18..key.len() - 10].to_vec();
    assert!(holding(folder.path(), b"xylophonia") > 0 && holding(folder.path(), &record) > 0);
    index.remove_group("g-s1");
    index.purge().unwrap();
    for gone in [&b"xylophonia"[..], b"Xylophonia", b"Quentin", b"quentin", b"g-s1"] {
        assert_eq!(holding(folder.path(), gone), 0, "{}", String::from_utf8_lossy(gone));
    }
    assert_eq!(holding(folder.path(), &record), 0);
    assert_eq!(ids(&search(&index, "keeper", &Filter::everything())), ["k"]);
    assert_eq!(index.cursor(), 2);
    index.purge().unwrap();
}
