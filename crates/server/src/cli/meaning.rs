//! Vectors for rows of files: the encoder, where there is one, and a folder that keeps vectors between runs.

use std::path::{Path, PathBuf};

use classify::Example;
use embed::Encoder;

use super::{Failure, models, output::Progress};

/// Texts encoded between two words of progress.
const PACK: usize = 256;
/// Where weights are looked for when nobody says.
const USUAL: &str = "models/all-MiniLM-L6-v2";

/// Where the weights for meaning are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Weights {
    /// Folder with the weights for meaning beside words; otherwise models/all-MiniLM-L6-v2, or those inside this program.
    #[arg(long, value_name = "DIR")]
    weights: Option<PathBuf>,
}

impl Weights {
    /// Opens them. Without any, words alone do the work, and that is said.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when a folder was named and holds no weights that can be used.
    pub fn open(&self) -> Result<Meaning, Failure> {
        Ok(Meaning { encoder: self.encoder()?, cache: None })
    }

    /// The encoder alone, as [`Weights::open`] finds it.
    ///
    /// # Errors
    /// As there.
    pub fn encoder(&self) -> Result<Option<Encoder>, Failure> {
        let encoder = match &self.weights {
            Some(folder) => Some(Encoder::open(folder).map_err(|e| Failure::BadInput(format!("{e}.")))?),
            None => Encoder::open(Path::new(USUAL)).ok().or_else(models::carried),
        };
        if encoder.is_none() {
            eprintln!("No weights in {USUAL}: words alone. `countersign models install` fetches them.");
        }
        Ok(encoder)
    }
}

/// Texts to vectors, or nothing without weights.
#[derive(Debug, Default)]
pub struct Meaning {
    encoder: Option<Encoder>,
    cache: Option<PathBuf>,
}

impl Meaning {
    /// Keeps vectors in a folder.
    pub fn kept_in(self, cache: Option<&Path>) -> Self {
        Self { cache: cache.map(Path::to_owned), ..self }
    }

    /// Whether there are weights.
    pub const fn is_there(&self) -> bool {
        self.encoder.is_some()
    }

    /// One vector per text, on one thread; none without weights.
    pub fn of(&self, texts: &[&str]) -> Option<Vec<Vec<f32>>> {
        let made = self.encoder.as_ref()?.encode_all(texts, 1);
        Some(made.into_iter().map(|vector| vector.as_slice().to_vec()).collect())
    }

    /// Gives every example its vector, from the cache where all of them are there.
    ///
    /// # Errors
    /// [`Failure::BadInput`] when the cache cannot be written.
    pub fn encode(&self, examples: &mut [Example]) -> Result<(), Failure> {
        let Some(encoder) = self.encoder.as_ref().filter(|_| !examples.is_empty()) else { return Ok(()) };
        let kept = self.cache.as_ref().map(|folder| folder.join(file_name(encoder, examples)));
        if kept.as_deref().is_some_and(|path| recalled(path, examples)) {
            return Ok(());
        }
        let progress = Progress::of("texts encoded");
        let (total, threads) = (examples.len(), std::thread::available_parallelism().map_or(1, std::num::NonZero::get));
        for (number, pack) in examples.chunks_mut(PACK).enumerate() {
            let texts: Vec<&str> = pack.iter().map(|e| e.text.as_str()).collect();
            let vectors = encoder.encode_all(&texts, threads);
            for (example, vector) in pack.iter_mut().zip(vectors) {
                example.vector = Some(vector.as_slice().to_vec());
            }
            progress.at(number * PACK, total);
        }
        let Some(path) = kept else { return Ok(()) };
        let floats = examples.iter().flat_map(|e| e.vector.iter().flatten());
        let bytes: Vec<u8> = floats.flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(&path, bytes)
            .map_err(|e| Failure::BadInput(format!("{} cannot be written: {e}.", path.display())))
    }
}

/// By the encoder and the texts in their order.
fn file_name(encoder: &Encoder, examples: &[Example]) -> String {
    let all: String = examples.iter().map(|e| format!("{}\0", e.text)).collect();
    format!("{}-{}.f32", encoder.model_name(), desk::Digest::of(all.as_bytes()))
}

/// Whether the file held a vector for every example.
fn recalled(path: &Path, examples: &mut [Example]) -> bool {
    let Ok(bytes) = std::fs::read(path) else { return false };
    let floats: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|c| f32::from_le_bytes(*c)).collect();
    let size = floats.len() / examples.len();
    if size == 0 || floats.len() != size * examples.len() {
        return false;
    }
    for (example, vector) in examples.iter_mut().zip(floats.chunks_exact(size)) {
        example.vector = Some(vector.to_vec());
    }
    true
}
