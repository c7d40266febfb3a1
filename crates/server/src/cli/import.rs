//! `countersign import`.

use std::path::{Path, PathBuf};

use connect::mail::sources::{self, FileMessage, SourceError};

use super::{
    Failure, Outcome, first_start,
    output::{self, Progress, line},
    place::Place,
};
use crate::{
    App,
    flow::{
        import_mail::{self, Imported},
        receive_mail::Incoming,
    },
};

/// Take in mail from files.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// A message (.eml), an .mbox file, or a folder of messages.
    file: PathBuf,
    #[command(flatten)]
    place: Place,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

impl Import {
    /// Runs it. A file that cannot be read is named and left out; the rest goes on.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        let messages = messages(&self.file)?;
        let app = self.place.open_beside().await?;
        first_start::lay_defaults(&app).await?;
        let (imported, unreadable) = take_in(&app, messages).await?;
        app.store.close().await;
        if self.json {
            output::json(&imported);
        } else {
            line(told(&imported));
        }
        if unreadable > 0 {
            Err(Failure::told(format!(
                "{unreadable} files could not be read; correct them and import again, the rest will not be taken twice."
            )))
        } else {
            Ok(())
        }
    }
}

/// Messages of a file or folder. Of a folder, only what looks like mail; what is left out is named.
///
/// # Errors
/// When the path cannot be read.
pub fn messages(path: &Path) -> Result<impl Iterator<Item = Result<FileMessage, SourceError>>, Failure> {
    let found = sources::files(path)
        .map_err(|e| Failure::BadInput(format!("{e} Name a message, an mbox file or a folder of messages.")))?;
    let folder = path.is_dir();
    Ok(found.filter(move |message| match message {
        Ok(message) if folder && !looks_like_mail(message) => {
            eprintln!("countersign: {} is no mail and was left out.", message.path.display());
            false
        }
        _ => true,
    }))
}

/// Takes messages in. Returns what was done, and how many files could not be read; each of those is named
/// and left out, the rest goes on.
///
/// # Errors
/// When mails could not be made durable.
pub async fn take_in(
    app: &App,
    messages: impl Iterator<Item = Result<FileMessage, SourceError>>,
) -> Result<(Imported, usize), Failure> {
    let progress = Progress::of("mails");
    let (mut import, mut seen, mut unreadable) = (import_mail::Import::new(app), 0, 0);
    for message in messages {
        seen += 1;
        match message {
            Ok(message) => import.add(Incoming::new(app, message.raw)).await?,
            Err(error) => {
                unreadable += 1;
                eprintln!("countersign: {error} It was left out.");
            }
        }
        progress.at(seen, seen);
    }
    drop(progress);
    Ok((import.finish().await?, unreadable))
}

fn told(imported: &Imported) -> String {
    let Imported { taken, repeated, quarantined, waiting } = imported;
    let again = if *waiting > 0 {
        format!(" {waiting} could not be stored as tickets yet; the desk tries again when it runs.")
    } else {
        String::new()
    };
    format!(
        "{taken} new mails taken in, {repeated} were here before, {quarantined} wait in quarantine.{again} Nothing was sent."
    )
}

/// Folders hold other things too. A file named as a mail is one, however broken; any other file when
/// it begins as a mail does: with a header field, or with an mbox's `From `.
fn looks_like_mail(message: &FileMessage) -> bool {
    let named =
        message.path.extension().is_some_and(|x| x.eq_ignore_ascii_case("eml") || x.eq_ignore_ascii_case("mbox"));
    let first = message.raw.split(|b| *b == b'\n').next().unwrap_or_default();
    let field = first.split(|b| *b == b':').next().unwrap_or_default();
    let begins =
        field.len() < first.len() && !field.is_empty() && field.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
    named || begins || first.starts_with(b"From ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_mail_is_taken_from_a_folder() {
        let cases: [(&str, &[u8], bool); 7] = [
            ("a.eml", b"\0\0", true),
            ("1700.M1.host:2,S", b"Return-Path: <a@b.example>\r\n", true),
            ("cur", b"From a@b.example Mon\nSubject: x\n", true),
            ("index.json", b"[{\"file\": \"a.eml\"}]", false),
            ("README.md", b"# Mails: some\n", false),
            ("empty", b"", false),
            ("notes.txt", b"Hello there\n", false),
        ];
        for (path, raw, expected) in cases {
            assert_eq!(looks_like_mail(&FileMessage { path: path.into(), raw: raw.to_vec() }), expected, "{path}");
        }
    }
}
