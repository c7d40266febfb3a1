//! Telling another system something by HTTP: one address of the operator's configuration, bounded in time, no redirect.
//!
//! It is no way to a requester: whoever calls it hands over bytes for an address that only the configuration knows, and
//! the same guard as for models keeps it from reaching inside where that was not allowed.

use std::time::Duration;

use reqwest::{Url, header::CONTENT_TYPE};

pub use crate::reach::Reach;
use crate::{model::check_address, reach::Guard};

/// How long another system has to take it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why it was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The address cannot be used.
    #[error("the address cannot be used: {0}")]
    Address(String),
    /// It did not answer in time, or not at all.
    #[error("it does not answer")]
    Unreachable,
    /// It said no.
    #[error("it answered with {0}")]
    Status(u16),
}

/// One address that may be told things.
pub struct Hook {
    http: reqwest::Client,
    url: Url,
}

impl Hook {
    /// Checks the address; contacts nobody.
    ///
    /// # Errors
    /// [`HookError::Address`].
    pub fn new(url: &str, reach: Reach) -> Result<Self, HookError> {
        let url = check_address(url, reach).map_err(|e| HookError::Address(e.to_string()))?;
        let tls = crate::tls::client_config(None).map_err(|e| HookError::Address(e.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(std::sync::Arc::unwrap_or_clone(tls))
            .dns_resolver(std::sync::Arc::new(Guard { reach, encrypted: url.scheme() == "https" }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|e| HookError::Address(e.to_string()))?;
        Ok(Self { http, url })
    }

    /// Posts JSON with these headers.
    ///
    /// # Errors
    /// [`HookError`]; whether it was taken is then not known, so the receiver must bear repetitions.
    pub async fn post(&self, body: Vec<u8>, headers: &[(&str, String)]) -> Result<(), HookError> {
        let mut request = self.http.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(|_| HookError::Unreachable)?;
        match response.status().as_u16() {
            200..=299 => Ok(()),
            other => Err(HookError::Status(other)),
        }
    }
}
