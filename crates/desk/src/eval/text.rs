//! Comparing phrases: letters and their order count; case, line breaks, typographic quotes and marks of emphasis do not.

/// A text in the form that is compared.
pub(super) fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        '’' | '‘' => '\'',
        '“' | '”' | '„' => '"',
        '–' | '—' => '-',
        '\u{a0}' | '\u{202f}' => ' ',
        other => other,
    };
    let marks = |c: &char| !matches!(c, '*' | '`' | '\u{ad}');
    let text: String = text.chars().filter(marks).map(plain).flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text holds a phrase as whole words.
pub(super) fn says(text: &str, phrase: &str) -> bool {
    holds(&folded(text), &folded(phrase))
}

/// The same for texts that are folded already.
pub(super) fn holds(text: &str, phrase: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(at, found)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
            let (first, last) = (phrase.chars().next(), phrase.chars().next_back());
            let cut = |inner, outer| is_word(inner) && is_word(outer);
            !cut(first, before) && !cut(last, after)
        })
}

/// Words of a text.
pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
