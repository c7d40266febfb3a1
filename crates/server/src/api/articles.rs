//! Sources to read. Programs with nothing but `knowledge:read` see what is approved and public.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    Timestamp,
    article::{Hidden, Hiding, hidden, may_approve},
    audit::Service,
    ids::ArticleId,
    knowledge::freshness,
};
use pulldown_cmark::{Options, Parser, html::push_html};
use serde::{Deserialize, Serialize};
use store::{Article as Row, ArticleFilter, Grant, Purpose};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::{Asked, Id},
    macros::NamedArticle,
    page::{Page, PageAsked, cut, time},
    problem::{Problem, ProblemBody},
};
use crate::App;

/// Routes of articles.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_articles)).routes(routes!(get_article))
}

/// An article as listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArticleLine {
    id: String,
    slug: String,
    title: String,
    source: String,
    product: String,
    /// `public` or `internal`.
    audience: String,
    /// `draft`, `approved`, `expired` or `withdrawn`.
    state: String,
    owner: String,
    version: i64,
    reviewed_at: Option<String>,
    review_by: Option<String>,
    /// `current`, `due` or `expired`.
    freshness: String,
    /// How many versions there are.
    versions: i64,
    /// `article` or `macro`.
    kind: String,
    /// Of a macro: key of the category it is for; empty for all.
    category: String,
    /// Of a macro: its language word; empty when it says none.
    language: String,
}

impl ArticleLine {
    fn new(row: Row, now: Timestamp) -> Self {
        Self {
            id: row.id.to_string(),
            slug: row.slug,
            title: row.title,
            source: row.source,
            product: row.product,
            audience: row.audience.word().to_owned(),
            state: row.state.word().to_owned(),
            owner: row.owner,
            version: row.number,
            reviewed_at: row.reviewed_at.map(time),
            review_by: row.review_by.map(time),
            freshness: freshness(row.state, row.review_by, now).word().to_owned(),
            versions: row.versions,
            kind: row.kind.word().to_owned(),
            category: row.category,
            language: row.language,
        }
    }
}

/// One version of an article.
#[derive(Debug, Serialize, ToSchema)]
pub struct Article {
    #[serde(flatten)]
    line: ArticleLine,
    /// Markdown.
    body: String,
    /// The same as sanitised HTML.
    html: String,
    history: Vec<TextLine>,
    passages: Vec<PassageLine>,
    /// Where this version stands: `proposed`, `current`, `past` or `declined`.
    version_state: String,
    /// What a reader of this version would not see; for its owner to look at.
    hidden: Vec<HiddenWords>,
    /// Whether the caller may approve, review and withdraw it.
    yours: bool,
    /// Lines of a text that was drafted from tickets, with those the caller may see.
    origins: Vec<LineOrigin>,
    /// Of a macro: articles that this version rests on.
    rests_on: Vec<NamedArticle>,
    /// Of a macro that was sent back to review: the article that changed.
    sent_back_by: Option<NamedArticle>,
}

/// A line of a text and a ticket it was drafted from.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineOrigin {
    /// Line of the Markdown, from 1.
    line: i64,
    ticket_id: String,
    number: i64,
    subject: String,
}

/// Words of a text that its readers would not see.
#[derive(Debug, Serialize, ToSchema)]
pub struct HiddenWords {
    /// `invisible_characters`, `comment`, `out_of_sight` or `for_machines`.
    how: String,
    quote: String,
}

/// One version in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct TextLine {
    version: i64,
    state: String,
    title: String,
    approved_at: Option<String>,
    digest: String,
    /// Who wrote it; none for what was loaded.
    made_by: Option<String>,
    made_at: Option<String>,
    /// Why, in the writer's words.
    note: String,
}

/// Where a passage stands in the version's Markdown.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageLine {
    id: String,
    heading: String,
    /// First character in `body`.
    start: usize,
    /// One past the last.
    end: usize,
}

/// Which articles.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArticlesAsked {
    /// Words of the title.
    q: Option<String>,
    /// Source key.
    source: Option<String>,
    /// State word.
    state: Option<String>,
    /// `article` or `macro`.
    kind: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// At most this many, 1 to 200.
    limit: Option<i64>,
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionAsked {
    /// Its number; the current one when absent.
    version: Option<i64>,
}

pub(super) fn grant(app: &App, caller: &Caller) -> Result<Grant, Problem> {
    caller.needs_scope("knowledge:read")?;
    match caller {
        Caller::Program(token) if !token.has("tickets:read") => {
            Ok(app.service_grant(Service::Preparation, Purpose::Reply)?)
        }
        _ => caller.grant(Purpose::Work),
    }
}

/// Articles by title.
#[utoipa::path(get, path = "/articles", tag = "knowledge", params(ArticlesAsked),
    responses((status = 200, body = Page<ArticleLine>), (status = "4XX", body = ProblemBody)))]
async fn list_articles(
    State(app): State<Arc<App>>,
    caller: Caller,
    Asked(asked): Asked<ArticlesAsked>,
) -> Result<Json<Page<ArticleLine>>, Problem> {
    let grant = grant(&app, &caller)?;
    let plain = |text: Option<String>| text.unwrap_or_default().replace('\0', "");
    let filter = ArticleFilter {
        words: plain(asked.q),
        source: plain(asked.source),
        state: plain(asked.state),
        kind: plain(asked.kind),
    };
    let now = app.clock.now();
    let rows = app.store.read().await?.articles(&grant, &filter).await?;
    let lines = rows.into_iter().map(|row| ArticleLine::new(row, now)).collect();
    Ok(Json(cut(lines, &PageAsked { cursor: asked.cursor, limit: asked.limit })?))
}

/// One article in one version.
#[utoipa::path(get, path = "/articles/{id}", tag = "knowledge", params(("id" = String, Path), VersionAsked),
    responses((status = 200, body = Article), (status = "4XX", body = ProblemBody)))]
async fn get_article(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(id): Id<ArticleId>,
    Asked(asked): Asked<VersionAsked>,
) -> Result<Json<Article>, Problem> {
    let grant = grant(&app, &caller)?;
    let mut conn = app.store.read().await?;
    let row = conn.article(&grant, id).await?;
    let history = conn.versions(&grant, id).await?;
    // An article that never had a current text opens with its newest.
    let newest = history.first().filter(|_| row.current.is_none()).map_or(0, |v| v.number);
    let version = conn.version(&grant, id, asked.version.unwrap_or(newest)).await?;
    let passages = conn.passages(&grant, version.id).await?;
    let keepers = conn.keepers(id).await?;
    let left_out = conn.hidden_in(version.id).await?;
    let origins = if grant.purpose() == Purpose::Work { conn.line_origins(&grant, version.id).await? } else { vec![] };
    let rests_on = conn.rests_of(version.id).await?.into_iter().map(NamedArticle::from).collect();
    let sent_back_by = match row.sent_back_by {
        Some(id) => {
            let changed = conn.article(&grant, id).await?;
            Some(NamedArticle { id: id.to_string(), title: changed.title })
        }
        None => None,
    };
    drop(conn);
    let yours = match &caller {
        Caller::Person(who) => {
            may_approve(who.agent().id, who.agent().role, keepers.owner, keepers.source_owner).is_ok()
        }
        Caller::Program(_) => false,
    };
    let state = history.iter().find(|v| v.id == version.id).map_or("", |v| v.state.word()).to_owned();
    let left_out = left_out.into_iter().map(|quote| Hidden { how: Hiding::OutOfSight, quote });
    let hidden = hidden(&version.body)
        .into_iter()
        .chain(left_out)
        .map(|h| HiddenWords { how: h.how.word().to_owned(), quote: h.quote })
        .collect();
    let chars = |byte: i64| {
        let byte = usize::try_from(byte).unwrap_or(0).min(version.body.len());
        version.body.get(..byte).map_or(0, |head| head.chars().count())
    };
    let passages = passages
        .into_iter()
        .map(|p| PassageLine { id: p.id.to_string(), heading: p.heading, start: chars(p.starts), end: chars(p.ends) })
        .collect();
    let mut line = ArticleLine::new(row, app.clock.now());
    line.version = version.number;
    line.title = version.title.clone();
    Ok(Json(Article {
        line,
        html: html(&version.body),
        history: history
            .into_iter()
            .map(|v| TextLine {
                version: v.number,
                state: v.state.word().to_owned(),
                title: v.title,
                approved_at: v.approved_at.map(time),
                digest: v.digest,
                made_by: v.made_by,
                made_at: v.made_at.map(time),
                note: v.note,
            })
            .collect(),
        passages,
        body: version.body,
        version_state: state,
        hidden,
        yours,
        rests_on,
        sent_back_by,
        origins: origins
            .into_iter()
            .map(|o| LineOrigin { line: o.line, ticket_id: o.ticket.to_string(), number: o.number, subject: o.subject })
            .collect(),
    }))
}

/// Markdown as HTML that can do nothing; even our own articles go through the sanitiser for strangers.
pub fn html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::new();
    push_html(&mut html, Parser::new_ext(markdown, options));
    connect::mail::sanitise_html(&html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_cannot_carry_scripts() {
        let shown = html(
            "# Title\n\n<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) **bold**",
        );
        assert!(shown.contains("<strong>bold</strong>"), "{shown}");
        for bad in ["script", "onerror", "javascript"] {
            assert!(!shown.contains(bad), "{shown}");
        }
    }
}
