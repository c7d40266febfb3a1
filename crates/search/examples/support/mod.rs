//! Vectors with a cache in a folder.

use std::{
    collections::HashMap,
    error::Error,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use embed::{DIMENSIONS, Encoder};
use sha2::{Digest as _, Sha256};

const DIGEST: usize = 32;

/// An encoder that remembers.
pub struct Meanings {
    encoder: Encoder,
    path: PathBuf,
    known: HashMap<Vec<u8>, Vec<f32>>,
}

impl Meanings {
    /// Reads what the folder remembers of this model.
    pub fn open(folder: &Path, model: &Path) -> Result<Self, Box<dyn Error>> {
        let encoder = Encoder::open(model)?;
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.vectors", encoder.model_name()));
        let mut known = HashMap::new();
        for record in fs::read(&path).unwrap_or_default().chunks_exact(DIGEST + 4 * DIMENSIONS) {
            let (digest, bytes) = record.split_at(DIGEST);
            known.insert(digest.to_vec(), embed::Vector::from_bytes(bytes)?.as_slice().to_vec());
        }
        Ok(Self { encoder, path, known })
    }

    /// The vectors of these texts, in their order.
    pub fn of(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
        let digest = |text: &String| Sha256::digest(text.as_bytes()).to_vec();
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let missing: Vec<&String> = texts.iter().filter(|text| !self.known.contains_key(&digest(text))).collect();
        for (number, pack) in missing.chunks(64).enumerate() {
            println!("encoding {} of {}", number * 64, missing.len());
            let plain: Vec<&str> = pack.iter().map(|text| text.as_str()).collect();
            for (text, vector) in pack.iter().zip(self.encoder.encode_all(&plain, 2)) {
                file.write_all(&[digest(text), vector.to_bytes()].concat())?;
                self.known.insert(digest(text), vector.as_slice().to_vec());
            }
        }
        Ok(texts.iter().filter_map(|text| self.known.get(&digest(text)).cloned()).collect())
    }
}
