//! Attachments: a name that is only a name, and a type that the bytes support.

use bytes::Bytes;
use mail_parser::{MessageParser, MimeHeaders};
use sha2::{Digest, Sha256};

use super::clean::display_line;
use super::fields::Fields;
use super::structure::Leaf;
use super::types::{Attachment, Content, Disposition};

/// Makes an attachment of a part.
pub(crate) fn attachment(leaf: &Leaf<'_>, number: usize, bytes: Vec<u8>, limit: usize) -> Attachment {
    let media_type = media_type(&bytes, &leaf.media_type);
    let declared = declared_name(&leaf.fields);
    let disposition = leaf.fields.first("content-disposition").unwrap_or_default().to_ascii_lowercase();
    let inline =
        disposition.starts_with("inline") || disposition.is_empty() && leaf.fields.first("content-id").is_some();
    Attachment {
        name: declared
            .and_then(|name| clean_name(&name))
            .unwrap_or_else(|| format!("attachment-{number}.{}", extension(&media_type))),
        size: bytes.len() as u64,
        sha256: Sha256::digest(&bytes).into(),
        content: if bytes.len() > limit { Content::Withheld } else { Content::Kept(Bytes::from(bytes)) },
        media_type,
        disposition: if inline { Disposition::Inline } else { Disposition::Attached },
    }
}

/// Whether a text part is meant as a file rather than to be read.
pub(crate) fn is_file(leaf: &Leaf<'_>) -> bool {
    let disposition = leaf.fields.first("content-disposition").unwrap_or_default().to_ascii_lowercase();
    disposition.starts_with("attachment") || declared_name(&leaf.fields).is_some()
}

fn declared_name(fields: &Fields) -> Option<String> {
    // Only the fields: the parser is never given the part itself.
    let block = fields.block();
    let message = MessageParser::default().parse_headers(&block)?;
    message.parts.first()?.attachment_name().map(str::to_owned)
}

/// The last path component without anything that a file system or a reader could mistake.
pub(crate) fn clean_name(raw: &str) -> Option<String> {
    let shown = display_line(raw, 65_536);
    let last = shown.rsplit(['/', '\\']).next()?;
    let safe: String = last
        .chars()
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '&' | '\'') { '_' } else { c })
        .collect();
    let safe = safe.trim_matches(['.', ' ']);
    let length = safe.chars().count();
    if length <= 200 {
        return (!safe.is_empty()).then(|| safe.to_owned());
    }
    let ending: String = match safe.rsplit_once('.') {
        Some((_, end)) if end.chars().count() <= 10 => format!(".{end}"),
        _ => String::new(),
    };
    let stem: String = safe.chars().take(200 - ending.chars().count()).collect();
    Some(stem + &ending)
}

/// The type by the first bytes. Markup that a browser would run is always called by its name,
/// whatever was declared.
pub(crate) fn media_type(bytes: &[u8], declared: &str) -> String {
    const MAGIC: [(&[u8], &str); 13] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"\x1f\x8b", "application/gzip"),
        (b"MZ", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF", "application/x-elf"),
        (b"{\\rtf", "application/rtf"),
        (b"BM", "image/bmp"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!", "application/vnd.rar"),
        (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    ];
    if let Some((_, found)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return (*found).to_owned();
    }
    if bytes.starts_with(b"PK\x03\x04") {
        let office = declared.starts_with("application/vnd.openxmlformats-officedocument.")
            || declared.starts_with("application/vnd.oasis.opendocument.");
        return if office { declared.to_owned() } else { "application/zip".to_owned() };
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return "image/webp".to_owned();
    }
    if let Some(markup) = markup(bytes) {
        return markup.to_owned();
    }
    let unproven = ["image/", "video/", "application/pdf", "text/html", "multipart/"];
    let text = std::str::from_utf8(bytes).is_ok_and(|t| !t.contains('\0'));
    match declared {
        "message/rfc822" | "message/delivery-status" | "text/calendar" | "text/csv" | "application/json" => {
            declared.to_owned()
        }
        _ if text && !bytes.is_empty() => "text/plain".to_owned(),
        d if d.starts_with("audio/") || d.starts_with("application/") && !unproven.contains(&d) => d.to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

fn markup(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let head = head.trim_start_matches(['\u{feff}', '\u{fffd}', ' ', '\r', '\n', '\t', '\0']);
    if !head.starts_with('<') {
        return None;
    }
    if head.contains("<svg") {
        return Some("image/svg+xml");
    }
    let html =
        ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<img", "<div", "<p", "<a ", "<table"];
    if html.iter().any(|tag| head.contains(tag)) {
        return Some("text/html");
    }
    head.starts_with("<?xml").then_some("application/xml")
}

fn extension(media_type: &str) -> &str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "application/pdf" => "pdf",
        "application/zip" => "zip",
        "text/plain" => "txt",
        "text/html" => "html",
        "message/rfc822" => "eml",
        "text/calendar" => "ics",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_only_names() {
        let long = "x".repeat(4000) + ".pdf";
        let table = [
            ("../../etc/passwd", Some("passwd")),
            ("C:\\temp\\bill.pdf", Some("bill.pdf")),
            ("\u{200b}.htaccess", Some("htaccess")),
            ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
            ("a\r\nContent-Type: text/html", Some("html")),
            ("..", None),
            ("", None),
        ];
        for (raw, want) in table {
            assert_eq!(clean_name(raw).as_deref(), want, "{raw:?}");
        }
        let got = clean_name(&long).unwrap_or_default();
        assert_eq!((got.chars().count(), got.ends_with(".pdf")), (200, true));
    }

    #[test]
    fn types_come_from_the_bytes() {
        let table: [(&[u8], &str, &str); 9] = [
            (b"<html><script>1</script>", "image/png", "text/html"),
            (b"<?xml version=\"1.0\"?><svg onload=x>", "image/svg+xml; x", "image/svg+xml"),
            (b"  <!DOCTYPE html><html xmlns=x>", "application/pdf", "text/html"),
            (b"\x89PNG\r\n\x1a\n....", "text/html", "image/png"),
            (b"%PDF-1.7", "text/plain", "application/pdf"),
            (b"hello", "image/png", "text/plain"),
            (b"\x00\x01\x02", "image/png", "application/octet-stream"),
            (b"PK\x03\x04..", "text/html", "application/zip"),
            (b"", "", "application/octet-stream"),
        ];
        for (bytes, declared, want) in table {
            assert_eq!(media_type(bytes, declared), want, "{declared}");
        }
    }
}
