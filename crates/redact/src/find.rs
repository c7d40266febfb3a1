//! Finding what has to be hidden.

use crate::class::Class;
use crate::detect;
use crate::known::{Known, KnownSet};
use crate::redactor::RedactError;
use crate::score::Labelled;

/// Which part found it, in the order of trust when two findings of one length overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Detector {
    /// A value that was handed in.
    Known,
    /// A check sum or a strict grammar.
    Structure,
    /// A pattern, with the words around it.
    Context,
    /// Text that resembles a placeholder.
    Lookalike,
}

/// One stretch of text to hide; bytes of the text, `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Finding {
    /// What it is.
    pub class: Class,
    /// First byte.
    pub start: usize,
    /// After the last byte.
    pub end: usize,
    /// What found it.
    pub detector: Detector,
}

/// How much is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What says who somebody is, or opens something: this is hidden.
    Personal,
    /// Also what merely stands near people: places, firms, nations, trades, ages, any date, any web address, and single unknown
    /// words with a capital. A reply cannot be written without them, so they are named here and stay in the text.
    Everything,
}

/// What would be hidden in `text`: ascending and without overlaps. Of overlapping findings the
/// longest gives the class, and the finding covers all of them, so nothing that any detector saw is
/// left over.
///
/// # Errors
/// [`RedactError::TooLong`], or [`RedactError::Known`] for values that cannot be searched for.
pub fn find(text: &str, known: &[Known]) -> Result<Vec<Finding>, RedactError> {
    RedactError::check_length(text)?;
    let known = KnownSet::new(known).map_err(|_| RedactError::Known)?;
    Ok(find_with(text, &known))
}

/// Class, start and end of what is found, in characters of the text.
///
/// # Errors
/// As for [`find`].
pub fn spans(text: &str, known: &[Known], reach: Reach) -> Result<Vec<Labelled>, RedactError> {
    RedactError::check_length(text)?;
    let known = KnownSet::new(known).map_err(|_| RedactError::Known)?;
    let findings = find_within(text, &known, reach);
    if text.is_ascii() {
        return Ok(findings.iter().map(|f| (f.class, f.start, f.end)).collect());
    }
    // One walk over the text: findings are in order and apart.
    let (mut bytes, mut chars) = (0, 0);
    let mut at = |byte: usize| {
        chars += text.get(bytes..byte).map_or(0, |between| between.chars().count());
        bytes = byte;
        chars
    };
    Ok(findings.iter().map(|f| (f.class, at(f.start), at(f.end))).collect())
}

pub(crate) fn find_with(text: &str, known: &KnownSet) -> Vec<Finding> {
    find_within(text, known, Reach::Personal)
}

fn find_within(text: &str, known: &KnownSet, reach: Reach) -> Vec<Finding> {
    let mut findings = Vec::new();
    known.find(text, &mut findings);
    detect::find(text, reach, &mut findings);
    merge(findings)
}

/// Sorts, and makes one of what overlaps.
pub(crate) fn merge(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_unstable_by_key(|f| (f.start, f.end, f.detector, f.class));
    let mut merged: Vec<Finding> = Vec::new();
    let mut longest = 0;
    for finding in findings {
        let length = finding.end - finding.start;
        match merged.last_mut() {
            Some(last) if finding.start < last.end => {
                if length > longest || (length == longest && finding.detector < last.detector) {
                    (last.class, last.detector) = (finding.class, finding.detector);
                    longest = length;
                }
                last.end = last.end.max(finding.end);
            }
            _ => {
                longest = length;
                merged.push(finding);
            }
        }
    }
    merged
}
