//! From a case to its file: the same case gives the same bytes, so that a repository shows only what changed.

use std::fmt::Write as _;

use serde::{Serialize, Serializer, ser::SerializeMap as _};

use super::{Case, Expectation};

/// Words that YAML readers take for something else than text.
const RESERVED: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// What a file says, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// Words.
    Text(String),
    /// A number.
    Number(i64),
    /// One after the other.
    List(Vec<Tree>),
    /// Under names.
    Map(Vec<(&'static str, Tree)>),
}

impl Tree {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// Words, one after the other.
    pub fn texts<T: ToString>(words: &[T]) -> Self {
        Self::List(words.iter().map(|w| Self::Text(w.to_string())).collect())
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) | Self::Number(_) => false,
            Self::List(list) => list.is_empty(),
            Self::Map(map) => map.is_empty(),
        }
    }

    /// As YAML.
    #[must_use]
    pub fn yaml(&self) -> String {
        let mut out = String::new();
        self.lines(0, &mut out);
        out
    }

    fn lines(&self, indent: usize, out: &mut String) {
        match self {
            Self::Text(_) | Self::Number(_) => {
                let _ = writeln!(out, "{:indent$}{}", "", self.leaf(indent + 2));
            }
            Self::List(list) => {
                for item in list {
                    let start = out.len() + indent;
                    item.lines(indent + 2, out);
                    out.replace_range(start..start + 2, "- ");
                }
            }
            Self::Map(map) => {
                for (key, value) in map {
                    match value {
                        Self::Text(_) | Self::Number(_) => {
                            let _ = writeln!(out, "{:indent$}{key}: {}", "", value.leaf(indent + 2));
                        }
                        empty if empty.is_empty() => {
                            let sign = if matches!(empty, Self::List(_)) { "[]" } else { "{}" };
                            let _ = writeln!(out, "{:indent$}{key}: {sign}", "");
                        }
                        deeper => {
                            let _ = writeln!(out, "{:indent$}{key}:", "");
                            deeper.lines(indent + 2, out);
                        }
                    }
                }
            }
        }
    }

    fn leaf(&self, indent: usize) -> String {
        match self {
            Self::Text(text) => scalar(text, indent),
            Self::Number(number) => number.to_string(),
            Self::List(_) | Self::Map(_) => String::new(),
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => s.serialize_str(text),
            Self::Number(number) => s.serialize_i64(*number),
            Self::List(list) => s.collect_seq(list),
            Self::Map(map) => {
                let mut out = s.serialize_map(Some(map.len()))?;
                for (key, value) in map {
                    out.serialize_entry(key, value)?;
                }
                out.end()
            }
        }
    }
}

/// The file's text. [`super::read()`] reads the same case back.
#[must_use]
pub fn write(case: &Case) -> String {
    tree(case).yaml()
}

/// A case in the order of its file. [`super::read()`] reads its JSON as well, which is YAML too.
#[must_use]
pub fn tree(case: &Case) -> Tree {
    let maybe = |key, value: Option<&str>| value.map(|value| (key, Tree::text(value)));
    let mut map = vec![
        ("id", Tree::text(&case.id)),
        ("title", Tree::text(&case.title)),
        ("severity", Tree::text(case.severity.word())),
        ("failure", Tree::text(case.failure.word())),
        ("from", Tree::text(case.origin.word())),
    ];
    map.extend(maybe("suite", case.suite.as_deref()));
    map.extend(maybe("sentiment", case.sentiment.map(|s| s.word())));
    map.push(("made", Tree::text(&case.made)));
    map.extend(maybe("proposed", case.proposed.as_deref()));
    map.extend(maybe("retired", case.retired.as_deref()));
    map.extend(maybe("category", case.category.as_deref()));
    map.extend(maybe("operating_model", case.operating_model.map(|m| m.word())));
    map.extend(maybe("persona", case.persona.as_deref()));
    let asker = [
        maybe("segment", case.asker.segment.map(|s| s.word())),
        maybe("role", case.asker.role.as_deref()),
        maybe("plan", case.asker.plan.as_deref()),
    ];
    let messages = case.messages.iter().map(|m| {
        let subject = maybe("subject", Some(m.subject.as_str()).filter(|s| !s.is_empty()));
        let by = ("by", Tree::text(m.by.word()));
        Tree::Map([Some(by), subject, Some(("text", Tree::text(&m.text)))].into_iter().flatten().collect())
    });
    let sources = case.sources.iter().map(|s| {
        let (id, title, text) = (Tree::text(&s.id), Tree::text(&s.title), Tree::text(&s.text));
        Tree::Map(vec![("id", id), ("version", Tree::Number(s.version)), ("title", title), ("text", text)])
    });
    let optional =
        [("policies", Tree::texts(&case.policies)), ("requester", Tree::Map(asker.into_iter().flatten().collect()))];
    map.extend(optional.into_iter().filter(|(_, tree)| !tree.is_empty()));
    map.push(("messages", Tree::List(messages.collect())));
    map.extend(Some(("steps", Tree::texts(&case.steps))).filter(|(_, tree)| !tree.is_empty()));
    map.extend(Some(("sources", Tree::List(sources.collect()))).filter(|(_, tree)| !tree.is_empty()));
    map.push(("expect", expectation(&case.expect)));
    Tree::Map(map)
}

fn expectation(expect: &Expectation) -> Tree {
    let words = [
        ("label", expect.label.clone()),
        ("reply", expect.reply.map(|r| r.word().to_owned())),
        ("escalation", expect.escalation.map(|e| e.word().to_owned())),
    ];
    let lists = [
        ("must_cite", &expect.must_cite),
        ("must_say", &expect.must_say),
        ("must_not_say", &expect.must_not_say),
        ("must_ask", &expect.must_ask),
        ("graded", &expect.graded),
    ];
    let words = words.into_iter().filter_map(|(key, value)| Some((key, Tree::Text(value?))));
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, list)| (key, Tree::texts(list)));
    let most = expect.words_max.map(|most| ("words_max", Tree::Number(i64::try_from(most).unwrap_or(i64::MAX))));
    Tree::Map(words.chain(lists).chain(most).collect())
}

/// A text as YAML: bare where nothing can be mistaken, a block where it has lines, in quotes otherwise.
fn scalar(text: &str, indent: usize) -> String {
    if is_bare(text) {
        return text.to_owned();
    }
    if fits_block(text) {
        let chomp = if text.ends_with('\n') { "|" } else { "|-" };
        let lines = text.lines().map(|l| if l.is_empty() { "\n".to_owned() } else { format!("\n{:indent$}{l}", "") });
        return format!("{chomp}{}", lines.collect::<String>());
    }
    quoted(text)
}

fn is_bare(text: &str) -> bool {
    let is_date = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let fits = |b: u8| b.is_ascii_alphanumeric() || b" _-./@#,".contains(&b);
    is_date
        || (text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
            && text.bytes().all(fits)
            && !text.ends_with(' ')
            && !text.contains(" #")
            && !RESERVED.contains(&text.to_lowercase().as_str()))
}

fn fits_block(text: &str) -> bool {
    let first = text.chars().next();
    text.contains('\n')
        && first.is_some_and(|c| !c.is_whitespace())
        && !text.ends_with("\n\n")
        && text.chars().all(|c| c == '\n' || is_plain(c))
        && text.lines().all(|l| l.is_empty() || !l.chars().all(char::is_whitespace))
}

/// Characters that every reader takes as they are.
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_plain(c) => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}
