use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::line::Line;
use super::rule::Rule;
use super::scenario::{Scenario, settings};
use crate::account::{AccountId, Details};
use crate::clock::Clock as _;
use crate::error::PoolError;
use crate::job::{Clean, Cleaned, Job};
use crate::pool::{Claim, Pool, Wait};
use crate::record::{Holder, Quarantine, StateName};
use crate::state::Refusal;
use crate::worker::{Until, WorkEvent, Worker};

/// How long a client waits that means to wait.
const PATIENT: Duration = Duration::from_secs(4 * 60 * 60);

pub(super) fn pool(line: &Line) -> Pool {
    let dice = line.process().roll(|dice| dice.fork());
    Pool::with_clock(Arc::new(line.clone()), settings(), Arc::new(line.process().clone()), dice)
}

fn seconds(line: &Line, range: std::ops::Range<u64>) -> Duration {
    line.process().roll(|dice| Duration::from_millis(dice.u64(range.start * 1000..range.end * 1000)))
}

/// A client: wants an account, uses it, and gives it back, unless something comes between.
pub(super) async fn client(line: Line, scenario: Arc<Scenario>, accounts: Arc<Vec<AccountId>>) {
    let pool = pool(&line);
    let process = line.process().clone();
    process.wait(seconds(&line, 0..60)).await;
    for _ in 0..scenario.rounds {
        let holder = Holder { owner: process.name().to_owned(), test: None };
        let (kind, some) = process.roll(|dice| (dice.u32(0..20), dice.usize(0..accounts.len())));
        let (account, wait) = match kind {
            0 => (None, Wait::No),
            1 => (None, Wait::AtMost(Duration::from_secs(20))),
            // The one account may never come free.
            2 => (Some(accounts[some].clone()), Wait::AtMost(Duration::from_secs(90))),
            _ => (None, Wait::AtMost(PATIENT)),
        };
        let claim = Claim { holder, account, lease: None };
        process.set_waiting(true);
        let acquired = pool.acquire(&claim, wait).await;
        process.set_waiting(false);
        match acquired {
            Ok(lease) => use_account(&line, &scenario, lease).await,
            Err(PoolError::Waited(waited)) if wait == Wait::AtMost(PATIENT) => {
                line.world().violate(Rule::NobodyStarves, || format!("{}: {waited}", process.name()));
            }
            Err(_) => {}
        }
        process.wait(seconds(&line, 0..10)).await;
    }
    line.world().done.insert(process.name().to_owned());
}

async fn use_account(line: &Line, scenario: &Scenario, lease: crate::Lease) {
    let process = line.process();
    let steps = process.roll(|dice| if dice.u32(0..10) == 0 { dice.u32(5..12) } else { dice.u32(1..4) });
    for _ in 0..steps {
        if !lease.is_live() {
            lose(line, scenario, lease.account());
            break;
        }
        // Nothing passes between the question and the deed.
        {
            let mut world = line.world();
            world.act(lease.account(), lease.token(), process, StateName::Leased);
            world.soil(lease.account());
        }
        process.wait(seconds(line, 1..8)).await;
    }
    let account = lease.account().clone();
    if process.happens(200) {
        // Given back in the background.
        drop(lease);
        return;
    }
    if process.happens(200) {
        let sweeper = Sweeper { line: line.clone(), failing: scenario.faults.failing };
        if let Err(error) = lease.clean(sweeper, &CancellationToken::new()).await
            && error.is_lost()
        {
            lose(line, scenario, &account);
        }
        return;
    }
    if let Err(error) = lease.release().await
        && error.is_lost()
    {
        lose(line, scenario, &account);
    }
}

fn lose(line: &Line, scenario: &Scenario, account: &AccountId) {
    let name = line.process().name();
    let mut world = line.world();
    world.tell(|| format!("{name} learns that {account} is lost"));
    if scenario.is_calm() {
        world.violate(Rule::NoneLostWithoutCause, || format!("{name} loses {account}"));
    }
}

/// Cleans simulated accounts.
pub(super) struct Sweeper {
    line: Line,
    failing: u32,
}

impl Clean for Sweeper {
    async fn clean(&self, job: Job) -> Cleaned {
        let process = self.line.process();
        let phases = process.roll(|dice| dice.u32(1..4));
        for phase in 0..phases {
            if job.stop.is_cancelled() {
                return Cleaned::Interrupted;
            }
            // Nobody knows whether it is still ours: nothing is deleted until somebody does.
            if let Err(error) = job.fence.still_mine().await {
                return self.failed(&job, &error.to_string());
            }
            if !job.fence.is_live() {
                return self.failed(&job, "it ran out");
            }
            {
                let mut world = self.line.world();
                world.act(&job.account, job.token, process, StateName::Cleaning);
                if phase + 1 == phases {
                    world.sweep(&job.account);
                }
            }
            process.wait(seconds(&self.line, 1..10)).await;
        }
        let calm = self.line.world().calm;
        if !calm && process.happens(self.failing) {
            return self.failed(&job, "something stays");
        }
        if self.line.world().is_clean(&job.account) {
            Cleaned::Clean
        } else {
            self.failed(&job, "a queue stays")
        }
    }
}

impl Sweeper {
    fn failed(&self, job: &Job, why: &str) -> Cleaned {
        self.line.world().failed(&job.account);
        Cleaned::Failed(vec![why.to_owned()])
    }
}

/// A worker, until it is stopped.
pub(super) async fn worker(line: Line, scenario: Arc<Scenario>, stop: CancellationToken) {
    let sweeper = Sweeper { line: line.clone(), failing: scenario.faults.failing };
    let holder = Holder { owner: line.process().name().to_owned(), test: None };
    let concurrency = usize::try_from(scenario.concurrency).unwrap_or(1);
    let told = line.clone();
    let worker = Worker::new(pool(&line), sweeper, holder).concurrency(concurrency).on_event(move |event| {
        let WorkEvent::Lost { account, error: PoolError::Refused(Refusal::Lost { held, .. }) } = event else {
            return;
        };
        let mut world = told.world();
        if world.finished(&account, held) {
            world.violate(Rule::AnswersAreTrue, || {
                format!("the cleaning of {account} with token {held} took effect, and its worker is told otherwise")
            });
        }
    });
    while worker.run(Until::Stopped, &stop).await.is_err() && !stop.is_cancelled() {
        line.process().sleep(Duration::from_secs(5)).await;
    }
}

/// Somebody who looks after the pool by hand, and not always well.
pub(super) async fn operator(line: Line, accounts: Arc<Vec<AccountId>>) {
    let pool = pool(&line);
    let process = line.process().clone();
    loop {
        process.wait(seconds(&line, 20..120)).await;
        if line.world().calm {
            return;
        }
        let (some, what) = process.roll(|dice| (dice.usize(0..accounts.len()), dice.u32(0..4)));
        let account = &accounts[some];
        // Most of it is refused, and that is as good.
        match what {
            0 => {
                let why = Quarantine { reason: "to look at".to_owned(), by: "operator".to_owned() };
                if pool.quarantine(account, why).await.is_ok() {
                    process.wait(seconds(&line, 1..60)).await;
                    drop(persist(&line, || pool.restore(account, "operator")).await);
                }
            }
            1 => drop(pool.restore(account, "operator").await),
            2 => {
                // Twice at least: the token must outlive it.
                if pool.remove(account).await.is_ok() {
                    drop(persist(&line, || pool.add(account, Details::default())).await);
                }
            }
            _ => drop(pool.reap().await),
        }
    }
}

/// Somebody who restores what is quarantined, once in a while, except what nobody can clean.
pub(super) async fn keeper(line: Line, cleanable: Vec<AccountId>) {
    let pool = pool(&line);
    loop {
        line.process().wait(Duration::from_secs(600)).await;
        if line.world().calm {
            return;
        }
        for account in &cleanable {
            // Refused unless it is quarantined.
            drop(pool.restore(account, "keeper").await);
        }
    }
}

/// Repeats what the store does not answer.
pub(super) async fn persist<T, F>(line: &Line, mut call: impl FnMut() -> F) -> Result<T, PoolError>
where
    F: Future<Output = Result<T, PoolError>>,
{
    loop {
        match call().await {
            Err(PoolError::Store(_)) => line.process().wait(Duration::from_secs(1)).await,
            answer => return answer,
        }
    }
}
