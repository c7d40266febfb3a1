//! Selected words said otherwise: shorter, plainer, more formal. By rules, and by a language model where one is configured;
//! what may never change is held against both in one place ([`kept`]).
//!
//! Rules go sentence by sentence. A step that would change a number, a date, a name, a code, what is quoted, denied,
//! promised, demanded or asked is not taken, so a rule that does not understand a sentence leaves it as it is.

pub mod apply;
mod familiar;
mod formal;
pub mod kept;
pub mod model;
mod plainer;
mod shorter;
#[cfg(test)]
mod tests;

use crate::{closed_list, grounding, language::Language};

/// Longest selection, in characters.
pub const TEXT_CHARS_MAX: usize = 6_000;
/// Version of the rules, recorded with what they changed.
pub const RULES_VERSION: &str = "rewrite-rules/1";

closed_list! {
    /// What becomes of the selected words.
    pub enum Tool ("rewrite tool") {
        /// Sentences that say nothing of their own go.
        Shorter = "shorter",
        /// Plain words for stiff ones, and no long sentences.
        Plainer = "plainer",
        /// No contractions, exclamation marks or familiar address.
        Formal = "formal",
    }
}

closed_list! {
    /// What rewrote the words.
    pub enum By ("maker of rewritten words") {
        /// The rules of this module.
        Rules = "rules",
        /// A language model.
        Model = "model",
    }
}

/// Why the words stay as they are. `Display` is a sentence for the person who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unchanged {
    /// No words.
    #[error("Select the words to rewrite first.")]
    Empty,
    /// Too many.
    #[error("Select at most {TEXT_CHARS_MAX} characters at once.")]
    TooLong,
    /// The rules have no words of that language.
    #[error("The rules know English and German; these words seem to be {0}.")]
    Language(&'static str),
    /// Nothing to do.
    #[error("{0}")]
    Nothing(&'static str),
}

/// Whether words can be handed to a tool at all.
///
/// # Errors
/// [`Unchanged::Empty`] or [`Unchanged::TooLong`].
pub fn may_rewrite(text: &str) -> Result<(), Unchanged> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err(Unchanged::Empty);
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        return Err(Unchanged::TooLong);
    }
    Ok(())
}

/// The words after a tool of rules.
///
/// # Errors
/// [`Unchanged`], with what to do instead.
pub fn by_rules(tool: Tool, text: &str) -> Result<String, Unchanged> {
    may_rewrite(text)?;
    let language = Language::guess(text);
    if !matches!(language, Language::English | Language::German) {
        return Err(Unchanged::Language(language.name()));
    }
    let after = match tool {
        Tool::Shorter => shorter::shorter(text, language),
        Tool::Plainer => each(text, language, |sentence| plainer::plainer(sentence, language)),
        Tool::Formal => each(text, language, |sentence| formal::formal(sentence, language)),
    };
    if after == text {
        return Err(Unchanged::Nothing(match tool {
            Tool::Shorter => "Every sentence here says something of its own; nothing was left out.",
            Tool::Plainer => "No word or sentence here is on the list of stiff ones.",
            Tool::Formal => "Nothing here is informal by the rules.",
        }));
    }
    Ok(after)
}

/// A text with each sentence put through a rule; what stands between sentences stays, and so does a sentence that would
/// lose or gain something it must keep.
fn each(text: &str, language: Language, rule: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let cut = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
    let mut at = 0;
    for (start, end, sentence) in grounding::placed(text) {
        out.push_str(&cut(at, start));
        let after = rule(sentence);
        out.push_str(if kept::same(language, sentence, &after) { &after } else { sentence });
        at = end;
    }
    out.push_str(&cut(at, chars.len()));
    out
}

/// The first letter as a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
