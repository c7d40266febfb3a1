//! Markup from strangers, read once for whoever writes it down: letters as plain text, pages as Markdown. One pass of the
//! tokenizer and no tree, so that neither depth nor size of hostile markup matters.

mod hidden;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use hidden::{Background, look};

/// Open elements that are remembered. What nests deeper is read as if it stood in the last of them.
const OPEN_MAX: usize = 256;
/// Hidden pieces that are listed.
const HIDDEN_MAX: usize = 100;

/// How an open element shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    /// Styles hide it: reported.
    Hidden,
    /// No part of the text, such as scripts: not reported.
    Skipped,
}

/// An element that has begun and not ended.
pub struct Open {
    pub name: String,
    pub role: Option<String>,
    shown: Shown,
    background: Background,
}

/// An element as it begins.
pub struct Element<'a>(&'a Tag);

impl Element<'_> {
    pub fn name(&self) -> &str {
        &self.0.name
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.0.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value)
    }
}

/// Who writes down what is read. `open` are the open elements, outermost first.
pub trait Writer {
    /// Whether an element is no part of the text, with all that is in it.
    fn skips(&self, element: &Element<'_>, open: &[Open]) -> bool;
    /// Whether an element begins a block of its own and so ends an open paragraph.
    fn is_block(name: &str) -> bool;
    /// An element began, shown or not.
    fn met(&mut self, _element: &Element<'_>) {}
    /// An element that shows began; it is the last of `open` unless it holds nothing or nests too deep.
    fn start(&mut self, name: &str, open: &[Open]);
    /// An element that showed ended and is in `open` no more.
    fn end(&mut self, ended: &Open, open: &[Open]);
    /// Words that show.
    fn text(&mut self, text: &str, open: &[Open]);
    /// Words of the title.
    fn title(&mut self, _text: &str) {}
}

/// Has a writer write a page down. Returns it with what styles hide: one entry for each hidden element with words in it.
pub fn read<W: Writer>(html: &str, writer: W) -> (W, Vec<String>) {
    let reader = Reader { writer, open: Vec::new(), hidden: Vec::new(), hidden_now: String::new() };
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Sink(RefCell::new(reader)), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.end_hidden();
    (reader.writer, reader.hidden)
}

struct Sink<W>(RefCell<Reader<W>>);

struct Reader<W> {
    writer: W,
    open: Vec<Open>,
    hidden: Vec<String>,
    hidden_now: String,
}

impl<W: Writer> TokenSink for Sink<W> {
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

impl<W: Writer> Reader<W> {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            self.end(name);
            return TokenSinkResult::Continue;
        }
        self.start(&Element(tag));
        match name {
            "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }

    fn start(&mut self, element: &Element<'_>) {
        let name = element.name();
        self.writer.met(element);
        while self.open.last().is_some_and(|last| is_implied_end(&last.name, name, W::is_block)) {
            self.close();
        }
        if !is_void(name) && self.open.len() < OPEN_MAX {
            let around = self.open.last();
            let background = around.map(|o| o.background.clone()).unwrap_or_default();
            let look = look(element.0.attrs.iter().map(|a| (&*a.name.local, &*a.value)), &background);
            let shown = match around.map_or(Shown::Yes, |o| o.shown) {
                Shown::Yes if self.writer.skips(element, &self.open) => Shown::Skipped,
                Shown::Yes if look.hidden => Shown::Hidden,
                inherited => inherited,
            };
            let role = element.attribute("role").map(str::to_owned);
            self.open.push(Open { name: name.to_owned(), role, shown, background: look.background });
        }
        if self.shown() == Shown::Yes {
            self.writer.start(name, &self.open);
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
        let Some(ended) = self.open.pop() else { return };
        if self.shown() != Shown::Hidden {
            self.end_hidden();
        }
        if ended.shown == Shown::Yes {
            self.writer.end(&ended, &self.open);
        }
    }

    fn shown(&self) -> Shown {
        self.open.last().map_or(Shown::Yes, |o| o.shown)
    }

    fn text(&mut self, text: &str) {
        if self.open.last().is_some_and(|o| o.name == "title") {
            return self.writer.title(text);
        }
        match self.shown() {
            Shown::Hidden => self.hidden_now.push_str(text),
            Shown::Yes => self.writer.text(text, &self.open),
            Shown::Skipped => {}
        }
    }

    fn end_hidden(&mut self) {
        let text = self.hidden_now.split_whitespace().collect::<Vec<_>>().join(" ");
        self.hidden_now.clear();
        // Newsletters pad their preview line with invisible filler; that says nothing.
        if text.chars().any(char::is_alphanumeric) && self.hidden.len() < HIDDEN_MAX {
            self.hidden.push(text);
        }
    }
}

/// What belongs to no text, wherever it stands.
pub fn is_never_text(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "title"
            | "script"
            | "style"
            | "template"
            | "noscript"
            | "noembed"
            | "noframes"
            | "iframe"
            | "svg"
            | "math"
            | "object"
            | "select"
            | "audio"
            | "video"
    )
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
fn is_implied_end(open: &str, next: &str, is_block: impl Fn(&str) -> bool) -> bool {
    match open {
        "p" => is_block(next) && next != "br",
        "li" => next == "li",
        "dt" | "dd" => matches!(next, "dt" | "dd"),
        "td" | "th" => matches!(next, "td" | "th" | "tr" | "tbody" | "tfoot"),
        "tr" => matches!(next, "tr" | "tbody" | "tfoot"),
        "thead" | "tbody" => matches!(next, "tbody" | "tfoot"),
        "option" => next == "option",
        "head" => next == "body",
        _ => false,
    }
}
