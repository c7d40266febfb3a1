//! Whether people get their week by mail.

use serde::{Deserialize, Serialize};

use super::Desk;

/// The week of whoever runs queues or owns articles.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digest {
    /// Mail it on Mondays to those who do not mind; the page is there in any case.
    pub mail: bool,
}

impl Digest {
    /// The first setting that cannot work: key, what it holds, what it should hold.
    pub(super) fn wrong(&self, desk: &Desk) -> Option<(&'static str, String, &'static str)> {
        let is_lost = self.mail && desk.public_address().is_none();
        is_lost.then(|| {
            ("desk.address", String::new(), "the address of this desk's pages, such as https://desk.company.example")
        })
    }
}
