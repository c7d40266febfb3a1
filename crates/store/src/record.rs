//! The record: entries waiting for their place, entries in order, tree nodes, checkpoints.
//!
//! This file moves rows; what a tree or a checkpoint *is*, it does not know.

use desk::{
    Timestamp,
    ids::{ArticleId, EntryId, TicketId},
};

use crate::{
    Conn, Grant, Purpose, Store, StoreError,
    columns::{Columns, Param as _, params},
    dialect,
};

/// An entry without a place yet.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Id.
    pub id: EntryId,
    /// The exact bytes of its leaf.
    pub leaf: String,
}

/// What a batch of entries in order adds: the new tree nodes, the new checkpoint.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// New tree nodes by position.
    pub nodes: Vec<(i64, Vec<u8>)>,
    /// Root of the tree with this batch.
    pub root: Vec<u8>,
    /// Signed checkpoint.
    pub note: String,
}

/// An entry as listed.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Place in the order; none for a second or less.
    pub seq: Option<i64>,
    /// Id.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Kind word.
    pub kind: String,
    /// `agent`, `token`, `service`.
    pub actor_kind: String,
    /// Id or service word.
    pub actor_id: String,
    /// Name for people, where there is one.
    pub actor_name: Option<String>,
    /// Ticket it is about.
    pub ticket: Option<TicketId>,
    /// Article it is about.
    pub article: Option<ArticleId>,
    /// The exact bytes of the leaf.
    pub leaf: String,
}

macro_rules! entry_select {
    ($rest:literal) => {
        concat!("select n.seq, e.id, e.at, e.kind, e.actor_kind, e.actor_id, coalesce(a.name, k.name), e.ticket_id, e.article_id, e.leaf
         from entries e left join entry_order n on n.entry_id = e.id
         left join agents a on a.id = e.actor_id and e.actor_kind = 'agent' left join tokens k on k.id = e.actor_id and e.actor_kind = 'token' ", $rest)
    };
}

fn entry(mut c: Columns<'_>) -> Result<EntryRow, StoreError> {
    Ok(EntryRow {
        seq: c.take()?,
        id: c.take()?,
        at: c.take()?,
        kind: c.take()?,
        actor_kind: c.take()?,
        actor_id: c.take()?,
        actor_name: c.take()?,
        ticket: c.take()?,
        article: c.take()?,
        leaf: c.take()?,
    })
}

fn record_only(grant: &Grant) -> Result<(), StoreError> {
    if grant.purpose() == Purpose::Record { Ok(()) } else { Err(StoreError::NotFound) }
}

impl Conn {
    /// Entries of the whole desk, newest first, before place `before` (exclusive).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn entries(
        &mut self,
        grant: &Grant,
        before: Option<i64>,
        kind: &str,
        limit: i64,
    ) -> Result<Vec<EntryRow>, StoreError> {
        record_only(grant)?;
        let rows = self
            .rows(
                entry_select!("where n.seq < $1 and ($2 = '' or e.kind = $2) order by n.seq desc limit $3"),
                params![before.unwrap_or(i64::MAX), kind, limit.clamp(1, 500)],
            )
            .await?;
        rows.iter().map(|row| entry(row.columns())).collect()
    }

    /// Entries in order from place `from` on, for export, verification and followers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose.
    pub async fn entries_from(&mut self, grant: &Grant, from: i64, limit: i64) -> Result<Vec<EntryRow>, StoreError> {
        record_only(grant)?;
        let rows = self
            .rows(entry_select!("where n.seq >= $1 order by n.seq limit $2"), params![from, limit.clamp(1, 10_000)])
            .await?;
        rows.iter().map(|row| entry(row.columns())).collect()
    }

    /// What happened on a ticket that the grant may see, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn trail(&mut self, grant: &Grant, ticket: TicketId) -> Result<Vec<EntryRow>, StoreError> {
        self.ticket(grant, ticket).await?;
        let rows =
            self.rows(entry_select!("where e.ticket_id = $1 order by e.at, e.id limit 500"), params![ticket]).await?;
        rows.iter().map(|row| entry(row.columns())).collect()
    }

    /// How many entries have their place.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn log_size(&mut self) -> Result<i64, StoreError> {
        self.one("select coalesce(max(seq) + 1, 0) from entry_order", params![]).await?.columns().take()
    }

    /// The newest checkpoint: size, root, note, when.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn checkpoint(&mut self) -> Result<Option<(i64, Vec<u8>, String, Timestamp)>, StoreError> {
        let row =
            self.maybe("select size, root, note, at from checkpoints order by size desc limit 1", params![]).await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?, c.take()?, c.take()?))
        })
        .transpose()
    }

    /// Every `step`-th checkpoint's note, oldest first, and the newest.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn checkpoint_notes(&mut self, most: i64) -> Result<Vec<(i64, String)>, StoreError> {
        let rows = self.rows("select size, note from (select size, note from checkpoints order by size desc limit $1) as newest order by size", params![most]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// Tree nodes at these positions, in their order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one is missing.
    pub async fn tree_nodes(&mut self, positions: &[u64]) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut nodes = Vec::with_capacity(positions.len());
        for position in positions {
            let at = i64::try_from(*position).map_err(|_| StoreError::NotFound)?;
            nodes.push(
                self.one("select hash from tree_nodes where position = $1", params![at]).await?.columns().take()?,
            );
        }
        Ok(nodes)
    }
}

impl Conn {
    /// Writes new tree nodes, eight at a time: they are most of what sequencing writes.
    async fn keep_nodes(&mut self, nodes: &[(i64, Vec<u8>)]) -> Result<(), StoreError> {
        let mut eights = nodes.chunks_exact(8);
        for eight in eights.by_ref() {
            let params = eight.iter().flat_map(|(position, hash)| [position.value(), hash.as_slice().value()]);
            self.execute(
                "insert into tree_nodes (position, hash) values ($1,$2),($3,$4),($5,$6),($7,$8),($9,$10),($11,$12),($13,$14),($15,$16)",
                params.collect(),
            )
            .await?;
        }
        for (position, hash) in eights.remainder() {
            self.execute("insert into tree_nodes (position, hash) values ($1,$2)", params![*position, hash.as_slice()])
                .await?;
        }
        Ok(())
    }
}

impl Store {
    /// Gives waiting entries their places. `order` is told the size so far and the entries that follow,
    /// in order, and answers with nodes and checkpoint; it may read tree nodes through the connection.
    /// Returns how many were placed.
    ///
    /// # Errors
    /// Whatever the database or `order` says; then nothing was placed.
    pub async fn sequence<F>(&self, most: i64, now: Timestamp, order: F) -> Result<usize, StoreError>
    where
        F: AsyncFnOnce(&mut Conn, i64, Vec<Waiting>) -> Result<Ordered, StoreError>,
    {
        if self.read().await?.maybe("select 1 from pending_entries limit 1", params![]).await?.is_none() {
            return Ok(0);
        }
        let mut tx = self.transaction().await?;
        if let Some(lock) = dialect::sequencer_lock(tx.is_postgres()) {
            tx.rows(lock, params![]).await?;
        }
        let size = tx.log_size().await?;
        // The first statement decides which entries these are; more may come to wait meanwhile.
        tx.execute(
            "insert into entry_order (seq, entry_id) select $1 + row_number() over (order by entry_id) - 1, entry_id
             from (select entry_id from pending_entries order by entry_id limit $2) as next",
            params![size, most],
        )
        .await?;
        tx.execute(
            "delete from pending_entries where entry_id in (select entry_id from entry_order where seq >= $1)",
            params![size],
        )
        .await?;
        let rows = tx
            .rows(
                "select e.id, e.leaf from entry_order o join entries e on e.id = o.entry_id where o.seq >= $1 order by o.seq",
                params![size],
            )
            .await?;
        let waiting = rows
            .iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(Waiting { id: c.take()?, leaf: c.take()? })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        if waiting.is_empty() {
            return Ok(0);
        }
        let placed = waiting.len();
        let ordered = order(&mut tx, size, waiting).await?;
        tx.keep_nodes(&ordered.nodes).await?;
        let new_size = size + i64::try_from(placed).unwrap_or(0);
        tx.execute(
            "insert into checkpoints (size, root, note, at) values ($1,$2,$3,$4)",
            params![new_size, ordered.root, &ordered.note, now],
        )
        .await?;
        tx.commit().await?;
        Ok(placed)
    }
}
