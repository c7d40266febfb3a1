//! Where requests lie when they are grouped: by what tells requests apart where an encoder's vectors are at hand, by
//! their words where they are not.

use std::collections::HashMap;

use crate::{
    analysis::{Kind, analyse},
    hash::hash64,
    language::of_passage,
    likeness::Likeness,
};

/// Length of vectors made of words alone.
const WORD_DIMENSIONS: usize = 1_024;
/// A smaller pile of texts is weighed as one of this size: a word that all of five texts hold is still what they share.
const PILE_LEAST: usize = 200;

/// How vectors were made, with the similarity from which two groups of requests are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// From an encoder.
    Meaning,
    /// From words.
    Words,
}

impl Space {
    /// The bar for [`crate::clusters`], chosen on the validation rows of clinc150 (Larson et al. 2019): groups
    /// are 87 % pure by meaning and 70 % by words alone (`examples/group_requests.rs`).
    #[must_use]
    pub const fn bar(self) -> f32 {
        match self {
            Self::Meaning => 0.50,
            Self::Words => 0.30,
        }
    }
}

/// A request's place by meaning: half its direction as the encoder has it, half along the directions that tell
/// requests apart. Empty for a vector of another encoder.
#[must_use]
pub fn place_by_meaning(vector: &[f32]) -> Vec<f32> {
    let Some(place) = Likeness::shipped().place(vector) else { return Vec::new() };
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|x| x / norm).chain(place.components().iter().copied()).collect()
}

/// Requests' places by their words: stems weighted by rarity among these texts, hashed to a fixed length. Empty for a
/// text without a word that counts.
#[must_use]
pub fn places_by_words(texts: &[&str]) -> Vec<Vec<f32>> {
    let terms: Vec<Vec<String>> = texts.iter().map(|text| terms(text)).collect();
    let mut holding: HashMap<&str, f32> = HashMap::new();
    terms.iter().flatten().for_each(|term| *holding.entry(term).or_default() += 1.0);
    let pile = texts.len().max(PILE_LEAST) as f32;
    let rarity = |term: &String| (1.0 + pile / holding.get(term.as_str()).copied().unwrap_or(1.0)).ln();
    terms
        .iter()
        .map(|terms| {
            let mut place = if terms.is_empty() { Vec::new() } else { vec![0.0; WORD_DIMENSIONS] };
            for term in terms {
                let hash = hash64(&[term]);
                let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
                let at = usize::try_from(hash % WORD_DIMENSIONS as u64).unwrap_or(0);
                if let Some(component) = place.get_mut(at) {
                    *component += sign * rarity(term);
                }
            }
            place
        })
        .collect()
}

fn terms(text: &str) -> Vec<String> {
    let tokens = analyse(text, of_passage("", "", text)).into_iter();
    let mut terms: Vec<String> =
        tokens.filter(|t| matches!(t.kind, Kind::Word | Kind::Identifier)).map(|t| t.term).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clusters;

    #[test]
    fn without_an_encoder_shared_words_bring_requests_together() {
        let texts = [
            "How do I record a gift voucher that we sold?",
            "Where do I record gift vouchers we sold to customers?",
            "The webhook answers SIG-401 since the morning",
            "SIG-401 again from our webhook",
            "",
        ];
        let mut found = clusters(&places_by_words(&texts), Space::Words.bar());
        found.iter_mut().for_each(|g| g.sort_unstable());
        found.sort();
        assert_eq!(found, [vec![0, 1], vec![2, 3]]);
    }

    #[test]
    fn another_encoders_vectors_have_no_place() {
        assert!(place_by_meaning(&[1.0, 2.0]).is_empty());
        assert!(place_by_meaning(&[0.5; 384]).len() > 384);
    }
}
