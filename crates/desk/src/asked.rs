//! Whether a question back to a requester was answered before: nobody is asked twice.

use std::collections::HashSet;

use crate::grounding::{content_words, facts, sentences};

/// Share of a question's words that an earlier question of ours must have to be the same.
const SAME_MIN: f64 = 0.75;
/// Words of asking that say nothing of what is asked for.
const ASKING: [&str; 14] = [
    "please", "could", "send", "tell", "know", "let", "give", "share", "provide", "use", "using", "exact", "attach",
    "confirm",
];

/// An earlier text of the ticket.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// Whether the requester's side wrote it.
    pub inbound: bool,
    /// Its newest words.
    pub text: &'a str,
}

/// Whether we asked this before and something came back, or the requester's own words name the thing with a value.
#[must_use]
pub fn is_answered(question: &str, earlier: &[Earlier<'_>]) -> bool {
    let asking: HashSet<String> = ASKING.iter().flat_map(|word| content_words(word)).collect();
    let wanted: HashSet<String> = content_words(question).into_iter().filter(|w| !asking.contains(w)).collect();
    if wanted.is_empty() {
        return false;
    }
    let stems = |text: &str| content_words(text).into_iter().collect::<HashSet<String>>();
    let same = |text: &str| stems(text).intersection(&wanted).count() as f64 >= SAME_MIN * wanted.len() as f64;
    let asks = |turn: &&Earlier<'_>| sentences(turn.text).iter().any(|s| s.ends_with('?') && same(s));
    let asked = earlier.iter().position(|turn| !turn.inbound && asks(&turn));
    if asked.is_some_and(|at| earlier.iter().skip(at + 1).any(|turn| turn.inbound)) {
        return true;
    }
    let tells = |said: &String| !said.ends_with('?') && wanted.is_subset(&stems(said)) && has_value(said, question);
    earlier.iter().filter(|turn| turn.inbound).any(|turn| sentences(turn.text).iter().any(tells))
}

/// A code, a number, an address, or a name in the middle of the sentence that the question does not have.
fn has_value(said: &str, question: &str) -> bool {
    let known = facts(question);
    let named = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.chars().count() >= 3 && word.starts_with(char::is_uppercase) && !question.contains(word)
    };
    facts(said).iter().any(|fact| !known.contains(fact)) || said.split_whitespace().skip(1).any(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_what_they_said() {
        let told = [
            Earlier {
                inbound: true,
                text: "Our bank is the Alpha Bank and the import stops. The invoice number is FH-2026-11-00012.",
            },
            Earlier { inbound: false, text: "Thank you. Which browser do you use?" },
            Earlier { inbound: true, text: "I do not see why that matters." },
        ];
        let cases = [
            ("Which bank is it?", true),
            ("Could you send us the invoice number?", true),
            ("Which browser do you use?", true),
            ("Which date format has the file?", false),
            ("What is the address of your account?", false),
            ("Is it?", false),
        ];
        for (question, answered) in cases {
            assert_eq!(is_answered(question, &told), answered, "{question}");
        }
        assert!(!is_answered("Which browser do you use?", &told[..2]), "asked, and nothing came back yet");
        let asks = [Earlier { inbound: true, text: "What is the invoice number of 2026?" }];
        assert!(!is_answered("What is the invoice number?", &asks), "a question is no answer");
    }
}
