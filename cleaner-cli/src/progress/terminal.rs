use std::io;

use cleaner_core::event::{Event, EventKind, Reporter};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message::message;
use super::overview::Overview;
use crate::render::{Paint, Tone};

/// Redraws what happens at the bottom of the terminal; what stays to be read scrolls above.
#[derive(Debug)]
pub(super) struct Terminal {
    screen: MultiProgress,
    lines: Vec<ProgressBar>,
    verbosity: i16,
    paint: Paint,
    overview: Overview,
}

impl Terminal {
    pub(super) fn new(verbosity: i16, paint: Paint) -> Self {
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let mut terminal =
            Self { screen, lines: Vec::new(), verbosity, paint, overview: Overview::default() };
        terminal.redraw();
        terminal
    }

    fn redraw(&mut self) {
        let mut texts = Vec::new();
        if self.overview.is_busy() {
            texts.push(self.paint.tone(Tone::Strong, &self.overview.headline()));
            texts.extend(self.overview.busiest().map(|line| format!("  {line}")));
            texts.extend(self.overview.slowed().map(|line| self.paint.tone(Tone::Doubt, &line)));
        }
        while self.lines.len() > texts.len() {
            if let Some(line) = self.lines.pop() {
                line.finish_and_clear();
                self.screen.remove(&line);
            }
        }
        while self.lines.len() < texts.len() {
            // Cut at the width of the terminal: a line that wraps could not be erased.
            let style = ProgressStyle::with_template("{wide_msg}").expect("the template is right");
            self.lines.push(self.screen.add(ProgressBar::new_spinner().with_style(style)));
        }
        for (line, text) in self.lines.iter().zip(texts) {
            line.set_message(text);
        }
    }
}

impl Reporter for Terminal {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        self.overview.take(event);
        if let Some((tone, text)) = message(&event.kind, self.verbosity) {
            // A terminal that went away is no reason to stop a run.
            drop(self.screen.println(self.paint.tone(tone, &text)));
        }
        if matches!(event.kind, EventKind::Tick { .. }) || !self.overview.is_busy() {
            self.redraw();
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.screen.clear());
    }
}
