//! What people asked in a stretch of time, and what became of it: what patterns and gaps are counted from.

use desk::{
    Timestamp,
    ids::{ArticleId, RequesterId, TicketId, VersionId},
    people::AiSetting,
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
};

/// One request, as it is grouped with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Its ticket.
    pub ticket: TicketId,
    /// Subject.
    pub subject: String,
    /// What was asked first.
    pub text: String,
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: Option<String>,
    /// Who asked.
    pub requester: RequesterId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What requester and organization said about AI.
    pub said: (AiSetting, AiSetting),
}

/// An approved reply, as far as it tells how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handled {
    /// Its ticket.
    pub ticket: TicketId,
    /// The approver's first recorded act on the ticket in the two hours before.
    pub began: Option<Timestamp>,
    /// When they last had it before them, as far as that was in those two hours.
    pub read: Option<Timestamp>,
    /// When it was approved.
    pub approved: Timestamp,
}

/// A line of a text with one case it was drafted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineOrigin {
    /// Line of the text, from 1.
    pub line: i64,
    /// The case.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
}

/// How far before an approval a first act is looked for, in microseconds.
const BEFORE: i64 = 2 * 3_600 * 1_000_000;

fn counting(grant: &Grant) -> Result<(), StoreError> {
    if grant.purpose() == Purpose::Index { Ok(()) } else { Err(StoreError::NotFound) }
}

impl Conn {
    /// What people asked since then, newest first; what machines wrote is left out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn requests_since(
        &mut self,
        grant: &Grant,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<Request>, StoreError> {
        counting(grant)?;
        let rows = self
            .rows(
                concat!("select t.id, t.subject, coalesce(p.question, m.latest, t.excerpt), t.queue, t.category, t.requester_id, r.name, coalesce(m.at, t.created_at), r.ai, coalesce(o.ai, 'default')
                 from tickets t join requesters r on r.id = t.requester_id left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 left join past_cases p on p.ticket_id = t.id
                 left join messages m on m.id = (select x.id from messages x where x.ticket_id = t.id and x.direction = 'inbound' order by x.at, x.id limit 1)
                 where ", queue_visible!("t.queue", "$1"), " and t.last_inbound_at >= $2 and m.machine is null order by t.last_inbound_at desc, t.id desc limit $3"),
                params![grant.queues(), since, limit],
            )
            .await?;
        rows.iter().map(|row| request(row.columns())).collect()
    }

    /// Replies approved and not taken back since then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn handled_since(&mut self, grant: &Grant, since: Timestamp) -> Result<Vec<Handled>, StoreError> {
        counting(grant)?;
        let rows = self
            .rows(
                concat!("select t.id,
                   (select min(e.at) from entries e where e.ticket_id = t.id and e.actor_kind = 'agent' and e.actor_id = a.agent_id and e.at >= a.approved_at - $3 and e.at <= a.approved_at),
                   (select d.read_at from ticket_reads d where d.ticket_id = t.id and d.agent_id = a.agent_id and d.read_at >= a.approved_at - $3 and d.read_at <= a.approved_at), a.approved_at
                 from approvals a join tickets t on t.id = a.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and a.approved_at >= $2 and not exists (select 1 from withdrawals w where w.approval_id = a.id) order by a.approved_at, a.id"),
                params![grant.queues(), since, BEFORE],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Handled { ticket: c.take()?, began: c.take()?, read: c.take()?, approved: c.take()? })
            })
            .collect()
    }

    /// Articles that approved replies since then cited, by ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn cited_since(
        &mut self,
        grant: &Grant,
        since: Timestamp,
    ) -> Result<Vec<(TicketId, ArticleId)>, StoreError> {
        counting(grant)?;
        let rows = self
            .rows(
                concat!("select distinct t.id, s.article_id from approvals a join tickets t on t.id = a.ticket_id join seal_sources s on s.seal_id = a.seal_id
                 where ", queue_visible!("t.queue", "$1"), " and a.approved_at >= $2 and not exists (select 1 from withdrawals w where w.approval_id = a.id) order by t.id, s.article_id"),
                params![grant.queues(), since],
            )
            .await?;
        rows.iter().map(pair).collect()
    }

    /// Tickets since then whose draft found no source, and those whose draft a person set aside: with `no-source` or `set-aside`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn undrafted_since(
        &mut self,
        grant: &Grant,
        since: Timestamp,
    ) -> Result<Vec<(TicketId, String)>, StoreError> {
        counting(grant)?;
        let rows = self
            .rows(
                concat!("select distinct t.id, case when e.leaf like '%\"why\":\"no-source\"%' then 'no-source' else 'set-aside' end
                 from tickets t join entries e on e.ticket_id = t.id
                 where ", queue_visible!("t.queue", "$1"), " and t.last_inbound_at >= $2 and e.kind = 'draft.withheld'
                   and (e.leaf like '%\"why\":\"no-source\"%' or e.leaf like '%\"why\":\"set-aside\"%') order by t.id"),
                params![grant.queues(), since],
            )
            .await?;
        rows.iter().map(pair).collect()
    }

    /// The cases a version's lines were drafted from, within the grant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn line_origins(&mut self, grant: &Grant, version: VersionId) -> Result<Vec<LineOrigin>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select o.line, t.id, t.number, t.subject from line_origins o join tickets t on t.id = o.ticket_id
                 where ",
                    queue_visible!("t.queue", "$1"),
                    " and o.version_id = $2 order by o.line, t.number"
                ),
                params![grant.queues(), version],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(LineOrigin { line: c.take()?, ticket: c.take()?, number: c.take()?, subject: c.take()? })
            })
            .collect()
    }

    /// Articles with a proposed or current text that was drafted from a case within the grant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn articles_from(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<ArticleId>, StoreError> {
        let rows = self
            .rows(
                concat!("select distinct v.article_id from line_origins o join versions v on v.id = o.version_id join tickets t on t.id = o.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 and v.state in ('proposed', 'current') order by v.article_id"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }
}

fn pair<A: crate::columns::Column, B: crate::columns::Column>(row: &crate::columns::Row) -> Result<(A, B), StoreError> {
    let mut c = row.columns();
    Ok((c.take()?, c.take()?))
}

fn request(mut c: Columns<'_>) -> Result<Request, StoreError> {
    Ok(Request {
        ticket: c.take()?,
        subject: c.take()?,
        text: c.take()?,
        queue: c.take()?,
        category: c.take()?,
        requester: c.take()?,
        name: c.take()?,
        at: c.take()?,
        said: (c.take()?, c.take()?),
    })
}

impl Tx {
    /// Notes which cases the lines of a version were drafted from.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_line_origins(
        &mut self,
        version: VersionId,
        origins: &[(i64, TicketId)],
    ) -> Result<(), StoreError> {
        for (line, ticket) in origins {
            self.execute(
                "insert into line_origins (version_id, line, ticket_id) values ($1,$2,$3) on conflict do nothing",
                params![version, *line, *ticket],
            )
            .await?;
        }
        Ok(())
    }
}
