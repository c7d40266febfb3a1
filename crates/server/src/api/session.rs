//! Signing in and out, and what a person sets for themselves.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::people::{Agent as Person, AiSetting};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{SignedIn, set_cookie},
    desk_status::Desk,
    extract::{Body, word},
    people::AiChoice,
    problem::{Problem, ProblemBody},
};
use crate::{
    App, flow,
    flow::sign_in::{FAILURE_SECONDS, SESSION_SECONDS, SignInError, Typed},
};

/// Routes of the session.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, get_session, sign_out))
        .routes(routes!(set_own_ai))
        .routes(routes!(confirm_session))
}

/// A signed-in person and the desk they work at.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    agent: Agent,
    desk: Desk,
}

/// A person who answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Agent {
    id: String,
    name: String,
    email: String,
    /// `agent`, `lead`, `knowledge_owner`, `auditor` or `admin`.
    role: String,
    queues: Vec<String>,
    /// `default`, `in` or `out`.
    ai: String,
}

impl From<&Person> for Agent {
    fn from(agent: &Person) -> Self {
        Self {
            id: agent.id.to_string(),
            name: agent.name.clone(),
            email: agent.email.clone(),
            role: agent.role.word().to_owned(),
            queues: agent.queues.clone(),
            ai: agent.ai.word().to_owned(),
        }
    }
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
pub struct Credentials {
    email: String,
    password: String,
    /// A code of the authenticator app, or a recovery code, where a problem `second-factor` asked for one.
    #[serde(default)]
    code: Option<String>,
}

/// Browser and system of a client, as far as it says: enough to tell one's own sessions apart.
pub(super) fn client(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let named =
        |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

/// Signs a person in; the session comes as a cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = Credentials,
    responses((status = 201, body = Session), (status = "4XX", body = ProblemBody)))]
async fn sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(typed): Body<Credentials>,
) -> Result<Response, Problem> {
    let opened = flow::sign_in::sign_in(
        &app,
        Typed {
            email: &typed.email,
            password: &typed.password,
            code: typed.code.as_deref(),
            client: &client(&headers),
        },
    )
    .await
    .map_err(not_let_in)?;
    let session = Session { agent: opened.session.agent().into(), desk: Desk::load(&app).await? };
    let cookie = set_cookie(&headers, &opened.token, SESSION_SECONDS);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], Json(session)).into_response())
}

fn not_let_in(error: SignInError) -> Problem {
    match error {
        SignInError::Wrong => Problem::wrong_password(),
        SignInError::SecondFactor | SignInError::WrongCode => Problem::second_factor(error.to_string()),
        SignInError::TooMany => Problem::rate_limited(FAILURE_SECONDS),
        SignInError::Flow(error) => error.into(),
    }
}

/// A person's own password, typed again.
#[derive(Deserialize, ToSchema)]
pub struct PasswordAgain {
    password: String,
}

/// Proves again that it is them, where something asks for more than a session. Counts for what is open now.
#[utoipa::path(post, path = "/session/confirmation", tag = "session", request_body = PasswordAgain,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn confirm_session(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(typed): Body<PasswordAgain>,
) -> Result<StatusCode, Problem> {
    flow::sign_in::confirm(&app, &session, &typed.password).await.map_err(not_confirmed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The session lives on: this is no sign-in that failed.
pub fn not_confirmed(error: SignInError) -> Problem {
    match error {
        SignInError::Wrong => Problem::invalid("This is not your password. Nothing was approved."),
        other => not_let_in(other),
    }
}

/// Who is signed in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Session), (status = "4XX", body = ProblemBody)))]
async fn get_session(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<Json<Session>, Problem> {
    Ok(Json(Session { agent: session.agent().into(), desk: Desk::load(&app).await? }))
}

/// Signs out.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn sign_out(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    flow::sign_in::sign_out(&app, &session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&headers, "", 0))]).into_response())
}

/// Whether the machine prepares drafts for this person.
#[utoipa::path(put, path = "/session/ai", tag = "session", request_body = AiChoice,
    responses((status = 200, body = Agent), (status = "4XX", body = ProblemBody)))]
async fn set_own_ai(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(choice): Body<AiChoice>,
) -> Result<Json<Agent>, Problem> {
    let ai: AiSetting = word(&choice.ai)?;
    flow::set_consent::agent(&app, &session, ai).await?;
    let agent = app.store.read().await?.agent(session.agent().id).await?;
    Ok(Json((&agent).into()))
}
