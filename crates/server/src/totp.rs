//! Codes of an authenticator app (RFC 6238: HMAC-SHA-1, six digits, thirty seconds), and base32 (RFC 4648) for the secret.

use ring::hmac;

/// Length of a step, in seconds.
const STEP_SECONDS: i64 = 30;
/// Steps before and after now whose code is taken too: clocks differ, people type slowly.
const STEPS_AROUND: i64 = 1;
const DIGITS: u32 = 1_000_000;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step a code is good for at `seconds` since 1970, if it is one later than `last`.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, seconds: i64, last: i64) -> Option<i64> {
    let typed: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if typed.len() != 6 || !typed.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = typed.parse().ok()?;
    let now = seconds.div_euclid(STEP_SECONDS);
    (now - STEPS_AROUND..=now + STEPS_AROUND).filter(|step| *step > last).find(|step| code_at(secret, *step) == typed)
}

fn code_at(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag.last().copied().unwrap_or_default() & 0x0f);
    let four = tag.get(at..at + 4).and_then(|b| <[u8; 4]>::try_from(b).ok()).unwrap_or_default();
    (u32::from_be_bytes(four) & 0x7fff_ffff) % DIGITS
}

/// Five bits a letter, without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let bits = |at: usize| bytes.get(at / 8).is_some_and(|b| b >> (7 - at % 8) & 1 == 1);
    let letter = |from: usize| (from..from + 5).fold(0_usize, |value, at| value << 1 | usize::from(bits(at)));
    (0..bytes.len() * 8)
        .step_by(5)
        .map(|from| char::from(ALPHABET.get(letter(from)).copied().unwrap_or(b'A')))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, its last six digits.
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(step_of(SECRET, code, seconds, 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_three_steps_and_never_again() {
        let step = 1_111_111_109 / 30;
        for (seconds, good) in [(-61, false), (-30, true), (30, true), (61, false)] {
            assert_eq!(step_of(SECRET, "081804", 1_111_111_109 + seconds, 0).is_some(), good, "{seconds}");
        }
        assert_eq!(step_of(SECRET, "081 804", 1_111_111_109, step - 1), Some(step));
        assert_eq!(step_of(SECRET, "081804", 1_111_111_109, step), None, "used");
        for wrong in ["", "81804", "0818044", "08180x", "०८१८०४"] {
            assert_eq!(step_of(SECRET, wrong, 1_111_111_109, 0), None, "{wrong}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard() {
        for (plain, coded) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), coded);
        }
    }
}
