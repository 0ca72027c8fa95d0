//! One identity, and everything its calls share.

mod generated;
mod http;
mod load;
mod options;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::identity::{ResolveCachedIdentity as _, SharedIdentityResolver};
use aws_smithy_types::{config_bag::ConfigBag, retry::RetryConfig};
use aws_types::{region::Region, service_config::ServiceConfigKey};

use self::generated::GeneratedClients;
pub use self::options::{AssumeRole, SessionOptions, Timeouts};
use crate::{
    CallObserver, Client, Error, ErrorKind, RecordingInterceptor,
    client::{ClientInner, SharedState},
    model::Models,
};

/// Credentials, HTTP connections, endpoints and timeouts of one identity.
///
/// A clone is cheap and shares everything. Sessions of different accounts in one process share nothing.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    config: SdkConfig,
    models: &'static Models,
    observer: Option<Arc<dyn CallObserver>>,
    /// The endpoint given to [`Session::load`], which beats all configured ones.
    endpoint_url: Option<String>,
    clients: Mutex<HashMap<(String, String), Arc<ClientInner>>>,
    shared: SharedState,
    generated: GeneratedClients,
}

impl Session {
    /// Loads credentials and settings the way every AWS tool does.
    ///
    /// # Behavior
    /// - Credentials come from the environment, profiles, SSO, web identity, a credential process, or the container's
    ///   or instance's own role, unless a profile is named: then only from that.
    /// - Nothing is asked for yet: credentials are resolved by the first call, kept, and refreshed before they expire.
    ///
    /// # Errors
    /// Fails if an option cannot be used, such as an endpoint that is no URL.
    pub async fn load(options: SessionOptions) -> Result<Self, Error> {
        let observer = options.observer.clone();
        let endpoint_url = options.endpoint_url.clone();
        let config = load::sdk_config(options).await?;
        Ok(Self::new(config, observer, endpoint_url))
    }

    /// Makes a session of a configuration that was loaded elsewhere.
    ///
    /// # Behavior
    /// - What the configuration has is kept: credentials, region, timeouts, endpoint, HTTP client, identity cache.
    /// - An HTTP client, an identity cache and time limits are added where it has none.
    ///
    /// # Errors
    /// Fails if no HTTP client can be made.
    pub fn from_config(config: SdkConfig, observer: Option<Arc<dyn CallObserver>>) -> Result<Self, Error> {
        Ok(Self::new(load::complete(config)?, observer, None))
    }

    fn new(config: SdkConfig, observer: Option<Arc<dyn CallObserver>>, endpoint_url: Option<String>) -> Self {
        let (clients, shared) = (Mutex::default(), SharedState::default());
        let generated = GeneratedClients::default();
        let inner =
            Inner { config, models: Models::builtin(), observer, endpoint_url, clients, shared, generated };
        Self { inner: Arc::new(inner) }
    }

    /// Returns a client of `service`, as botocore spells it, in `region`. The same client is given out each time.
    ///
    /// # Errors
    /// Fails if the service is not in the models, or cannot be called by this crate.
    pub fn client(&self, service: &str, region: &str) -> Result<Client, Error> {
        let mut clients = self.inner.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (service.to_owned(), region.to_owned());
        if let Some(inner) = clients.get(&key) {
            return Ok(Client { inner: Arc::clone(inner), session: self.clone() });
        }
        let inner = Arc::new(self.build(service, region, None)?);
        clients.insert(key, Arc::clone(&inner));
        Ok(Client { inner, session: self.clone() })
    }

    /// Builds the inside of a client, at `url` if the service said where to call.
    pub(crate) fn build(
        &self,
        service: &str,
        region: &str,
        url: Option<String>,
    ) -> Result<ClientInner, Error> {
        let Some(model) = self.inner.models.service(service) else {
            let message = format!("there is no model of a service \"{service}\"");
            return Err(Error::new(ErrorKind::Invalid, service, "", region, message));
        };
        let custom = self.endpoint_override(service);
        ClientInner::new(model, region, &self.inner.config, custom, url)
    }

    /// Returns the configuration for a generated SDK client: the same identity, connections, timeouts and endpoint,
    /// and no retries.
    pub fn sdk_config(&self, _service: &str, region: &str) -> SdkConfig {
        // Generated clients read their service's own endpoint setting from this themselves.
        let builder = self.inner.config.to_builder().region(Region::new(region.to_owned()));
        builder.retry_config(RetryConfig::disabled()).build()
    }

    /// Returns what to push into a generated SDK client so that its calls reach the observer too.
    pub fn interceptor(&self, service: &str, region: &str) -> RecordingInterceptor {
        RecordingInterceptor {
            service: service.to_owned(),
            region: region.to_owned(),
            observer: self.inner.observer.clone(),
        }
    }

    /// Returns whether calls to `service` go to a configured endpoint instead of AWS's own.
    pub fn endpoint_overridden(&self, service: &str) -> bool {
        self.endpoint_override(service).is_some()
    }

    fn endpoint_override(&self, service: &str) -> Option<String> {
        if let Some(url) = &self.inner.endpoint_url {
            return Some(url.clone());
        }
        // Profiles spell `[services]` keys with underscores, which the SDK would look up with hyphens.
        let id =
            self.inner.models.service(service).map_or(service, |model| model.service_id()).replace(' ', "_");
        let key = ServiceConfigKey::builder()
            .service_id(&id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let own = self
            .inner
            .config
            .service_config()
            .zip(key.ok())
            .and_then(|(config, key)| config.load_config(key));
        own.or_else(|| self.inner.config.endpoint_url().map(str::to_owned))
    }

    /// Returns the region of the options, environment or profile, if one is set.
    pub fn region(&self) -> Option<&str> {
        self.inner.config.region().map(|region| region.as_ref())
    }

    /// Returns the models that this session's clients use.
    pub fn models(&self) -> &'static Models {
        self.inner.models
    }

    /// Resolves the credentials, once: later calls use what was found here.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Credentials`] if there are none.
    pub async fn check_credentials(&self) -> Result<(), Error> {
        self.credentials().await.map(drop)
    }

    /// Returns the credentials, for child processes that shall act as this identity.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Credentials`] if there are none.
    pub async fn credentials(&self) -> Result<Credentials, Error> {
        let fail = |message: String| Error::new(ErrorKind::Credentials, "", "", "", message);
        let Some(provider) = self.inner.config.credentials_provider() else {
            return Err(fail("no credentials are configured".to_owned()));
        };
        match self.resolve_cached(provider).await {
            Ok(credentials) => Ok(credentials),
            Err(error) => {
                let mut message = format!("no usable credentials: {error}");
                let mut next = error.source();
                while let Some(source) = next {
                    let text = source.to_string();
                    if !message.contains(&text) {
                        message.push_str(": ");
                        message.push_str(&text);
                    }
                    next = source.source();
                }
                Err(fail(message).with_source(error))
            }
        }
    }

    async fn resolve_cached(
        &self,
        provider: SharedCredentialsProvider,
    ) -> Result<Credentials, aws_smithy_runtime_api::box_error::BoxError> {
        let cache = self.inner.config.identity_cache().ok_or("the session has no identity cache")?;
        // Any client's components will do: the cache is the session's own.
        let inner = self.build("sts", self.region().unwrap_or("us-east-1"), None)?;
        let mut cfg = ConfigBag::base();
        let components = inner.components(&mut cfg)?;
        let resolver = SharedIdentityResolver::new(provider);
        let identity = cache.resolve_cached_identity(resolver, &components, &cfg).await?;
        identity.data::<Credentials>().cloned().ok_or_else(|| "the identity holds no credentials".into())
    }

    pub(crate) fn observer(&self) -> Option<&Arc<dyn CallObserver>> {
        self.inner.observer.as_ref()
    }

    pub(crate) fn shared(&self) -> &SharedState {
        &self.inner.shared
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of the configuration: it holds the credentials provider.
        f.debug_struct("Session").field("region", &self.region()).finish_non_exhaustive()
    }
}
