//! A pool on a table of the emulator, or on one of the DynamoDB that `POOL_TEST_DYNAMODB` names: by the library.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_dynamic::{Credentials, Session, SessionOptions};
use cleaner_pool::state::{Intent, Request, step};
use cleaner_pool::store::StoreErrorKind;
use cleaner_pool::store::dynamodb::{DynamoDb, Made};
use cleaner_pool::{
    AccountId, Claim, Clean, Cleaned, Details, Holder, Job, Pool, PoolError, RequestId, Settings, StateName,
    Token, Until, Wait, WorkSummary, Worker,
};
use cleaner_tests::dynamodb_local;
use serde_json::{Value, json};

use crate::scene::Scene;

fn id(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn claim(owner: &str) -> Claim {
    Claim { holder: Holder { owner: owner.to_owned(), test: None }, ..Claim::default() }
}

/// Leases last a second, so that their end can be waited for.
fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(1),
        ticket: Duration::from_secs(1),
        poll: Duration::from_millis(50),
        back_off: Duration::ZERO,
        ..Settings::default()
    }
}

/// Leases and tickets that nobody loses for want of processor time.
fn patient() -> Settings {
    Settings { lease: Duration::from_secs(60), ticket: Duration::from_secs(60), ..settings() }
}

/// Where the table is.
fn url(scene: &Scene) -> String {
    dynamodb_local::named().unwrap_or_else(|| scene.emulator.url().to_owned())
}

/// Runs Python with a client `d` of that DynamoDB.
fn py(scene: &Scene, code: &str) -> Value {
    scene.py(&format!("d = client('dynamodb', at={:?})\n{code}", url(scene)))
}

async fn table(scene: &Scene) -> DynamoDb {
    let keys = &scene.credentials;
    let session = Session::load(SessionOptions {
        credentials: Some(Credentials::new(&keys.access_key, &keys.secret, None, None, "test")),
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(url(scene)),
        ..SessionOptions::default()
    })
    .await
    .expect("a session");
    DynamoDb::new(&session, "us-east-1", "pool")
}

async fn pool(scene: &Scene, accounts: u64) -> Pool {
    let table = table(scene).await;
    assert_eq!(table.init().await.expect("a table"), Made::New);
    let pool = Pool::new(Arc::new(table), settings());
    for number in 1..=accounts {
        pool.add(&id(number), Details::default()).await.expect("it is added");
    }
    pool
}

struct Says(Cleaned);

impl Clean for Says {
    async fn clean(&self, job: Job) -> Cleaned {
        job.fence.still_mine().await.expect("nobody else has it");
        self.0.clone()
    }
}

async fn work(pool: &Pool, cleaned: Cleaned, until: Until) -> WorkSummary {
    let holder = Holder { owner: "worker".to_owned(), test: None };
    let worker = Worker::new(pool.clone(), Says(cleaned), holder).concurrency(4);
    worker.run(until, &stop()).await.expect("the table works")
}

#[tokio::test]
async fn a_table_is_made_once_and_only_a_pools_is_taken() {
    let scene = Scene::new();
    let table = table(&scene).await;
    let missing = table.check().await.expect_err("there is no table");
    assert_eq!(
        (missing.kind, missing.message.as_str()),
        (StoreErrorKind::NoTable, "there is no table pool in us-east-1")
    );
    assert_eq!(table.init().await.expect("a table"), Made::New);
    assert_eq!(table.init().await.expect("a table"), Made::There);
    let seen = py(
        &scene,
        "t = d.describe_table(TableName='pool')['Table']\n\
         ttl = d.describe_time_to_live(TableName='pool')['TimeToLiveDescription']\n\
         [t['BillingModeSummary']['BillingMode'], ttl['AttributeName']]",
    );
    assert_eq!(seen, json!(["PAY_PER_REQUEST", "expires"]));
    py(
        &scene,
        "d.update_item(TableName='pool', Key={'pk': {'S': 'format'}, 'sk': {'S': 'pool'}},\n\
         \x20   UpdateExpression='SET #f = :two', ExpressionAttributeNames={'#f': 'format'},\n\
         \x20   ExpressionAttributeValues={':two': {'N': '2'}})",
    );
    let newer = table.check().await.expect_err("it is newer");
    assert!(newer.message.contains("has format 2"), "{newer}");
}

#[tokio::test]
async fn a_table_of_somebody_else_is_left_alone() {
    let scene = Scene::new();
    py(
        &scene,
        "d.create_table(TableName='pool', BillingMode='PAY_PER_REQUEST',\n\
         \x20   KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}],\n\
         \x20   AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}])",
    );
    let error = table(&scene).await.init().await.expect_err("it is no pool");
    assert_eq!(error.message, "table pool is there and is no pool: its keys are id");
}

#[tokio::test]
async fn an_account_goes_round() {
    let scene = Scene::new();
    let pool = pool(&scene, 1).await;
    assert_eq!(work(&pool, Cleaned::Clean, Until::Empty).await.cleaned, 1);
    let lease = pool.acquire(&claim("ci"), Wait::No).await.expect("an account is free");
    assert_eq!((lease.account(), lease.token()), (&id(1), Token(2)));
    lease.fence().still_mine().await.expect("it is held");
    pool.heartbeat(&id(1), Token(2)).await.expect("it is held");
    assert!(pool.heartbeat(&id(1), Token(1)).await.expect_err("that was the cleaning").is_lost());
    lease.release().await.expect("it is held");
    assert_eq!(work(&pool, Cleaned::Failed(vec!["a stack stays".to_owned()]), Until::Once).await.failed, 1);
    let history = pool.history(&id(1), 10).await.expect("it has one");
    let told: Vec<_> = history.iter().rev().map(|entry| (entry.what.as_str(), entry.to)).collect();
    assert_eq!(
        told,
        [
            ("add", StateName::Dirty),
            ("begin_cleaning", StateName::Cleaning),
            ("finish_cleaning", StateName::Available),
            ("lease", StateName::Leased),
            ("release", StateName::Dirty),
            ("begin_cleaning", StateName::Cleaning),
            ("finish_cleaning", StateName::Dirty),
        ]
    );
    assert_eq!(history[0].causes, ["a stack stays"]);
}

#[tokio::test]
async fn a_silent_holder_loses_its_account() {
    let scene = Scene::new();
    let pool = pool(&scene, 1).await;
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let silent = pool.take(&claim("silent"), Wait::No).await.expect("an account is free");
    let other = Pool::new(pool.store().clone(), settings());
    assert_eq!(other.reap().await.expect("the table works"), [(id(1), StateName::Leased)]);
    assert!(pool.heartbeat(silent.account(), silent.token()).await.expect_err("it is lost").is_lost());
}

#[tokio::test]
async fn many_who_want_few_accounts_get_them_one_after_the_other() {
    let scene = Scene::new();
    let pool = Pool::new(pool(&scene, 3).await.store().clone(), patient());
    let stop = stop();
    let holder = Holder { owner: "worker".to_owned(), test: None };
    let worker = Worker::new(pool.clone(), Says(Cleaned::Clean), holder).concurrency(3);
    let cleaning = tokio::spawn({
        let stop = stop.clone();
        async move { worker.run(Until::Stopped, &stop).await }
    });
    let held: Arc<std::sync::Mutex<BTreeSet<AccountId>>> = Arc::default();
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..12 {
        let (pool, held) = (Pool::new(pool.store().clone(), patient()), held.clone());
        clients.spawn(async move {
            let wait = Wait::AtMost(Duration::from_secs(120));
            let lease = pool.acquire(&claim(&format!("test-{number}")), wait).await.expect("one comes free");
            assert!(held.lock().expect("nobody panics").insert(lease.account().clone()), "it is held twice");
            lease.fence().still_mine().await.expect("it is held");
            held.lock().expect("nobody panics").remove(lease.account());
            lease.release().await.expect("it is held");
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.expect("nobody panics");
    }
    assert_eq!(work(&pool, Cleaned::Clean, Until::Empty).await.failed, 0);
    stop.cancel();
    cleaning.await.expect("it does not panic").expect("the table works");
    let status = pool.status().await.expect("the table works");
    assert_eq!(status.tickets.len(), 0);
    assert!(status.accounts.iter().all(|record| record.state.name() == StateName::Available));
    assert_eq!(status.accounts.iter().map(|record| record.counts.leases).sum::<u64>(), 12);
}

fn stop() -> tokio_util::sync::CancellationToken {
    tokio_util::sync::CancellationToken::new()
}

#[tokio::test]
async fn conditions_are_dynamodbs() {
    let scene = Scene::new();
    let pool = pool(&scene, 1).await;
    let store = pool.store();
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let (account, settings) = (id(1), settings());
    let before = store.account(&account).await.expect("the table works").expect("it is there");
    let request = Request { account: &account, id: RequestId(7), now: before.since, settings: &settings };
    let lease = Intent::Lease { holder: Holder::default(), lease: settings.lease };
    let step = step(Some(&before), &lease, request).expect("it is available");
    let number = store.next_number().await.expect("the table works");
    assert_eq!(store.next_number().await.expect("the table works"), number + 1);
    let ticket = cleaner_pool::ticket::Ticket {
        number,
        holder: Holder::default(),
        wants: None,
        request: RequestId(1),
        beat: 0,
        lease: settings.ticket,
        until: before.since,
        since: before.since,
    };
    let kind = |result: Result<(), cleaner_pool::store::StoreError>| result.err().map(|error| error.kind);
    // A ticket that is not there is used up by nobody, and nothing is written.
    assert_eq!(kind(store.write(&step, Some(&ticket)).await), Some(StoreErrorKind::TicketGone));
    assert_eq!(store.account(&account).await.expect("the table works").as_deref(), Some(&*before));
    assert_eq!(kind(store.put_ticket(&ticket, None).await), None);
    assert_eq!(kind(store.put_ticket(&ticket, None).await), Some(StoreErrorKind::Conflict));
    assert_eq!(kind(store.put_ticket(&ticket, Some(3)).await), Some(StoreErrorKind::Conflict));
    assert_eq!(kind(store.write(&step, Some(&ticket)).await), None);
    assert_eq!(kind(store.write(&step, Some(&ticket)).await), Some(StoreErrorKind::Conflict));
    assert_eq!(store.tickets().await.expect("the table works"), []);
    let entry = store.entry(&account, step.record.version).await.expect("the table works");
    assert_eq!(entry.map(|entry| entry.request), Some(RequestId(7)));
}

/// What takes the emulator: DynamoDB Local knows no tags, and spoils no calls.
mod on_the_emulator {
    use super::*;

    #[tokio::test]
    async fn a_table_keeps_itself_by_a_tag() {
        let scene = Scene::new();
        assert_eq!(table(&scene).await.init().await.expect("a table"), Made::New);
        let tags = py(
            &scene,
            "t = d.describe_table(TableName='pool')['Table']\n\
             tags = d.list_tags_of_resource(ResourceArn=t['TableArn'])['Tags']\n\
             sorted(tag['Key'] for tag in tags)",
        );
        assert_eq!(tags, json!(["aws-cleaner:keep", "aws-cleaner:pool"]));
    }

    #[tokio::test]
    async fn a_lost_reply_is_recognized_and_throttling_is_waited_for() {
        let scene = Scene::new();
        let pool = pool(&scene, 1).await;
        work(&pool, Cleaned::Clean, Until::Empty).await;
        scene.faults(&json!([
            { "service": "dynamodb", "operation": "TransactWriteItems", "kind": "truncate", "times": 1 },
            { "service": "dynamodb", "operation": "GetItem", "kind": "throttle", "times": 2 },
            { "service": "dynamodb", "operation": "Query", "kind": "error500", "times": 1 },
        ]));
        let wait = Wait::AtMost(Duration::from_secs(30));
        let grant = pool.take(&claim("ci"), wait).await.expect("an account is free");
        let writes = scene.calls().into_iter().filter(|call| call.operation == "TransactWriteItems").count();
        // Added, begun, finished, leased: nothing was written twice.
        assert_eq!((grant.token(), writes), (Token(2), 4));
    }

    #[tokio::test]
    async fn without_permission_nothing_is_repeated() {
        let scene = Scene::new();
        let pool = pool(&scene, 1).await;
        scene.faults(&json!([{ "service": "dynamodb", "kind": "deny" }]));
        let error = pool.take(&claim("ci"), Wait::Forever).await.expect_err("it is not allowed");
        assert!(matches!(&error, PoolError::Store(error) if error.kind == StoreErrorKind::Broken), "{error}");
    }
}
