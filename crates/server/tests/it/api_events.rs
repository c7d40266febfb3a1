//! Live updates: resumed where the browser left off, within its queues, ended with its session.

use std::time::Duration;

use futures_util::StreamExt as _;

use crate::{
    client::Client,
    harness::{TestDesk, on_each},
};

/// What arrives within a second and a half, and whether the stream ended.
pub async fn listen(who: &Client, after: Option<i64>, patience: Duration) -> (String, bool) {
    let who = after.map_or_else(|| who.clone(), |seq| who.with("last-event-id", &seq.to_string()));
    let response = who.open("GET", "/api/v1/events", None, Vec::new()).await;
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
    let mut body = response.into_body().into_data_stream();
    let mut heard = String::new();
    let ended = tokio::time::timeout(patience, async {
        while let Some(Ok(bytes)) = body.next().await {
            heard.push_str(&String::from_utf8_lossy(&bytes));
        }
    })
    .await
    .is_ok();
    (heard, ended)
}

fn ids(heard: &str) -> Vec<i64> {
    heard.lines().filter_map(|l| l.strip_prefix("id: ")?.parse().ok()).collect()
}

async fn asked(desk: &TestDesk) {
    desk.receive("ana@harbour.example", "VAT id", "Where can I change the VAT id of our company?").await;
}

#[test]
fn a_browser_resumes_without_gap_or_repetition_and_sees_only_its_queues() {
    on_each(async |desk| {
        let (timo, olga) = (desk.sign_in("timo").await, desk.sign_in("olga").await);
        asked(desk).await;
        let wait = Duration::from_millis(700);
        let (all, _) = listen(&timo, Some(-1), wait).await;
        let seen = ids(&all);
        assert!(seen.len() > 5 && seen.windows(2).all(|w| w[0] < w[1]), "{all}");
        assert!(all.contains("event: ticket.triaged") && all.contains("event: draft.proposed"), "{all}");
        assert!(!all.contains("ana@") && !all.contains("VAT"), "ids and words only");
        let middle = seen[seen.len() / 2];
        let (rest, _) = listen(&timo, Some(middle), wait).await;
        assert_eq!(ids(&rest), seen.iter().copied().filter(|s| *s > middle).collect::<Vec<_>>());
        let (fresh, _) = listen(&timo, None, wait).await;
        assert_eq!(ids(&fresh), Vec::<i64>::new(), "without a last event only news");
        let (foreign, _) = listen(&olga, Some(-1), wait).await;
        assert!(
            foreign.contains("session.opened")
                && !foreign.contains("ticket.triaged")
                && !foreign.contains("draft.proposed"),
            "{foreign}"
        );
    });
}

/// T069.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_ends_its_stream_within_five_seconds() {
    let desk = TestDesk::sqlite().await;
    let timo = desk.sign_in("timo").await;
    let listener = timo.clone();
    let listening = tokio::spawn(async move { listen(&listener, None, Duration::from_secs(5)).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    timo.delete("/session").await.expect(204);
    let (_, ended) = listening.await.unwrap();
    assert!(ended);
    desk.close().await;
}
