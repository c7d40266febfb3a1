//! Putting rewritten words into a draft, and keeping count of what in it is the machine's.

use std::ops::Range;

use crate::{
    draft::{Change, Sentence, Support, changes, retrace},
    grounding::{self, Sources, placed, words_alone},
    knowledge::Cited,
};

/// A draft as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Its text.
    pub body: &'a str,
    /// The machine's words in it and around it; none when a person began it and nothing was rewritten.
    pub machine: Option<&'a str>,
    /// The machine's sentences.
    pub sentences: &'a [Sentence],
}

/// A draft after words of it were rewritten.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Its text.
    pub body: String,
    /// The machine's words in it, the rewritten ones among them.
    pub machine: String,
    /// The machine's sentences in it, in their order, judged again where they are new.
    pub sentences: Vec<Sentence>,
}

/// The whole sentences that a selection touches, in characters; none where it touches no words.
#[must_use]
pub fn widened(body: &str, selected: &Range<usize>) -> Option<Range<usize>> {
    let touched = placed(body).into_iter().filter(|(start, end, _)| *start < selected.end && selected.start < *end);
    let mut all = None;
    for (start, end, _) in touched {
        let from = all.map_or(start, |whole: (usize, usize)| whole.0);
        all = Some((from, end));
    }
    all.map(|(start, end)| start..end)
}

/// The characters of a range.
#[must_use]
pub fn cut(text: &str, range: &Range<usize>) -> String {
    text.chars().skip(range.start).take(range.end.saturating_sub(range.start)).collect()
}

/// Puts `after` in the place of a range of whole sentences. Its sentences cite what those before it cited, and all that
/// may ground where those cited nothing; what none of that carries is marked, as with every drafter.
#[must_use]
pub fn apply(standing: &Standing<'_>, at: &Range<usize>, after: &str, cited: &[Cited]) -> Applied {
    let tail = at.end..standing.body.chars().count();
    let body = format!("{}{after}{}", cut(standing.body, &(0..at.start)), cut(standing.body, &tail));
    let traced = retrace(standing.sentences, standing.body);
    let is_machines = |s: &&Sentence| s.support != Support::Agent;
    let (touched, kept): (Vec<&Sentence>, Vec<&Sentence>) =
        traced.iter().filter(is_machines).partition(|s| s.start < at.end && at.start < s.end);
    let grown = |place: usize| place + after.chars().count() - at.end + at.start;
    let mut sentences: Vec<Sentence> = kept
        .into_iter()
        .map(|s| {
            if s.start < at.start {
                s.clone()
            } else {
                Sentence { start: grown(s.start), end: grown(s.end), ..s.clone() }
            }
        })
        .chain(judged(after, at.start, &touched, cited))
        .collect();
    sentences.sort_by_key(|s| s.start);
    Applied { machine: words(standing, at, after), body, sentences }
}

fn judged(after: &str, offset: usize, touched: &[&Sentence], cited: &[Cited]) -> Vec<Sentence> {
    let mut numbers: Vec<u32> = touched.iter().flat_map(|s| s.citations.iter().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.is_empty() {
        numbers = cited.iter().filter(|c| c.grounds()).map(|c| c.citation).collect();
    }
    let texts: Vec<&str> =
        cited.iter().filter(|c| c.grounds() && numbers.contains(&c.citation)).map(|c| c.text.as_str()).collect();
    let sources = Sources::of(&texts, "");
    let one = |(start, end, text): (usize, usize, &str)| {
        let (start, end) = (start + offset, end + offset);
        if let Some(same) = touched.iter().find(|s| s.text == text) {
            return Sentence { start, end, ..(*same).clone() };
        }
        let support = sources.judge(text, &words_alone).support;
        let citations = if support == Support::Supported { carriers(text, &numbers, cited) } else { Vec::new() };
        Sentence { text: text.to_owned(), start, end, citations, support }
    };
    grounding::placed(after).into_iter().map(one).collect()
}

/// The sources that carry a sentence alone; all of them where it takes several.
fn carriers(text: &str, numbers: &[u32], cited: &[Cited]) -> Vec<u32> {
    let alone = |c: &&Cited| numbers.contains(&c.citation) && c.grounds();
    let carries = |c: &&Cited| grounding::judge(text, &[c.text.as_str()]) == Support::Supported;
    let found: Vec<u32> = cited.iter().filter(alone).filter(carries).map(|c| c.citation).collect();
    if found.is_empty() { numbers.to_vec() } else { found }
}

/// The machine's words that still stand outside the range, with the new ones in its place.
fn words(standing: &Standing<'_>, at: &Range<usize>, after: &str) -> String {
    let (mut before, mut behind, mut place) = (String::new(), String::new(), 0);
    for (change, run) in changes(standing.machine.unwrap_or_default(), standing.body) {
        let length = run.chars().count();
        match change {
            Change::Removed => continue,
            Change::Added => {
                // What a person wrote between two of its words keeps them apart.
                if place < at.start { &mut before } else { &mut behind }.push(' ');
            }
            Change::Same => {
                let head = at.start.saturating_sub(place).min(length);
                let tail = at.end.saturating_sub(place).min(length);
                before.extend(run.chars().take(head));
                behind.extend(run.chars().skip(tail));
            }
        }
        place += length;
    }
    format!("{before} {after} {behind}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        draft::{Body, ai_share},
        knowledge::Origin,
    };

    fn cited() -> Vec<Cited> {
        let id = Uuid::nil();
        vec![Cited {
            citation: 1,
            origin: Origin::Passage { passage: id.into(), article: id.into(), version: id.into() },
            title: "Consent".into(),
            heading: String::new(),
            text: "Renew the bank consent prior to the import under Settings, Banks. It takes 5 minutes.".into(),
            spans: vec![],
            why: vec![],
        }]
    }

    fn machine() -> (String, Vec<Sentence>) {
        let mut body = Body::default();
        body.sentence("Hi Ana,", vec![], Support::Frame);
        body.paragraph();
        body.sentence("Renew the bank consent prior to the import.", vec![1], Support::Supported);
        body.sentence("It takes 5 minutes.", vec![1], Support::Supported);
        body.finish()
    }

    #[test]
    fn a_rewritten_sentence_of_the_machine_stays_the_machines_and_cites() {
        let (body, sentences) = machine();
        let standing = Standing { body: &body, machine: Some(&body), sentences: &sentences };
        let at = widened(&body, &(15..20)).expect("words");
        assert_eq!(cut(&body, &at), "Renew the bank consent prior to the import.");
        let applied = apply(&standing, &at, "Renew the bank consent before the import.", &cited());
        assert_eq!(applied.body, "Hi Ana,\n\nRenew the bank consent before the import. It takes 5 minutes.");
        assert!((ai_share(Some(&applied.machine), &applied.body) - 1.0).abs() < 1e-9, "{}", applied.machine);
        let traced = retrace(&applied.sentences, &applied.body);
        let shape: Vec<_> = traced.iter().map(|s| (s.support, s.citations.len())).collect();
        assert_eq!(shape, [(Support::Frame, 0), (Support::Supported, 1), (Support::Supported, 1)]);
        for s in &traced {
            assert_eq!(cut(&applied.body, &(s.start..s.end)), s.text);
        }
    }

    #[test]
    fn a_persons_words_that_were_rewritten_count_as_the_machines_and_need_a_source() {
        let body = "Hi Ana,\n\nI looked at it myself. You get a discount prior to Friday. Bye";
        let standing = Standing { body, machine: None, sentences: &[] };
        let at = widened(body, &(40..41)).expect("words");
        let applied = apply(&standing, &at, "You get a discount before Friday.", &cited());
        assert_eq!(applied.machine, "You get a discount before Friday.");
        let share = ai_share(Some(&applied.machine), &applied.body);
        assert!((share - 6.0 / 14.0).abs() < 1e-9, "{share}");
        let unsupported: Vec<&str> =
            applied.sentences.iter().filter(|s| s.support == Support::Unsupported).map(|s| s.text.as_str()).collect();
        assert_eq!(unsupported, ["You get a discount before Friday."]);
        assert!(retrace(&applied.sentences, &applied.body).iter().any(|s| s.support == Support::Agent));
        assert_eq!(widened(body, &(7..9)), None, "blanks hold no words");
    }

    #[test]
    fn what_the_person_wrote_around_it_stays_theirs() {
        let (body, sentences) = machine();
        let edited = body.replace("It takes 5 minutes.", "My own words stand here.");
        let standing = Standing { body: &edited, machine: Some(&body), sentences: &sentences };
        let at = widened(&edited, &(15..20)).expect("words");
        let applied = apply(&standing, &at, "Renew the bank consent before the import.", &cited());
        let share = ai_share(Some(&applied.machine), &applied.body);
        assert!(share > 0.6 && share < 0.7, "{share}: {}", applied.machine);
    }
}
