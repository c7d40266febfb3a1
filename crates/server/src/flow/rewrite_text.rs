//! Rewrites selected words of a draft: offered as a difference, taken or left by the person. What is taken counts as the
//! machine's words. An offer is kept nowhere: it carries a keyed mark, so that only words that were offered for this
//! revision can be taken.

use std::ops::Range;

use desk::{
    Digest,
    audit::AuditEvent,
    draft::{Change, DraftOrigin, DraftState, ModelText, changes},
    ids::{DraftId, ExchangeId},
    knowledge::Retrieval,
    rewrite::{
        By, Tool,
        apply::{Standing, apply, cut, widened},
        by_rules, may_rewrite, model,
    },
};
use redact::{Redacted, Table};
use store::{AgentSession, Conn, DraftRow, ExchangeSide, Grant, Purpose, RewrittenDraft};

use super::{
    consult_model::{Consultation, consult, keep_all, restore_json},
    prepare_reply::Case,
    which_model,
    write_draft::{answers_here, machine_may_write},
};
use crate::{App, FlowError};

/// Rewritten words, and where they would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Which tool.
    pub tool: Tool,
    /// The whole sentences they take the place of, in characters.
    pub at: Range<usize>,
    /// The words.
    pub after: String,
    /// What wrote them.
    pub by: By,
    /// What a model was given and said.
    pub exchange: Option<ExchangeId>,
}

/// What a person is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The new words.
    pub words: Words,
    /// From the old words to the new ones.
    pub changes: Vec<(Change, String)>,
    /// Why a model's words were not used, where rules stood in for it.
    pub note: Option<String>,
    /// Shows that these words were offered for this revision.
    pub mark: Digest,
}

/// Offers other words for what is selected, widened to whole sentences.
///
/// # Errors
/// [`FlowError::Stale`] when the draft moved on, a refusal where the machine may write nothing here, [`FlowError::Invalid`]
/// with a sentence where there is nothing to rewrite.
pub async fn offer(
    app: &App,
    session: &AgentSession,
    draft: DraftId,
    revision: i64,
    tool: Tool,
    selected: Range<usize>,
) -> Result<Offer, FlowError> {
    let mut conn = app.store.read().await?;
    let (row, case) = open(app, &mut conn, session, draft).await?;
    drop(conn);
    if row.revision != revision {
        return Err(FlowError::Stale);
    }
    let at = widened(&row.body, &selected)
        .ok_or_else(|| FlowError::Invalid("Select the words to rewrite first.".to_owned()))?;
    let before = cut(&row.body, &at);
    may_rewrite(&before).map_err(|why| FlowError::Invalid(why.to_string()))?;
    let (after, by, exchange, note) = match by_model(app, &case, tool, &before).await {
        Some(Ok((exchange, after))) => (after, By::Model, Some(exchange), None),
        none_or_refused => {
            let note = none_or_refused.and_then(Result::err).map(|error| error.to_string());
            let after = by_rules(tool, &before)
                .map_err(|why| FlowError::Invalid(note.clone().unwrap_or_else(|| why.to_string())))?;
            (after, By::Rules, None, note)
        }
    };
    if after == before {
        return Err(FlowError::Invalid("The words are like that already.".to_owned()));
    }
    let words = Words { tool, at, after, by, exchange };
    let mark = mark(app, draft, revision, &words);
    Ok(Offer { changes: changes(&before, &words.after), words, note, mark })
}

/// Puts offered words into the draft; returns its new revision.
///
/// # Errors
/// [`FlowError::Invalid`] for words that were not offered for this revision, [`FlowError::Stale`] when it moved on.
pub async fn take(
    app: &App,
    session: &AgentSession,
    draft: DraftId,
    revision: i64,
    words: Words,
    shown: Digest,
) -> Result<i64, FlowError> {
    if mark(app, draft, revision, &words) != shown {
        return Err(FlowError::Invalid("These words were not offered for this text. Ask for them again.".to_owned()));
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tx = app.store.begin(session, app.clock.now()).await?;
    let (row, _) = open(app, &mut tx, session, draft).await?;
    if row.revision != revision {
        return Err(FlowError::Stale);
    }
    let cited = match row.retrieval {
        Some(id) => tx.suggestion::<Retrieval>(&grant, id).await?.suggestion.value.cited,
        None => Vec::new(),
    };
    let (machine, sentences) = row.machines();
    let applied = apply(&Standing { body: &row.body, machine, sentences }, &words.at, &words.after, &cited);
    let by = format!("{} ({})", words.tool.word(), words.by.word());
    let new = RewrittenDraft { applied: &applied, by: &by, exchange: words.exchange };
    let now = tx.rewrite_draft(draft, revision, new, session.agent().id).await?;
    let commitment = app.keys.commit_to("draft", applied.body.as_bytes());
    let (tool, made_by) = (words.tool.word().to_owned(), words.by.word().to_owned());
    tx.commit(AuditEvent::DraftRewritten { ticket: row.ticket, draft, revision: now, tool, made_by, commitment })
        .await?;
    app.live.committed();
    Ok(now)
}

/// An open draft that this person may change, on a ticket where the machine may write words of its own.
async fn open(
    app: &App,
    conn: &mut Conn,
    session: &AgentSession,
    draft: DraftId,
) -> Result<(DraftRow, Case), FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let row = conn.draft(&grant, draft).await?;
    let case = Case::load(conn, &grant, row.ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    answers_here(session, &case)?;
    if row.state != DraftState::Open {
        return Err(FlowError::Stale);
    }
    machine_may_write(app, session, conn, &case, DraftOrigin::Model).await?;
    Ok((row, case))
}

/// A model's words; none where no model is configured.
async fn by_model(app: &App, case: &Case, tool: Tool, before: &str) -> Option<Result<(ExchangeId, String), FlowError>> {
    app.model.as_ref()?;
    let endpoint = match which_model::present(app).await {
        Ok(endpoint) => endpoint,
        Err(error) => return Some(Err(error)),
    };
    let (user, side) = (|marker: &str| model::user(before, marker), ExchangeSide::Present);
    let asked =
        Consultation { endpoint, side, system: model::system(tool), user: &user, others: &[], max_tokens: 1_500 };
    Some(consult(app, case, asked, |text, table, sent| read(text, table, sent, before)).await)
}

/// People's names are placeholders in what was sent: each must come back as often as it went.
fn read(text: &str, table: &Table, sent: &Redacted, before: &str) -> Result<String, String> {
    keep_all(text, table, sent)?;
    let restored = restore_json(text, table)?;
    model::read_rewritten(&ModelText::from_model(restored), before).map_err(|e| e.to_string())
}

fn mark(app: &App, draft: DraftId, revision: i64, words: &Words) -> Digest {
    let exchange = words.exchange.map(|id| id.to_string()).unwrap_or_default();
    let place =
        format!("{draft}/{revision}/{}/{}/{}/{}/{exchange}/", words.tool, words.by, words.at.start, words.at.end);
    app.keys.commit_to("rewrite-offer", format!("{place}{}", words.after).as_bytes())
}
