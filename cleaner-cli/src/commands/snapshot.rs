use std::sync::Arc;

use cleaner_core::baseline::Baseline;
use cleaner_core::report::{ApiStats, Report};

use crate::args::{Globals, SnapshotArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{OutputFile, print};
use crate::progress;
use crate::render;
use crate::setup::{Setup, Wish};
use crate::signals::Signals;
use crate::ui::Ui;

/// Writes down what the account holds.
pub(crate) async fn snapshot(globals: &Globals, args: &SnapshotArgs, ui: &Ui) -> Result<Exit, Failure> {
    // The baseline that the configuration may name is the one that is taken here.
    let setup = Setup::load(globals, |_| {})?;
    let name = args.output.display().to_string();
    let cannot = |error| Failure::usage(format!("the baseline cannot be saved to {name}: {error}."));
    let file = OutputFile::prepare(&args.output).map_err(cannot)?;
    let (baseline, report) = take(&setup, ui).await?;
    let text = baseline
        .to_text()
        .map_err(|error| Failure::unexpected(format!("the baseline cannot be written as JSON: {error}.")))?;
    file.write(|file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure { exit: Exit::Unexpected, ..cannot(error) })?;
    if ui.json() {
        print(&text)?;
    } else {
        print(&render::snapshot(&baseline, &report, &name, ui.verbosity, ui.out))?;
    }
    Ok(if baseline.holes() == (0, 0) { Exit::Clean } else { Exit::Incomplete })
}

/// Scans with all that a baseline needs, and changes nothing.
async fn take(setup: &Setup, ui: &Ui) -> Result<(Baseline, Report), Failure> {
    let signals = Signals::listen();
    let endpoint = setup.endpoint();
    let wish = Wish { details: true, all_tags: true, ..Wish::default() };
    let cleaner = setup
        .connect(wish, Arc::new(ApiStats::default()))
        .await
        .map_err(|error| Failure::run(&error, None, endpoint.as_deref()))?;
    signals.stops(cleaner.stop());
    let taken = async {
        let mut run = cleaner.begin(vec![progress::reporter(ui)]).await?;
        let plan = run.plan().await?;
        let baseline = run.snapshot(&plan).await?;
        Ok((baseline, run.dry_run(&plan)))
    };
    taken.await.map_err(|error| Failure::run(&error, cleaner.stop().cause(), endpoint.as_deref()))
}
