//! What a parsed mail is.

use bytes::Bytes;
use serde::Serialize;

/// Bounds on what is kept of one message. Whatever lies beyond is left out and listed as an oddity.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of the raw message that are looked at.
    pub message_bytes: usize,
    /// Bytes of the top header block that are looked at.
    pub header_bytes: usize,
    /// Bytes of one header field.
    pub field_bytes: usize,
    /// Addresses kept of one field.
    pub addresses: usize,
    /// Multiparts within multiparts; what lies deeper is one opaque attachment.
    pub nesting: usize,
    /// Leaf parts.
    pub parts: usize,
    /// Bytes of decoded text, for plain text and HTML each.
    pub text_bytes: usize,
    /// Decoded bytes kept of one attachment.
    pub attachment_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 36 << 20,
            header_bytes: 256 << 10,
            field_bytes: 16 << 10,
            addresses: 200,
            nesting: 100,
            parts: 500,
            text_bytes: 1 << 20,
            attachment_bytes: 25 << 20,
        }
    }
}

/// How a message is read: bounds, and what the desk knows of itself.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Bounds.
    pub limits: Limits,
    /// The authserv-id of the receiving server whose `Authentication-Results` are believed
    /// (RFC 8601). Without one nothing is believed.
    pub authserv_id: Option<String>,
    /// The desk's own addresses; a mail from one of them is a loop, not a requester.
    pub own_addresses: Vec<String>,
}

/// A message's identity, without angle brackets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageId {
    /// From exactly one well-formed `Message-ID` field.
    Given(String),
    /// From the SHA-256 of the raw bytes, so that the same bytes are the same message.
    Synthetic(String),
}

impl MessageId {
    /// The identity, whoever made it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Given(id) | Self::Synthetic(id) => id,
        }
    }
}

/// A mailbox as a header names it. Nothing about it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Display name, cleaned for display.
    pub name: Option<String>,
    /// The address, domain in lower case. May lack an `@` when the header did.
    pub address: String,
}

/// Something about a message that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Oddity {
    /// No `Message-ID`.
    MessageIdMissing,
    /// A `Message-ID` that is none.
    MessageIdMalformed,
    /// More than one `Message-ID`.
    MessageIdDuplicate,
    /// No `From`, or none that could be read as one address.
    SenderUnverifiable,
    /// More than one address in `From`.
    SeveralSenders,
    /// No `Date`, or one that cannot be read.
    DateUnreadable,
    /// No header at all.
    NoHeaders,
    /// Header block or field cut at the limit.
    HeaderCut,
    /// More addresses than are kept.
    AddressesCut,
    /// Message longer than the limit; parts of it were not looked at.
    MessageCut,
    /// Multiparts nested deeper than the limit.
    NestedTooDeep,
    /// More parts than are kept.
    PartsCut,
    /// Text longer than the limit.
    TextCut,
    /// An attachment larger than the limit; its bytes are not here.
    AttachmentWithheld,
    /// A multipart without a usable boundary.
    BoundaryMissing,
    /// A multipart that never ends.
    MultipartUnterminated,
    /// A charset that is not known; read as UTF-8 or Windows-1252.
    CharsetUnknown,
    /// Characters that could not be decoded or stored were replaced by U+FFFD.
    CharactersReplaced,
    /// Base64 or quoted-printable that is broken.
    EncodingBroken,
    /// Text that a person would not have seen was taken out.
    HiddenText,
    /// `Reply-To` names another address than `From`.
    ReplyToDiffers,
}

/// A verdict of the receiving mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The check passed.
    Pass,
    /// The check failed.
    Fail,
    /// Not checked, not conclusive, or nobody whom we believe said so.
    #[default]
    None,
}

/// What the configured receiving server found (RFC 8601).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Authentication {
    /// DMARC for the domain in `From`.
    pub dmarc: Verdict,
    /// SPF.
    pub spf: Verdict,
    /// DKIM: passes when any signature does.
    pub dkim: Verdict,
}

/// Whether trying again could help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permanence {
    /// A 5.x.x status or an action `failed`.
    Permanent,
    /// A 4.x.x status or an action `delayed`.
    Temporary,
    /// The report does not say.
    Unknown,
}

/// Why a mail is not a person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum MachineKind {
    /// Vacation replies, acknowledgements, other automatic mail (RFC 3834).
    AutoReply,
    /// A delivery report (RFC 3464 or one of the older forms).
    Bounce {
        /// Whether it is worth trying again.
        permanence: Permanence,
        /// Enhanced status code, such as `5.1.1` (RFC 3463).
        status: Option<String>,
        /// The address that could not be reached.
        recipient: Option<String>,
        /// `Message-ID` of what was returned, without angle brackets.
        original_message_id: Option<String>,
    },
    /// A read receipt (RFC 8098).
    ReadReceipt,
    /// A spam complaint from a feedback loop (RFC 5965).
    Complaint,
    /// Lists and mass mail.
    Bulk,
    /// Our own mail came back to us.
    OwnLoop,
}

/// Machine mail and what says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// What kind.
    #[serde(flatten)]
    pub kind: MachineKind,
    /// The header field, or the words, that decided; at most 200 characters.
    pub because: String,
}

/// Where the sender wanted an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Within the text, such as an embedded picture.
    Inline,
    /// Beside the text.
    Attached,
}

/// The bytes of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Decoded bytes.
    Kept(Bytes),
    /// Larger than the limit: only size and digest are known.
    Withheld,
}

/// A part that is not text to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name without a path, cleaned, at most 200 characters, never empty.
    pub name: String,
    /// Type by the bytes; the declared one counts only where the bytes are silent.
    pub media_type: String,
    /// Decoded bytes.
    pub content: Content,
    /// Size of the decoded bytes.
    pub size: u64,
    /// SHA-256 of the decoded bytes.
    pub sha256: [u8; 32],
    /// Within the text or beside it.
    pub disposition: Disposition,
}

/// A message, read as far as it can be. No text in it holds U+0000.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedMail {
    /// Identity.
    pub message_id: MessageId,
    /// Ids of `In-Reply-To`, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// Ids of `References`, oldest first, at most the last 100.
    pub references: Vec<String>,
    /// The one author. The requester is made from this field alone, never from `Reply-To`.
    pub from: Option<Address>,
    /// `Sender`.
    pub sender: Option<Address>,
    /// `Reply-To`: a warning when it differs, never an identity.
    pub reply_to: Vec<Address>,
    /// `To`.
    pub to: Vec<Address>,
    /// `Cc`.
    pub cc: Vec<Address>,
    /// Decoded subject on one line, without controls or invisible characters.
    pub subject: String,
    /// `Date` in microseconds since 1970 UTC. The sender's claim.
    pub date: Option<i64>,
    /// How far the sender's clock is ahead of UTC by `Date`, in minutes, -840..=840. The sender's claim.
    pub utc_offset: Option<i64>,
    /// All visible text.
    pub text: String,
    /// The newest part: `text` without quoted mail and signature.
    pub latest: String,
    /// What was quoted.
    pub quoted: Option<String>,
    /// The signature block.
    pub signature: Option<String>,
    /// Sanitised HTML. Shows everything, also what the sender's styles hid.
    pub html: Option<String>,
    /// Text that a person would not have seen. Not part of `text`.
    pub hidden_text: Vec<String>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
    /// Set when a machine wrote this.
    pub machine: Option<Machine>,
    /// What the receiving server found.
    pub authentication: Authentication,
    /// What was odd, sorted, each once.
    pub oddities: Vec<Oddity>,
}
