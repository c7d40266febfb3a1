//! What somebody types to find tickets and knowledge: words, and `name:value` for what is known of them.
//!
//! A name that is not one of ours is a word like any other, so addresses of pages and error codes can be looked for as
//! they are. A value that cannot be is said, never guessed: `is:opne` finds nothing and says why.

use crate::{knowledge::Audience, risk::Flag, ticket::Status};

/// A question, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looking {
    /// What is left to look for in texts.
    pub words: String,
    /// Any of these; empty means whatever status.
    pub statuses: Vec<Status>,
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: String,
    /// Risk flag.
    pub risk: Option<Flag>,
    /// Requester: an address, the end of one from `@` on, or part of it. Lower case.
    pub from: String,
    /// Product word of an article.
    pub product: String,
    /// Language word of a passage, as in `de`.
    pub language: String,
    /// Where an article must hold. Lower case; what names no region holds everywhere.
    pub region: String,
    /// Audience of an article.
    pub audience: Option<Audience>,
    /// What could not be understood, one sentence each; while there is one, nothing is found.
    pub unclear: Vec<String>,
}

impl Looking {
    /// Reads what was typed. Words in double quotes stay together after a name; names are in any case.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut looking = Self::default();
        let mut words = Vec::new();
        for part in parts(text) {
            match part.split_once(':') {
                Some((name, value)) if !value.is_empty() => {
                    if !looking.take(&name.to_lowercase(), value.trim_matches('"')) {
                        words.push(part);
                    }
                }
                _ => words.push(part),
            }
        }
        looking.words = words.join(" ");
        looking
    }

    /// Whether something only tickets have was asked for.
    #[must_use]
    pub fn narrows_tickets(&self) -> bool {
        !self.statuses.is_empty()
            || self.risk.is_some()
            || [&self.queue, &self.category, &self.from].iter().any(|value| !value.is_empty())
    }

    /// Whether something only articles have was asked for.
    #[must_use]
    pub fn narrows_knowledge(&self) -> bool {
        self.audience.is_some() || [&self.product, &self.region, &self.language].iter().any(|value| !value.is_empty())
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        match name {
            "is" | "status" => match statuses(value) {
                Some(statuses) => self.statuses = statuses,
                None => self.unclear.push(format!(
                    "There is no status “{value}”. Try is:open, is:waiting, is:solved, or one of {}.",
                    Status::WORDS.join(", ")
                )),
            },
            "risk" => match value.to_lowercase().parse() {
                Ok(flag) => self.risk = Some(flag),
                Err(_) => {
                    self.unclear.push(format!("There is no risk “{value}”. There are {}.", Flag::WORDS.join(", ")));
                }
            },
            "audience" => match value.to_lowercase().parse() {
                Ok(audience) => self.audience = Some(audience),
                Err(_) => {
                    self.unclear.push(format!("Nothing is for “{value}”. Try audience:public or audience:internal."))
                }
            },
            "queue" => value.clone_into(&mut self.queue),
            "category" => value.clone_into(&mut self.category),
            "from" => self.from = value.to_lowercase(),
            "product" => self.product = value.to_lowercase(),
            "region" => self.region = value.to_lowercase(),
            "language" | "lang" => self.language = value.to_lowercase(),
            _ => return false,
        }
        true
    }
}

/// `open` is what waits for us, `waiting` what waits for others, `solved` what is over; any status by its own word.
fn statuses(value: &str) -> Option<Vec<Status>> {
    match value.to_lowercase().replace('-', "_").as_str() {
        "open" => Some(vec![Status::New, Status::Open]),
        "waiting" => Some(vec![Status::Pending, Status::OnHold]),
        "solved" => Some(vec![Status::Solved, Status::Closed]),
        word => word.parse().ok().map(|status| vec![status]),
    }
}

/// Parts between blanks; a quote that opens right after `name:` reaches to its end.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let blank = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let end = match rest[..blank].find(":\"") {
            Some(colon) => rest[colon + 2..].find('"').map_or(blank, |quote| colon + 2 + quote + 1),
            None => blank,
        };
        parts.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_narrow_and_everything_else_is_a_word() {
        let read = Looking::read("is:open queue:billing from:@Acme.com late  invoice");
        assert_eq!(read.statuses, [Status::New, Status::Open]);
        assert_eq!(
            (read.queue.as_str(), read.from.as_str(), read.words.as_str()),
            ("billing", "@acme.com", "late invoice")
        );
        assert!(read.narrows_tickets() && !read.narrows_knowledge() && read.unclear.is_empty());

        let words = "error:E4711 https://acme.example/a?b is: queue :x #1042 ann@acme.com 10:30";
        assert_eq!(Looking::read(words), Looking { words: words.to_owned(), ..Looking::default() });
    }

    #[test]
    fn every_status_goes_by_its_own_word_too() {
        for (typed, expected) in [
            ("is:waiting", vec![Status::Pending, Status::OnHold]),
            ("IS:Solved", vec![Status::Solved, Status::Closed]),
            ("status:on-hold", vec![Status::OnHold]),
            ("is:new", vec![Status::New]),
            ("is:closed", vec![Status::Closed]),
        ] {
            assert_eq!(Looking::read(typed).statuses, expected, "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_is_said_and_not_guessed() {
        let read = Looking::read("is:opne risk:x audience:all");
        assert_eq!(read.unclear.len(), 3, "{read:?}");
        assert!(read.unclear[0].contains("opne") && read.unclear[0].contains("is:open"));
        assert!(read.words.is_empty());
    }

    #[test]
    fn knowledge_has_its_own_names_and_quotes_hold_together() {
        let read =
            Looking::read(r#"product:"time sheets" lang:DE region:EU audience:internal fees "unclosed from:"x y"#);
        assert_eq!((read.product.as_str(), read.language.as_str()), ("time sheets", "de"));
        assert_eq!(read.region, "eu");
        assert_eq!((read.audience, read.from.as_str()), (Some(Audience::Internal), "x"));
        assert_eq!(read.words, "fees \"unclosed y");
        assert!(read.narrows_knowledge() && read.narrows_tickets());
    }
}
