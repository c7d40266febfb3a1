//! How each queue stands now: what is open, how long somebody waits, what came and what ended lately.

use desk::Timestamp;

use crate::{
    Conn, Grant, StoreError,
    columns::{Columns, params},
    grant::queue_visible,
};

/// A queue as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueHealth {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Tickets that wait for us: new or open.
    pub open: i64,
    /// Of those that ask for an answer, tickets that nobody has and nobody put off.
    pub unassigned: i64,
    /// Tickets that ask for an answer and whose promised time has passed.
    pub late: i64,
    /// Tickets that wait for somebody else.
    pub elsewhere: i64,
    /// When the newest letter came to the ticket that waits the longest.
    pub oldest: Option<Timestamp>,
    /// Tickets that came since the first moment asked about.
    pub came: i64,
    /// Tickets that ended since then.
    pub ended: i64,
    /// Tickets that ended since the second moment asked about.
    pub ended_lately: i64,
    /// Of these, those whose requester came back.
    pub came_back: i64,
}

fn health(c: &mut Columns<'_>) -> Result<QueueHealth, StoreError> {
    Ok(QueueHealth {
        key: c.take()?,
        name: c.take()?,
        open: c.take()?,
        unassigned: c.take()?,
        late: c.take()?,
        elsewhere: c.take()?,
        oldest: c.take()?,
        came: c.take()?,
        ended: c.take()?,
        ended_lately: c.take()?,
        came_back: c.take()?,
    })
}

impl Conn {
    /// Every queue within the grant at `now`, with what came and ended since the first and what ended since the second moment. What was
    /// generated for a demo is no work, and is left out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn queue_health(
        &mut self,
        grant: &Grant,
        now: Timestamp,
        (week, month): (Timestamp, Timestamp),
    ) -> Result<Vec<QueueHealth>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select q.key, q.name, coalesce(t.open, cast(0 as bigint)), coalesce(t.unassigned, cast(0 as bigint)),
                     coalesce(t.late, cast(0 as bigint)), coalesce(t.elsewhere, cast(0 as bigint)), t.oldest,
                     coalesce(t.came, cast(0 as bigint)), coalesce(o.ended, cast(0 as bigint)),
                     coalesce(o.ended_lately, cast(0 as bigint)), coalesce(o.came_back, cast(0 as bigint))
                     from queues q left join (
                       select t.queue,
                       cast(sum(case when t.status in ('new','open') then 1 else 0 end) as bigint) as open,
                       cast(sum(case when t.waiting = 1 and t.assignee_id is null and z.ticket_id is null then 1 else 0 end) as bigint) as unassigned,
                       cast(sum(case when t.waiting = 1 and c.due_at <= $2 then 1 else 0 end) as bigint) as late,
                       cast(sum(case when t.status in ('pending','on_hold') then 1 else 0 end) as bigint) as elsewhere,
                       min(case when t.waiting = 1 then t.last_inbound_at end) as oldest,
                       cast(sum(case when t.created_at >= $3 then 1 else 0 end) as bigint) as came
                       from tickets t left join snoozes z on z.ticket_id = t.id left join clocks c on c.ticket_id = t.id
                       where t.status in ('new','open','pending','on_hold') or (t.updated_at >= $3 and t.created_at >= $3) group by t.queue) t on t.queue = q.key
                     left join (
                       select o.queue, cast(sum(case when o.ended_at >= $3 then 1 else 0 end) as bigint) as ended,
                       cast(sum(case when o.ended_at >= $4 then 1 else 0 end) as bigint) as ended_lately,
                       cast(sum(case when o.ended_at >= $4 and o.reopened > 0 then 1 else 0 end) as bigint) as came_back
                       from outcomes o where o.lived = 'here' and o.tickets > 0 and o.week >= $5 group by o.queue) o on o.queue = q.key
                     where ",
                    queue_visible!("q.key", "$1"),
                    " order by q.name, q.key"
                ),
                params![grant.queues(), now, week, month, month.monday()],
            )
            .await?;
        rows.iter().map(|row| health(&mut row.columns())).collect()
    }
}
