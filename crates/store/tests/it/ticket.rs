//! Lists at their edges, and changes that somebody made first.

use desk::{
    ids::TicketId,
    operating::OperatingModel,
    risk::{Flag, Raised},
    suggestion::Doubt,
    ticket::{DraftReadiness, Priority, Status},
    triage::Triage,
};
use store::{StoreError, TicketFilter, View};

use crate::{
    engines::each,
    world::{NOON, ask, begin, event, furnish, work},
};

#[tokio::test(flavor = "multi_thread")]
async fn pages_meet_without_gap_or_overlap_even_at_equal_times() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let mut tx = begin(store).await;
        for n in 0..23 {
            // Groups of five share one instant.
            ask(&mut tx, &world, "product", "Invoice", NOON.plus_seconds(n / 5)).await;
        }
        tx.commit(event()).await.expect("committed");
        let grant = work(&world.ana);
        let mut conn = store.read().await.expect("a reader");
        for words in ["", "invoice"] {
            for limit in [1, 4, 5, 22, 23, 24, 500] {
                let mut filter = TicketFilter { limit, words: words.to_owned(), ..TicketFilter::default() };
                let (mut seen, mut pages): (Vec<TicketId>, usize) = (vec![], 0);
                loop {
                    let page = conn.tickets(&grant, View::Inbox, &filter).await.expect("a page");
                    let last = page.items.last().expect("no page is empty while there is more");
                    filter.after = Some((last.ticket.last_inbound_at, last.ticket.id));
                    seen.extend(page.items.iter().map(|l| l.ticket.id));
                    pages += 1;
                    if !page.more {
                        break;
                    }
                }
                let mut unique = seen.clone();
                unique.sort_unstable();
                unique.dedup();
                assert_eq!((seen.len(), unique.len()), (23, 23), "pages of {limit}, words {words:?}");
                assert_eq!(
                    pages,
                    usize::try_from(23_i64.div_euclid(limit.min(200)) + i64::from(23 % limit.min(200) != 0))
                        .expect("small")
                );
                let newest_first = conn
                    .tickets(&grant, View::Inbox, &TicketFilter { limit: 200, ..TicketFilter::default() })
                    .await
                    .expect("a page");
                assert_eq!(seen, newest_first.items.iter().map(|l| l.ticket.id).collect::<Vec<_>>());
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_and_filters_select_what_they_say() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let ana = world.ana.agent().id;
        let mut tx = begin(store).await;
        let (new, _) = ask(&mut tx, &world, "product", "New one", NOON).await;
        let (mine, _) = ask(&mut tx, &world, "product", "Mine", NOON).await;
        let (waiting, _) = ask(&mut tx, &world, "product", "100% waiting_", NOON).await;
        let (solved, _) = ask(&mut tx, &world, "product", "Solved", NOON).await;
        tx.change_ticket(mine, 2, Status::Open, Priority::High, "product", Some(ana)).await.expect("changed");
        tx.change_ticket(waiting, 2, Status::OnHold, Priority::Normal, "product", None).await.expect("changed");
        tx.change_ticket(solved, 2, Status::Solved, Priority::Normal, "product", Some(ana)).await.expect("changed");
        tx.mark_first(new).await.expect("marked");
        tx.commit(event()).await.expect("committed");
        store.mark_read(new, ana, NOON).await.expect("read");
        store.mark_read(new, ana, NOON.plus_seconds(9)).await.expect("read again");

        let grant = work(&world.ana);
        let mut conn = store.read().await.expect("a reader");
        let table: &[(View, Vec<TicketId>)] = &[
            (View::Inbox, vec![mine, new]),
            (View::Mine, vec![mine]),
            (View::Unassigned, vec![new]),
            (View::Waiting, vec![waiting]),
            (View::Solved, vec![solved]),
            (View::All, vec![solved, waiting, mine, new]),
        ];
        for (view, expected) in table {
            let plain = TicketFilter { limit: 50, ..TicketFilter::default() };
            let filtered = TicketFilter { queue: "product".to_owned(), ..plain.clone() };
            for filter in [plain, filtered] {
                let page = conn.tickets(&grant, *view, &filter).await.expect("a page");
                assert_eq!(&page.items.iter().map(|l| l.ticket.id).collect::<Vec<_>>(), expected, "{view:?}");
            }
            assert_eq!(
                conn.count(&grant, *view).await.expect("a count"),
                i64::try_from(expected.len()).expect("small")
            );
        }
        let everything = |words: &str| TicketFilter { limit: 50, words: words.to_owned(), ..TicketFilter::default() };
        for (words, expected) in [
            ("#1001", 1),
            ("1002", 1),
            ("OLA@ORCHARD", 4),
            ("nordmann", 4),
            ("100%", 1),
            ("no such words", 0),
            ("%", 1),
            ("_", 1),
            ("\\", 0),
        ] {
            let page = conn.tickets(&grant, View::All, &everything(words)).await.expect("a page");
            assert_eq!(page.items.len(), expected, "{words}");
        }
        for filter in [
            TicketFilter { statuses: vec![desk::ticket::Status::Solved], ..everything("") },
            TicketFilter { statuses: vec![desk::ticket::Status::OnHold], ..everything("") },
        ] {
            assert_eq!(conn.tickets(&grant, View::All, &filter).await.expect("a page").items.len(), 1);
        }
        for (from, expected) in [
            ("@orchard.example", 4),
            ("ola@orchard.example", 4),
            ("ola", 4),
            ("@orchard", 0),
            ("la@orchard.example", 0),
            ("100%@x%", 0),
        ] {
            let filter = TicketFilter { from: from.to_owned(), ..everything("") };
            assert_eq!(conn.tickets(&grant, View::All, &filter).await.expect("a page").items.len(), expected, "{from}");
        }
        let line = conn.ticket(&grant, new).await.expect("there");
        assert_eq!((line.is_first, line.read_at), (true, Some(NOON.plus_seconds(9))));
        assert_eq!(line.organization, Some(("Orchard".to_owned(), "Team".to_owned())));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_second_is_told_so() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let ana = world.ana.agent().id;
        let mut tx = begin(store).await;
        let (ticket, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.change_ticket(ticket, 2, Status::Open, Priority::High, "product", Some(ana)).await.expect("first");
        let late = tx.change_ticket(ticket, 2, Status::Solved, Priority::Low, "billing", None).await;
        assert!(matches!(late, Err(StoreError::Stale)));
        tx.commit(event()).await.expect("committed");
        let line = store.read().await.expect("a reader").ticket(&work(&world.ana), ticket).await.expect("there");
        assert_eq!((line.ticket.status, line.ticket.priority, line.ticket.revision), (Status::Open, Priority::High, 3));
        assert_eq!(line.assignee_name.as_deref(), Some("Ana"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn triage_respects_what_a_person_chose() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        let look = Triage {
            category: Some("billing.invoice".to_owned()),
            candidates: vec![("billing.invoice".to_owned(), 0.9)],
            priority: Priority::High,
            risk: vec![
                Raised { flag: Flag::Refund, quote: String::new(), span: None, message: None },
                Raised { flag: Flag::Anger, quote: String::new(), span: None, message: None },
            ],
            operating_model: OperatingModel::Refund,
            queue: "billing".to_owned(),
            ..Triage::unknown("billing")
        };
        let mut tx = begin(store).await;
        let (machine_s, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        tx.set_triage(machine_s, &look, Doubt::Check, ("en", Some("relay")), false).await.expect("sorted");
        let (person_s, _) = ask(&mut tx, &world, "product", "Invoice", NOON).await;
        let chosen = desk::correction::Sorting {
            category: Some("product.howto".into()),
            queue: "product".into(),
            operating_model: Some(OperatingModel::ProductQuestion),
            priority: Priority::Normal,
            doubt: Some(Doubt::Sure),
            risk: vec![],
        };
        tx.set_sorting(person_s, &chosen).await.expect("chosen");
        tx.set_triage(person_s, &look, Doubt::Check, ("en", Some("relay")), true).await.expect("sorted");
        tx.set_draft_readiness(person_s, DraftReadiness::Withheld, Some("refunds are decided by people"))
            .await
            .expect("said");
        tx.commit(event()).await.expect("committed");

        let grant = work(&world.lea);
        let mut conn = store.read().await.expect("a reader");
        let sorted = conn.ticket(&grant, machine_s).await.expect("there");
        assert_eq!(
            (sorted.ticket.queue.as_str(), sorted.category_name.as_deref()),
            ("billing", Some("billing.invoice"))
        );
        assert_eq!((sorted.ticket.risk, sorted.ticket.doubt), (vec![Flag::Refund, Flag::Anger], Some(Doubt::Check)));
        let kept = conn.ticket(&grant, person_s).await.expect("there");
        assert_eq!((kept.ticket.queue.as_str(), kept.ticket.category.as_deref()), ("product", Some("product.howto")));
        assert_eq!((kept.ticket.draft, kept.draft_why.is_some()), (DraftReadiness::Withheld, true));
        for (filter, expected) in [
            (TicketFilter { risk: "anger".to_owned(), limit: 9, ..TicketFilter::default() }, 2),
            (TicketFilter { risk: "ange".to_owned(), limit: 9, ..TicketFilter::default() }, 0),
            (TicketFilter { category: "billing.invoice".to_owned(), limit: 9, ..TicketFilter::default() }, 1),
        ] {
            assert_eq!(
                conn.tickets(&grant, View::All, &filter).await.expect("a page").items.len(),
                expected,
                "{filter:?}"
            );
        }
    })
    .await;
}
