use super::{accounts, lease, show, work};
use crate::args::{Globals, PoolCommand};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;

/// Does one thing with a pool.
pub(crate) async fn pool(globals: &Globals, command: &PoolCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        PoolCommand::Init(args) => accounts::init(globals, args, ui).await,
        PoolCommand::Add(args) => accounts::add(globals, args, ui).await,
        PoolCommand::Remove(args) => accounts::remove(globals, args, ui).await,
        PoolCommand::Quarantine(args) => accounts::quarantine(globals, args, ui).await,
        PoolCommand::Restore(args) => accounts::restore(globals, args, ui).await,
        PoolCommand::Status(args) => show::status(globals, args, ui).await,
        PoolCommand::History(args) => show::history(globals, args, ui).await,
        PoolCommand::Metrics(args) => show::metrics(globals, args).await,
        PoolCommand::Acquire(args) => lease::acquire(globals, args, ui).await,
        PoolCommand::Heartbeat(args) => lease::heartbeat(globals, args, ui).await,
        PoolCommand::Release(args) => lease::release(globals, args, ui).await,
        PoolCommand::Reap(args) => work::reap(globals, args, ui).await,
        PoolCommand::Clean(args) => work::clean(globals, args, ui).await,
    }
}
