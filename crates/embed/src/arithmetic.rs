//! The three functions between the matrix products, written as straight loops over rows so that the compiler can
//! use vector instructions.

use ndarray::{Array1, Array2, ArrayViewMut2};

/// Layer normalisation (Ba et al. 2016) of every row; the epsilon is the published model's.
pub(crate) fn layer_norm(rows: &mut Array2<f32>, gain: &Array1<f32>, bias: &Array1<f32>) {
    const EPSILON: f32 = 1e-12;
    for mut row in rows.rows_mut() {
        let n = row.len() as f32;
        let mean = row.sum() / n;
        row -= mean;
        let variance = row.dot(&row) / n;
        let scale = 1.0 / (variance + EPSILON).sqrt();
        row.zip_mut_with(gain, |x, g| *x *= scale * g);
        row += bias;
    }
}

/// The exact GELU, `x * Phi(x)` (Hendrycks and Gimpel 2016), not the tanh form.
pub(crate) fn gelu(values: &mut Array2<f32>) {
    values.mapv_inplace(|x| 0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2)));
}

/// Softmax of every row; rows sum to 1 also for very large scores.
pub(crate) fn softmax(mut rows: ArrayViewMut2<'_, f32>) {
    for mut row in rows.rows_mut() {
        let largest = row.fold(f32::NEG_INFINITY, |m, &x| m.max(x));
        row.mapv_inplace(|x| exp(x - largest));
        let total = row.sum();
        row /= total;
    }
}

/// The error function as an odd rational function, fitted by reweighted least squares on 0..=4 at Chebyshev points;
/// absolute error below 5e-7 everywhere.
fn erf(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let t = x * x;
    let top = ((((1.975_946e-6 * t + 2.874_628e-4) * t + 3.985_165_5e-3) * t + 5.341_050_7e-2) * t + 0.195_840_39) * t
        + std::f32::consts::FRAC_2_SQRT_PI;
    let bottom =
        ((((3.746_189e-5 * t + 1.211_56e-3) * t + 1.540_778_2e-2) * t + 0.116_304_755) * t + 0.506_890_36) * t + 1.0;
    x * top / bottom
}

/// `e^x` for `x <= 0`: a power of two times the Taylor series around zero; relative error below 1e-6.
fn exp(x: f32) -> f32 {
    use std::f32::consts::{LN_2, LOG2_E};
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer without a call, which keeps the loop vectorised.
    const ROUND: f32 = 12_582_912.0;
    let x = x.max(-87.0);
    let n = (x * LOG2_E + ROUND) - ROUND;
    let r = x - n * LN_2;
    let series = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r / 720.0)))));
    series * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 2e-6
    }

    #[test]
    fn erf_and_gelu_match_tabulated_values() {
        // Abramowitz and Stegun, table 7.1.
        for (x, y) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (9.0, 1.0)] {
            assert!(close(erf(x), y) && close(erf(-x), -y), "erf({x}) = {}", erf(x));
        }
        let mut values = array![[0.0, 1.0, -1.0, 3.0, -30.0]];
        gelu(&mut values);
        for (got, want) in values.iter().zip([0.0, 0.841_344_7, -0.158_655_3, 2.995_950_3, 0.0]) {
            assert!(close(*got, want), "{got} {want}");
        }
    }

    #[test]
    fn exp_matches_the_library() {
        for i in 0..=870 {
            let x = -(i as f32) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 2e-5, "exp({x})");
        }
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn softmax_rows_sum_to_one() {
        let mut rows = array![[0.0, 2.0_f32.ln(), 0.0], [1000.0, 1000.0, -1000.0]];
        softmax(rows.view_mut());
        for (got, want) in rows.iter().zip([0.25, 0.5, 0.25, 0.5, 0.5, 0.0]) {
            assert!(close(*got, want), "{got} {want}");
        }
    }

    #[test]
    fn layer_norm_centres_and_scales() {
        let mut rows = array![[1.0, 3.0], [5.0, 5.0]];
        layer_norm(&mut rows, &array![2.0, 2.0], &array![10.0, 20.0]);
        // (1,3): mean 2, deviation 1. (5,5): no spread, so only the bias is left.
        for (got, want) in rows.iter().zip([8.0, 22.0, 10.0, 20.0]) {
            assert!(close(*got, want), "{got} {want}");
        }
    }
}
