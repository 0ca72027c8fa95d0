use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::history::Entry;
use crate::record::Record;
use crate::state::{Refusal, Step};
use crate::store::{Answer, DropIf, Store, StoreError, StoreErrorKind};
use crate::testkit::MemoryStore;
use crate::ticket::Ticket;
use crate::{
    AccountId, Claim, Clean, Cleaned, Details, Holder, Job, Lease, Pool, PoolError, Quarantine, Settings,
    StateName, Until, Wait, WorkSummary, Worker, prometheus,
};

fn id(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn holder(owner: &str) -> Holder {
    Holder { owner: owner.to_owned(), test: None }
}

fn claim(owner: &str) -> Claim {
    Claim { holder: holder(owner), ..Claim::default() }
}

async fn pool_of(accounts: u64) -> Pool {
    // The wall clock does not follow the runtime's, so nobody would ever have rested long enough.
    let settings = Settings { back_off: Duration::ZERO, ..Settings::default() };
    let pool = Pool::new(Arc::new(MemoryStore::new()), settings);
    for number in 1..=accounts {
        pool.add(&id(number), Details::default()).await.expect("the store works");
    }
    pool
}

/// A pool as another process sees it.
fn elsewhere(pool: &Pool) -> Pool {
    Pool::new(pool.store().clone(), Settings::default())
}

/// Does nothing, and says what it is told to say.
struct Says(Cleaned);

impl Clean for Says {
    async fn clean(&self, _: Job) -> Cleaned {
        self.0.clone()
    }
}

async fn work(pool: &Pool, cleaned: Cleaned, until: Until) -> WorkSummary {
    let worker = Worker::new(pool.clone(), Says(cleaned), holder("worker")).concurrency(3);
    worker.run(until, &CancellationToken::new()).await.expect("the store works")
}

async fn clean_pool_of(accounts: u64) -> Pool {
    let pool = pool_of(accounts).await;
    assert_eq!(work(&pool, Cleaned::Clean, Until::Empty).await.cleaned, accounts as usize);
    pool
}

async fn state(pool: &Pool, number: u64) -> StateName {
    let status = pool.status().await.expect("the store works");
    let record = status.accounts.iter().find(|record| record.account == id(number));
    record.expect("the pool has it").state.name()
}

async fn becomes(pool: &Pool, number: u64, wanted: StateName) {
    let within = Duration::from_secs(600);
    let waits = async {
        while state(pool, number).await != wanted {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(within, waits).await.unwrap_or_else(|_| panic!("it never becomes {wanted}"));
}

async fn acquire(pool: &Pool, owner: &str) -> Lease {
    pool.acquire(&claim(owner), Wait::No).await.expect("an account is free")
}

#[tokio::test(start_paused = true)]
async fn a_lease_lasts_as_long_as_it_is_held_and_ends_when_it_is_dropped() {
    let pool = clean_pool_of(1).await;
    let lease = acquire(&pool, "me").await;
    let watching = tokio::spawn({
        let other = elsewhere(&pool);
        async move { other.reap().await.expect("the store works") }
    });
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert!(lease.is_live());
    assert_eq!(watching.await.expect("it does not panic"), []);
    drop(lease);
    becomes(&pool, 1, StateName::Dirty).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_lease_is_ended_and_its_holder_is_refused() {
    let pool = clean_pool_of(1).await;
    let silent = pool.take(&claim("silent"), Wait::No).await.expect("an account is free");
    let ended = elsewhere(&pool).reap().await.expect("the store works");
    assert_eq!(ended, [(id(1), StateName::Leased)]);
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let next = acquire(&pool, "next").await;
    assert!(next.token() > silent.token());
    let late = pool.heartbeat(silent.account(), silent.token()).await.expect_err("it is lost");
    assert!(late.is_lost(), "{late}");
    assert!(pool.release(silent.account(), silent.token()).await.is_err());
    assert!(next.is_live());
    next.release().await.expect("it is held");
}

#[tokio::test(start_paused = true)]
async fn a_holder_learns_at_the_next_heartbeat_that_its_account_is_taken_away() {
    let pool = clean_pool_of(1).await;
    let lease = acquire(&pool, "me").await;
    let why = Quarantine { reason: "odd".to_owned(), by: "operator".to_owned() };
    elsewhere(&pool).quarantine(&id(1), why).await.expect("the pool has it");
    let beat = Settings::default().lease / 3 + Duration::from_secs(1);
    tokio::time::timeout(beat, lease.lost()).await.expect("the next heartbeat says so");
    assert!(!lease.is_live());
    drop(lease);
    becomes(&pool, 1, StateName::Quarantined).await;
}

#[tokio::test(start_paused = true)]
async fn to_give_back_twice_does_no_harm() {
    let pool = clean_pool_of(1).await;
    let grant = pool.take(&claim("me"), Wait::No).await.expect("an account is free");
    pool.release(grant.account(), grant.token()).await.expect("it is held");
    pool.release(grant.account(), grant.token()).await.expect("nobody had it since");
}

#[tokio::test(start_paused = true)]
async fn who_waits_gets_what_comes_free() {
    let pool = clean_pool_of(1).await;
    let lease = acquire(&pool, "first").await;
    let error = pool.take(&claim("hasty"), Wait::No).await.expect_err("nothing is free");
    assert_eq!(error.to_string(), "no account came free within 0 s: 1 leased");
    let waiting = tokio::spawn({
        let pool = elsewhere(&pool);
        async move { pool.acquire(&claim("second"), Wait::AtMost(Duration::from_secs(60))).await }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(pool.status().await.expect("the store works").tickets.len(), 1);
    lease.release().await.expect("it is held");
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let second = waiting.await.expect("it does not panic").expect("the account came free");
    assert_eq!(second.record().state.tenure().map(|tenure| &tenure.holder), Some(&holder("second")));
    assert_eq!(pool.status().await.expect("the store works").tickets.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_wait_leaves_what_others_wait_for() {
    let pool = clean_pool_of(2).await;
    let leases = [acquire(&pool, "a").await, acquire(&pool, "b").await];
    let patient = Claim { account: Some(id(1)), ..claim("patient") };
    let waiting = tokio::spawn({
        let pool = elsewhere(&pool);
        async move { pool.acquire(&patient, Wait::Forever).await }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    drop(leases);
    becomes(&pool, 2, StateName::Dirty).await;
    becomes(&pool, 1, StateName::Dirty).await;
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let hasty = pool.acquire(&claim("hasty"), Wait::No).await.expect("the other account is free");
    let patient = waiting.await.expect("it does not panic").expect("the account came free");
    assert_eq!((patient.account(), hasty.account()), (&id(1), &id(2)));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_waiting_leaves_the_queue() {
    let pool = clean_pool_of(1).await;
    let lease = acquire(&pool, "first").await;
    let wait = Wait::AtMost(Duration::from_secs(10));
    let error = pool.take(&claim("second"), wait).await.expect_err("nothing comes free");
    assert!(error.to_string().starts_with("no account came free within 10 s: 1 leased"), "{error}");
    assert_eq!(pool.status().await.expect("the store works").tickets.len(), 0);
    drop(lease);
}

/// A store that is too busy for some calls, and takes down when somebody looked at the accounts.
#[derive(Debug)]
struct Busy {
    store: Arc<dyn Store>,
    /// How many tickets it will not drop.
    drops: AtomicU32,
    /// How many looks it will not answer, once this many were answered.
    looks: (usize, usize),
    looked: Mutex<Vec<Instant>>,
}

impl Busy {
    fn new(store: &Arc<dyn Store>, drops: u32, looks: (usize, usize)) -> Arc<Self> {
        Arc::new(Self { store: store.clone(), drops: drops.into(), looks, looked: Mutex::default() })
    }

    fn is_busy<'a, T: Send + 'a>() -> Answer<'a, T> {
        Box::pin(async { Err(StoreError::new(StoreErrorKind::Busy, "throttled")) })
    }
}

impl Store for Busy {
    fn account<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Option<Arc<Record>>> {
        self.store.account(account)
    }

    fn accounts(&self) -> Answer<'_, Vec<Arc<Record>>> {
        let mut looked = self.looked.lock().expect("nobody panics");
        looked.push(Instant::now());
        let (answered, refused) = self.looks;
        let is_refused = looked.len() > answered && looked.len() <= answered + refused;
        if is_refused { Self::is_busy() } else { self.store.accounts() }
    }

    fn write<'a>(&'a self, step: &'a Step, ticket: Option<&'a Ticket>) -> Answer<'a, ()> {
        self.store.write(step, ticket)
    }

    fn entry<'a>(&'a self, account: &'a AccountId, version: u64) -> Answer<'a, Option<Entry>> {
        self.store.entry(account, version)
    }

    fn history<'a>(&'a self, account: &'a AccountId, limit: usize) -> Answer<'a, Vec<Entry>> {
        self.store.history(account, limit)
    }

    fn next_number(&self) -> Answer<'_, u64> {
        self.store.next_number()
    }

    fn tickets(&self) -> Answer<'_, Vec<Arc<Ticket>>> {
        self.store.tickets()
    }

    fn put_ticket<'a>(&'a self, ticket: &'a Ticket, replaces: Option<u64>) -> Answer<'a, ()> {
        self.store.put_ticket(ticket, replaces)
    }

    fn drop_ticket<'a>(&'a self, ticket: &'a Ticket, condition: DropIf) -> Answer<'a, ()> {
        let refused =
            self.drops.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if refused.is_ok() { Self::is_busy() } else { self.store.drop_ticket(ticket, condition) }
    }
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_the_queue_though_the_store_is_busy() {
    let pool = clean_pool_of(1).await;
    let _lease = acquire(&pool, "first").await;
    let busy = Pool::new(Busy::new(pool.store(), 3, (0, 0)), Settings::default());
    let began = Instant::now();
    let wait = Wait::AtMost(Duration::from_secs(10));
    busy.take(&claim("second"), wait).await.expect_err("nothing comes free");
    assert_eq!(pool.status().await.expect("the store works").tickets.len(), 0);
    assert!(began.elapsed() < Duration::from_secs(14), "it gives up in {:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_look_that_failed_is_soon_made_again() {
    let pool = clean_pool_of(1).await;
    let _lease = acquire(&pool, "first").await;
    for number in 0..60 {
        let (pool, claim) = (elsewhere(&pool), claim(&format!("ahead-{number}")));
        tokio::spawn(async move { pool.take(&claim, Wait::Forever).await });
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let busy = Busy::new(pool.store(), 0, (20, 4));
    let behind = Pool::new(busy.clone(), Settings::default());
    let wait = Wait::AtMost(Duration::from_secs(300));
    behind.take(&claim("behind"), wait).await.expect_err("nothing comes free");
    let looked = busy.looked.lock().expect("nobody panics").clone();
    let pauses: Vec<f64> = looked.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect();
    // Far behind, it looks every ten seconds or so; but not after a look that failed.
    assert!(pauses[15..19].iter().all(|pause| *pause > 7.0), "{pauses:?}");
    for (pause, most) in pauses[20..24].iter().zip([1.5, 3.0, 6.0, 6.0]) {
        assert!(*pause < most, "{pause} s, at most {most} s: {pauses:?}");
    }
    assert!(pauses[24] > 7.0, "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn what_can_never_come_free_is_not_waited_for() {
    let empty = pool_of(0).await.take(&claim("me"), Wait::Forever).await.expect_err("there is none");
    assert_eq!(empty, PoolError::Empty);
    let other = Claim { account: Some(id(9)), ..claim("me") };
    let error = pool_of(1).await.take(&other, Wait::Forever).await.expect_err("it is not there");
    assert_eq!(error, PoolError::Refused(Refusal::Unknown(id(9))));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_cleaned_is_quarantined_and_holds_up_nobody() {
    struct Picky;
    impl Clean for Picky {
        async fn clean(&self, job: Job) -> Cleaned {
            job.fence.still_mine().await.expect("the store works");
            if job.account == id(1) {
                Cleaned::Failed(vec!["a bucket stays".to_owned()])
            } else {
                Cleaned::Clean
            }
        }
    }
    let pool = pool_of(3).await;
    let worker = Worker::new(pool.clone(), Picky, holder("worker"));
    let done = worker.run(Until::Empty, &CancellationToken::new()).await.expect("the store works");
    assert_eq!(done, WorkSummary { cleaned: 2, failed: 5, ..WorkSummary::default() });
    let status = pool.status().await.expect("the store works");
    assert_eq!(status.accounts[0].state.name(), StateName::Quarantined);
    assert_eq!(status.accounts[0].causes, ["a bucket stays"]);
    let history = pool.history(&id(1), 1).await.expect("it has one");
    assert_eq!(history[0].causes, ["5 cleanings failed in a row", "a bucket stays"]);
}

#[tokio::test(start_paused = true)]
async fn a_cleaning_that_panics_has_failed() {
    struct Panics;
    impl Clean for Panics {
        async fn clean(&self, _: Job) -> Cleaned {
            panic!("out of paper")
        }
    }
    let pool = pool_of(1).await;
    let worker = Worker::new(pool.clone(), Panics, holder("worker"));
    let done = worker.run(Until::Once, &CancellationToken::new()).await.expect("the store works");
    assert_eq!(done.failed, 1);
    assert_eq!(state(&pool, 1).await, StateName::Dirty);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_told_to_stop_lets_its_cleanings_end() {
    struct Slow;
    impl Clean for Slow {
        async fn clean(&self, job: Job) -> Cleaned {
            job.stop.cancelled().await;
            Cleaned::Interrupted
        }
    }
    let pool = pool_of(2).await;
    let stop = CancellationToken::new();
    let worker = Worker::new(pool.clone(), Slow, holder("worker")).concurrency(2);
    let told = stop.clone();
    let stopped = tokio::spawn(async move { worker.run(Until::Stopped, &told).await });
    becomes(&pool, 2, StateName::Cleaning).await;
    stop.cancel();
    let done = stopped.await.expect("it does not panic").expect("the store works");
    assert_eq!(done.interrupted, 2);
    let status = pool.status().await.expect("the store works");
    assert!(
        status.accounts.iter().all(|record| record.state.name() == StateName::Dirty && record.failures == 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_cleaning_whose_account_is_lost_is_dropped() {
    struct Endless;
    impl Clean for Endless {
        async fn clean(&self, _: Job) -> Cleaned {
            std::future::pending().await
        }
    }
    let pool = pool_of(1).await;
    let worker = Worker::new(pool.clone(), Endless, holder("worker"));
    let work = tokio::spawn(async move { worker.run(Until::Once, &CancellationToken::new()).await });
    becomes(&pool, 1, StateName::Cleaning).await;
    let why = Quarantine { reason: "odd".to_owned(), by: "operator".to_owned() };
    pool.quarantine(&id(1), why).await.expect("the pool has it");
    let done = work.await.expect("it does not panic").expect("the store works");
    assert_eq!(done.lost, 1);
}

#[tokio::test(start_paused = true)]
async fn who_holds_an_account_cleans_it_under_its_lease_however_long_that_takes() {
    struct Slow;
    impl Clean for Slow {
        async fn clean(&self, job: Job) -> Cleaned {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            job.fence.still_mine().await.expect("nobody else has it");
            Cleaned::Clean
        }
    }
    let pool = clean_pool_of(1).await;
    let lease = acquire(&pool, "me").await;
    let token = lease.token();
    let watching = tokio::spawn({
        let other = elsewhere(&pool);
        async move { other.reap().await.expect("the store works") }
    });
    let ended = lease.clean(Slow, &CancellationToken::new()).await.expect("it is held");
    assert_eq!((ended.cleaned, ended.state), (Cleaned::Clean, StateName::Available));
    assert_eq!(watching.await.expect("it does not panic"), [], "it was renewed all along");
    let history = pool.history(&id(1), 3).await.expect("it has one");
    let told: Vec<_> =
        history.iter().rev().map(|entry| (entry.what.as_str(), entry.to, entry.token)).collect();
    assert_eq!(
        told,
        [
            ("lease", StateName::Leased, token),
            ("clean_own", StateName::Cleaning, token),
            ("finish_cleaning", StateName::Available, token),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_holders_cleaning_that_fails_leaves_the_account_dirty() {
    let pool = clean_pool_of(1).await;
    let failed = Cleaned::Failed(vec!["a bucket stays".to_owned()]);
    let lease = acquire(&pool, "me").await;
    let ended = lease.clean(Says(failed), &CancellationToken::new()).await.expect("it is held");
    assert_eq!(ended.state, StateName::Dirty);
    let status = pool.status().await.expect("the store works");
    assert_eq!((status.accounts[0].failures, status.accounts[0].causes[0].as_str()), (1, "a bucket stays"));
    work(&pool, Cleaned::Clean, Until::Empty).await;
    let lease = acquire(&pool, "me").await;
    let why = Quarantine { reason: "odd".to_owned(), by: "operator".to_owned() };
    elsewhere(&pool).quarantine(&id(1), why).await.expect("the pool has it");
    let error =
        lease.clean(Says(Cleaned::Clean), &CancellationToken::new()).await.expect_err("it is condemned");
    assert!(error.is_lost(), "{error}");
    assert_eq!(state(&pool, 1).await, StateName::Quarantined, "it was given back");
}

#[tokio::test(start_paused = true)]
async fn metrics_count_accounts_and_what_happened_to_them() {
    let pool = clean_pool_of(2).await;
    let lease = acquire(&pool, "me").await;
    let text = prometheus(&pool.status().await.expect("the store works"));
    for line in [
        "# TYPE aws_cleaner_pool_accounts gauge",
        "aws_cleaner_pool_accounts{state=\"available\"} 1",
        "aws_cleaner_pool_accounts{state=\"leased\"} 1",
        "aws_cleaner_pool_accounts{state=\"quarantined\"} 0",
        "aws_cleaner_pool_waiting 0",
        "aws_cleaner_pool_leases_total{account=\"000000000001\"} 1",
        "aws_cleaner_pool_cleans_total{account=\"000000000002\"} 1",
        "aws_cleaner_pool_clean_seconds_count{account=\"000000000002\"} 1",
        "aws_cleaner_pool_failed_cleans_total{account=\"000000000002\"} 0",
    ] {
        assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
    }
    drop(lease);
}
