//! How far a whole answer keeps to its sources: one number for many sentences.

use super::{Closeness, Judged, Objection, Sources, sentences, text::stems};
use crate::draft::Support;

/// An answer below this score is doubted as a whole. Of the fully faithful answers of the training half (see [`Marks`]) one in
/// twenty lies below it.
pub const ALARM_BELOW: f64 = 0.87;

/// What an answer's sentences add up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Faithfulness {
    /// 0..=1; the chance that people call it faithful. 1 when it states nothing.
    pub score: f64,
    /// Sentences that state something; none means that the answer was not judged.
    pub judged: usize,
    /// What the score is made of.
    pub marks: Marks,
}

impl Faithfulness {
    /// Whether the answer as a whole should be doubted.
    #[must_use]
    pub fn alarm(&self) -> bool {
        self.judged > 0 && self.score < ALARM_BELOW
    }
}

/// Shares of an answer, each 0..=1, more is better.
///
/// They are weighed by logistic regression, learnt on the half of mtrag_un's conversations whose SHA-256 is even: 234
/// answers that people rated, 33 of them low. The weight of `clean` was set by hand and the others learnt around it: 1.5 was the best
/// of 0, 1, 1.5, 2 and 3 on that half, which holds too few swapped numbers and denials to learn it.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Marks {
    /// Content words that stand anywhere in the sources.
    pub words: f64,
    /// Neighbouring content words that are neighbours in the sources too.
    pub pairs: f64,
    /// Content words that stand in the best window of their sentence.
    pub windows: f64,
    /// The same of the sentence that is worst off.
    pub worst: f64,
    /// Sentences without a fact, name, promise or denial that the sources do not have.
    pub clean: f64,
}

/// Judges a whole answer.
#[must_use]
pub fn faithfulness(answer: &str, sources: &Sources, closeness: &Closeness<'_>) -> Faithfulness {
    let mut sum = Sum::default();
    for sentence in sentences(answer) {
        let judged = sources.judge(&sentence, closeness);
        if judged.support != Support::Frame {
            sum.add(&sentence, &judged, sources);
        }
    }
    if sum.sentences == 0 {
        return Faithfulness { score: 1.0, judged: 0, marks: Marks::default() };
    }
    let marks = sum.marks();
    Faithfulness { score: marks.score(), judged: sum.sentences, marks }
}

#[derive(Default)]
struct Sum {
    sentences: usize,
    clean: usize,
    words: usize,
    held: usize,
    pairs: usize,
    pairs_held: usize,
    carried: f64,
    worst: Option<f64>,
}

impl Sum {
    fn add(&mut self, sentence: &str, judged: &Judged, sources: &Sources) {
        let own = stems(sentence);
        self.sentences += 1;
        let clean = matches!(judged.doubt, None | Some((Objection::Words | Objection::NoSource, _)));
        self.clean += usize::from(clean && !sources.is_empty());
        self.words += own.len();
        self.held += own.iter().filter(|w| sources.stems.contains(*w)).count();
        let pairs = own.iter().zip(own.iter().skip(1));
        for (a, b) in pairs {
            self.pairs += 1;
            self.pairs_held += usize::from(sources.pairs.contains(&(a.clone(), b.clone())));
        }
        self.carried += judged.carried * own.len() as f64;
        self.worst = Some(self.worst.map_or(judged.carried, |w| w.min(judged.carried)));
    }

    fn marks(&self) -> Marks {
        let of = |part: f64, whole: usize| part / whole.max(1) as f64;
        Marks {
            words: of(self.held as f64, self.words),
            // A single word has no neighbour; then words say it all.
            pairs: if self.pairs == 0 {
                of(self.held as f64, self.words)
            } else {
                of(self.pairs_held as f64, self.pairs)
            },
            windows: of(self.carried, self.words),
            worst: self.worst.unwrap_or(1.0),
            clean: of(self.clean as f64, self.sentences),
        }
    }
}

impl Marks {
    fn score(&self) -> f64 {
        let sum =
            -1.71 + 1.29 * self.words + 1.30 * self.pairs + 1.10 * self.windows + 0.80 * self.worst + 1.5 * self.clean;
        1.0 / (1.0 + (-sum).exp())
    }
}
