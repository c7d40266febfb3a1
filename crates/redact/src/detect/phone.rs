//! Telephone numbers. Some ways of writing need no words around them; other groups of digits count
//! only after a word that speaks of calling, so that order numbers, dates and amounts stay.

use std::ops::Range;

use super::{Pattern, Seen, before, char_after, char_before, pattern};
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
    r"|ssn|security|total|amount|price|eur|usd|\bdate)"
);

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in INTERNATIONAL.find_iter(text).filter(|found| (7..=16).contains(&dialled(found.as_str()))) {
        add(seen, Detector::Structure, found.start()..found.end(), |_| true);
    }
    let shapes: [&Pattern; 3] = [&AMERICAN, &BRACKETED, &TRUNK];
    for found in shapes.iter().flat_map(|shape| shape.find_iter(text)) {
        if (7..=16).contains(&dialled(found.as_str())) {
            add(seen, Detector::Structure, found.start()..found.end(), |words| words != Words::Otherwise);
        }
    }
    for found in GROUPED.find_iter(text) {
        // Three dots are a network address or a version sooner than a number.
        if (8..=12).contains(&dialled(found.as_str())) && found.as_str().matches('.').count() < 3 {
            add(seen, Detector::Context, found.start()..found.end(), |words| words != Words::Otherwise);
        }
    }
    for found in ANY.find_iter(text).filter(|found| (6..=15).contains(&dialled(found.as_str()))) {
        add(seen, Detector::Context, found.start()..found.end(), |words| words == Words::Calling);
    }
}

/// What the words before a number speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Calling,
    Otherwise,
    Nothing,
}

/// Of two words the nearer one decides.
fn words_before(text: &str, at: usize) -> Words {
    let far = before(text, at, 40);
    let near = before(text, at, 24);
    let calling = CALLING.find_iter(far).last().map(|word| far.len() - word.end());
    let otherwise = OTHERWISE.find_iter(near).last().map(|word| near.len() - word.end());
    match (calling, otherwise) {
        (Some(calling), Some(other)) if calling <= other => Words::Calling,
        (_, Some(_)) => Words::Otherwise,
        (Some(_), None) => Words::Calling,
        (None, None) => Words::Nothing,
    }
}

/// Adds the number if it is one by itself and the words before it agree.
fn add(seen: &mut Seen<'_>, detector: Detector, span: Range<usize>, agree: fn(Words) -> bool) {
    let text = seen.text();
    let written = text.get(span.clone()).unwrap_or_default();
    if stands_alone(text, span.start, span.end) && !is_other(written) && agree(words_before(text, span.start)) {
        seen.add(Class::Phone, detector, (span.start, span.end));
    }
}

/// Digits before any extension.
fn dialled(written: &str) -> usize {
    written.bytes().take_while(|b| !b.is_ascii_alphabetic()).filter(u8::is_ascii_digit).count()
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

/// A date (year first or last), a row of years, an amount in thousands, or the shape of a social security number.
fn is_other(written: &str) -> bool {
    static DATE: Pattern = pattern!(
        r"^\(?(?:(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)[0-9]{2})(?: [0-9].*)?$"
    );
    static THOUSANDS: Pattern = pattern!(r"^[1-9][0-9]{0,2}(?:\.[0-9]{3})+$");
    static YEARS: Pattern = pattern!(r"^(?:19|20)[0-9]{2}(?:[ .-](?:19|20)[0-9]{2})+$");
    static SECURITY: Pattern = pattern!(r"^[0-9]{3}-[0-9]{2}-[0-9]{4}$");
    DATE.is_match(written) || SECURITY.is_match(written) || YEARS.is_match(written) || THOUSANDS.is_match(written)
}
