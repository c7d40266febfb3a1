//! Personal data to placeholders and back: the second gate. A model client takes only [`Redacted`]
//! text, and only [`Redactor::redact`] can make it out of text that is not known when compiling.
//!
//! What this crate must never do: send, store or log anything, draw random numbers, or let text
//! through when a detector failed. It knows nothing of tickets, models or databases; whatever is
//! known of a ticket's people is handed in as [`Known`] values.
//!
//! What it promises: every [`Known`] value and every structured identifier that the detectors
//! describe is hidden. What it does not promise: names and addresses that nobody told it, which a
//! few patterns find (greetings, sign-offs, "my name is") and others do not.
//!
//! A placeholder is `email_7QK4M2XD_1`: class, the request's random namespace, a number. Letters,
//! digits and underscores only, because language models copy an identifier whole, while brackets are
//! translated, escaped, doubled or taken for markup. Whatever merely resembles a placeholder in
//! foreign text is itself hidden behind one, so that it comes back literally and never as somebody's
//! data.
//!
//! Start reading at [`Redactor`], then [`find`], then [`Table::restore`].
//!
//! ```
//! use redact::{Class, Known, Namespace, Redactor};
//!
//! let known = vec![Known { class: Class::Person, value: "Anna Lindqvist".into() }];
//! let mut redactor = Redactor::new(Namespace::new([1, 2, 3, 4, 5]), known)?;
//! let question = redactor.redact("Anna wrote from anna@example.com")?;
//! assert_eq!(question.as_str(), "person_04106105_1 wrote from email_04106105_1");
//!
//! let table = redactor.into_table();
//! let answer = table.restore("Dear person_04106105_1, we write to email_04106105_1.")?;
//! assert_eq!(answer.as_str(), "Dear Anna, we write to anna@example.com.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod class;
mod detect;
mod find;
mod known;
mod lexicon;
mod placeholder;
mod redacted;
mod redactor;
mod removal;
pub mod score;
mod table;
mod tokens;
mod view;

pub use class::{Class, UnknownClass};
pub use find::{Detector, Finding, Reach, find, spans};
pub use known::Known;
pub use placeholder::{Namespace, left_over};
pub use redacted::Redacted;
pub use redactor::{MAX_TEXT_BYTES, RedactError, Redactor};
pub use removal::{Removal, RemovalError};
pub use table::{Problem, RestoreError, Restored, Table, TableError};
