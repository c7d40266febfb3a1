//! Postal addresses: street and number in the order of many countries, then what goes on with it: flat, town, state, postcode,
//! country. An address inside a sentence is one finding; of one that stands in lines of its own each line is one, so that lines stay.

use super::surroundings::Expected;
use super::{Pattern, Seen, pattern, place};
use crate::class::Class;
use crate::find::Detector;
use crate::lexicon::Marks;
use crate::tokens::{Gap, Kind, Token};

/// Endings of words that are streets.
const STREET_ENDINGS: &[&str] = &[
    "strasse",
    "straße",
    "stra\u{df}e",
    "str",
    "gasse",
    "weg",
    "platz",
    "allee",
    "ufer",
    "damm",
    "gata",
    "gatan",
    "gade",
    "gaten",
    "vej",
    "vejen",
    "vei",
    "veien",
    "vegen",
    "vegur",
    "vagen",
    "stigen",
    "tie",
    "katu",
    "kuja",
    "polku",
    "straat",
    "laan",
    "plein",
    "gracht",
    "kade",
    "utca",
    "stræde",
    "straede",
    "backen",
    "tn",
    "puiestee",
    "tanav",
    "stigur",
    "braut",
    "holt",
    "vollen",
];
/// Words between number and street at most.
const STREET_WORDS: usize = 7;
/// Parts of one address at most.
const PARTS: usize = 24;

/// Postcodes with a form of their own: United Kingdom, Canada, Netherlands.
static POSTCODE: Pattern = pattern!(
    r"(?-u:\b)(?:[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-CEGHJ-NPR-TVXY][0-9][A-Z] [0-9][A-Z][0-9]|[1-9][0-9]{3} [A-Z]{2})(?-u:\b)"
);
/// A postcode after the word for it.
static NAMED: Pattern = pattern!(
    r"(?i)(?-u:\b)(?:zip|post(?:al)?)(?:[ -]?code)?(?: is| was|:| #)?[ :]{0,3}([0-9]{3,6}(?:[- ][0-9]{2,4})?|[a-z]{1,2}[0-9][a-z0-9]? ?[0-9][a-z]{2})(?-u:\b)|(?-u:\b)(?:plz|code postal|c[óo]digo postal|cap|psc)[ :]{1,3}([0-9]{4,6})(?-u:\b)"
);

pub(super) fn find(seen: &mut Seen<'_>) {
    if !seen.text().bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    for found in NAMED.captures_iter(seen.text()).filter_map(|f| f.get(1).or_else(|| f.get(2))) {
        seen.add(Class::Address, Detector::Context, (found.start(), found.end()));
    }
    for found in POSTCODE.find_iter(seen.text()) {
        seen.add(Class::Address, Detector::Structure, (found.start(), found.end()));
    }
    let mut at = 0;
    while at < seen.tokens.len() {
        match anchor(seen, at) {
            Some(end) => {
                let from = back(seen, at).min(corner(seen, at));
                let end = go_on(seen, end, from < at);
                keep(seen, from, end);
                at = end;
            }
            None => at += 1,
        }
    }
}

/// Keeps the address, by lines where it stands apart.
fn keep(seen: &mut Seen<'_>, start: usize, end: usize) {
    let Some(tokens) = seen.tokens.get(start..end) else { return };
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
    let military = tokens.iter().any(|t| is_military(seen, t));
    if first.gap != Gap::Line || military || labelled(seen, start) {
        return seen.add(Class::Address, Detector::Structure, (first.start, last.end));
    }
    let mut from = first.start;
    for (before, token) in tokens.iter().zip(tokens.iter().skip(1)) {
        if token.gap == Gap::Line {
            seen.add(Class::Address, Detector::Structure, (from, before.end));
            from = token.start;
        }
    }
    seen.add(Class::Address, Detector::Structure, (from, last.end));
}

/// Whether "Address:" stands before it.
fn labelled(seen: &Seen<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| seen.tokens.get(i)).zip(seen.tokens.get(at));
    before.and_then(|(b, t)| seen.text().get(b.end..t.start)).is_some_and(|between| between.starts_with(':'))
}

/// Where an address begins of which only the flat was told: the words with capitals and the numbers before it.
fn back(seen: &Seen<'_>, at: usize) -> usize {
    if !seen.tokens.get(at).is_some_and(|t| t.is(Marks::UNIT) || t.kind == Kind::Number)
        || !seen.tokens.get(at).is_some_and(|t| t.is(Marks::UNIT))
    {
        return at;
    }
    let flat = !seen.tokens.iter().any(Token::capital);
    let belongs = |t: &Token| {
        t.kind == Kind::Number
            || t.capital() && !t.is(Marks::NOBODY)
            || t.is(Marks::PARTICLE | Marks::STREET)
            || (flat && !t.is(Marks::ENGLISH | Marks::NOBODY))
    };
    let mut from = at;
    while from > 0 && at - from < 7 {
        let (Some(before), Some(after)) = (seen.tokens.get(from - 1), seen.tokens.get(from)) else { break };
        let near = matches!(after.gap, Gap::Space | Gap::Comma | Gap::Dot) || (after.gap == Gap::Line && from == at);
        if !near || !belongs(before) {
            break;
        }
        from -= 1;
    }
    let numbered = seen.tokens.get(from..at).is_some_and(|words| {
        words.iter().any(|t| t.kind == Kind::Number) && words.iter().any(|t| t.kind != Kind::Number)
    });
    if numbered { from } else { at }
}

fn token<'a>(seen: &Seen<'a>, at: usize) -> Option<&'a Token> {
    seen.tokens.get(at)
}

fn is_military(seen: &Seen<'_>, token: &Token) -> bool {
    matches!(token.text(seen.text()), "APO" | "FPO" | "DPO")
}

/// Whether the token after goes on in the same line.
fn beside(token: &Token) -> bool {
    matches!(token.gap, Gap::Space | Gap::Dot) || token.gap == Gap::Comma
}

fn is_street(seen: &Seen<'_>, token: &Token) -> bool {
    if token.is(Marks::STREET) {
        return true;
    }
    let word = token.text(seen.text());
    word.len() > 5
        && STREET_ENDINGS.iter().any(|ending| word.len() > ending.len() + 2 && word.to_lowercase().ends_with(ending))
}

/// A house number: short, or with one letter.
fn is_house(seen: &Seen<'_>, token: &Token) -> bool {
    let word = token.text(seen.text());
    token.kind == Kind::Number && word.len() <= 6 && word.bytes().filter(u8::is_ascii_digit).count() <= 5
}

/// The end of what can only be the beginning of an address.
fn anchor(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let first = token(seen, at)?;
    match first.kind {
        Kind::Initial if first.text(seen.text()) == "P" => post_box(seen, at),
        Kind::Number if is_house(seen, first) => number_first(seen, at),
        Kind::Number | Kind::Initial => None,
        _ if first.is(Marks::UNIT) || matches!(first.text(seen.text()), "PSC" | "PO" | "CMR") => unit(seen, at),
        Kind::Title | Kind::Upper => street_first(seen, at).or_else(|| town_state(seen, at)),
        Kind::Lower if first.is(Marks::STREET) => street_first(seen, at),
        Kind::Lower => None,
    }
}

/// "12 rue de la Paix", "27 Main Street", "1987 74 Diakou Street", "28030 Edeby 55", "10115 Berlin".
fn number_first(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let mut end = at + 1;
    let mut capitals = 0;
    let mut street = None;
    while end - at <= STREET_WORDS {
        let Some(next) = token(seen, end).filter(|t| {
            t.gap == Gap::Space || (t.gap == Gap::Dot && street.is_some()) || (t.gap == Gap::Comma && end == at + 1)
        }) else {
            break;
        };
        if next.kind == Kind::Number {
            if !is_house(seen, next) {
                break;
            }
            if capitals > 0 {
                let plain =
                    token(seen, at).is_some_and(|t| t.end - t.start >= 3 || t.gap == Gap::Line) || street.is_some();
                return (plain && !dated(seen, at, end)).then_some(end + 1);
            }
        } else if next.capital()
            || next.kind == Kind::Initial
            || next.is(Marks::PARTICLE)
            || (next.is(Marks::STREET) && next.kind == Kind::Lower)
            || (seen.english && capitals > 0 && !next.is(Marks::ENGLISH | Marks::NOBODY))
        {
            capitals += usize::from(next.capital());
            if is_street(seen, next) {
                street = Some(end);
            }
        } else {
            break;
        }
        end += 1;
    }
    if let Some(street) = street.filter(|_| capitals > 0) {
        // "Rue" comes before its name, "Street" after.
        let leading = street == at + 1 || token(seen, street).is_some_and(|t| t.kind == Kind::Lower);
        let direction = token(seen, street + 1).is_some_and(|t| {
            t.gap == Gap::Space
                && matches!(
                    t.text(seen.text()),
                    "North" | "South" | "East" | "West" | "N" | "S" | "E" | "W" | "NE" | "NW" | "SE" | "SW"
                )
        });
        return Some(if leading { end } else { street + 1 + usize::from(direction) });
    }
    let postcode = token(seen, at).is_some_and(|t| t.end - t.start == 5);
    (postcode && token(seen, at + 1).is_some_and(|t| t.gap == Gap::Space))
        .then(|| place::end(seen, &(at + 1..end), Expected::Place))
        .flatten()
}

/// Whether the words between hold a month.
fn dated(seen: &Seen<'_>, at: usize, end: usize) -> bool {
    seen.tokens.get(at..end).is_some_and(|between| between.iter().any(|t| t.is(Marks::MONTH | Marks::DAY)))
}

/// "Hauptstraße 5", "Calle Mayor 12", "Stensås terrasse 38", "ul. Miła 53".
fn street_first(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let mut street = None;
    let mut end = at;
    while end - at < STREET_WORDS {
        let next = token(seen, end)?;
        let joined = end == at
            || next.gap == Gap::Space
            || (next.gap == Gap::Dot && street.is_some())
            || (next.gap == Gap::Comma && street.is_some() && next.kind == Kind::Number);
        if !joined {
            return None;
        }
        if next.kind == Kind::Number {
            return (street.is_some()
                && end > at
                && is_house(seen, next)
                && !dated(seen, at, end)
                && sensible(seen, at, end))
            .then_some(end + 1);
        }
        if is_street(seen, next) {
            street = Some(end);
        } else if !(next.capital() || next.kind == Kind::Initial || next.is(Marks::PARTICLE)) {
            return None;
        }
        end += 1;
    }
    None
}

/// A street has a name: not "Place 5", "Drive 2".
fn sensible(seen: &Seen<'_>, at: usize, end: usize) -> bool {
    let words = seen.tokens.get(at..end).unwrap_or_default();
    words.iter().any(|t| t.capital() && !t.is(Marks::STREET))
        && !words.iter().all(|t| t.is(Marks::NOBODY | Marks::ENGLISH))
}

/// "Apt. 595", "Suite 501", "Unit 7349 Box 6067", "PSC 0413, Box 8144", "PO Box 12", "Postfach 10".
fn unit(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let first = token(seen, at)?;
    let word = first.text(seen.text()).to_lowercase();
    let next = token(seen, at + 1)?;
    if word == "po" {
        let number = token(seen, at + 2)?;
        return (next.text(seen.text()).eq_ignore_ascii_case("box") && number.kind == Kind::Number).then_some(at + 3);
    }
    if next.kind != Kind::Number || !matches!(next.gap, Gap::Space | Gap::Dot) {
        return None;
    }
    let second = token(seen, at + 2)
        .filter(|t| t.is(Marks::UNIT) && beside(t))
        .zip(token(seen, at + 3))
        .is_some_and(|(_, n)| n.kind == Kind::Number);
    let own = matches!(
        word.as_str(),
        "apt" | "apartment" | "suite" | "flat" | "postfach" | "postbox" | "apartado" | "appartement"
    );
    match (second, own) {
        (true, _) => Some(at + 4),
        (false, true) => Some(at + 2),
        (false, false) => None,
    }
}

/// "P.O. Box 242".
fn post_box(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let [o, word, number] = seen.tokens.get(at + 1..at + 4)? else { return None };
    let said = o.text(seen.text()) == "O" && word.text(seen.text()).eq_ignore_ascii_case("box");
    (said && number.kind == Kind::Number).then_some(at + 4)
}

/// "Springfield, IL 62701".
fn town_state(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let mut end = at + 1;
    while end - at < 4 && token(seen, end).is_some_and(|t| t.capital() && t.gap == Gap::Space) {
        end += 1;
    }
    let (state, number) = (token(seen, end)?, token(seen, end + 1)?);
    let stands = state.kind == Kind::Upper && state.end - state.start == 2 && state.gap == Gap::Comma;
    (stands && number.kind == Kind::Number && number.gap == Gap::Space && number.end - number.start == 5)
        .then_some(end + 2)
}

/// "the corner of" before it.
fn corner(seen: &Seen<'_>, at: usize) -> usize {
    let of = at.checked_sub(2).and_then(|i| seen.tokens.get(i..at)).unwrap_or_default();
    let words: Vec<&str> = of.iter().map(|t| t.text(seen.text())).collect();
    match words.as_slice() {
        ["corner", "of"] => {
            at - 2 - usize::from(at > 2 && token(seen, at - 3).is_some_and(|t| t.text(seen.text()) == "the"))
        }
        _ => at,
    }
}

/// The end of everything that goes on with an address.
fn go_on(seen: &Seen<'_>, mut at: usize, corner: bool) -> usize {
    for _ in 0..PARTS {
        match part(seen, at, corner) {
            Some(end) => at = end,
            None => break,
        }
    }
    at
}

fn part(seen: &Seen<'_>, at: usize, corner: bool) -> Option<usize> {
    let next = token(seen, at)?;
    let before = token(seen, at.checked_sub(1)?)?;
    let between = seen.text().get(before.end..next.start)?;
    if between.len() > 12
        || between.contains([':', ';', '(', ')', '"'])
        || (next.gap == Gap::Dot && before.end - before.start > 6)
    {
        return None;
    }
    if let Some(end) = unit(seen, at).or_else(|| number_first(seen, at)).or_else(|| street_first(seen, at)) {
        return Some(end);
    }
    let word = next.text(seen.text());
    let apart = next.gap != Gap::Space;
    match next.kind {
        Kind::Number => (word.len() >= 3 && word.len() <= 6 || between == "-" || between == " ")
            .then_some(at + 1)
            .filter(|_| word.len() <= 6 && word.bytes().all(|b| b.is_ascii_digit())),
        Kind::Upper if is_military(seen, next) => Some(at + 1),
        Kind::Upper if word.len() <= 3 => (apart
            || before.kind == Kind::Number
            || token(seen, at + 1).is_some_and(|t| t.kind == Kind::Number && t.gap == Gap::Space))
        .then_some(at + 1),
        Kind::Lower if word == "nan" => Some(at + 1),
        Kind::Lower if word == "and" && corner => street_first(seen, at + 1).or_else(|| second_street(seen, at + 1)),
        Kind::Title | Kind::Upper => town(seen, at, apart || before.kind == Kind::Number || place::whole(seen, at, 1)),
        _ => None,
    }
}

/// The other street of a corner.
fn second_street(seen: &Seen<'_>, at: usize) -> Option<usize> {
    let end =
        (at..at + 4).take_while(|i| token(seen, *i).is_some_and(|t| t.capital() && t.gap == Gap::Space)).last()? + 1;
    (end > at).then_some(end)
}

/// A town or country: in the lists, or unknown words with capitals that end their line or stand before a comma.
fn town(seen: &Seen<'_>, at: usize, apart: bool) -> Option<usize> {
    let limit = (at + 1..at + 5)
        .take_while(|i| {
            token(seen, *i).is_some_and(|t| {
                matches!(t.gap, Gap::Space) && (t.capital() || t.kind == Kind::Initial || t.is(Marks::PARTICLE))
            })
        })
        .last()
        .map_or(at + 1, |last| last + 1);
    if let Some(end) = place::end(seen, &(at..limit), Expected::Place) {
        return Some(end.max(
            if token(seen, limit).is_none_or(|t| t.gap != Gap::Space)
                && apart
                && token(seen, at).is_some_and(|t| t.kind == Kind::Upper)
            {
                limit
            } else {
                end
            },
        ));
    }
    let words = seen.tokens.get(at..limit)?;
    let closed = token(seen, limit)
        .is_none_or(|t| matches!(t.gap, Gap::Line | Gap::Comma | Gap::Sign) || t.kind == Kind::Number);
    let everyday = words.iter().all(|t| t.is(Marks::ENGLISH | Marks::NOBODY | Marks::TITLE));
    let person = words.iter().all(|t| t.is(Marks::GIVEN)) && words.iter().any(|t| !t.is(Marks::DOUBTFUL));
    let upper = words.iter().all(|t| t.kind == Kind::Upper);
    let own_line = words.len() > 1
        && words.first().is_some_and(|t| t.gap == Gap::Line)
        && !words.iter().any(|t| t.is(Marks::NOBODY | Marks::TITLE));
    (apart && closed && !person && (!everyday || upper || own_line)).then_some(limit)
}
