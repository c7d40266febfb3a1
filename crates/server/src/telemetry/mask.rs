//! What of a line nobody sees: attributes that are never kept, and personal data that is hidden before anything is shown.

use std::collections::BTreeSet;

/// What stands in place of a value that is not kept.
pub const MASKED: &str = "(masked)";
/// What stands in place of a text whose personal data cannot be found.
const WITHHELD: &str = "(withheld: this line cannot be searched for personal data)";

/// Names of attributes whose values are never kept.
#[derive(Debug, Default)]
pub struct Masks(BTreeSet<String>);

impl Masks {
    /// From names; capitals do not matter.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_lowercase()).collect())
    }

    /// Replaces the values that are not kept.
    pub fn apply(&self, attributes: &mut [(String, String)]) {
        for (name, value) in attributes {
            if self.0.contains(&name.to_lowercase()) {
                MASKED.clone_into(value);
            }
        }
    }
}

/// A text as people may see it: personal data as the name of its class. What cannot be searched is not shown at all.
#[must_use]
pub fn masked(text: &str) -> String {
    let Ok(found) = redact::find(text, &[]) else { return WITHHELD.to_owned() };
    let mut shown = String::with_capacity(text.len());
    let mut from = 0;
    for finding in found {
        let (start, end) = (finding.start.max(from), finding.end);
        let (Some(before), true) = (text.get(from..start), end >= start) else { return WITHHELD.to_owned() };
        shown.push_str(before);
        shown.push('<');
        shown.push_str(finding.class.name());
        shown.push('>');
        from = end;
    }
    shown.push_str(text.get(from..).unwrap_or_default());
    shown
}
