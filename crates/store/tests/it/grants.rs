//! A grant is the only key, and its queues are in every query.

use desk::{
    audit::Service,
    draft::{Composed, DraftOrigin},
    suggestion::{Confidence, Maker, Suggestion},
};
use store::{
    ExchangeState, Grant, NewAttachment, NewDraft, NewExchange, NewToken, Purpose, Scope, ServiceIdentity, StoreError,
    SuggestionKind, TicketFilter, View,
};

use crate::{
    engines::each,
    world::{NOON, ask, begin, event, furnish, machine, whole_desk, work},
};

fn foreign<T>(what: &str, result: Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::NotFound)), "{what} must not be found with a foreign queue's grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_queue_is_not_found_by_any_reader() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        let (ticket, message) = ask(&mut tx, &world, "billing", "Invoice", NOON).await;
        let file = NewAttachment { name: "a.pdf", media_type: "application/pdf", bytes: b"%PDF" };
        let file = tx.add_attachment(message, file).await.expect("a file");
        tx.add_note(ticket, world.lea.agent().id, "calm customer").await.expect("a note");
        let suggestion = Suggestion {
            value: "billing.invoice".to_owned(),
            confidence: Confidence::Probability { value: 0.75 },
            because: vec![],
            made_by: Maker { engine: "classify".into(), version: "1".into(), policy: "1".into() },
            made_at: NOON,
        };
        let suggested = tx.add_suggestion(ticket, message, SuggestionKind::Triage, &suggestion).await.expect("kept");
        let exchange = NewExchange {
            side: store::ExchangeSide::Present,
            endpoint: "local",
            region: "here",
            purpose: desk::leaving::ModelPurpose::Reply,
            hiding: desk::leaving::Hiding::Masked,
            request: b"{}",
            hidden: 2,
            placeholders: b"sealed",
        };
        let exchange = tx.add_exchange(ticket, exchange).await.expect("kept");
        tx.end_exchange(exchange, ExchangeState::Refused, Some("no"), Some("not in the form"), (12, None))
            .await
            .expect("ended");
        let composed = Composed { body: "Here.".into(), sentences: vec![], doubts: vec!["short".into()], score: 0.5 };
        let draft = tx
            .add_draft(NewDraft {
                ticket,
                answers: Some(message),
                retrieval: Some(suggested),
                origin: DraftOrigin::Assembled,
                composed: &composed,
                exchange: Some(exchange),
                voice: None,
                confidence: None,
                agent: None,
                bulk: None,
            })
            .await
            .expect("a draft");
        tx.add_past_case(ticket, "Where?", "There.", None, Some(5), "good", "billing.invoice", NOON)
            .await
            .expect("a case");
        tx.commit(event()).await.expect("committed");

        let mut conn = store.read().await.expect("a reader");
        for stranger in [work(&world.ana), work(&world.nils)] {
            foreign("a ticket", conn.ticket(&stranger, ticket).await);
            foreign("a ticket by number", conn.ticket_numbered(&stranger, 1001).await);
            foreign("a ticket's trail", conn.trail(&stranger, ticket).await);
            foreign("a message's page", conn.message_html(&stranger, message).await);
            foreign("a message's raw mail", conn.message_raw(&stranger, message).await);
            foreign("a file", conn.attachment(&stranger, file).await);
            foreign("an exchange", conn.exchange(&stranger, exchange).await);
            foreign("a draft", conn.draft(&stranger, draft).await);
            foreign("a suggestion", conn.suggestion::<String>(&stranger, suggested).await);
            assert!(conn.messages(&stranger, ticket).await.expect("empty").is_empty());
            assert!(conn.notes(&stranger, ticket).await.expect("empty").is_empty());
            assert!(conn.attachments(&stranger, ticket).await.expect("empty").is_empty());
            assert!(conn.current_draft(&stranger, ticket).await.expect("none").is_none());
            assert!(conn.past_case(&stranger, ticket).await.expect("none").is_none());
            let newest = conn.newest_suggestion::<String>(&stranger, ticket, SuggestionKind::Triage).await;
            assert!(newest.expect("none").is_none());
            assert!(conn.tickets_of(&stranger, world.customer, 50).await.expect("none").is_empty());
            for (view, word) in View::ALL {
                let filters = [
                    TicketFilter { limit: 50, ..TicketFilter::default() },
                    TicketFilter { limit: 50, words: "Invoice".into(), ..TicketFilter::default() },
                    TicketFilter { limit: 50, queue: "billing".into(), ..TicketFilter::default() },
                ];
                for filter in filters {
                    assert!(conn.tickets(&stranger, *view, &filter).await.expect("a page").items.is_empty(), "{word}");
                }
                assert_eq!(conn.count(&stranger, *view).await.expect("a count"), 0, "{word}");
            }
        }

        let lead = work(&world.lea);
        assert_eq!(conn.ticket(&lead, ticket).await.expect("hers").ticket.subject, "Invoice");
        assert_eq!(conn.ticket_numbered(&lead, 1001).await.expect("hers").ticket.id, ticket);
        assert!(!conn.tickets_of(&lead, world.customer, 50).await.expect("hers").is_empty());
        assert_eq!(conn.notes(&lead, ticket).await.expect("hers")[0].body, "calm customer");
        assert_eq!(conn.attachment(&lead, file).await.expect("hers").1, b"%PDF");
        assert_eq!(conn.attachments(&lead, ticket).await.expect("hers").len(), 1);
        assert_eq!(conn.message_html(&lead, message).await.expect("hers"), "<p>Where is it?</p>");
        let kept = conn.exchange(&lead, exchange).await.expect("hers");
        assert_eq!((kept.state, kept.hidden, kept.ms), (ExchangeState::Refused, 2, Some(12)));
        assert_eq!(conn.current_draft(&lead, ticket).await.expect("hers").map(|d| d.id), Some(draft));
        let back = conn.suggestion::<String>(&lead, suggested).await.expect("hers");
        assert_eq!((back.suggestion, back.verdict), (suggestion, None));
        assert_eq!(conn.past_case(&lead, ticket).await.expect("hers").map(|c| c.reply).as_deref(), Some("There."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_purpose_needs_its_role() {
    each(async |bench| {
        let world = furnish(&bench.store).await;
        let grants = |session| {
            [Purpose::Work, Purpose::Reply, Purpose::Record, Purpose::Index]
                .map(|p| Grant::for_agent(session, p).is_ok())
        };
        assert_eq!(grants(&world.ana), [true, true, false, false]);
        assert_eq!(grants(&world.lea), [true, true, true, false]);
        assert_eq!(grants(&world.rita), [true, false, true, false]);
        assert_eq!(work(&world.nils).scope(), &Scope::Queues(vec![]), "an agent without queues reaches nothing");

        let mut conn = bench.store.read().await.expect("a reader");
        foreign("the record", conn.entries(&work(&world.lea), None, "", 10).await);
        foreign("the record in order", conn.entries_from(&work(&world.lea), 0, 10).await);
        foreign("the feed", conn.feed(&work(&world.lea), 0, 10).await);
        foreign("every case", conn.past_cases(&work(&world.lea)).await);
        foreign("every article", conn.article_ids(&work(&world.lea)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reads_what_its_scopes_say() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let scopes = ["tickets:read".to_owned()];
        let mut tx = begin(store).await;
        let new = NewToken {
            name: "report",
            token_hash: b"secret",
            scopes: &scopes,
            made_by: world.lea.agent().id,
            expires_at: NOON.plus_seconds(60),
        };
        let id = tx.make_token(new).await.expect("a key");
        tx.commit(event()).await.expect("committed");
        let token = store.token_session(b"secret", NOON).await.expect("readable").expect("live");
        assert!(Grant::for_token(&token, Purpose::Work).is_ok());
        for refused in [Purpose::Record, Purpose::Index] {
            assert!(Grant::for_token(&token, refused).is_err(), "{refused:?}");
        }
        assert_eq!(store.read().await.expect("a reader").tokens().await.expect("listed")[0].last_used_at, Some(NOON));
        assert!(store.token_session(b"secret", NOON.plus_seconds(60)).await.expect("readable").is_none(), "expired");
        assert!(store.token_session(b"other", NOON).await.expect("readable").is_none());
        let mut tx = store.begin(&machine(), NOON).await.expect("a transaction");
        tx.revoke_token(id).await.expect("revoked");
        foreign("a revoked key", tx.revoke_token(id).await);
        tx.commit(event()).await.expect("committed");
        assert!(store.token_session(b"secret", NOON).await.expect("readable").is_none(), "revoked");
        assert!(whole_desk(Purpose::Index).reader().is_none());
    })
    .await;
}

/// Every service and what it may read for; a new service or purpose does not compile until it stands here.
#[test]
fn each_service_reads_for_its_own_purposes_alone() {
    const PURPOSES: [Purpose; 5] = [Purpose::Work, Purpose::Reply, Purpose::Index, Purpose::Record, Purpose::Telemetry];
    let row = |service: Service| match service {
        Service::Preparation => [true, true, true, false, true],
        Service::Intake | Service::Delivery => [true, false, false, false, false],
        Service::Sequencer => [false, false, false, true, false],
        Service::SignIn | Service::Requester => [false; 5],
        Service::CommandLine => [true; 5],
    };
    for service in Service::ALL {
        let may = PURPOSES.map(|purpose| Grant::for_service(ServiceIdentity::new(*service), purpose).is_ok());
        assert_eq!(may, row(*service), "{service}");
    }
}
