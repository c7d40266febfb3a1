//! Statistics that a few wild values do not move.

/// How many standard deviations a median absolute deviation is, for normal noise.
const MAD_TO_SIGMA: f64 = 1.4826;
/// Two-sided 98th percentile of normal noise, in standard deviations.
const Q98: f64 = 2.326;
/// Most points that pairs are made of; of more, evenly spaced ones are taken.
const PAIRED: usize = 200;

/// The middle value; of an even number the mean of both. `None` for nothing. Values that are no numbers are left out.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The value below which the share `q` (0 to 1) lies, between two values by their distance.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let at = q.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    Some(low + (high - low) * at.fract())
}

/// Middle and width of what is usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usual {
    /// The median.
    pub middle: f64,
    /// About one standard deviation: from the median absolute deviation, or wider where the ends are wider.
    pub width: f64,
}

impl Usual {
    /// Of these values; `None` for nothing. The width may be 0.
    pub fn of(values: &[f64]) -> Option<Self> {
        let middle = median(values)?;
        let away: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
        let mad = median(&away)? * MAD_TO_SIGMA;
        let ends = if away.len() > 20 { quantile(&away, 0.98)? / Q98 } else { 0.0 };
        Some(Self { middle, width: mad.max(ends) })
    }

    /// How many widths `value` is above the middle; a width below `least` counts as `least`.
    pub fn above(self, value: f64, least: f64) -> f64 {
        (value - self.middle) / self.width.max(least).max(f64::MIN_POSITIVE)
    }
}

/// Slope per step of a series: the median of the slopes between all pairs of points (Theil 1950, Sen 1968).
pub fn slope(values: &[f64]) -> Option<f64> {
    let step = values.len().div_ceil(PAIRED).max(1);
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().step_by(step).filter(|(_, v)| v.is_finite()).map(|(at, v)| (at as f64, *v)).collect();
    let pairs =
        points.iter().enumerate().flat_map(|(n, a)| points[n + 1..].iter().map(move |b| (b.1 - a.1) / (b.0 - a.0)));
    median(&pairs.collect::<Vec<f64>>())
}

/// How far out normal noise lies with the two-sided probability `p` (above 0, below 1): Acklam's rational
/// approximation, off by less than 1.2e-9 of the value.
pub fn normal_limit(p: f64) -> f64 {
    let p = (p / 2.0).clamp(1e-15, 0.5);
    let tail = |q: f64| {
        let c = [
            -7.784_894_002_430_293e-3,
            -0.322_396_458_041_136_5,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ];
        let d = [7.784_695_709_041_462e-3, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416];
        let over = c.iter().fold(0.0, |sum, x| sum * q + x);
        over / (d.iter().fold(0.0, |sum, x| sum * q + x) * q + 1.0)
    };
    if p < 0.024_25 {
        return -tail((-2.0 * p.ln()).sqrt());
    }
    let a = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    let b = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
    ];
    let (q, r) = (0.5 - p, (0.5 - p) * (0.5 - p));
    let over = a.iter().fold(0.0, |sum, x| sum * r + x) * q;
    over / (b.iter().fold(0.0, |sum, x| sum * r + x) * r + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[f64::NAN]), None);
        assert_eq!(quantile(&[0.0, 10.0], 0.25), Some(2.5));
        let usual = Usual::of(&[1.0, 2.0, 3.0, 4.0, 1_000.0]).expect("values");
        assert!((usual.middle - 3.0).abs() < 1e-9 && (usual.width - 1.4826).abs() < 1e-9);
        let climbing: Vec<f64> = (0..50).map(|n| if n == 7 { 900.0 } else { 2.0 * f64::from(n) }).collect();
        assert!((slope(&climbing).expect("points") - 2.0).abs() < 1e-9);
    }

    #[test]
    fn limits_of_normal_noise_are_those_of_the_tables() {
        for (p, limit) in [(0.3173, 1.0), (0.05, 1.959_96), (0.01, 2.575_83), (0.001, 3.290_53), (1e-6, 4.891_64)] {
            assert!((normal_limit(p) - limit).abs() < 2e-4, "{p}: {}", normal_limit(p));
        }
    }
}
