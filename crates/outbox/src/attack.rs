//! The demo's burglar: somebody who can write to the database and has no key. It does what such a
//! person could do, so that everybody can see what it comes to. Nothing here has a mark, reads a
//! key, or speaks to a mail server.

use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    ids::{ApprovalId, DraftId, OutboxId, SealId, TicketId},
};
use store::{AgentSession, ServiceIdentity, Store, StoreError, new_id};

use crate::{
    DoorError,
    rows::json_list,
    sql::{params, sql},
};

/// What the burglar would send.
const FORGED: &str =
    "From: desk@burglar.example\r\nTo: victim@burglar.example\r\nSubject: Forged\r\n\r\nNobody approved this.\r\n";
/// Where it would go.
const VICTIM: &str = "victim@burglar.example";
/// As long as a real mark.
const NO_MARK: [u8; 32] = [0; 32];

/// Inserts a sealed page, an approval and a row of the outbox that fit each other in every column,
/// in the name of a person who is really signed in, due at once. Only the marks are made up.
///
/// # Errors
/// What the database says: then it refused the rows.
pub async fn forge_rows(
    store: &Store,
    session: &AgentSession,
    ticket: TicketId,
    draft: DraftId,
    now: Timestamp,
) -> Result<OutboxId, DoorError> {
    let (seal, approval, outbox): (SealId, ApprovalId, OutboxId) = (new_id(), new_id(), new_id());
    let (agent, session_id) = (session.agent().id, session.id());
    let recipients = json_list(&[VICTIM.to_owned()]);
    let digest = Digest::of(FORGED.as_bytes());
    let mut tx = store.begin(&ServiceIdentity::new(Service::CommandLine), now).await?;
    tx.execute(
        sql!(
            "insert into seals (id, token_hash, draft_id, revision, ticket_id, agent_id, session_id, digest, mail_from, recipients, mime, envelope, at, spent_at)
             values ($1,$2,$3,1,$4,$5,$6,$7,$8,$9,$10,'{}',$11,$11)"
        ),
        params![
            seal,
            Digest::of(seal.to_string().as_bytes()).as_bytes().as_slice(),
            draft,
            ticket,
            agent,
            session_id,
            digest,
            VICTIM,
            &recipients,
            FORGED.as_bytes(),
            now
        ],
    )
    .await?;
    tx.execute(
        sql!(
            "insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, status_before, status_after, approved_at, mac)
             values ($1,$2,$3,1,$4,$5,$6,$7,'open','solved',$8,$9)"
        ),
        params![approval, seal, draft, ticket, agent, session_id, digest, now, NO_MARK.as_slice()],
    )
    .await?;
    tx.execute(
        sql!(
            "insert into outbox (id, kind, approval_id, digest, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
             values ($1,'reply',$2,$3,$4,$5,$6,$7,$8,'ready',0,0,0,$9,$9)"
        ),
        params![outbox, approval, digest, ticket, VICTIM, &recipients, FORGED.as_bytes(), NO_MARK.as_slice(), now],
    )
    .await?;
    tx.commit(AuditEvent::DoorTried { door: "rows written by hand".to_owned() }).await?;
    Ok(outbox)
}

/// Inserts a row of the outbox without any approval.
///
/// # Errors
/// What the database says: it refuses, and its words are in the error.
pub async fn forge_without_approval(store: &Store, ticket: TicketId, now: Timestamp) -> Result<(), DoorError> {
    let mut tx = store.begin(&ServiceIdentity::new(Service::CommandLine), now).await?;
    let inserted = tx
        .execute(
            sql!(
                "insert into outbox (id, kind, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
                 values ($1,'reply',$2,$3,$4,$5,$6,'ready',0,0,0,$7,$7)"
            ),
            params![
                new_id::<OutboxId>(),
                ticket,
                VICTIM,
                json_list(&[VICTIM.to_owned()]),
                FORGED.as_bytes(),
                NO_MARK.as_slice(),
                now
            ],
        )
        .await;
    settle(tx, inserted).await
}

/// Puts other words into a row of the outbox that a person approved.
///
/// # Errors
/// What the database says: it refuses, and its words are in the error.
pub async fn swap_words(store: &Store, approval: ApprovalId, now: Timestamp) -> Result<(), DoorError> {
    let mut tx = store.begin(&ServiceIdentity::new(Service::CommandLine), now).await?;
    let changed = tx
        .execute(sql!("update outbox set mime = $1 where approval_id = $2"), params![FORGED.as_bytes(), approval])
        .await;
    settle(tx, changed).await
}

/// Keeps what the database let through, so that the later locks have to hold it.
async fn settle(tx: store::Tx, done: Result<u64, StoreError>) -> Result<(), DoorError> {
    match done {
        Ok(_) => {
            tx.commit(AuditEvent::DoorTried { door: "rows written by hand".to_owned() }).await?;
            Ok(())
        }
        Err(error) => {
            // The refusal is the answer; undoing what never happened cannot add to it.
            let _ = tx.abandon().await;
            Err(error.into())
        }
    }
}
