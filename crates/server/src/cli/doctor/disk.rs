//! What lies on this machine: folder, space, keys, weights, database file.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use embed::{OpenError, weights};

use super::Finding;
use crate::{
    cli::{models, place::has_desk},
    config::Config,
};

/// Below this many free bytes the desk is near a stop.
const SPACE_WANTED: u64 = 1 << 30;
const KEYS: [&str; 4] = ["approval.key", "commitment.key", "placeholders.key", "checkpoint.key"];

/// Looks.
pub fn look(config: &Config) -> Vec<Finding> {
    let mut found = vec![folder(&config.data)];
    found.extend(space(&config.data));
    if has_desk(&config.data) {
        found.push(keys(&config.data.join("keys")));
        found.extend(journal(config));
    }
    found.push(embedding(&config.embedding.folder));
    found
}

fn folder(data: &Path) -> Finding {
    let shown = data.display();
    let Some(there) = data.ancestors().find(|p| p.as_os_str().is_empty() || p.exists()) else {
        return Finding::wrong("data folder", format!("{shown} has no parent"), "Choose another with `data`.");
    };
    let there = if there.as_os_str().is_empty() { Path::new(".") } else { there };
    // Only trying tells whether a folder takes files; the file is gone when this line is done.
    match tempfile::tempfile_in(there) {
        Ok(_) => Finding::good("data folder", format!("{shown} can be written")),
        Err(e) => Finding::wrong(
            "data folder",
            format!("{} cannot be written: {e}", there.display()),
            "Give it to the user the desk runs as, or choose another with `data`.",
        ),
    }
}

fn space(data: &Path) -> Option<Finding> {
    let there = data.ancestors().find(|p| p.exists()).unwrap_or(Path::new("."));
    let output = Command::new("df").args(["-Pk", "--"]).arg(there).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let kilobytes: u64 = text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    let bytes = kilobytes.saturating_mul(1024);
    let detail = format!("{:.1} GB free", bytes as f64 / 1e9);
    Some(if bytes >= SPACE_WANTED {
        Finding::good("space", detail)
    } else {
        Finding::mind("space", detail, "Mail is refused when nothing can be written: make room.")
    })
}

fn keys(folder: &Path) -> Finding {
    for name in KEYS {
        let path = folder.join(name);
        let shown = path.display();
        match fs::metadata(&path) {
            Err(e) => {
                return Finding::wrong(
                    "keys",
                    format!("{shown} cannot be read: {e}"),
                    "Restore it from the backup; approvals and the record depend on it.",
                );
            }
            Ok(m) if m.len() != 32 => {
                return Finding::wrong(
                    "keys",
                    format!("{shown} does not hold 32 bytes"),
                    "Restore it from the backup; a new key would void every approval.",
                );
            }
            Ok(m) if m.permissions().mode() & 0o077 != 0 => {
                return Finding::wrong(
                    "keys",
                    format!("{shown} can be read by others (mode {:o})", m.permissions().mode() & 0o777),
                    format!("chmod 600 {shown}"),
                );
            }
            Ok(_) => {}
        }
    }
    Finding::good("keys", "four keys, readable by their owner alone")
}

/// SQLite says in its file's header (bytes 18 and 19) whether it writes ahead.
fn journal(config: &Config) -> Option<Finding> {
    let address = config.database();
    let path = address.strip_prefix("sqlite:")?;
    let mut header = [0; 20];
    let read = fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut header));
    Some(match (read, header) {
        (Err(e), _) => Finding::wrong(
            "database file",
            format!("{path} cannot be read: {e}"),
            "Restore it from the backup, with the keys of the same day.",
        ),
        (Ok(()), [.., 2, 2]) => {
            Finding::good("database file", "SQLite in WAL mode; every connection is opened with synchronous = FULL")
        }
        (Ok(()), _) => {
            Finding::mind("database file", "SQLite is not in WAL mode", "Start the desk once; it switches by itself.")
        }
    })
}

fn embedding(folder: &Path) -> Finding {
    match weights::verify(folder) {
        Ok(()) => Finding::good("weights", format!("{} in {}", weights::MODEL_NAME, folder.display())),
        Err(_) if models::CARRIED => Finding::good("weights", format!("{} inside this program", weights::MODEL_NAME)),
        Err(OpenError::Missing { .. }) => Finding::mind(
            "weights",
            format!("not in {}; search and triage use words alone", folder.display()),
            "`countersign models install` fetches them.",
        ),
        Err(e) => Finding::mind(
            "weights",
            format!("{e}; search and triage use words alone"),
            "`countersign models install` fetches them.",
        ),
    }
}
