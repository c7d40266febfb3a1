//! What the model remembers of its examples, to find the ones a text is like. Numbers only, no words.

use crate::features::unit;
use crate::regression::Row;

/// A training example similar to the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Position in the examples handed to training.
    pub index: usize,
    /// Cosine, of meaning vectors if the model has them, else of words; in -1..=1.
    pub similarity: f32,
}

/// Examples by label. Meaning vectors are kept as one byte per component: ranking does not change with less.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Memory {
    pub(crate) by_label: Vec<Vec<u32>>,
    pub(crate) form: Form,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Sparse(Vec<Vec<(u32, f32)>>),
    Dense { dimensions: usize, values: Vec<i8> },
}

impl Memory {
    pub(crate) fn new(rows: &[Row], kept: &[usize], targets: &[usize], labels: usize) -> Memory {
        let mut by_label = vec![Vec::new(); labels];
        for &at in kept {
            if let Some(list) = targets.get(at).and_then(|&label| by_label.get_mut(label)) {
                list.push(at as u32);
            }
        }
        let dimensions = rows.first().map_or(0, |row| row.dense.len());
        let form = if dimensions == 0 {
            Form::Sparse(rows.iter().map(|row| row.sparse.clone()).collect())
        } else {
            Form::Dense { dimensions, values: rows.iter().flat_map(|row| bytes(&row.dense)).collect() }
        };
        Memory { by_label, form }
    }

    /// The `n` nearest examples among those of `labels`, nearest first.
    pub(crate) fn nearest(&self, row: &Row, labels: &[usize], n: usize) -> Vec<Neighbour> {
        let query = bytes(&row.dense);
        let of_labels = labels.iter().filter_map(|&label| self.by_label.get(label)).flatten();
        let mut found: Vec<Neighbour> = of_labels
            .map(|&index| {
                let index = index as usize;
                let similarity = match &self.form {
                    Form::Sparse(rows) => rows.get(index).map_or(0.0, |other| sparse_cosine(&row.sparse, other)),
                    Form::Dense { dimensions, values } => {
                        let other = values.get(index * dimensions..(index + 1) * dimensions).unwrap_or_default();
                        dense_cosine(&query, other)
                    }
                };
                Neighbour { index, similarity }
            })
            .collect();
        found.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.index.cmp(&b.index)));
        found.truncate(n);
        found
    }
}

fn bytes(vector: &[f32]) -> Vec<i8> {
    let vector = unit(vector, vector.len()).unwrap_or_default();
    let largest = vector.iter().fold(f32::MIN_POSITIVE, |m, x| m.max(x.abs()));
    vector.iter().map(|x| (x / largest * 127.0).round() as i8).collect()
}

fn dense_cosine(a: &[i8], b: &[i8]) -> f32 {
    let dot = |a: &[i8], b: &[i8]| a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum::<i32>() as f32;
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 { dot(a, b) / lengths } else { 0.0 }
}

/// Both in ascending order of index.
fn sparse_cosine(a: &[(u32, f32)], b: &[(u32, f32)]) -> f32 {
    let (mut dot, mut rest) = (0.0, b);
    for &(index, x) in a {
        while let Some((&(other, y), tail)) = rest.split_first() {
            if other > index {
                break;
            }
            if other == index {
                dot += x * y;
            }
            rest = tail;
        }
    }
    let square = |v: &[(u32, f32)]| v.iter().map(|(_, x)| x * x).sum::<f32>();
    let lengths = (square(a) * square(b)).sqrt();
    if lengths > 0.0 { (dot / lengths).clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosines_by_hand() {
        let a = [(1, 1.0), (3, 1.0)];
        let b = [(0, 5.0), (3, 1.0), (9, 1.0)];
        assert!((sparse_cosine(&a, &b) - 1.0 / (2.0_f32 * 27.0).sqrt()).abs() < 1e-6);
        assert_eq!(sparse_cosine(&a, &[]), 0.0);
        assert!((dense_cosine(&bytes(&[1.0, 1.0]), &bytes(&[1.0, 0.0])) - 0.5_f32.sqrt()).abs() < 0.01);
    }
}
