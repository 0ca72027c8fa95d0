//! Clients of the generated crates, and the one way to call them.

use std::error::Error as StdError;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::checksum_config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;

use crate::error::Error;
use crate::handler::Context;

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $package:ident, $service:literal, |$builder:ident, $session:ident| $more:expr) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// Invalid, if the context has no session.
        pub(crate) fn $name(context: &Context) -> Result<$package::Client, Error> {
            let $session = context.session()?;
            let region = context.call_region();
            Ok($session.generated(region, || {
                let $builder = $package::config::Builder::from(&$session.sdk_config($service, region))
                    // Lanes repeat calls, and nobody else does.
                    .retry_config(RetryConfig::disabled())
                    .interceptor($session.interceptor($service, region));
                $package::Client::from_conf($more.build())
            }))
        }
    };
}

client!(
    /// The CloudFormation client for the context's region.
    cloudformation,
    aws_sdk_cloudformation,
    "cloudformation",
    |builder, session| builder
);

client!(
    /// The DynamoDB client for the context's region.
    dynamodb,
    aws_sdk_dynamodb,
    "dynamodb",
    // One endpoint per region, also for accounts that could have one of their own: it is what everybody's firewall knows.
    |builder, session| builder
        .account_id_endpoint_mode(aws_types::endpoint_config::AccountIdEndpointMode::Disabled)
);

client!(
    /// The Lambda client for the context's region.
    lambda,
    aws_sdk_lambda,
    "lambda",
    |builder, session| builder
);

client!(
    /// The S3 client for the context's region.
    s3,
    aws_sdk_s3,
    "s3",
    |builder, session| builder
        // An emulator has one address for all buckets.
        .force_path_style(session.endpoint_overridden("s3"))
        // Where S3 insists on a checksum (DeleteObjects) there is one all the same.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
);

/// Makes one call of a generated client: paced by its lane, repeated while the error is one that passes.
///
/// # Errors
/// What AWS answered; interrupted, if the run is over.
pub(crate) async fn send<T, E, F, Fut>(
    context: &Context,
    service: &'static str,
    operation: &'static str,
    mut call: F,
) -> Result<T, Error>
where
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    T: Send,
{
    let region = context.call_region();
    context
        .paced(service, operation, || {
            let call = call();
            async move { call.await.map_err(|error| failed(service, operation, region, error)) }
        })
        .await
}

/// Converts the error of a generated client.
pub(crate) fn failed<E>(
    service: &str,
    operation: &str,
    region: &str,
    error: SdkError<E, HttpResponse>,
) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    aws_dynamic::Error::from_sdk(service, operation, region, error).into()
}
