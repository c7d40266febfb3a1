//! Shares, areas and errors that figures are made of.

pub(crate) fn share(part: usize, whole: usize) -> f32 {
    if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
}

/// Expected calibration error over 15 equal bins of the top probability.
pub(crate) fn ece(outcomes: &[(f32, bool)]) -> f32 {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); 15];
    for &(p, right) in outcomes {
        if let Some(bin) = bins.get_mut(((p * 15.0) as usize).min(14)) {
            bin.0 += 1;
            bin.1 += f64::from(p);
            bin.2 += usize::from(right);
        }
    }
    let gap: f64 = bins.iter().map(|&(_, p, right)| (p - right as f64).abs()).sum();
    (gap / outcomes.len().max(1) as f64) as f32
}

/// Area under the ROC curve: the probability that one of `high` is above one of `low`, as the Mann-Whitney statistic;
/// ties count half. In 0..=1; 0 when either is empty.
pub fn auroc(high: &[f32], low: &[f32]) -> f32 {
    let mut sorted = low.to_vec();
    sorted.sort_by(f32::total_cmp);
    let wins = |x: &f32| sorted.partition_point(|y| y < x) + sorted.partition_point(|y| y <= x);
    let total: usize = high.iter().map(wins).sum();
    (total as f64 / 2.0 / (high.len() * low.len()).max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ece_by_hand() {
        // Ten rows at 0.9 of which eight are right: a gap of 0.1. Ten at 0.5 of which five are right: none.
        let rows: Vec<_> = (0..10).flat_map(|i| [(0.9, i < 8), (0.5, i < 5)]).collect();
        assert!((ece(&rows) - 0.05).abs() < 1e-6);
    }

    #[test]
    fn auroc_by_hand() {
        assert_eq!(auroc(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(auroc(&[0.0, 2.0], &[1.0, 1.0]), 0.5);
        assert_eq!(auroc(&[1.0], &[1.0]), 0.5);
        assert_eq!(auroc(&[], &[1.0]), 0.0);
    }
}
