//! The cited texts, laid out once: their sentences, the windows of up to three of them, and what they hold as a whole.

use std::collections::HashSet;

use super::{
    Span,
    facts::Known,
    text::{is_content, placed_sentences, stem, stems, words},
    tone,
};

/// Sentences that may carry a statement together: people put in one what a page says in three.
const WINDOW: usize = 3;
/// Share of a sentence's words that another must have to be about the same.
const ALIKE_MIN: f64 = 0.5;
/// Windows whose meaning is compared; the best by words.
const COMPARED: usize = 3;

/// Closeness in meaning of two texts, -1..=1; none without an embedding model.
pub type Closeness<'a> = dyn Fn(&str, &str) -> Option<f64> + 'a;

/// The judge of a desk without an embedding model.
#[must_use]
pub fn words_alone(_: &str, _: &str) -> Option<f64> {
    None
}

/// What a sentence is held against.
#[derive(Debug, Default)]
pub struct Sources {
    spots: Vec<Spot>,
    pub(super) stems: HashSet<String>,
    pub(super) pairs: HashSet<(String, String)>,
    /// Every word as written in lower case, for names.
    pub(super) words: HashSet<String>,
    /// Words of the request: repeating a name from it states nothing new.
    pub(super) given: HashSet<String>,
    pub(super) facts: Known,
}

/// One sentence of a cited text.
#[derive(Debug)]
pub(super) struct Spot {
    /// Which text, in the order handed in.
    of: usize,
    pub text: String,
    start: usize,
    end: usize,
    pub stems: HashSet<String>,
}

/// The part of the sources that carries most of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Share of the sentence's content words that stand in it, 0..=1.
    pub carried: f64,
    /// Closeness in meaning, 0..=1; none without an embedding model.
    pub meaning: Option<f64>,
    from: usize,
    to: usize,
}

impl Sources {
    /// Lays out the cited texts. `given` is the request that is answered: its names may be repeated, its numbers, codes and
    /// links may not, for a request may be an attack.
    #[must_use]
    pub fn of(texts: &[&str], given: &str) -> Self {
        let mut all = Self { facts: Known::of(texts, given), ..Self::default() };
        for (of, text) in texts.iter().enumerate() {
            let own = stems(text);
            all.pairs.extend(own.iter().zip(own.iter().skip(1)).map(|(a, b)| (a.clone(), b.clone())));
            all.stems.extend(own);
            all.words.extend(words(text).flat_map(|word| [stem(&word), word]));
            all.spots.extend(placed_sentences(text).into_iter().map(|s| Spot {
                of,
                text: s.text.to_owned(),
                start: s.start,
                end: s.end,
                stems: stems(s.text).into_iter().collect(),
            }));
        }
        all.given = words(given).filter(|w| is_content(w)).flat_map(|word| [stem(&word), word]).collect();
        all
    }

    /// Whether there is nothing to stand on.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// The window that carries most of these words; of equals the shortest, then the first.
    pub(super) fn best(&self, sentence: &str, own: &HashSet<String>, closeness: &Closeness<'_>) -> Option<Window> {
        let mut windows = self.windows(own);
        windows.sort_by(|a, b| {
            b.carried.total_cmp(&a.carried).then((a.to - a.from).cmp(&(b.to - b.from))).then(a.from.cmp(&b.from))
        });
        windows.truncate(COMPARED);
        for window in &mut windows {
            window.meaning = closeness(sentence, &self.text(window)).map(|cosine| cosine.clamp(0.0, 1.0));
        }
        let meaning = windows.iter().filter_map(|w| w.meaning).max_by(f64::total_cmp);
        let best = windows.into_iter().next()?;
        Some(Window { meaning, ..best })
    }

    fn windows(&self, own: &HashSet<String>) -> Vec<Window> {
        let mut all = Vec::new();
        for (from, first) in self.spots.iter().enumerate() {
            let mut held: HashSet<&String> = HashSet::new();
            for (to, spot) in self.spots.iter().enumerate().skip(from).take(WINDOW) {
                if spot.of != first.of {
                    break;
                }
                held.extend(spot.stems.intersection(own));
                let carried = if own.is_empty() { 1.0 } else { held.len() as f64 / own.len() as f64 };
                all.push(Window { carried, meaning: None, from, to: to + 1 });
            }
        }
        all
    }

    fn spots_of(&self, window: &Window) -> &[Spot] {
        self.spots.get(window.from..window.to).unwrap_or_default()
    }

    pub(super) fn text(&self, window: &Window) -> String {
        self.spots_of(window).iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    /// Where a window stands.
    pub(super) fn span(&self, window: &Window) -> Option<Span> {
        let (first, last) = (self.spots_of(window).first()?, self.spots_of(window).last()?);
        Some(Span { text: first.of, start: first.start, end: last.end })
    }

    /// The sentences that say most of the same: what denials and moods are compared with. All that come near the best.
    pub(super) fn alike(&self, own: &HashSet<String>) -> Vec<&Spot> {
        let shared = |spot: &Spot| spot.stems.intersection(own).count();
        let most = self.spots.iter().map(shared).max().unwrap_or(0);
        if most == 0 || (most as f64) < ALIKE_MIN * own.len() as f64 {
            return Vec::new();
        }
        self.spots.iter().filter(|spot| shared(spot) == most).collect()
    }

    /// Whether a word that this sentence states is denied wherever the sentences about the same have it, or the other way
    /// round.
    pub(super) fn denies(&self, sentence: &str, own: &HashSet<String>) -> bool {
        let (ours, we_negate) = (tone::denied(sentence), tone::negates(sentence));
        let alike: Vec<_> = self.alike(own).into_iter().map(|s| (s, tone::denied(&s.text))).collect();
        own.iter().any(|word| {
            let mut holding = alike.iter().filter(|(spot, _)| spot.stems.contains(word)).peekable();
            holding.peek().is_some()
                && holding.all(|(spot, theirs)| {
                    ours.contains(word) != theirs.contains(word) && we_negate != tone::negates(&spot.text)
                })
        })
    }
}
