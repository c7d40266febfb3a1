//! Hiding.

use std::collections::HashMap;

use crate::class::Class;
use crate::find::{Detector, Finding, find_with, merge};
use crate::known::{Known, KnownSet};
use crate::placeholder::{Namespace, is_word, resembles, words};
use crate::redacted::Redacted;
use crate::table::{Entry, Table};

/// Longer texts are refused.
pub const MAX_TEXT_BYTES: usize = 16 << 20;

/// Why a text was not redacted. There is never partly redacted text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedactError {
    /// The known values could not be made into a search.
    #[error("the known values are too many or too long to search for; nothing may be sent")]
    Known,
    /// More than [`MAX_TEXT_BYTES`].
    #[error("the text is longer than 16 MiB; nothing may be sent")]
    TooLong,
    /// A detector pointed outside the text, or the result does not restore to the original.
    #[error("a detector failed on this text; nothing may be sent")]
    Detector,
}

impl RedactError {
    pub(crate) fn check_length(text: &str) -> Result<(), Self> {
        if text.len() > MAX_TEXT_BYTES { Err(Self::TooLong) } else { Ok(()) }
    }
}

/// Hides personal data in the texts of one request. The same value gets the same placeholder in all
/// of them.
pub struct Redactor {
    known: KnownSet,
    table: Table,
    by_value: HashMap<String, usize>,
    numbers: HashMap<Class, u32>,
    hides: Hides,
}

/// What a redactor hides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hides {
    /// Personal data, and what resembles a placeholder.
    Everything,
    /// What resembles a placeholder, so that none of it comes back as something else.
    Lookalikes,
}

impl Redactor {
    /// `namespace` must be fresh random bytes for each request; `known` is what the records say of
    /// the people of this ticket.
    pub fn new(namespace: Namespace, known: Vec<Known>) -> Result<Self, RedactError> {
        Ok(Self {
            known: KnownSet::new(&known).map_err(|_| RedactError::Known)?,
            table: Table::new(namespace),
            by_value: HashMap::new(),
            numbers: HashMap::new(),
            hides: Hides::Everything,
        })
    }

    /// For a model in one's own hands, where an administrator has configured that nothing is hidden: hides only what resembles a
    /// placeholder. Whoever calls this has made sure that the text does not leave the house.
    ///
    /// # Errors
    /// None but those of [`Redactor::new`].
    pub fn for_own_model(namespace: Namespace) -> Result<Self, RedactError> {
        Ok(Self { hides: Hides::Lookalikes, ..Self::new(namespace, Vec::new())? })
    }

    /// Hides everything that [`crate::find`] finds, and every word that resembles a placeholder. A
    /// finding inside a word of letters, digits and underscores hides the whole word, so that no
    /// placeholder ever touches one. Before it returns, the result is restored and compared.
    pub fn redact(&mut self, text: &str) -> Result<Redacted, RedactError> {
        RedactError::check_length(text)?;
        let namespace = self.table.namespace();
        let mut findings = match self.hides {
            Hides::Everything => find_with(text, &self.known),
            Hides::Lookalikes => Vec::new(),
        };
        for (start, end) in words(text) {
            if text.get(start..end).is_some_and(|word| resembles(word, namespace)) {
                findings.push(Finding { class: Class::Other, start, end, detector: Detector::Lookalike });
            }
        }
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for finding in widen(text.as_bytes(), merge(findings)) {
            out.push_str(text.get(done..finding.start).ok_or(RedactError::Detector)?);
            let value = text.get(finding.start..finding.end).ok_or(RedactError::Detector)?;
            out.push_str(self.placeholder(finding.class, value));
            done = finding.end;
        }
        out.push_str(text.get(done..).ok_or(RedactError::Detector)?);
        match self.table.restore(&out) {
            Ok(restored) if restored.as_str() == text => Ok(Redacted::new(out)),
            _ => Err(RedactError::Detector),
        }
    }

    /// What is needed to restore the answer.
    pub fn into_table(self) -> Table {
        self.table
    }

    fn placeholder(&mut self, class: Class, value: &str) -> &str {
        let index = match self.by_value.get(value) {
            Some(index) => *index,
            None => {
                let number = self.numbers.entry(class).or_insert(0);
                *number += 1;
                let index = self.table.push(Entry { class, number: *number, uses: 0, value: value.to_owned() });
                self.by_value.insert(value.to_owned(), index);
                index
            }
        };
        self.table.used(index)
    }
}

/// The findings with the rest of the words they touch; those that then touch become one. Looks at
/// no byte twice: a start never goes back over the finding before.
fn widen(text: &[u8], findings: Vec<Finding>) -> Vec<Finding> {
    let word_at = |at: usize| text.get(at).is_some_and(|b| is_word(*b));
    let mut widened: Vec<Finding> = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let done = widened.last().map_or(0, |last| last.end);
        if finding.end <= done {
            continue;
        }
        while finding.start > done && word_at(finding.start - 1) {
            finding.start -= 1;
        }
        while word_at(finding.end) {
            finding.end += 1;
        }
        match widened.last_mut() {
            Some(last) if finding.start <= done => last.end = finding.end,
            _ => widened.push(finding),
        }
    }
    widened
}
