use futures::TryStreamExt as _;
use jmespath::{Rcvar, Variable};

use super::caller::Caller;
use super::entry::{Call, Each, Step};
use super::json::Root;
use crate::error::{Error, ErrorKind};

/// What a resource that is not there means to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenGone {
    /// There is nothing left to do: a step before the deletion.
    GoOn,
    /// The resource itself is gone: the deletion.
    Tell,
}

/// Runs one step for the resource that `root` describes.
///
/// # Errors
/// The first failed call that is neither ignored nor, as `when_gone` says, about something that is gone.
pub(super) async fn run(
    step: &Step,
    caller: &Caller<'_>,
    root: &Root,
    when_gone: WhenGone,
) -> Result<(), Error> {
    if step.setting.as_ref().is_some_and(|setting| !caller.context.settings().is_on(&setting.value)) {
        return Ok(());
    }
    match run_calls(step, caller, root.clone()).await {
        Err(error) if when_gone == WhenGone::GoOn && error.kind == ErrorKind::Gone => Ok(()),
        Err(error) if is_ignored(step, &error) => Ok(()),
        result => result,
    }
}

async fn run_calls(step: &Step, caller: &Caller<'_>, mut root: Root) -> Result<(), Error> {
    if let Some(get) = &step.get {
        let got = caller.call(get, &root.clone().share()).await?;
        root = root.with("got", got);
    }
    let Some(each) = &step.each else {
        let root = root.share();
        if wanted(step, &root)? {
            caller.call(&step.call, &root).await?;
        }
        return Ok(());
    };
    let things = things(step, each, caller, &root).await?;
    let Some(chunk) = step.chunk else {
        for thing in things {
            let root = root.clone().with("item", thing).share();
            call_for_part(&step.call, step, caller, &root).await?;
        }
        return Ok(());
    };
    for things in things.chunks(chunk.get()) {
        let items = Rcvar::new(Variable::Array(things.to_vec()));
        let root = root.clone().with("items", items).share();
        call_for_part(&step.call, step, caller, &root).await?;
    }
    Ok(())
}

/// The listed things that the step is for; of a scalar `x`, `{ value: x }`.
///
/// All are read before the first is acted on: a listing whose things vanish while it is read skips some.
async fn things(step: &Step, each: &Each, caller: &Caller<'_>, root: &Root) -> Result<Vec<Rcvar>, Error> {
    let mut listed = caller.listed(&each.call, &each.items, &root.clone().share());
    let mut things = Vec::new();
    while let Some(thing) = listed.try_next().await? {
        let thing = Root::of(&thing).share();
        if wanted(step, &root.clone().with("item", thing.clone()).share())? {
            things.push(thing);
        }
    }
    Ok(things)
}

/// Calls for one listed thing or a chunk of them.
///
/// With `each` a call is about parts of the resource: one that is gone says nothing of the whole, and neither that nor
/// an ignored code is a reason to skip the others.
async fn call_for_part(call: &Call, step: &Step, caller: &Caller<'_>, root: &Rcvar) -> Result<(), Error> {
    match caller.call(call, root).await {
        Err(error) if error.kind != ErrorKind::Gone && !is_ignored(step, &error) => Err(error),
        _ => Ok(()),
    }
}

fn wanted(step: &Step, root: &Rcvar) -> Result<bool, Error> {
    step.when.as_ref().map_or(Ok(true), |when| when.holds(root))
}

fn is_ignored(step: &Step, error: &Error) -> bool {
    step.ignore.iter().any(|code| error.is_code(code))
}
