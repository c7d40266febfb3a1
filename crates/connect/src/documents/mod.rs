//! Documents of knowledge sources: bytes to Markdown with a title, pure.
//!
//! Nothing is fetched or opened here beyond the bytes handed in: no archive, no link, no picture. What cannot be read is
//! [`Refused`] with one sentence for its owner. What a page hides from its readers is left out of the text and listed.

mod encoding;
mod front;
mod html;
mod markdown;
pub mod pdf;

use desk::{Digest, knowledge::Audience, source::Use};

/// Longest file that is read, in bytes.
pub const FILE_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Longest text of a document, in bytes.
pub const TEXT_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest title, in characters; a longer one is cut.
const TITLE_CHARS_MAX: usize = 200;

/// What a document says of itself. Empty and none where it says nothing: then its source's words hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// Title.
    pub title: Option<String>,
    /// Product word.
    pub product: Option<String>,
    /// Product versions it applies to, in words.
    pub versions: Option<String>,
    /// Region it holds for, in words.
    pub region: Option<String>,
    /// Who may read it.
    pub audience: Option<Audience>,
    /// What it may be used for.
    pub purposes: Option<Vec<Use>>,
    /// The address that it calls its own.
    pub canonical: Option<String>,
}

/// A document as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Path from the source's root, or address.
    pub place: String,
    /// One line of 1 to 200 characters.
    pub title: String,
    /// Markdown, at most [`TEXT_BYTES_MAX`] bytes.
    pub text: String,
    /// What it says of itself.
    pub meta: Meta,
    /// Words that styles hide from a reader of the page, each shortened to 200 characters; they are not in `text`.
    pub hidden: Vec<String>,
    /// Of everything above but the place: changes when the document does.
    pub hash: Digest,
    /// Of title and text alone: two documents with the same one are the same document.
    pub content: Digest,
}

/// A document that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Path from the source's root, or address.
    pub place: String,
    /// One sentence: what is wrong and what to do.
    pub why: String,
}

/// What became of a place that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was read.
    Read(Box<Document>),
    /// It says that it is what it was.
    Unchanged,
    /// It is listed and not there.
    Gone,
    /// It cannot be taken, in one sentence.
    Refused(String),
}

/// A place that was looked at, with what it said about its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Path from the source's root, or address.
    pub place: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Its state's name and date, as a web server gives them.
    pub validators: Validators,
}

/// How a web server names the state of a page: asked with them, it may say that nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// `ETag`, as given.
    pub etag: Option<String>,
    /// `Last-Modified`, as given.
    pub modified: Option<String>,
}

/// Why a whole source cannot be read: one sentence. Nothing may be concluded about any document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Markdown,
    Html,
    Text,
    Pdf,
}

/// Whether a name is that of a document, or of something that people take for one: an archive or an office file is
/// refused with a sentence, a picture or a program is nobody's concern.
#[must_use]
pub fn is_document(place: &str) -> bool {
    kind_of_name(place).is_some() || foreign(place).is_some()
}

/// Reads one document. `media_type` is what the carrier says, such as `text/html; charset=utf-8`; empty when it says
/// nothing, then the name's ending counts.
///
/// # Errors
/// [`Refused`] with one sentence.
pub fn read(place: &str, bytes: &[u8], media_type: &str) -> Result<Document, Refused> {
    take(place, bytes, media_type).map_err(|why| Refused { place: place.to_owned(), why })
}

fn take(place: &str, bytes: &[u8], media_type: &str) -> Result<Document, String> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(format!("It is larger than {} MB; split it.", FILE_BYTES_MAX >> 20));
    }
    if let Some(why) = archive(bytes).or_else(|| if media_type.is_empty() { foreign(place) } else { None }) {
        return Err(why.to_owned());
    }
    let kind = kind(place, bytes, media_type).ok_or("It is neither Markdown, HTML, plain text nor PDF.")?;
    let charset = media_type.split(';').skip(1).find_map(|p| p.trim().strip_prefix("charset="));
    let decoded = |html| encoding::decode(bytes, charset, html);
    let (body, mut meta, hidden) = match kind {
        Kind::Pdf => (pdf::text(bytes)?, Meta::default(), Vec::new()),
        Kind::Html => html::read(&decoded(true)?),
        Kind::Markdown => {
            let text = decoded(false)?;
            let (meta, body) = front::split(&text)?;
            (markdown::tidy(body), meta, Vec::new())
        }
        Kind::Text => (markdown::tidy(&decoded(false)?), Meta::default(), Vec::new()),
    };
    if !body.chars().any(char::is_alphanumeric) {
        return Err("It holds no words.".to_owned());
    }
    if body.len() > TEXT_BYTES_MAX {
        return Err(format!("Its text is longer than {} MB; split it.", TEXT_BYTES_MAX >> 20));
    }
    let title = title(&meta, &body, kind, place);
    meta.title = None;
    let content = Digest::of_fields("countersign/document/1", &[title.as_bytes(), body.as_bytes()]);
    let said = format!("{meta:?}{hidden:?}");
    let hash = Digest::of_fields("countersign/document-state/1", &[content.as_bytes(), said.as_bytes()]);
    Ok(Document { place: place.to_owned(), title, text: body, meta, hidden, hash, content })
}

fn kind(place: &str, bytes: &[u8], media_type: &str) -> Option<Kind> {
    if bytes.starts_with(b"%PDF-") {
        return Some(Kind::Pdf);
    }
    match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" => kind_of_name(place),
        "text/html" | "application/xhtml+xml" => Some(Kind::Html),
        "text/markdown" => Some(Kind::Markdown),
        "text/plain" => Some(kind_of_name(place).filter(|k| *k == Kind::Markdown).unwrap_or(Kind::Text)),
        "application/pdf" => Some(Kind::Pdf),
        _ => None,
    }
}

fn ending(place: &str) -> String {
    let name = place.rsplit('/').next().unwrap_or(place);
    name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

fn kind_of_name(place: &str) -> Option<Kind> {
    match ending(place).as_str() {
        "md" | "markdown" | "mdown" | "mdx" => Some(Kind::Markdown),
        "html" | "htm" | "xhtml" => Some(Kind::Html),
        "txt" | "text" | "rst" | "adoc" => Some(Kind::Text),
        "pdf" => Some(Kind::Pdf),
        _ => None,
    }
}

/// Files that hold documents and are not read.
fn foreign(place: &str) -> Option<&'static str> {
    match ending(place).as_str() {
        "zip" | "gz" | "tgz" | "tar" | "bz2" | "xz" | "7z" | "rar" | "zst" => Some(ARCHIVE),
        "doc" | "docx" | "odt" | "ppt" | "pptx" | "xls" | "xlsx" | "rtf" | "epub" => {
            Some("It is an office file; save it as PDF, HTML or Markdown.")
        }
        _ => None,
    }
}

const ARCHIVE: &str = "It is an archive, and archives are not opened; put the files in it beside it.";

fn archive(bytes: &[u8]) -> Option<&'static str> {
    let marks: [&[u8]; 6] =
        [b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"\x28\xb5\x2f\xfd"];
    marks.iter().any(|mark| bytes.starts_with(mark)).then_some(ARCHIVE)
}

/// Its own title, its first heading, or its file's name.
fn title(meta: &Meta, body: &str, kind: Kind, place: &str) -> String {
    let heading = || {
        let first = body.lines().find(|line| line.starts_with('#') && matches!(kind, Kind::Markdown | Kind::Html))?;
        Some(first.trim_start_matches('#').trim().to_owned())
    };
    let name = || {
        let path = place.split(['?', '#']).next().unwrap_or(place).trim_end_matches('/');
        let name = path.rsplit('/').next().unwrap_or(path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace(['-', '_'], " ")
    };
    let named = meta.title.clone().into_iter().chain(heading()).find_map(|t| one_line(&t));
    named.or_else(|| one_line(&name())).unwrap_or_else(|| "Untitled".to_owned())
}

fn one_line(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = words.chars().take(TITLE_CHARS_MAX).collect();
    Some(cut.trim().to_owned()).filter(|title| !title.is_empty())
}
