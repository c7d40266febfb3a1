//! From an engine's guess, the rules and a deadline to one look: category, priority, flags, operating model, queue.
//!
//! Flags win. Whatever the guess says, a flag, a deadline or a second topic can only raise the priority and narrow
//! what the machine may write; `tests.rs` proves it for words stuffed into a mail, too.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    deadline::Deadline,
    ids::MessageId,
    operating::OperatingModel,
    risk::{Flag, Raised},
    suggestion::{Confidence, Doubt, Evidence, EvidenceKind},
    ticket::Priority,
    time::Timestamp,
};

mod standing;
#[cfg(test)]
mod tests;

pub use standing::{Answered, Dismissal, Kept, Seen, dismissals, keep, standing};

/// A member of the closed list triage chooses from; rows of the desk, loaded at set-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Stable key such as `billing.invoice`.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    /// What belongs here.
    pub description: String,
    /// How its cases are worked.
    pub operating_model: OperatingModel,
    /// Queue key.
    pub queue: String,
}

/// A second thing a mail asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Category key.
    pub category: String,
    /// Calibrated probability.
    pub probability: f64,
    /// The words that ask it.
    pub quote: String,
    /// The message they stand in.
    pub message: Option<MessageId>,
    /// Character offsets in its newest part.
    pub span: Option<(usize, usize)>,
}

/// What the classifier said, as plain values.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// Category key and calibrated probability, best first.
    pub ranked: Vec<(String, f64)>,
    /// The engine's own word on whether to believe the first.
    pub confidence: Confidence,
    /// Its conformal set, best first; empty when it has none.
    pub set: Vec<(String, f64)>,
    /// Second topics.
    pub also: Vec<Topic>,
}

impl Guess {
    /// No opinion, and why.
    #[must_use]
    pub fn none(why: &str) -> Self {
        let confidence = Confidence::Abstain { why: why.to_owned() };
        Self { ranked: Vec::new(), confidence, set: Vec::new(), also: Vec::new() }
    }
}

closed_list! {
    /// A part of an understanding that a person can set.
    pub enum Field ("field of an understanding") {
        /// Category.
        Category = "category",
        /// Priority.
        Priority = "priority",
        /// Queue.
        Queue = "queue",
        /// Risk flags.
        Flags = "flags",
    }
}

/// One look at a ticket. Looks of an older build lack the later fields; they read as empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    /// Category key; none when the machine does not know.
    pub category: Option<String>,
    /// Up to three keys with their probabilities, best first.
    pub candidates: Vec<(String, f64)>,
    /// The two or three keys it hesitates between; empty when it names one, or knows nothing.
    #[serde(default)]
    pub set: Vec<(String, f64)>,
    /// What else the mail asks.
    #[serde(default)]
    pub also: Vec<Topic>,
    /// Order of work.
    pub priority: Priority,
    /// Why a person must look.
    pub risk: Vec<Raised>,
    /// When the requester wants it.
    #[serde(default)]
    pub deadline: Option<Deadline>,
    /// How it is to be worked.
    pub operating_model: OperatingModel,
    /// Queue key.
    pub queue: String,
    /// Why this queue, in one sentence.
    #[serde(default)]
    pub queue_because: String,
    /// Where a person's look pays most.
    #[serde(default = "category_field")]
    pub least_certain: Field,
    /// What a person decided and this look left alone.
    #[serde(default)]
    pub kept: Vec<Field>,
    /// Flags a person dismissed, and when.
    #[serde(default)]
    pub dismissed: Vec<Dismissal>,
}

const fn category_field() -> Field {
    Field::Category
}

impl Triage {
    /// A look that found nothing, in a queue.
    #[must_use]
    pub fn unknown(queue: &str) -> Self {
        Self {
            category: None,
            candidates: Vec::new(),
            set: Vec::new(),
            also: Vec::new(),
            priority: Priority::Normal,
            risk: Vec::new(),
            deadline: None,
            operating_model: OperatingModel::ProductQuestion,
            queue: queue.to_owned(),
            queue_because: String::new(),
            least_certain: Field::Category,
            kept: Vec::new(),
            dismissed: Vec::new(),
        }
    }
}

/// What is known when the decision falls.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The engine's opinion.
    pub guess: &'a Guess,
    /// Standing flags, each once.
    pub risk: Vec<Raised>,
    /// The deadline that was named.
    pub deadline: Option<Deadline>,
    /// A category key a person chose; the guess does not overrule it.
    pub chosen: Option<&'a str>,
    /// The closed list, each with the operating model that applies today.
    pub categories: &'a [Category],
    /// Queue of tickets nobody could sort.
    pub fallback_queue: &'a str,
    /// The instant of the decision.
    pub now: Timestamp,
}

/// Where a ticket goes, and the sentence why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Queue key.
    pub queue: String,
    /// Why, in one sentence.
    pub because: String,
}

/// The desk's own routing; asked with the category, if there is one. None: the category's queue.
pub type Route<'a> = &'a (dyn Fn(Option<&Category>) -> Option<Routed> + Send + Sync);

/// Decides. Returns the look and what the rules and the deadline contributed to it.
#[must_use]
pub fn triage(known: Known<'_>, route: Route<'_>) -> (Triage, Vec<Evidence>) {
    let Known { guess, risk, deadline, chosen, categories, fallback_queue, now } = known;
    let find = |key: &str| categories.iter().find(|c| c.key == key);
    let decided = guess.confidence.probability().and(guess.ranked.first()).and_then(|(key, _)| find(key));
    let category = chosen.and_then(find).or(decided);
    let set = if category.is_none() { hesitation(guess) } else { &[] };
    let base = base_model(guess, category, set, find);
    let operating_model = risk.iter().filter_map(|r| r.flag.narrows_to()).fold(base, OperatingModel::narrower);
    let priority = priority(&risk, deadline.as_ref(), now);
    let routed = routed(operating_model, base, &risk, category, categories, route, fallback_queue);
    let because = because(&risk, deadline.as_ref(), now);
    let least_certain = least_certain(guess, category, operating_model != base, deadline.as_ref());
    let look = Triage {
        category: category.map(|c| c.key.clone()),
        candidates: guess.ranked.iter().take(3).cloned().collect(),
        set: set.to_vec(),
        also: guess
            .also
            .iter()
            .filter(|t| Some(t.category.as_str()) != category.map(|c| c.key.as_str()))
            .cloned()
            .collect(),
        priority,
        risk,
        deadline,
        operating_model,
        queue: routed.queue,
        queue_because: routed.because,
        least_certain,
        kept: Vec::new(),
        dismissed: Vec::new(),
    };
    (look, because)
}

/// "A or B": a set of two or three. More is no answer, one is an answer the engine did not dare to give.
fn hesitation(guess: &Guess) -> &[(String, f64)] {
    if (2..=3).contains(&guess.set.len()) { &guess.set } else { &[] }
}

/// The narrowest model of all that may be meant: not knowing is no reason to give the machine more room than its
/// likeliest answers would, and a second topic is worked under its own limits.
fn base_model<'c>(
    guess: &Guess,
    category: Option<&'c Category>,
    set: &[(String, f64)],
    find: impl Fn(&str) -> Option<&'c Category>,
) -> OperatingModel {
    let likeliest = guess.ranked.first().filter(|_| category.is_none()).and_then(|(key, _)| find(key));
    let meant = category.or(likeliest).into_iter();
    let meant = meant.chain(set.iter().filter_map(|(key, _)| find(key)));
    let meant = meant.chain(guess.also.iter().filter_map(|t| find(&t.category)));
    meant.map(|c| c.operating_model).reduce(OperatingModel::narrower).unwrap_or(OperatingModel::ProductQuestion)
}

/// Never below normal: what a machine wrote is not worth less when people write to the same ticket.
fn priority(risk: &[Raised], deadline: Option<&Deadline>, now: Timestamp) -> Priority {
    let pressing = deadline.filter(|d| d.presses(now)).map(|_| Priority::High);
    risk.iter().map(|r| r.flag.at_least()).chain(pressing).fold(Priority::Normal, Ord::max)
}

fn because(risk: &[Raised], deadline: Option<&Deadline>, now: Timestamp) -> Vec<Evidence> {
    let raises = |to: Priority| if to > Priority::Normal { format!(", raises to {to}") } else { String::new() };
    let rules = risk.iter().map(|r| Evidence {
        kind: EvidenceKind::Rule,
        text: format!("{}{}: “{}”", r.flag.word().replace('_', " "), raises(r.flag.at_least()), r.quote),
        message: r.message.filter(|_| r.span.is_some()),
        span: r.span,
        weight: None,
    });
    let deadline = deadline.map(|d| Evidence {
        kind: EvidenceKind::Rule,
        text: format!(
            "deadline{}: “{}”",
            raises(if d.presses(now) { Priority::High } else { Priority::Normal }),
            d.quote
        ),
        message: d.message,
        span: Some(d.span),
        weight: None,
    });
    rules.chain(deadline).collect()
}

fn routed(
    model: OperatingModel,
    base: OperatingModel,
    risk: &[Raised],
    category: Option<&Category>,
    categories: &[Category],
    route: Route<'_>,
    fallback_queue: &str,
) -> Routed {
    if model != base
        && let Some(queue) = queue_for(model, categories)
    {
        let flag = risk.iter().map(|r| r.flag).find(|f| f.narrows_to() == Some(model));
        let word = flag.map_or("risk", Flag::word).replace('_', " ");
        return Routed { queue, because: format!("The flag “{word}” sends it to those who work such cases.") };
    }
    if let Some(routed) = route(category) {
        return routed;
    }
    category.map_or_else(
        || Routed {
            queue: fallback_queue.to_owned(),
            because: "No category is sure enough, so a person sorts it.".to_owned(),
        },
        |c| Routed { queue: c.queue.clone(), because: format!("“{}” is worked in this queue.", c.name) },
    )
}

/// The queue of a model's first category; only for models that rules narrow to.
fn queue_for(model: OperatingModel, categories: &[Category]) -> Option<String> {
    matches!(model, OperatingModel::Security | OperatingModel::Legal | OperatingModel::Relationship)
        .then(|| categories.iter().find(|c| c.operating_model == model).map(|c| c.queue.clone()))
        .flatten()
}

/// The category unless it is sure; then a flag that moved the ticket; then words about time nobody could place.
fn least_certain(guess: &Guess, category: Option<&Category>, moved: bool, deadline: Option<&Deadline>) -> Field {
    if category.is_none() || guess.confidence.doubt() != Doubt::Sure {
        Field::Category
    } else if moved {
        Field::Flags
    } else if deadline.is_some_and(|d| d.due.is_none()) {
        Field::Priority
    } else if !guess.also.is_empty() {
        Field::Queue
    } else {
        Field::Category
    }
}

/// Whether there is enough to sort by words at all.
///
/// # Errors
/// The sentence an abstention gives as its reason.
pub fn readable(subject: &str, body: &str) -> Result<(), &'static str> {
    let (mut chars, mut plain) = (0_usize, 0_usize);
    for c in body.chars().take(READ_CHARS_MAX + 1) {
        chars += 1;
        plain += usize::from(c.is_alphanumeric() || c.is_whitespace() || c.is_ascii_punctuation());
    }
    if chars > READ_CHARS_MAX {
        return Err("This mail is too long to be sorted by its words.");
    }
    let words = |text: &str| text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).take(3).count();
    if words(subject) + words(body) < 3 {
        return Err("There are too few words to sort by.");
    }
    if chars > 40 && plain * 5 < chars * 3 {
        return Err("This does not read as text.");
    }
    Ok(())
}

/// Longest newest part that is sorted by its words, in characters. Rules read all of it.
const READ_CHARS_MAX: usize = 200_000;
