//! Accounts and invitations, for administrators; and the invited person's own two steps.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    ids::{AgentId, InvitationId},
    people::Role,
};
use serde::{Deserialize, Serialize};
use store::{Account as Row, Invitation as InvitationRow, InvitationState};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::SignedIn,
    extract::{Body, Id, word},
    page::{List, time},
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{
    App,
    flow::manage_people::{self, Change, Invite},
};

/// Accounts and invitations.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts))
        .routes(routes!(change_account))
        .routes(routes!(list_invitations, invite))
        .routes(routes!(withdraw_invitation))
        .routes(routes!(look_at_invitation))
        .routes(routes!(accept_invitation))
}

/// Somebody's account.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonAccount {
    id: String,
    name: String,
    email: String,
    role: String,
    queues: Vec<String>,
    /// `active` or `off`.
    state: String,
    /// Since when signing in asks them for a code.
    second_factor: Option<String>,
    /// When they last signed in.
    signed_in_at: Option<String>,
}

impl From<Row> for PersonAccount {
    fn from(row: Row) -> Self {
        Self {
            id: row.agent.id.to_string(),
            name: row.agent.name,
            email: row.agent.email,
            role: row.agent.role.word().to_owned(),
            queues: row.agent.queues,
            state: if row.off_since.is_some() { "off" } else { "active" }.to_owned(),
            second_factor: row.second_factor.map(time),
            signed_in_at: row.signed_in_at.map(time),
        }
    }
}

/// Everybody who has or had an account, and the queues there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accounts {
    /// By name; those who are switched off last.
    items: Vec<PersonAccount>,
    queues: Vec<Named>,
}

/// Everybody who has or had an account, and the queues there are. For administrators.
#[utoipa::path(get, path = "/accounts", tag = "agents", responses((status = 200, body = Accounts), (status = "4XX", body = ProblemBody)))]
async fn list_accounts(State(app): State<Arc<App>>, SignedIn(session): SignedIn) -> Result<Json<Accounts>, Problem> {
    manage_people::administers(&session)?;
    let mut conn = app.store.read().await?;
    let queues = conn.queues().await?.into_iter().map(|(key, name)| Named { key, name }).collect();
    let items = conn.accounts().await?.into_iter().map(PersonAccount::from).collect();
    Ok(Json(Accounts { items, queues }))
}

/// A change of somebody's account: one of these at a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, tag = "change", rename_all = "snake_case")]
pub enum AccountChange {
    /// Another role and other queues.
    Role {
        /// `agent`, `lead`, `knowledge_owner`, `auditor` or `admin`.
        role: String,
        /// Queue keys.
        queues: Vec<String>,
    },
    /// No longer let in; every session ends.
    Off,
    /// Let in again.
    On,
    /// Signed out everywhere.
    SignedOut,
    /// The password alone lets them in until they begin anew.
    SecondFactorLost,
}

/// Changes somebody's account; never one's own. Needs a confirmation of the last five minutes.
#[utoipa::path(post, path = "/accounts/{id}/changes", tag = "agents", params(("id" = String, Path)), request_body = AccountChange,
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn change_account(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<AgentId>,
    Body(asked): Body<AccountChange>,
) -> Result<StatusCode, Problem> {
    let change = match asked {
        AccountChange::Role { role, queues } => Change::Role(word::<Role>(&role)?, queues),
        AccountChange::Off => Change::Off,
        AccountChange::On => Change::On,
        AccountChange::SignedOut => Change::SignedOut,
        AccountChange::SecondFactorLost => Change::SecondFactorLost,
    };
    manage_people::change(&app, &session, id, change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invitation {
    id: String,
    email: String,
    name: String,
    role: String,
    queues: Vec<String>,
    by: String,
    created_at: String,
    expires_at: String,
    /// `open`, `accepted`, `withdrawn`, or `expired`.
    state: String,
}

/// Invitations, newest first.
#[utoipa::path(get, path = "/invitations", tag = "agents", responses((status = 200, body = List<Invitation>), (status = "4XX", body = ProblemBody)))]
async fn list_invitations(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<List<Invitation>>, Problem> {
    manage_people::administers(&session)?;
    let now = app.clock.now();
    let one = |row: InvitationRow| Invitation {
        state: match row.state {
            InvitationState::Open if row.expires_at <= now => "expired".to_owned(),
            state => state.word().to_owned(),
        },
        id: row.id.to_string(),
        email: row.email,
        name: row.name,
        role: row.role.word().to_owned(),
        queues: row.queues,
        by: row.by,
        created_at: time(row.created_at),
        expires_at: time(row.expires_at),
    };
    let rows = app.store.read().await?.invitations().await?;
    Ok(Json(List { items: rows.into_iter().map(one).collect() }))
}

/// Whom somebody invites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    name: String,
    email: String,
    /// `agent`, `lead`, `knowledge_owner`, `auditor` or `admin`.
    role: String,
    /// Queue keys; none means all for roles that see all.
    #[serde(default)]
    queues: Vec<String>,
}

/// An invitation's secret; told once. It stands behind the `#` of a link, so that no server on the way writes it down.
#[derive(Serialize, ToSchema)]
pub struct InvitationMade {
    id: String,
    token: String,
}

/// Invites somebody, for 72 hours and once. Needs a confirmation of the last five minutes. Nothing is mailed: whoever
/// invites passes the link on.
#[utoipa::path(post, path = "/invitations", tag = "agents", request_body = NewInvitation, responses((status = 201, body = InvitationMade), (status = "4XX", body = ProblemBody)))]
async fn invite(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Body(new): Body<NewInvitation>,
) -> Result<(StatusCode, Json<InvitationMade>), Problem> {
    let invite = Invite { role: word(&new.role)?, name: new.name, email: new.email, queues: new.queues };
    let (id, token) = manage_people::invite(&app, &session, &invite).await?;
    Ok((StatusCode::CREATED, Json(InvitationMade { id: id.to_string(), token })))
}

/// Takes an open invitation back.
#[utoipa::path(delete, path = "/invitations/{id}", tag = "agents", params(("id" = String, Path)), responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn withdraw_invitation(
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
    Id(id): Id<InvitationId>,
) -> Result<StatusCode, Problem> {
    manage_people::withdraw(&app, &session, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An invitation's secret.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationToken {
    token: String,
}

/// What an invited person sees.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    name: String,
    email: String,
    /// Who invites.
    by: String,
    desk: String,
}

/// Whom an invitation is for. Used, withdrawn, too old and never made are one answer.
#[utoipa::path(post, path = "/invitations/look", tag = "session", request_body = InvitationToken, responses((status = 200, body = Invited), (status = "4XX", body = ProblemBody)))]
async fn look_at_invitation(
    State(app): State<Arc<App>>,
    Body(asked): Body<InvitationToken>,
) -> Result<Json<Invited>, Problem> {
    let found = manage_people::look(&app, &asked.token).await?;
    Ok(Json(Invited { name: found.name, email: found.email, by: found.by, desk: app.config.desk.name.clone() }))
}

/// The invited person's password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    token: String,
    /// 8 to 1,000 characters.
    password: String,
}

/// Uses an invitation up. Then its person can sign in.
#[utoipa::path(post, path = "/invitations/acceptance", tag = "session", request_body = Acceptance, responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn accept_invitation(State(app): State<Arc<App>>, Body(yes): Body<Acceptance>) -> Result<StatusCode, Problem> {
    manage_people::accept(&app, &yes.token, &yes.password).await?;
    Ok(StatusCode::NO_CONTENT)
}
