//! Holds what the desk did against what a case expects. Every scorer counts or compares; none of them guesses.

use super::{Case, Escalation, Expectation, Reply, text};
use crate::{
    closed_list,
    draft::{Composed, Support},
    escalation::{Decision, Rise},
    grounding,
    language::Language,
    persona::{Voice, lint},
};

closed_list! {
    /// What is held against a case.
    pub enum Scorer ("scorer") {
        /// The category that the classifier found.
        Label = "label",
        /// Whether there is a draft.
        Reply = "reply",
        /// The sources that the draft rests on.
        Citation = "citation",
        /// That every statement is carried by what it cites.
        Grounding = "grounding",
        /// Phrases it must hold.
        MustSay = "must_say",
        /// Phrases it must not hold.
        MustNotSay = "must_not_say",
        /// Questions it must ask.
        MustAsk = "must_ask",
        /// Its length.
        Length = "length",
        /// The rules of its voice.
        Voice = "voice",
        /// Whether the case goes up.
        Escalation = "escalation",
        /// Statements that a model may be asked about; here nobody judges them.
        Graded = "graded",
    }
}

closed_list! {
    /// What a scorer says.
    pub enum Verdict ("verdict of a scorer") {
        /// As expected.
        Held = "held",
        /// Not as expected.
        Missed = "missed",
        /// Nothing here could say.
        NotJudged = "not_judged",
    }
}

/// The category the classifier found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// This one; none when it did not dare to say.
    Found(Option<String>),
    /// No classifier ran, and why.
    NotAsked(String),
}

/// What the desk did with a case.
#[derive(Debug, Clone)]
pub struct Did {
    /// What the classifier said.
    pub label: Label,
    /// The draft, or why there is none. Its citations number the case's sources from 1.
    pub draft: Result<Composed, String>,
    /// The voice it was written in; none when nobody answers for one.
    pub voice: Option<(Voice, Language)>,
    /// Whether the case went up.
    pub escalation: Decision,
}

/// Where an outcome leaves an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What was expected.
    pub wanted: String,
    /// What was there instead.
    pub found: String,
}

/// One scorer's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scored {
    /// Which scorer.
    pub scorer: Scorer,
    /// What it says.
    pub verdict: Verdict,
    /// In words; none when it held.
    pub difference: Option<Difference>,
}

impl Scored {
    fn held(scorer: Scorer) -> Self {
        Self { scorer, verdict: Verdict::Held, difference: None }
    }

    fn missed(scorer: Scorer, wanted: impl Into<String>, found: impl Into<String>) -> Self {
        let difference = Difference { wanted: wanted.into(), found: found.into() };
        Self { scorer, verdict: Verdict::Missed, difference: Some(difference) }
    }
}

/// Scores a case: every expectation once, then what holds for every draft (its statements are carried, its voice is kept).
#[must_use]
pub fn score(case: &Case, did: &Did) -> Vec<Scored> {
    let expect = &case.expect;
    let mut all = Vec::new();
    all.extend(label(expect, did));
    all.extend(reply(expect, did));
    all.extend(escalation(expect, did));
    all.extend(expect.graded.iter().map(|statement| ungraded(statement)));
    match &did.draft {
        Ok(draft) => {
            all.extend(citations(case, draft));
            all.push(carried(draft));
            all.extend(phrases(expect, draft));
            all.extend(length(expect, draft));
            all.extend(voice(draft, did.voice.as_ref()));
        }
        Err(why) => all.extend(unsaid(expect, why)),
    }
    all
}

/// No scorer here guesses: a statement waits for whoever asks a model about it.
fn ungraded(statement: &str) -> Scored {
    let found = "a model reads graded statements; ask one with --grader".to_owned();
    let difference = Some(Difference { wanted: statement.to_owned(), found });
    Scored { scorer: Scorer::Graded, verdict: Verdict::NotJudged, difference }
}

fn label(expect: &Expectation, did: &Did) -> Option<Scored> {
    let wanted = expect.label.as_ref()?;
    Some(match &did.label {
        Label::Found(Some(found)) if found == wanted => Scored::held(Scorer::Label),
        Label::Found(Some(found)) => Scored::missed(Scorer::Label, wanted, found),
        Label::Found(None) => Scored::missed(Scorer::Label, wanted, "the classifier was not sure enough to say"),
        Label::NotAsked(why) => {
            let difference = Some(Difference { wanted: wanted.clone(), found: why.clone() });
            Scored { scorer: Scorer::Label, verdict: Verdict::NotJudged, difference }
        }
    })
}

fn reply(expect: &Expectation, did: &Did) -> Option<Scored> {
    Some(match (expect.reply?, &did.draft) {
        (Reply::Written, Ok(_)) | (Reply::Withheld, Err(_)) => Scored::held(Scorer::Reply),
        (Reply::Written, Err(why)) => Scored::missed(Scorer::Reply, "a draft", format!("none: {why}")),
        (Reply::Withheld, Ok(draft)) => {
            Scored::missed(Scorer::Reply, "no draft", format!("“{}”", shortened(&draft.body)))
        }
    })
}

fn escalation(expect: &Expectation, did: &Did) -> Option<Scored> {
    let rose = did.escalation.rise != Rise::Stay;
    Some(match (expect.escalation?, rose) {
        (Escalation::GoesUp, true) | (Escalation::Stays, false) => Scored::held(Scorer::Escalation),
        (Escalation::GoesUp, false) => {
            let seen: Vec<_> = did.escalation.signals.iter().map(|s| s.signal).collect();
            let seen = if seen.is_empty() { "none".to_owned() } else { crate::escalation::words(&seen) };
            let found = format!("it stays: {} Signals seen: {seen}", did.escalation.because);
            Scored::missed(Scorer::Escalation, "it goes up", found)
        }
        (Escalation::Stays, true) => {
            Scored::missed(Scorer::Escalation, "it stays", format!("it goes up: {}", did.escalation.because))
        }
    })
}

/// What was expected of a draft that is not there.
fn unsaid(expect: &Expectation, why: &str) -> Vec<Scored> {
    let lists = [
        (Scorer::Citation, &expect.must_cite),
        (Scorer::MustSay, &expect.must_say),
        (Scorer::MustAsk, &expect.must_ask),
    ];
    let missed = |(scorer, list): (Scorer, &Vec<String>)| {
        list.iter().map(|wanted| Scored::missed(scorer, wanted, format!("no draft: {why}"))).collect::<Vec<_>>()
    };
    lists.into_iter().flat_map(missed).collect()
}

fn citations(case: &Case, draft: &Composed) -> Vec<Scored> {
    let name = |number: &u32| {
        let at = usize::try_from(*number).ok()?.checked_sub(1)?;
        case.sources.get(at).map(|s| s.id.as_str())
    };
    let mut cited: Vec<&str> = draft.sentences.iter().flat_map(|s| &s.citations).filter_map(name).collect();
    cited.sort_unstable();
    cited.dedup();
    let told = if cited.is_empty() { "it cites nothing".to_owned() } else { format!("it cites {}", cited.join(", ")) };
    let one = |wanted: &String| {
        if cited.contains(&wanted.as_str()) {
            Scored::held(Scorer::Citation)
        } else {
            Scored::missed(Scorer::Citation, wanted, told.clone())
        }
    };
    case.expect.must_cite.iter().map(one).collect()
}

fn carried(draft: &Composed) -> Scored {
    let loose = draft.sentences.iter().find(|s| s.support == Support::Unsupported);
    loose.map_or_else(
        || Scored::held(Scorer::Grounding),
        |s| {
            let wanted = "every statement is carried by a source of the case";
            Scored::missed(Scorer::Grounding, wanted, format!("nothing carries “{}”", s.text))
        },
    )
}

fn phrases(expect: &Expectation, draft: &Composed) -> Vec<Scored> {
    let body = text::folded(&draft.body);
    let sentences = grounding::sentences(&draft.body);
    let questions: Vec<&String> = sentences.iter().filter(|s| s.ends_with('?')).collect();
    let mut all = Vec::new();
    for wanted in &expect.must_say {
        all.push(if text::holds(&body, &text::folded(wanted)) {
            Scored::held(Scorer::MustSay)
        } else {
            let found = nearest(wanted, &sentences);
            Scored::missed(Scorer::MustSay, wanted, found)
        });
    }
    for forbidden in &expect.must_not_say {
        all.push(if text::holds(&body, &text::folded(forbidden)) {
            let said = sentences.iter().find(|s| text::says(s, forbidden)).unwrap_or(&draft.body);
            Scored::missed(Scorer::MustNotSay, format!("never “{forbidden}”"), format!("“{}”", shortened(said)))
        } else {
            Scored::held(Scorer::MustNotSay)
        });
    }
    for wanted in &expect.must_ask {
        all.push(if questions.iter().any(|q| text::says(q, wanted)) {
            Scored::held(Scorer::MustAsk)
        } else {
            let asked: Vec<String> = questions.iter().map(|q| format!("“{q}”")).collect();
            let found =
                if asked.is_empty() { "it asks nothing".to_owned() } else { format!("it asks {}", asked.join(", ")) };
            Scored::missed(Scorer::MustAsk, format!("a question with “{wanted}”"), found)
        });
    }
    all
}

/// The sentence that shares most words with what was wanted.
fn nearest(wanted: &str, sentences: &[String]) -> String {
    let stems = grounding::content_words(wanted);
    let shared = |s: &String| grounding::content_words(s).iter().filter(|w| stems.contains(w)).count();
    let best = sentences.iter().map(|s| (shared(s), s)).filter(|(n, _)| *n > 0);
    best.reduce(|a, b| if b.0 > a.0 { b } else { a })
        .map_or_else(|| "nothing like it".to_owned(), |(_, sentence)| format!("nearest: “{}”", shortened(sentence)))
}

fn length(expect: &Expectation, draft: &Composed) -> Option<Scored> {
    let (most, has) = (expect.words_max?, text::words(&draft.body));
    Some(if has <= most {
        Scored::held(Scorer::Length)
    } else {
        Scored::missed(Scorer::Length, format!("at most {most} words"), format!("{has} words"))
    })
}

fn voice(draft: &Composed, voice: Option<&(Voice, Language)>) -> Option<Scored> {
    let (voice, language) = voice?;
    let breaches = lint(&draft.body, voice, *language);
    Some(breaches.first().map_or_else(
        || Scored::held(Scorer::Voice),
        |first| {
            let more = if breaches.len() > 1 { format!(" ({} more)", breaches.len() - 1) } else { String::new() };
            Scored::missed(Scorer::Voice, format!("the voice's rule “{}”", first.rule), format!("{}{more}", first.why))
        },
    ))
}

/// The head of a text, for a line in a report.
fn shortened(text: &str) -> String {
    const CHARS: usize = 200;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= CHARS {
        return flat;
    }
    flat.chars().take(CHARS).chain(['…']).collect()
}
