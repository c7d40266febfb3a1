//! One struct, one file, environment overrides for secrets. Unknown keys stop the start.

use std::path::{Path, PathBuf};

use desk::consent::DeskDefault;
use serde::{Deserialize, Serialize};

mod digest;
mod model;
mod own_ai;
mod portal;
mod receiver;
mod reviews;
mod surveys;

use self::portal::is_origin;
pub use self::{
    digest::Digest,
    model::{Model, Price, Shadow},
    own_ai::OwnAi,
    portal::Portal,
    receiver::Receiver,
    reviews::Reviews,
    surveys::Surveys,
};
pub use crate::telemetry::config::Telemetry;

/// Everything that can be configured; `docs/operate/configuration.md` lists it, and a test compares.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Data folder: database, index, keys.
    pub data: PathBuf,
    /// Address and port to serve on.
    pub listen: String,
    /// `sqlite:PATH` or `postgres://...`; empty means `sqlite:DATA/desk.db`.
    pub database: String,
    /// The desk itself.
    pub desk: Desk,
    /// Mail in and out.
    pub mail: Mail,
    /// What goes by age.
    pub retention: Retention,
    /// The language model; none by default.
    pub model: Option<Model>,
    /// A language model that may take over, asked beside the other; none by default.
    pub candidate: Option<Model>,
    /// How much the candidate is asked.
    pub shadow: Shadow,
    /// Who vouches for the people who work here; none means passwords alone.
    pub identity: Option<Identity>,
    /// The local embedding model.
    pub embedding: Embedding,
    /// What services log and measure.
    pub telemetry: Telemetry,
    /// Other systems that may be told of escalations.
    pub receivers: Vec<Receiver>,
    /// Pages for people without an account.
    pub portal: Portal,
    /// Second looks at texts.
    pub reviews: Reviews,
    /// Questions to whoever was helped.
    pub surveys: Surveys,
    /// The week by mail.
    pub digest: Digest,
    /// The company's own AI products.
    pub own_ai: OwnAi,
}

/// An OpenID Connect provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// What the button says: `Sign in with NAME`.
    pub name: String,
    /// Who the provider says it is; exactly, with or without a slash at the end.
    pub issuer: String,
    /// Who this desk is to it.
    pub client_id: String,
    /// What it shares with this desk; `COUNTERSIGN_IDENTITY_SECRET` overrides.
    #[serde(default, skip_serializing)]
    pub client_secret: String,
    /// Allow a private or loopback address, and http to it.
    #[serde(default)]
    pub allow_private: bool,
}

/// The desk itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// Name shown to people and under replies.
    pub name: String,
    /// `in`: AI helps unless somebody opts out; `out`: only those who opted in.
    pub ai_default: DeskDefault,
    /// Where browsers reach the desk's own pages, such as `https://desk.company.example`; without it mails hold no link by which
    /// their reader says yes or no to AI, and nobody can sign in through an identity provider.
    pub address: String,
    /// Seconds in which an approval can be undone, 0..=3600.
    pub undo_seconds: i64,
    /// Letters with the machine's words that one person may approve within a minute before they are slowed down, 0..=1000; 0
    /// for no brake at all.
    pub letters_a_minute: usize,
    /// Letters one person may send in bulk within a day, 1..=10000.
    pub bulk_letters_a_day: i64,
    /// From how many letters on a bulk reply needs two people, 2..=10000.
    pub bulk_two_people_from: usize,
    /// Where a language model may stand, in the words of `model.region`; empty means anywhere.
    pub model_regions: Vec<String>,
}

/// Mail in and out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The address customers write to and we answer from.
    pub address: String,
    /// The authserv-id of the receiving server whose `Authentication-Results` are believed.
    pub authserv_id: Option<String>,
    /// Send a fixed "we have received your message" for new tickets.
    pub acknowledge: bool,
    /// Where to fetch mail; none means mail comes by API or import only.
    pub imap: Option<Imap>,
    /// Where to hand mail over; none means the letter tray.
    pub smtp: Option<Smtp>,
}

/// After how many days data goes; 0 keeps it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Requesters with nothing open, since their last ticket was touched: erased whole. 0 or 30..=36500.
    pub people_days: i64,
    /// Requests to models with their answers. 0 or 1..=36500.
    pub model_request_days: i64,
    /// Mails in quarantine. 0 or 1..=36500.
    pub quarantine_days: i64,
}

/// An IMAP mailbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imap {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `implicit`, `starttls`, or `plaintext` (loopback only).
    #[serde(default = "implicit")]
    pub tls: String,
    /// User name.
    pub user: String,
    /// Password; `COUNTERSIGN_IMAP_PASSWORD` overrides.
    #[serde(default, skip_serializing)]
    pub password: String,
    /// Folder.
    #[serde(default = "inbox")]
    pub folder: String,
    /// PEM file of trusted certificates, instead of the public ones.
    pub ca_file: Option<PathBuf>,
}

/// An SMTP server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `implicit`, `starttls`, or `plaintext` (loopback only).
    #[serde(default = "implicit")]
    pub tls: String,
    /// PEM file of trusted certificates, instead of the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// User name; none means no authentication.
    pub user: Option<String>,
    /// Password; `COUNTERSIGN_SMTP_PASSWORD` overrides.
    #[serde(default, skip_serializing)]
    pub password: String,
}

/// The local embedding model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Embedding {
    /// Folder with the weights.
    pub folder: PathBuf,
}

fn implicit() -> String {
    "implicit".to_owned()
}
fn inbox() -> String {
    "INBOX".to_owned()
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("data"),
            listen: "127.0.0.1:8080".to_owned(),
            database: String::new(),
            desk: Desk::default(),
            mail: Mail::default(),
            retention: Retention::default(),
            model: None,
            candidate: None,
            shadow: Shadow::default(),
            identity: None,
            embedding: Embedding::default(),
            telemetry: Telemetry::default(),
            receivers: Vec::new(),
            portal: Portal::default(),
            reviews: Reviews::default(),
            surveys: Surveys::default(),
            digest: Digest::default(),
            own_ai: OwnAi::default(),
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            name: "Support".to_owned(),
            ai_default: DeskDefault::OptOut,
            address: String::new(),
            undo_seconds: 15,
            letters_a_minute: 10,
            bulk_letters_a_day: 200,
            bulk_two_people_from: 50,
            model_regions: Vec::new(),
        }
    }
}

impl Desk {
    /// Where customers reach it, when they can.
    #[must_use]
    pub fn public_address(&self) -> Option<String> {
        Some(self.address.trim_end_matches('/').to_owned()).filter(|address| !address.is_empty())
    }

    fn has_usable_address(&self) -> bool {
        let Some(address) = self.public_address() else { return true };
        is_origin(&address)
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            address: "support@desk.example".to_owned(),
            authserv_id: None,
            acknowledge: false,
            imap: None,
            smtp: None,
        }
    }
}

impl Default for Embedding {
    fn default() -> Self {
        Self { folder: PathBuf::from("models/all-MiniLM-L6-v2") }
    }
}

/// A configuration that cannot work: which key, what it holds, what it should hold.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {detail}")]
    File {
        /// Which file.
        path: String,
        /// The system's or parser's words.
        detail: String,
    },
    /// The model endpoint may not be used as it is configured.
    #[error("{0}")]
    Model(String),
    /// A key holds something that cannot work.
    #[error("configuration key `{key}` holds “{found}”; it should hold {expected}")]
    Key {
        /// The key.
        key: &'static str,
        /// What it holds.
        found: String,
        /// What it should hold.
        expected: &'static str,
    },
}

impl Config {
    /// Reads a file, then overrides from the environment.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let mut config = match path {
            Some(path) => {
                let named = path.display().to_string();
                let text = std::fs::read_to_string(path)
                    .map_err(|e| ConfigError::File { path: named.clone(), detail: e.to_string() })?;
                toml::from_str(&text).map_err(|e| ConfigError::File { path: named, detail: e.to_string() })?
            }
            None => Self::default(),
        };
        config.take_secrets(|name| std::env::var(name).ok());
        config.check()?;
        Ok(config)
    }

    fn take_secrets(&mut self, variable: impl Fn(&str) -> Option<String>) {
        if let (Some(imap), Some(secret)) = (&mut self.mail.imap, variable("COUNTERSIGN_IMAP_PASSWORD")) {
            imap.password = secret;
        }
        if let (Some(smtp), Some(secret)) = (&mut self.mail.smtp, variable("COUNTERSIGN_SMTP_PASSWORD")) {
            smtp.password = secret;
        }
        if let (Some(model), Some(secret)) = (&mut self.model, variable("COUNTERSIGN_MODEL_KEY")) {
            model.api_key = secret;
        }
        if let (Some(candidate), Some(secret)) = (&mut self.candidate, variable("COUNTERSIGN_CANDIDATE_KEY")) {
            candidate.api_key = secret;
        }
        if let (Some(identity), Some(secret)) = (&mut self.identity, variable("COUNTERSIGN_IDENTITY_SECRET")) {
            identity.client_secret = secret;
        }
        if let Some(secret) = variable("COUNTERSIGN_RECEIVER_SECRET") {
            self.receivers.iter_mut().for_each(|receiver| receiver.secret.clone_from(&secret));
        }
        if let Some(address) = variable("COUNTERSIGN_DATABASE") {
            self.database = address;
        }
    }

    /// Everything that can be known to be wrong without connecting anywhere.
    ///
    /// # Errors
    /// [`ConfigError::Key`], the first one found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, found: &str, expected| Err(ConfigError::Key { key, found: found.to_owned(), expected });
        if self.listen.parse::<std::net::SocketAddr>().is_err() {
            return wrong("listen", &self.listen, "an address and port such as 127.0.0.1:8080");
        }
        if !desk::envelope::is_address(&self.mail.address) {
            return wrong("mail.address", &self.mail.address, "a plain mail address such as support@company.example");
        }
        if !self.desk.has_usable_address() {
            let expected = "an address such as https://desk.company.example, without anything after the host";
            return wrong("desk.address", &self.desk.address, expected);
        }
        let ages = [
            ("retention.people_days", self.retention.people_days, 30),
            ("retention.model_request_days", self.retention.model_request_days, 1),
            ("retention.quarantine_days", self.retention.quarantine_days, 1),
        ];
        for (key, days, least) in ages {
            if days != 0 && !(least..=36_500).contains(&days) {
                let expected = "0 to keep it, or a number of days up to 36500 (for people at least 30)";
                return wrong(key, &days.to_string(), expected);
            }
        }
        if !(0..=3600).contains(&self.desk.undo_seconds) {
            let found = self.desk.undo_seconds.to_string();
            return wrong("desk.undo_seconds", &found, "a number of seconds from 0 to 3600");
        }
        if self.desk.letters_a_minute > 1_000 {
            let found = self.desk.letters_a_minute.to_string();
            return wrong("desk.letters_a_minute", &found, "a number of letters from 0 to 1000");
        }
        if !(1..=10_000).contains(&self.desk.bulk_letters_a_day) {
            let found = self.desk.bulk_letters_a_day.to_string();
            return wrong("desk.bulk_letters_a_day", &found, "a number of letters from 1 to 10000");
        }
        if !(2..=10_000).contains(&self.desk.bulk_two_people_from) {
            let found = self.desk.bulk_two_people_from.to_string();
            return wrong("desk.bulk_two_people_from", &found, "a number of letters from 2 to 10000");
        }
        let parts = [
            self.portal.wrong(&self.desk),
            self.digest.wrong(&self.desk),
            self.surveys.wrong(&self.desk),
            self.reviews.wrong(),
            self.own_ai.wrong(),
            self.telemetry.wrong(),
        ];
        if let Some((key, found, expected)) = parts.into_iter().flatten().next() {
            return wrong(key, &found, expected);
        }
        if !self.database.is_empty()
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|p| self.database.starts_with(p))
        {
            return wrong("database", "something else", "sqlite:PATH or postgres://USER@HOST/NAME");
        }
        for receiver in &self.receivers {
            if !desk::policy::is_key(&receiver.name) {
                return wrong(
                    "receivers.name",
                    &receiver.name,
                    "lower-case letters, digits, “.”, “-” and “_”, at most 60",
                );
            }
            if receiver.secret.len() < 16 {
                return wrong("receivers.secret", "a short secret", "at least 16 characters that only both sides know");
            }
        }
        let tls_words = ["implicit", "starttls", "plaintext"];
        for (key, tls) in [
            ("mail.imap.tls", self.mail.imap.as_ref().map(|i| &i.tls)),
            ("mail.smtp.tls", self.mail.smtp.as_ref().map(|s| &s.tls)),
        ] {
            if let Some(found) = tls.filter(|t| !tls_words.contains(&t.as_str())) {
                return wrong(key, found, "implicit, starttls or plaintext");
            }
        }
        if let Some(identity) = &self.identity {
            if self.desk.public_address().is_none() {
                return wrong(
                    "desk.address",
                    "",
                    "the address people come back to from the identity provider, such as https://desk.company.example",
                );
            }
            if identity.name.trim().is_empty() {
                return wrong("identity.name", &identity.name, "a few words for the button");
            }
        }
        self.check_models()
    }

    fn check_models(&self) -> Result<(), ConfigError> {
        let wrong = |key, found: &str, expected| Err(ConfigError::Key { key, found: found.to_owned(), expected });
        for (key, model) in [("model.base_url", &self.model), ("candidate.base_url", &self.candidate)] {
            let Some(model) = model else { continue };
            model.endpoint(&self.desk.model_regions).stands().map_err(ConfigError::Model)?;
            if !model.has_usable_scheme() {
                let expected = "an https address, or an http one together with allow_private = true";
                return wrong(key, &model.base_url, expected);
            }
            if let Some(price) = model.price.as_ref().filter(|price| !price.is_usable()) {
                let found = format!("{} {}", price.per_million, price.currency);
                let expected = "per_million above 0 and at most 100000, and currency as three capitals, as EUR";
                return wrong("model.price", &found, expected);
            }
        }
        if let (Some(candidate), None) = (&self.candidate, &self.model) {
            return wrong("candidate", &candidate.name, "a model beside the one in [model], which is missing");
        }
        let Shadow { share_percent, requests_a_day } = self.shadow;
        if share_percent > 100 {
            return wrong("shadow.share_percent", &share_percent.to_string(), "a number from 0 to 100");
        }
        if !(0..=100_000).contains(&requests_a_day) {
            return wrong("shadow.requests_a_day", &requests_a_day.to_string(), "a number from 0 to 100000");
        }
        Ok(())
    }

    /// The database's address.
    #[must_use]
    pub fn database(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite:{}", self.data.join("desk.db").display())
        } else {
            self.database.clone()
        }
    }
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
