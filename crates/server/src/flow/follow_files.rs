//! Log files that grow on this machine: read as far as they are, from where they were read before.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use logmine::window::{Line, Loss};

use crate::{App, FlowError, telemetry::config::LogFile};

/// Bytes read of one file at a time; the rest waits for the next time.
const BYTES: usize = 1 << 20;
/// Longest line; a longer one is cut into several.
const LINE_BYTES: usize = 256 << 10;
/// Files of a folder that are followed.
const FILES: usize = 200;

/// How far a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    file: u64,
    at: u64,
}

/// Reads what was written to the followed files since the last time. Returns how many lines came.
///
/// # Errors
/// None of a file: one that cannot be read is said in the log and asked again.
pub fn follow(app: &App) -> Result<usize, FlowError> {
    let mut lines = 0;
    for followed in &app.config.telemetry.files {
        for path in paths(followed) {
            match read(app, &path, &followed.service) {
                Ok(read) => lines += read,
                Err(error) => tracing::warn!(%error, path = %path.display(), "a followed log file cannot be read"),
            }
        }
    }
    Ok(lines)
}

fn paths(followed: &LogFile) -> Vec<PathBuf> {
    if !followed.path.is_dir() {
        return vec![followed.path.clone()];
    }
    let Ok(entries) = std::fs::read_dir(&followed.path) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    paths.sort();
    paths.truncate(FILES);
    paths
}

/// A file that is new here is read from its end: what it said before is not of now. One that was replaced or cut is read from
/// its beginning.
fn read(app: &App, path: &Path, service: &str) -> std::io::Result<usize> {
    let mut file = File::open(path)?;
    let meta = file.metadata()?;
    let known = {
        let mut places = app.telemetry.followed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *places.entry(path.to_owned()).or_insert(Place { file: meta.ino(), at: meta.len() })
    };
    let from = if known.file != meta.ino() || known.at > meta.len() { 0 } else { known.at };
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(BYTES as u64).read_to_end(&mut bytes)?;
    // A line that is being written waits for its end, unless it is too long to wait for.
    let end = match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => at + 1,
        None if bytes.len() >= LINE_BYTES => bytes.len(),
        None => 0,
    };
    let lines = take(app, service, &bytes[..end]);
    let mut places = app.telemetry.followed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    places.insert(path.to_owned(), Place { file: meta.ino(), at: from + end as u64 });
    Ok(lines)
}

fn take(app: &App, service: &str, bytes: &[u8]) -> usize {
    let now = app.clock.now().micros();
    let mut window = app.telemetry.window();
    let mut lines = 0;
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        if line.len() > LINE_BYTES {
            window.lost(Loss::LineCut, 1);
        }
        let line = &line[..line.len().min(LINE_BYTES)];
        let (at, severity, text) = connect::logfile::read_line(line);
        window.line(Line { service, at, severity, text, attributes: &[], trace: None }, now);
        lines += 1;
    }
    window.tidy(now);
    lines
}
