//! Dates of birth, which are hidden; other dates and ages, which are only named.

use super::{Pattern, Seen, pattern};
use crate::class::Class;
use crate::find::Detector;
use crate::lexicon::Marks;
use crate::tokens::Kind;

/// A day written in full, after a word that says that somebody was born then.
static BORN: Pattern = pattern!(
    r"(?i)(?-u:\b)(?:born(?: on)?|birth ?day|date of birth|d\.?o\.?b\.?|birth ?date|geboren(?: am)?|geb\.|geburtsdatum|geburtstag|n[ée]e? le|date de naissance|fecha de nacimiento|nacid[oa] el|data di nascita|nat[oa] il|data de nascimento|nascid[oa] em|geboortedatum|geboren op|f[øö]delsedato|f[øö]dd|data urodzenia|urodzon[ay])",
    r"(?:\W{1,3}(?:is|was|on|ist|war|est|es|it's)(?-u:\b)| is| was|:){0,2}[ :.?]{0,4}(?:(?:it's|it is|its) )?",
    r"([0-9]{1,4}[-./ ][0-9]{1,2}[-./ ][0-9]{1,4}|[0-9]{1,2}(?:st|nd|rd|th|\.)? ?(?:of |de |d')?\p{L}{3,10}\.?,? (?:de )?[0-9]{4}|\p{L}{3,9} [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})"
);
/// A day as digits, with the time of day perhaps.
static DAY: Pattern = pattern!(
    r"(?-u:\b)(?:(?:1[89]|20)[0-9]{2}[-./](?:0?[1-9]|1[0-2])[-./](?:[12][0-9]|3[01]|0?[1-9])|(?:[12][0-9]|3[01]|0?[1-9])[-./](?:[12][0-9]|3[01]|0?[1-9])[-./](?:(?:1[89]|20)[0-9]{2}|[0-9]{2}))",
    r"(?:(?:T| |, )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp]\.?[Mm](?-u:\b)|Z|(?-u:\b))?)?"
);
/// A day with its month in words.
static SPOKEN: Pattern = pattern!(
    r"(?i)(?-u:\b)(?:[0-9]{1,2}(?:st|nd|rd|th|\.)? (?:of |de )?(\p{L}{3,10})\.?,?(?: (?:de )?[0-9]{4})?|(\p{L}{3,9})\.? [0-9]{1,2}(?:st|nd|rd|th)?(?:,? [0-9]{4})?)(?-u:\b)"
);
/// How old somebody is.
static AGE: Pattern = pattern!(
    r"(?i)(?:\b([0-9]{1,3})[ -]?(?:years?[ -]olds?|y/?o(?-u:\b)|yrs?[ -]old|jahre alt|ans(?-u:\b)|años)|(?-u:\b)(?:turn(?:ed|s|ing)?|aged|the age of|years old:?|he was|she was|i was|i'm|i am|when (?:he|she|they|i) (?:was|were)) ([0-9]{1,3})(?-u:\b))"
);

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return days(seen);
    }
    for date in BORN.captures_iter(text).filter_map(|found| found.get(1)) {
        seen.add(Class::Date, Detector::Context, (date.start(), date.end()));
    }
    if seen.reach == crate::find::Reach::Personal {
        return;
    }
    for date in DAY.find_iter(text) {
        seen.mention(Class::Date, (date.start(), date.end()));
    }
    for found in SPOKEN.captures_iter(text) {
        let month = found.get(1).or_else(|| found.get(2)).map_or("", |m| m.as_str());
        if crate::lexicon::marks(&crate::view::folded(month)).any(Marks::MONTH) {
            found.get(0).into_iter().for_each(|m| seen.mention(Class::Date, (m.start(), m.end())));
        }
    }
    for age in AGE.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2))) {
        if age.as_str().parse::<u32>().is_ok_and(|years| years <= 120) {
            seen.mention(Class::Other, (age.start(), age.end()));
        }
    }
    days(seen);
}

/// Days of the week, and years standing alone.
fn days(seen: &mut Seen<'_>) {
    for token in seen.tokens {
        let word = token.text(seen.text());
        let year = token.kind == Kind::Number
            && word.len() == 4
            && word.parse::<u32>().is_ok_and(|year| (1900..2100).contains(&year))
            && !before_is(seen, token.start, &['-', '/', '.', ':', '#', '+'])
            && seen.text().get(token.end..).is_none_or(|rest| !rest.starts_with(['-', '/', ':', '+']));
        if year || (token.is(Marks::DAY) && token.capital()) {
            seen.mention(Class::Date, (token.start, token.end));
        }
    }
}

fn before_is(seen: &Seen<'_>, at: usize, signs: &[char]) -> bool {
    seen.text().get(..at).is_some_and(|before| before.ends_with(signs))
}
