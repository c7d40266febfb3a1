//! The first of two yeses: a row with its own keyed mark, the page it spent, and nothing that leaves.
//!
//! The second person is shown the first one's bytes, not bytes of their own: two people stand behind one letter.

use desk::{
    Digest, Refusal, Timestamp,
    approval::FirstYes,
    audit::AuditEvent,
    conduct::Conduct,
    ids::{AgentId, DraftId, FirstApprovalId, MessageId, SealId, SessionId, TicketId},
    terms::Confirmation,
};
use store::{AgentSession, Conn, Store, StoreError, Tx, new_id};

use crate::{
    Door, DoorError,
    sql::{params, sql},
    world::{self, Draft, Seal, Ticket},
};

const FIRST_LABEL: &str = "countersign/first-approval/1";

/// A row of `first_approvals`.
pub(crate) struct FirstApproval {
    pub id: FirstApprovalId,
    pub seal: SealId,
    pub draft: DraftId,
    pub revision: i64,
    pub ticket: TicketId,
    pub agent: AgentId,
    pub session: SessionId,
    pub digest: Digest,
    pub answered: Option<MessageId>,
    pub confirmed: Confirmation,
    pub at: Timestamp,
    mark: Vec<u8>,
    is_taken_back: bool,
}

impl FirstApproval {
    fn fields(&self, pins: &str) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.seal.to_string(),
            self.draft.to_string(),
            self.revision.to_string(),
            self.ticket.to_string(),
            self.agent.to_string(),
            self.session.to_string(),
            self.digest.to_string(),
            self.answered.map(|id| id.to_string()).unwrap_or_default(),
            self.confirmed.to_string(),
            self.at.micros().to_string(),
            pins.to_owned(),
        ]
    }

    pub(crate) async fn load(conn: &mut Conn, id: FirstApprovalId) -> Result<Self, StoreError> {
        let row = conn
            .one(
                sql!(
                    "select id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, confirmed, approved_at, mac, taken_back_at
                     from first_approvals where id = $1"
                ),
                params![id],
            )
            .await?;
        let mut c = row.columns();
        Ok(Self {
            id: c.take()?,
            seal: c.take()?,
            draft: c.take()?,
            revision: c.take()?,
            ticket: c.take()?,
            agent: c.take()?,
            session: c.take()?,
            digest: c.take()?,
            answered: c.take()?,
            confirmed: world::confirmation(&c.take::<String>()?)?,
            at: c.take()?,
            mark: c.take()?,
            is_taken_back: c.take::<Option<i64>>()?.is_some(),
        })
    }

    /// As the rules ask for it. A row whose mark does not verify holds nothing.
    pub(crate) async fn yes(&self, door: &Door, conn: &mut Conn, queue: &str) -> Result<FirstYes, StoreError> {
        let pins = world::pins_of_seal(conn, self.seal).await?;
        let fields = self.fields(&pins);
        let fields: Vec<&[u8]> = fields.iter().map(String::as_bytes).collect();
        Ok(FirstYes {
            approver: world::approver_now(conn, self.agent, self.session, queue).await?,
            holds: !self.is_taken_back && door.mac_holds(FIRST_LABEL, &fields, &self.mark),
            digest: self.digest,
            revision: self.revision,
            answered: self.answered,
            pins,
            confirmed: self.confirmed,
            at: self.at,
        })
    }

    /// Writes a yes to the page `seal` under a mark of its own.
    pub(crate) async fn write(
        door: &Door,
        tx: &mut Tx,
        session: &AgentSession,
        seal: &Seal,
        ticket: TicketId,
        confirmed: Confirmation,
    ) -> Result<FirstApprovalId, StoreError> {
        let mut first = Self {
            id: new_id(),
            seal: seal.id,
            draft: seal.draft,
            revision: seal.shown.revision,
            ticket,
            agent: session.agent().id,
            session: session.id(),
            digest: seal.shown.digest,
            answered: seal.shown.last_inbound,
            confirmed,
            at: tx.now(),
            mark: Vec::new(),
            is_taken_back: false,
        };
        let fields = first.fields(&seal.policies);
        let fields: Vec<&[u8]> = fields.iter().map(String::as_bytes).collect();
        first.mark = door.mac(FIRST_LABEL, &fields);
        tx.execute(
            sql!(
                "insert into first_approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, confirmed, approved_at, mac)
                 values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"
            ),
            params![
                first.id,
                first.seal,
                first.draft,
                first.revision,
                first.ticket,
                first.agent,
                first.session,
                first.digest,
                first.answered,
                first.confirmed.word(),
                first.at,
                first.mark
            ],
        )
        .await?;
        Ok(first.id)
    }
}

/// A first yes that still stands.
pub(crate) struct Standing {
    pub row: FirstApproval,
    pub yes: FirstYes,
}

/// The yes that a second person would add theirs to: the newest standing one of somebody else than `person`, or their
/// own where nobody else gave one.
pub(crate) async fn standing(
    door: &Door,
    conn: &mut Conn,
    draft: &Draft,
    ticket: &Ticket,
    conduct: &Conduct,
    person: Option<AgentId>,
    now: Timestamp,
) -> Result<Option<Standing>, StoreError> {
    let rows = conn
        .rows(
            sql!("select id from first_approvals where draft_id = $1 and revision = $2 and taken_back_at is null order by approved_at desc, id desc"),
            params![draft.id, draft.revision],
        )
        .await?;
    let mut own = None;
    for row in &rows {
        let row = FirstApproval::load(conn, row.columns().take()?).await?;
        let yes = row.yes(door, conn, &ticket.queue).await?;
        if !yes.stands(draft.revision, ticket.last_inbound, conduct, now) {
            continue;
        }
        if Some(row.agent) != person {
            return Ok(Some(Standing { row, yes }));
        }
        own.get_or_insert(Standing { row, yes });
    }
    Ok(own)
}

/// A first yes as a page tells of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FirstShown {
    /// Who gave it.
    pub agent: AgentId,
    /// Their name.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// The first yes to a draft that waits for a second, if it still stands: for pages, by the caller's word that they
/// may see the draft.
///
/// # Errors
/// What the database says.
pub async fn awaits_second(
    door: &Door,
    conn: &mut Conn,
    draft: DraftId,
    now: Timestamp,
) -> Result<Option<FirstShown>, DoorError> {
    let draft = Draft::load(conn, draft).await?;
    let ticket = Ticket::load(conn, draft.ticket).await?;
    let conduct = ticket.conduct(conn, &draft, now).await?;
    let Some(first) = standing(door, conn, &draft, &ticket, &conduct, None, now).await? else { return Ok(None) };
    Ok(Some(first.shown(conn).await?))
}

impl Standing {
    pub(crate) async fn shown(&self, conn: &mut Conn) -> Result<FirstShown, StoreError> {
        let by = conn.agent(self.row.agent).await?.name;
        Ok(FirstShown { agent: self.row.agent, by, at: self.row.at })
    }
}

/// Takes back one's own first yes to a draft, while no second made a letter of it.
///
/// # Errors
/// [`StoreError::NotFound`] without one, [`Refusal::SignedOut`], or what the database says.
pub async fn take_back_first(
    store: &Store,
    session: &AgentSession,
    draft: DraftId,
    now: Timestamp,
) -> Result<TicketId, DoorError> {
    let mut tx = store.begin(session, now).await?;
    let person = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    let ticket = Draft::load(&mut tx, draft).await?.ticket;
    let touched = tx
        .execute(
            sql!(
                "update first_approvals set taken_back_at = $1 where draft_id = $2 and agent_id = $3 and taken_back_at is null
                 and not exists (select 1 from approvals a where a.first_id = first_approvals.id)"
            ),
            params![now, draft, person.id],
        )
        .await?;
    if touched == 0 {
        return Err(StoreError::NotFound.into());
    }
    tx.commit(AuditEvent::FirstApprovalTakenBack { ticket, draft }).await?;
    Ok(ticket)
}
