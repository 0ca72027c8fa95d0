use super::Purpose;

/// Chooses the rates lanes start with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quotas {
    /// The quotas AWS documents, where the tool knows them: a lane starts there instead of learning them by being throttled.
    #[default]
    Aws,
    /// No quota is known, as for an endpoint that is not AWS: all lanes start alike and learn.
    Adaptive,
}

/// A documented limit: calls per second, and how many may go at once.
struct Quota {
    service: &'static str,
    /// Operations that share the budget; none: all calls of the service.
    operations: &'static [&'static str],
    rate: f64,
    burst: f64,
}

/// Sources: the "quotas" page of each service's guide.
const DOCUMENTED: &[Quota] = &[
    // One per 30 s and account; everything else of the control plane shares 10 per second with bursts of 40.
    Quota { service: "apigateway", operations: &["DeleteRestApi"], rate: 1.0 / 30.0, burst: 1.0 },
    Quota { service: "apigateway", operations: &["DeleteDomainName"], rate: 1.0 / 30.0, burst: 1.0 },
    Quota { service: "apigateway", operations: &["DeleteVpcLink"], rate: 1.0 / 30.0, burst: 1.0 },
    Quota { service: "apigateway", operations: &[], rate: 10.0, burst: 40.0 },
    Quota { service: "logs", operations: &["DescribeLogGroups"], rate: 10.0, burst: 10.0 },
    Quota { service: "logs", operations: &["DeleteLogGroup"], rate: 10.0, burst: 10.0 },
    Quota { service: "cloudwatch", operations: &["DescribeAlarms"], rate: 9.0, burst: 9.0 },
    Quota { service: "cloudwatch", operations: &["DeleteAlarms"], rate: 3.0, burst: 3.0 },
    // All of Route 53 shares five per second and account.
    Quota { service: "route53", operations: &[], rate: 5.0, burst: 5.0 },
    Quota { service: "lambda", operations: &[], rate: 15.0, burst: 15.0 },
    // A new table on demand takes 4,000 writes and 12,000 reads per second: so many batches of 25, and pages of 1 MB. Apart, so that
    // a table with less slows down nothing but these.
    Quota { service: "dynamodb", operations: &["BatchWriteItem"], rate: 160.0, burst: 40.0 },
    Quota { service: "dynamodb", operations: &["Scan"], rate: 40.0, burst: 40.0 },
    Quota { service: "kinesis", operations: &["ListStreams", "DeleteStream"], rate: 5.0, burst: 5.0 },
    Quota { service: "firehose", operations: &[], rate: 5.0, burst: 5.0 },
    Quota { service: "cognito-idp", operations: &[], rate: 15.0, burst: 15.0 },
    Quota { service: "ses", operations: &[], rate: 1.0, burst: 1.0 },
    // Documented nowhere; others were throttled above 25 to 30 per second and account.
    Quota { service: "cloudcontrol", operations: &[], rate: 25.0, burst: 25.0 },
    Quota { service: "s3", operations: &["DeleteObjects"], rate: 100.0, burst: 50.0 },
];

/// What a lane starts with where nothing is documented.
const LISTING: (f64, f64) = (20.0, 20.0);
const DELETING: (f64, f64) = (10.0, 10.0);

/// The start of a budget: which operations share it, its rate and its burst.
pub(super) struct Start {
    /// Names the budget within its lane.
    pub(super) name: &'static str,
    pub(super) rate: f64,
    pub(super) burst: f64,
}

impl Quotas {
    /// Finds the budget a call belongs to.
    pub(super) fn start(self, service: &str, operation: &str, purpose: Purpose) -> Start {
        let documented = DOCUMENTED.iter().find(|quota| {
            self == Self::Aws
                && quota.service == service
                && (quota.operations.is_empty() || quota.operations.contains(&operation))
        });
        if let Some(quota) = documented {
            let name = quota.operations.first().copied().unwrap_or("all");
            return Start { name, rate: quota.rate, burst: quota.burst };
        }
        let ((rate, burst), name) = match purpose {
            Purpose::List => (LISTING, "list"),
            Purpose::Delete => (DELETING, "delete"),
        };
        // An emulator is one process on this machine: it takes what it can, and the rate need not be learned from below.
        let factor = if self == Self::Adaptive { 5.0 } else { 1.0 };
        Start { name, rate: rate * factor, burst: burst * factor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_documented_quota_wins() {
        let start = Quotas::Aws.start("apigateway", "DeleteRestApi", Purpose::Delete);
        assert_eq!((start.name, start.burst), ("DeleteRestApi", 1.0));
        assert_eq!(Quotas::Aws.start("apigateway", "GetRestApis", Purpose::List).name, "all");
        assert_eq!(Quotas::Aws.start("sqs", "DeleteQueue", Purpose::Delete).name, "delete");
        assert_eq!(Quotas::Adaptive.start("apigateway", "DeleteRestApi", Purpose::Delete).name, "delete");
    }
}
