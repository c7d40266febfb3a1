//! Other programs, run beside ours on the same data. A peer prints JSON lines; those of the form asked for are read,
//! whatever else it prints.

use std::process::Command;

use serde::de::DeserializeOwned;

use crate::cli::Failure;

/// Runs a command and reads what it says of itself.
///
/// # Errors
/// [`Failure::BadInput`] when it cannot be run or fails.
pub fn ask<T: DeserializeOwned>(command: &str) -> Result<Vec<T>, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::BadInput(format!("The peer `{command}` gave nothing: {why}."));
    let output = Command::new("sh").arg("-c").arg(command).output().map_err(|e| failed(&e))?;
    if !output.status.success() {
        return Err(failed(&String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("it failed").to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
