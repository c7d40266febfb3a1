//! HTML pages to Markdown: the main part, headings, lists, tables and code kept; menus, scripts and forms left out; what
//! styles hide reported beside.

mod table;
mod writer;

use super::{Meta, markdown::tidy};
use crate::markup::{self, Element, Open, is_never_text};
use writer::{Writer, is_block};

/// Hidden pieces that are listed, and characters of each.
const HIDDEN_MAX: usize = 20;
const HIDDEN_CHARS_MAX: usize = 200;
/// Bytes after which a title is long enough.
const TITLE_BYTES: usize = 1000;

/// Which part of a page is its main part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Main,
    Article,
    Body,
}

/// The text of a page, what it says of itself, and what it hides.
pub fn read(html: &str) -> (String, Meta, Vec<String>) {
    let mut last = markup::read(html, Page::new(Within::Main));
    for within in [Within::Article, Within::Body] {
        if last.0.writer.has_words() {
            break;
        }
        last = markup::read(html, Page::new(within));
    }
    let (page, hidden) = last;
    let says = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let (heading, named) = (says(&page.heading), says(&page.title));
    let title = if page.headings == 1 { heading.or(named) } else { named.or(heading) };
    let meta = Meta { title, canonical: page.canonical, ..Meta::default() };
    let hidden = hidden.iter().take(HIDDEN_MAX).map(|text| text.chars().take(HIDDEN_CHARS_MAX).collect());
    (tidy(&page.writer.finish()), meta, hidden.collect())
}

struct Page {
    within: Within,
    /// Open elements of the main part, one inside the other.
    inside: usize,
    writer: Writer,
    title: Option<String>,
    heading: Option<String>,
    /// First headings; a page with several of them has none that names it.
    headings: usize,
    canonical: Option<String>,
}

impl markup::Writer for Page {
    fn skips(&self, element: &Element<'_>, open: &[Open]) -> bool {
        let (name, role) = (element.name(), element.attribute("role"));
        // A page's frame is no part of its text; the head of an article inside its main part is.
        let frame =
            matches!(name, "header" | "footer") && self.inside == 0 && !open.iter().any(|o| o.name == "article");
        frame
            || is_never_text(name)
            || matches!(name, "canvas" | "nav" | "aside" | "form" | "button" | "textarea" | "dialog")
            || matches!(role, Some("navigation" | "banner" | "contentinfo" | "search" | "complementary" | "dialog"))
            || is_anchor(name, element.attribute("class"))
    }

    fn is_block(name: &str) -> bool {
        is_block(name)
    }

    fn met(&mut self, element: &Element<'_>) {
        let is_canonical = element.attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
        if element.name() == "link" && is_canonical && self.canonical.is_none() {
            self.canonical = element.attribute("href").map(str::to_owned);
        }
    }

    fn start(&mut self, name: &str, open: &[Open]) {
        let last = open.last().filter(|last| last.name == name);
        self.inside += usize::from(last.is_some_and(|last| self.is_main(last)));
        if self.writes() {
            self.writer.start(name);
        }
    }

    fn end(&mut self, ended: &Open, _open: &[Open]) {
        if self.writes() {
            if ended.name == "h1" {
                self.headings += 1;
                self.heading = self.heading.take().or_else(|| self.writer.heading());
            }
            self.writer.end(&ended.name);
        }
        self.inside = self.inside.saturating_sub(usize::from(self.is_main(ended)));
    }

    fn text(&mut self, text: &str, _open: &[Open]) {
        if self.writes() {
            self.writer.text(text);
        }
    }

    fn title(&mut self, text: &str) {
        if self.title.as_ref().is_none_or(|title| title.len() < TITLE_BYTES) {
            self.title.get_or_insert_default().push_str(text);
        }
    }
}

impl Page {
    fn new(within: Within) -> Self {
        let writer = Writer::default();
        Self { within, inside: 0, writer, title: None, heading: None, headings: 0, canonical: None }
    }

    fn is_main(&self, open: &Open) -> bool {
        match self.within {
            Within::Main => open.name == "main" || open.role.as_deref() == Some("main"),
            Within::Article => open.name == "article",
            Within::Body => false,
        }
    }

    fn writes(&self) -> bool {
        self.within == Within::Body || self.inside > 0
    }
}

/// The sign beside a heading that links to itself.
fn is_anchor(name: &str, class: Option<&str>) -> bool {
    let classes = || class.unwrap_or_default().split_whitespace();
    name == "a" && classes().any(|c| matches!(c, "headerlink" | "anchorjs-link" | "hash-link" | "header-anchor"))
}
