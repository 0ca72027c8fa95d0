use std::future::Future;

use crate::args::{self, Command, ConfigCommand};
use crate::commands;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::say;
use crate::ui::Ui;

/// Reads the arguments, runs the command, and says what was in the way.
pub(crate) fn main() -> Exit {
    let cli = match args::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads any more is no failure.
            drop(error.print());
            return if error.exit_code() == 0 { Exit::Clean } else { Exit::Usage };
        }
    };
    let ui = Ui::new(&cli.globals);
    let globals = cli.globals;
    let result = match cli.command {
        Command::Whoami => run(commands::whoami(&globals, &ui)),
        Command::Types(args) => commands::types(&globals, &args, &ui),
        Command::Scan(args) => run(commands::scan(&globals, &args, &ui)),
        Command::Plan(args) => run(commands::plan(&globals, &args, &ui)),
        Command::Apply(args) => run(commands::apply(&globals, &args, &ui)),
        Command::Clear(args) => run(commands::clear(&globals, &args, &ui)),
        Command::ResetData(args) => run(commands::reset_data(&globals, &args, &ui)),
        Command::Snapshot(args) => run(commands::snapshot(&globals, &args, &ui)),
        Command::Pool(command) => run(commands::pool(&globals, &command, &ui)),
        Command::Run(args) => run(commands::run(&globals, &args, &ui)),
        Command::Exec(args) => run(commands::exec(&globals, &args, &ui)),
        Command::Report(args) => commands::report(&args, &ui),
        Command::Explain(args) => match commands::explain_type(&globals, &args, &ui) {
            Ok(None) => run(commands::explain(&globals, &args, &ui)),
            Ok(Some(exit)) => Ok(exit),
            Err(failure) => Err(failure),
        },
        Command::Policy(args) => commands::policy(&globals, &args, &ui),
        Command::Config(ConfigCommand::Check(args)) => commands::config_check(&globals, &args, &ui),
        Command::Config(ConfigCommand::Show(args)) => commands::config_show(&globals, &args, &ui),
        Command::Config(ConfigCommand::Schema) => commands::config_schema(),
        Command::Completions(args) => commands::completions(&args),
    };
    result.unwrap_or_else(|failure| {
        say(&ui.err.failure(&failure.message));
        failure.exit
    })
}

/// Runs what talks to AWS. Only then is there a runtime: help is not to wait for one.
fn run(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unexpected(format!("no threads can be started: {error}.")))?;
    let result = runtime.block_on(command);
    // What still runs in the background has nothing to add.
    runtime.shutdown_background();
    result
}
