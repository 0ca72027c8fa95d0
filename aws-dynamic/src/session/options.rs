//! What a session can be told.

use std::{fmt, sync::Arc, time::Duration};

use aws_credential_types::Credentials;

use crate::CallObserver;

/// How to load a session. The default is what any AWS tool would do without options.
#[derive(Clone, Default)]
pub struct SessionOptions {
    /// Profile to take credentials and settings from, instead of `AWS_PROFILE` and the environment's credentials.
    pub profile: Option<String>,
    /// Credentials, instead of any that could be found: what a pool or another program hands over.
    pub credentials: Option<Credentials>,
    /// Region, instead of the environment's or the profile's.
    pub region: Option<String>,
    /// Endpoint of all services, instead of AWS's own or configured ones.
    pub endpoint_url: Option<String>,
    /// Role to assume with the credentials that are found.
    pub assume_role: Option<AssumeRole>,
    /// Version of the application, for the user agent.
    pub app_version: &'static str,
    /// Time limits.
    pub timeouts: Timeouts,
    /// Hears of every call.
    pub observer: Option<Arc<dyn CallObserver>>,
}

impl fmt::Debug for SessionOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionOptions")
            .field("profile", &self.profile)
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("assume_role", &self.assume_role)
            .finish_non_exhaustive()
    }
}

/// A role to assume.
#[derive(Clone, Default)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// External id, if the role's trust policy asks for one.
    pub external_id: Option<String>,
    /// Name of the session, seen in CloudTrail.
    pub session_name: Option<String>,
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the external id: some treat it as a secret.
        f.debug_struct("AssumeRole").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

/// Time limits of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the answer begins.
    pub read: Duration,
    /// For the whole call.
    pub attempt: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        // Just over the first retransmission of TCP's SYN: one lost packet is no failure.
        Self { connect: Duration::from_millis(3100), read: minute, attempt: minute }
    }
}
