use crate::args::{CompletionsArgs, command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::print;

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "aws-cleaner", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
