//! Signing in through an OpenID Connect provider: where a person is sent, and who came back.
//!
//! The issuer is pinned by configuration: its own description must name it, every address in that description is held to the
//! same rules as a model's, no redirect is followed, and an answer counts only when the provider signed it for this desk and
//! for this very attempt. Which account somebody gets is not decided here.
//!
//! Method: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).

mod token;

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::StreamExt as _;
use reqwest::{RequestBuilder, Url};
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::{
    Secret,
    reach::{Guard, allowed, private},
};

pub use crate::reach::Reach;
pub use token::Claims;

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why nobody came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The address cannot be called.
    #[error("the address {0} cannot be used")]
    Address(String),
    /// The provider does not answer.
    #[error("the provider does not answer: {0}")]
    Unreachable(String),
    /// It answers, but not as a provider does.
    #[error("the provider's answer cannot be used: {0}")]
    Answer(String),
    /// What it says about the person does not hold.
    #[error("what the provider says does not hold: {0}")]
    Proof(&'static str),
}

/// A provider, as configured.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Who it says it is; exactly.
    pub issuer: String,
    /// Who this desk is to it.
    pub client_id: String,
    /// What it shares with this desk.
    pub secret: Secret,
    /// Where a person comes back to.
    pub redirect: String,
    /// Which addresses may be called.
    pub reach: Reach,
}

/// One attempt of one browser. All four are random and good once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Comes back beside the code.
    pub state: String,
    /// Comes back inside the signed answer.
    pub nonce: String,
    /// Redeems the code (RFC 7636).
    pub verifier: String,
    /// Whether the provider shall ask the person again, whatever it remembers.
    pub again: bool,
}

/// A provider that can be asked.
pub struct Provider {
    http: reqwest::Client,
    config: ProviderConfig,
}

/// What a provider says of itself.
#[derive(Debug, Deserialize)]
struct Described {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

impl Provider {
    /// Checks the address and sets the client up; contacts nobody.
    ///
    /// # Errors
    /// [`IdentityError::Address`].
    pub fn new(config: ProviderConfig) -> Result<Self, IdentityError> {
        let issuer = address(&config.issuer, config.reach)?;
        let broken = |why: String| IdentityError::Address(format!("{} ({why})", config.issuer));
        let tls = crate::tls::client_config(None).map_err(|e| broken(e.to_string()))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(Arc::unwrap_or_clone(tls))
            .dns_resolver(Arc::new(Guard { reach: config.reach, encrypted: issuer.scheme() == "https" }))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|e| broken(e.to_string()))?;
        Ok(Self { http, config })
    }

    /// Where to send a person's browser.
    ///
    /// # Errors
    /// [`IdentityError`] when the provider does not describe itself.
    pub async fn send_to(&self, attempt: &Attempt) -> Result<Url, IdentityError> {
        let described = self.describe().await?;
        let mut url = address(&described.authorization_endpoint, self.config.reach)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(attempt.verifier.as_bytes()));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.config.redirect)
            .append_pair("scope", "openid email profile")
            .append_pair("state", &attempt.state)
            .append_pair("nonce", &attempt.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if attempt.again {
            url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
        }
        Ok(url)
    }

    /// Who came back with a code. `now` is seconds since 1970.
    ///
    /// # Errors
    /// [`IdentityError`]; nobody is half known.
    pub async fn who(&self, code: &str, attempt: &Attempt, now: i64) -> Result<Claims, IdentityError> {
        let described = self.describe().await?;
        let tokens = self.redeem(&described, code, attempt).await?;
        let keys: token::Keys = self.ask(self.http.get(self.reachable(&described.jwks_uri)?)).await?;
        let expected = token::Expected {
            issuer: &self.config.issuer,
            client: &self.config.client_id,
            nonce: &attempt.nonce,
            now,
            again: attempt.again,
        };
        let mut claims = token::check(&tokens.id_token, &keys, &expected)?;
        if claims.email.is_none()
            && let Some(endpoint) = &described.userinfo_endpoint
        {
            let more: Claims =
                self.ask(self.http.get(self.reachable(endpoint)?).bearer_auth(&tokens.access_token)).await?;
            if more.subject != claims.subject {
                return Err(IdentityError::Proof("its two answers are about two people"));
            }
            claims = Claims { authenticated_at: claims.authenticated_at, ..more };
        }
        Ok(claims)
    }

    /// Whether the provider answers as configured.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub async fn look(&self) -> Result<(), IdentityError> {
        self.describe().await.map(drop)
    }

    async fn describe(&self) -> Result<Described, IdentityError> {
        let place = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let described: Described = self.ask(self.http.get(self.reachable(&place)?)).await?;
        if described.issuer != self.config.issuer {
            return Err(IdentityError::Proof("it describes itself as somebody else"));
        }
        Ok(described)
    }

    async fn redeem(&self, described: &Described, code: &str, attempt: &Attempt) -> Result<Tokens, IdentityError> {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.config.redirect),
            ("code_verifier", &attempt.verifier),
        ];
        let mut body = Url::parse("form:").map_err(|e| IdentityError::Answer(e.to_string()))?;
        body.query_pairs_mut().extend_pairs(form);
        let request = self
            .http
            .post(self.reachable(&described.token_endpoint)?)
            .basic_auth(encoded(&self.config.client_id), Some(encoded(self.config.secret.reveal())))
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.query().unwrap_or_default().to_owned());
        self.ask(request).await
    }

    fn reachable(&self, text: &str) -> Result<Url, IdentityError> {
        address(text, self.config.reach)
    }

    /// One request; its answer is bounded, and anything but success is an error.
    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, IdentityError> {
        let unreachable = |e: reqwest::Error| IdentityError::Unreachable(e.without_url().to_string());
        let response = request.header(reqwest::header::ACCEPT, "application/json").send().await.map_err(unreachable)?;
        let status = response.status();
        if !status.is_success() {
            return Err(IdentityError::Answer(format!("it says {status}")));
        }
        let (mut bytes, mut parts) = (Vec::new(), response.bytes_stream());
        while let Some(part) = parts.next().await {
            bytes.extend_from_slice(&part.map_err(unreachable)?);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(IdentityError::Answer("it is too long".to_owned()));
            }
        }
        serde_json::from_slice(&bytes).map_err(|e| IdentityError::Answer(e.to_string()))
    }
}

/// As a form would write it, which RFC 6749 asks for inside the basic scheme.
fn encoded(text: &str) -> String {
    let mut url = Url::parse("form:").unwrap_or_else(|_| unreachable!("a constant"));
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}

/// An address that may be called: encrypted, or private where that is allowed.
fn address(text: &str, reach: Reach) -> Result<Url, IdentityError> {
    let no = || IdentityError::Address(text.chars().take(200).collect());
    let url = Url::parse(text).map_err(|_| no())?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let literal = host.parse().ok();
    let known = !host.is_empty() && url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let scheme = match url.scheme() {
        "https" => true,
        "http" => reach == Reach::PrivateToo && literal.is_none_or(private),
        _ => false,
    };
    if known && scheme && literal.is_none_or(|ip| allowed(ip, reach)) { Ok(url) } else { Err(no()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_may_be_called_are() {
        for (text, public, private) in [
            ("https://id.company.example", true, true),
            ("http://id.company.example", false, true),
            ("http://127.0.0.1:9000", false, true),
            ("https://10.0.0.5/realm", false, true),
            ("http://203.0.113.7", false, false),
            ("https://169.254.169.254/latest", false, false),
            ("https://user@id.company.example", false, false),
            ("ftp://id.company.example", false, false),
            ("https://id.company.example/#x", false, false),
            ("id.company.example", false, false),
        ] {
            assert_eq!(address(text, Reach::Public).is_ok(), public, "{text}");
            assert_eq!(address(text, Reach::PrivateToo).is_ok(), private, "{text}, private too");
        }
    }

    #[test]
    fn a_secret_with_odd_letters_is_written_as_a_form_would() {
        assert_eq!(encoded("a b:c+d&e=f"), "a+b%3Ac%2Bd%26e%3Df");
    }
}
