use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::account::AccountId;
use crate::handler::{Context, Settings};
use crate::lane::{Lanes, Purpose};
use crate::resource::{GLOBAL, Region, TypeName};

/// Opens one account to the engine: hands out the contexts that handlers work with.
#[derive(Clone)]
pub struct Access {
    account: AccountId,
    partition: Arc<str>,
    session: Option<aws_dynamic::Session>,
    lanes: Lanes,
    settings: Arc<HashMap<TypeName, Arc<Settings>>>,
}

impl Access {
    /// Opens an account. Without a session, only handlers that call nothing work.
    pub fn new(
        account: AccountId,
        partition: &str,
        session: Option<aws_dynamic::Session>,
        lanes: Lanes,
        settings: HashMap<TypeName, Arc<Settings>>,
    ) -> Self {
        Self { account, partition: partition.into(), session, lanes, settings: Arc::new(settings) }
    }

    /// The context of a type in a region.
    pub fn context(&self, type_name: &TypeName, region: &Region, purpose: Purpose) -> Context {
        let context =
            Context::new(self.account.clone(), region.clone(), self.session.clone(), self.lanes.clone())
                .with_partition(&self.partition)
                .with_purpose(purpose);
        match self.settings.get(type_name) {
            Some(settings) => context.with_settings(settings.clone()),
            None => context,
        }
    }

    /// A context of no type, in the place of global services.
    pub fn global(&self) -> Context {
        self.context(&TypeName::from(""), &Region::from(GLOBAL), Purpose::List)
    }

    /// The account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The lanes all calls go through.
    pub fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// The session behind the calls, if there is one.
    pub fn session(&self) -> Option<&aws_dynamic::Session> {
        self.session.as_ref()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "access to account {}", self.account)
    }
}
