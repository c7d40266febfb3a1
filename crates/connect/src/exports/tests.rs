//! Files as each desk writes them (`fixtures/exports`), and broken ones.

use super::*;

fn file(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/exports").join(name);
    std::fs::read_to_string(path).expect(name)
}

/// Who speaks, and some of their words.
type Said = (By, &'static str);

#[test]
fn what_was_said_is_read_in_its_order_without_notes_and_drafts() {
    use By::{Desk as Answer, Requester as Asks};
    let cases: [(Desk, &str, &str, &[Said]); 7] = [
        (Desk::Zendesk, "zendesk.ndjson", "4101", &[(Asks, "Quilla Vermont"), (Answer, "we look into it")]),
        (Desk::Zendesk, "zendesk-incremental.json", "4201", &[(Asks, "keeps asking")]),
        (Desk::Zendesk, "zendesk-events.json", "4301", &[(Asks, "invented a setting"), (Answer, "Sorry")]),
        (Desk::Intercom, "intercom.json", "215001", &[(Asks, "orders of another customer"), (Answer, "I can help")]),
        (
            Desk::Freshdesk,
            "freshdesk.json",
            "61",
            &[(Asks, "export invoices"), (Answer, "Under Settings"), (Asks, "button \"Export all\"")],
        ),
        (Desk::Freshdesk, "freshdesk-account.json", "62", &[(Asks, "unhöflich"), (Answer, "leid")]),
        (Desk::HelpScout, "helpscout.json", "291938", &[(Asks, "promised me a refund"), (Answer, "30 days it is")]),
    ];
    for (desk, name, id, turns) in cases {
        let read = read(desk, &file(name)).expect(name);
        assert_eq!(read[0].id, id, "{name}");
        let said: Vec<By> = read[0].turns.iter().map(|turn| turn.by).collect();
        assert_eq!(said, turns.iter().map(|(by, _)| *by).collect::<Vec<_>>(), "{name}: {:?}", read[0].turns);
        for (turn, (_, words)) in read[0].turns.iter().zip(turns) {
            assert!(turn.text.contains(words) && !turn.text.contains("<p>"), "{name}: {}", turn.text);
        }
    }
    let names = |desk, name| read(desk, &file(name)).expect("it reads")[0].people.clone();
    assert!(
        names(Desk::Zendesk, "zendesk-incremental.json").contains(&("Mats Holm".into(), "mats@fjord.example".into()))
    );
    assert!(names(Desk::HelpScout, "helpscout.json").contains(&("Vernon Bear".into(), "bear@acme.example".into())));
}

#[test]
fn a_page_a_list_and_lines_are_one() {
    let one = r#"{"id":1,"subject":"A","description":"Help"}"#;
    for text in [one.to_owned(), format!("[{one}]"), format!("{{\"tickets\":[{one}]}}"), format!("\u{feff}{one}\n")] {
        assert_eq!(read(Desk::Zendesk, &text).expect("it reads").len(), 1, "{text}");
    }
    assert_eq!(read(Desk::Zendesk, &format!("{one}\n\n{one}\n")).expect("it reads").len(), 2);
    assert_eq!(read(Desk::Intercom, "[]").expect("it reads"), []);
}

#[test]
fn what_is_broken_is_told_with_its_place_and_what_was_expected() {
    let cases = [
        (Desk::Zendesk, "{\"tickets\":[\n{\"id\":1,\"subject\":7}]}", "line 2", "expected a string"),
        (Desk::Zendesk, "{\"id\":1}\n{\"subject\":\"x\"}", "line 2", "missing field `id`"),
        (Desk::Zendesk, "{\"id\":1", "line 1", "EOF"),
        (Desk::Zendesk, "id,subject\n1,x", "line 1", "expected value"),
        (Desk::Intercom, "{\"id\":\"1\"}", "line 1", "missing field `source`"),
        (Desk::Freshdesk, "[{\"helpdesk_ticket\":{\"subject\":\"x\"}}]", "line 1", "missing field `id`"),
        (Desk::HelpScout, "[{\"id\":1,\"subject\":\"x\"}]", "line 1", "missing field `_embedded`"),
        (Desk::HelpScout, "[{\"id\":1,\"_embedded\":{\"threads\":{}}}]", "line 1", "expected a sequence"),
    ];
    for (desk, text, place, expected) in cases {
        let told = read(desk, text).expect_err(text).to_string();
        assert!(told.contains(place) && told.contains(expected), "{text}: {told}");
    }
}
