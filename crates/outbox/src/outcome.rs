//! Writing down what came back from an attempt, in one transaction, by whoever still owns the row.

use desk::{
    Timestamp,
    approval::APPROVAL_SECONDS,
    audit::{AuditEvent, Service},
    envelope::AiPart,
    ids::{AgentId, MessageId, OutboxId},
};
use store::{NewJob, ServiceIdentity, Store, StoreError, Tx, new_id};

use crate::{
    deliver::{Claimed, Delivery},
    first::FirstApproval,
    give_back,
    letter::{self, AI_HEADER},
    rows::{Approval, Cargo, OutboxRow, json_list},
    sql::{params, sql},
    transport::Report,
};

/// Notices that are no part of a conversation: mails to colleagues are not what the requester was told, and links to everything they
/// asked, or by which they say how it went, are for their mailbox alone. A message is shown to agents, and to whoever holds the link
/// to its ticket.
const APART: [&str; 4] = ["on_call", "requests", "survey", "digest"];

/// First pause after a "not now", in seconds; doubles up to an hour.
const PAUSE_SECONDS: i64 = 30;
const PAUSE_SECONDS_MAX: i64 = 60 * 60;

/// The job that reads a letter which left for what it promises; its subject is the message's id.
pub const PROMISES: &str = "promises";

/// Writes the outcome down.
pub(crate) async fn record(
    store: &Store,
    claimed: &Claimed,
    report: Report,
    tray: bool,
    now: Timestamp,
) -> Result<Delivery, StoreError> {
    let mut tx = store.begin(&ServiceIdentity::new(Service::Delivery), now).await?;
    end_attempt(&mut tx, claimed, &report).await?;
    let (row, ticket) = (&claimed.row, Some(claimed.row.ticket));
    match report {
        Report::Accepted { reply, refused } => {
            let detail = (!refused.is_empty()).then(|| format!("not taken for {}", refused.join("; ")));
            if !settle(&mut tx, claimed, "sent", detail.as_deref()).await? {
                return overtaken(tx, claimed, Report::Accepted { reply, refused }).await;
            }
            sent(&mut tx, row, tray).await?;
            let digest = letter::digest(&row.mail_from, &row.recipients, &row.mime);
            tx.commit(AuditEvent::ReplySent { ticket, outbox: row.id, digest }).await?;
            Ok(Delivery::Sent { refused })
        }
        Report::Unanswered { reply } => {
            if !settle(&mut tx, claimed, "uncertain", Some(&reply)).await? {
                return overtaken(tx, claimed, Report::Unanswered { reply }).await;
            }
            tx.commit(AuditEvent::DeliveryUncertain { ticket, outbox: row.id }).await?;
            Ok(Delivery::Uncertain)
        }
        Report::Later { setback, reply } => {
            let at = now.plus_seconds(pause(row.id, claimed.attempt));
            if at.seconds_since(row.created_at) >= APPROVAL_SECONDS {
                return fail(tx, claimed, reply, "too_late").await;
            }
            if !wait(&mut tx, claimed, &reply, at).await? {
                return overtaken(tx, claimed, Report::Later { setback, reply }).await;
            }
            let why = format!("not_now_{setback}");
            tx.commit(AuditEvent::DeliveryFailed { ticket, outbox: row.id, why }).await?;
            Ok(Delivery::Later { at, setback })
        }
        Report::Refused { reply } => fail(tx, claimed, reply, "refused").await,
    }
}

/// The row was taken from this attempt while it spoke: set aside when its lease ran out, settled by a
/// person since, or changed by hand. What the server said is written down all the same. Where the letter
/// left, or may have, and the row does not count as sent, a person looks at it again.
async fn overtaken(mut tx: Tx, claimed: &Claimed, report: Report) -> Result<Delivery, StoreError> {
    let (id, ticket) = (claimed.row.id, Some(claimed.row.ticket));
    tracing::error!(outbox = %id, ?report, "an attempt ended after its row was taken from it");
    let (event, delivery) = match report {
        Report::Accepted { reply, refused } => {
            if set_aside(&mut tx, id, &format!("the mail server took it after all: {reply}")).await? {
                (AuditEvent::DeliveryUncertain { ticket, outbox: id }, Delivery::Uncertain)
            } else {
                let digest = letter::digest(&claimed.row.mail_from, &claimed.row.recipients, &claimed.row.mime);
                (AuditEvent::ReplySent { ticket, outbox: id, digest }, Delivery::Sent { refused })
            }
        }
        Report::Unanswered { reply } => {
            set_aside(&mut tx, id, &reply).await?;
            (AuditEvent::DeliveryUncertain { ticket, outbox: id }, Delivery::Uncertain)
        }
        // It certainly did not leave by this attempt; whoever has the row now decides about it.
        Report::Later { setback, .. } => {
            let why = format!("not_now_{setback}");
            (AuditEvent::DeliveryFailed { ticket, outbox: id, why }, Delivery::Uncertain)
        }
        Report::Refused { .. } => {
            let why = "refused".to_owned();
            (AuditEvent::DeliveryFailed { ticket, outbox: id, why }, Delivery::Uncertain)
        }
    };
    tx.commit(event).await?;
    Ok(delivery)
}

/// Hands a row to a person, whatever became of it; false when it counts as sent already.
async fn set_aside(tx: &mut Tx, id: OutboxId, detail: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let touched = tx
        .execute(
            sql!(
                "update outbox set state = 'uncertain', lease_until = null, detail = $1, updated_at = $2 where id = $3 and state <> 'sent'"
            ),
            params![detail, now, id],
        )
        .await?;
    Ok(touched == 1)
}

async fn fail(mut tx: Tx, claimed: &Claimed, reply: String, why: &'static str) -> Result<Delivery, StoreError> {
    if !settle(&mut tx, claimed, "failed", Some(&reply)).await? {
        return overtaken(tx, claimed, Report::Refused { reply }).await;
    }
    give_back::withdraw(&mut tx, &claimed.row, why, None).await?;
    let (ticket, outbox) = (Some(claimed.row.ticket), claimed.row.id);
    tx.commit(AuditEvent::DeliveryFailed { ticket, outbox, why: why.to_owned() }).await?;
    Ok(Delivery::Failed { reply })
}

/// Ends the row if this attempt still owns it. What an attempt knows for certain also corrects an
/// "uncertain" that was written when its lease ran out.
async fn settle(tx: &mut Tx, claimed: &Claimed, state: &str, detail: Option<&str>) -> Result<bool, StoreError> {
    let now = tx.now();
    let touched = tx
        .execute(
            sql!(
                "update outbox set state = $1, lease_until = null, detail = $2, updated_at = $3 where id = $4 and fence = $5 and state in ('sending','uncertain')"
            ),
            params![state, detail, now, claimed.row.id, claimed.fence],
        )
        .await?;
    Ok(touched == 1)
}

async fn wait(tx: &mut Tx, claimed: &Claimed, detail: &str, until: Timestamp) -> Result<bool, StoreError> {
    let now = tx.now();
    let touched = tx
        .execute(
            sql!(
                "update outbox set state = 'ready', lease_until = null, not_before = $1, detail = $2, updated_at = $3 where id = $4 and fence = $5 and state = 'sending'"
            ),
            params![until, detail, now, claimed.row.id, claimed.fence],
        )
        .await?;
    Ok(touched == 1)
}

/// Doubling pauses, spread by up to a quarter so that a full outbox does not come back as one wave.
fn pause(id: OutboxId, attempt: i64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 8) - 1).unwrap_or(0);
    let base = (PAUSE_SECONDS << doublings).min(PAUSE_SECONDS_MAX);
    let spread = id.to_string().bytes().next_back().map_or(0, |b| i64::from(b % 16));
    base + base * spread / 64
}

async fn end_attempt(tx: &mut Tx, claimed: &Claimed, report: &Report) -> Result<(), StoreError> {
    let (outcome, reply) = match report {
        Report::Accepted { reply, refused } if refused.is_empty() => ("accepted", reply.clone()),
        Report::Accepted { reply, refused } => ("accepted_in_part", format!("{reply}; {}", refused.join("; "))),
        Report::Later { reply, .. } => ("later", reply.clone()),
        Report::Refused { reply } => ("refused", reply.clone()),
        Report::Unanswered { reply } => ("unanswered", reply.clone()),
    };
    let now = tx.now();
    tx.execute(
        sql!("update deliveries set ended_at = $1, outcome = $2, reply = $3 where outbox_id = $4 and attempt = $5"),
        params![now, outcome, reply, claimed.row.id, claimed.attempt],
    )
    .await?;
    Ok(())
}

/// What a mail that left leaves behind: a message of the ticket, read from its bytes, and a draft
/// that is done.
pub(crate) async fn sent(tx: &mut Tx, row: &OutboxRow, tray: bool) -> Result<(), StoreError> {
    let now = tx.now();
    if tray {
        tx.execute(
            sql!("insert into tray_letters (id, outbox_id, mime, at) values ($1,$2,$3,$4)"),
            params![new_id::<OutboxId>(), row.id, row.mime.as_slice(), now],
        )
        .await?;
    }
    let mut author = None;
    if let Some(approval) = row.approval() {
        let (approval, _) = Approval::load(tx, approval).await?;
        tx.execute(
            sql!("update drafts set state = 'sent' where id = $1 and state = 'approved'"),
            params![approval.draft],
        )
        .await?;
        // Two stood behind it; it speaks in the name of the one who wrote it.
        author = Some(match approval.first {
            Some(first) => FirstApproval::load(tx, first).await?.agent,
            None => approval.agent,
        });
    }
    if !matches!(&row.cargo, Cargo::Notice { word } if APART.contains(&word.as_str())) {
        message(tx, row, author).await?;
    }
    tx.execute(sql!("update tickets set updated_at = $1 where id = $2"), params![now, row.ticket]).await?;
    Ok(())
}

async fn message(tx: &mut Tx, row: &OutboxRow, author: Option<AgentId>) -> Result<(), StoreError> {
    let damaged = || StoreError::Damaged { what: "the bytes of a sent mail".to_owned() };
    let letter = letter::read(&row.mime).ok_or_else(damaged)?;
    let name = match author {
        Some(agent) => tx.agent(agent).await?.name,
        None => letter.from.split(" <").next().unwrap_or_default().to_owned(),
    };
    let plain = |id: &str| id.trim_matches(['<', '>']).to_owned();
    let references: Vec<String> =
        letter.header("References").map(|ids| ids.split(' ').map(plain).collect()).unwrap_or_default();
    let machine = match (&row.cargo, author) {
        (Cargo::Standing { .. }, _) => Some("a standing approval of this desk"),
        (_, None) => Some("a fixed notice of this desk"),
        (_, Some(_)) => None,
    };
    let (id, now): (MessageId, _) = (new_id(), tx.now());
    tx.execute(
        sql!(
            "insert into messages (id, ticket_id, direction, agent_id, author_name, from_address, recipients, copies, subject, text, latest, message_id, refs, machine, warnings, outbox_id, ai_part, at)
             values ($1,$2,'outbound',$3,$4,$5,$6,$7,$8,$9,$16,$10,$11,$12,'[]',$13,$14,$15)"
        ),
        params![
            id,
            row.ticket,
            author,
            name,
            letter.from.rsplit(" <").next().unwrap_or_default().trim_end_matches('>'),
            json_list(&letter.to),
            json_list(&letter.cc),
            &letter.subject,
            &letter.body,
            letter.header("Message-ID").map(plain).unwrap_or_default(),
            json_list(&references),
            machine,
            row.id,
            ai_word(letter.header(AI_HEADER)),
            now,
            // The reader's own link is nothing to write again or to learn from.
            desk::disclosure::without_footer(&letter.body)
        ],
    )
    .await?;
    if author.is_some() {
        tx.queue_job(NewJob { kind: PROMISES, subject: &id.to_string(), run_at: now }).await?;
    }
    Ok(())
}

/// The table's word for what the mail's header says.
fn ai_word(header: Option<&str>) -> &'static str {
    match header.and_then(|word| word.parse().ok()) {
        Some(AiPart::Unchanged) => "unchanged",
        Some(AiPart::Edited) => "edited",
        Some(AiPart::None) | None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_stay_within_an_hour_and_a_quarter() {
        let id: OutboxId = new_id();
        let pauses: Vec<i64> = (1..40).map(|attempt| pause(id, attempt)).collect();
        assert!(pauses.windows(2).all(|w| w[0] <= w[1]));
        assert!(pauses.first().is_some_and(|p| (30..=38).contains(p)));
        assert!(pauses.last().is_some_and(|p| (3600..=4500).contains(p)));
    }
}
