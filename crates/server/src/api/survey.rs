//! The page behind the question how it went: five buttons, and then, for whoever wants to say more, how much work it was and a
//! few words. No script, no account. Looking changes nothing; every form carries a mark that is good on its own page only.

use std::sync::Arc;

use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use desk::{
    portal::Refused,
    survey::{COMMENT_CHARS_MAX, Step},
};
use serde::Deserialize;

use super::{
    frame::{self, Head, Tongue, escaped},
    portal_page::other_language,
    survey_words::Words,
};
use crate::{
    App, FlowError,
    flow::{
        answer_survey::{self, Asked, Said},
        post_on_page::PostError,
    },
};

/// The longest comment in the widest encoding, as a form writes it, and room for the rest.
const FORM_BYTES_MAX: usize = COMMENT_CHARS_MAX * 12 + 1024;

/// Its routes, outside the API: a mail links to them.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/survey/{link}", get(look).post(answer))
        .route("/survey/{link}/refusal", post(decline))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(app)
}

#[derive(Debug, Default, Deserialize)]
struct Wanted {
    lang: Option<String>,
    done: Option<String>,
}

/// What a form says. A button says a rating alone.
#[derive(Debug, Deserialize)]
struct Given {
    form: String,
    #[serde(default)]
    rating: Option<i64>,
    #[serde(default)]
    effort: Option<i64>,
    #[serde(default)]
    comment: Option<String>,
}

async fn look(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let asked = match answer_survey::look(&app, &link).await {
        Ok(asked) => asked,
        Err(error) => return broken(&app, Tongue::chosen(wanted.lang.as_deref(), &headers), &error),
    };
    let kept = asked.language.map(|language| language.word());
    let tongue = Tongue::chosen(wanted.lang.as_deref().or(kept), &headers);
    let words = Words::of(tongue);
    let done = match wanted.done.as_deref() {
        Some("answer") => format!("<p class=\"saved\" role=\"status\">{}</p>", words.saved),
        Some("refusal") => format!("<p class=\"saved\" role=\"status\">{}</p>", words.did_decline),
        _ => String::new(),
    };
    show(&app, &link, tongue, &asked, &done, StatusCode::OK)
}

async fn answer(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let tongue = Tongue::chosen(wanted.lang.as_deref(), &headers);
    let said = Said {
        rating: given.rating.and_then(Step::of),
        effort: given.effort.and_then(Step::of),
        comment: given.comment.map(|text| text.replace("\r\n", "\n")),
        form: given.form,
    };
    after(&app, &link, tongue, answer_survey::answer(&app, &link, &said).await, "answer").await
}

async fn decline(
    State(app): State<Arc<App>>,
    Path(link): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    Form(given): Form<Given>,
) -> Response {
    let tongue = Tongue::chosen(wanted.lang.as_deref(), &headers);
    after(&app, &link, tongue, answer_survey::decline(&app, &link, &given.form).await, "refusal").await
}

/// Back to the page, so that loading it again sends nothing again; or the page with what to do.
async fn after(app: &App, link: &str, tongue: Tongue, done: Result<(), PostError>, word: &str) -> Response {
    let why = match done {
        // A link that held is letters, digits, `-` and `_` only.
        Ok(()) => {
            return Redirect::to(&format!("/survey/{link}?lang={}&done={word}", tongue.word())).into_response();
        }
        Err(PostError::Flow(error)) => return broken(app, tongue, &error),
        Err(PostError::Refused(why)) => why,
    };
    let words = Words::of(tongue);
    let (text, status) = match why {
        Refused::TooOften => (words.too_often, StatusCode::TOO_MANY_REQUESTS),
        Refused::Empty => (words.choose, StatusCode::UNPROCESSABLE_ENTITY),
        _ => (words.again, StatusCode::UNPROCESSABLE_ENTITY),
    };
    match answer_survey::look(app, link).await {
        Ok(asked) => show(app, link, tongue, &asked, &format!("<p class=\"failed\" role=\"alert\">{text}</p>"), status),
        Err(error) => broken(app, tongue, &error),
    }
}

fn broken(app: &App, tongue: Tongue, error: &FlowError) -> Response {
    let words = Words::of(tongue);
    let head = Head { tongue, title: words.title, desk: &app.config.desk.name, framed_by: &[] };
    if matches!(error, FlowError::NotFound) {
        return frame::page(StatusCode::NOT_FOUND, &head, words.gone);
    }
    tracing::error!(%error, "a survey's page could not be made");
    frame::page(StatusCode::SERVICE_UNAVAILABLE, &head, words.failed)
}

fn show(app: &App, link: &str, tongue: Tongue, asked: &Asked, said: &str, status: StatusCode) -> Response {
    let words = Words::of(tongue);
    let head = Head { tongue, title: words.title, desk: &app.config.desk.name, framed_by: &[] };
    match app.door.form_token(link, app.clock.now()) {
        Ok(form) => frame::page(status, &head, &body(link, tongue, asked, said, &form)),
        Err(_) => frame::page(StatusCode::SERVICE_UNAVAILABLE, &head, words.failed),
    }
}

fn body(link: &str, tongue: Tongue, asked: &Asked, said: &str, form: &str) -> String {
    let (words, lang, survey) = (Words::of(tongue), tongue.word(), &asked.survey);
    let mark = format!("<input type=\"hidden\" name=\"form\" value=\"{form}\">");
    let buttons: String = Step::ALL
        .iter()
        .rev()
        .zip(words.ratings)
        .map(|(step, label)| {
            let (class, mark) = if survey.rating == Some(*step) {
                (" class=\"first\" aria-current=\"true\"", " ✓")
            } else {
                ("", "")
            };
            format!("<button{class} name=\"rating\" value=\"{n}\">{n} · {label}{mark}</button>", n = step.number())
        })
        .collect();
    let more = survey.rating.map(|_| more(link, tongue, asked, &mark)).unwrap_or_default();
    let stop = if asked.declined {
        format!("<p class=\"small\">{}</p>", words.declined)
    } else {
        format!(
            "<form method=\"post\" action=\"/survey/{link}/refusal?lang={lang}\">{mark}<button>{}</button></form>",
            words.decline
        )
    };
    let day = asked.until.date();
    format!(
        "{said}<p>{} #{}</p><form method=\"post\" action=\"/survey/{link}?lang={lang}\">{mark}{buttons}</form>{more}\
         <p class=\"small\">{} {day}. {}</p><footer>{stop}{}</footer>",
        words.question,
        asked.number,
        words.until,
        words.who_reads,
        other_language(tongue, &format!("/survey/{link}")),
    )
}

/// For whoever answered: how much work it was, and a few words. Neither is asked for.
fn more(link: &str, tongue: Tongue, asked: &Asked, mark: &str) -> String {
    let words = Words::of(tongue);
    let steps: String = Step::ALL
        .iter()
        .map(|step| {
            let n = step.number();
            let checked = if asked.survey.effort == Some(*step) { " checked" } else { "" };
            let label = match n {
                1 => format!("1 · {}", words.effort_low),
                5 => format!("5 · {}", words.effort_high),
                _ => n.to_string(),
            };
            format!(
                "<label class=\"step\"><input type=\"radio\" name=\"effort\" value=\"{n}\"{checked}> {label}</label>"
            )
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"/survey/{link}?lang={lang}\">{mark}<fieldset><legend>{effort}</legend>{steps}</fieldset>\
         <label for=\"comment\">{comment}</label><textarea id=\"comment\" name=\"comment\" maxlength=\"{COMMENT_CHARS_MAX}\">{kept}</textarea>\
         <button class=\"first\">{send}</button></form>",
        lang = tongue.word(),
        effort = words.effort,
        comment = words.comment,
        kept = escaped(&asked.survey.comment),
        send = words.send,
    )
}
