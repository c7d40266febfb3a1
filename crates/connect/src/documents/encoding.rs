//! Bytes to text: a byte order mark, what the carrier or the page says, UTF-8 where it is that, and a guess last.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// Bytes of a page in which it may name its encoding (as browsers look).
const HEAD: usize = 1024;

/// Decodes text; `html` looks for the page's own word.
///
/// # Errors
/// One sentence when it is no text.
pub fn decode(bytes: &[u8], charset: Option<&str>, html: bool) -> Result<String, String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return without_faults(encoding, bytes.get(mark..).unwrap_or_default());
    }
    if bytes.contains(&0) {
        return Err("It is not text; save it as UTF-8.".to_owned());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let named =
        charset.map(|c| c.trim_matches(['"', '\'', ' ']).to_owned()).or_else(|| html.then(|| in_page(bytes))?);
    let said = named.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|e| *e != UTF_8);
    if let Some(text) = said.and_then(|encoding| without_faults(encoding, bytes).ok()) {
        return Ok(text);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    without_faults(detector.guess(None, Utf8Detection::Deny), bytes)
}

fn without_faults(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, String> {
    let (text, faults) = encoding.decode_without_bom_handling(bytes);
    if faults || text.contains('\0') {
        return Err("Its encoding cannot be told; save it as UTF-8.".to_owned());
    }
    Ok(text.into_owned())
}

/// `charset=` in the first bytes of a page.
fn in_page(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..HEAD.min(bytes.len()))?).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label = after.trim_start_matches(['"', '\'']);
    let label = label.split(['"', '\'', ' ', '>', ';', '/']).next()?;
    Some(label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_say_grüße_reads_the_same() {
        let text = "Grüße aus Köln, die Erstattung dauert drei Tage und läuft über das Konto.";
        let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let with_mark = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        for (bytes, charset) in [
            (text.as_bytes(), None),
            (text.as_bytes(), Some("iso-8859-1")),
            (&with_mark, None),
            (&utf16, None),
            (&latin, Some("\"windows-1252\"")),
            (&latin, Some("utf-8")),
            (&latin, Some("no-such-thing")),
            (&latin, None),
        ] {
            assert_eq!(decode(bytes, charset, false).as_deref(), Ok(text), "{charset:?}");
        }
        let page =
            [b"<meta charset='windows-1251'><p>".as_slice(), &encoding_rs::WINDOWS_1251.encode("Возврат").0].concat();
        assert!(decode(&page, None, true).expect("a page").contains("Возврат"));
        assert!(decode(b"\x00\x01\x02", None, false).is_err());
    }
}
