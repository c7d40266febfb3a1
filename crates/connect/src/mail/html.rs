//! HTML from strangers: made harmless for display, and read for its visible text.
//!
//! Deliberately absent: images (also embedded ones), styles, forms, SVG and MathML. Every mutation
//! attack on the sanitiser so far went through the last two, and an image is a request to a stranger.

mod text;

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

pub use text::{HtmlText, html_to_text};

/// Bytes of HTML that are looked at.
const MAX_HTML: usize = 1 << 20;

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .rm_tags(&["img", "map", "area", "svg", "math", "style"])
        .add_clean_content_tags(&["title", "textarea", "noscript", "template", "iframe", "object"])
        .rm_tag_attributes("blockquote", &["cite"])
        .rm_tag_attributes("q", &["cite"])
        .rm_tag_attributes("del", &["cite"])
        .rm_tag_attributes("ins", &["cite"])
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true);
    builder
});

/// HTML that can be shown: no scripts, styles, images, forms or anything that loads by itself.
/// Sanitising twice gives the same. Longer than 1 MiB is cut. To be shown in a sandboxed frame
/// nevertheless.
pub fn sanitise_html(html: &str) -> String {
    let html = html.replace('\0', "\u{FFFD}");
    let clean = SANITISER.clean(cut(&html)).to_string();
    // What the parser nests anew can come out differently once more; the second pass is stable.
    SANITISER.clean(&clean).to_string()
}

pub(crate) fn cut(html: &str) -> &str {
    let mut end = html.len().min(MAX_HTML);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    html.get(..end).unwrap_or_default()
}
