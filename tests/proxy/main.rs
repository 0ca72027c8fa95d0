//! The real binary against the emulator with a proxy in between that has the faults of AWS: whatever happens on the way, the
//! run ends with the right outcome, and what it says is true.

mod behind;
mod chaos;
mod denials;
mod mends;
mod time;
