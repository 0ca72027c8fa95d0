use std::sync::Arc;

use cleaner_core::plan::Plan;
use cleaner_core::report::{ApiStats, Report};

use crate::failure::Failure;
use crate::progress;
use crate::setup::{Setup, Wish};
use crate::signals::Signals;
use crate::ui::Ui;

/// Scans and plans, and changes nothing.
///
/// # Errors
/// What was in the way.
pub(super) async fn read(setup: &Setup, ui: &Ui, details: bool) -> Result<(Plan, Report), Failure> {
    read_as(setup, ui, Wish { details, ..Wish::default() }).await
}

/// Scans and plans as somebody wishes, and changes nothing.
///
/// # Errors
/// What was in the way.
pub(super) async fn read_as(setup: &Setup, ui: &Ui, wish: Wish) -> Result<(Plan, Report), Failure> {
    let signals = Signals::listen();
    let endpoint = setup.endpoint();
    let cleaner = setup
        .connect(wish, Arc::new(ApiStats::default()))
        .await
        .map_err(|error| Failure::run(&error, None, endpoint.as_deref()))?;
    signals.stops(cleaner.stop());
    let read = async {
        let mut run = cleaner.begin(vec![progress::reporter(ui)]).await?;
        let plan = run.plan().await?;
        let report = run.dry_run(&plan);
        Ok((plan, report))
    };
    read.await.map_err(|error| Failure::run(&error, cleaner.stop().cause(), endpoint.as_deref()))
}
