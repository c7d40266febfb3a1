//! Text proposed for sending, sentence by sentence, and what is left of the machine's words after
//! a person edited it. A draft is not a message, and its words are not a person's until approved.

use serde::{Deserialize, Serialize};
use similar::{ChangeTag, TextDiff};

use crate::closed_list;

closed_list! {
    /// Who wrote the first version.
    pub enum DraftOrigin ("draft origin") {
        /// Stitched from passages and past replies, without a language model.
        Assembled = "assembled",
        /// Written by a language model from the passages given.
        Model = "model",
        /// Written by a person.
        Agent = "agent",
    }
}

closed_list! {
    /// Where a draft is in its life.
    pub enum DraftState ("draft state") {
        /// Can be edited and approved.
        Open = "open",
        /// Approved and waiting to leave; undo brings it back.
        Approved = "approved",
        /// Left.
        Sent = "sent",
        /// Overtaken by a newer draft.
        Superseded = "superseded",
    }
}

closed_list! {
    /// What carries a sentence.
    pub enum Support ("kind of support") {
        /// A cited passage says so.
        Supported = "supported",
        /// It states something that no cited passage says.
        Unsupported = "unsupported",
        /// Greeting, closing, question: states nothing.
        Frame = "frame",
        /// A person wrote or changed it.
        Agent = "agent",
    }
}

/// Words a language model wrote, before anybody checked them. There is no way to print, serialise
/// or convert them: only [`crate::prompt::read_answer`] looks inside.
///
/// ```compile_fail
/// let words = desk::draft::ModelText::from_model("Dear Ana".to_owned());
/// println!("{words}");
/// ```
/// ```compile_fail
/// let words = desk::draft::ModelText::from_model("Dear Ana".to_owned());
/// let text: String = words.into();
/// ```
pub struct ModelText(String);

impl ModelText {
    /// Wraps what came back from a model.
    #[must_use]
    pub const fn from_model(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn inspect(&self) -> &str {
        &self.0
    }
}

/// One sentence of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its words.
    pub text: String,
    /// First character in the body.
    pub start: usize,
    /// One past its last character in the body.
    pub end: usize,
    /// Numbers of what it cites.
    pub citations: Vec<u32>,
    /// What carries it.
    pub support: Support,
}

/// What a drafter yields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Composed {
    /// The whole text, without the approver's sign-off.
    pub body: String,
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
    /// Doubts in words, for the person who reviews.
    pub doubts: Vec<String>,
    /// How sure the drafter is that the body answers, 0..=1; not yet calibrated against verdicts.
    pub score: f64,
}

/// Builds a body and keeps count of where each sentence stands.
#[derive(Debug, Default)]
pub struct Body {
    text: String,
    chars: usize,
    sentences: Vec<Sentence>,
}

impl Body {
    /// Adds a sentence after what is there.
    pub fn sentence(&mut self, text: &str, citations: Vec<u32>, support: Support) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.raw(" ");
        }
        let start = self.chars;
        self.raw(text);
        self.sentences.push(Sentence { text: text.to_owned(), start, end: self.chars, citations, support });
    }

    /// Starts a new paragraph.
    pub fn paragraph(&mut self) {
        if !self.text.is_empty() {
            self.raw("\n\n");
        }
    }

    /// Starts a new line.
    pub fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.raw("\n");
        }
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
        self.chars += text.chars().count();
    }

    /// The finished body and its sentences.
    #[must_use]
    pub fn finish(self) -> (String, Vec<Sentence>) {
        (self.text, self.sentences)
    }
}

/// Finds the machine's sentences in an edited body: those kept word for word keep their citations,
/// everything between them is the person's.
#[must_use]
pub fn retrace(machine: &[Sentence], body: &str) -> Vec<Sentence> {
    let mut traced = Vec::new();
    let (mut byte, mut chars) = (0, 0);
    for sentence in machine.iter().filter(|s| s.support != Support::Agent && !s.text.trim().is_empty()) {
        let Some(found) = body.get(byte..).and_then(|rest| rest.find(&sentence.text)) else {
            continue;
        };
        let gap = body.get(byte..byte + found).unwrap_or_default();
        push_own(&mut traced, gap, chars);
        let start = chars + gap.chars().count();
        let end = start + sentence.text.chars().count();
        traced.push(Sentence { start, end, ..sentence.clone() });
        byte += found + sentence.text.len();
        chars = end;
    }
    push_own(&mut traced, body.get(byte..).unwrap_or_default(), chars);
    traced
}

fn push_own(into: &mut Vec<Sentence>, text: &str, offset: usize) {
    let leading = text.chars().take_while(|c| c.is_whitespace()).count();
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return;
    }
    let start = offset + leading;
    into.push(Sentence {
        text: trimmed.to_owned(),
        start,
        end: start + trimmed.chars().count(),
        citations: Vec::new(),
        support: Support::Agent,
    });
}

/// Share of the body's words that are the machine's, 0..=1. `machine` is what it wrote; none when
/// a person started the draft.
#[must_use]
pub fn ai_share(machine: Option<&str>, body: &str) -> f64 {
    let Some(machine) = machine else { return 0.0 };
    let diff = TextDiff::from_words(machine, body);
    let (mut kept, mut all) = (0_usize, 0_usize);
    for change in diff.iter_all_changes().filter(|c| !c.value().trim().is_empty()) {
        match change.tag() {
            ChangeTag::Equal => {
                kept += 1;
                all += 1;
            }
            ChangeTag::Insert => all += 1,
            ChangeTag::Delete => {}
        }
    }
    if all == 0 { 0.0 } else { kept as f64 / all as f64 }
}

closed_list! {
    /// One run of a comparison.
    pub enum Change ("kind of change") {
        /// In both.
        Same = "same",
        /// Only in the new text.
        Added = "added",
        /// Only in the old text.
        Removed = "removed",
    }
}

/// Word-wise difference, neighbouring runs of one kind joined.
#[must_use]
pub fn changes(old: &str, new: &str) -> Vec<(Change, String)> {
    let mut runs: Vec<(Change, String)> = Vec::new();
    for change in TextDiff::from_words(old, new).iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => Change::Same,
            ChangeTag::Insert => Change::Added,
            ChangeTag::Delete => Change::Removed,
        };
        match runs.last_mut() {
            Some((last, text)) if *last == kind => text.push_str(change.value()),
            _ => runs.push((kind, change.value().to_owned())),
        }
    }
    runs
}

/// Characters that were put in or taken out, blanks aside.
#[must_use]
pub fn changed_characters(old: &str, new: &str) -> usize {
    changes(old, new).iter().filter(|(kind, _)| *kind != Change::Same).map(|(_, text)| characters(text)).sum()
}

/// Characters of a text, blanks aside.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Words that were put in or taken out.
#[must_use]
pub fn changed_words(old: &str, new: &str) -> usize {
    let runs = changes(old, new);
    runs.iter().filter(|(kind, _)| *kind != Change::Same).map(|(_, text)| text.split_whitespace().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine() -> (String, Vec<Sentence>) {
        let mut body = Body::default();
        body.sentence("Hi Ana,", vec![], Support::Frame);
        body.paragraph();
        body.sentence("Öffnen Sie Settings.", vec![1], Support::Supported);
        body.sentence("Then save.", vec![2], Support::Supported);
        body.finish()
    }

    #[test]
    fn offsets_count_characters() {
        let (body, sentences) = machine();
        for s in &sentences {
            let cut: String = body.chars().skip(s.start).take(s.end - s.start).collect();
            assert_eq!(cut, s.text);
        }
    }

    #[test]
    fn kept_sentences_keep_their_citations_and_new_words_are_the_persons() {
        let (_, sentences) = machine();
        let traced = retrace(&sentences, "Hello!\n\nÖffnen Sie Settings. It is quick. Bye");
        let shape: Vec<_> = traced.iter().map(|s| (s.text.as_str(), s.support)).collect();
        assert_eq!(
            shape,
            [
                ("Hello!", Support::Agent),
                ("Öffnen Sie Settings.", Support::Supported),
                ("It is quick. Bye", Support::Agent)
            ]
        );
        assert_eq!(traced.get(1).map(|s| (s.start, s.end)), Some((8, 28)));
    }

    #[test]
    fn share_falls_as_people_write() {
        assert!((ai_share(Some("a b c d"), "a b c d") - 1.0).abs() < 1e-9);
        assert!((ai_share(Some("a b c d"), "a b x y") - 0.5).abs() < 1e-9);
        assert!(ai_share(None, "all mine").abs() < 1e-9);
        assert!(ai_share(Some("a"), "").abs() < 1e-9);
    }

    proptest::proptest! {
        #[test]
        fn retracing_covers_every_visible_character_once(body in "\\PC{0,80}") {
            let (_, sentences) = machine();
            let traced = retrace(&sentences, &body);
            let mut last = 0;
            for s in &traced {
                proptest::prop_assert!(s.start >= last && s.end > s.start);
                let cut: String = body.chars().skip(s.start).take(s.end - s.start).collect();
                proptest::prop_assert_eq!(&cut, &s.text);
                last = s.end;
            }
        }
    }
}
