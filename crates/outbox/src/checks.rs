//! What the sealed page says about a reply before a person approves it: pure, over loaded facts.

use std::collections::HashSet;

use desk::{
    Refusal, closed_list,
    conduct::Conduct,
    consent::{DeskDefault, may_use_ai},
    draft::{DraftOrigin, Sentence, Support, ai_share},
    envelope::AiPart,
    grounding::facts,
    knowledge::Cited,
    language::Language,
    people::Role,
    persona::{Chosen, lint},
    terms::{CheckAnswer, RequiredCheck},
};
use serde::Serialize;

use crate::{
    approve::Acknowledged,
    world::{Draft, Source, Ticket},
};

closed_list! {
    /// What a check found.
    pub enum CheckState ("state of a check") {
        /// Nothing.
        Ok = "ok",
        /// Something a person must have seen and confirmed.
        Warn = "warn",
        /// Something that cannot be confirmed away.
        Block = "block",
    }
}

/// Share of a text's words above which it is the machine's, even if no sentence stayed whole.
const MACHINE_SHARE_MAX: f64 = 0.5;

/// One line of the list a person reads before approving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable name; an acknowledgement names it. Those a policy asks for begin with `policy.`.
    pub key: String,
    /// What was looked at, or what to confirm.
    pub label: String,
    /// What was found.
    pub state: CheckState,
    /// The words concerned.
    pub detail: String,
    /// How it is confirmed.
    #[serde(serialize_with = "answer_word")]
    pub answer: CheckAnswer,
}

fn answer_word<S: serde::Serializer>(answer: &CheckAnswer, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(answer.word())
}

impl Check {
    fn plain(key: &str, label: String, state: CheckState, detail: String) -> Self {
        Self { key: key.to_owned(), label, state, detail, answer: CheckAnswer::Tick }
    }
}

/// Everything the checks look at.
pub(crate) struct Looked<'a> {
    pub ticket: &'a Ticket,
    pub draft: &'a Draft,
    pub sentences: &'a [Sentence],
    pub cited: &'a [Cited],
    pub sources: &'a [Source],
    pub ai_default: DeskDefault,
    /// The voice that speaks to the requester today, or why none does.
    pub voice: &'a Result<Chosen, String>,
    pub conduct: &'a Conduct,
    pub approver: Role,
    /// Whether this person's own yes waits for a colleague's.
    pub own_yes_waits: bool,
}

impl Looked<'_> {
    fn machine_sentences(&self) -> impl Iterator<Item = &Sentence> {
        self.sentences.iter().filter(|s| s.support != Support::Agent)
    }

    /// Whether the text is the machine's to a degree that counts.
    pub(crate) fn is_machines(&self) -> bool {
        self.draft.origin != DraftOrigin::Agent
            && (self.machine_sentences().any(|s| s.support != Support::Frame)
                || ai_share(self.draft.machine_body.as_deref(), &self.draft.body) > MACHINE_SHARE_MAX)
    }
}

/// How much the machine had to do with it, for the header.
pub(crate) fn ai_part(draft: &Draft) -> AiPart {
    match draft.machine_body.as_deref() {
        Some(machine) if draft.origin != DraftOrigin::Agent => {
            if machine.trim() == draft.body.trim() {
                AiPart::Unchanged
            } else if ai_share(Some(machine), &draft.body) > 0.0 {
                AiPart::Edited
            } else {
                AiPart::None
            }
        }
        _ => AiPart::None,
    }
}

/// The whole list, in the order a person should read it.
pub(crate) fn look(at: &Looked<'_>) -> Vec<Check> {
    let mut list = vec![
        category(at),
        consent(at),
        sources(at),
        earlier(at),
        support(at),
        stray_facts(at),
        doubts(at),
        language(at),
    ];
    list.extend(voice(at));
    list.extend(approver(at));
    list.extend(escalation(at));
    list.extend(required(at));
    list
}

/// Does anything stand against approving, given what was acknowledged?
pub(crate) fn cleared(checks: &[Check], acknowledged: &[Acknowledged]) -> Result<(), Refusal> {
    if let Some(block) = checks.iter().find(|c| c.state == CheckState::Block) {
        return Err(Refusal::Blocked { label: block.label.clone() });
    }
    let is_open = |c: &&Check| {
        c.state == CheckState::Warn
            && !acknowledged.iter().any(|a| a.key == c.key && (c.answer == CheckAnswer::Tick || a.has_note()))
    };
    match checks.iter().find(is_open) {
        Some(warn) => Err(Refusal::Unacknowledged { label: warn.label.clone() }),
        None => Ok(()),
    }
}

fn check(key: &str, found: Option<(CheckState, &str, String)>, clean: &str) -> Check {
    match found {
        Some((state, label, detail)) => Check::plain(key, label.to_owned(), state, detail),
        None => Check::plain(key, clean.to_owned(), CheckState::Ok, String::new()),
    }
}

fn category(at: &Looked<'_>) -> Check {
    let refused = at.conduct.allows(at.draft.origin).err().filter(|_| at.is_machines());
    let found = refused.map(|refusal| {
        let model = at.conduct.model;
        let detail = match refusal {
            Refusal::Lapsed { why } => why,
            inside @ (Refusal::Inside | Refusal::Rung { .. }) => inside.to_string(),
            _ => format!("{}: people keep {}", model.name(), model.people_keep()),
        };
        (CheckState::Block, "in this category people write every word", detail)
    });
    check("category", found, "The category allows this text")
}

/// Whether this person's yes counts here; told before they try.
fn approver(at: &Looked<'_>) -> Option<Check> {
    let waits = at.own_yes_waits.then_some(Refusal::NeedsSecond);
    let refusal = at.conduct.approved_by(at.approver).err().or(waits)?;
    let label = "somebody else has to approve this".to_owned();
    Some(Check::plain("approver", label, CheckState::Block, refusal.to_string()))
}

/// What the category's policy has an approver confirm.
fn required(at: &Looked<'_>) -> Vec<Check> {
    let one = |check: &RequiredCheck| Check {
        key: format!("policy.{}", check.key),
        label: check.sentence.clone(),
        state: CheckState::Warn,
        detail: String::new(),
        answer: check.answer,
    };
    at.conduct.checks.iter().map(one).collect()
}

/// Escalating is a person's work; the page asks whether it was done.
fn escalation(at: &Looked<'_>) -> Option<Check> {
    let flags: Vec<String> = at.conduct.escalate.iter().map(|f| f.word().replace('_', " ")).collect();
    (!flags.is_empty()).then(|| {
        let label = "escalated, or decided not to, with the reason in a note".to_owned();
        Check::plain("escalation", label, CheckState::Warn, flags.join("\n"))
    })
}

fn consent(at: &Looked<'_>) -> Check {
    let refused = may_use_ai(at.ticket.voices(at.ai_default)).err().filter(|_| at.is_machines());
    let found = refused.map(|refusal| {
        (CheckState::Block, "the machine wrote this and AI is off for this customer", refusal.to_string())
    });
    check("consent", found, "AI may be used for this customer")
}

fn sources(at: &Looked<'_>) -> Check {
    let gone: Vec<&str> = at.sources.iter().filter(|s| !s.still_good).map(|s| s.title.as_str()).collect();
    let found = (!gone.is_empty())
        .then(|| (CheckState::Block, "a cited source changed or may no longer be used", gone.join("\n")));
    check("sources", found, "Every cited source is current")
}

/// A second letter must not go out blindly over a first whose fate nobody knows.
fn earlier(at: &Looked<'_>) -> Check {
    let found = at.ticket.has_uncertain_letter.then(|| {
        let detail = "Say first whether it arrived, so that nobody reads the same twice.".to_owned();
        (CheckState::Warn, "an earlier letter of this ticket may have left", detail)
    });
    check("earlier", found, "No earlier letter's fate is open")
}

fn support(at: &Looked<'_>) -> Check {
    let bare = texts(at.machine_sentences().filter(|s| s.support == Support::Unsupported));
    let found = bare.map(|detail| (CheckState::Warn, "these sentences stand without a source", detail));
    check("support", found, "Every statement of the machine cites a source")
}

fn stray_facts(at: &Looked<'_>) -> Check {
    let known: HashSet<String> =
        at.cited.iter().filter(|c| c.grounds()).flat_map(|c| [facts(&c.text), facts(&c.title)].concat()).collect();
    let stray = |s: &&Sentence| facts(&s.text).iter().any(|fact| !known.contains(fact));
    let claims = at.machine_sentences().filter(|s| s.support != Support::Unsupported).filter(stray);
    let found =
        texts(claims).map(|detail| (CheckState::Warn, "numbers or codes here occur in no cited source", detail));
    check("facts", found, "Numbers and codes occur in the cited sources")
}

fn doubts(at: &Looked<'_>) -> Check {
    let doubted = at.is_machines() && !at.draft.doubts.is_empty();
    let found = doubted.then(|| (CheckState::Warn, "the drafter had doubts", at.draft.doubts.join("\n")));
    check("doubts", found, "The drafter had no doubts")
}

fn language(at: &Looked<'_>) -> Check {
    let asked: Option<Language> = at.ticket.language.as_deref().and_then(|word| word.parse().ok());
    let answered = Language::guess(&at.draft.body);
    let found = asked.filter(|asked| *asked != answered).map(|asked| {
        let detail = format!("asked in {}, answered in {}", asked.name(), answered.name());
        (CheckState::Warn, "the reply is in another language than the question", detail)
    });
    check("language", found, "The reply is in the customer's language")
}

/// Where the text leaves the voice it was made in, and whether another one would speak today. A matter of style: it is
/// mended, or confirmed.
fn voice(at: &Looked<'_>) -> Option<Check> {
    let made_in = at.draft.voice.as_ref()?;
    let now = at.voice.as_ref().map(Chosen::pin).map_err(String::as_str);
    let told = match (now, at.voice) {
        (Ok(now), Ok(_)) if now == made_in.pin() => None,
        (Ok(_), Ok(other)) if other.key == made_in.key => Some(format!("the voice {} changed since", made_in.name)),
        (Ok(_), Ok(other)) => {
            Some(format!("made in the voice {}; {} speaks to this customer now", made_in.name, other.name))
        }
        (Err(why), _) => Some(why.to_owned()),
        _ => None,
    };
    let breaches = lint(&at.draft.body, &made_in.voice, made_in.language);
    let details: Vec<String> = told.into_iter().chain(breaches.into_iter().map(|b| b.why)).collect();
    let found = (!details.is_empty()).then(|| (CheckState::Warn, "the text leaves its voice", details.join("\n")));
    Some(check("voice", found, "The text keeps its voice"))
}

fn texts<'a>(sentences: impl Iterator<Item = &'a Sentence>) -> Option<String> {
    let all: Vec<&str> = sentences.map(|s| s.text.as_str()).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}
