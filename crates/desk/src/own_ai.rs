//! Whether somebody complains about the company's own AI product: what it got wrong, how they feel, and the steps that show it.
//! A sentence has to tell what the product did or said, or to mention it near words that tell a failure (`own_ai/rules.txt`); what asks,
//! wishes, praises, or speaks of somebody else tells nothing. A person looks at every case that comes of it.

mod reading;

use crate::{
    closed_list,
    eval::{Said, Severity, Speaker},
    failure::Failure,
    grounding::sentences,
    language::Language,
    risk::{Flag, raised},
};
use reading::{Phrase, Tells, failure_in, goes_on, has, is_trouble, named, plain, tells};

closed_list! {
    /// How somebody feels who complains.
    pub enum Sentiment ("sentiment") {
        /// They report it.
        Calm = "calm",
        /// They are tired of it.
        Annoyed = "annoyed",
        /// They are angry.
        Angry = "angry",
    }
}

/// A complaint about a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The product, as the desk names it.
    pub product: String,
    /// What went wrong.
    pub failure: Failure,
    /// How bad it is.
    pub severity: Severity,
    /// How they feel.
    pub sentiment: Sentiment,
    /// What they did and saw, in their words, in order.
    pub steps: Vec<String>,
}

/// Sentences that belong to one that means the product: the one before it, and these after it.
const AFTER: usize = 4;
/// Sentences read of a requester: who complains begins with it, and a letter without end holds nobody up.
const SENTENCES: usize = 300;
/// Most steps kept.
const STEPS: usize = 8;

/// What these messages of a requester complain of, where they complain about one of these products. Whoever names none of them
/// means the first.
#[must_use]
pub fn complaint(messages: &[Said], products: &[String]) -> Option<Complaint> {
    let first = products.first()?;
    let said = messages.iter().filter(|m| m.by == Speaker::Requester);
    let told = said.flat_map(|m| sentences(&m.subject).into_iter().chain(sentences(&m.text)));
    let told: Vec<String> = told.take(SENTENCES).collect();
    let plain: Vec<String> = told.iter().map(|sentence| plain(sentence)).collect();
    let by_name = products.iter().find(|product| plain.iter().any(|s| named(product, s).is_some()));
    let language = Language::guess(&told.join(" "));
    let name = by_name.map(String::as_str);
    let tells: Vec<Tells> = told.iter().zip(&plain).map(|(raw, s)| tells(raw, s, name, language)).collect();
    let tells = with_what_follows(tells, &plain, language);
    let near = (0..told.len()).filter_map(|at| failure_near(at, &plain, &tells));
    let (_, failure) = near.min_by_key(|(rule, _)| *rule)?;
    Some(Complaint {
        product: by_name.unwrap_or(first).clone(),
        failure,
        severity: severity(failure),
        sentiment: sentiment(&told.join(" ")),
        steps: steps(&told),
    })
}

/// Lets sentences that follow such a one and go on with "it" tell what the product did.
fn with_what_follows(mut tells: Vec<Tells>, plain: &[String], language: Language) -> Vec<Tells> {
    for at in 1..tells.len() {
        let before = tells.iter().take(at).rev().take(2);
        let is_meant = before.into_iter().any(|told| matches!(told, Tells::Acts | Tells::Mentions));
        let goes_on = plain.get(at).is_some_and(|sentence| goes_on(sentence, language));
        if let Some(told) = tells.get_mut(at).filter(|told| **told == Tells::Goes && is_meant && goes_on) {
            *told = Tells::Acts;
        }
    }
    tells
}

/// What goes wrong around a sentence that means the product, with the place of its rule. Where no rule fits, what the product did is
/// worth a look all the same, unless it is praised and there is no trouble either.
fn failure_near(at: usize, plain: &[String], tells: &[Tells]) -> Option<(usize, Failure)> {
    let told = *tells.get(at).filter(|told| matches!(told, Tells::Acts | Tells::Mentions))?;
    let near = plain.iter().zip(tells).skip(at.saturating_sub(1)).take(AFTER + 1 + usize::from(at > 0));
    let near: String =
        near.filter(|(_, told)| !matches!(told, Tells::Silent | Tells::Praises)).map(|(s, _)| s.as_str()).collect();
    let is_worth_a_look = told == Tells::Acts && (!tells.contains(&Tells::Praises) || is_trouble(&near));
    let failure = if has("deed", &near) { Failure::WrongToolCall } else { Failure::WrongFact };
    failure_in(&near).or_else(|| is_worth_a_look.then_some((usize::MAX, failure)))
}

const fn severity(failure: Failure) -> Severity {
    match failure {
        Failure::WrongToolCall | Failure::LeakedContext => Severity::Severe,
        Failure::WrongTone | Failure::AskedAgain | Failure::MissedQuestion => Severity::Minor,
        _ => Severity::Major,
    }
}

fn sentiment(text: &str) -> Sentiment {
    const ANNOYED: [&str; 18] = [
        "again",
        "annoy*",
        "third time",
        "three times",
        "keeps",
        "still",
        "fed up",
        "disappoint*",
        "frustrat*",
        "not what we pay",
        "for an hour",
        "gave up",
        "immer wieder",
        "jedes mal",
        "ärger*",
        "schon wieder",
        "enttäusch*",
        "im kreis",
    ];
    const ANGRY: [&str; 9] = [
        "unacceptable",
        "not acceptable",
        "outrag*",
        "furious",
        "ridiculous",
        "useless",
        "unverschämt*",
        "frechheit",
        "skandal*",
    ];
    let plain = plain(text);
    let has = |words: &[&str]| words.iter().any(|word| Phrase::of(word).stands_in(&plain));
    let is_angry = raised(text).iter().any(|one| one.flag == Flag::Anger) || has(&ANGRY) || text.contains("!!");
    match () {
        () if is_angry => Sentiment::Angry,
        () if has(&ANNOYED) || text.contains('!') => Sentiment::Annoyed,
        () => Sentiment::Calm,
    }
}

/// What was done and seen, in order: the lines somebody numbered, else the sentences that tell it.
fn steps(told: &[String]) -> Vec<String> {
    const DID: [&str; 44] = [
        "i asked",
        "we asked",
        "i ask",
        "i told",
        "we told",
        "i typed",
        "i type",
        "i wrote",
        "i put",
        "i wanted",
        "i opened",
        "i clicked",
        "when i",
        "when we",
        "open",
        "it said",
        "it answered",
        "it replied",
        "it called",
        "it had",
        "it added",
        "it ran",
        "it runs",
        "it did was",
        "it showed",
        "it deleted",
        "it removed",
        "expected",
        "it suggested",
        "told me",
        "told my",
        "invoked",
        "printed",
        "went ahead",
        "according to",
        "answers",
        "replied",
        "ich habe",
        "ich wollte",
        "ich hatte",
        "ich frage",
        "hat mir",
        "er hat",
        "sagte mir",
    ];
    let numbered: Vec<&String> = told.iter().filter(|s| s.starts_with(|c: char| c.is_ascii_digit())).collect();
    if numbered.len() > 1 {
        return numbered.into_iter().take(STEPS).map(|step| without_number(step)).collect();
    }
    let tells = |sentence: &&String| {
        let plain = plain(sentence);
        DID.iter().any(|did| Phrase::of(did).stands_in(&plain))
    };
    told.iter().filter(tells).take(STEPS).map(|step| step.trim().to_owned()).collect()
}

fn without_number(step: &str) -> String {
    let digits = step.bytes().take_while(u8::is_ascii_digit).count();
    let rest = step.get(digits..).unwrap_or_default();
    rest.strip_prefix(['.', ')', ':']).unwrap_or(step).trim().to_owned()
}

#[cfg(test)]
mod tests;
