//! The record: dense order, whoever asks for it, and nothing readable before its place.

use desk::Digest;
use store::{Ordered, Purpose, Store, StoreError};

use crate::{
    engines::each,
    world::{NOON, ask, begin, event, furnish, whole_desk, work},
};

/// Gives places in batches of `most` until nothing waits; returns how many were placed. The "tree"
/// is one node per entry: what a tree is, is not the store's business.
pub async fn sequence(store: &Store, most: i64) -> usize {
    let mut placed = 0;
    loop {
        let batch = store
            .sequence(most, NOON, async |conn, size, waiting| {
                assert_eq!(conn.log_size().await?, size + i64::try_from(waiting.len()).expect("a number"));
                let leaves = (size..).zip(&waiting);
                let nodes = leaves.map(|(at, w)| (at, Digest::of(w.leaf.as_bytes()).as_bytes().to_vec())).collect();
                Ok(Ordered { nodes, root: vec![1; 32], note: format!("size {size}") })
            })
            .await
            .expect("sequenced");
        placed += batch;
        if batch == 0 {
            return placed;
        }
    }
}

pub async fn sequence_all(store: &Store) -> usize {
    sequence(store, 1_000).await
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_get_dense_places_and_are_read_in_order() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let (ticket, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.record(desk::audit::AuditEvent::TicketChanged { ticket, change: "status:open".to_owned() })
            .await
            .expect("one more");
        tx.commit(event()).await.expect("committed");

        let grant = whole_desk(Purpose::Record);
        let mut conn = store.read().await.expect("a reader");
        assert!(conn.entries(&grant, None, "", 10).await.expect("listed").is_empty(), "no place, no entry");
        assert_eq!(
            conn.trail(&work(&world.ana), ticket).await.expect("hers").len(),
            1,
            "the ticket's own page is not late"
        );
        let placed = sequence(store, 2).await;
        assert_eq!(conn.log_size().await.expect("counted"), i64::try_from(placed).expect("small"));

        let all = conn.entries_from(&grant, 0, 100).await.expect("listed");
        let places: Vec<i64> = all.iter().filter_map(|e| e.seq).collect();
        assert_eq!(places, (0..all.len()).map(|n| i64::try_from(n).expect("small")).collect::<Vec<_>>());
        let newest = conn.entries(&grant, None, "", 1).await.expect("listed");
        assert_eq!(newest[0].id, all[all.len() - 1].id);
        assert_eq!(conn.entries(&grant, Some(1), "", 10).await.expect("listed").len(), 1);
        let read = conn.entries(&grant, None, "ticket.changed", 10).await.expect("listed");
        assert_eq!((read.len(), read[0].ticket, read[0].actor_kind.as_str()), (1, Some(ticket), "service"));

        let (size, root, note, at) = conn.checkpoint().await.expect("readable").expect("there is one");
        assert_eq!((size, root.len(), at), (i64::try_from(placed).expect("small"), 32, NOON));
        let notes = conn.checkpoint_notes(2).await.expect("listed");
        assert_eq!((notes.len(), notes[1].1.as_str()), (2, note.as_str()));
        assert_eq!(conn.tree_nodes(&[1, 0]).await.expect("there").len(), 2);
        assert!(matches!(conn.tree_nodes(&[9_999]).await, Err(StoreError::NotFound)));
        assert_eq!(sequence_all(store).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_sequencers_and_many_writers_leave_no_gap_and_no_double() {
    each(async |bench| {
        let store = &bench.store;
        let writers: Vec<_> = (0..4)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    for _ in 0..50 {
                        begin(&store).await.commit(event()).await.expect("committed");
                    }
                })
            })
            .collect();
        let sequencers: Vec<_> = (0..2)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut placed = 0;
                    for _ in 0..20 {
                        placed += sequence(&store, 7).await;
                        tokio::task::yield_now().await;
                    }
                    placed
                })
            })
            .collect();
        for writer in writers {
            writer.await.expect("a writer");
        }
        let mut placed = sequence_all(store).await;
        for sequencer in sequencers {
            placed += sequencer.await.expect("a sequencer");
        }
        placed += sequence_all(store).await;
        assert_eq!(placed, 200);
        let grant = whole_desk(Purpose::Record);
        let all = store.read().await.expect("a reader").entries_from(&grant, 0, 1_000).await.expect("listed");
        assert_eq!(all.iter().filter_map(|e| e.seq).collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_committed_did_not_happen() {
    each(async |bench| {
        let store = &bench.store;
        let mut tx = begin(store).await;
        tx.set_setting("k", "v").await.expect("set");
        tx.record(event()).await.expect("recorded");
        drop(tx);
        let mut tx = begin(store).await;
        assert_eq!(tx.setting("k").await.expect("readable"), None);
        tx.set_setting("k", "w").await.expect("set");
        tx.abandon().await.expect("undone");
        assert_eq!(sequence_all(store).await, 0);
        let failed = store.sequence(10, NOON, async |_, _, _| Err(StoreError::NotFound)).await;
        assert_eq!(failed.expect("nothing waits, so nobody is asked"), 0);

        begin(store).await.commit(event()).await.expect("committed");
        let failed = store.sequence(10, NOON, async |_, _, _| Err(StoreError::NotFound)).await;
        assert!(matches!(failed, Err(StoreError::NotFound)));
        assert_eq!(sequence_all(store).await, 1, "a failed batch is placed by the next");
    })
    .await;
}
