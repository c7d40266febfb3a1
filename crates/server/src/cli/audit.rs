//! `countersign audit`: take the record out of the house, and check what somebody took out.

use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use desk::audit::Service;
use serde::Serialize;
use store::Purpose;
use tlog::{
    Checkpoint, VerifyingKey,
    export::{Anchoring, ExportError, Report, verify_export},
};

use super::{
    Failure, Outcome, audit_letter,
    output::{self, line},
    place::{Place, must_exist},
};
use crate::flow::{keep_record, trace_letter::Provenance};

/// A larger file is no letter's document, in bytes: a mail is refused long before.
const LETTER_BYTES_MAX: u64 = 64 << 20;

/// The record.
#[derive(Debug, clap::Subcommand)]
pub enum Audit {
    /// Write the whole record to a file that anyone can verify.
    Export {
        #[command(flatten)]
        place: Place,
        /// File to write; `-` is standard output.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Check an export, or one letter's document, with nothing but the public key: no desk, no network.
    Verify {
        /// The export; `-` is standard input.
        file: PathBuf,
        /// The record's public key, or a file that holds it.
        #[arg(long, value_name = "KEY|FILE")]
        key: String,
        /// A checkpoint of this record kept elsewhere; may be given more than once.
        #[arg(long, value_name = "NOTE_FILE")]
        anchor: Vec<PathBuf>,
        /// Answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the record's public key. Keep it, and a checkpoint, outside this machine.
    Key {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Default, Serialize)]
struct Verdict {
    ok: bool,
    size: Option<u64>,
    root: Option<String>,
    first_bad: Option<u64>,
    last_bad: Option<u64>,
    detail: String,
}

impl Audit {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Export { place, out } => export(&place, &out).await,
            Self::Verify { file, key, anchor, json } => verify(&file, &key, &anchor, json),
            Self::Key { place } => {
                must_exist(&place.read()?)?;
                let app = place.open_beside().await?;
                line(app.keys.checkpoint.verifying_key());
                Ok(())
            }
        }
    }
}

async fn export(place: &Place, out: &Path) -> Outcome {
    must_exist(&place.read()?)?;
    let app = place.open_beside().await?;
    let grant = app.service_grant(Service::CommandLine, Purpose::Record)?;
    keep_record::sequence(&app).await?;
    let size = if out == Path::new("-") {
        keep_record::export(&app, &grant, io::stdout()).await?
    } else {
        let unwritable = |e: &dyn std::fmt::Display| {
            Failure::told(format!("{} cannot be written: {e}. Choose another file with --out.", out.display()))
        };
        let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut whole = tempfile::NamedTempFile::new_in(folder).map_err(|e| unwritable(&e))?;
        let size = keep_record::export(
            &app,
            &grant,
            io::BufWriter::new(whole.as_file().try_clone().map_err(|e| unwritable(&e))?),
        )
        .await?;
        whole.flush().and_then(|()| whole.as_file().sync_all()).map_err(|e| unwritable(&e))?;
        whole.persist(out).map_err(|e| unwritable(&e))?;
        size
    };
    let key = app.keys.checkpoint.verifying_key();
    eprintln!("{size} entries. Verify anywhere with: countersign audit verify {} --key {key}", out.display());
    app.store.close().await;
    Ok(())
}

fn verify(file: &Path, key: &str, anchors: &[PathBuf], json: bool) -> Outcome {
    let key = read_key(key)?;
    let anchors = anchors.iter().map(|path| read_anchor(path, &key)).collect::<Result<Vec<_>, _>>()?;
    if let Some(letter) = letter(file) {
        return told(&audit_letter::check(&letter, &key), json);
    }
    let checked = if file == Path::new("-") {
        verify_export(io::stdin().lock(), &key, &anchors)
    } else {
        let open = File::open(file).map_err(|e| {
            Failure::told(format!(
                "{} cannot be read: {e}. Name a file that `countersign audit export` wrote.",
                file.display()
            ))
        })?;
        verify_export(BufReader::with_capacity(1 << 16, open), &key, &anchors)
    };
    let verdict = match &checked {
        Ok(report) => good(report),
        Err(error) => bad(error),
    };
    if json {
        output::json(&verdict);
    } else {
        line(format!("{} {}", if verdict.ok { "✓" } else { "✗" }, verdict.detail));
    }
    if verdict.ok { Ok(()) } else { Err(Failure::Shown) }
}

/// One letter's document, when this file is one. Standard input is an export of the whole record.
fn letter(file: &Path) -> Option<Provenance> {
    let size = std::fs::metadata(file).ok()?.len();
    let text = (size <= LETTER_BYTES_MAX).then(|| std::fs::read_to_string(file).ok()).flatten()?;
    audit_letter::read(&text)
}

fn told(checked: &audit_letter::Checked, json: bool) -> Outcome {
    if json {
        output::json(&Verdict { ok: checked.holds, detail: checked.detail.clone(), ..Verdict::default() });
    } else {
        line(format!("{} {}", if checked.holds { "✓" } else { "✗" }, checked.detail));
    }
    if checked.holds { Ok(()) } else { Err(Failure::Shown) }
}

fn good(report: &Report) -> Verdict {
    let anchored = match report.anchoring {
        Anchoring::Anchored { size } => format!("the first {size} are those of the checkpoint you gave"),
        unanchored @ Anchoring::NotAnchored => format!("{unanchored}; give a checkpoint kept elsewhere with --anchor"),
    };
    Verdict {
        ok: true,
        size: Some(report.size),
        root: Some(report.root.to_string()),
        detail: format!(
            "{} entries of {} are unchanged, {} checkpoints hold, root {}; {anchored}",
            report.size, report.origin, report.checkpoints, report.root
        ),
        ..Verdict::default()
    }
}

fn bad(error: &ExportError) -> Verdict {
    let (first_bad, last_bad) = match error.location() {
        Some(tlog::export::Location::Entry(at)) => (Some(at), Some(at)),
        Some(tlog::export::Location::Between { from, to }) => (Some(from), Some(to.saturating_sub(1))),
        None => (None, None),
    };
    Verdict { first_bad, last_bad, detail: error.to_string(), ..Verdict::default() }
}

fn read_key(given: &str) -> Result<VerifyingKey, Failure> {
    let text = std::fs::read_to_string(given).unwrap_or_else(|_| given.to_owned());
    text.trim().parse().map_err(|e| {
        Failure::BadInput(format!(
            "“{}” is no public key: {e}. `countersign audit key` prints it.",
            text.trim().chars().take(80).collect::<String>()
        ))
    })
}

fn read_anchor(path: &Path, key: &VerifyingKey) -> Result<Checkpoint, Failure> {
    let bad = |detail: &dyn std::fmt::Display| {
        Failure::BadInput(format!(
            "{} is no checkpoint of this record: {detail}. Give the file as it was downloaded.",
            path.display()
        ))
    };
    let note = std::fs::read_to_string(path).map_err(|e| bad(&e))?;
    Checkpoint::open(&note, key).map_err(|e| bad(&e))
}
