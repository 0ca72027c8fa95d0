//! Clears an account from inside another program, with a resource type of its own.
//!
//! ```text
//! AWS_ENDPOINT_URL=http://127.0.0.1:5000 cargo run -p cleaner-core --example embed -- 123456789012
//! ```
//! The credentials and the endpoint come from the environment, as for every AWS tool. The account id must be the one they open.

use std::sync::Arc;

use aws_dynamic::{Session, SessionOptions};
use cleaner_core::account::Guard;
use cleaner_core::error::Error;
use cleaner_core::event::{Event, EventKind, Reporter};
use cleaner_core::handler::{Context, Deletion, ResourceHandler, Sink, TypeSpec};
use cleaner_core::lane::Quotas;
use cleaner_core::report::{ApiStats, Outcome};
use cleaner_core::resource::{Region, Resource};
use cleaner_core::run::{Cleaner, Options};
use serde_json::{Value, json};

/// Deletes maintenance windows in its own way: a type of the program, in place of the library's if it has one.
struct MaintenanceWindows(TypeSpec);

impl ResourceHandler for MaintenanceWindows {
    fn spec(&self) -> &TypeSpec {
        &self.0
    }

    async fn list(&self, context: &Context, sink: &mut Sink) -> Result<(), Error> {
        let mut pages = context.pages("ssm", "DescribeMaintenanceWindows", json!({}))?;
        while let Some(page) = pages.next().await? {
            for window in page["WindowIdentities"].as_array().into_iter().flatten() {
                let id = window["WindowId"].as_str().unwrap_or_default();
                let mut resource = Resource::new(self.0.name.clone(), context.region().clone(), id);
                if let Some(name) = window["Name"].as_str() {
                    resource.name = name.into();
                }
                sink.push(resource).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, context: &Context, resource: &Resource) -> Result<Deletion, Error> {
        let input: Value = json!({ "WindowId": &*resource.id });
        context.call("ssm", "DeleteMaintenanceWindow", input).await?;
        Ok(Deletion::Done)
    }
}

/// Prints what is deleted.
struct Printer;

impl Reporter for Printer {
    fn on_event(&mut self, event: &Event) -> std::io::Result<()> {
        if let EventKind::ItemFinished { item, outcome, .. } = &event.kind {
            println!("{outcome} {} {} in {}", item.key.type_name, item.name, item.key.region);
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let account = std::env::args().nth(1).ok_or("usage: embed ACCOUNT-ID")?;
    let stats = Arc::new(ApiStats::default());
    let session =
        Session::load(SessionOptions { observer: Some(stats.clone()), ..SessionOptions::default() }).await?;
    let registry = cleaner_core::builtin()?
        .to_builder()
        .replacing(Arc::new(MaintenanceWindows(TypeSpec::new("SSMMaintenanceWindow", "ssm"))))
        .build()?;
    let options = Options {
        guard: Guard { expected: Some(account.parse()?), ..Guard::default() },
        quotas: if session.endpoint_overridden("sts") { Quotas::Adaptive } else { Quotas::Aws },
        ..Options::default()
    };
    let region: Region = session.region().unwrap_or("us-east-1").into();
    println!("clearing {account}, starting from {region}");
    let cleaner = Cleaner::new(session, Arc::new(registry), options, stats);
    let mut run = cleaner.begin(vec![Box::new(Printer)]).await?;
    let plan = run.plan().await?;
    let report = run.clear(plan).await?;
    println!("{}: {} deleted, {} kept", report.outcome, report.summary.deleted, report.summary.kept);
    if report.outcome == Outcome::Clean {
        Ok(())
    } else {
        Err(format!("not clean: {:?}", report.reason).into())
    }
}
