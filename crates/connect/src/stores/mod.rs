//! Stores of telemetry that others keep: Prometheus and Loki, and what speaks like them. They are only ever asked: two
//! addresses that read, `GET` alone.
//!
//! Whoever asks hands in labels; every selector of the query gets them ([`scoped`]), and a query that says otherwise is refused.
//! Answers are bounded in time, bytes and number; what is missing from one is said in words.

mod answer;
mod logql;
mod promql;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use desk::Timestamp;
use futures_util::StreamExt as _;
use reqwest::Url;
use tokio::time::timeout;

use crate::{
    Secret,
    model::{Reach, address},
    reach::Guard,
};

pub use answer::{Answer, Series, StoredLine};

/// How long a store may take for everything.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer.
const BYTES: usize = 8 << 20;
/// Longest query.
const QUERY_BYTES: usize = 4 << 10;
/// Longest stretch that may be asked for, in seconds.
const SPAN_SECONDS: i64 = 31 * 86_400;
/// Points of a series that are asked for.
const POINTS: i64 = 300;
/// Lines that are asked for.
const LINES: usize = 1_000;

/// What a store speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PromQL, `/api/v1/query_range`.
    Prometheus,
    /// LogQL, `/loki/api/v1/query_range`.
    Loki,
}

impl Kind {
    /// The kind's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::Loki => "loki",
        }
    }
}

/// Where a store is.
#[derive(Debug, Clone)]
pub struct Address {
    /// What it speaks.
    pub kind: Kind,
    /// Up to and without `/api/v1` or `/loki/api/v1`.
    pub url: String,
    /// Bearer token.
    pub token: Option<Secret>,
    /// Tenant, for `X-Scope-OrgID`.
    pub tenant: Option<String>,
    /// Which addresses may be called.
    pub reach: Reach,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Its address cannot be used.
    #[error("its address cannot be used: {0}")]
    Address(String),
    /// The query is none, or asks for more than is allowed.
    #[error("The query was not sent: {0}.")]
    Query(String),
    /// It did not answer in time, or not at all.
    #[error("The store cannot be reached or takes longer than ten seconds. Ask for less, or try again later.")]
    Silent,
    /// It said no.
    #[error("The store answers with status {0}: {1}")]
    Refused(u16, String),
    /// What it said makes no sense, or broke off.
    #[error("The store's answer cannot be read: {0}. Nothing of it is shown.")]
    Unreadable(String),
}

/// A store that can be asked.
pub struct Store {
    http: reqwest::Client,
    url: Url,
    at: Address,
    patience: Duration,
}

impl Store {
    /// Checks the address and sets the client up; contacts nobody.
    ///
    /// # Errors
    /// [`StoreError::Address`].
    pub fn new(at: Address) -> Result<Self, StoreError> {
        let wrong = |why: String| StoreError::Address(why);
        let base = address::check(&at.url, at.reach).map_err(|e| wrong(e.to_string()))?;
        let path = match at.kind {
            Kind::Prometheus => "api/v1/query_range",
            Kind::Loki => "loki/api/v1/query_range",
        };
        let url = format!("{}/{path}", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|e| wrong(e.to_string()))?;
        let tls = crate::tls::client_config(None).map_err(|e| wrong(e.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(Arc::unwrap_or_clone(tls))
            .dns_resolver(Arc::new(Guard { reach: at.reach, encrypted: url.scheme() == "https" }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(PATIENCE)
            .build()
            .map_err(|e| wrong(e.to_string()))?;
        Ok(Self { http, url, at, patience: PATIENCE })
    }

    /// The same with another patience: how tests wait less.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What it speaks.
    pub const fn kind(&self) -> Kind {
        self.at.kind
    }

    /// Asks for a stretch of time, with `labels` in every selector of the query.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ask(
        &self,
        query: &str,
        labels: &BTreeMap<String, String>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Answer, StoreError> {
        let span = to.seconds_since(from);
        if !(1..=SPAN_SECONDS).contains(&span) {
            return Err(StoreError::Query("ask for a stretch of a second to 31 days".to_owned()));
        }
        let query = scoped(self.at.kind, query, labels)?;
        let mut url = self.url.clone();
        let nanos = |at: Timestamp| format!("{}000", at.micros());
        let seconds =
            |at: Timestamp| format!("{}.{:06}", at.micros().div_euclid(1_000_000), at.micros().rem_euclid(1_000_000));
        let step = (span / POINTS).max(15).to_string();
        match self.at.kind {
            Kind::Prometheus => url.query_pairs_mut().extend_pairs([
                ("query", &query),
                ("start", &seconds(from)),
                ("end", &seconds(to)),
                ("step", &step),
            ]),
            Kind::Loki => url.query_pairs_mut().extend_pairs([
                ("query", &query),
                ("start", &nanos(from)),
                ("end", &nanos(to)),
                ("step", &step),
                ("limit", &LINES.to_string()),
            ]),
        };
        let body = timeout(self.patience, self.get(url.clone())).await.map_err(|_| StoreError::Silent)??;
        answer::read(self.at.kind, &body, labels, LINES).map(|read| Answer { query, address: url.to_string(), ..read })
    }

    async fn get(&self, url: Url) -> Result<Vec<u8>, StoreError> {
        let mut request = self.http.get(url);
        if let Some(token) = &self.at.token {
            request = request.bearer_auth(token.reveal());
        }
        if let Some(tenant) = &self.at.tenant {
            request = request.header("X-Scope-OrgID", tenant);
        }
        let response = request.send().await.map_err(|_| StoreError::Silent)?;
        let status = response.status();
        let mut bytes = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|_| StoreError::Unreadable("it broke off in the middle".to_owned()))?;
            if bytes.len() + piece.len() > BYTES {
                return Err(StoreError::Unreadable("it is larger than 8 MB".to_owned()));
            }
            bytes.extend_from_slice(&piece);
        }
        if status.is_success() { Ok(bytes) } else { Err(StoreError::Refused(status.as_u16(), answer::said(&bytes))) }
    }
}

/// The query with `labels` in every selector.
///
/// # Errors
/// [`StoreError::Query`] for one that cannot be read, or that asks for another value of one of the labels.
pub fn scoped(kind: Kind, query: &str, labels: &BTreeMap<String, String>) -> Result<String, StoreError> {
    let query = query.trim();
    if query.is_empty() || query.len() > QUERY_BYTES {
        return Err(StoreError::Query("it has 1 to 4096 characters".to_owned()));
    }
    match kind {
        Kind::Prometheus => promql::scoped(query, labels),
        Kind::Loki => logql::scoped(query, labels),
    }
    .map_err(StoreError::Query)
}
