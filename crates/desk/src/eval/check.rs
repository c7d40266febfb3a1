//! What cannot be expected together: a case that nothing could ever hold is refused before it judges anybody.

use std::collections::BTreeSet;

use super::{
    Case, Reply, Speaker,
    graded::{STATEMENT_CHARS_MAX, STATEMENTS_MAX},
    text,
};

/// Longest name of a case, in characters.
const ID_MAX: usize = 80;
/// Most messages and sources of one case.
const PARTS_MAX: usize = 50;
/// Longest name of a suite, in characters.
const SUITE_MAX: usize = 80;
/// Most phrases of one list.
const PHRASES_MAX: usize = 50;

/// Where a problem stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the case itself.
    Case,
    /// In what it expects.
    Expectation,
}

/// Everything that is wrong with a case, each in a sentence that says what to do.
#[must_use]
pub fn check(case: &Case) -> Vec<(Place, String)> {
    let (mut whole, mut expected) = (Vec::new(), Vec::new());
    shape(case, &mut whole);
    suite(case, &mut whole, &mut expected);
    shown(case, &mut expected);
    withheld(case, &mut expected);
    phrases(case, &mut expected);
    statements(case, &mut expected);
    let at = |place: Place| move |why: String| (place, why);
    whole.into_iter().map(at(Place::Case)).chain(expected.into_iter().map(at(Place::Expectation))).collect()
}

fn shape(case: &Case, told: &mut Vec<String>) {
    let is_id = (1..=ID_MAX).contains(&case.id.len())
        && case.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !case.id.starts_with('-');
    if !is_id {
        told.push(format!("The id is lower-case letters, digits and “-”, at most {ID_MAX}; this is “{}”.", case.id));
    }
    if case.title.trim().is_empty() {
        told.push("The title is empty; say in a line what the case is about.".to_owned());
    }
    if case.retired.as_ref().is_some_and(|why| why.trim().is_empty()) {
        told.push("It is retired without a reason; write why, or take the line out.".to_owned());
    }
    match case.messages.last() {
        Some(last) if last.by == Speaker::Requester => {}
        _ => told.push("The last message is the requester's: that is what is answered.".to_owned()),
    }
    if case.messages.len() > PARTS_MAX || case.sources.len() > PARTS_MAX {
        told.push(format!("A case has at most {PARTS_MAX} messages and {PARTS_MAX} sources."));
    }
    let mut seen = BTreeSet::new();
    for source in case.sources.iter().filter(|s| !seen.insert(&s.id)) {
        told.push(format!("Two sources are called “{}”; give each its own id.", source.id));
    }
    for source in case.sources.iter().filter(|s| s.text.trim().is_empty()) {
        told.push(format!("The source “{}” has no words; a case holds what it rests on.", source.id));
    }
}

/// What tests another product holds nothing that only this desk can be judged by, and the other way round.
fn suite(case: &Case, told: &mut Vec<String>, expected: &mut Vec<String>) {
    let Some(suite) = &case.suite else {
        if case.sentiment.is_some() || !case.steps.is_empty() || case.proposed.is_some() {
            let why = "Sentiment, steps and proposed belong to another product's case; name the product under suite.";
            told.push(why.to_owned());
        }
        return;
    };
    let is_name = suite.trim() == suite && !suite.is_empty() && suite.chars().count() <= SUITE_MAX;
    if !is_name || suite.contains(char::is_control) {
        told.push(format!("The suite is the name of a product, in at most {SUITE_MAX} characters."));
    }
    if case.steps.len() > PARTS_MAX || case.steps.iter().any(|step| step.trim().is_empty()) {
        told.push(format!("A case has at most {PARTS_MAX} steps, none of them empty."));
    }
    let expect = &case.expect;
    if expect.label.is_some() || expect.reply.is_some() || expect.escalation.is_some() {
        let why = "label, reply and escalation are judged of this desk alone; take them out, or the suite";
        expected.push(format!("{why}."));
    }
}

/// What is expected is there at all; a report about another product says what went wrong, and may leave the rest to its people.
fn shown(case: &Case, told: &mut Vec<String>) {
    let expect = &case.expect;
    if case.is_of_desk() && *expect == super::Expectation::default() {
        told.push("It expects nothing; name at least one thing that has to come of it.".to_owned());
    }
    for id in expect.must_cite.iter().filter(|id| !case.sources.iter().any(|s| s.id == **id)) {
        told.push(format!("must_cite names “{id}”, which is none of its sources."));
    }
    if let (Some(label), Some(category)) = (&expect.label, &case.category)
        && label != category
    {
        told.push(format!("It is worked as “{category}” and expects the label “{label}”; make them one."));
    }
}

fn withheld(case: &Case, told: &mut Vec<String>) {
    let expect = &case.expect;
    if expect.reply != Some(Reply::Withheld) {
        return;
    }
    let named = [
        ("must_cite", !expect.must_cite.is_empty()),
        ("must_say", !expect.must_say.is_empty()),
        ("must_ask", !expect.must_ask.is_empty()),
        ("graded", !expect.graded.is_empty()),
        ("words_max", expect.words_max.is_some()),
    ];
    for (name, _) in named.iter().filter(|(_, is_named)| *is_named) {
        told.push(format!("It expects no reply and asks something of it with {name}; take one of them out."));
    }
}

fn phrases(case: &Case, told: &mut Vec<String>) {
    let expect = &case.expect;
    let lists =
        [("must_say", &expect.must_say), ("must_not_say", &expect.must_not_say), ("must_ask", &expect.must_ask)];
    for (name, list) in lists {
        if list.iter().any(|phrase| text::folded(phrase).is_empty()) {
            told.push(format!("{name} holds an empty phrase; take it out."));
        }
        if list.len() > PHRASES_MAX {
            told.push(format!("{name} holds more than {PHRASES_MAX} phrases."));
        }
    }
    for (name, list) in [("must_say", &expect.must_say), ("must_ask", &expect.must_ask)] {
        for wanted in list {
            let clash = expect.must_not_say.iter().find(|forbidden| text::says(wanted, forbidden));
            if let Some(forbidden) = clash {
                told.push(format!("{name} “{wanted}” holds what must_not_say forbids, “{forbidden}”; take one out."));
            }
        }
    }
    let needed = expect.must_say.iter().map(|p| text::words(p)).max().unwrap_or_default();
    if let Some(most) = expect.words_max.filter(|most| *most < needed.max(1)) {
        told.push(format!("words_max is {most}, and a phrase of must_say alone has {needed} words."));
    }
}

fn statements(case: &Case, told: &mut Vec<String>) {
    let graded = &case.expect.graded;
    if graded.len() > STATEMENTS_MAX {
        told.push(format!("graded holds more than {STATEMENTS_MAX} statements; keep those that matter."));
    }
    let fits = |s: &String| {
        !text::folded(s).is_empty() && s.chars().count() <= STATEMENT_CHARS_MAX && !s.chars().any(char::is_control)
    };
    if graded.iter().any(|statement| !fits(statement)) {
        let most = STATEMENT_CHARS_MAX;
        told.push(format!("graded holds a statement that is empty, has lines or more than {most} characters; write one short sentence."));
    }
}
