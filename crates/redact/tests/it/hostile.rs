//! A megabyte of anything takes no more than a moment.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use redact::{Class, Known, MAX_TEXT_BYTES, Namespace, Reach, RedactError, Redactor, find, spans};

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
        "Anna Bo ",
        "12 Main ",
        "Apt. 1, ",
        "1 Aa 1 bb ",
        "Aa\n",
        "(a(",
        "I'm A. B. ",
        "passport 1 ",
        "DE1 ",
        "A-a-",
        "a'b",
        "van der ",
    ] {
        // The whole megabyte for a few, a quarter for the rest: enough to tell linear from quadratic.
        let (bytes, limit) = if matches!(piece, "@" | "0" | "é" | "Anna ") { (1 << 20, 3) } else { (1 << 18, 2) };
        let text = piece.repeat(bytes / piece.len());
        let mut redactor = Redactor::new(Namespace::new([3; 5]), known.clone()).unwrap();
        let start = busy();
        redactor.redact(&text).unwrap();
        let took = busy().saturating_sub(start);
        assert!(took < Duration::from_secs(limit), "{piece:?} took {took:?}");
    }
}

/// How long this thread has had a processor, so that others who work beside it say nothing; where the system does not tell, the clock.
fn busy() -> Duration {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|line| line.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// Ten megabytes take about ten times as long as one. Measured against themselves, so that a slow machine says nothing; the
/// quickest of three, because others may work beside it.
#[test]
fn ten_megabytes_take_ten_times_as_long_as_one() {
    let quickest = |text: &str| {
        let once = |_| {
            let start = Instant::now();
            find(text, &[]).unwrap();
            start.elapsed()
        };
        (0..3).map(once).min().unwrap()
    };
    find("warm", &[]).unwrap();
    for piece in ["a@a", "7", "((1", "Aa 1 "] {
        let unit = if cfg!(debug_assertions) { 1 << 16 } else { 1 << 20 };
        let (one, ten) = (piece.repeat(unit / piece.len()), piece.repeat(10 * unit / piece.len()));
        let (one, ten) = (quickest(&one), quickest(&ten));
        assert!(ten < one * 30, "{piece:?}: {one:?} for one, {ten:?} for ten");
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_detector_panic_and_findings_are_in_order_and_apart(
        parts in prop::collection::vec(
            prop_oneof![
                any::<String>(),
                "[A-Z][a-z]{1,8} ",
                "[0-9(+./ -]{1,12}",
                prop::sample::select(vec!["Apt. ", "Main Street ", "P.O. Box ", "passport ", "Mr. ", "\n", "ß", "İ", "e\u{301}", "\u{200b}", "DE89 ", "'s ", "von der ", "the corner of "])
                    .prop_map(str::to_owned),
            ],
            0..24,
        ),
    ) {
        let text: String = parts.concat();
        let mut done = 0;
        for f in find(&text, &[]).unwrap() {
            prop_assert!(f.start >= done && f.end > f.start && text.get(f.start..f.end).is_some(), "{f:?}");
            done = f.end;
        }
        let length = text.chars().count();
        for (_, start, end) in spans(&text, &[], Reach::Everything).unwrap() {
            prop_assert!(start < end && end <= length);
        }
    }
}

#[test]
fn more_than_the_limit_is_refused() {
    let mut redactor = Redactor::new(Namespace::new([3; 5]), Vec::new()).unwrap();
    assert_eq!(redactor.redact(&" ".repeat(MAX_TEXT_BYTES + 1)).err(), Some(RedactError::TooLong));
}
