//! A megabyte of anything takes no more than a moment.

use std::time::{Duration, Instant};

use redact::{Class, Known, MAX_TEXT_BYTES, Namespace, RedactError, Redactor};

#[test]
fn a_megabyte_of_anything_is_quick() {
    let known = vec![
        Known { class: Class::Person, value: "Anna Müller".into() },
        Known { class: Class::Phone, value: "+49 30 123456".into() },
        Known { class: Class::Other, value: "aa11aa11".into() },
    ];
    for piece in [
        "@",
        "a@",
        "a@b.",
        "1",
        "1 ",
        "1-",
        "12.",
        "(1",
        "+1",
        "+1 ",
        ":",
        "a:",
        "1:",
        "aa11",
        "Anna ",
        "_",
        "email_",
        "\\",
        " ",
        "\n",
        "é",
        "中",
        "\u{200b}",
        "-----BEGIN ",
        "-----BEGIN X-----",
        "eyJ",
        "http://",
        "https://a?",
        "password:",
        "password: ",
        "password is ",
        "DE89",
        "DE89 3704 ",
        "0",
        "00",
        "078-05-1120",
        "Hi ",
        "Hi A",
        "regards\n",
        "born 1 ",
        "A b",
        "my name is A ",
        "call 1 ",
        "a [at] ",
        "a[at]b.",
        "1 1 111 ",
        "sk_live_",
        "=",
        "xY3",
    ] {
        // The whole megabyte for a few, a quarter for the rest: enough to tell linear from quadratic.
        let (bytes, limit) = if matches!(piece, "@" | "0" | "é" | "Anna ") { (1 << 20, 3) } else { (1 << 18, 2) };
        let text = piece.repeat(bytes / piece.len());
        let mut redactor = Redactor::new(Namespace::new([3; 5]), known.clone()).unwrap();
        let start = Instant::now();
        redactor.redact(&text).unwrap();
        let took = start.elapsed();
        assert!(took < Duration::from_secs(limit), "{piece:?} took {took:?}");
    }
}

#[test]
fn more_than_the_limit_is_refused() {
    let mut redactor = Redactor::new(Namespace::new([3; 5]), Vec::new()).unwrap();
    assert_eq!(redactor.redact(&" ".repeat(MAX_TEXT_BYTES + 1)).err(), Some(RedactError::TooLong));
}
