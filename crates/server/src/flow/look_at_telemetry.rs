//! People look at telemetry, within what their grant shows. What is shown is masked, and every look at lines is in the record.

use desk::{Timestamp, audit::AuditEvent, ids::TicketId};
use logmine::window::{Losses, Seen as SeenShape, ServiceView};
use store::Identity;

use crate::{
    App, FlowError,
    telemetry::{Seen, masked},
};

/// Windows of a sparkline.
const SPARKS: usize = 60;
/// Templates of one answer.
const TEMPLATES: usize = 500;
/// Lines of one answer.
pub const LINES: usize = 200;
/// Share of ordinary windows that may be called odd.
const ODD: f64 = 0.001;

/// A template as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateLine {
    /// 16 hexadecimal digits.
    pub id: String,
    /// Its text, with `<*>` for every parameter, masked.
    pub text: String,
    /// What was seen of it.
    pub seen: SeenShape,
    /// Lines in each of at most 60 stretches of the window, oldest first.
    pub counts: Vec<u64>,
    /// Whether the last stretch is out of the ordinary: `new`, `more` or `less`.
    pub odd: Option<&'static str>,
}

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLine {
    /// When.
    pub at: Timestamp,
    /// 1 to 24; 0 where nobody said.
    pub severity: u8,
    /// Masked.
    pub text: String,
    /// `name=value`, masked.
    pub attributes: Vec<String>,
    /// Id of its template.
    pub template: String,
    /// Its trace, in hexadecimal.
    pub trace: Option<String>,
}

/// Which lines are wanted.
#[derive(Debug, Clone)]
pub struct Around {
    /// Of which service.
    pub service: String,
    /// The middle of the stretch.
    pub at: Timestamp,
    /// How far before and after, in seconds, at most an hour.
    pub seconds: i64,
    /// Of one template only, by id.
    pub template: Option<String>,
    /// Of one trace only, in hexadecimal.
    pub trace: Option<String>,
    /// For which ticket, if for one.
    pub ticket: Option<TicketId>,
}

/// Services that sent lines.
#[must_use]
pub fn services(app: &App, seen: &Seen) -> Vec<ServiceView> {
    let all = app.telemetry.window().services();
    all.into_iter().filter(|service| seen.shows(&service.name)).collect()
}

/// What was left away, and how much memory is used.
#[must_use]
pub fn losses(app: &App) -> (Losses, usize) {
    let window = app.telemetry.window();
    (window.losses().clone(), window.bytes())
}

/// Templates of a service, those that speak of failure first, then those of most lines.
///
/// # Errors
/// [`FlowError::NotFound`] for a service that is not there or not shown.
pub fn templates(app: &App, seen: &Seen, service: &str) -> Result<Vec<TemplateLine>, FlowError> {
    if !seen.shows(service) {
        return Err(FlowError::NotFound);
    }
    let mut window = app.telemetry.window();
    let grouped = window.templates(service).ok_or(FlowError::NotFound)?;
    let mut lines = Vec::new();
    for template in grouped.list() {
        let Some(shape) = window.seen(service, template) else { continue };
        let series = window.series(service, template);
        let odd = series.counts.len().checked_sub(1).and_then(|at| logmine::oddity(&series, at, ODD));
        lines.push(TemplateLine {
            id: template.id.to_string(),
            text: template.text.clone(),
            seen: shape,
            counts: sparks(&series.counts),
            odd: odd.map(|odd| match odd {
                logmine::Oddity::New => "new",
                logmine::Oddity::More(_) => "more",
                logmine::Oddity::Less(_) => "less",
            }),
        });
    }
    drop(window);
    lines.sort_by(|a, b| b.seen.failing.cmp(&a.seen.failing).then(b.seen.lines.cmp(&a.seen.lines)));
    lines.truncate(TEMPLATES);
    for line in &mut lines {
        line.text = masked(&line.text);
    }
    Ok(lines)
}

fn sparks(counts: &[f64]) -> Vec<u64> {
    let width = counts.len().div_ceil(SPARKS).max(1);
    // Counts are whole numbers.
    counts.chunks(width).map(|chunk| chunk.iter().sum::<f64>() as u64).collect()
}

/// Lines around a moment, oldest first, at most [`LINES`] of those nearest to it; whether there were more. The look is recorded.
///
/// # Errors
/// [`FlowError::NotFound`] for a service that is not there or not shown; whatever the database says.
pub async fn lines(
    app: &App,
    reader: &impl Identity,
    seen: &Seen,
    around: &Around,
) -> Result<(Vec<ShownLine>, bool), FlowError> {
    let (mut lines, more) = found(app, seen, around)?;
    for line in &mut lines {
        line.text = masked(&line.text);
        line.attributes.iter_mut().for_each(|attribute| *attribute = masked(attribute));
    }
    looked(app, reader, "lines", &around.service, lines.len(), around.ticket).await?;
    Ok((lines, more))
}

fn found(app: &App, seen: &Seen, around: &Around) -> Result<(Vec<ShownLine>, bool), FlowError> {
    if !seen.shows(&around.service) {
        return Err(FlowError::NotFound);
    }
    let mut window = app.telemetry.window();
    let grouped = window.templates(&around.service).ok_or(FlowError::NotFound)?;
    let middle = around.at.micros();
    let reach = around.seconds.clamp(0, 3_600).saturating_mul(1_000_000);
    let wanted = |line: &logmine::window::LineView<'_>| {
        let id = || grouped.of(line.shape).map(|template| template.id.to_string());
        (line.line.at - middle).abs() <= reach
            && around.template.as_ref().is_none_or(|template| id().as_ref() == Some(template))
            && around.trace.as_ref().is_none_or(|trace| line.line.trace.map(hex).as_ref() == Some(trace))
    };
    let service = |name: &str| name == around.service;
    let mut found: Vec<_> = window.lines(service).filter(wanted).collect();
    let more = found.len() > LINES;
    found.sort_by_key(|view| (view.line.at - middle).abs());
    found.truncate(LINES);
    found.sort_by_key(|view| view.line.at);
    let shown = |view: logmine::window::LineView<'_>| ShownLine {
        at: Timestamp::from_micros(view.line.at),
        severity: view.line.severity,
        text: view.line.text.to_string(),
        attributes: view.line.attributes.lines().map(str::to_owned).collect(),
        template: grouped.of(view.shape).map(|template| template.id.to_string()).unwrap_or_default(),
        trace: view.line.trace.map(hex),
    };
    Ok((found.into_iter().map(shown).collect(), more))
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex<const N: usize>(bytes: [u8; N]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One look, one entry: who, at what kind of thing, how much. The service is a keyed commitment.
///
/// # Errors
/// Whatever the database says; then nothing is to be shown.
pub async fn looked(
    app: &App,
    reader: &impl Identity,
    what: &str,
    of: &str,
    shown: usize,
    ticket: Option<TicketId>,
) -> Result<(), FlowError> {
    let commitment = app.keys.commit_to("countersign/telemetry-service/1", of.as_bytes());
    let shown = i64::try_from(shown).unwrap_or(i64::MAX);
    let tx = app.store.begin(reader, app.clock.now()).await?;
    tx.commit(AuditEvent::TelemetrySeen { ticket, what: what.to_owned(), commitment, shown }).await?;
    app.live.committed();
    Ok(())
}
