//! How well a candidate explains a complaint: features, their weights, and a probability.

use std::collections::{BTreeSet, HashMap};

use super::{
    candidate::Candidate,
    cause::SignalKind,
    concepts::{Terms, terms},
    entity::Entity,
    observed::{Course, Tone},
    when::Began,
};
use crate::time::Timestamp;

/// How many features there are.
const FEATURE_COUNT: usize = 17;
/// Names of the features, in their order.
pub const FEATURES: [&str; FEATURE_COUNT] = [
    "things",
    "outside",
    "harms",
    "meaning",
    "meaning_over",
    "entity",
    "odd",
    "tone",
    "time",
    "recent",
    "onset",
    "deploy",
    "root",
    "incident",
    "things_odd",
    "metric",
    "first_words",
];
/// What each feature adds in log-odds, and the constant: fitted by logistic regression on the half of the generated tickets that is
/// for tuning (`countersign bench diagnostics`).
const WEIGHTS: [f64; FEATURE_COUNT] =
    [2.18, 0.88, 0.54, 0.75, 1.27, 3.12, 0.0, 2.21, 1.11, 2.44, 5.12, 0.15, 0.90, 1.0, 1.10, 1.20, 1.57];
const CONSTANT: f64 = -12.06;

/// What counts where meaning cannot be told: about the mean over what was right.
const MEANING_UNKNOWN: f64 = 0.3;

/// A complaint as read.
pub(crate) struct Read<'a> {
    pub terms: Terms,
    pub sentences: Vec<String>,
    pub entities: Vec<Entity>,
    pub began: Option<Began>,
    pub at: Timestamp,
    pub closeness: &'a dyn Fn(&str, &str) -> Option<f64>,
}

/// How telling a word is among the candidates.
pub(crate) struct Telling {
    with: HashMap<String, usize>,
    all: usize,
}

impl Telling {
    pub(crate) fn of(candidates: &[Candidate<'_>]) -> Self {
        let mut with: HashMap<String, usize> = HashMap::new();
        let mut services: BTreeSet<(&str, &str)> = BTreeSet::new();
        for candidate in candidates {
            for word in candidate.terms.things.iter().chain(&candidate.outside.things) {
                // Once per service: a service repeats its own words.
                if services.insert((candidate.service, word)) {
                    *with.entry(word.clone()).or_default() += 1;
                }
            }
        }
        let all = candidates.iter().map(|c| c.service).collect::<BTreeSet<_>>().len();
        Self { with, all }
    }

    fn weight(&self, word: &str) -> f64 {
        let with = self.with.get(word).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "numbers of services are small")]
        let rare = ((self.all as f64 + 1.0) / (with as f64)).ln().max(0.1);
        // A thing that a concept names is surer than a word that happens to stand on both sides.
        if word.starts_with('#') { rare } else { 0.6 * rare }
    }

    fn shared<'w>(&self, a: &'w BTreeSet<String>, b: &'w BTreeSet<String>) -> (f64, Vec<&'w str>) {
        let words: Vec<&str> = a.intersection(b).map(String::as_str).collect();
        (words.iter().map(|w| self.weight(w)).sum(), words)
    }
}

/// A candidate with what speaks for it.
pub(crate) struct Weighed {
    pub features: [f64; FEATURE_COUNT],
    pub probability: f64,
    pub words: Vec<String>,
    pub named: Vec<Entity>,
}

/// What is known of all candidates before one is weighed.
pub(crate) struct Field<'a> {
    pub telling: Telling,
    /// What so many candidates name that it tells nothing.
    pub common: BTreeSet<&'a Entity>,
}

fn up_to_one(sum: f64, half: f64) -> f64 {
    1.0 - (-sum / half).exp()
}

/// Weighs all candidates: some features say how one stands to the others.
pub(crate) fn weigh(read: &Read<'_>, candidates: &[Candidate<'_>], field: &Field<'_>) -> Vec<Weighed> {
    let mut all: Vec<Weighed> = candidates.iter().map(|c| look(read, c, field)).collect();
    let of = |w: &Weighed, name: usize| w.features.get(name).copied().unwrap_or(0.0);
    let meant: Vec<f64> = all.iter().map(|w| of(w, 3)).collect();
    #[expect(clippy::cast_precision_loss, reason = "numbers of candidates are small")]
    let mean = meant.iter().sum::<f64>() / meant.len().max(1) as f64;
    let most = all.iter().map(|w| of(w, 0).max(of(w, 1))).fold(0.0, f64::max);
    for weighed in &mut all {
        let (own, words) = (of(weighed, 3), of(weighed, 0).max(of(weighed, 1)));
        weighed.features[4] = (own - mean).clamp(-0.5, 0.5);
        weighed.features[16] = f64::from(u8::from(most > 0.0 && words >= most));
        let sum = CONSTANT + weighed.features.iter().zip(WEIGHTS).map(|(f, w)| f * w).sum::<f64>();
        weighed.probability = 1.0 / (1.0 + (-sum).exp());
    }
    all
}

fn look(read: &Read<'_>, candidate: &Candidate<'_>, field: &Field<'_>) -> Weighed {
    let (things, words) = field.telling.shared(&read.terms.things, &candidate.terms.things);
    let (outside, outer) = field.telling.shared(&read.terms.things, &candidate.outside.things);
    let (things, outside) = (up_to_one(things, 1.5), up_to_one(outside, 1.5));
    let is = |yes: bool| f64::from(u8::from(yes));
    let harms = is(read.terms.harms.intersection(&candidate.terms.harms).next().is_some());
    let tells = |e: &&Entity| candidate.entities.contains(e) && !field.common.contains(e);
    let named: Vec<Entity> = read.entities.iter().filter(tells).cloned().collect();
    let entity = up_to_one(named.iter().map(|e| e.kind.weight()).sum(), 2.5);
    let odd = odd(candidate);
    let tone = match candidate.tone {
        Tone::Failure => 1.0,
        Tone::Warning => 0.5,
        Tone::Plain => 0.0,
    };
    let features = [
        things,
        outside,
        harms,
        meaning(read, candidate),
        0.0,
        entity,
        odd,
        tone,
        time(read, candidate),
        ago(read.at, candidate.last, 2.9),
        ago(read.at, candidate.from, 6.0),
        is(candidate.deploy.is_some()),
        candidate.root,
        is(candidate.signal.kind == SignalKind::Incident),
        things.max(outside) * odd,
        is(candidate.signal.kind == SignalKind::Metric),
        0.0,
    ];
    let words = words.into_iter().chain(outer).map(|w| w.trim_start_matches('#').to_owned());
    let words = words.collect::<BTreeSet<_>>().into_iter().collect();
    Weighed { features, probability: 0.0, words, named }
}

fn odd(candidate: &Candidate<'_>) -> f64 {
    match candidate.course {
        Course::New => 1.0,
        Course::More => (candidate.over.ln() / 10_f64.ln()).clamp(0.3, 1.0),
        Course::Fewer => 0.5,
        Course::Usual => 0.0,
    }
}

/// The closest of the complaint's sentences to any of the candidate's texts, from 0 (unrelated) to 1.
fn meaning(read: &Read<'_>, candidate: &Candidate<'_>) -> f64 {
    let texts = candidate.texts.iter().copied().chain(candidate.calls.as_deref());
    let pairs = texts.flat_map(|text| read.sentences.iter().map(move |s| (s, text)));
    let best = pairs.filter_map(|(s, text)| (read.closeness)(s, text)).reduce(f64::max);
    best.map_or(MEANING_UNKNOWN, |best| ((best - 0.15) / 0.5).clamp(0.0, 1.0))
}

/// Whether it began when the requester says: 1 within, less with distance, negative far away; 0 when nothing is said.
fn time(read: &Read<'_>, candidate: &Candidate<'_>) -> f64 {
    let Some(began) = &read.began else { return 0.0 };
    let from = candidate.from;
    let before = began.from.seconds_since(from).max(0);
    let after = from.seconds_since(began.to).max(0);
    #[expect(clippy::cast_precision_loss, reason = "seconds of days are exact")]
    let hours = before.max(after) as f64 / 3_600.0;
    if hours == 0.0 { 1.0 } else { (1.0 - hours / 2.0).max(-1.0) }
}

/// How shortly before `at` something was: 1 at once, less by a factor of e with every `hours`.
fn ago(at: Timestamp, then: Timestamp, hours: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "seconds of days are exact")]
    let before = at.seconds_since(then).max(0) as f64 / 3_600.0;
    (-before / hours).exp()
}

/// A complaint's words without those of a greeting or a signature.
pub(crate) fn read_terms(text: &str) -> Terms {
    terms(text)
}
