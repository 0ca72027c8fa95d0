//! Codes and statuses of refusals, per protocol: one table.

use crate::call::{Call, Protocol};

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusing {
    Deny,
    Throttle,
    ServerError,
    Expired,
    OptIn,
}

impl Refusing {
    /// AWS's code and HTTP status.
    pub(crate) fn shape(self, call: &Call) -> (&'static str, u16) {
        use Protocol::{Cbor, Ec2, Json, Query, RestJson, RestXml};
        match (self, call.protocol) {
            (Self::Deny, Json | Cbor) => ("AccessDeniedException", 400),
            (Self::Deny, RestJson) => ("AccessDeniedException", 403),
            (Self::Deny, Query | RestXml) => ("AccessDenied", 403),
            (Self::Deny, Ec2) => ("UnauthorizedOperation", 403),

            (Self::Throttle, _) if call.is_s3() => ("SlowDown", 503),
            (Self::Throttle, Json | Cbor) => ("ThrottlingException", 400),
            (Self::Throttle, RestJson) => ("TooManyRequestsException", 429),
            (Self::Throttle, Query | RestXml) => ("Throttling", 400),
            (Self::Throttle, Ec2) => ("RequestLimitExceeded", 503),

            (Self::ServerError, Json) => ("InternalServerError", 500),
            (Self::ServerError, Cbor | RestJson) => ("InternalServerException", 500),
            (Self::ServerError, Query) => ("InternalFailure", 500),
            (Self::ServerError, Ec2 | RestXml) => ("InternalError", 500),

            (Self::Expired, _) if call.is_s3() => ("ExpiredToken", 400),
            (Self::Expired, Json | Cbor) => ("ExpiredTokenException", 400),
            (Self::Expired, RestJson) => ("ExpiredTokenException", 403),
            (Self::Expired, Query | RestXml) => ("ExpiredToken", 403),
            (Self::Expired, Ec2) => ("RequestExpired", 400),

            // A region that is off does not know the account's keys.
            (Self::OptIn, _) if call.is_s3() => ("InvalidAccessKeyId", 403),
            (Self::OptIn, Json | Cbor) => ("UnrecognizedClientException", 400),
            (Self::OptIn, RestJson) => ("UnrecognizedClientException", 403),
            (Self::OptIn, Query | RestXml) => ("InvalidClientTokenId", 403),
            (Self::OptIn, Ec2) => ("AuthFailure", 401),
        }
    }

    /// What AWS says with it.
    pub(crate) fn message(self, call: &Call) -> String {
        match self {
            Self::Deny => format!(
                "User is not authorized to perform: {}:{} because no identity-based policy allows the action",
                call.service, call.operation
            ),
            Self::Throttle if call.is_s3() => "Please reduce your request rate.".to_owned(),
            Self::Throttle if call.protocol == Protocol::Ec2 => "Request limit exceeded.".to_owned(),
            Self::Throttle => "Rate exceeded".to_owned(),
            Self::ServerError => "We encountered an internal error. Please try again.".to_owned(),
            Self::Expired => "The security token included in the request is expired".to_owned(),
            Self::OptIn if call.protocol == Protocol::Ec2 => {
                "AWS was not able to validate the provided access credentials".to_owned()
            }
            Self::OptIn => "The security token included in the request is invalid.".to_owned(),
        }
    }
}
