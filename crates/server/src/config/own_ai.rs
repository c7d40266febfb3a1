//! Whose failures are looked for in tickets beside our own.

use serde::{Deserialize, Serialize};

/// Longest name, in characters.
const NAME_MAX: usize = 80;

/// The company's own AI products.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnAi {
    /// Their names as customers know them; complaints that name none are taken for the first. None looks for no complaints.
    pub products: Vec<String>,
}

impl OwnAi {
    /// The first setting that cannot work: key, what it holds, what it should hold.
    pub(super) fn wrong(&self) -> Option<(&'static str, String, &'static str)> {
        let is_wrong = |name: &&String| {
            name.trim() != name.as_str()
                || !(1..=NAME_MAX).contains(&name.chars().count())
                || name.contains(char::is_control)
        };
        let wrong = self.products.iter().find(is_wrong)?;
        Some(("own_ai.products", wrong.clone(), "names such as Relay Copilot, at most 80 characters each"))
    }
}
