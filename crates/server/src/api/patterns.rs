//! Requests that come again and again, and where knowledge is wanting, within the caller's queues.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State, http::StatusCode};
use desk::{
    Timestamp,
    ids::TicketId,
    knowledge::{Audience, freshness},
    pattern::{GapKind, weight},
    prompt::SAID_BEFORE,
};
use serde::{Deserialize, Serialize};
use store::{Conn, Grant, InVain, Purpose, StoreError};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, Caller},
    extract::{Body, Id, word},
    page::time,
    problem::{Problem, ProblemBody},
    tickets::Named,
};
use crate::{
    App, flow,
    flow::find_patterns::WEEKS,
    patterns::{Counted, Pattern as Row},
};

/// Patterns in one answer.
const SHOWN: usize = 100;
/// Tickets of one pattern shown.
const TICKETS: usize = 50;
/// Seconds before a search that opened nothing counts: its person may still be reading.
const READING_SECONDS: i64 = 120;

/// Routes of patterns and gaps.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_patterns))
        .routes(routes!(get_pattern))
        .routes(routes!(list_gaps))
        .routes(routes!(recount))
}

/// Drafting an article: repeated under one key, it happens once.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(draft_article))
}

/// Patterns as counted last.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatternList {
    /// `ready`, or `counting` when nothing was counted yet.
    state: String,
    counted_at: Option<String>,
    /// Requests looked at, those of no pattern too.
    requests: usize,
    /// Weeks looked back.
    weeks: usize,
    /// Largest first, at most 100.
    items: Vec<PatternLine>,
}

/// Requests that ask for the same thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatternLine {
    /// Id of its oldest request's ticket.
    id: String,
    /// Its requests' own words, the most telling first; may be empty.
    words: Vec<String>,
    /// Subject of its most typical request.
    example: String,
    queue: String,
    requests: usize,
    /// Different people who asked.
    people: usize,
    /// Requests by week of seven days, oldest first; the last one ends when it was counted.
    weeks: Vec<usize>,
    categories: Vec<CategoryCount>,
    /// Agent minutes: from the approver's first sign of work to the approval, at most 30 a reply; requests that were not
    /// timed count with the desk's median. Null where no reply was ever timed.
    minutes: Option<f64>,
    /// Requests whose own minutes are known.
    timed: usize,
    /// Articles that answer them; empty where nothing approved does.
    sources: Vec<AnsweringArticle>,
    /// `undocumented` or `failing`; null where knowledge serves.
    gap: Option<String>,
    /// Requests whose draft found no source.
    without_source: usize,
    /// Requests whose draft a person set aside.
    set_aside: usize,
    /// Requests answered here, and of those the ones without an article cited.
    answered: usize,
    uncited: usize,
}

/// A category with how many of the requests have it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryCount {
    category: Named,
    requests: usize,
}

/// An article that answers requests of a pattern.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnsweringArticle {
    article_id: String,
    title: String,
    /// `current`, `due` or `expired`.
    freshness: String,
    /// Replies to these requests that cited it; 0 where it would be found and was not used yet.
    cited: usize,
}

/// A pattern with its tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pattern {
    #[serde(flatten)]
    line: PatternLine,
    /// The most typical first, at most 50.
    tickets: Vec<PatternTicket>,
}

/// A request of a pattern.
#[derive(Debug, Serialize, ToSchema)]
pub struct PatternTicket {
    id: String,
    number: i64,
    subject: String,
    excerpt: String,
    status: String,
    created_at: String,
}

/// Where knowledge is wanting.
#[derive(Debug, Serialize, ToSchema)]
pub struct GapList {
    /// `ready`, or `counting` when nothing was counted yet.
    state: String,
    counted_at: Option<String>,
    /// Heaviest first.
    items: Vec<Gap>,
}

/// One gap.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gap {
    /// `undocumented`, `failing`, `searched_in_vain` or `said_before`.
    kind: String,
    /// Requests or searches it concerns, each failure beside them once more.
    weight: usize,
    /// The requests; null for searches.
    pattern: Option<PatternLine>,
    /// The searches; null for requests.
    search: Option<SearchInVain>,
    /// What past replies say and no source does; null for all others.
    said: Option<SaidInNoSource>,
}

/// A sentence that drafts took from past replies and that nothing approved says.
#[derive(Debug, Serialize, ToSchema)]
pub struct SaidInNoSource {
    sentence: String,
    /// The newest ticket whose draft has it.
    ticket_id: String,
    number: i64,
    /// How many drafts have it.
    drafts: usize,
    last_at: String,
}

/// Words that people looked for without opening anything.
#[derive(Debug, Serialize, ToSchema)]
pub struct SearchInVain {
    words: String,
    searches: i64,
    /// How often nothing at all was found.
    nothing_found: i64,
    last_at: String,
}

impl From<InVain> for SearchInVain {
    fn from(row: InVain) -> Self {
        let (searches, nothing_found) = (row.searches, row.nothing_found);
        Self { words: row.words, searches, nothing_found, last_at: time(row.last) }
    }
}

/// Patterns, largest first.
#[utoipa::path(get, path = "/patterns", tag = "knowledge",
    responses((status = 200, body = PatternList), (status = "4XX", body = ProblemBody)))]
async fn list_patterns(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<PatternList>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let held = app.patterns.held();
    let mut shown = Shown::new(&app, &grant).await?;
    let mut items = Vec::new();
    for row in held.iter().flat_map(|counted| counted.within(&grant)).take(SHOWN) {
        items.extend(shown.line(row).await?);
    }
    Ok(Json(PatternList {
        state: state(held.as_deref()),
        counted_at: held.as_deref().map(|c| time(c.at)),
        requests: held.as_deref().map_or(0, |c| c.requests_within(&grant)),
        weeks: WEEKS,
        items,
    }))
}

/// One pattern with its tickets.
#[utoipa::path(get, path = "/patterns/{id}", tag = "knowledge", params(("id" = String, Path)),
    responses((status = 200, body = Pattern), (status = "4XX", body = ProblemBody)))]
async fn get_pattern(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<TicketId>,
) -> Result<Json<Pattern>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let held = app.patterns.held().ok_or_else(Problem::not_found)?;
    let row = held.within(&grant).find(|p| p.id == id).ok_or_else(Problem::not_found)?;
    let mut shown = Shown::new(&app, &grant).await?;
    let line = shown.line(row).await?.ok_or_else(Problem::not_found)?;
    let mut tickets = Vec::new();
    for ticket in row.requests.iter().take(TICKETS) {
        let ticket = match shown.conn.ticket(&grant, *ticket).await {
            Ok(row) => row.ticket,
            // It moved to another queue since.
            Err(StoreError::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let (subject, excerpt) = (ticket.subject, ticket.excerpt);
        tickets.push(PatternTicket {
            id: ticket.id.to_string(),
            number: ticket.number,
            subject,
            excerpt,
            status: ticket.status.word().to_owned(),
            created_at: time(ticket.created_at),
        });
    }
    Ok(Json(Pattern { line, tickets }))
}

/// Where knowledge is wanting, heaviest first. Searches of others are shown to those who see the whole desk.
#[utoipa::path(get, path = "/gaps", tag = "knowledge",
    responses((status = 200, body = GapList), (status = "4XX", body = ProblemBody)))]
async fn list_gaps(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<GapList>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let held = app.patterns.held();
    let mut shown = Shown::new(&app, &grant).await?;
    let mut items = Vec::new();
    for row in held.iter().flat_map(|counted| counted.within(&grant)) {
        let Some(kind) = row.gap else { continue };
        let pattern = shown.line(row).await?;
        items.extend(pattern.map(|p| Gap {
            kind: kind.word().to_owned(),
            weight: weight(row.fared),
            pattern: Some(p),
            search: None,
            said: None,
        }));
    }
    let now = shown.now;
    let since = now.plus_seconds(-store::SEARCHES_KEPT_DAYS * 86_400);
    for row in shown.conn.searches_in_vain(&grant, since, now.plus_seconds(-READING_SECONDS)).await? {
        let weight = usize::try_from(row.searches).unwrap_or(0);
        let kind = GapKind::SearchedInVain.word().to_owned();
        items.push(Gap { kind, weight, pattern: None, search: Some(row.into()), said: None });
    }
    for said in said_before(&mut shown.conn, &grant, since).await? {
        let kind = GapKind::SaidBefore.word().to_owned();
        items.push(Gap { kind, weight: said.drafts, pattern: None, search: None, said: Some(said) });
    }
    items.sort_by_key(|gap| std::cmp::Reverse(gap.weight));
    items.truncate(SHOWN);
    let counted_at = held.as_deref().map(|c| time(c.at));
    Ok(Json(GapList { state: state(held.as_deref()), counted_at, items }))
}

/// Each sentence once, with how many drafts have it.
async fn said_before(conn: &mut Conn, grant: &Grant, since: Timestamp) -> Result<Vec<SaidInNoSource>, Problem> {
    let mut all: Vec<SaidInNoSource> = Vec::new();
    for draft in conn.drafts_in_doubt(grant, SAID_BEFORE, since).await? {
        let told = |doubt: &String| Some(doubt.strip_prefix(SAID_BEFORE)?.strip_suffix('”')?.to_owned());
        for sentence in draft.doubts.iter().filter_map(told) {
            match all.iter_mut().find(|known| known.sentence == sentence) {
                Some(known) => known.drafts += 1,
                None => all.push(SaidInNoSource {
                    sentence,
                    ticket_id: draft.ticket.to_string(),
                    number: draft.number,
                    drafts: 1,
                    last_at: time(draft.at),
                }),
            }
        }
    }
    Ok(all)
}

/// Asks for a new count. It is there some seconds later.
#[utoipa::path(post, path = "/patterns/recount", tag = "knowledge",
    responses((status = 202), (status = "4XX", body = ProblemBody)))]
async fn recount(State(app): State<Arc<App>>, _session: Answering) -> StatusCode {
    app.patterns.ask();
    StatusCode::ACCEPTED
}

/// Where to put an article that is drafted.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ArticleWanted {
    /// Key of its source.
    source: String,
    /// `public` or `internal`; public without one.
    #[serde(default)]
    audience: Option<String>,
}

/// An article that was drafted from solved tickets, as a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftedArticle {
    article_id: String,
    version: i64,
    /// Articles that say much of it already.
    alike: Vec<AlikeArticle>,
}

/// An article that says much of a proposal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlikeArticle {
    article_id: String,
    title: String,
}

/// Drafts an article from a pattern's solved tickets. It is a proposal: nothing of it speaks before its owner's yes.
#[utoipa::path(post, path = "/patterns/{id}/article", tag = "knowledge", params(("id" = String, Path)), request_body = ArticleWanted,
    responses((status = 201, body = DraftedArticle), (status = "4XX", body = ProblemBody)))]
async fn draft_article(
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Id(id): Id<TicketId>,
    Body(wanted): Body<ArticleWanted>,
) -> Result<(StatusCode, Json<DraftedArticle>), Problem> {
    let audience: Audience = wanted.audience.as_deref().map_or(Ok(Audience::Public), word)?;
    let made = flow::draft_article::draft(&app, &session, id, &wanted.source, audience).await?;
    let alike = made.alike.into_iter().map(|(id, title)| AlikeArticle { article_id: id.to_string(), title }).collect();
    Ok((StatusCode::CREATED, Json(DraftedArticle { article_id: made.article.to_string(), version: 1, alike })))
}

fn state(held: Option<&Counted>) -> String {
    if held.is_some() { "ready" } else { "counting" }.to_owned()
}

/// What lines are shown with.
struct Shown<'a> {
    conn: Conn,
    grant: &'a Grant,
    categories: BTreeMap<String, String>,
    now: Timestamp,
}

impl<'a> Shown<'a> {
    async fn new(app: &App, grant: &'a Grant) -> Result<Self, Problem> {
        let mut conn = app.store.read().await?;
        let categories = conn.categories().await?.into_iter().map(|c| (c.key, c.name)).collect();
        Ok(Self { conn, grant, categories, now: app.clock.now() })
    }

    /// None where the most typical request is out of reach by now.
    async fn line(&mut self, row: &Row) -> Result<Option<PatternLine>, Problem> {
        let mut example = None;
        for ticket in &row.requests {
            match self.conn.ticket(self.grant, *ticket).await {
                Ok(found) => {
                    example = Some(found.ticket.subject);
                    break;
                }
                Err(StoreError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let Some(example) = example else { return Ok(None) };
        let mut sources = Vec::new();
        for source in &row.sources {
            let Ok(article) = self.conn.article(self.grant, source.article).await else { continue };
            sources.push(AnsweringArticle {
                article_id: article.id.to_string(),
                title: article.title,
                freshness: freshness(article.state, article.review_by, self.now).word().to_owned(),
                cited: source.cited,
            });
        }
        let named = |key: &String| Named { name: self.categories.get(key).unwrap_or(key).clone(), key: key.clone() };
        let categories = row.categories.iter().map(|(key, n)| CategoryCount { category: named(key), requests: *n });
        Ok(Some(PatternLine {
            id: row.id.to_string(),
            words: row.words.clone(),
            example,
            queue: row.queue.clone(),
            requests: row.requests.len(),
            people: row.people,
            weeks: row.weeks.clone(),
            categories: categories.collect(),
            minutes: row.minutes,
            timed: row.timed,
            sources,
            gap: row.gap.map(|gap| gap.word().to_owned()),
            without_source: row.fared.without_source,
            set_aside: row.fared.set_aside,
            answered: row.fared.answered,
            uncited: row.fared.uncited,
        }))
    }
}
