//! The one way a letter leaves for which no person pressed a button: a text that a named person approved beforehand,
//! word for word, for one category, within limits that both database and rules hold.
//!
//! The row that approves is marked under the key that is not in the database, like an approval. Each use is a row of
//! the outbox of its own; everything is asked when it is queued and again before its first byte goes out.

use desk::{
    Digest, Refusal, Timestamp,
    audit::AuditEvent,
    calibration::Tally,
    conduct::{Conduct, Worked},
    ids::{AgentId, ArticleId, OutboxId, SessionId, StandingId, TicketId, VersionId},
    ladder::Where,
    language::Language,
    standing::{Beginning, Limits, PAGE_SECONDS, footer, may_begin},
};
use store::{AgentSession, Conn, Grant, Store, StoreError, Tx, new_id, raw::Columns};

use crate::{
    Door, DoorError, OutboxState,
    lookup::reach,
    sql::{params, sql},
    standing_use::{envelope, render, reopen},
    world::{self, Thread},
};

const STANDING_LABEL: &str = "countersign/standing-approval/1";

/// A standing approval as a person wants it.
#[derive(Debug, Clone)]
pub struct NewStanding<'a> {
    /// Category key.
    pub category: &'a str,
    /// The text, word for word.
    pub body: &'a str,
    /// Its limits.
    pub limits: Limits,
    /// The versions it rests on, as its page showed them.
    pub sources: &'a [(ArticleId, VersionId)],
}

impl NewStanding<'_> {
    /// Of everything its page shows; what a browser sends back.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let Limits { a_day, a_requester, until } = self.limits;
        let numbers = [a_day.to_string(), a_requester.to_string(), until.micros().to_string()];
        let mut fields = vec![self.category.as_bytes(), self.body.as_bytes()];
        fields.extend(numbers.iter().map(String::as_bytes));
        let mut versions: Vec<String> = self.sources.iter().map(|(_, version)| version.to_string()).collect();
        versions.sort_unstable();
        fields.extend(versions.iter().map(String::as_bytes));
        Digest::of_fields("countersign/standing-page/1", &fields)
    }

    /// The body of the letters that would leave.
    #[must_use]
    pub fn letter(&self, door: &Door, approver: &str) -> String {
        whole(self.body, approver, &door.settings().desk_name)
    }
}

pub(crate) fn whole(body: &str, approver: &str, desk: &str) -> String {
    format!("{}\n\n{}", body.trim_end(), footer(approver, desk))
}

/// A standing approval as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Id.
    pub id: StandingId,
    /// Category key.
    pub category: String,
    /// The language of its text.
    pub language: String,
    /// The text.
    pub body: String,
    /// Of everything its page showed.
    pub digest: Digest,
    /// Who approved it.
    pub agent: AgentId,
    session: SessionId,
    /// Its limits.
    pub limits: Limits,
    /// When it was approved.
    pub approved_at: Timestamp,
    mac: Vec<u8>,
    /// When it was ended by hand, or replaced.
    pub ended_at: Option<Timestamp>,
    /// The versions it rests on.
    pub sources: Vec<(ArticleId, VersionId)>,
}

fn stored(c: &mut Columns<'_>) -> Result<Standing, StoreError> {
    Ok(Standing {
        id: c.take()?,
        category: c.take()?,
        language: c.take()?,
        body: c.take()?,
        digest: c.take()?,
        agent: c.take()?,
        session: c.take()?,
        limits: Limits { a_day: c.take()?, a_requester: c.take()?, until: c.take()? },
        approved_at: c.take()?,
        mac: c.take()?,
        ended_at: c.take()?,
        sources: Vec::new(),
    })
}

impl Standing {
    fn fields(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.category.clone(),
            self.language.clone(),
            self.body.clone(),
            self.digest.to_string(),
            self.agent.to_string(),
            self.session.to_string(),
            self.limits.a_day.to_string(),
            self.limits.a_requester.to_string(),
            self.limits.until.micros().to_string(),
            self.approved_at.micros().to_string(),
        ]
    }

    fn mark(&self, door: &Door) -> Vec<u8> {
        let fields = self.fields();
        door.mac(STANDING_LABEL, &fields.iter().map(String::as_bytes).collect::<Vec<_>>())
    }

    pub(crate) fn holds(&self, door: &Door) -> bool {
        let fields = self.fields();
        // The page's digest covers the versions, and the mark covers the digest.
        let page =
            NewStanding { category: &self.category, body: &self.body, limits: self.limits, sources: &self.sources };
        self.ended_at.is_none()
            && page.digest() == self.digest
            && door.mac_holds(STANDING_LABEL, &fields.iter().map(String::as_bytes).collect::<Vec<_>>(), &self.mac)
    }

    pub(crate) async fn load(conn: &mut Conn, id: StandingId) -> Result<Self, StoreError> {
        let row = conn
            .one(
                sql!("select id, category, language, body, digest, agent_id, session_id, a_day, a_requester, until_at, approved_at, mac, ended_at from standing_approvals where id = $1"),
                params![id],
            )
            .await?;
        let mut standing = stored(&mut row.columns())?;
        standing.sources = sources_of(conn, standing.id).await?;
        Ok(standing)
    }

    pub(crate) async fn active(conn: &mut Conn, category: &str, language: &str) -> Result<Option<Self>, StoreError> {
        let row = conn
            .maybe(
                sql!("select id, category, language, body, digest, agent_id, session_id, a_day, a_requester, until_at, approved_at, mac, ended_at from standing_approvals where category = $1 and language = $2 and ended_at is null"),
                params![category, language],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut standing = stored(&mut row.columns())?;
        standing.sources = sources_of(conn, standing.id).await?;
        Ok(Some(standing))
    }

    /// The first article it rests on that changed or may not ground a reply any more.
    pub(crate) async fn changed(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<ArticleId>, StoreError> {
        for (article, version) in &self.sources {
            if !world::still_good(conn, *article, *version, now).await? {
                return Ok(Some(*article));
            }
        }
        Ok(None)
    }
}

async fn sources_of(conn: &mut Conn, id: StandingId) -> Result<Vec<(ArticleId, VersionId)>, StoreError> {
    let rows = conn
        .rows(
            sql!("select article_id, version_id from standing_sources where standing_id = $1 order by article_id"),
            params![id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .collect()
}

/// How many of these versions are current and may ground a reply.
///
/// # Errors
/// What the database says.
pub async fn good_sources(
    conn: &mut Conn,
    sources: &[(ArticleId, VersionId)],
    now: Timestamp,
) -> Result<usize, DoorError> {
    let mut good = 0;
    for (article, version) in sources {
        good += usize::from(world::still_good(conn, *article, *version, now).await?);
    }
    Ok(good)
}

/// What holds for a ticket of this category without flags, where the category has come furthest: what a page says before
/// anybody begins one. Each use asks again for its own ticket, so that one which a pilot has earned is used in that pilot only.
///
/// # Errors
/// What the database says.
pub async fn conduct_of_category(conn: &mut Conn, category: &str, now: Timestamp) -> Result<Conduct, DoorError> {
    let worked = Worked { category: Some(category), model: None, flags: &[], at: Where::Furthest };
    Ok(Conduct::of(&conn.policies().await?, worked, now))
}

/// Begins one: `shown` is the digest of what the page showed, `evidence` how people answered the machine's looks at the
/// category. One that was active for the same category and language ends with it.
///
/// # Errors
/// [`Refusal::SignedOut`], [`Refusal::DigestMismatch`], [`Refusal::Unfit`], [`Refusal::Unsendable`], or what the database says.
pub async fn begin_standing(
    door: &Door,
    store: &Store,
    session: &AgentSession,
    new: &NewStanding<'_>,
    shown: Digest,
    evidence: Tally,
    now: Timestamp,
) -> Result<StandingId, DoorError> {
    let mut tx = store.begin(session, now).await?;
    let person = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    if shown != new.digest() {
        return Err(Refusal::DigestMismatch.into());
    }
    let conduct = conduct_of_category(&mut tx, new.category, now).await?;
    let confirmed = world::confirmed(&mut tx, session, now.plus_seconds(-PAGE_SECONDS)).await?;
    let asked = Beginning {
        role: person.role,
        confirmed,
        conduct: &conduct,
        evidence,
        text: new.body,
        sources: (new.sources.len(), good_sources(&mut tx, new.sources, now).await?),
        limits: new.limits,
    };
    may_begin(&asked, now).map_err(|unfit| Refusal::Unfit { why: unfit.to_string() })?;
    // What could never leave is said now, not at the first use.
    let sample =
        envelope(door, new_id(), &door.settings().mailbox, "sample", new.letter(door, &person.name), Thread::default());
    render(door, &sample, 0, now)?;
    let mut standing = Standing {
        id: new_id(),
        category: new.category.to_owned(),
        language: Language::guess(new.body).word().to_owned(),
        body: new.body.to_owned(),
        digest: shown,
        agent: person.id,
        session: session.id(),
        limits: new.limits,
        approved_at: now,
        mac: Vec::new(),
        ended_at: None,
        sources: new.sources.to_vec(),
    };
    standing.mac = standing.mark(door);
    if let Some(before) = Standing::active(&mut tx, &standing.category, &standing.language).await? {
        end_in(&mut tx, before.id, person.id).await?;
    }
    insert(&mut tx, &standing).await?;
    let (id, digest) = (standing.id, standing.digest);
    tx.commit(AuditEvent::StandingBegun { standing: id, digest }).await?;
    Ok(id)
}

async fn insert(tx: &mut Tx, s: &Standing) -> Result<(), StoreError> {
    tx.execute(
        sql!(
            "insert into standing_approvals (id, category, language, body, digest, agent_id, session_id, a_day, a_requester, until_at, approved_at, mac)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"
        ),
        params![
            s.id,
            &s.category,
            &s.language,
            &s.body,
            s.digest,
            s.agent,
            s.session,
            s.limits.a_day,
            s.limits.a_requester,
            s.limits.until,
            s.approved_at,
            s.mac.clone()
        ],
    )
    .await?;
    for (article, version) in &s.sources {
        tx.execute(
            sql!("insert into standing_sources (standing_id, article_id, version_id) values ($1,$2,$3)"),
            params![s.id, *article, *version],
        )
        .await?;
    }
    Ok(())
}

/// The kill switch: it is not used any more, and what waits of it does not leave.
///
/// # Errors
/// [`Refusal::SignedOut`], [`Refusal::Role`] for who does not lead, [`StoreError::NotFound`], or what the database says.
pub async fn end_standing(
    store: &Store,
    session: &AgentSession,
    id: StandingId,
    now: Timestamp,
) -> Result<(), DoorError> {
    let mut tx = store.begin(session, now).await?;
    let person = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    if !person.role.leads() {
        return Err(Refusal::Role { needs: "leads and administrators can".to_owned() }.into());
    }
    Standing::load(&mut tx, id).await?;
    end_in(&mut tx, id, person.id).await?;
    tx.commit(AuditEvent::StandingEnded { standing: id }).await?;
    Ok(())
}

async fn end_in(tx: &mut Tx, id: StandingId, by: AgentId) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        sql!("update standing_approvals set ended_at = $1, ended_by = $2 where id = $3 and ended_at is null"),
        params![now, by, id],
    )
    .await?;
    let waiting = tx
        .rows(
            sql!("select u.outbox_id from standing_uses u join outbox o on o.id = u.outbox_id where u.standing_id = $1 and o.state = 'ready'"),
            params![id],
        )
        .await?;
    for row in &waiting {
        let outbox: OutboxId = row.columns().take()?;
        let cancelled = tx
            .execute(
                sql!("update outbox set state = 'cancelled', updated_at = $1 where id = $2 and state = 'ready'"),
                params![now, outbox],
            )
            .await?;
        if cancelled == 1 {
            reopen(tx, outbox).await?;
        }
    }
    Ok(())
}

/// Whether any is active for a category, in whatever language.
///
/// # Errors
/// What the database says.
pub async fn has_standing(conn: &mut Conn, category: &str) -> Result<bool, DoorError> {
    let row = conn
        .maybe(
            sql!("select id from standing_approvals where category = $1 and ended_at is null limit 1"),
            params![category],
        )
        .await?;
    Ok(row.is_some())
}

/// A standing approval as a page tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingLine {
    /// What was approved.
    pub standing: Standing,
    /// Its person's name.
    pub by: String,
    /// Who ended it.
    pub ended_by: Option<String>,
    /// Uses so far.
    pub uses: i64,
    /// Uses after which the requester wrote again.
    pub came_back: i64,
    /// The first article it rests on that changed since: then it answers nobody.
    pub changed: Option<ArticleId>,
}

/// All of them, active ones first, at most 100.
///
/// # Errors
/// What the database says.
pub async fn standings(conn: &mut Conn, now: Timestamp) -> Result<Vec<StandingLine>, DoorError> {
    let rows = conn
        .rows(
            sql!(
                "select s.id, s.category, s.language, s.body, s.digest, s.agent_id, s.session_id, s.a_day, s.a_requester, s.until_at, s.approved_at, s.mac, s.ended_at, a.name, e.name,
                 (select count(*) from standing_uses u where u.standing_id = s.id),
                 (select count(*) from standing_uses u join tickets t on t.id = u.ticket_id where u.standing_id = s.id and t.last_inbound_id is distinct from u.answers)
                 from standing_approvals s join agents a on a.id = s.agent_id left join agents e on e.id = s.ended_by
                 order by case when s.ended_at is null then 0 else 1 end, s.approved_at desc, s.id desc limit 100"
            ),
            params![],
        )
        .await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut c = row.columns();
        let mut standing = stored(&mut c)?;
        let (by, ended_by, uses, came_back) = (c.take()?, c.take()?, c.take()?, c.take()?);
        standing.sources = sources_of(conn, standing.id).await?;
        let changed = standing.changed(conn, now).await?;
        lines.push(StandingLine { standing, by, ended_by, uses, came_back, changed });
    }
    Ok(lines)
}

/// One use of a standing approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingUse {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Where the letter is.
    pub state: OutboxState,
    /// When it was queued.
    pub at: Timestamp,
    /// Whether the requester wrote again.
    pub came_back: bool,
}

/// The uses of one that the reader may see, newest first, at most 200.
///
/// # Errors
/// [`StoreError::NotFound`], or what the database says.
pub async fn uses_of(conn: &mut Conn, grant: &Grant, id: StandingId) -> Result<Vec<StandingUse>, DoorError> {
    Standing::load(conn, id).await?;
    let rows = conn
        .rows(
            sql!(
                "select t.id, t.number, t.subject, o.state, u.at, case when t.last_inbound_id is distinct from u.answers then cast(1 as bigint) else cast(0 as bigint) end
                 from standing_uses u join tickets t on t.id = u.ticket_id join outbox o on o.id = u.outbox_id
                 where ($1 = '*' or $1 like '%,' || t.queue || ',%') and u.standing_id = $2 order by u.at desc, u.outbox_id limit 200"
            ),
            params![reach(grant), id],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut c = row.columns();
            let (ticket, number, subject): (TicketId, i64, String) = (c.take()?, c.take()?, c.take()?);
            let state: String = c.take()?;
            let state = state.parse().map_err(|_| StoreError::Damaged { what: "a state in the outbox".to_owned() })?;
            Ok(StandingUse { ticket, number, subject, state, at: c.take()?, came_back: c.take::<i64>()? == 1 })
        })
        .collect()
}
