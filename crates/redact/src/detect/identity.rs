//! Numbers that a state gives to people: national and tax ids, passports, driving licences. Those with a check sum count by
//! themselves where their form is rare enough; others only after a word that says what they are.

use super::{Pattern, Seen, before, char_after, char_before, digits, pattern};
use crate::class::Class;
use crate::find::Detector;

/// A value after the name of a document. What stands between is short.
static DOCUMENT: Pattern = pattern!(
    r"(?i)(?-u:\b)(?:pass ?port|reisepass|passeport|pasaporte|passaporto|(?:driver'?s?'?|driving) licen[cs]e|licen[cs]e plate|f[üu]hrerschein|permis de conduire|personalausweis|identity card|id card|national id|carte d'identit[ée]|dni|nie|nif|cnp|pesel|bsn|cpf|curp|codice fiscale|national insurance|ni(?:no)?(?-u:\b)|nhs|tax(?:payer)?[ -](?:id|identification|number|reference)|tin|itin|ein|utr|vat(?: ?id| ?number)?|steuer-?(?:id|nummer|identifikationsnummer)|ust-?id(?:nr)?|num[ée]ro fiscal|insee|s[ée]curit[ée] sociale|sozialversicherungsnummer|rentenversicherungsnummer|bank account|account (?:number|no)|routing(?: number)?|sort code|kontonummer|bankleitzahl|blz|medicare|health insurance|krankenversicherung\w*)",
    r"(?:[ -]?(?:number|no|nr|num|nummer|num[ée]ro|id)(?-u:\b))?\.?(?: (?:is|was|ist|lautet|est|es))?[ :#=.]{0,4}",
    r"([A-Za-z]{0,5}[0-9](?:[ ./-]?[A-Za-z0-9]){3,20}|(?-i:[A-Z]{2,6}(?:[ -]?[A-Z0-9]){3,16}))"
);
/// United Kingdom: national insurance.
static INSURANCE: Pattern = pattern!(
    r"(?-u:\b)[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d](?-u:\b)"
);
/// France: social security, sex to serial, with or without its key.
static INSEE: Pattern = pattern!(
    r"(?-u:\b)[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}(?-u:\b)"
);
/// Germany: tax number of a person.
static STEUER: Pattern = pattern!(r"(?-u:\b)[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}(?-u:\b)");
/// Spain, Italy, Brazil, Poland: forms with check characters or separators of their own.
static LETTERED: Pattern = pattern!(
    r"(?-u:\b)(?:[0-9XYZxyz][0-9]{7}-?[A-HJ-NP-TV-Za-hj-np-tv-z]|[A-Za-z]{6}[0-9]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9]{2}[A-Za-z][0-9]{3}[A-Za-z]|[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2})(?-u:\b)"
);
/// VAT numbers of the union, as firms and the self-employed write them.
static VAT: Pattern = pattern!(
    r"(?-u:\b)(?:ATU[0-9]{8}|BE[01][0-9]{9}|DE[0-9]{9}|DK[0-9]{8}|ES[A-Z][0-9]{7}[A-Z0-9]|FI[0-9]{8}|FR[0-9A-Z]{2}[0-9]{9}|IT[0-9]{11}|NL[0-9]{9}B[0-9]{2}|PL[0-9]{10}|PT[0-9]{9}|SE[0-9]{12}|CHE-?[0-9]{3}\.?[0-9]{3}\.?[0-9]{3})(?-u:\b)"
);
const DNI_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

pub(super) fn find(seen: &mut Seen<'_>) {
    let text = seen.text();
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        return;
    }
    for value in DOCUMENT.captures_iter(text).filter_map(|found| found.get(1)) {
        let written = value.as_str().trim_end_matches([' ', '.', '/', '-']);
        let end = value.start() + upto_words(written);
        if text.get(value.start()..end).is_some_and(|v| v.bytes().filter(u8::is_ascii_digit).count() >= 4) {
            seen.add(Class::Other, Detector::Context, (value.start(), end));
        }
    }
    for found in INSURANCE.find_iter(text) {
        seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
    }
    for found in VAT.find_iter(text) {
        seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
    }
    for found in INSEE.find_iter(text).filter(|found| insee(found.as_str())) {
        seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
    }
    for found in STEUER.find_iter(text).filter(|found| steuer(&digits(found.as_str()))) {
        let alone = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '+' | '-' | '.' | '/'));
        let told = before(text, found.start(), 48).to_lowercase();
        if told.contains("steuer") || told.contains("tax") || told.contains("idnr") {
            seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
        } else if alone(char_before(text, found.start()))
            && alone(char_after(text, found.end()))
            && found.as_str().contains(' ')
        {
            seen.add(Class::Other, Detector::Context, (found.start(), found.end()));
        }
    }
    for found in LETTERED.find_iter(text).filter(|found| lettered(found.as_str())) {
        seen.add(Class::Other, Detector::Structure, (found.start(), found.end()));
    }
}

/// Bytes up to the first group that is a word of the sentence: letters without a digit after the number began.
fn upto_words(written: &str) -> usize {
    let (mut at, mut end) = (0, 0);
    for group in written.split([' ', '.', '/', '-']) {
        let began = written.get(..end).is_some_and(|w| w.bytes().any(|b| b.is_ascii_digit()));
        if began && group.bytes().all(|b| b.is_ascii_lowercase()) {
            break;
        }
        end = at + group.len();
        at = end + 1;
    }
    end
}

/// The key is 97 minus the rest of the number (Corsican departments count as 19 and 18).
fn insee(written: &str) -> bool {
    let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let Some((number, key)) = compact.split_at_checked(13) else { return false };
    let number = number.replacen("2A", "19", 1).replacen("2B", "18", 1);
    match (number.parse::<u64>(), key.parse::<u64>()) {
        (Ok(number), Ok(key)) => 97 - number % 97 == key,
        _ => false,
    }
}

/// ISO 7064 MOD 11,10; and of the first ten digits one stands there twice or thrice, as the law of 2007 says.
fn steuer(digits: &str) -> bool {
    let mut product = 10;
    for digit in digits.bytes().take(10).map(|b| u32::from(b.wrapping_sub(b'0'))) {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    let check = (11 - product) % 10;
    let often = (b'0'..=b'9').map(|d| digits.bytes().take(10).filter(|b| *b == d).count()).max().unwrap_or(0);
    digits.len() == 11
        && digits.as_bytes().get(10).is_some_and(|b| u32::from(b.wrapping_sub(b'0')) == check)
        && matches!(often, 2 | 3)
}

fn lettered(written: &str) -> bool {
    let compact: String = written.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    match compact.len() {
        9 => {
            let number =
                compact.get(..8).unwrap_or_default().replacen('X', "0", 1).replacen('Y', "1", 1).replacen('Z', "2", 1);
            number
                .parse::<usize>()
                .is_ok_and(|n| DNI_LETTERS.get(n % 23).copied() == compact.as_bytes().get(8).copied())
        }
        11 => cpf(&compact),
        _ => true,
    }
}

fn cpf(digits: &str) -> bool {
    let values: Vec<u32> = digits.bytes().map(|b| u32::from(b.wrapping_sub(b'0'))).collect();
    let check = |upto: usize| {
        let sum: u32 = values.iter().take(upto).zip((2..=upto as u32 + 1).rev()).map(|(v, weight)| v * weight).sum();
        sum * 10 % 11 % 10
    };
    values.get(9) == Some(&check(9)) && values.get(10) == Some(&check(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters() {
        assert!(steuer("86095742719") && steuer("47036892816") && !steuer("86095742718") && !steuer("12345678901"));
        assert!(insee("2 55 08 14 168 025 38") && !insee("255081416802539"));
        assert!(lettered("12345678Z") && !lettered("12345678A") && lettered("X1234567L"));
        assert!(cpf("52998224725") && !cpf("52998224724"));
    }
}
