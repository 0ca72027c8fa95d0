use std::sync::Arc;
use std::time::Duration;

use resource_filters::Filters;
use resource_filters::source::{Node, Problems};

use super::account::PROTECTION;
use super::cloud::Cloud;
use super::ground::SimulatedGround;
use super::handler::registry;
use super::history::What;
use super::pages::Pages;
use super::teller::Teller;
use super::{Ending, Mode, Scenario};
use crate::account::Guard;
use crate::event::{JournalWriter, Reporter};
use crate::handler::Registry;
use crate::plan::{KEEP_TAG_PROTECTION, Plan};
use crate::report::{ApiStats, Journal, Report};
use crate::run::{Cleaner, Options, RegionChoice, RunError, StopCause, TypeChoice};

/// No run takes longer than this.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How one run ended.
#[derive(Debug)]
pub(super) enum End {
    /// With a report, and events to tell the same.
    Reported(Box<Report>, Box<Journal>),
    /// It never began: refused, or told so.
    NotBegun(RunError),
    /// Its process died, and left these events if any.
    Died(Option<Box<Journal>>),
    /// It did not end.
    Endless,
}

/// What came of a scenario: the cloud with its history, and the end of each run.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) cloud: Cloud,
    pub(super) ends: Vec<End>,
}

/// Plays a scenario on virtual time.
pub(super) fn play(scenario: &Scenario) -> Played {
    fastrand::seed(scenario.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread needs nothing that can be missing");
    let scenario = Arc::new(scenario.clone());
    runtime.block_on(async {
        let cloud = Cloud::new(scenario.clone());
        let mut ends = vec![bounded(&cloud, scenario.mode, scenario.ending, None).await];
        if let Some(End::Died(journal)) = ends.last() {
            // Another process takes over, some time later: from the start, or where the events end.
            let journal =
                journal.clone().filter(|journal| scenario.seed.is_multiple_of(2) && journal.plan.is_some());
            tokio::time::sleep(Duration::from_secs(5)).await;
            ends.push(bounded(&cloud, Mode::Clear, Ending::None, journal).await);
        }
        Played { cloud, ends }
    })
}

async fn bounded(cloud: &Cloud, mode: Mode, ending: Ending, resumed: Option<Box<Journal>>) -> End {
    cloud.begin_run();
    let pages = Pages::default();
    let ended = tokio::select! {
        biased;
        () = cloud.died() => None,
        end = tokio::time::timeout(LONGEST, run(cloud, mode, ending, &pages, resumed)) => Some(end),
    };
    match ended {
        None => End::Died(pages.read().map(Box::new)),
        Some(Err(_)) => End::Endless,
        Some(Ok(Ok(report))) => {
            let journal = pages.read().expect("a run that ends with a report tells of its beginning");
            End::Reported(Box::new(report), Box::new(journal))
        }
        Some(Ok(Err(error))) => End::NotBegun(error),
    }
}

async fn run(
    cloud: &Cloud,
    mode: Mode,
    ending: Ending,
    pages: &Pages,
    resumed: Option<Box<Journal>>,
) -> Result<Report, RunError> {
    let told = |ending| -> Vec<Box<dyn Reporter>> {
        vec![Box::new(JournalWriter::new(pages.clone())), Box::new(Teller::new(cloud, ending))]
    };
    let Mode::Apply(pause) = mode else {
        return with_cleaner(cloud, mode, ending, async |cleaner| {
            let mut run = cleaner.begin(told(ending)).await?;
            if let Some(journal) = resumed {
                return run.resume(&journal).await;
            }
            match run.plan().await {
                Err(error) => Ok(run.give_up(error)),
                Ok(plan) if mode == Mode::DryRun => Ok(run.dry_run(&plan)),
                Ok(plan) => run.clear(plan).await,
            }
        })
        .await;
    };
    let saved = with_cleaner(cloud, mode, Ending::None, async |cleaner| {
        let mut run = cleaner.begin(vec![Box::new(Teller::new(cloud, Ending::None))]).await?;
        let plan = run.plan().await?;
        drop(run.dry_run(&plan));
        Ok(serde_json::to_string(&plan).expect("a plan can be saved"))
    })
    .await?;
    tokio::time::sleep(pause).await;
    let saved = Plan::parse(&saved).expect("a plan that was saved can be read");
    with_cleaner(cloud, mode, ending, async |cleaner| cleaner.begin(told(ending)).await?.apply(saved).await)
        .await
}

/// Does something with a cleaner, and what ends it before its time.
async fn with_cleaner<T>(
    cloud: &Cloud,
    mode: Mode,
    ending: Ending,
    what: impl AsyncFnOnce(&Cleaner) -> Result<T, RunError>,
) -> Result<T, RunError> {
    let registry = Arc::new(registry(cloud));
    let options = options(cloud.scenario(), &registry, mode, ending);
    let ground = Arc::new(SimulatedGround(cloud.clone()));
    let cleaner = Cleaner::on(ground, registry, options, Arc::new(ApiStats::default()));
    tokio::select! {
        biased;
        () = stop_later(cloud, &cleaner, ending) => unreachable!("whoever stops a run waits for its end"),
        result = what(&cleaner) => result,
    }
}

/// Does what ends the run before its time, and writes down when.
async fn stop_later(cloud: &Cloud, cleaner: &Cleaner, ending: Ending) {
    match ending {
        Ending::Stop(at) => {
            tokio::time::sleep(at).await;
            cloud.record(What::Stopped);
            cleaner.stop().stop(StopCause::Interrupt);
        }
        Ending::Loss(at) => {
            let began = tokio::time::Instant::now();
            cleaner.stop().only_while(move || began.elapsed() < at);
            tokio::time::sleep(at).await;
            cloud.record(What::Stopped);
        }
        Ending::Deadline(_) => {
            cleaner.stop().token().cancelled().await;
            cloud.record(What::Stopped);
        }
        _ => {}
    }
    std::future::pending::<()>().await;
}

fn options(scenario: &Scenario, registry: &Registry, mode: Mode, ending: Ending) -> Options {
    let choice = &scenario.choice;
    let owned = |names: &[Arc<str>]| names.iter().map(|name| name.as_ref().to_owned()).collect();
    let lifted = [(choice.lift_protection, PROTECTION), (choice.lift_tags, KEEP_TAG_PROTECTION)];
    Options {
        tool: "simulation".to_owned(),
        guard: Guard::default(),
        regions: RegionChoice { include: owned(&choice.regions), exclude: Vec::new() },
        types: TypeChoice { include: owned(&choice.kinds), exclude: owned(&choice.without) },
        filters: Arc::new(filters(scenario, registry)),
        lifted: lifted
            .into_iter()
            .filter(|(is_lifted, _)| *is_lifted)
            .map(|(_, name)| name.to_owned())
            .collect(),
        deadline: match ending {
            Ending::Deadline(limit) => Some(limit),
            _ => None,
        },
        patience: choice.patience,
        verify_passes: choice.passes,
        max_deletions: choice.limit,
        quotas: choice.quotas,
        details: matches!(mode, Mode::Apply(_)),
        ..Options::default()
    }
}

/// The rules, written and read as a user writes them.
fn filters(scenario: &Scenario, registry: &Registry) -> Filters {
    let choice = &scenario.choice;
    let names = choice.deny.iter().map(|id| format!("  - {{ name: name-{id} }}\n"));
    let stacks = choice.deny_stacks.iter().map(|id| format!("  - {{ stack: name-{id} }}\n"));
    let production = choice.deny_production.then(|| "  - { tag: { env: prod } }\n".to_owned());
    let rules: String = names.chain(stacks).chain(production).collect();
    if rules.is_empty() {
        return Filters::default();
    }
    let text = format!("deny:\n{rules}");
    let node = Node::parse_yaml("simulated.yaml", &text).expect("the rules are YAML");
    let mut problems = Problems::new();
    let filters = Filters::parse(&node, registry, &mut problems);
    problems.into_result(filters).expect("the rules are rules")
}
