//! Cases are read and written without loss, refused when they make no sense, and scored in words a person understands.

use proptest::prelude::*;

use super::*;
use crate::{
    draft::{Composed, Sentence, Support},
    escalation::{Decision, Rise},
    failure::Failure,
    language::Language,
    persona::{Usage, Voice},
};

const TEXT: &str = "\
id: refund-day-45
title: Refund asked after the window
severity: severe
failure: wrong_policy
from: rejected_draft
made: 2026-11-22
category: billing.plan
operating_model: billing_explanation
policies:
  - operating_model/billing.plan@1#0123456789ab
requester:
  segment: enterprise
messages:
  - by: requester
    subject: Money back
    text: |-
      Hello,

      can I have my money back after 45 days?
sources:
  - id: policy-refunds
    version: 3
    title: Refund policy
    text: We refund a charge within 30 days.
expect:
  label: billing.plan
  must_cite:
    - policy-refunds
  must_say:
    - within 30 days
  must_not_say:
    - within 45 days
  graded:
    - Says plainly that the window is over.
  words_max: 120
";

fn case() -> Case {
    read(TEXT).expect("the text reads")
}

#[test]
fn a_case_is_written_as_it_was_read() {
    assert_eq!(write(&case()), TEXT);
}

#[test]
fn what_does_not_read_is_told_with_its_line_and_what_was_expected() {
    let cases = [
        ("severity: severe", "severity: awful", 3, "must be one of: minor, major, severe"),
        ("failure: wrong_policy", "failure: oops", 4, "wrong_fact"),
        ("made: 2026-11-22", "made: yesterday", 6, "write it as 2026-11-22"),
        ("category: billing.plan", "kategory: billing.plan", 7, "kategory"),
        ("  - operating_model/billing.plan@1#0123456789ab", "  - billing.plan", 10, "kind/key@version"),
        ("    version: 3", "    version: three", 22, "a whole number is expected"),
        // What is missing stands nowhere; the reader names where it had read to.
        ("title: Refund asked after the window\n", "", 24, "missing field `title`"),
        ("id: refund-day-45", "id: Refund Day", 1, "lower-case letters"),
        ("    - policy-refunds", "    - policy-refund", 26, "none of its sources"),
        ("  words_max: 120", "  words_max: 120\n words_max: 4", 36, ""),
    ];
    for (from, to, line, says) in cases {
        let text = TEXT.replace(from, to);
        assert_ne!(text, TEXT, "{from}");
        let problems = read(&text).expect_err(to);
        let told = problems.iter().map(|p| format!("{}: {}", p.line, p.why)).collect::<Vec<_>>().join("\n");
        assert!(problems.iter().any(|p| p.line == line && p.why.contains(says)), "{to}: {told}");
    }
}

#[test]
fn what_nothing_could_hold_is_refused() {
    let plain = case();
    assert_eq!(check(&plain), []);
    let with = |change: &dyn Fn(&mut Case)| {
        let mut case = plain.clone();
        change(&mut case);
        check(&case).into_iter().map(|(_, why)| why).collect::<Vec<_>>().join(" ")
    };
    let told = [
        with(&|c| c.expect = Expectation::default()),
        with(&|c| c.expect.must_not_say.push("30 days".into())),
        with(&|c| c.expect.reply = Some(Reply::Withheld)),
        with(&|c| c.expect.words_max = Some(2)),
        with(&|c| c.expect.label = Some("technical.api".into())),
        with(&|c| c.expect.graded = vec!["Is kind.".into(); 9]),
        with(&|c| c.expect.graded = vec!["Is kind.\nIs short.".into()]),
        with(&|c| c.messages.clear()),
        with(&|c| c.sources.push(c.sources[0].clone())),
        with(&|c| c.sources[0].text.clear()),
        with(&|c| c.expect.must_say.push(" ** ".into())),
        with(&|c| c.retired = Some(" ".into())),
    ];
    let wanted = [
        "expects nothing",
        "must_not_say forbids",
        "expects no reply",
        "words_max is 2",
        "make them one",
        "more than 8 statements",
        "one short sentence",
        "last message",
        "Two sources",
        "has no words",
        "empty phrase",
        "without a reason",
    ];
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
}

#[test]
fn the_source_of_a_case_is_named_when_it_is_gone() {
    let text = TEXT.replace("  - id: policy-refunds", "  - id: other");
    let problems = read(&text).expect_err("it cites what is not there");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].why.contains("policy-refunds"));
}

fn sentence(text: &str, citations: &[u32], support: Support) -> Sentence {
    Sentence { text: text.into(), start: 0, end: text.chars().count(), citations: citations.to_vec(), support }
}

fn did(body: &str) -> Did {
    let sentences = vec![sentence(body, &[1], Support::Supported)];
    Did {
        label: Label::Found(Some("billing.plan".into())),
        draft: Ok(Composed { body: body.into(), sentences, doubts: Vec::new(), score: 1.0 }),
        voice: None,
        escalation: Decision {
            rise: Rise::Stay,
            signals: Vec::new(),
            because: "Too few signals.".into(),
            receiver: None,
        },
    }
}

fn missed(case: &Case, did: &Did) -> Vec<(Scorer, String)> {
    let told = |s: Scored| s.difference.map(|d| (s.scorer, format!("{} | {}", d.wanted, d.found)));
    score(case, did).into_iter().filter(|s| s.verdict == Verdict::Missed).filter_map(told).collect()
}

#[test]
fn a_good_reply_holds_and_each_fault_is_told_by_its_scorer() {
    let good = did("We refund a charge **within 30\ndays**.");
    assert_eq!(missed(&case(), &good), []);
    let all = score(&case(), &good);
    assert_eq!(all.len(), 7);
    // No scorer guesses at a statement, so it changes no verdict.
    let graded: Vec<_> = all.iter().filter(|s| s.scorer == Scorer::Graded).map(|s| s.verdict).collect();
    assert_eq!(graded, [Verdict::NotJudged]);

    let late = did("We refund a charge within 45 days.");
    let told = missed(&case(), &late);
    assert_eq!(told.iter().map(|(s, _)| *s).collect::<Vec<_>>(), [Scorer::MustSay, Scorer::MustNotSay]);
    assert!(told[0].1.contains("nearest: “We refund a charge within 45 days.”"), "{told:?}");

    let mut loose = good.clone();
    let draft = loose.draft.as_mut().expect("a draft");
    draft.sentences = vec![sentence("We refund.", &[7], Support::Unsupported)];
    let told = missed(&case(), &loose);
    assert_eq!(told.iter().map(|(s, _)| *s).collect::<Vec<_>>(), [Scorer::Citation, Scorer::Grounding]);
    assert!(told[0].1.contains("it cites nothing"), "{told:?}");

    let none = Did { draft: Err("Refunds are decided by people.".into()), ..good.clone() };
    let told = missed(&case(), &none);
    assert!(told.iter().all(|(_, why)| why.contains("Refunds are decided by people.")), "{told:?}");
    assert_eq!(told.len(), 2);

    let unsure = Did { label: Label::Found(None), ..good.clone() };
    assert_eq!(missed(&case(), &unsure)[0].0, Scorer::Label);
    let unasked = Did { label: Label::NotAsked("no classifier".into()), ..good.clone() };
    assert_eq!(missed(&case(), &unasked), []);
    assert!(score(&case(), &unasked).iter().any(|s| s.verdict == Verdict::NotJudged));
}

#[test]
fn replies_that_must_not_be_length_voice_questions_and_escalation_are_judged() {
    let mut case = case();
    case.expect =
        Expectation { reply: Some(Reply::Withheld), escalation: Some(Escalation::GoesUp), ..Default::default() };
    let told = missed(&case, &did("We refund."));
    assert_eq!(told.iter().map(|(s, _)| *s).collect::<Vec<_>>(), [Scorer::Reply, Scorer::Escalation]);
    assert!(told[1].1.contains("Signals seen: none"), "{told:?}");

    case.expect = Expectation {
        must_ask: vec!["invoice number".into()],
        words_max: Some(3),
        escalation: Some(Escalation::Stays),
        ..Default::default()
    };
    let mut one = did("Hello!! Which day was it? We will see.");
    one.voice = Some((Voice { exclamation: Usage::Never, ..Voice::shipped() }, Language::English));
    one.escalation.rise = Rise::Propose;
    let told = missed(&case, &one);
    assert_eq!(
        told.iter().map(|(s, _)| *s).collect::<Vec<_>>(),
        [Scorer::Escalation, Scorer::MustAsk, Scorer::Length, Scorer::Voice]
    );
    assert!(told[1].1.contains("it asks “Which day was it?”"), "{told:?}");
    assert!(missed(&case, &did("Your invoice number?")).is_empty());
}

#[test]
fn phrases_are_whole_words_and_small_marks_do_not_count() {
    let cases = [
        ("Within **30 days**", "within 30 days", true),
        ("within 130 days", "30 days", false),
        ("30 days’ notice", "days' notice", true),
        ("reset it\nin Settings", "Reset it in settings", true),
        ("refunds", "refund", false),
        ("costs €30.", "€30", true),
        ("anything", "", false),
    ];
    for (said, phrase, holds) in cases {
        assert_eq!(text::says(said, phrase), holds, "{said} | {phrase}");
    }
}

#[test]
fn a_policy_that_says_something_else_is_named() {
    use crate::policy::{Policies, PolicyKind};
    let category = crate::triage::Category {
        key: "billing.plan".into(),
        name: "Plans".into(),
        description: String::new(),
        operating_model: crate::operating::OperatingModel::BillingExplanation,
        queue: "billing".into(),
    };
    let policies = Policies::new(vec![category], Vec::new());
    let mut case = case();
    case.policies = matter(&policies, &case).map(Pin::of).collect();
    assert_eq!(causes(&case, &policies), Vec::<String>::new());
    let mut changed = policies.find(PolicyKind::OperatingModel, "billing.plan").expect("there").clone();
    changed.body.push_str("\nwriting = \"nothing\"\n");
    changed.version = 2;
    let told = causes(&case, &policies.clone().with(changed));
    assert_eq!(
        told,
        [
            "The operating model of “Plans” (operating_model/billing.plan) says something else than its version 1, with which the case was made; here it is version 2."
        ]
    );
    let pin: Pin = case.policies[0].to_string().parse().expect("reads back");
    assert_eq!(pin, case.policies[0]);
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9 ,.:#'\"{}&*!|>%@`äß€\\[\\]\\\\-]{1,30}",
        "\\PC{1,20}",
        "[ a-z\n]{1,40}",
        any::<String>(),
        Just("- yes\n".to_owned()),
        Just("true".to_owned()),
        Just("1.5".to_owned()),
        Just("~".to_owned()),
    ]
}

proptest! {
    #[test]
    fn whatever_people_write_comes_back_letter_for_letter(
        (title, subject, text) in (words(), words(), words()),
        (source, phrase, role) in (words(), words(), words()),
    ) {
        let mut case = case();
        case.failure = Failure::WrongTone;
        case.title = format!("t{title}");
        case.messages.insert(0, Said { by: Speaker::Desk, subject, text: text.clone() });
        case.messages[1].text = text;
        case.sources[0].text = format!("s{source}");
        case.asker.role = Some(role);
        case.expect.must_say = vec![format!("p{phrase}")];
        case.expect.must_not_say.clear();
        case.expect.words_max = None;
        let written = write(&case);
        prop_assert_eq!(read(&written).map_err(|p| format!("{p:?}\n{written}")), Ok(case));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        let _ = read(&text);
    }
}

#[test]
fn a_case_survives_json_and_promptfoo_and_foreign_tests_are_taken_as_far_as_they_go() {
    let json = serde_json::to_string(&tree(&case())).expect("writes");
    assert!(!json.contains('\n'));
    assert_eq!(read(&json), Ok(case()));
    let other = Case { id: "second".into(), ..case() };
    let text = to_promptfoo(&[case(), other.clone()], None);
    assert!(text.contains("type: icontains"), "{text}");
    assert_eq!(from_promptfoo(&text, "2026-11-23"), Ok((vec![case(), other], Vec::new())));

    let foreign = "\
prompts: ['{{question}}']
tests:
  - description: Password reset
    vars: {question: How do I reset it?}
    assert:
      - {type: icontains, value: Settings}
      - {type: not-contains, value: call us}
      - {type: llm-rubric, value: is polite}
      - {type: latency, threshold: 5}
  - vars: {x: y}
";
    let (cases, left_out) = from_promptfoo(foreign, "2026-11-23").expect("reads");
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0].id, "password-reset-1");
    assert_eq!(
        (cases[0].expect.must_say.as_slice(), cases[0].origin),
        (&["Settings".to_owned()][..], Origin::Imported)
    );
    assert_eq!(cases[0].expect.must_not_say, ["call us"]);
    assert_eq!(cases[0].expect.graded, ["is polite"]);
    assert_eq!(left_out.len(), 2, "{left_out:?}");
    assert!(left_out[0].contains("latency") && left_out[1].contains("Test 2: no variable"), "{left_out:?}");
    let problems = from_promptfoo("tests: 5", "2026-11-23").expect_err("no list");
    assert_eq!(problems[0].line, 1);
}

#[test]
fn the_same_question_in_another_story_is_alike_and_another_question_is_not() {
    let asks = |text: &str| Case {
        messages: vec![Said { by: Speaker::Requester, subject: String::new(), text: text.to_owned() }],
        ..case()
    };
    let plain = asks("Where can I change the VAT id of our company?");
    let told =
        asks("Hello, I am [person 1] of [email 1], call [phone 1]. Where can I change the VAT id of our company?");
    let other = asks("Where can I change the password of our company account?");
    let sure = |a: &Case, b: &Case| sameness(&Asked::of(a), &Asked::of(b), None);
    assert!(sure(&plain, &told) >= SAME, "{}", sure(&plain, &told));
    assert!(sure(&plain, &other) < SAME, "{}", sure(&plain, &other));
    assert!(sure(&asks("Hi"), &asks("Hello")) < SAME);
}

#[test]
fn what_decides_the_outcome_keeps_cases_apart_however_alike_their_words() {
    let asks = |text: &str| Case {
        messages: vec![Said { by: Speaker::Requester, subject: String::new(), text: text.to_owned() }],
        ..case()
    };
    let term = |days: u32| {
        let mut case = asks(&format!("We paid {days} days ago and would like our money back please."));
        case.sources[0].text = "We refund a charge within 30 days.".to_owned();
        case
    };
    let agree = |a: &Case, b: &Case| Asked::of(a).agrees(&Asked::of(b));
    assert!(agree(&term(45), &term(61)) && agree(&term(3), &term(9)) && !agree(&term(45), &term(9)));
    let code = |code: &str| asks(&format!("All deliveries fail with {code} since this morning."));
    assert!(agree(&code("SIG-401"), &code("sig-401")) && !agree(&code("SIG-401"), &code("SIG-408")));
    assert!(agree(&code("SIG-401"), &code("an error")) && agree(&code("INV-2026-10001"), &code("INV-2026-10002")));
    let elsewhere = Case { category: Some("other.queue".to_owned()), ..term(45) };
    let otherwise = Case { failure: Failure::WrongTone, ..term(45) };
    assert!(!agree(&term(45), &elsewhere) && !agree(&term(45), &otherwise));
    assert!(sameness(&Asked::of(&term(45)), &Asked::of(&term(9)), Some(1.0)) <= 0.0);
}

#[test]
fn a_new_case_joins_the_group_whose_likest_is_sure_and_vectors_of_other_lengths_say_nothing() {
    let asks = |text: &str| Case {
        messages: vec![Said { by: Speaker::Requester, subject: String::new(), text: text.to_owned() }],
        ..case()
    };
    let (vat, logo) = ("Where can I change the VAT id of our company?", "How do I put our logo on the invoices?");
    let kept = |head: &'static str, text: &str| Kept { head, asked: Asked::of(&asks(text)), vector: None };
    let there = [kept("vat", vat), kept("logo", logo)];
    let find = |text: &str| nearest(&Asked::of(&asks(text)), None, &there);
    assert_eq!((find(vat), find(logo)), (Some("vat"), Some("logo")));
    assert_eq!(find("The export of all bookings stops half-way."), None);
    assert_eq!(cosine(Some(&[1.0, 0.0]), Some(&[1.0])), None);
    assert!(cosine(Some(&[1.0, 0.0]), Some(&[2.0, 0.0])).is_some_and(|c| (c - 1.0).abs() < 1e-9));
}

const OF_PRODUCT: &str = "\
id: relay-copilot-deleted-1042
title: Copilot deleted an endpoint
severity: severe
failure: wrong_tool_call
from: own_ai
suite: Relay Copilot
sentiment: angry
made: 2026-11-22
messages:
  - by: requester
    text: I asked Copilot to list the endpoints, and it deleted one
steps:
  - I asked Copilot to list the endpoints
  - It deleted one
expect: {}
";

#[test]
fn a_case_about_another_product_keeps_its_suite_sentiment_and_steps_and_expects_what_its_people_say() {
    let own = read(OF_PRODUCT).expect("it reads");
    assert_eq!(write(&own), OF_PRODUCT);
    assert!(!own.is_of_desk() && case().is_of_desk());
    assert!(own.words().any(|words| words == "It deleted one"), "steps are looked through for people too");
    let told = |change: &dyn Fn(&mut Case)| {
        let mut case = own.clone();
        change(&mut case);
        check(&case).into_iter().map(|(_, why)| why).collect::<Vec<_>>().join(" ")
    };
    assert!(told(&|c| c.suite = None).contains("name the product under suite"));
    assert!(told(&|c| c.suite = Some(" ".into())).contains("name of a product"));
    assert!(told(&|c| c.steps.push(" ".into())).contains("none of them empty"));
    assert!(told(&|c| c.expect.reply = Some(Reply::Written)).contains("judged of this desk alone"));
    assert_eq!(told(&|c| c.expect.must_not_say = vec!["deleted".into()]), "");
    let here = Case { suite: None, ..own.clone() };
    assert_eq!(sameness(&Asked::of(&own), &Asked::of(&here), None), 0.0, "suites are kept apart");
    let suite = to_promptfoo(std::slice::from_ref(&own), Some("Relay Copilot"));
    assert!(
        suite.contains("{{steps}}") && suite.contains("It deleted one") && suite.contains("sentiment: angry"),
        "{suite}"
    );
    assert_eq!(from_promptfoo(&suite, "2026-11-23").expect("it reads").0, [own]);
}
