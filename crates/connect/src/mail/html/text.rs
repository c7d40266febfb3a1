//! The text a person would see, from one pass of the tokenizer; no tree is built, so neither depth
//! nor size of hostile markup matters.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::hidden::{Background, look};

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
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(super::cut(html)));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.end_hidden();
    HtmlText { visible: tidy(&reader.visible), hidden: reader.hidden }
}

#[derive(Default)]
struct Sink(RefCell<Reader>);

/// How an open element shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Yes,
    /// Styles hide it: reported.
    Hidden,
    /// Never shown by anyone, such as scripts: not reported.
    Skipped,
}

struct Open {
    name: String,
    shown: Shown,
    background: Background,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    visible: String,
    hidden: Vec<String>,
    hidden_now: String,
}

/// Open elements that are remembered. What nests deeper is read as if it stood in the last of them.
const MAX_OPEN: usize = 256;
const MAX_HIDDEN: usize = 100;

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
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        match tag.kind {
            TagKind::StartTag => {
                self.start(tag, name);
                match name {
                    "script" | "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
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
        self.close_implied(name);
        self.breaks(name);
        if is_void(name) || self.open.len() >= MAX_OPEN {
            return;
        }
        let around = self.open.last();
        let attributes = tag.attrs.iter().map(|a| (&*a.name.local, &*a.value));
        let background = around.map(|o| o.background.clone()).unwrap_or_default();
        let look = look(attributes, &background);
        let shown = match around.map_or(Shown::Yes, |o| o.shown) {
            Shown::Yes if is_skipped(name) => Shown::Skipped,
            Shown::Yes if look.hidden => Shown::Hidden,
            inherited => inherited,
        };
        self.open.push(Open { name: name.to_owned(), shown, background: look.background });
        if name == "li" {
            self.text("- ");
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|o| o.name == name) {
            self.open.truncate(at);
            if self.shown() != Shown::Hidden {
                self.end_hidden();
            }
        }
        self.breaks(name);
    }

    /// Elements that the start of another one ends without an end tag.
    fn close_implied(&mut self, name: &str) {
        let Some(last) = self.open.last().map(|o| o.name.as_str()) else { return };
        let ended = match last {
            "p" => is_block(name) && name != "br",
            "li" => name == "li",
            "td" | "th" => matches!(name, "td" | "th" | "tr"),
            "tr" => name == "tr",
            "option" => name == "option",
            "head" => name == "body",
            _ => false,
        };
        if ended {
            self.open.pop();
            if self.shown() != Shown::Hidden {
                self.end_hidden();
            }
        }
    }

    fn shown(&self) -> Shown {
        self.open.last().map_or(Shown::Yes, |o| o.shown)
    }

    fn text(&mut self, text: &str) {
        match self.shown() {
            Shown::Skipped => {}
            Shown::Hidden => self.hidden_now.push_str(text),
            Shown::Yes => {
                let keep_lines = self.open.iter().any(|o| o.name == "pre");
                for c in text.chars() {
                    let blank = c.is_ascii_whitespace() && !keep_lines;
                    if blank && self.visible.ends_with([' ', '\n', '\t']) {
                        continue;
                    }
                    if self.visible.is_empty() || self.visible.ends_with('\n') {
                        self.indent();
                        if blank {
                            continue;
                        }
                    }
                    self.visible.push(if blank { ' ' } else { c });
                }
            }
        }
    }

    fn indent(&mut self) {
        let quotes = self.open.iter().filter(|o| o.name == "blockquote").take(10).count();
        (0..quotes).for_each(|_| self.visible.push_str("> "));
    }

    fn breaks(&mut self, name: &str) {
        if self.shown() != Shown::Yes {
            return;
        }
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

    fn end_hidden(&mut self) {
        let text = self.hidden_now.split_whitespace().collect::<Vec<_>>().join(" ");
        self.hidden_now.clear();
        // Newsletters pad their preview line with invisible filler; that says nothing.
        let says_something = text.chars().any(char::is_alphanumeric);
        if says_something && self.hidden.len() < MAX_HIDDEN {
            self.hidden.push(text);
        }
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr"
    )
}

fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "title"
            | "script"
            | "style"
            | "template"
            | "iframe"
            | "object"
            | "svg"
            | "math"
            | "audio"
            | "video"
            | "select"
            | "noscript"
            | "noembed"
            | "noframes"
    )
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
