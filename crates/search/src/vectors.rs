//! Meaning: vectors as bytes with one scale each, compared exactly.
//!
//! A vector is normalised, then its largest component is mapped to 127. The query keeps 12 bits per component, so the
//! error of a cosine comes from the stored side alone (below 0.01 for 384 dimensions; a test holds it).
//!
//! Every query looks at every vector, so they lie side by side in the order they came, in blocks that snapshots share: the
//! machine reads them ahead, and a commit copies one block at most.

use std::sync::Arc;

/// Vectors of one block. A block is copied when one of its vectors changes under a running search.
const PER_BLOCK: usize = 1024;

/// Largest absolute value of a query component.
const QUERY_RANGE: f32 = 2047.0;

/// One vector to be stored.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub scale: f32,
    pub values: Vec<i8>,
}

/// One stored vector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stored<'a> {
    pub scale: f32,
    pub values: &'a [i8],
}

/// Stored vectors, each found by its slot. Cloning shares the blocks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    blocks: Vec<Arc<Block>>,
    used: usize,
    dimensions: usize,
}

#[derive(Clone, Debug, Default)]
struct Block {
    scales: Vec<f32>,
    values: Vec<i8>,
}

impl Rows {
    /// Slots given out, those of erased vectors among them.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// The vector's slot. All vectors have the length of the first.
    pub(crate) fn push(&mut self, row: &Row) -> u32 {
        if self.used.is_multiple_of(PER_BLOCK) {
            self.dimensions = row.values.len();
            self.blocks.push(Arc::new(Block::default()));
        }
        if let Some(block) = self.blocks.last_mut() {
            let block = Arc::make_mut(block);
            block.scales.push(row.scale);
            block.values.extend_from_slice(&row.values);
        }
        self.used += 1;
        (self.used - 1) as u32
    }

    pub(crate) fn get(&self, slot: u32) -> Option<Stored<'_>> {
        let (block, at) = (self.blocks.get(slot as usize / PER_BLOCK)?, slot as usize % PER_BLOCK);
        let values = block.values.get(at * self.dimensions..(at + 1) * self.dimensions)?;
        Some(Stored { scale: *block.scales.get(at)?, values })
    }

    /// Overwrites a vector with zeros; its slot is not given out again.
    pub(crate) fn erase(&mut self, slot: u32) {
        let (dimensions, at) = (self.dimensions, slot as usize % PER_BLOCK);
        let Some(block) = self.blocks.get_mut(slot as usize / PER_BLOCK) else { return };
        let block = Arc::make_mut(block);
        block.values.iter_mut().skip(at * dimensions).take(dimensions).for_each(|value| *value = 0);
    }
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
    pub(crate) fn new(vector: &[f32]) -> Option<Self> {
        let unit = normalise(vector)?;
        let scale = largest(&unit) / 127.0;
        let values = unit.iter().map(|x| (x / scale).round() as i8).collect();
        Some(Self { scale, values })
    }
}

impl Stored<'_> {
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
    pub(crate) fn cosine(&self, row: Stored<'_>) -> f32 {
        (dot(&self.values, row.values) as f32 * self.scale * row.scale).clamp(-1.0, 1.0)
    }
}

/// Sums side by side, which the compiler turns into vector instructions that every processor has.
fn dot(a: &[i16], b: &[i8]) -> i32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut sums = [0_i32; 16];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += i32::from(*a) * i32::from(*b);
        }
    }
    let rest = rest_a.iter().zip(rest_b).map(|(a, b)| i32::from(*a) * i32::from(*b));
    sums.iter().sum::<i32>() + rest.sum::<i32>()
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
            let mut rows = Rows::default();
            let slot = rows.push(&Row::new(&b).unwrap());
            let ours = Probe::new(&a).unwrap().cosine(rows.get(slot).unwrap());
            assert!((exact - ours).abs() < 0.01, "{exact} {ours}");
        }
    }

    #[test]
    fn rows_keep_their_slots_across_blocks_and_erased_ones_are_zero() {
        let row = |n: usize| Row { scale: n as f32, values: vec![(n % 100) as i8, 1] };
        let mut rows = Rows::default();
        let slots: Vec<u32> = (0..PER_BLOCK * 2 + 3).map(|n| rows.push(&row(n))).collect();
        let before = rows.clone();
        rows.erase(slots[PER_BLOCK + 5]);
        for (n, slot) in slots.iter().enumerate() {
            assert_eq!(before.get(*slot).unwrap().values, row(n).values, "what a search holds does not change");
            let values = rows.get(*slot).unwrap().values;
            assert_eq!(values, if n == PER_BLOCK + 5 { vec![0, 0] } else { row(n).values });
        }
        assert_eq!(rows.get(slots.len() as u32), None);
    }

    #[test]
    fn unusable_vectors_are_refused() {
        for bad in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0]] {
            assert!(Row::new(bad).is_none() && Probe::new(bad).is_none(), "{bad:?}");
        }
    }
}
