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

closed_list! {
    /// How a reader is addressed, in languages that know two ways.
    pub enum Address ("form of address") {
        /// "Sie", "vous", "usted", "o senhor".
        Formal = "formal",
        /// "du", "tu", "tú", "tu".
        Familiar = "familiar",
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
    pub fn greeting(self, address: Address, first_name: Option<&str>) -> String {
        let hello = match (self, address) {
            (Self::English, _) => "Hi",
            (Self::German, Address::Formal) => "Guten Tag",
            (Self::German, Address::Familiar) => "Hallo",
            (Self::French, _) => "Bonjour",
            (Self::Spanish, _) => "Hola",
            (Self::Portuguese, _) => "Olá",
        };
        match (self, first_name) {
            (_, Some(name)) => format!("{hello} {name},"),
            (Self::English, None) => "Hello,".to_owned(),
            (_, None) => format!("{hello},"),
        }
    }

    /// A line that says the mail was read.
    #[must_use]
    pub const fn thanks(self, address: Address) -> &'static str {
        match (self, address) {
            (Self::English, _) => "Thank you for your message.",
            (Self::German, Address::Formal) => "vielen Dank für Ihre Nachricht.",
            (Self::German, Address::Familiar) => "vielen Dank für deine Nachricht.",
            (Self::French, Address::Formal) => "merci pour votre message.",
            (Self::French, Address::Familiar) => "merci pour ton message.",
            (Self::Spanish, Address::Formal) => "gracias por su mensaje.",
            (Self::Spanish, Address::Familiar) => "gracias por tu mensaje.",
            (Self::Portuguese, Address::Formal) => "obrigado pela sua mensagem.",
            (Self::Portuguese, Address::Familiar) => "obrigado pela tua mensagem.",
        }
    }

    /// A line that keeps the door open.
    #[must_use]
    pub const fn closing(self, address: Address) -> &'static str {
        match (self, address) {
            (Self::English, _) => "If this does not help, just reply and we will look again.",
            (Self::German, Address::Formal) => "Falls das nicht hilft, antworten Sie einfach auf diese Mail.",
            (Self::German, Address::Familiar) => "Falls das nicht hilft, antworte einfach auf diese Mail.",
            (Self::French, Address::Formal) => "Si cela ne suffit pas, répondez simplement à ce message.",
            (Self::French, Address::Familiar) => "Si cela ne suffit pas, réponds simplement à ce message.",
            (Self::Spanish, Address::Formal) => "Si esto no ayuda, responda a este mensaje.",
            (Self::Spanish, Address::Familiar) => "Si esto no ayuda, responde a este mensaje.",
            (Self::Portuguese, _) => "Se isto não ajudar, basta responder a esta mensagem.",
        }
    }

    /// What stands before the names of sources.
    #[must_use]
    pub const fn sources(self) -> &'static str {
        match self {
            Self::English => "Sources",
            Self::German => "Quellen",
            Self::French => "Sources",
            Self::Spanish => "Fuentes",
            Self::Portuguese => "Fontes",
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
