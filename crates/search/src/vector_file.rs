//! The vectors' sidecar file: a header line, then fixed-size records, each with its own checksum.
//!
//! New vectors are appended and synced before the words are committed; whenever vectors went away for good the file
//! is written anew beside the old one and renamed over it. A torn tail, a lost file or a foreign header costs
//! vectors (they are listed as missing again), never an error.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    schema::FORMAT,
    vectors::{Row, Rows, Stored},
};

/// Vectors are moved together once fewer than one slot in so many holds one.
const SPARSE: usize = 2;

#[derive(Serialize, Deserialize, PartialEq, Debug)]
struct Header {
    format: u32,
    space: String,
    dimensions: usize,
}

/// All vectors by content key, and what the file knows of them.
pub(crate) struct VectorFile {
    path: Option<PathBuf>,
    pub space: String,
    /// 0 until the first vector arrives.
    pub dimensions: usize,
    pub rows: Rows,
    /// Where each key's vector lies in `rows`.
    pub slots: HashMap<u64, u32>,
    added: Vec<u64>,
    stale: bool,
}

impl VectorFile {
    pub(crate) fn empty(path: Option<PathBuf>) -> Self {
        Self {
            path,
            space: String::new(),
            dimensions: 0,
            rows: Rows::default(),
            slots: HashMap::new(),
            added: Vec::new(),
            stale: true,
        }
    }

    /// Whatever can be read of the file.
    pub(crate) fn open(path: PathBuf) -> Self {
        let bytes = fs::read(&path).unwrap_or_default();
        let mut file = Self::empty(Some(path));
        let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return file };
        let (head, body) = bytes.split_at(end + 1);
        let Ok(header) = serde_json::from_slice::<Header>(head) else { return file };
        if header.format != FORMAT || header.dimensions > 1 << 16 {
            return file;
        }
        (file.space, file.dimensions) = (header.space, header.dimensions);
        let size = record_size(file.dimensions);
        let whole = body.len().is_multiple_of(size);
        let mut good = true;
        for record in body.chunks_exact(size) {
            match decode(record) {
                Some((key, row)) => drop(file.put(key, &row)),
                None => good = false,
            }
        }
        file.stale = !(whole && good);
        file
    }

    pub(crate) fn set(&mut self, key: u64, row: &Row) {
        self.dimensions = row.values.len();
        self.stale |= self.put(key, row);
        self.added.push(key);
    }

    /// Returns whether the key had another vector.
    fn put(&mut self, key: u64, row: &Row) -> bool {
        let slot = self.rows.push(row);
        let before = self.slots.insert(key, slot);
        before.into_iter().for_each(|slot| self.rows.erase(slot));
        before.is_some()
    }

    /// The vector of a key.
    pub(crate) fn get(&self, key: u64) -> Option<Stored<'_>> {
        self.rows.get(*self.slots.get(&key)?)
    }

    /// Forgets every vector when they come from another model.
    pub(crate) fn use_space(&mut self, space: &str) {
        if self.space != space {
            let path = self.path.take();
            *self = Self { space: space.to_owned(), ..Self::empty(path) };
        }
    }

    pub(crate) fn retain(&mut self, is_live: impl Fn(u64) -> bool) {
        let rows = &mut self.rows;
        let before = self.slots.len();
        self.slots.retain(|key, slot| {
            let live = is_live(*key);
            if !live {
                rows.erase(*slot);
            }
            live
        });
        self.stale |= self.slots.len() < before;
        if self.rows.used() > self.slots.len() * SPARSE {
            self.move_together();
        }
    }

    /// Gives the room of erased vectors back.
    fn move_together(&mut self) {
        let mut slots: Vec<(&u64, &mut u32)> = self.slots.iter_mut().collect();
        slots.sort_unstable_by_key(|(_, slot)| **slot);
        let mut rows = Rows::default();
        for (_, slot) in slots {
            if let Some(Stored { scale, values }) = self.rows.get(*slot) {
                *slot = rows.push(&Row { scale, values: values.to_vec() });
            }
        }
        self.rows = rows;
    }

    /// Everything set so far is on disk afterwards; appends when that is enough.
    pub(crate) fn save(&mut self) -> io::Result<()> {
        if self.stale {
            return self.rewrite();
        }
        if let (Some(path), false) = (&self.path, self.added.is_empty()) {
            let mut file = BufWriter::new(OpenOptions::new().append(true).open(path)?);
            for key in &self.added {
                if let Some(row) = self.get(*key) {
                    file.write_all(&encode(*key, row))?;
                }
            }
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_data()?;
        }
        self.added.clear();
        Ok(())
    }

    /// Writes the file anew, so that vectors of erased text leave the disk.
    fn rewrite(&mut self) -> io::Result<()> {
        if let Some(path) = &self.path {
            let temporary = path.with_extension("new");
            let mut file = BufWriter::new(File::create(&temporary)?);
            let header = Header { format: FORMAT, space: self.space.clone(), dimensions: self.dimensions };
            serde_json::to_writer(&mut file, &header)?;
            file.write_all(b"\n")?;
            let mut keys: Vec<&u64> = self.slots.keys().collect();
            keys.sort_unstable();
            for key in keys {
                if let Some(row) = self.get(*key) {
                    file.write_all(&encode(*key, row))?;
                }
            }
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
            fs::rename(&temporary, path)?;
            path.parent().map_or(Ok(()), sync_folder)?;
        }
        self.added.clear();
        // Without vectors the header does not know their length yet.
        self.stale = self.dimensions == 0;
        Ok(())
    }
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    // Some systems cannot open a folder; the rename is then as durable as they make it.
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

fn record_size(dimensions: usize) -> usize {
    8 + 4 + dimensions + 4
}

fn encode(key: u64, row: Stored<'_>) -> Vec<u8> {
    let mut record = Vec::with_capacity(record_size(row.values.len()));
    record.extend(key.to_le_bytes());
    record.extend(row.scale.to_le_bytes());
    record.extend(row.values.iter().map(|value| value.cast_unsigned()));
    record.extend(checksum(&record).to_le_bytes());
    record
}

fn decode(record: &[u8]) -> Option<(u64, Row)> {
    let (body, check) = record.split_last_chunk::<4>()?;
    if checksum(body) != u32::from_le_bytes(*check) {
        return None;
    }
    let (key, rest) = body.split_first_chunk::<8>()?;
    let (scale, values) = rest.split_first_chunk::<4>()?;
    let scale = f32::from_le_bytes(*scale);
    let values = values.iter().map(|byte| byte.cast_signed()).collect();
    scale.is_finite().then(|| (u64::from_le_bytes(*key), Row { scale, values }))
}

/// FNV-1a, 32 bits: finds torn and rotten records, is not meant against a forger.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5_u32, |state, byte| (state ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(file: &VectorFile) -> std::collections::BTreeMap<u64, Stored<'_>> {
        file.slots.keys().map(|key| (*key, file.get(*key).unwrap())).collect()
    }

    #[test]
    fn survives_reopening_and_a_torn_tail() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors");
        let mut file = VectorFile::open(path.clone());
        file.use_space("model");
        file.set(1, &Row::new(&[1.0, 2.0]).unwrap());
        file.save().unwrap();
        file.set(2, &Row::new(&[3.0, -1.0]).unwrap());
        file.save().unwrap();
        let again = VectorFile::open(path.clone());
        assert_eq!((all(&again), again.space.as_str()), (all(&file), "model"));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let mut torn = VectorFile::open(path.clone());
        assert_eq!(all(&torn).len(), 1);
        torn.set(2, &Row::new(&[3.0, -1.0]).unwrap());
        torn.save().unwrap();
        assert_eq!(all(&VectorFile::open(path.clone())), all(&file));
        torn.retain(|key| key == 2);
        torn.save().unwrap();
        assert_eq!(all(&VectorFile::open(path)), all(&torn));
        torn.retain(|_| false);
        assert_eq!(torn.rows.used(), 0, "no room is left to what went");
    }

    #[test]
    fn foreign_bytes_and_another_model_give_no_vectors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors");
        for bytes in [&b""[..], b"\n", b"{}\n", b"{\"format\":99,\"space\":\"\",\"dimensions\":2}\nxxxx", &[0xff; 64]] {
            fs::write(&path, bytes).unwrap();
            assert!(VectorFile::open(path.clone()).slots.is_empty());
        }
        let mut file = VectorFile::open(path);
        file.set(1, &Row::new(&[1.0]).unwrap());
        file.use_space("other");
        assert!(file.slots.is_empty() && file.rows.used() == 0 && file.dimensions == 0);
    }
}
