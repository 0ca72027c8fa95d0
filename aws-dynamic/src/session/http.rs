//! The HTTP client: rustls with ring, the system's certificates, the environment's proxy.

use aws_smithy_http_client::{Builder, ConnectorBuilder, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// Returns a client whose connections are kept and reused by all services of a session.
pub(super) fn client(trusted: Option<Vec<u8>>) -> Result<SharedHttpClient, String> {
    let mut context = tls::TlsContext::builder();
    if let Some(pem) = trusted {
        context = context.with_trust_store(tls::TrustStore::default().with_pem_certificate(pem));
    }
    let context = context.build().map_err(|error| error.to_string())?;
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
        let mut connector = ConnectorBuilder::default()
            .tls_provider(provider)
            .tls_context(context.clone())
            .proxy_config(ProxyConfig::from_env())
            .enable_tcp_nodelay(true);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(|components| components.sleep_impl()));
        connector.build()
    }))
}
