//! What requesters say of a ticket, for the people who answered it.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use desk::{ids::TicketId, survey::Step};
use serde::Serialize;
use store::Conn;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Answering,
    extract::Id,
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow::answer_survey};

/// Routes of surveys.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(follow_survey_up))
}

/// What a requester said of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub struct TicketSurvey {
    /// How it went, 1 to 5.
    rating: i64,
    /// How much work it was for them, 1 to 5.
    effort: Option<i64>,
    /// In their own words; may be empty.
    comment: String,
    answered_at: Option<String>,
    /// `none`, `open` (a low rating that nobody saw to) or `done`.
    follow_up: String,
    /// Who saw to it.
    followed_up_by: Option<String>,
}

impl TicketSurvey {
    /// Of a ticket that the caller may see.
    pub async fn load(conn: &mut Conn, ticket: TicketId) -> Result<Option<Self>, Problem> {
        let Some(survey) = conn.survey(ticket).await? else { return Ok(None) };
        let Some(rating) = survey.rating else { return Ok(None) };
        let follow_up = match (answer_survey::wants_a_person(&survey), &survey.followed_up) {
            (true, _) => "open",
            (false, Some(_)) => "done",
            (false, None) => "none",
        };
        Ok(Some(Self {
            rating: rating.number(),
            effort: survey.effort.map(Step::number),
            comment: survey.comment,
            answered_at: survey.answered_at.map(time),
            follow_up: follow_up.to_owned(),
            followed_up_by: survey.followed_up.map(|(by, _)| by),
        }))
    }
}

/// Says that a person saw to the low rating of a ticket.
#[utoipa::path(post, path = "/tickets/{id}/survey/follow-up", tag = "tickets", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = ProblemBody)))]
async fn follow_survey_up(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(ticket): Id<TicketId>,
) -> Result<StatusCode, Problem> {
    answer_survey::follow_up(&app, &session, ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}
