//! Learns the directions that tell requests apart: `learn_likeness TRAIN.csv VECTORS_FOLDER MODEL_FOLDER OUT.bin`.
//!
//! The file has the header `text,category`. The shipped directions come from the train rows of clinc150 (Larson et al.
//! 2019, CC BY 3.0); strength and number of directions were chosen on its validation rows.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

mod support;

use std::{collections::BTreeMap, error::Error, path::Path};

use search::Likeness;
use support::Meanings;

type Matrix = Vec<Vec<f64>>;

/// How much of the mean variance is added to every direction, so that rare differences are not blown up.
const STRENGTH: f64 = 1.0;
const DIRECTIONS: usize = 140;
/// Rounds of the eigenvalue solver; it stops changing after about ten.
const SWEEPS: usize = 12;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [train, vectors, model, out] = arguments.as_slice() else {
        return Err("usage: learn_likeness TRAIN.csv VECTORS_FOLDER MODEL_FOLDER OUT.bin".into());
    };
    let mut texts = Vec::new();
    let mut labels = Vec::new();
    for row in csv::Reader::from_path(train)?.deserialize() {
        let (text, label): (String, String) = row?;
        texts.push(text);
        labels.push(label);
    }
    // A request is embedded as it lies in an index: without title and heading.
    let embedded: Vec<String> = texts.iter().map(|text| format!("\n\n{text}")).collect();
    let rows = Meanings::open(Path::new(vectors), Path::new(model))?.of(&embedded)?;
    let mut kinds: BTreeMap<&str, Vec<&Vec<f32>>> = BTreeMap::new();
    for (label, row) in labels.iter().zip(&rows) {
        kinds.entry(label).or_default().push(row);
    }
    let (means, mut within) = spread(&kinds);
    let size = within.len();
    let trace: f64 = (0..size).map(|at| within[at][at]).sum();
    (0..size).for_each(|at| within[at][at] += STRENGTH * trace / size as f64);
    let shorten = inverse_root(&within);
    let moved: Matrix = means.iter().map(|mean| times(&shorten, mean)).collect();
    let (values, axes) = eigen(covariance(&moved));
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
    let directions: Matrix = order.iter().take(DIRECTIONS).map(|axis| times(&shorten, &axes[*axis])).collect();
    let directions = directions.iter().map(|d| d.iter().map(|x| *x as f32).collect()).collect();
    std::fs::write(out, Likeness::new(directions).to_bytes())?;
    println!("{} texts of {} kinds, {DIRECTIONS} directions", texts.len(), kinds.len());
    Ok(())
}

/// The mean of each kind, and how its members differ from it.
fn spread(kinds: &BTreeMap<&str, Vec<&Vec<f32>>>) -> (Matrix, Matrix) {
    let (mut means, mut residuals) = (Vec::new(), Vec::new());
    for rows in kinds.values() {
        let size = rows.first().map_or(0, |row| row.len());
        let mean: Vec<f64> =
            (0..size).map(|at| rows.iter().map(|row| f64::from(row[at])).sum::<f64>() / rows.len() as f64).collect();
        residuals.extend(rows.iter().map(|row| row.iter().zip(&mean).map(|(x, m)| f64::from(*x) - m).collect()));
        means.push(mean);
    }
    (means, second_moment(&residuals))
}

fn covariance(rows: &Matrix) -> Matrix {
    let size = rows.first().map_or(0, Vec::len);
    let mean: Vec<f64> = (0..size).map(|at| rows.iter().map(|row| row[at]).sum::<f64>() / rows.len() as f64).collect();
    second_moment(&rows.iter().map(|row| row.iter().zip(&mean).map(|(x, m)| x - m).collect()).collect())
}

fn second_moment(rows: &Matrix) -> Matrix {
    let size = rows.first().map_or(0, Vec::len);
    let mut sum = vec![vec![0.0; size]; size];
    for row in rows {
        for (line, x) in sum.iter_mut().zip(row) {
            line.iter_mut().zip(row).for_each(|(cell, y)| *cell += x * y);
        }
    }
    sum.iter_mut().flatten().for_each(|cell| *cell /= rows.len() as f64);
    sum
}

fn times(matrix: &Matrix, vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
}

/// The symmetric matrix that undoes this spread.
fn inverse_root(matrix: &Matrix) -> Matrix {
    let (values, axes) = eigen(matrix.clone());
    let size = values.len();
    let mut root = vec![vec![0.0; size]; size];
    for (value, axis) in values.iter().zip(&axes) {
        let factor = value.max(1e-12).powf(-0.5);
        for (line, x) in root.iter_mut().zip(axis) {
            line.iter_mut().zip(axis).for_each(|(cell, y)| *cell += factor * x * y);
        }
    }
    root
}

/// Eigenvalues and eigenvectors (as rows) of a symmetric matrix, by Jacobi's rotations (1846).
fn eigen(mut a: Matrix) -> (Vec<f64>, Matrix) {
    let size = a.len();
    let mut axes: Matrix =
        (0..size).map(|at| (0..size).map(|other| f64::from(u8::from(at == other))).collect()).collect();
    for _ in 0..SWEEPS {
        for p in 0..size {
            for q in p + 1..size {
                if a[p][q].abs() < 1e-14 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
                let c = 1.0 / t.hypot(1.0);
                let s = t * c;
                rotate_rows(&mut a, p, q, c, s);
                for row in &mut a {
                    let (x, y) = (row[p], row[q]);
                    (row[p], row[q]) = (c * x - s * y, s * x + c * y);
                }
                rotate_rows(&mut axes, p, q, c, s);
            }
        }
    }
    ((0..size).map(|at| a[at][at]).collect(), axes)
}

fn rotate_rows(matrix: &mut Matrix, p: usize, q: usize, c: f64, s: f64) {
    let (head, tail) = matrix.split_at_mut(q);
    for (x, y) in head[p].iter_mut().zip(&mut tail[0]) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}
