//! Articles and what may ground a reply; what the index follows.

use desk::{
    Timestamp,
    audit::AuditEvent,
    ids::{ArticleId, SourceId},
    knowledge::{ArticleState, Audience},
    people::AiSetting,
};
use store::{ArticleFilter, Grant, NewArticle, NewSource, Purpose, Store, StoreError, Tx};

use crate::{
    engines::each,
    world::{NOON, World, ask, begin, event, furnish, whole_desk, work},
};

async fn article(
    tx: &mut Tx,
    world: &World,
    source: SourceId,
    slug: &str,
    audience: Audience,
    state: ArticleState,
) -> ArticleId {
    let new = NewArticle {
        slug,
        source,
        title: slug,
        product: "ledger",
        audience,
        state,
        owner: world.lea.agent().id,
        applies_to: "all",
        reviewed_at: Some(NOON),
        review_by: None::<Timestamp>,
    };
    let id = tx.add_article(new).await.expect("an article");
    let passages = [("Top".to_owned(), "First.".to_owned(), 0, 6), ("Top".to_owned(), "Second.".to_owned(), 7, 14)];
    tx.add_version(id, 1, slug, "First. Second.", &passages, true).await.expect("a version");
    id
}

pub async fn shelf(store: &Store, world: &World) -> [ArticleId; 3] {
    let mut tx = begin(store).await;
    let new = NewSource {
        key: "help",
        name: "Help centre",
        kind: "articles",
        owner: world.lea.agent().id,
        audience: Audience::Public,
    };
    let source = tx.add_source(new).await.expect("a source");
    let public = article(&mut tx, world, source, "invoices", Audience::Public, ArticleState::Approved).await;
    let internal = article(&mut tx, world, source, "margins", Audience::Internal, ArticleState::Approved).await;
    let stale = article(&mut tx, world, source, "old-prices", Audience::Public, ArticleState::Approved).await;
    tx.set_article_state(stale, ArticleState::Expired).await.expect("expired");
    assert!(matches!(tx.set_article_state(store::new_id(), ArticleState::Draft).await, Err(StoreError::NotFound)));
    tx.commit(event()).await.expect("committed");
    [public, internal, stale]
}

#[tokio::test(flavor = "multi_thread")]
async fn only_approved_public_words_are_there_for_a_reply() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let [public, internal, stale] = shelf(store, &world).await;
        let reply = Grant::for_agent(&world.ana, Purpose::Reply).expect("she answers");
        let mut conn = store.read().await.expect("a reader");
        let slugs = |list: Vec<store::Article>| list.into_iter().map(|a| a.slug).collect::<Vec<_>>();
        let all = ArticleFilter::default();
        assert_eq!(
            slugs(conn.articles(&work(&world.ana), &all).await.expect("listed")),
            ["invoices", "margins", "old-prices"]
        );
        assert_eq!(slugs(conn.articles(&reply, &all).await.expect("listed")), ["invoices"]);
        for hidden in [internal, stale] {
            let version = conn.article(&work(&world.ana), hidden).await.expect("at work").current.expect("there");
            assert!(matches!(conn.article(&reply, hidden).await, Err(StoreError::NotFound)));
            assert!(matches!(conn.version(&reply, hidden, 0).await, Err(StoreError::NotFound)));
            assert!(conn.versions(&reply, hidden).await.expect("none").is_empty());
            assert!(conn.passages(&reply, version).await.expect("none").is_empty());
        }
        let found = conn.article(&reply, public).await.expect("public");
        assert_eq!(
            (found.source.as_str(), found.owner.as_str(), found.number, found.versions),
            ("Help centre", "Lea", 1, 1)
        );
        let passages = conn.passages(&reply, found.current.expect("there")).await.expect("listed");
        assert_eq!(
            passages.iter().map(|p| (p.text.as_str(), p.starts, p.ends)).collect::<Vec<_>>(),
            [("First.", 0, 6), ("Second.", 7, 14)]
        );
        assert_eq!(conn.sources().await.expect("listed")[0].key, "help");
        for (filter, expected) in [
            (ArticleFilter { words: "INVO".into(), ..all.clone() }, 1),
            (ArticleFilter { source: "help".into(), ..all.clone() }, 3),
            (ArticleFilter { source: "other".into(), ..all.clone() }, 0),
            (ArticleFilter { state: "expired".into(), ..all.clone() }, 1),
        ] {
            assert_eq!(conn.articles(&work(&world.ana), &filter).await.expect("listed").len(), expected, "{filter:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_version_replaces_and_the_old_one_stays_readable() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let [public, ..] = shelf(store, &world).await;
        let mut tx = begin(store).await;
        let (second, digest) = tx
            .add_version(public, 2, "Invoices", "Third.", &[("".into(), "Third.".into(), 0, 6)], true)
            .await
            .expect("a version");
        tx.add_version(public, 3, "Invoices, draft", "Fourth.", &[], false).await.expect("a version");
        tx.commit(event()).await.expect("committed");
        let grant = work(&world.ana);
        let mut conn = store.read().await.expect("a reader");
        let heads = conn.versions(&grant, public).await.expect("listed");
        assert_eq!(
            heads.iter().map(|h| (h.number, h.state.word())).collect::<Vec<_>>(),
            [(3, "past"), (2, "current"), (1, "past")]
        );
        assert_eq!(heads[1].digest, digest.to_string());
        let current = conn.version(&grant, public, 0).await.expect("there");
        assert_eq!((current.id, current.number, current.body.as_str()), (second, 2, "Third."));
        assert_eq!(conn.version(&grant, public, 1).await.expect("there").body, "First. Second.");
        assert_eq!(conn.article(&grant, public).await.expect("there").title, "Invoices");
        let index = whole_desk(Purpose::Index);
        let passages = conn.passages_of(&index, public).await.expect("listed");
        assert_eq!(passages.iter().map(|p| (p.version, p.text.as_str())).collect::<Vec<_>>(), [(second, "Third.")]);
        assert_eq!(conn.article_ids(&index).await.expect("listed").len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_follows_the_order_and_knows_who_opted_out() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let (ticket, _) = ask(&mut tx, &world, "billing", "Invoice", NOON).await;
        tx.add_past_case(ticket, "Where?", "There.", Some(world.ana.agent().id), None, "good", "billing.invoice", NOON)
            .await
            .expect("a case");
        tx.commit(AuditEvent::TicketChanged { ticket, change: "status:open".to_owned() }).await.expect("committed");
        crate::record::sequence_all(store).await;

        let index = whole_desk(Purpose::Index);
        let mut conn = store.read().await.expect("a reader");
        let feed = conn.feed(&index, -1, 100).await.expect("followed");
        let last = feed.last().expect("entries");
        assert_eq!((last.kind.as_str(), last.ticket, last.article), ("ticket.changed", Some(ticket), None));
        assert!(conn.changes(last.seq, 100).await.expect("followed").is_empty());
        assert_eq!(conn.changes(-1, 2).await.expect("followed").len(), 2);
        let cases = conn.past_cases(&index).await.expect("listed");
        assert_eq!((cases.len(), cases[0].opted_out, cases[0].outcome.as_str()), (1, false, "good"));
        drop(conn);

        let mut tx = begin(store).await;
        tx.set_requester_ai(world.customer, AiSetting::Out).await.expect("set");
        tx.commit(event()).await.expect("committed");
        let cases = store.read().await.expect("a reader").past_cases(&index).await.expect("listed");
        assert!(cases[0].opted_out);
    })
    .await;
}
