//! More formal by rules: words spelled out, exclamation marks and emoji gone, no familiar words, and "Sie" for "du".

use super::{familiar, plainer::replaced};
use crate::{
    language::Language,
    persona::{calm, is_emoji, spelled_out},
};

/// Informal words and what stands for them.
const WORDS: &[(Language, &str, &str)] = &[
    (Language::English, "thanks so much", "thank you very much"),
    (Language::English, "thanks a lot", "thank you very much"),
    (Language::English, "many thanks", "thank you very much"),
    (Language::English, "thanks", "thank you"),
    (Language::English, "sorry about", "we apologise for"),
    (Language::English, "sorry for", "we apologise for"),
    (Language::English, "get back to you", "reply to you"),
    (Language::English, "asap", "as soon as possible"),
    (Language::English, "gonna", "going to"),
    (Language::English, "wanna", "want to"),
    (Language::English, "yeah", "yes"),
    (Language::English, "yep", "yes"),
    (Language::English, "pls", "please"),
    (Language::English, "info", "information"),
    (Language::English, "cheers", "kind regards"),
    (Language::German, "danke dir", "vielen Dank"),
    (Language::German, "danke schön", "vielen Dank"),
    (Language::German, "liebe grüße", "freundliche Grüße"),
    (Language::German, "viele grüße", "freundliche Grüße"),
    (Language::German, "infos", "Informationen"),
    (Language::German, "okay", "in Ordnung"),
    (Language::German, "tschüss", "auf Wiedersehen"),
];
/// Words that "'s" may shorten "is" after.
const IS: &[&str] = &["it's", "that's", "there's", "here's", "what's", "who's"];

pub(super) fn formal(sentence: &str, language: Language) -> String {
    let mut text = greeted(sentence, language);
    if text.chars().any(is_emoji) {
        let kept: String = text.chars().filter(|c| !is_emoji(*c)).collect();
        text = kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    }
    if language == Language::English {
        let words: Vec<&str> = text.split(' ').collect();
        let one = |(at, word): (usize, &&str)| is_spelled(word, words.get(at + 1).copied());
        text = words.iter().enumerate().map(one).collect::<Vec<_>>().join(" ");
    }
    for (_, informal, formal) in WORDS.iter().filter(|(l, _, _)| *l == language) {
        text = replaced(&text, informal, formal);
    }
    if language == Language::German {
        text = familiar::formally(&text).unwrap_or(text);
    }
    if text.trim_end().ends_with(',') { text } else { calm(&text) }
}

/// "it's" is "it is", unless what follows says that it may be "it has".
fn is_spelled(word: &str, next: Option<&str>) -> String {
    let plain = word.replace('’', "'");
    let core = plain.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = core.to_lowercase();
    let next = next.unwrap_or_default().to_lowercase();
    let has = next.ends_with("ed") || next.ends_with("en") || matches!(next.as_str(), "got" | "had" | "gone" | "");
    if IS.contains(&lower.as_str()) && !has {
        let head = core.get(..core.len() - 2).unwrap_or_default();
        return plain.replacen(core, &format!("{head} is"), 1);
    }
    spelled_out(word)
}

/// The first line, "Hi Ana,".
fn greeted(line: &str, language: Language) -> String {
    let (informal, formal): (&[&str], &str) = match language {
        Language::German => (&["Hallo ", "Hey ", "Hi "], "Guten Tag "),
        _ => (&["Hi ", "Hey ", "Hello "], "Dear "),
    };
    let is_greeting = line.ends_with([',', '!']) && line.split_whitespace().count() <= 3;
    match informal.iter().find_map(|head| line.strip_prefix(head)) {
        Some(name) if is_greeting && name.starts_with(char::is_uppercase) => {
            format!("{formal}{},", name.trim_end_matches([',', '!']))
        }
        _ => line.to_owned(),
    }
}
