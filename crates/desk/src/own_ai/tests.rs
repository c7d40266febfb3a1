//! Mails that complain about an AI product, and mails that only sound like it (`fixtures/failures/own_ai.txt`).

use super::*;

const MAILS: &str = include_str!("../../../../fixtures/failures/own_ai.txt");

fn said(subject: &str, text: &str) -> [Said; 1] {
    [Said { by: Speaker::Requester, subject: subject.to_owned(), text: text.to_owned() }]
}

fn products() -> Vec<String> {
    vec!["Relay Copilot".to_owned()]
}

#[derive(Default, Debug)]
struct Measured {
    there: usize,
    found: usize,
    right: usize,
    /// With the right word for what went wrong.
    named: usize,
    missed: Vec<String>,
}

fn measured(part: &str) -> Measured {
    let mut m = Measured::default();
    for line in MAILS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let fields: Vec<&str> = line.splitn(3, " | ").collect();
        let [of, truth, mail] = fields[..] else { panic!("{line}") };
        let (subject, text) = mail.split_once(" :: ").expect("a subject");
        if of != part {
            continue;
        }
        let truth: Option<Failure> = if truth == "no" { None } else { Some(truth.parse().expect(line)) };
        let found = complaint(&said(subject, text), &products()).map(|c| c.failure);
        m.there += usize::from(truth.is_some());
        m.found += usize::from(found.is_some());
        m.right += usize::from(found.is_some() && truth.is_some());
        m.named += usize::from(found.is_some() && found == truth);
        if found != truth {
            m.missed.push(format!("\n{subject}: {truth:?}, found {found:?}"));
        }
    }
    m
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures of docs/quality.md")]
fn complaints_about_the_product_are_found_and_little_else_is() {
    for (part, precision, recall, named) in [("development", 0.95, 0.95, 0.8), ("test", 0.8, 0.65, 0.3)] {
        let m = measured(part);
        let share = |n: usize, of: usize| n as f64 / of as f64;
        let figures = [share(m.right, m.found), share(m.right, m.there), share(m.named, m.right)];
        println!("{part}: {figures:.2?} of {} complaints, {} found {}", m.there, m.found, m.missed.concat());
        assert!(figures.iter().zip([precision, recall, named]).all(|(got, least)| *got >= least), "{part}: {m:?}");
    }
}

#[test]
fn a_wrong_tool_call_is_told_with_its_steps_and_how_bad_it_is() {
    let text = "1. I asked Copilot to pause the endpoint. \n2) It said done.\n3: It had rotated the key instead.\nAll our deliveries failed!!";
    let found = complaint(&said("Copilot ran the wrong action", text), &products()).expect("one");
    let (failure, severity, sentiment) = (Failure::WrongToolCall, Severity::Severe, Sentiment::Angry);
    assert_eq!((found.failure, found.severity, found.sentiment), (failure, severity, sentiment));
    let steps = ["I asked Copilot to pause the endpoint.", "It said done.", "It had rotated the key instead."];
    assert_eq!(found.steps, steps);
}

#[test]
fn the_product_that_is_named_is_meant_and_without_products_nobody_complains() {
    let both = ["Relay Copilot".to_owned(), "Fernhill Scribe".to_owned()];
    let of = |text: &str| complaint(&said("", text), &both).map(|c| c.product);
    assert_eq!(of("Scribe made up a paragraph that is not in our notes.").as_deref(), Some("Fernhill Scribe"));
    assert_eq!(of("Your chatbot made up a setting.").as_deref(), Some("Relay Copilot"));
    assert_eq!(of("The inscriber made up a paragraph."), None, "a name is a whole word");
    assert_eq!(complaint(&said("Copilot", "Copilot made it up."), &[]), None);
    assert_eq!(complaint(&[], &both), None);
}

#[test]
fn what_our_people_wrote_and_what_stands_far_away_is_no_complaint() {
    let desk = [Said { by: Speaker::Desk, subject: String::new(), text: "Copilot made that up, sorry.".into() }];
    assert_eq!(complaint(&desk, &products()), None);
    let far = "We use Copilot every day. It is part of our plan. We pay by card. We are in Berlin. We have ten seats. Now to the matter. The setting does not exist.";
    assert_eq!(complaint(&said("Settings", far), &products()), None);
}

#[test]
fn a_letter_without_end_is_read_in_a_moment() {
    let started = std::time::Instant::now();
    for text in ["The bot deleted it again. ".repeat(40_000), "bot ".repeat(200_000), "a.".repeat(400_000)] {
        let _ = complaint(&said("Copilot", &text), &products());
    }
    // Before there was a bound, the first alone took six seconds without optimisation.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let late = format!("{}The bot deleted my endpoint by itself.", "Good morning to you. ".repeat(SENTENCES));
    assert_eq!(complaint(&said("", &late), &products()), None, "what stands so late is not read");
}
