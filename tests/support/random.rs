//! Numbers that look random and are the same in every run.

/// The generator `splitmix64`.
pub struct Random(pub u64);

impl Random {
    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Two different numbers below `end`.
    pub fn pair_below(&mut self, end: u64) -> (u64, u64) {
        let first = self.below(end);
        (first, (first + 1 + self.below(end - 1)) % end)
    }
}
