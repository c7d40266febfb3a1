//! Bringing a draft back into its voice where a rule can do it without touching what is said.

use super::{
    Form, Frame, Usage, Voice,
    lint::{CONTRACTED, is_emoji},
};
use crate::{
    draft::{Body, Composed, Sentence, Support},
    knowledge::Cited,
};

/// Rewrites what a rule can: exclamation marks, emoji, contractions that stand for one thing only, marks of code, and an opening
/// that makes the draft too long. Statements stay in number and order, with their citations and what carries them.
#[must_use]
pub fn repair(composed: Composed, voice: &Voice, frame: &Frame, cited: &[Cited]) -> Composed {
    let limit = usize::try_from(voice.words_max).unwrap_or(usize::MAX);
    let is_long = composed.body.split_whitespace().count() > limit;
    let opens = |s: &Sentence| s.support == Support::Frame && frame.opening.as_ref() == Some(&s.text);
    let chars: Vec<char> = composed.body.chars().collect();
    let mut body = Body::default();
    let mut at = 0;
    for sentence in &composed.sentences {
        let gap: String = chars.get(at..sentence.start).unwrap_or_default().iter().collect();
        at = sentence.end;
        if is_long && opens(sentence) {
            continue;
        }
        if gap.contains("\n\n") {
            body.paragraph();
        } else if gap.contains('\n') {
            body.line();
        }
        // The title of a source is a name, not a statement.
        let quoted = if sentence.support == Support::Frame { &[][..] } else { &sentence.citations };
        let text = rewritten(&sentence.text, voice, cited, quoted);
        body.sentence(&text, sentence.citations.clone(), sentence.support);
    }
    let (body, sentences) = body.finish();
    Composed { body, sentences, ..composed }
}

fn rewritten(text: &str, voice: &Voice, cited: &[Cited], citations: &[u32]) -> String {
    let mut text = text.to_owned();
    if voice.exclamation == Usage::Never {
        text = calm(&text);
    }
    if voice.emoji == Usage::Never && text.chars().any(is_emoji) {
        let kept: String = text.chars().filter(|c| !is_emoji(*c)).collect();
        text = kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    }
    if voice.contractions == Usage::Never {
        text = text.split(' ').map(spelled_out).collect::<Vec<_>>().join(" ");
    }
    match voice.form {
        Form::Paragraphs => text.replace('`', ""),
        Form::Code => as_code(&text, cited, citations),
    }
}

/// "!" ends a sentence as "." does; "!=" is code.
pub(crate) fn calm(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut calm = String::with_capacity(text.len());
    for (at, c) in chars.iter().enumerate() {
        let before = calm.chars().next_back();
        match c {
            '!' if chars.get(at + 1) == Some(&'=') => calm.push('!'),
            '!' if matches!(before, Some('.' | '?' | '!')) => {}
            '!' if chars.get(at + 1) == Some(&'?') => {}
            '!' => calm.push('.'),
            c => calm.push(*c),
        }
    }
    calm
}

/// One word spelled out; a word that can stand for two things ("it's", "he'd") stays.
pub(crate) fn spelled_out(word: &str) -> String {
    let plain = word.replace('’', "'");
    let end = plain.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let (core, tail) = plain.split_at(end);
    let lower = core.to_lowercase();
    let whole = match lower.trim_start_matches(|c: char| !c.is_alphanumeric()) {
        "can't" => Some(("can't", "cannot")),
        "won't" => Some(("won't", "will not")),
        "shan't" => Some(("shan't", "shall not")),
        "let's" => Some(("let's", "let us")),
        "ain't" => return word.to_owned(),
        _ => None,
    };
    let head = |length: usize| core.get(..core.len() - length).unwrap_or_default();
    if let Some((short, long)) = whole {
        let capital = core.get(core.len() - short.len()..).is_some_and(|w| w.starts_with(char::is_uppercase));
        let long = if capital { format!("{}{}", long[..1].to_uppercase(), &long[1..]) } else { long.to_owned() };
        return format!("{}{long}{tail}", head(short.len()));
    }
    for ending in CONTRACTED {
        let long = match ending {
            "n't" => " not",
            "'re" => " are",
            "'ve" => " have",
            "'ll" => " will",
            "'m" => " am",
            _ => continue,
        };
        if lower.len() > ending.len() && lower.ends_with(ending) {
            return format!("{}{long}{tail}", head(ending.len()));
        }
    }
    word.to_owned()
}

/// Puts the marks back that the cited source writes around these words.
fn as_code(text: &str, cited: &[Cited], citations: &[u32]) -> String {
    let sources = cited.iter().filter(|c| citations.contains(&c.citation) && c.grounds());
    let mut spans: Vec<&str> = sources
        .flat_map(|c| c.text.lines())
        .filter(|line| !line.trim_start().starts_with("```"))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|span| span.trim().chars().count() >= 2)
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.len()));
    spans.dedup();
    let mut text = text.to_owned();
    for span in spans {
        text = marked(&text, span);
    }
    text
}

/// Every place outside other marks where the words stand alone.
fn marked(text: &str, span: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = Vec::with_capacity(parts.len());
    for (n, part) in parts.iter().enumerate() {
        if n % 2 == 1 {
            out.push((*part).to_owned());
            continue;
        }
        let (mut done, mut rest) = (String::new(), *part);
        while let Some(at) = rest.find(span) {
            let (before, from) = rest.split_at(at);
            let after = from.get(span.len()..).unwrap_or_default();
            let alone = !before.chars().next_back().is_some_and(char::is_alphanumeric)
                && !after.chars().next().is_some_and(char::is_alphanumeric);
            done.push_str(before);
            done.push_str(&if alone { format!("`{span}`") } else { span.to_owned() });
            rest = after;
        }
        done.push_str(rest);
        out.push(done);
    }
    out.join("`")
}
