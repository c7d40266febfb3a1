//! Restoring.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::class::Class;
use crate::placeholder::{Namespace, resembles, words};

/// What stands behind the placeholders of one request. Belongs to that request alone: whoever stores
/// it encrypts it and binds it to the ticket. `Debug` shows no value.
#[derive(Clone)]
pub struct Table {
    namespace: Namespace,
    entries: Vec<Entry>,
    placeholders: Vec<String>,
    index: HashMap<String, usize>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub class: Class,
    pub number: u32,
    /// How often the redacted texts hold it.
    pub uses: u32,
    pub value: String,
}

/// One thing wrong with the placeholders of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Written like a placeholder, but not one of this request.
    #[error("{0} is not a placeholder of this request")]
    Unknown(String),
    /// Holds this request's namespace, but is not exactly one of its placeholders.
    #[error("{0} is a changed placeholder")]
    Altered(String),
    /// Should be there and is not.
    #[error("{0} is missing")]
    Missing(String),
    /// Stands there more often than in the original.
    #[error("{0} stands there too often")]
    Doubled(String),
}

/// An answer cannot be used as it is. Shows placeholders only, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("placeholders need a person's attention: {}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct RestoreError {
    /// Everything that is wrong, in the order of the text, each once.
    pub problems: Vec<Problem>,
}

/// Stored bytes that are not a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored placeholder table is damaged or of another version")]
pub struct TableError;

/// Text with the real values back in place. For people, never for a model. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Restored(String);

impl Restored {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restored({} bytes)", self.0.len())
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({}, {} values)", self.namespace, self.entries.len())
    }
}

/// First byte of the stored form.
const VERSION: u8 = 1;

impl Table {
    pub(crate) fn new(namespace: Namespace) -> Self {
        Self { namespace, entries: Vec::new(), placeholders: Vec::new(), index: HashMap::new() }
    }

    pub(crate) fn namespace(&self) -> Namespace {
        self.namespace
    }

    pub(crate) fn push(&mut self, entry: Entry) -> usize {
        let placeholder = self.namespace.placeholder(entry.class, entry.number);
        let index = self.entries.len();
        self.index.insert(placeholder.clone(), index);
        self.placeholders.push(placeholder);
        self.entries.push(entry);
        index
    }

    /// Counts one use and gives the placeholder; the index is one that `push` gave.
    pub(crate) fn used(&mut self, index: usize) -> &str {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.uses = entry.uses.saturating_add(1);
        }
        self.placeholders.get(index).map_or("", String::as_str)
    }

    /// Placeholder, class and value of everything hidden, to show to the agent.
    pub fn hidden(&self) -> impl Iterator<Item = (&str, Class, &str)> {
        self.placeholders.iter().zip(&self.entries).map(|(name, e)| (name.as_str(), e.class, e.value.as_str()))
    }

    /// Puts the values back into an answer that may use each placeholder any number of times, or not
    /// at all, as a drafted reply may. Anything that resembles a placeholder and is not exactly one
    /// of this request is an error: such a text must not be sent.
    pub fn restore(&self, answer: &str) -> Result<Restored, RestoreError> {
        self.substitute(answer, &mut [])
    }

    /// Like [`Table::restore`], for an answer that must keep everything, such as a translation: each
    /// placeholder has to stand there exactly as often as in the redacted texts together.
    pub fn restore_all(&self, answer: &str) -> Result<Restored, RestoreError> {
        let mut counts = vec![0_u32; self.entries.len()];
        let result = self.substitute(answer, &mut counts);
        let mut problems = result.as_ref().err().map(|e| e.problems.clone()).unwrap_or_default();
        for ((entry, name), count) in self.entries.iter().zip(&self.placeholders).zip(counts) {
            match count.cmp(&entry.uses) {
                std::cmp::Ordering::Less => problems.push(Problem::Missing(name.clone())),
                std::cmp::Ordering::Greater => problems.push(Problem::Doubled(name.clone())),
                std::cmp::Ordering::Equal => {}
            }
        }
        if problems.is_empty() { result } else { Err(RestoreError { problems }) }
    }

    /// Whether the sentences of a drafted answer use what they were `given` as it was given: no placeholder more often in all
    /// than there, and no hole where one stood among words that are taken over. A draft need not use any.
    ///
    /// # Errors
    /// Every placeholder that is lost or doubled.
    pub fn check_answer(&self, sentences: &[&str], given: &str) -> Result<(), RestoreError> {
        let tokens = |text: &str| -> Vec<Token> { tokens(text).map(|word| self.token(word)).collect() };
        let lines: Vec<Vec<Token>> = given.split(['\n', '.', '?', '!']).map(tokens).collect();
        let said: Vec<Vec<Token>> = sentences.iter().map(|sentence| tokens(sentence)).collect();
        let count = |of: &[Vec<Token>], at| of.iter().flatten().filter(|token| **token == Token::Hidden(at)).count();
        let mut problems = Vec::new();
        for (at, name) in self.placeholders.iter().enumerate() {
            if count(&said, at) > count(&lines, at) {
                problems.push(Problem::Doubled(name.clone()));
            }
            if lines.iter().any(|line| said.iter().any(|sentence| has_hole(line, sentence, at))) {
                problems.push(Problem::Missing(name.clone()));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(RestoreError { problems }) }
    }

    fn token(&self, word: &str) -> Token {
        match self.index.get(word.trim_matches('_')) {
            Some(at) => Token::Hidden(*at),
            None => Token::Word(word.to_lowercase()),
        }
    }

    fn substitute(&self, answer: &str, counts: &mut [u32]) -> Result<Restored, RestoreError> {
        let mut out = String::with_capacity(answer.len());
        let mut problems = Vec::new();
        let mut done = 0;
        for (start, end) in words(answer) {
            let word = answer.get(start..end).unwrap_or_default();
            // Underscores around it are markup for emphasis; redacted text itself never has them.
            let name = word.trim_matches('_');
            if let Some((at, entry)) = self.index.get(name).and_then(|at| Some((*at, self.entries.get(*at)?))) {
                let lead = word.len() - word.trim_start_matches('_').len();
                out.push_str(answer.get(done..start + lead).unwrap_or_default());
                out.push_str(&entry.value);
                done = start + lead + name.len();
                if let Some(count) = counts.get_mut(at) {
                    *count += 1;
                }
            } else if resembles(word, self.namespace) {
                problems.push(self.problem(word));
            }
        }
        out.push_str(answer.get(done..).unwrap_or_default());
        if problems.is_empty() {
            return Ok(Restored(out));
        }
        let mut seen = HashSet::new();
        problems.retain(|problem: &Problem| seen.insert(problem.to_string()));
        Err(RestoreError { problems })
    }

    fn problem(&self, word: &str) -> Problem {
        let ours = word.replace('\\', "").to_ascii_uppercase().contains(&self.namespace.to_string());
        // A hostile answer may be one long word.
        let shown: String = word.chars().take(80).collect();
        if ours { Problem::Altered(shown) } else { Problem::Unknown(shown) }
    }

    /// The table for storage. Holds the values in clear: encrypt it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.namespace.bytes());
        for entry in &self.entries {
            let class = Class::ALL.iter().position(|class| *class == entry.class).unwrap_or_default();
            bytes.push(class as u8);
            for number in [entry.number, entry.uses, entry.value.len() as u32] {
                bytes.extend(number.to_be_bytes());
            }
            bytes.extend(entry.value.as_bytes());
        }
        bytes
    }

    /// Reads what [`Table::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TableError> {
        let (&[version, ref namespace @ ..], mut rest) = bytes.split_first_chunk::<6>().ok_or(TableError)?;
        if version != VERSION {
            return Err(TableError);
        }
        let mut table = Self::new(Namespace::new(*namespace));
        while !rest.is_empty() {
            let (entry, after) = read_entry(rest).ok_or(TableError)?;
            let placeholder = table.namespace.placeholder(entry.class, entry.number);
            if table.index.contains_key(&placeholder) {
                return Err(TableError);
            }
            table.push(entry);
            rest = after;
        }
        Ok(table)
    }
}

/// A word of a text, or the placeholder that stands for one.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Hidden(usize),
}

/// Words as the check sees them: letters, digits and underscores in a row.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// This many words in a row are not the same by chance.
const AROUND: usize = 3;

/// Whether `sentence` runs over the place where a placeholder stood in `line`: the words around it in a row without it, or the
/// words before or after it at the sentence's end or beginning.
fn has_hole(line: &[Token], sentence: &[Token], hidden: usize) -> bool {
    line.iter().enumerate().filter(|(_, token)| **token == Token::Hidden(hidden)).any(|(at, _)| {
        let before = line.get(at.saturating_sub(2)..at).unwrap_or_default();
        let after = line.get(at + 1..line.len().min(at + 3)).unwrap_or_default();
        let joined = |take: usize| {
            let row: Vec<&Token> =
                before.iter().skip(before.len().saturating_sub(take)).chain(after.iter().take(AROUND - take)).collect();
            row.len() == AROUND && sentence.windows(AROUND).any(|window| window.iter().eq(row.iter().copied()))
        };
        let ends =
            at + 1 == line.len() && at >= AROUND && sentence.ends_with(line.get(at - AROUND..at).unwrap_or_default());
        let begins = at == 0 && line.len() > AROUND && sentence.starts_with(line.get(1..=AROUND).unwrap_or_default());
        joined(1) || joined(2) || ends || begins
    })
}

fn read_entry(bytes: &[u8]) -> Option<(Entry, &[u8])> {
    let (class, rest) = bytes.split_first()?;
    let class = *Class::ALL.get(usize::from(*class))?;
    let (number, rest) = rest.split_first_chunk::<4>()?;
    let (uses, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    let value = std::str::from_utf8(value).ok()?.to_owned();
    let (number, uses) = (u32::from_be_bytes(*number), u32::from_be_bytes(*uses));
    Some((Entry { class, number, uses, value }, rest))
}
