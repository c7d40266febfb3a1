//! The few places where the engines differ: type names in DDL, and two statements.

use crate::Engine;

/// Replaces the type tokens of a migration.
pub fn render(ddl: &str, engine: Engine) -> String {
    ddl.replace("{BLOB}", if engine == Engine::Sqlite { "blob" } else { "bytea" })
}

macro_rules! claim {
    ($which:literal) => {
        concat!(
            "update jobs set state = 'running', lease_until = $2, fence = fence + 1, attempts = attempts + 1 where id = (select id from jobs where ",
            $which,
            ") returning id, kind, subject, fence, attempts"
        )
    };
}

/// Claims the oldest due job of a kind: PostgreSQL skips rows other nodes hold; SQLite has one writer anyway.
/// Parameters: now, lease until, kind.
pub const fn claim_due(postgres: bool) -> &'static str {
    if postgres {
        claim!("state = 'waiting' and kind = $3 and run_at <= $1 order by run_at limit 1 for update skip locked")
    } else {
        claim!("state = 'waiting' and kind = $3 and run_at <= $1 order by run_at limit 1")
    }
}

/// Claims a job whose worker died. Parameters: now, lease until, kinds as `,a,b,`.
pub const fn claim_late(postgres: bool) -> &'static str {
    if postgres {
        claim!(
            "state = 'running' and lease_until < $1 and $3 like '%,' || kind || ',%' order by lease_until limit 1 for update skip locked"
        )
    } else {
        claim!("state = 'running' and lease_until < $1 and $3 like '%,' || kind || ',%' order by lease_until limit 1")
    }
}

/// Lets one transaction at a time replace the drafts of a ticket, and waits for whoever edits one. Nothing to
/// do on SQLite, where a writer is alone. Parameter: the ticket.
pub const fn drafts_locks(postgres: bool) -> &'static [&'static str] {
    if postgres {
        &[
            "select 1::bigint from (select pg_advisory_xact_lock(7202, hashtext($1))) as held",
            "select id from drafts where ticket_id = $1 and state = 'open' for update",
        ]
    } else {
        &[]
    }
}

/// Makes the sequencer the only one. Nothing to do on SQLite: its writer is.
pub const fn sequencer_lock(postgres: bool) -> Option<&'static str> {
    if postgres { Some("select 1::bigint from (select pg_advisory_xact_lock(7201)) as held") } else { None }
}
