//! What stands around the statements of a draft.

use super::{Citations, Voice, read::NAME};
use crate::{
    draft::{Body, Support},
    knowledge::Cited,
    language::Language,
};

/// The lines before and after what is stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// First line.
    pub greeting: String,
    /// That the mail was read.
    pub opening: Option<String>,
    /// Who helps further.
    pub escalation: Option<String>,
    /// What stands before the names of the sources, where the requester is told them.
    pub sources: Option<&'static str>,
    /// Last line.
    pub closing: Option<String>,
}

impl Frame {
    /// Nothing but a greeting.
    #[must_use]
    pub fn bare(greeting: &str) -> Self {
        Self { greeting: greeting.to_owned(), opening: None, escalation: None, sources: None, closing: None }
    }

    /// Adds what comes before the statements.
    pub fn begin(&self, body: &mut Body) {
        body.sentence(&self.greeting, Vec::new(), Support::Frame);
        if let Some(opening) = &self.opening {
            body.paragraph();
            body.sentence(opening, Vec::new(), Support::Frame);
        }
    }

    /// Adds what comes after them; `used` are the numbers that sentences cite.
    pub fn end(&self, body: &mut Body, cited: &[Cited], used: &[u32]) {
        if let Some(escalation) = &self.escalation {
            body.paragraph();
            body.sentence(escalation, Vec::new(), Support::Frame);
        }
        if let Some(word) = self.sources {
            let mut told: Vec<&Cited> = Vec::new();
            for source in cited.iter().filter(|c| c.grounds() && used.contains(&c.citation) && !c.title.is_empty()) {
                if !told.iter().any(|known| known.title == source.title) {
                    told.push(source);
                }
            }
            if !told.is_empty() {
                let titles: Vec<String> = told.iter().map(|c| format!("“{}”", c.title)).collect();
                body.paragraph();
                let numbers = told.iter().map(|c| c.citation).collect();
                body.sentence(&format!("{word}: {}.", titles.join(", ")), numbers, Support::Frame);
            }
        }
        if let Some(closing) = &self.closing {
            body.paragraph();
            body.sentence(closing, Vec::new(), Support::Frame);
        }
    }
}

impl Voice {
    /// The lines around a draft for somebody.
    #[must_use]
    pub fn frame(&self, language: Language, first_name: Option<&str>) -> Frame {
        let own = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        let greeting = match (self.greeting.of(language), first_name) {
            (Some(greeting), Some(name)) => greeting.replace(NAME, name),
            _ => language.greeting(self.address, first_name),
        };
        Frame {
            greeting,
            opening: own(self.opening.of(language).unwrap_or_else(|| language.thanks(self.address))),
            escalation: self.escalation.of(language).and_then(own),
            sources: (self.citations == Citations::Shown).then(|| language.sources()),
            closing: own(self.closing.of(language).unwrap_or_else(|| language.closing(self.address))),
        }
    }
}
