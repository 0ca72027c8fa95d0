use cleaner_core::policy::{
    ATTACHED, ATTACHED_AT_MOST, Document, INLINE_LIMIT, MANAGED_LIMIT, SERVICE_CONTROL_LIMIT, actions,
    baseline_actions, compact, deny_unsupported, reset_data_actions, restore_actions,
};
use cleaner_core::restore::Restore;
use cleaner_core::run::Options;
use serde_json::{Map, Value};

use crate::args::{Globals, PolicyArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{print, print_json, say};
use crate::setup::{Setup, Wish};
use crate::ui::Ui;

/// Prints what IAM must allow for a run, or the service control policy against what no run could clean.
pub(crate) fn policy(globals: &Globals, args: &PolicyArgs, ui: &Ui) -> Result<Exit, Failure> {
    let coverage = args.strict_coverage.then_some("strict");
    let setup = Setup::load(globals, |flags| flags.set("coverage", "--strict-coverage", coverage))?;
    let config = match &args.account {
        Some(account) => setup.config.for_account(account),
        None => setup.config.clone(),
    };
    // No call is made, so that any region will do.
    let options = setup
        .options(&config, Wish::default(), "us-east-1".to_owned())
        .map_err(|error| Failure::run(&error, None, None))?;
    if args.deny_unsupported {
        return deny(&setup, &options);
    }
    let problems = |problems: Vec<String>| Failure::usage(problems.join("\nerror: "));
    let mut actions = actions(&setup.registry, &options).map_err(problems)?;
    let restore = args.restore.iter().map(|choice| Restore::from(*choice));
    actions.extend(restore_actions(restore));
    if args.reset_data {
        actions.extend(reset_data_actions(&setup.registry, &options).map_err(problems)?);
    }
    if args.with_baseline || config.baseline.is_some() {
        actions.extend(baseline_actions());
    }
    if args.compact {
        actions = compact(&actions);
    }
    let document = Document::allow(&actions);
    let note = |text: &str| {
        if ui.verbosity >= 0 {
            say(text);
        }
    };
    if takes_others_along(&setup, &options) {
        note(
            "note: CloudFormation deletes what is in a stack with the caller's rights, unless the stack has a role. Of \
             types that are not chosen, this policy does not allow that.",
        );
    }
    let parts = document.split(MANAGED_LIMIT);
    if args.split {
        if parts.len() > ATTACHED {
            note(&too_many(parts.len(), args.compact));
        }
        let numbered: Map<String, Value> = (1..)
            .zip(&parts)
            .map(|(number, part)| (format!("aws-cleaner-{number}"), part.to_json()))
            .collect();
        print_json(&numbered)?;
        return Ok(Exit::Clean);
    }
    if parts.len() > 1 {
        note(&too_long(document.size(), parts.len(), args.compact));
    }
    print_json(&document.to_json())?;
    Ok(Exit::Clean)
}

fn deny(setup: &Setup, options: &Options) -> Result<Exit, Failure> {
    let types = options.types.resolve(&setup.registry);
    let types = types.map_err(|problems| Failure::usage(problems.join("\nerror: ")))?;
    // Spaces count here, so there are none.
    let text = deny_unsupported(&setup.registry, &types).to_string();
    if text.len() > SERVICE_CONTROL_LIMIT {
        return Err(Failure::unexpected(format!(
            "the service control policy has {} characters, and AWS takes {SERVICE_CONTROL_LIMIT}: choose fewer types.",
            text.len()
        )));
    }
    print(&format!("{text}\n"))?;
    Ok(Exit::Clean)
}

/// Whether stacks are deleted, and something that they may own is not.
fn takes_others_along(setup: &Setup, options: &Options) -> bool {
    let Ok(chosen) = options.types.resolve(&setup.registry) else { return false };
    let (mut stacks, mut others) = (false, false);
    for spec in setup.registry.specs() {
        let is_chosen = chosen.contains(&spec.name);
        stacks |= spec.is_stack && is_chosen;
        others |= spec.default && spec.cloudformation.is_some() && !is_chosen;
    }
    stacks && others
}

fn too_long(size: usize, parts: usize, is_compact: bool) -> String {
    let inline = if size > INLINE_LIMIT { " and the 10,240 of a role's inline policies" } else { "" };
    let shorter = if is_compact { "" } else { " `--compact` makes it shorter;" };
    format!(
        "note: the policy has {size} characters, more than the 6,144 of a managed policy{inline}.{shorter} `--split` \
         makes {parts} policies of it."
    )
}

fn too_many(parts: usize, is_compact: bool) -> String {
    let more = if parts > ATTACHED_AT_MOST {
        format!("at most {ATTACHED_AT_MOST}: choose fewer types for each role")
    } else {
        format!("{ATTACHED}, and up to {ATTACHED_AT_MOST} if AWS is asked for more")
    };
    let shorter = if is_compact { "" } else { " `--compact` makes fewer." };
    format!("note: these are {parts} policies, and a role can have {more}.{shorter}")
}
