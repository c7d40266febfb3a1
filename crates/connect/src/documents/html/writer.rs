//! Markdown from the elements of a page, as they open and close.

use super::table::Table;

/// Lists inside lists that are indented.
const DEPTH_MAX: usize = 8;

/// A list that is open: none for bullets, the next number otherwise.
type List = Option<usize>;

/// Markdown in the making.
#[derive(Default)]
pub(super) struct Writer {
    out: String,
    lists: Vec<List>,
    quotes: usize,
    /// Text of an open `pre`.
    code: Option<String>,
    /// Cells instead of lines, while a table is open.
    table: Option<Table>,
    /// Tables inside tables are read as their words.
    tables: usize,
    /// First byte of the open heading.
    heading_from: usize,
}

pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "main"
            | "header"
            | "footer"
            | "ul"
            | "ol"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "tr"
            | "pre"
            | "blockquote"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "br"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "address"
            | "fieldset"
            | "body"
            | "caption"
    )
}

impl Writer {
    pub(super) fn has_words(&self) -> bool {
        self.out.chars().any(char::is_alphanumeric) || self.table.is_some() || self.code.is_some()
    }

    pub(super) fn finish(mut self) -> String {
        if self.code.is_some() {
            self.end("pre");
        }
        if self.table.is_some() {
            self.tables = 1;
            self.end("table");
        }
        self.out
    }

    /// The words of the heading that is open.
    pub(super) fn heading(&self) -> Option<String> {
        Some(self.out.get(self.heading_from..)?.trim().to_owned())
    }

    pub(super) fn start(&mut self, name: &str) {
        if self.code.is_some() {
            if name == "br" {
                self.text("\n");
            }
            return;
        }
        if self.in_table(name, true) {
            return;
        }
        match name {
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(1)),
            "blockquote" => {
                self.paragraph();
                self.quotes += 1;
            }
            "pre" => {
                self.paragraph();
                self.code = Some(String::new());
            }
            "code" | "kbd" | "samp" => self.tick(),
            "br" => self.out.push('\n'),
            "li" => self.item(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.paragraph();
                let level = usize::from(name.as_bytes().get(1).map_or(1, |digit| digit - b'0'));
                self.mark();
                self.out.push_str(&"#".repeat(level));
                self.out.push(' ');
                self.heading_from = self.out.len();
            }
            "p" if !self.lists.is_empty() => self.line(),
            "p" | "table" | "hr" | "dl" | "dt" | "details" | "section" | "article" => self.paragraph(),
            _ if is_block(name) => self.line(),
            _ => {}
        }
    }

    pub(super) fn end(&mut self, name: &str) {
        if let Some(code) = self.code.take_if(|_| name == "pre") {
            return self.fence(&code);
        }
        if self.code.is_some() || self.in_table(name, false) {
            return;
        }
        match name {
            "ul" | "ol" => {
                self.lists.pop();
                if self.lists.is_empty() { self.paragraph() } else { self.line() }
            }
            "blockquote" => {
                self.line();
                // A blank line at the end belongs to what comes after.
                let mark = format!("{}\n", "> ".repeat(self.quotes.min(DEPTH_MAX)));
                if self.out.ends_with(&format!("\n{mark}")) {
                    self.out.truncate(self.out.len() - mark.len());
                }
                self.quotes = self.quotes.saturating_sub(1);
                self.paragraph();
            }
            "code" | "kbd" | "samp" => self.tick(),
            "p" if !self.lists.is_empty() => self.line(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "section" | "article" | "figure" => self.paragraph(),
            _ if is_block(name) => self.line(),
            _ => {}
        }
    }

    /// What elements mean inside a table; true when that is all they mean.
    fn in_table(&mut self, name: &str, opens: bool) -> bool {
        match (name, opens) {
            ("table", true) => {
                self.tables += 1;
                if self.tables == 1 {
                    self.paragraph();
                    self.table = Some(Table::default());
                }
            }
            ("table", false) => {
                self.tables = self.tables.saturating_sub(1);
                if let Some(table) = self.table.take_if(|_| self.tables == 0) {
                    self.paragraph();
                    for line in table.lines() {
                        self.mark();
                        self.out.push_str(&line);
                        self.out.push('\n');
                    }
                    self.paragraph();
                }
            }
            _ => match &mut self.table {
                None => return false,
                Some(table) if opens && self.tables == 1 => table.open(name),
                Some(table) if is_block(name) => table.text(" "),
                Some(_) => {}
            },
        }
        true
    }

    pub(super) fn text(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            return code.push_str(text);
        }
        if let Some(table) = &mut self.table {
            return table.text(text);
        }
        for c in text.chars() {
            // A sign that turned out to begin no tag needs no mark.
            if self.out.ends_with("\\<") && !c.is_ascii_alphabetic() && !"/!?".contains(c) {
                self.out.truncate(self.out.len() - 2);
                self.out.push('<');
            }
            let begins = self.out.is_empty() || self.out.ends_with('\n');
            if c.is_whitespace() && c != '\u{a0}' {
                if !begins && !self.out.ends_with(' ') {
                    self.out.push(' ');
                }
                continue;
            }
            if begins {
                self.mark();
                // Words that only look like markup.
                if matches!(c, '#' | '>' | '`' | '|') {
                    self.out.push('\\');
                }
            }
            if c == '<' {
                self.out.push('\\');
            }
            self.out.push(if c == '\u{a0}' { ' ' } else { c });
        }
    }

    fn tick(&mut self) {
        if self.out.is_empty() || self.out.ends_with('\n') {
            self.mark();
        }
        self.out.push('`');
    }

    /// What every line of a quotation or a list item's further lines begin with.
    fn mark(&mut self) {
        for _ in 0..self.quotes.min(DEPTH_MAX) {
            self.out.push_str("> ");
        }
    }

    /// Whether the open line holds nothing yet but the mark of a list item.
    fn at_item(&self) -> bool {
        let line = self.out.rsplit('\n').next().unwrap_or_default().trim_start_matches(['>', ' ']);
        let number = line.strip_suffix(". ").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
        line == "- " || number
    }

    fn line(&mut self) {
        if self.at_item() {
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn paragraph(&mut self) {
        if self.at_item() {
            return;
        }
        self.line();
        let (blank, quoted) = ("\n\n", format!("\n{}\n", "> ".repeat(self.quotes.min(DEPTH_MAX))));
        if !self.out.is_empty() && !self.out.ends_with(blank) && !self.out.ends_with(&quoted) {
            self.mark();
            self.out.push('\n');
        }
    }

    fn item(&mut self) {
        // An item that held nothing gives its line to the next.
        if self.at_item() {
            self.out.truncate(self.out.rfind('\n').map_or(0, |at| at + 1));
        }
        self.line();
        self.mark();
        let depth = self.lists.len().saturating_sub(1).min(DEPTH_MAX);
        self.out.push_str(&"  ".repeat(depth));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                self.out.push_str(&format!("{number}. "));
                *number += 1;
            }
            _ => self.out.push_str("- "),
        }
    }

    fn fence(&mut self, code: &str) {
        let longest = code.lines().map(|l| l.trim_start().chars().take_while(|c| *c == '`').count()).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        self.line();
        self.out.push_str(&format!("{fence}\n{}\n{fence}\n", code.trim_matches('\n')));
        self.paragraph();
    }
}
