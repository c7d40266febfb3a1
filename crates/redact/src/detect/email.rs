//! E-mail addresses.

use super::{Pattern, Seen, pattern};
use crate::class::Class;
use crate::find::Detector;

/// The everyday part of RFC 5322, with letters of every script.
static ADDRESS: Pattern = pattern!(r"[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+");

/// `name [at] example [dot] com`, as people write against harvesters.
static SPELLED: Pattern = pattern!(
    r"(?i)[a-z0-9._%+-]+ ?[\[({] ?at ?[\])}] ?[a-z0-9-]+",
    r"(?: ?(?:\.|[\[({] ?(?:dot|punkt) ?[\])}]) ?[a-z0-9-]+)+"
);

pub(super) fn find(seen: &mut Seen<'_>) {
    for found in ADDRESS.find_iter(seen.text()) {
        // Quotes and the like before an address are not part of it, nor is a sentence in a script
        // that puts no spaces between words.
        let outside = |c: char| "'`{|*=/.!".contains(c) || c >= '\u{2e80}';
        let lead = found.as_str().len() - found.as_str().trim_start_matches(outside).len();
        let lead = if found.as_str().get(lead..).is_none_or(|rest| rest.starts_with('@')) { 0 } else { lead };
        seen.add(Class::Email, Detector::Structure, (found.start() + lead, found.end()));
    }
    for found in SPELLED.find_iter(seen.text()) {
        seen.add(Class::Email, Detector::Context, (found.start(), found.end()));
    }
}
