//! The help centre's pages and the form to a person, as HTML. Passages are shown in their own words; nothing is written here
//! but the page around them.

use super::{
    articles,
    frame::{Tongue, escaped, in_address},
    portal_page::{Said, other_language},
};
use crate::flow::look_for_help::Help;

/// Every sentence of these pages.
pub struct Words {
    pub title: &'static str,
    pub ask_title: &'static str,
    search: &'static str,
    look: &'static str,
    found: &'static str,
    nothing: &'static str,
    no_help: &'static str,
    to_person: &'static str,
    whole: &'static str,
    back: &'static str,
    name: &'static str,
    address: &'static str,
    message: &'static str,
    message_optional: &'static str,
    goes_along: &'static str,
    send_person: &'static str,
    send: &'static str,
    not_sent: &'static str,
    pub done: &'static str,
    pub gone: &'static str,
    pub failed: &'static str,
}

const ENGLISH: Words = Words {
    title: "Help",
    ask_title: "Ask a person",
    search: "What do you need help with?",
    look: "Search",
    found: "From our articles, word for word:",
    nothing: "We found nothing about this.",
    no_help: "This did not help: ask a person",
    to_person: "Ask a person",
    whole: "Read the whole article",
    back: "Back to the search",
    name: "Your name <small>(optional)</small>",
    address: "Your mail address",
    message: "Your message",
    message_optional: "Your message <small>(optional)</small>",
    goes_along: "This goes along, so that you need not say it again:",
    send_person: "Send to a person",
    send: "Send",
    not_sent: "We answer to this address, and use it for nothing else.",
    done: "Your request has reached us. We answer by mail. Its number is",
    gone: "<p>There is no such page here, or no longer.</p>",
    failed: "<p>This did not work just now. Please try again in a minute, or write to us by mail.</p>",
};

const GERMAN: Words = Words {
    title: "Hilfe",
    ask_title: "Einen Menschen fragen",
    search: "Wobei brauchen Sie Hilfe?",
    look: "Suchen",
    found: "Aus unseren Artikeln, Wort für Wort:",
    nothing: "Dazu haben wir nichts gefunden.",
    no_help: "Das hat nicht geholfen: einen Menschen fragen",
    to_person: "Einen Menschen fragen",
    whole: "Den ganzen Artikel lesen",
    back: "Zurück zur Suche",
    name: "Ihr Name <small>(freiwillig)</small>",
    address: "Ihre Mailadresse",
    message: "Ihre Nachricht",
    message_optional: "Ihre Nachricht <small>(freiwillig)</small>",
    goes_along: "Das geht mit, damit Sie es nicht noch einmal sagen müssen:",
    send_person: "An einen Menschen senden",
    send: "Senden",
    not_sent: "Wir antworten an diese Adresse und verwenden sie für nichts anderes.",
    done: "Ihre Anfrage ist angekommen. Wir antworten per Mail. Ihre Nummer ist",
    gone: "<p>Diese Seite gibt es hier nicht oder nicht mehr.</p>",
    failed: "<p>Das ging gerade nicht. Versuchen Sie es in einer Minute noch einmal, oder schreiben Sie uns eine Mail.</p>",
};

impl Words {
    /// In one language.
    pub const fn of(tongue: Tongue) -> &'static Self {
        match tongue {
            Tongue::English => &ENGLISH,
            Tongue::German => &GERMAN,
        }
    }
}

/// The search, with what was found when something was looked for.
pub fn search(asked: &str, visit: &str, found: &[Help], tongue: Tongue) -> String {
    let words = Words::of(tongue);
    let own = format!("/help?q={}", in_address(asked));
    let person = ask_link(asked, words.to_person, tongue);
    let found = match asked {
        "" => String::new(),
        // A phone shows little at once: a person stands above what was found, and below it.
        asked => format!("{}{}", results(asked, found, tongue), ask_link(asked, words.no_help, tongue)),
    };
    format!("{}{person}{found}<footer>{}</footer>", search_form(asked, visit, tongue), other_language(tongue, &own))
}

fn search_form(asked: &str, visit: &str, tongue: Tongue) -> String {
    let words = Words::of(tongue);
    format!(
        "<form method=\"get\" action=\"/help\" role=\"search\"><input type=\"hidden\" name=\"lang\" value=\"{}\"><input type=\"hidden\" name=\"visit\" value=\"{visit}\"><label for=\"q\">{}</label>\
         <input id=\"q\" type=\"search\" name=\"q\" maxlength=\"300\" value=\"{}\"><button class=\"first\">{}</button></form>",
        tongue.word(),
        words.search,
        escaped(asked),
        words.look
    )
}

fn results(asked: &str, found: &[Help], tongue: Tongue) -> String {
    let words = Words::of(tongue);
    if found.is_empty() {
        return format!("<p role=\"status\">{}</p>", words.nothing);
    }
    let one = |help: &Help| {
        let heading = match help.heading.as_str() {
            heading if heading.is_empty() || heading == help.title => String::new(),
            heading => format!("<p class=\"small\">{}</p>", escaped(heading)),
        };
        let link = format!("/help/articles/{}?lang={}&amp;q={}", help.article, tongue.word(), in_address(asked));
        format!(
            "<li><h2>{}</h2>{heading}<div class=\"words\">{}</div><a href=\"{link}\">{}</a></li>",
            escaped(&help.title),
            articles::html(&help.text),
            words.whole
        )
    };
    format!("<p>{}</p><ol class=\"found\">{}</ol>", words.found, found.iter().map(one).collect::<String>())
}

fn ask_link(asked: &str, label: &str, tongue: Tongue) -> String {
    format!("<a class=\"button\" href=\"/help/ask?lang={}&amp;q={}\">{label}</a>", tongue.word(), in_address(asked))
}

/// A whole article in its own words.
pub fn article(title: &str, body: &str, asked: &str, tongue: Tongue) -> String {
    let words = Words::of(tongue);
    format!(
        "<h2>{}</h2><div class=\"words\">{}</div>{}<footer><a href=\"/help?lang={}&amp;q={}\">{}</a></footer>",
        escaped(title),
        articles::html(body),
        ask_link(asked, words.no_help, tongue),
        tongue.word(),
        in_address(asked),
        words.back
    )
}

/// What stands in a form.
#[derive(Debug, Default, Clone)]
pub struct Filled {
    /// What was looked for.
    pub search: String,
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Message.
    pub text: String,
}

/// Whose form it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The help centre's: straight to a person.
    Help,
    /// On a product's own page.
    Embedded,
}

impl Place {
    /// Where it posts to.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Help => "/help/ask",
            Self::Embedded => "/embed/form",
        }
    }
}

/// The form.
pub fn ask(place: Place, filled: &Filled, mark: &str, said: Said<'_>, tongue: Tongue) -> String {
    let words = Words::of(tongue);
    let (lang, path) = (tongue.word(), place.path());
    let along = if filled.search.is_empty() {
        String::new()
    } else {
        format!("<p>{} <strong>{}</strong></p>", words.goes_along, escaped(&filled.search))
    };
    let (label, required) =
        if filled.search.is_empty() { (words.message, " required") } else { (words.message_optional, "") };
    let send = if place == Place::Help { words.send_person } else { words.send };
    let foot = match place {
        Place::Help => {
            format!("<a href=\"/help?lang={lang}&amp;q={}\">{}</a> ", in_address(&filled.search), words.back)
        }
        Place::Embedded => String::new(),
    };
    let own = format!("{path}?q={}", in_address(&filled.search));
    format!(
        "{}{along}<form method=\"post\" action=\"{path}?lang={lang}\"><input type=\"hidden\" name=\"form\" value=\"{mark}\"><input type=\"hidden\" name=\"q\" value=\"{q}\">\
         <label for=\"address\">{}</label><input id=\"address\" type=\"email\" name=\"address\" autocomplete=\"email\" maxlength=\"254\" required value=\"{}\"><p class=\"small\">{}</p>\
         <label for=\"text\">{label}</label><textarea id=\"text\" name=\"text\" maxlength=\"20000\"{required}>{}</textarea>\
         <label for=\"name\">{}</label><input id=\"name\" name=\"name\" autocomplete=\"name\" maxlength=\"200\" value=\"{}\">\
         <button class=\"first\">{send}</button></form><footer>{foot}{}</footer>",
        said.html(),
        words.address,
        escaped(&filled.address),
        words.not_sent,
        escaped(&filled.text),
        words.name,
        escaped(&filled.name),
        other_language(tongue, &own),
        q = escaped(&filled.search),
    )
}
