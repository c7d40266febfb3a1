//! Asks the model in use about the graded statements of a suite's cases. Only of cases that the desk holds: whether their people let
//! AI near them stands with their tickets.

use std::collections::BTreeMap;

use desk::{
    audit::Service,
    eval::{
        self,
        graded::{Judged, PROMPT_VERSION, Reading},
    },
    ids::TicketId,
};
use store::{EvalCaseState, GraderRow, Purpose};

use super::{
    grade_text::{self, REQUESTS_EACH},
    prepare_reply::Case,
    which_model::{self, Endpoint},
};
use crate::{App, FlowError};

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Graded {
    /// The grader said something.
    Read(Reading),
    /// It was not asked.
    NotAsked {
        /// Why, in words.
        why: String,
    },
}

/// A model that grades, and how many requests it may be sent.
pub struct Grader<'a> {
    app: &'a App,
    endpoint: Endpoint<'a>,
    tickets: BTreeMap<String, TicketId>,
    requests_left: usize,
    /// How far it agreed with people; none when nobody asked.
    pub calibration: Option<GraderRow>,
}

impl<'a> Grader<'a> {
    /// The model in use, for at most `requests`.
    ///
    /// # Errors
    /// [`FlowError::Unavailable`] without a model, or where its endpoint may be given nothing.
    pub async fn new(app: &'a App, requests: usize) -> Result<Self, FlowError> {
        let endpoint = which_model::present(app).await?;
        endpoint.may_grade(&app.config.desk.model_regions)?;
        let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
        let mut conn = app.store.read().await?;
        let rows = conn.eval_cases(&grant, EvalCaseState::Approved).await?;
        let named = rows.into_iter().filter_map(|row| Some((eval::read(&row.body).ok()?.id, row.ticket)));
        let calibration = conn.grader_calibration(&endpoint.as_grader()).await?;
        Ok(Self { app, endpoint, tickets: named.collect(), requests_left: requests, calibration })
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &'a str {
        &self.endpoint.config.name
    }

    /// Every graded statement of a case about the draft it gave.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn read(&mut self, case: &eval::Case, draft: Result<&str, &str>) -> Result<Vec<Graded>, FlowError> {
        let mut all = Vec::new();
        for statement in &case.expect.graded {
            let came = match draft {
                Err(_) => not_asked("there is no draft to read"),
                Ok(_) if self.requests_left < REQUESTS_EACH => {
                    not_asked("the requests of this run are used up; allow more with --grader-requests")
                }
                Ok(draft) => self.statement(case, draft, statement).await?,
            };
            all.push(came);
        }
        Ok(all)
    }

    async fn statement(&mut self, case: &eval::Case, draft: &str, statement: &str) -> Result<Graded, FlowError> {
        let Some(ticket) = self.tickets.get(&case.id) else {
            return Ok(not_asked("the desk holds no such case, so nobody can say whether its person lets AI near it"));
        };
        let grant = self.app.service_grant(Service::Preparation, Purpose::Work)?;
        let mut conn = self.app.store.read().await?;
        let Some(about) = Case::load(&mut conn, &grant, *ticket, self.app.clock.now()).await? else {
            return Ok(not_asked("its ticket is gone"));
        };
        drop(conn);
        let question = case.question().map(|q| format!("{}\n\n{}", q.subject, q.text)).unwrap_or_default();
        let sources = case.sources.iter().map(|s| (s.title.clone(), s.text.clone())).collect();
        let judged = Judged { question, sources, draft: draft.to_owned() };
        self.requests_left -= REQUESTS_EACH;
        match grade_text::grade(self.app, self.endpoint, &about, &judged, statement).await {
            Ok(reading) => Ok(Graded::Read(reading)),
            Err(FlowError::Refused(refusal)) => Ok(not_asked(&refusal.to_string())),
            Err(other) => Err(other),
        }
    }
}

fn not_asked(why: &str) -> Graded {
    Graded::NotAsked { why: why.to_owned() }
}

impl Endpoint<'_> {
    /// Endpoint, model and the grader's prompt as one word: a change of any of them is another grader.
    #[must_use]
    pub fn as_grader(&self) -> String {
        self.fingerprint_under(PROMPT_VERSION)
    }

    /// Whether it may be given anything at all.
    pub(super) fn may_grade(&self, regions: &[String]) -> Result<(), FlowError> {
        let may = self.config.endpoint(regions).may_leave(desk::leaving::ModelPurpose::Reply);
        may.map_err(FlowError::Unavailable)
    }
}
