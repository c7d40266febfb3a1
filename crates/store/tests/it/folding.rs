//! Filters find words in any case, on both engines alike, also in rows from before the folded columns.

use desk::{
    people::{AiSetting, Requester},
    ticket::Status,
};
use store::{AgentSession, ArticleFilter, NewTicket, Store, TicketFilter, View, new_id};

use crate::{
    engines::each,
    knowledge::shelf,
    world::{NOON, begin, event, furnish, work},
};

const CASES: &[(&str, &str)] = &[
    ("MÜLLER & SÖHNE", "müller & söhne"),
    ("Émile Œuvre", "éMILE œuvrE"),
    ("ŻÓŁĆ gęślą", "żółć GĘŚLĄ"),
    ("Иван ПЕТРОВ", "иВАН петров"),
    ("50%_off\\now", "50%_OFF\\NOW"),
];

async fn found(store: &Store, words: &str, session: &AgentSession) -> usize {
    let filter = TicketFilter { words: words.to_owned(), limit: 50, ..TicketFilter::default() };
    let mut conn = store.read().await.expect("a reader");
    conn.tickets(&work(session), View::All, &filter).await.expect("listed").items.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_find_words_in_any_case() {
    each(async |bench| {
        let store = &bench.store;
        let world = furnish(store).await;
        for (n, (text, asked)) in CASES.iter().enumerate() {
            let mut tx = begin(store).await;
            let requester = Requester {
                id: new_id(),
                name: format!("{text} by name"),
                email: format!("r{n}@orchard.example"),
                organization: None,
                cohort: None,
                role: None,
                ai: AiSetting::Default,
            };
            tx.add_requester(&requester).await.expect("a requester");
            let new = NewTicket {
                requester: requester.id,
                organization: None,
                queue: "product",
                subject: &format!("{text} in the subject"),
                at: NOON,
                status: Status::New,
            };
            let (ticket, _) = tx.open_ticket(new).await.expect("a ticket");
            let excerpt = format!("{text} in the excerpt");
            tx.inbound_arrived(ticket, new_id(), &excerpt, Status::Open, NOON).await.expect("arrives");
            tx.commit(event()).await.expect("committed");
            for place in ["by name", "in the subject", "in the excerpt"] {
                assert_eq!(found(store, &format!("{asked} {place}"), &world.ana).await, 1, "{asked} {place}");
            }
        }
        assert_eq!(found(store, "mueller", &world.ana).await, 0, "another spelling is another word");
        let [article, ..] = shelf(store, &world).await;
        let mut tx = begin(store).await;
        let text = [("Top".to_owned(), "First.".to_owned(), 0, 6)];
        tx.add_version(article, 2, "ÄRGER mit dem Zoll", "First.", &text, true).await.expect("a version");
        tx.commit(event()).await.expect("committed");
        assert_eq!(titled(store, "ärger MIT", &world.ana).await, ["ÄRGER mit dem Zoll"]);

        // As yesterday's build left it: no such columns, and no such migration.
        let mut tx = begin(store).await;
        for back in [
            "alter table tickets drop column folded_subject",
            "alter table tickets drop column folded_excerpt",
            "alter table requesters drop column folded",
            "alter table articles drop column folded",
            "delete from schema_version where number = 3",
        ] {
            tx.execute(back, vec![]).await.expect(back);
        }
        tx.commit(event()).await.expect("committed");
        store.close().await;
        let again = Store::open(&bench.address).await.expect("yesterday's database opens");
        for (_, asked) in CASES {
            for place in ["by name", "in the subject", "in the excerpt"] {
                assert_eq!(
                    found(&again, &format!("{asked} {place}"), &world.ana).await,
                    1,
                    "{asked} {place}, carried over"
                );
            }
        }
        assert_eq!(titled(&again, "ärger MIT", &world.ana).await.len(), 1, "carried over");
        again.close().await;
    })
    .await;
}

async fn titled(store: &Store, words: &str, session: &AgentSession) -> Vec<String> {
    let filter = ArticleFilter { words: words.to_owned(), ..ArticleFilter::default() };
    let articles = store.read().await.expect("a reader").articles(&work(session), &filter).await.expect("listed");
    articles.into_iter().map(|a| a.title).collect()
}
