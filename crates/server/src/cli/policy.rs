//! `countersign policy`: policies as files.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Failure, Outcome, output::line, place::Place};
use crate::flow::{
    export_policies,
    import_policies::{self, Trial},
};

/// Tickets named of each file that would move some.
const NAMED: usize = 10;
/// Longest file that is read, in bytes; a longer one is no policy.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Policies as files.
#[derive(Debug, clap::Subcommand)]
pub enum Policy {
    /// Write every policy into a folder, with owner and review date above its text.
    Export {
        /// Folder; made when it is not there. Files of the same names are replaced.
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Take every file of such a folder that says something else than the desk, all of them or none.
    Import {
        /// The folder.
        folder: PathBuf,
        /// Say which past tickets each change would have moved, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Take them although eval cases fail that held, none of them severe; the reason stands on the page of gates.
        #[arg(long, value_name = "REASON")]
        accept: Option<String>,
        #[command(flatten)]
        place: Place,
    },
}

impl Policy {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Export { folder, place } => export(&folder, &place).await,
            Self::Import { folder, dry_run, accept, place } => {
                import(&folder, dry_run, accept.as_deref(), &place).await
            }
        }
    }
}

async fn export(folder: &Path, place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    let files = export_policies::export(&app).await?;
    app.store.close().await;
    for (name, text) in &files {
        let path = folder.join(name);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(&path, text)
        };
        write()
            .map_err(|e| Failure::told(format!("{} cannot be written: {e}. Choose another folder.", path.display())))?;
    }
    line(format!("{} policies in {}.", files.len(), folder.display()));
    Ok(())
}

async fn import(folder: &Path, dry_run: bool, accept: Option<&str>, place: &Place) -> Outcome {
    let files = read(folder)?;
    let app = place.open_beside().await?;
    if dry_run {
        let trials = import_policies::try_all(&app, &files).await?;
        app.store.close().await;
        return tell(&trials);
    }
    let written = import_policies::import(&app, &files, accept).await?;
    app.store.close().await;
    for name in &written {
        line(name);
    }
    line(format!("{} of {} policies have a new version.", written.len(), files.len()));
    Ok(())
}

fn tell(trials: &[Trial]) -> Outcome {
    for Trial { path, tried } in trials {
        for problem in &tried.problems {
            line(format!("{path}, line {}: {}", problem.line, problem.why));
        }
        if tried.problems.is_empty() {
            line(format!("{path}: would have moved {} of {} tickets", tried.moved.len(), tried.looked_at));
        }
        for moved in tried.moved.iter().take(NAMED) {
            let (was, would) = (&moved.was, &moved.would);
            line(format!(
                "  #{} {}: {}, {}, {} -> {}, {}, {}",
                moved.number, moved.subject, was.queue, was.model, was.writing, would.queue, would.model, would.writing
            ));
        }
        if tried.moved.len() > NAMED {
            line(format!("  and {} more", tried.moved.len() - NAMED));
        }
    }
    line(format!("{} files differ from the desk; nothing was changed.", trials.len()));
    if trials.iter().any(|t| !t.tried.problems.is_empty()) { Err(Failure::Shown) } else { Ok(()) }
}

/// Path from the folder, with `/`, and text of every file in it and its folders. Names that begin with a dot are left out.
pub(super) fn read(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let told = |path: &Path, why: String| Failure::told(format!("{} cannot be read: {why}.", path.display()));
    let mut files = Vec::new();
    for (depth, base) in [("", folder.to_owned())]
        .into_iter()
        .chain(["operating_models", "personas", "macros"].into_iter().map(|name| (name, folder.join(name))))
    {
        let entries = match fs::read_dir(&base) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !depth.is_empty() => continue,
            Err(e) => return Err(told(&base, e.to_string())),
        };
        for entry in entries {
            let path = entry.map_err(|e| told(&base, e.to_string()))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') || path.is_dir() {
                continue;
            }
            if fs::metadata(&path).is_ok_and(|m| m.len() > FILE_BYTES_MAX) {
                return Err(told(&path, "it is longer than any policy".to_owned()));
            }
            let text = fs::read_to_string(&path).map_err(|e| told(&path, e.to_string()))?;
            files.push((if depth.is_empty() { name } else { format!("{depth}/{name}") }, text));
        }
    }
    files.sort_unstable();
    Ok(files)
}
