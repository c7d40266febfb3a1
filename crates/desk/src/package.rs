//! What goes up with a case: everything that is known, each line in its origin's words, and what is not known by name.
//!
//! Nothing is paraphrased, so nothing is invented; whoever receives a package reads what was said and where. Sentences
//! that speak to the machine are left out. Start with [`build`]; `find.rs` says which sentence belongs where.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list, deadline,
    ids::MessageId,
    suggestion::Evidence,
    summary::{self, Said},
    time::Timestamp,
};

mod find;
#[cfg(test)]
mod tests;

pub use find::{is_promise, is_step};

/// Longest quote, in characters.
const QUOTE_CHARS: usize = 300;
/// Most lines of one part.
const LINES_MAX: usize = 8;

closed_list! {
    /// A part of a package.
    pub enum Part ("part of a package") {
        /// What it is about.
        Summary = "summary",
        /// What the requester wants.
        Wants = "wants",
        /// Whom it hurts, and how much.
        Impact = "impact",
        /// Versions, devices, places, codes.
        Environment = "environment",
        /// Steps tried, each with what came of it where that was said.
        Tried = "tried",
        /// Passages, files and logs.
        Evidence = "evidence",
        /// What nobody has answered.
        Open = "open",
        /// By when.
        Deadline = "deadline",
        /// Who promised what.
        Promised = "promised",
    }
}

impl Part {
    /// What is said where nothing is known.
    #[must_use]
    pub const fn unknown(self) -> &'static str {
        match self {
            Self::Summary => "Nobody said what it is about.",
            Self::Wants => "What the requester wants is not said.",
            Self::Impact => "Nobody said whom it hurts and how much.",
            Self::Environment => "No version, device or code was named.",
            Self::Tried => "No step was named that was tried.",
            Self::Evidence => "There is no passage, file or log.",
            Self::Open => "No question is open.",
            Self::Deadline => "No deadline was named or promised.",
            Self::Promised => "Nothing was promised.",
        }
    }
}

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// Words of a message.
    Message {
        /// Which.
        message: MessageId,
        /// First character in its newest part.
        start: usize,
        /// One past the last.
        end: usize,
        /// Who wrote it.
        author: String,
        /// When.
        at: Timestamp,
    },
    /// A passage of an article.
    Passage {
        /// The article's title.
        title: String,
        /// Where it is shown.
        link: String,
    },
    /// A file that came with a message.
    File {
        /// Its name.
        name: String,
        /// Which message.
        message: MessageId,
    },
    /// An internal note.
    Note {
        /// Who wrote it.
        author: String,
        /// When.
        at: Timestamp,
    },
    /// What the desk promised by its targets.
    Target,
    /// What the machine saw, with its own evidence.
    Signal,
    /// What is stored of the requester.
    Customer,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where it belongs.
    pub part: Part,
    /// The words.
    pub text: String,
    /// Where they come from.
    pub origin: Origin,
    /// By when, for deadlines and promises that name a day.
    #[serde(default)]
    pub due: Option<Timestamp>,
}

/// A case, packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Lines, by part.
    pub lines: Vec<Line>,
    /// Parts of which nothing is known.
    pub unknown: Vec<Part>,
    /// Of the unknown ones, those that the receiver needs.
    pub missing: Vec<Part>,
}

/// A message, as far as a package reads it.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// Its id.
    pub message: MessageId,
    /// Whether the requester's side wrote it.
    pub inbound: bool,
    /// Who.
    pub author: &'a str,
    /// When.
    pub at: Timestamp,
    /// Its newest words.
    pub text: &'a str,
}

/// What is known beside the messages.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The ticket's subject.
    pub subject: String,
    /// Lines of signals, passages, files, notes, targets and the customer, ready to be put in.
    pub lines: Vec<Line>,
    /// What the receiver needs; empty asks for what every receiver needs.
    pub needs: Vec<Part>,
}

/// What a receiver needs that asks for nothing itself.
const USUAL: [Part; 3] = [Part::Wants, Part::Impact, Part::Tried];

/// Packs a case. `turns` are its messages, oldest first, those of machines left out.
#[must_use]
pub fn build(turns: &[Turn<'_>], beside: &Beside) -> Package {
    let plain: Vec<summary::Turn<'_>> =
        turns.iter().map(|t| summary::Turn { message: t.message, inbound: t.inbound, text: t.text }).collect();
    let said: Vec<Said> = plain.iter().enumerate().flat_map(|(at, turn)| summary::sentences(at, turn.text)).collect();
    let mut lines = Vec::new();
    let add = |lines: &mut Vec<Line>, part: Part, said: &Said, due: Option<Timestamp>| {
        if let Some(turn) = turns.get(said.turn) {
            lines.push(line(part, said, turn, due));
        }
    };
    for (part, one) in find::parts(turns, &said) {
        let at = turns.get(one.turn).map_or(Timestamp::from_secs(0), |t| t.at);
        let due = matches!(part, Part::Deadline | Part::Promised).then(|| deadline::find(&one.text, at)).flatten();
        add(&mut lines, part, one, due.and_then(|d| d.due));
    }
    if lines.iter().all(|l| l.part != Part::Summary)
        && let (Some(turn), false) = (turns.iter().find(|t| t.inbound), beside.subject.trim().is_empty())
    {
        let origin =
            Origin::Message { message: turn.message, start: 0, end: 0, author: turn.author.to_owned(), at: turn.at };
        lines.push(Line { part: Part::Summary, text: beside.subject.clone(), origin, due: None });
    }
    lines.extend(beside.lines.iter().cloned());
    lines.sort_by_key(|l| l.part);
    let mut kept: Vec<Line> = Vec::new();
    for one in lines {
        let alike = kept.iter().filter(|k| k.part == one.part).count();
        if alike < LINES_MAX && !kept.iter().any(|k| k.part == one.part && k.text == one.text) {
            kept.push(one);
        }
    }
    let has = |part: &Part| kept.iter().any(|l| l.part == *part);
    let unknown: Vec<Part> = Part::ALL.iter().copied().filter(|p| !has(p)).collect();
    let needs: &[Part] = if beside.needs.is_empty() { &USUAL } else { &beside.needs };
    let missing = needs.iter().copied().filter(|p| unknown.contains(p)).collect();
    Package { lines: kept, unknown, missing }
}

fn line(part: Part, said: &Said, turn: &Turn<'_>, due: Option<Timestamp>) -> Line {
    let flat = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = if flat.chars().count() > QUOTE_CHARS {
        let cut: String = flat.chars().take(QUOTE_CHARS).collect();
        format!("{} …", cut.rsplit_once(' ').map_or(cut.as_str(), |(head, _)| head))
    } else {
        flat
    };
    let (start, end) = (said.start, said.end);
    let origin = Origin::Message { message: turn.message, start, end, author: turn.author.to_owned(), at: turn.at };
    Line { part, text, origin, due }
}

impl Line {
    /// A signal's words as a line of evidence.
    #[must_use]
    pub fn signal(seen: &Evidence) -> Self {
        Self { part: Part::Evidence, text: seen.text.clone(), origin: Origin::Signal, due: None }
    }
}

impl Package {
    /// The lines of a part.
    pub fn of(&self, part: Part) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |l| l.part == part)
    }

    /// As plain text, for another system or a colleague elsewhere.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for part in Part::ALL {
            text.push_str(&format!("{}\n", part.word().to_uppercase()));
            let mut any = false;
            for line in self.of(*part) {
                any = true;
                let from = match &line.origin {
                    Origin::Message { author, at, .. } => format!("{author}, {}", at.date()),
                    Origin::Passage { title, .. } => format!("article {title}"),
                    Origin::File { name, .. } => format!("file {name}"),
                    Origin::Note { author, at } => format!("note of {author}, {}", at.date()),
                    Origin::Target => "service targets".to_owned(),
                    Origin::Signal => "seen by the machine".to_owned(),
                    Origin::Customer => "customer record".to_owned(),
                };
                text.push_str(&format!("  - {} [{from}]\n", line.text));
            }
            if !any {
                text.push_str(&format!("  - unknown: {}\n", part.unknown()));
            }
        }
        text
    }
}
