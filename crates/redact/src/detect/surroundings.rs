//! What the words before a name say about it.

use super::Seen;
use crate::lexicon::Marks;
use crate::tokens::{Gap, Kind, Token};

/// What is expected after some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// "My name is", "Mr", "Regards,".
    Person,
    /// "In", "moved to".
    Place,
    /// "Works for".
    Firm,
    Nothing,
}

/// Words directly before somebody's name, the last one or two of them, folded.
const INTRODUCING: &[&str] = &[
    "name is",
    "names is",
    "name's",
    "i am",
    "i'm",
    "am called",
    "is called",
    "was called",
    "are called",
    "call me",
    "called me",
    "named",
    "calls me",
    "this is",
    "heisse",
    "ich bin",
    "name ist",
    "m'appelle",
    "me llamo",
    "mi chiamo",
    "me chamo",
    "je suis",
    "jag heter",
    "heter",
    "named him",
    "named her",
    "called him",
    "called her",
    "it's under",
    "name to",
    "ask for",
    "spoke to",
    "spoke with",
    "talked to",
    "talked with",
    "account of",
    "behalf of",
    "partner's name",
    "signed by",
    "written by",
    "directed by",
    "sung by",
    "attn",
    "attention",
    "c/o",
    "contact person",
    "maiden name",
    "last name",
    "first name",
    "surname",
    "name",
    "nom",
    "nombre",
    "nome",
    "kid",
    "son",
    "daughter",
    "wife",
    "husband",
    "brother",
    "sister",
    "mother",
    "father",
    "colleague",
    "partner",
    "friend",
    "boss",
    "follow up with",
    "starring",
    "nachname",
    "vorname",
    "cardholder",
    "holder",
    "beneficiary",
    "guardian",
    "applicant",
    "employee",
    "patient",
    "from mr",
    "with ms",
    "commenter",
    "songwriter",
    "producer",
    "player",
    "ceo",
    "by",
];
/// Words directly before a place.
const LOCATING: &[&str] = &[
    "in", "near", "from", "at", "via", "around", "through", "visit", "visiting", "leave", "leaving", "outside", "aus",
    "nach", "nahe", "dans", "desde", "vers", "towards", "toward", "serving", "across", "southern", "northern",
    "eastern", "western", "central", "city", "town", "country", "village", "of",
];
/// Verbs after which "to" leads to a place.
const GOING: &[&str] = &[
    "move",
    "moved",
    "moving",
    "travel",
    "traveling",
    "travelling",
    "go",
    "going",
    "went",
    "goes",
    "fly",
    "flying",
    "flew",
    "return",
    "returned",
    "come",
    "coming",
    "came",
    "back",
    "trip",
    "relocate",
    "relocated",
    "drive",
    "drove",
    "shipped",
    "ship",
    "welcome",
    "flight",
    "train",
    "been",
];
const WORKING: &[&str] =
    &["work", "works", "worked", "working", "employed", "job", "intern", "consult", "consultant", "volunteer"];
/// The last word of a line before a name that signs.
const CLOSING: &[&str] = &[
    "regards",
    "wishes",
    "sincerely",
    "cheers",
    "thanks",
    "yours",
    "faithfully",
    "truly",
    "grussen",
    "gruss",
    "grusse",
    "gruessen",
    "gruesse",
    "cordialement",
    "saludos",
    "sentiments",
    "saluti",
    "cumprimentos",
    "abraco",
    "groet",
    "groeten",
    "hilsen",
    "halsningar",
    "best",
    "you",
    "pozdravem",
    "pozdrawiam",
    "atenciosamente",
    "atentamente",
    "bedankt",
    "danke",
    "merci",
    "gracias",
    "grazie",
    "obrigado",
    "obrigada",
];
const GREETING: &[&str] = &[
    "hi", "hello", "dear", "hey", "hallo", "liebe", "lieber", "hej", "bonjour", "cher", "chere", "hola", "ciao",
    "geehrter", "geehrte", "estimado", "estimada", "caro", "cara", "gentile", "beste", "kjaere", "kara", "ola",
    "salut", "querido", "querida", "moin", "servus", "prezado", "prezada", "hei", "ahoj", "szia", "czesc",
];

/// What is expected at the token `at`, by the words before it.
pub(super) fn expected(seen: &Seen<'_>, at: usize) -> Expected {
    let Some(token) = seen.tokens.get(at) else { return Expected::Nothing };
    let word = |back: usize| at.checked_sub(back).and_then(|i| seen.tokens.get(i));
    let Some(last) = word(1) else { return Expected::Nothing };
    let one = folded(seen, last);
    if token.gap == Gap::Line && !signs_label(seen, last, token) {
        let closes = CLOSING.contains(&one.as_str());
        return if closes { Expected::Person } else { Expected::Nothing };
    }
    if last.is(Marks::TITLE) && matches!(token.gap, Gap::Space | Gap::Dot) && last.kind != Kind::Lower {
        return Expected::Person;
    }
    if GREETING.contains(&one.as_str())
        && matches!(token.gap, Gap::Space | Gap::Comma)
        && matches!(last.gap, Gap::Line | Gap::Dot | Gap::Sign)
    {
        return Expected::Person;
    }
    let two = word(2).filter(|_| last.gap == Gap::Space).map(|t| folded(seen, t)).unwrap_or_default();
    let pair = format!("{two} {one}");
    if !matches!(token.gap, Gap::Comma | Gap::Dot)
        && (INTRODUCING.contains(&pair.as_str()) || INTRODUCING.contains(&one.as_str()))
    {
        return Expected::Person;
    }
    if token.gap != Gap::Space {
        return Expected::Nothing;
    }
    match one.as_str() {
        "for" | "at" | "with" if WORKING.contains(&two.as_str()) => Expected::Firm,
        "to" if GOING.contains(&two.as_str()) => Expected::Place,
        one if LOCATING.contains(&one) => Expected::Place,
        _ => Expected::Nothing,
    }
}

/// "Name:" and a name, on the same line or the next.
fn signs_label(seen: &Seen<'_>, label: &Token, token: &Token) -> bool {
    seen.text()
        .get(label.end..token.start)
        .is_some_and(|between| between.trim_start().starts_with(':') && between.len() <= 24)
}

pub(super) fn folded(seen: &Seen<'_>, token: &Token) -> String {
    crate::view::folded(token.text(seen.text()))
}
