//! Cases for promptfoo, and from it. What one side cannot say is left out and named; a case of ours that comes back is whole.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Asker, Case, Expectation, FILE_BYTES_MAX, Origin, Said, Severity, Speaker, Tree, check, read, write};
use crate::{failure::Failure, policy::Problem};

/// Names of the variable that holds what is asked, in the order they are looked for.
const QUESTION: [&str; 7] = ["message", "question", "query", "input", "prompt", "text", "ticket"];

/// A suite as promptfoo reads it: each case a test; its sources and what was said before are variables, and the steps of a case
/// about another product.
#[must_use]
pub fn to_promptfoo(cases: &[Case], suite: Option<&str>) -> String {
    let (title, prompt) = match suite {
        None => (
            "Eval cases of a support desk".to_owned(),
            "Answer from these sources only.\n\n{{sources}}\n\n{{history}}\n\n{{subject}}\n{{message}}",
        ),
        Some(product) => (format!("Eval cases of {product}, from complaints"), "{{steps}}"),
    };
    let tests = cases.iter().map(test).collect();
    Tree::Map(vec![
        ("description", Tree::text(title)),
        ("prompts", Tree::texts(&[prompt])),
        ("tests", Tree::List(tests)),
    ])
    .yaml()
}

fn test(case: &Case) -> Tree {
    let question = case.question();
    let history = case.messages.split_last().map_or(&[][..], |(_, before)| before);
    let history: Vec<String> = history.iter().map(|m| format!("{}: {}", m.by, m.text)).collect();
    let sources: Vec<String> = case.sources.iter().map(|s| format!("[{}] {}\n{}", s.id, s.title, s.text)).collect();
    let mut vars = vec![
        ("subject", Tree::text(question.map_or("", |q| &q.subject))),
        ("message", Tree::text(question.map_or("", |q| &q.text))),
        ("history", Tree::text(history.join("\n\n"))),
        ("sources", Tree::text(sources.join("\n\n"))),
    ];
    if !case.is_of_desk() {
        // Without steps, what was told is all there is to try.
        let told = || question.map_or(String::new(), |q| q.text.clone());
        vars.push(("steps", Tree::text(if case.steps.is_empty() { told() } else { case.steps.join("\n") })));
    }
    let expect = &case.expect;
    let claim = |kind: &str, value: &String| Tree::Map(vec![("type", Tree::text(kind)), ("value", Tree::text(value))]);
    let says = expect.must_say.iter().chain(&expect.must_ask).map(|p| claim("icontains", p));
    let never = expect.must_not_say.iter().map(|p| claim("not-icontains", p));
    let graded = expect.graded.iter().map(|p| claim("llm-rubric", p));
    let most =
        expect.words_max.map(|most| claim("javascript", &format!("output.trim().split(/\\s+/).length <= {most}")));
    let mut whole = vec![("severity", Tree::text(case.severity.word())), ("failure", Tree::text(case.failure.word()))];
    whole.extend(case.sentiment.map(|sentiment| ("sentiment", Tree::text(sentiment.word()))));
    whole.push(("countersign", Tree::text(write(case))));
    Tree::Map(vec![
        ("description", Tree::text(&case.title)),
        ("vars", Tree::Map(vars)),
        ("assert", Tree::List(says.chain(never).chain(graded).chain(most).collect())),
        ("metadata", Tree::Map(whole)),
    ])
}

#[derive(Deserialize)]
struct Suite {
    #[serde(default)]
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    #[serde(default)]
    description: String,
    #[serde(default)]
    vars: BTreeMap<String, Value>,
    #[serde(default)]
    assert: Vec<Claim>,
    #[serde(default)]
    metadata: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Claim {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    value: Value,
}

/// Cases of a promptfoo file, made on `today`; and what of it was left out, in sentences.
///
/// # Errors
/// The file's problem with its line.
pub fn from_promptfoo(text: &str, today: &str) -> Result<(Vec<Case>, Vec<String>), Vec<Problem>> {
    if text.len() > FILE_BYTES_MAX * 64 {
        return Err(vec![Problem::at(1, "This file is too long; split it.")]);
    }
    let suite: Suite = serde_saphyr::from_str(text).map_err(|e| {
        let told = super::read::unread(&e);
        vec![Problem::at(told.line, told.why.replace("as a case", "as a file of promptfoo"))]
    })?;
    let (mut cases, mut left_out) = (Vec::new(), Vec::new());
    for (number, test) in (1..).zip(suite.tests) {
        match taken(number, test, today, &mut left_out) {
            Ok(case) => cases.push(case),
            Err(why) => left_out.push(format!("Test {number}: {why}")),
        }
    }
    Ok((cases, left_out))
}

fn taken(number: usize, test: Test, today: &str, left_out: &mut Vec<String>) -> Result<Case, String> {
    if let Some(Value::String(own)) = test.metadata.get("countersign") {
        return read(own).map_err(|problems| problems.into_iter().map(|p| p.why).collect::<Vec<_>>().join(" "));
    }
    let words = |key: &str| test.vars.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let asked = QUESTION.iter().map(|key| words(key)).find(|text| !text.trim().is_empty());
    let Some(asked) = asked else {
        return Err(format!("no variable says what is asked; name one of {}.", QUESTION.join(", ")));
    };
    let mut expect = Expectation::default();
    for claim in test.assert {
        let values = match claim.value {
            Value::String(one) => vec![one],
            Value::Array(list) => list.iter().filter_map(|v| Some(v.as_str()?.to_owned())).collect(),
            _ => Vec::new(),
        };
        match claim.kind.as_str() {
            "contains" | "icontains" | "contains-all" | "icontains-all" => expect.must_say.extend(values),
            "not-contains" | "not-icontains" | "not-contains-any" | "not-icontains-any" => {
                expect.must_not_say.extend(values);
            }
            "llm-rubric" => expect.graded.extend(values),
            other => left_out.push(format!("Test {number}: “{other}” has no counterpart here and is left out.")),
        }
    }
    let title = if test.description.trim().is_empty() { format!("Test {number}") } else { test.description };
    let word = |key: &str| test.metadata.get(key).and_then(Value::as_str).unwrap_or_default();
    let case = Case {
        id: id_of(&title, number),
        title,
        severity: word("severity").parse().unwrap_or(Severity::Major),
        failure: word("failure").parse().unwrap_or(Failure::WrongFact),
        origin: Origin::Imported,
        suite: None,
        sentiment: None,
        made: today.to_owned(),
        proposed: None,
        retired: None,
        category: None,
        operating_model: None,
        persona: None,
        policies: Vec::new(),
        asker: Asker::default(),
        messages: vec![Said { by: Speaker::Requester, subject: words("subject"), text: asked }],
        steps: Vec::new(),
        sources: Vec::new(),
        expect,
    };
    let problems: Vec<String> = check(&case).into_iter().map(|(_, why)| why).collect();
    if problems.is_empty() { Ok(case) } else { Err(problems.join(" ")) }
}

/// A name for a file, made of a title's letters and a number, which keeps it unique.
fn id_of(title: &str, number: usize) -> String {
    format!("{}-{number}", super::slug(title))
}
