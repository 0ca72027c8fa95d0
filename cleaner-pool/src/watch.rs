//! Who has fallen silent.
//!
//! An observer trusts nobody's clock. It remembers when it first saw a heartbeat counter, by its own steady clock, and calls its
//! holder silent only when a later look finds the same counter after [`Settings::stillness`]. The time is counted from the moment
//! the first look had returned to the moment the later look was sent, so it is never longer than the counter stood still.
//!
//! The holder counts too, by its own steady clock, from the moment *before* it sent its last heartbeat that took effect, and
//! believes in its lease for [`Settings::lease`] only. So it stops before anybody can call it silent, as long as no clock runs
//! faster than another by the grace (25%). Offsets between clocks do not matter.
//!
//! The end of a lease that is written on it is for people: no decision depends on it. The price is that who looks only once, and
//! has nothing to compare with, ends nothing.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Reading;
use crate::settings::Settings;

/// What one observer has seen of the heartbeats of a kind of thing.
#[derive(Clone, Debug)]
pub struct Watch<K> {
    /// In the order of the keys.
    seen: Vec<(K, Seen)>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    mark: (u64, u64),
    first: Reading,
}

/// What is watched of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Pulse {
    /// Whose heartbeats they are, and how many.
    pub mark: (u64, u64),
    /// How long one lasts.
    pub lease: Duration,
    /// When the last one ends, by the holder's clock. Nothing depends on it.
    pub until: Timestamp,
}

impl<K> Default for Watch<K> {
    fn default() -> Self {
        Self { seen: Vec::new() }
    }
}

impl<K: Ord + Clone> Watch<K> {
    /// Takes note of a look at all there is, in the order of the keys: when it was sent, when it returned, and what it showed. Tells
    /// who is silent.
    pub fn look(
        &mut self,
        sent: Reading,
        returned: Reading,
        pulses: impl IntoIterator<Item = (K, Pulse)>,
        settings: &Settings,
    ) -> Vec<K> {
        if mutated!(ForgetsReaper) {
            return Vec::new();
        }
        let mut silent = Vec::new();
        let pulses = pulses.into_iter();
        let next = Vec::with_capacity(pulses.size_hint().1.unwrap_or(0));
        let mut before = std::mem::replace(&mut self.seen, next).into_iter().peekable();
        for (key, pulse) in pulses {
            // Both are in order, so what was seen of a key comes up no earlier and no later than the key.
            while before.next_if(|(seen, _)| *seen < key).is_some() {}
            let first = match before.next_if(|(seen, _)| *seen == key) {
                Some((_, seen)) if seen.mark == pulse.mark => seen.first,
                _ => returned,
            };
            let stood = sent.at_least_since(&first);
            let is_over = mutated!(TrustsClocks) && pulse.until < sent.wall;
            if (!stood.is_zero() && stood > settings.stillness(pulse.lease)) || is_over {
                silent.push(key.clone());
            }
            self.seen.push((key, Seen { mark: pulse.mark, first }));
        }
        silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, wall: i64) -> Reading {
        Reading {
            steady: Duration::from_secs(seconds),
            wall: Timestamp::from_second(wall).expect("a time within range"),
        }
    }

    fn pulse(beat: u64) -> [(u8, Pulse); 1] {
        let until = Timestamp::from_second(1_000_000).expect("a time within range");
        [(1, Pulse { mark: (1, beat), lease: Duration::from_secs(60), until })]
    }

    #[test]
    fn silent_is_what_stood_still_between_two_looks() {
        let settings = Settings::default();
        let mut watch = Watch::default();
        let mut look = |sent, returned, beat| {
            !watch.look(at(sent, 0), at(returned, 0), pulse(beat), &settings).is_empty()
        };
        assert!(!look(0, 10, 1));
        assert!(!look(84, 90, 1), "counted from when the first look returned");
        assert!(!look(85, 90, 2), "it beats");
        assert!(!look(165, 170, 2));
        assert!(look(166, 170, 2));
    }

    #[test]
    fn a_single_look_ends_nothing() {
        let settings = Settings::default();
        let silent = Watch::default().look(at(0, 9_000_000), at(0, 9_000_000), pulse(1), &settings);
        assert!(silent.is_empty());
    }
}
