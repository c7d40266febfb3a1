//! What a new desk begins with: one queue per kind of work, one category per operating model. People
//! rename and add later; a desk that has queues is left alone.

use desk::{
    Digest,
    audit::{AuditEvent, Service},
    operating::OperatingModel,
    triage::Category,
};
use store::ServiceIdentity;

use crate::{App, FlowError};

const QUEUES: [(&str, &str); 4] =
    [("support", "Support"), ("billing", "Billing"), ("security", "Security"), ("legal", "Legal")];

/// Key, name, what belongs there, how it is worked, queue.
const CATEGORIES: [(&str, &str, &str, OperatingModel, &str); 7] = [
    (
        "product.question",
        "Product question",
        "How something works or where to find it; nothing is broken.",
        OperatingModel::ProductQuestion,
        "support",
    ),
    (
        "technical.problem",
        "Technical problem",
        "Something does not work as it should.",
        OperatingModel::Technical,
        "support",
    ),
    (
        "billing.question",
        "Billing question",
        "What a charge, invoice or payment means.",
        OperatingModel::BillingExplanation,
        "billing",
    ),
    ("billing.refund", "Refund", "Money back, in full or in part.", OperatingModel::Refund, "billing"),
    (
        "care.relationship",
        "Complaint or cancellation",
        "Anger, disappointment, leaving, key accounts.",
        OperatingModel::Relationship,
        "support",
    ),
    (
        "security.access",
        "Security and access",
        "Locked out, taken over, leaked, suspicious.",
        OperatingModel::Security,
        "security",
    ),
    (
        "legal.request",
        "Legal and data protection",
        "Lawyers, regulators, data protection, safety.",
        OperatingModel::Legal,
        "legal",
    ),
];

/// Lays the defaults when the desk has no queue yet, and its mailbox.
///
/// # Errors
/// Whatever the database says.
pub async fn lay_defaults(app: &App) -> Result<(), FlowError> {
    let address = app.config.mail.address.to_lowercase();
    let mut conn = app.store.read().await?;
    let (queues, mailboxes) = (conn.queues().await?, conn.mailboxes().await?);
    drop(conn);
    if !queues.is_empty() && mailboxes.iter().any(|m| m.address == address) {
        return Ok(());
    }
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    tx.put_mailbox(&address).await?;
    if queues.is_empty() {
        for (key, name) in QUEUES {
            tx.put_queue(key, name).await?;
        }
        for (position, (key, name, description, operating_model, queue)) in (0..).zip(CATEGORIES) {
            let category = Category {
                key: key.to_owned(),
                name: name.to_owned(),
                description: description.to_owned(),
                operating_model,
                queue: queue.to_owned(),
            };
            tx.put_category(&category, position).await?;
        }
    }
    tx.commit(AuditEvent::DeskPrepared { world: Digest::of(b"defaults/1") }).await?;
    app.live.committed();
    Ok(())
}
