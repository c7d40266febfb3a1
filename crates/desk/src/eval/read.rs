//! From a file's text to a case; what is wrong is told with its line and what was expected there.

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{
    Asker, Case, Escalation, Expectation, FILE_BYTES_MAX, Origin, Pin, Reply, Said, Severity, Source, Speaker, check,
};
use crate::{failure::Failure, operating::OperatingModel, own_ai::Sentiment, people::Cohort, policy::Problem};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: Spanned<String>,
    title: String,
    severity: Severity,
    failure: Failure,
    from: Origin,
    suite: Option<String>,
    sentiment: Option<Sentiment>,
    made: Spanned<String>,
    proposed: Option<String>,
    retired: Option<String>,
    category: Option<String>,
    operating_model: Option<OperatingModel>,
    persona: Option<String>,
    #[serde(default)]
    policies: Vec<Spanned<String>>,
    #[serde(default)]
    requester: WrittenAsker,
    messages: Vec<WrittenSaid>,
    #[serde(default)]
    steps: Vec<String>,
    #[serde(default)]
    sources: Vec<WrittenSource>,
    expect: Spanned<WrittenExpectation>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct WrittenAsker {
    segment: Option<Cohort>,
    role: Option<String>,
    plan: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSaid {
    by: Speaker,
    #[serde(default)]
    subject: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    id: String,
    version: i64,
    title: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenExpectation {
    label: Option<String>,
    reply: Option<Reply>,
    escalation: Option<Escalation>,
    #[serde(default)]
    must_cite: Vec<String>,
    #[serde(default)]
    must_say: Vec<String>,
    #[serde(default)]
    must_not_say: Vec<String>,
    #[serde(default)]
    must_ask: Vec<String>,
    #[serde(default)]
    graded: Vec<String>,
    words_max: Option<usize>,
}

/// Reads a case.
///
/// # Errors
/// Every problem with its line, as far as the text could be read.
pub fn read(text: &str) -> Result<Case, Vec<Problem>> {
    if text.len() > FILE_BYTES_MAX {
        return Err(vec![Problem::at(
            1,
            format!("This is longer than {} kB; a case is shorter.", FILE_BYTES_MAX / 1024),
        )]);
    }
    let written: Written = serde_saphyr::from_str(text).map_err(|e| vec![unread(&e)])?;
    let mut problems = Vec::new();
    let mut policies: Vec<Pin> = Vec::new();
    for pin in &written.policies {
        match pin.value.parse() {
            Ok(pin) => policies.push(pin),
            Err(why) => problems.push(Problem::at(line(pin), why)),
        }
    }
    if written.made.value.parse::<jiff::civil::Date>().is_err() {
        problems.push(Problem::at(line(&written.made), "This is no day; write it as 2026-11-22."));
    }
    let (expected_at, named_at) = (line(&written.expect), line(&written.id));
    let case = case(written, policies);
    for (place, why) in check(&case) {
        let at = match place {
            check::Place::Case => named_at,
            check::Place::Expectation => expected_at,
        };
        problems.push(Problem::at(at, why));
    }
    if problems.is_empty() { Ok(case) } else { Err(problems) }
}

fn case(written: Written, policies: Vec<Pin>) -> Case {
    let expect = written.expect.value;
    let said = |m: WrittenSaid| Said { by: m.by, subject: m.subject, text: m.text };
    let source = |s: WrittenSource| Source { id: s.id, version: s.version, title: s.title, text: s.text };
    Case {
        id: written.id.value,
        title: written.title,
        severity: written.severity,
        failure: written.failure,
        origin: written.from,
        suite: written.suite,
        sentiment: written.sentiment,
        made: written.made.value,
        proposed: written.proposed,
        retired: written.retired,
        category: written.category,
        operating_model: written.operating_model,
        persona: written.persona,
        policies,
        asker: Asker { segment: written.requester.segment, role: written.requester.role, plan: written.requester.plan },
        messages: written.messages.into_iter().map(said).collect(),
        steps: written.steps,
        sources: written.sources.into_iter().map(source).collect(),
        expect: Expectation {
            label: expect.label,
            reply: expect.reply,
            escalation: expect.escalation,
            must_cite: expect.must_cite,
            must_say: expect.must_say,
            must_not_say: expect.must_not_say,
            must_ask: expect.must_ask,
            graded: expect.graded,
            words_max: expect.words_max,
        },
    }
}

fn line<T>(place: &Spanned<T>) -> usize {
    usize::try_from(place.referenced.line()).unwrap_or(1).max(1)
}

/// The reader's error without its drawing of the place.
pub(super) fn unread(error: &serde_saphyr::Error) -> Problem {
    let bare = error.without_snippet();
    let line = bare.location().and_then(|l| usize::try_from(l.line()).ok()).unwrap_or(1).max(1);
    let told = bare.to_string();
    let first = told.lines().next().unwrap_or("it does not read").trim();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let first = first.split_once(" at line ").map_or(first, |(said, _)| said);
    // The reader names the type a number is kept in.
    let first = if first.starts_with("invalid i64") || first.starts_with("invalid usize") {
        "a whole number is expected"
    } else {
        first
    };
    Problem::at(line, format!("This does not read as a case: {}.", first.trim_end_matches('.')))
}
