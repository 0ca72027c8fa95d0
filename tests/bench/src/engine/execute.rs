//! Deletions that cost nothing: what is left is what the dispatcher and the lanes cost.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use cleaner_core::account::AccountId;
use cleaner_core::error::Error;
use cleaner_core::event::{JournalWriter, Recorder, Reporter};
use cleaner_core::execute::{Executor, Order};
use cleaner_core::handler::{Access, Context, Deletion, Registry, ResourceHandler, Sink, TypeSpec};
use cleaner_core::lane::{Lanes, Purpose, Quotas};
use cleaner_core::plan::{Entry, PLAN_VERSION, Plan, StackChoice, Verdict};
use cleaner_core::resource::{Region, Resource};
use cleaner_core::run::Task;
use serde_json::{Value, json};

use crate::usage;

const TYPES: usize = 10;
const REGIONS: usize = 10;

/// A type whose deletions succeed at once.
struct Free(TypeSpec);

impl ResourceHandler for Free {
    fn spec(&self) -> &TypeSpec {
        &self.0
    }

    async fn list(&self, _: &Context, _: &mut Sink) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, context: &Context, _: &Resource) -> Result<Deletion, Error> {
        context
            .paced(&self.0.service, "Delete", || async {
                // As a call does, it lets others go first.
                tokio::task::yield_now().await;
                Ok(Deletion::Done)
            })
            .await
    }
}

/// Deletes so many resources and says what each cost.
///
/// # Errors
/// If the system does not tell processor time, or not everything went.
pub(crate) fn run(count: usize, journal: bool) -> Result<Value, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(measured(count, journal))
}

async fn measured(count: usize, journal: bool) -> Result<Value, String> {
    let name = |kind: usize| format!("Type{kind}");
    let registry = (0..TYPES)
        .fold(Registry::builder(), |builder, kind| {
            let spec = TypeSpec::new(&name(kind), &format!("service{kind}"));
            let before = kind.checked_sub(1).map(name);
            builder.with(Free(match &before {
                Some(before) => spec.refs(&[before]),
                None => spec,
            }))
        })
        .build()
        .map_err(|error| error.to_string())?;
    let account: AccountId = "123456789012".parse().expect("twelve digits");
    let plan = plan(count, &account, &name);
    let lanes = Lanes::builder().quotas(Quotas::Adaptive).seed(1).build();
    let access = Access::new(account, "aws", None, lanes, HashMap::new());

    let used = || usage::processor_time().ok_or("this system does not tell processor time");
    let before = used()?;
    simulation(&plan, &registry, &access).await;
    let simulated = used()? - before;

    let relations = plan.relations(&registry);
    let (items, graph) = (plan.items(), plan.graph(&relations, &registry));
    let reporters: Vec<Box<dyn Reporter>> =
        if journal { vec![Box::new(JournalWriter::new(io::sink()))] } else { Vec::new() };
    let mut recorder = Recorder::new(reporters);
    let executor = Executor {
        access: &access,
        registry: &registry,
        patience: Duration::from_secs(60),
        task: Task::Clear,
    };
    let order = Order { plan: &plan, items: &items, graph: &graph, relations: &relations };
    let (before, started) = (used()?, std::time::Instant::now());
    let (results, fatal) = executor.run(&order, &mut recorder).await;
    let (engine, wall) = (used()? - before, started.elapsed());
    let gone = results.iter().filter(|result| result.outcome.is_gone()).count();
    if gone < count || fatal.is_some() {
        return Err(format!("{gone} of {count} went: {fatal:?}"));
    }
    let each =
        |time: Duration| time.as_secs_f64() * 1e6 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(json!({
        "items": count,
        "wall_ms": wall.as_millis(),
        "engine_us_per_item": each(engine.saturating_sub(simulated)),
        "simulation_us_per_item": each(simulated),
        "peak_kib": usage::peak_kib(),
    }))
}

/// What the deletions cost without the engine and its lanes: a task each that gets a context and yields once.
async fn simulation(plan: &Plan, registry: &Registry, access: &Access) {
    let mut tasks = tokio::task::JoinSet::new();
    for entry in &plan.entries {
        let resource = entry.resource.clone();
        let context = access.context(&resource.type_name, &resource.region, Purpose::Delete);
        let handler = registry.get(resource.type_name.as_str()).expect("the plan is of these types").clone();
        tasks.spawn(async move {
            tokio::task::yield_now().await;
            drop((handler, context, resource));
        });
    }
    while tasks.join_next().await.is_some() {}
}

fn plan(count: usize, account: &AccountId, name: &impl Fn(usize) -> String) -> Plan {
    let regions: Vec<Region> =
        (0..REGIONS).map(|region| format!("region-{region}").as_str().into()).collect();
    let entries = (0..count).map(|number| {
        let (kind, row) = (number % TYPES, number / TYPES);
        let region = regions[row % REGIONS].clone();
        let mut resource = Resource::new(name(kind).as_str().into(), region, format!("item-{row}"));
        if let Some(before) = kind.checked_sub(1) {
            // In half of the rows each uses the one before it, so that there are chains as long as there are types.
            if row.is_multiple_of(2) {
                resource.uses(&name(before), format!("item-{row}"));
            }
        }
        Entry {
            resource: resource.into(),
            verdict: Verdict::delete(None, "nothing speaks against it").into(),
            stack: None,
        }
    });
    Plan {
        version: PLAN_VERSION,
        tool: "bench".to_owned(),
        run_id: "bench".to_owned(),
        account: account.clone(),
        partition: "aws".to_owned(),
        alias: None,
        created_at: jiff::Timestamp::now(),
        entries: entries.collect(),
        regions,
        types: (0..TYPES).map(|kind| name(kind).as_str().into()).collect(),
        stacks: StackChoice::default(),
        lists: Vec::new(),
    }
}
