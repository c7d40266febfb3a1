//! Numbers with an issuer: payment cards, bank accounts, social security.

use super::{Pattern, Seen, before, char_after, char_before, digits, pattern};
use crate::class::Class;
use crate::find::Detector;

static CARD: Pattern = pattern!(r"[0-9](?:[ -]?[0-9]){11,18}");
static CARD_WORD: Pattern = pattern!(r"(?i)\b(?:credit|debit|visa|master|amex|maestro|card|karte|carte|tarjeta|pan\b)");
static IBAN: Pattern = pattern!(r"(?i)(?-u:\b)[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}");
static IBAN_WORD: Pattern = pattern!(r"(?i)\b(?:iban|bank account|konto|compte|cuenta)\b");
static SSN: Pattern = pattern!(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}");
static SSN_WORD: Pattern = pattern!(r"(?i)\b(?:ssn|social security|social sec|sozialversicherung|itin)\b");

/// Length of an account number by country (SWIFT IBAN registry).
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 \
    EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 \
    LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 \
    SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20";

pub(super) fn find(seen: &mut Seen<'_>) {
    cards(seen);
    ibans(seen);
    social_security(seen);
}

/// A known issuer's prefix and length with a right check digit; or any number of that size after a
/// word such as "card", because a mistyped card number is one too.
fn cards(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in CARD.find_iter(text) {
        let (start, end) = (found.start(), found.end());
        if inside_a_longer_word(text, start, end) {
            continue;
        }
        let digits = digits(found.as_str());
        if issued(&digits) && luhn(&digits) {
            seen.add(Class::Card, Detector::Structure, (start, end));
        } else if (13..=19).contains(&digits.len()) && CARD_WORD.is_match(before(text, start, 32)) {
            seen.add(Class::Card, Detector::Context, (start, end));
        }
    }
}

/// Whether some network issues cards with this beginning and this length.
fn issued(digits: &str) -> bool {
    let prefix = |n: usize| digits.get(..n).and_then(|p| p.parse::<u32>().ok()).unwrap_or(0);
    let length = digits.len();
    match prefix(2) {
        40..=49 => matches!(length, 13 | 16 | 19),
        51..=55 => length == 16,
        22..=27 if (2221..=2720).contains(&prefix(4)) => length == 16,
        34 | 37 => length == 15,
        30 | 36 | 38 | 39 => (14..=19).contains(&length),
        35 => (16..=19).contains(&length),
        21 | 18 => matches!(prefix(4), 2131 | 1800) && length == 15,
        // Maestro, Discover and UnionPay share this range.
        50 | 56..=69 => (12..=19).contains(&length),
        _ => false,
    }
}

/// The check digit of ISO/IEC 7812.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0')) * if place % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

fn ibans(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in IBAN.find_iter(text) {
        let compact: String =
            found.as_str().chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        let Some(length) = iban_length(&compact) else { continue };
        let Some(account) = compact.get(..length) else { continue };
        // The pattern may have run on into the next word; the country says where the number ends.
        let Some((last, _)) = found.as_str().match_indices(|c: char| c.is_ascii_alphanumeric()).nth(length - 1) else {
            continue;
        };
        let end = found.start() + last + 1;
        let ends = !char_after(text, end).is_some_and(|c| c.is_ascii_alphanumeric());
        if ends && mod97(account) {
            seen.add(Class::Iban, Detector::Structure, (found.start(), end));
        } else if IBAN_WORD.is_match(before(text, found.start(), 32)) {
            seen.add(Class::Iban, Detector::Context, (found.start(), end));
        }
    }
}

fn iban_length(account: &str) -> Option<usize> {
    let country = account.get(..2)?;
    IBAN_LENGTHS.split_whitespace().find_map(|entry| entry.strip_prefix(country))?.parse().ok()
}

/// The check of ISO 7064 MOD 97-10 over letters and digits.
fn mod97(account: &str) -> bool {
    let Some((head, tail)) = account.split_at_checked(4) else { return false };
    let rest = tail.chars().chain(head.chars()).try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    });
    rest == Some(1)
}

/// `123-45-6789` counts by itself, other spellings only after a word that says so.
fn social_security(seen: &mut Seen<'_>) {
    let text = seen.text();
    for found in SSN.find_iter(text) {
        let (start, end) = (found.start(), found.end());
        if inside_a_longer_word(text, start, end) {
            continue;
        }
        let digits = digits(found.as_str());
        let (area, group, serial) = (digits.get(..3), digits.get(3..5), digits.get(5..));
        let told = SSN_WORD.is_match(before(text, start, 48));
        let never_issued = matches!(area, Some("000" | "666")) || group == Some("00") || serial == Some("0000");
        let dashes = found.as_str().matches('-').count() == 2;
        // Areas from 900 on are personal tax numbers of the same form, so they go too.
        if !never_issued && (told || dashes) {
            seen.add(Class::Ssn, Detector::Structure, (start, end));
        }
    }
}

/// Whether digits go on before or after, or letters touch: then it is another number.
fn inside_a_longer_word(text: &str, start: usize, end: usize) -> bool {
    let next_digit = |at: usize| char_after(text, at).is_some_and(|c| c.is_ascii_digit());
    let touches = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '+');
    let hyphen_before = char_before(text, start) == Some('-')
        && start.checked_sub(1).and_then(|at| char_before(text, at)).is_some_and(|c| c.is_alphanumeric());
    touches(char_before(text, start))
        || touches(char_after(text, end))
        || hyphen_before
        || (char_after(text, end) == Some('-') && next_digit(end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits() {
        for good in ["4111111111111111", "378282246310005", "6011111111111117", "3530111333300000", "30569309025904"] {
            assert!(luhn(good) && issued(good), "{good}");
            let mut bad = good.to_owned();
            let last = bad.pop().and_then(|c| c.to_digit(10)).unwrap_or(0);
            bad.push(char::from_digit((last + 1) % 10, 10).unwrap_or('0'));
            assert!(!luhn(&bad), "{bad}");
        }
        for good in
            ["GB82WEST12345698765432", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"]
        {
            assert!(mod97(good), "{good}");
            assert_eq!(iban_length(good), Some(good.len()));
            assert!(!mod97(&good.replacen('3', "4", 1)), "{good}");
        }
        assert!(!issued("9999999999999995") && !issued("411111111111"));
        assert!(!mod97("") && !mod97("GB82é"));
    }
}
