use std::time::Duration;

use globset::GlobMatcher;

/// What happens to a call.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    Latency { delay: Duration, jitter: Duration },
    Bandwidth { bytes_per_second: u64 },
    Throttle { limit: Limit, words: Words },
    ServerError { has_body: bool, words: Words },
    Reset,
    Truncate,
    Hang { delay: Option<Duration> },
    Deny(Words),
    Expired(Words),
    OptIn(Words),
    WrongRegion { home: String, bucket: Option<GlobMatcher> },
    Stale { lasts: Duration },
    Defer { delay: Duration },
    LostReply,
    Vanish,
}

/// What a refusal says instead of the protocol's own words.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) code: Option<String>,
    pub(super) status: Option<u16>,
    pub(super) message: Option<String>,
}

/// What calls may do before they are throttled.
#[derive(Clone, Debug, Default)]
pub(super) struct Limit {
    /// Calls per second, and how many may come at once.
    pub(super) rate: Option<(f64, f64)>,
    pub(super) in_flight: Option<usize>,
    /// What calls must have in common to share the limit.
    pub(super) per: Vec<Dimension>,
}

/// A property of a call that limits are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    AccessKey,
    Service,
    Operation,
    Region,
}

impl Dimension {
    pub(super) const ALL: [(&str, Self); 4] = [
        ("access_key", Self::AccessKey),
        ("service", Self::Service),
        ("operation", Self::Operation),
        ("region", Self::Region),
    ];
}

/// The names of all faults, as rules and traces spell them.
pub(super) const NAMES: [&str; 15] = [
    "latency",
    "bandwidth",
    "throttle",
    "server_error",
    "reset",
    "truncate",
    "hang",
    "deny",
    "expired",
    "opt_in",
    "wrong_region",
    "stale",
    "defer",
    "lost_reply",
    "vanish",
];

impl Fault {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::Bandwidth { .. } => "bandwidth",
            Self::Throttle { .. } => "throttle",
            Self::ServerError { .. } => "server_error",
            Self::Reset => "reset",
            Self::Truncate => "truncate",
            Self::Hang { .. } => "hang",
            Self::Deny(_) => "deny",
            Self::Expired(_) => "expired",
            Self::OptIn(_) => "opt_in",
            Self::WrongRegion { .. } => "wrong_region",
            Self::Stale { .. } => "stale",
            Self::Defer { .. } => "defer",
            Self::LostReply => "lost_reply",
            Self::Vanish => "vanish",
        }
    }
}
