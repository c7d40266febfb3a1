use super::*;
use crate::{deadline, policy::Problem, risk};

fn seen(signal: Signal) -> Seen {
    Seen { signal, quote: signal.word().to_owned(), message: None, span: None }
}

fn place() -> Place<'static> {
    Place { category: Some("technical.sync"), queue: "technical", open: true, demanded: &[] }
}

fn rise(signals: &[Signal]) -> Rise {
    static SHIPPED: std::sync::LazyLock<Escalating> = std::sync::LazyLock::new(Escalating::shipped);
    decide(&SHIPPED, signals.iter().copied().map(seen).collect(), place()).rise
}

/// With receivers of every kind, while nobody works.
fn rise_at_night(signals: &[Signal]) -> Rise {
    static POLICY: std::sync::LazyLock<Escalating> = std::sync::LazyLock::new(|| {
        Escalating::parse(&format!("{SHIPPED}{RECEIVERS}"), &["technical".to_owned()]).expect("reads")
    });
    decide(&POLICY, signals.iter().copied().map(seen).collect(), Place { open: false, ..place() }).rise
}

#[test]
fn the_shipped_text_and_words_read() {
    assert_eq!(Escalating::parse(SHIPPED, &[]), Ok(Escalating::shipped()));
    assert_eq!(Escalating::shipped().together.len(), 9);
    assert_eq!(signals::unread(), Vec::<&str>::new());
}

#[test]
fn two_signals_or_one_that_is_enough() {
    assert_eq!(rise(&[]), Rise::Stay);
    assert_eq!(rise(&[Signal::Frustration]), Rise::Stay);
    assert_eq!(rise(&[Signal::Frustration, Signal::RepeatedContact]), Rise::Propose);
    assert_eq!(rise(&[Signal::HighValue, Signal::Cancellation]), Rise::Propose);
    assert_eq!(rise(&[Signal::Legal]), Rise::Propose);
    assert_eq!(rise(&[Signal::PersonRequested]), Rise::Enforce);
    assert_eq!(rise(&[Signal::SelfHarm, Signal::Frustration]), Rise::Enforce);
}

#[test]
fn more_signals_never_weigh_less() {
    let all = Signal::ALL;
    for bits in 0_u32..(1 << 10) {
        let some: Vec<Signal> =
            all.iter().enumerate().filter(|(n, _)| bits >> (n % 10) & 1 == 1 && n % 5 != 4).map(|(_, s)| *s).collect();
        for more in all {
            let mut with = some.clone();
            if !with.contains(more) {
                with.push(*more);
            }
            assert!(rise(&with) >= rise(&some), "{some:?} and {more}");
            assert!(rise_at_night(&with) >= rise_at_night(&some), "{some:?} and {more} at night");
        }
    }
}

#[test]
fn a_category_may_demand_more_and_nothing_less() {
    let demanded = [crate::risk::Flag::Frustration];
    let decision =
        decide(&Escalating::shipped(), vec![seen(Signal::Frustration)], Place { demanded: &demanded, ..place() });
    assert_eq!(decision.rise, Rise::Enforce);
    assert!(decision.because.contains("category's policy"), "{}", decision.because);
}

const RECEIVERS: &str = "
[[receiver]]
key = \"night\"
for = [\"anger\"]
when = \"closed\"
on_call = [\"mara@fernhill.example\", \"timo@fernhill.example\"]
needs = [\"wants\"]
[[receiver]]
key = \"engineering\"
categories = [\"technical.*\"]
queue = \"technical\"
[[receiver]]
key = \"rest\"
mail = [\"duty@fernhill.example\"]
";

#[test]
fn the_first_receiver_that_fits_takes_it() {
    let policy = Escalating::parse(&format!("{SHIPPED}{RECEIVERS}"), &["technical".to_owned()]).expect("reads");
    let to = |signal, open, category| {
        decide(&policy, vec![seen(signal)], Place { open, category: Some(category), ..place() }).receiver
    };
    assert_eq!(to(Signal::Anger, false, "billing.invoice").as_deref(), Some("night"));
    assert_eq!(to(Signal::Anger, true, "billing.invoice").as_deref(), Some("rest"));
    assert_eq!(to(Signal::Legal, false, "technical.sync").as_deref(), Some("engineering"));
    assert_eq!(decide(&Escalating::shipped(), vec![seen(Signal::Legal)], place()).receiver, None);
}

#[test]
fn at_night_what_a_person_on_call_takes_needs_nobody_to_agree() {
    let policy = Escalating::parse(&format!("{SHIPPED}{RECEIVERS}"), &["technical".to_owned()]).expect("reads");
    let at = |signals: &[Signal], open| {
        let decision = decide(&policy, signals.iter().copied().map(seen).collect(), Place { open, ..place() });
        (decision.rise, decision.receiver, decision.because)
    };
    let (rise, receiver, because) = at(&[Signal::Anger], false);
    assert_eq!((rise, receiver.as_deref()), (Rise::Enforce, Some("night")));
    assert_eq!(because, "Anger is enough alone. Nobody works now, so night is called.");
    assert_eq!(at(&[Signal::Anger], true).0, Rise::Propose);
    assert_eq!(at(&[Signal::Legal], false).0, Rise::Propose, "nobody on call takes it");
    assert_eq!(at(&[Signal::Frustration], false).0, Rise::Stay);
    let small =
        Escalating::parse(&format!("{SHIPPED}{}", RECEIVERS.replace("anger", "impact")), &["technical".to_owned()]);
    let small = decide(
        &small.expect("reads"),
        vec![seen(Signal::Impact), seen(Signal::LowConfidence)],
        Place { open: false, ..place() },
    );
    assert_eq!(small.rise, Rise::Propose, "several small signals wake nobody");
}

#[test]
fn what_is_wrong_with_a_text_is_told_with_its_line() {
    let parse = |text: &str| -> Vec<Problem> { Escalating::parse(text, &["technical".to_owned()]).expect_err(text) };
    let without = SHIPPED.replace("\"legal\", ", "");
    let cases = [
        (without.as_str(), 2, "Add “legal”"),
        (&SHIPPED.replace("together_min = 2", "together_min = 9"), 5, "between 1 and 5"),
        (&SHIPPED.replace("silence_hours = 16", "silence_hours = -4"), 13, "between 1"),
        (&SHIPPED.replace("\"impact\"", "\"weather\""), 4, "escalation signal"),
        (&format!("{SHIPPED}\n[[receiver]]\nkey = \"x\""), 35, "reached one way"),
        (&format!("{SHIPPED}\n[[receiver]]\nkey = \"x\"\nqueue = \"nowhere\""), 36, "no queue"),
        (&format!("{SHIPPED}\n[[receiver]]\nkey = \"x\"\non_call = [\"nobody\"]"), 36, "no mail address"),
        (&format!("{SHIPPED}\n[[receiver]]\nkey = \"x\"\non_call = []"), 36, "one to 10"),
    ];
    for (text, line, part) in cases {
        let problems = parse(text);
        assert!(problems.iter().any(|p| p.line == line && p.why.contains(part)), "{part}: {problems:?}");
    }
}

#[test]
fn each_person_has_their_minutes_then_mail_then_everybody_sees() {
    let since = Timestamp::from_secs(1_795_000_000);
    let at = |minutes: i64| on_call(2, 10, since, since.plus_seconds(minutes * 60));
    assert_eq!(
        [at(0), at(9), at(10), at(20), at(30), at(9_999)],
        [OnCall::Person(0), OnCall::Person(0), OnCall::Person(1), OnCall::Mail, OnCall::Banner, OnCall::Banner]
    );
    assert_eq!(on_call(2, 10, since, since.plus_seconds(-3_600)), OnCall::Person(0), "a clock that went back");
    assert_eq!(on_call(0, 10, since, since), OnCall::Mail, "nobody on call");
}

#[test]
fn words_and_figures_become_signals_with_their_place() {
    let text = "This is the third time I write about this. Nobody in our office can work since this morning.";
    let flags = risk::raised(text);
    let case = Case {
        open: vec![Contact { message: None, text }],
        flags: &flags,
        known: vec!["Enterprise plan"],
        ..Case::default()
    };
    let found = signals(&Escalating::shipped(), &case);
    let kinds: Vec<Signal> = found.iter().map(|s| s.signal).collect();
    for wanted in [Signal::HighValue, Signal::Impact, Signal::RepeatedContact] {
        assert!(kinds.contains(&wanted), "{wanted}: {found:?}");
    }
    for one in found.iter().filter(|s| s.span.is_some()) {
        let (start, end) = one.span.unwrap_or_default();
        assert_eq!(text.chars().skip(start).take(end - start).collect::<String>(), one.quote);
    }
    let late = Case {
        waiting_seconds: 16 * 3_600,
        requests: 3,
        unsure: true,
        missed: Some("Late.".into()),
        ..Case::default()
    };
    let kinds: Vec<Signal> = signals(&Escalating::shipped(), &late).iter().map(|s| s.signal).collect();
    assert_eq!(kinds, [Signal::LowConfidence, Signal::RepeatedContact, Signal::Silence, Signal::Overdue]);
    assert!(deadline::find(text, Timestamp::from_secs(0)).is_none());
}
