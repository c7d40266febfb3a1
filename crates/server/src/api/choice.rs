//! The page behind the link under every mail: its reader says whether AI may touch their cases. No script, no account. Looking
//! changes nothing, because programs that check links look too; a button changes it. It tells nothing of the requester but this
//! one setting, because a mail may be forwarded.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use desk::{consent::DeskDefault, people::AiSetting};
use serde::Deserialize;

use super::frame::{self, Head, Tongue};
use crate::{App, FlowError, flow::set_consent};

/// A form of one short word.
const FORM_BYTES_MAX: usize = 256;

/// Its one route, outside the API: a mail links to it.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/choice/{link}", get(look).post(choose))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}

#[derive(Deserialize)]
struct Choice {
    ai: String,
}

async fn look(State(app): State<Arc<App>>, Path(link): Path<String>, headers: HeaderMap) -> Response {
    let words = Words::for_reader(&headers);
    shown(&app, words, set_consent::look(&app, &link).await, false)
}

async fn choose(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let words = Words::for_reader(&headers);
    let Ok(ai) = choice.ai.parse::<AiSetting>() else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, words, &app.config.desk.name, words.failed);
    };
    let said = set_consent::by_link(&app, &link, ai).await.map(|()| ai);
    shown(&app, words, said, true)
}

fn shown(app: &App, words: &Words, said: Result<AiSetting, FlowError>, is_saved: bool) -> Response {
    let desk = &app.config.desk;
    let ai = match said {
        Ok(ai) => ai,
        Err(FlowError::NotFound) => return page(StatusCode::NOT_FOUND, words, &desk.name, words.gone),
        Err(error) => {
            tracing::error!(%error, "a choice could not be read or kept");
            return page(StatusCode::SERVICE_UNAVAILABLE, words, &desk.name, words.failed);
        }
    };
    let is_on = match ai {
        AiSetting::In => true,
        AiSetting::Out => false,
        AiSetting::Default => desk.ai_default == DeskDefault::OptOut,
    };
    let state = if is_on { words.is_on } else { words.is_off };
    let saved =
        if is_saved { format!("<p class=\"saved\" role=\"status\">{}</p>", words.saved) } else { String::new() };
    let (other, label) = if is_on { (AiSetting::Out, words.turn_off) } else { (AiSetting::In, words.turn_on) };
    let body = format!(
        "{saved}<p>{}</p><p class=\"state\">{state}</p><form method=\"post\"><button name=\"ai\" value=\"{}\">{label}</button></form><p class=\"small\">{}</p>",
        words.what,
        other.word(),
        words.scope
    );
    page(StatusCode::OK, words, &desk.name, &body)
}

fn page(status: StatusCode, words: &Words, desk: &str, body: &str) -> Response {
    let head = Head { tongue: words.tongue, title: words.title, desk, framed_by: &[] };
    frame::page(status, &head, body)
}

/// The page's words in one language.
struct Words {
    tongue: Tongue,
    title: &'static str,
    what: &'static str,
    is_on: &'static str,
    is_off: &'static str,
    turn_on: &'static str,
    turn_off: &'static str,
    saved: &'static str,
    scope: &'static str,
    gone: &'static str,
    failed: &'static str,
}

const ENGLISH: Words = Words {
    tongue: Tongue::English,
    title: "AI and your messages",
    what: "AI here sorts messages, looks for sources and prepares drafts. A person reads every draft, changes it where needed, and sends it. You can say no: people then do this work, and your messages are not compared, learnt from or given to a language model. Fixed rules still look for urgent words, so that nobody in danger waits. You lose nothing by saying no.",
    is_on: "At present AI may help with your messages.",
    is_off: "At present no AI is used for your messages.",
    turn_on: "Let AI help again",
    turn_off: "No AI for my messages",
    saved: "Saved. It holds from now on.",
    scope: "This counts for messages from the address this mail was sent to. You can change it with the same link at any time, or tell us in a reply.",
    gone: "<p>This link is not valid, or no longer. Use the link in our newest mail to you, or tell us in a reply.</p>",
    failed: "<p>This could not be saved. Please try again in a minute, or tell us in a reply.</p>",
};

const GERMAN: Words = Words {
    tongue: Tongue::German,
    title: "KI und Ihre Nachrichten",
    what: "KI sortiert hier Nachrichten, sucht Quellen und bereitet Entwürfe vor. Jeden Entwurf liest ein Mensch, ändert ihn, wo es nötig ist, und sendet ihn. Sie können nein sagen: Dann machen Menschen diese Arbeit, und Ihre Nachrichten werden nicht verglichen, nicht gelernt und keinem Sprachmodell gegeben. Feste Regeln suchen weiter nach dringenden Worten, damit niemand in Gefahr wartet. Ein Nein hat keine Nachteile für Sie.",
    is_on: "Zurzeit darf KI bei Ihren Nachrichten helfen.",
    is_off: "Zurzeit wird für Ihre Nachrichten keine KI verwendet.",
    turn_on: "KI wieder helfen lassen",
    turn_off: "Keine KI für meine Nachrichten",
    saved: "Gespeichert. Es gilt ab jetzt.",
    scope: "Das gilt für Nachrichten von der Adresse, an die diese Mail ging. Sie können es mit demselben Link jederzeit ändern oder uns in einer Antwort Bescheid geben.",
    gone: "<p>Dieser Link gilt nicht oder nicht mehr. Nehmen Sie den Link aus unserer neuesten Mail an Sie, oder geben Sie uns in einer Antwort Bescheid.</p>",
    failed: "<p>Das konnte nicht gespeichert werden. Versuchen Sie es in einer Minute noch einmal, oder geben Sie uns in einer Antwort Bescheid.</p>",
};

impl Words {
    fn for_reader(headers: &HeaderMap) -> &'static Self {
        match Tongue::of_browser(headers) {
            Tongue::German => &GERMAN,
            Tongue::English => &ENGLISH,
        }
    }
}
