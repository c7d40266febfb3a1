//! The model client against a server that does everything wrong (T057, T103).

use std::time::{Duration, Instant};

use connect::model::fake::{Fake, Mood};
use connect::model::{Client, EndpointConfig, Limits, ModelError, Reach, Request};
use redact::Redacted;

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn client(base_url: &str, allow_private: bool) -> Result<Client, ModelError> {
    Client::new(EndpointConfig {
        base_url: base_url.to_owned(),
        model: "fake".to_owned(),
        api_key: None,
        region: "here".to_owned(),
        reach: if allow_private { Reach::PrivateToo } else { Reach::Public },
        limits: Limits {
            first_byte: Duration::from_millis(300),
            idle: Duration::from_millis(300),
            total: Duration::from_secs(2),
            retries: 0,
            ..Limits::default()
        },
    })
}

fn request(user: &'static str) -> Request {
    Request { system: Redacted::fixed("Be brief."), user: Redacted::fixed(user), max_tokens: 100, temperature: 0.0 }
}

#[tokio::test]
async fn what_is_shown_is_what_is_sent() -> Outcome {
    let fake = Fake::start(Mood::Says("Hello".into())).await?;
    let client = client(&fake.base_url, true)?;
    let request = request("Hi");
    assert_eq!(client.complete(&request, 0).await?.text, "Hello");
    let shown = String::from_utf8(client.body(&request))?;
    assert_eq!(fake.requests(), [shown]);
    Ok(())
}

#[tokio::test]
async fn misbehaviour_is_refused_in_time() -> Outcome {
    let table = [
        (Mood::Hangs, ModelError::TooSlow("first byte")),
        (Mood::Page, ModelError::Form),
        (Mood::Cut, ModelError::Form),
        (Mood::Status(500), ModelError::Status(500)),
        (Mood::Status(429), ModelError::Status(429)),
        (Mood::Status(307), ModelError::Status(307)),
        (Mood::Tool, ModelError::Tool),
        (Mood::Huge, ModelError::TooLong),
    ];
    for (mood, want) in table {
        let fake = Fake::start(mood).await?;
        let started = Instant::now();
        let got = client(&fake.base_url, true)?.complete(&request("Hi"), 0).await;
        assert_eq!(got.err(), Some(want));
        assert!(started.elapsed() < Duration::from_secs(4));
    }
    for mood in [Mood::Trickles(Duration::from_millis(900)), Mood::Endless] {
        let fake = Fake::start(mood).await?;
        let started = Instant::now();
        let got = client(&fake.base_url, true)?.complete(&request("Hi"), 0).await;
        assert!(matches!(got, Err(ModelError::TooSlow(_) | ModelError::TooLong)), "{got:?}");
        assert!(started.elapsed() < Duration::from_secs(4));
    }
    Ok(())
}

#[tokio::test]
async fn a_broken_model_is_left_alone() -> Outcome {
    let fake = Fake::start(Mood::Page).await?;
    let client = client(&fake.base_url, true)?;
    for _ in 0..5 {
        assert_eq!(client.complete(&request("Hi"), 0).await.err(), Some(ModelError::Form));
    }
    assert_eq!(client.complete(&request("Hi"), 1).await.err(), Some(ModelError::Resting));
    assert_eq!(fake.requests().len(), 5);
    Ok(())
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() -> Outcome {
    let got = client("https://localhost/v1", false)?.complete(&request("Hi"), 0).await;
    assert_eq!(got.err(), Some(ModelError::Unreachable));
    Ok(())
}
