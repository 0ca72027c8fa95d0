use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::account::{AccountId, Ground};
use crate::error::Error;
use crate::handler::{Context, Settings};
use crate::lane::{Lanes, Purpose};
use crate::resource::{GLOBAL, Region, TypeName};

/// Opens one account to the engine: hands out the contexts that handlers work with.
#[derive(Clone)]
pub struct Access {
    account: AccountId,
    partition: Arc<str>,
    ground: Option<Arc<dyn Ground>>,
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
        let ground = session.map(|session| Arc::new(session) as Arc<dyn Ground>);
        Self { account, partition: partition.into(), ground, lanes, settings: Arc::new(settings) }
    }

    /// Opens an account on the ground it was identified on.
    pub(crate) fn on(
        ground: Arc<dyn Ground>,
        account: AccountId,
        partition: &str,
        lanes: Lanes,
        settings: HashMap<TypeName, Arc<Settings>>,
    ) -> Self {
        Self { ground: Some(ground), ..Self::new(account, partition, None, lanes, settings) }
    }

    /// The context of a type in a region.
    pub fn context(&self, type_name: &TypeName, region: &Region, purpose: Purpose) -> Context {
        let context =
            Context::new(self.account.clone(), region.clone(), self.session().cloned(), self.lanes.clone())
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
        self.ground.as_ref()?.session()
    }

    /// Whether a region that does not know the credentials is merely off, since they hold elsewhere. Otherwise nobody knows them any
    /// more, and that is the end. What is global is never off.
    ///
    /// # Errors
    /// Interrupted, if no call may be made any more.
    pub(crate) async fn is_off(&self, region: &Region) -> Result<bool, Error> {
        Ok(!region.is_global() && self.credentials_still_good().await?)
    }

    /// Whether the credentials still open the account where they always do, whatever a single region said.
    async fn credentials_still_good(&self) -> Result<bool, Error> {
        let Some(ground) = &self.ground else { return Ok(false) };
        // The caller is asked for past the lanes, and so past their permit.
        if !self.lanes.may_call() {
            return Err(Error::interrupted());
        }
        Ok(ground.identify(self.global().call_region()).await.is_ok())
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "access to account {}", self.account)
    }
}
