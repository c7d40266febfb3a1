//! What is open to people without an account.

use serde::{Deserialize, Serialize};

use super::Desk;

/// Pages for people without an account, beside the ones behind the links in mails.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// Open the help centre at `/help`: a search of approved public articles, and a form to a person.
    pub help_centre: bool,
    /// Sites whose pages may show the form of `/embed.js`, such as `https://company.example`; none means there is no such form.
    pub form_origins: Vec<String>,
    /// Requests that may come in by forms within an hour, 1..=10000.
    pub forms_an_hour: i64,
}

impl Default for Portal {
    fn default() -> Self {
        Self { help_centre: false, form_origins: Vec::new(), forms_an_hour: 100 }
    }
}

impl Portal {
    /// The first setting that cannot work: key, what it holds, what it should hold.
    pub(super) fn wrong(&self, desk: &Desk) -> Option<(&'static str, String, &'static str)> {
        let is_open = self.help_centre || !self.form_origins.is_empty();
        if is_open && desk.public_address().is_none() {
            return Some((
                "desk.address",
                String::new(),
                "the address of this desk's pages, such as https://desk.company.example",
            ));
        }
        if let Some(bad) = self.form_origins.iter().find(|origin| !is_origin(origin)) {
            return Some((
                "portal.form_origins",
                bad.clone(),
                "sites such as https://company.example, without anything after the host",
            ));
        }
        if !(1..=10_000).contains(&self.forms_an_hour) {
            return Some((
                "portal.forms_an_hour",
                self.forms_an_hour.to_string(),
                "a number of requests from 1 to 10000",
            ));
        }
        None
    }
}

/// Whether a text is scheme and host of a site, as a policy of a page may name it.
pub(super) fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b))
}
