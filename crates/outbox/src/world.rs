//! The facts that the rules ask about, each read afresh inside the transaction that acts on them.

use desk::{
    Digest, Refusal, Timestamp,
    approval::{Approver, CitedSource, Shown},
    conduct::{Conduct, Worked},
    consent::Voices,
    draft::{DraftOrigin, DraftState, Sentence},
    envelope,
    ids::{AgentId, ArticleId, DraftId, MessageId, RequesterId, SealId, SessionId, SuggestionId, TicketId, VersionId},
    knowledge::{ArticleState, Audience, Cited, may_ground},
    ladder::Where,
    language::Language,
    operating::OperatingModel,
    people::{Agent, AiSetting, Cohort},
    persona::{self, Chosen},
    risk::Flag,
    terms::{Confirmation, Signers},
    ticket::Status,
};
use serde::Deserialize;
use store::{AgentSession, Conn, StoreError};

use crate::sql::{params, sql};

/// A ticket, as far as the door asks.
pub(crate) struct Ticket {
    pub id: TicketId,
    pub number: i64,
    pub subject: String,
    pub status: Status,
    pub queue: String,
    pub product: Option<String>,
    pub category: Option<String>,
    pub model: Option<OperatingModel>,
    pub flags: Vec<Flag>,
    pub language: Option<String>,
    pub requester: RequesterId,
    pub requester_email: String,
    pub requester_ai: AiSetting,
    pub organization_ai: Option<AiSetting>,
    pub last_inbound: Option<MessageId>,
    pub has_uncertain_letter: bool,
    /// Number of the ticket it was merged into.
    pub merged_into: Option<i64>,
}

impl Ticket {
    pub(crate) async fn load(conn: &mut Conn, id: TicketId) -> Result<Self, StoreError> {
        let row = conn
            .one(
                sql!(
                    "select t.id, t.number, t.subject, t.status, t.queue, t.product, t.category, t.operating_model, t.risk, t.language, t.requester_id, r.email, r.ai, o.ai, t.last_inbound_id,
                     (select count(*) from outbox u where u.ticket_id = t.id and u.kind = 'reply' and u.state = 'uncertain'),
                     (select g.number from relocations l join tickets g on g.id = l.to_ticket where l.from_ticket = t.id and l.kind = 'merge' and l.undone_at is null)
                     from tickets t join requesters r on r.id = t.requester_id
                     left join organizations o on o.id = coalesce(t.organization_id, r.organization_id) where t.id = $1"
                ),
                params![id],
            )
            .await?;
        let mut c = row.columns();
        Ok(Self {
            id: c.take()?,
            number: c.take()?,
            subject: c.take()?,
            status: c.take()?,
            queue: c.take()?,
            product: c.take()?,
            category: c.take()?,
            model: c.take()?,
            flags: c.take::<String>()?.split(',').filter_map(|word| word.parse().ok()).collect(),
            language: c.take()?,
            requester: c.take()?,
            requester_email: c.take()?,
            requester_ai: c.take()?,
            organization_ai: c.take()?,
            last_inbound: c.take()?,
            has_uncertain_letter: c.take::<i64>()? > 0,
            merged_into: c.take()?,
        })
    }

    /// What the policies that apply to it say at `now`.
    pub(crate) async fn conduct_alone(&self, conn: &mut Conn, now: Timestamp) -> Result<Conduct, StoreError> {
        let worked = Worked {
            category: self.category.as_deref(),
            model: self.model,
            flags: &self.flags,
            at: Where::Ticket { queue: &self.queue, product: self.product.as_deref() },
        };
        Ok(Conduct::of(&conn.policies().await?, worked, now))
    }

    /// What the policies that apply to it say at `now` about this draft. A letter of a reply to many may ask for more
    /// people than its policies do, never for fewer.
    pub(crate) async fn conduct(&self, conn: &mut Conn, draft: &Draft, now: Timestamp) -> Result<Conduct, StoreError> {
        let mut conduct = self.conduct_alone(conn, now).await?;
        if let Some(bulk) = draft.bulk {
            conduct.people = conduct.people.max(bulk.people);
        }
        if draft.voice.is_some() {
            // The voice that speaks to this requester today is part of what was seen: another cohort or version means that
            // somebody looks again.
            let voice = self.voice(conn, now).await?;
            let pin = voice.as_ref().map_or_else(|_| "voice/none".to_owned(), Chosen::pin);
            conduct.pins = format!("{} {pin}", conduct.pins).trim_start().to_owned();
        }
        Ok(conduct)
    }

    /// The voice that speaks to its requester at `now`, or why none does.
    pub(crate) async fn voice(&self, conn: &mut Conn, now: Timestamp) -> Result<Result<Chosen, String>, StoreError> {
        let row = conn
            .one(
                sql!(
                    "select r.cohort, r.role, o.name, o.plan, m.latest from tickets t join requesters r on r.id = t.requester_id
                     left join organizations o on o.id = t.organization_id left join messages m on m.id = t.last_inbound_id where t.id = $1"
                ),
                params![self.id],
            )
            .await?;
        let mut c = row.columns();
        let (segment, role): (Option<Cohort>, Option<String>) = (c.take()?, c.take()?);
        let (name, plan): (Option<String>, Option<String>) = (c.take()?, c.take()?);
        let latest: Option<String> = c.take()?;
        let facts = persona::Facts {
            category: self.category.as_deref(),
            segment,
            role: role.as_deref(),
            organization: name.as_deref().zip(plan.as_deref()),
            language: Language::guess(latest.as_deref().unwrap_or_default()),
        };
        Ok(persona::choose(&conn.policies().await?, &facts, now))
    }

    pub(crate) const fn voices(&self, desk: desk::consent::DeskDefault) -> Voices {
        Voices { requester: self.requester_ai, organization: self.organization_ai, desk }
    }
}

/// A draft, as far as the door asks.
pub(crate) struct Draft {
    pub id: DraftId,
    pub ticket: TicketId,
    pub retrieval: Option<SuggestionId>,
    pub origin: DraftOrigin,
    pub state: DraftState,
    pub revision: i64,
    pub body: String,
    pub machine_body: Option<String>,
    pub machine_sentences: Vec<Sentence>,
    pub doubts: Vec<String>,
    /// The voice it was made in.
    pub voice: Option<Chosen>,
    /// What the reply to many asks for that it is a letter of.
    pub bulk: Option<BulkTerms>,
}

/// What a reply to many asks of each of its letters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BulkTerms {
    pub people: Signers,
    pub stopped_at: Option<Timestamp>,
}

impl Draft {
    pub(crate) async fn load(conn: &mut Conn, id: DraftId) -> Result<Self, StoreError> {
        // Words that the machine rewrote count as a model's, whoever began the draft and whatever rewrote them.
        let row = conn
            .one(
                sql!(
                    "select d.id, d.ticket_id, d.retrieval_id, case when d.rewritten_body is null then d.origin else 'model' end, d.state, d.revision, d.body,
                     coalesce(d.rewritten_body, d.machine_body), coalesce(d.rewritten_sentences, d.machine_sentences), d.doubts, d.voice, b.people, b.stopped_at
                     from drafts d left join bulk_replies b on b.id = d.bulk_id where d.id = $1"
                ),
                params![id],
            )
            .await?;
        let mut c = row.columns();
        Ok(Self {
            id: c.take()?,
            ticket: c.take()?,
            retrieval: c.take()?,
            origin: c.take()?,
            state: c.take()?,
            revision: c.take()?,
            body: c.take()?,
            machine_body: c.take()?,
            machine_sentences: c.json()?,
            doubts: c.json()?,
            voice: c.maybe_json()?,
            bulk: match (c.take::<Option<String>>()?, c.take()?) {
                (None, _) => None,
                (Some(people), stopped_at) => {
                    let damaged = |_| StoreError::Damaged { what: "a bulk reply".to_owned() };
                    Some(BulkTerms { people: people.parse().map_err(damaged)?, stopped_at })
                }
            },
        })
    }

    /// Whether a page of it that was shown at `shown` still counts: not once the reply to many was stopped after. Pages
    /// count, not approvals, so that no yes that was under way when somebody pressed stop gets past it.
    pub(crate) fn may_go_on(&self, shown: Timestamp) -> Result<(), Refusal> {
        match self.bulk.and_then(|bulk| bulk.stopped_at) {
            Some(stopped) if shown <= stopped => Err(Refusal::Halted),
            _ => Ok(()),
        }
    }

    /// What was put before the drafter under numbers.
    pub(crate) async fn cited(&self, conn: &mut Conn) -> Result<Vec<Cited>, StoreError> {
        #[derive(Deserialize)]
        struct Retrieved {
            cited: Vec<Cited>,
        }
        let Some(retrieval) = self.retrieval else { return Ok(Vec::new()) };
        let row = conn.one(sql!("select value from suggestions where id = $1"), params![retrieval]).await?;
        Ok(row.columns().json::<Retrieved>()?.cited)
    }
}

/// A page that was shown.
pub(crate) struct Seal {
    pub id: SealId,
    pub draft: DraftId,
    pub shown: Shown,
    pub mail_from: String,
    pub recipients: Vec<String>,
    pub mime: Vec<u8>,
    /// The versions of policies it was shown under.
    pub policies: String,
}

impl Seal {
    /// The page behind a token, if there is one.
    pub(crate) async fn by_token(conn: &mut Conn, token: Digest) -> Result<Option<Self>, StoreError> {
        let row = conn
            .maybe(
                sql!(
                    "select id, draft_id, agent_id, session_id, digest, revision, last_inbound_id, at, spent_at, mail_from, recipients, mime, policies
                     from seals where token_hash = $1"
                ),
                params![token.as_bytes().as_slice()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut c = row.columns();
        Ok(Some(Self {
            id: c.take()?,
            draft: c.take()?,
            shown: Shown {
                agent: c.take()?,
                session: c.take()?,
                digest: c.take()?,
                revision: c.take()?,
                last_inbound: c.take()?,
                at: c.take()?,
                spent: c.take::<Option<i64>>()?.is_some(),
            },
            mail_from: c.take()?,
            recipients: c.json()?,
            mime: c.take()?,
            policies: c.take()?,
        }))
    }
}

/// The versions of policies that a page was shown under.
pub(crate) async fn pins_of_seal(conn: &mut Conn, seal: SealId) -> Result<String, StoreError> {
    conn.one(sql!("select policies from seals where id = $1"), params![seal]).await?.columns().take()
}

/// When a page was shown.
pub(crate) async fn shown_at(conn: &mut Conn, seal: SealId) -> Result<Timestamp, StoreError> {
    conn.one(sql!("select at from seals where id = $1"), params![seal]).await?.columns().take()
}

/// A version that a reply cites, and whether it still carries.
pub(crate) struct Source {
    pub article: ArticleId,
    pub version: VersionId,
    pub title: String,
    pub still_good: bool,
}

impl Source {
    /// Those pinned by a seal.
    pub(crate) async fn of_seal(conn: &mut Conn, seal: SealId, now: Timestamp) -> Result<Vec<Self>, StoreError> {
        let rows = conn
            .rows(
                sql!("select article_id, version_id, title from seal_sources where seal_id = $1 order by version_id"),
                params![seal],
            )
            .await?;
        let mut sources = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut c = row.columns();
            let (article, version, title) = (c.take()?, c.take()?, c.take()?);
            sources.push(Self { article, version, title, still_good: still_good(conn, article, version, now).await? });
        }
        Ok(sources)
    }

    pub(crate) fn cited(list: &[Self]) -> Vec<CitedSource> {
        list.iter().map(|s| CitedSource { title: s.title.clone(), still_good: s.still_good }).collect()
    }
}

/// Whether `version` is the article's current one and may ground replies. An article that is gone
/// grounds nothing.
pub(crate) async fn still_good(
    conn: &mut Conn,
    article: ArticleId,
    version: VersionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = conn
        .maybe(
            sql!(
                "select a.current_version, a.state, a.audience, s.audience, a.review_by from articles a join sources s on s.id = a.source_id where a.id = $1"
            ),
            params![article],
        )
        .await?;
    let Some(row) = row else { return Ok(false) };
    let mut c = row.columns();
    let current: Option<VersionId> = c.take()?;
    let (state, own, of_source): (ArticleState, Audience, Audience) = (c.take()?, c.take()?, c.take()?);
    let audience = if of_source == Audience::Internal { of_source } else { own };
    Ok(current == Some(version) && may_ground(state, audience, c.take()?, now))
}

/// The newest inbound message's headers, for the answer to hang on.
#[derive(Default)]
pub(crate) struct Thread {
    pub subject: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// Why the newest message is thought to come from a machine.
    pub machine: Option<String>,
}

impl Thread {
    pub(crate) async fn load(conn: &mut Conn, newest: Option<MessageId>) -> Result<Self, StoreError> {
        let Some(newest) = newest else { return Ok(Self::default()) };
        let row = conn
            .maybe(sql!("select subject, message_id, refs, machine from messages where id = $1"), params![newest])
            .await?;
        let Some(row) = row else { return Ok(Self::default()) };
        let mut c = row.columns();
        let (subject, message_id): (String, String) = (c.take()?, c.take()?);
        let references = envelope::references(&c.json::<Vec<String>>()?, Some(&message_id));
        // An id that no header can carry was left out there, and is left out here.
        let in_reply_to = references.last().filter(|id| **id == message_id).cloned();
        Ok(Self { subject: Some(subject), in_reply_to, references, machine: c.take()? })
    }
}

/// The person of a live session, read again; none when it ended, ran out or was switched off.
pub(crate) async fn person(
    conn: &mut Conn,
    session: &AgentSession,
    now: Timestamp,
) -> Result<Option<Agent>, StoreError> {
    Ok(conn.session_again(session.id(), now).await?.map(|live| live.agent().clone()))
}

/// How a person proved to be there since `since`: the strongest way counts.
pub(crate) async fn confirmed(
    conn: &mut Conn,
    session: &AgentSession,
    since: Timestamp,
) -> Result<Confirmation, StoreError> {
    let row = conn
        .maybe(
            sql!(
                "select method from session_confirmations where session_id = $1 and at >= $2 order by at desc limit 1"
            ),
            params![session.id(), since],
        )
        .await?;
    row.map_or(Ok(Confirmation::Session), |row| confirmation(&row.columns().take::<String>()?))
}

/// A stored way of confirming.
pub(crate) fn confirmation(word: &str) -> Result<Confirmation, StoreError> {
    word.parse().map_err(|_| StoreError::Damaged { what: "a way of confirming".to_owned() })
}

/// The person at the keyboard, as the rules ask for them.
pub(crate) async fn approver(
    conn: &mut Conn,
    session: &AgentSession,
    queue: &str,
    now: Timestamp,
) -> Result<Approver, StoreError> {
    let live = person(conn, session, now).await?;
    let agent = live.as_ref().unwrap_or_else(|| session.agent());
    Ok(Approver {
        agent: agent.id,
        session: session.id(),
        signed_in: live.is_some(),
        role: agent.role,
        works_in_queue: agent.works_in(queue),
    })
}

/// The person who approved, as they stand now. Nobody who was switched off works in any queue.
pub(crate) async fn approver_now(
    conn: &mut Conn,
    agent: AgentId,
    session: SessionId,
    queue: &str,
) -> Result<Approver, StoreError> {
    let row = conn.one(sql!("select deactivated_at from agents where id = $1"), params![agent]).await?;
    let active = row.columns().take::<Option<i64>>()?.is_none();
    let person = conn.agent(agent).await?;
    Ok(Approver {
        agent,
        session,
        signed_in: active,
        role: person.role,
        works_in_queue: active && person.works_in(queue),
    })
}
