//! Vectors of texts, kept by content in a folder between runs, because making them takes most of the time.

use std::{
    collections::HashMap,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use embed::{DIMENSIONS, Encoder, Vector};
use sha2::{Digest as _, Sha256};

use crate::cli::{Failure, meaning::Weights, output::Progress};

/// Texts encoded between two words of progress and two writes.
const PACK: usize = 64;
const KEY: usize = 32;

/// An encoder that remembers.
pub struct Meanings {
    encoder: Encoder,
    kept: Option<PathBuf>,
    known: HashMap<[u8; KEY], Vector>,
}

impl Meanings {
    /// With what the folder keeps of this encoder.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when the folder cannot be made.
    fn open(encoder: Encoder, cache: Option<&Path>) -> Result<Self, Failure> {
        let mut known = HashMap::new();
        let mut kept = None;
        if let Some(folder) = cache {
            fs::create_dir_all(folder).map_err(|e| unusable(folder, &e))?;
            let path = folder.join(format!("{}.vectors", encoder.model_name()));
            let bytes = fs::read(&path).unwrap_or_default();
            for record in bytes.chunks_exact(KEY + 4 * DIMENSIONS) {
                if let Some((key, vector)) = record.split_first_chunk::<KEY>()
                    && let Ok(vector) = Vector::from_bytes(vector)
                {
                    known.insert(*key, vector);
                }
            }
            kept = Some(path);
        }
        Ok(Self { encoder, kept, known })
    }

    /// With the weights that were named or lie about; none without any, which is said.
    ///
    /// # Errors
    /// As for [`Meanings::open`], and when the named weights cannot be used.
    pub fn of_weights(weights: &Weights, cache: Option<&Path>) -> Result<Option<Self>, Failure> {
        weights.encoder()?.map(|encoder| Self::open(encoder, cache)).transpose()
    }

    /// Never from the cache and on one thread: what a live question costs.
    pub fn fresh(&self, texts: &[&str]) -> Vec<Vector> {
        self.encoder.encode_all(texts, 1)
    }

    /// The vectors of these texts, in their order; those not known are made on all cores, with progress.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when the cache cannot be written.
    pub fn of(&mut self, texts: &[String]) -> Result<Vec<Vector>, Failure> {
        let keys: Vec<[u8; KEY]> = texts.iter().map(|text| key(text)).collect();
        let missing: Vec<usize> =
            (0..texts.len()).filter(|at| keys.get(*at).is_some_and(|key| !self.known.contains_key(key))).collect();
        let progress = Progress::of("texts read for their meaning");
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        for (number, pack) in missing.chunks(PACK).enumerate() {
            progress.at(number * PACK, missing.len());
            let these: Vec<&str> = pack.iter().filter_map(|at| texts.get(*at)).map(String::as_str).collect();
            let made = self.encoder.encode_all(&these, threads);
            self.keep(&these, &made)?;
            self.known.extend(these.iter().map(|text| key(text)).zip(made));
        }
        Ok(keys.iter().filter_map(|key| self.known.get(key).cloned()).collect())
    }

    fn keep(&self, texts: &[&str], vectors: &[Vector]) -> Result<(), Failure> {
        let Some(path) = &self.kept else { return Ok(()) };
        let records: Vec<u8> = texts
            .iter()
            .zip(vectors)
            .flat_map(|(text, vector)| [&key(text)[..], &vector.to_bytes()].concat())
            .collect();
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(&records)).map_err(|e| unusable(path, &e))
    }
}

fn key(text: &str) -> [u8; KEY] {
    Sha256::digest(text.as_bytes()).into()
}

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::BadInput(format!("{} cannot be written: {error}. Name another folder with --cache.", path.display()))
}
