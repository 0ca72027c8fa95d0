//! Accounts of a pool as fixtures of tests that use the library.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use aws_dynamic::{Credentials, Session, SessionOptions};
use cleaner_core::lane::Quotas;
use cleaner_core::run::{Options, RegionChoice, TypeChoice};
use cleaner_fixtures::{
    After, Difference, FixtureError, TestAccount, TestAccounts, assert_no_leftovers, clean_account,
};
use cleaner_pool::store::dynamodb::DynamoDb;
use cleaner_pool::{Cleaned, Pool, Settings, StateName, Wait};
use futures::FutureExt as _;
use serde_json::json;

use crate::pool_scene::PoolScene;

async fn accounts(scene: &PoolScene) -> TestAccounts {
    let keys = &scene.home.credentials;
    let session = SessionOptions {
        credentials: Some(Credentials::new(&keys.access_key, &keys.secret, None, None, "test")),
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(scene.home.emulator.url().to_owned()),
        ..SessionOptions::default()
    };
    let home = Session::load(session.clone()).await.expect("a session");
    let table = DynamoDb::new(&home, "us-east-1", "aws-cleaner-pool");
    TestAccounts {
        pool: Pool::new(Arc::new(table), Settings::default()),
        wait: Wait::AtMost(Duration::from_secs(60)),
        owner: "fixtures".to_owned(),
        session,
        registry: Arc::new(cleaner_core::builtin().expect("the types")),
        options: Options {
            regions: RegionChoice { include: vec!["us-east-1".to_owned()], exclude: Vec::new() },
            types: TypeChoice { include: vec!["SSMParameter".to_owned()], exclude: Vec::new() },
            quotas: Quotas::Adaptive,
            ..Options::default()
        },
        after: After::Clear,
    }
}

fn leave_something(scene: &PoolScene) {
    scene.target.py("client('ssm').put_parameter(Name='left', Value='x', Type='String')");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_gets_a_clean_account_and_leaves_none_behind() {
    let scene = PoolScene::clean();
    let accounts = accounts(&scene).await;
    let used = clean_account(&accounts, "one", async |account| {
        assert_no_leftovers(&account.look().await.expect("a look"));
        let before = account.snapshot().await.expect("a baseline");
        leave_something(&scene);
        let left = Difference::from(&account.look().await.expect("a look"));
        assert_eq!(left.to_string(), "1 left over\nSSMParameter\n  + left in us-east-1");
        let after = account.snapshot().await.expect("a baseline");
        assert_eq!(Difference::from((&before, &after)), left);
        assert!(account.credentials().await.is_ok());
        account.id().clone()
    })
    .await
    .expect("an account");
    assert_eq!(used.value.as_str(), scene.target.account());
    let ended = used.ended.expect("it was held").expect("it was cleared");
    assert_eq!((ended.cleaned, ended.state), (Cleaned::Clean, StateName::Available));
    assert_no_leftovers(&used.report.expect("a report"));
    assert_eq!(scene.target.py("client('ssm').describe_parameters()['Parameters']"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_panics_gives_its_account_back_clean() {
    let scene = PoolScene::clean();
    let accounts = accounts(&scene).await;
    let body = async |account: &TestAccount| {
        leave_something(&scene);
        assert_no_leftovers(&account.look().await.expect("a look"));
    };
    let test = AssertUnwindSafe(clean_account(&accounts, "two", body));
    let panic = test.catch_unwind().await.expect_err("it panics");
    let told = panic.downcast::<String>().expect("a text");
    assert!(told.contains("+ left in us-east-1"), "{told}");
    assert_eq!(scene.state(), "available");
    assert_eq!(scene.target.py("client('ssm').describe_parameters()['Parameters']"), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_another_one_is_not_used() {
    let scene = PoolScene::clean();
    let mut accounts = accounts(&scene).await;
    let pool = &accounts.pool;
    let details = cleaner_pool::Details::default();
    // Without its role, the credentials open the account of the pool itself.
    pool.add(&scene.target.account().parse().expect("twelve digits"), details).await.expect("it is there");
    accounts.after = After::Release;
    let error =
        clean_account(&accounts, "three", async |_| panic!("it runs")).await.expect_err("it is another one");
    assert!(matches!(error, FixtureError::Closed { .. }), "{error}");
    assert!(error.to_string().contains(scene.home.account()), "{error}");
    assert_eq!(scene.state(), "dirty");
}
