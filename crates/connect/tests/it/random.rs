//! Anything may arrive.

use connect::mail::{Settings, parse, sanitise_html, split_reply};
use proptest::prelude::*;

const SEED: &[u8] = b"From: Ann <ann@example.com>\r\nSubject: =?utf-8?q?gr=C3=BCn?=\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p style=3D\"color:white\">a=E4</p>\r\n--b\r\nContent-Type: application/pdf; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--b--\r\n";

fn check(raw: &[u8]) {
    let mail = parse(raw, &Settings::default());
    let texts = [&mail.text, &mail.latest, &mail.subject];
    assert!(texts.iter().all(|t| !t.contains('\0')));
    assert!(mail.html.is_none_or(|h| !h.contains('\0')));
    assert!(mail.attachments.iter().all(|a| !a.name.is_empty() && !a.name.contains(['/', '\\', '\0'])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn bytes_never_panic(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
        check(&raw);
    }

    #[test]
    fn mutations_never_panic(changes in proptest::collection::vec((0..SEED.len(), any::<u8>()), 1..30), cut in 0..SEED.len()) {
        let mut raw = SEED.to_vec();
        for (at, byte) in changes {
            raw[at] = byte;
        }
        check(&raw);
        raw.truncate(cut);
        check(&raw);
    }

    #[test]
    fn sanitising_twice_is_sanitising_once(html in "(<[a-z]{1,8}( [a-z]{1,7}=[\"'a-z:/]{0,9})?>|</[a-z]{1,8}>|<svg>|<math>|<table>|<p>|<style>|<!--|-->|[a-z&;<> ]{0,6}){0,20}") {
        let once = sanitise_html(&html);
        prop_assert_eq!(sanitise_html(&once), once);
    }

    #[test]
    fn replies_never_panic(text in "([a-zA-Z@:<>0-9 \\-]{0,20}\n|> [a-z]{0,9}\n|On 1 May, A wrote:\n|-- \n|From: a\n){0,20}") {
        let _ = split_reply(&text);
    }
}
