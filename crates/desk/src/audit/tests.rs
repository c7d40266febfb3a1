//! Every event says what it is about, once.

use super::*;
use uuid::Uuid;

/// An event that names its ticket but is left out of [`AuditEvent::ticket`] would reach neither trail, live pages nor index.
#[test]
fn no_event_hides_the_ticket_or_article_it_names() {
    let source = include_str!("../audit.rs");
    let part = |from: &str, to: &str| {
        let start = source.find(from).expect("there");
        &source[start..start + source[start..].find(to).expect("ends")]
    };
    let events = part("events! {\n", "\n}\n");
    for (field, reader) in [
        ("*/ ticket:", part("pub fn ticket(&self)", "pub const fn article")),
        ("*/ article:", part("pub const fn article(&self)", "_ => None")),
    ] {
        let naming: Vec<&str> =
            events.lines().filter(|line| line.contains(field)).filter_map(|l| l.split_whitespace().next()).collect();
        assert!(naming.len() > 4, "{naming:?}");
        for name in naming {
            assert!(reader.contains(&format!("Self::{name} {{")), "{name} names its {field}");
        }
    }
}

#[test]
fn a_leaf_is_stable_and_reads_back() {
    let entry = Entry {
        v: 1,
        id: Uuid::from_u128(1).into(),
        at: Timestamp::from_micros(5),
        by: Actor::Service { name: Service::Intake },
        event: AuditEvent::MailReceived { mail: Uuid::from_u128(2).into(), commitment: Digest::of(b"x") },
    };
    let leaf = entry.leaf();
    assert!(leaf.starts_with(r#"{"v":1,"id":"00000000-0000-0000-0000-000000000001","at":5,"by":{"kind":"service","name":"intake"},"event":"mail.received","#), "{leaf}");
    assert_eq!(serde_json::from_str::<Entry>(&leaf).ok(), Some(entry));
}

#[test]
fn kinds_are_unique() {
    let mut kinds = AuditEvent::KINDS.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), AuditEvent::KINDS.len());
}
