//! Policies: versions only ever added, the highest counts, and owners who left are seen at once.

use desk::{
    ids::AgentId,
    people::Role,
    policy::{Owner, Policy, PolicyKind, Standing},
};
use store::{Store, StoreError, Tx, raw::Value};

use crate::{
    engines::each,
    world::{NOON, agent, begin, event, furnish, signed_in},
};

const KEY: &str = "billing.invoice";

fn version(number: i64, owner: AgentId) -> Policy {
    Policy {
        kind: PolicyKind::OperatingModel,
        key: KEY.to_owned(),
        name: "Invoices".to_owned(),
        version: number,
        body: format!("# {number}\nmodel = \"billing_explanation\"\n"),
        categories: Vec::new(),
        owner: Owner::Active { id: owner, name: String::new() },
        review_by: Some(NOON.plus_seconds(90 * 86_400)),
        made_by: Some(owner),
        made_at: Some(NOON),
        note: "why".to_owned(),
    }
}

async fn add(store: &Store, policy: &Policy) -> Result<(), StoreError> {
    let mut tx = begin(store).await;
    tx.add_policy(policy).await?;
    tx.commit(event()).await.map(|_| ())
}

async fn current(store: &Store) -> Policy {
    let policies = store.read().await.expect("a reader").policies().await.expect("readable");
    policies.find(PolicyKind::OperatingModel, KEY).expect("there").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_highest_version_counts_and_none_is_ever_changed() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let lea = world.lea.agent().id;
        assert_eq!((current(&bench.store).await.version, current(&bench.store).await.owner), (1, Owner::Nobody));
        for number in [1, 2] {
            add(&bench.store, &version(number, lea)).await.expect("added");
        }
        let found = current(&bench.store).await;
        assert_eq!((found.version, found.name.as_str(), found.made_by), (2, "Invoices", Some(lea)));
        assert!(matches!(found.owner, Owner::Active { ref name, .. } if name == "lea" || name == "Lea"));
        let twice = add(&bench.store, &version(2, lea)).await;
        assert!(matches!(twice, Err(StoreError::Stale)), "{twice:?}");

        let mut conn = bench.store.read().await.expect("a reader");
        let versions = conn.policy_versions(PolicyKind::OperatingModel, KEY).await.expect("readable");
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [2, 1]);
        let first = conn.policy_version(PolicyKind::OperatingModel, KEY, 1).await.expect("there");
        assert!(first.body.starts_with("# 1"));
        let none = conn.policy_version(PolicyKind::OperatingModel, KEY, 3).await;
        assert!(matches!(none, Err(StoreError::NotFound)), "{none:?}");
        drop(conn);
        for statement in ["update policies set body = $1", "delete from policies where body <> $1"] {
            let mut tx = begin(&bench.store).await;
            let refused = tx.execute(statement, vec![Value::Text(Some("x".to_owned()))]).await;
            assert!(matches!(refused, Err(StoreError::Constraint { .. })), "{refused:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_was_switched_off_is_gone() {
    each(async |bench| {
        furnish(&bench.store).await;
        let owner = signed_in(&bench.store, &agent("Otto", Role::Lead, &[])).await.agent().id;
        add(&bench.store, &version(2, owner)).await.expect("added");
        assert_eq!(current(&bench.store).await.standing(NOON), Standing::Current);
        let mut tx = begin(&bench.store).await;
        tx.deactivate_agent(owner).await.expect("switched off");
        tx.commit(event()).await.expect("committed");
        let found = current(&bench.store).await;
        assert_eq!(found.owner, Owner::Gone { id: owner, name: "Otto".to_owned() });
        assert!(matches!(found.standing(NOON), Standing::Lapsed { .. }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn skills_are_replaced_as_a_whole() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let set = async |tx: &mut Tx, skills: &[&str]| {
            let skills: Vec<_> = skills.iter().map(|s| s.parse().expect("a skill")).collect();
            tx.set_skills(world.ana.agent().id, &skills).await.expect("set");
        };
        for skills in [&["language:de", "product:relay", "product:relay"][..], &["category:billing.invoice"][..]] {
            let mut tx = begin(&bench.store).await;
            set(&mut tx, skills).await;
            tx.commit(event()).await.expect("committed");
        }
        let found = bench.store.read().await.expect("a reader").skills().await.expect("readable");
        let told: Vec<_> = found.iter().map(|(who, skill)| (*who, skill.to_string())).collect();
        assert_eq!(told, [(world.ana.agent().id, "category:billing.invoice".to_owned())]);
    })
    .await;
}
