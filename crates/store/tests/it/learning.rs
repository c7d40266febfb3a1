//! Answers that stand and that are taken back, tickets that follow, versions of the model.

use desk::{
    correction::{Changes, Sorting},
    ids::{ModelId, SuggestionId, TicketId, VerdictId},
    operating::OperatingModel,
    people::AiSetting,
    promotion::{Comparison, Score},
    suggestion::{Confidence, Doubt, Maker, Suggestion, VerdictKind},
    ticket::Priority,
    triage::Triage,
};
use sqlx::{Connection, Executor};
use store::{Grant, ModelState, NewModel, Purpose, Store, StoreError, SuggestionKind, Tx};

use crate::{
    engines::each,
    world::{NOON, World, ask, begin, event, furnish, whole_desk, work},
};

fn look(category: &str) -> Suggestion<Triage> {
    let value = serde_json::json!({
        "category": category, "candidates": [[category, 0.7]], "priority": "normal", "risk": [],
        "operating_model": "product_question", "queue": "product"
    });
    Suggestion {
        value: serde_json::from_value(value).expect("a look"),
        confidence: Confidence::Probability { value: 0.7 },
        because: vec![],
        made_by: Maker { engine: "classify".into(), version: "1".into(), policy: "p".into() },
        made_at: NOON,
    }
}

fn changes(to: &str) -> Changes {
    let before = Sorting {
        category: Some("product.howto".into()),
        queue: "product".into(),
        operating_model: Some(OperatingModel::ProductQuestion),
        priority: Priority::Normal,
        doubt: Some(Doubt::Check),
        risk: vec![],
    };
    let after = Sorting { category: Some(to.into()), queue: "billing".into(), ..before.clone() };
    Changes { before, after, dismissed: vec![] }
}

async fn suggested(tx: &mut Tx, world: &World) -> (TicketId, SuggestionId) {
    let (ticket, message) = ask(tx, world, "product", "Invoice", NOON).await;
    let id = tx.add_suggestion(ticket, message, SuggestionKind::Triage, &look("product.howto")).await.expect("kept");
    (ticket, id)
}

async fn edit(tx: &mut Tx, world: &World, suggestion: SuggestionId) -> VerdictId {
    let to = "billing.invoice";
    tx.add_verdict(suggestion, &world.ana, VerdictKind::Edited, Some(to), None, Some(&changes(to)))
        .await
        .expect("given")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_is_what_nobody_took_back() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let mut tx = bench.store.begin(&world.ana, NOON).await.expect("a transaction");
        let (ticket, suggestion) = suggested(&mut tx, &world).await;
        let first = edit(&mut tx, &world, suggestion).await;
        let second = edit(&mut tx, &world, suggestion).await;
        tx.commit(event()).await.expect("committed");

        let (mine, all) = (work(&world.ana), whole_desk(Purpose::Index));
        let mut conn = bench.store.read().await.expect("a reader");
        let given = conn.verdict(&mine, second).await.expect("there");
        assert_eq!((given.ticket, given.stands, given.changes), (ticket, true, Some(changes("billing.invoice"))));
        assert!(!conn.verdict(&mine, first).await.expect("there").stands, "replaced");
        let nowhere = conn.verdict(&work(&world.nils), second).await;
        assert!(matches!(nowhere, Err(StoreError::NotFound)), "{nowhere:?}");
        let learnt = conn.learnt(&all).await.expect("readable");
        assert_eq!(learnt.iter().map(|l| l.verdict).collect::<Vec<_>>(), [second]);
        assert_eq!((learnt[0].latest.as_str(), learnt[0].category.as_str()), ("Where is it?", "billing.invoice"));
        let listed = conn.corrections(&mine, None, 5).await.expect("listed");
        assert_eq!(listed.items.iter().map(|c| c.verdict).collect::<Vec<_>>(), [second], "not what was replaced");
        assert_eq!(conn.corrections_since(NOON.plus_seconds(-1)).await.expect("counted"), 1);
        assert!(conn.learnt(&mine).await.is_err(), "only the index learns");
        drop(conn);

        let mut tx = bench.store.begin(&world.ana, NOON.plus_seconds(1)).await.expect("a transaction");
        tx.withdraw_verdict(second, &world.ana).await.expect("taken back");
        assert!(matches!(tx.withdraw_verdict(second, &world.ana).await, Err(StoreError::Stale)), "once");
        assert!(tx.verdict(&mine, first).await.expect("there").stands, "the one before stands again");
        tx.withdraw_verdict(first, &world.ana).await.expect("taken back");
        assert!(tx.learnt(&all).await.expect("readable").is_empty());
        assert!(!tx.has_persons_category(ticket).await.expect("readable"));
        let listed = tx.corrections(&mine, None, 1).await.expect("listed");
        assert!(listed.more && listed.items[0].withdrawn && listed.items[0].verdict == second);
        assert_eq!(listed.items[0].from.as_deref(), Some("product.howto"));
        let rest = tx.corrections(&mine, Some((listed.items[0].at, second)), 5).await.expect("listed");
        assert_eq!(rest.items.iter().map(|c| c.verdict).collect::<Vec<_>>(), [first]);
        tx.commit(event()).await.expect("committed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_that_somebody_touched_are_not_offered() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let mut tx = begin(&bench.store).await;
        let (calm, _) = suggested(&mut tx, &world).await;
        let (noted, _) = suggested(&mut tx, &world).await;
        let (answered, suggestion) = suggested(&mut tx, &world).await;
        tx.commit(event()).await.expect("committed");
        let mut tx = bench.store.begin(&world.ana, NOON).await.expect("a transaction");
        let note = tx.add_note(noted, world.ana.agent().id, "mine").await.expect("a note");
        tx.record(desk::audit::AuditEvent::NoteWritten { ticket: noted, note }).await.expect("recorded");
        let verdict = edit(&mut tx, &world, suggestion).await;
        tx.add_move(verdict, calm, &changes("billing.invoice")).await.expect("kept");
        tx.record(desk::audit::AuditEvent::TicketMoved { ticket: calm, verdict, way: "moved".into() })
            .await
            .expect("recorded");
        let event = desk::audit::AuditEvent::VerdictGiven { ticket: answered, suggestion, verdict: "edited".into() };
        tx.commit(event).await.expect("committed");

        let mut conn = bench.store.read().await.expect("a reader");
        let offered = |grant: Grant| {
            let store = bench.store.clone();
            async move {
                let found = store.read().await.expect("a reader").untouched(&grant, 10).await.expect("readable");
                found.into_iter().map(|u| u.ticket).collect::<Vec<_>>()
            }
        };
        assert_eq!(offered(work(&world.ana)).await, [calm], "a ticket that only followed is untouched");
        assert_eq!(offered(work(&world.nils)).await, []);
        assert!(!conn.is_untouched(noted).await.expect("readable"));
        assert_eq!(conn.moves(verdict).await.expect("readable"), [(calm, changes("billing.invoice"))]);
        drop(conn);
        let mut tx = begin(&bench.store).await;
        tx.move_restored(verdict, calm).await.expect("noted");
        assert_eq!(tx.moves(verdict).await.expect("readable"), []);
        tx.abandon().await.expect("undone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn near_cases_and_answers_are_read_within_the_grant() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let mut tx = begin(&bench.store).await;
        let (ticket, suggestion) = suggested(&mut tx, &world).await;
        let (other, _) = suggested(&mut tx, &world).await;
        let gone: TicketId = store::new_id();
        tx.keep_nearest(suggestion, &[(other, 0.5), (gone, 0.9)]).await.expect("kept");
        tx.ask_check(suggestion).await.expect("asked");
        edit(&mut tx, &world, suggestion).await;
        tx.commit(event()).await.expect("committed");
        let mut conn = bench.store.read().await.expect("a reader");
        let near = conn.nearest(&work(&world.ana), suggestion).await.expect("readable");
        assert_eq!(near.iter().map(|n| (n.ticket, n.similarity)).collect::<Vec<_>>(), [(other, 0.5)]);
        assert_eq!(near[0].said, (AiSetting::Default, AiSetting::Default));
        assert!(conn.nearest(&work(&world.nils), suggestion).await.expect("readable").is_empty());

        let seen = conn.answered(&work(&world.ana), NOON).await.expect("readable");
        assert_eq!(seen.len(), 1, "no answer and no reply: nothing to count");
        assert_eq!((seen[0].ticket, seen[0].sampled, seen[0].confidence), (ticket, true, Some(0.7)));
        assert_eq!(seen[0].verdict, Some((VerdictKind::Edited, Some("billing.invoice".to_owned()))));
        assert!(conn.answered(&work(&world.ana), NOON.plus_seconds(1)).await.expect("readable").is_empty());
        assert!(conn.answered(&work(&world.nils), NOON).await.expect("readable").is_empty());
    })
    .await;
}

async fn trained(store: &Store, at: i64) -> ModelId {
    let new = NewModel { bytes: b"weights", fingerprint: "f", examples: 3, corrections: 1, split: 1, metrics: "{}" };
    let mut tx = store.begin(&crate::world::machine(), NOON.plus_seconds(at)).await.expect("a transaction");
    let id = tx.keep_model(new).await.expect("kept");
    tx.commit(event()).await.expect("committed");
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn one_model_runs_and_the_last_few_are_kept() {
    each(async |bench| {
        let store = &bench.store;
        let first = trained(store, 0).await;
        let mut tx = begin(store).await;
        tx.promote_model(first, None, "the first").await.expect("promoted");
        tx.commit(event()).await.expect("committed");
        let worse = Comparison { corrections: Score { n: 2, running: 2, candidate: 1 }, cases: Score::default() };
        for at in 1..14 {
            let id = trained(store, at).await;
            let mut tx = begin(store).await;
            tx.refuse_model(id, &worse, "worse").await.expect("refused");
            tx.commit(event()).await.expect("committed");
        }
        let mut conn = store.read().await.expect("a reader");
        assert_eq!(conn.running_model().await.expect("readable").expect("one").id, first);
        let kept = conn.models().await.expect("readable");
        assert_eq!(kept.len(), 11);
        assert_eq!((kept[0].state, kept[0].compared), (ModelState::Refused, Some(worse)));
        drop(conn);
        let (left, next) = (trained(store, 20).await, trained(store, 21).await);
        let mut tx = begin(store).await;
        assert_eq!(tx.model(left).await.expect("there").state, ModelState::Retired, "nobody finished with it");
        tx.promote_model(next, Some(&worse), "better").await.expect("promoted");
        assert_eq!(tx.model(first).await.expect("there").state, ModelState::Retired);
        assert_eq!(tx.running_model().await.expect("readable").expect("one").id, next);
        assert_eq!(tx.model_bytes(next).await.expect("there"), b"weights");
        assert!(matches!(tx.promote_model(store::new_id(), None, "x").await, Err(StoreError::NotFound)));
        tx.abandon().await.expect("undone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn yesterdays_model_is_the_running_version() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("desk.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut old = sqlx::SqliteConnection::connect_with(&options).await.expect("a new file");
    for script in [
        include_str!("../../migrations/0001_desk.sql").replace("{BLOB}", "blob"),
        include_str!("../../migrations/0001_locks.sqlite.sql").to_owned(),
        "create table schema_version (number bigint primary key); insert into schema_version values (1);
         insert into models values ('triage', x'0102', 'fp', 'm', 7)"
            .to_owned(),
    ] {
        old.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(script))).await.expect("yesterday's schema");
    }
    old.close().await.expect("closed");
    let store = Store::open(&format!("sqlite:{}", path.display())).await.expect("opens");
    let mut conn = store.read().await.expect("a reader");
    let running = conn.running_model().await.expect("readable").expect("carried over");
    assert_eq!((running.fingerprint.as_str(), running.split, running.metrics), ("fp", 0, None));
    assert_eq!(conn.model_bytes(running.id).await.expect("there"), [1, 2]);
}
