//! Which failures and cases are about the same, within one queue and category. Pure; who gathers them, and what is counted of it, is
//! `measure_coverage`.

use std::collections::BTreeMap;

use desk::eval::codes;
use search::Space;

/// Mean likeness from which two groups of failures are one: chosen on the development topics (`countersign bench learning`).
pub(crate) const ALIKE: f32 = 0.30;

/// Where texts lie among each other, and the likeness from which two groups of them are one.
pub(crate) struct Places {
    pub vectors: Vec<Vec<f32>>,
    pub bar: f32,
}

impl Places {
    /// Of everything together: what all of a desk's failures share is known only from all. `meanings` are places by meaning; without
    /// an encoder none are, and words alone have to do.
    pub fn of(meanings: Option<&[Vec<f32>]>, texts: &[&str]) -> Self {
        match meanings {
            Some(meanings) => Self { vectors: search::places_apart(meanings, texts), bar: ALIKE },
            None => Self { vectors: search::places_by_words(texts), bar: Space::Words.bar() },
        }
    }
}

/// A number for each text's cluster; what is like nothing has one of its own.
pub(crate) fn clusters(vectors: &[Vec<f32>], texts: &[&str], bar: f32) -> Vec<usize> {
    let groups = search::clusters(vectors, bar).into_iter().flat_map(|group| by_code(group, vectors, texts));
    let mut of: Vec<Option<usize>> = vec![None; vectors.len()];
    let mut free = 0;
    for (number, group) in groups.enumerate() {
        for at in group {
            if let Some(place) = of.get_mut(at) {
                *place = Some(number);
            }
        }
        free = number + 1;
    }
    let alone = (free..).zip(of);
    alone.map(|(own, of)| of.unwrap_or(own)).collect()
}

/// A group in parts, where its texts name several errors: whoever names another one asks about another thing, however alike the
/// words are. What names none goes where it is likest.
fn by_code(group: Vec<usize>, vectors: &[Vec<f32>], texts: &[&str]) -> Vec<Vec<usize>> {
    let code = |at: &usize| texts.get(*at).and_then(|text| codes(text).into_iter().next());
    let (mut parts, mut rest): (BTreeMap<String, Vec<usize>>, Vec<usize>) = (BTreeMap::new(), Vec::new());
    for at in &group {
        match code(at) {
            Some(code) => parts.entry(code).or_default().push(*at),
            None => rest.push(*at),
        }
    }
    if parts.len() < 2 {
        return vec![group];
    }
    let mut parts: Vec<Vec<usize>> = parts.into_values().collect();
    let named = parts.clone();
    for at in rest {
        let like =
            |part: &Vec<usize>| part.iter().map(|one| product(vectors, at, *one)).sum::<f32>() / part.len() as f32;
        let likest = named.iter().enumerate().max_by(|(_, a), (_, b)| like(a).total_cmp(&like(b))).map(|(n, _)| n);
        if let Some(part) = likest.and_then(|n| parts.get_mut(n)) {
            part.push(at);
        }
    }
    parts
}

fn product(vectors: &[Vec<f32>], a: usize, b: usize) -> f32 {
    let of = |at: usize| vectors.get(at).map_or(&[][..], Vec::as_slice);
    of(a).iter().zip(of(b)).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_name_other_errors_are_never_one() {
        let texts =
            ["SIG-401 again", "our webhook says SIG-401", "SIG-402 again", "webhook fails, what now?", "an invoice"];
        let vectors = [[1.0, 0.1], [0.9, 0.2], [1.0, 0.2], [0.9, 0.21], [-1.0, 0.0]].map(Vec::from);
        let of = clusters(&vectors, &texts, 0.5);
        assert_eq!(of[0], of[1]);
        assert!(of[2] != of[0] && of[4] != of[0] && of[4] != of[2]);
        assert!(of[3] == of[0] || of[3] == of[2], "with what it is like");
        let one = clusters(&vectors[..2], &texts[..2], 0.5);
        assert_eq!(one[0], one[1]);
    }

    #[test]
    fn without_an_encoder_words_bring_together() {
        let texts = ["Where do I change the VAT id?", "Where can I change our VAT id?", "The import stops at row 7"];
        let Places { vectors, bar } = Places::of(None, &texts);
        let of = clusters(&vectors, &texts, bar);
        assert!(of[0] == of[1] && of[1] != of[2], "{of:?}");
    }
}
