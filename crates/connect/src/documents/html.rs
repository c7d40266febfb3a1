//! HTML pages to Markdown: the main part, headings, lists, tables and code kept; menus, scripts and forms left out; what
//! styles hide reported beside. One pass of the tokenizer, no tree: neither depth nor size of hostile markup matters.

mod table;
mod writer;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::{Meta, markdown::tidy};
use crate::mail::html::hidden::{Background, look};
use writer::Writer;

/// Open elements that are remembered. What nests deeper is read as if it stood in the last of them.
const OPEN_MAX: usize = 256;
/// Hidden pieces that are listed, and characters of each.
const HIDDEN_MAX: usize = 20;
const HIDDEN_CHARS_MAX: usize = 200;

/// Which part of a page is its main part.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Main,
    Article,
    Body,
}

/// The text of a page, what it says of itself, and what it hides.
pub fn read(html: &str) -> (String, Meta, Vec<String>) {
    let mut last = Reader::new(Within::Body);
    for within in [Within::Main, Within::Article, Within::Body] {
        last = pass(html, within);
        if last.writer.has_words() {
            break;
        }
    }
    let says = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
    let (heading, named) = (says(&last.heading), says(&last.title));
    let title = if last.headings == 1 { heading.or(named) } else { named.or(heading) };
    let meta = Meta { title, canonical: last.canonical.take(), ..Meta::default() };
    (tidy(&last.writer.finish()), meta, last.hidden)
}

fn pass(html: &str, within: Within) -> Reader {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Sink(RefCell::new(Reader::new(within))), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.end_hidden();
    reader
}

struct Sink(RefCell<Reader>);

/// How an open element shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    /// Styles hide it: reported.
    Hidden,
    /// No part of the text: menus, scripts, forms.
    Skipped,
}

struct Open {
    name: String,
    /// Begins the main part.
    main: bool,
    shown: Shown,
    background: Background,
}

struct Reader {
    within: Within,
    /// Open elements of the main part, one inside the other.
    inside: usize,
    open: Vec<Open>,
    writer: Writer,
    title: Option<String>,
    heading: Option<String>,
    /// First headings; a page with several of them has none that names it.
    headings: usize,
    canonical: Option<String>,
    hidden: Vec<String>,
    hidden_now: String,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return reader.tag(&tag),
            Token::CharacterTokens(text) => reader.text(&text),
            Token::NullCharacterToken => reader.text("\u{FFFD}"),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reader {
    fn new(within: Within) -> Self {
        Self {
            within,
            inside: 0,
            open: Vec::new(),
            writer: Writer::default(),
            title: None,
            heading: None,
            headings: 0,
            canonical: None,
            hidden: Vec::new(),
            hidden_now: String::new(),
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match tag.kind {
            TagKind::StartTag => {
                self.start(tag, name);
                match name {
                    "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                        return TokenSinkResult::RawData(RawKind::Rawtext);
                    }
                    "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    _ => {}
                }
            }
            TagKind::EndTag => self.end(name),
        }
        TokenSinkResult::Continue
    }

    fn start(&mut self, tag: &Tag, name: &str) {
        let attribute = |wanted: &str| tag.attrs.iter().find(|a| &*a.name.local == wanted).map(|a| a.value.to_string());
        if name == "link" && attribute("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical")) {
            self.canonical = self.canonical.take().or_else(|| attribute("href"));
        }
        while self.open.last().is_some_and(|last| is_implied_end(&last.name, name)) {
            self.close();
        }
        if !is_void(name) && self.open.len() < OPEN_MAX {
            let role = attribute("role");
            let around = self.open.last();
            let background = around.map(|o| o.background.clone()).unwrap_or_default();
            let look = look(tag.attrs.iter().map(|a| (&*a.name.local, &*a.value)), &background);
            let shown = match around.map_or(Shown::Yes, |o| o.shown) {
                Shown::Yes
                    if self.is_skipped(name, role.as_deref()) || is_anchor(name, attribute("class").as_deref()) =>
                {
                    Shown::Skipped
                }
                Shown::Yes if look.hidden => Shown::Hidden,
                inherited => inherited,
            };
            let main = self.is_main(name) || (self.within == Within::Main && role.as_deref() == Some("main"));
            self.inside += usize::from(main);
            self.open.push(Open { name: name.to_owned(), main, shown, background: look.background });
        }
        if self.writes() {
            self.writer.start(name);
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|o| o.name == name) {
            while self.open.len() > at {
                self.close();
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if self.shown() != Shown::Hidden {
            self.end_hidden();
        }
        if open.shown == Shown::Yes {
            if open.name == "h1" && self.writes() {
                self.headings += 1;
                self.heading = self.heading.take().or_else(|| self.writer.heading());
            }
            if self.writes() {
                self.writer.end(&open.name);
            }
        }
        self.inside = self.inside.saturating_sub(usize::from(open.main));
    }

    fn is_main(&self, name: &str) -> bool {
        matches!((self.within, name), (Within::Main, "main") | (Within::Article, "article"))
    }

    fn shown(&self) -> Shown {
        self.open.last().map_or(Shown::Yes, |o| o.shown)
    }

    fn writes(&self) -> bool {
        self.shown() == Shown::Yes && (self.within == Within::Body || self.inside > 0)
    }

    fn text(&mut self, text: &str) {
        if self.open.last().is_some_and(|o| o.name == "title") && self.title.as_ref().is_none_or(|t| t.len() < 1000) {
            self.title.get_or_insert_default().push_str(text);
            return;
        }
        match self.shown() {
            // Hidden words count wherever they stand: a reader sees none of them.
            Shown::Hidden => self.hidden_now.push_str(text),
            Shown::Yes if self.writes() => self.writer.text(text),
            Shown::Yes | Shown::Skipped => {}
        }
    }

    fn end_hidden(&mut self) {
        let text = self.hidden_now.split_whitespace().collect::<Vec<_>>().join(" ");
        self.hidden_now.clear();
        if text.chars().any(char::is_alphanumeric) && self.hidden.len() < HIDDEN_MAX {
            self.hidden.push(text.chars().take(HIDDEN_CHARS_MAX).collect());
        }
    }

    /// A page's frame is no part of its text; the head of an article inside its main part is.
    fn is_skipped(&self, name: &str, role: Option<&str>) -> bool {
        let frame =
            matches!(name, "header" | "footer") && self.inside == 0 && !self.open.iter().any(|o| o.name == "article");
        frame
            || matches!(
                name,
                "head"
                    | "title"
                    | "script"
                    | "style"
                    | "template"
                    | "noscript"
                    | "iframe"
                    | "svg"
                    | "math"
                    | "object"
                    | "canvas"
                    | "nav"
                    | "aside"
                    | "form"
                    | "button"
                    | "select"
                    | "textarea"
                    | "dialog"
                    | "audio"
                    | "video"
            )
            || matches!(role, Some("navigation" | "banner" | "contentinfo" | "search" | "complementary" | "dialog"))
    }
}

/// The sign beside a heading that links to itself.
fn is_anchor(name: &str, class: Option<&str>) -> bool {
    let classes = || class.unwrap_or_default().split_whitespace();
    name == "a" && classes().any(|c| matches!(c, "headerlink" | "anchorjs-link" | "hash-link" | "header-anchor"))
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "col"
            | "wbr"
            | "source"
            | "base"
            | "area"
            | "embed"
            | "track"
    )
}

/// Elements that the start of another one ends without an end tag.
fn is_implied_end(open: &str, next: &str) -> bool {
    match open {
        "p" => writer::is_block(next) && next != "br",
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot"),
        "tr" => matches!(next, "tr" | "tbody" | "tfoot"),
        "thead" | "tbody" => matches!(next, "tbody" | "tfoot"),
        "head" => next == "body",
        _ => false,
    }
}
