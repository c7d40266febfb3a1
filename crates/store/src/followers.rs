//! Tickets that nobody touched, which could follow a correction of another one or a new version of a policy, and those
//! that did.

use desk::{
    correction::Changes,
    ids::{SuggestionId, TicketId, VerdictId},
    people::AiSetting,
    policy::PolicyKind,
};

use crate::{Conn, Grant, StoreError, Tx, columns::params, grant::queue_visible};

/// Nobody but the machine did anything on `t`.
macro_rules! untouched {
    () => {
        "t.waiting = 1 and t.assignee_id is null
         and not exists (select 1 from entries e where e.ticket_id = t.id and e.actor_kind in ('agent','token') and e.kind not in ('ticket.moved','ticket.sorted_again'))"
    };
}

/// An open ticket that nobody touched.
#[derive(Debug, Clone, PartialEq)]
pub struct Untouched {
    /// Ticket.
    pub ticket: TicketId,
    /// Number.
    pub number: i64,
    /// Ticket's subject.
    pub subject: String,
    /// Requester's name, or address.
    pub requester: String,
    /// Category now.
    pub category: Option<String>,
    /// The newest message's subject.
    pub asked_subject: String,
    /// Its newest part.
    pub latest: String,
    /// What requester and organization said about AI.
    pub said: (AiSetting, AiSetting),
}

/// A version of a policy, by its kind, key and number.
pub type VersionOf<'a> = (PolicyKind, &'a str, i64);

/// A ticket that followed a new version of a policy and has not gone back.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyMove {
    /// Ticket.
    pub ticket: TicketId,
    /// The look that stood before.
    pub earlier: SuggestionId,
    /// What it changed.
    pub changes: Changes,
}

fn written(changes: &Changes) -> String {
    // Closed lists and texts into a string cannot fail.
    serde_json::to_string(changes).unwrap_or_default()
}

impl Conn {
    /// Open tickets within the grant that nobody touched, newest question first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn untouched(&mut self, grant: &Grant, limit: i64) -> Result<Vec<Untouched>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.number, t.subject, case when r.name = '' then r.email else r.name end, t.category, m.subject, m.latest, r.ai, coalesce(o.ai, 'default')
                 from tickets t join messages m on m.id = t.last_inbound_id join requesters r on r.id = t.requester_id
                 left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 where ", queue_visible!("t.queue", "$1"), " and m.machine is null and ", untouched!(), " order by t.last_inbound_at desc, t.id desc limit $2"),
                params![grant.queues(), limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Untouched {
                    ticket: c.take()?,
                    number: c.take()?,
                    subject: c.take()?,
                    requester: c.take()?,
                    category: c.take()?,
                    asked_subject: c.take()?,
                    latest: c.take()?,
                    said: (c.take()?, c.take()?),
                })
            })
            .collect()
    }

    /// Whether nobody but the machine did anything on a ticket.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_untouched(&mut self, ticket: TicketId) -> Result<bool, StoreError> {
        let row =
            self.maybe(concat!("select 1 from tickets t where t.id = $1 and ", untouched!()), params![ticket]).await?;
        Ok(row.is_some())
    }

    /// Tickets that followed a correction and have not gone back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn moves(&mut self, verdict: VerdictId) -> Result<Vec<(TicketId, Changes)>, StoreError> {
        let rows = self
            .rows(
                "select ticket_id, changes from moves where verdict_id = $1 and restored_at is null order by ticket_id",
                params![verdict],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.json()?))
            })
            .collect()
    }

    /// Tickets that followed a version of a policy and have not gone back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn policy_moves(&mut self, (kind, key, version): VersionOf<'_>) -> Result<Vec<PolicyMove>, StoreError> {
        let rows = self
            .rows(
                "select ticket_id, suggestion_id, changes from policy_moves
                 where kind = $1 and key = $2 and version = $3 and restored_at is null order by ticket_id",
                params![kind, key, version],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(PolicyMove { ticket: c.take()?, earlier: c.take()?, changes: c.json()? })
            })
            .collect()
    }
}

impl Tx {
    /// Keeps that a ticket followed a version of a policy, and what it was.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_policy_move(
        &mut self,
        (kind, key, version): VersionOf<'_>,
        moved: &PolicyMove,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into policy_moves (kind, key, version, ticket_id, suggestion_id, changes, moved_at) values ($1,$2,$3,$4,$5,$6,$7)
             on conflict (kind, key, version, ticket_id) do update set suggestion_id = excluded.suggestion_id, changes = excluded.changes,
             moved_at = excluded.moved_at, restored_at = null",
            params![kind, key, version, moved.ticket, moved.earlier, written(&moved.changes), now],
        )
        .await?;
        Ok(())
    }

    /// Says that a ticket went back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn policy_move_restored(
        &mut self,
        (kind, key, version): VersionOf<'_>,
        ticket: TicketId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update policy_moves set restored_at = $5 where kind = $1 and key = $2 and version = $3 and ticket_id = $4",
            params![kind, key, version, ticket, now],
        )
        .await?;
        Ok(())
    }

    /// Keeps that a ticket followed a correction, and what it was.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_move(
        &mut self,
        verdict: VerdictId,
        ticket: TicketId,
        changes: &Changes,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into moves (verdict_id, ticket_id, changes, moved_at) values ($1,$2,$3,$4)
             on conflict (verdict_id, ticket_id) do update set changes = excluded.changes, moved_at = excluded.moved_at, restored_at = null",
            params![verdict, ticket, written(changes), now],
        )
        .await?;
        Ok(())
    }

    /// Says that a ticket went back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn move_restored(&mut self, verdict: VerdictId, ticket: TicketId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update moves set restored_at = $3 where verdict_id = $1 and ticket_id = $2",
            params![verdict, ticket, now],
        )
        .await?;
        Ok(())
    }
}
