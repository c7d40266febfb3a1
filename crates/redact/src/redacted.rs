//! Text that may be shown to a model.

use std::fmt;

/// Text in which personal data is hidden. Only [`crate::Redactor::redact`] makes it from text that
/// comes from outside; the rest is fixed text of the program and what was joined from such pieces.
///
/// ```compile_fail
/// let text: redact::Redacted = String::from("anna@example.com").into();
/// ```
/// ```compile_fail
/// let text = redact::Redacted("anna@example.com".to_owned());
/// ```
/// ```compile_fail
/// let text: redact::Redacted = "anna@example.com".parse().unwrap();
/// ```
/// ```compile_fail
/// let text = redact::Redacted::default();
/// ```
/// Text known only when running is no fixed text:
/// ```compile_fail
/// let outside = String::from("anna@example.com");
/// let text = redact::Redacted::fixed(&outside);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted(String);

impl Redacted {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// Text that stands in the program itself.
    pub fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// Joins pieces. Where a placeholder could run together with the next piece, a space parts them.
    pub fn concat(pieces: &[Self]) -> Self {
        let mut joined = String::new();
        for piece in pieces {
            let glued = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '\\';
            if joined.ends_with(glued) && piece.0.starts_with(glued) {
                joined.push(' ');
            }
            joined.push_str(&piece.0);
        }
        Self(joined)
    }

    /// The text, to send or to show.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redacted({:?})", self.0)
    }
}
