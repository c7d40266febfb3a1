//! Where mail goes, and what came back. A transport says what happened; it decides nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use desk::closed_list;

use crate::smtp::{self, SmtpConfig};

closed_list! {
    /// Why a mail could not leave just now, though nothing was wrong with it.
    pub enum Setback ("setback") {
        /// No conversation came about: unreachable, no encryption, sign-in refused. Every other
        /// mail would fare the same, so the caller should pause and tell an administrator.
        Channel = "channel",
        /// The server said "not now" to this mail.
        Server = "server",
    }
}

/// What the mail server, or its absence, said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Report {
    /// Taken, for all recipients but the refused.
    Accepted { reply: String, refused: Vec<String> },
    /// Certainly not taken; may be tried again.
    Later { setback: Setback, reply: String },
    /// Certainly not taken, for good.
    Refused { reply: String },
    /// The final dot went out and no answer came: nobody can know (RFC 1047).
    Unanswered { reply: String },
}

/// A mail as handed over. An empty `mail_from` is the null sender of notices.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parcel<'a> {
    pub mail_from: &'a str,
    pub recipients: &'a [String],
    pub mime: &'a [u8],
}

/// A way out.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Nowhere: letters are kept in a table and shown on a page.
    Tray,
    /// A mail server.
    Smtp(SmtpConfig),
    /// Nowhere, for tests: keeps what it was handed and answers as it was told to.
    Recording(Recording),
}

impl Transport {
    pub(crate) async fn send(&self, parcel: Parcel<'_>) -> Report {
        match self {
            Self::Tray => Report::Accepted { reply: "kept in the tray".to_owned(), refused: Vec::new() },
            Self::Smtp(config) => smtp::send(config, parcel).await,
            Self::Recording(recording) => recording.take(parcel),
        }
    }
}

closed_list! {
    /// What a recording transport answers next.
    pub enum Scripted ("scripted answer") {
        /// Takes it.
        Accept = "accept",
        /// Not now; not taken.
        Later = "later",
        /// Never; not taken.
        Refuse = "refuse",
        /// Takes it and says nothing.
        Silence = "silence",
    }
}

/// A transport that keeps everything in memory.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    inner: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    letters: Vec<(String, Vec<String>, Vec<u8>)>,
    script: VecDeque<Scripted>,
}

impl Recording {
    /// Answers the next mails in this order, then accepts everything.
    pub fn script(&self, answers: impl IntoIterator<Item = Scripted>) {
        self.kept().script.extend(answers);
    }

    /// Whatever reached the far end: sender, recipients, bytes. Silence is counted too.
    #[must_use]
    pub fn letters(&self) -> Vec<(String, Vec<String>, Vec<u8>)> {
        self.kept().letters.clone()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, parcel: Parcel<'_>) -> Report {
        let mut kept = self.kept();
        let answer = kept.script.pop_front().unwrap_or(Scripted::Accept);
        if matches!(answer, Scripted::Accept | Scripted::Silence) {
            kept.letters.push((parcel.mail_from.to_owned(), parcel.recipients.to_vec(), parcel.mime.to_vec()));
        }
        let reply = format!("scripted: {answer}");
        match answer {
            Scripted::Accept => Report::Accepted { reply, refused: Vec::new() },
            Scripted::Later => Report::Later { setback: Setback::Server, reply },
            Scripted::Refuse => Report::Refused { reply },
            Scripted::Silence => Report::Unanswered { reply },
        }
    }
}
