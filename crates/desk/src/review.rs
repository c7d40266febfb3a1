//! A second look at texts by people who did not write them: which texts are drawn, what is asked, what follows, and how far
//! reviewers agree.
//!
//! Texts are drawn by weight without replacement (Efraimidis and Spirakis 2006): each gets the key u^(1/w) of a number nobody
//! foresees, and the greatest keys win. Agreement is Cohen's kappa (Cohen 1960) over texts that two people looked at.

use crate::{calibration::wilson, closed_list, eval::Severity, failure::Failure, refusal::Refusal};

/// Fewer texts that two people looked at say nothing about agreement.
pub const LEAST_PAIRS: usize = 20;

closed_list! {
    /// Which words of a draft are looked at.
    pub enum Side ("side of a review") {
        /// What was prepared.
        Prepared = "prepared",
        /// What left.
        Sent = "sent",
    }
}

closed_list! {
    /// How a text was drawn.
    pub enum Lot ("way to draw") {
        /// Each as likely as any other.
        Even = "even",
        /// Likelier where little is known.
        Weighted = "weighted",
    }
}

closed_list! {
    /// An answer to a question about a text.
    pub enum Answer ("answer of a review") {
        /// Yes.
        Yes = "yes",
        /// In part.
        Partly = "partly",
        /// No.
        No = "no",
    }
}

closed_list! {
    /// Whether the reviewer would have sent it.
    pub enum WouldSend ("answer of a review") {
        /// Just so.
        AsItIs = "as_it_is",
        /// With changes.
        Changed = "changed",
        /// No.
        No = "no",
    }
}

closed_list! {
    /// What a review comes to.
    pub enum Verdict ("verdict of a review") {
        /// The text could leave.
        Holds = "holds",
        /// It should not have.
        Fails = "fails",
    }
}

/// What one reviewer says of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rubric {
    /// Is what it states right?
    pub correct: Answer,
    /// Do the sources carry it?
    pub grounded: Answer,
    /// Does it answer everything?
    pub complete: Answer,
    /// Is the tone right?
    pub tone: Answer,
    /// Would they have sent it?
    pub would_send: WouldSend,
    /// How bad it is, where something is wrong.
    pub severity: Option<Severity>,
    /// What is wrong.
    pub failure: Option<Failure>,
}

impl Rubric {
    /// What it comes to: a text fails that nobody should send, or with a grave fault.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let is_grave = self.severity.is_some_and(|severity| severity > Severity::Minor);
        if self.would_send == WouldSend::No || is_grave { Verdict::Fails } else { Verdict::Holds }
    }

    /// Whether the answers can stand together.
    ///
    /// # Errors
    /// [`Refusal::Unfit`], saying what is missing or contradicts.
    pub fn check(&self) -> Result<(), Refusal> {
        let unfit = |why: &str| Err(Refusal::Unfit { why: why.to_owned() });
        let is_clean = [self.correct, self.grounded, self.complete, self.tone].iter().all(|a| *a == Answer::Yes);
        match (self.severity, self.failure) {
            (Some(_), None) => unfit("Say what is wrong with it, from the list."),
            (None, Some(_)) => unfit("Say how bad it is: minor, major or severe."),
            (None, None) if self.would_send == WouldSend::No => {
                unfit("You would not have sent it. Say what is wrong with it, and how bad it is.")
            }
            (Some(Severity::Severe), _) if self.would_send == WouldSend::AsItIs => {
                unfit("Something severe is wrong with it, and you would have sent it as it is. Change one of the two.")
            }
            (Some(_), Some(_)) if is_clean && self.would_send == WouldSend::AsItIs => {
                unfit("Every answer says that it is right. Say which one is not, or take the fault away.")
            }
            _ => Ok(()),
        }
    }

    /// The answers by which agreement is measured, each under its name.
    #[must_use]
    pub const fn answers(&self) -> [(Question, &'static str); 5] {
        [
            (Question::Correct, self.correct.word()),
            (Question::Grounded, self.grounded.word()),
            (Question::Complete, self.complete.word()),
            (Question::Tone, self.tone.word()),
            (Question::WouldSend, self.would_send.word()),
        ]
    }
}

closed_list! {
    /// What reviewers are asked, and what it comes to.
    pub enum Question ("question of a review") {
        /// What it comes to.
        Verdict = "verdict",
        /// Is what it states right?
        Correct = "correct",
        /// Do the sources carry it?
        Grounded = "grounded",
        /// Does it answer everything?
        Complete = "complete",
        /// Is the tone right?
        Tone = "tone",
        /// Would you have sent it?
        WouldSend = "would_send",
    }
}

/// What reviews of one text come to: what was settled after talking, else the graver of them. None without any.
#[must_use]
pub fn outcome(verdicts: &[Verdict], settled: Option<Verdict>) -> Option<Verdict> {
    settled.or_else(|| verdicts.iter().copied().max())
}

/// A text that may be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawable<T> {
    /// Which.
    pub text: T,
    /// The category of its ticket.
    pub category: String,
    /// Two numbers nobody foresees, evenly from 0 to 1, one for each half of a draw: what the first left over is no even crop of
    /// its numbers any more.
    pub chances: [f64; 2],
}

/// What a category weighs: one, unless something is said of it.
#[must_use]
pub fn weight_of(weights: &[(String, f64)], category: &str) -> f64 {
    let found = weights.iter().find(|(known, _)| known == category).map(|(_, weight)| *weight);
    found.filter(|weight| weight.is_finite() && *weight > 0.0).unwrap_or(1.0)
}

/// Draws `n` texts: half of them evenly, the others by the weight of their category. The rounding goes to the even half.
#[must_use]
pub fn draw<T>(mut texts: Vec<Drawable<T>>, weights: &[(String, f64)], n: usize) -> Vec<(T, Lot)> {
    let even = n.div_ceil(2);
    let mut drawn = take(&mut texts, even, |_| 1.0, Lot::Even);
    drawn.extend(take(&mut texts, n - even, |category| weight_of(weights, category), Lot::Weighted));
    drawn
}

fn take<T>(texts: &mut Vec<Drawable<T>>, n: usize, weight: impl Fn(&str) -> f64, lot: Lot) -> Vec<(T, Lot)> {
    // The logarithm of u^(1/w) keeps the order and does not run out of digits.
    let chance = |t: &Drawable<T>| t.chances[usize::from(lot == Lot::Weighted)].max(f64::MIN_POSITIVE);
    let key = |t: &Drawable<T>| chance(t).ln() / weight(&t.category);
    texts.sort_by(|a, b| key(b).total_cmp(&key(a)));
    let rest = texts.split_off(n.min(texts.len()));
    std::mem::replace(texts, rest).into_iter().map(|t| (t.text, lot)).collect()
}

/// How far two people agree about the same texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Agreement {
    /// Too few texts had two readers.
    TooFew {
        /// How many.
        pairs: usize,
    },
    /// Both always gave one and the same answer, so that chance alone would agree as often: kappa divides by zero there.
    Alike {
        /// How many.
        pairs: usize,
    },
    /// Cohen's kappa.
    Told {
        /// How many texts.
        pairs: usize,
        /// On how many they said the same.
        same: usize,
        /// 1 is agreement, 0 is what chance gives.
        kappa: f64,
        /// 95 % interval of the share that was answered alike.
        interval: (f64, f64),
    },
}

/// Cohen's kappa of pairs of answers, the first reader's first.
#[must_use]
pub fn agreement<A: PartialEq + Copy>(pairs: &[(A, A)]) -> Agreement {
    let n = pairs.len();
    if n < LEAST_PAIRS {
        return Agreement::TooFew { pairs: n };
    }
    let same = pairs.iter().filter(|(a, b)| a == b).count();
    let mut kinds: Vec<A> = Vec::new();
    for answer in pairs.iter().flat_map(|(a, b)| [*a, *b]) {
        if !kinds.contains(&answer) {
            kinds.push(answer);
        }
    }
    let share = |count: usize| count as f64 / n as f64;
    let by_chance: f64 = kinds
        .iter()
        .map(|kind| {
            share(pairs.iter().filter(|(a, _)| a == kind).count())
                * share(pairs.iter().filter(|(_, b)| b == kind).count())
        })
        .sum();
    if kinds.len() < 2 || by_chance >= 1.0 {
        return Agreement::Alike { pairs: n };
    }
    let kappa = (share(same) - by_chance) / (1.0 - by_chance);
    Agreement::Told { pairs: n, same, kappa, interval: wilson(same, n) }
}

/// A text without the names of the people here: whole words, whatever their case. What stands in their place says nothing.
#[must_use]
pub fn blind(text: &str, names: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let hidden = |word: &str| {
        let is_name = names.iter().any(|name| name.to_lowercase() == word.to_lowercase());
        if is_name { "…".to_owned() } else { word.to_owned() }
    };
    for c in text.chars() {
        if c.is_alphabetic() {
            word.push(c);
        } else {
            out.push_str(&hidden(&word));
            word.clear();
            out.push(c);
        }
    }
    out.push_str(&hidden(&word));
    out
}

/// May this person review it? Nobody looks at what they wrote, let go or turned down themselves, and nobody twice.
///
/// # Errors
/// [`Refusal::Unfit`] with the reason.
pub fn may_review(had_a_hand: bool, did: bool, open: bool) -> Result<(), Refusal> {
    let unfit = |why: &str| Err(Refusal::Unfit { why: why.to_owned() });
    if had_a_hand {
        return unfit("You wrote, approved or turned down this text. Somebody else has to review it.");
    }
    if did {
        return unfit("You have reviewed this text. Somebody else looks at it next.");
    }
    if open { Ok(()) } else { unfit("Enough people have reviewed this text. Take the next one.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Rubric = Rubric {
        correct: Answer::Yes,
        grounded: Answer::Yes,
        complete: Answer::Yes,
        tone: Answer::Yes,
        would_send: WouldSend::AsItIs,
        severity: None,
        failure: None,
    };

    #[test]
    fn answers_have_to_stand_together() {
        let wrong = |severity, would_send| Rubric {
            correct: Answer::No,
            severity: Some(severity),
            failure: Some(Failure::WrongFact),
            would_send,
            ..FINE
        };
        let cases = [
            (FINE, true, Verdict::Holds),
            (Rubric { tone: Answer::Partly, would_send: WouldSend::Changed, ..FINE }, true, Verdict::Holds),
            (wrong(Severity::Minor, WouldSend::Changed), true, Verdict::Holds),
            (wrong(Severity::Major, WouldSend::Changed), true, Verdict::Fails),
            (wrong(Severity::Severe, WouldSend::No), true, Verdict::Fails),
            (wrong(Severity::Severe, WouldSend::AsItIs), false, Verdict::Fails),
            (Rubric { would_send: WouldSend::No, ..FINE }, false, Verdict::Fails),
            (Rubric { severity: Some(Severity::Minor), ..FINE }, false, Verdict::Holds),
            (Rubric { failure: Some(Failure::WrongTone), ..FINE }, false, Verdict::Holds),
            (
                Rubric { failure: Some(Failure::WrongTone), severity: Some(Severity::Minor), ..FINE },
                false,
                Verdict::Holds,
            ),
        ];
        for (n, (rubric, fits, verdict)) in cases.into_iter().enumerate() {
            assert_eq!((rubric.check().is_ok(), rubric.verdict()), (fits, verdict), "{n}");
        }
    }

    #[test]
    fn the_graver_word_counts_until_people_settled_it() {
        use Verdict::{Fails, Holds};
        let cases: [(&[Verdict], Option<Verdict>, Option<Verdict>); 5] = [
            (&[], None, None),
            (&[Holds, Holds], None, Some(Holds)),
            (&[Holds, Fails], None, Some(Fails)),
            (&[Holds, Fails], Some(Holds), Some(Holds)),
            (&[Fails], Some(Fails), Some(Fails)),
        ];
        for (verdicts, settled, expected) in cases {
            assert_eq!(outcome(verdicts, settled), expected, "{verdicts:?} {settled:?}");
        }
    }

    /// Texts of two categories in equal numbers, their chances from a fixed sequence.
    fn texts(n: u64, seed: u64) -> Vec<Drawable<u64>> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let category = |id: u64| if id.is_multiple_of(2) { "even" } else { "odd" }.to_owned();
        (0..n).map(|text| Drawable { text, category: category(text), chances: [next(), next()] }).collect()
    }

    #[test]
    fn half_is_drawn_evenly_and_half_by_weight_and_nothing_twice() {
        let weights = [("odd".to_owned(), 3.0)];
        let (mut odd, mut even_lot) = ([0_u32; 2], 0_u32);
        for seed in 1..=400 {
            let drawn = draw(texts(100, seed), &weights, 11);
            assert_eq!(drawn.len(), 11);
            let mut ids: Vec<u64> = drawn.iter().map(|(id, _)| *id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), 11, "none twice");
            even_lot += u32::try_from(drawn.iter().filter(|(_, lot)| *lot == Lot::Even).count()).unwrap_or(0);
            for (id, lot) in drawn {
                odd[usize::from(lot == Lot::Weighted)] += u32::from(!id.is_multiple_of(2));
            }
        }
        assert_eq!(even_lot, 400 * 6);
        let (evenly, weighted) = (f64::from(odd[0]) / 2_400.0, f64::from(odd[1]) / 2_000.0);
        assert!((evenly - 0.5).abs() < 0.04, "{evenly}");
        assert!((weighted - 0.75).abs() < 0.04, "a weight of three is three times as likely: {weighted}");
    }

    #[test]
    fn there_may_be_fewer_texts_than_wanted_and_weights_that_mean_nothing() {
        assert_eq!(draw(texts(3, 1), &[], 10).len(), 3);
        assert_eq!(draw(texts(0, 1), &[], 10), []);
        assert_eq!(draw(texts(3, 1), &[], 0), []);
        for nonsense in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!((weight_of(&[("a".to_owned(), nonsense)], "a") - 1.0).abs() < f64::EPSILON);
        }
    }

    #[test]
    fn kappa_is_that_of_the_textbook() {
        // Cohen's table as it is taught: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no give 0.4.
        let mut pairs = vec![(true, true); 20];
        pairs.extend(vec![(true, false); 5]);
        pairs.extend(vec![(false, true); 10]);
        pairs.extend(vec![(false, false); 15]);
        let Agreement::Told { pairs: n, same, kappa, interval } = agreement(&pairs) else { panic!("enough") };
        assert_eq!((n, same), (50, 35));
        assert!((kappa - 0.4).abs() < 1e-12, "{kappa}");
        assert!(interval.0 < 0.7 && interval.1 > 0.7);
        let Agreement::Told { kappa, .. } = agreement(&[(1, 2); 20]) else { panic!("two kinds of answers") };
        assert!(kappa <= 0.0, "{kappa}");
    }

    #[test]
    fn too_few_and_nothing_to_divide_by_are_said() {
        assert_eq!(agreement(&[(true, false); 19]), Agreement::TooFew { pairs: 19 });
        assert_eq!(agreement::<bool>(&[]), Agreement::TooFew { pairs: 0 });
        assert_eq!(agreement(&[(true, true); 40]), Agreement::Alike { pairs: 40 });
    }

    #[test]
    fn names_of_people_here_are_not_shown() {
        let names = ["Timo".to_owned(), "Lind".to_owned()];
        let cases = [
            ("Best regards,\nTimo Lind", "Best regards,\n… …"),
            ("timo's answer, not Timon's", "…'s answer, not Timon's"),
            ("", ""),
            ("Größe: 5", "Größe: 5"),
        ];
        for (text, expected) in cases {
            assert_eq!(blind(text, &names), expected);
        }
    }

    #[test]
    fn nobody_reviews_their_own_text_or_twice() {
        for (had, did, open, fine) in [
            (false, false, true, true),
            (true, false, true, false),
            (false, true, true, false),
            (false, false, false, false),
        ] {
            assert_eq!(may_review(had, did, open).is_ok(), fine, "{had} {did} {open}");
        }
    }
}
