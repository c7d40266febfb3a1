//! Tickets that wait for us and nobody looks at: found once for each newest message.

use desk::{
    Timestamp,
    ids::{JobId, MessageId, TicketId},
};

use crate::{Conn, NewJob, Store, StoreError, columns::params, new_id};

/// A ticket that waits for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silent {
    /// The ticket.
    pub ticket: TicketId,
    /// Its newest message.
    pub message: MessageId,
    /// When that came.
    pub since: Timestamp,
}

impl Conn {
    /// Tickets that have waited for us since before `before` and whose silence nobody looked at, oldest first; those after
    /// a place in this order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn silent_tickets(
        &mut self,
        before: Timestamp,
        after: Option<(Timestamp, TicketId)>,
        limit: i64,
    ) -> Result<Vec<Silent>, StoreError> {
        let (at, ticket) = after.map_or((Timestamp::from_secs(0), String::new()), |(at, id)| (at, id.to_string()));
        let rows = self
            .rows(
                "select t.id, t.last_inbound_id, t.last_inbound_at from tickets t left join silences s on s.ticket_id = t.id
                 where t.waiting = 1 and t.last_inbound_at <= $1 and t.last_inbound_id is not null and (s.message_id is null or s.message_id <> t.last_inbound_id)
                 and (t.last_inbound_at > $2 or (t.last_inbound_at = $2 and t.id > $3))
                 order by t.last_inbound_at, t.id limit $4",
                params![before, at, ticket, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Silent { ticket: c.take()?, message: c.take()?, since: c.take()? })
            })
            .collect()
    }
}

impl Store {
    /// The silence of a ticket was noticed for this message: the job that looks at it is queued with it, once.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn silence_noticed(
        &self,
        ticket: TicketId,
        message: MessageId,
        job: NewJob<'_>,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "insert into silences (ticket_id, message_id) values ($1,$2) on conflict (ticket_id) do update set message_id = excluded.message_id",
            params![ticket, message],
        )
        .await?;
        tx.execute(
            "insert into jobs (id, kind, subject, state, run_at, fence, attempts, created_at) values ($1,$2,$3,'waiting',$4,0,0,$4)
             on conflict (kind, subject) where state = 'waiting' do nothing",
            params![new_id::<JobId>(), job.kind, job.subject, job.run_at],
        )
        .await?;
        tx.commit().await
    }
}
