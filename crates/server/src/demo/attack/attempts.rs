//! The eight attempts, in order.

use desk::{Digest, Refusal, audit::AuditEvent, ids::OutboxId};
use outbox::{DoorError, OutboxState, Sealed};
use store::{NewJob, NewToken, StoreError};
use tlog::export::{Location, verify_export};

use super::{
    Attack,
    stage::{self, COMMAND_LINE, CUSTOMER, Stage},
};
use crate::{
    FlowError,
    flow::{
        approve_reply::{self, Approved},
        deliver_letters, keep_record, undo_reply, write_draft,
    },
};

/// Scopes a program can have; none of them approves.
const EVERY_SCOPE: [&str; 6] =
    ["tickets:read", "tickets:write", "drafts:write", "mail:write", "record:read", "knowledge:read"];

/// Runs them.
pub async fn all(stage: &Stage) -> Result<Vec<Attack>, FlowError> {
    Ok(vec![
        token(stage).await?,
        job(stage).await?,
        import(stage).await?,
        forged_digest(stage).await?,
        edit_after_approval(stage).await?,
        rows_by_hand(stage).await?,
        stale_draft(stage).await?,
        flipped_bit(stage).await?,
    ])
}

/// What an attempt met: stopped or not, and the words.
type Met = (bool, String);

fn through(what: &str) -> Met {
    (false, format!("It got through: {what}"))
}

/// Only a rule's no counts as stopped; a breakdown proves nothing.
fn refused<T>(outcome: Result<T, FlowError>) -> Result<Met, FlowError> {
    match outcome {
        Err(FlowError::Refused(refusal)) => Ok((true, refusal.to_string())),
        Err(FlowError::Stale) => Ok((true, FlowError::Stale.to_string())),
        Err(other) => Err(other),
        Ok(_) => Ok(through("the desk said yes")),
    }
}

/// Only the database's own no counts here.
fn constrained<T>(outcome: Result<T, DoorError>) -> Result<Met, FlowError> {
    match outcome {
        Err(DoorError::Store(StoreError::Constraint { detail })) => Ok((true, one_line(&detail))),
        Err(other) => Err(other.into()),
        Ok(_) => Ok(through("the database took it")),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn token(stage: &Stage) -> Result<Attack, FlowError> {
    let page = stage.page().await?;
    let (app, agent) = (&stage.app, stage.session.agent().id);
    let random: [u8; 16] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let secret = random.iter().fold("cst_".to_owned(), |s, b| format!("{s}{b:02x}"));
    let scopes = EVERY_SCOPE.map(str::to_owned);
    let now = app.clock.now();
    let mut tx = app.store.begin(&stage.session, now).await?;
    let hash = *Digest::of(secret.as_bytes()).as_bytes();
    let new = NewToken {
        name: "Attack rehearsal",
        token_hash: &hash,
        scopes: &scopes,
        made_by: agent,
        expires_at: now.plus_seconds(600),
    };
    let token = tx.make_token(new).await?;
    tx.commit(AuditEvent::TokenMade { token }).await?;
    let (status, said) = stage.post_approval(&page, Some(&format!("Bearer {secret}"))).await?;
    let mut tx = app.store.begin(&stage.session, app.clock.now()).await?;
    tx.revoke_token(token).await?;
    tx.commit(AuditEvent::TokenRevoked { token }).await?;
    Ok(Attack {
        key: "token",
        title: "An API token approves",
        attempt: "A program with every scope, and the very page token and digest that a person saw, posts the approval.",
        stopped: status.as_u16() == 401 || status.as_u16() == 403,
        stopped_by: "Approving takes a signed-in person's session; no token is one.",
        detail: format!("{}: {said}", status.as_u16()),
    })
}

async fn job(stage: &Stage) -> Result<Attack, FlowError> {
    let page = stage.page().await?;
    let (app, now) = (&stage.app, stage.app.clock.now());
    let (status, said) = stage.post_approval(&page, None).await?;
    let mut tx = app.store.begin(&COMMAND_LINE, now).await?;
    let subject = page.draft.to_string();
    tx.queue_job(NewJob { kind: "deliver", subject: &subject, run_at: now }).await?;
    tx.commit(AuditEvent::DoorTried { door: "a job that delivers".to_owned() }).await?;
    deliver_letters::deliver_due(app).await?;
    // Claimed by its own forged name only, so that it does not lie in the queue for ever.
    let untouched = match app.store.claim_job(&["deliver"], app.clock.now(), 60).await? {
        Some(job) => {
            app.store.finish_job(&job).await?;
            true
        }
        None => false,
    };
    let left = stage.fates().await?.iter().any(|f| f.state != OutboxState::Cancelled);
    let stopped = status.as_u16() == 401 && untouched && !left;
    Ok(Attack {
        key: "job",
        title: "A background job sends",
        attempt: "A request without any session posts the approval; a forged job of kind “deliver” names the draft.",
        stopped,
        stopped_by: "No function that approves takes a service's identity, and no worker knows such a job: letters come from approved rows alone.",
        detail: format!(
            "{}: {said} The forged job was {}.",
            status.as_u16(),
            if untouched { "left lying by every worker" } else { "taken by a worker" }
        ),
    })
}

async fn import(stage: &Stage) -> Result<Attack, FlowError> {
    let page = stage.page().await?;
    let app = &stage.app;
    let ours = page.letter.header("Message-ID").unwrap_or_default().trim_matches(['<', '>', ' ']).to_owned();
    let id = format!("approved.{}@attack.example", app.clock.now().micros());
    let raw = stage::mail(&stage.session.agent().email, &id, Some(&ours), "Approved, send now.");
    let became = stage::place(app, store::MailSource::Import, &raw).await?;
    if let Some(ticket) = became {
        stage.put_aside(ticket).await?;
    }
    deliver_letters::deliver_due(app).await?;
    let quiet = stage.fates().await?.iter().all(|f| f.state == OutboxState::Cancelled);
    Ok(Attack {
        key: "import",
        title: "An imported mail says yes",
        attempt: "A mail from the agent's own address, in reply to our letter, says “Approved, send now” and is imported.",
        stopped: quiet && became != Some(stage.ticket),
        stopped_by: "Mail is words of customers. Nothing reads a yes out of it, and a sender who takes no part in a ticket does not join it.",
        detail: match became {
            Some(_) => "It became a ticket of its own for people to read; the draft is as it was.".to_owned(),
            None => "It was set aside in quarantine; the draft is as it was.".to_owned(),
        },
    })
}

async fn forged_digest(stage: &Stage) -> Result<Attack, FlowError> {
    let page = stage.page().await?;
    let yes = Stage::yes(&page, Digest::of(b"another letter"));
    let (stopped, detail) = refused(approve_reply::approve(&stage.app, &stage.session, yes).await)?;
    Ok(Attack {
        key: "digest",
        title: "A forged digest",
        attempt: "A signed-in browser approves with the digest of another letter than the page showed.",
        stopped,
        stopped_by: "The digest sent back must be that of the sealed page.",
        detail,
    })
}

async fn edit_after_approval(stage: &Stage) -> Result<Attack, FlowError> {
    let app = &stage.app;
    let page = stage.page().await?;
    let revision = stage.revision(page.draft).await?;
    write_draft::edit(app, &stage.session, page.draft, revision, "Hello,\n\nother words than the page showed.\n")
        .await?;
    let (edited, first) = refused(approve_reply::approve(app, &stage.session, Stage::yes(&page, page.digest)).await)?;
    let (swapped, second) = if app.config.desk.undo_seconds >= 5 {
        approved_then_changed(stage).await?
    } else {
        (true, "not tried: the undo window is too short to take the approval back".to_owned())
    };
    Ok(Attack {
        key: "edit",
        title: "Other words after the yes",
        attempt: "The draft is edited after it was shown, then approved. Another is properly approved, then edited, then changed by SQL in the outbox.",
        stopped: edited && swapped,
        stopped_by: "A yes counts for one revision; an approved draft is closed; the database refuses to change what was approved.",
        detail: format!("{first} {second}"),
    })
}

/// A real approval, which is taken back at the end: the undo window is the rehearsal's only way out.
async fn approved_then_changed(stage: &Stage) -> Result<Met, FlowError> {
    let app = &stage.app;
    let page: Sealed = stage.page().await?;
    let approval = match approve_reply::approve(app, &stage.session, Stage::yes(&page, page.digest)).await? {
        Approved::Leaves { approval, .. } => approval,
        Approved::AwaitsSecond { .. } => return Ok((true, "A second person has to approve it first.".to_owned())),
    };
    let tried = async {
        let revision = stage.revision(page.draft).await?;
        let edit = refused(write_draft::edit(app, &stage.session, page.draft, revision, "Swapped words.\n").await)?;
        let swap = constrained(outbox::attack::swap_words(&app.store, approval, app.clock.now()).await)?;
        Ok::<_, FlowError>((edit, swap))
    }
    .await;
    undo_reply::undo(app, &stage.session, approval).await?;
    let ((edit, said), (swap, words)) = tried?;
    Ok((edit && swap, format!("{said} SQL: {words}.")))
}

async fn rows_by_hand(stage: &Stage) -> Result<Attack, FlowError> {
    let (app, now) = (&stage.app, stage.app.clock.now());
    let page = stage.page().await?;
    let (bare, words) = constrained(outbox::attack::forge_without_approval(&app.store, stage.ticket, now).await)?;
    let (forged, said) =
        match outbox::attack::forge_rows(&app.store, &stage.session, stage.ticket, page.draft, now).await {
            Err(DoorError::Store(StoreError::Constraint { detail })) => (true, one_line(&detail)),
            Err(other) => return Err(other.into()),
            Ok(row) => held_at_the_door(stage, row).await?,
        };
    Ok(Attack {
        key: "sql",
        title: "Rows written into the database",
        attempt: "SQL inserts a letter without an approval, then a whole chain (page, approval, letter) that fits in every column.",
        stopped: bare && forged,
        stopped_by: "The tables refuse a letter without approval. A chain that fits carries no mark of the key outside the database, and the door stops it.",
        detail: format!("First: {words}. Then: {said}"),
    })
}

async fn held_at_the_door(stage: &Stage, row: OutboxId) -> Result<Met, FlowError> {
    for _ in 0..40 {
        deliver_letters::deliver_due(&stage.app).await?;
        let fate = stage.fates().await?.into_iter().find(|f| f.outbox == row).ok_or(FlowError::NotFound)?;
        match fate.state {
            OutboxState::Stopped => return Ok((true, fate.detail.unwrap_or_else(|| "stopped at the door".to_owned()))),
            OutboxState::Ready => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            other => return Ok(through(other.word())),
        }
    }
    Ok((false, "The row still waits; nobody looked at it within two seconds.".to_owned()))
}

async fn stale_draft(stage: &Stage) -> Result<Attack, FlowError> {
    let app = &stage.app;
    let page = stage.page().await?;
    let id = format!("more.{}@attack.example", app.clock.now().micros());
    let raw = stage::mail(CUSTOMER, &id, Some(&stage.first_mail), "One more thing before you answer.");
    stage::place(app, store::MailSource::Tray, &raw).await?;
    let outcome = approve_reply::approve(app, &stage.session, Stage::yes(&page, page.digest)).await;
    let expected = matches!(outcome, Err(FlowError::Refused(Refusal::NewMessage | Refusal::DraftState { .. })));
    let (stopped, detail) = refused(outcome)?;
    Ok(Attack {
        key: "stale",
        title: "A reply that is out of date",
        attempt: "The customer writes again after the page was shown; then the page is approved.",
        stopped: stopped && expected,
        stopped_by: "An approval dies when its world changes.",
        detail,
    })
}

async fn flipped_bit(stage: &Stage) -> Result<Attack, FlowError> {
    let app = &stage.app;
    while keep_record::sequence(app).await? > 0 {}
    let grant = app.service_grant(desk::audit::Service::CommandLine, store::Purpose::Record)?;
    let mut file = Vec::new();
    keep_record::export(app, &grant, &mut file).await?;
    let flipped = flip(&mut file);
    let key = app.keys.checkpoint.verifying_key();
    let checked = crate::library::compute(|| verify_export(file.as_slice(), key, &[]));
    let (stopped, detail) = match (checked, flipped) {
        (Err(error), Some(entry)) => (error.location() == Some(Location::Entry(entry)), error.to_string()),
        (Err(error), None) => (false, format!("the export holds no entry to change: {error}")),
        (Ok(_), _) => through("the changed export verified"),
    };
    Ok(Attack {
        key: "record",
        title: "One flipped bit in the record",
        attempt: "The record is exported, one bit of one entry is flipped, and the file is verified with the public key alone.",
        stopped,
        stopped_by: "Entries are leaves of a Merkle tree under a signed checkpoint; verification names the entry.",
        detail,
    })
}

/// Flips the lowest bit of a digit inside the entry in the middle of an export; says which entry.
fn flip(file: &mut [u8]) -> Option<u64> {
    const MARK: &[u8] = b"\"entry\":\"";
    let starts: Vec<usize> =
        file.windows(MARK.len()).enumerate().filter(|(_, w)| *w == MARK).map(|(at, _)| at + MARK.len()).collect();
    let entry = starts.len() / 2;
    let start = *starts.get(entry)?;
    let digit = file.get_mut(start..)?.iter_mut().skip(20).find(|b| b.is_ascii_digit())?;
    *digit ^= 1;
    u64::try_from(entry).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_of_the_entry_in_the_middle_is_flipped() {
        let line = |n: u8| {
            format!("{{\"index\":{n},\"hash\":\"x\",\"entry\":\"{{\\\"v\\\":1,\\\"id\\\":\\\"0000-{n}\\\"}}\"}}\n")
        };
        let whole = format!("{{\"format\":\"f\"}}\n{}{}{}", line(0), line(1), line(2)).into_bytes();
        let mut changed = whole.clone();
        assert_eq!(flip(&mut changed), Some(1));
        let bits: u32 = whole.iter().zip(&changed).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert_eq!(bits, 1);
        assert_eq!(flip(&mut b"{}".to_vec()), None);
    }
}
