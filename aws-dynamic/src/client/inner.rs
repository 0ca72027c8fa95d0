//! The runtime components of one service in one region.

use aws_config::SdkConfig;
use aws_runtime::{
    auth::{
        SigV4OperationSigningConfig,
        sigv4::{SCHEME_ID, SigV4AuthScheme},
    },
    invocation_id::InvocationIdInterceptor,
    request_info::RequestInfoInterceptor,
    service_clock_skew::ServiceClockSkewInterceptor,
    user_agent::{ApiMetadata, UserAgentInterceptor},
};
use aws_smithy_runtime::client::{
    defaults::{DefaultPluginParams, default_plugins},
    http::connection_poisoning::ConnectionPoisoningInterceptor,
    orchestrator::endpoints::StaticUriEndpointResolver,
    retries::strategy::NeverRetryStrategy,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        auth::{
            AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
            static_resolver::StaticAuthSchemeOptionResolver,
        },
        behavior_version::BehaviorVersion,
        endpoint::{EndpointResolverParams, SharedEndpointResolver},
        retries::SharedRetryStrategy,
        runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
        runtime_plugin::{RuntimePlugins, StaticRuntimePlugin},
        ser_de::{SharedRequestSerializer, SharedResponseDeserializer},
    },
};
use aws_smithy_types::{
    config_bag::{ConfigBag, Layer},
    retry::RetryConfig,
};
use aws_types::{
    SigningName,
    region::{Region, SigningRegion},
};

use super::serialize::{Deserializer, Serializer};
use crate::{Error, ErrorKind, model::ServiceModel, protocol, quirks};

/// A client without its session.
pub(crate) struct ClientInner {
    pub(crate) service: &'static ServiceModel,
    pub(crate) region: String,
    /// Where requests go.
    pub(crate) url: String,
    /// The URL that replaces AWS's own, if one is configured.
    pub(crate) custom: Option<String>,
    pub(super) plugins: RuntimePlugins,
}

impl ClientInner {
    /// Builds a client that calls `discovered`, else `custom`, else the service's own endpoint.
    pub(crate) fn new(
        service: &'static ServiceModel,
        region: &str,
        config: &SdkConfig,
        custom: Option<String>,
        discovered: Option<String>,
    ) -> Result<Self, Error> {
        let fail = |message: &str| Error::new(ErrorKind::Invalid, service.id(), "", region, message);
        let protocol = protocol::of(service).ok_or_else(|| fail("the service speaks an unknown protocol"))?;
        if !service.is_signed() {
            return Err(fail("the service does not take signed requests"));
        }
        let endpoint = service.endpoint(region);
        let url = discovered.or_else(|| custom.clone()).unwrap_or(endpoint.url);
        let mut layer = Layer::new("aws_dynamic");
        layer.store_put(protocol);
        layer
            .store_put(SharedRequestSerializer::new(Serializer { service, prefixes_host: custom.is_none() }));
        layer.store_put(SharedResponseDeserializer::new(Deserializer));
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(EndpointResolverParams::new(()));
        layer.store_put(Region::new(region.to_owned()));
        layer.store_put(SigningRegion::from(Region::new(endpoint.signing_region)));
        layer.store_put(SigningName::from(endpoint.signing_name));
        let mut signing = SigV4OperationSigningConfig::default();
        if quirks::signs_like_s3(service.id()) {
            signing.signing_options.double_uri_encode = false;
            signing.signing_options.content_sha256_header = true;
            signing.signing_options.normalize_uri_path = false;
        }
        layer.store_put(signing);
        layer.store_put(RetryConfig::disabled());
        if let Some(timeouts) = config.timeout_config() {
            layer.store_put(timeouts.clone());
        }
        layer.store_put(ApiMetadata::new(service.id(), env!("CARGO_PKG_VERSION")));
        if let Some(name) = config.app_name() {
            layer.store_put(name.clone());
        }
        for framework in config.framework_metadata() {
            layer.store_append(framework.clone());
        }
        let defaults = default_plugins(
            DefaultPluginParams::new()
                .with_retry_partition_name(format!("{}-{region}", service.id()))
                .with_behavior_version(BehaviorVersion::latest()),
        );
        let components = components(config, url.clone());
        let plugins = RuntimePlugins::new().with_client_plugins(defaults).with_client_plugin(
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components),
        );
        Ok(Self { service, region: region.to_owned(), url, custom, plugins })
    }

    /// Builds the components outside of any call.
    pub(crate) fn components(&self, cfg: &mut ConfigBag) -> Result<RuntimeComponents, BoxError> {
        Ok(self.plugins.apply_client_configuration(cfg)?.build()?)
    }
}

fn components(config: &SdkConfig, url: String) -> RuntimeComponentsBuilder {
    let mut components = RuntimeComponentsBuilder::new("aws_dynamic");
    components.set_http_client(config.http_client());
    components.set_sleep_impl(config.sleep_impl());
    components.set_time_source(config.time_source());
    components.set_retry_strategy(Some(SharedRetryStrategy::new(NeverRetryStrategy::new())));
    components.set_endpoint_resolver(Some(SharedEndpointResolver::new(StaticUriEndpointResolver::uri(url))));
    let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)));
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    components.set_identity_cache(config.identity_cache());
    if let Some(provider) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, provider);
    }
    components.push_interceptor(UserAgentInterceptor::new());
    components.push_interceptor(InvocationIdInterceptor::new());
    components.push_interceptor(RequestInfoInterceptor::new());
    components.push_interceptor(ConnectionPoisoningInterceptor::new());
    components.push_interceptor(ServiceClockSkewInterceptor::new());
    components
}
