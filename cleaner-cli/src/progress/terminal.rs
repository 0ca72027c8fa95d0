use std::io;

use cleaner_core::event::{Event, EventKind, Reporter};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message::message;
use super::overview::Overview;
use crate::output::say;
use crate::render::{Paint, Tone};

/// The longest line about a single thing: one that wraps jumps about.
const WIDEST: usize = 100;

/// Redraws what happens at the bottom of the terminal; what stays to be read scrolls above.
#[derive(Debug)]
pub(super) struct Terminal {
    /// The lines at the bottom, if something is going on.
    lines: Option<ProgressBar>,
    verbosity: i16,
    paint: Paint,
    overview: Overview,
}

impl Terminal {
    pub(super) fn new(verbosity: i16, paint: Paint) -> Self {
        let mut terminal = Self { lines: None, verbosity, paint, overview: Overview::default() };
        terminal.redraw();
        terminal
    }

    fn redraw(&mut self) {
        let lines = self.lines.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg}").expect("the template is right");
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_style(style)
        });
        lines.set_message(text(&self.overview, self.paint));
    }

    fn clear(&mut self) {
        if let Some(lines) = self.lines.take() {
            lines.finish_and_clear();
        }
    }
}

/// What stands at the bottom.
fn text(overview: &Overview, paint: Paint) -> String {
    let mut lines = vec![paint.tone(Tone::Strong, &overview.headline())];
    lines.extend(overview.busiest().map(|line| cut(&format!("  {line}"))));
    lines.extend(overview.slowed().map(|line| paint.tone(Tone::Doubt, &cut(&line))));
    lines.join("\n")
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

impl Reporter for Terminal {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        self.overview.take(event);
        if let Some((tone, text)) = message(&event.kind, self.overview.task(), self.verbosity) {
            let text = self.paint.tone(tone, &text);
            match &self.lines {
                Some(lines) => lines.println(text),
                None => say(&text),
            }
        }
        if !self.overview.is_busy() {
            self.clear();
        } else if matches!(event.kind, EventKind::Tick { .. }) {
            self.redraw();
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cleaner_core::event::Progress;

    use super::*;

    #[test]
    fn the_bottom_lines_show_the_stage_and_what_is_waited_for() {
        let mut overview = Overview::default();
        let tick = Progress {
            total: 9,
            done: 4,
            busiest: vec![("EC2VPC main".to_owned(), "x".repeat(200), Duration::from_secs(3))],
            ..Progress::default()
        };
        for kind in [EventKind::ScanStarted { lists: 9 }, EventKind::Tick { progress: tick }] {
            overview.take(&Event { seq: 1, at: jiff::Timestamp::UNIX_EPOCH, elapsed_ms: 0, kind });
        }
        let text = text(&overview, Paint::Plain);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "scanning: 4 of 9 lists");
        assert!(lines[1].starts_with("  EC2VPC main: xxx") && lines[1].ends_with('…'), "{}", lines[1]);
        assert_eq!(lines[1].chars().count(), WIDEST + 1);
    }
}
