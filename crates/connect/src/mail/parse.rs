//! From raw bytes to [`ParsedMail`].

use mail_parser::{Address as Addresses, HeaderName, MessageParser};
use sha2::{Digest, Sha256};

use super::attachment::{attachment, is_file};
use super::clean::{clean, display_line};
use super::fields::{Fields, message_id, message_ids};
use super::machine::Signs;
use super::structure::{Leaf, LeafKind, leaves, parameter};
use super::types::{Address, Attachment, Content, Limits, MessageId, Oddity, ParsedMail, Settings};
use super::{authentication, decode, html, machine, reply};

/// Ids kept of `References`; the last ones are the nearest.
const MAX_REFERENCES: usize = 100;

/// Reads a message. Never fails: whatever is wrong with it is listed in its oddities, and the text is
/// the best that can be had. Time and memory are linear in the size of the message.
///
/// ```
/// use connect::mail::{Settings, parse};
///
/// let mail = parse(b"From: Ann <ann@example.com>\r\nSubject: Help\r\n\r\nIt broke.\r\n", &Settings::default());
/// assert_eq!(mail.from.map(|f| f.address).as_deref(), Some("ann@example.com"));
/// assert_eq!(mail.latest, "It broke.");
/// ```
pub fn parse(raw: &[u8], settings: &Settings) -> ParsedMail {
    let limits = &settings.limits;
    let mut odd = Vec::new();
    if raw.len() > limits.message_bytes {
        odd.push(Oddity::MessageCut);
    }
    let seen = raw.get(..limits.message_bytes).unwrap_or(raw);
    let fields = Fields::read(header_block(seen), limits);
    if fields.is_empty() {
        odd.push(Oddity::NoHeaders);
    }
    if fields.cut {
        odd.push(Oddity::HeaderCut);
    }
    let (parts, structure_oddities) = leaves(seen, limits);
    odd.extend(structure_oddities);
    let head = Head::read(&fields, limits, &mut odd);
    let body = Body::read(&parts, limits, &mut odd);
    let split = reply::split_reply(&body.text);
    let signs =
        Signs { fields: &fields, leaves: &parts, from: head.from.as_ref(), subject: &head.subject, text: &body.text };
    let machine = machine::recognise(&signs, settings);
    let domain = head.from.as_ref().and_then(|f| f.address.rsplit_once('@')).map(|(_, d)| d);
    let authentication = authentication::read(&fields, settings.authserv_id.as_deref(), domain);
    odd.sort_unstable();
    odd.dedup();
    ParsedMail {
        message_id: head.message_id.unwrap_or_else(|| synthetic(raw)),
        in_reply_to: fields.all("in-reply-to").flat_map(message_ids).take(MAX_REFERENCES).collect(),
        references: references(&fields),
        from: head.from,
        sender: head.sender,
        reply_to: head.reply_to,
        to: head.to,
        cc: head.cc,
        subject: head.subject,
        date: head.date,
        utc_offset: head.utc_offset,
        latest: split.latest,
        quoted: split.quoted,
        signature: split.signature,
        text: body.text,
        html: body.html,
        hidden_text: body.hidden,
        attachments: body.attachments,
        machine,
        authentication,
        oddities: odd,
    }
}

fn header_block(raw: &[u8]) -> &[u8] {
    let mut at = 0;
    for line in raw.split_inclusive(|b| *b == b'\n') {
        if line.iter().all(u8::is_ascii_whitespace) {
            break;
        }
        at += line.len();
    }
    raw.get(..at).unwrap_or(raw)
}

fn synthetic(raw: &[u8]) -> MessageId {
    let digest = Sha256::digest(raw);
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    MessageId::Synthetic(format!("sha256.{hex}@raw.invalid"))
}

fn references(fields: &Fields) -> Vec<String> {
    let all: Vec<String> = fields.all("references").flat_map(message_ids).collect();
    let skip = all.len().saturating_sub(MAX_REFERENCES);
    all.into_iter().skip(skip).collect()
}

/// No zone on earth is further from UTC, in minutes.
const OFFSET_MINUTES_MAX: i64 = 14 * 60;

struct Head {
    message_id: Option<MessageId>,
    from: Option<Address>,
    sender: Option<Address>,
    reply_to: Vec<Address>,
    to: Vec<Address>,
    cc: Vec<Address>,
    subject: String,
    date: Option<i64>,
    utc_offset: Option<i64>,
}

impl Head {
    fn read(fields: &Fields, limits: &Limits, odd: &mut Vec<Oddity>) -> Self {
        let block = fields.block();
        let message = MessageParser::default().parse_headers(&block).unwrap_or_default();
        // The parser's own accessors index the root part, which a message without fields has not.
        let parsed = message.parts.first().map(|p| p.headers.as_slice()).unwrap_or_default();
        let values = |name: HeaderName<'static>| parsed.iter().filter(move |h| h.name == name).map(|h| &h.value);
        let mut list = |name| addresses(values(name).filter_map(|v| v.as_address()), limits, odd);
        let from = list(HeaderName::From);
        let sender = list(HeaderName::Sender).into_iter().next();
        let reply_to = list(HeaderName::ReplyTo);
        let (to, cc) = (list(HeaderName::To), list(HeaderName::Cc));
        if from.len() > 1 {
            odd.push(Oddity::SeveralSenders);
        }
        let from = from.into_iter().next();
        if !from.as_ref().is_some_and(|f| verifiable(&f.address)) {
            odd.push(Oddity::SenderUnverifiable);
        }
        if from.as_ref().is_some_and(|f| reply_to.iter().any(|r| !r.address.eq_ignore_ascii_case(&f.address))) {
            odd.push(Oddity::ReplyToDiffers);
        }
        let subject = values(HeaderName::Subject).find_map(|v| v.as_text()).unwrap_or_default();
        if subject.contains('\u{FFFD}') {
            odd.push(Oddity::CharactersReplaced);
        }
        if !clean(subject).hidden.is_empty() {
            odd.push(Oddity::HiddenText);
        }
        let dated = values(HeaderName::Date).find_map(|v| v.as_datetime()).filter(|d| d.is_valid());
        // "-0000" says that the sender's zone is not known; servers that hide zones write UTC the same way.
        let utc_offset = dated
            .map(|d| {
                let minutes = i64::from(d.tz_hour) * 60 + i64::from(d.tz_minute);
                if d.tz_before_gmt { -minutes } else { minutes }
            })
            .filter(|minutes| minutes.abs() <= OFFSET_MINUTES_MAX);
        let date = dated.map(mail_parser::DateTime::to_timestamp);
        let date = date.and_then(|seconds| seconds.checked_mul(1_000_000));
        if date.is_none() {
            odd.push(Oddity::DateUnreadable);
        }
        let message_id = message_id(fields).map_err(|oddity| odd.push(oddity)).ok();
        Self {
            message_id: message_id.map(MessageId::Given),
            from,
            sender,
            reply_to,
            to,
            cc,
            subject: display_line(subject, 500),
            date,
            utc_offset,
        }
    }
}

fn addresses<'a>(
    found: impl Iterator<Item = &'a Addresses<'a>>,
    limits: &Limits,
    odd: &mut Vec<Oddity>,
) -> Vec<Address> {
    let mut out = Vec::new();
    for one in found.flat_map(Addresses::iter) {
        let Some(address) = one.address.as_deref().or(one.name.as_deref()) else { continue };
        if out.len() >= limits.addresses {
            odd.push(Oddity::AddressesCut);
            break;
        }
        let name = one.name.as_deref().filter(|_| one.address.is_some());
        let name = name.map(|n| display_line(n, 200)).filter(|n| !n.is_empty());
        let address = normal_address(&display_line(address, 320));
        if !address.is_empty() {
            out.push(Address { name, address });
        }
    }
    out
}

/// Domains are case-insensitive, local parts are not ours to change.
fn normal_address(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
        None => address.to_owned(),
    }
}

/// An address that a receiving server can have checked: ASCII, one `@`, a domain with a dot.
fn verifiable(address: &str) -> bool {
    super::fields::well_formed(address)
        && address.is_ascii()
        && address.split_once('@').is_some_and(|(_, domain)| domain.contains('.') && !domain.ends_with('.'))
}

#[derive(Default)]
struct Body {
    text: String,
    html: Option<String>,
    hidden: Vec<String>,
    attachments: Vec<Attachment>,
}

impl Body {
    fn read(parts: &[Leaf<'_>], limits: &Limits, odd: &mut Vec<Oddity>) -> Self {
        let mut out = Self::default();
        let (mut plain, mut rich) = (Vec::new(), Vec::new());
        for leaf in parts {
            let decoded =
                decode::transfer(leaf.fields.first("content-transfer-encoding").unwrap_or_default(), leaf.body);
            if decoded.broken {
                odd.push(Oddity::EncodingBroken);
            }
            if leaf.kind == LeafKind::Other || is_file(leaf) {
                let number = out.attachments.len() + 1;
                let file = attachment(leaf, number, decoded.bytes, limits.attachment_bytes);
                if file.content == Content::Withheld {
                    odd.push(Oddity::AttachmentWithheld);
                }
                out.attachments.push(file);
                continue;
            }
            let text = read_text(leaf, &decoded.bytes, limits, odd);
            match leaf.kind {
                LeafKind::Html => rich.push((leaf.in_alternative, text)),
                _ => plain.push((leaf.in_alternative, text)),
            }
        }
        out.assemble(&plain, &rich, limits, odd);
        out
    }

    /// Plain text is what a person reads. HTML is read for text where it has no plain form beside it.
    fn assemble(&mut self, plain: &[(bool, String)], rich: &[(bool, String)], limits: &Limits, odd: &mut Vec<Oddity>) {
        let mut pieces = Vec::new();
        let has_plain_form = plain.iter().any(|(alternative, text)| *alternative && !text.trim().is_empty());
        pieces.extend(plain.iter().map(|(_, text)| text.clone()));
        for (alternative, source) in rich {
            let read = html::html_to_text(source);
            self.hidden.extend(read.hidden.iter().map(|h| clean(h).text));
            if !(*alternative && has_plain_form) {
                pieces.push(read.visible);
            }
        }
        let joined = pieces
            .iter()
            .map(|p| p.trim_matches(['\n', '\r']))
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
        let cleaned = clean(&joined);
        self.hidden.extend(cleaned.hidden);
        self.hidden.truncate(100);
        if cleaned.replaced {
            odd.push(Oddity::CharactersReplaced);
        }
        if !self.hidden.is_empty() {
            odd.push(Oddity::HiddenText);
        }
        self.text = cleaned.text.trim_end().to_owned();
        if self.text.len() > limits.text_bytes {
            odd.push(Oddity::TextCut);
            self.text = cut(&self.text, limits.text_bytes).to_owned();
        }
        let source = rich.iter().map(|(_, s)| s.as_str()).collect::<Vec<_>>().join("\n");
        if !source.is_empty() {
            self.html = Some(html::sanitise_html(cut(&source, limits.text_bytes)));
        }
    }
}

fn read_text(leaf: &Leaf<'_>, bytes: &[u8], limits: &Limits, odd: &mut Vec<Oddity>) -> String {
    if bytes.len() > limits.text_bytes {
        odd.push(Oddity::TextCut);
    }
    let bytes = bytes.get(..limits.text_bytes).unwrap_or(bytes);
    let name = leaf.fields.first("content-type").and_then(|v| parameter(v, "charset"));
    let decoded = decode::charset(name.as_deref(), bytes);
    if decoded.unknown_charset {
        odd.push(Oddity::CharsetUnknown);
    }
    decoded.text
}

fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}
