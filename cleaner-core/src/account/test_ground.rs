use super::{Ground, Identity};
use crate::error::Error;
use crate::handler::{BoxFuture, Context};
use crate::resource::Region;

/// An account that a test has made up, with one region.
pub(crate) struct TestGround {
    region: &'static str,
    session: Option<aws_dynamic::Session>,
}

impl TestGround {
    pub(crate) const ACCOUNT: &str = "111122223333";

    /// An account that no client can be asked about.
    pub(crate) fn new(region: &'static str) -> Self {
        Self { region, session: None }
    }

    /// An account behind a client.
    pub(crate) fn behind(session: aws_dynamic::Session, region: &'static str) -> Self {
        Self { region, session: Some(session) }
    }
}

impl Ground for TestGround {
    fn session(&self) -> Option<&aws_dynamic::Session> {
        self.session.as_ref()
    }

    fn identify<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Identity, Error>> {
        Box::pin(async {
            Ok(Identity {
                account: Self::ACCOUNT.parse().expect("twelve digits"),
                arn: format!("arn:aws:sts::{}:assumed-role/cleaner/run", Self::ACCOUNT),
                user_id: "AROAEXAMPLE:run".to_owned(),
                partition: "aws".to_owned(),
            })
        })
    }

    fn alias<'a>(&'a self, _: &'a Identity, _: &'a Context) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async { Ok(None) })
    }

    fn is_management_account<'a>(
        &'a self,
        _: &'a Identity,
        _: &'a Context,
    ) -> BoxFuture<'a, Result<Option<bool>, Error>> {
        Box::pin(async { Ok(Some(false)) })
    }

    fn regions<'a>(&'a self, _: &'a Identity, _: &'a Context) -> BoxFuture<'a, Result<Vec<Region>, Error>> {
        Box::pin(async { Ok(vec![Region::from(self.region)]) })
    }

    fn seed(&self) -> Option<u64> {
        Some(1)
    }
}
