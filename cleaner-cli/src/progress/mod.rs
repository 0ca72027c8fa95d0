//! What people see while a run goes on, on standard error.
//!
//! ```text
//! events -> overview (stage, counts) -> terminal: lines that are redrawn on ticks
//!    |                              \-> lines: one every few seconds
//!    \---> messages (failures, milestones) -> both
//! ```

mod lines;
mod message;
mod overview;
mod terminal;

use std::io::Write;

use cleaner_core::event::Reporter;

use crate::ui::Ui;

/// The reporter that fits the terminal, or the lack of one.
pub(crate) fn reporter(ui: &Ui) -> Box<dyn Reporter> {
    if ui.redraws {
        Box::new(terminal::Terminal::new(ui.verbosity, ui.err))
    } else {
        Box::new(lines::Lines::new(std::io::stderr(), ui.verbosity, ui.err))
    }
}

/// The reporter of one run of several: lines, in a log of their own.
pub(crate) fn of_one(writer: impl Write + Send + 'static, ui: &Ui) -> Box<dyn Reporter> {
    Box::new(lines::Lines::new(writer, ui.verbosity, ui.err))
}

#[cfg(test)]
mod tests;
