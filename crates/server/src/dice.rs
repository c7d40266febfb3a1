//! Draws numbers for made worlds: SplitMix64 (Steele, Lea and Flood 2014), so that they are the same on every machine. Nothing
//! that a person relies on is drawn here.

/// Draws from a seed.
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// Any number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(n.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// A number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that does with this chance.
    pub fn happens(&mut self, chance: f64) -> bool {
        self.share() < chance
    }

    /// Seconds from 0 to `n`.
    pub fn seconds(&mut self, n: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(n).unwrap_or(0))).unwrap_or(0)
    }

    /// An amount around a median, with a long tail to the right: e to the power of a number that is nearly normal.
    pub fn around(&mut self, median: f64, spread: f64) -> i64 {
        let normal = (0..12).map(|_| self.share()).sum::<f64>() - 6.0;
        (median * (spread * normal).exp()).round() as i64
    }
}
