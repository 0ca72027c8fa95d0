use super::{Paint, Tone, clean};

/// Rows of cells under headings, aligned in columns.
#[derive(Clone, Debug)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Copy, Debug)]
struct Column {
    title: &'static str,
    right: bool,
}

/// A piece of text and what it means.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(super) fn new(tone: Tone, text: impl AsRef<str>) -> Self {
        Self { text: clean(text.as_ref()).into_owned(), tone }
    }

    /// A count; none is not worth a number.
    pub(super) fn count(tone: Tone, count: usize) -> Self {
        if count == 0 { Self::new(Tone::Faint, "-") } else { Self::new(tone, count.to_string()) }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(Tone::Normal, text)
    }
}

impl Table {
    /// A table of columns; a title that begins with `>` is aligned to the right, as numbers are.
    pub(super) fn new(titles: &[&'static str]) -> Self {
        let column = |title: &&'static str| match title.strip_prefix('>') {
            Some(title) => Column { title, right: true },
            None => Column { title, right: false },
        };
        Self { columns: titles.iter().map(column).collect(), rows: Vec::new() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines, each with its end.
    pub(super) fn render(&self, paint: Paint) -> String {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cells =
                    self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.chars().count());
                cells.chain([column.title.len()]).max().unwrap_or_default()
            })
            .collect();
        let titles: Vec<Cell> =
            self.columns.iter().map(|column| Cell::new(Tone::Strong, column.title)).collect();
        let mut text = String::new();
        for row in std::iter::once(&titles).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, column), width) in row.iter().zip(&self.columns).zip(&widths) {
                let gap = " ".repeat(width - cell.text.chars().count());
                let painted = paint.tone(cell.tone, &cell.text);
                if !line.is_empty() {
                    line.push_str("  ");
                }
                line.push_str(&if column.right { gap + &painted } else { painted + &gap });
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_blank_end() {
        let mut table = Table::new(&["NAME", ">COUNT", "WHY"]);
        table.row(["müller".into(), Cell::count(Tone::Normal, 7), "".into()]);
        table.row(["a".into(), Cell::count(Tone::Normal, 0), "so".into()]);
        assert_eq!(table.render(Paint::Plain), "NAME    COUNT  WHY\nmüller      7\na           -  so\n");
    }

    #[test]
    fn colors_do_not_disturb_the_alignment() {
        let mut table = Table::new(&["A", "B"]);
        table.row([Cell::new(Tone::Bad, "xx"), "y".into()]);
        let colored = table.render(Paint::Color);
        assert!(colored.contains("\x1b[31mxx\x1b[0m  y"), "{colored:?}");
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        let mut table = Table::new(&["A"]);
        table.row(["\x1b[2Jx\ny".into()]);
        assert_eq!(table.render(Paint::Plain), "A\n\\u{1b}[2Jx\\ny\n");
    }
}
