use std::sync::Arc;

use super::cloud::Cloud;
use super::history::Operation;
use crate::account::{Ground, Identity};
use crate::error::Error;
use crate::handler::{BoxFuture, Context};
use crate::resource::Region;

/// The account id of every simulated account.
pub(super) const ACCOUNT: &str = "123456789012";

/// A simulated account as what a run stands on.
pub(super) struct SimulatedGround(pub(super) Cloud);

impl Ground for SimulatedGround {
    fn session(&self) -> Option<&aws_dynamic::Session> {
        None
    }

    fn identify<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Identity, Error>> {
        Box::pin(async move {
            let (service, target): (Arc<str>, Arc<str>) = ("sts".into(), "the caller".into());
            self.0.call(Operation::Identify, &service, region, &target, |_, _| Ok(())).await?;
            Ok(Identity {
                account: ACCOUNT.parse().expect("twelve digits"),
                arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/simulated/run"),
                user_id: "simulated".to_owned(),
                partition: "aws".to_owned(),
            })
        })
    }

    fn alias<'a>(&'a self, _: &'a Identity, _: &'a Context) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async { Ok(Some("simulated".to_owned())) })
    }

    fn is_management_account<'a>(
        &'a self,
        _: &'a Identity,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Option<bool>, Error>> {
        Box::pin(async { Ok(Some(false)) })
    }

    fn regions<'a>(&'a self, _: &'a Identity, _: &'a Context) -> BoxFuture<'a, Result<Vec<Region>, Error>> {
        let scenario = self.0.scenario();
        let regions =
            scenario.regions.iter().chain(&scenario.off).map(|name| Region::from(&**name)).collect();
        Box::pin(async { Ok(regions) })
    }

    fn seed(&self) -> Option<u64> {
        Some(self.0.scenario().seed)
    }
}
