use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args as _, Command, CommandFactory as _, FromArgMatches as _};

use super::{Cli, Globals};

/// The whole grammar: every command takes the global options too.
///
/// They are not clap's own global arguments: of those only the values on one side of the command would count, and an
/// exclusion typed on the other side would be lost.
pub(crate) fn command() -> Command {
    fn with_globals(command: Command) -> Command {
        command.mut_subcommands(|sub| {
            // What the options are for must not replace what the command is for.
            let about = sub.get_about().cloned().unwrap_or_default();
            let long_about = sub.get_long_about().cloned();
            let sub = Globals::augment_args(sub).about(about);
            with_globals(match long_about {
                Some(long_about) => sub.long_about(long_about),
                None => sub.long_about(None::<&str>),
            })
        })
    }
    with_globals(Cli::command())
}

/// Reads the arguments, the program's name first.
///
/// # Errors
/// What to print and exit with: help and version are among it.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(args)?;
    let mut cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
    let mut level = &matches;
    while let Some((_, below)) = level.subcommand() {
        let globals = Globals::from_arg_matches(below).map_err(|error| error.format(&mut command))?;
        cli.globals.merge(globals).map_err(|option| {
            let message = format!("the argument '{option}' cannot be used multiple times");
            command.error(ErrorKind::ArgumentConflict, message)
        })?;
        level = below;
    }
    Ok(cli)
}
