//! Numbers as people write them, in figures and in words of five languages. One list, so that what a draft is checked
//! against and what two articles are compared by read the same.

/// Hundredths of a number as written: `1,234.50`, `1.234,50`, `14`, `two`.
pub(crate) fn number(token: &str) -> Option<i64> {
    if let Some((_, value)) = NUMBER_WORDS.iter().find(|(word, _)| *word == token) {
        return Some(value * 100);
    }
    if !token.starts_with(|c: char| c.is_ascii_digit()) || token.len() > 12 {
        return None;
    }
    let (whole, cents) = match token.rfind(['.', ',']) {
        Some(at) if token.len() - at <= 3 => (token.get(..at)?, token.get(at + 1..)?),
        _ => (token, ""),
    };
    let whole: String = whole.chars().filter(|c| !matches!(c, '.' | ',')).collect();
    let all = format!("{whole}{cents:0<2}");
    all.chars().all(|c| c.is_ascii_digit()).then(|| all.parse().ok()).flatten()
}

/// Whether a word is a number from two on.
pub(crate) fn is_number_word(word: &str) -> bool {
    NUMBER_WORDS.iter().any(|(known, _)| *known == word)
}

/// Without "one" and its like, which are articles as often as numbers.
const NUMBER_WORDS: &[(&str, i64)] = &[
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fourteen", 14),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("sixty", 60),
    ("ninety", 90),
    ("hundred", 100),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("acht", 8),
    ("zehn", 10),
    ("zwölf", 12),
    ("vierzehn", 14),
    ("dreißig", 30),
    ("sechzig", 60),
    ("neunzig", 90),
    ("deux", 2),
    ("trois", 3),
    ("quatre", 4),
    ("cinq", 5),
    ("dix", 10),
    ("quinze", 15),
    ("trente", 30),
    ("soixante", 60),
    ("dos", 2),
    ("tres", 3),
    ("cuatro", 4),
    ("cinco", 5),
    ("diez", 10),
    ("quince", 15),
    ("treinta", 30),
    ("sesenta", 60),
    ("dois", 2),
    ("duas", 2),
    ("três", 3),
    ("dez", 10),
    ("trinta", 30),
    ("sessenta", 60),
    ("fifty", 50),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_and_words_are_read_in_hundredths() {
        let cases = [
            ("1,234.50", Some(123_450)),
            ("1.234,50", Some(123_450)),
            ("14", Some(1_400)),
            ("two", Some(200)),
            ("fünf", Some(500)),
            ("fifty", Some(5_000)),
            ("one", None),
            ("3a", None),
            ("1234567890123", None),
            ("", None),
        ];
        for (token, expected) in cases {
            assert_eq!(number(token), expected, "{token}");
        }
    }
}
