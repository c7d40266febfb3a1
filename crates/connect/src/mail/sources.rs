//! Messages from files: one message, a folder of them, or an mbox.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::mbox;

/// A raw message and the file it came from.
#[derive(Debug)]
pub struct FileMessage {
    /// The file.
    pub path: PathBuf,
    /// Raw bytes.
    pub raw: Vec<u8>,
}

/// Why a file gave no messages.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be read: {source}.")]
pub struct SourceError {
    /// The file or folder.
    pub path: String,
    /// What the system said.
    pub source: io::Error,
}

/// Bytes read of one message file.
const MAX_FILE: u64 = 64 << 20;

/// Reads `FILE.eml`, `FILE.mbox` or the files of a folder (by name, not those of folders within it).
/// Messages are read as the iterator is asked for them.
///
/// # Errors
/// [`SourceError`] when the path cannot be read; later ones come as items.
pub fn files(path: &Path) -> Result<impl Iterator<Item = Result<FileMessage, SourceError>>, SourceError> {
    let failed = |source| SourceError { path: path.display().to_string(), source };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    let mut paths = Vec::new();
    if metadata.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?.path();
            if entry.is_file() {
                paths.push(entry);
            }
        }
        paths.sort();
    } else {
        paths.push(path.to_owned());
    }
    Ok(paths.into_iter().flat_map(messages))
}

fn messages(path: PathBuf) -> Box<dyn Iterator<Item = Result<FileMessage, SourceError>>> {
    let failed = |path: &Path, source| SourceError { path: path.display().to_string(), source };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => return Box::new(std::iter::once(Err(failed(&path, error)))),
    };
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("mbox")) {
        return Box::new(
            mbox::split(BufReader::new(file))
                .map(move |raw| raw.map(|raw| FileMessage { path: path.clone(), raw }).map_err(|e| failed(&path, e))),
        );
    }
    let mut raw = Vec::new();
    let read = file.take(MAX_FILE).read_to_end(&mut raw);
    Box::new(std::iter::once(match read {
        Ok(_) => Ok(FileMessage { path, raw }),
        Err(error) => Err(failed(&path, error)),
    }))
}
