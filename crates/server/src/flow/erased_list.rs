//! Who was erased, beside the database and not in it: a backup from before an erasure holds the person again, and this list is
//! how the desk knows. It holds ids and times, nothing else. Keep it when a backup is put back.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use desk::{Timestamp, ids::RequesterId};

use crate::{App, FlowError};

/// Its name in the data folder.
pub const NAME: &str = "erased.txt";

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

/// Notes that somebody is about to be erased; on disk before the erasure is.
///
/// # Errors
/// When the file cannot be written: then nothing is erased.
pub fn note(app: &App, requester: RequesterId, at: Timestamp) -> Result<(), FlowError> {
    let path = path(&app.config.data);
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        writeln!(file, "{requester} {at}")?;
        file.sync_all()
    };
    write().map_err(|e| {
        FlowError::Unavailable(format!(
            "{NAME} in the data folder cannot be written: {e}. Nothing was erased, because a restored backup could not know of it."
        ))
    })
}

/// Everybody on it, each once.
///
/// # Errors
/// When it is there and cannot be read, or holds a line that is none of ours.
pub fn read(folder: &Path) -> Result<Vec<RequesterId>, FlowError> {
    let broken = |detail: String| {
        FlowError::Unavailable(format!(
            "{NAME} in the data folder cannot be read: {detail}. Put back the copy you keep."
        ))
    };
    let text = match std::fs::read_to_string(path(folder)) {
        Ok(text) => text,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(broken(e.to_string())),
    };
    let mut all = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let id = line.split_whitespace().next().unwrap_or_default();
        let id: RequesterId = id.parse().map_err(|_| broken(format!("line {} holds no id", n + 1)))?;
        if !all.contains(&id) {
            all.push(id);
        }
    }
    Ok(all)
}
