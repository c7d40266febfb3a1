//! Every no of the API, in the form of RFC 9457. The one place that turns errors into statuses.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use desk::Refusal;
use outbox::DoorError;
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use super::policies::LineProblem;
use crate::FlowError;

/// What a caller is told when nothing was done.
#[derive(Debug)]
pub struct Problem {
    word: &'static str,
    status: StatusCode,
    title: &'static str,
    detail: String,
    next: Option<&'static str>,
    retry_after: Option<i64>,
    problems: Vec<LineProblem>,
}

/// The body of a problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `/problems/<word>`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem, in a few words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// One sentence for the person.
    detail: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'static str>,
    /// What is wrong with each line of a text that was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<LineProblem>,
}

impl Problem {
    fn new(word: &'static str, status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { word, status, title, detail: detail.into(), next: None, retry_after: None, problems: Vec::new() }
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        Self::new("signed-out", StatusCode::UNAUTHORIZED, "Signed out", Refusal::SignedOut.to_string())
    }

    /// The same answer for a wrong address and a wrong password.
    pub fn wrong_password() -> Self {
        Self::new(
            "wrong-password",
            StatusCode::UNAUTHORIZED,
            "Wrong address or password",
            "Address and password do not fit together.",
        )
    }

    /// The password is right, and a code is asked for besides.
    pub fn second_factor(detail: String) -> Self {
        Self::new("second-factor", StatusCode::UNAUTHORIZED, "A code is asked for", detail)
    }

    /// Not for this caller.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new("forbidden", StatusCode::FORBIDDEN, "Not allowed", detail)
    }

    /// Nothing there, or nothing the caller may see.
    pub fn not_found() -> Self {
        Self::new("not-found", StatusCode::NOT_FOUND, "Not found", FlowError::NotFound.to_string())
    }

    /// Makes no sense.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new("invalid", StatusCode::UNPROCESSABLE_ENTITY, "Invalid request", detail)
    }

    /// Makes no sense, with a status of its own.
    pub fn invalid_as(status: StatusCode, detail: impl Into<String>) -> Self {
        Self::new("invalid", status, "Invalid request", detail)
    }

    /// The revision named in `If-Match` is not the current one.
    pub fn precondition_failed() -> Self {
        Self::new("stale", StatusCode::PRECONDITION_FAILED, "Changed meanwhile", FlowError::Stale.to_string())
    }

    /// Somebody or something was faster.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new("stale", StatusCode::CONFLICT, "Changed meanwhile", detail)
    }

    /// Longer than allowed.
    pub fn too_large() -> Self {
        Self::new(
            "too-large",
            StatusCode::PAYLOAD_TOO_LARGE,
            "Too large",
            "This request is larger than the desk takes.",
        )
    }

    /// The key was used for another request.
    pub fn idempotency_mismatch() -> Self {
        let detail = "This Idempotency-Key was used for another request. Use a new key.";
        Self::new("idempotency-mismatch", StatusCode::UNPROCESSABLE_ENTITY, "Key used for another request", detail)
    }

    /// Too many tries.
    pub fn rate_limited(seconds: i64) -> Self {
        let detail = "Too many failed tries. Wait a quarter of an hour, then try again.";
        let retry_after = Some(seconds);
        Self { retry_after, ..Self::new("rate-limited", StatusCode::TOO_MANY_REQUESTS, "Too many tries", detail) }
    }

    /// Something we depend on does not work.
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self {
            next: Some("Try again in a moment. If it stays so, the desk's operator finds the cause in the log."),
            ..Self::new("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Not available just now", detail)
        }
    }

    /// Ours. What happened goes to the log only.
    pub fn internal(cause: &str) -> Self {
        tracing::error!(cause, "internal error");
        let detail = FlowError::Internal(String::new()).to_string();
        Self::new("internal", StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong", detail)
    }

    /// For changes made under `If-Match`: a stale revision is a failed precondition.
    pub fn under_if_match(error: FlowError) -> Self {
        match error {
            FlowError::Stale => Self::precondition_failed(),
            other => other.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::SignedOut => Self::signed_out(),
            Refusal::ConfirmFirst => Self::new("confirm", StatusCode::FORBIDDEN, "Confirm that it is you", detail),
            Refusal::NotYours | Refusal::NotAPerson | Refusal::Approver { .. } | Refusal::Role { .. } => {
                Self::forbidden(detail)
            }
            Refusal::NewMessage
            | Refusal::Edited
            | Refusal::DigestMismatch
            | Refusal::PageSpent
            | Refusal::Expired
            | Refusal::SourceChanged { .. }
            | Refusal::PolicyChanged
            | Refusal::NeedsSecond
            | Refusal::DraftState { .. }
            | Refusal::InHand { .. }
            | Refusal::Halted
            | Refusal::Stays { .. }
            | Refusal::Left => Self::new("refused", StatusCode::CONFLICT, "Refused", detail),
            Refusal::Category { .. }
            | Refusal::Inside
            | Refusal::Rung { .. }
            | Refusal::Lapsed { .. }
            | Refusal::Unacknowledged { .. }
            | Refusal::Blocked { .. }
            | Refusal::Unconfirmed
            | Refusal::Schedule
            | Refusal::Counted
            | Refusal::Unfit { .. }
            | Refusal::Hurried { .. }
            | Refusal::Regressed { .. }
            | Refusal::Unread { .. }
            | Refusal::DayIsFull { .. }
            | Refusal::NoRecipient { .. }
            | Refusal::Unsendable { .. }
            | Refusal::Transition { .. }
            | Refusal::Consent { .. } => Self::new("refused", StatusCode::UNPROCESSABLE_ENTITY, "Refused", detail),
        }
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Refused(refusal) => refusal.into(),
            FlowError::Invalid(detail) => Self::invalid(detail),
            FlowError::Lines(lines) => Self {
                problems: lines.iter().cloned().map(LineProblem::from).collect(),
                ..Self::invalid(FlowError::Lines(lines).to_string())
            },
            FlowError::NotFound => Self::not_found(),
            FlowError::Stale => Self::conflict(FlowError::Stale.to_string()),
            FlowError::Conflict(detail) => Self::conflict(detail),
            FlowError::Unavailable(detail) => Self::unavailable(detail),
            FlowError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        FlowError::from(error).into()
    }
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        FlowError::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = ProblemBody {
            kind: format!("/problems/{}", self.word),
            title: self.title,
            status: self.status.as_u16(),
            detail: self.detail,
            next: self.next,
            problems: self.problems,
        };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"countersign\""));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_status() {
        let cases = [
            (Refusal::NewMessage, 409),
            (Refusal::Edited, 409),
            (Refusal::DigestMismatch, 409),
            (Refusal::PageSpent, 409),
            (Refusal::Expired, 409),
            (Refusal::SourceChanged { title: String::new() }, 409),
            (Refusal::DraftState { state: String::new() }, 409),
            (Refusal::PolicyChanged, 409),
            (Refusal::Approver { needs: String::new() }, 403),
            (Refusal::Lapsed { why: String::new() }, 422),
            (Refusal::InHand { by: String::new() }, 409),
            (Refusal::Left, 409),
            (Refusal::NotYours, 403),
            (Refusal::NotAPerson, 403),
            (Refusal::Role { needs: String::new() }, 403),
            (Refusal::SignedOut, 401),
            (Refusal::Blocked { label: String::new() }, 422),
            (Refusal::Consent { because: String::new() }, 422),
            (Refusal::Regressed { cases: String::new() }, 422),
        ];
        for (refusal, status) in cases {
            assert_eq!(Problem::from(refusal.clone()).status.as_u16(), status, "{refusal:?}");
        }
    }

    #[test]
    fn causes_stay_in_the_log() {
        let problem = Problem::from(FlowError::Internal("column 3 of table agents".to_owned()));
        assert!(!problem.detail.contains("agents"), "{}", problem.detail);
    }
}
