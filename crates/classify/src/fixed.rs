//! Matrices for predictions one by one, which wait for memory: weights as whole numbers of 16 bits, so that half the
//! bytes are read, in the order in which they are used.
//!
//! A row of weights and an input are scaled to a length below 2^15 before rounding. By Cauchy and Schwarz no sum of
//! products exceeds 2^30, in whatever order it is added up: it never overflows, and is the same on every machine.

use wide::{i16x8, i32x4};

/// Length that a row of weights, or an input, is scaled to.
const LENGTH: f32 = 32_700.0;
/// Numbers multiplied at once.
const WIDTH: usize = 8;
/// Outputs summed side by side: what is read of the input serves all of them.
const TILE: usize = 4;

/// A matrix, by tiles of outputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Fixed {
    /// For each tile, for every [`WIDTH`] inputs, that part of each of its rows; filled up with zeros.
    tiles: Vec<Vec<[i16x8; TILE]>>,
    /// What one of a row's whole numbers is worth, output by output.
    scales: Vec<f32>,
}

impl Fixed {
    /// From weights that lie input by input, `outputs` for each.
    pub(crate) fn of(values: &[f32], outputs: usize) -> Fixed {
        let row = |output: usize| {
            let row: Vec<f32> = values.iter().skip(output).step_by(outputs.max(1)).copied().collect();
            rounded(&row)
        };
        let rows: Vec<(Vec<i16x8>, f32)> = (0..outputs).map(row).collect();
        let scales = rows.iter().map(|(_, scale)| *scale).collect();
        let part = |rows: &[(Vec<i16x8>, f32)], at: usize| {
            std::array::from_fn(|n| rows.get(n).and_then(|(row, _)| row.get(at)).copied().unwrap_or_default())
        };
        let parts = rows.first().map_or(0, |(row, _)| row.len());
        let tiles = rows.chunks(TILE).map(|rows| (0..parts).map(|at| part(rows, at)).collect()).collect();
        Fixed { tiles, scales }
    }

    /// Adds the product with an input to `sums`, one for each output.
    pub(crate) fn add(&self, input: &[f32], sums: &mut [f32]) {
        let (input, scale) = rounded(input);
        let rows = self.tiles.iter().zip(sums.chunks_mut(TILE)).zip(self.scales.chunks(TILE));
        for ((tile, sums), scales) in rows {
            let mut products = [i32x4::ZERO; TILE];
            for (x, weights) in input.iter().zip(tile) {
                for (product, weights) in products.iter_mut().zip(weights) {
                    *product += weights.dot(*x);
                }
            }
            for ((sum, own), product) in sums.iter_mut().zip(scales).zip(products) {
                *sum += product.reduce_add() as f32 * (own * scale);
            }
        }
    }
}

/// Without the library's rounding, which is a call for each number. Lengths keep the sum within 16 bits.
fn nearest(x: f32) -> i16 {
    (x + 0.5_f32.copysign(x)) as i32 as i16
}

/// The vector as whole numbers, and what one of them is worth.
fn rounded(values: &[f32]) -> (Vec<i16x8>, f32) {
    let length = values.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-30);
    let factor = LENGTH / length;
    let eight = |values: &[f32]| {
        let mut whole = [0_i16; WIDTH];
        whole.iter_mut().zip(values).for_each(|(whole, x)| *whole = nearest(x * factor));
        i16x8::new(whole)
    };
    (values.chunks(WIDTH).map(eight).collect(), length / LENGTH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(values: &[f32], outputs: usize, input: &[f32]) -> Vec<f64> {
        let of = |output: usize| {
            let products =
                input.iter().enumerate().map(|(at, x)| f64::from(*x) * f64::from(values[at * outputs + output]));
            products.sum()
        };
        (0..outputs).map(of).collect()
    }

    fn length(values: impl Iterator<Item = f32>) -> f64 {
        values.map(|x| f64::from(x).powi(2)).sum::<f64>().sqrt()
    }

    proptest! {
        /// Whatever the sizes and however uneven the weights, what rounding costs stays within a part of the lengths.
        #[test]
        fn products_are_those_of_the_plain_matrix(
            inputs in 1_usize..70,
            outputs in 1_usize..11,
            numbers in prop::collection::vec(-1.0_f32..1.0, 70 * 12),
            large in 0.0_f32..30.0,
        ) {
            let mut values = numbers[..inputs * outputs].to_vec();
            values[0] *= large;
            let input = &numbers[numbers.len() - inputs..];
            let mut sums = vec![0.0; outputs];
            Fixed::of(&values, outputs).add(input, &mut sums);
            for (output, (sum, exact)) in sums.iter().zip(plain(&values, outputs, input)).enumerate() {
                let row = length(values.iter().skip(output).step_by(outputs).copied());
                let within = row * length(input.iter().copied()) * 6e-4;
                prop_assert!((f64::from(*sum) - exact).abs() <= within + 1e-6, "{sum} {exact} {within}");
            }
        }
    }

    #[test]
    fn parallel_vectors_of_any_length_do_not_overflow() {
        for n in [1, 7, 8, 9, 2_000] {
            let mut sums = [0.0];
            Fixed::of(&vec![3.0; n], 1).add(&vec![-2.0; n], &mut sums);
            let exact = -6.0 * n as f32;
            assert!((sums[0] - exact).abs() <= 1e-3 * exact.abs(), "{n}: {}", sums[0]);
        }
    }

    #[test]
    fn nothing_and_zero_add_nothing() {
        let mut sums = [1.0, 2.0];
        Fixed::default().add(&[1.0], &mut sums);
        Fixed::of(&[0.0; 6], 2).add(&[1.0, 2.0, 3.0], &mut sums);
        Fixed::of(&[1.0; 6], 2).add(&[0.0; 3], &mut sums);
        assert_eq!(sums, [1.0, 2.0]);
    }
}
