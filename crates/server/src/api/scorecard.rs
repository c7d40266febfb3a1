//! The desk's figures, each beside its trap; the tickets behind a figure; and the rows they are made of, to take along.

use std::{collections::BTreeMap, io, sync::Arc};

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use desk::{
    ids::TicketId,
    outcome::{Count, Counts, Lived, Outcome, Slice, Where},
    scorecard::{self as figures, Figure, SMALL},
};
use serde::{Deserialize, Serialize};
use store::{Grant, Purpose};
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::{Asked, word},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{
    App, FlowError,
    flow::score::{self, Scored},
};

/// Days looked back when nobody says.
const DAYS: i64 = 182;

/// Figures, tickets, rows.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_scorecard)).routes(routes!(list_behind)).routes(routes!(export_outcomes))
}

/// Which figures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ScorecardAsked {
    /// Days back, 7 to 1,500; whole weeks; 182 when absent.
    days: Option<i64>,
    /// Told apart by `week`, `queue`, `category`, `product`, `persona`, `language`, `model` or `failure`; `queue` when absent.
    by: Option<String>,
    /// Of this queue alone.
    queue: Option<String>,
    /// Of this category alone.
    category: Option<String>,
    /// Of this product alone.
    product: Option<String>,
    /// Of this persona alone.
    persona: Option<String>,
    /// Of this language alone.
    language: Option<String>,
    /// Of what this wrote alone.
    model: Option<String>,
    /// Of drafts with this failure alone.
    failure: Option<String>,
    /// Of this week alone, by the date of its Monday.
    week: Option<String>,
    /// For tickets behind a figure: the figure.
    figure: Option<String>,
    /// For rows: `csv` or `json` (one object a line); `json` when absent.
    format: Option<String>,
}

impl ScorecardAsked {
    fn read(&self) -> Result<score::Asked, Problem> {
        let named = [
            (Slice::Week, &self.week),
            (Slice::Queue, &self.queue),
            (Slice::Category, &self.category),
            (Slice::Product, &self.product),
            (Slice::Persona, &self.persona),
            (Slice::Language, &self.language),
            (Slice::Model, &self.model),
            (Slice::Failure, &self.failure),
        ];
        let only = named.into_iter().filter_map(|(slice, key)| Some((slice, key.clone()?))).collect();
        let by = self.by.as_deref().map(word).transpose()?.unwrap_or(Slice::Queue);
        Ok(score::Asked { days: self.days.unwrap_or(DAYS).clamp(7, 1_500), by, only: Where(only) })
    }
}

/// A figure of some tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreValue {
    /// Its word.
    figure: String,
    /// The quotient: a share of 0 to 1, or an amount for each.
    value: f64,
    /// 95 % interval; null where none can be told.
    low: Option<f64>,
    high: Option<f64>,
    /// What was divided.
    part: i64,
    /// By what.
    whole: i64,
    /// Whether fewer than 30 cases stand behind it.
    small: bool,
    /// `open`, `below`, `inside` or `above` its band.
    standing: String,
}

impl From<figures::Value> for ScoreValue {
    fn from(value: figures::Value) -> Self {
        Self {
            figure: value.figure.word().to_owned(),
            value: value.value,
            low: value.interval.map(|(low, _)| low),
            high: value.interval.map(|(_, high)| high),
            part: value.part,
            whole: value.whole,
            small: value.is_small(),
            standing: value.standing.word().to_owned(),
        }
    }
}

fn values(counts: &Counts) -> Vec<ScoreValue> {
    figures::values(counts).into_iter().map(ScoreValue::from).collect()
}

/// How a figure is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Definition {
    figure: String,
    /// Whether it has a card; others stand beside one.
    card: bool,
    /// The count above the line.
    part: String,
    /// The count below it.
    whole: String,
    /// What to look at before believing it.
    traps: Vec<String>,
    /// Where it lies at desks that do well, from and to; null without such a band.
    band: Option<[f64; 2]>,
}

/// Figures of tickets that have something in common.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScoreGroup {
    /// What they have in common; empty where it is not known.
    key: String,
    /// In words.
    name: String,
    tickets: i64,
    figures: Vec<ScoreValue>,
}

/// Everything on the page.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scorecard {
    /// The first Monday.
    from: String,
    /// The Monday after the last week.
    until: String,
    /// Fewer cases than this are few.
    few: i64,
    tickets: i64,
    /// Of these, generated for the demo.
    generated: i64,
    figures: Vec<ScoreValue>,
    groups: Vec<ScoreGroup>,
    weeks: Vec<ScoreGroup>,
    definitions: Vec<Definition>,
    /// What a ticket's tokens cost at today's price of the model; null where no price is configured.
    cost: Option<TokenCost>,
}

/// What tokens cost.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenCost {
    /// For each ticket.
    a_ticket: f64,
    /// Three letters.
    currency: String,
}

fn cost(app: &App, total: &Counts) -> Option<TokenCost> {
    let price = app.config.model.as_ref()?.price.as_ref()?;
    let (tokens, tickets) = (total.get(Count::ModelTokens), total.get(Count::Tickets));
    let a_ticket = tokens as f64 / tickets.max(1) as f64 * price.per_million / 1_000_000.0;
    Some(TokenCost { a_ticket, currency: price.currency.clone() })
}

fn definition(figure: Figure) -> Definition {
    let (part, whole, _) = figure.quotient();
    Definition {
        figure: figure.word().to_owned(),
        card: Figure::CARDS.contains(&figure),
        part: part.word().to_owned(),
        whole: whole.word().to_owned(),
        traps: figure.traps().iter().map(|trap| trap.word().to_owned()).collect(),
        band: figure.band().map(|(from, to)| [from, to]),
    }
}

fn group(names: &BTreeMap<String, String>, (key, counts): &(String, Counts)) -> ScoreGroup {
    ScoreGroup {
        name: names.get(key).unwrap_or(key).clone(),
        key: key.clone(),
        tickets: counts.get(Count::Tickets),
        figures: values(counts),
    }
}

/// Figures of what became of tickets, told apart; how a single person reads is in none of them.
#[utoipa::path(get, path = "/scorecard", tag = "desk", params(ScorecardAsked),
    responses((status = 200, body = Scorecard), (status = "4XX", body = ProblemBody)))]
async fn get_scorecard(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ScorecardAsked>,
) -> Result<Json<Scorecard>, Problem> {
    let asked = asked.read()?;
    let Scored { from, until, total, groups, weeks, generated } =
        score::score(&app, &caller.grant(Purpose::Work)?, &asked).await?;
    let names = names(&app, asked.by).await?;
    Ok(Json(Scorecard {
        from: time(from),
        until: time(until),
        few: SMALL,
        tickets: total.get(Count::Tickets),
        generated,
        figures: values(&total),
        groups: groups.iter().map(|one| group(&names, one)).collect(),
        weeks: weeks.iter().map(|one| group(&BTreeMap::new(), one)).collect(),
        definitions: Figure::ALL.iter().map(|figure| definition(*figure)).collect(),
        cost: cost(&app, &total),
    }))
}

/// Names of queues and categories; everything else is called by its key.
async fn names(app: &App, by: Slice) -> Result<BTreeMap<String, String>, Problem> {
    let mut conn = app.store.read().await?;
    Ok(match by {
        Slice::Queue => conn.queues().await?.into_iter().collect(),
        Slice::Category => conn.categories().await?.into_iter().map(|c| (c.key, c.name)).collect(),
        _ => BTreeMap::new(),
    })
}

/// A ticket behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct BehindLine {
    /// Null for one that was generated: there is no ticket to open.
    ticket_id: Option<String>,
    number: i64,
    ended: String,
    queue: String,
    category: String,
}

/// Tickets behind a figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct Behind {
    /// How many there are.
    n: usize,
    /// The newest, at most 100.
    items: Vec<BehindLine>,
}

/// The tickets that a figure counts above its line.
#[utoipa::path(get, path = "/scorecard/tickets", tag = "desk", params(ScorecardAsked),
    responses((status = 200, body = Behind), (status = "4XX", body = ProblemBody)))]
async fn list_behind(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ScorecardAsked>,
) -> Result<Json<Behind>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let figure: Figure = word(asked.figure.as_deref().unwrap_or_default())?;
    let (rows, n) = score::behind(&app, &grant, &asked.read()?, figure).await?;
    let line = |row: Outcome| BehindLine {
        ticket_id: (row.place.lived == Lived::Here).then(|| row.ticket.to_string()),
        number: row.number,
        ended: time(row.ended),
        queue: row.place.queue,
        category: row.place.category,
    };
    Ok(Json(Behind { n, items: rows.into_iter().map(line).collect() }))
}

/// How rows leave.
#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    Json,
}

/// What became of every ticket, one row each: figures can be computed from it by anybody. How people read is left away.
#[utoipa::path(get, path = "/scorecard/rows", tag = "desk", params(ScorecardAsked),
    responses((status = 200, body = String, content_type = "application/x-ndjson"), (status = "4XX", body = ProblemBody)))]
async fn export_outcomes(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ScorecardAsked>,
) -> Result<Response, Problem> {
    let format = match asked.format.as_deref() {
        None | Some("json") => Format::Json,
        Some("csv") => Format::Csv,
        Some(_) => return Err(Problem::invalid("Rows come as csv or json.")),
    };
    let (grant, asked) = (caller.grant(Purpose::Work)?, asked.read()?);
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"outcomes.csv\""),
        Format::Json => ("application/x-ndjson", "attachment; filename=\"outcomes.ndjson\""),
    };
    let (to, pieces) = mpsc::channel(2);
    tokio::spawn(async move {
        if write(&app, &grant, &asked, format, &to).await.is_err() {
            // A broken transfer is seen; a short file would not be.
            let _ = to.send(Err(io::Error::other("the export broke off"))).await;
        }
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(pieces))).into_response())
}

async fn write(
    app: &App,
    grant: &Grant,
    asked: &score::Asked,
    format: Format,
    to: &Sender<io::Result<Bytes>>,
) -> Result<(), FlowError> {
    let mut text = match format {
        Format::Csv => format!("{},{}\n", PLACE.join(","), Count::WORDS.join(",")),
        Format::Json => String::new(),
    };
    let mut after = None;
    loop {
        let rows = score::page(app, grant, asked, after).await?;
        after = rows.last().map(|row| (row.place.week, row.ticket));
        for row in rows.iter().filter(|row| asked.only.takes(&row.place)) {
            text.push_str(&match format {
                Format::Csv => csv(row),
                Format::Json => format!("{}\n", json(row)),
            });
        }
        if to.send(Ok(std::mem::take(&mut text).into())).await.is_err() || after.is_none() {
            return Ok(());
        }
    }
}

/// Columns before the counts.
const PLACE: [&str; 12] = [
    "ticket_id",
    "number",
    "ended",
    "week",
    "queue",
    "category",
    "product",
    "persona",
    "language",
    "model",
    "failure",
    "lived",
];

fn cells(row: &Outcome) -> [String; 12] {
    let (ticket, place): (TicketId, _) = (row.ticket, &row.place);
    [
        ticket.to_string(),
        row.number.to_string(),
        time(row.ended),
        place.week.date(),
        place.queue.clone(),
        place.category.clone(),
        place.product.clone(),
        place.persona.clone(),
        place.language.clone(),
        place.model.clone(),
        place.failure.clone(),
        place.lived.to_string(),
    ]
}

fn json(row: &Outcome) -> serde_json::Value {
    let places = PLACE.iter().zip(cells(row)).map(|(key, cell)| ((*key).to_owned(), cell.into()));
    let counts = Count::ALL.iter().map(|count| (count.word().to_owned(), row.counts.get(*count).into()));
    places.chain(counts).collect::<serde_json::Map<_, _>>().into()
}

/// A line. What a spreadsheet would take for a formula is kept text by an apostrophe before it.
fn csv(row: &Outcome) -> String {
    let harmless =
        |cell: String| if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell };
    let cells = cells(row).into_iter().map(harmless).chain(row.counts.values().iter().map(i64::to_string));
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and every cell is UTF-8.
    let written = writer.write_record(cells).ok().and_then(|()| writer.into_inner().ok());
    String::from_utf8(written.unwrap_or_default()).unwrap_or_default()
}
