//! `countersign eval from-export`: complaints about a company's own AI product, in what other desks export, as proposed cases.

use std::path::{Path, PathBuf};

use connect::exports::{self, By, Conversation, Turn};
use desk::{
    eval::{self, Case, Said, Speaker},
    own_ai,
};
use redact::Namespace;

use super::convert;
use crate::{
    cli::{Failure, Outcome, output::line},
    clock::Clock,
    flow::{prepare_reply::know, propose_case, propose_for_product},
};

/// Largest file, in bytes.
const BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Longest part of a name that comes from another desk's id.
const ID_CHARS: usize = 24;

/// The desk that wrote the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Desk {
    /// Tickets with comments, one on each line, or pages of the incremental export.
    Zendesk,
    /// Conversations with their parts.
    Intercom,
    /// Tickets with their conversations or notes.
    Freshdesk,
    /// Conversations with their threads.
    Helpscout,
}

/// Find complaints about your own AI product in what another desk exported.
#[derive(Debug, clap::Args)]
pub struct FromExport {
    /// Files in JSON.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// The desk that wrote them.
    #[arg(long = "as", value_enum)]
    pub desk: Desk,
    /// The product's name, as customers know it.
    #[arg(long, value_name = "NAME")]
    pub product: String,
    /// Folder for the cases; made when it is not there. A case that is there already stays as it is.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
}

impl FromExport {
    /// Runs it. A file that does not read is named and gives no case; the others go on.
    ///
    /// # Errors
    /// The files that do not read, each with the place and what was expected there.
    pub fn run(self) -> Outcome {
        if self.product.trim().is_empty() {
            return Err(Failure::BadInput("--product is empty; name your AI product as customers know it.".to_owned()));
        }
        let mut broken = Vec::new();
        for file in &self.files {
            match self.cases_of(file) {
                Ok((conversations, cases)) => {
                    let new = convert::keep(&self.to, &cases)?;
                    let (file, to, there) = (file.display(), self.to.display(), cases.len() - new);
                    let found =
                        format!("{conversations} read, {} with a complaint about {}", cases.len(), self.product);
                    line(format!("{file}: {found}; {new} new proposed cases in {to}, {there} were there."));
                }
                Err(why) => broken.push(format!("{}: {why}", file.display())),
            }
        }
        if broken.is_empty() { Ok(()) } else { Err(Failure::BadInput(broken.join("\n"))) }
    }

    /// How many conversations a file holds, and the cases of those that complain.
    fn cases_of(&self, file: &Path) -> Result<(usize, Vec<Case>), String> {
        let bytes = std::fs::metadata(file).map_err(|e| e.to_string())?.len();
        if bytes > BYTES_MAX {
            return Err(format!("it is larger than {} MB; split it.", BYTES_MAX / 1024 / 1024));
        }
        let text = std::fs::read_to_string(file).map_err(|e| format!("{e}; an export is text in UTF-8."))?;
        let conversations = exports::read(self.desk.into(), &text).map_err(|broken| format!("{broken}."))?;
        let cases: Result<Vec<Case>, String> =
            conversations.iter().filter_map(|one| self.case_of(one).transpose()).collect();
        Ok((conversations.len(), cases?))
    }

    /// The case of a conversation, up to the first message that complains; none where none does.
    fn case_of(&self, one: &Conversation) -> Result<Option<Case>, String> {
        let products = [self.product.trim().to_owned()];
        let mut subject = one.subject.clone();
        let found = one.turns.iter().enumerate().filter(|(_, turn)| turn.by == By::Requester).find_map(|(at, turn)| {
            // The subject is that of the first message alone.
            let subject = std::mem::take(&mut subject);
            let said = Said { by: Speaker::Requester, subject, text: turn.text.clone() };
            Some((at, own_ai::complaint(&[said], &products)?))
        });
        let Some((at, complaint)) = found else { return Ok(None) };
        let turns = one.turns.iter().take(at + 1).map(|Turn { by, text }| (speaker(*by), text.as_str()));
        let messages = propose_case::messages(turns, &one.subject);
        let mut case = propose_for_product::case(complaint, messages, &Clock::default().now().date());
        let mut known = Vec::new();
        one.people.iter().for_each(|(name, address)| know(&mut known, name, address));
        // Nothing is put back from these placeholders, so that no secret lies in them.
        propose_case::hide_as(&mut case, known, Namespace::new(*b"files")).map_err(|e| e.to_string())?;
        case.proposed = Some(
            "Nobody looked at this yet. Read it, say under expect what has to come of it, then take this line out."
                .to_owned(),
        );
        case.id = propose_for_product::name(&case, &number(&one.id));
        let problems: Vec<String> = eval::check(&case).into_iter().map(|(_, why)| why).collect();
        if problems.is_empty() {
            Ok(Some(case))
        } else {
            Err(format!("conversation {}: {}", one.id, problems.join(" ")))
        }
    }
}

const fn speaker(by: By) -> Speaker {
    match by {
        By::Requester => Speaker::Requester,
        By::Desk => Speaker::Desk,
    }
}

/// Another desk's id as a part of a file's name.
fn number(id: &str) -> String {
    let kept = id.chars().filter(char::is_ascii_alphanumeric).take(ID_CHARS);
    kept.map(|c| c.to_ascii_lowercase()).collect()
}

impl From<Desk> for exports::Desk {
    fn from(desk: Desk) -> Self {
        match desk {
            Desk::Zendesk => Self::Zendesk,
            Desk::Intercom => Self::Intercom,
            Desk::Freshdesk => Self::Freshdesk,
            Desk::Helpscout => Self::HelpScout,
        }
    }
}
