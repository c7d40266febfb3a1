//! Groups of texts named by their own words.
//!
//! Class-based TF-IDF (Grootendorst 2022): a word names a group when many of its texts hold it and few others do. Function
//! words are left out by the language of each text; forms of a word count together and the form most texts use is shown.
//! A word that only one person used names nothing: it may be their name.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::{
    analysis::{Kind, analyse, fold},
    language::of_passage,
};

/// A text of a group, or of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said<'a> {
    /// The words.
    pub text: &'a str,
    /// Who wrote them; opaque.
    pub by: &'a str,
}

/// At most `most` words for each group, the most telling first; `rest` are texts of no group. A word of `never`
/// (in any case) is not used. Empty where no word is shared.
#[must_use]
pub fn name_groups(
    groups: &[Vec<Said<'_>>],
    rest: &[Said<'_>],
    never: &HashSet<String>,
    most: usize,
) -> Vec<Vec<String>> {
    let never: HashSet<String> = never.iter().map(|word| fold(word).into_owned()).collect();
    let words: Vec<Words<'_>> = groups.iter().map(|group| Words::of(group, &never)).collect();
    let others = Words::of(rest, &never);
    let mut everywhere: HashMap<&str, f64> = HashMap::new();
    for class in words.iter().chain([&others]) {
        for (term, word) in &class.0 {
            *everywhere.entry(term).or_default() += word.texts;
        }
    }
    let classes = (words.len() + usize::from(!others.0.is_empty())).max(1);
    let average = everywhere.values().sum::<f64>() / classes as f64;
    words.iter().map(|class| class.best(&everywhere, average, most)).collect()
}

/// What a word's forms came to in one group.
#[derive(Default)]
struct Word<'a> {
    texts: f64,
    people: HashSet<&'a str>,
    forms: BTreeMap<String, u32>,
}

struct Words<'a>(BTreeMap<String, Word<'a>>);

impl<'a> Words<'a> {
    fn of(group: &[Said<'a>], never: &HashSet<String>) -> Self {
        let mut words: BTreeMap<String, Word<'a>> = BTreeMap::new();
        for said in group {
            let mut seen = HashSet::new();
            for token in analyse(said.text, of_passage("", "", said.text)) {
                let form = said.text.get(token.start..token.end).unwrap_or_default();
                if !names(token.kind, form) || never.contains(fold(form).as_ref()) {
                    continue;
                }
                let word = words.entry(token.term.clone()).or_default();
                *word.forms.entry(shown(token.kind, form)).or_default() += 1;
                word.people.insert(said.by);
                if seen.insert(token.term) {
                    word.texts += 1.0;
                }
            }
        }
        Self(words)
    }

    fn best(&self, everywhere: &HashMap<&str, f64>, average: f64, most: usize) -> Vec<String> {
        let weight = |term: &str, word: &Word<'_>| {
            word.texts * (1.0 + average / everywhere.get(term).copied().unwrap_or(1.0)).ln()
        };
        let mut ranked: Vec<(f64, &str)> = self
            .0
            .iter()
            .filter(|(_, word)| word.people.len() > 1)
            .map(|(term, word)| (weight(term, word), word.form()))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut chosen: Vec<String> = Vec::new();
        for (_, form) in ranked {
            if chosen.len() < most && !chosen.iter().any(|known| known.eq_ignore_ascii_case(form)) {
                chosen.push(form.to_owned());
            }
        }
        chosen
    }
}

impl Word<'_> {
    /// The form most texts use, the shortest at a tie.
    fn form(&self) -> &str {
        let by_use = |(form, n): &(&String, &u32)| (**n, std::cmp::Reverse(form.len()));
        self.forms.iter().max_by_key(by_use).map_or("", |(form, _)| form)
    }
}

fn names(kind: Kind, form: &str) -> bool {
    match kind {
        Kind::Word => form.chars().count() > 2 && !form.chars().all(|c| c.is_ascii_digit()),
        Kind::Identifier => form.chars().any(char::is_alphabetic),
        Kind::StopWord | Kind::Part => false,
    }
}

/// Codes and abbreviations as they are written, other words in lower case.
fn shown(kind: Kind, form: &str) -> String {
    let abbreviation = form.chars().count() <= 5 && form.chars().all(char::is_uppercase);
    if kind == Kind::Identifier || abbreviation { form.to_owned() } else { form.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said<'a>(texts: &[(&'a str, &'a str)]) -> Vec<Said<'a>> {
        texts.iter().map(|(by, text)| Said { text, by }).collect()
    }

    #[test]
    fn a_group_is_named_by_words_its_people_share_and_others_do_not() {
        let groups = [
            said(&[
                ("a", "How do I record a gift voucher we sold? Regards, Marguerite"),
                ("b", "A customer paid with vouchers, where do the vouchers go?"),
                ("c", "Gift vouchers in the ledger"),
            ]),
            said(&[("a", "Webhook fails with SIG-401 in the ledger"), ("d", "SIG-401 on each webhook")]),
        ];
        let rest = said(&[("e", "Where is the invoice of the ledger?"), ("f", "The ledger and a customer")]);
        let named = name_groups(&groups, &rest, &HashSet::new(), 3);
        assert_eq!(named[0].first().map(String::as_str), Some("vouchers"), "{named:?}");
        assert!(named[0].contains(&"gift".to_owned()) && !named[0].iter().any(|w| w == "marguerite"), "{named:?}");
        assert!(named[1].contains(&"SIG-401".to_owned()) && named[1].contains(&"webhook".to_owned()), "{named:?}");
    }

    #[test]
    fn function_words_of_their_language_and_forbidden_words_name_nothing() {
        let groups = [said(&[
            ("a", "Hallo Priya, ich habe die Rechnung noch nicht bekommen"),
            ("b", "Guten Tag Priya, wo ist die Rechnung? Ich habe sie noch nicht"),
        ])];
        let never = HashSet::from(["priya".to_owned()]);
        let named = name_groups(&groups, &[], &never, 5);
        assert!(named[0].contains(&"rechnung".to_owned()), "{named:?}");
        assert!(!named[0].iter().any(|w| ["die", "ich", "noch", "priya"].contains(&w.as_str())), "{named:?}");
        assert_eq!(name_groups(&[said(&[("a", "alone"), ("a", "alone")])], &[], &never, 3), [Vec::<String>::new()]);
    }
}
