use std::io::IsTerminal as _;

use crate::args::{ColorChoice, Format, Globals};
use crate::render::Paint;

/// How the tool talks: where to, how much, and in which colors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    /// The form of data.
    pub(crate) format: Format,
    /// How much to say: 0 is normal, more is more.
    pub(crate) verbosity: i16,
    /// The colors of standard output.
    pub(crate) out: Paint,
    /// The colors of standard error.
    pub(crate) err: Paint,
    /// Whether standard error is a terminal that lines can be redrawn on.
    pub(crate) redraws: bool,
    /// Whether somebody can be asked.
    pub(crate) attended: bool,
}

impl Ui {
    /// Looks at the terminal and the environment.
    pub(crate) fn new(globals: &Globals) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let paint = |terminal: bool| match globals.color.unwrap_or_default() {
            ColorChoice::Always => Paint::Color,
            ColorChoice::Auto if terminal && !dumb && !set("NO_COLOR") => Paint::Color,
            ColorChoice::Auto | ColorChoice::Never => Paint::Plain,
        };
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        Self {
            format: globals.format.unwrap_or_default(),
            verbosity: globals.verbosity(),
            out: paint(stdout),
            err: paint(stderr),
            redraws: stderr && !dumb && globals.verbosity() >= 0,
            attended: stderr && std::io::stdin().is_terminal(),
        }
    }

    /// Whether data is printed as JSON.
    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }
}
