//! One page at a time from one host: slowly, bounded, and never from an address inside.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt as _;
use reqwest::{
    Response, StatusCode, Url,
    header::{CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION},
};
use tokio::time::{Instant, sleep_until, timeout};

use super::Limits;
use crate::{
    documents::{Broken, Validators},
    reach::{Guard, Reach, allowed},
};

/// Redirects of one page that are followed.
const REDIRECTS_MAX: usize = 5;

/// What came of asking for an address.
#[derive(Debug)]
pub enum Fetched {
    /// A page.
    Page { bytes: Vec<u8>, media_type: String, validators: Validators },
    /// It is what it was.
    Unchanged,
    /// 404 or 410.
    Gone,
    /// Something else, in one sentence.
    Failed(String),
}

/// Fetches from one host.
pub struct Fetcher {
    http: reqwest::Client,
    reach: Reach,
    home: Url,
    limits: Limits,
    /// When the next request may go out.
    next: Instant,
}

impl Fetcher {
    pub fn new(home: Url, limits: Limits, reach: Reach) -> Result<Self, Broken> {
        let broken = |why: String| Broken(format!("The web client cannot be set up: {why}."));
        let tls = crate::tls::client_config(None).map_err(|error| broken(error.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(Arc::unwrap_or_clone(tls))
            .dns_resolver(Arc::new(Guard { reach, encrypted: true }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(super::USER_AGENT)
            .connect_timeout(limits.page_time)
            .build()
            .map_err(|error| broken(error.to_string()))?;
        Ok(Self { http, reach, home, limits, next: Instant::now() })
    }

    pub const fn set_pause(&mut self, pause: Duration) {
        self.limits.pause = pause;
    }

    /// Whether an address belongs to this site: its scheme, host and port, and no address inside written as a number.
    pub fn is_ours(&self, url: &Url) -> bool {
        url.origin() == self.home.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && may_call(url, self.reach)
    }

    /// Asks for an address, following redirects within the site.
    pub async fn get(&mut self, url: Url, known: &Validators, bytes_max: usize) -> Fetched {
        let mut url = url;
        for _ in 0..=REDIRECTS_MAX {
            if !self.is_ours(&url) {
                return Fetched::Failed(format!(
                    "It leads to {}, which is not this site; it was not followed.",
                    shown(&url)
                ));
            }
            sleep_until(self.next).await;
            let answered = timeout(self.limits.page_time, self.once(&url, known, bytes_max)).await;
            self.next = Instant::now() + self.limits.pause;
            match answered {
                Err(_) => {
                    return Fetched::Failed(format!(
                        "It took longer than {} seconds.",
                        self.limits.page_time.as_secs().max(1)
                    ));
                }
                Ok(Step::Done(fetched)) => return fetched,
                Ok(Step::To(next)) => url = *next,
            }
        }
        Fetched::Failed("It redirects again and again.".to_owned())
    }

    async fn once(&self, url: &Url, known: &Validators, bytes_max: usize) -> Step {
        let mut request = self.http.get(url.clone());
        for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.modified)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let failed = |why: &str| Step::Done(Fetched::Failed(why.to_owned()));
        let Ok(response) = request.send().await else {
            return failed("It cannot be reached, or leads to an address that may not be called.");
        };
        let status = response.status();
        let header = |name: HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        if matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return match header(LOCATION).and_then(|to| url.join(&to).ok()) {
                Some(next) => Step::To(Box::new(next)),
                None => failed("It redirects to nowhere."),
            };
        }
        Step::Done(match status {
            StatusCode::NOT_MODIFIED => Fetched::Unchanged,
            StatusCode::NOT_FOUND | StatusCode::GONE => Fetched::Gone,
            _ if !status.is_success() => Fetched::Failed(format!("It answers with status {}.", status.as_u16())),
            _ => {
                let validators = Validators { etag: header(ETAG), modified: header(LAST_MODIFIED) };
                let media_type = header(CONTENT_TYPE).unwrap_or_default();
                match body(response, bytes_max).await {
                    Ok(bytes) => Fetched::Page { bytes, media_type, validators },
                    Err(why) => Fetched::Failed(why),
                }
            }
        })
    }
}

enum Step {
    Done(Fetched),
    To(Box<Url>),
}

/// Reads at most `bytes_max` bytes, counted after any compression is undone (T076).
async fn body(response: Response, bytes_max: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|_| "It broke off in the middle.".to_owned())?;
        if bytes.len() + piece.len() > bytes_max {
            return Err(format!("It is larger than {} kB.", bytes_max / 1024));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Names are checked when they are resolved; numbers never are, so they are checked here.
fn may_call(url: &Url, reach: Reach) -> bool {
    let literal = url.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']'));
    let ip = literal.and_then(|host| host.parse().ok());
    matches!(url.scheme(), "http" | "https") && url.has_host() && ip.is_none_or(|ip| allowed(ip, reach))
}

/// An address as a sentence shows it.
fn shown(url: &Url) -> String {
    url.as_str().chars().take(120).collect()
}
