//! How well lines were grouped, against labels.
//!
//! The measures of Loghub-2.0 (Jiang et al., 2024): grouping accuracy counts lines whose group is exactly the true one; the F1
//! of grouping counts groups; the F1 of templates counts groups that are right and whose template reads like the true one.

use std::collections::{BTreeMap, BTreeSet};

use crate::piece::WILDCARD;

/// Shares between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accuracy {
    /// Lines whose group has exactly the lines of the true group.
    pub grouping_accuracy: f64,
    /// Harmonic mean of the share of found groups that are true and of true groups that were found.
    pub group_f1: f64,
    /// The same, counting only groups whose template is right. `None` when the true templates are not known.
    pub template_f1: Option<f64>,
    /// Groups that were found.
    pub groups: usize,
    /// Groups there are.
    pub true_groups: usize,
}

/// Says whether the template of a found group reads like that of a label.
pub type ReadsAlike<'a> = &'a dyn Fn(usize, &str) -> bool;

/// Compares `found` (a group per line) with `truth` (a label per line). `right` says whether a found group's template
/// reads like a label's; without it there is no figure for templates. Lines beyond the shorter list do not count.
pub fn accuracy(found: &[usize], truth: &[&str], right: Option<ReadsAlike<'_>>) -> Accuracy {
    let mut by_found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut lines_found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut lines_true: BTreeMap<&str, usize> = BTreeMap::new();
    for (group, label) in found.iter().zip(truth) {
        by_found.entry(*group).or_default().insert(*label);
        *lines_found.entry(*group).or_default() += 1;
        *lines_true.entry(*label).or_default() += 1;
    }
    let exact: Vec<(usize, &str)> = by_found
        .iter()
        .filter_map(|(group, labels)| {
            let label =
                labels.first().filter(|label| labels.len() == 1 && lines_true[**label] == lines_found[group])?;
            Some((*group, *label))
        })
        .collect();
    let lines: usize = lines_found.values().sum();
    let good: usize = exact.iter().map(|(group, _)| lines_found[group]).sum();
    let f1 = |hits: usize| 2.0 * hits as f64 / (by_found.len() + lines_true.len()).max(1) as f64;
    Accuracy {
        grouping_accuracy: good as f64 / lines.max(1) as f64,
        group_f1: f1(exact.len()),
        template_f1: right.map(|right| f1(exact.iter().filter(|(group, label)| right(*group, label)).count())),
        groups: by_found.len(),
        true_groups: lines_true.len(),
    }
}

/// Whether two templates read alike: wildcards that touch each other, a word or a value's own marks count as one, as do
/// blanks however many.
pub fn same_template(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(template: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in template.split_whitespace() {
        let word = joined(word);
        let both = word == WILDCARD && words.last().is_some_and(|last| last == WILDCARD);
        if !both {
            words.push(word);
        }
    }
    words
}

/// A word with `<*>` for each run of wildcards and of whatever is glued to them by anything but a separating mark.
fn joined(word: &str) -> String {
    let separates = |c: char| "=,;()[]{}\"'|!?".contains(c);
    let mut out = String::new();
    let mut part = String::new();
    let flush = |part: &mut String, out: &mut String| {
        if part.contains(WILDCARD) {
            let tail = part.rsplit(WILDCARD).next().unwrap_or_default();
            let tail = if tail.chars().all(|c| c == ':' || c == '.') { tail } else { "" };
            out.push_str(WILDCARD);
            out.push_str(tail);
        } else {
            out.push_str(part);
        }
        part.clear();
    };
    for c in word.chars() {
        if separates(c) {
            flush(&mut part, &mut out);
            out.push(c);
        } else {
            part.push(c);
        }
    }
    flush(&mut part, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Group 0 is exactly a; group 1 mixes b and c; group 2 holds the rest of b.
        let (found, truth) = ([0, 0, 1, 1, 2], ["a", "a", "b", "c", "b"]);
        let reads = |group: usize, label: &str| group == 0 && label == "a";
        let measured = accuracy(&found, &truth, Some(&reads));
        assert!((measured.grouping_accuracy - 0.4).abs() < 1e-9);
        assert!((measured.group_f1 - 2.0 / 6.0).abs() < 1e-9);
        assert_eq!(measured.template_f1, Some(2.0 / 6.0));
        assert_eq!((measured.groups, measured.true_groups), (3, 3));
        assert_eq!(accuracy(&found, &truth, Some(&|_, _| false)).template_f1, Some(0.0));
        assert_eq!(accuracy(&[], &[], None).grouping_accuracy, 0.0);
    }

    #[test]
    fn templates_read_alike_whatever_is_glued_to_a_value() {
        assert!(same_template("block blk_<*>  from /<*>:<*>", "block <*> from <*>"));
        assert!(same_template("a <*> <*> b", "a <*> b"));
        assert!(!same_template("a <*> b", "a <*> c"));
        assert!(!same_template("x=<*>, y=<*>", "x=<*>, z=<*>"));
    }
}
