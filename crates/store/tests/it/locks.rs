//! What the database itself refuses, whatever the program says.

use store::{StoreError, raw::Value};

use crate::{
    engines::each,
    world::{NOON, ask, begin, event, furnish},
};

/// A sealed, approved reply as rows, written without the door.
const APPROVED: &[&str] = &[
    "insert into drafts (id, ticket_id, origin, state, revision, body, machine_sentences, doubts, saved_at, created_at)
     select 'd', id, 'agent', 'open', 1, 'Hello', '[]', '[]', 1, 1 from tickets limit 1",
    "insert into seals (id, token_hash, draft_id, revision, ticket_id, agent_id, session_id, digest, mail_from, recipients, mime, envelope, at)
     select 's', token_hash, 'd', 1, (select id from tickets limit 1), agent_id, id, 'digest', 'us@fernhill.example', '[]', token_hash, '{}', 1 from sessions where agent_id = $1",
    "insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, status_before, status_after, approved_at, mac)
     select 'a', 's', 'd', 1, (select id from tickets limit 1), agent_id, id, 'digest', 'open', 'solved', 1, token_hash from sessions where agent_id = $1",
    "insert into withdrawals (approval_id, why, at) values ('a', 'undone', 2)",
    "insert into outbox (id, kind, approval_id, digest, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
     select 'o', 'reply', 'a', 'digest', (select id from tickets limit 1), 'us@fernhill.example', '[]', token_hash, token_hash, 'ready', 1, 0, 0, 1, 1 from sessions where agent_id = $1",
];

const REFUSED: &[(&str, &str)] = &[
    ("an entry is never changed", "update entries set leaf = 'x'"),
    ("an entry is never deleted", "delete from entries"),
    ("a place in the order is never changed", "update entry_order set seq = seq + 1"),
    ("a place in the order is never deleted", "delete from entry_order"),
    ("a checkpoint is never changed", "update checkpoints set note = 'x'"),
    ("a checkpoint is never deleted", "delete from checkpoints"),
    ("an approval is never changed", "update approvals set digest = 'x'"),
    ("an approval is never deleted", "delete from approvals"),
    ("a withdrawal is never changed", "update withdrawals set why = 'x'"),
    ("a withdrawal is never deleted", "delete from withdrawals"),
    ("approved recipients stay", "update outbox set recipients = '[\"eve@x.example\"]'"),
    ("approved bytes stay", "update outbox set mime = mac"),
    ("an approved sender stays", "update outbox set mail_from = 'eve@x.example'"),
    ("a row's approval stays", "update outbox set approval_id = null"),
    ("a row's digest stays", "update outbox set digest = 'x'"),
    ("a row's proof stays", "update outbox set mac = mime"),
    ("what may still leave is not emptied", "update outbox set recipients = '[]', mime = substr(mime, 1, 0)"),
    (
        "what is emptied keeps its proof",
        "update outbox set state = 'sent', recipients = '[]', mime = substr(mime, 1, 0), mac = substr(mac, 1, 1)",
    ),
    (
        "bytes do not go without recipients",
        "update outbox set state = 'sent', recipients = '[\"x\"]', mime = substr(mime, 1, 0)",
    ),
    (
        "bytes are emptied, not shortened",
        "update outbox set state = 'sent', recipients = '[]', mime = substr(mime, 1, 3)",
    ),
];

const FORGED: &[(&str, &str)] = &[
    (
        "a reply without approval",
        "insert into outbox (id, kind, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
         select 'f', 'reply', id, 'x', '[]', mac, mac, 'ready', 1, 0, 0, 1, 1 from outbox",
    ),
    (
        "a reply with somebody else's digest",
        "insert into outbox (id, kind, approval_id, digest, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
         select 'f', 'reply', 'b', 'other', ticket_id, 'x', '[]', mac, mac, 'ready', 1, 0, 0, 1, 1 from outbox",
    ),
    (
        "a second letter for one approval",
        "insert into outbox (id, kind, approval_id, digest, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
         select 'f', 'reply', 'a', 'digest', ticket_id, 'x', '[]', mac, mac, 'ready', 1, 0, 0, 1, 1 from outbox",
    ),
    (
        "an approval in a session of somebody else",
        "insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, status_before, status_after, approved_at, mac)
         select 'b', 's', 'd', 1, ticket_id, (select id from agents where name = 'Rita'), session_id, digest, 'open', 'solved', 1, mac from approvals",
    ),
    (
        "an approval of something never shown",
        "insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, status_before, status_after, approved_at, mac)
         select 'b', 's', 'd', 1, ticket_id, agent_id, session_id, 'never shown', 'open', 'solved', 1, mac from approvals",
    ),
    (
        "an outbound message that was never in the outbox",
        "insert into messages (id, ticket_id, direction, author_name, from_address, recipients, copies, subject, text, latest, message_id, refs, warnings, ai_part, at)
         select 'f', id, 'outbound', 'x', 'x', '[]', '[]', 'x', 'x', 'x', '<x>', '[]', '[]', 'none', 1 from tickets limit 1",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_record_and_what_was_approved_cannot_be_rewritten() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        crate::record::sequence_all(store).await;
        let mut tx = begin(store).await;
        ask(&mut tx, &world, "product", "Invoice", NOON).await;
        for statement in APPROVED {
            let params = if statement.contains("$1") {
                vec![Value::Text(Some(world.ana.agent().id.to_string()))]
            } else {
                vec![]
            };
            assert_eq!(tx.execute(statement, params).await.expect("a row made with SQL"), 1, "{statement}");
        }
        tx.commit(event()).await.expect("committed");

        for (rule, statement) in REFUSED.iter().chain(FORGED) {
            let mut tx = begin(store).await;
            let answer = tx.execute(statement, vec![]).await;
            assert!(matches!(answer, Err(StoreError::Constraint { .. })), "{rule}: {statement} gave {answer:?}");
            tx.abandon().await.expect("undone");
        }

        // What a delivery must be able to do still works.
        let mut tx = begin(store).await;
        let moved = tx.execute("update outbox set state = 'sending', fence = fence + 1, lease_until = 5", vec![]).await;
        assert_eq!(moved.expect("the state moves"), 1);
        // And so does forgetting what a letter that is over said.
        let emptied = "update outbox set state = 'sent', recipients = '[]', mime = substr(mime, 1, 0)";
        assert_eq!(tx.execute(emptied, vec![]).await.expect("emptied"), 1);
        tx.commit(event()).await.expect("committed");
    })
    .await;
}
