//! What is kept of telemetry, who sees which part of it, and where more of it is.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};

/// Telemetry: a short window of it in memory, and stores that can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// How far back the window reaches, in minutes, 5..=10080.
    pub minutes: u32,
    /// Memory of the window in MB, 8..=16384.
    pub memory_mb: usize,
    /// Services told apart, 1..=5000.
    pub services_max: usize,
    /// Attributes whose values are never kept, by name; capitals do not matter.
    pub mask: Vec<String>,
    /// Which queue may see which part.
    pub scopes: Vec<Scope>,
    /// Log files that are followed.
    pub files: Vec<LogFile>,
    /// Prometheus and what speaks like it.
    pub prometheus: Vec<Source>,
    /// Loki and what speaks like it.
    pub loki: Vec<Source>,
}

/// What the people of a queue may see.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Key of the queue, or `*` for all of them.
    pub queue: String,
    /// Names of services; a `*` at the end stands for any ending.
    #[serde(default)]
    pub services: Vec<String>,
    /// Labels that every query to a store gets for this queue. Without any, nobody of the queue asks a store.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// A log file that is followed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFile {
    /// The file, or a folder whose `*.log` files are followed.
    pub path: PathBuf,
    /// The service its lines are of.
    pub service: String,
}

/// A store that is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called here.
    pub name: String,
    /// Address up to and without `/api/v1` or `/loki/api/v1`.
    pub url: String,
    /// File that holds a bearer token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Tenant, sent as `X-Scope-OrgID`.
    #[serde(default)]
    pub tenant: Option<String>,
    /// Allow a private or loopback address, and `http` to it.
    #[serde(default)]
    pub allow_private: bool,
}

impl Default for Telemetry {
    fn default() -> Self {
        let mask = ["user.email", "enduser.id", "password", "authorization", "http.request.header.authorization"];
        Self {
            minutes: 1_440,
            memory_mb: 256,
            services_max: 200,
            mask: mask.map(str::to_owned).to_vec(),
            scopes: Vec::new(),
            files: Vec::new(),
            prometheus: Vec::new(),
            loki: Vec::new(),
        }
    }
}

impl Telemetry {
    /// The first key that cannot work: its name, what it holds, what it should hold.
    pub(crate) fn wrong(&self) -> Option<(&'static str, String, &'static str)> {
        if !(5..=10_080).contains(&self.minutes) {
            return Some(("telemetry.minutes", self.minutes.to_string(), "a number of minutes from 5 to 10080"));
        }
        if !(8..=16_384).contains(&self.memory_mb) {
            return Some(("telemetry.memory_mb", self.memory_mb.to_string(), "a number of megabytes from 8 to 16384"));
        }
        if !(1..=5_000).contains(&self.services_max) {
            return Some((
                "telemetry.services_max",
                self.services_max.to_string(),
                "a number of services from 1 to 5000",
            ));
        }
        let all = self.prometheus.iter().chain(&self.loki);
        let bad = |source: &&Source| {
            !(source.url.starts_with("https://") || source.allow_private && source.url.starts_with("http://"))
        };
        all.clone()
            .find(bad)
            .map(|source| {
                (
                    "telemetry.prometheus.url or telemetry.loki.url",
                    source.url.clone(),
                    "an https address, or an http one together with allow_private = true",
                )
            })
            .or_else(|| {
                let twice = |source: &&Source| all.clone().filter(|other| other.name == source.name).count() > 1;
                let named = all.clone().find(twice)?;
                Some((
                    "telemetry.prometheus.name or telemetry.loki.name",
                    named.name.clone(),
                    "a name that no other store has",
                ))
            })
    }
}
