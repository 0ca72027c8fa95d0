/// Rolls numbers that depend on nothing but a seed and on what they are for.
///
/// A stream of random numbers would change everything after the first thing that is left out, and no failing scenario could be
/// shrunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(mix(seed ^ 0x9e37_79b9_7f4a_7c15))
    }

    /// The same dice, for something more special.
    pub(super) fn of(self, what: &str) -> Self {
        // FNV-1a, stirred once more at the end.
        let hash = what.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(mix(self.0 ^ hash))
    }

    pub(super) fn nth(self, number: u64) -> Self {
        Self(mix(self.0.wrapping_add(number.wrapping_mul(0xd6e8_feb8_6659_fd93))))
    }

    /// A number below a limit.
    pub(super) fn below(self, limit: u64) -> u64 {
        mix(self.0) % limit.max(1)
    }

    /// Whether something of this probability happens.
    pub(super) fn percent(self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// The finish of splitmix64.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
