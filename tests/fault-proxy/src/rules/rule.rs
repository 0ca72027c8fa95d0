use globset::GlobSet;

use super::fault::Fault;
use crate::call::Call;

/// Which calls meet which fault, and when.
///
/// A list of rules, or a mapping with `seed` and `rules`, as JSON or TOML. A rule is a mapping:
///
/// | key | meaning |
/// |---|---|
/// | `fault` | what happens, see below |
/// | `service`, `operation`, `region`, `access_key` | glob, or a list of globs, of the calls it happens to; absent: any. A service goes by the name it is signed for (`monitoring`) or by that of its model (`cloudwatch`) |
/// | `after` | so many matching calls pass first |
/// | `every` | then each n-th one is hit |
/// | `probability` | then each is hit with this chance, drawn from the seed |
/// | `times` | at most so many are hit |
///
/// All `latency` and `bandwidth` rules that match apply. Of the others the first one that hits decides; rules after it
/// do not see the call.
///
/// | fault | what happens | keys of its own |
/// |---|---|---|
/// | `latency` | everything takes longer | `delay`, `jitter` |
/// | `bandwidth` | bytes trickle | `bytes_per_second` |
/// | `throttle` | what is over the limit is refused; all, if there is none | `rate` (per second), `burst`, `in_flight`, `per` (what calls share a limit by: `access_key`, `service`, `operation`, `region`; an empty list: all share one) |
/// | `server_error` | AWS's own trouble | `body: false` for an empty one |
/// | `reset`, `truncate` | the connection breaks before, or in the middle of the answer | |
/// | `hang` | no answer until the client gives up | `delay`: until then |
/// | `deny`, `expired`, `opt_in` | access denied, credentials too old, a region that is not switched on; `expired` counts calls per access key | |
/// | `wrong_region` | S3 redirects to where the bucket is | `home`, `bucket` (glob) |
/// | `stale` | reads get an old answer again | `for` |
/// | `defer` | writes are answered at once, even those that AWS would refuse, and carried out later | `delay` |
/// | `lost_reply` | the call is carried out, then the connection is reset | |
/// | `vanish` | writes are carried out twice, and the second answer is given | |
///
/// Refusals have the code, status and text of the call's protocol; `code`, `status` and `message` replace them.
/// Durations are texts: `250ms`, `2s`, `1m30s`.
///
/// The same calls in the same order meet the same faults, except for what counts in time (`rate`, `in_flight`, `for`).
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub(super) seed: u64,
    pub(super) rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) matcher: Matcher,
    pub(super) moment: Moment,
    pub(super) fault: Fault,
}

/// The calls that a rule is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Matcher {
    pub(super) service: Option<GlobSet>,
    pub(super) operation: Option<GlobSet>,
    pub(super) region: Option<GlobSet>,
    pub(super) access_key: Option<GlobSet>,
}

/// Which of the matching calls are hit.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    pub(super) after: u64,
    pub(super) every: Option<u64>,
    pub(super) probability: Option<f64>,
    pub(super) times: Option<u64>,
}

impl Rules {
    /// No rules: everything passes, and is traced.
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns how many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Returns whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

impl Rule {
    /// Whether the rule is about a call, whenever it may hit.
    pub(super) fn matches(&self, call: &Call) -> bool {
        self.matcher.matches(call)
            && match &self.fault {
                Fault::Stale { .. } => call.is_read_only(),
                Fault::Defer { .. } | Fault::Vanish => !call.is_read_only(),
                Fault::WrongRegion { home, bucket } => {
                    call.region != *home
                        && call
                            .bucket
                            .as_ref()
                            .is_some_and(|name| bucket.as_ref().is_none_or(|bucket| bucket.is_match(name)))
                }
                _ => true,
            }
    }
}

impl Matcher {
    fn matches(&self, call: &Call) -> bool {
        let fits = |globs: &Option<GlobSet>, words: &[&str]| {
            globs.as_ref().is_none_or(|globs| words.iter().any(|word| globs.is_match(word)))
        };
        fits(&self.service, &[&call.service, call.model])
            && fits(&self.operation, &[&call.operation])
            && fits(&self.region, &[&call.region])
            && fits(&self.access_key, &[&call.access_key])
    }
}
