//! A persona's text, in TOML.

use serde::Deserialize;
use toml::Spanned;

use super::{Cohorts, Overlay, WORDS_MAX, Wording};
use crate::{grounding, language::Language, policy::Problem, written::Lines};

/// Longest wording, in characters.
const WORDING_CHARS_MAX: usize = 200;
/// Most forbidden phrases, and most names in one line of `for`.
const NAMES_MAX: usize = 50;
/// What stands for the first name in a greeting.
pub(super) const NAME: &str = "{name}";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, rename = "for")]
    cohorts: WrittenCohorts,
    address: Option<Spanned<String>>,
    contractions: Option<Spanned<String>>,
    emoji: Option<Spanned<String>>,
    exclamation: Option<Spanned<String>>,
    form: Option<Spanned<String>>,
    citations: Option<Spanned<String>>,
    words_max: Option<Spanned<u32>>,
    #[serde(default)]
    greeting: WrittenWording,
    #[serde(default)]
    opening: WrittenWording,
    #[serde(default)]
    escalation: WrittenWording,
    #[serde(default)]
    closing: WrittenWording,
    #[serde(default)]
    forbidden: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCohorts {
    #[serde(default)]
    segments: Vec<Spanned<String>>,
    #[serde(default)]
    plans: Vec<Spanned<String>>,
    #[serde(default)]
    organisations: Vec<Spanned<String>>,
    #[serde(default)]
    roles: Vec<Spanned<String>>,
    #[serde(default)]
    languages: Vec<Spanned<String>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWording {
    en: Option<Spanned<String>>,
    de: Option<Spanned<String>>,
    fr: Option<Spanned<String>>,
    es: Option<Spanned<String>>,
    pt: Option<Spanned<String>>,
}

impl Overlay {
    /// Reads a persona's text.
    ///
    /// # Errors
    /// Every problem with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let written: Written = lines.read()?;
        let mut problems = Vec::new();
        let all = &mut problems;
        let overlay = Self {
            cohorts: cohorts(&written.cohorts, lines, all),
            address: written.address.as_ref().and_then(|w| lines.word(w, all)),
            contractions: written.contractions.as_ref().and_then(|w| lines.word(w, all)),
            emoji: written.emoji.as_ref().and_then(|w| lines.word(w, all)),
            exclamation: written.exclamation.as_ref().and_then(|w| lines.word(w, all)),
            form: written.form.as_ref().and_then(|w| lines.word(w, all)),
            citations: written.citations.as_ref().and_then(|w| lines.word(w, all)),
            words_max: written.words_max.as_ref().map(|w| words_max(w, lines, all)),
            greeting: wording(&written.greeting, Part::Greeting, lines, all),
            opening: wording(&written.opening, Part::Line, lines, all),
            escalation: wording(&written.escalation, Part::Line, lines, all),
            closing: wording(&written.closing, Part::Line, lines, all),
            forbidden: phrases(&written.forbidden, lines, all),
        };
        if problems.is_empty() { Ok(overlay) } else { Err(problems) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Greeting,
    Line,
}

fn words_max(written: &Spanned<u32>, lines: Lines<'_>, problems: &mut Vec<Problem>) -> u32 {
    let words = *written.get_ref();
    if !(20..=WORDS_MAX).contains(&words) {
        problems.push(lines.at(written, format!("A length lies between 20 and {WORDS_MAX} words.")));
    }
    words
}

/// Wording stands in every draft of the voice, whatever is asked: so it may state nothing.
fn wording(written: &WrittenWording, part: Part, lines: Lines<'_>, problems: &mut Vec<Problem>) -> Wording {
    let of = [
        (Language::English, &written.en),
        (Language::German, &written.de),
        (Language::French, &written.fr),
        (Language::Spanish, &written.es),
        (Language::Portuguese, &written.pt),
    ];
    let mut all = Vec::new();
    for (language, text) in of.into_iter().filter_map(|(language, text)| Some((language, text.as_ref()?))) {
        let said = text.get_ref().trim();
        if said.chars().count() > WORDING_CHARS_MAX || said.chars().any(char::is_control) {
            problems.push(lines.at(text, format!("Wording is one line of at most {WORDING_CHARS_MAX} characters.")));
        }
        if let Some(what) = grounding::brings(said) {
            let why = format!("Take out “{what}”: a voice states and promises nothing, facts come from sources.");
            problems.push(lines.at(text, why));
        }
        match part {
            Part::Greeting if said.matches(NAME).count() != 1 => {
                problems.push(lines.at(text, format!("A greeting says {NAME} once, such as “Dear {NAME},”.")));
            }
            Part::Line if said.contains(['{', '}']) => {
                problems.push(lines.at(text, "Only a greeting has a slot; write plain words.".to_owned()));
            }
            _ => {}
        }
        all.push((language, said.to_owned()));
    }
    Wording(all)
}

fn phrases(written: &[Spanned<String>], lines: Lines<'_>, problems: &mut Vec<Problem>) -> Vec<String> {
    if let Some(extra) = written.get(NAMES_MAX) {
        problems.push(lines.at(extra, format!("At most {NAMES_MAX} phrases are forbidden; keep those that matter.")));
    }
    for phrase in written.iter().filter(|p| p.get_ref().trim().chars().count() < 3) {
        problems.push(lines.at(phrase, "A phrase has at least three characters.".to_owned()));
    }
    written.iter().map(|p| p.get_ref().trim().to_owned()).collect()
}

fn cohorts(written: &WrittenCohorts, lines: Lines<'_>, problems: &mut Vec<Problem>) -> Cohorts {
    let mut names = |all: &[Spanned<String>]| -> Vec<String> {
        if let Some(extra) = all.get(NAMES_MAX) {
            problems.push(lines.at(extra, format!("A line names at most {NAMES_MAX}.")));
        }
        for empty in all.iter().filter(|name| name.get_ref().trim().is_empty()) {
            problems.push(lines.at(empty, "Nothing is named here.".to_owned()));
        }
        all.iter().map(|name| name.get_ref().trim().to_owned()).collect()
    };
    let (plans, organizations) = (names(&written.plans), names(&written.organisations));
    let roles = names(&written.roles);
    Cohorts {
        segments: written.segments.iter().filter_map(|w| lines.word(w, problems)).collect(),
        plans,
        roles,
        organizations,
        languages: written.languages.iter().filter_map(|w| lines.word(w, problems)).collect(),
    }
}
