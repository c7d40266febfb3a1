//! Holds the model that grades against people: it is asked what reviewers were asked, about the texts they reviewed, and both are
//! compared. Nobody's answer changes by it.

use desk::{
    audit::{AuditEvent, Service},
    eval::{
        graded::{Judged, PROMPT_VERSION, Reading},
        grader::{ASKED, Calibration, Pair, calibrate, said_yes},
    },
    ids::ReviewSampleId,
    knowledge::Retrieval,
    review::Rubric,
};
use store::{Conn, GraderRow, Grant, NewCalibration, Purpose};

use super::{
    grade_text,
    prepare_reply::Case,
    train_triage::COMMAND_LINE,
    which_model::{self, Endpoint},
};
use crate::{App, FlowError};

/// Requests that one text makes at most.
pub const REQUESTS_A_TEXT: usize = ASKED.len() * grade_text::REQUESTS_EACH;

/// What came of it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The model.
    pub model: String,
    /// How far it agrees with people.
    pub calibration: Calibration,
    /// Texts it was not asked about: their people said no to AI, their category keeps models out, or their words are gone.
    pub left_out: usize,
}

/// How many texts there are to ask about, of at most `at_most`, and the name of the model that would be asked.
///
/// # Errors
/// [`FlowError::Unavailable`] without a model, or where its endpoint may be given nothing; [`FlowError::Invalid`] without a text.
pub async fn before_start(app: &App, at_most: usize) -> Result<(String, usize), FlowError> {
    let endpoint = which_model::present(app).await?;
    endpoint.may_grade(&app.config.desk.model_regions)?;
    let texts = reviewed(app, at_most).await?.len();
    if texts == 0 {
        let why =
            "Nobody reviewed a text yet. Draw some on the page Second looks, and ask again once they are reviewed.";
        return Err(FlowError::Invalid(why.to_owned()));
    }
    Ok((endpoint.config.name.clone(), texts))
}

/// Asks about at most `at_most` reviewed texts, the newest, and keeps what comes of it. `progress` hears how many are through.
///
/// # Errors
/// [`FlowError::Unavailable`] without a model, or where its endpoint may be given nothing.
pub async fn run(app: &App, at_most: usize, progress: &dyn Fn(usize, usize)) -> Result<Held, FlowError> {
    let endpoint = which_model::present(app).await?;
    endpoint.may_grade(&app.config.desk.model_regions)?;
    let texts = reviewed(app, at_most).await?;
    let (mut drafts, mut unsure, mut left_out) = (Vec::new(), 0, 0);
    for (done, (sample, rubric)) in texts.iter().enumerate() {
        progress(done, texts.len());
        match one(app, endpoint, *sample, rubric).await {
            Ok((pairs, doubts)) => {
                unsure += doubts;
                drafts.push(pairs);
            }
            Err(FlowError::Refused(_) | FlowError::NotFound) => left_out += 1,
            Err(other) => return Err(other),
        }
    }
    let calibration = calibrate(&drafts, unsure);
    keep(app, endpoint, &calibration).await?;
    Ok(Held { model: endpoint.config.name.clone(), calibration, left_out })
}

/// The model in use, and how far it agreed with people when it was asked last. None without a model.
///
/// # Errors
/// Whatever the database says.
pub async fn last(app: &App, conn: &mut Conn) -> Result<Option<(String, Option<GraderRow>)>, FlowError> {
    let Some(both) = which_model::both(app, conn).await? else { return Ok(None) };
    let row = conn.grader_calibration(&both.present.as_grader()).await?;
    Ok(Some((both.present.config.name.clone(), row)))
}

async fn reviewed(app: &App, at_most: usize) -> Result<Vec<(ReviewSampleId, Rubric)>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    Ok(app.store.read().await?.reviewed_samples(&grant, at_most).await?)
}

/// What both said of one text, and how often the grader's answer counts for nothing.
async fn one(
    app: &App,
    endpoint: Endpoint<'_>,
    sample: ReviewSampleId,
    rubric: &Rubric,
) -> Result<(Vec<Pair>, usize), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let (case, judged) = loaded(app, &grant, sample).await?;
    let (mut pairs, mut unsure) = (Vec::new(), 0);
    for (question, statement) in ASKED {
        let Some(person) = said_yes(rubric, question) else { continue };
        let reading: Reading = grade_text::grade(app, endpoint, &case, &judged, statement).await?;
        match reading.is_yes() {
            Some(grader) => pairs.push(Pair { question, person, grader }),
            None => unsure += 1,
        }
    }
    Ok((pairs, unsure))
}

/// A reviewed text with what its writer had: the message it answers, and the sources. Replies to others are left out.
async fn loaded(app: &App, grant: &Grant, id: ReviewSampleId) -> Result<(Case, Judged), FlowError> {
    let mut conn = app.store.read().await?;
    let sample = conn.review_sample(grant, id).await?;
    let case = Case::load(&mut conn, grant, sample.ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    let messages = conn.messages(grant, sample.ticket).await?;
    let asked = messages.iter().rfind(|m| m.inbound && m.at <= sample.until);
    let question = asked.map(|m| format!("{}\n\n{}", m.subject, m.latest)).unwrap_or_default();
    let cited = match sample.retrieval {
        Some(found) => conn.suggestion::<Retrieval>(grant, found).await?.suggestion.value.cited,
        None => Vec::new(),
    };
    let sources = cited.into_iter().filter(desk::knowledge::Cited::grounds).map(|c| (c.title, c.text)).collect();
    Ok((case, Judged { question, sources, draft: sample.text }))
}

async fn keep(app: &App, endpoint: Endpoint<'_>, calibration: &Calibration) -> Result<(), FlowError> {
    let grader = endpoint.as_grader();
    let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
    let new = NewCalibration { grader: &grader, model: &endpoint.config.name, prompt: PROMPT_VERSION, calibration };
    tx.add_grader_calibration(new).await?;
    let drafts = i64::try_from(calibration.drafts).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::GraderCompared { drafts, standing: calibration.standing().word().to_owned() }).await?;
    app.live.committed();
    Ok(())
}
