//! The language a mail is written in, guessed from its small words, and the frame of a reply in it.

use crate::closed_list;

closed_list! {
    /// Languages the frame speaks. Anything else is taken for English and said so in words.
    pub enum Language ("language") {
        /// English.
        English = "en",
        /// German.
        German = "de",
        /// French.
        French = "fr",
        /// Spanish.
        Spanish = "es",
        /// Portuguese.
        Portuguese = "pt",
    }
}

const SMALL_WORDS: &[(Language, &[&str])] = &[
    (
        Language::English,
        &[
            "the", "and", "is", "you", "to", "of", "we", "our", "not", "have", "it", "for", "with", "my", "can",
            "please",
        ],
    ),
    (
        Language::German,
        &[
            "der", "die", "das", "und", "ist", "wir", "nicht", "ich", "sie", "mit", "für", "ein", "eine", "auf",
            "haben", "bitte", "wie",
        ],
    ),
    (
        Language::French,
        &[
            "le", "la", "les", "et", "est", "nous", "vous", "pas", "je", "des", "une", "pour", "avec", "dans", "sur",
            "merci", "bonjour",
        ],
    ),
    (
        Language::Spanish,
        &[
            "el", "los", "las", "es", "una", "por", "para", "con", "nos", "hemos", "pero", "gracias", "hola", "muy",
            "cómo", "está", "y",
        ],
    ),
    (
        Language::Portuguese,
        &[
            "o", "os", "um", "uma", "não", "nós", "você", "para", "com", "está", "obrigado", "obrigada", "olá", "como",
            "mas", "temos", "e",
        ],
    ),
];

impl Language {
    /// Guesses from counts of small words; English when nothing decides.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let mut counts = [0_usize; 5];
        for word in text.split(|c: char| !c.is_alphabetic()).take(400).map(str::to_lowercase) {
            for ((_, small), count) in SMALL_WORDS.iter().zip(&mut counts) {
                *count += usize::from(small.contains(&word.as_str()));
            }
        }
        let best = SMALL_WORDS.iter().zip(counts).rev().max_by_key(|(_, n)| *n);
        match best {
            Some(((language, _), n)) if n > counts[0] => *language,
            _ => Self::English,
        }
    }

    /// Its name in English, for agents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
            Self::French => "French",
            Self::Spanish => "Spanish",
            Self::Portuguese => "Portuguese",
        }
    }

    /// First line of a reply.
    #[must_use]
    pub fn greeting(self, first_name: Option<&str>) -> String {
        let hello = match self {
            Self::English => "Hi",
            Self::German => "Guten Tag",
            Self::French => "Bonjour",
            Self::Spanish => "Hola",
            Self::Portuguese => "Olá",
        };
        match (self, first_name) {
            (_, Some(name)) => format!("{hello} {name},"),
            (Self::English, None) => "Hello,".to_owned(),
            (_, None) => format!("{hello},"),
        }
    }

    /// A line that says the mail was read.
    #[must_use]
    pub const fn thanks(self) -> &'static str {
        match self {
            Self::English => "Thank you for your message.",
            Self::German => "vielen Dank für Ihre Nachricht.",
            Self::French => "merci pour votre message.",
            Self::Spanish => "gracias por su mensaje.",
            Self::Portuguese => "obrigado pela sua mensagem.",
        }
    }

    /// A line that keeps the door open.
    #[must_use]
    pub const fn closing(self) -> &'static str {
        match self {
            Self::English => "If this does not help, just reply and we will look again.",
            Self::German => "Falls das nicht hilft, antworten Sie einfach auf diese Mail.",
            Self::French => "Si cela ne suffit pas, répondez simplement à ce message.",
            Self::Spanish => "Si esto no ayuda, responda a este mensaje.",
            Self::Portuguese => "Se isto não ajudar, basta responder a esta mensagem.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_words_give_the_language_away() {
        let cases = [
            ("Hello, we have a problem with the import of our invoices.", Language::English),
            ("Guten Tag, wir haben ein Problem mit der Rechnung und die Mail ist nicht da.", Language::German),
            ("Bonjour, nous avons un problème avec la facture, merci pour votre aide.", Language::French),
            ("Hola, hemos recibido una factura pero el importe no es correcto, gracias.", Language::Spanish),
            ("Olá, não recebemos a fatura e está com um erro, obrigado.", Language::Portuguese),
            ("SIG-401", Language::English),
            ("", Language::English),
        ];
        for (text, expected) in cases {
            assert_eq!(Language::guess(text), expected, "{text}");
        }
    }
}
