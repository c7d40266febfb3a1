//! Merging and splitting: letters and notes go to another ticket, and a list says which. Everything else that reads a
//! ticket's letters needs to know nothing of it.

use desk::{
    Timestamp,
    ids::{AgentId, MessageId, RelocationId, TicketId},
    relocation::Relocation,
    ticket::Status,
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Row, params},
    grant::queue_visible,
    new_id,
};

/// Merges that are followed from one ticket on; nobody makes chains as long.
const CHAIN_MAX: usize = 50;

/// Letters that went from one ticket to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelocationRow {
    /// Id.
    pub id: RelocationId,
    /// Merge or split.
    pub kind: Relocation,
    /// Where they were.
    pub from: TicketId,
    /// Its number.
    pub from_number: i64,
    /// Where they are.
    pub to: TicketId,
    /// Its number.
    pub to_number: i64,
    /// Who did it.
    pub by: String,
    /// Status of the ticket that was merged, before.
    pub status_before: Option<Status>,
    /// When.
    pub at: Timestamp,
}

/// What is to go where.
#[derive(Debug, Clone, Copy)]
pub struct NewRelocation<'a> {
    /// Merge or split.
    pub kind: Relocation,
    /// Where it is.
    pub from: TicketId,
    /// Where it goes.
    pub to: TicketId,
    /// Who does it.
    pub agent: AgentId,
    /// Status of the ticket that is merged.
    pub status_before: Option<Status>,
    /// Which letters; a merge takes all of them, and the notes.
    pub letters: &'a [MessageId],
}

/// The newest question of a ticket, as its row shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    /// The letter.
    pub id: MessageId,
    /// When it came.
    pub at: Timestamp,
    /// Its first words.
    pub excerpt: String,
}

/// A letter or note that came from another ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its id, as text: of a letter or of a note.
    pub row: String,
    /// Number of the ticket it came from.
    pub from: i64,
}

macro_rules! relocation_select {
    ($rest:literal) => {
        concat!(
            "select l.id, l.kind, l.from_ticket, f.number, l.to_ticket, g.number, a.name, l.status_before, l.at from relocations l
             join tickets f on f.id = l.from_ticket join tickets g on g.id = l.to_ticket join agents a on a.id = l.agent_id
             where l.undone_at is null and ", $rest
        )
    };
}

fn relocation(row: &Row) -> Result<RelocationRow, StoreError> {
    let mut c = row.columns();
    Ok(RelocationRow {
        id: c.take()?,
        kind: c.take()?,
        from: c.take()?,
        from_number: c.take()?,
        to: c.take()?,
        to_number: c.take()?,
        by: c.take()?,
        status_before: c.take()?,
        at: c.take()?,
    })
}

impl Conn {
    /// The merge that a ticket went into. The caller asked whether the ticket may be seen.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn merge_of(&mut self, ticket: TicketId) -> Result<Option<RelocationRow>, StoreError> {
        let sql = relocation_select!("l.kind = 'merge' and l.from_ticket = $1");
        self.maybe(sql, params![ticket]).await?.as_ref().map(relocation).transpose()
    }

    /// The split that a ticket began with. The caller asked whether the ticket may be seen.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn split_of(&mut self, ticket: TicketId) -> Result<Option<RelocationRow>, StoreError> {
        let sql = relocation_select!("l.kind = 'split' and l.to_ticket = $1");
        self.maybe(sql, params![ticket]).await?.as_ref().map(relocation).transpose()
    }

    /// Merges and splits of a ticket, to it and from it, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn relocations_of(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<RelocationRow>, StoreError> {
        self.ticket(grant, ticket).await?;
        let sql = relocation_select!("(l.from_ticket = $1 or l.to_ticket = $1) order by l.at, l.id");
        self.rows(sql, params![ticket]).await?.iter().map(relocation).collect()
    }

    /// Where a ticket's letters are: itself, or what it was merged into in the end. For threading, which decides before
    /// anybody reads.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn goes_on_as(&mut self, ticket: TicketId) -> Result<TicketId, StoreError> {
        let mut now = ticket;
        for _ in 0..CHAIN_MAX {
            let Some(merge) = self.merge_of(now).await? else { break };
            now = merge.to;
        }
        Ok(now)
    }

    /// A ticket with all that letters ever went to it from or from it to, undone or not: whoever removes words looks there.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn relatives(&mut self, ticket: TicketId) -> Result<Vec<TicketId>, StoreError> {
        let mut found = vec![ticket];
        let mut next = 0;
        while let Some(one) = found.get(next).copied() {
            next += 1;
            let sql = "select to_ticket from relocations where from_ticket = $1 union select from_ticket from relocations where to_ticket = $1";
            for row in self.rows(sql, params![one]).await? {
                let other = row.columns().take()?;
                if !found.contains(&other) {
                    found.push(other);
                }
            }
        }
        Ok(found)
    }

    /// A ticket's subject, for whoever looks after what was derived from it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn subject(&mut self, ticket: TicketId) -> Result<String, StoreError> {
        self.one("select subject from tickets where id = $1", params![ticket]).await?.columns().take()
    }

    /// Which letters and notes of a ticket came from another one, the latest move of each.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn moved_here(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<Moved>, StoreError> {
        let rows = self
            .rows(
                concat!(
                    "select x.row_id, f.number from relocated x join relocations l on l.id = x.relocation_id join tickets f on f.id = l.from_ticket
                     join tickets t on t.id = l.to_ticket where ",
                    queue_visible!("t.queue", "$1"),
                    " and t.id = $2 and l.undone_at is null order by l.at, l.id"
                ),
                params![grant.queues(), ticket],
            )
            .await?;
        let read = |row: &Row| {
            let mut c = row.columns();
            Ok(Moved { row: c.take()?, from: c.take()? })
        };
        rows.iter().map(read).collect()
    }

    /// Whether something of a merge is not where the merge put it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn has_moved_on(&mut self, merge: &RelocationRow) -> Result<bool, StoreError> {
        let sql = "select m.id from relocated x join messages m on m.id = x.row_id where x.relocation_id = $1 and m.ticket_id <> $2 limit 1";
        Ok(self.maybe(sql, params![merge.id, merge.to]).await?.is_some())
    }

    /// What a ticket's row shows as its newest question: of what people wrote, else of what machines did. None where
    /// nothing came.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_question(&mut self, ticket: TicketId) -> Result<Option<Newest>, StoreError> {
        let row = self
            .maybe(
                "select id, at, latest from messages where ticket_id = $1 and direction = 'inbound'
                 order by case when machine is null or machine like 'mass mail%' then 0 else 1 end, at desc, id desc limit 1",
                params![ticket],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            let (id, at, latest): (_, _, String) = (c.take()?, c.take()?, c.take()?);
            let words = latest.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok(Newest { id, at, excerpt: words.chars().take(160).collect() })
        })
        .transpose()
    }
}

impl Tx {
    /// Moves letters, with the promises in them, and for a merge the notes; writes down which.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn relocate(&mut self, new: NewRelocation<'_>) -> Result<RelocationId, StoreError> {
        let (id, now): (RelocationId, _) = (new_id(), self.now());
        self.execute(
            "insert into relocations (id, kind, from_ticket, to_ticket, agent_id, status_before, at) values ($1,$2,$3,$4,$5,$6,$7)",
            params![id, new.kind, new.from, new.to, new.agent, new.status_before, now],
        )
        .await?;
        for letter in new.letters {
            self.execute("insert into relocated (relocation_id, row_id) values ($1,$2)", params![id, *letter]).await?;
        }
        if new.kind == Relocation::Merge {
            let notes = "insert into relocated (relocation_id, row_id) select $1, id from notes where ticket_id = $2";
            self.execute(notes, params![id, new.from]).await?;
        }
        self.bring(id, new.to).await?;
        Ok(id)
    }

    /// Undoes a merge: what it moved goes back.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn put_back(&mut self, merge: &RelocationRow, by: AgentId) -> Result<(), StoreError> {
        self.bring(merge.id, merge.from).await?;
        let now = self.now();
        let undone = "update relocations set undone_by = $2, undone_at = $3 where id = $1 and undone_at is null";
        match self.execute(undone, params![merge.id, by, now]).await? {
            1 => Ok(()),
            _ => Err(StoreError::Stale),
        }
    }

    async fn bring(&mut self, relocation: RelocationId, to: TicketId) -> Result<(), StoreError> {
        for sql in [
            "update messages set ticket_id = $2 where id in (select row_id from relocated where relocation_id = $1)",
            "update notes set ticket_id = $2 where id in (select row_id from relocated where relocation_id = $1)",
            "update promises set ticket_id = $2 where message_id in (select row_id from relocated where relocation_id = $1)",
        ] {
            self.execute(sql, params![relocation, to]).await?;
        }
        Ok(())
    }
}
