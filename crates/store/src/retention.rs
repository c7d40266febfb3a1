//! What has been kept long enough, and what must be kept for now: holds are on a requester and with them on all their tickets.

use desk::{Timestamp, ids::RequesterId};

use crate::{Conn, StoreError, Tx, columns::params, new_id};

/// A requester whose data stays, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Whose.
    pub requester: RequesterId,
    /// Their address.
    pub email: String,
    /// What it is for: a case number or the like.
    pub reference: String,
    /// Since when.
    pub placed_at: Timestamp,
}

/// A count, and how much of it a hold keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Due {
    /// What may go.
    pub due: i64,
    /// What is old enough and stays.
    pub held: i64,
}

impl Conn {
    /// Every open hold, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn holds(&mut self) -> Result<Vec<Hold>, StoreError> {
        let rows = self
            .rows(
                "select h.requester_id, r.email, h.reference, h.placed_at from holds h join requesters r on r.id = h.requester_id where h.ended_at is null order by h.placed_at, h.id",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Hold { requester: c.take()?, email: c.take()?, reference: c.take()?, placed_at: c.take()? })
            })
            .collect()
    }

    /// What a requester is held for.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn held_for(&mut self, requester: RequesterId) -> Result<Option<String>, StoreError> {
        let row = self
            .maybe("select reference from holds where requester_id = $1 and ended_at is null", params![requester])
            .await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// Requesters nobody has anything open with and whose tickets were last touched before `before`, but for held ones.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn silent_people(&mut self, before: Timestamp, limit: i64) -> Result<Vec<RequesterId>, StoreError> {
        let rows = self
            .rows(
                "select r.id from requesters r where r.email like '%@%' and r.created_at < $1
                 and not exists (select 1 from tickets t where t.requester_id = r.id and (t.status not in ('solved','closed') or t.updated_at >= $1))
                 and not exists (select 1 from holds h where h.requester_id = r.id and h.ended_at is null) order by r.id limit $2",
                params![before, limit],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Whether a requester is still one of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn is_silent(&mut self, requester: RequesterId, before: Timestamp) -> Result<bool, StoreError> {
        let busy = self
            .maybe(
                "select 1 from tickets where requester_id = $1 and (status not in ('solved','closed') or updated_at >= $2)",
                params![requester, before],
            )
            .await?;
        Ok(busy.is_none())
    }

    /// How many of them there are.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn silent_due(&mut self, before: Timestamp) -> Result<Due, StoreError> {
        let row = self
            .one(
                "select coalesce(sum(case when h.id is null then 1 else 0 end), 0), coalesce(sum(case when h.id is null then 0 else 1 end), 0)
                 from requesters r left join holds h on h.requester_id = r.id and h.ended_at is null where r.email like '%@%' and r.created_at < $1
                 and not exists (select 1 from tickets t where t.requester_id = r.id and (t.status not in ('solved','closed') or t.updated_at >= $1))",
                params![before],
            )
            .await?;
        due(row.columns())
    }

    /// How many requests to models from before `before` there are.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn exchanges_due(&mut self, before: Timestamp) -> Result<Due, StoreError> {
        let row = self
            .one(
                "select coalesce(sum(case when h.id is null then 1 else 0 end), 0), coalesce(sum(case when h.id is null then 0 else 1 end), 0)
                 from exchanges e join tickets t on t.id = e.ticket_id left join holds h on h.requester_id = t.requester_id and h.ended_at is null where e.at < $1",
                params![before],
            )
            .await?;
        due(row.columns())
    }

    /// How many mails stand in quarantine since before `before`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn quarantine_due(&mut self, before: Timestamp) -> Result<Due, StoreError> {
        let row = self
            .one("select count(*) from mails where state = 'quarantined' and received_at < $1", params![before])
            .await?;
        Ok(Due { due: row.columns().take()?, held: 0 })
    }
}

fn due(mut c: crate::columns::Columns<'_>) -> Result<Due, StoreError> {
    Ok(Due { due: c.take()?, held: c.take()? })
}

impl Tx {
    /// Places a hold; a second one on the same requester is refused.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] where there is one.
    pub async fn place_hold(&mut self, requester: RequesterId, reference: &str) -> Result<(), StoreError> {
        let (id, now): (RequesterId, _) = (new_id(), self.now());
        self.execute(
            "insert into holds (id, requester_id, reference, placed_at) values ($1,$2,$3,$4)",
            params![id, requester, reference, now],
        )
        .await?;
        Ok(())
    }

    /// Ends a hold.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is none.
    pub async fn end_hold(&mut self, requester: RequesterId) -> Result<(), StoreError> {
        let now = self.now();
        match self
            .execute(
                "update holds set ended_at = $2 where requester_id = $1 and ended_at is null",
                params![requester, now],
            )
            .await?
        {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Removes requests to models from before `before`, but for those of held requesters. Returns how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drop_exchanges(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        self.execute(
            "update drafts set exchange_id = null where exchange_id in (select e.id from exchanges e join tickets t on t.id = e.ticket_id where e.at < $1
             and not exists (select 1 from holds h where h.requester_id = t.requester_id and h.ended_at is null))",
            params![before],
        )
        .await?;
        self.execute(
            "update draft_revisions set exchange_id = null where exchange_id in (select e.id from exchanges e join tickets t on t.id = e.ticket_id where e.at < $1
             and not exists (select 1 from holds h where h.requester_id = t.requester_id and h.ended_at is null))",
            params![before],
        )
        .await?;
        self.execute(
            "delete from shadows where made_at < $1 and ticket_id not in (select t.id from tickets t join holds h on h.requester_id = t.requester_id where h.ended_at is null)",
            params![before],
        )
        .await?;
        self.execute(
            "delete from exchanges where at < $1 and ticket_id not in (select t.id from tickets t join holds h on h.requester_id = t.requester_id where h.ended_at is null)",
            params![before],
        )
        .await
    }

    /// Removes mails that stood in quarantine since before `before`, with their bytes. Returns how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drop_quarantine(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let rows = self
            .rows("select id, blob from mails where state = 'quarantined' and received_at < $1", params![before])
            .await?;
        let mut gone = 0;
        for row in &rows {
            let mut c = row.columns();
            let (id, blob): (String, String) = (c.take()?, c.take()?);
            gone += self.execute("delete from mails where id = $1", params![id]).await?;
            self.execute(
                "delete from blobs where digest = $1 and not exists (select 1 from mails where blob = $1) and not exists (select 1 from attachments where blob = $1)",
                params![blob],
            )
            .await?;
        }
        Ok(gone)
    }
}
