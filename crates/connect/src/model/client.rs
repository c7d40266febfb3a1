//! One call: the exact bytes, bounded in time and size, retried only where the endpoint says so.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use reqwest::{
    Response, Url,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use tokio::time::timeout;

use super::{Answer, EndpointConfig, ModelError, Request, address::check, breaker::Breaker, stream::Reader};
use crate::reach::Guard;

/// Longest wait that an endpoint can ask for with Retry-After.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(10);

/// A client for one endpoint.
pub struct Client {
    http: reqwest::Client,
    url: Url,
    config: EndpointConfig,
    breaker: Breaker,
}

impl Client {
    /// Checks the address and sets the client up; contacts nobody.
    ///
    /// # Errors
    /// [`ModelError::Address`] or [`ModelError::Setup`].
    pub fn new(config: EndpointConfig) -> Result<Self, ModelError> {
        let base = check(&config.base_url, config.reach)?;
        let joined = format!("{}/chat/completions", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&joined).map_err(|e| ModelError::Address(e.to_string()))?;
        let tls = crate::tls::client_config(None).map_err(|e| ModelError::Setup(e.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(std::sync::Arc::unwrap_or_clone(tls))
            .dns_resolver(std::sync::Arc::new(Guard { reach: config.reach, encrypted: url.scheme() == "https" }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(config.limits.connect)
            .build()
            .map_err(|e| ModelError::Setup(e.to_string()))?;
        Ok(Self { http, url, config, breaker: Breaker::default() })
    }

    /// The model's name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.config.model
    }

    /// Whether the last call of this process brought no answer. Before the first call nobody knows, and
    /// it is false.
    #[must_use]
    pub fn is_failing(&self) -> bool {
        self.breaker.failing()
    }

    /// The exact bytes that [`Client::complete`] sends for a request.
    #[must_use]
    pub fn body(&self, request: &Request) -> Vec<u8> {
        serde_json::json!({
            "model": self.config.model,
            "messages": [
                {"role": "system", "content": request.system.as_str()},
                {"role": "user", "content": request.user.as_str()},
            ],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "stream": true,
        })
        .to_string()
        .into_bytes()
    }

    /// Asks. `now` is microseconds since 1970, for the circuit breaker alone.
    ///
    /// # Errors
    /// [`ModelError`]; nothing is half-answered.
    pub async fn complete(&self, request: &Request, now: i64) -> Result<Answer, ModelError> {
        if !self.breaker.closed(now) {
            return Err(ModelError::Resting);
        }
        let body = self.body(request);
        let answered =
            timeout(self.config.limits.total, self.attempts(body)).await.unwrap_or(Err(ModelError::TooSlow("in all")));
        self.breaker.note(answered.is_ok(), now);
        answered
    }

    async fn attempts(&self, body: Vec<u8>) -> Result<Answer, ModelError> {
        let mut tried = 0;
        loop {
            let started = Instant::now();
            let response = self.send(body.clone()).await?;
            let status = response.status().as_u16();
            if response.status().is_success() {
                return self.read(response, started).await;
            }
            if !(status == 429 || status >= 500) || tried >= self.config.limits.retries {
                return Err(ModelError::Status(status));
            }
            tokio::time::sleep(wait(&response, tried)).await;
            tried += 1;
        }
    }

    async fn send(&self, body: Vec<u8>) -> Result<Response, ModelError> {
        let mut request = self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(key) = &self.config.api_key {
            request = request.bearer_auth(key.reveal());
        }
        match timeout(self.config.limits.first_byte, request.send()).await {
            Err(_) => Err(ModelError::TooSlow("first byte")),
            Ok(Err(_)) => Err(ModelError::Unreachable),
            Ok(Ok(response)) => Ok(response),
        }
    }

    async fn read(&self, response: Response, started: Instant) -> Result<Answer, ModelError> {
        let first_byte_ms = millis(started);
        let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let streamed = kind.starts_with("text/event-stream");
        if !streamed && !kind.starts_with("application/json") {
            return Err(ModelError::Form);
        }
        let limits = self.config.limits;
        let mut reader = Reader::default();
        let mut whole = Vec::new();
        let mut bytes = response.bytes_stream();
        while let Some(chunk) =
            timeout(limits.idle, bytes.next()).await.map_err(|_| ModelError::TooSlow("between two pieces"))?
        {
            let chunk = chunk.map_err(|_| ModelError::Form)?;
            if streamed {
                reader.take(&chunk, limits.bytes)?;
            } else {
                whole.extend_from_slice(&chunk);
            }
            if whole.len() > limits.bytes {
                return Err(ModelError::TooLong);
            }
            if reader.done {
                break;
            }
        }
        if !streamed {
            reader.piece(&whole)?;
        }
        reader.end()?;
        Ok(Answer {
            text: reader.text,
            finish: reader.finish,
            usage: reader.usage,
            first_byte_ms,
            total_ms: millis(started),
        })
    }
}

fn wait(response: &Response, tried: u32) -> Duration {
    let asked = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.parse().ok())
        .map(Duration::from_secs);
    asked.unwrap_or(Duration::from_millis(500 << tried.min(4))).min(RETRY_AFTER_MAX)
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
