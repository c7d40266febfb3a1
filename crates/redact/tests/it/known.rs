//! Values that the records hold.

use proptest::prelude::*;
use redact::{Class, Detector, Known, Namespace, Redactor, find};

fn known(class: Class, value: &str) -> Known {
    Known { class, value: value.into() }
}

fn people() -> Vec<Known> {
    vec![
        known(Class::Person, "Anna-Lena Müller"),
        known(Class::Person, "Will van der Berg"),
        known(Class::Email, "anna@example.com"),
        known(Class::Phone, "+49 (30) 123-456"),
        known(Class::Other, "ORD-2024-00017"),
        known(Class::Other, "Łódź Widgets Ltd"),
        known(Class::Address, "Hauptstraße 5, 10115 Berlin"),
    ]
}

#[test]
fn every_way_of_writing_them() {
    for (text, class, expected) in [
        ("ask ANNA-LENA MULLER now", Class::Person, "ANNA-LENA MULLER"),
        ("Anna's case", Class::Person, "Anna"),
        ("Annas Fall", Class::Person, "Annas"),
        ("Frau mu\u{308}ller", Class::Person, "mu\u{308}ller"),
        ("dear lena,", Class::Person, "lena"),
        ("ask anna_x", Class::Person, "anna"),
        ("Will wrote", Class::Person, "Will"),
        ("ANNA@EXAMPLE.COM", Class::Email, "ANNA@EXAMPLE.COM"),
        ("num 4930123456!", Class::Phone, "4930123456"),
        ("re ord-2024-00017", Class::Other, "ord-2024-00017"),
        ("at lodz  widgets\nltd", Class::Other, "lodz  widgets\nltd"),
        ("HAUPTSTRASSE 5,\n10115 Berlin", Class::Address, "HAUPTSTRASSE 5,\n10115 Berlin"),
    ] {
        let findings = find(text, &people()).unwrap();
        // A detector may have seen more around it.
        let covers = |f: &&redact::Finding| f.class == class && text[f.start..f.end].contains(expected);
        assert_eq!(findings.iter().filter(covers).count(), 1, "{text:?} {findings:?}");
    }
}

#[test]
fn misspelt_by_one_letter_or_in_another_order() {
    let known = [
        known(Class::Person, "Ingeborg Lindqvist"),
        known(Class::Other, "Bluebottle Harbour Works"),
        known(Class::Person, "Jürgen Größl"),
        known(Class::Email, "ingeborg@bluebottle.example"),
    ];
    for (text, hidden) in [
        ("LINDQVIST, ingeborg", "ingeborg"),
        ("ask lindkvist", "lindkvist"),
        ("ask Lindqist and Inegborg", "Lindqist"),
        ("ask Lindqist and Inegborg", "Inegborg"),
        ("ask Lindqvvist", "Lindqvvist"),
        ("the Harbour Bluebottle Works people", "Harbour Bluebottle Works"),
        ("Juergen Groessl", "Juergen Groessl"),
        ("juergen was here", "juergen"),
        ("groessl was here", "groessl"),
    ] {
        let mut redactor = Redactor::new(Namespace::new([9; 5]), known.to_vec()).unwrap();
        let redacted = redactor.redact(text).unwrap();
        assert!(!redacted.as_str().contains(hidden), "{text:?}: {redacted}");
    }
    // Two letters away, or an everyday word, is somebody else or nobody.
    let mut redactor = Redactor::new(Namespace::new([9; 5]), known.to_vec()).unwrap();
    assert_eq!(redactor.redact("the works at the harbour").unwrap().as_str(), "the works at the harbour");
}

#[test]
fn words_that_only_resemble_them_stay() {
    for text in ["it will do", "annals, annotate, Hanna", "van and der", "an", "ORD-2024"] {
        let findings = find(text, &people()).unwrap();
        assert!(findings.iter().all(|f| f.detector != Detector::Known), "{text:?}");
    }
    assert_eq!(find("a b c", &[known(Class::Person, "a"), known(Class::Other, " \u{301}")]).unwrap(), []);
}

#[test]
fn debug_shows_no_value() {
    assert!(!format!("{:?}", people()).contains("anna"));
}

proptest! {
    #[test]
    fn no_known_value_survives(
        values in prop::collection::vec("[A-Za-z0-9éß@.+ -]{2,14}", 1..5),
        parts in prop::collection::vec(("[ -~é\n]{0,12}", any::<prop::sample::Index>()), 0..6),
    ) {
        let known: Vec<Known> = values.iter().zip(Class::ALL.into_iter().cycle()).map(|(v, class)| known(class, v.trim())).collect();
        let text: String = parts.iter().map(|(between, which)| format!("{between} {} ", which.get(&values))).collect();
        let mut redactor = Redactor::new(Namespace::new([9; 5]), known.clone()).unwrap();
        let redacted = redactor.redact(&text).unwrap();
        let table = redactor.into_table();
        prop_assert_eq!(table.restore(redacted.as_str()).unwrap().into_string(), text.clone());
        // Placeholders aside, nothing is left to find.
        let mut rest = redacted.as_str().to_owned();
        for (placeholder, _, _) in table.hidden().collect::<Vec<_>>().into_iter().rev() {
            rest = rest.replace(placeholder, "\u{1}");
        }
        for value in known.iter().filter(|k| k.value.chars().filter(|c| c.is_alphanumeric()).count() > 1) {
            let left = rest.match_indices(&value.value).any(|(at, found)| {
                let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                edge(rest[..at].chars().next_back()) && edge(rest[at + found.len()..].chars().next())
            });
            prop_assert!(!left, "{:?} in {:?}", value.value, rest);
        }
    }
}
