//! Text as folded words: lower case, without accents, with the place of each. What rules and deadlines are looked up in.

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    /// Exactly this one character, as in `12:30`, `l'avocat` or `two-factor`.
    Glue(char),
    /// Space, commas, a line's end.
    Space,
    /// The end of a sentence or paragraph, or of nothing yet.
    Sentence,
}

/// A word's places.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    /// Where its folded form stands in [`Folded::buffer`].
    folded: (usize, usize),
    /// Character offsets in the text.
    pub chars: (usize, usize),
    /// Byte offsets in the text.
    pub bytes: (usize, usize),
    /// What stands before it.
    pub before: Before,
}

/// A text's words in order. One buffer for all of them: a megabyte of text is read in one pass.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    buffer: String,
    words: Vec<Word>,
}

impl Folded {
    /// Splits at everything that is neither letter nor digit.
    pub fn new(text: &str) -> Self {
        let mut all = Self { buffer: String::with_capacity(text.len()), words: Vec::new() };
        let mut open: Option<Word> = None;
        let mut between = Between::default();
        for (at, (byte, c)) in text.char_indices().enumerate() {
            if c.is_ascii_alphanumeric() || (!c.is_ascii() && (c.is_alphanumeric() || (open.is_some() && vanishes(c))))
            {
                let here = all.buffer.len();
                let word = open.get_or_insert_with(|| Word {
                    folded: (here, here),
                    chars: (at, at),
                    bytes: (byte, byte),
                    before: between.verdict(),
                });
                fold(c, &mut all.buffer);
                word.folded.1 = all.buffer.len();
                word.chars.1 = at + 1;
                word.bytes.1 = byte + c.len_utf8();
            } else {
                if let Some(word) = open.take() {
                    between = Between::after(all.text(&word));
                    all.words.push(word);
                }
                between.add(c);
            }
        }
        all.words.extend(open);
        all
    }

    /// The words.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// A word's folded form.
    pub fn text(&self, word: &Word) -> &str {
        self.buffer.get(word.folded.0..word.folded.1).unwrap_or_default()
    }

    /// The folded form of the word at `index`; empty past the end.
    pub fn at(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |w| self.text(w))
    }
}

/// Gathers what stands between two words.
struct Between {
    count: usize,
    only: char,
    stops: bool,
    spaces: bool,
    lines: u8,
    abbreviated: bool,
}

impl Default for Between {
    fn default() -> Self {
        Self { count: 0, only: ' ', stops: true, spaces: true, lines: 0, abbreviated: false }
    }
}

impl Between {
    fn after(word: &str) -> Self {
        let abbreviated = word.bytes().all(|b| b.is_ascii_digit()) || word.chars().count() == 1;
        Self { abbreviated, stops: false, spaces: false, ..Self::default() }
    }

    fn add(&mut self, c: char) {
        self.count += 1;
        self.only = c;
        // "12. März" goes on, and so does "5 p.m. on Friday".
        self.stops |= matches!(c, '!' | '?' | '…' | '¡' | '¿' | '。') || (c == '.' && !self.abbreviated);
        self.spaces |= c.is_whitespace();
        match c {
            '\n' => self.lines = self.lines.saturating_add(1),
            _ if c.is_whitespace() => {}
            _ => self.lines = 0,
        }
        self.stops |= self.lines >= 2;
    }

    fn verdict(&self) -> Before {
        if self.stops && self.spaces {
            Before::Sentence
        } else if self.count == 1 && !self.spaces {
            Before::Glue(self.only)
        } else {
            Before::Space
        }
    }
}

/// Characters that are written inside words and not seen: combining accents, soft hyphens, joiners of no width.
fn vanishes(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Lower case, Latin accents off.
fn fold(c: char, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    if vanishes(c) {
        return;
    }
    for c in c.to_lowercase() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => into.push('a'),
            'ç' => into.push('c'),
            'è' | 'é' | 'ê' | 'ë' => into.push('e'),
            'ì' | 'í' | 'î' | 'ï' => into.push('i'),
            'ñ' => into.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'º' => into.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => into.push('u'),
            'ý' | 'ÿ' => into.push('y'),
            'ß' => into.push_str("ss"),
            'œ' => into.push_str("oe"),
            'æ' => into.push_str("ae"),
            other if vanishes(other) => {}
            other => into.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(String, Before)> {
        let folded = Folded::new(text);
        folded.words().iter().map(|w| (folded.text(w).to_owned(), w.before)).collect()
    }

    #[test]
    fn folds_splits_and_says_what_stood_between() {
        use Before::{Glue, Sentence, Space};
        let own = |list: &[(&str, Before)]| list.iter().map(|(w, b)| ((*w).to_owned(), *b)).collect::<Vec<_>>();
        assert_eq!(
            words("Grüße, l’été!\nÀ 17:30"),
            own(&[
                ("grusse", Sentence),
                ("l", Space),
                ("ete", Glue('’')),
                ("a", Sentence),
                ("17", Space),
                ("30", Glue(':')),
            ])
        );
        assert_eq!(
            words("12. März 2026. Danke"),
            own(&[("12", Sentence), ("marz", Space), ("2026", Space), ("danke", Space),])
        );
        assert_eq!(
            words("no\r\n\r\nyes one\ntwo"),
            own(&[("no", Sentence), ("yes", Sentence), ("one", Space), ("two", Space),])
        );
        assert_eq!(words("e\u{301}te\u{301} la\u{ad}wyer"), own(&[("ete", Sentence), ("lawyer", Space)]));
        assert!(words(" \u{301} .. ").is_empty());
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "Ça va, Öl?";
        let folded = Folded::new(text);
        for word in folded.words() {
            let chars: String = text.chars().skip(word.chars.0).take(word.chars.1 - word.chars.0).collect();
            assert_eq!(text.get(word.bytes.0..word.bytes.1), Some(chars.as_str()));
        }
        assert_eq!(folded.at(2), "ol");
        assert_eq!(folded.at(3), "");
    }
}
