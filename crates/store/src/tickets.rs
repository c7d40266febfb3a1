//! Tickets, and what people do to them. Every read takes a grant; its queues are in the query.

mod change;

use desk::{
    Timestamp,
    ids::{AgentId, MessageId, NoteId, OrganizationId, RequesterId, TicketId},
    risk::Flag,
    ticket::{Status, Ticket},
};

use crate::{
    Conn, Grant, Snooze, StoreError,
    columns::{Columns, Row, Value, containing, params},
    grant::queue_visible,
};

/// A saved filter over tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// New and open.
    Inbox,
    /// The reader's own, unfinished.
    Mine,
    /// New and open without an assignee.
    Unassigned,
    /// Waiting for somebody else.
    Waiting,
    /// Put off, and not back yet.
    Snoozed,
    /// Those the reader follows.
    Followed,
    /// Solved and closed.
    Solved,
    /// Everything.
    All,
}

impl View {
    /// Every view with its word.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Inbox, "inbox"),
        (Self::Mine, "mine"),
        (Self::Unassigned, "unassigned"),
        (Self::Waiting, "waiting"),
        (Self::Snoozed, "snoozed"),
        (Self::Followed, "followed"),
        (Self::Solved, "solved"),
        (Self::All, "all"),
    ];

    /// By its word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, w)| *w == word).map(|(view, _)| *view)
    }
}

/// Which tickets to list. Empty strings filter nothing.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: String,
    /// Any of these statuses; none filters nothing.
    pub statuses: Vec<Status>,
    /// Risk flag word.
    pub risk: String,
    /// Requester's address: whole, from its `@` on, or part of it without one. Lower case.
    pub from: String,
    /// Words of subject, first words, or requester's address; or a number.
    pub words: String,
    /// Where the last page ended.
    pub after: Option<(Timestamp, TicketId)>,
    /// At most this many, 1..=200.
    pub limit: i64,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

/// A ticket as listed.
#[derive(Debug, Clone)]
pub struct TicketLine {
    /// The ticket.
    pub ticket: Ticket,
    /// Why there is no draft, when there is none.
    pub draft_why: Option<String>,
    /// Language word.
    pub language: Option<String>,
    /// The product it is about, lower case, when words or contract named one as it was sorted.
    pub product: Option<String>,
    /// How a solved ticket turned out.
    pub outcome: Option<String>,
    /// Demo: start here.
    pub is_first: bool,
    /// Requester's name and address.
    pub requester: (String, String),
    /// Requester's cohort word.
    pub cohort: Option<String>,
    /// What the requester does at their company.
    pub role: Option<String>,
    /// Organization's name and plan.
    pub organization: Option<(String, String)>,
    /// Category's name.
    pub category_name: Option<String>,
    /// Assignee's name.
    pub assignee_name: Option<String>,
    /// When the reader last looked.
    pub read_at: Option<Timestamp>,
    /// How it was put off.
    pub snooze: Option<Snooze>,
}

/// A ticket to be opened.
#[derive(Debug, Clone)]
pub struct NewTicket<'a> {
    /// Who asked.
    pub requester: RequesterId,
    /// Their company.
    pub organization: Option<OrganizationId>,
    /// Queue until triage says otherwise.
    pub queue: &'a str,
    /// Cleaned subject.
    pub subject: &'a str,
    /// When the first message came.
    pub at: Timestamp,
    /// Where it starts.
    pub status: Status,
}

/// The message a ticket opens with.
#[derive(Debug, Clone, Copy)]
pub struct FirstMessage<'a> {
    /// Its id; the caller writes it under this.
    pub id: MessageId,
    /// Its first words.
    pub excerpt: &'a str,
}

/// An internal remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Id.
    pub id: NoteId,
    /// Who wrote it.
    pub author: String,
    /// Its text.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

macro_rules! line_select {
    ($rest:literal) => {
        concat!(
            "select t.id, t.number, t.subject, t.excerpt, t.status, t.priority, t.queue, t.category, t.operating_model, t.doubt, t.risk,
             t.requester_id, t.organization_id, t.assignee_id, t.draft, t.last_inbound_id, t.last_inbound_at, t.revision, t.created_at, t.updated_at,
             t.draft_why, t.language, t.product, t.outcome, t.is_first, r.name, r.email, r.cohort, r.role, o.name, o.plan, c.name, a.name, rd.read_at,
             z.until_at, za.name, z.agent_id, z.made_at
             from tickets t join requesters r on r.id = t.requester_id
             left join organizations o on o.id = t.organization_id left join categories c on c.key = t.category
             left join agents a on a.id = t.assignee_id left join ticket_reads rd on rd.ticket_id = t.id and rd.agent_id = $2
             left join snoozes z on z.ticket_id = t.id left join agents za on za.id = z.agent_id
             where ", queue_visible!("t.queue", "$1"), $rest
        )
    };
}

fn line(mut c: Columns<'_>) -> Result<TicketLine, StoreError> {
    let ticket = Ticket {
        id: c.take()?,
        number: c.take()?,
        subject: c.take()?,
        excerpt: c.take()?,
        status: c.take()?,
        priority: c.take()?,
        queue: c.take()?,
        category: c.take()?,
        operating_model: c.take()?,
        doubt: c.take()?,
        risk: flags(&c.take::<String>()?),
        requester: c.take()?,
        organization: c.take()?,
        assignee: c.take()?,
        draft: c.take()?,
        last_inbound: c.take()?,
        last_inbound_at: c.take()?,
        revision: c.take()?,
        created_at: c.take()?,
        updated_at: c.take()?,
    };
    let (draft_why, language, product, outcome) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let is_first: i64 = c.take()?;
    let requester = (c.take()?, c.take()?);
    let (cohort, role) = (c.take()?, c.take()?);
    let (org_name, org_plan): (Option<String>, Option<String>) = (c.take()?, c.take()?);
    let (category_name, assignee_name, read_at) = (c.take()?, c.take()?, c.take()?);
    let (until, by, agent, at): (_, Option<String>, _, _) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let put_off = |((by, agent), at)| Snooze { until, by, agent, at };
    Ok(TicketLine {
        ticket,
        draft_why,
        language,
        product,
        outcome,
        is_first: is_first == 1,
        requester,
        cohort,
        role,
        organization: org_name.zip(org_plan),
        category_name,
        assignee_name,
        read_at,
        snooze: by.zip(agent).zip(at).map(put_off),
    })
}

/// Flags are stored as `,word,word,`.
pub(crate) fn flags(text: &str) -> Vec<Flag> {
    text.split(',').filter_map(|w| w.parse().ok()).collect()
}

pub(crate) fn flag_words(flags: &[Flag]) -> String {
    if flags.is_empty() {
        String::new()
    } else {
        format!(",{},", flags.iter().map(|f| f.word()).collect::<Vec<_>>().join(","))
    }
}

impl Conn {
    /// Lists tickets, newest inbound first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tickets(
        &mut self,
        grant: &Grant,
        view: View,
        filter: &TicketFilter,
    ) -> Result<Page<TicketLine>, StoreError> {
        let limit = filter.limit.clamp(1, 200);
        let sql = if filter.is_plain() { plain_list(view) } else { filtered_list(view) };
        let mut rows = self.rows(sql, filter.params(grant, limit + 1)).await?;
        let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(Page { items: rows.iter().map(|row: &Row| line(row.columns())).collect::<Result<_, _>>()?, more })
    }

    /// How many a view holds, counted to 1,000.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn count(&mut self, grant: &Grant, view: View) -> Result<i64, StoreError> {
        macro_rules! counted {
            ($where:literal) => {
                concat!(
                    "select count(*) from (select 1 from tickets t where ",
                    queue_visible!("t.queue", "$1"),
                    $where,
                    " limit 1000) as seen"
                )
            };
        }
        let sql = match view {
            View::Inbox => counted!(
                " and t.waiting = 1 and not exists (select 1 from snoozes z where z.ticket_id = t.id) and $2 = $2"
            ),
            View::Mine => counted!(
                " and t.assignee_id = $2 and t.status in ('new','open','pending','on_hold') and not exists (select 1 from snoozes z where z.ticket_id = t.id)"
            ),
            View::Unassigned => counted!(
                " and t.waiting = 1 and t.assignee_id is null and not exists (select 1 from snoozes z where z.ticket_id = t.id) and $2 = $2"
            ),
            View::Snoozed => counted!(
                " and t.id in (select ticket_id from snoozes) and t.status in ('new','open','pending','on_hold') and $2 = $2"
            ),
            View::Followed => counted!(" and t.id in (select ticket_id from follows where agent_id = $2)"),
            View::Waiting => counted!(" and t.status in ('pending','on_hold') and $2 = $2"),
            View::Solved => counted!(" and coalesce(t.status, '') in ('solved','closed') and $2 = $2"),
            View::All => counted!(" and $2 = $2"),
        };
        self.one(sql, params![grant.queues(), reader(grant)]).await?.columns().take()
    }

    /// A requester's tickets, newest inbound first, at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tickets_of(
        &mut self,
        grant: &Grant,
        requester: RequesterId,
        limit: i64,
    ) -> Result<Vec<TicketLine>, StoreError> {
        let sql = line_select!(" and t.requester_id = $3 order by t.last_inbound_at desc, t.id desc limit $4");
        let rows = self.rows(sql, params![grant.queues(), reader(grant), requester, limit.clamp(1, 200)]).await?;
        rows.iter().map(|row| line(row.columns())).collect()
    }

    /// One ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or none for this grant.
    pub async fn ticket(&mut self, grant: &Grant, id: TicketId) -> Result<TicketLine, StoreError> {
        let row = self.one(line_select!(" and t.id = $3"), params![grant.queues(), reader(grant), id]).await?;
        line(row.columns())
    }

    /// One ticket by its number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or none for this grant.
    pub async fn ticket_numbered(&mut self, grant: &Grant, number: i64) -> Result<TicketLine, StoreError> {
        let row = self.one(line_select!(" and t.number = $3"), params![grant.queues(), reader(grant), number]).await?;
        line(row.columns())
    }

    /// Notes on a ticket, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn notes(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<Note>, StoreError> {
        let rows = self
            .rows(
                concat!("select n.id, a.name, n.body, n.at from notes n join agents a on a.id = n.agent_id join tickets t on t.id = n.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.id = $2 order by n.at, n.id"),
                params![grant.queues(), ticket],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Note { id: c.take()?, author: c.take()?, body: c.take()?, at: c.take()? })
            })
            .collect()
    }

    /// The newest notes on other tickets of a requester, with the ticket's id and number.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn notes_elsewhere(
        &mut self,
        grant: &Grant,
        requester: RequesterId,
        but: TicketId,
        limit: i64,
    ) -> Result<Vec<(TicketId, i64, Note)>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.number, n.id, a.name, n.body, n.at from notes n join agents a on a.id = n.agent_id join tickets t on t.id = n.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and t.requester_id = $2 and t.id <> $3 order by n.at desc, n.id desc limit $4"),
                params![grant.queues(), requester, but, limit.clamp(1, 50)],
            )
            .await?;
        let read = |row: &Row| {
            let mut c = row.columns();
            let (ticket, number) = (c.take()?, c.take()?);
            Ok((ticket, number, Note { id: c.take()?, author: c.take()?, body: c.take()?, at: c.take()? }))
        };
        rows.iter().map(read).collect()
    }

    /// The status this agent last chose when answering in a category.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn status_choice(&mut self, category: &str, agent: AgentId) -> Result<Option<Status>, StoreError> {
        let row = self
            .maybe("select status from status_choices where category = $1 and agent_id = $2", params![category, agent])
            .await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// Addresses that take part in a ticket, or in one that was merged into it. For threading, which decides before anybody reads.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn participants(&mut self, ticket: TicketId) -> Result<Vec<String>, StoreError> {
        let rows = self
            .rows(
                "with recursive whole(id) as (select id from tickets where id = $1 union
                 select l.from_ticket from relocations l join whole w on w.id = l.to_ticket where l.kind = 'merge' and l.undone_at is null)
                 select distinct email from participants where ticket_id in (select id from whole) order by email",
                params![ticket],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }
}

fn reader(grant: &Grant) -> String {
    grant.reader().map(|id| id.to_string()).unwrap_or_default()
}

impl TicketFilter {
    /// Whether it filters nothing.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.queue.is_empty()
            && self.category.is_empty()
            && self.statuses.is_empty()
            && self.risk.is_empty()
            && self.from.is_empty()
            && self.words.is_empty()
    }

    /// $1 queues, $2 reader, $3 after-at, $4 after-id, $5 limit, then the filters.
    fn params(&self, grant: &Grant, limit: i64) -> Vec<Value> {
        let (at, id) = self.after.map_or((i64::MAX, "~".to_owned()), |(at, id)| (at.micros(), id.to_string()));
        let mut all = params![grant.queues(), reader(grant), at, id, limit];
        if !self.is_plain() {
            let pattern = containing(&self.words);
            let number = self.words.trim_start_matches('#').parse().unwrap_or(-1_i64);
            let risk = if self.risk.is_empty() { String::new() } else { format!("%,{},%", self.risk) };
            let statuses: Vec<&str> = self.statuses.iter().map(|status| status.word()).collect();
            let statuses = if statuses.is_empty() { String::new() } else { format!(",{},", statuses.join(",")) };
            all.extend(params![
                &self.queue,
                &self.category,
                statuses,
                risk,
                &self.words,
                pattern,
                number,
                self.sender()
            ]);
        }
        all
    }
}

impl TicketFilter {
    /// The pattern an address must fit; empty for any.
    fn sender(&self) -> String {
        let within = containing(&self.from);
        match self.from.find('@') {
            _ if self.from.is_empty() => String::new(),
            None => within,
            Some(0) => within[..within.len() - 1].to_owned(),
            Some(_) => within[1..within.len() - 1].to_owned(),
        }
    }
}

macro_rules! list {
    ($where:literal) => {
        line_select!($where)
    };
}

// `coalesce` around the status of solved tickets keeps the planners off the status index: most
// tickets are solved, and walking them by date beats sorting them all.
const fn plain_list(view: View) -> &'static str {
    match view {
        View::Inbox => list!(
            " and t.waiting = 1 and z.ticket_id is null and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Mine => list!(
            " and t.assignee_id = $2 and t.status in ('new','open','pending','on_hold') and z.ticket_id is null and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Unassigned => list!(
            " and t.waiting = 1 and t.assignee_id is null and z.ticket_id is null and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Waiting => list!(
            " and t.status in ('pending','on_hold') and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Snoozed => list!(
            " and t.id in (select ticket_id from snoozes) and t.status in ('new','open','pending','on_hold') and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Followed => list!(
            " and t.id in (select ticket_id from follows where agent_id = $2) and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::Solved => list!(
            " and coalesce(t.status, '') in ('solved','closed') and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
        View::All => list!(
            " and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
        ),
    }
}

const fn filtered_list(view: View) -> &'static str {
    macro_rules! both {
        ($where:literal) => {
            concat!(
                line_select!($where),
                " and ($6 = '' or t.queue = $6) and ($7 = '' or t.category = $7) and ($8 = '' or $8 like '%,' || t.status || ',%') and ($9 = '' or t.risk like $9) and ($13 = '' or r.email like $13 escape '\\')
                 and ($10 = '' or t.number = $12 or t.folded_subject like $11 escape '\\' or t.folded_excerpt like $11 escape '\\' or r.email like $11 escape '\\' or r.folded like $11 escape '\\')
                 and (t.last_inbound_at < $3 or (t.last_inbound_at = $3 and t.id < $4)) order by t.last_inbound_at desc, t.id desc limit $5"
            )
        };
    }
    match view {
        View::Inbox => both!(" and t.waiting = 1 and z.ticket_id is null"),
        View::Mine => {
            both!(" and t.assignee_id = $2 and t.status in ('new','open','pending','on_hold') and z.ticket_id is null")
        }
        View::Unassigned => both!(" and t.waiting = 1 and t.assignee_id is null and z.ticket_id is null"),
        View::Snoozed => {
            both!(" and t.id in (select ticket_id from snoozes) and t.status in ('new','open','pending','on_hold')")
        }
        View::Followed => both!(" and t.id in (select ticket_id from follows where agent_id = $2)"),
        View::Waiting => both!(" and t.status in ('pending','on_hold')"),
        View::Solved => both!(" and coalesce(t.status, '') in ('solved','closed')"),
        View::All => both!(""),
    }
}
