//! A requester's page as HTML. Every word from outside goes through `escaped`; nothing else is put between tags.

use axum::http::StatusCode;
use desk::{
    Timestamp,
    portal::{Refused, Wish},
    ticket::Status,
};
use outbox::{ShownFile, ShownMessage, ShownRequest, ShownTicket, Speaker};

use super::{
    frame::{Tongue, escaped},
    portal_words::Words,
};

/// What a page is made of beside its ticket.
pub struct Around<'a> {
    /// Language.
    pub tongue: Tongue,
    /// The link's token.
    pub token: &'a str,
    /// The mark of its forms.
    pub form: &'a str,
    /// Where its reader says yes or no to AI.
    pub choice: Option<&'a str>,
    /// Whether there is a help centre.
    pub help: bool,
    /// What was done before, or why it was not.
    pub said: Said<'a>,
}

/// What stands over a page after somebody did something.
#[derive(Clone, Copy)]
pub enum Said<'a> {
    /// Nothing.
    Nothing,
    /// It worked.
    Done(&'a str),
    /// It did not: why, in words, and what they had written.
    Refused(Refused, &'a str, &'a str),
}

impl Said<'_> {
    /// The status of a page that says it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Refused(Refused::TooOften, ..) => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(Refused::TooLarge, ..) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Refused(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Nothing | Self::Done(_) => StatusCode::OK,
        }
    }

    /// As HTML.
    pub fn html(self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Done(text) => format!("<p class=\"saved\" role=\"status\">{}</p>", escaped(text)),
            Self::Refused(_, text, _) => format!("<p class=\"failed\" role=\"alert\">{}</p>", escaped(text)),
        }
    }
}

/// A ticket's page.
pub fn ticket(shown: &ShownTicket, around: &Around<'_>) -> String {
    let words = Words::of(around.tongue);
    let talk: String = shown.messages.iter().map(|m| message(m, around.token, words)).collect();
    let talk = if talk.is_empty() {
        format!("<p>{}</p>", words.empty_talk)
    } else {
        format!("<ol class=\"talk\">{talk}</ol>")
    };
    format!(
        "{}<p class=\"state\">#{} · {}: {}</p><h2>{}</h2>{talk}{}{}",
        around.said.html(),
        shown.number,
        words.state,
        words.status(shown.status),
        escaped(&shown.subject),
        answer(shown.status, around, words),
        foot(shown.status, around, words),
    )
}

fn message(message: &ShownMessage, token: &str, words: &Words) -> String {
    let (class, author) = match message.speaker {
        Speaker::Requester => ("own", words.you.to_owned()),
        Speaker::Desk => ("desk", escaped(&message.author)),
    };
    let files: Vec<String> = message.files.iter().map(|one| file(one, token)).collect();
    let files = if files.is_empty() {
        String::new()
    } else {
        format!("<p class=\"small\">{}: {}</p>", words.files, files.join(", "))
    };
    format!(
        "<li class=\"{class}\"><header><strong>{author}</strong> {}</header><div class=\"text\">{}</div>{files}</li>",
        time(message.at),
        escaped(&message.text)
    )
}

fn file(file: &ShownFile, token: &str) -> String {
    let kb = file.size.max(0).div_euclid(1024).max(1);
    format!("<a href=\"/portal/{token}/files/{}\" download>{}</a> ({kb} KB)", file.id, escaped(&file.name))
}

/// The same instant for everybody: a page cannot know where its reader is.
fn time(at: Timestamp) -> String {
    let full = at.rfc3339();
    let day = full.get(..10).unwrap_or_default();
    let clock = full.get(11..16).unwrap_or_default();
    format!("<time datetime=\"{full}\">{day}, {clock} UTC</time>")
}

/// The form to write, with the buttons that fit where the ticket stands.
fn answer(status: Status, around: &Around<'_>, words: &Words) -> String {
    let kept = match around.said {
        Said::Refused(_, _, written) => escaped(written),
        Said::Nothing | Said::Done(_) => String::new(),
    };
    let button =
        |wish: Wish, class: &str, label: &str| format!("<button{class} name=\"do\" value=\"{wish}\">{label}</button>");
    let (before, first) = match status {
        Status::Solved => (String::new(), button(Wish::Reopen, " class=\"first\"", words.reopen)),
        Status::Closed => {
            (format!("<p>{}</p>", words.after_closed), button(Wish::Reply, " class=\"first\"", words.reply))
        }
        _ => (String::new(), button(Wish::Reply, " class=\"first\"", words.reply)),
    };
    format!(
        "{before}<form method=\"post\" action=\"/portal/{token}/messages?lang={lang}\" enctype=\"multipart/form-data\"><input type=\"hidden\" name=\"form\" value=\"{form}\">\
         <label for=\"text\">{write}</label><textarea id=\"text\" name=\"text\" maxlength=\"20000\">{kept}</textarea>\
         <label for=\"files\">{attach}</label><input id=\"files\" type=\"file\" name=\"files\" multiple>{first}\
         {person}<p class=\"small\">{why}</p></form>",
        token = around.token,
        lang = around.tongue.word(),
        form = around.form,
        write = words.write,
        attach = words.attach,
        person = button(Wish::Person, "", words.person),
        why = words.person_why,
    )
}

fn foot(status: Status, around: &Around<'_>, words: &Words) -> String {
    let (lang, token) = (around.tongue.word(), around.token);
    let posts = |to: &str, label: &str| {
        format!(
            "<form method=\"post\" action=\"/portal/{token}/{to}?lang={lang}\"><input type=\"hidden\" name=\"form\" value=\"{}\"><button>{label}</button></form>",
            around.form
        )
    };
    let close = match status {
        Status::Solved | Status::Closed => String::new(),
        _ => posts("closing", words.close),
    };
    let choice =
        around.choice.map(|link| format!("<a href=\"{}\">{}</a>", escaped(link), words.ai)).unwrap_or_default();
    let help = if around.help { format!("<a href=\"/help?lang={lang}\">{}</a>", words.help) } else { String::new() };
    format!(
        "{close}{}<p class=\"small\">{}</p><footer>{choice} {help} {}<p class=\"small\">{}</p></footer>",
        posts("requests", words.others),
        words.others_why,
        other_language(around.tongue, &format!("/portal/{token}")),
        words.forwarded
    )
}

/// The link to the same page in the other language.
pub fn other_language(tongue: Tongue, path: &str) -> String {
    let (word, name) = tongue.other();
    let glue = if path.contains('?') { '&' } else { '?' };
    format!(
        "<a href=\"{}\" hreflang=\"{word}\" lang=\"{word}\">{name}</a>",
        escaped(&format!("{path}{glue}lang={word}"))
    )
}

/// Everything somebody asked.
pub fn requests(found: &[(ShownRequest, String)], tongue: Tongue, token: &str) -> String {
    let words = Words::of(tongue);
    let lines: String = found
        .iter()
        .map(|(one, link)| {
            format!(
                "<li><a href=\"/portal/{link}?lang={}\">#{} · {}</a><span class=\"small\">{} · {}</span></li>",
                tongue.word(),
                one.number,
                escaped(&one.subject),
                words.status(one.status),
                time(one.at)
            )
        })
        .collect();
    format!("<ul class=\"list\">{lines}</ul><footer>{}</footer>", other_language(tongue, &format!("/portal/{token}")))
}
