//! Writes that are not the desk's work and therefore leave no entry in the record: leases, first
//! results of repeated requests, read marks, cached vectors. A test pins the tables written here.

use desk::{
    Timestamp,
    ids::{AgentId, JobId, OutboxId, TicketId},
};

use crate::{
    Store, StoreError, Tx,
    columns::{Param, params},
    dialect, new_id,
};

/// A reserved key whose request has given no sign of life for this long, in seconds, may be taken over
/// by a repetition of the same request: its process died.
pub const KEY_LEASE_SECONDS: i64 = 60;
/// How long the first result of a request is given again, in seconds.
pub const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Work to be queued in the transaction that made it necessary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob<'a> {
    /// Its kind's word.
    pub kind: &'static str,
    /// What it is about: an id. One waiting job per kind and subject.
    pub subject: &'a str,
    /// Not before.
    pub run_at: Timestamp,
}

/// A job that is ours until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Id.
    pub id: JobId,
    /// Kind's word.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Grows with every claim; a late worker's result is refused by it.
    pub fence: i64,
    /// This attempt's number, from 1.
    pub attempts: i64,
}

/// How much work there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobCounts {
    /// Waiting.
    pub waiting: i64,
    /// Running.
    pub running: i64,
    /// Given up; waiting for a person.
    pub failed: i64,
}

/// A request's first result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Method and path.
    pub route: String,
    /// Digest of its body.
    pub body_digest: String,
    /// HTTP status.
    pub status: i64,
    /// Body.
    pub response: String,
}

impl Tx {
    /// Queues work; a job of the same kind and subject that still waits is enough.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn queue_job(&mut self, job: NewJob<'_>) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into jobs (id, kind, subject, state, run_at, fence, attempts, created_at) values ($1,$2,$3,'waiting',$4,0,0,$5)
             on conflict (kind, subject) where state = 'waiting' do nothing",
            params![new_id::<JobId>(), job.kind, job.subject, job.run_at, now],
        )
        .await?;
        Ok(())
    }
}

impl Store {
    /// Takes a job of these kinds: one whose worker died, or else the oldest that is due, of the first kind
    /// that has one.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn claim_job(
        &self,
        kinds: &[&str],
        now: Timestamp,
        lease_seconds: i64,
    ) -> Result<Option<Claimed>, StoreError> {
        let mut tx = self.transaction().await?;
        let (postgres, until) = (tx.is_postgres(), now.plus_seconds(lease_seconds));
        let listed = format!(",{},", kinds.join(","));
        let mut row = tx.maybe(dialect::claim_late(postgres), params![now, until, listed]).await?;
        for kind in kinds {
            if row.is_none() {
                row = tx.maybe(dialect::claim_due(postgres), params![now, until, *kind]).await?;
            }
        }
        tx.commit().await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(Claimed { id: c.take()?, kind: c.take()?, subject: c.take()?, fence: c.take()?, attempts: c.take()? })
        })
        .transpose()
    }

    /// Says that a claimed job is still being worked on. False when another worker holds it by now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew_job(&self, job: &Claimed, until: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let renewed = tx
            .execute(
                "update jobs set lease_until = $1 where id = $2 and fence = $3 and state = 'running'",
                params![until, job.id, job.fence],
            )
            .await?;
        tx.commit().await?;
        Ok(renewed == 1)
    }

    /// Says that a letter is still on its way. Of the door's tables only this lease is written here,
    /// because a sign of life is no event. False when the row was taken from this attempt.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew_letter(&self, row: OutboxId, fence: i64, until: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let renewed = tx
            .execute(
                "update outbox set lease_until = $1 where id = $2 and fence = $3 and state = 'sending'",
                params![until, row, fence],
            )
            .await?;
        tx.commit().await?;
        Ok(renewed == 1)
    }

    /// Ends the leases of running jobs at once, so that they are taken again. Only for a start after which
    /// nobody else can be at work on this database. Returns how many there were.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn release_jobs(&self) -> Result<u64, StoreError> {
        let mut tx = self.transaction().await?;
        let released = tx.execute("update jobs set lease_until = 0 where state = 'running'", params![]).await?;
        tx.commit().await?;
        Ok(released)
    }

    /// Says that a claimed job is done. False when another worker holds it by now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn finish_job(&self, job: &Claimed) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let done = tx.execute("delete from jobs where id = $1 and fence = $2", params![job.id, job.fence]).await?;
        tx.commit().await?;
        Ok(done == 1)
    }

    /// Says how far a claimed job is. False when another worker holds it by now.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn job_is_at(&self, job: &Claimed, detail: &str) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let held = tx
            .execute(
                "update jobs set detail = $1 where id = $2 and fence = $3 and state = 'running'",
                params![detail, job.id, job.fence],
            )
            .await?;
        tx.commit().await?;
        Ok(held == 1)
    }

    /// The newest job of a kind: id, state word, and how far it is or why it failed.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_job(&self, kind: &str) -> Result<Option<(JobId, String, Option<String>)>, StoreError> {
        let mut conn = self.read().await?;
        let row = conn
            .maybe(
                "select id, state, detail from jobs where kind = $1 order by created_at desc, id desc limit 1",
                params![kind],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?, c.take()?))
        })
        .transpose()
    }

    /// How far the job of a kind about something is, while it runs; an empty text while it waits, none when there is none.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn job_about(&self, kind: &str, subject: &str) -> Result<Option<String>, StoreError> {
        let mut conn = self.read().await?;
        let row = conn
            .maybe(
                "select state, detail from jobs where kind = $1 and subject = $2 and state in ('waiting', 'running') order by state limit 1",
                params![kind, subject],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            let (state, detail): (String, Option<String>) = (c.take()?, c.take()?);
            Ok(detail.filter(|_| state == "running").unwrap_or_default())
        })
        .transpose()
    }

    /// Puts a claimed job back for `run_at`, or gives it up for a person to see.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn return_job(&self, job: &Claimed, run_at: Option<Timestamp>, detail: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        let state = if run_at.is_some() { "waiting" } else { "failed" };
        // A newer job for the same subject may wait already; then this one has nothing left to do.
        let waits = tx
            .maybe(
                "select 1 from jobs where kind = $1 and subject = $2 and state = 'waiting'",
                params![&job.kind, &job.subject],
            )
            .await?;
        if waits.is_some() {
            tx.execute("delete from jobs where id = $1 and fence = $2", params![job.id, job.fence]).await?;
        } else {
            let at = run_at.unwrap_or(Timestamp::from_micros(0));
            tx.execute(
                "update jobs set state = $1, run_at = $2, lease_until = null, detail = $3 where id = $4 and fence = $5",
                params![state, at, detail, job.id, job.fence],
            )
            .await?;
        }
        tx.commit().await
    }

    /// How much work there is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn job_counts(&self) -> Result<JobCounts, StoreError> {
        let mut conn = self.read().await?;
        let mut counts = JobCounts { waiting: 0, running: 0, failed: 0 };
        for row in conn.rows("select state, count(*) from jobs group by state", params![]).await? {
            let mut c = row.columns();
            let (state, n): (String, i64) = (c.take()?, c.take()?);
            match state.as_str() {
                "waiting" => counts.waiting = n,
                "running" => counts.running = n,
                "failed" => counts.failed = n,
                _ => {}
            }
        }
        Ok(counts)
    }

    /// The first result kept under a key, if any.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn kept(&self, actor: &str, key: &str) -> Result<Option<Kept>, StoreError> {
        let mut conn = self.read().await?;
        let row = conn
            .maybe(
                "select route, body_digest, status, response from idempotency where actor = $1 and key = $2",
                params![actor, key],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(Kept { route: c.take()?, body_digest: c.take()?, status: c.take()?, response: c.take()? })
        })
        .transpose()
    }

    /// Reserves a key for a request. One whose process died is handed over to the same request, repeated.
    /// False when somebody else holds it, or it has its answer.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn reserve_key(
        &self,
        actor: &str,
        key: &str,
        route: &str,
        body_digest: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let touched = tx.execute(
            "insert into idempotency (actor, key, route, body_digest, status, response, at) values ($1,$2,$3,$4,0,'',$5)
             on conflict (actor, key) do update set at = excluded.at
             where idempotency.status = 0 and idempotency.at < $6 and idempotency.route = excluded.route and idempotency.body_digest = excluded.body_digest",
            params![actor, key, route, body_digest, now, now.plus_seconds(-KEY_LEASE_SECONDS)],
        ).await?;
        tx.commit().await?;
        Ok(touched == 1)
    }

    /// Says that the request behind a reserved key still runs. False when the key is not reserved any more.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew_key(&self, actor: &str, key: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let touched = tx
            .execute(
                "update idempotency set at = $3 where actor = $1 and key = $2 and status = 0",
                params![actor, key, now],
            )
            .await?;
        tx.commit().await?;
        Ok(touched == 1)
    }

    /// Keeps the first result under a reserved key. False when there is one already.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_answer(
        &self,
        actor: &str,
        key: &str,
        status: i64,
        response: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.transaction().await?;
        let touched = tx
            .execute(
                "update idempotency set status = $3, response = $4, at = $5 where actor = $1 and key = $2 and status = 0",
                params![actor, key, status, response, now],
            )
            .await?;
        tx.commit().await?;
        Ok(touched == 1)
    }

    /// Forgets results that were kept for a day, and keys nobody came back for. Returns how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn purge_keys(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.transaction().await?;
        let gone =
            tx.execute("delete from idempotency where at < $1", params![now.plus_seconds(-KEPT_SECONDS)]).await?;
        tx.commit().await?;
        Ok(gone)
    }

    /// Frees a key whose request failed before it did anything.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_key(&self, actor: &str, key: &str) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute("delete from idempotency where actor = $1 and key = $2 and status = 0", params![actor, key]).await?;
        tx.commit().await
    }

    /// Notes that a person has the ticket before them. Not an event of the record: looking is not doing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mark_read(&self, ticket: TicketId, agent: AgentId, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "insert into ticket_reads (ticket_id, agent_id, read_at) values ($1,$2,$3)
             on conflict (ticket_id, agent_id) do update set read_at = excluded.read_at",
            params![ticket, agent, now],
        )
        .await?;
        tx.commit().await
    }

    /// A cached vector by content digest.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn vector(&self, digest: &str, model: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self
            .read()
            .await?
            .maybe("select bytes from vectors where digest = $1 and model = $2", params![digest, model])
            .await?;
        row.map(|row| row.columns().take()).transpose()
    }

    /// Caches vectors by content digest.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_vectors(&self, model: &str, vectors: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        for (digest, bytes) in vectors {
            tx.execute(
                "insert into vectors (digest, model, bytes) values ($1,$2,$3) on conflict (digest) do update set model = excluded.model, bytes = excluded.bytes",
                params![digest, model, bytes.as_slice()],
            )
            .await?;
        }
        tx.commit().await
    }

    /// How many sign-ins with this address failed since `since`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sign_in_failures(&self, email_digest: &str, since: Timestamp) -> Result<i64, StoreError> {
        let row = self
            .read()
            .await?
            .one(
                "select count(*) from sign_in_failures where email_digest = $1 and at >= $2",
                params![email_digest, since],
            )
            .await?;
        row.columns().take()
    }

    /// Keeps a mailbox's fetch state.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn mailbox_fetched(
        &self,
        address: &str,
        uid_validity: Option<i64>,
        last_uid: i64,
        state: &str,
        detail: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "update mailboxes set uid_validity = coalesce($2, uid_validity), last_uid = $3, state = $4, detail = $5, last_fetch_at = $6 where address = $1",
            vec![address.value(), uid_validity.value(), last_uid.value(), state.value(), detail.value(), now.value()],
        )
        .await?;
        tx.commit().await
    }
}
