//! The file of rules a lead can read: its format, and the check that its examples hold.
//!
//! There is no line that lowers a priority, widens what the machine may write, or takes a flag away that another rule
//! raised; the format has no words for it.

use serde::Serialize;

use super::{
    Flag, Raised,
    phrases::{Hit, Phrases, Sense},
};
use crate::folded::Folded;

/// Largest file, in bytes.
const FILE_BYTES_MAX: usize = 1 << 20;
/// Longest line, in characters.
const LINE_CHARS_MAX: usize = 1_000;
/// What may stand in the language column of rules about words; `any` for words that are the same everywhere.
const LANGUAGES: [&str; 6] = ["en", "de", "fr", "es", "pt", "any"];

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong and what to do, in a sentence.
    pub why: String,
}

/// A checked file.
#[derive(Debug, Default)]
pub struct Rules {
    phrases: Phrases,
    rules: Vec<Rule>,
    senders: Vec<Sender>,
}

#[derive(Debug)]
struct Rule {
    flag: Flag,
    line: usize,
    example: Example,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Example {
    Missing,
    Holds,
}

/// `name@domain` is one address, `@domain` a domain with everything below it.
#[derive(Debug)]
struct Sender {
    pattern: String,
}

/// Rules that stand together, and the flag their examples are about.
#[derive(Debug, Default)]
struct Group {
    /// Numbers of its rules.
    rules: std::ops::Range<usize>,
    flag: Option<Flag>,
    state: State,
}

/// A rule below an example begins a new group.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Rules,
    Examples,
}

impl Rules {
    /// Reads a file and runs its examples.
    ///
    /// # Errors
    /// Every problem with its line; rules are used whole or not at all.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        if text.len() > FILE_BYTES_MAX {
            return Err(vec![Problem { line: 1, why: "The file is larger than a megabyte.".to_owned() }]);
        }
        let mut rules = Self::default();
        let mut problems = Vec::new();
        let lines = || (1..).zip(text.lines().map(str::trim));
        for (line, content) in lines().filter(|(_, c)| is_rule(c)) {
            if let Err(why) = rules.add(line, content) {
                problems.push(Problem { line, why });
            }
        }
        if problems.is_empty() {
            problems = rules.run_examples(lines());
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }

    fn add(&mut self, line: usize, content: &str) -> Result<(), String> {
        if content.chars().count() > LINE_CHARS_MAX {
            return Err(format!("A line has at most {LINE_CHARS_MAX} characters."));
        }
        let columns: Vec<&str> = content.split('|').map(str::trim).collect();
        let ([flag, language, words] | [flag, language, words, _]) = columns[..] else {
            return Err("A rule is: flag | language | words, and where needed | unless other words.".to_owned());
        };
        let flag: Flag = flag.parse().map_err(|e: crate::words::UnknownWord| format!("{e}."))?;
        match flag {
            Flag::MachineMail | Flag::Sender => {
                return Err("This flag is raised when a mail comes in, not by its words.".to_owned());
            }
            Flag::Vip => return self.add_sender(language, words, columns.len()),
            _ if !LANGUAGES.contains(&language) => {
                return Err(format!("The language is one of {}.", LANGUAGES.join(", ")));
            }
            _ => {}
        }
        let rule = self.rules.len();
        self.phrases.add(Sense::Raises, rule, words)?;
        if let Some(unless) = columns.get(3) {
            let unless = unless.strip_prefix("unless ").ok_or("The fourth column begins with “unless”.")?;
            for phrase in unless.split(',') {
                self.phrases.add(Sense::Unless, rule, phrase)?;
            }
        }
        self.rules.push(Rule { flag, line, example: Example::Missing });
        Ok(())
    }

    fn add_sender(&mut self, language: &str, pattern: &str, columns: usize) -> Result<(), String> {
        let pattern = pattern.to_lowercase();
        let domain = pattern.rsplit_once('@').map(|(_, domain)| domain);
        let spoilt = |c: char| c.is_whitespace() || c == '*';
        if language != "sender" || columns != 3 || domain.is_none_or(|d| !d.contains('.')) || pattern.contains(spoilt) {
            return Err("A rule about a sender is: vip | sender | name@company.example or @company.example.".to_owned());
        }
        self.senders.push(Sender { pattern });
        Ok(())
    }

    fn run_examples<'t>(&mut self, lines: impl Iterator<Item = (usize, &'t str)>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut group = Group::default();
        let mut next_rule = 0;
        for (line, content) in lines {
            if is_rule(content) {
                let flag = content.split('|').next().and_then(|f| f.trim().parse().ok());
                if group.state == State::Examples || flag != group.flag {
                    group = Group { rules: next_rule..next_rule, flag, state: State::Rules };
                }
                next_rule += usize::from(flag != Some(Flag::Vip));
                group.rules.end = next_rule;
            } else if let Some((wanted, sentence)) = example(content) {
                group.state = State::Examples;
                if let Err(why) = self.run(&group, wanted, sentence) {
                    problems.push(Problem { line, why });
                }
            }
        }
        let missing = self.rules.iter().filter(|r| r.example == Example::Missing);
        let why = "No example raises this rule; write one below it, in a line that begins with “+ ”.";
        problems.extend(missing.map(|r| Problem { line: r.line, why: why.to_owned() }));
        problems.sort_by_key(|p| p.line);
        problems
    }

    fn run(&mut self, group: &Group, wanted: Wanted, sentence: &str) -> Result<(), String> {
        let Some(flag) = group.flag else { return Err("An example stands below its rule.".to_owned()) };
        let folded = Folded::new(sentence);
        let mut hits = Vec::new();
        self.phrases.find(&folded, |hit| hits.push(hit));
        for hit in hits.iter().filter(|h| wanted == Wanted::Raised && group.rules.contains(&h.rule)) {
            if let Some(rule) = self.rules.get_mut(hit.rule) {
                rule.example = Example::Holds;
            }
        }
        let quote = match flag {
            Flag::Vip => self.sender(sentence).map(|r| r.quote),
            _ => raised_by(&hits, &self.rules, sentence, &folded).into_iter().find(|r| r.flag == flag).map(|r| r.quote),
        };
        match (wanted, quote) {
            (Wanted::Raised, None) => Err(format!("This must raise {flag}, and does not.")),
            (Wanted::Silent, Some(quote)) => Err(format!("This must not raise {flag}, and does: “{quote}”.")),
            _ => Ok(()),
        }
    }

    /// Every flag the text raises, each once, with the first words that raise it; in the order of [`Flag::ALL`].
    #[must_use]
    pub fn raised(&self, text: &str) -> Vec<Raised> {
        let mut first: Vec<Hit> = Vec::new();
        let flag = |hit: &Hit| self.rules.get(hit.rule).map(|r| r.flag);
        let folded = Folded::new(text);
        self.phrases.find(&folded, |hit| {
            if !first.iter().any(|earlier| flag(earlier) == flag(&hit)) {
                first.push(hit);
            }
        });
        raised_by(&first, &self.rules, text, &folded)
    }

    /// Whether the sender is one of those the file names.
    #[must_use]
    pub fn sender(&self, address: &str) -> Option<Raised> {
        let address = address.trim().to_lowercase();
        let (_, domain) = address.rsplit_once('@')?;
        let named = |s: &Sender| match s.pattern.strip_prefix('@') {
            Some(wanted) => domain == wanted || domain.strip_suffix(wanted).is_some_and(|head| head.ends_with('.')),
            None => s.pattern == address,
        };
        let found = self.senders.iter().find(|s| named(s))?;
        Some(Raised { flag: Flag::Vip, quote: found.pattern.clone(), span: None, message: None })
    }

    /// The text with every sentence blanked that speaks to the machine, so that what sorts by words never reads it.
    /// Characters keep their places.
    #[must_use]
    pub fn without_orders(&self, text: &str) -> String {
        let mut orders = self.order_bytes(text).into_iter().peekable();
        let blank = |(byte, c): (usize, char)| {
            while orders.peek().is_some_and(|(_, end)| *end <= byte) {
                orders.next();
            }
            let inside = orders.peek().is_some_and(|(start, _)| *start <= byte);
            if inside && !c.is_whitespace() { ' ' } else { c }
        };
        text.char_indices().map(blank).collect()
    }

    /// The sentences that speak to the machine, by their first character and one past their last.
    #[must_use]
    pub fn orders(&self, text: &str) -> Vec<(usize, usize)> {
        let chars = |byte: usize| text.get(..byte).map_or(0, |head| head.chars().count());
        let trimmed = |(start, end): (usize, usize)| {
            let end = start + text.get(start..end).map_or(0, |sentence| sentence.trim_end().len());
            (chars(start), chars(end))
        };
        self.order_bytes(text).into_iter().map(trimmed).collect()
    }

    fn order_bytes(&self, text: &str) -> Vec<(usize, usize)> {
        let folded = Folded::new(text);
        let mut orders = Vec::new();
        self.phrases.find(&folded, |hit| {
            if self.rules.get(hit.rule).is_some_and(|r| r.flag == Flag::Injection) {
                orders.push(super::sentence_around(&folded, hit.first, text.len()));
            }
        });
        orders.sort_unstable();
        orders.dedup();
        orders
    }
}

fn raised_by(hits: &[Hit], rules: &[Rule], text: &str, folded: &Folded) -> Vec<Raised> {
    let word = |at: usize| folded.words().get(at);
    let mut raised: Vec<Raised> = hits
        .iter()
        .filter_map(|hit| {
            let (rule, first, last) = (rules.get(hit.rule)?, word(hit.first)?, word(hit.last)?);
            let quote = text.get(first.bytes.0..last.bytes.1)?.to_owned();
            Some(Raised { flag: rule.flag, quote, span: Some((first.chars.0, last.chars.1)), message: None })
        })
        .collect();
    raised.sort_by_key(|r| (r.flag, r.span));
    raised.dedup_by_key(|r| r.flag);
    raised
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Raised,
    Silent,
}

fn example(content: &str) -> Option<(Wanted, &str)> {
    let plus = content.strip_prefix("+ ").map(|s| (Wanted::Raised, s));
    plus.or_else(|| content.strip_prefix("- ").map(|s| (Wanted::Silent, s)))
}

fn is_rule(content: &str) -> bool {
    !content.is_empty() && !content.starts_with('#') && example(content).is_none()
}
