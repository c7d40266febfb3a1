//! A text as the detectors see it, with the way back to the original bytes.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

/// A rewritten text and, for each of its bytes, the original character it came from.
pub(crate) struct View {
    pub text: String,
    /// Start and end of the original character, by byte of `text`; none when the places are the same.
    origin: Option<Vec<(u32, u32)>>,
}

impl View {
    /// Without invisible characters, and with the many spaces, hyphens and full-width forms of
    /// Unicode as their ASCII equals: what a person sees.
    pub fn plain(text: &str) -> Self {
        if text.is_ascii() {
            return Self::ascii(text.replace(['\t', '\u{b}', '\u{c}'], " "));
        }
        Self::build(text, |c, out| out.extend(plain(c)))
    }

    /// Like [`View::plain`], in lower case, without diacritics, underscores as spaces: for comparing.
    pub fn folded(text: &str) -> Self {
        if text.is_ascii() {
            let spaced = text.replace(['\t', '\u{b}', '\u{c}', '_'], " ");
            return Self::ascii(spaced.to_ascii_lowercase());
        }
        Self::build(text, |c, out| plain(c).into_iter().for_each(|c| fold(c, out)))
    }

    /// Most texts: byte for byte the same places.
    fn ascii(text: String) -> Self {
        Self { text, origin: None }
    }

    fn build(text: &str, rewrite: impl Fn(char, &mut Vec<char>)) -> Self {
        let mut seen = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len());
        let mut rewritten = Vec::new();
        for (start, c) in text.char_indices() {
            // Texts are capped far below 4 GiB before they come here.
            let span = (start as u32, (start + c.len_utf8()) as u32);
            rewritten.clear();
            rewrite(c, &mut rewritten);
            seen.extend(&rewritten);
            origin.resize(seen.len(), span);
        }
        Self { text: seen, origin: Some(origin) }
    }

    /// The original bytes behind `start..end` of this view; none for an empty or foreign range.
    pub fn original(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let Some(origin) = &self.origin else { return (start < end).then_some((start, end)) };
        let first = origin.get(start)?.0 as usize;
        let last = origin.get(end.checked_sub(1)?)?.1 as usize;
        (first < last).then_some((first, last))
    }
}

/// A known value, folded as [`View::folded`] folds texts.
pub(crate) fn folded(value: &str) -> String {
    View::folded(value).text
}

fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{2019}' => '\'',
        '\n' | '\r' => c,
        c if c.is_whitespace() => ' ',
        c => c,
    })
}

fn fold(c: char, out: &mut Vec<char>) {
    match c {
        '_' => out.push(' '),
        'ß' | 'ẞ' => out.extend(['s', 's']),
        'ø' | 'Ø' => out.push('o'),
        'æ' | 'Æ' => out.extend(['a', 'e']),
        'ł' | 'Ł' => out.push('l'),
        'đ' | 'Đ' => out.push('d'),
        c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
        c => decompose_canonical(c, |part| {
            if !is_combining_mark(part) {
                // Lower case can bring marks of its own, as the Turkish capital dotted I does.
                out.extend(part.to_lowercase().filter(|c| !is_combining_mark(*c)));
            }
        }),
    }
}
