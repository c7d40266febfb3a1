//! Transfer encodings and charsets, read leniently: broken input gives as much as can be had.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes after the transfer encoding is undone.
pub(crate) struct Decoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) broken: bool,
}

/// Undoes `Content-Transfer-Encoding`. Unknown encodings are taken as none.
pub(crate) fn transfer(encoding: &str, body: &[u8]) -> Decoded {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64(body),
        "quoted-printable" => quoted_printable(body),
        _ => Decoded { bytes: body.to_vec(), broken: false },
    }
}

fn base64(body: &[u8]) -> Decoded {
    let mut out = Decoded { bytes: Vec::with_capacity(body.len() / 4 * 3), broken: false };
    let (mut bits, mut held) = (0u32, 0u32);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                // Padding ends a group; concatenated Base64 goes on with a new one.
                (bits, held) = (0, 0);
                continue;
            }
            b'\r' | b'\n' | b' ' | b'\t' => continue,
            _ => {
                out.broken = true;
                continue;
            }
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    out.broken |= held >= 6;
    out
}

fn quoted_printable(body: &[u8]) -> Decoded {
    let mut out = Decoded { bytes: Vec::with_capacity(body.len()), broken: false };
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.bytes.push(byte);
            continue;
        }
        match after {
            [b'\r', b'\n', tail @ ..] | [b'\n', tail @ ..] => rest = tail,
            [] => {}
            [high, low, tail @ ..] if hex(*high).is_some() && hex(*low).is_some() => {
                let value = hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0);
                out.bytes.push(value);
                rest = tail;
            }
            _ => match soft_break(after) {
                Some(tail) => rest = tail,
                None => {
                    out.bytes.push(b'=');
                    out.broken = true;
                }
            },
        }
    }
    out
}

/// Blanks before the line end of a soft break, which gateways add.
fn soft_break(after: &[u8]) -> Option<&[u8]> {
    let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match after.get(blanks..)? {
        [b'\r', b'\n', tail @ ..] | [b'\n', tail @ ..] if blanks > 0 => Some(tail),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8)
}

/// Text after the charset is undone.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) unknown_charset: bool,
}

/// Decodes text. Without a usable charset: UTF-8 when it is valid, else Windows-1252.
pub(crate) fn charset(name: Option<&str>, bytes: &[u8]) -> Text {
    let name = name.map(|n| n.trim().to_ascii_lowercase()).unwrap_or_default();
    let plain = matches!(name.as_str(), "" | "utf-8" | "utf8" | "us-ascii" | "ascii");
    if !plain && let Some(decoder) = charset_decoder(name.as_bytes()) {
        return Text { text: decoder(bytes), unknown_charset: false };
    }
    let text = match (std::str::from_utf8(bytes), name.starts_with("utf")) {
        (Ok(text), _) => text.to_owned(),
        (Err(_), true) => String::from_utf8_lossy(bytes).into_owned(),
        (Err(_), false) => match charset_decoder(b"windows-1252") {
            Some(decoder) => decoder(bytes),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
    };
    Text { text, unknown_charset: !plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_give_what_can_be_had() {
        let table: [(&str, &[u8], &[u8], bool); 9] = [
            ("base64", b"aGVsbG8=", b"hello", false),
            ("BASE64", b"aGVs\r\nbG8", b"hello", false),
            ("base64", b"aGVs!bG8=", b"hello", true),
            ("base64", b"aGVsbG8=aGVsbG8=", b"hellohello", false),
            ("quoted-printable", b"a=3Db=\r\nc", b"a=bc", false),
            ("quoted-printable", b"a=  \r\nb", b"ab", false),
            ("quoted-printable", b"100=ZZ", b"100=ZZ", true),
            ("quoted-printable", b"end=", b"end", false),
            ("x-unknown", b"as is", b"as is", false),
        ];
        for (encoding, body, want, broken) in table {
            let got = transfer(encoding, body);
            assert_eq!((got.bytes.as_slice(), got.broken), (want, broken), "{encoding} {body:?}");
        }
    }

    #[test]
    fn unknown_charsets_are_marked_and_never_an_error() {
        let table: [(Option<&str>, &[u8], &str, bool); 8] = [
            (None, "grün".as_bytes(), "grün", false),
            (None, b"gr\xfcn", "grün", false),
            (Some("default"), b"gr\xfcn", "grün", true),
            (Some("x-nonsense"), b"plain", "plain", true),
            (Some("iso-8859-1"), b"gr\xfcn", "grün", false),
            (Some("utf-8"), b"a\xffb", "a\u{FFFD}b", false),
            (Some("utf-8"), b"\xed\xa0\x80", "\u{FFFD}\u{FFFD}\u{FFFD}", false),
            (Some("utf-7"), b"gr+APw-n", "grün", false),
        ];
        for (name, bytes, want, unknown) in table {
            let got = charset(name, bytes);
            assert_eq!((got.text.as_str(), got.unknown_charset), (want, unknown), "{name:?}");
        }
    }
}
