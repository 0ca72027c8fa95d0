use std::sync::Arc;

use cleaner_core::report::ApiStats;
use cleaner_core::run::RunError;

use crate::args::Globals;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::render;
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Shows whose credentials these are.
pub(crate) async fn whoami(globals: &Globals, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load(globals, |_| {})?;
    let endpoint = setup.endpoint();
    let who = async {
        let cleaner = setup.connect(Wish::default(), Arc::new(ApiStats::default())).await?;
        Ok(cleaner.whoami().await?)
    };
    let who = who.await.map_err(|error: RunError| Failure::run(&error, None, endpoint.as_deref()))?;
    if ui.json() {
        print_json(&who)?;
    } else {
        print(&render::identity(&who, ui.out))?;
    }
    Ok(Exit::Clean)
}
