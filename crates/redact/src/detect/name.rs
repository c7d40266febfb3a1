//! Names of people: from lists of given and family names, from the words around them, and from capitals where those say something.
//! Also what looks like a name and is another thing: places, firms, nations, trades. Those are named, and stay.

use std::ops::Range;

use super::surroundings::{Expected, expected};
use super::{Seen, place};
use crate::class::Class;
use crate::find::{Detector, Reach};
use crate::lexicon::Marks;
use crate::tokens::{Gap, Kind, Token};

/// Words of a name at most.
const NAME_WORDS: usize = 5;
/// Words with capitals that are looked at together.
const RUN_WORDS: usize = 12;
/// What a name never holds, unless a list of names has it too.
const NEVER: Marks = Marks::NOBODY;

fn is_name(token: &Token) -> bool {
    token.is(Marks::GIVEN | Marks::FAMILY)
}

pub(super) fn find(seen: &mut Seen<'_>) {
    if seen.reach == Reach::Everything {
        trade_line(seen);
        firm_line(seen);
    }
    if !seen.tokens.iter().any(|t| t.capital()) {
        return flat(seen);
    }
    let mut at = 0;
    while at < seen.tokens.len() {
        let end = run_end(seen.tokens, at);
        if end == at {
            at += 1;
            continue;
        }
        mentions(seen, at..end);
        let mut from = at;
        while from < end {
            from = segment(seen, from..end).max(from + 1);
        }
        at = end;
    }
}

/// The end of a row of words with capitals, a space between them; particles inside belong to it.
fn run_end(tokens: &[Token], at: usize) -> usize {
    let token = |at: usize| tokens.get(at);
    let starts = |t: &Token| t.capital() || t.kind == Kind::Initial;
    if !token(at).is_some_and(starts) {
        return at;
    }
    let mut end = at + 1;
    while end - at < RUN_WORDS {
        let Some(next) = token(end) else { break };
        let before = token(end - 1);
        let joined = next.gap == Gap::Space
            || (next.gap == Gap::Dot && before.is_some_and(|b| b.kind == Kind::Initial || b.is(Marks::TITLE)));
        let particles = (end..end + 2)
            .take_while(|i| {
                token(*i).is_some_and(|t| t.kind == Kind::Lower && t.is(Marks::PARTICLE) && t.gap == Gap::Space)
            })
            .count();
        let after = token(end + particles).is_some_and(|t| t.capital() && t.gap == Gap::Space);
        match joined {
            true if starts(next) => end += 1,
            true if particles > 0 && after => end += particles + 1,
            _ => break,
        }
    }
    end
}

/// Nations, titles and trades by themselves.
fn mentions(seen: &mut Seen<'_>, run: Range<usize>) {
    for at in run {
        let Some(token) = seen.tokens.get(at) else { return };
        let before = at.checked_sub(1).and_then(|i| seen.tokens.get(i));
        let article =
            before.is_some_and(|b| token.gap == Gap::Space && matches!(b.text(seen.text()), "the" | "a" | "an"));
        let part = seen.tokens.get(at + 1).is_some_and(|next| next.capital() && next.gap == Gap::Space);
        if (token.is(Marks::NATION | Marks::PEOPLE) && !part) || (token.is(Marks::TRADE) && article) {
            seen.mention(Class::Other, (token.start, token.end));
        } else if token.is(Marks::TITLE)
            && token.kind == Kind::Title
            && seen.tokens.get(at + 1).is_some_and(Token::capital)
        {
            let dot = usize::from(seen.text().get(token.end..).is_some_and(|rest| rest.starts_with('.')));
            seen.mention(Class::Other, (token.start, token.end + dot));
        }
    }
}

/// A line between a name and an address, in a block of lines, is a firm.
fn firm_line(seen: &mut Seen<'_>) {
    let plain = |words: &[Token]| {
        (1..=5).contains(&words.len())
            && words.iter().all(|t| t.capital() || t.kind == Kind::Lower && t.end - t.start < 4)
            && words.iter().skip(1).all(|t| t.gap == Gap::Space || t.gap == Gap::Comma)
    };
    let starts: Vec<usize> =
        seen.tokens.iter().enumerate().filter(|(_, t)| t.gap == Gap::Line).map(|(at, _)| at).collect();
    for [name, firm, address] in starts.windows(3).filter_map(|w| <[usize; 3]>::try_from(w).ok()) {
        let (Some(above), Some(words), Some(below)) =
            (seen.tokens.get(name..firm), seen.tokens.get(firm..address), seen.tokens.get(address..))
        else {
            return;
        };
        let addressed = below.first().is_some_and(|t| {
            t.is(Marks::UNIT)
                || t.kind == Kind::Number
                    && below.get(1).is_some_and(|n| n.gap == Gap::Space && (n.capital() || n.kind == Kind::Number))
        });
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let single = seen
            .text()
            .get(above.last().map_or(0, |t| t.end)..first.start)
            .is_some_and(|b| b.matches('\n').count() == 1);
        if plain(above)
            && plain(words)
            && addressed
            && single
            && !first.is(Marks::GIVEN | Marks::TITLE | Marks::NOBODY)
            && !last.is(Marks::TRADE)
        {
            seen.mention(Class::Other, (first.start, last.end));
        }
    }
}

/// A line that ends in a trade is what somebody works as, under their name.
fn trade_line(seen: &mut Seen<'_>) {
    let mut from = 0;
    for at in 0..seen.tokens.len() {
        let (Some(first), Some(token)) = (seen.tokens.get(from), seen.tokens.get(at)) else { return };
        if seen.tokens.get(at + 1).is_none_or(|next| next.gap == Gap::Line) {
            let words = seen.tokens.get(from..=at).unwrap_or_default();
            let plain =
                from > 0 && words.len() < 7 && words.iter().skip(1).all(|t| t.gap == Gap::Space || t.gap == Gap::Comma);
            if plain && token.is(Marks::TRADE) {
                seen.mention(Class::Other, (first.start, token.end));
            }
            from = at + 1;
        }
    }
}

/// Judges the beginning of a run; says where to go on.
fn segment(seen: &mut Seen<'_>, run: Range<usize>) -> usize {
    let tokens = seen.tokens;
    let Some(first) = tokens.get(run.start) else { return run.end };
    let hint = expected(seen, run.start);
    let named = hint == Expected::Person && is_name(first) && !first.is(NEVER);
    if first.is(NEVER | Marks::TITLE | Marks::DAY | Marks::NATION) && !named {
        return run.start + 1;
    }
    if let Some(end) = firm_end(seen, &run, hint) {
        seen.mention(Class::Other, (first.start, tokens.get(end - 1).map_or(first.end, |t| t.end)));
        return end;
    }
    let end = name_end(seen, &run, hint);
    if end > run.start {
        let last = tokens.get(end - 1).map_or(first.end, |t| t.end);
        seen.add(Class::Person, Detector::Context, (first.start, last));
        return end;
    }
    if let Some(end) = place::end(seen, &run, hint) {
        seen.mention(Class::Address, (first.start, tokens.get(end - 1).map_or(first.end, |t| t.end)));
        return end;
    }
    guess(seen, &run, hint)
}

/// Whether an unknown word does what people do.
fn told_person(seen: &Seen<'_>, run: &Range<usize>) -> bool {
    const DOING: &[&str] = &[
        "lives", "lived", "said", "says", "wrote", "asked", "asks", "works", "thinks", "thought", "told", "shouted",
        "spoke", "replied", "wants", "wanted", "smiled", "laughed", "married", "answered", "phoned", "emailed",
    ];
    let next = seen.tokens.get(run.end).filter(|t| t.gap == Gap::Space && t.kind == Kind::Lower);
    run.len() == 1 && next.is_some_and(|t| DOING.contains(&t.text(seen.text())))
}

/// The end of a firm's name that says so: "Fabrikam Ltd", "Fabrikam is a bank", or whatever stands after "works for".
fn firm_end(seen: &Seen<'_>, run: &Range<usize>, hint: Expected) -> Option<usize> {
    let tokens = seen.tokens.get(run.clone())?;
    let says = tokens
        .iter()
        .take(NAME_WORDS + 1)
        .position(|t| t.is(Marks::FIRM) && t.kind != Kind::Lower)
        .filter(|at| *at > 0);
    let last = says.map(|at| run.start + at + 1);
    last.or_else(|| (hint == Expected::Firm || told_firm(seen, run)).then_some(run.end))
}

/// What words after it say is a firm's: "is a design agency", "announced", "'s office".
fn told_firm(seen: &Seen<'_>, run: &Range<usize>) -> bool {
    const FIRMS: &[&str] = &[
        "agency",
        "company",
        "firm",
        "bank",
        "startup",
        "corporation",
        "organization",
        "organisation",
        "nonprofit",
        "charity",
        "manufacturer",
        "retailer",
        "provider",
        "supplier",
        "employer",
        "subsidiary",
    ];
    const OWNED: &[&str] = &[
        "office",
        "offices",
        "headquarters",
        "website",
        "employees",
        "employee",
        "customers",
        "shareholders",
        "branch",
    ];
    let word = |at: usize| {
        seen.tokens.get(at).filter(|t| t.gap == Gap::Space && t.kind == Kind::Lower).map(|t| t.text(seen.text()))
    };
    if word(run.end).is_some_and(|w| OWNED.contains(&w)) {
        return true;
    }
    let is_a = word(run.end) == Some("is") && matches!(word(run.end + 1), Some("a" | "an" | "the" | "our"));
    is_a && (run.end + 2..run.end + 7).map_while(word).any(|w| FIRMS.contains(&w))
}

/// The end of a person's name that starts here; the start when there is none.
fn name_end(seen: &Seen<'_>, run: &Range<usize>, hint: Expected) -> usize {
    let words = seen.tokens.get(run.start..run.end.min(run.start + NAME_WORDS)).unwrap_or_default();
    let Some(first) = words.first() else { return run.start };
    let mut length = 0;
    for (at, word) in words.iter().enumerate() {
        if at > 0 && !continues(seen, words.get(at - 1), word, hint) {
            break;
        }
        length = at + 1;
    }
    let words = words.get(..length).unwrap_or_default();
    let strong = |t: &Token| is_name(t) && !t.is(Marks::DOUBTFUL) && t.kind != Kind::Initial;
    let opens = first.gap != Gap::Space;
    let everyday =
        |t: &Token| t.is(Marks::ENGLISH | Marks::DOUBTFUL | Marks::MONTH | Marks::STREET | Marks::UNIT | Marks::FIRM);
    let place = place::whole(seen, run.start, length);
    let yes = match hint {
        _ if told_person(seen, run) => !everyday(first) || is_name(first),
        // "I'm Sorry": an everyday word that is no name stays one.
        Expected::Person => !everyday(first) || is_name(first),
        Expected::Place if place => false,
        Expected::Place if length == 1 => strong(first) && !first.is(Marks::PLACE),
        _ if place && length > 1 => strong(first) && words.iter().all(strong),
        _ if length == 1 => strong(first) && !everyday(first) && (!place || first.is(Marks::GIVEN)),
        // "Will Anna come": a sentence's first word before a name.
        _ if opens && everyday(first) && first.is(Marks::ENGLISH) && !strong(first) => {
            words.get(1).is_some_and(|w| strong(w) && !w.is(Marks::GIVEN)) && is_name(first)
        }
        _ if first.is(Marks::GIVEN) && words.iter().skip(1).any(|w| is_name(w) || !everyday(w)) => true,
        _ => words.iter().any(strong) && (is_name(first) || !everyday(first)),
    };
    let shouted = words.iter().all(|t| t.kind == Kind::Upper);
    let unsure = shouted && hint != Expected::Person && (words.len() < 2 || !words.iter().all(strong));
    if yes && !unsure { run.start + length } else { run.start }
}

/// Whether a word goes on with a name.
fn continues(seen: &Seen<'_>, before: Option<&Token>, word: &Token, hint: Expected) -> bool {
    let first_is_upper = before.is_some_and(|b| b.kind == Kind::Upper);
    let acronym = word.kind == Kind::Upper && !first_is_upper && word.end - word.start < 5 && !is_name(word);
    if word.is(NEVER | Marks::DAY | Marks::NATION | Marks::TITLE) || acronym {
        return false;
    }
    if is_name(word) || word.kind == Kind::Initial || word.is(Marks::PARTICLE) {
        return true;
    }
    let unknown = !word.is(Marks::ENGLISH | Marks::DOUBTFUL | Marks::MONTH | Marks::STREET | Marks::UNIT | Marks::FIRM);
    unknown && (seen.english || hint == Expected::Person || word.end - word.start > 2)
}

/// What no list knows. Two unknown words with capitals in a row are taken for a name and hidden; one alone is named and stays, for
/// products look the same.
fn guess(seen: &mut Seen<'_>, run: &Range<usize>, hint: Expected) -> usize {
    let tokens = seen.tokens.get(run.clone()).unwrap_or_default();
    let unknown = |t: &Token| {
        !t.is(Marks::ENGLISH
            | Marks::DOUBTFUL
            | NEVER
            | Marks::NATION
            | Marks::PEOPLE
            | Marks::MONTH
            | Marks::DAY
            | Marks::FIRM
            | Marks::STREET
            | Marks::UNIT)
            && t.end - t.start > 2
    };
    let length = tokens
        .iter()
        .take(NAME_WORDS)
        .take_while(|t| unknown(t) || (t.kind == Kind::Initial && t.gap == Gap::Space))
        .count();
    let Some((first, words)) = tokens.first().zip(tokens.get(..length)) else { return run.end };
    let inside = first.gap == Gap::Space;
    let upper = words.iter().all(|t| t.kind == Kind::Upper);
    if length == 0 || !seen.english {
        return doubtful(seen, run);
    }
    let span = (first.start, words.last().map_or(first.end, |t| t.end));
    if upper {
        if hint == Expected::Place && span.1 - span.0 > 4 {
            seen.mention(Class::Address, span);
        }
        return run.start + length;
    }
    let article = run
        .start
        .checked_sub(1)
        .and_then(|i| seen.tokens.get(i))
        .is_some_and(|b| inside && b.text(seen.text()).eq_ignore_ascii_case("the"));
    match hint {
        _ if length > 1 && words.iter().any(|t| t.kind == Kind::Initial) => {
            seen.add(Class::Person, Detector::Context, span)
        }
        _ if article => seen.mention(Class::Other, span),
        Expected::Place if at_word(seen, run.start) => seen.mention(Class::Other, span),
        Expected::Place => seen.mention(Class::Address, span),
        _ if length > 1 && length < 4 => seen.add(Class::Person, Detector::Context, span),
        _ if length == 1 && (inside || sentence_word(seen, run.start)) => seen.mention(Class::Person, span),
        _ => {}
    }
    run.start + length
}

/// "At" an unknown name: a firm sooner than a town.
fn at_word(seen: &Seen<'_>, at: usize) -> bool {
    at.checked_sub(1).and_then(|i| seen.tokens.get(i)).is_some_and(|b| b.text(seen.text()) == "at")
}

/// An everyday word that is a name as well, with a capital inside an English sentence.
fn doubtful(seen: &mut Seen<'_>, run: &Range<usize>) -> usize {
    let Some(first) = seen.tokens.get(run.start) else { return run.end };
    let before = run.start.checked_sub(1).and_then(|i| seen.tokens.get(i));
    let inside = match first.gap {
        Gap::Space => before.is_some_and(|b| b.kind == Kind::Lower || !b.is(Marks::ENGLISH)),
        Gap::Comma => before.is_some_and(Token::capital),
        _ => false,
    };
    let opens = first.is(Marks::GIVEN) && !first.is(Marks::ENGLISH);
    let alone = run.len() == 1
        && first.kind == Kind::Title
        && is_name(first)
        && !first.is(Marks::MONTH | Marks::FIRM | Marks::STREET | Marks::UNIT | Marks::TRADE);
    if seen.english && alone && (inside || opens) {
        seen.mention(Class::Person, (first.start, first.end));
    }
    run.start + 1
}

/// Whether an unknown word opens a sentence that goes on, rather than stands alone.
fn sentence_word(seen: &Seen<'_>, at: usize) -> bool {
    seen.tokens.get(at + 1).is_some_and(|next| matches!(next.gap, Gap::Space | Gap::Comma | Gap::Sign))
}

/// A text without capitals: a given name and a family name beside each other, or a name where one is expected.
fn flat(seen: &mut Seen<'_>) {
    let sure = |t: &Token| !t.is(Marks::DOUBTFUL | Marks::ENGLISH | Marks::NOBODY);
    for at in 0..seen.tokens.len() {
        let Some(token) = seen.tokens.get(at) else { return };
        let named = |n: &&Token| {
            is_name(n) && sure(n)
                || (n.marks == Marks::NONE && n.kind == Kind::Lower && n.end - n.start > 3 && seen.english)
        };
        let next = seen.tokens.get(at + 1).filter(|n| n.gap == Gap::Space).filter(named);
        let hint = || expected(seen, at);
        match next {
            Some(next) if token.is(Marks::GIVEN) && sure(token) => {
                seen.add(Class::Person, Detector::Context, (token.start, next.end))
            }
            _ if is_name(token) && sure(token) && hint() == Expected::Person => {
                seen.add(Class::Person, Detector::Context, (token.start, token.end));
            }
            _ if token.is(Marks::NATION | Marks::PEOPLE) => seen.mention(Class::Other, (token.start, token.end)),
            _ if token.is(Marks::PLACE) && hint() == Expected::Place => {
                if let Some(end) = place::end(seen, &(at..seen.tokens.len().min(at + 4)), Expected::Place) {
                    let end = seen.tokens.get(end - 1).map_or(token.end, |t| t.end);
                    seen.mention(Class::Address, (token.start, end));
                }
            }
            _ if token.is(Marks::GIVEN) && sure(token) => seen.mention(Class::Person, (token.start, token.end)),
            _ => {}
        }
    }
}
