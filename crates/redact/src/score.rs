//! How far found stretches agree with labelled ones: the measure of this crate's figures.

use std::collections::BTreeMap;

use crate::class::Class;

/// A stretch with its class: `(class, start, end)`, in whatever unit both sides use.
pub type Labelled = (Class, usize, usize);

/// Counts of one class or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Found and labelled.
    pub right: usize,
    /// Found and not labelled.
    pub wrong: usize,
    /// Labelled and not found.
    pub missed: usize,
}

impl Tally {
    /// Share of what was found that is labelled; 1 when nothing was found.
    pub fn precision(self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Share of what is labelled that was found; 1 when nothing is labelled.
    pub fn recall(self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// F with recall counted `beta` times as much as precision (van Rijsbergen 1979).
    pub fn f(self, beta: f64) -> f64 {
        let (p, r, b) = (self.precision(), self.recall(), beta * beta);
        if p + r == 0.0 { 0.0 } else { (1.0 + b) * p * r / (b * p + r) }
    }

    /// What is labelled.
    pub fn labelled(self) -> usize {
        self.right + self.missed
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Counts over many texts.
#[derive(Debug, Clone, Default)]
pub struct Score {
    classes: BTreeMap<Class, Tally>,
}

impl Score {
    /// Counts one text. Taken in order, a found stretch is right when a labelled one of its class that is not taken yet shares
    /// at least half of what the two cover together (intersection over union of 0.5 or more).
    pub fn add(&mut self, labelled: &[Labelled], found: &[Labelled]) {
        let mut taken = vec![false; labelled.len()];
        for stretch in found {
            let hit = labelled.iter().zip(&mut taken).find(|(l, taken)| !**taken && agree(l, stretch));
            let tally = self.classes.entry(stretch.0).or_default();
            match hit {
                Some((_, taken)) => (*taken, tally.right) = (true, tally.right + 1),
                None => tally.wrong += 1,
            }
        }
        for ((class, _, _), _) in labelled.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            self.classes.entry(*class).or_default().missed += 1;
        }
    }

    /// The classes that are labelled somewhere, each with its counts.
    pub fn classes(&self) -> impl Iterator<Item = (Class, Tally)> {
        self.classes.iter().map(|(class, tally)| (*class, *tally)).filter(|(_, tally)| tally.labelled() > 0)
    }

    /// All of [`Score::classes`] together, or of those that are wanted.
    pub fn overall(&self, wanted: impl Fn(Class) -> bool) -> Tally {
        let mut all = Tally::default();
        self.classes().filter(|(class, _)| wanted(*class)).for_each(|(_, tally)| all.add(tally));
        all
    }
}

fn agree((class, start, end): &Labelled, (found, from, to): &Labelled) -> bool {
    let both = (*end).min(*to).saturating_sub((*start).max(*from));
    class == found && both > 0 && both * 2 >= (*end).max(*to) - (*start).min(*from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_union_counts_and_nothing_counts_twice() {
        let mut score = Score::default();
        let labelled = [(Class::Email, 0, 10), (Class::Phone, 20, 30)];
        score
            .add(&labelled, &[(Class::Email, 0, 5), (Class::Email, 0, 10), (Class::Phone, 16, 20), (Class::Key, 1, 2)]);
        let tallies: Vec<_> = score.classes().collect();
        assert_eq!(
            tallies,
            [
                (Class::Email, Tally { right: 1, wrong: 1, missed: 0 }),
                (Class::Phone, Tally { right: 0, wrong: 1, missed: 1 })
            ]
        );
        // A class that is labelled nowhere does not count.
        assert_eq!(score.overall(|_| true), Tally { right: 1, wrong: 2, missed: 1 });
    }

    #[test]
    fn f2_leans_towards_recall() {
        let tally = Tally { right: 9, wrong: 9, missed: 1 };
        assert!((tally.precision() - 0.5).abs() < 1e-9 && (tally.recall() - 0.9).abs() < 1e-9);
        assert!((tally.f(2.0) - 5.0 * 0.45 / 2.9).abs() < 1e-9);
        assert!(tally.f(2.0) > tally.f(1.0));
    }
}
