//! What a rewritten text must keep: compared as counted lists, so that nothing is lost, added or doubled.

use std::collections::BTreeMap;

use crate::{
    grounding::{day_of_year, facts, quantity::Quantities},
    language::Language,
    numbers::number,
    persona::spelled_out,
};

/// Words that deny, as they begin or as they are.
const DENY: &[&str] = &[
    "not", "no", "never", "cannot", "neither", "nor", "without", "unable", "nothing", "none", "nobody", "nicht",
    "nichts", "nie", "niemals", "ohne", "weder", "niemand",
];
/// Words that bind somebody or say how sure something is, each class by its forms.
const BIND: &[(&str, &[&str])] = &[
    ("possible", &["may", "might", "possibly", "perhaps", "sometimes", "usually", "vielleicht", "eventuell"]),
    ("can", &["kann", "kannst", "können", "könnt", "könnte", "könnten", "könntest"]),
    ("must", &["must", "required", "mandatory", "obliged", "muss", "musst", "müssen", "müsst"]),
    ("should", &["should", "shall", "soll", "sollst", "sollen", "sollte", "sollten", "solltest"]),
    ("allowed", &["darf", "darfst", "dürfen", "dürft"]),
    ("will", &["will", "would", "wird", "wirst", "werden", "würde", "würden", "würdest"]),
    ("always", &["always", "certainly", "definitely", "immer", "stets"]),
    ("only", &["only", "nur", "lediglich", "ausschließlich", "until", "unless", "bis", "außer"]),
    ("day", &["today", "tomorrow", "tonight", "yesterday", "heute", "morgen", "gestern"]),
];
/// How words begin that promise something.
const PROMISE: &[&str] = &[
    "refund",
    "free",
    "guarant",
    "promis",
    "compensat",
    "reimburs",
    "credit",
    "binding",
    "waive",
    "discount",
    "erstat",
    "kostenlos",
    "gratis",
    "garant",
    "gutschr",
    "rabatt",
    "verbindlich",
    "versprech",
    "entschädig",
];
/// Capitals in the middle of a sentence that are no name.
const NO_NAMES: &[&str] = &["i", "sie", "ihnen", "ihr", "ihre", "ihren", "ihrem", "ihrer", "ihres"];

/// What two texts are compared by, each item with how often it stands there.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    counted: BTreeMap<(&'static str, String), usize>,
    quantities: Quantities,
    day: Option<(u8, u8)>,
}

/// Whether a text keeps exactly what another one has.
#[must_use]
pub fn same(language: Language, before: &str, after: &str) -> bool {
    Kept::of(before, language) == Kept::of(after, language)
}

/// Whether a sentence holds nothing that must be kept and does not stand in an earlier one.
#[must_use]
pub fn adds_nothing(language: Language, sentence: &str, earlier: &str) -> bool {
    let (own, known) = (Kept::of(sentence, language), Kept::of(earlier, language));
    let quantities = own.quantities == Quantities::default() || own.quantities == known.quantities;
    let day = own.day.is_none() || own.day == known.day;
    quantities && day && own.counted.iter().all(|(key, n)| known.counted.get(key).is_some_and(|k| k >= n))
}

/// What the second text lost or gained against the first, in words; none when it kept everything.
#[must_use]
pub fn change(before: &str, after: &str) -> Option<String> {
    let language = Language::guess(before);
    let (before, after) = (Kept::of(before, language), Kept::of(after, language));
    if before == after {
        return None;
    }
    let keys = before.counted.keys().chain(after.counted.keys());
    let differs = keys.into_iter().find(|key| before.counted.get(*key) != after.counted.get(*key));
    Some(differs.map_or_else(|| "a number or date".to_owned(), |(kind, what)| format!("the {kind} “{what}”")))
}

impl Kept {
    fn of(text: &str, language: Language) -> Self {
        let text = text.replace('’', "'");
        let spoken: Vec<String> = text.split_whitespace().map(spelled_out).collect();
        let text = spoken.join(" ");
        let mut all = Self { counted: BTreeMap::new(), quantities: Quantities::of(&text), day: day_of_year(&text) };
        facts(&text).into_iter().for_each(|fact| all.count("number or code", fact));
        digits(&text).into_iter().for_each(|run| all.count("number", run));
        quoted(&text).into_iter().for_each(|words| all.count("quoted words", words));
        let is_german = language == Language::German;
        let mut opens = true;
        for token in text.split_whitespace() {
            let word = token.trim_matches(|c: char| !c.is_alphanumeric());
            let lower = word.to_lowercase();
            if !lower.is_empty() {
                all.word(&lower);
                // German writes every noun with a capital: there a name cannot be told, and what is known of people is
                // hidden from a model anyway.
                let shouts = word.chars().skip(1).any(char::is_uppercase);
                let capital = word.starts_with(char::is_uppercase);
                if shouts || (capital && !opens && !is_german && !NO_NAMES.contains(&lower.as_str())) {
                    all.count("name", lower);
                }
                opens = false;
            }
            opens |= token.ends_with(['.', '!', '?', ':']);
            all.count_if(token.ends_with('?'), "question", "?");
        }
        all
    }

    fn word(&mut self, lower: &str) {
        let denies = DENY.contains(&lower) || (lower.starts_with("kein") && lower.len() <= 7) || lower.ends_with("n't");
        self.count_if(denies, "denial", "not");
        for (class, forms) in BIND {
            self.count_if(forms.contains(&lower), "condition", class);
        }
        if let Some(stem) = PROMISE.iter().find(|stem| lower.starts_with(**stem)) {
            self.count("promise", (*stem).to_owned());
        }
        if let Some(value) = number(lower) {
            self.count("number", value.to_string());
        }
    }

    fn count(&mut self, kind: &'static str, what: String) {
        *self.counted.entry((kind, what)).or_default() += 1;
    }

    fn count_if(&mut self, holds: bool, kind: &'static str, what: &str) {
        if holds {
            self.count(kind, what.to_owned());
        }
    }
}

fn digits(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

/// What stands between quotation marks or marks of code.
fn quoted(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (open, close) in [('“', '”'), ('„', '“'), ('«', '»'), ('"', '"'), ('`', '`')] {
        let mut rest = text;
        while let Some((_, from)) = rest.split_once(open) {
            let Some((words, after)) = from.split_once(close) else { break };
            all.push(words.to_owned());
            rest = after;
        }
    }
    all
}
