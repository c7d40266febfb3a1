//! Names where the words around them say so, dates of birth and the like: an extra, never a promise.

use super::{Pattern, Seen, pattern};
use crate::class::Class;
use crate::find::Detector;

/// After "my name is" and titles.
static INTRODUCED: Pattern = pattern!(
    r"(?:\b(?i:my name is|my name's|i am called|mein name ist|je m'appelle|me llamo|mi chiamo)|\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme)\b\.?)",
    r" {1,2}(\p{Lu}[\p{L}'-]+(?: \p{Lu}\.?[\p{L}'-]*){0,3})"
);
/// The person spoken to, alone on the first line.
static GREETED: Pattern = pattern!(
    r"(?m)^[ >]*(?i:hi|hello|hey|dear|hallo|liebe|lieber|hej|bonjour|cher|ch[èe]re|hola|ciao) (\p{Lu}[\p{L}'-]+(?: \p{Lu}[\p{L}'-]+){0,2})[ ]?[,!.:]?[ ]?$"
);
/// The name under a letter.
static SIGNED: Pattern = pattern!(
    r"(?im)^[ >]*(?:(?:kind|best|warm) regards|regards|best wishes|best|sincerely|yours(?: \w+)?|cheers|thanks|thank you|many thanks|mit freundlichen gr[üu](?:ß|ss)en|viele gr[üu](?:ß|ss)e|cordialement|saludos)[,.!]?[ ]?\r?\n(?:[ >]*\r?\n)?",
    r"[ >]*(?-i:(\p{Lu}[\p{L}'-]+(?: \p{Lu}\.?[\p{L}'-]*){0,3}))[ ]?\r?$"
);
static BORN: Pattern = pattern!(
    r"(?i)\b(?:born(?: on)?|birth ?day|date of birth|d\.?o\.?b\.?|birth ?date|geboren(?: am)?|geburtsdatum|n[ée]e? le|date de naissance|fecha de nacimiento)",
    r"(?: is| was|:)?[ :]{0,3}([0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{1,2}\.? ?\p{L}{3,9}\.?,? [0-9]{4}|\p{L}{3,9} [0-9]{1,2},? [0-9]{4})"
);

/// Words that stand where names do.
const NOBODY: &[&str] = &[
    "All",
    "Team",
    "Sir",
    "Madam",
    "Support",
    "Customer",
    "Service",
    "Sirs",
    "There",
    "Everyone",
    "Everybody",
    "Folks",
    "Both",
    "Friend",
    "Friends",
    "Colleague",
    "Colleagues",
    "Damen",
    "Herr",
    "Frau",
    "Helpdesk",
    "Again",
    "Sent",
    "Thanks",
];

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    for pattern in [&INTRODUCED, &GREETED, &SIGNED] {
        for name in pattern.captures_iter(text).filter_map(|found| found.get(1)) {
            if !name.as_str().split(' ').any(|word| NOBODY.contains(&word)) {
                seen.add(Class::Person, Detector::Context, (name.start(), name.end()));
            }
        }
    }
    for date in BORN.captures_iter(text).filter_map(|found| found.get(1)) {
        seen.add(Class::Date, Detector::Context, (date.start(), date.end()));
    }
}
