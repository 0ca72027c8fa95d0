//! Clients of generated SDK crates, kept where their credentials and connections are.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::Session;

/// Clients by type and region.
#[derive(Default)]
pub(super) struct GeneratedClients(Mutex<HashMap<(TypeId, String), Box<dyn Any + Send + Sync>>>);

impl Session {
    /// Returns the client of a generated SDK crate for `region`, and makes it if there is none yet.
    ///
    /// Making one costs more than a call; what a client shares with others costs nothing.
    pub fn generated<C>(&self, region: &str, make: impl FnOnce() -> C) -> C
    where
        C: Clone + Send + Sync + 'static,
    {
        let key = (TypeId::of::<C>(), region.to_owned());
        let mut clients = self.inner.generated.0.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(key).or_insert_with(|| Box::new(make()));
        client.downcast_ref::<C>().expect("the key is the type").clone()
    }
}
