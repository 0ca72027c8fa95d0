use serde_json::json;

use super::read::read;
use crate::args::Globals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::render;
use crate::setup::Setup;
use crate::ui::Ui;

/// Lists every resource and its verdict.
pub(crate) async fn scan(globals: &Globals, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load(globals, |_| {})?;
    let (_, report) = read(&setup, ui, false).await?;
    if ui.json() {
        print_json(&json!({
            "version": 1,
            "account": report.account,
            "resources": report.resources,
            "lists": report.lists,
        }))?;
    } else {
        print(&render::resources(&report, ui.out))?;
    }
    Ok(Exit::of_report(&report))
}
