//! T090, T091, T096.

use proptest::prelude::*;
use tlog::export::*;
use tlog::*;

use crate::naive;
use crate::note::key;

const ORIGIN: &str = "desk.example.com/audit";

fn entry(i: u64) -> String {
    format!("{{\"event\":\"ReplyApproved\",\"n\":{i},\"note\":\"é\\u0001\"}}")
}

fn note(entries: &[String]) -> String {
    let leaves: Vec<Hash> = entries.iter().map(|e| leaf_hash(e.as_bytes())).collect();
    Checkpoint { origin: ORIGIN.into(), size: entries.len() as u64, root: naive::root(&leaves) }.sign(&key()).unwrap()
}

/// An export of these entries, with a checkpoint at each of `sizes`.
fn export(entries: &[String], sizes: &[usize]) -> Vec<u8> {
    let key = key();
    let mut writer = ExportWriter::new(Vec::new(), ORIGIN, Some(key.verifying_key())).unwrap();
    for size in 0..=entries.len() {
        if sizes.contains(&size) {
            writer.checkpoint(&note(&entries[..size])).unwrap();
        }
        if let Some(entry) = entries.get(size) {
            writer.entry(entry).unwrap();
        }
    }
    writer.finish().unwrap()
}

fn entries(n: u64) -> Vec<String> {
    (0..n).map(entry).collect()
}

fn verify(file: &[u8]) -> Result<Report, ExportError> {
    verify_export(file, key().verifying_key(), &[])
}

fn located(file: &[u8]) -> Option<Location> {
    verify(file).unwrap_err().location()
}

fn lines(file: &[u8]) -> Vec<Vec<u8>> {
    file.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

#[test]
fn edge_sizes_verify() {
    for n in [0, 1, 2, 3, 4, 5, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025] {
        let entries = entries(n);
        let report = verify(&export(&entries, &[0, n as usize / 2, n as usize])).unwrap();
        let leaves: Vec<Hash> = entries.iter().map(|e| leaf_hash(e.as_bytes())).collect();
        assert_eq!((report.size, report.root), (n, naive::root(&leaves)));
        assert_eq!(report.anchoring, Anchoring::NotAnchored);
        assert!(report.anchoring.to_string().starts_with("not externally anchored"));
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_long_log_names_its_entry() {
    let file = export(&entries(10_000), &[3_000, 10_000]);
    let mut start = 0;
    for (number, line) in lines(&file).iter().enumerate() {
        if number % 101 == 5 {
            let mut broken = file.clone();
            let byte = number / 101 % line.len();
            broken[start + byte] ^= 1 << (number % 8);
            if let Some(index) = entry_of(line) {
                assert_eq!(located(&broken), Some(Location::Entry(index)), "line {number}");
            }
        }
        start += line.len();
    }
}

/// The entry that stands on this line, if it is an entry's.
fn entry_of(line: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(line).unwrap().strip_prefix("{\"index\":")?;
    digits.split(',').next()?.parse().ok()
}

#[test]
fn every_single_bit_counts() {
    let file = export(&entries(2), &[1, 2]);
    for bit in 0..file.len() * 8 {
        let mut broken = file.clone();
        broken[bit / 8] ^= 1 << (bit % 8);
        verify(&broken).unwrap_err();
    }
}

#[test]
fn flips_at_the_edges_are_found_and_name_their_entry() {
    let file = export(&entries(260), &[258, 260]);
    let mut start = 0;
    for (number, line) in lines(&file).iter().enumerate() {
        // The lines at the ends and around the block hash and the checkpoints.
        if (3..255).contains(&number) {
            start += line.len();
            continue;
        }
        // Eleven shares no factor with eight, so every place within a byte has its turn.
        for bit in (0..line.len() * 8).step_by(11) {
            let mut broken = file.clone();
            broken[start + bit / 8] ^= 1 << (bit % 8);
            let error = verify(&broken).unwrap_err();
            if let Some(index) = entry_of(line) {
                assert_eq!(error.location(), Some(Location::Entry(index)), "{number} {bit}: {error}");
            }
        }
        start += line.len();
    }
}

#[test]
fn swaps_deletions_and_copies_are_named() {
    let entries = entries(10_000);
    let file = export(&entries, &[10_000]);
    let all = lines(&file);
    let line_of = |i: usize| 1 + i + i / 256;
    for i in [0, 1, 254, 255, 256, 4_321, 9_998] {
        let mut swapped = all.clone();
        swapped.swap(line_of(i), line_of(i + 1));
        assert_eq!(located(&swapped.concat()), Some(Location::Entry(i as u64)), "swap {i}");

        let mut far = all.clone();
        far.swap(line_of(i), line_of(9_999));
        assert_eq!(located(&far.concat()), Some(Location::Entry(i as u64)), "far swap {i}");

        let mut shorter = all.clone();
        shorter.remove(line_of(i));
        assert_eq!(located(&shorter.concat()), Some(Location::Entry(i as u64)), "deletion {i}");

        let mut longer = all.clone();
        longer.insert(line_of(i), all[line_of(i)].clone());
        let place = located(&longer.concat());
        // The copy stands where the next entry, or the block's hash, should.
        assert_eq!(place, Some(Location::Entry(i as u64 + 1)), "copy {i}");
    }
}

/// Somebody edits an entry and repairs what he can without the key.
#[test]
fn forged_hashes_are_located_as_far_as_honestly_possible() {
    let mut forged = entries(2_000);
    let truth = forged.clone();
    forged[700] = "forged".into();
    let checkpoints = |file: Vec<u8>| {
        let mut all = lines(&file);
        let last = all.len() - 1;
        all[last] = lines(&export(&truth, &[2_000])).pop().unwrap();
        all
    };
    let true_lines = lines(&export(&truth, &[2_000]));
    // Entry and its hash, not the block: the block of 256 is named.
    let mut all = checkpoints(export(&forged, &[2_000]));
    let block_line = all.iter().position(|l| l.starts_with(b"{\"block\":2,")).unwrap();
    let forged_block = std::mem::replace(&mut all[block_line], true_lines[block_line].clone());
    assert_eq!(located(&all.concat()), Some(Location::Between { from: 512, to: 768 }));
    // Block too: everything since the last checkpoint that holds.
    all[block_line] = forged_block;
    assert_eq!(located(&all.concat()), Some(Location::Between { from: 0, to: 2_000 }));
    // With more checkpoints it is narrower.
    let mut all = lines(&export(&forged, &[600, 2_000]));
    let last = all.len() - 1;
    all[last] = true_lines.last().unwrap().clone();
    assert_eq!(located(&all.concat()), Some(Location::Between { from: 600, to: 2_000 }));
}

#[test]
fn a_rewritten_log_falls_to_any_anchor_and_only_to_an_anchor() {
    let truth = entries(1_000);
    let mut rewritten = truth.clone();
    rewritten[123] = "somebody else approved this".into();
    let file = export(&rewritten, &[500, 1_000]);
    let key = key();
    let anchor = |n: usize| Checkpoint::open(&note(&truth[..n]), key.verifying_key()).unwrap();

    let report = verify(&file).unwrap();
    assert_eq!(report.anchoring, Anchoring::NotAnchored);

    for n in [124, 300, 1_000] {
        let error = verify_export(file.as_slice(), key.verifying_key(), &[anchor(n), anchor(100)]).unwrap_err();
        assert_eq!(error.location(), Some(Location::Between { from: 100, to: n as u64 }), "{error}");
    }
    // An anchor from before the rewritten entry vouches only for what it covers.
    let before = verify_export(file.as_slice(), key.verifying_key(), &[anchor(100)]).unwrap();
    assert_eq!(before.anchoring, Anchoring::Anchored { size: 100 });
    // A log shortened and signed again.
    let short = export(&truth[..400], &[400]);
    let error = verify_export(short.as_slice(), key.verifying_key(), &[anchor(900)]).unwrap_err();
    assert_eq!(error.location(), Some(Location::Entry(400)));
}

#[test]
fn hostile_files_are_refused() {
    let good = export(&entries(300), &[300]);
    let text = String::from_utf8(good.clone()).unwrap();
    for (from, to) in [
        ("\"index\":7,", "\"index\":184467440737095516160,"),
        ("\"index\":7,", "\"index\":-7,"),
        ("\"index\":7,", "\"index\":7.0,"),
        ("\"index\":7,", "\"index\":7,\"index\":7,"),
        ("\"index\":7,", "\"block\":0,"),
        ("\"hash\":\"", "\"hash\":\"!"),
        ("\"block\":0", "\"block\":1"),
        ("tlog-export@v1", "tlog-export@v2"),
        ("\"checkpoint\"", "\"other\""),
    ] {
        assert!(text.contains(from));
        verify(text.replacen(from, to, 1).as_bytes()).unwrap_err();
    }
    for cut in (0..good.len()).step_by(101).chain([good.len() - 1]) {
        verify(&good[..cut]).unwrap_err();
    }
    // A second checkpoint for the same size, and one that covers entries still to come.
    let last = lines(&good).pop().unwrap();
    verify(&[good.clone(), last.clone()].concat()).unwrap_err();
    let mut early = lines(&good);
    early.insert(10, last);
    assert!(matches!(verify(&early.concat()), Err(ExportError::Misplaced { at: 9, size: 300 })));
    let endless = [lines(&good)[0].clone(), vec![b'['; 17 << 20]].concat();
    assert!(matches!(verify(&endless), Err(ExportError::Line { line: 2, at: 0 })));
}

proptest! {
    #[test]
    fn any_edit_of_a_file_is_refused(at in any::<prop::sample::Index>(), junk in prop::collection::vec(any::<u8>(), 0..20), drop in 0_usize..20) {
        let good = export(&entries(3), &[2, 3]);
        let at = at.index(good.len());
        let end = (at + drop).min(good.len());
        let mut bytes = good.clone();
        bytes.splice(at..end, junk);
        // Cutting exactly after the first checkpoint leaves an honest, shorter log.
        prop_assume!(bytes != good && !good.starts_with(&bytes));
        prop_assert!(verify(&bytes).is_err());
    }
}
