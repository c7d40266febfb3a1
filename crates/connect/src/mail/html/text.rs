//! The text of a letter as a person would see it.

use crate::markup::{self, Element, Open, Writer, is_never_text};

/// Text read from HTML.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HtmlText {
    /// What a person sees. Quoted blocks are marked with `> ` as in plain mail.
    pub visible: String,
    /// What styles hide: one entry for each hidden element with text in it.
    pub hidden: Vec<String>,
}

/// Reads the visible text. Longer than 1 MiB is cut.
pub fn html_to_text(html: &str) -> HtmlText {
    let (plain, hidden) = markup::read(super::cut(html), Plain::default());
    HtmlText { visible: tidy(&plain.visible), hidden }
}

/// Plain text in the making.
#[derive(Default)]
struct Plain {
    visible: String,
}

impl Writer for Plain {
    fn skips(&self, element: &Element<'_>, _open: &[Open]) -> bool {
        is_never_text(element.name())
    }

    fn is_block(name: &str) -> bool {
        is_block(name)
    }

    fn start(&mut self, name: &str, open: &[Open]) {
        self.breaks(name);
        if name == "li" {
            self.text("- ", open);
        }
    }

    fn end(&mut self, ended: &Open, _open: &[Open]) {
        self.breaks(&ended.name);
    }

    fn text(&mut self, text: &str, open: &[Open]) {
        let keep_lines = open.iter().any(|o| o.name == "pre");
        for c in text.chars() {
            let blank = c.is_ascii_whitespace() && !keep_lines;
            if blank && self.visible.ends_with([' ', '\n', '\t']) {
                continue;
            }
            if self.visible.is_empty() || self.visible.ends_with('\n') {
                let quotes = open.iter().filter(|o| o.name == "blockquote").take(10).count();
                self.visible.push_str(&"> ".repeat(quotes));
                if blank {
                    continue;
                }
            }
            self.visible.push(if blank { ' ' } else { c });
        }
    }
}

impl Plain {
    fn breaks(&mut self, name: &str) {
        match name {
            "br" | "hr" => self.visible.push('\n'),
            "td" | "th" if !self.visible.ends_with(['\n', ' ']) => self.visible.push(' '),
            "p" | "blockquote" | "table" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" => {
                while !self.visible.is_empty() && !self.visible.ends_with("\n\n") {
                    self.visible.push('\n');
                }
            }
            _ if is_block(name) && !self.visible.is_empty() && !self.visible.ends_with('\n') => {
                self.visible.push('\n');
            }
            _ => {}
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hr"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "tr"
            | "ul"
    )
}

/// No blanks at line ends, no more than one empty line in a row.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines().map(str::trim_end) {
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim().to_owned()
}
