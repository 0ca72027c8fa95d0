use cleaner_core::plan::Plan;
use resource_filters::source::nearest;
use serde_json::{Value, json};

use super::read::read;
use crate::args::{ExplainArgs, Globals};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::registry::registry;
use crate::render;
use crate::setup::Setup;
use crate::ui::Ui;

/// How many resources are explained at once.
const MOST: usize = 20;

/// Prints the facts of a type, if the subject is one.
///
/// # Errors
/// A catalog that is wrong.
pub(crate) fn explain_type(globals: &Globals, args: &ExplainArgs, ui: &Ui) -> Result<Option<Exit>, Failure> {
    let registry = registry(&globals.catalogs)?;
    let Some(handler) = registry.get(&args.subject) else { return Ok(None) };
    let (text, json) = render::type_facts(&registry, handler.spec(), ui.out);
    if ui.json() {
        print_json(&json)?;
    } else {
        print(&text)?;
    }
    Ok(Some(Exit::Clean))
}

/// Scans, and explains the verdicts on what is called by the subject.
pub(crate) async fn explain(globals: &Globals, args: &ExplainArgs, ui: &Ui) -> Result<Exit, Failure> {
    let setup = Setup::load_with_baseline(globals, |flags| args.baseline.set(flags))?;
    let (plan, report) = read(&setup, ui, true).await?;
    let found = find(&plan, &args.subject);
    if found.is_empty() {
        return not_found(&plan, &setup, args, report.summary.unknown_lists);
    }
    let config = setup.config.for_account(&plan.account);
    let shown: Vec<u32> = found.iter().copied().take(MOST).collect();
    let explanations = plan.explain(&shown, &config.filters, &setup.registry);
    if ui.json() {
        let resources: Vec<Value> =
            explanations.iter().map(|one| render::explanation_json(&plan, one)).collect();
        print_json(
            &json!({ "version": 1, "account": report.account, "found": found.len(), "resources": resources }),
        )?;
        return Ok(Exit::Clean);
    }
    let mut pages: Vec<String> =
        explanations.iter().map(|one| render::explanation(&plan, one, ui.out)).collect();
    if found.len() > shown.len() {
        pages.push(format!(
            "and {} more: give more of the name, or --type and --region\n",
            found.len() - shown.len()
        ));
    }
    print(&pages.join("\n"))?;
    Ok(Exit::Clean)
}

/// The places of what has this id, name or ARN; if there is none, of what contains it.
fn find(plan: &Plan, subject: &str) -> Vec<u32> {
    let places = |wanted: &dyn Fn(&str) -> bool| -> Vec<u32> {
        (0_u32..)
            .zip(&plan.entries)
            .filter(|(_, entry)| {
                let one = &entry.resource;
                wanted(&one.id) || wanted(&one.name) || one.arn.as_deref().is_some_and(wanted)
            })
            .map(|(place, _)| place)
            .collect()
    };
    let exact = places(&|text| text == subject);
    if exact.is_empty() { places(&|text| text.contains(subject)) } else { exact }
}

fn not_found(plan: &Plan, setup: &Setup, args: &ExplainArgs, unknown: usize) -> Result<Exit, Failure> {
    let subject = &args.subject;
    let names = plan.entries.iter().map(|entry| &*entry.resource.name);
    let types = setup.registry.specs().map(|spec| spec.name.as_str());
    let hint = nearest(subject, types.chain(names))
        .map(|word| format!("\n  help: did you mean `{}`?", render::clean(word)))
        .unwrap_or_default();
    let mut failure = Failure::usage(format!("nothing is called `{subject}`, and no type is.{hint}"));
    if unknown > 0 {
        failure.exit = Exit::Incomplete;
        failure.message.extend(["\n  ", &render::count(unknown, "listing"), " failed: it may be there"]);
    }
    Err(failure)
}
