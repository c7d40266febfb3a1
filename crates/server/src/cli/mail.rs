//! `countersign mail`: how mails are read, on files, beside any desk.

use std::path::PathBuf;

use connect::mail::{Machine, Oddity, ParsedMail, Settings, parse, sources::files, split_reply};
use serde::{Deserialize, Serialize};

use super::{
    Failure, Outcome,
    bench::{Figure, Goal},
    output::line,
    search::shelf::numbered,
};

/// Read mails as the desk would.
#[derive(Debug, clap::Subcommand)]
pub enum Mail {
    /// Measure how replies are parted from what they quote, one JSON line each: `{"input":"...","expected":"..."}`; a line may
    /// say `"whitespace_ignored":true`. Prints exact (how many came out as expected) and n.
    Strip {
        /// The cases.
        #[arg(long, value_name = "FILE")]
        cases: PathBuf,
        /// One JSON line per figure.
        #[arg(long)]
        json: bool,
        /// Show each case that came out otherwise.
        #[arg(long)]
        misses: bool,
    },
    /// Say of each mail who wrote it: a person or which kind of machine, one JSON line per message.
    Classify {
        /// A folder of mails, a mail, or an mbox.
        #[arg(value_name = "DIR")]
        place: PathBuf,
    },
}

impl Mail {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::BadInput`] with the line or file that cannot be read.
    pub fn run(self) -> Outcome {
        match self {
            Self::Strip { cases, json, misses } => strip(&cases, json, misses),
            Self::Classify { place } => classify(&place),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Case {
    input: String,
    expected: String,
    #[serde(default)]
    whitespace_ignored: bool,
}

impl Case {
    fn is_exact(&self, found: &str) -> bool {
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let same = found.trim() == self.expected.trim();
        same || (self.whitespace_ignored && bare(found) == bare(&self.expected))
    }
}

fn strip(cases: &std::path::Path, json: bool, misses: bool) -> Outcome {
    let cases: Vec<(usize, Case)> = numbered(cases)?;
    let mut exact = 0;
    for (number, case) in &cases {
        let found = split_reply(&case.input).latest;
        if case.is_exact(&found) {
            exact += 1;
        } else if misses {
            line(format!("line {number}: expected {:?}, found {found:?}", case.expected));
        }
    }
    let figure = |name: &str, value: usize| Figure::new("mail", name, value as f64, "", cases.len(), Goal::Unset);
    figure("exact", exact).print(json);
    figure("n", cases.len()).print(json);
    Ok(())
}

/// One message, as its line says.
#[derive(Debug, Serialize)]
struct Classified<'a> {
    file: String,
    #[serde(flatten)]
    writer: Writer<'a>,
    oddities: &'a [Oddity],
}

/// Its `kind` is `person`, or `auto_reply`, `bounce`, `read_receipt`, `complaint`, `bulk` or `own_loop` with what says so.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Writer<'a> {
    Machine(&'a Machine),
    Person { kind: &'static str },
}

fn classify(place: &std::path::Path) -> Outcome {
    let messages = files(place).map_err(|e| Failure::BadInput(e.to_string()))?;
    let mut count = 0;
    for message in messages {
        let message = message.map_err(|e| Failure::BadInput(e.to_string()))?;
        let parsed: ParsedMail = parse(&message.raw, &Settings::default());
        let writer = parsed.machine.as_ref().map_or(Writer::Person { kind: "person" }, Writer::Machine);
        let said = Classified {
            file: message.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            writer,
            oddities: &parsed.oddities,
        };
        line(serde_json::to_string(&said).map_err(|e| Failure::told(e.to_string()))?);
        count += 1;
    }
    if count == 0 {
        return Err(Failure::BadInput(format!("{} holds no mail. Name a folder of mails.", place.display())));
    }
    Ok(())
}
