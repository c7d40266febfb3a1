//! One struct, one file, environment overrides for secrets. Unknown keys stop the start.

use std::path::{Path, PathBuf};

use desk::consent::DeskDefault;
use serde::{Deserialize, Serialize};

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
    /// The language model; none by default.
    pub model: Option<Model>,
    /// The local embedding model.
    pub embedding: Embedding,
}

/// The desk itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Desk {
    /// Name shown to people and under replies.
    pub name: String,
    /// `in`: AI helps unless somebody opts out; `out`: only those who opted in.
    pub ai_default: DeskDefault,
    /// Seconds in which an approval can be undone, 0..=3600.
    pub undo_seconds: i64,
    /// Letters one person may send in bulk within a day, 1..=10000.
    pub bulk_letters_a_day: i64,
    /// From how many letters on a bulk reply needs two people, 2..=10000.
    pub bulk_two_people_from: usize,
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
}

impl Model {
    fn has_usable_scheme(&self) -> bool {
        self.base_url.starts_with("https://") || (self.allow_private && self.base_url.starts_with("http://"))
    }
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
            model: None,
            embedding: Embedding::default(),
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            name: "Support".to_owned(),
            ai_default: DeskDefault::OptOut,
            undo_seconds: 15,
            bulk_letters_a_day: 200,
            bulk_two_people_from: 50,
        }
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
        if !(0..=3600).contains(&self.desk.undo_seconds) {
            return wrong(
                "desk.undo_seconds",
                &self.desk.undo_seconds.to_string(),
                "a number of seconds from 0 to 3600",
            );
        }
        if !(1..=10_000).contains(&self.desk.bulk_letters_a_day) {
            let found = self.desk.bulk_letters_a_day.to_string();
            return wrong("desk.bulk_letters_a_day", &found, "a number of letters from 1 to 10000");
        }
        if !(2..=10_000).contains(&self.desk.bulk_two_people_from) {
            let found = self.desk.bulk_two_people_from.to_string();
            return wrong("desk.bulk_two_people_from", &found, "a number of letters from 2 to 10000");
        }
        if !self.database.is_empty()
            && !["sqlite:", "postgres://", "postgresql://"].iter().any(|p| self.database.starts_with(p))
        {
            return wrong("database", "something else", "sqlite:PATH or postgres://USER@HOST/NAME");
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
        match &self.model {
            Some(model) if !model.has_usable_scheme() => wrong(
                "model.base_url",
                &model.base_url,
                "an https address, or an http one together with allow_private = true",
            ),
            _ => Ok(()),
        }
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
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check().map_err(|e| e.to_string())?;
        Ok(config)
    }

    #[test]
    fn wrong_keys_are_named_with_what_they_should_hold() {
        assert!(read("").is_ok());
        let cases = [
            ("listn = '1'", "listn"),
            ("listen = 'here'", "`listen` holds “here”"),
            ("[mail]\naddress = 'support'", "`mail.address`"),
            ("[desk]\nundo_seconds = -3", "`desk.undo_seconds` holds “-3”"),
            ("[desk]\nai_default = 'maybe'", "desk default"),
            ("database = 'mysql://x'", "`database`"),
            ("[model]\nbase_url = 'http://x'\nname = 'm'", "`model.base_url`"),
            ("[mail.smtp]\nhost = 'x'\nport = 25\ntls = 'yes'", "`mail.smtp.tls` holds “yes”"),
        ];
        for (text, expected) in cases {
            let said = read(text).expect_err(text);
            assert!(said.contains(expected), "{text}: {said}");
        }
    }

    #[test]
    fn secrets_come_from_the_environment_and_are_never_written() {
        let mut config: Config =
            toml::from_str("[mail.smtp]\nhost = 'x'\nport = 465\npassword = 'old'").expect("reads");
        config.take_secrets(|name| (name == "COUNTERSIGN_SMTP_PASSWORD").then(|| "new".to_owned()));
        assert_eq!(config.mail.smtp.as_ref().map(|s| s.password.as_str()), Some("new"));
        assert!(!toml::to_string(&config).expect("writes").contains("new"));
    }
}
