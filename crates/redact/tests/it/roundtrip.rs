//! T080, T081, T082: placeholders that models and strangers tamper with.

use proptest::prelude::*;
use redact::{Class, Known, Namespace, Problem, Redacted, Redactor, Table};

const NS: Namespace = Namespace::new([0xde, 0xad, 0xbe, 0xef, 0x42]);

fn hide(text: &str) -> (String, Table) {
    let known = vec![Known { class: Class::Person, value: "Anna".into() }];
    let mut redactor = Redactor::new(NS, known).unwrap();
    let redacted = redactor.redact(text).unwrap();
    (redacted.as_str().to_owned(), redactor.into_table())
}

#[test]
fn one_value_has_one_placeholder_in_all_texts_of_a_request() {
    let mut redactor = Redactor::new(NS, Vec::new()).unwrap();
    let first = redactor.redact("a@x.org and b@x.org").unwrap();
    let second = redactor.redact("b@x.org again").unwrap();
    assert_eq!(first.as_str(), format!("email_{NS}_1 and email_{NS}_2"));
    assert_eq!(second.as_str(), format!("email_{NS}_2 again"));
    let joined = Redacted::concat(&[Redacted::fixed("Answer: "), first, second]);
    assert_eq!(joined.as_str(), format!("Answer: email_{NS}_1 and email_{NS}_2 email_{NS}_2 again"));
    let table = redactor.into_table();
    let restored = table.restore_all(joined.as_str()).unwrap();
    assert_eq!(restored.as_str(), "Answer: a@x.org and b@x.org b@x.org again");
}

#[test]
fn altered_invented_dropped_and_doubled_placeholders_are_named() {
    let (redacted, table) = hide("Anna has a@x.org");
    let (person, email) = (format!("person_{NS}_1"), format!("email_{NS}_1"));
    assert_eq!(redacted, format!("{person} has {email}"));
    assert_eq!(table.restore(&format!("**{person}**, _{email}_.")).unwrap().as_str(), "**Anna**, _a@x.org_.");

    let lower = format!("person_{}_1", NS.to_string().to_lowercase());
    for (answer, problem) in [
        (format!("email_{NS}_2"), Problem::Altered(format!("email_{NS}_2"))),
        (format!("person_{NS}_1s"), Problem::Altered(format!("person_{NS}_1s"))),
        (format!("Person_{NS}_1"), Problem::Altered(format!("Person_{NS}_1"))),
        (lower.clone(), Problem::Altered(lower)),
        (format!("person\\_{NS}\\_1"), Problem::Altered(format!("person\\_{NS}\\_1"))),
        ("email_7QK4M2XD_1".into(), Problem::Unknown("email_7QK4M2XD_1".into())),
        ("[EMAIL_1]".into(), Problem::Unknown("EMAIL_1".into())),
    ] {
        assert_eq!(table.restore(&answer).unwrap_err().problems, [problem], "{answer}");
    }
    assert_eq!(table.restore_all(&person).unwrap_err().problems, [Problem::Missing(email.clone())]);
    let twice = format!("{person} {email} {email}");
    assert_eq!(table.restore_all(&twice).unwrap_err().problems, [Problem::Doubled(email)]);
    assert!(table.restore(&twice).is_ok());
}

#[test]
fn t080_a_drafted_answer_neither_loses_nor_doubles_a_placeholder() {
    let given = "Anna writes: please send the invoice of October to a@x.org. Thanks.";
    let (redacted, table) = hide(given);
    let (person, email) = (format!("person_{NS}_1"), format!("email_{NS}_1"));
    let check = |sentences: &[&str]| table.check_answer(sentences, &redacted).map_err(|e| e.problems);
    let kept = format!("Please send the invoice of October to {email}.");
    assert_eq!(check(&[&kept, "Open Settings."]), Ok(()));
    assert_eq!(check(&["Open Settings.", "Write to us."]), Ok(()), "an answer need not use any");
    let missing = || Err(vec![Problem::Missing(email.clone())]);
    let lost = format!("{person} writes: please send the invoice of October to.");
    assert_eq!(check(&[&lost]), missing());
    let (inside, table) = hide("We sent Anna the invoice of October.");
    let lost = table.check_answer(&["We sent the invoice of October."], &inside).map_err(|e| e.problems);
    assert_eq!(lost, Err(vec![Problem::Missing(person.clone())]));
    let (redacted, table) = hide(given);
    let check = |sentences: &[&str]| table.check_answer(sentences, &redacted).map_err(|e| e.problems);
    assert_eq!(check(&["Writes: please send it."]), Err(vec![Problem::Missing(person.clone())]));
    assert_eq!(check(&["Please send the invoice of October to them."]), Ok(()), "other words in its place");
    let twice = format!("We sent it to {email}, {email}.");
    assert_eq!(check(&[&twice]), Err(vec![Problem::Doubled(email.clone())]));
    assert_eq!(check(&[&kept, &format!("It went to {email}.")]), Err(vec![Problem::Doubled(email.clone())]));
    // The value itself may be long or odd; the check sees words only.
    assert_eq!(check(&["", "_", "____", &"a ".repeat(10_000)]), Ok(()));
}

#[test]
fn foreign_text_that_looks_like_ours_comes_back_literally() {
    for text in [
        "[EMAIL_1] {{PII:x}} person_1".to_owned(),
        format!("email_{NS}_1 and a@x.org"),
        format!("Email_{NS}_1x, {NS}, x{NS}x, EMAIL\\_{NS}\\_1"),
        "person_7QK4M2XD_1 a@x.org_1 _anna_".to_owned(),
    ] {
        let (redacted, table) = hide(&text);
        assert_eq!(table.restore(&redacted).unwrap().as_str(), text);
        // The forged one never names the real value.
        assert!(!redacted.contains("a@x.org"));
    }
}

#[test]
fn two_requests_share_nothing() {
    let (_, a) = hide("a@x.org");
    let mut other = Redactor::new(Namespace::new([1; 5]), Vec::new()).unwrap();
    let b = other.redact("b@x.org").unwrap();
    assert!(matches!(a.restore(b.as_str()).unwrap_err().problems[..], [Problem::Unknown(_)]));
}

#[test]
fn a_table_is_stored_and_read_and_shows_nothing() {
    let (redacted, table) = hide("Anna has a@x.org");
    let bytes = table.to_bytes();
    let read = Table::from_bytes(&bytes).unwrap();
    assert_eq!(read.restore_all(&redacted).unwrap().as_str(), "Anna has a@x.org");
    assert!(!format!("{table:?} {:?}", read.restore(&redacted)).contains("Anna"));
    for cut in 0..bytes.len() {
        let same_prefix = Table::from_bytes(&bytes[..cut]);
        assert!(same_prefix.is_err() || cut == 6 || cut == 6 + 13 + 4, "{cut}");
    }
}

proptest! {
    #[test]
    fn redact_then_restore_is_the_identity(text in any::<String>(), more in "[ -~éü中\n]{0,200}") {
        for text in [text, more] {
            let (redacted, table) = hide(&text);
            prop_assert_eq!(table.restore(&redacted).unwrap().into_string(), text.clone());
        }
    }

    #[test]
    fn also_for_texts_made_of_what_we_look_for(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "a@x.org", "Anna", "email", "_", "1", "VTPVXVT2", "email_", "person_VTPVXVT2_1", "EMAIL_1", "\\", " ", "\u{200b}",
            "+49 30 123456", "4111111111111111", "é", "中", "https://a:b@c/", "\n", "x", "'s", "-", "203.0.113.7", "٣", "\u{301}",
        ]), 0..24),
    ) {
        let text = pieces.concat();
        let (redacted, table) = hide(&text);
        prop_assert_eq!(table.restore_all(&redacted).unwrap().into_string(), text.clone());
    }

    #[test]
    fn any_stored_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Table::from_bytes(&[&[1], &bytes[..]].concat());
    }

    #[test]
    fn any_answer_is_restored_or_refused(answer in "(email|[_\\\\]|VTPVXVT2|1| |é){0,12}") {
        let (_, table) = hide("a@x.org");
        let _ = table.restore(&answer);
    }
}
