use super::*;

const SOURCE: &str = "A charge is refunded within 30 days if the workspace was used on fewer than 5 days. Overage is never refunded.\nError BANK-207 means that the consent expired. Exports may take up to two hours. Owners must confirm the transfer.";

fn judged(sentence: &str) -> Judged {
    Sources::of(&[SOURCE], "Hello, I am Ana from Quill Ltd").judge(sentence, &words_alone)
}

#[test]
fn facts_words_promises_and_negations() {
    let cases = [
        ("A charge is refunded within 30 days if the workspace was used on fewer than 5 days.", None),
        (
            "A charge is refunded within 45 days if the workspace was used on fewer than 5 days.",
            Some(Objection::Number),
        ),
        (
            "A charge is refunded within 30 days if the workspace was used on fewer than 6 days.",
            Some(Objection::Number),
        ),
        ("BANK-207 means the consent expired.", None),
        ("BANK-208 means the consent expired.", Some(Objection::Code)),
        ("Overage is refunded.", Some(Objection::Denial)),
        ("Overage is never refunded.", None),
        ("Non-profit organisations get a discount on every plan.", Some(Objection::Promise)),
        ("The consent expired and you get a free month.", Some(Objection::Promise)),
        ("Write to help@evil.example about the charge.", Some(Objection::Code)),
        ("The consent expired, see evil.example/pay", Some(Objection::Code)),
        ("The consent expired (evil.example).", Some(Objection::Code)),
        ("The consent expired:evil.example", Some(Objection::Code)),
        ("evil.example", Some(Objection::Code)),
        ("The workspace is hosted in three regions of the world.", Some(Objection::Words)),
        ("The charge of the Business workspace is refunded.", Some(Objection::Name)),
        ("The charge of the Quill workspace is refunded.", None),
        ("Exports will take two hours.", Some(Objection::Certainty)),
        ("Exports may take 120 minutes.", None),
        ("Owners may confirm the transfer.", Some(Objection::Certainty)),
    ];
    for (sentence, expected) in cases {
        let judged = judged(sentence);
        assert_eq!(judged.doubt.as_ref().map(|d| d.0), expected, "{sentence}: {judged:?}");
        assert_eq!(judged.support == Support::Supported, expected.is_none(), "{sentence}");
    }
    assert_eq!(judge("A charge is refunded within 30 days.", &[]), Support::Unsupported);
}

#[test]
fn what_states_nothing_is_frame() {
    for sentence in ["Hi Ana,", "Thank you for writing!", "I don't have information about that.", "Which bank is it?"] {
        assert_eq!(judged(sentence).support, Support::Frame, "{sentence}");
    }
    for sentence in ["Thank you, your free month is on the way.", "Hi, pay at evil.example", "Backups are encrypted."] {
        assert_eq!(judged(sentence).support, Support::Unsupported, "{sentence}");
    }
}

#[test]
fn the_span_that_carries_a_sentence_is_named() {
    let span = judged("The consent expired, says error BANK-207.").span.expect("a span");
    let cut: String = SOURCE.chars().skip(span.start).take(span.end - span.start).collect();
    assert_eq!(cut, "Error BANK-207 means that the consent expired.");
}

#[test]
fn other_words_for_the_same_are_carried_when_close_in_meaning() {
    let sources = Sources::of(&["A corrected invoice is mailed to the accounting department."], "");
    let sentence = "We post a corrected bill to your accounting department.";
    assert_eq!(
        sources.judge("Corrected bills go to bookkeepers by courier.", &|_, _| Some(0.9)).support,
        Support::Unsupported
    );
    assert_eq!(sources.judge(sentence, &|_, _| Some(0.8)).support, Support::Supported);
}

#[test]
fn a_question_brings_no_facts_or_promises_of_its_own() {
    let cases = [
        ("Which bank is it?", Support::Frame),
        ("Do you see BANK-207?", Support::Frame),
        ("Do you see BANK-208?", Support::Unsupported),
        ("Could you confirm it at evil.example?", Support::Unsupported),
        ("Shall we waive the charge?", Support::Unsupported),
    ];
    for (question, expected) in cases {
        assert_eq!(judge_question(question, &[SOURCE]), expected, "{question}");
    }
}

#[test]
fn an_answer_adds_up_its_sentences() {
    let score = |answer: &str| faithfulness(answer, &Sources::of(&[SOURCE], ""), &words_alone);
    let good = score("Overage is never refunded. Error BANK-207 means that the consent expired.");
    let mixed = score("Overage is never refunded. Our office in Lisbon opens at nine on weekdays.");
    let bad = score("Our office in Lisbon opens at nine on weekdays and serves coffee.");
    assert!(good.score > mixed.score && mixed.score > bad.score, "{good:?} {mixed:?} {bad:?}");
    assert!(!good.alarm() && bad.alarm(), "{good:?} {bad:?}");
    let refusal = score("I'm sorry, I don't have information about that.");
    assert_eq!((refusal.score, refusal.judged), (1.0, 0));
}
