//! How a page was read before the yes to it. Kept as numbers; asked before the next one, so that nobody hurries through.

use std::collections::BTreeSet;

use desk::{
    Refusal, Timestamp,
    draft::changed_words,
    envelope::AiPart,
    ids::{AgentId, VersionId},
    reading::{Brake, brake, earliest_yes},
};
use store::{Conn, StoreError, Tx};

use crate::{
    Door,
    checks::ai_part,
    sql::{params, sql},
    world::{Draft, Seal, Source, Ticket},
};

/// How long back readings count for the brake, in seconds.
const LOOKED_BACK: i64 = 24 * 60 * 60;
/// Longest time before a page that counts, in seconds.
const SECONDS_MAX: i64 = 24 * 60 * 60;

/// What a browser says of how its person read a letter. It cannot be checked: who lies about it spoils their own figures.
/// A burst is counted by our own clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attention {
    /// Seconds the words stood before them, sealed or not.
    pub seconds: i64,
    /// Versions of sources they opened meanwhile.
    pub opened: Vec<VersionId>,
}

/// Whether a page has to stand for a while before a yes counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    pub brake: Brake,
    pub earliest: Timestamp,
}

impl Pace {
    /// For a page of `draft` that was shown to `agent` at `shown`. Text without words of the machine knows no brake, nor
    /// do the letters of a reply to many, which are read and counted in a way of their own.
    pub(crate) async fn of(
        door: &Door,
        conn: &mut Conn,
        draft: &Draft,
        agent: AgentId,
        shown: Timestamp,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        if !counts(draft) {
            return Ok(Self { brake: Brake::None, earliest: shown });
        }
        let (readings, most) =
            (conn.own_readings(agent, now.plus_seconds(-LOOKED_BACK)).await?, door.settings().letters_a_minute);
        // A page that was slowed down when it was shown stays so, however long its reader waits.
        let brake = match brake(&readings, most, shown) {
            Brake::None => brake(&readings, most, now),
            then => then,
        };
        Ok(Self { brake, earliest: earliest_yes(brake, words(draft), shown) })
    }

    pub(crate) const fn allows(self, now: Timestamp) -> Result<(), Refusal> {
        let seconds = (self.earliest.micros() - now.micros() + 999_999) / 1_000_000;
        if seconds > 0 { Err(Refusal::Hurried { seconds }) } else { Ok(()) }
    }
}

/// Keeps how the page was read.
pub(crate) async fn keep(
    tx: &mut Tx,
    (seal, draft, ticket): (&Seal, &Draft, &Ticket),
    sources: &[Source],
    attention: &Attention,
    brake: Brake,
) -> Result<(), StoreError> {
    if !counts(draft) {
        return Ok(());
    }
    let now = tx.now();
    let cited: BTreeSet<VersionId> = sources.iter().map(|s| s.version).collect();
    let opened = attention.opened.iter().filter(|v| cited.contains(*v)).collect::<BTreeSet<_>>().len();
    let stood = now.seconds_since(seal.shown.at);
    let seconds = attention.seconds.max(stood).clamp(0, SECONDS_MAX);
    let changed = draft.machine_body.as_deref().map_or(0, |old| changed_words(old.trim(), draft.body.trim()));
    tx.execute(
        sql!(
            "insert into readings (seal_id, agent_id, queue, at, words, seconds, cited, opened, changed, brake)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)"
        ),
        params![
            seal.id,
            seal.shown.agent,
            &ticket.queue,
            now,
            words(draft),
            seconds,
            number(cited.len()),
            number(opened),
            number(changed),
            brake.word()
        ],
    )
    .await?;
    Ok(())
}

fn counts(draft: &Draft) -> bool {
    draft.bulk.is_none() && ai_part(draft) != AiPart::None
}

fn words(draft: &Draft) -> i64 {
    number(draft.body.split_whitespace().count())
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
