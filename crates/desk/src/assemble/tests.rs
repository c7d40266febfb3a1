use super::*;
use crate::knowledge::Origin;
use uuid::Uuid;

fn passage(citation: u32, text: &str) -> Cited {
    let id = Uuid::nil();
    Cited {
        citation,
        origin: Origin::Passage { passage: id.into(), article: id.into(), version: id.into() },
        title: String::new(),
        heading: String::new(),
        text: text.into(),
        spans: vec![],
        why: vec![],
    }
}

fn sources() -> Vec<Cited> {
    vec![
        passage(
            1,
            "# VAT id\n\nThe VAT id can be changed in **Settings > Billing**. It applies to future invoices.\n\n1. Open Settings > Billing.\n2. Enter the new VAT id and save.",
        ),
        passage(2, "A corrected invoice for the last 90 days is sent on request. Older invoices cannot be corrected."),
    ]
}

fn assembled(whole: &str, cited: &[Cited]) -> Result<Composed, Vec<String>> {
    let request =
        Request { whole, said: &[], first_name: Some("Ana"), language: Language::English, voice: &Voice::shipped() };
    assemble(&request, cited, &words_alone)
}

#[test]
fn says_what_the_sources_say_and_cites_it() {
    let mail = "VAT id\nHello, where can I change our VAT id? And can you send a corrected invoice for October?";
    let composed = assembled(mail, &sources()).expect("an answer");
    assert!(composed.body.starts_with("Hi Ana,"), "{}", composed.body);
    assert!(composed.body.contains("VAT id") && composed.body.contains("corrected invoice"), "{}", composed.body);
    assert!(composed.body.split_whitespace().count() < 150);
    for s in composed.sentences.iter().filter(|s| s.support == Support::Supported) {
        assert!(!s.citations.is_empty(), "{s:?}");
        assert!(sources().iter().any(|c| plain(&c.text).contains(&s.text)), "not a source's own words: {s:?}");
    }
}

#[test]
fn silent_where_no_source_answers() {
    let refused = assembled("Do you offer a discount for charities?", &sources());
    assert_eq!(refused, Err(vec!["Do you offer a discount for charities?".to_owned()]));
    assert!(assembled("", &sources()).is_err());
    assert!(assembled("Where is the VAT id?", &[]).is_err());
}

#[test]
fn a_past_reply_alone_carries_nothing() {
    let reply = Cited {
        origin: Origin::Reply { ticket: Uuid::nil().into() },
        ..passage(3, "You can change the VAT id in Settings.")
    };
    assert!(assembled("Where can I change our VAT id?", &[reply]).is_err());
}

#[test]
fn what_was_said_or_tried_is_not_said_again() {
    let mail = "VAT id\nWhere can I change our VAT id?";
    let said = ["You can change the VAT id in Settings > Billing. It applies to future invoices.".to_owned()];
    let request =
        Request { whole: mail, said: &said, first_name: None, language: Language::English, voice: &Voice::shipped() };
    match assemble(&request, &sources(), &words_alone) {
        Ok(composed) => {
            assert!(!composed.body.contains("can be changed in"), "{}", composed.body);
            assert!(composed.doubts.iter().any(|d| d.starts_with("Left out")), "{:?}", composed.doubts);
        }
        Err(unanswered) => panic!("steps are left: {unanswered:?}"),
    }
    assert_eq!(
        tried("Hello.\nI already renewed the\nconsent. Did you already answer?"),
        ["I already renewed the consent."]
    );
}

#[test]
fn a_sentence_that_points_elsewhere_is_not_quoted() {
    let cited = [passage(1, "Change the VAT id as described above. The VAT id is changed in Settings.")];
    let composed = assembled("Where can I change our VAT id?", &cited).expect("an answer");
    assert!(composed.body.contains("in Settings") && !composed.body.contains("above"), "{}", composed.body);
}
