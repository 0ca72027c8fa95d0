//! What the clients of a session learn from AWS and tell each other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::ClientInner;

/// Facts that hold for a whole session.
#[derive(Default)]
pub(crate) struct SharedState {
    bucket_regions: Mutex<HashMap<String, String>>,
    discovered: Mutex<HashMap<(&'static str, String), Discovered>>,
}

struct Discovered {
    client: Arc<ClientInner>,
    until: Instant,
}

impl SharedState {
    pub(crate) fn bucket_region(&self, bucket: &str) -> Option<String> {
        self.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }

    pub(crate) fn set_bucket_region(&self, bucket: &str, region: &str) {
        let mut regions = self.bucket_regions.lock().unwrap_or_else(PoisonError::into_inner);
        regions.insert(bucket.to_owned(), region.to_owned());
    }

    /// Returns the client at the address that the service gave out, while that holds.
    pub(crate) fn discovered(&self, service: &'static str, region: &str) -> Option<Arc<ClientInner>> {
        let discovered = self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        let found = discovered.get(&(service, region.to_owned()))?;
        (found.until > Instant::now()).then(|| Arc::clone(&found.client))
    }

    pub(crate) fn set_discovered(&self, client: &Arc<ClientInner>, valid: Duration) {
        let mut discovered = self.discovered.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = Discovered { client: Arc::clone(client), until: Instant::now() + valid };
        discovered.insert((client.service.id(), client.region.clone()), entry);
    }
}
