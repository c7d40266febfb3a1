//! People, their sessions, their say.

use desk::{
    Digest,
    people::{AiSetting, Role},
    ticket::Status,
};
use store::{NewSession, OpenedWith, StoreError};

use crate::{
    engines::each,
    world::{NOON, agent, ask, begin, event, furnish, signed_in, work},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_until_it_ends_expires_or_its_person_leaves() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let hash = |name: &str| *Digest::of(format!("{name}@fernhill.example").as_bytes()).as_bytes();
        let mut conn = store.read().await.expect("a reader");
        let later = NOON.plus_seconds(3600);
        assert!(conn.session(&hash("ana"), NOON).await.expect("readable").is_some());
        assert!(conn.session(&hash("ana"), later).await.expect("readable").is_none(), "expired at the second it says");
        assert!(conn.session(b"other", NOON).await.expect("readable").is_none());
        assert!(conn.session_again(world.ana.id(), NOON).await.expect("readable").is_some());
        drop(conn);

        let mut tx = begin(store).await;
        tx.end_session(world.ana.id()).await.expect("ended");
        tx.deactivate_agent(world.lea.agent().id).await.expect("left");
        tx.sign_in_failed("digest").await.expect("noted");
        tx.sign_in_failed("digest").await.expect("noted");
        tx.commit(event()).await.expect("committed");
        let mut conn = store.read().await.expect("a reader");
        assert!(conn.session(&hash("ana"), NOON).await.expect("readable").is_none());
        assert!(conn.session_again(world.lea.id(), NOON).await.expect("readable").is_none());
        assert!(conn.password_of("lea@fernhill.example").await.expect("readable").is_none(), "who left cannot sign in");
        let (id, kept) = conn.password_of("nils@fernhill.example").await.expect("readable").expect("there");
        assert_eq!((id, kept.as_str()), (world.nils.agent().id, "hash"));
        assert_eq!(
            conn.agents().await.expect("listed").iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
            ["Ana", "Nils", "Rita"]
        );
        assert_eq!(conn.agent(world.lea.agent().id).await.expect("still named").name, "Lea");
        assert_eq!(store.sign_in_failures("digest", NOON).await.expect("counted"), 2);
        assert_eq!(store.sign_in_failures("digest", NOON.plus_seconds(1)).await.expect("counted"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_one_person() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let refused = |e| matches!(e, Err(StoreError::Constraint { .. }));
        let mut tx = begin(store).await;
        assert!(refused(tx.add_agent(&agent("Ana", Role::Admin, &[]), None).await));
        tx.abandon().await.expect("undone");
        let mut tx = begin(store).await;
        assert!(refused(tx.add_agent(&agent("Zoe", Role::Agent, &["no.such.queue"]), None).await));
        tx.abandon().await.expect("undone");
        let mut tx = begin(store).await;
        for key in ["", "Upper", "with,comma", "with%", "with_"] {
            assert!(refused(tx.put_queue(key, "x").await), "{key:?} would widen a grant's pattern");
        }
        let hash = Digest::of(b"rita@fernhill.example");
        let taken = NewSession {
            agent: world.ana.agent().id,
            token_hash: hash.as_bytes(),
            expires_at: NOON,
            client: "",
            opened_with: OpenedWith::Password,
            proved_at: None,
        };
        assert!(matches!(tx.open_session(taken).await, Err(StoreError::Constraint { .. })));
        tx.abandon().await.expect("undone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_of_people_and_the_desk_are_read_back() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let zoe = signed_in(store, &agent("Zoe", Role::KnowledgeOwner, &["billing", "product"])).await;
        assert_eq!(zoe.agent().queues, ["billing", "product"]);
        let mut tx = begin(store).await;
        tx.set_requester_ai(world.customer, AiSetting::Out).await.expect("set");
        tx.set_agent_ai(zoe.agent().id, AiSetting::In).await.expect("set");
        let nobody = tx.set_requester_ai(store::new_id(), AiSetting::Out).await;
        assert!(matches!(nobody, Err(StoreError::NotFound)));
        let (ticket, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.commit(event()).await.expect("committed");

        let mut conn = store.read().await.expect("a reader");
        let customer = conn.requester(world.customer).await.expect("there");
        assert_eq!((customer.ai, customer.organization), (AiSetting::Out, Some(world.company)));
        assert_eq!(conn.requester_by_email("ola@orchard.example").await.expect("readable").as_ref(), Some(&customer));
        assert_eq!(conn.cast().await.expect("listed"), [customer]);
        assert_eq!(conn.organization(world.company).await.expect("there").domain, "orchard.example");
        assert_eq!(conn.agent(zoe.agent().id).await.expect("there").ai, AiSetting::In);
        assert_eq!(conn.queues().await.expect("listed").len(), 2);
        let categories = conn.categories().await.expect("listed");
        assert_eq!(categories.iter().map(|c| c.key.as_str()).collect::<Vec<_>>(), ["product.howto", "billing.invoice"]);
        assert_eq!(conn.status_choice("product.howto", zoe.agent().id).await.expect("readable"), None::<Status>);
        assert_eq!(conn.ticket(&work(&zoe), ticket).await.expect("hers").requester.1, "ola@orchard.example");
    })
    .await;
}
