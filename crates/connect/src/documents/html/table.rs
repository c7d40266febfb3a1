//! A table's cells, and the Markdown of them.

/// Rows and cells that are kept; further ones are joined to the last.
const ROWS_MAX: usize = 2000;
const CELLS_MAX: usize = 50;

/// Rows of cells, the first of them the head.
#[derive(Default)]
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    pub(super) fn open(&mut self, name: &str) {
        match name {
            "tr" if self.0.len() < ROWS_MAX => self.0.push(Vec::new()),
            "td" | "th" => {
                if self.0.is_empty() {
                    self.0.push(Vec::new());
                }
                if let Some(row) = self.0.last_mut().filter(|row| row.len() < CELLS_MAX) {
                    row.push(String::new());
                }
            }
            "br" | "p" | "div" | "li" => self.text(" "),
            _ => {}
        }
    }

    /// Words of the open cell; words outside of cells become a row of their own.
    pub(super) fn text(&mut self, text: &str) {
        if self.0.last().is_none_or(Vec::is_empty) {
            if text.trim().is_empty() {
                return;
            }
            self.open("td");
        }
        if let Some(cell) = self.0.last_mut().and_then(|row| row.last_mut()) {
            cell.push_str(text);
        }
    }

    /// Lines of Markdown. A single column is no table but a list of lines.
    pub(super) fn lines(self) -> Vec<String> {
        let clean = |cell: &String| {
            cell.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "\\<")
        };
        let rows: Vec<Vec<String>> =
            self.0.iter().filter(|row| !row.is_empty()).map(|row| row.iter().map(clean).collect()).collect();
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        if width <= 1 {
            return rows.into_iter().flatten().filter(|line| !line.is_empty()).collect();
        }
        let line = |row: &Vec<String>| {
            let cells = (0..width).map(|at| row.get(at).map_or("", String::as_str));
            format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
        };
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        if !lines.is_empty() {
            lines.insert(1, format!("|{}", " --- |".repeat(width)));
        }
        lines
    }
}
