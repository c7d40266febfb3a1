//! Places for texts that lie close together, where the little that tells them apart is what counts: failures of one category.
//!
//! Every text of a desk has a common direction, which says only whose desk it is; taking it off tells texts apart better
//! (Mu and Viswanath 2018, who take all of it off; half is enough here and does less harm where few subjects make up the whole).
//! Words are a part of the place, because two short questions may mean nearly the same and ask about another thing.

use crate::{cluster::unit, places_by_words};

/// How much of what all share is taken off.
const SHARED: f32 = 0.5;
/// How much of a place its words are.
const WORDS: f32 = 0.3;
/// What fewer texts share is not yet what the desk shares.
const PILE: usize = 100;

/// The places of texts among each other, from their places by meaning ([`crate::place_by_meaning`]) and their words; of length one. Empty
/// where there is no place by meaning.
#[must_use]
pub fn places_apart(meanings: &[Vec<f32>], texts: &[&str]) -> Vec<Vec<f32>> {
    let units: Vec<Option<Vec<f32>>> = meanings.iter().map(|vector| unit(vector)).collect();
    let shared = mean(&units);
    let taken = SHARED * (units.iter().flatten().count() as f32 / PILE as f32).min(1.0);
    let own = |place: &Vec<f32>| -> Vec<f32> {
        let rest: Vec<f32> = place.iter().zip(&shared).map(|(x, m)| x - taken * m).collect();
        unit(&rest).unwrap_or(rest)
    };
    let words = places_by_words(texts);
    let length = words.iter().map(Vec::len).max().unwrap_or(0);
    let joined = units.iter().zip(words).map(|(place, words)| {
        let Some(place) = place else { return Vec::new() };
        let words = unit(&words).unwrap_or_else(|| vec![0.0; length]);
        let (meaning, by_words) = ((1.0 - WORDS).sqrt(), WORDS.sqrt());
        own(place).iter().map(|x| x * meaning).chain(words.iter().map(|x| x * by_words)).collect()
    });
    joined.collect()
}

fn mean(units: &[Option<Vec<f32>>]) -> Vec<f32> {
    let mut sum = vec![0.0; units.iter().flatten().map(Vec::len).max().unwrap_or(0)];
    for unit in units.iter().flatten() {
        sum.iter_mut().zip(unit).for_each(|(a, b)| *a += b);
    }
    let n = units.iter().flatten().count().max(1) as f32;
    sum.into_iter().map(|x| x / n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }

    /// Two subjects that differ in little of what they hold.
    fn pile() -> (Vec<Vec<f32>>, Vec<String>) {
        let texts = (0..200).map(|n| if n % 2 == 0 { format!("voucher {n}") } else { format!("refund {n}") });
        ((0..200).map(|n| vec![3.0, if n % 2 == 0 { 1.0 } else { -1.0 }]).collect(), texts.collect())
    }

    #[test]
    fn what_all_share_counts_less_than_what_tells_apart() {
        let (meanings, texts) = pile();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let before = cosine(&meanings[0], &meanings[1]) / 10.0;
        let places = places_apart(&meanings, &texts);
        let (other, same) = (cosine(&places[0], &places[1]), cosine(&places[0], &places[2]));
        assert!(before > 0.79 && other < 0.45 && same > 0.7, "{before} {other} {same}");
        assert!(places.iter().all(|place| (cosine(place, place) - 1.0).abs() < 1e-4));
        // Of a handful nobody knows what all share.
        let few = places_apart(&meanings[..4], &texts[..4]);
        assert!(cosine(&few[0], &few[1]) > other);
    }

    #[test]
    fn what_has_no_meaning_has_no_place_and_harms_no_other() {
        let meanings = [vec![1.0, 0.0], Vec::new(), vec![f32::NAN, 1.0], vec![0.0, 0.0]];
        let places = places_apart(&meanings, &["a voucher", "", "x", "y"]);
        assert!(places[0].iter().all(|x| x.is_finite()) && !places[0].is_empty());
        assert!(places[1..].iter().all(Vec::is_empty));
        assert!(places_apart(&[], &[]).is_empty());
    }
}
