//! A draft without a language model: the sentences of approved passages that answer best, in the
//! requester's language's frame, worded as in a past reply where a passage carries every word.
//!
//! Honest by construction: every statement is a source's own sentence, or a past reply's sentence
//! that a passage supports. Nothing is paraphrased, so nothing is invented.

use std::collections::{HashMap, HashSet};

use crate::{
    draft::{Body, Composed, Support},
    grounding,
    knowledge::Cited,
    language::Language,
};

/// Version recorded with everything assembled.
pub const ASSEMBLE_VERSION: &str = "assemble/1";
/// Most statements of one draft: short enough to judge in under a minute.
const STATEMENTS_MAX: usize = 6;
/// Most words of all statements together.
const WORDS_MAX: usize = 130;
/// A sentence must cover at least this share of a question's weight to answer it.
const COVER_MIN: f64 = 0.18;

/// What the machine means to do, shown before its words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Each question, in the requester's words.
    pub asked: Vec<String>,
    /// Facts given: codes, numbers, addresses.
    pub known: Vec<String>,
    /// What no source answers.
    pub missing: Vec<String>,
    /// What to do about it.
    pub next: Move,
}

crate::closed_list! {
    /// What the machine proposes to do.
    pub enum Move ("move") {
        /// Answer.
        Answer = "answer",
        /// Ask back, or ask the source's owner.
        Ask = "ask",
        /// Leave every word to a person.
        HandOver = "hand_over",
        /// Nobody waits for an answer.
        StaySilent = "stay_silent",
    }
}

/// One sentence that could be said.
struct Statement {
    text: String,
    stems: HashSet<String>,
    citation: u32,
    rank: usize,
    order: usize,
    list_item: bool,
}

/// The questions of a mail: sentences with a question mark, or the sentences that say what is wanted.
#[must_use]
pub fn questions(text: &str) -> Vec<String> {
    let all = grounding::sentences(text);
    let asked: Vec<String> = all.iter().filter(|s| s.ends_with('?')).take(4).cloned().collect();
    if !asked.is_empty() {
        return asked;
    }
    let mut by_weight: Vec<&String> = all.iter().filter(|s| grounding::content_words(s).len() >= 3).collect();
    by_weight.sort_by_key(|s| std::cmp::Reverse(grounding::content_words(s).len()));
    by_weight.into_iter().take(1).cloned().collect()
}

/// What is asked, known and missing. `next` is filled by the caller from rules and from what
/// [`assemble`] found.
#[must_use]
pub fn plan(text: &str, missing: Vec<String>, next: Move) -> Plan {
    let mut known = grounding::facts(text);
    known.dedup();
    known.truncate(8);
    Plan { asked: questions(text), known, missing, next }
}

/// Assembles a draft, or says which questions no source answers. `whole` is the newest message
/// with its subject.
///
/// # Errors
/// The questions that nothing answers, when nothing at all can be said.
pub fn assemble(
    whole: &str,
    cited: &[Cited],
    first_name: Option<&str>,
    language: Language,
) -> Result<Composed, Vec<String>> {
    let statements = statements(cited);
    let weights = weights(&statements);
    let asked = questions(whole);
    let mut chosen: Vec<usize> = Vec::new();
    let mut unanswered = Vec::new();
    let mut cover_sum = 0.0;
    for question in &asked {
        let (picked, cover) = answer(question, whole, &statements, &weights);
        if cover < COVER_MIN || picked.is_empty() {
            unanswered.push(question.clone());
            continue;
        }
        cover_sum += cover.min(1.0);
        chosen.extend(picked.into_iter().filter(|p| !chosen.contains(p)).collect::<Vec<_>>());
    }
    if chosen.is_empty() {
        return Err(if asked.is_empty() {
            vec!["The message asks nothing that can be looked up.".to_owned()]
        } else {
            unanswered
        });
    }
    trim(&mut chosen, &statements);
    Ok(write(
        &chosen,
        &statements,
        cited,
        &unanswered,
        Score { covered: cover_sum, asked: asked.len() },
        first_name,
        language,
    ))
}

struct Score {
    covered: f64,
    asked: usize,
}

fn statements(cited: &[Cited]) -> Vec<Statement> {
    let mut all = Vec::new();
    for (rank, source) in cited.iter().filter(|c| c.grounds()).enumerate() {
        for (order, line) in source.text.lines().enumerate() {
            let Some((text, list_item)) = plain_line(line) else {
                continue;
            };
            for (n, sentence) in grounding::sentences(&text).into_iter().enumerate() {
                let stems = grounding::content_words(&sentence).into_iter().collect::<HashSet<_>>();
                if stems.len() >= 2 && sentence.chars().count() <= 400 {
                    all.push(Statement {
                        text: sentence,
                        stems,
                        citation: source.citation,
                        rank,
                        order: order * 50 + n,
                        list_item,
                    });
                }
            }
        }
    }
    all
}

/// One line of Markdown as plain words; none for headings, tables, fences and rules.
fn plain_line(line: &str) -> Option<(String, bool)> {
    let line = line.trim();
    if line.is_empty() || line.starts_with(['#', '|', '`', '>']) || line.chars().all(|c| "-=*_ ".contains(c)) {
        return None;
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (rest, item) = match line.get(digits..) {
        Some(rest) if digits > 0 && rest.starts_with(". ") => (rest.get(2..)?, true),
        _ => match line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
            Some(rest) => (rest, true),
            None => (line, false),
        },
    };
    Some((without_marks(rest), item))
}

/// Bold, code and links become their words.
fn without_marks(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        out.push_str(before);
        match link.find("](").and_then(|mid| link.get(mid..)?.find(')').map(|end| (mid, mid + end))) {
            Some((mid, end)) => {
                out.push_str(link.get(1..mid).unwrap_or_default());
                rest = link.get(end + 1..).unwrap_or_default();
            }
            None => {
                out.push('[');
                rest = link.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "").replace('`', "")
}

/// Rarer words say more: ln(1 + statements / statements holding the word).
fn weights(statements: &[Statement]) -> HashMap<String, f64> {
    let mut holding: HashMap<&String, f64> = HashMap::new();
    for s in statements {
        s.stems.iter().for_each(|w| *holding.entry(w).or_default() += 1.0);
    }
    holding.into_iter().map(|(w, df)| (w.clone(), (1.0 + statements.len() as f64 / df).ln())).collect()
}

/// The statements that answer one question, in reading order, and the share of its weight they cover.
fn answer(question: &str, whole: &str, statements: &[Statement], weights: &HashMap<String, f64>) -> (Vec<usize>, f64) {
    let asked: HashSet<String> = grounding::content_words(question).into_iter().collect();
    let context: HashSet<String> = grounding::content_words(whole).into_iter().collect();
    let weigh = |stems: &HashSet<String>, of: &HashSet<String>| -> f64 {
        stems.intersection(of).filter_map(|w| weights.get(w)).sum()
    };
    let score = |s: &Statement| {
        (weigh(&s.stems, &asked) + 0.35 * weigh(&s.stems, &context)) / (8.0 + s.stems.len() as f64).sqrt()
            + 0.9 / (1.0 + s.rank as f64)
    };
    let Some(best) = (0..statements.len()).max_by(|a, b| match (statements.get(*a), statements.get(*b)) {
        (Some(x), Some(y)) => score(x).total_cmp(&score(y)).then(b.cmp(a)),
        _ => std::cmp::Ordering::Equal,
    }) else {
        return (Vec::new(), 0.0);
    };
    let picked = neighbours(best, statements);
    let said: HashSet<String> =
        picked.iter().filter_map(|i| statements.get(*i)).flat_map(|s| s.stems.iter().cloned()).collect();
    let total: f64 = asked.iter().map(|w| weights.get(w).copied().unwrap_or(1.0)).sum();
    let cover = weigh(&said, &asked) / total.max(1e-9);
    (picked, cover)
}

/// A list is kept together (steps without the others mislead); prose brings the sentences around it.
fn neighbours(best: usize, statements: &[Statement]) -> Vec<usize> {
    let Some(anchor) = statements.get(best) else {
        return Vec::new();
    };
    let same = |i: &usize| statements.get(*i).is_some_and(|s| s.citation == anchor.citation);
    if anchor.list_item {
        let list = |i: &usize| same(i) && statements.get(*i).is_some_and(|s| s.list_item);
        let mut from = best;
        while from > 0 && list(&(from - 1)) && best - from < STATEMENTS_MAX - 1 {
            from -= 1;
        }
        return (from..statements.len()).take_while(list).take(STATEMENTS_MAX).collect();
    }
    (best.saturating_sub(1)..statements.len().min(best + 2))
        .filter(|i| same(i) && statements.get(*i).is_some_and(|s| !s.list_item))
        .collect()
}

fn trim(chosen: &mut Vec<usize>, statements: &[Statement]) {
    let mut words = 0;
    chosen.truncate(STATEMENTS_MAX);
    chosen.retain(|i| {
        words += statements.get(*i).map_or(0, |s| s.text.split_whitespace().count());
        words <= WORDS_MAX
    });
    chosen.sort_by_key(|i| statements.get(*i).map(|s| (s.rank, s.order)));
}

fn write(
    chosen: &[usize],
    statements: &[Statement],
    cited: &[Cited],
    unanswered: &[String],
    score: Score,
    first_name: Option<&str>,
    language: Language,
) -> Composed {
    let mut body = Body::default();
    let mut doubts = Vec::new();
    body.sentence(&language.greeting(first_name), Vec::new(), Support::Frame);
    body.paragraph();
    body.sentence(language.thanks(), Vec::new(), Support::Frame);
    let mut last: Option<(u32, bool)> = None;
    for statement in chosen.iter().filter_map(|i| statements.get(*i)) {
        match last {
            Some((citation, item)) if citation == statement.citation && item == statement.list_item => {
                if item {
                    body.line();
                }
            }
            _ => body.paragraph(),
        }
        last = Some((statement.citation, statement.list_item));
        let mut citations = vec![statement.citation];
        citations.extend(worded_alike(statement, cited));
        body.sentence(&statement.text, citations, Support::Supported);
    }
    body.paragraph();
    body.sentence(language.closing(), Vec::new(), Support::Frame);
    for question in unanswered {
        doubts.push(format!("No approved source answers: “{question}”"));
    }
    if language != Language::English {
        doubts.push(format!(
            "The customer wrote in {}; the sources are in English. Please translate before sending.",
            language.name()
        ));
    }
    let (body, sentences) = body.finish();
    Composed { body, sentences, doubts, score: score.covered / score.asked.max(1) as f64 }
}

/// Past replies that said nearly the same.
fn worded_alike(statement: &Statement, cited: &[Cited]) -> Vec<u32> {
    let alike = |text: &str| {
        grounding::sentences(text).iter().any(|s| {
            let other: HashSet<String> = grounding::content_words(s).into_iter().collect();
            let shared = other.intersection(&statement.stems).count() as f64;
            shared >= 0.6 * statement.stems.len() as f64
        })
    };
    cited.iter().filter(|c| !c.grounds() && alike(&c.text)).map(|c| c.citation).take(2).collect()
}

#[cfg(test)]
mod tests {
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
            passage(
                2,
                "A corrected invoice for the last 90 days is sent on request. Older invoices cannot be corrected.",
            ),
        ]
    }

    #[test]
    fn says_what_the_sources_say_and_cites_it() {
        let mail = "VAT id\nHello, where can I change our VAT id? And can you send a corrected invoice for October?";
        let composed = assemble(mail, &sources(), Some("Ana"), Language::English).expect("an answer");
        assert!(composed.body.starts_with("Hi Ana,"), "{}", composed.body);
        assert!(composed.body.contains("VAT id") && composed.body.contains("corrected invoice"), "{}", composed.body);
        assert!(composed.body.split_whitespace().count() < 150);
        for s in composed.sentences.iter().filter(|s| s.support == Support::Supported) {
            assert!(!s.citations.is_empty(), "{s:?}");
            assert!(
                sources().iter().any(|c| without_marks(&c.text).contains(&s.text)),
                "not a source's own words: {s:?}"
            );
        }
    }

    #[test]
    fn silent_where_no_source_answers() {
        let refused = assemble("Do you offer a discount for charities?", &sources(), None, Language::English);
        assert_eq!(refused, Err(vec!["Do you offer a discount for charities?".to_owned()]));
        assert!(assemble("", &sources(), None, Language::English).is_err());
        assert!(assemble("Where is the VAT id?", &[], None, Language::English).is_err());
    }

    #[test]
    fn a_past_reply_alone_carries_nothing() {
        let reply = Cited {
            origin: Origin::Reply { ticket: Uuid::nil().into() },
            ..passage(3, "You can change the VAT id in Settings.")
        };
        assert!(assemble("Where can I change our VAT id?", &[reply], None, Language::English).is_err());
    }
}
