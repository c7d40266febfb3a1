//! Network addresses. Four numbers with dots are a version, not an address, when a `v` or a word
//! such as "version" or "build" stands directly before; loopback and unspecified addresses name
//! nobody and stay. Hardware addresses count as [`Class::Other`].

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Pattern, Seen, before, char_after, char_before, pattern};
use crate::class::Class;
use crate::find::Detector;

static V4: Pattern = pattern!(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}");
static V6: Pattern = pattern!(r"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
static MAC: Pattern = pattern!(r"(?-u:\b)[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?-u:\b)");
static VERSION: Pattern =
    pattern!(r"(?i)(?:\bversion|\bver\.?|\bv\.?|\brelease|\bbuild|\bfirmware|\brev\.?)[ :=]{0,2}$");

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in V4.find_iter(text) {
        let (start, end) = (found.start(), found.end());
        let Ok(address) = found.as_str().parse::<Ipv4Addr>() else { continue };
        let glued = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        let continues = char_after(text, end) == Some('.') && glued(char_after(text, end + 1));
        if glued(char_before(text, start))
            || char_before(text, start) == Some('.')
            || glued(char_after(text, end))
            || continues
            || address.is_loopback()
            || address.is_unspecified()
            || address.is_broadcast()
            || VERSION.is_match(before(text, start, 12))
        {
            continue;
        }
        seen.add(Class::Ip, Detector::Structure, (start, end));
    }
    for found in V6.find_iter(text) {
        // A full stop or colon after the address belongs to the sentence.
        let written = found.as_str().trim_end_matches('.');
        let written = if written.ends_with("::") { written } else { written.trim_end_matches(':') };
        let Some(address) = (written.len() <= 45).then(|| written.parse::<Ipv6Addr>().ok()).flatten() else { continue };
        let end = found.start() + written.len();
        let glued = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if address.is_loopback()
            || address.is_unspecified()
            || glued(char_before(text, found.start()))
            || glued(char_after(text, end))
        {
            continue;
        }
        seen.add(Class::Ip, Detector::Structure, (found.start(), end));
    }
    for found in MAC.find_iter(text) {
        seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
    }
}
