//! A bit of everything, by chance.

use serde_json::json;

use crate::behind::{Behind, MADE};

#[test]
fn everything_at_once() {
    for seed in 1..=3 {
        let behind = Behind::new(&json!({ "seed": seed, "rules": [
            { "fault": "latency", "delay": "5ms", "jitter": "40ms" },
            { "fault": "throttle", "probability": 0.1 },
            { "fault": "throttle", "rate": 20, "burst": 5 },
            { "fault": "server_error", "probability": 0.02 },
            { "fault": "reset", "probability": 0.02 },
            { "fault": "truncate", "probability": 0.02 },
            { "fault": "lost_reply", "probability": 0.02 },
            { "fault": "vanish", "probability": 0.2 },
            { "fault": "defer", "service": ["sqs", "sns", "ec2"], "operation": "Delete*", "delay": "300ms", "probability": 0.2 },
            { "fault": "stale", "for": "500ms" },
        ]}));
        let done = behind.clear(0).clean();
        assert_eq!((behind.left(), done.gone()), (vec![0; 5], MADE), "seed {seed}");
    }
}
