//! Whether a question back to a requester was answered before: nobody is asked twice.

use std::collections::HashSet;

use crate::{
    closed_list,
    grounding::{content_words, facts, placed, sentences},
    package::is_step,
};

/// Share of a question's words that an earlier question of ours must have to be the same.
const SAME_MIN: f64 = 0.75;
/// Words of asking that say nothing of what is asked for.
const ASKING: [&str; 14] = [
    "please", "could", "send", "tell", "know", "let", "give", "share", "provide", "use", "using", "exact", "attach",
    "confirm",
];

/// An earlier text of the ticket.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// Whether the requester's side wrote it.
    pub inbound: bool,
    /// Its newest words.
    pub text: &'a str,
}

/// Whether we asked this before and something came back, or the requester's own words name the thing with a value.
#[must_use]
pub fn is_answered(question: &str, earlier: &[Earlier<'_>]) -> bool {
    let asking: HashSet<String> = ASKING.iter().flat_map(|word| content_words(word)).collect();
    let wanted: HashSet<String> = content_words(question).into_iter().filter(|w| !asking.contains(w)).collect();
    if wanted.is_empty() {
        return false;
    }
    let stems = |text: &str| content_words(text).into_iter().collect::<HashSet<String>>();
    let same = |text: &str| stems(text).intersection(&wanted).count() as f64 >= SAME_MIN * wanted.len() as f64;
    let asks = |turn: &&Earlier<'_>| sentences(turn.text).iter().any(|s| s.ends_with('?') && same(s));
    let asked = earlier.iter().position(|turn| !turn.inbound && asks(&turn));
    if asked.is_some_and(|at| earlier.iter().skip(at + 1).any(|turn| turn.inbound)) {
        return true;
    }
    let tells = |said: &String| !said.ends_with('?') && wanted.is_subset(&stems(said)) && has_value(said, question);
    earlier.iter().filter(|turn| turn.inbound).any(|turn| sentences(turn.text).iter().any(tells))
}

/// What a reply in the making asks or tells a requester again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The sentence of the reply.
    pub sentence: String,
    /// First character of it in the reply.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Which.
    pub what: Repeated,
    /// The earlier text it is in, by place.
    pub turn: usize,
    /// The words there.
    pub quote: String,
}

closed_list! {
    /// How a reply repeats what is known.
    pub enum Repeated ("kind of repetition") {
        /// It asks what the requester answered.
        Answered = "answered",
        /// It tells a step that the requester tried.
        Tried = "tried",
    }
}

/// Every sentence of a reply that asks what was answered or tells a step that was tried; in the reply's order.
#[must_use]
pub fn again(reply: &str, earlier: &[Earlier<'_>]) -> Vec<Again> {
    let mut found = Vec::new();
    for (start, end, sentence) in placed(reply) {
        let asks = sentence.ends_with('?') || asks_politely(sentence);
        let seen = if asks { answer(sentence, earlier) } else { None }.map(|seen| (Repeated::Answered, seen));
        let seen = seen.or_else(|| tried_before(sentence, earlier).map(|seen| (Repeated::Tried, seen)));
        if let Some((what, (turn, quote))) = seen {
            found.push(Again { sentence: sentence.to_owned(), start, end, what, turn, quote });
        }
    }
    found
}

/// "Please send us the invoice number." asks without a question mark.
fn asks_politely(sentence: &str) -> bool {
    let low = sentence.to_lowercase();
    const FORMS: [&str; 18] = [
        "let us know",
        "let me know",
        "tell us",
        "tell me",
        "send us",
        "send me",
        "share",
        "provide",
        "confirm",
        "could you",
        "we need your",
        "i need your",
        "teilen sie",
        "nennen sie",
        "schicken sie",
        "senden sie",
        "indiquez",
        "indíquenos",
    ];
    FORMS.iter().any(|form| low.contains(form))
}

/// What the requester said that answers a question: where, and the sentence.
fn answer(question: &str, earlier: &[Earlier<'_>]) -> Option<(usize, String)> {
    let wanted = subject_of(question);
    if wanted.is_empty() {
        return None;
    }
    let near = |text: &str| overlap(&wanted, text) >= SAME_MIN;
    let asked =
        earlier.iter().position(|t| !t.inbound && sentences(t.text).iter().any(|s| s.ends_with('?') && near(s)));
    if let Some((at, turn)) = asked.and_then(|at| earlier.iter().enumerate().skip(at + 1).find(|(_, t)| t.inbound)) {
        return Some((at, sentences(turn.text).into_iter().next().unwrap_or_default()));
    }
    let kinds = kinds(question);
    let tells = |said: &String| {
        if said.ends_with('?') {
            return false;
        }
        let all = overlap(&wanted, said);
        (all >= 1.0 && has_value(said, question)) || kinds.iter().any(|kind| kind.is_told(said, all))
    };
    earlier
        .iter()
        .enumerate()
        .filter(|(_, t)| t.inbound)
        .find_map(|(at, t)| sentences(t.text).into_iter().find(tells).map(|s| (at, s)))
}

fn subject_of(question: &str) -> HashSet<String> {
    let asking: HashSet<String> = ASKING.iter().chain(&MORE_ASKING).flat_map(|word| content_words(word)).collect();
    content_words(question).into_iter().filter(|w| !asking.contains(w)).collect()
}

/// Share of the wanted words that a text has.
fn overlap(wanted: &HashSet<String>, text: &str) -> f64 {
    let stems: HashSet<String> = content_words(text).into_iter().collect();
    stems.intersection(wanted).count() as f64 / wanted.len().max(1) as f64
}

/// Words of asking beside [`ASKING`].
const MORE_ASKING: [&str; 26] = [
    "need",
    "would",
    "like",
    "help",
    "kindly",
    "also",
    "exactly",
    "currently",
    "see",
    "seeing",
    "shown",
    "happen",
    "happened",
    "look",
    "does",
    "did",
    "us",
    "me",
    "we",
    "you",
    "your",
    "able",
    "reply",
    "possible",
    "just",
    "still",
];

/// A kind of thing that is asked for and recognised by its form, whatever words stand around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Browser,
    System,
    Version,
    Error,
    When,
    Count,
    Address,
}

fn kinds(question: &str) -> Vec<Kind> {
    let low = question.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|w| low.contains(w));
    let mut kinds = Vec::new();
    let mut add = |kind, found: bool| {
        if found {
            kinds.push(kind);
        }
    };
    add(Kind::Browser, any(&["browser", "navigateur", "navegador"]));
    add(
        Kind::System,
        any(&[
            "operating system",
            "which device",
            "what device",
            "betriebssystem",
            "which os",
            "what os",
            "which phone",
            "what phone",
        ]),
    );
    add(Kind::Version, low.contains("version"));
    add(
        Kind::Error,
        any(&[
            "error message",
            "error code",
            "which error",
            "what error",
            "fehlermeldung",
            "fehlercode",
            "message d'erreur",
            "mensaje de error",
        ]),
    );
    add(
        Kind::When,
        any(&["since when", "when did", "seit wann", "depuis quand", "desde cuándo", "how long has", "what time did"]),
    );
    add(Kind::Count, any(&["how many", "wie viele", "combien", "cuántos"]));
    add(Kind::Address, any(&["email address", "e-mail address", "which address", "mail address", "e-mail-adresse"]));
    kinds
}

impl Kind {
    /// Whether a sentence tells a thing of this kind. `near` is the share of the question's words that it has.
    fn is_told(self, said: &str, near: f64) -> bool {
        let low = said.to_lowercase();
        let words: Vec<&str> =
            low.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.').map(|w| w.trim_matches('.')).collect();
        let any = |wanted: &[&str]| words.iter().any(|w| wanted.contains(w));
        let digits = |w: &&str| w.chars().any(|c| c.is_ascii_digit());
        match self {
            Self::Browser => any(&["chrome", "firefox", "safari", "edge", "opera", "brave", "chromium"]),
            Self::System => any(&[
                "windows", "macos", "linux", "ubuntu", "android", "ios", "iphone", "ipad", "chromeos", "pixel",
                "galaxy", "macbook",
            ]),
            Self::Version => {
                let after = words.iter().position(|w| *w == "version" || *w == "v" || *w == "release");
                after.is_some_and(|at| words.iter().skip(at + 1).take(3).any(digits))
                    || words.iter().any(|w| {
                        w.trim_start_matches('v')
                            .split('.')
                            .filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
                            .count()
                            >= 2
                    })
            }
            Self::Error => {
                let names = low.contains("error")
                    || low.contains("fehler")
                    || low.contains("message")
                    || low.contains("code")
                    || low.contains("erreur")
                    || low.contains("says")
                    || low.contains("shows");
                let value = said.contains('"')
                    || said.contains('“')
                    || said.contains('„')
                    || said.contains('«')
                    || said.split_whitespace().skip(1).any(|w| {
                        w.chars().filter(char::is_ascii_digit).count() >= 3
                            || (w.contains('-') && w.chars().any(|c| c.is_ascii_digit()))
                    });
                names && value
            }
            Self::When => {
                [
                    "since",
                    "started",
                    "began",
                    "first saw",
                    "yesterday",
                    "this morning",
                    "last night",
                    "seit",
                    "depuis",
                    "desde",
                ]
                .iter()
                .any(|w| low.contains(w))
                    && !low.contains("not since")
                    && near >= 0.0
            }
            Self::Count => near >= 0.5 && words.iter().any(|w| digits(w) || NUMBERS.contains(w)),
            Self::Address => said.split_whitespace().any(|w| w.contains('@') && w.contains('.')),
        }
    }
}

const NUMBERS: [&str; 24] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "twenty",
    "thirty", "forty", "fifty", "all", "none", "drei", "vier", "fünf", "zwei", "dozen", "hundred",
];

/// Verbs by which a reply tells somebody to do something, and the same thing told as done.
const DOING: [(&str, &[&str]); 22] = [
    ("restart", &["restart", "reboot", "rebooted", "neu gestartet"]),
    ("reboot", &["restart", "reboot"]),
    ("clear", &["clear", "empt", "delet", "flush", "wip"]),
    ("empty", &["clear", "empt"]),
    ("delete", &["delet", "remov", "clear"]),
    ("remove", &["remov", "delet"]),
    ("reinstall", &["reinstall", "install"]),
    ("install", &["install"]),
    ("update", &["updat", "upgrad", "newest version", "latest version"]),
    ("upgrade", &["updat", "upgrad"]),
    ("reset", &["reset"]),
    ("log out", &["logged out", "log out", "signed out", "logging out"]),
    ("sign out", &["logged out", "signed out", "signing out"]),
    ("disable", &["disabl", "turned off", "switched off", "deactivat"]),
    ("turn off", &["disabl", "turned off", "switched off"]),
    ("renew", &["renew"]),
    ("reconnect", &["reconnect", "connected it again", "connected again"]),
    ("try", &["tried", "tested", "used"]),
    ("check", &["check", "looked", "verified"]),
    ("upload", &["upload"]),
    ("change", &["chang", "switch"]),
    ("starten", &["gestartet"]),
];
/// Words of a step that say nothing of which step it is.
const STEP_WORDS: [&str; 30] = [
    "please",
    "try",
    "first",
    "then",
    "again",
    "once",
    "more",
    "kindly",
    "check",
    "whether",
    "helps",
    "help",
    "works",
    "work",
    "go",
    "open",
    "click",
    "afterwards",
    "next",
    "could",
    "step",
    "sure",
    "make",
    "now",
    "let",
    "know",
    "see",
    "should",
    "your",
    "new",
];

/// The requester's sentence that says a step was done which this sentence tells.
fn tried_before(sentence: &str, earlier: &[Earlier<'_>]) -> Option<(usize, String)> {
    let low = sentence.to_lowercase();
    let told = [
        "we have",
        "we've",
        "i have",
        "i've",
        "you have already",
        "you already",
        "since you",
        "as you",
        "thank",
        "you said",
        "you wrote",
        "you tried",
    ];
    if told.iter().any(|head| low.contains(head)) {
        return None;
    }
    let common: HashSet<String> =
        STEP_WORDS.iter().chain(DOING.iter().map(|(verb, _)| verb)).flat_map(|w| content_words(w)).collect();
    let object: HashSet<String> = content_words(sentence).into_iter().filter(|w| !common.contains(w)).collect();
    let verbs: Vec<&[&str]> = DOING.iter().filter(|(verb, _)| low.contains(verb)).map(|(_, done)| *done).collect();
    if verbs.is_empty() {
        return None;
    }
    let done = |said: &String| {
        let said_low = said.to_lowercase();
        let verb = verbs.iter().any(|forms| forms.iter().any(|form| said_low.contains(form)));
        let same = if object.is_empty() { 1.0 } else { overlap(&object, said) };
        is_step(said) && !not_done(&said_low) && verb && same >= OBJECT_MIN
    };
    earlier
        .iter()
        .enumerate()
        .filter(|(_, t)| t.inbound)
        .find_map(|(at, t)| sentences(t.text).into_iter().find(done).map(|s| (at, s)))
}

/// "I have not tried", "before I tried".
fn not_done(said: &str) -> bool {
    [
        "not tried",
        "haven't tried",
        "did not restart",
        "have not",
        "haven't",
        "did not",
        "didn't",
        "cannot",
        "can't",
        "should i",
        "will try",
        "before i",
    ]
    .iter()
    .any(|w| said.contains(w))
        && ![
            "did not help",
            "didn't help",
            "did not work",
            "didn't work",
            "did not change",
            "didn't change",
            "did not solve",
        ]
        .iter()
        .any(|w| said.contains(w))
}

/// Share of a step's own words that the requester's sentence must have.
const OBJECT_MIN: f64 = 0.5;

/// A code, a number, an address, or a name in the middle of the sentence that the question does not have.
fn has_value(said: &str, question: &str) -> bool {
    let known = facts(question);
    let named = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.chars().count() >= 3 && word.starts_with(char::is_uppercase) && !question.contains(word)
    };
    facts(said).iter().any(|fact| !known.contains(fact)) || said.split_whitespace().skip(1).any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_what_they_said() {
        let told = [
            Earlier {
                inbound: true,
                text: "Our bank is the Alpha Bank and the import stops. The invoice number is FH-2026-11-00012.",
            },
            Earlier { inbound: false, text: "Thank you. Which browser do you use?" },
            Earlier { inbound: true, text: "I do not see why that matters." },
        ];
        let cases = [
            ("Which bank is it?", true),
            ("Could you send us the invoice number?", true),
            ("Which browser do you use?", true),
            ("Which date format has the file?", false),
            ("What is the address of your account?", false),
            ("Is it?", false),
        ];
        for (question, answered) in cases {
            assert_eq!(is_answered(question, &told), answered, "{question}");
        }
        assert!(!is_answered("Which browser do you use?", &told[..2]), "asked, and nothing came back yet");
        let asks = [Earlier { inbound: true, text: "What is the invoice number of 2026?" }];
        assert!(!is_answered("What is the invoice number?", &asks), "a question is no answer");
    }
}
