//! Changes that eval cases were asked about, with what came of it.

use desk::{
    Timestamp,
    gate::{Compared, Judgement, State, Subject},
    ids::{AgentId, EvalCaseId, GateId},
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params},
    new_id,
};

/// Most rows of one answer.
const ROWS_MAX: i64 = 100;

/// A change and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Id.
    pub id: GateId,
    /// What is changed.
    pub subject: Subject,
    /// Which of its kind, such as `persona/developer`.
    pub name: String,
    /// Where it is.
    pub state: State,
    /// What would hold, in the form of whoever asked; empty when it is kept elsewhere.
    pub candidate: String,
    /// What held and which cases there were, as a digest.
    pub basis: String,
    /// Cases to be run.
    pub cases: i64,
    /// What they say; none until all ran.
    pub judgement: Option<Judgement>,
    /// Cases that came out otherwise than before.
    pub findings: Vec<Compared<EvalCaseId>>,
    /// How long they took, in milliseconds.
    pub ms: i64,
    /// Who asked, by name; none for the machine and the command line.
    pub asked_by: Option<(AgentId, String)>,
    /// When.
    pub asked_at: Timestamp,
    /// Who decided; none where the cases did.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why, in words.
    pub why: String,
}

/// A change that is kept.
#[derive(Debug, Clone, Copy)]
pub struct NewGate<'a> {
    /// What is changed.
    pub subject: Subject,
    /// Which of its kind.
    pub name: &'a str,
    /// What would hold.
    pub candidate: &'a str,
    /// What holds and which cases there are, as a digest.
    pub basis: &'a str,
    /// Cases to be run.
    pub cases: usize,
    /// Who asks.
    pub by: Option<AgentId>,
}

/// What a run found.
#[derive(Debug, Clone, Copy)]
pub struct GateFound<'a> {
    /// What the cases say.
    pub judgement: Judgement,
    /// Those that came out otherwise than before.
    pub findings: &'a [Compared<EvalCaseId>],
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What held and which cases there were.
    pub basis: &'a str,
}

/// How a change ends.
#[derive(Debug, Clone, Copy)]
pub struct GateEnd<'a> {
    /// Where.
    pub state: State,
    /// Who decided.
    pub by: Option<AgentId>,
    /// Why, in words.
    pub why: &'a str,
}

macro_rules! gate_select {
    ($rest:literal) => {
        concat!(
            "select g.id, g.subject, g.name, g.state, g.candidate, g.basis, g.cases, g.judgement, g.findings, g.ms, g.asked_by, a.name,
             g.asked_at, d.name, g.decided_at, g.why
             from gates g left join agents a on a.id = g.asked_by left join agents d on d.id = g.decided_by ",
            $rest
        )
    };
}

fn gate(mut c: Columns<'_>) -> Result<Gate, StoreError> {
    let (id, subject, name, state, candidate, basis) =
        (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let (cases, judgement, findings, ms) = (c.take()?, c.take()?, c.json()?, c.take()?);
    let (by, called): (Option<AgentId>, Option<String>) = (c.take()?, c.take()?);
    Ok(Gate {
        id,
        subject,
        name,
        state,
        candidate,
        basis,
        cases,
        judgement,
        findings,
        ms,
        asked_by: by.zip(called),
        asked_at: c.take()?,
        decided_by: c.take()?,
        decided_at: c.take()?,
        why: c.take()?,
    })
}

impl Conn {
    /// The newest changes, at most a hundred.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn gates(&mut self) -> Result<Vec<Gate>, StoreError> {
        let rows = self.rows(gate_select!("order by g.asked_at desc, g.id desc limit $1"), params![ROWS_MAX]).await?;
        rows.iter().map(|row| gate(row.columns())).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn gate(&mut self, id: GateId) -> Result<Gate, StoreError> {
        gate(self.one(gate_select!("where g.id = $1"), params![id]).await?.columns())
    }

    /// The newest change of a thing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn newest_gate(&mut self, subject: Subject, name: &str) -> Result<Option<Gate>, StoreError> {
        let row = self
            .maybe(
                gate_select!("where g.subject = $1 and g.name = $2 order by g.asked_at desc, g.id desc limit 1"),
                params![subject, name],
            )
            .await?;
        row.map(|row| gate(row.columns())).transpose()
    }

    /// Cases and milliseconds of the last run; none before the first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn last_run(&mut self) -> Result<Option<(i64, i64)>, StoreError> {
        let row = self
            .maybe(
                "select cases, ms from gates where judgement is not null and cases > 0 order by asked_at desc, id desc limit 1",
                params![],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }
}

impl Tx {
    /// Keeps a change; what waited for the same thing is dropped.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_gate(&mut self, new: NewGate<'_>) -> Result<GateId, StoreError> {
        let (id, now): (GateId, _) = (new_id(), self.now());
        self.execute(
            "update gates set state = 'dropped', decided_at = $3, why = 'another change came after it'
             where subject = $1 and name = $2 and state in ('waiting','undecided')",
            params![new.subject, new.name, now],
        )
        .await?;
        let cases = i64::try_from(new.cases).unwrap_or(i64::MAX);
        self.execute(
            "insert into gates (id, subject, name, state, candidate, basis, cases, findings, ms, asked_by, asked_at, why)
             values ($1,$2,$3,'waiting',$4,$5,$6,'[]',0,$7,$8,'')",
            params![id, new.subject, new.name, new.candidate, new.basis, cases, new.by, now],
        )
        .await?;
        Ok(id)
    }

    /// Keeps what the cases said. It waits for its end.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is not to be run any more.
    pub async fn judge_gate(&mut self, id: GateId, found: GateFound<'_>) -> Result<(), StoreError> {
        // Serialising ids and words into a string cannot fail.
        let findings = serde_json::to_string(found.findings).unwrap_or_default();
        let ms = i64::try_from(found.ms).unwrap_or(i64::MAX);
        let moved = self
            .execute(
                "update gates set state = 'undecided', judgement = $2, findings = $3, ms = $4, basis = $5
                 where id = $1 and state = 'waiting'",
                params![id, found.judgement, findings, ms, found.basis],
            )
            .await?;
        if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it ended already.
    pub async fn end_gate(&mut self, id: GateId, end: GateEnd<'_>) -> Result<(), StoreError> {
        let now = self.now();
        let moved = self
            .execute(
                "update gates set state = $2, decided_by = $3, decided_at = $4, why = $5
                 where id = $1 and state in ('waiting','undecided')",
                params![id, end.state, end.by, now, end.why],
            )
            .await?;
        if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Has its cases run once more, because what they were held against is not what it was.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when nobody is asked about it any more.
    pub async fn rerun_gate(&mut self, id: GateId, basis: &str, cases: usize) -> Result<(), StoreError> {
        let cases = i64::try_from(cases).unwrap_or(i64::MAX);
        let moved = self
            .execute(
                "update gates set state = 'waiting', judgement = null, findings = '[]', basis = $2, cases = $3
                 where id = $1 and state = 'undecided'",
                params![id, basis, cases],
            )
            .await?;
        if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }
}
