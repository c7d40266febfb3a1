//! Sentences as the rules read them.

use std::{collections::HashMap, sync::LazyLock};

use crate::{failure::Failure, language::Language};

/// A word or some words in a row.
pub(super) struct Phrase {
    text: String,
    is_begin: bool,
}

type Column = Vec<Phrase>;

#[derive(Default)]
struct Rules {
    /// What no failure is told by, by the word a line begins with.
    kinds: HashMap<&'static str, Column>,
    failures: Vec<(Failure, Vec<Column>)>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules::default();
    for line in include_str!("rules.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let mut fields = line.split(" | ");
        let kind = fields.next().unwrap_or_default().trim();
        let columns = fields.map(|field| field.split(", ").map(Phrase::of).collect::<Column>());
        match kind.parse() {
            Ok(failure) => rules.failures.push((failure, columns.collect())),
            Err(_) => rules.kinds.entry(kind).or_default().extend(columns.flatten()),
        }
    }
    rules
});

impl Phrase {
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim();
        let begin = text.strip_suffix('*');
        Self { text: begin.unwrap_or(text).to_owned(), is_begin: begin.is_some() }
    }

    pub(super) fn stands_in(&self, plain: &str) -> bool {
        self.ends_in(plain).next().is_some()
    }

    /// Where it ends, each time it stands there.
    fn ends_in<'a>(&'a self, plain: &'a str) -> impl Iterator<Item = usize> + 'a {
        let ends = |rest: &str| self.is_begin || rest.starts_with(' ');
        let places = plain.match_indices(self.text.as_str()).map(|(at, _)| (at, at + self.text.len()));
        let whole = move |(from, to): &(usize, usize)| {
            plain.get(..*from).is_some_and(|before| before.ends_with(' ')) && plain.get(*to..).is_some_and(ends)
        };
        places.filter(whole).map(|(_, to)| to)
    }
}

fn of(kind: &str) -> &'static [Phrase] {
    RULES.kinds.get(kind).map_or(&[], Vec::as_slice)
}

/// Whether words of a kind stand there.
pub(super) fn has(kind: &str, plain: &str) -> bool {
    of(kind).iter().any(|phrase| phrase.stands_in(plain))
}

fn is(kind: &str, word: &str) -> bool {
    of(kind).iter().any(|phrase| phrase.text == word)
}

/// In lower case, words between single spaces, with one at both ends.
pub(super) fn plain(text: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || matches!(c, '\'' | '-' | '.' | '[' | ']') { c } else { ' ' };
    let lower: String = text.to_lowercase().replace('’', "'").chars().map(keep).collect();
    let words =
        lower.split_whitespace().map(|word| word.trim_matches(['.', '\'', '-'])).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |line, word| line + word + " ")
}

/// Where the name of a product ends in a sentence that names it, whole or by its last word where that is no everyday word.
pub(super) fn named(product: &str, sentence: &str) -> Option<usize> {
    const EVERYDAY: &str = " ai assistant agent bot chat help support search answers assist desk assistent ";
    let whole = plain(product);
    let last = whole.split_whitespace().next_back().unwrap_or_default();
    let is_telling = last.chars().count() > 3 && !EVERYDAY.contains(&format!(" {last} "));
    let at = |name: &str| Phrase { text: name.to_owned(), is_begin: false }.ends_in(sentence).next();
    let whole = Some(whole.trim()).filter(|name| !name.is_empty()).and_then(at);
    whole.or_else(|| Some(last).filter(|_| is_telling).and_then(at))
}

/// What a sentence tells about the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    /// What it did or said, or that somebody asked it.
    Acts,
    /// That there is such a product.
    Mentions,
    /// Nothing about it, but perhaps what came of it.
    Goes,
    /// That it did well.
    Praises,
    /// A question, a wish, or something about somebody else.
    Silent,
}

/// What a sentence tells; `product` is the name by which the mail means it.
pub(super) fn tells(raw: &str, sentence: &str, product: Option<&str>, language: Language) -> Tells {
    if has("own", sentence) || has("wish", sentence) {
        return Tells::Silent;
    }
    if has("praise", sentence) && !denies(sentence) {
        return Tells::Praises;
    }
    let named = product.and_then(|product| named(product, sentence));
    let meant = of("product").iter().flat_map(|phrase| phrase.ends_in(sentence)).chain(named).max();
    let Some(end) = meant else {
        let is_silent = is_question(raw, sentence) || has("other", sentence);
        return if is_silent { Tells::Silent } else { Tells::Goes };
    };
    let (before, after) = (sentence.get(..end).unwrap_or_default(), sentence.get(end..).unwrap_or_default());
    let acts = does(after, language) || is_asked(before, language);
    match (acts, is_question(raw, sentence)) {
        (true, false) => Tells::Acts,
        (false, true) => Tells::Silent,
        _ => Tells::Mentions,
    }
}

/// Whether a sentence goes on with what the product did: "It deleted one."
pub(super) fn goes_on(sentence: &str, language: Language) -> bool {
    [" it ", " he ", " er ", " es "].iter().any(|it| {
        sentence.find(it).and_then(|at| sentence.get(at + it.len()..)).is_some_and(|rest| does(rest, language))
    })
}

/// A question that no trouble shows in: "why" asks of what happened.
fn is_question(raw: &str, sentence: &str) -> bool {
    let why = [" why ", " warum ", " wieso "].iter().any(|word| sentence.starts_with(word));
    raw.trim_end().ends_with('?') && !why
}

/// Whether the words after the product's name begin with what it did.
fn does(after: &str, language: Language) -> bool {
    let is_beside = |word: &&str| is("beside", word) || word.ends_with("ly");
    let first = after.split_whitespace().find(|word| !is_beside(word)).unwrap_or_default();
    is("does", first) || is_verb(first, language)
}

/// Verbs by their ends; what else ends so is called a noun in the rules.
fn is_verb(word: &str, language: Language) -> bool {
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let is_verb = match language {
        Language::German => ends(&["t", "te"]),
        _ => ends(&["ed"]) || (ends(&["s"]) && !ends(&["ss", "'s"])),
    };
    word.chars().count() > 3 && is_verb && !is("noun", word)
}

/// Whether somebody asks the product before its name, something comes from it, or, in German, its verb stands there.
fn is_asked(before: &str, language: Language) -> bool {
    let inverted =
        |word: &str| language == Language::German && ["hat", "hatte", "haben", "wird", "wurde"].contains(&word);
    before.split_whitespace().rev().take(5).any(|word| is("asks", word) || inverted(word))
}

fn denies(sentence: &str) -> bool {
    sentence.contains("n't ")
        || ["not", "never", "no", "nicht", "kein", "keine", "nie"]
            .iter()
            .any(|word| Phrase::of(word).stands_in(sentence))
}

/// Whether some sentences speak of trouble at all.
pub(super) fn is_trouble(near: &str) -> bool {
    denies(near) || has("trouble", near)
}

/// The first rule that fits, with its place.
pub(super) fn failure_in(near: &str) -> Option<(usize, Failure)> {
    let fits = |columns: &[Column]| columns.iter().all(|column| column.iter().any(|phrase| phrase.stands_in(near)));
    let mut rules = RULES.failures.iter().enumerate();
    rules.find(|(_, (_, columns))| fits(columns)).map(|(at, (failure, _))| (at, *failure))
}
