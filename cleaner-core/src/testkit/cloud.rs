use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, ErrorKind};
use crate::handler::Deletion;
use crate::resource::{Resource, ResourceKey, State};

/// One simulated resource, and how it behaves.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) resource: Resource,
    /// How long AWS works on its deletion after the call; none: it is gone when the call returns.
    pub(crate) takes: Option<Duration>,
    /// The resources that must be gone first, or the deletion is refused.
    pub(crate) held_by: BTreeSet<String>,
    /// Errors the next deletions answer, first come first.
    pub(crate) refusals: Vec<ErrorKind>,
    /// What goes with it.
    pub(crate) takes_along: BTreeSet<String>,
    /// Whether its deletion, once under way, fails the first time.
    pub(crate) fails_late: bool,
    /// What it leaves behind.
    pub(crate) leaves: Option<Box<Self>>,
    /// How long it stays listed after it is gone.
    pub(crate) lingers: Duration,
}

impl Thing {
    pub(crate) fn new(resource: Resource) -> Self {
        Self {
            resource,
            takes: None,
            held_by: BTreeSet::new(),
            refusals: Vec::new(),
            takes_along: BTreeSet::new(),
            fails_late: false,
            leaves: None,
            lingers: Duration::ZERO,
        }
    }
}

/// The account: what is there, what is on its way out, and every deletion that was asked for, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cloud(Arc<Mutex<Account>>);

#[derive(Debug, Default)]
struct Account {
    things: BTreeMap<ResourceKey, Thing>,
    leaving: BTreeMap<ResourceKey, Instant>,
    lingering: BTreeMap<ResourceKey, (Thing, Instant)>,
    calls: Vec<String>,
    lists: usize,
}

impl Cloud {
    pub(crate) fn add(&self, thing: Thing) {
        self.lock().things.insert(thing.resource.key(), thing);
    }

    /// Begins a deletion of which nobody was told.
    pub(crate) fn begin_leaving(&self, id: &str, takes: Duration) {
        let mut account = self.lock();
        let key = account.things.keys().find(|key| &*key.id == id).cloned().expect("it is there");
        account.leaving.insert(key, Instant::now() + takes);
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        let mut account = self.lock();
        account.settle();
        account.things.keys().map(|key| key.id.as_ref().to_owned()).collect()
    }

    /// The ids of all deletions that were asked for, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    /// How many listings were made.
    pub(crate) fn lists(&self) -> usize {
        self.lock().lists
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.0.lock().expect("no test panics while it holds this")
    }

    pub(super) fn list(&self, type_name: &str, region: &str) -> Vec<Resource> {
        let mut account = self.lock();
        account.settle();
        account.lists += 1;
        let here = |key: &ResourceKey| key.type_name == *type_name && key.region == *region;
        let there = account.things.iter().filter(|(key, _)| here(key)).map(|(key, thing)| {
            let mut resource = thing.resource.clone();
            if account.leaving.contains_key(key) {
                resource.state = State::Deleting;
            }
            resource
        });
        let gone = account
            .lingering
            .iter()
            .filter(|(key, _)| here(key))
            .map(|(_, (thing, _))| thing.resource.clone());
        there.chain(gone).collect()
    }

    pub(super) fn delete(&self, key: &ResourceKey) -> Result<Deletion, Error> {
        let mut account = self.lock();
        account.settle();
        account.calls.push(key.id.as_ref().to_owned());
        let present: BTreeSet<String> = account.things.keys().map(|key| key.id.as_ref().to_owned()).collect();
        let Some(thing) = account.things.get_mut(key) else {
            return Err(Error::new(ErrorKind::Gone, "there is no such thing."));
        };
        if !thing.refusals.is_empty() {
            let kind = thing.refusals.remove(0);
            return Err(Error::new(kind, format!("refused as {kind}.")));
        }
        if let Some(holder) = thing.held_by.iter().find(|holder| present.contains(*holder)) {
            return Err(Error::new(ErrorKind::Dependency, format!("{} is in use by {holder}.", key.id)));
        }
        thing.resource.state = State::Present;
        match thing.takes {
            None => {
                account.remove(key);
                Ok(Deletion::Done)
            }
            Some(takes) => {
                account.leaving.insert(key.clone(), Instant::now() + takes);
                Ok(Deletion::Started)
            }
        }
    }

    pub(super) fn unlink(&self, key: &ResourceKey) {
        let mut account = self.lock();
        account.calls.push(format!("unlink {}", key.id));
        for thing in account.things.values_mut() {
            thing.held_by.remove(&*key.id);
        }
    }
}

impl Account {
    /// Lets happen what time has brought.
    fn settle(&mut self) {
        let now = Instant::now();
        let due: Vec<ResourceKey> =
            self.leaving.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect();
        for key in due {
            self.leaving.remove(&key);
            match self.things.get_mut(&key) {
                Some(thing) if thing.fails_late => {
                    thing.fails_late = false;
                    thing.resource.state = State::Failed("a part of it would not go".into());
                }
                _ => self.remove(&key),
            }
        }
        self.lingering.retain(|_, (_, until)| *until > now);
    }

    fn remove(&mut self, key: &ResourceKey) {
        let Some(thing) = self.things.remove(key) else { return };
        self.things.retain(|other, _| !thing.takes_along.contains(&*other.id));
        if let Some(left) = &thing.leaves {
            self.things.insert(left.resource.key(), (**left).clone());
        }
        if !thing.lingers.is_zero() {
            let until = Instant::now() + thing.lingers;
            self.lingering.insert(key.clone(), (thing, until));
        }
    }
}
