//! Meaning: vectors as bytes with one scale each, compared exactly.
//!
//! A vector is normalised, then its largest component is mapped to 127. The query keeps 12 bits per component, so the
//! error of a cosine comes from the stored side alone (below 0.01 for 384 dimensions; a test holds it).

use std::sync::Arc;

/// Largest absolute value of a query component.
const QUERY_RANGE: f32 = 2047.0;

/// One stored vector.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub scale: f32,
    pub values: Box<[i8]>,
}

/// A query, quantised once and compared with many rows.
pub(crate) struct Probe {
    scale: f32,
    values: Box<[i16]>,
}

/// Unit length, or nothing for an empty, zero or not finite vector.
fn normalise(vector: &[f32]) -> Option<Vec<f32>> {
    let norm = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    (norm.is_finite() && norm > 0.0).then(|| vector.iter().map(|x| (f64::from(*x) / norm) as f32).collect())
}

fn largest(unit: &[f32]) -> f32 {
    unit.iter().fold(f32::MIN_POSITIVE, |max, x| max.max(x.abs()))
}

impl Row {
    pub(crate) fn new(vector: &[f32]) -> Option<Arc<Self>> {
        let unit = normalise(vector)?;
        let scale = largest(&unit) / 127.0;
        let values = unit.iter().map(|x| (x / scale).round() as i8).collect();
        Some(Arc::new(Self { scale, values }))
    }

    /// The components again, to within the rounding.
    pub(crate) fn components(&self) -> Vec<f32> {
        self.values.iter().map(|x| f32::from(*x) * self.scale).collect()
    }
}

impl Probe {
    pub(crate) fn new(vector: &[f32]) -> Option<Self> {
        let unit = normalise(vector)?;
        let scale = largest(&unit) / QUERY_RANGE;
        let values = unit.iter().map(|x| (x / scale).round() as i16).collect();
        Some(Self { scale, values })
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Cosine of the angle, -1 to 1. Integers up to 127 * 2047 per component: 8,000 components fit the sum.
    pub(crate) fn cosine(&self, row: &Row) -> f32 {
        let dot: i32 = self.values.iter().zip(&row.values).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        (dot as f32 * self.scale * row.scale).clamp(-1.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_is_within_a_hundredth() {
        let wave = |phase: f32| (0..384).map(|i| (i as f32 * 0.37 + phase).sin() + 0.2).collect::<Vec<f32>>();
        for phase in [0.0, 0.3, 1.0, 2.0, 3.1] {
            let (a, b) = (wave(0.0), wave(phase));
            let dot: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
            let norm = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
            let exact = dot / norm(&a) / norm(&b);
            let ours = Probe::new(&a).unwrap().cosine(&Row::new(&b).unwrap());
            assert!((exact - ours).abs() < 0.01, "{exact} {ours}");
        }
    }

    #[test]
    fn unusable_vectors_are_refused() {
        for bad in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert!(Row::new(bad).is_none() && Probe::new(bad).is_none(), "{bad:?}");
        }
    }
}
