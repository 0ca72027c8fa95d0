use super::Identity;
use crate::error::Error;
use crate::handler::{BoxFuture, Context};
use crate::resource::Region;

/// What a run stands on, and what it asks of it before it touches anything: AWS, or a cloud in memory.
///
/// Everything after that goes through handlers.
pub(crate) trait Ground: Send + Sync {
    /// What calls AWS, if AWS it is.
    fn session(&self) -> Option<&aws_dynamic::Session>;

    /// Whose credentials these are.
    fn identify<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Identity, Error>>;

    /// The account's alias, if it has one.
    fn alias<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Option<String>, Error>>;

    /// Whether the account manages its organization; `None` if it is in none.
    fn is_management_account<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Option<bool>, Error>>;

    /// The regions that are enabled.
    fn regions<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Vec<Region>, Error>>;

    /// What fixes the jitter of the lanes, for runs that can be repeated.
    fn seed(&self) -> Option<u64> {
        None
    }
}

impl Ground for aws_dynamic::Session {
    fn session(&self) -> Option<&aws_dynamic::Session> {
        Some(self)
    }

    fn identify<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Identity, Error>> {
        Box::pin(Identity::ask(self, region))
    }

    fn alias<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(identity.alias(context))
    }

    fn is_management_account<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Option<bool>, Error>> {
        Box::pin(identity.is_management_account(context))
    }

    fn regions<'a>(
        &'a self,
        identity: &'a Identity,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Vec<Region>, Error>> {
        Box::pin(identity.regions(context))
    }
}
