//! Telephone numbers. Some ways of writing need no words around them; other groups of digits count
//! only after a word that speaks of calling, so that order numbers, dates and amounts stay.

use super::{Pattern, Seen, before, char_after, char_before, digits, pattern};
use crate::class::Class;
use crate::find::Detector;

/// With the international prefix.
static INTERNATIONAL: Pattern = pattern!(
    r"(?:\+|\(\+|\b00 ?)[1-9][0-9]{0,2}\)?(?:[ .\-/]{0,2}\([0-9]{1,5}\))?(?:[ .\-/]{0,2}[0-9]{1,12}){1,7}",
    r"(?i: ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?"
);
/// North American, with its area code set apart.
static AMERICAN: Pattern = pattern!(
    r"(?:\b1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}",
    r"(?i: ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?"
);
/// An area code in brackets.
static BRACKETED: Pattern =
    pattern!(r"\(0?[0-9]{1,5}\) ?[0-9]{2,8}(?:[ .-][0-9]{2,6}){0,3}", r"(?i: ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?");
/// National, with the leading zero and in groups.
static TRUNK: Pattern = pattern!(r"\b0[1-9][0-9]{0,4}(?:[ ./-][0-9]{2,8}){1,5}");
/// Three groups or more, as numbers are written down to be read aloud.
static GROUPED: Pattern = pattern!(r"\b[0-9]{2,4}(?:[ .-][0-9]{2,4}){2,5}\b");
/// Anything that could be dialled.
static ANY: Pattern =
    pattern!(r"\(?[0-9](?:[ .()/-]{0,2}[0-9]){5,15}", r"(?i: ?(?:x|ext\.?|extension) ?[0-9]{1,6}\b)?");

/// Words that announce a number to call; they may stand up to 40 bytes before it.
static CALLING: Pattern = pattern!(
    r"(?i)(?:phone|mobile|\bmob\b|\btel\b|\btlf\b|cell|\bcall|\bring\b|fax|\bdesk\b|\bsms\b|whats ?app|signal|telegram",
    r"|reach|\bdial|contact|answer|messag|\btext(?:ed|ing)?\b|\bline\b|landline|hotline|direct|registered",
    r"|telefon|handy|mobil|durchwahl|rufnummer|t[ée]l[ée]phone|portable|tel[ée]fono|m[óo]vil|celular|cellulare|puh)"
);
/// Words that announce another number, or an amount.
static OTHERWISE: Pattern = pattern!(
    r"(?i)(?:order|invoice|ticket|case|ref(?:erence)?|account|acct|customer|serial|version|card|iban|\bid\b|number of",
    r"|tracking|parcel|policy|licen[cs]e|passport|zip|postal|\bsku\b|article|error|code|rechnung|bestell|kunden",
    r"|ssn|security|total|amount|price|eur|usd|\bdate|\bon\b|\bsince\b|\bby\b)[^\n]{0,12}$"
);

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    let shapes: [&Pattern; 4] = [&INTERNATIONAL, &AMERICAN, &BRACKETED, &TRUNK];
    for shape in shapes {
        for found in shape.find_iter(text) {
            let count = dialled(found.as_str());
            if (7..=16).contains(&count) && stands_alone(text, found.start(), found.end()) && !is_date(found.as_str()) {
                seen.add(Class::Phone, Detector::Structure, (found.start(), found.end()));
            }
        }
    }
    for found in GROUPED.find_iter(text) {
        let free = (8..=12).contains(&dialled(found.as_str()))
            && stands_alone(text, found.start(), found.end())
            && !is_date(found.as_str())
            && !OTHERWISE.is_match(before(text, found.start(), 24));
        // Three dots are a network address or a version sooner than a number.
        if free && found.as_str().matches('.').count() < 3 {
            seen.add(Class::Phone, Detector::Context, (found.start(), found.end()));
        }
    }
    for found in ANY.find_iter(text) {
        if !(6..=15).contains(&dialled(found.as_str()))
            || !stands_alone(text, found.start(), found.end())
            || is_date(found.as_str())
        {
            continue;
        }
        let words = before(text, found.start(), 40);
        let near = before(text, found.start(), 24);
        let announced = CALLING.find_iter(words).last().map(|word| words.len() - word.end());
        let otherwise = OTHERWISE.find(near).map(|word| near.len() - word.start());
        // Of two words the nearer one decides.
        if announced.is_some_and(|calling| otherwise.is_none_or(|other| calling < other)) {
            seen.add(Class::Phone, Detector::Context, (found.start(), found.end()));
        }
    }
}

/// Digits before any extension.
fn dialled(written: &str) -> usize {
    let number = written.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or_default();
    digits(number).len()
}

/// Not a piece of a longer number, identifier, amount or address.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let previous = char_before(text, start);
    let earlier = start.checked_sub(1).and_then(|at| char_before(text, at));
    let joins = |c: char| matches!(c, '-' | '.' | ',' | '/' | ':' | '@');
    let attached = match previous {
        Some(c) if c.is_alphanumeric() || matches!(c, '#' | '_' | '$' | '€' | '£' | '=' | '&' | '+' | '@') => true,
        Some(c) if joins(c) => {
            earlier.is_some_and(|c| c.is_ascii_digit() || (c.is_alphabetic() && previous == Some('-')))
        }
        _ => false,
    };
    let next = char_after(text, end);
    let goes_on = match next {
        Some(c) if c.is_alphanumeric() || matches!(c, '_' | '@' | '%' | '€') => true,
        Some(c) if joins(c) => char_after(text, end + 1).is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    };
    !attached && !goes_on
}

/// Year first or last, in three groups joined by one kind of sign; or groups of thousands.
fn is_date(written: &str) -> bool {
    static DATE: Pattern = pattern!(
        r"^\(?(?:(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)[0-9]{2})(?: [0-9].*)?$"
    );
    static THOUSANDS: Pattern = pattern!(r"^[1-9][0-9]{0,2}(?:\.[0-9]{3})+$");
    DATE.is_match(written) || THOUSANDS.is_match(written)
}
