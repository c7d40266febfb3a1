//! The stored form: a mark with a version, a JSON header, little-endian arrays, a SHA-256 over all of it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calibration::Calibration;
use crate::features::Vocabulary;
use crate::heads::Heads;
use crate::memory::{Form, Memory, Note};
use crate::model::{Card, Model};
use crate::network::Network;
use crate::regression::Weights;

const MARK: &[u8; 8] = b"classify";
const VERSION: u32 = 4;

/// Why stored bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Not written by this crate.
    #[error("this is not a classifier model: train one with `countersign triage train`")]
    Foreign,
    /// Written by another version of this crate.
    #[error("the model has format {found}, this program reads format {expected}: train it again")]
    OtherVersion {
        /// Version of the bytes.
        found: u32,
        /// Version this program reads.
        expected: u32,
    },
    /// Written by this crate and changed since.
    #[error("the model is damaged ({why}): restore it from a backup or train it again")]
    Damaged {
        /// What is wrong with it.
        why: &'static str,
    },
}

#[derive(Serialize, Deserialize)]
struct Header {
    card: Card,
    features: usize,
    /// Rows held back, and networks.
    held: usize,
    networks: u64,
    /// Inputs of each network.
    inputs: usize,
    ids: Vec<(String, u32)>,
    notes: Vec<Kept>,
}

/// A correction; its numbers follow in the body.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    label: String,
    digest: u64,
    sparse: usize,
    dense: usize,
}

impl Model {
    /// The stored form; equal models have equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kept = |note: &Note| Kept {
            id: note.id.clone(),
            label: note.label.clone(),
            digest: note.digest,
            sparse: note.sparse.len(),
            dense: note.dense.len(),
        };
        let header = Header {
            card: self.card.clone(),
            features: self.vocabulary.len(),
            held: self.calibration.truths.len(),
            networks: self.heads.networks.len() as u64,
            inputs: self.heads.networks.first().map_or(0, Network::inputs),
            ids: self.ids.clone(),
            notes: self.notes.iter().map(kept).collect(),
        };
        // Only strings and finite numbers: there is nothing in a header that JSON cannot hold.
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let mut out = MARK.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((header.len() as u32).to_le_bytes());
        out.extend(header);
        self.calibration.write(&mut out);
        out.extend(self.vocabulary.keys.iter().flat_map(|x| x.to_le_bytes()));
        floats(&mut out, &self.vocabulary.idf);
        floats(&mut out, &self.heads.linear.values);
        for network in &self.heads.networks {
            floats(&mut out, &network.first);
            floats(&mut out, &network.second);
        }
        for list in &self.memory.by_label {
            out.extend((list.len() as u32).to_le_bytes());
            out.extend(list.iter().flat_map(|x| x.to_le_bytes()));
        }
        match &self.memory.form {
            Form::Dense { values, .. } => out.extend(values.iter().map(|x| x.cast_unsigned())),
            Form::Sparse(rows) => {
                for row in rows {
                    out.extend((row.len() as u32).to_le_bytes());
                    sparse(&mut out, row);
                }
            }
        }
        for note in &self.notes {
            sparse(&mut out, &note.sparse);
            out.extend(note.dense.iter().map(|x| x.cast_unsigned()));
        }
        let sum = Sha256::digest(&out);
        out.extend(sum.iter());
        out
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`LoadError`] when the bytes are foreign, of another version, or damaged in any place.
    pub fn from_bytes(bytes: &[u8]) -> Result<Model, LoadError> {
        let rest = bytes.strip_prefix(MARK).ok_or(LoadError::Foreign)?;
        let found = Reader(rest).u32()?;
        if found != VERSION {
            return Err(LoadError::OtherVersion { found, expected: VERSION });
        }
        let (body, sum) = bytes.split_last_chunk::<32>().ok_or(CUT)?;
        if Sha256::digest(body)[..] != sum[..] {
            return Err(LoadError::Damaged { why: "its checksum differs" });
        }
        let mut reader = Reader(body.get(MARK.len() + 4..).ok_or(CUT)?);
        let length = reader.u32()? as usize;
        let header: Header = serde_json::from_slice(reader.take(length)?)
            .map_err(|_| LoadError::Damaged { why: "its header is not readable" })?;
        let Header { card, features, held, networks, inputs: network, ids, notes } = header;
        let labels = card.labels.len();
        let calibration = reader.calibration(held, labels)?;
        let keys = reader.many(features, 8, |b| u64::from_le_bytes(b.try_into().unwrap_or_default()))?;
        let idf = reader.floats(features)?;
        let inputs = features.checked_add(card.dimensions).and_then(|n| n.checked_add(1)).ok_or(CUT)?;
        let linear = Weights::of(labels, features, reader.floats(inputs.checked_mul(labels).ok_or(CUT)?)?);
        let networks: Vec<Network> =
            (1..=networks).map(|salt| reader.network(network, labels, salt)).collect::<Result<_, _>>()?;
        let memory = reader.memory(&card)?;
        let notes = notes.into_iter().map(|kept| reader.note(kept)).collect::<Result<_, _>>()?;
        let wide_enough = networks.is_empty() || network > card.dimensions;
        let fits = labels >= 2 && ids.len() == card.examples && card.examples_of.len() == labels && wide_enough;
        if !reader.0.is_empty() || !fits {
            return Err(LoadError::Damaged { why: "its parts do not fit together" });
        }
        let heads = Heads { linear, networks };
        Ok(Model { card, calibration, vocabulary: Vocabulary::new(keys, idf), heads, memory, ids, notes })
    }
}

fn floats(out: &mut Vec<u8>, values: &[f32]) {
    out.extend(values.iter().flat_map(|x| x.to_le_bytes()));
}

fn sparse(out: &mut Vec<u8>, row: &[(u32, f32)]) {
    out.extend(row.iter().flat_map(|(at, x)| [at.to_le_bytes(), x.to_le_bytes()].concat()));
}

impl Calibration {
    fn write(&self, out: &mut Vec<u8>) {
        floats(out, &[self.temperature, self.energy.0, self.energy.1, self.near.0, self.near.1]);
        floats(out, &self.familiar);
        floats(out, &self.truths);
        floats(out, &self.least);
    }
}

const CUT: LoadError = LoadError::Damaged { why: "it ends too early" };

/// Takes parts off the front; never past the end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], LoadError> {
        let (head, tail) = self.0.split_at_checked(n).ok_or(CUT)?;
        self.0 = tail;
        Ok(head)
    }

    fn u32(&mut self) -> Result<u32, LoadError> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into().unwrap_or_default()))
    }

    fn many<T>(&mut self, n: usize, size: usize, of: impl Fn(&[u8]) -> T) -> Result<Vec<T>, LoadError> {
        Ok(self.take(n.checked_mul(size).ok_or(CUT)?)?.chunks_exact(size).map(of).collect())
    }

    fn floats(&mut self, n: usize) -> Result<Vec<f32>, LoadError> {
        self.many(n, 4, |b| f32::from_le_bytes(b.try_into().unwrap_or_default()))
    }

    fn calibration(&mut self, held: usize, labels: usize) -> Result<Calibration, LoadError> {
        let &[temperature, a, b, c, d] = self.floats(5)?.as_slice() else { return Err(CUT) };
        let (familiar, truths, least) = (self.floats(held)?, self.floats(held)?, self.floats(labels)?);
        Ok(Calibration { temperature, energy: (a, b), near: (c, d), familiar, truths, least })
    }

    fn network(&mut self, inputs: usize, labels: usize, salt: u64) -> Result<Network, LoadError> {
        let (first, second) = Network::sizes(inputs, labels).ok_or(CUT)?;
        Ok(Network::of(labels, salt, self.floats(first)?, self.floats(second)?))
    }

    fn note(&mut self, kept: Kept) -> Result<Note, LoadError> {
        let Kept { id, label, digest, sparse, dense } = kept;
        let sparse = self.sparse(sparse)?;
        let dense = self.take(dense)?.iter().map(|x| x.cast_signed()).collect();
        Ok(Note { id, label, digest, sparse, dense })
    }

    fn sparse(&mut self, n: usize) -> Result<Vec<(u32, f32)>, LoadError> {
        self.many(n, 8, |b| {
            let (at, x) = b.split_at(4);
            let at = u32::from_le_bytes(at.try_into().unwrap_or_default());
            (at, f32::from_le_bytes(x.try_into().unwrap_or_default()))
        })
    }

    fn memory(&mut self, card: &Card) -> Result<Memory, LoadError> {
        let mut by_label = Vec::new();
        for _ in &card.labels {
            let n = self.u32()? as usize;
            by_label.push(self.many(n, 4, |b| u32::from_le_bytes(b.try_into().unwrap_or_default()))?);
        }
        let form = if card.dimensions > 0 {
            let n = card.examples.checked_mul(card.dimensions).ok_or(CUT)?;
            let values = self.take(n)?.iter().map(|x| x.cast_signed()).collect();
            Form::Dense { dimensions: card.dimensions, values }
        } else {
            let mut rows = Vec::new();
            for _ in 0..card.examples {
                let n = self.u32()? as usize;
                rows.push(self.sparse(n)?);
            }
            Form::Sparse(rows)
        };
        Ok(Memory { by_label, form })
    }
}
