//! The face of the crate: open a model, encode texts.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::bert::Bert;
use crate::tensors::damaged;
use crate::tokenizer::Tokenizer;
use crate::{OpenError, Vector, weights};

/// Rows of one matrix product. More gains nothing; less wastes the packing of the weights.
const ROWS: usize = 256;

/// A loaded model (about 90 MB of memory). Share it: encoding takes `&self` from any number of threads.
pub struct Encoder {
    tokenizer: Tokenizer,
    bert: Bert,
    name: String,
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoder").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Encoder {
    /// Opens the published model in `dir` (files named in [`weights`]) after checking both checksums.
    ///
    /// # Errors
    /// [`OpenError`] when a file is missing, unreadable, not the published one, or damaged.
    pub fn open(dir: &Path) -> Result<Encoder, OpenError> {
        let model = weights::read_checked(dir, &weights::MODEL)?;
        let vocabulary = weights::read_checked(dir, &weights::VOCABULARY)?;
        Encoder::build(&model, &vocabulary, weights::MODEL_NAME.to_owned())
    }

    /// Reads a model from memory, for weights carried inside a program. Any BERT encoder of this width is taken;
    /// one that is not the published model is named after its checksum, so that stored vectors never mix.
    ///
    /// # Errors
    /// [`OpenError::Damaged`] when the bytes are not such a model.
    pub fn from_bytes(model: &[u8], vocabulary: &[u8]) -> Result<Encoder, OpenError> {
        let found = [weights::sha256_hex(model), weights::sha256_hex(vocabulary)];
        let name = if found == [weights::MODEL.sha256, weights::VOCABULARY.sha256] {
            weights::MODEL_NAME.to_owned()
        } else {
            let both = weights::sha256_hex(found.concat().as_bytes());
            format!("custom-{}", both.get(..12).unwrap_or_default())
        };
        Encoder::build(model, vocabulary, name)
    }

    fn build(model: &[u8], vocabulary: &[u8], name: String) -> Result<Encoder, OpenError> {
        let tokenizer = Tokenizer::read(vocabulary)?;
        let bert = Bert::read(model)?;
        if tokenizer.size() > bert.vocabulary() {
            return Err(damaged("its word table is smaller than the vocabulary"));
        }
        Ok(Encoder { tokenizer, bert, name })
    }

    /// Name to store beside vectors: only vectors of the same name may be compared.
    pub fn model_name(&self) -> &str {
        &self.name
    }

    /// Token ids of `text`, control tokens included: 2 to 256. What follows the 256th token is not seen by the model.
    pub fn tokens(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, self.bert.max_tokens())
    }

    /// The vector of one text. Takes any text; an empty one has a vector too. About 14 ms for 20 tokens and 75 ms for 200 on one core,
    /// never more than the time of 256 tokens.
    pub fn encode(&self, text: &str) -> Vector {
        let tokens = self.tokens(text);
        self.encode_pack(&[&tokens]).pop().unwrap_or_else(Vector::first_axis)
    }

    /// The vectors of many texts, in their order, on `threads` threads (0 counts as 1). Twice as fast per short
    /// text than [`Encoder::encode`]. A result may differ from it in the last bits.
    pub fn encode_all(&self, texts: &[&str], threads: usize) -> Vec<Vector> {
        let tokens: Vec<Vec<u32>> = texts.iter().map(|text| self.tokens(text)).collect();
        let packs = packs(&tokens);
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(pack) = packs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let ids: Vec<&[u32]> = tokens.get(pack.clone()).unwrap_or_default().iter().map(Vec::as_slice).collect();
                done.push((pack.start, self.encode_pack(&ids)));
            }
            done
        };
        let mut done = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.min(packs.len())).map(|_| scope.spawn(work)).collect();
            let mut done = work();
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        });
        done.sort_unstable_by_key(|(start, _)| *start);
        done.into_iter().flat_map(|(_, vectors)| vectors).collect()
    }

    fn encode_pack(&self, texts: &[&[u32]]) -> Vec<Vector> {
        let direction =
            |mean: ndarray::Array1<f32>| Vector::from_direction(&mean.to_vec()).unwrap_or_else(Vector::first_axis);
        self.bert.means(texts).into_iter().map(direction).collect()
    }
}

/// Neighbouring texts together, up to [`ROWS`] tokens.
fn packs(tokens: &[Vec<u32>]) -> Vec<std::ops::Range<usize>> {
    let mut packs = Vec::new();
    let (mut start, mut rows) = (0, 0);
    for (at, ids) in tokens.iter().enumerate() {
        if rows + ids.len() > ROWS && at > start {
            packs.push(start..at);
            (start, rows) = (at, 0);
        }
        rows += ids.len();
    }
    if start < tokens.len() {
        packs.push(start..tokens.len());
    }
    packs
}
