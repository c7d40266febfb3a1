//! Passwords, tokens and keys, and web addresses that carry one.

use super::{Pattern, Seen, after, pattern};
use crate::class::Class;
use crate::find::Detector;

/// Prefixes that issuers publish so that leaks can be found.
static PREFIXED: Pattern = pattern!(
    r"(?-u:\b)(?:[sprw]k_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9+/=]{8,}|gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}",
    r"|glpat-[A-Za-z0-9_-]{12,}|A(?:KIA|SIA)[0-9A-Z]{12,}|xox[a-z]-[A-Za-z0-9-]{8,}|xapp-[A-Za-z0-9-]{8,}|AIza[A-Za-z0-9_-]{20,}",
    r"|sk-[A-Za-z0-9_-]{16,}|SG\.[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}|npm_[A-Za-z0-9]{20,}|pypi-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}",
    r"|dop_v1_[a-f0-9]{16,}|shp(?:at|ss|ca|pa)_[A-Fa-f0-9]{16,}|ya29\.[A-Za-z0-9_-]{12,}|age-secret-key-1[a-z0-9]{16,}|AGE-SECRET-KEY-1[A-Z0-9]{16,}",
    r"|eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?)"
);
/// A token after its scheme.
static BEARER: Pattern = pattern!(r"(?i)(?-u:\b)(?:bearer|basic)[ :]+([a-z0-9._~+/=-]{8,})");
/// A value after a word that says what it is.
static NAMED: Pattern = pattern!(
    r"(?i)(?-u:\b)(?:password|passwd|pwd|passwort|kennwort|mot de passe|contraseña|passphrase|secret(?:[ _-]?key)?|(?:access|auth|api|session)[ _-]?(?:token|key)|token|otp|pin(?:[ _-]?code)?)",
    r#"["']? ?(is|ist|lautet|:=?|=>?)[ ]?["']?([^\s"',;<>]{4,})"#
);
static LONG: Pattern = pattern!(r"[A-Za-z0-9+_=-]{20,}");
static URL: Pattern = pattern!(r#"(?i)(?-u:\b)[a-z][a-z0-9+.-]{1,15}://[^\s<>"'\]]+"#);
static QUERY: Pattern = pattern!(
    r"(?i)[?&;#](?:[a-z0-9_.-]*(?:token|secret|passw(?:or)?d|signature|apikey|api_key|api-key|session|jwt|credential)[a-z0-9_.-]*|key|sig|auth|code|pwd|pass|sid|otp|reset|invite|magic|ticket|hash|email|user|login)=[^&\s]+"
);
const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in PREFIXED.find_iter(text) {
        seen.add(Class::Key, Detector::Structure, (found.start(), found.end()));
    }
    for token in BEARER.captures_iter(text).filter_map(|found| found.get(1)) {
        if token.as_str().contains(|c: char| c.is_ascii_digit()) {
            seen.add(Class::Key, Detector::Context, (token.start(), token.end()));
        }
    }
    for found in NAMED.captures_iter(text) {
        let (Some(sign), Some(value)) = (found.get(1), found.get(2)) else { continue };
        // "The password is wrong" is no password; after a colon or an equals sign anything may be.
        let spoken = sign.as_str().starts_with(char::is_alphabetic);
        if !spoken || value.as_str().trim_end_matches(['.', '!', '?']).contains(|c: char| !c.is_alphabetic()) {
            seen.add(Class::Key, Detector::Context, (value.start(), value.end()));
        }
    }
    for found in LONG.find_iter(text).filter(|found| is_random(found.as_str())) {
        seen.add(Class::Key, Detector::Structure, (found.start(), found.end()));
    }
    pem_blocks(seen);
    urls(seen);
}

/// Long enough, mixed, and unpredictable: a credential, whoever issued it. Identifiers such as
/// UUIDs stay: they open nothing, and tickets are about them. Long hexadecimal digests go.
fn is_random(word: &str) -> bool {
    // The beginning tells; a word of a megabyte is not counted to its end again and again.
    let word = word.get(..512).unwrap_or(word);
    let count = |test: fn(&u8) -> bool| word.bytes().filter(test).count();
    let (upper, lower, digit) =
        (count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase), count(u8::is_ascii_digit));
    let hexadecimal =
        word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit()) && digit > 4 && digit < word.len();
    hexadecimal || (upper >= 2 && lower >= 2 && digit >= 3 && entropy(word) >= 3.5)
}

/// Shannon entropy in bits per byte.
fn entropy(word: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = word.len() as f64;
    counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n) / total).map(|p| -p * p.log2()).sum()
}

/// From the first line to the last; to the end of the text when the last line is missing.
fn pem_blocks(seen: &mut Seen<'_>) {
    let text = seen.text();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(PEM_BEGIN)).map(|found| at + found) {
        let end = text.get(start..).and_then(|rest| rest.find(PEM_END)).map_or(text.len(), |found| {
            let end = start + found + PEM_END.len();
            let line = after(text, end, 64);
            end + line.find("-----").map_or(0, |dashes| dashes + 5)
        });
        seen.add(Class::Key, Detector::Structure, (start, end));
        at = end;
    }
}

/// A web address without its scheme.
static BARE: Pattern = pattern!(r#"(?i)(?-u:\b)www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[^\s<>"'\]]*)?"#);

/// Addresses with a user and password, or with a query field or fragment that is a credential.
fn urls(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in BARE.find_iter(text) {
        seen.mention(Class::Url, (found.start(), found.end()));
    }
    for found in URL.find_iter(text) {
        let url = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        let authority = url.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
        let path_token = url.split(['/', '?', '=', '&', '#']).any(|part| part.len() >= 20 && is_random(part));
        if authority.contains('@') || QUERY.is_match(url) || path_token {
            seen.add(Class::Url, Detector::Structure, (found.start(), found.start() + url.len()));
        } else {
            seen.mention(Class::Url, (found.start(), found.start() + url.len()));
        }
    }
}
