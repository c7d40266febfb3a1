//! One schema on both engines, spelled with the trade's words, and what happens on opening.

use std::collections::{BTreeMap, BTreeSet};

use desk::{
    draft::{DraftOrigin, DraftState},
    eval::Severity,
    gate::{Judgement, State, Subject},
    knowledge::{ArticleState, Audience},
    operating::OperatingModel,
    people::{AiSetting, Cohort, Role},
    policy::PolicyKind,
    review::{Answer, Lot, Side, Verdict, WouldSend},
    source::{Arrival, FedBy, SyncState},
    suggestion::{Doubt, VerdictKind},
    target::Promised,
    ticket::{DraftReadiness, Priority, Status},
};
use store::{
    AskedWhy, ChallengeOutcome, DigestMail, EscalationState, EvalCaseState, ExchangeState, GeneratedKind, MailSource,
    MailState, MeansKind, ModelState, PostWay, PromiseState, ShadowState, Stage, Store, StoreError, SuggestionKind,
    UpdateDelivery, raw::Value,
};

use crate::{
    engines::{each, on_postgres, on_sqlite, postgres},
    world::{NOON, ask, begin, event, furnish, whole_desk},
};

const DDL: &[&str] = &[
    include_str!("../../migrations/0001_desk.sql"),
    include_str!("../../migrations/0002_policies.sql"),
    include_str!("../../migrations/0004_learning.sql"),
    include_str!("../../migrations/0007_sources.sql"),
    include_str!("../../migrations/0057_policy_kinds.sql"),
    include_str!("../../migrations/0058_escalation.sql"),
    include_str!("../../migrations/0060_posts.sql"),
    include_str!("../../migrations/0065_attention.sql"),
    include_str!("../../migrations/0070_eval_cases.sql"),
    include_str!("../../migrations/0080_reviews.sql"),
    include_str!("../../migrations/0082_digests.sql"),
    include_str!("../../migrations/0085_gates.sql"),
    include_str!("../../migrations/0086_shadows.sql"),
    include_str!("../../migrations/0090_eval_joins.sql"),
    include_str!("../../migrations/0091_generated_failures.sql"),
    include_str!("../../migrations/0095_visits.sql"),
];

/// Columns and the closed list their CHECK must spell.
const LISTS: &[(&str, &[&str])] = &[
    ("categories.operating_model", OperatingModel::WORDS),
    ("tickets.operating_model", OperatingModel::WORDS),
    ("organizations.ai", AiSetting::WORDS),
    ("requesters.ai", AiSetting::WORDS),
    ("agents.ai", AiSetting::WORDS),
    ("requesters.cohort", Cohort::WORDS),
    ("agents.role", Role::WORDS),
    ("mails.source", MailSource::WORDS),
    ("mails.state", MailState::WORDS),
    ("tickets.status", Status::WORDS),
    ("tickets.priority", Priority::WORDS),
    ("tickets.doubt", Doubt::WORDS),
    ("tickets.draft", DraftReadiness::WORDS),
    ("suggestions.kind", SuggestionKind::WORDS),
    ("verdicts.verdict", VerdictKind::WORDS),
    ("sources.audience", Audience::WORDS),
    ("articles.audience", Audience::WORDS),
    ("articles.state", ArticleState::WORDS),
    ("exchanges.state", ExchangeState::WORDS),
    ("drafts.origin", DraftOrigin::WORDS),
    ("drafts.state", DraftState::WORDS),
    ("policies.kind", PolicyKind::WORDS),
    ("clocks.promised", Promised::WORDS),
    ("clocks.stage", Stage::WORDS),
    ("escalations.state", EscalationState::WORDS),
    ("escalations.means", MeansKind::WORDS),
    ("escalation_updates.delivery", UpdateDelivery::WORDS),
    ("posts.way", PostWay::WORDS),
    ("asks.why", AskedWhy::WORDS),
    ("promises.state", PromiseState::WORDS),
    ("eval_cases.state", EvalCaseState::WORDS),
    ("review_samples.side", Side::WORDS),
    ("review_samples.lot", Lot::WORDS),
    ("review_samples.settled", Verdict::WORDS),
    ("reviews.correct", Answer::WORDS),
    ("reviews.grounded", Answer::WORDS),
    ("reviews.complete", Answer::WORDS),
    ("reviews.tone", Answer::WORDS),
    ("reviews.would_send", WouldSend::WORDS),
    ("reviews.severity", Severity::WORDS),
    ("reviews.verdict", Verdict::WORDS),
    ("digests.mail", DigestMail::WORDS),
    ("shadows.state", ShadowState::WORDS),
    ("gates.subject", Subject::WORDS),
    ("gates.state", State::WORDS),
    ("gates.judgement", Judgement::WORDS),
    ("eval_challenges.outcome", ChallengeOutcome::WORDS),
    ("generated_failures.kind", GeneratedKind::WORDS),
    ("model_versions.state", ModelState::WORDS),
    ("feeds.fed_by", FedBy::WORDS),
    ("feeds.arrival", Arrival::WORDS),
    ("feeds.state", SyncState::WORDS),
];

/// Columns whose words stand in the schema alone, or in the door's own crate.
const OWN_WORDS: &[&str] = &[
    "mailboxes.state",
    "shadows.lived",
    "tickets.outcome",
    "approvals.status_after",
    "outbox.kind",
    "outbox.state",
    "messages.direction",
    "escalations.rise",
    "escalation_updates.direction",
    "messages.ai_part",
    "jobs.state",
];

/// `table.column` and the words of its `check (column in ('a','b'))`.
fn checks() -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for table in DDL.iter().flat_map(|ddl| ddl.split("create table ").skip(1)) {
        // A table that is made anew takes the old one's name, and its CHECKs are the ones that hold.
        let name = table.split_whitespace().next().unwrap_or_default().trim_end_matches("_anew");
        for check in table.split("check (").skip(1) {
            let Some((column, rest)) = check.split_once(" in ('") else { continue };
            if column.contains(|c: char| !c.is_ascii_lowercase() && c != '_') {
                continue;
            }
            let words = rest.split_once("')").map_or("", |(words, _)| words);
            found.insert(format!("{name}.{column}"), words.split("','").map(str::to_owned).collect());
        }
    }
    found
}

#[test]
fn checks_spell_the_closed_lists() {
    let mut checks = checks();
    for (column, words) in LISTS {
        let spelled = checks.remove(*column).unwrap_or_default();
        let (mut spelled, mut words): (Vec<&str>, Vec<&str>) =
            (spelled.iter().map(String::as_str).collect(), words.to_vec());
        spelled.sort_unstable();
        words.sort_unstable();
        assert_eq!(spelled, words, "the CHECK of {column} and its closed list in code differ");
    }
    let left: Vec<&str> = checks.keys().map(String::as_str).collect();
    let mut own = OWN_WORDS.to_vec();
    own.sort_unstable();
    assert_eq!(left, own, "a CHECK with words that no test compares");
    for status in &checks["approvals.status_after"] {
        assert!(Status::WORDS.contains(&status.as_str()), "{status} is no status");
    }
}

async fn columns(store: &Store, sql: &'static str) -> BTreeSet<String> {
    let mut conn = store.read().await.expect("a reader");
    let rows = conn.rows(sql, vec![]).await.expect("the catalogue");
    rows.iter().map(|row| row.columns().take::<String>().expect("text")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let Some(server) = postgres() else { return };
    let (sqlite, postgres) = (on_sqlite().await.store, on_postgres(&server).await.store);
    // Nullability is compared outside primary keys: SQLite does not say it of them.
    let in_sqlite = columns(
        &sqlite,
        "select m.name || '.' || p.name || ' ' || replace(lower(p.type), 'blob', 'bytea') || case when p.\"notnull\" = 1 and p.pk = 0 then ' required' else '' end
         from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%'",
    )
    .await;
    let in_postgres = columns(
        &postgres,
        "select (c.table_name || '.' || c.column_name || ' ' || c.data_type || case when c.is_nullable = 'NO' and k.column_name is null then ' required' else '' end)::text
         from information_schema.columns c
         left join (select u.table_name, u.column_name from information_schema.table_constraints t
                    join information_schema.key_column_usage u on u.constraint_name = t.constraint_name where t.constraint_type = 'PRIMARY KEY') k
           on k.table_name = c.table_name and k.column_name = c.column_name
         where c.table_schema = 'public'",
    )
    .await;
    assert!(in_sqlite.len() > 200, "the catalogue was read");
    assert_eq!(in_sqlite, in_postgres);

    let in_sqlite =
        columns(&sqlite, "select name from sqlite_master where type = 'index' and name not like 'sqlite_%'").await;
    let in_postgres = columns(
        &postgres,
        "select indexname::text from pg_indexes where schemaname = 'public' and indexname not like '%_pkey' and indexname not like '%_key'",
    )
    .await;
    assert_eq!(in_sqlite, in_postgres);
    postgres.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_is_there_after_closing() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let mut tx = begin(&bench.store).await;
        let (ticket, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.commit(event()).await.expect("committed");
        bench.store.close().await;
        assert!(matches!(bench.store.read().await, Err(StoreError::Unavailable(_))));

        let again = Store::open(&bench.address).await.expect("opened again");
        let grant = whole_desk(store::Purpose::Work);
        let line = again.read().await.expect("a reader").ticket(&grant, ticket).await.expect("there");
        assert_eq!(line.ticket.number, 1001);
        let mut tx = begin(&again).await;
        let (next, _) = ask(&mut tx, &world, "product", "Another", NOON).await;
        assert_eq!(tx.ticket(&grant, next).await.expect("there").ticket.number, 1002, "numbers go on");
        tx.commit(event()).await.expect("committed");
        again.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_is_refused_when_it_would_do_harm() {
    each(async |bench| {
        let mut tx = begin(&bench.store).await;
        tx.execute("insert into schema_version (number) values ($1)", vec![Value::Int(Some(999))])
            .await
            .expect("noted");
        tx.commit(event()).await.expect("committed");
        let answer = Store::open(&bench.address).await.map(|_| ());
        assert!(matches!(answer, Err(StoreError::Newer { found: 999, .. })), "{answer:?}");
    })
    .await;
    for address in ["", "mysql://x", "desk.db"] {
        assert!(matches!(Store::open(address).await.map(|_| ()), Err(StoreError::Address)), "{address:?}");
    }
    let unreachable = Store::open("sqlite:/no/such/folder/desk.db").await.map(|_| ());
    assert!(matches!(unreachable, Err(StoreError::Unavailable(_))), "{unreachable:?}");
}

/// A database of an earlier build, and one where a higher number came first: both are brought up to date.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_number_is_missing_is_applied() {
    each(async |bench| {
        let mut tx = begin(&bench.store).await;
        for statement in ["drop table policies", "drop table agent_skills", "alter table seals drop column policies"] {
            tx.execute(statement, vec![]).await.expect("as it was before");
        }
        tx.execute("delete from schema_version where number = 2", vec![]).await.expect("forgotten");
        tx.commit(event()).await.expect("committed");
        bench.store.close().await;

        let again = Store::open(&bench.address).await.expect("opened");
        let mut conn = again.read().await.expect("a reader");
        assert_eq!(
            conn.policies().await.expect("there").all().len(),
            4,
            "rules, routing, escalation and service levels as shipped"
        );
        drop(conn);
        again.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_nodes_may_open_a_new_database_at_once() {
    each(async |bench| {
        let mut tx = begin(&bench.store).await;
        tx.set_setting("k", "v").await.expect("set");
        tx.commit(event()).await.expect("committed");
        let nodes: Vec<_> = (0..4)
            .map(|_| {
                let address = bench.address.clone();
                tokio::spawn(async move { Store::open(&address).await })
            })
            .collect();
        for node in nodes {
            let store = node.await.expect("a node").expect("opened");
            assert_eq!(
                store.read().await.expect("a reader").setting("k").await.expect("readable").as_deref(),
                Some("v")
            );
            store.close().await;
        }
    })
    .await;
}
