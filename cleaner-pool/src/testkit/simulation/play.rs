use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cast::{client, keeper, operator, persist, pool, worker};
use super::line::Line;
use super::process::Process;
use super::rule::{Rule, Violation};
use super::scenario::{Faults, Scenario};
use super::world::World;
use crate::account::{AccountId, Details};

/// How long everybody may take, in simulated time.
const LONGEST: Duration = Duration::from_secs(8 * 60 * 60);
/// How long it may take until everything is at rest, once nothing fails any more.
const SETTLING: Duration = Duration::from_secs(60 * 60);

/// A pool that is being played.
struct Stage {
    scenario: Arc<Scenario>,
    accounts: Arc<Vec<AccountId>>,
    world: Arc<Mutex<World>>,
    faults: Arc<Faults>,
    began: Instant,
}

/// Plays a scenario. Returns what does not hold, and what happened if it is to be told.
pub(super) fn play(scenario: &Scenario, telling: bool) -> (Option<Violation>, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without input and output needs nothing");
    let played = runtime.block_on(async {
        let stage = Stage::new(scenario, telling);
        stage.play().await;
        let mut world = stage.world();
        (world.violation.take(), world.story())
    });
    drop(runtime);
    played
}

impl Stage {
    fn new(scenario: &Scenario, telling: bool) -> Self {
        let began = Instant::now();
        let id = |number: u32| format!("{:012}", 100_000_000_000 + u64::from(number)).parse();
        let accounts: Vec<AccountId> =
            (0..scenario.accounts).map(|number| id(number).expect("twelve digits")).collect();
        let world = World::new(scenario, &accounts, began, telling);
        Self {
            scenario: Arc::new(scenario.clone()),
            accounts: Arc::new(accounts),
            world: Arc::new(Mutex::new(world)),
            faults: Arc::new(scenario.faults.clone()),
            began,
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, name: String, number: u64) -> Line {
        let process = Process::new(name, &self.scenario, number, self.began);
        Line::new(self.world.clone(), process, self.faults.clone())
    }

    async fn play(&self) {
        let line = self.line("operator".to_owned(), 1);
        let pool = pool(&line);
        for account in self.accounts.iter() {
            drop(persist(&line, || pool.add(account, Details::default())).await);
        }
        if self.scenario.operator {
            drop(tokio::spawn(operator(line, self.accounts.clone())));
        }
        let uncleanable = usize::try_from(self.scenario.uncleanable).unwrap_or(0);
        let cleanable = self.accounts[uncleanable..].to_vec();
        drop(tokio::spawn(keeper(self.line("keeper".to_owned(), 2), cleanable)));
        for number in 0..self.scenario.workers {
            drop(tokio::spawn(self.shift(number)));
        }
        for number in 0..self.scenario.clients {
            let line = self.line(format!("client-{number}"), 1000 + u64::from(number));
            self.endanger(&line, true);
            drop(tokio::spawn(client(line, self.scenario.clone(), self.accounts.clone())));
        }
        let clients = usize::try_from(self.scenario.clients).unwrap_or(0);
        if !self.wait(LONGEST, |world| world.done.len() >= clients).await {
            let done = self.world().done.len();
            self.world().violate(Rule::NobodyStarves, || format!("only {done} clients came to an end"));
        }
        if self.world().violation.is_some() {
            return;
        }
        self.world().calm = true;
        self.wait(SETTLING, World::is_settled).await;
        self.world().judge_end();
    }

    /// Waits until something is so. Ends early if something does not hold.
    async fn wait(&self, most: Duration, is_so: impl Fn(&World) -> bool) -> bool {
        let began = self.began.elapsed();
        loop {
            {
                let world = self.world();
                if is_so(&world) || world.violation.is_some() {
                    return true;
                }
            }
            if self.began.elapsed() - began > most {
                return false;
            }
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
    }

    /// Workers, one after the other: they crash and are replaced, or are told to stop.
    fn shift(&self, number: u32) -> impl Future<Output = ()> + Send + use<> {
        let stage = self.clone();
        async move {
            for life in 0_u64.. {
                let name = format!("worker-{number}.{life}");
                let line = stage.line(name, 100_000 + u64::from(number) * 1000 + life);
                let (process, stop) = (line.process().clone(), CancellationToken::new());
                let work = tokio::spawn(worker(line.clone(), stage.scenario.clone(), stop.clone()));
                let ends =
                    stage.endanger(&line, false) || (!stage.scenario.is_calm() && process.happens(100));
                let calm = stage.world().calm;
                if !ends || calm {
                    drop(work.await);
                    return;
                }
                tokio::time::sleep(Duration::from_secs(process.roll(|dice| dice.u64(10..200)))).await;
                if process.happens(300) {
                    stop.cancel();
                    drop(work.await);
                } else {
                    stage.kill(&process);
                    work.abort();
                }
            }
        }
    }

    /// Lets a process stand still some time, and a client crash. Returns whether it is to crash.
    fn endanger(&self, line: &Line, is_client: bool) -> bool {
        let process = line.process().clone();
        let (crashes, pauses) = (process.happens(self.faults.crash), process.happens(self.faults.pause));
        let (crash_at, pause_at, pause) =
            process.roll(|dice| (dice.u64(0..400), dice.u64(0..400), dice.u64(5..150)));
        if pauses {
            process.let_stumble(3);
            let (process, world) = (process.clone(), self.world.clone());
            drop(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(pause_at)).await;
                let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
                if !world.calm {
                    world.tell(|| format!("{} stands still for {pause} s", process.name()));
                    process.pause(Duration::from_secs(pause));
                }
            }));
        }
        if crashes && is_client {
            let stage = self.clone();
            drop(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(crash_at)).await;
                stage.kill(&process);
                stage.world().done.insert(process.name().to_owned());
            }));
        }
        crashes
    }

    fn kill(&self, process: &Process) {
        let mut world = self.world();
        if !process.is_dead() {
            process.kill();
            world.tell(|| format!("{} crashes", process.name()));
        }
    }

    fn clone(&self) -> Self {
        Self {
            scenario: self.scenario.clone(),
            accounts: self.accounts.clone(),
            world: self.world.clone(),
            faults: self.faults.clone(),
            began: self.began,
        }
    }
}
