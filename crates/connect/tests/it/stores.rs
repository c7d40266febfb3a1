//! A real Prometheus, where there is one, and a Loki that answers well, half, never, or lies.

use std::{collections::BTreeMap, time::Duration};

use connect::{
    model::Reach,
    stores::{Address, Kind, Store, StoreError},
};
use desk::Timestamp;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

fn labels(team: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("team".to_owned(), team.to_owned())])
}

fn store(kind: Kind, url: &str) -> Store {
    connect::tls::install();
    let at =
        Address { kind, url: url.to_owned(), token: None, tenant: Some("desk".to_owned()), reach: Reach::PrivateToo };
    Store::new(at).expect("an address")
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::from_micros(i64::try_from(since.as_micros()).expect("before the year 292000"))
}

#[tokio::test]
async fn a_real_prometheus_is_asked_for_one_team_alone() {
    let Ok(url) = std::env::var("COUNTERSIGN_TEST_PROMETHEUS") else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "no Prometheus was started");
        eprintln!("SKIPPED: no Prometheus");
        return;
    };
    let prometheus = store(Kind::Prometheus, &url);
    let ask = async |query: &str, team: &str| {
        prometheus.ask(query, &labels(team), now().plus_seconds(-60), now().plus_seconds(1)).await
    };
    let mut waited = 0;
    let answer = loop {
        let answer = ask("up", "billing").await.expect("an answer");
        if !answer.series.is_empty() || waited > 100 {
            break answer;
        }
        waited += 1;
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    assert_eq!(answer.query, "up{team=\"billing\"}");
    let [series] = &answer.series[..] else { panic!("one of two targets: {answer:?}") };
    assert_eq!((series.labels["team"].as_str(), series.points.last().map(|p| p.1)), ("billing", Some(1.0)));
    assert!(answer.address.starts_with(&url) && answer.gaps.is_empty());
    let both = prometheus.ask("count(up)", &BTreeMap::new(), now().plus_seconds(-5), now()).await.expect("unscoped");
    let one = ask("count(up)", "security").await.expect("scoped");
    let last = |answer: &connect::stores::Answer| answer.series.first().and_then(|s| s.points.last().map(|p| p.1));
    assert_eq!(last(&one), Some(1.0));
    assert!(last(&both).is_none_or(|n| n <= 2.0));
    // What our reader lets through, the real one reads too.
    for query in [
        "rate(prometheus_http_requests_total[30s] offset 1s)",
        "topk(2, sum by (handler) (prometheus_http_requests_total))",
        "up or on (job) up",
    ] {
        ask(query, "billing").await.expect(query);
    }
    assert!(matches!(ask("up{team=\"security\"}", "billing").await, Err(StoreError::Query(_))));
    assert!(matches!(ask("rate(up)", "billing").await, Err(StoreError::Query(_) | StoreError::Refused(400, _))));
}

/// Answers every request with these bytes; `None` says nothing at all. Gives back what was asked.
async fn answering(answer: Option<String>) -> (String, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let (asked, questions) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 8_192];
            let read = stream.read(&mut bytes).await.unwrap_or_default();
            let _ = asked.send(String::from_utf8_lossy(&bytes[..read]).into_owned());
            match &answer {
                Some(answer) => {
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                None => tokio::time::sleep(Duration::from_secs(30)).await,
            }
        }
    });
    (url, questions)
}

fn http(status: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len()))
}

fn streams(streams: &[(&str, &str)]) -> String {
    let one = |(team, line): &(&str, &str)| {
        format!(
            r#"{{"stream":{{"app":"web","team":"{team}"}},"values":[["1795000000000000000","{line}"],["1794999999000000000","older {line}",{{"meta":"x"}}]]}}"#
        )
    };
    let all: Vec<String> = streams.iter().map(one).collect();
    format!(r#"{{"status":"success","data":{{"resultType":"streams","result":[{}],"stats":{{}}}}}}"#, all.join(","))
}

async fn ask(url: &str) -> Result<connect::stores::Answer, StoreError> {
    let to = Timestamp::from_secs(1_795_000_000);
    let loki = store(Kind::Loki, url).patient(Duration::from_secs(2));
    loki.ask("{app=\"web\"} |= \"paid\"", &labels("billing"), to.plus_seconds(-600), to).await
}

#[tokio::test]
async fn a_loki_gives_lines_of_one_team() {
    let (url, mut questions) = answering(http("200 OK", &streams(&[("billing", "paid 1")]))).await;
    let answer = ask(&url).await.expect("lines");
    assert_eq!(answer.query, "{team=\"billing\",app=\"web\"} |= \"paid\"");
    assert_eq!(answer.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(), ["paid 1", "older paid 1"]);
    assert_eq!(answer.lines[0].at, 1_795_000_000_000_000);
    let question = questions.recv().await.expect("asked").to_lowercase();
    assert!(question.starts_with("get /loki/api/v1/query_range?query=%7bteam%3d%22billing%22"), "{question}");
    assert!(question.contains("x-scope-orgid: desk") && question.contains("limit=1000"));
}

#[tokio::test]
async fn a_loki_that_lies_is_not_believed() {
    let (url, _questions) = answering(http("200 OK", &streams(&[("security", "secret"), ("billing", "paid")]))).await;
    let answer = ask(&url).await.expect("what is ours");
    assert!(answer.lines.iter().all(|line| !line.text.contains("secret")));
    assert_eq!((answer.lines.len(), answer.gaps.len()), (2, 1));
    assert!(answer.gaps[0].starts_with("1 series were of others"));
    let vector = r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#;
    let (url, _questions) = answering(http("200 OK", vector)).await;
    assert!(matches!(ask(&url).await, Err(StoreError::Unreadable(_))));
}

#[tokio::test]
async fn half_an_answer_is_none_and_too_much_is_cut() {
    let whole = streams(&[("billing", "paid")]);
    let half = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}", whole.len(), &whole[..whole.len() / 2]);
    let (url, _questions) = answering(Some(half)).await;
    assert!(matches!(ask(&url).await, Err(StoreError::Unreadable(_) | StoreError::Silent)));
    let (url, _questions) = answering(http("200 OK", &whole[..whole.len() / 2])).await;
    assert!(matches!(ask(&url).await, Err(StoreError::Unreadable(_))));
    let many: Vec<(&str, &str)> = vec![("billing", "paid"); 700];
    let (url, _questions) = answering(http("200 OK", &streams(&many))).await;
    let answer = ask(&url).await.expect("the beginning");
    assert_eq!(answer.lines.len(), 1_000);
    assert_eq!(
        answer.gaps,
        ["400 more were left away: the answer was too long.", "There may be more: the store was asked for 1000 lines."]
    );
    let (url, _questions) = answering(http("200 OK", &"x".repeat(9 << 20))).await;
    assert!(matches!(ask(&url).await, Err(StoreError::Unreadable(_))));
}

#[tokio::test]
async fn a_loki_that_hangs_refuses_or_sends_elsewhere_ends_in_time() {
    let (url, _questions) = answering(None).await;
    let begun = std::time::Instant::now();
    assert_eq!(ask(&url).await, Err(StoreError::Silent));
    assert!(begun.elapsed() < Duration::from_secs(10));
    let (url, _questions) = answering(http("429 Too Many Requests", "slow\u{7} down")).await;
    assert_eq!(ask(&url).await, Err(StoreError::Refused(429, "slow down".to_owned())));
    let moved = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_owned();
    let (url, _questions) = answering(Some(moved)).await;
    assert!(matches!(ask(&url).await, Err(StoreError::Refused(302, _))));
    assert!(
        Store::new(Address {
            kind: Kind::Loki,
            url: "http://127.0.0.1:3100".to_owned(),
            token: None,
            tenant: None,
            reach: Reach::Public
        })
        .is_err()
    );
}
