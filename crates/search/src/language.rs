//! Which language a text is in, as far as stemming needs to know.
//!
//! Function words decide: they make up a third of any sentence, and no language shares most of them with another.

use frostem::Algorithm;

use crate::stop_words;

/// Words of a text that are looked at.
const LOOKED_AT: usize = 120;

/// A language whose word forms are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// English; also what a text counts as that shows no language.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Portuguese.
    Portuguese,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
}

impl Language {
    pub(crate) const ALL: [Self; 7] =
        [Self::English, Self::German, Self::French, Self::Spanish, Self::Portuguese, Self::Italian, Self::Dutch];

    /// The language with the most function words in the text's beginning; nothing when none leads.
    #[must_use]
    pub fn guess(text: &str) -> Option<Self> {
        let mut counts = [0_u32; Self::ALL.len()];
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
        for word in words.take(LOOKED_AT) {
            for language in stop_words::languages(&crate::analysis::fold(word)) {
                if let Some(count) = counts.get_mut(language as usize) {
                    *count += 1;
                }
            }
        }
        let most = counts.into_iter().max().filter(|most| *most > 0)?;
        let mut leading = Self::ALL.into_iter().zip(counts).filter(|(_, count)| *count == most);
        let (first, _) = leading.next()?;
        leading.next().is_none().then_some(first)
    }

    /// By its place among all, as an index keeps it.
    pub(crate) fn numbered(number: u64) -> Self {
        let place = usize::try_from(number).unwrap_or(0);
        Self::ALL.get(place).copied().unwrap_or(Self::English)
    }

    /// The code of ISO 639-1, for tags.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Portuguese => "pt",
            Self::Italian => "it",
            Self::Dutch => "nl",
        }
    }

    /// Snowball's stemmer (Porter 2001).
    pub(crate) const fn stemmer(self) -> Algorithm {
        match self {
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::French => Algorithm::French,
            Self::Spanish => Algorithm::Spanish,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Italian => Algorithm::Italian,
            Self::Dutch => Algorithm::Dutch,
        }
    }
}

/// The language a passage's words are stemmed in: that of its text, else of its headings, else English.
pub(crate) fn of_passage(title: &str, heading: &str, text: &str) -> Language {
    Language::guess(text).or_else(|| Language::guess(&format!("{title} {heading}"))).unwrap_or(Language::English)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_of_short_mails() {
        for (text, expected) in [
            ("My invoice is wrong and I want to know why.", Some(Language::English)),
            ("Ich habe die Rechnung noch nicht bekommen.", Some(Language::German)),
            ("Je n'ai pas encore re\u{e7}u la facture de mars.", Some(Language::French)),
            ("No he recibido la factura y quiero saber por qu\u{e9}.", Some(Language::Spanish)),
            ("N\u{e3}o recebi a fatura e gostaria de saber quando ela chega.", Some(Language::Portuguese)),
            ("Non ho ancora ricevuto la fattura di marzo.", Some(Language::Italian)),
            ("Ik heb de factuur nog niet ontvangen.", Some(Language::Dutch)),
            ("BANK-207 0x1f3a", None),
            ("invoice", None),
            ("", None),
        ] {
            assert_eq!(Language::guess(text), expected, "{text}");
        }
    }
}
