//! What stores say, bounded, with what is missing in words.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Kind, StoreError};

/// Series, and points of one, that are taken.
const SERIES: usize = 200;
const POINTS: usize = 2_000;
/// Bytes kept of a line.
const LINE_BYTES: usize = 4 << 10;

/// What a store said.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// The query as it was sent, which a person can run again.
    pub query: String,
    /// The whole address that was asked; it holds no token.
    pub address: String,
    /// Series of numbers.
    pub series: Vec<Series>,
    /// Lines, in the store's order.
    pub lines: Vec<StoredLine>,
    /// What is missing, a sentence each.
    pub gaps: Vec<String>,
}

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What tells it apart.
    pub labels: BTreeMap<String, String>,
    /// Seconds since 1970, and the value; values that are no numbers are left away.
    pub points: Vec<(f64, f64)>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLine {
    /// Microseconds since 1970.
    pub at: i64,
    /// Labels of its stream.
    pub labels: BTreeMap<String, String>,
    /// Its text.
    pub text: String,
}

#[derive(Deserialize)]
struct Body {
    status: String,
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default, alias = "stream")]
    metric: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<Pair>,
}

/// Prometheus writes numbers and text, Loki text and text, sometimes with more behind.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pair {
    Point(f64, String),
    Line(String, String),
    Labelled(String, String, #[expect(dead_code, reason = "structured metadata is not shown")] serde_json::Value),
}

/// Reads an answer, leaving away what is not of `labels`.
///
/// # Errors
/// [`StoreError::Unreadable`].
pub fn read(kind: Kind, body: &[u8], labels: &BTreeMap<String, String>, most: usize) -> Result<Answer, StoreError> {
    let unreadable = |why: &str| StoreError::Unreadable(why.to_owned());
    let body: Body =
        serde_json::from_slice(body).map_err(|_| unreadable("it is no answer of such a store, or half of one"))?;
    if body.status != "success" {
        return Err(StoreError::Unreadable(short(&body.error)));
    }
    let data = body.data.ok_or_else(|| unreadable("it says success and nothing else"))?;
    let fits = matches!((kind, data.result_type.as_str()), (_, "matrix") | (Kind::Loki, "streams"));
    // A number alone, such as 1 + 2, is no telemetry.
    if !fits {
        return Err(unreadable("it is of another kind than was asked for"));
    }
    let mut answer = Answer {
        gaps: body.warnings.iter().map(|w| format!("The store says: {}", short(w))).collect(),
        ..Answer::default()
    };
    let (mut foreign, mut beyond, mut odd) = (0, 0, 0);
    for item in data.result {
        if labels.iter().any(|(name, value)| item.metric.get(name).is_some_and(|found| found != value)) {
            foreign += 1;
            continue;
        }
        if data.result_type == "matrix" {
            if answer.series.len() >= SERIES {
                beyond += 1;
                continue;
            }
            let number = |pair: &Pair| match pair {
                Pair::Point(at, value) => value.parse().ok().filter(|v: &f64| v.is_finite()).map(|value| (*at, value)),
                _ => None,
            };
            let points: Vec<(f64, f64)> = item.values.iter().take(POINTS).filter_map(number).collect();
            odd += item.values.len() - points.len();
            answer.series.push(Series { labels: item.metric, points });
        } else {
            for pair in item.values {
                let (Pair::Line(at, text) | Pair::Labelled(at, text, _)) = pair else {
                    odd += 1;
                    continue;
                };
                let Ok(nanos) = at.parse::<i64>() else {
                    odd += 1;
                    continue;
                };
                if answer.lines.len() >= most {
                    beyond += 1;
                } else {
                    let text = crate::otlp::cut(text, LINE_BYTES);
                    answer.lines.push(StoredLine { at: nanos / 1_000, labels: item.metric.clone(), text });
                }
            }
        }
    }
    let mut gap = |count: usize, words: &str| {
        if count > 0 {
            answer.gaps.push(format!("{count} {words}"));
        }
    };
    gap(foreign, "series were of others than may be seen, and are left away.");
    gap(beyond, "more were left away: the answer was too long.");
    gap(odd, "values could not be read.");
    if answer.lines.len() == most {
        answer.gaps.push(format!("There may be more: the store was asked for {most} lines."));
    }
    Ok(answer)
}

/// The reason in an error's body, short and without control characters.
pub fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(2_000)]).into_owned();
    short(&serde_json::from_slice::<Body>(body).map_or(text, |body| body.error))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect()
}
