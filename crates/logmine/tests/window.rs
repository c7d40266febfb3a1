//! Whatever comes, a window stays within its memory and says what it left away.

use logmine::window::{Call, Event, EventKind, Kept, Line, Loss, Measured, Point, Settings, Window};
use proptest::prelude::*;

const NOW: i64 = 1_795_000_000_000_000;
const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const SMALL: Settings = Settings { minutes: 60, bytes: 8 << 20, services: 5, label_sets: 10, ahead_seconds: 60 };

fn line(service: &str, at: i64, text: &str) -> Line<'static> {
    let (service, text): (&'static str, &'static str) = (service.to_owned().leak(), text.to_owned().leak());
    Line { service, at: Some(at), severity: 9, text: text.as_bytes(), attributes: &[], trace: None }
}

fn point<'a>(name: &'a str, labels: &'a [(String, String)], at: i64, measured: Measured) -> Point<'a> {
    Point { service: "web", name, labels, at: Some(at), measured }
}

fn values(window: &Window, name: &str) -> Vec<Option<f64>> {
    window.metrics().find(|(key, _)| &*key.name == name).map(|(_, m)| m.values().collect()).unwrap_or_default()
}

#[test]
fn lines_are_counted_by_minute_and_kept_with_their_parameters() {
    let mut window = Window::new(SMALL);
    for n in 0..30 {
        assert!(window.line(line("web", NOW - n * MINUTE, &format!("order {n} paid in 12 ms")), NOW));
    }
    let templates = window.templates("web").expect("a service");
    let [template] = templates.list() else { panic!("one template: {:?}", templates.list()) };
    assert_eq!(template.text, "order <*> paid in <*>");
    assert_eq!(window.series("web", template).counts, vec![1.0; 30]);
    assert_eq!(window.lines_of("web", template).count(), 30);
    let found =
        window.lines(|service| service == "web").find(|view| view.line.text.contains("order 7 ")).expect("kept");
    let parameters = window.parameters("web", &templates, &found.line.text);
    assert_eq!(parameters.iter().map(|p| p.text.as_str()).collect::<Vec<_>>(), ["7", "12 ms"]);
    assert_eq!(window.lines(|_| false).count(), 0);
}

#[test]
fn clocks_that_are_wrong_are_counted_and_harm_nobody() {
    let mut window = Window::new(SMALL);
    assert!(window.line(line("web", NOW, "in time"), NOW));
    assert!(window.line(line("web", NOW + 86_400 * SECOND, "in time"), NOW), "ahead: counted as now");
    assert!(!window.line(line("web", NOW - 61 * MINUTE, "in time"), NOW), "older than the window");
    assert!(window.line(line("web", NOW - 59 * MINUTE, "in time"), NOW), "out of order");
    assert!(window.line(line("web", i64::MAX, "in time"), NOW));
    assert!(!window.line(line("web", i64::MIN, "in time"), NOW));
    assert_eq!((window.losses().of(Loss::ClockAhead), window.losses().of(Loss::LineLate)), (2, 2));
    let templates = window.templates("web").expect("a service");
    let series = window.series("web", &templates.list()[0]);
    assert_eq!((series.counts[0], series.counts.last()), (1.0, Some(&3.0)));
    assert!(!window.is_repeated(7) && window.is_repeated(7));
    assert_eq!(window.losses().of(Loss::BatchRepeated), 1);
}

#[test]
fn what_repeats_goes_first_and_what_failed_or_is_rare_stays() {
    let mut window = Window::new(SMALL);
    window.line(line("web", NOW - 50 * MINUTE, "the one line about customs papers"), NOW);
    let text = format!("heartbeat of node 4711 is fine {}", "and well ".repeat(20));
    for n in 0..200_000_i64 {
        window.line(line("web", NOW - 50 * MINUTE + n * 10_000, &text), NOW);
        if n % 500 == 0 {
            let failed =
                Line { severity: 17, ..line("web", NOW - 50 * MINUTE + n * 10_000, &format!("payment {n} failed")) };
            window.line(failed, NOW);
        }
        assert!(n % 1_000 != 0 || window.bytes() < SMALL.bytes, "{}", window.bytes());
    }
    let kept = |words: &str| window.lines(|_| true).filter(|view| view.line.text.contains(words)).count();
    assert_eq!((kept("customs papers"), kept("payment")), (1, 400));
    assert!(kept("heartbeat") < 40_000);
    assert_eq!(window.losses().of(Loss::LineForgotten) as usize, 200_000 - kept("heartbeat"));
    assert_eq!(window.losses().of(Loss::FailingLineForgotten), 0);
    let templates = window.templates("web").expect("a service");
    assert_eq!(
        templates.list().iter().map(|t| window.series("web", t).counts.iter().sum::<f64>()).sum::<f64>(),
        200_401.0
    );
}

/// Words without end, none twice.
fn word(n: u64) -> String {
    let mut n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut letter = || {
        let c = char::from(b'g' + (n % 20) as u8);
        n /= 20;
        c
    };
    (0..9).map(|_| letter()).collect()
}

#[test]
fn a_collector_that_never_stops_and_never_repeats_fills_no_memory() {
    let mut window = Window::new(SMALL);
    for n in 0..120_000_u64 {
        let service = word(n % 50);
        let text = (0..=n % 9).map(|i| word(n * 10 + i)).collect::<Vec<_>>().join(" ");
        let at = NOW + n as i64 * SECOND / 10;
        window.line(line(&service, at, &text), at);
        window.tidy(at);
    }
    let losses = window.losses();
    assert!(window.bytes() < SMALL.bytes, "{} {losses:?}", window.bytes());
    assert!(losses.of(Loss::ShapeBeyond) > 50_000 && losses.of(Loss::ServiceBeyond) > 50_000, "{losses:?}");
    assert!(losses.of(Loss::ServiceForgotten) > 0, "what was full begins again after a window");
}

#[test]
fn enormous_and_binary_lines_are_cut_and_counted() {
    let mut window = Window::new(SMALL);
    let enormous = "word ".repeat(2 << 20);
    window.line(line("web", NOW, &enormous), NOW);
    let binary: Vec<u8> = (0..255).cycle().take(10_000).collect();
    window.line(Line { text: binary.leak(), ..line("web", NOW, "") }, NOW);
    assert_eq!((window.losses().of(Loss::LineCut), window.losses().of(Loss::LineBinary)), (1, 1));
    assert_eq!(window.lines(|_| true).map(|view| view.line.text.len()).sum::<usize>(), 4 << 10);
}

#[test]
fn metrics_are_levels_means_and_increases_by_the_minute() {
    let mut window = Window::new(SMALL);
    let begin = NOW - 10 * MINUTE;
    for (minute, total) in [(0, 5.0), (1, 8.0), (2, 20.0), (3, 2.0), (5, 3.0)] {
        let at = begin + minute * MINUTE;
        window.point(point("requests", &[], at, Measured::Total(total, 0)), NOW);
        window.point(point("depth", &[], at, Measured::Level(total)), NOW);
        window.point(point("depth", &[], at, Measured::Level(total + 2.0)), NOW);
        window.point(point("latency", &[], at, Measured::TotalSpread(total * 0.5, total, 0)), NOW);
    }
    assert_eq!(values(&window, "depth"), [Some(6.0), Some(9.0), Some(21.0), Some(3.0), None, Some(4.0)]);
    assert_eq!(values(&window, "requests"), [Some(3.0), Some(12.0), Some(2.0), None, Some(1.0)], "begun again at 2");
    assert_eq!(values(&window, "latency"), [Some(0.5), Some(0.5), Some(0.5), None, Some(0.5)]);
}

#[test]
fn label_explosions_are_refused_and_restless_series_stay() {
    let mut window = Window::new(SMALL);
    let label = |n: usize| vec![("user".to_owned(), n.to_string())];
    let taken = (0..1_000).filter(|n| window.point(point("hits", &label(*n), NOW, Measured::Level(1.0)), NOW)).count();
    assert_eq!((taken, window.losses().of(Loss::LabelSetBeyond)), (10, 990));
    for minute in 0..3 {
        let at = NOW + minute * MINUTE;
        window.point(point("restless", &[], at, Measured::Level(minute as f64 * 50.0)), at);
        for n in 0..20_000 {
            window.point(point(&format!("m{}", n + minute * 100_000), &[], at, Measured::Level(3.0)), at);
        }
        assert!(window.bytes() < SMALL.bytes, "{}", window.bytes());
    }
    assert!(window.losses().of(Loss::SeriesBeyond) > 10_000 && window.losses().of(Loss::SeriesForgotten) > 0);
    assert_eq!(values(&window, "restless").len(), 3);
}

fn call(service: &'static str, id: u8, parent: Option<u8>, failed: Option<&'static str>) -> Call<'static> {
    let span = |n: u8| [n; 8];
    let (operation, trace) = ("GET", [1; 16]);
    Call { service, operation, trace, id: span(id), parent: parent.map(span), at: Some(NOW), seconds: 0.5, failed }
}

#[test]
fn calls_are_counted_and_linked_in_any_order() {
    let mut window = Window::new(SMALL);
    // What is called ends, and is sent, before its caller.
    for one in [call("stock", 3, Some(2), Some("gone")), call("cart", 2, Some(1), None), call("web", 1, None, None)] {
        assert!(window.call(one, NOW));
    }
    window.call(call("mail", 4, Some(1), None), NOW);
    let edges: Vec<(String, String)> = window.edges().map(|edge| (edge.caller, edge.callee)).collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(edges, [pair("cart", "stock"), pair("web", "cart"), pair("web", "mail")]);
    assert_eq!(window.failed_calls().map(|call| call.message.as_str()).collect::<Vec<_>>(), ["gone"]);
    let stock = window.operations().find(|o| o.service == "stock").expect("counted");
    assert_eq!(stock.minutes.values().map(|m| (m.calls, m.failed)).collect::<Vec<_>>(), [(1, 1)]);
    for n in 0..10_000_u32 {
        let operation: &'static str = format!("op {n}").leak();
        window.call(Call { operation, ..call("web", 9, None, Some("x")) }, NOW);
    }
    assert!(window.operations().count() <= 4_001);
    assert_eq!(window.failed_calls().count(), 4_000);
    assert!(window.losses().of(Loss::OperationBeyond) > 5_000 && window.losses().of(Loss::FailedSpanForgotten) > 5_000);
    window.tidy(NOW + 61 * MINUTE);
    assert_eq!((window.operations().count(), window.failed_calls().count(), window.edges().count()), (0, 0, 0));
}

#[test]
fn another_version_is_a_deploy_and_events_stand_in_order() {
    let mut window = Window::new(SMALL);
    window.line(line("web", NOW, "hello"), NOW);
    for version in ["1.0", "1.0", "1.1", "1.0"] {
        window.version("web", version, NOW);
    }
    let incident =
        Event { at: NOW - 5, kind: EventKind::Incident, service: String::new(), text: "mail is slow".to_owned() };
    window.note(incident.clone());
    window.note(incident);
    let events: Vec<(EventKind, &str)> = window.events().map(|event| (event.kind, event.text.as_str())).collect();
    assert_eq!(events, [(EventKind::Incident, "mail is slow"), (EventKind::Deploy, "1.1")]);
}

#[test]
fn templates_and_rates_survive_a_restart_and_lines_do_not() {
    let mut window = Window::new(SMALL);
    for n in 0..40 {
        window.line(line("web", NOW - n * MINUTE, &format!("order {n} paid")), NOW);
        window.line(line("web", NOW - n * MINUTE, &format!("user u{n} of Ana Silva signed in")), NOW);
    }
    let before = window.templates("web").expect("a service");
    let written = serde_json::to_string(&window.kept()).expect("writes");
    let kept: Kept = serde_json::from_str(&written).expect("reads");
    let mut restored = Window::restore(kept, SMALL).expect("the same version");
    let after = restored.templates("web").expect("a service");
    assert_eq!(before.list(), after.list());
    for template in after.list() {
        assert_eq!(window.series("web", template), restored.series("web", template));
        assert_eq!(window.hours("web", template), restored.hours("web", template));
        assert_eq!(window.seen("web", template), restored.seen("web", template));
    }
    assert_eq!(restored.lines(|_| true).count(), 0);
    restored.line(line("web", NOW, "order 99 paid"), NOW);
    assert_eq!(restored.templates("web").expect("a service").list().len(), before.list().len());
    assert!(
        Window::restore(
            serde_json::from_str(&written.replacen("\"version\":1", "\"version\":9", 1)).expect("reads"),
            SMALL
        )
        .is_err()
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn anything_in_any_order_is_counted_or_said_to_be_lost(
        lines in prop::collection::vec((0..8_u8, any::<i64>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..60)), 1..80),
        points in prop::collection::vec((0..4_u8, any::<i64>(), any::<f64>(), any::<f64>()), 0..40),
    ) {
        let mut window = Window::new(SMALL);
        let mut taken = 0;
        for (service, at, severity, text) in &lines {
            let service = format!("s{service}");
            let at = if at % 2 == 0 { *at } else { NOW + at % (90 * MINUTE) };
            let one = Line { service: &service, at: Some(at), severity: *severity, text, attributes: &[], trace: None };
            taken += u64::from(window.line(one, NOW));
        }
        for (name, at, a, b) in &points {
            let at = NOW + at % (90 * MINUTE);
            let measured = [Measured::Level(*a), Measured::Total(*a, 0), Measured::TotalSpread(*a, *b, 0), Measured::Spread(*a, *b)];
            window.point(point("m", &[], at, measured[*name as usize]), NOW);
        }
        prop_assert_eq!(taken + window.losses().of(Loss::LineLate), lines.len() as u64);
        let counted: u64 = window.services().iter().map(|service| service.lines).sum();
        prop_assert_eq!(counted, taken);
        window.tidy(NOW + MINUTE);
        prop_assert!(window.bytes() < SMALL.bytes);
        prop_assert!(window.metrics().all(|(_, metric)| metric.values().count() <= 60));
    }
}
