//! The frame of pages for people without an account: no script, readable on a phone, light or dark as the reader's device is.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::language::Language;

/// The languages of these pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// German.
    German,
}

impl Tongue {
    /// German for readers whose browser asks for it first, else English.
    pub fn of_browser(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if wanted.trim_start().to_lowercase().starts_with("de") { Self::German } else { Self::English }
    }

    /// What a reader chose on the page, else what their browser asks for.
    pub fn chosen(lang: Option<&str>, headers: &HeaderMap) -> Self {
        match lang {
            Some("de") => Self::German,
            Some("en") => Self::English,
            _ => Self::of_browser(headers),
        }
    }

    /// Its word in addresses and pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// As a language of letters.
    pub const fn language(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::German => Language::German,
        }
    }

    /// The other one, by its word and own name.
    pub const fn other(self) -> (&'static str, &'static str) {
        match self {
            Self::English => ("de", "Deutsch"),
            Self::German => ("en", "English"),
        }
    }
}

/// What stands over a page.
pub struct Head<'a> {
    /// Its language.
    pub tongue: Tongue,
    /// Its title.
    pub title: &'a str,
    /// The desk's name.
    pub desk: &'a str,
    /// Sites that may show it inside a page of theirs; none for all but the embedded form.
    pub framed_by: &'a [String],
}

/// A whole page around a body that is HTML already.
pub fn page(status: StatusCode, head: &Head<'_>, body: &str) -> Response {
    let (desk, title, language) = (escaped(head.desk), escaped(head.title), head.tongue.word());
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>{title} · {desk}</title><style>{STYLE}</style></head><body><main><h1>{title} <span>{desk}</span></h1>{body}</main></body></html>",
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy(head.framed_by));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    response
}

/// No script at all; forms may go to this desk only.
fn policy(framed_by: &[String]) -> HeaderValue {
    let own = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors";
    let sites = if framed_by.is_empty() { "'none'".to_owned() } else { framed_by.join(" ") };
    HeaderValue::try_from(format!("{own} {sites}"))
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
}

/// Text as HTML that means nothing.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Text as the value of a part of an address.
pub fn in_address(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

const STYLE: &str = ":root{color-scheme:light dark}body{margin:0;font:17px/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}\
main{max-width:34rem;margin:0 auto;padding:2rem 1.25rem}h1{font-size:1.35rem;line-height:1.25;margin:0 0 1.25rem}h1 span{display:block;font-size:1rem;font-weight:400}\
h2{font-size:1.1rem;line-height:1.3;margin:1.75rem 0 .75rem;overflow-wrap:anywhere}a{color:LinkText}.state{font-weight:600}.small{font-size:.9rem}\
.saved,.failed{border-left:4px solid #2b8a3e;padding:.25rem .75rem}.failed{border-color:#c92a2a}\
button,.button{display:block;box-sizing:border-box;font:inherit;padding:.75rem 1.25rem;min-height:44px;border:2px solid currentColor;border-radius:8px;background:Canvas;color:inherit;cursor:pointer;width:100%;max-width:22rem;margin:.75rem 0;text-align:center;text-decoration:none}\
.first{background:CanvasText;color:Canvas;border-color:CanvasText}\
label{display:block;font-weight:600;margin:1rem 0 .25rem}label small{font-weight:400}\
input,textarea{box-sizing:border-box;width:100%;font:inherit;padding:.6rem .75rem;border:1px solid GrayText;border-radius:8px;background:Field;color:FieldText}input{min-height:44px}textarea{min-height:8rem}\
:is(button,.button,input,textarea,a):focus-visible{outline:3px solid Highlight;outline-offset:2px}\
.talk,.found,.list{list-style:none;padding:0;margin:1rem 0}.talk>li,.found>li{border:1px solid GrayText;border-radius:8px;padding:.75rem 1rem;margin:.75rem 0;overflow-wrap:anywhere}.talk>li.own{margin-left:1.5rem;border-style:dashed}\
.talk header{display:flex;flex-wrap:wrap;gap:0 1rem;justify-content:space-between;font-size:.9rem}.text{white-space:pre-wrap}.list>li{padding:.75rem 0;border-bottom:1px solid GrayText}.list a{display:block;padding:.25rem 0}\
.found h2{margin:0 0 .25rem}.words{overflow-wrap:anywhere}.words :is(h1,h2,h3){font-size:1.05rem;margin:1rem 0 .5rem}.words pre{overflow-x:auto}footer{margin-top:2rem;border-top:1px solid GrayText;padding-top:1rem}footer a{display:inline-block;padding:.6rem 1rem .6rem 0}\
fieldset{border:1px solid GrayText;border-radius:8px;margin:1rem 0;padding:.25rem 1rem}legend{font-weight:600;padding:0 .25rem}\
.step{display:flex;gap:.75rem;align-items:center;box-sizing:border-box;min-height:44px;margin:0;font-weight:400}.step input{width:1.3rem;height:1.3rem;min-height:0;flex:none;margin:0}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_holds_it_is_text() {
        assert_eq!(escaped("<a href='x\">&"), "&lt;a href=&#39;x&quot;&gt;&amp;");
        assert_eq!(in_address("rot & <lampe>"), "rot+%26+%3Clampe%3E");
    }

    #[test]
    fn a_page_is_framed_by_nobody_but_whom_it_names() {
        let text = |value: HeaderValue| value.to_str().expect("text").to_owned();
        assert!(text(policy(&[])).ends_with("frame-ancestors 'none'"));
        assert!(text(policy(&["https://a.example".to_owned()])).ends_with("frame-ancestors https://a.example"));
        assert!(!text(policy(&[])).contains("script"));
    }
}
