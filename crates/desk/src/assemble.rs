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
/// Share of a question's weight that statements must cover to answer it, judged by words alone.
const COVER_MIN: f64 = 0.34;
/// The same, judged by words and meaning together.
const RELEVANCE_MIN: f64 = 0.38;

/// Closeness in meaning of a question and a statement, -1..=1; none without an embedding model.
pub type Closeness<'a> = dyn Fn(&str, &str) -> Option<f64> + 'a;

/// The judge of a desk without an embedding model.
#[must_use]
pub fn words_alone(_: &str, _: &str) -> Option<f64> {
    None
}

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
    /// Words of its heading and title: they say what it is about without being said.
    about: HashSet<String>,
    citation: u32,
    rank: usize,
    order: usize,
    list_item: bool,
}

/// The questions of a mail: sentences with a question mark, or the sentences that say what is wanted.
#[must_use]
pub fn questions(text: &str) -> Vec<String> {
    // Mails are wrapped; a sentence does not end with the line.
    let unwrapped = text.split("\n\n").map(|p| p.replace('\n', " ")).collect::<Vec<_>>().join("\n");
    let all = grounding::sentences(&unwrapped);
    let asked: Vec<String> = all.iter().filter(|s| s.ends_with('?')).take(4).cloned().collect();
    if !asked.is_empty() {
        return asked;
    }
    let mut by_weight: Vec<&String> = all.iter().filter(|s| grounding::content_words(s).len() >= 3).collect();
    by_weight.sort_by_key(|s| std::cmp::Reverse(grounding::content_words(s).len()));
    by_weight.into_iter().take(1).cloned().collect()
}

/// A question, and what to look for: a short one ("What changed?") means nothing without the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// In the requester's words.
    pub asked: String,
    /// The same, with the subject before it when it is short.
    pub full: String,
}

/// The probes of a mail whose first line is its subject.
#[must_use]
pub fn probes(whole: &str) -> Vec<Probe> {
    let subject = whole.lines().next().unwrap_or_default().trim();
    let full = |asked: &str| match grounding::content_words(asked).len() {
        0..4 if !asked.starts_with(subject) => format!("{subject}. {asked}"),
        _ => asked.to_owned(),
    };
    questions(whole).into_iter().map(|asked| Probe { full: full(&asked), asked }).collect()
}

/// What is asked, known and missing. `next` is filled by the caller from rules and from what
/// [`assemble`] found.
#[must_use]
pub fn plan(text: &str, missing: Vec<String>, next: Move) -> Plan {
    let mut known: Vec<String> = grounding::facts(text);
    // Short numbers alone tell a reader nothing.
    known.retain(|fact| fact.chars().count() >= 5 || fact.chars().any(|c| c.is_alphabetic() || "€$£%".contains(c)));
    known.dedup();
    known.truncate(6);
    Plan { asked: questions(text), known, missing, next }
}

/// Every statement that could be said from these sources: what a caller needs vectors for.
#[must_use]
pub fn sayable(cited: &[Cited]) -> Vec<String> {
    statements(cited).into_iter().map(|s| s.text).collect()
}

/// Assembles a draft, or says which questions no source answers. `whole` is the newest message
/// with its subject.
///
/// # Errors
/// The questions that nothing answers, when nothing at all can be said; none when nothing is asked.
pub fn assemble(
    whole: &str,
    cited: &[Cited],
    first_name: Option<&str>,
    language: Language,
    closeness: &Closeness<'_>,
) -> Result<Composed, Vec<String>> {
    let statements = statements(cited);
    let scale = Scale { weights: weights(&statements), unseen: (1.0 + statements.len() as f64).ln() };
    let probes = probes(whole);
    let mut chosen: Vec<usize> = Vec::new();
    let mut unanswered = Vec::new();
    let mut relevance_sum = 0.0;
    for probe in &probes {
        match answer(probe, whole, &statements, &scale, closeness) {
            Some((picked, relevance)) => {
                relevance_sum += relevance.min(1.0);
                let new: Vec<usize> = picked.into_iter().filter(|p| !chosen.contains(p)).collect();
                chosen.extend(new);
            }
            None => unanswered.push(probe.asked.clone()),
        }
    }
    trim(&mut chosen, &statements);
    if chosen.is_empty() {
        return Err(unanswered);
    }
    let score = relevance_sum / probes.len().max(1) as f64;
    Ok(write(&Chosen { picked: chosen, unanswered, score }, &statements, cited, first_name, language))
}

/// What goes into the draft.
struct Chosen {
    picked: Vec<usize>,
    unanswered: Vec<String>,
    score: f64,
}

/// What words weigh.
struct Scale {
    weights: HashMap<String, f64>,
    /// A word that no statement holds counts against an answer like the rarest one.
    unseen: f64,
}

impl Scale {
    fn shared(&self, a: &HashSet<String>, b: &HashSet<String>) -> f64 {
        a.intersection(b).filter_map(|w| self.weights.get(w)).sum()
    }

    fn total(&self, words: &HashSet<String>) -> f64 {
        words.iter().map(|w| self.weights.get(w).copied().unwrap_or(self.unseen)).sum()
    }
}

fn statements(cited: &[Cited]) -> Vec<Statement> {
    let mut all = Vec::new();
    for (rank, source) in cited.iter().filter(|c| c.grounds()).enumerate() {
        let about = format!("{} {}", source.title, source.heading);
        let about: HashSet<String> = grounding::content_words(&about).into_iter().collect();
        for (order, line) in source.text.lines().enumerate() {
            let Some((text, list_item)) = plain_line(line) else { continue };
            for (n, sentence) in grounding::sentences(&text).into_iter().enumerate() {
                let stems = grounding::content_words(&sentence).into_iter().collect::<HashSet<_>>();
                if !stems.is_empty() && sentence.chars().count() <= 400 {
                    let (about, order) = (about.clone(), order * 50 + n);
                    all.push(Statement {
                        text: sentence,
                        stems,
                        about,
                        citation: source.citation,
                        rank,
                        order,
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
    out.replace("**", "").replace(['`', '*'], "")
}

/// Rarer words say more: ln(1 + statements / statements holding the word).
fn weights(statements: &[Statement]) -> HashMap<String, f64> {
    let mut holding: HashMap<&String, f64> = HashMap::new();
    for s in statements {
        s.stems.iter().for_each(|w| *holding.entry(w).or_default() += 1.0);
    }
    holding.into_iter().map(|(w, df)| (w.clone(), (1.0 + statements.len() as f64 / df).ln())).collect()
}

/// The statements that answer one question, in reading order, and how well; none when they do not.
fn answer(
    probe: &Probe,
    whole: &str,
    statements: &[Statement],
    scale: &Scale,
    closeness: &Closeness<'_>,
) -> Option<(Vec<usize>, f64)> {
    let question = probe.full.as_str();
    let asked: HashSet<String> = grounding::content_words(question).into_iter().collect();
    let alone: HashSet<String> = grounding::content_words(&probe.asked).into_iter().collect();
    let context: HashSet<String> = grounding::content_words(whole).into_iter().collect();
    let score = |s: &Statement| {
        let context = 0.35 * scale.shared(&s.stems, &context);
        let words = scale.shared(&s.stems, &asked) + context + 0.5 * scale.shared(&s.about, &asked);
        let meaning = closeness(question, &s.text).unwrap_or(0.0).max(0.0);
        words / (8.0 + s.stems.len() as f64).sqrt() + 3.0 * meaning + 0.9 / (1.0 + s.rank as f64)
    };
    let ranked = statements.iter().map(score).enumerate();
    let best = ranked.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?.0;
    let picked = around(best, statements);
    let said = picked.iter().filter_map(|i| statements.get(*i));
    let said: HashSet<String> = said.flat_map(|s| s.stems.iter().chain(&s.about).cloned()).collect();
    let covers = |of: &HashSet<String>| scale.shared(&said, of) / scale.total(of).max(1e-9);
    let cover = covers(&asked).max(covers(&alone));
    let meaning = picked.iter().filter_map(|i| closeness(question, &statements.get(*i)?.text)).max_by(f64::total_cmp);
    let (relevance, least) = match meaning {
        // A cosine of 0.2 is chance between two English sentences, 0.7 a paraphrase.
        Some(cosine) => (0.5 * cover + 0.5 * ((cosine - 0.2) / 0.5).clamp(0.0, 1.0), RELEVANCE_MIN),
        None => (cover, COVER_MIN),
    };
    (relevance >= least && !picked.is_empty()).then_some((picked, relevance))
}

/// What must be said together with the best statement: a list whole and with its introduction
/// (steps without the others mislead), an answer without its question, prose with what is around it.
fn around(best: usize, statements: &[Statement]) -> Vec<usize> {
    let Some(anchor) = statements.get(best) else { return Vec::new() };
    let same = |i: usize| statements.get(i).filter(|s| s.citation == anchor.citation);
    let list = |i: usize| same(i).is_some_and(|s| s.list_item);
    let prose = |i: usize| same(i).is_some_and(|s| !s.list_item && !s.text.ends_with('?'));
    let opens = |i: usize| same(i).is_some_and(|s| !s.list_item && s.text.ends_with(':'));
    let (mut from, mut to) = (best, best + 1);
    if anchor.list_item || opens(best) {
        while from > 0 && list(from) && list(from - 1) && best - from < STATEMENTS_MAX - 1 {
            from -= 1;
        }
    } else {
        from -= usize::from(best > 0 && prose(best) && prose(best - 1));
        let ahead = if prose(best) { 1 } else { 2 };
        while to <= best + ahead && prose(to) {
            to += 1;
        }
    }
    if list(to - 1) || opens(to - 1) {
        while list(to) && to - from < STATEMENTS_MAX {
            to += 1;
        }
    }
    if from > 0 && list(from) && opens(from - 1) {
        from -= 1;
    }
    (from..to).filter(|i| can_stand(*i, to, statements)).collect()
}

/// Fragments mislead: a question of the source's own, an introduction without its list, half a sentence.
fn can_stand(index: usize, to: usize, statements: &[Statement]) -> bool {
    let Some(s) = statements.get(index) else { return false };
    let begins = s.text.chars().next().is_some_and(|c| !c.is_lowercase());
    let introduces = index + 1 < to && statements.get(index + 1).is_some_and(|n| n.list_item);
    begins && !s.text.ends_with([',', ';', '?']) && (!s.text.ends_with(':') || introduces)
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
    chosen: &Chosen,
    statements: &[Statement],
    cited: &[Cited],
    first_name: Option<&str>,
    language: Language,
) -> Composed {
    let mut body = Body::default();
    let mut doubts = Vec::new();
    body.sentence(&language.greeting(first_name), Vec::new(), Support::Frame);
    body.paragraph();
    body.sentence(language.thanks(), Vec::new(), Support::Frame);
    let mut last: Option<(u32, bool)> = None;
    for statement in chosen.picked.iter().filter_map(|i| statements.get(*i)) {
        match last {
            Some((citation, item))
                if citation == statement.citation && (item == statement.list_item || statement.list_item) =>
            {
                if statement.list_item {
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
    for question in &chosen.unanswered {
        doubts.push(format!("No approved source answers: “{question}”"));
    }
    if language != Language::English {
        doubts.push(format!(
            "The customer wrote in {}; the sources are in English. Please translate before sending.",
            language.name()
        ));
    }
    let (body, sentences) = body.finish();
    Composed { body, sentences, doubts, score: chosen.score }
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
        let composed = assemble(mail, &sources(), Some("Ana"), Language::English, &words_alone).expect("an answer");
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
        let refused =
            assemble("Do you offer a discount for charities?", &sources(), None, Language::English, &words_alone);
        assert_eq!(refused, Err(vec!["Do you offer a discount for charities?".to_owned()]));
        assert!(assemble("", &sources(), None, Language::English, &words_alone).is_err());
        assert!(assemble("Where is the VAT id?", &[], None, Language::English, &words_alone).is_err());
    }

    #[test]
    fn a_past_reply_alone_carries_nothing() {
        let reply = Cited {
            origin: Origin::Reply { ticket: Uuid::nil().into() },
            ..passage(3, "You can change the VAT id in Settings.")
        };
        assert!(assemble("Where can I change our VAT id?", &[reply], None, Language::English, &words_alone).is_err());
    }
}
