//! The answer in preparation: the draft, the sources it rests on, similar cases, the plan.

use desk::{
    Timestamp,
    article::successor,
    assemble::Move,
    audit::{AuditEvent, Entry},
    conduct::Conduct,
    draft::{DraftOrigin, DraftState, Sentence as Traced, Support, ai_share, retrace},
    ids::{ArticleId, VersionId},
    knowledge::{Cited, Origin, Retrieval, freshness, may_ground},
    prompt::is_said_before,
    suggestion::{Confidence, Doubt},
    ticket::DraftReadiness,
};
use serde::Serialize;
use store::{Conn, DraftRow, EntryRow, Grant, StoreError, SuggestionKind, TicketLine as Row};
use utoipa::ToSchema;

use super::{drafts::FirstApproval, page::time, problem::Problem, summary::PolicyCheck, voices::DraftVoice};
use crate::{App, flow, flow::prepare_reply::worked};

/// The answer in preparation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answer {
    /// `ready`, `preparing`, `withheld` or `none`.
    state: String,
    /// Why there is no draft.
    why: Option<String>,
    draft: Option<Draft>,
    passages: Vec<PassageHit>,
    similar: Vec<SimilarTicket>,
    plan: Option<Plan>,
    /// Drafts of the machine's that a person may ask for here: `assembled`, `model`.
    may_ask: Vec<String>,
    /// Whether words of a draft can be rewritten here.
    may_rewrite: bool,
    /// Beside a refund request: rule, facts found, facts missing.
    policy_check: Option<PolicyCheck>,
}

/// What the machine means to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    asked: Vec<String>,
    known: Vec<String>,
    missing: Vec<String>,
    /// `answer`, `ask`, `hand_over` or `stay_silent`.
    #[serde(rename = "move")]
    next: String,
}

/// A passage of a source, found for this ticket or search.
#[derive(Debug, Serialize, ToSchema)]
pub struct PassageHit {
    /// The number sentences cite; 0 in search results.
    pub citation: u32,
    pub passage_id: String,
    pub article_id: String,
    pub version: i64,
    pub title: String,
    pub heading: String,
    pub text: String,
    /// Matching parts of `text`, in characters.
    #[schema(value_type = Vec<[usize; 2]>)]
    pub spans: Vec<(usize, usize)>,
    pub why: Vec<String>,
    pub audience: String,
    pub source: String,
    pub owner: String,
    pub reviewed_at: Option<String>,
    /// `current`, `due` or `expired`.
    pub freshness: String,
}

/// A solved case like this one.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimilarTicket {
    citation: u32,
    ticket_id: String,
    number: i64,
    subject: String,
    question: String,
    reply: String,
    /// Parts of `reply` that matched, in characters.
    #[schema(value_type = Vec<[usize; 2]>)]
    spans: Vec<(usize, usize)>,
    why: Vec<String>,
    /// `good`, `reopened` or `rated_low`.
    outcome: String,
    solved_at: String,
}

/// Text proposed for sending.
#[derive(Debug, Serialize, ToSchema)]
pub struct Draft {
    id: String,
    ticket_id: String,
    pub revision: i64,
    /// `assembled`, `model` or `agent`.
    origin: String,
    /// `open`, `approved`, `sent` or `superseded`.
    state: String,
    body: String,
    sentences: Vec<Sentence>,
    doubts: Vec<String>,
    /// `sure`, `check` or `unknown`.
    word: String,
    /// The calibrated chance, 0 to 1, that such a draft is sent without a changed fact; null until enough earlier drafts were answered.
    confidence: Option<f64>,
    /// Share of the words that are the machine's, 0 to 1.
    ai_share: f64,
    /// Why the draft no longer fits.
    stale: Option<String>,
    exchange_id: Option<String>,
    saved_at: String,
    /// When it was looked at again after the night it was made in.
    checked_at: Option<String>,
    /// How it is meant to sound, and where it does not; null for drafts of earlier versions.
    voice: Option<DraftVoice>,
    approval: Option<Approval>,
    /// A colleague's yes, or your own, that waits for a second.
    first: Option<FirstApproval>,
}

/// One sentence of a draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sentence {
    text: String,
    /// First character in the body.
    start: usize,
    /// One past the last.
    end: usize,
    citations: Vec<u32>,
    /// `supported`, `unsupported`, `frame` or `agent`.
    support: String,
    /// Whether a past reply said it and no source does.
    said_before: bool,
    /// What a cited source said when this was written and says now, where that differs.
    changed: Option<ChangedWords>,
}

/// A source that says something else than when a sentence was written.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangedWords {
    article_id: String,
    title: String,
    /// The words then.
    was: String,
    /// The words now; none where nothing like them is left, or the source may not be used any more.
    now: Option<String>,
}

/// A person's yes that can perhaps still be taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approval {
    id: String,
    /// Its letter's place in the outbox.
    outbox_id: String,
    by: String,
    at: String,
    undo_until: String,
    state: String,
}

impl Answer {
    /// Everything about the answer to a ticket.
    pub async fn load(
        app: &App,
        conn: &mut Conn,
        grant: &Grant,
        row: &Row,
        trail: &[EntryRow],
    ) -> Result<Self, Problem> {
        let now = app.clock.now();
        let draft = conn.current_draft(grant, row.ticket.id).await?;
        let may_read = flow::triage_ticket::consent(app, conn, row).await?.is_ok();
        // Where AI is off nothing of the machine's stands there, but for what a person's own draft rests on.
        let retrieval = retrieval(conn, grant, row, draft.as_ref()).await?.filter(|_| may_read || draft.is_some());
        let cited = retrieval.as_ref().map(|r| r.cited.as_slice()).unwrap_or_default();
        let passages = passages(conn, grant, cited, now).await?;
        let similar = similar(conn, grant, cited).await?;
        let draft = match draft {
            Some(draft) => Some(Draft::load(app, conn, grant, row, draft, cited, trail).await?),
            None => None,
        };
        let conduct = Conduct::of(&conn.policies().await?, worked(row), now);
        let policy_check = if may_read && conduct.asks_refund(&row.ticket.risk) && retrieval.is_some() {
            Some(PolicyCheck::of(&conn.messages(grant, row.ticket.id).await?, cited))
        } else {
            None
        };
        let plan = retrieval.as_ref().and_then(|r| r.plan.as_ref());
        let answers = plan.is_some_and(|p| p.next != Move::HandOver);
        let may_ask = if may_read && answers && draft.is_none() && row.ticket.draft != DraftReadiness::Preparing {
            // Where sources answer nothing at all, nothing can be assembled.
            let finds = plan.is_some_and(|p| p.next == Move::Answer || p.missing.len() < p.asked.len());
            may_ask(app, &conduct, finds)
        } else {
            Vec::new()
        };
        let state = if draft.is_some() { DraftReadiness::Ready } else { row.ticket.draft };
        Ok(Self {
            state: state.word().to_owned(),
            why: row.draft_why.clone(),
            draft,
            passages,
            similar,
            plan: retrieval.and_then(|r| r.plan).map(|p| Plan {
                asked: p.asked,
                known: p.known,
                missing: p.missing,
                next: p.next.word().to_owned(),
            }),
            may_ask,
            may_rewrite: may_read && conduct.allows(DraftOrigin::Model).is_ok(),
            policy_check,
        })
    }
}

fn may_ask(app: &App, conduct: &Conduct, finds: bool) -> Vec<String> {
    let can = |origin: DraftOrigin| if origin == DraftOrigin::Model { app.model.is_some() } else { finds };
    let origins = [DraftOrigin::Assembled, DraftOrigin::Model].into_iter();
    let allowed = origins.filter(|origin| conduct.allows(*origin).is_ok() && can(*origin));
    allowed.map(|origin| origin.word().to_owned()).collect()
}

/// What was put before the drafter of this draft; without a draft, what was found last.
async fn retrieval(
    conn: &mut Conn,
    grant: &Grant,
    row: &Row,
    draft: Option<&DraftRow>,
) -> Result<Option<Retrieval>, Problem> {
    let found = match draft.and_then(|d| d.retrieval) {
        Some(id) => Some(conn.suggestion::<Retrieval>(grant, id).await?),
        None => conn.newest_suggestion::<Retrieval>(grant, row.ticket.id, SuggestionKind::Retrieval).await?,
    };
    Ok(found.map(|f| f.suggestion.value))
}

async fn passages(conn: &mut Conn, grant: &Grant, cited: &[Cited], now: Timestamp) -> Result<Vec<PassageHit>, Problem> {
    let mut hits = Vec::new();
    for source in cited {
        let Origin::Passage { passage, article, version } = source.origin else { continue };
        let found = PassageFound {
            citation: source.citation,
            passage: passage.to_string(),
            article,
            version: Some(version),
            heading: source.heading.clone(),
            text: source.text.clone(),
            spans: source.spans.clone(),
            why: source.why.clone(),
        };
        hits.extend(found.with_article(conn, grant, now).await?);
    }
    Ok(hits)
}

/// A passage before its article was looked up.
pub struct PassageFound {
    pub citation: u32,
    pub passage: String,
    pub article: ArticleId,
    /// The version it was read from; none for the current one.
    pub version: Option<VersionId>,
    pub heading: String,
    pub text: String,
    pub spans: Vec<(usize, usize)>,
    pub why: Vec<String>,
}

impl PassageFound {
    /// With its article's facts; none when the grant does not reach it.
    pub async fn with_article(
        self,
        conn: &mut Conn,
        grant: &Grant,
        now: Timestamp,
    ) -> Result<Option<PassageHit>, Problem> {
        let article = match conn.article(grant, self.article).await {
            Err(StoreError::NotFound) => return Ok(None),
            other => other?,
        };
        let mut number = article.number;
        if self.version.is_some() && self.version != article.current {
            let versions = conn.versions(grant, self.article).await?;
            number = versions.iter().find(|v| Some(v.id) == self.version).map_or(number, |v| v.number);
        }
        Ok(Some(PassageHit {
            citation: self.citation,
            passage_id: self.passage,
            article_id: self.article.to_string(),
            version: number,
            title: article.title,
            heading: self.heading,
            text: self.text,
            spans: self.spans,
            why: self.why,
            audience: article.audience.word().to_owned(),
            source: article.source,
            owner: article.owner,
            reviewed_at: article.reviewed_at.map(time),
            freshness: freshness(article.state, article.review_by, now).word().to_owned(),
        }))
    }
}

async fn similar(conn: &mut Conn, grant: &Grant, cited: &[Cited]) -> Result<Vec<SimilarTicket>, Problem> {
    let mut found = Vec::new();
    for source in cited {
        let Origin::Reply { ticket } = source.origin else { continue };
        let Some(case) = conn.past_case(grant, ticket).await? else { continue };
        let within = source.text.chars().count();
        found.push(SimilarTicket {
            citation: source.citation,
            ticket_id: ticket.to_string(),
            number: case.number,
            subject: case.subject,
            // The index matches questions; its places say nothing about the reply's words.
            spans: if source.text == case.question {
                source.spans.iter().copied().filter(|s| s.1 <= within).collect()
            } else {
                Vec::new()
            },
            question: case.question,
            reply: case.reply,
            why: source.why.clone(),
            outcome: case.outcome,
            solved_at: time(case.solved_at),
        });
    }
    Ok(found)
}

impl Draft {
    /// One draft, by the grant of whoever looks.
    pub async fn by_id(app: &App, conn: &mut Conn, grant: &Grant, id: desk::ids::DraftId) -> Result<Self, Problem> {
        let draft = conn.draft(grant, id).await?;
        let row = conn.ticket(grant, draft.ticket).await?;
        let trail = conn.trail(grant, draft.ticket).await?;
        let retrieval = match draft.retrieval {
            Some(id) => Some(conn.suggestion::<Retrieval>(grant, id).await?.suggestion.value),
            None => None,
        };
        let cited = retrieval.as_ref().map(|r| r.cited.as_slice()).unwrap_or_default();
        Self::load(app, conn, grant, &row, draft, cited, &trail).await
    }

    async fn load(
        app: &App,
        conn: &mut Conn,
        grant: &Grant,
        row: &Row,
        draft: DraftRow,
        cited: &[Cited],
        trail: &[EntryRow],
    ) -> Result<Self, Problem> {
        let now = app.clock.now();
        let (machine, sentences) = draft.machines();
        let share = ai_share(machine, &draft.body);
        let traced = retrace(sentences, &draft.body);
        let changes = match draft.state {
            DraftState::Open => changes(conn, grant, &traced, cited, now).await?,
            DraftState::Approved | DraftState::Sent | DraftState::Superseded => Vec::new(),
        };
        let changed = changes.first().map(|(_, c)| c);
        let stale = match draft.state {
            DraftState::Open if row.ticket.last_inbound != draft.answers => {
                Some("The customer wrote again after this draft was made.".to_owned())
            }
            DraftState::Open => changed.map(|c| format!("A source this draft cites changed: {}.", c.title)),
            DraftState::Approved | DraftState::Sent | DraftState::Superseded => None,
        };
        let (approval, first) = match draft.state {
            DraftState::Open => (None, outbox::awaits_second(&app.door, conn, draft.id, now).await?),
            DraftState::Approved | DraftState::Sent => (approval(conn, grant, &draft, trail).await?, None),
            DraftState::Superseded => (None, None),
        };
        Ok(Self {
            id: draft.id.to_string(),
            ticket_id: draft.ticket.to_string(),
            revision: draft.revision,
            origin: draft.origin.word().to_owned(),
            state: draft.state.word().to_owned(),
            word: doubt(&draft).word().to_owned(),
            confidence: draft.confidence,
            ai_share: share,
            sentences: traced.into_iter().map(|s| Sentence::new(s, &changes, &draft.doubts)).collect(),
            doubts: draft.doubts,
            stale,
            exchange_id: draft.exchange.map(|e| e.to_string()),
            saved_at: time(draft.saved_at),
            checked_at: draft.checked_at.map(time),
            voice: draft.voice.map(|chosen| DraftVoice::of(chosen, &draft.body)),
            approval,
            first: first.map(FirstApproval::from),
            body: draft.body,
        })
    }
}

/// How sure the machine is of a draft, in a word. "Sure" only where people's answers to earlier drafts say so.
fn doubt(draft: &DraftRow) -> Doubt {
    if draft.confidence.is_some_and(|p| (Confidence::Probability { value: p }).doubt() == Doubt::Sure) {
        return Doubt::Sure;
    }
    match draft.score {
        None | Some(0.0) if draft.origin != DraftOrigin::Agent => Doubt::Unknown,
        _ => Doubt::Check,
    }
}

impl Sentence {
    fn new(s: Traced, changes: &[(u32, ChangedWords)], doubts: &[String]) -> Self {
        let cites = |n: &u32| s.support != Support::Agent && s.citations.contains(n);
        // A source whose cited words stand unchanged in its new version needs a fresh draft, but no second look.
        let differs = |c: &ChangedWords| c.now.as_ref() != Some(&c.was);
        let changed = changes.iter().find(|(n, c)| cites(n) && differs(c)).map(|(_, c)| c.clone());
        Self {
            said_before: s.support == Support::Unsupported && is_said_before(&s.text, doubts),
            text: s.text,
            start: s.start,
            end: s.end,
            citations: s.citations,
            support: s.support.word().to_owned(),
            changed,
        }
    }
}

/// Sources of sentences still in the body that may no longer carry them, by the number that cites them.
async fn changes(
    conn: &mut Conn,
    grant: &Grant,
    traced: &[Traced],
    cited: &[Cited],
    now: Timestamp,
) -> Result<Vec<(u32, ChangedWords)>, Problem> {
    let still_cited =
        |c: &&Cited| traced.iter().any(|s| s.support != Support::Agent && s.citations.contains(&c.citation));
    let mut changes = Vec::new();
    for source in cited.iter().filter(still_cited) {
        let Origin::Passage { article, version, .. } = source.origin else { continue };
        let found = match conn.article(grant, article).await {
            Ok(found) => Some(found),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        let usable = found.filter(|a| may_ground(a.state, a.audience, a.review_by, now));
        let current = usable.and_then(|a| a.current);
        if current == Some(version) {
            continue;
        }
        let now_reads = match current {
            Some(current) => {
                let passages = conn.passages(grant, current).await?;
                let texts: Vec<(String, String)> = passages.into_iter().map(|p| (p.heading, p.text)).collect();
                successor(&source.heading, &source.text, &texts).map(str::to_owned)
            }
            None => None,
        };
        let changed = ChangedWords {
            article_id: article.to_string(),
            title: source.title.clone(),
            was: source.text.clone(),
            now: now_reads,
        };
        changes.push((source.citation, changed));
    }
    Ok(changes)
}

/// The newest approval of a draft: who and when from the record, how it stands from the door.
async fn approval(
    conn: &mut Conn,
    grant: &Grant,
    draft: &DraftRow,
    trail: &[EntryRow],
) -> Result<Option<Approval>, Problem> {
    let approved = trail.iter().rev().find_map(|entry| {
        let event = serde_json::from_str::<Entry>(&entry.leaf).ok()?.event;
        match event {
            AuditEvent::ReplyApproved { draft: of, approval, .. } if of == draft.id => Some((approval, entry)),
            _ => None,
        }
    });
    let Some((id, entry)) = approved else { return Ok(None) };
    let fates = outbox::fates(conn, grant, draft.ticket).await?;
    Ok(fates.into_iter().find(|f| f.approval == Some(id)).map(|fate| Approval {
        id: id.to_string(),
        outbox_id: fate.outbox.to_string(),
        by: super::record_words::actor_name(entry),
        at: time(entry.at),
        undo_until: time(fate.not_before),
        state: fate.state.word().to_owned(),
    }))
}
