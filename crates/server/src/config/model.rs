//! Language models: the one in use, and a candidate beside it.

use desk::leaving::{Endpoint, Hiding, ModelPurpose};
use serde::{Deserialize, Serialize};

/// An OpenAI-compatible endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Base address up to and with `/v1`.
    pub base_url: String,
    /// Model name.
    pub name: String,
    /// Key; `COUNTERSIGN_MODEL_KEY` overrides.
    #[serde(default, skip_serializing)]
    pub api_key: String,
    /// Where the endpoint stands, in words.
    #[serde(default)]
    pub region: String,
    /// Allow a private or loopback address, and http to it.
    #[serde(default)]
    pub allow_private: bool,
    /// `masked`, `minimal`, or `off` (an endpoint on this machine or in its own network only).
    #[serde(default = "masked")]
    pub hiding: Hiding,
    /// What it may be used for: `reply`.
    #[serde(default = "replies")]
    pub purposes: Vec<ModelPurpose>,
    /// What its tokens cost, for the scorecard; none where nobody said.
    #[serde(default)]
    pub price: Option<Price>,
}

/// What tokens cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A million tokens, read or written; above 0, at most 100000.
    pub per_million: f64,
    /// The currency, by its three letters.
    pub currency: String,
}

impl Price {
    pub(super) fn is_usable(&self) -> bool {
        let is_code = self.currency.len() == 3 && self.currency.bytes().all(|b| b.is_ascii_uppercase());
        is_code && self.per_million > 0.0 && self.per_million <= 100_000.0
    }
}

impl Model {
    /// What the rules of leaving ask, where endpoints may stand in `regions`.
    #[must_use]
    pub fn endpoint<'a>(&'a self, regions: &'a [String]) -> Endpoint<'a> {
        let (hiding, local) = (self.hiding, self.allow_private && self.is_local());
        Endpoint { hiding, purposes: &self.purposes, region: &self.region, local, regions }
    }

    /// Whether the address itself says that it is on this machine or in its own network. A name that merely leads there does not
    /// say so.
    fn is_local(&self) -> bool {
        let host = self.base_url.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split(['/', '?', '#']).next().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(v6) => v6.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        match host.parse::<std::net::IpAddr>() {
            Ok(std::net::IpAddr::V4(v4)) => v4.is_loopback() || v4.is_private(),
            Ok(std::net::IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local(),
            Err(_) => host == "localhost",
        }
    }

    pub(super) fn has_usable_scheme(&self) -> bool {
        self.base_url.starts_with("https://") || (self.allow_private && self.base_url.starts_with("http://"))
    }
}

/// How much a candidate is asked beside the model in use.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shadow {
    /// Of a hundred requests that the model in use drafts for, how many the candidate is asked about too, 0..=100.
    pub share_percent: u8,
    /// Requests to the candidate within 24 hours, 0..=100000.
    pub requests_a_day: i64,
}

impl Default for Shadow {
    fn default() -> Self {
        Self { share_percent: 20, requests_a_day: 200 }
    }
}

const fn masked() -> Hiding {
    Hiding::Masked
}
fn replies() -> Vec<ModelPurpose> {
    vec![ModelPurpose::Reply]
}
