use serde_json::json;

use super::read::read;
use crate::args::{Globals, ScanArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::render;
use crate::setup::Setup;
use crate::ui::Ui;

/// Lists every resource and its verdict.
pub(crate) async fn scan(globals: &Globals, args: &ScanArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load_with_baseline(globals, |flags| args.baseline.set(flags))?;
    let (_, report) = read(&setup, ui, false).await?;
    if ui.json() {
        let mut scan = json!({
            "version": 1,
            "account": report.account,
            "resources": report.resources,
            "lists": report.lists,
        });
        if let Some(baseline) = &report.baseline {
            scan["baseline"] = json!(baseline);
        }
        print_json(&scan)?;
    } else {
        print(&render::resources(&report, ui.out))?;
    }
    Ok(Exit::of_report(&report))
}
