//! Erasure from the files: a deleted passage leaves them when its segment is written anew.

use std::{collections::HashSet, path::Path, thread, time::Duration};

use tantivy::{IndexWriter, index::SegmentId};

use crate::IndexError;

/// Background merges and running searches hold segments; they are given this many waits.
const ATTEMPTS: u32 = 40;
const WAIT: Duration = Duration::from_millis(50);

/// Rewrites every segment that has deleted documents.
pub(crate) fn merge_deletes(words: &mut IndexWriter) -> Result<(), IndexError> {
    let mut problem = None;
    for _ in 0..ATTEMPTS {
        let metas = words.index().searchable_segment_metas()?;
        let dirty: Vec<SegmentId> = metas.iter().filter(|meta| meta.has_deletes()).map(|meta| meta.id()).collect();
        if dirty.is_empty() {
            return Ok(());
        }
        // A segment in a background merge cannot be merged a second time; that merge drops its deletes too.
        problem = words.merge(&dirty).wait().err();
        if problem.is_some() {
            thread::sleep(WAIT);
        }
    }
    Err(problem.map_or(IndexError::PurgeIncomplete(1), IndexError::from))
}

/// Deletes files of segments that are no longer part of the index, and says so when some remain.
pub(crate) fn collect_garbage(words: &IndexWriter) -> Result<(), IndexError> {
    let mut left = 0;
    for _ in 0..ATTEMPTS {
        words.garbage_collect_files().wait()?;
        let current: HashSet<String> =
            words.index().searchable_segment_ids()?.iter().map(SegmentId::uuid_string).collect();
        let files = words.index().directory().list_managed_files();
        left = files.iter().filter(|file| is_outdated_segment(file, &current)).count();
        if left == 0 {
            return Ok(());
        }
        thread::sleep(WAIT);
    }
    Err(IndexError::PurgeIncomplete(left))
}

/// Segment files are named after the segment's 32 hexadecimal digits.
fn is_outdated_segment(file: &Path, current: &HashSet<String>) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()) && !current.contains(stem)
}
