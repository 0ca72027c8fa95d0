use super::{Paint, Tone};

/// How many values of a list are shown.
const MOST: usize = 20;

/// A titled page of facts.
pub(super) struct Page {
    /// What is on it so far.
    pub(super) text: String,
    paint: Paint,
}

impl Page {
    /// An empty page.
    pub(super) fn new(paint: Paint) -> Self {
        Self { text: String::new(), paint }
    }

    /// Adds the title.
    pub(super) fn title(&mut self, title: &str) {
        self.text.push_str(&self.paint.tone(Tone::Strong, title));
        self.text.push('\n');
    }

    /// Adds a line, unless there is nothing to say.
    pub(super) fn line(&mut self, title: &str, value: &str) {
        if !value.is_empty() {
            let title = self.paint.tone(Tone::Faint, &format!("{title:<11}"));
            self.text.extend(["  ", &title, "  ", value, "\n"]);
        }
    }

    /// Adds the first values of a list, unless there are none.
    pub(super) fn list(&mut self, title: &str, values: &[String]) {
        self.lines(title, values, MOST);
    }

    /// Adds all values of a list, unless there are none.
    pub(super) fn whole_list(&mut self, title: &str, values: &[String]) {
        self.lines(title, values, usize::MAX);
    }

    fn lines(&mut self, title: &str, values: &[String], most: usize) {
        if values.is_empty() {
            return;
        }
        self.text.extend(["  ", &self.paint.tone(Tone::Faint, title), "\n"]);
        for value in values.iter().take(most) {
            self.text.extend(["    ", value, "\n"]);
        }
        if let Some(more @ 1..) = values.len().checked_sub(most) {
            self.text.extend(["    and ", &more.to_string(), " more\n"]);
        }
    }
}
