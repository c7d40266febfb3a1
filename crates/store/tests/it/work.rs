//! Suggestions with their verdicts, drafts with their revisions.

use desk::{
    Digest,
    draft::{Composed, DraftOrigin, DraftState},
    ids::TicketId,
    suggestion::{Confidence, Evidence, EvidenceKind, Maker, Suggestion, VerdictKind},
};
use store::{NewDraft, StoreError, SuggestionKind, Tx, VISITS_AN_HOUR};

use crate::{
    engines::each,
    world::{NOON, ask, begin, event, furnish, work},
};

fn suggestion(value: &str, confidence: Confidence, seconds: i64) -> Suggestion<String> {
    Suggestion {
        value: value.to_owned(),
        confidence,
        because: vec![Evidence {
            kind: EvidenceKind::Words,
            text: "“invoice”".into(),
            message: None,
            span: Some((0, 7)),
            weight: Some(1.5),
        }],
        made_by: Maker { engine: "classify".into(), version: "1".into(), policy: "p".into() },
        made_at: NOON.plus_seconds(seconds),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_suggestion_counts_and_carries_the_last_verdict() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = store.begin(&world.ana, NOON).await.expect("a transaction");
        let (ticket, message) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        let old = suggestion("old", Confidence::Abstain { why: "too short".into() }, 0);
        let new = suggestion("new", Confidence::Probability { value: 0.625 }, 1);
        let old_id = tx.add_suggestion(ticket, message, SuggestionKind::Triage, &old).await.expect("kept");
        let new_id = tx.add_suggestion(ticket, message, SuggestionKind::Triage, &new).await.expect("kept");
        tx.add_verdict(new_id, &world.ana, VerdictKind::Accepted, None, None, None).await.expect("answered");
        tx.add_verdict(new_id, &world.ana, VerdictKind::Rejected, Some("billing.invoice"), Some("wrong"), None)
            .await
            .expect("answered again");
        tx.commit(event()).await.expect("committed");

        let grant = work(&world.ana);
        let mut conn = store.read().await.expect("a reader");
        let newest = conn
            .newest_suggestion::<String>(&grant, ticket, SuggestionKind::Triage)
            .await
            .expect("readable")
            .expect("there");
        assert_eq!((newest.id, &newest.suggestion), (new_id, &new));
        let verdict = newest.verdict.expect("answered");
        assert_eq!(
            (verdict.verdict, verdict.by.as_str(), verdict.value.as_deref()),
            (VerdictKind::Rejected, "Ana", Some("billing.invoice"))
        );
        assert_eq!(conn.suggestion::<String>(&grant, old_id).await.expect("there").suggestion, old);
        assert!(
            conn.newest_suggestion::<String>(&grant, ticket, SuggestionKind::Retrieval)
                .await
                .expect("readable")
                .is_none()
        );
        let damaged = conn.suggestion::<u64>(&grant, old_id).await;
        assert!(matches!(damaged, Err(StoreError::Damaged { .. })), "another shape is said, not guessed");
    })
    .await;
}

fn composed(body: &str) -> Composed {
    Composed { body: body.to_owned(), sentences: vec![], doubts: vec!["one source only".into()], score: 0.25 }
}

async fn draft(tx: &mut Tx, ticket: TicketId, origin: DraftOrigin, body: &str) -> desk::ids::DraftId {
    let composed = composed(body);
    let new = NewDraft {
        ticket,
        answers: None,
        retrieval: None,
        origin,
        composed: &composed,
        exchange: None,
        voice: None,
        confidence: None,
        agent: None,
        bulk: None,
    };
    tx.add_draft(new).await.expect("a draft")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_edited_over_the_revision_that_was_read() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let (ana, grant) = (world.ana.agent().id, work(&world.ana));
        let mut tx = begin(store).await;
        let (ticket, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        let first = draft(&mut tx, ticket, DraftOrigin::Assembled, "Here it is.").await;
        assert_eq!(tx.edit_draft(first, 1, "Here it is, Ola.", ana).await.expect("edited"), 2);
        assert!(matches!(tx.edit_draft(first, 1, "Too late", ana).await, Err(StoreError::Stale)));
        let row = tx.draft(&grant, first).await.expect("there");
        assert_eq!(
            (row.revision, row.body.as_str(), row.machine_body.as_deref()),
            (2, "Here it is, Ola.", Some("Here it is."))
        );
        assert_eq!((row.state, row.score, row.doubts.len()), (DraftState::Open, Some(0.25), 1));

        tx.supersede_untouched_drafts(ticket).await.expect("asked");
        assert_eq!(tx.draft(&grant, first).await.expect("there").state, DraftState::Open, "a person's work stays");
        let second = draft(&mut tx, ticket, DraftOrigin::Agent, "By hand.").await;
        assert_eq!(tx.draft(&grant, first).await.expect("there").state, DraftState::Superseded);
        assert!(matches!(tx.edit_draft(first, 2, "Too late", ana).await, Err(StoreError::Stale)));
        assert_eq!(tx.draft(&grant, second).await.expect("there").machine_body, None, "no machine wrote it");
        tx.supersede_untouched_drafts(ticket).await.expect("asked");
        assert_eq!(tx.current_draft(&grant, ticket).await.expect("readable").map(|d| d.id), Some(second));
        let third = draft(&mut tx, ticket, DraftOrigin::Model, "From a model.").await;
        tx.supersede_untouched_drafts(ticket).await.expect("asked");
        assert_eq!(tx.draft(&grant, third).await.expect("there").state, DraftState::Superseded);
        assert!(tx.current_draft(&grant, ticket).await.expect("readable").is_none());
        tx.commit(event()).await.expect("committed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn visits_of_an_hour_are_kept_up_to_a_number() {
    each(async |bench| {
        let words = Digest::of(b"lamp");
        for n in 0..VISITS_AN_HOUR + 5 {
            bench.store.keep_visit(&format!("nonce-{n}"), "en", words, NOON).await.expect("kept");
        }
        bench.store.keep_visit("later", "en", words, NOON.plus_seconds(3_601)).await.expect("kept");
        let until = NOON.plus_seconds(10_000);
        let kept = bench.store.read().await.expect("open").visits_before(until, i64::MAX).await.expect("read");
        assert_eq!(i64::try_from(kept.len()).expect("small"), VISITS_AN_HOUR + 1);
        assert!(kept.iter().all(|visit| !visit.led));
        bench.store.visit_led(words, NOON.plus_seconds(60)).await.expect("led");
        let kept = bench.store.read().await.expect("open").visits_before(until, i64::MAX).await.expect("read");
        assert!(kept.last().is_some_and(|visit| visit.led) && kept.iter().filter(|visit| visit.led).count() == 1);
    })
    .await;
}
