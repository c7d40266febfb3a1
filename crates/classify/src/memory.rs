//! What the model remembers: its examples, to find the ones a text is like, and single corrections that answer a
//! repeat of the same text at once. Numbers and the caller's ids only, no words.

use crate::features::{Word, unit};
use crate::regression::Row;

/// From this cosine on a text counts as a repeat of a corrected one. Mails that differ in a name or a number lie
/// above it, other mails of the same label far below.
const REPEAT_MEANING: f32 = 0.95;
/// The same where there are words alone.
const REPEAT_WORDS: f32 = 0.9;

/// A training example or a correction similar to the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The caller's id of the example.
    pub id: String,
    /// Its label.
    pub label: String,
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

    /// Position and cosine of the `n` nearest examples among those of `labels`, nearest first.
    pub(crate) fn nearest(&self, row: &Row, labels: &[usize], n: usize) -> Vec<(usize, f32)> {
        let query = bytes(&row.dense);
        let length = length(&query);
        let of_labels = labels.iter().filter_map(|&label| self.by_label.get(label)).flatten();
        let similarity = |index: usize| match &self.form {
            Form::Sparse(rows) => rows.get(index).map_or(0.0, |other| sparse_cosine(&row.sparse, other)),
            Form::Dense { dimensions, values } => {
                let other = values.get(index * dimensions..(index + 1) * dimensions).unwrap_or_default();
                dense_cosine(&query, length, other)
            }
        };
        let mut found: Vec<(usize, f32)> = of_labels.map(|&at| (at as usize, similarity(at as usize))).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(n);
        found
    }
}

/// A correction: this text has that label, whatever the weights say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) label: String,
    /// Over the words in order, so that a repeat is known without its vector.
    pub(crate) digest: u64,
    pub(crate) sparse: Vec<(u32, f32)>,
    pub(crate) dense: Vec<i8>,
}

impl Note {
    pub(crate) fn new(id: &str, label: &str, found: &[Word], row: &Row) -> Note {
        let dense = bytes(&row.dense);
        let sparse = if dense.is_empty() { row.sparse.clone() } else { Vec::new() };
        Note { id: id.to_owned(), label: label.to_owned(), digest: crate::features::digest(found), sparse, dense }
    }

    /// Whether the text repeats this one, and how alike they are.
    pub(crate) fn repeated_by(&self, digest: u64, row: &Row) -> Option<f32> {
        if digest == self.digest {
            return Some(1.0);
        }
        let (similarity, least) = if self.dense.is_empty() {
            (sparse_cosine(&row.sparse, &self.sparse), REPEAT_WORDS)
        } else {
            let query = bytes(&row.dense);
            (dense_cosine(&query, length(&query), &self.dense), REPEAT_MEANING)
        };
        (similarity >= least).then_some(similarity)
    }
}

fn bytes(vector: &[f32]) -> Vec<i8> {
    let vector = unit(vector, vector.len()).unwrap_or_default();
    let largest = vector.iter().fold(f32::MIN_POSITIVE, |m, x| m.max(x.abs()));
    vector.iter().map(|x| (x / largest * 127.0).round() as i8).collect()
}

fn dot(a: &[i8], b: &[i8]) -> f32 {
    a.iter().zip(b).map(|(&x, &y)| i32::from(i16::from(x) * i16::from(y))).sum::<i32>() as f32
}

fn length(a: &[i8]) -> f32 {
    dot(a, a).sqrt()
}

fn dense_cosine(a: &[i8], length_of_a: f32, b: &[i8]) -> f32 {
    let lengths = length_of_a * length(b);
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
        let (a, b) = (bytes(&[1.0, 1.0]), bytes(&[1.0, 0.0]));
        assert!((dense_cosine(&a, length(&a), &b) - 0.5_f32.sqrt()).abs() < 0.01);
    }
}
