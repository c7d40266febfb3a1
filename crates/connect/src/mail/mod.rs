//! Mail from raw bytes to plain data.
//!
//! [`parse`] never fails: a broken message is still a message from somebody who waits for an answer.
//! What was odd about it is listed in [`ParsedMail::oddities`]; the raw bytes stay with the caller.

mod attachment;
mod authentication;
mod clean;
mod decode;
mod fields;
pub(crate) mod html;
pub mod imap;
mod machine;
pub mod mbox;
mod parse;
mod reply;
pub mod sources;
mod structure;
mod types;
mod written;

pub use clean::display_line;
pub use html::{HtmlText, html_to_text, sanitise_html};
pub use parse::parse;
pub use reply::{ReplyParts, split_reply};
pub use types::{
    Address, Attachment, Authentication, Content, Disposition, Limits, Machine, MachineKind, MessageId, Oddity,
    ParsedMail, Permanence, Settings, Verdict,
};
pub use written::{Written, WrittenFile, compose};
