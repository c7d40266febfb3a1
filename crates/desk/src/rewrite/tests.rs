//! Cases, and the property that what must be kept is kept, judged by counting that shares nothing with the rules.

use proptest::prelude::*;

use super::{
    Tool, Unchanged, by_rules,
    model::{Refused, read_rewritten, read_translated},
};
use crate::{draft::ModelText, prompt::AnswerRefused};

fn rewritten(tool: Tool, text: &str) -> String {
    by_rules(tool, text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn shorter_leaves_out_what_says_nothing() {
    let text = "Hi Ana,\n\nThank you for your message. I understand how annoying this is. Renew the consent under Settings, Banks. You can renew the consent under Settings, Banks. It takes 5 minutes.\n\nPlease let us know if it helps.";
    assert_eq!(
        rewritten(Tool::Shorter, text),
        "Hi Ana,\n\nRenew the consent under Settings, Banks. It takes 5 minutes."
    );
    let all_needed = "Renew the consent before 3 May. It does not renew by itself.";
    assert!(matches!(by_rules(Tool::Shorter, all_needed), Err(Unchanged::Nothing(_))));
    assert_eq!(
        rewritten(Tool::Shorter, "Danke für die Mail. Vielen Dank für Ihre Nachricht. Das Protokoll liegt bei."),
        "Danke für die Mail. Das Protokoll liegt bei."
    );
}

#[test]
fn plainer_knows_words_and_ends_sentences() {
    assert_eq!(
        rewritten(Tool::Plainer, "In order to utilize the export, commence with an erroneous row prior to 3 May."),
        "To use the export, start with a wrong row before 3 May."
    );
    assert_eq!(
        rewritten(
            Tool::Plainer,
            "We looked at the connection of your bank this morning together with our colleagues, and we found that the consent ended."
        ),
        "We looked at the connection of your bank this morning together with our colleagues. We found that the consent ended."
    );
    assert_eq!(
        rewritten(
            Tool::Plainer,
            "Sofern die Bank antwortet, wird der Import unverzüglich gestartet und Sie sehen ihn ggf. in der Liste."
        ),
        "Wenn die Bank antwortet, wird der Import sofort gestartet und Sie sehen ihn wenn nötig in der Liste."
    );
    let condition = "If the consent of your bank ended before the import of last week was finished, open Settings, and you will see it.";
    assert!(by_rules(Tool::Plainer, condition).is_err(), "a condition reaches over both halves");
    assert!(by_rules(Tool::Plainer, "Press “Commence” and then `utilize`.").is_err(), "what is quoted is a label");
}

#[test]
fn formal_in_two_languages() {
    assert_eq!(
        rewritten(Tool::Formal, "Hi Ana,\n\nthanks for waiting! It's not ready, we don't know why 🙂"),
        "Dear Ana,\n\nthank you for waiting. It is not ready, we do not know why"
    );
    assert_eq!(
        rewritten(
            Tool::Formal,
            "Hallo Jonas,\n\ndu kannst deine Rechnung unter Einstellungen sehen. Öffne die Seite und speichere sie!"
        ),
        "Guten Tag Jonas,\n\nSie können Ihre Rechnung unter Einstellungen sehen. Öffnen Sie die Seite und speichern Sie sie."
    );
    let unknown = "Wenn du das Konto verknüpfst, ist die Rechnung für dein Team da.";
    assert!(by_rules(Tool::Formal, unknown).is_err(), "a verb that is not known leaves the sentence as it is");
    assert_eq!(
        by_rules(Tool::Formal, "Bonjour, nous avons un problème avec la facture, merci."),
        Err(Unchanged::Language("French"))
    );
    assert_eq!(by_rules(Tool::Formal, " … "), Err(Unchanged::Empty));
    assert_eq!(by_rules(Tool::Formal, &"a".repeat(7_000)), Err(Unchanged::TooLong));
}

fn model(answer: &str, before: &str) -> Result<String, Refused> {
    read_rewritten(&ModelText::from_model(answer.to_owned()), before)
}

#[test]
fn a_model_may_change_words_and_nothing_else() {
    let before = "You can not get a refund of 40 EUR after 14 days, Ana.";
    assert_eq!(
        model(r#"{"lines":["A refund of 40 EUR is not possible after 14 days, Ana."],"refuse":null}"#, before)
            .as_deref(),
        Ok("A refund of 40 EUR is not possible after 14 days, Ana.")
    );
    for (answer, what) in [
        (r#"{"lines":["You can get a refund of 40 EUR after 14 days, Ana."]}"#, "denial"),
        (r#"{"lines":["You can not get a refund of 45 EUR after 14 days, Ana."]}"#, "number"),
        (r#"{"lines":["You can not get a refund of 40 EUR after 14 days, Bea."]}"#, "name"),
        (r#"{"lines":["You can not get a refund of 40 EUR, free, after 14 days, Ana."]}"#, "promise"),
        (r#"{"lines":["You will not get a refund of 40 EUR after 14 days, Ana."]}"#, "condition"),
        (r#"{"lines":["You can not get a refund of 40 EUR after 14 days, Ana. Right?"]}"#, "question"),
    ] {
        match model(answer, before) {
            Err(Refused::Changed(found)) => assert!(found.contains(what), "{answer}: {found}"),
            other => panic!("{answer}: {other:?}"),
        }
    }
    for answer in ["", "Dear Ana", r#"{"lines":["x"],"to":"evil@x.example"}"#, r#"{"tool_calls":[]}"#] {
        assert_eq!(model(answer, before), Err(Refused::Form(AnswerRefused::Form)), "{answer}");
    }
    assert_eq!(model(r#"{"lines":["See https://evil.example"]}"#, before), Err(Refused::Form(AnswerRefused::Markup)));
    assert_eq!(model(r#"{"lines":[]}"#, before), Err(Refused::Form(AnswerRefused::Size)));
}

#[test]
fn a_translation_brings_no_number_or_address() {
    let read = |answer: &str| {
        read_translated(&ModelText::from_model(answer.to_owned()), "Die Rechnung 4711 über 40,00 EUR fehlt.")
    };
    assert_eq!(
        read(r#"{"lines":["Invoice 4711 for 40.00 EUR is missing."]}"#).as_deref(),
        Ok("Invoice 4711 for 40.00 EUR is missing.")
    );
    assert!(read(r#"{"lines":["Invoice 4712 is missing."]}"#).is_err());
    assert!(read(r#"{"lines":["Pay at evil.example now."]}"#).is_err());
}

/// Sentences that hold everything that must stay, in both languages.
const PIECES: &[&str] = &[
    "Thank you for your message.",
    "In order to utilize order A-4711, don't open it prior to 3 May 2026!",
    "We can't refund 40.50 EUR, and we won't waive the fee of 12 % at this point in time, but you may ask Mara Lindqvist.",
    "It's free until tomorrow!",
    "You must not commence before Friday; we will assist you with approximately three invoices at https://help.example/x.",
    "Is it able to terminate?",
    "Write to billing@desk.example regarding BANK-207.",
    "Press “Commence” in order to go on.",
    "Sorry for the delay, we'll get back to you asap!",
    "I understand.",
    "Du kannst deine Rechnung 77 ab dem 5. Juni nicht mehr ändern!",
    "Sofern du keine Gutschrift über 20 EUR hast, musst du unverzüglich zahlen, und wir prüfen es ggf. am Montag.",
    "Bitte öffne Einstellungen und speichere dein Konto.",
    "Vielen Dank für deine Nachricht.",
    "- first item, prior to all",
];

/// Counted by eye, not by the rules: digits, addresses, what is denied, promised and asked.
fn counted(text: &str) -> Vec<(String, usize)> {
    let lower = text.to_lowercase();
    let spelled = lower.replace("can't", "cannot").replace("won't", "will not").replace("don't", "do not");
    let mut all: Vec<(String, usize)> = [
        "not",
        "keine",
        "nicht",
        "refund",
        "waive",
        "free",
        "gutschrift",
        "mara lindqvist",
        "may ",
        "must",
        "friday",
        "montag",
        "juni",
        "tomorrow",
        "“commence”",
        "bank-207",
        "billing@desk.example",
        "https://help.example/x",
        "three",
        "?",
    ]
    .iter()
    .map(|word| ((*word).to_owned(), spelled.matches(*word).count()))
    .collect();
    let mut runs: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|r| !r.is_empty()).collect();
    runs.sort_unstable();
    all.push((runs.join(" "), runs.len()));
    all
}

proptest! {
    #[test]
    fn whatever_is_rewritten_keeps_what_binds(picked in prop::collection::vec((0..PIECES.len(), any::<bool>()), 1..7), tool in 0..3_usize) {
        let text: String = picked.iter().map(|(at, breaks)| format!("{}{}", PIECES[*at], if *breaks { "\n\n" } else { " " })).collect();
        if let Ok(after) = by_rules(Tool::ALL[tool], &text) {
            let (mut before, mut now) = (counted(&text), counted(&after));
            if tool == 0 {
                // What is said twice may be said once.
                before.iter_mut().chain(&mut now).for_each(|(what, n)| {
                    let mut runs: Vec<&str> = what.split(' ').collect();
                    runs.dedup();
                    (*what, *n) = (runs.join(" "), (*n).min(1));
                });
            }
            prop_assert_eq!(before, now, "{}\n=>\n{}", text, after);
            prop_assert!(after.split_whitespace().count() > 0);
        }
    }

    #[test]
    fn any_text_at_all_is_survived(text in "\\PC{0,200}", tool in 0..3_usize) {
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        if let Ok(after) = by_rules(Tool::ALL[tool], &text) {
            prop_assert_eq!(digits(&text), digits(&after));
        }
    }
}
