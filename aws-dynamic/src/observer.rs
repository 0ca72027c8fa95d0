//! Watching calls: how many there were, how long they took, how they ended.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept,
            context::{BeforeSerializationInterceptorContextRef, FinalizerInterceptorContextRef},
            dyn_dispatch_hint,
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use crate::{
    ErrorKind,
    error::{WireError, classify},
};

/// Hears of every call that ended.
pub trait CallObserver: Send + Sync {
    /// Takes note of one call. Must not block.
    fn finished(&self, record: &CallRecord);
}

/// One call that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallRecord {
    /// Service, as botocore spells it.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Region that was called.
    pub region: String,
    /// How long the call took.
    pub elapsed: Duration,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// AWS's error code, if the call failed with one.
    pub code: Option<String>,
    /// What the failure means; `None` if the call succeeded.
    pub kind: Option<ErrorKind>,
}

/// Tells an observer about the calls of a generated SDK client; see [`Session::interceptor`](crate::Session::interceptor).
#[derive(Clone)]
pub struct RecordingInterceptor {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) observer: Option<Arc<dyn CallObserver>>,
}

impl fmt::Debug for RecordingInterceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordingInterceptor({} in {})", self.service, self.region)
    }
}

#[derive(Clone, Copy, Debug)]
struct Started(Instant);

impl Storable for Started {
    type Storer = StoreReplace<Self>;
}

#[dyn_dispatch_hint]
impl Intercept for RecordingInterceptor {
    fn name(&self) -> &'static str {
        "RecordingInterceptor"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Started(Instant::now()));
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(observer) = &self.observer else { return Ok(()) };
        let operation = cfg.load::<Metadata>().map_or("", |metadata| metadata.name()).to_owned();
        let status = context.response().map(|response| response.status().as_u16());
        let failed = context.output_or_error().is_none_or(|result| result.is_err());
        let wire = context.response().filter(|_| failed).map_or_else(WireError::default, |response| {
            WireError::read(response.headers(), response.body().bytes().unwrap_or_default())
        });
        let message = wire.message.as_deref().unwrap_or_default();
        let kind = failed.then(|| match status {
            Some(_) => classify(&self.service, &operation, wire.code.as_deref(), message, status),
            None => ErrorKind::Transient,
        });
        let elapsed = cfg.load::<Started>().map_or(Duration::ZERO, |started| started.0.elapsed());
        observer.finished(&CallRecord {
            service: self.service.clone(),
            operation,
            region: self.region.clone(),
            elapsed,
            status,
            code: wire.code,
            kind,
        });
        Ok(())
    }
}
