//! Words of customers and words of services that mean the same, from `concepts.txt`, and what a text is about.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use crate::{closed_list, folded::Folded, grounding::content_words};

closed_list! {
    /// What a concept is: a thing people work with, or a way to fail.
    pub enum Facet ("facet") {
        /// A thing people work with.
        Thing = "thing",
        /// Not let in.
        Permission = "permission",
        /// Given something that cannot be used.
        Input = "input",
        /// Something outside does not answer.
        Dependency = "dependency",
        /// Too slow, too full.
        Capacity = "capacity",
        /// Broken.
        Fault = "fault",
        /// Not there.
        Gone = "gone",
    }
}

struct Concept {
    name: String,
    facet: Facet,
}

struct Phrase {
    words: Vec<String>,
    open: bool,
    concept: usize,
}

struct Concepts {
    all: Vec<Concept>,
    /// Phrases by the first three letters of their first word.
    by_begin: HashMap<String, Vec<Phrase>>,
}

static CONCEPTS: LazyLock<Concepts> = LazyLock::new(|| read(include_str!("concepts.txt")));

fn begin(word: &str) -> String {
    word.chars().take(2).collect()
}

fn read(text: &str) -> Concepts {
    let (mut all, mut by_begin) = (Vec::new(), HashMap::<String, Vec<Phrase>>::new());
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, facet, words] = columns[..] else { continue };
        let Ok(facet) = facet.parse() else { continue };
        for phrase in words.split(',').map(str::trim) {
            let folded = Folded::new(phrase);
            let words: Vec<String> = folded.words().iter().map(|w| folded.text(w).to_owned()).collect();
            let Some(first) = words.first() else { continue };
            let open = phrase.ends_with('~');
            by_begin.entry(begin(first)).or_default().push(Phrase { words, open, concept: all.len() });
        }
        all.push(Concept { name: name.to_owned(), facet });
    }
    Concepts { all, by_begin }
}

/// What a text is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms {
    /// Stems of its words, and names of things it speaks of.
    pub things: BTreeSet<String>,
    /// Ways to fail it speaks of.
    pub harms: BTreeSet<String>,
    /// The facets of those.
    pub facets: BTreeSet<Facet>,
}

/// Reads a text, be it a sentence, a log line, or the name of a metric.
pub(crate) fn terms(text: &str) -> Terms {
    let text = parted(text);
    let folded = Folded::new(&text);
    let mut terms = Terms::default();
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for n in 0..folded.words().len() {
        let found = CONCEPTS.by_begin.get(&begin(folded.at(n))).into_iter().flatten();
        for phrase in found.filter(|p| stands(p, &folded, n)) {
            let Some(concept) = CONCEPTS.all.get(phrase.concept) else { continue };
            named.extend((0..phrase.words.len()).map(|i| n + i));
            if concept.facet == Facet::Thing {
                terms.things.insert(format!("#{}", concept.name));
            } else {
                terms.harms.insert(concept.name.clone());
                terms.facets.insert(concept.facet);
            }
        }
    }
    // Words of no concept speak for themselves.
    let rest: Vec<&str> = (0..folded.words().len()).filter(|n| !named.contains(n)).map(|n| folded.at(n)).collect();
    let speaks =
        |word: &String| word.len() > 3 && !word.bytes().any(|b| b.is_ascii_digit()) && !EMPTY.contains(&word.as_str());
    terms.things.extend(content_words(&rest.join(" ")).into_iter().filter(speaks));
    terms
}

/// Words that fill letters and logs alike, as stems.
const EMPTY: &[&str] = &[
    "sinc",
    "hello",
    "thank",
    "help",
    "work",
    "tri",
    "time",
    "need",
    "want",
    "still",
    "even",
    "same",
    "know",
    "look",
    "make",
    "problem",
    "issu",
    "support",
    "regard",
    "team",
    "nicht",
    "eine",
    "einen",
    "sind",
    "haben",
    "kann",
    "wird",
    "bitt",
    "auch",
    "noch",
    "wenn",
    "mein",
    "meine",
    "unser",
    "unsere",
    "dass",
    "beim",
    "seit",
    "mehr",
    "immer",
    "oder",
    "aber",
    "dear",
    "anyon",
    "someth",
    "noth",
    "everi",
    "happen",
    "again",
    "today",
    "yesterday",
    "morn",
    "hour",
    "minut",
    "morgen",
    "heut",
    "gestern",
    "abend",
    "with",
    "fail",
    "failur",
    "error",
    "warn",
    "info",
    "servic",
    "request",
    "user",
    "custom",
    "kunde",
    "fehler",
    "http",
    "https",
    "back",
    "your",
    "doesn",
    "don",
    "isn",
    "can",
    "sehr",
    "viel",
    "grusse",
    "hallo",
    "danke",
];

fn stands(phrase: &Phrase, text: &Folded, n: usize) -> bool {
    let last = phrase.words.len().saturating_sub(1);
    phrase.words.iter().enumerate().all(|(i, word)| {
        let here = text.at(n + i);
        if phrase.open && i == last { here.starts_with(word.as_str()) } else { here == word }
    })
}

/// `InvoiceRenderer.render_pdf` as separate words.
fn parted(text: &str) -> String {
    let mut parted = String::with_capacity(text.len() + 8);
    let mut lower = false;
    for c in text.chars() {
        if c.is_uppercase() && lower {
            parted.push(' ');
        }
        lower = c.is_lowercase();
        parted.push(if matches!(c, '_' | '/' | '.' | '-') { ' ' } else { c });
        if matches!(c, '.') {
            parted.push(' ');
        }
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = include_str!("concepts.txt").lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(CONCEPTS.all.len(), lines);
    }

    #[test]
    fn customers_and_services_meet() {
        let meet = |a: &str, b: &str| terms(a).things.intersection(&terms(b).things).cloned().collect::<Vec<_>>();
        assert_eq!(
            meet("Ich kann meine Rechnungen nicht herunterladen", "InvoiceRenderer failed: font cache"),
            ["#invoice"]
        );
        assert_eq!(meet("I cannot pay with my card", "payment_gateway declined"), ["#pay"]);
        assert!(meet("How do I change the colour of my theme?", "payment_gateway declined").is_empty());
        assert!(terms("Zugriff verweigert").facets.contains(&Facet::Permission));
        assert!(terms("context deadline exceeded").facets.contains(&Facet::Capacity));
    }
}
