//! From options to the SDK's configuration.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, SdkConfig,
    identity::IdentityCache,
    profile::{self, ProfileFileCredentialsProvider},
    provider_config::ProviderConfig,
    sts::AssumeRoleProvider,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime_api::client::{http::SharedHttpClient, identity::SharedIdentityCache};
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::{
    os_shim_internal::{Env, Fs},
    region::Region,
    sdk_ua_metadata::FrameworkMetadata,
};

use super::{AssumeRole, SessionOptions, Timeouts, http};
use crate::{Error, ErrorKind};

/// How long a provider (SSO, a credential process, a chain of roles) may take.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn sdk_config(options: SessionOptions) -> Result<SdkConfig, Error> {
    if let Some(url) = &options.endpoint_url
        && !["http://", "https://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    {
        return Err(fail(format!("\"{url}\" is no endpoint: expected a URL such as http://127.0.0.1:5000")));
    }
    let client = http_client()?;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(client.clone())
        .timeout_config(timeout_config(options.timeouts))
        .identity_cache(identity_cache());
    let version = Some(options.app_version).filter(|version| !version.is_empty());
    if let Ok(framework) = FrameworkMetadata::new("aws-cleaner", version) {
        loader = loader.framework_metadata(framework);
    }
    if let Some(region) = options.region {
        loader = loader.region(Region::new(region));
    }
    if let Some(url) = options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(profile) = options.profile {
        check_profile(&profile).await?;
        // A profile that is named beats credentials in the environment, as in the AWS CLI; the SDK's own chain asks
        // the environment first.
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(&ProviderConfig::default().with_http_client(client))
            .profile_name(&profile)
            .build();
        loader = loader.profile_name(profile).credentials_provider(provider);
    }
    if let Some(credentials) = options.credentials {
        loader = loader.credentials_provider(SharedCredentialsProvider::new(credentials));
    }
    let config = loader.load().await;
    match options.assume_role {
        Some(role) => Ok(assume(config, role).await),
        None => Ok(config),
    }
}

/// Makes sure that a profile somebody names is there: the SDK only finds no credentials, and does not say why.
async fn check_profile(name: &str) -> Result<(), Error> {
    let profiles = profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await.map_err(
        |error| fail(format!("the AWS configuration files cannot be read: {}", with_causes(&error))),
    )?;
    if profiles.get_profile(name).is_some() {
        return Ok(());
    }
    let mut known: Vec<_> = profiles.profiles().map(|known| format!("`{known}`")).collect();
    known.sort();
    let known = if known.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", known.join(", "))
    };
    Err(fail(format!("the profile `{name}` is not in the AWS configuration files: {known}")))
}

/// An error and what caused it: the SDK's errors say little by themselves.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}

/// Adds to `config` what a session needs and it does not have.
pub(super) fn complete(config: SdkConfig) -> Result<SdkConfig, Error> {
    let mut builder = config.to_builder();
    if config.http_client().is_none() {
        builder.set_http_client(Some(http_client()?));
    }
    if config.identity_cache().is_none() {
        builder = builder.identity_cache(identity_cache());
    }
    if config.timeout_config().is_none() {
        builder = builder.timeout_config(timeout_config(Timeouts::default()));
    }
    if config.behavior_version().is_none() {
        builder = builder.behavior_version(BehaviorVersion::latest());
    }
    Ok(builder.build())
}

fn fail(message: String) -> Error {
    Error::new(ErrorKind::Invalid, "", "", "", message)
}

fn http_client() -> Result<SharedHttpClient, Error> {
    let trusted = match std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        Some(path) => Some(std::fs::read(&path).map_err(|error| {
            fail(format!("cannot read the certificates of AWS_CA_BUNDLE, {}: {error}", path.display()))
        })?),
        None => None,
    };
    http::client(trusted).map_err(fail)
}

fn timeout_config(timeouts: Timeouts) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.read)
        .operation_attempt_timeout(timeouts.attempt)
        .build()
}

/// One cache for all clients: credentials are resolved once, and refreshed before they expire.
fn identity_cache() -> SharedIdentityCache {
    IdentityCache::lazy().load_timeout(CREDENTIALS_TIMEOUT).build()
}

async fn assume(config: SdkConfig, role: AssumeRole) -> SdkConfig {
    let region = config.region().cloned().unwrap_or_else(|| Region::from_static("us-east-1"));
    let mut builder = AssumeRoleProvider::builder(role.role_arn).configure(&config).region(region);
    if let Some(id) = role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(name) = role.session_name {
        builder = builder.session_name(name);
    }
    let provider = SharedCredentialsProvider::new(builder.build().await);
    config.to_builder().credentials_provider(provider).build()
}
