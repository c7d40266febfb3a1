//! Where a text leaves its voice: each breach with its rule, its place and a sentence.

use super::{Citations, Form, Usage, Voice, read::NAME};
use crate::{
    closed_list,
    language::{Address, Language},
};

closed_list! {
    /// What a voice asks of a text.
    pub enum Rule ("rule of a voice") {
        /// Its greeting.
        Greeting = "greeting",
        /// Its last line.
        Closing = "closing",
        /// Its line about who helps further.
        Escalation = "escalation",
        /// Its length.
        Length = "length",
        /// No emoji.
        Emoji = "emoji",
        /// No exclamation marks.
        Exclamation = "exclamation",
        /// No contractions.
        Contraction = "contraction",
        /// Its form of address.
        Address = "address",
        /// No forbidden phrase.
        Forbidden = "forbidden",
        /// No marks of code.
        Code = "code",
        /// No marks of sources.
        Citation = "citation",
    }
}

/// One place where a text leaves its voice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// Which rule.
    pub rule: Rule,
    /// First character.
    pub start: usize,
    /// One past the last; equal to `start` where something is missing.
    pub end: usize,
    /// What is wrong and what to do, in a sentence.
    pub why: String,
}

/// Endings of English words that were drawn together.
pub(super) const CONTRACTED: [&str; 6] = ["n't", "'re", "'ve", "'ll", "'d", "'m"];
/// Words of which "'s" is a verb.
const VERBS: [&str; 9] = ["it", "that", "there", "here", "what", "let", "he", "she", "who"];
/// Words of familiar address.
const FAMILIAR: &[(Language, &[&str])] = &[
    (Language::German, &["du", "dich", "dir", "dein", "deine", "deinen", "deinem", "deiner", "deines"]),
    (Language::French, &["tu", "te", "toi", "ton", "ta", "tes"]),
    (Language::Spanish, &["tú", "te", "ti", "tu", "tus", "contigo"]),
    (Language::Portuguese, &["tu", "te", "ti", "teu", "tua", "teus", "tuas", "contigo"]),
];
/// Words of formal address; German ones are told from "they" by their capital in the middle of a sentence.
const FORMAL: &[(Language, &[&str])] = &[
    (Language::German, &["Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrem", "Ihrer", "Ihres"]),
    (Language::French, &["vous", "votre", "vos"]),
    (Language::Spanish, &["usted", "ustedes"]),
    (Language::Portuguese, &["senhor", "senhora"]),
];

/// Every breach, in the order of the text.
#[must_use]
pub fn lint(text: &str, voice: &Voice, language: Language) -> Vec<Breach> {
    let chars: Vec<char> = text.chars().collect();
    let mut all = Vec::new();
    missing(text, chars.len(), voice, language, &mut all);
    marks(&chars, voice, &mut all);
    words(&chars, voice, language, &mut all);
    phrases(&chars, voice, &mut all);
    all.sort_by_key(|b| (b.start, b.end));
    all
}

fn missing(text: &str, end: usize, voice: &Voice, language: Language, all: &mut Vec<Breach>) {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = flat(text);
    let mut lacks = |rule, at, what: &str| {
        all.push(Breach { rule, start: at, end: at, why: format!("This voice says “{what}” here.") });
    };
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    if let Some(greeting) = voice.greeting.of(language) {
        let head = greeting.split(NAME).next().unwrap_or_default().trim_end();
        let bare = language.greeting(voice.address, None);
        if !(first.starts_with(head) || first == bare) {
            lacks(Rule::Greeting, 0, greeting);
        }
    }
    for (rule, wording) in [(Rule::Escalation, &voice.escalation), (Rule::Closing, &voice.closing)] {
        if let Some(line) = wording.of(language).filter(|line| !line.is_empty() && !said.contains(&flat(line))) {
            lacks(rule, end, line);
        }
    }
}

/// Single characters and pairs of them.
fn marks(chars: &[char], voice: &Voice, all: &mut Vec<Breach>) {
    let mut is_code = false;
    for (at, c) in chars.iter().enumerate() {
        let next = chars.get(at + 1).copied();
        let mut breaks = |rule, end, why: &str| all.push(Breach { rule, start: at, end, why: why.to_owned() });
        match c {
            '`' if voice.form == Form::Paragraphs => {
                breaks(Rule::Code, at + 1, "This voice writes plain paragraphs; take the mark out.");
            }
            '`' => is_code = !is_code,
            '!' if !is_code && next != Some('=') && voice.exclamation == Usage::Never => {
                breaks(Rule::Exclamation, at + 1, "This voice uses no exclamation marks.");
            }
            '[' if voice.citations == Citations::Hidden => {
                let digits = chars.iter().skip(at + 1).take_while(|c| c.is_ascii_digit()).count();
                if digits > 0 && chars.get(at + 1 + digits) == Some(&']') {
                    breaks(Rule::Citation, at + digits + 2, "This voice does not show numbers of sources.");
                }
            }
            c if is_emoji(*c) && voice.emoji == Usage::Never => {
                breaks(Rule::Emoji, at + 1, "This voice uses no emoji.");
            }
            _ => {}
        }
    }
}

/// Pictures, flags, dingbats and what joins them.
pub(crate) const fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}' | '\u{2b55}' | '\u{fe0f}' | '\u{200d}')
}

fn words(chars: &[char], voice: &Voice, language: Language, all: &mut Vec<Breach>) {
    let list = |lists: &'static [(Language, &'static [&'static str])]| {
        lists.iter().find(|(l, _)| *l == language).map_or(&[][..], |(_, words)| *words)
    };
    let (familiar, formal) = (list(FAMILIAR), list(FORMAL));
    let limit = usize::try_from(voice.words_max).unwrap_or(usize::MAX);
    let mut past_limit = None;
    let mut count = 0_usize;
    let mut opens = true;
    for (start, end) in tokens(chars) {
        count += 1;
        if count == limit + 1 {
            past_limit = Some(start);
        }
        let cut = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
        let raw = cut(start, end);
        let lead = raw.chars().take_while(|c| !c.is_alphanumeric()).count();
        let tail = raw.chars().rev().take_while(|c| !c.is_alphanumeric()).count();
        let (from, to) = (start + lead, end.saturating_sub(tail).max(start + lead));
        let word = cut(from, to).replace('’', "'");
        let lower = word.to_lowercase();
        let mut breaks = |rule, why: String| all.push(Breach { rule, start: from, end: to, why });
        if voice.contractions == Usage::Never && is_contraction(&lower) {
            breaks(Rule::Contraction, format!("This voice spells “{word}” out."));
        }
        let is_familiar = familiar.contains(&lower.as_str());
        let is_formal = match language {
            Language::German => !opens && formal.contains(&word.as_str()),
            _ => formal.contains(&lower.as_str()),
        };
        match voice.address {
            Address::Formal if is_familiar => {
                breaks(Rule::Address, format!("This voice addresses formally; “{word}” is familiar."))
            }
            Address::Familiar if is_formal => {
                breaks(Rule::Address, format!("This voice addresses familiarly; “{word}” is formal."))
            }
            Address::Formal | Address::Familiar => {}
        }
        opens = raw.ends_with(['.', '!', '?', ':']);
    }
    if let Some(start) = past_limit {
        let why = format!("This voice says at most {limit} words, and these are {count}; shorten it.");
        all.push(Breach { rule: Rule::Length, start, end: chars.len(), why });
    }
}

pub(super) fn is_contraction(lower: &str) -> bool {
    let verb = lower.strip_suffix("'s").is_some_and(|head| VERBS.contains(&head));
    verb || CONTRACTED.iter().any(|ending| lower.len() > ending.len() && lower.ends_with(ending))
}

/// Runs without white space, by characters.
fn tokens(chars: &[char]) -> Vec<(usize, usize)> {
    let (mut all, mut from) = (Vec::new(), None);
    for (at, c) in chars.iter().chain([&' ']).enumerate() {
        match (c.is_whitespace(), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                all.push((start, at));
                from = None;
            }
            _ => {}
        }
    }
    all
}

fn phrases(chars: &[char], voice: &Voice, all: &mut Vec<Breach>) {
    // One character stays one character, so that places hold.
    let one = |c: &char| c.to_lowercase().next().unwrap_or(*c);
    let space = |c: char| if c.is_whitespace() { ' ' } else { c };
    let text: Vec<char> = chars.iter().map(|c| space(one(c))).collect();
    for phrase in &voice.forbidden {
        let wanted: Vec<char> = phrase.chars().map(|c| space(one(&c))).collect();
        for (start, part) in text.windows(wanted.len().max(1)).enumerate() {
            let end = start + wanted.len();
            let is_word = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| c.is_alphanumeric());
            if part == wanted && !is_word(start.checked_sub(1)) && !is_word(Some(end)) {
                let why = format!("This voice never says “{phrase}”.");
                all.push(Breach { rule: Rule::Forbidden, start, end, why });
            }
        }
    }
}
