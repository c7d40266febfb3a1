//! Every kind of event against every kind of listener: what belongs to a ticket is heard by who may see the ticket, and by nobody
//! else. The kinds come from the record's own list, so that a new one is asked without anybody thinking of it.

use std::{collections::BTreeSet, time::Duration};

use desk::{
    audit::{AuditEvent, Service},
    ids::EntryId,
    people::Role,
};
use store::{ServiceIdentity, new_id};

use crate::{
    api_events::listen,
    client::Client,
    harness::{TestDesk, add_person, on_each},
};

/// Whose ticket an event belongs to: one of the agent's queue, one of another, or none.
const PLACES: [&str; 3] = ["own", "foreign", "none"];

/// Who listens, and whether they hear of each of [`PLACES`].
const LISTENERS: [(&str, [bool; 3]); 6] = [
    ("timo", [true, false, true]),
    ("olga", [false, true, true]),
    ("kim", [true, false, true]),
    ("mara", [true, true, true]),
    ("ada", [true, true, true]),
    ("helene", [true, true, true]),
];

async fn write(desk: &TestDesk, statement: String) {
    let identity = ServiceIdentity::new(Service::CommandLine);
    let mut tx = desk.app.store.begin(&identity, desk.app.clock.now()).await.unwrap();
    // Ids and kinds are made here and in code; a test may leak its statements.
    tx.execute(Box::leak(statement.into_boxed_str()), Vec::new()).await.unwrap();
    // Its entry waits for a place and gets none here.
    tx.commit(AuditEvent::PagesCleared { pages: 0 }).await.unwrap();
}

/// Two tickets, the second in the other queue.
async fn tickets(desk: &TestDesk) -> [String; 2] {
    desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
    desk.receive("bo@orchard.example", "Sign-in", "Where can I change who signs in?").await;
    write(desk, "update tickets set queue = 'billing' where number = 1001".to_owned()).await;
    write(desk, "update tickets set queue = 'security' where number = 1002".to_owned()).await;
    let mut conn = desk.app.store.read().await.unwrap();
    let rows = conn.rows("select id from tickets order by number", Vec::new()).await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.columns().take().unwrap()).collect();
    ids.try_into().unwrap()
}

/// One event of each kind in each place, in order, after what is there.
async fn fill(desk: &TestDesk) -> i64 {
    let [own, foreign] = tickets(desk).await;
    let first = desk.app.store.read().await.unwrap().log_size().await.unwrap();
    let (mut entries, mut order) = (Vec::new(), Vec::new());
    for (n, kind) in AuditEvent::KINDS.iter().enumerate() {
        for (m, ticket) in [format!("'{own}'"), format!("'{foreign}'"), "null".to_owned()].iter().enumerate() {
            let id: EntryId = new_id();
            let seq = first + i64::try_from(n * PLACES.len() + m).unwrap();
            entries.push(format!("('{id}', 0, '{kind}', 'service', 'test', {ticket}, null, '')"));
            order.push(format!("({seq}, '{id}')"));
        }
    }
    let columns = "(id, at, kind, actor_kind, actor_id, ticket_id, article_id, leaf)";
    write(desk, format!("insert into entries {columns} values {}", entries.join(", "))).await;
    write(desk, format!("insert into entry_order (seq, entry_id) values {}", order.join(", "))).await;
    first
}

async fn hears(who: &Client, first: i64) -> BTreeSet<i64> {
    let (heard, _) = listen(who, Some(first - 1), Duration::from_secs(3)).await;
    heard.lines().filter_map(|line| line.strip_prefix("id: ")?.parse().ok()).collect()
}

#[test]
fn every_kind_of_event_is_heard_where_its_ticket_is_seen() {
    on_each(async |desk| {
        add_person(&desk.app, "kim", Role::KnowledgeOwner, &["billing"]).await;
        add_person(&desk.app, "ada", Role::Admin, &[]).await;
        let mut people = Vec::new();
        for (name, expected) in LISTENERS {
            people.push((name, expected, desk.sign_in(name).await));
        }
        desk.settle().await;
        let first = fill(desk).await;
        for (name, expected, who) in &people {
            let heard = hears(who, first).await;
            let mut wrong = Vec::new();
            for (n, kind) in AuditEvent::KINDS.iter().enumerate() {
                for (m, place) in PLACES.iter().enumerate() {
                    let seq = first + i64::try_from(n * PLACES.len() + m).unwrap();
                    if heard.contains(&seq) != expected[m] {
                        wrong.push(format!("{kind}, {place}"));
                    }
                }
            }
            assert!(wrong.is_empty(), "{name}: {wrong:?}");
        }
    });
}
