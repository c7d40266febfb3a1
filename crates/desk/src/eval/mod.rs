//! Eval cases: what the desk was asked once, what it may use to answer, and what has to come of it. Every failure in
//! production can become one, and a suite of them judges a change before people meet it.
//!
//! A case is a file ([`read`], [`write`]) that holds everything it needs: running it asks no index and no database.
//! [`score`] holds what the desk did against what a case expects and tells every difference in words. No model grades there; what
//! one may be asked apart from that stands in `graded.rs`, and what its word counts for in `grader.rs`.
//!
//! Start with [`Case`]; what cannot be expected together stands in `check.rs`.

use crate::{
    closed_list,
    failure::Failure,
    operating::OperatingModel,
    own_ai::Sentiment,
    people::Cohort,
    policy::{Policies, Policy},
};

mod alike;
mod check;
pub mod graded;
pub mod grader;
mod pin;
mod promptfoo;
mod read;
mod score;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use alike::{Asked, Kept, NEAR, SAME, codes, cosine, nearest, sameness};
pub use check::check;
pub use pin::{Pin, causes};
pub use promptfoo::{from_promptfoo, to_promptfoo};
pub use read::read;
pub use score::{Did, Difference, Label, Scored, Scorer, Verdict, score};
pub use write::{Tree, tree, write};

/// Largest file of a case, in bytes.
pub const FILE_BYTES_MAX: usize = 512 * 1024;

closed_list! {
    /// How bad it is when a case fails.
    pub enum Severity ("severity") {
        /// Somebody would notice.
        Minor = "minor",
        /// Somebody would be told something wrong.
        Major = "major",
        /// Harm: money, access, law, trust. Nothing is promoted while one of these fails.
        Severe = "severe",
    }
}

closed_list! {
    /// What made somebody think of a case.
    pub enum Origin ("origin of an eval case") {
        /// A person took it from a ticket.
        ByHand = "by_hand",
        /// A draft was turned down.
        RejectedDraft = "rejected_draft",
        /// What left says something else than the draft did.
        EditedDraft = "edited_draft",
        /// A draft left, and the requester came back.
        CameBack = "came_back",
        /// A person sorted the ticket otherwise.
        CorrectedTriage = "corrected_triage",
        /// The receiver of an escalation gave it back.
        ReturnedEscalation = "returned_escalation",
        /// The requester rated it low.
        LowRating = "low_rating",
        /// The requester was angry or spoke of the law after an answer of ours.
        Complaint = "complaint",
        /// A person called a cause that telemetry seemed to show wrong.
        WrongDiagnosis = "wrong_diagnosis",
        /// Somebody who looked again found that it should not have left.
        SecondLook = "second_look",
        /// The requester complained about the company's own AI product.
        OwnAi = "own_ai",
        /// It came from other files.
        Imported = "imported",
    }
}

closed_list! {
    /// Who speaks in a case.
    pub enum Speaker ("speaker") {
        /// Whoever asked.
        Requester = "requester",
        /// Whoever answered them.
        Desk = "desk",
    }
}

closed_list! {
    /// Whether the machine writes a reply.
    pub enum Reply ("expectation of a reply") {
        /// It drafts one.
        Written = "written",
        /// It leaves every word to a person.
        Withheld = "withheld",
    }
}

closed_list! {
    /// Whether a case goes up.
    pub enum Escalation ("expectation of an escalation") {
        /// It is proposed or carried out.
        GoesUp = "goes_up",
        /// It stays.
        Stays = "stays",
    }
}

/// One message of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who wrote it.
    pub by: Speaker,
    /// Its subject; empty for answers.
    pub subject: String,
    /// Its words.
    pub text: String,
}

/// Words that a reply may rest on, as they were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Stable name that expectations use.
    pub id: String,
    /// Version of the article.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// Its words.
    pub text: String,
}

/// What is known of whoever asks, as far as it chooses a voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asker {
    /// Kind of customer.
    pub segment: Option<Cohort>,
    /// What they do at their company.
    pub role: Option<String>,
    /// Their plan.
    pub plan: Option<String>,
}

/// What has to come of it. What is not named is not judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The category that the classifier finds.
    pub label: Option<String>,
    /// Whether there is a draft.
    pub reply: Option<Reply>,
    /// Whether it goes up.
    pub escalation: Option<Escalation>,
    /// Sources that the draft rests on.
    pub must_cite: Vec<String>,
    /// Phrases of the draft.
    pub must_say: Vec<String>,
    /// Phrases that it never holds.
    pub must_not_say: Vec<String>,
    /// Phrases of its questions.
    pub must_ask: Vec<String>,
    /// Statements about the draft that a model may be asked about, and that fail no case.
    pub graded: Vec<String>,
    /// Longest draft, in words.
    pub words_max: Option<usize>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name, which is that of its file.
    pub id: String,
    /// What it is about, in a line.
    pub title: String,
    /// How bad it is when it fails.
    pub severity: Severity,
    /// What went wrong when it was made.
    pub failure: Failure,
    /// What made somebody think of it.
    pub origin: Origin,
    /// The product that it tests; none for this desk.
    pub suite: Option<String>,
    /// How whoever complained about that product felt.
    pub sentiment: Option<Sentiment>,
    /// Day it was made.
    pub made: String,
    /// What a person has to do before it counts, where the machine wrote the file; none from then on.
    pub proposed: Option<String>,
    /// Why it counts no more; none while it does.
    pub retired: Option<String>,
    /// The category it is worked in.
    pub category: Option<String>,
    /// How its category was worked when it was made.
    pub operating_model: Option<OperatingModel>,
    /// Key of the persona that spoke; none for the desk's own voice.
    pub persona: Option<String>,
    /// Policies as they were.
    pub policies: Vec<Pin>,
    /// Who asks.
    pub asker: Asker,
    /// What was said, oldest first; the last is what is answered.
    pub messages: Vec<Said>,
    /// What was done and seen, where it tests another product.
    pub steps: Vec<String>,
    /// What a reply may rest on.
    pub sources: Vec<Source>,
    /// What has to come of it.
    pub expect: Expectation,
}

impl Case {
    /// Everything people wrote and may have named themselves in.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        let said = self.messages.iter().flat_map(|m| [m.subject.as_str(), m.text.as_str()]);
        let expect = &self.expect;
        let phrases = [&expect.must_say, &expect.must_not_say, &expect.must_ask, &expect.graded].into_iter().flatten();
        said.chain([self.title.as_str()]).chain(self.steps.iter().chain(phrases).map(String::as_str))
    }

    /// Whether it tests this desk. What tests another product is never judged here.
    #[must_use]
    pub fn is_of_desk(&self) -> bool {
        self.suite.is_none()
    }

    /// The message that is answered, if the case has any.
    #[must_use]
    pub fn question(&self) -> Option<&Said> {
        self.messages.iter().rfind(|m| m.by == Speaker::Requester)
    }
}

/// The policies that a case may fail by: its category's, and all that hold for everybody.
pub fn matter<'a>(policies: &'a Policies, case: &'a Case) -> impl Iterator<Item = &'a Policy> {
    use crate::policy::{DEFAULT_KEY, PolicyKind};
    policies.all().iter().filter(move |p| match p.kind {
        PolicyKind::OperatingModel => case.category.as_deref() == Some(p.key.as_str()),
        PolicyKind::Persona => p.key == DEFAULT_KEY || case.persona.as_deref() == Some(p.key.as_str()),
        PolicyKind::RiskRules | PolicyKind::Escalation => true,
        PolicyKind::Routing | PolicyKind::Macro | PolicyKind::Service => false,
    })
}

/// Letters and digits of a title, for a name: `refund-asked-after-the-window`.
#[must_use]
pub fn slug(title: &str) -> String {
    const CHARS: usize = 50;
    let keep = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
    let plain: String = title.chars().map(keep).collect();
    let mut out = String::new();
    for word in plain.split_whitespace() {
        if out.len() + word.len() >= CHARS {
            break;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(word);
    }
    if out.is_empty() { "case".to_owned() } else { out }
}
