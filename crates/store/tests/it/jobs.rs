//! Background work: queued once, claimed once, returned or given up.

use std::{collections::HashSet, sync::Arc};

use store::{KEPT_SECONDS, KEY_LEASE_SECONDS, Kept, NewJob, Store};
use tokio::sync::Mutex;

use crate::{
    engines::each,
    world::{NOON, begin, event, furnish},
};

async fn queue(store: &Store, kind: &'static str, subjects: impl IntoIterator<Item = String>) {
    let mut tx = begin(store).await;
    for subject in subjects {
        tx.queue_job(NewJob { kind, subject: &subject, run_at: NOON }).await.expect("queued");
    }
    tx.commit(event()).await.expect("committed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_s_life() {
    each(async |bench| {
        let store = &bench.store;
        queue(store, "draft", ["t1".to_owned(), "t1".to_owned(), "t2".to_owned()]).await;
        let counts = store.job_counts().await.expect("counted");
        assert_eq!((counts.waiting, counts.running, counts.failed), (2, 0, 0), "the same work is queued once");

        assert!(store.claim_job(&["draft"], NOON.plus_seconds(-1), 60).await.expect("asked").is_none(), "not yet due");
        assert!(store.claim_job(&["dra", "other"], NOON, 60).await.expect("asked").is_none(), "not our kind");
        let first = store.claim_job(&["other", "draft"], NOON, 60).await.expect("asked").expect("due");
        assert_eq!((first.subject.as_str(), first.attempts), ("t1", 1));

        // While it runs, new work for the same subject waits its turn.
        queue(store, "draft", ["t1".to_owned()]).await;
        assert_eq!(store.job_counts().await.expect("counted").waiting, 2);

        // Its worker died: another claims it, and the dead one's result is refused.
        let second = store.claim_job(&["draft"], NOON.plus_seconds(61), 60).await.expect("asked").expect("lease over");
        assert_eq!((second.id, second.attempts), (first.id, 2));
        assert!(!store.finish_job(&first).await.expect("asked"));
        assert!(store.finish_job(&second).await.expect("asked"));

        let third = store.claim_job(&["draft"], NOON, 60).await.expect("asked").expect("t2 or t1");
        store.return_job(&third, None, "the mail cannot be read").await.expect("given up");
        let fourth = store.claim_job(&["draft"], NOON, 60).await.expect("asked").expect("the other");
        store.return_job(&fourth, Some(NOON.plus_seconds(30)), "try later").await.expect("returned");
        let counts = store.job_counts().await.expect("counted");
        assert_eq!((counts.waiting, counts.running, counts.failed), (1, 0, 1));
        assert!(store.claim_job(&["draft"], NOON, 60).await.expect("asked").is_none(), "not before its time");
        assert!(store.claim_job(&["draft"], NOON.plus_seconds(30), 60).await.expect("asked").is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_workers_share_two_thousand_jobs_without_doubling_one() {
    each(async |bench| {
        let store = &bench.store;
        queue(store, "embed", (0..2_000).map(|n| format!("s{n:04}"))).await;
        let done = Arc::new(Mutex::new(Vec::new()));
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let (store, done) = (store.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    while let Some(job) = store.claim_job(&["embed"], NOON, 600).await.expect("asked") {
                        assert!(store.finish_job(&job).await.expect("asked"), "nobody else holds it");
                        done.lock().await.push(job.subject);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.await.expect("a worker");
        }
        let done = done.lock().await;
        assert_eq!(done.len(), 2_000);
        assert_eq!(done.iter().collect::<HashSet<_>>().len(), 2_000);
        let counts = store.job_counts().await.expect("counted");
        assert_eq!((counts.waiting, counts.running), (0, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_keeps_its_lease_as_long_as_somebody_says_so() {
    each(async |bench| {
        let store = &bench.store;
        queue(store, "draft", ["t1".to_owned()]).await;
        let slow = store.claim_job(&["draft"], NOON, 30).await.expect("asked").expect("due");
        assert!(store.renew_job(&slow, NOON.plus_seconds(50)).await.expect("asked"));
        assert!(store.claim_job(&["draft"], NOON.plus_seconds(49), 30).await.expect("asked").is_none(), "still at it");
        let other = store.claim_job(&["draft"], NOON.plus_seconds(51), 30).await.expect("asked").expect("lease over");
        assert!(!store.renew_job(&slow, NOON.plus_seconds(90)).await.expect("asked"), "another holds it");
        assert!(store.finish_job(&other).await.expect("asked"));
        assert!(!store.renew_job(&other, NOON.plus_seconds(90)).await.expect("asked"), "it is done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_finds_its_first_result() {
    each(async |bench| {
        let store = &bench.store;
        let reserve = async |actor: &str, key: &str, seconds: i64| {
            store.reserve_key(actor, key, "POST /x", "d", NOON.plus_seconds(seconds)).await.expect("asked")
        };
        assert!(reserve("agent", "k", 0).await, "reserved");
        assert!(!reserve("agent", "k", 0).await, "somebody was first");
        assert!(store.keep_answer("agent", "k", 201, "{}", NOON).await.expect("asked"), "answered");
        assert!(!store.keep_answer("agent", "k", 500, "late", NOON).await.expect("asked"), "the first answer stays");
        assert!(!reserve("agent", "k", 3600).await, "an answer is not taken over");
        let kept = Kept { route: "POST /x".into(), body_digest: "d".into(), status: 201, response: "{}".to_owned() };
        assert_eq!(store.kept("agent", "k").await.expect("readable"), Some(kept));
        assert_eq!(store.kept("other", "k").await.expect("readable"), None, "keys belong to their actor");
        assert!(reserve("agent", "l", 0).await);
        store.forget_key("agent", "l").await.expect("freed");
        assert!(reserve("agent", "l", 0).await);
        store.forget_key("agent", "k").await.expect("asked");
        assert!(store.kept("agent", "k").await.expect("readable").is_some(), "an answer is not forgotten");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_outlives_neither_its_process_nor_its_day() {
    each(async |bench| {
        let store = &bench.store;
        let at = |seconds| NOON.plus_seconds(seconds);
        let reserve = async |route: &str, seconds: i64| {
            store.reserve_key("agent", "k", route, "d", at(seconds)).await.expect("asked")
        };
        assert!(reserve("POST /x", 0).await);
        assert!(!reserve("POST /x", KEY_LEASE_SECONDS).await, "it may still run");
        assert!(store.renew_key("agent", "k", at(40)).await.expect("asked"));
        assert!(!reserve("POST /x", 40 + KEY_LEASE_SECONDS).await, "it still runs");
        assert!(!reserve("POST /y", 41 + KEY_LEASE_SECONDS).await, "another request has no right to it");
        assert!(reserve("POST /x", 41 + KEY_LEASE_SECONDS).await, "its process died");
        assert!(!reserve("POST /x", 42 + KEY_LEASE_SECONDS).await, "and it is held again");
        assert!(store.keep_answer("agent", "k", 201, "{}", at(200)).await.expect("asked"));
        assert!(!store.renew_key("agent", "k", at(300)).await.expect("asked"), "an answer does not grow younger");
        assert_eq!(store.purge_keys(at(200 + KEPT_SECONDS)).await.expect("asked"), 0);
        assert_eq!(store.purge_keys(at(201 + KEPT_SECONDS)).await.expect("asked"), 1);
        assert_eq!(store.kept("agent", "k").await.expect("readable"), None);
    })
    .await;
}

/// What leaves no entry in the record is this, and nothing creeps in.
#[test]
fn housekeeping_writes_these_tables_and_no_other() {
    let source = include_str!("../../src/housekeeping.rs");
    let code: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let mut written: Vec<&str> = ["insert into ", "update ", "delete from "]
        .iter()
        .flat_map(|verb| code.split(verb).skip(1))
        .filter_map(|rest| rest.split_whitespace().next())
        .filter(|table| *table != "set")
        .collect();
    written.sort_unstable();
    written.dedup();
    let expected = ["idempotency", "jobs", "mailboxes", "outbox", "ticket_reads", "vectors"];
    assert_eq!(written, expected);
    let letters: Vec<&str> = code.split("update outbox ").skip(1).filter_map(|rest| rest.split(" = ").next()).collect();
    assert_eq!(letters, ["set lease_until"], "nothing of a letter but its lease");
}

#[tokio::test(flavor = "multi_thread")]
async fn caches_and_remarks_are_overwritten_in_place() {
    each(async |bench| {
        let store = &bench.store;
        furnish(store).await;
        let vectors = [("d1".to_owned(), vec![1, 2]), ("d2".to_owned(), vec![])];
        store.keep_vectors("m1", &vectors).await.expect("kept");
        store.keep_vectors("m1", &vectors).await.expect("kept again");
        assert_eq!(store.vector("d1", "m1").await.expect("readable"), Some(vec![1, 2]));
        assert_eq!(store.vector("d2", "m1").await.expect("readable"), Some(vec![]));
        assert_eq!(store.vector("d1", "m2").await.expect("readable"), None, "another model's vector is no answer");

        let mut tx = begin(store).await;
        tx.put_mailbox("support@fernhill.example").await.expect("added");
        tx.put_mailbox("support@fernhill.example").await.expect("known");
        tx.set_setting("k", "v").await.expect("set");
        tx.set_setting("k", "w").await.expect("set");
        tx.commit(event()).await.expect("committed");
        let address = "support@fernhill.example";
        store.mailbox_fetched(address, Some(7), 41, "ok", "read", NOON).await.expect("noted");
        store.mailbox_fetched(address, None, 42, "failing", "no answer", NOON).await.expect("noted");
        let mut conn = store.read().await.expect("a reader");
        let mailbox = conn.mailboxes().await.expect("listed").remove(0);
        assert_eq!((mailbox.uid_validity, mailbox.last_uid, mailbox.state.as_str()), (Some(7), 42, "failing"));
        assert_eq!(conn.setting("k").await.expect("readable").as_deref(), Some("w"));
        assert_eq!(conn.setting("none").await.expect("readable"), None);
    })
    .await;
}
