//! Taking words out of texts for good, wherever it stands in them.

use regex::{NoExpand, Regex, RegexBuilder};

use crate::lexicon::{self, Marks};
use crate::view::folded;

/// Bytes of words at most.
const WORDS_BYTES: usize = 8 << 10;

/// Why words cannot be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RemovalError {
    /// Less than two letters or digits: it would be taken out of too many words.
    #[error("choose at least two letters or digits")]
    TooShort,
    /// More than 8 KiB.
    #[error("choose at most 8 KiB of text at once")]
    TooLong,
}

/// Words that are looked for in every way that texts keep them: other white space, quoted lines, the escapes of JSON and HTML.
pub struct Removal {
    whole: Regex,
    /// Its telling words, one by one; none where all are everyday ones.
    pieces: Option<Regex>,
}

/// Letters and digits from which on a word tells something by itself.
const PIECE_LETTERS: usize = 4;

impl Removal {
    /// # Errors
    /// [`RemovalError`].
    pub fn new(words: &str) -> Result<Self, RemovalError> {
        if words.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
            return Err(RemovalError::TooShort);
        }
        if words.len() > WORDS_BYTES {
            return Err(RemovalError::TooLong);
        }
        let telling: Vec<String> = words.split_whitespace().filter_map(piece).collect();
        let words: Vec<String> = words.split_whitespace().map(|word| word.chars().map(spelt).collect()).collect();
        // White space, signs of quoting, line breaks as JSON and HTML write them.
        let pattern = words.join(r"(?:[\s>]|\\[nrt]|&gt;|&nbsp;|<br ?/?>){1,64}");
        let made =
            |pattern: &str| RegexBuilder::new(pattern).size_limit(64 << 20).build().map_err(|_| RemovalError::TooLong);
        let whole = made(&pattern)?;
        let pieces = if telling.is_empty() { None } else { Some(made(&format!(r"(?i)(?:{})", telling.join("|")))?) };
        Ok(Self { whole, pieces })
    }

    /// How often it stands there.
    pub fn count(&self, text: &str) -> usize {
        self.whole.find_iter(text).count()
    }

    /// The text with `mark` in its place; none when it does not stand there.
    pub fn remove(&self, text: &str, mark: &str) -> Option<String> {
        self.whole.is_match(text).then(|| self.whole.replace_all(text, NoExpand(mark)).into_owned())
    }

    /// The same for what a machine made of a text that held it: there its words may stand one by one, so each that is no everyday
    /// word goes.
    pub fn remove_pieces(&self, text: &str, mark: &str) -> Option<String> {
        let whole = self.remove(text, mark);
        let pieces = self.pieces.as_ref().filter(|pieces| pieces.is_match(whole.as_deref().unwrap_or(text)));
        match pieces {
            Some(pieces) => Some(pieces.replace_all(whole.as_deref().unwrap_or(text), NoExpand(mark)).into_owned()),
            None => whole,
        }
    }
}

/// The pattern of a word that tells something by itself.
fn piece(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let long = word.chars().filter(|c| c.is_alphanumeric()).count() >= PIECE_LETTERS;
    // Words of letters such as "thanks" stand in the list of what is nobody's name, not among the everyday ones.
    let said_by_all = Marks::ENGLISH | Marks::NOBODY;
    let everyday = !word.bytes().any(|b| b.is_ascii_digit()) && lexicon::marks(&folded(word)).any(said_by_all);
    (long && !everyday).then(|| word.chars().map(spelt).collect())
}

/// A sign as it may be written.
fn spelt(c: char) -> String {
    match c {
        '"' => r#"(?:\\?"|&quot;|&#34;)"#.to_owned(),
        '\'' => "(?:'|&#39;|&apos;|&#x27;)".to_owned(),
        '&' => "(?:&amp;|&)".to_owned(),
        '<' => "(?:<|&lt;)".to_owned(),
        '>' => "(?:>|&gt;)".to_owned(),
        '\\' => r"\\{1,2}".to_owned(),
        c => regex::escape(c.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_words_is_found_however_a_text_keeps_it() {
        let removal = Removal::new("card 4111\n1111, \"mine\" & yours").expect("a removal");
        for text in [
            "my card 4111 1111, \"mine\" & yours!",
            "> my card 4111\n> 1111, \"mine\"\n> & yours!",
            r#"my card 4111\n1111, \"mine\" & yours!"#,
            "my card 4111<br>1111, &quot;mine&quot; &amp; yours!",
        ] {
            assert_eq!(
                removal.remove(text, "[removed]").as_deref().map(|t| t.trim_start_matches("> ")),
                Some("my [removed]!"),
                "{text}"
            );
        }
        assert_eq!(removal.remove("my card 4111 1112", "x"), None);
        assert_eq!(Removal::new("$1").err(), Some(RemovalError::TooShort));
        let removal = Removal::new("my code is zanzibar-4111 1111, thanks").expect("a removal");
        assert_eq!(removal.remove_pieces(r#"["zanzibar-4111","my code"]"#, "*").as_deref(), Some(r#"["*","my code"]"#));
        assert_eq!(removal.remove_pieces("thanks, my code is there", "*"), None);
        // A mark is text, whatever it looks like.
        assert_eq!(Removal::new("ab").expect("a removal").remove("ab", "$0$0").as_deref(), Some("$0$0"));
    }
}
