//! Personas: how the desk sounds to whom. A voice is a base with an overlay for a cohort; both are policies in versions.
//!
//! A voice changes the frame of a draft and how its words are written, never what it states: drafters choose what to say
//! before they are handed one, [`repair`] touches no fact, and a wording that would bring a fact or a promise of its own is
//! refused when it is saved ([`Overlay::parse`]). Which voice speaks is decided from [`Facts`] about the requester; how they feel
//! is not among them.

mod choose;
mod frame;
mod lint;
mod read;
mod repair;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::{
    choose::{Chosen, Cohorts, Facts, choose, every},
    frame::Frame,
    lint::{Breach, Rule, lint},
    repair::repair,
};
pub(crate) use self::{
    lint::is_emoji,
    repair::{calm, spelled_out},
};
use crate::{
    closed_list,
    language::{Address, Language},
};

/// Version of the base voice as shipped, recorded with every draft in it.
pub const SHIPPED_VERSION: &str = "persona/shipped@1";
/// Longest draft that any voice may ask for, in words.
pub const WORDS_MAX: u32 = 1_000;

closed_list! {
    /// Whether something may occur in a text.
    pub enum Usage ("usage") {
        /// It may.
        Allowed = "allowed",
        /// It may not.
        Never = "never",
    }
}

closed_list! {
    /// What the text looks like.
    pub enum Form ("form of text") {
        /// Plain paragraphs, without marks.
        Paragraphs = "paragraphs",
        /// Names of commands, settings and codes stand between backticks, as their source has them.
        Code = "code",
    }
}

closed_list! {
    /// Whether the requester is told where the words come from.
    pub enum Citations ("way of citing") {
        /// Only agents see the sources.
        Hidden = "hidden",
        /// The titles of the cited articles stand under the text.
        Shown = "shown",
    }
}

/// Wording by language; a language without any keeps what the base says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording(Vec<(Language, String)>);

impl Wording {
    /// The wording in a language.
    #[must_use]
    pub fn of(&self, language: Language) -> Option<&str> {
        self.0.iter().find(|(l, _)| *l == language).map(|(_, text)| text.as_str())
    }

    fn over(mut self, overlay: &Self) -> Self {
        self.0.retain(|(language, _)| overlay.of(*language).is_none());
        self.0.extend(overlay.0.iter().cloned());
        self
    }
}

/// How a draft sounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// How the reader is addressed.
    pub address: Address,
    /// "don't" and the like.
    pub contractions: Usage,
    /// Emoji.
    pub emoji: Usage,
    /// Exclamation marks.
    pub exclamation: Usage,
    /// Code or paragraphs.
    pub form: Form,
    /// Whether sources are named to the requester.
    pub citations: Citations,
    /// A longer text is marked, in words.
    pub words_max: u32,
    /// First line; `{name}` stands for the first name, and without one the language's own greeting is used.
    pub greeting: Wording,
    /// Line that says the mail was read; empty for none.
    pub opening: Wording,
    /// Who helps further, by name.
    pub escalation: Wording,
    /// Last line; empty for none.
    pub closing: Wording,
    /// Phrases that never occur.
    pub forbidden: Vec<String>,
}

impl Voice {
    /// The base as shipped: what a desk without personas sounds like.
    #[must_use]
    pub fn shipped() -> Self {
        Self {
            address: Address::Formal,
            contractions: Usage::Allowed,
            emoji: Usage::Allowed,
            exclamation: Usage::Allowed,
            form: Form::Paragraphs,
            citations: Citations::Hidden,
            words_max: 250,
            greeting: Wording::default(),
            opening: Wording::default(),
            escalation: Wording::default(),
            closing: Wording::default(),
            forbidden: Vec::new(),
        }
    }

    /// This voice with an overlay: what the overlay does not speak of stays.
    #[must_use]
    pub fn with(self, overlay: &Overlay) -> Self {
        let mut forbidden = self.forbidden;
        forbidden
            .extend(overlay.forbidden.iter().filter(|phrase| !forbidden.contains(phrase)).cloned().collect::<Vec<_>>());
        Self {
            address: overlay.address.unwrap_or(self.address),
            contractions: overlay.contractions.unwrap_or(self.contractions),
            emoji: overlay.emoji.unwrap_or(self.emoji),
            exclamation: overlay.exclamation.unwrap_or(self.exclamation),
            form: overlay.form.unwrap_or(self.form),
            citations: overlay.citations.unwrap_or(self.citations),
            words_max: overlay.words_max.unwrap_or(self.words_max),
            greeting: self.greeting.over(&overlay.greeting),
            opening: self.opening.over(&overlay.opening),
            escalation: self.escalation.over(&overlay.escalation),
            closing: self.closing.over(&overlay.closing),
            forbidden,
        }
    }
}

/// What one persona's text says: for whom it is, and what of the base it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// For whom.
    pub cohorts: Cohorts,
    address: Option<Address>,
    contractions: Option<Usage>,
    emoji: Option<Usage>,
    exclamation: Option<Usage>,
    form: Option<Form>,
    citations: Option<Citations>,
    words_max: Option<u32>,
    greeting: Wording,
    opening: Wording,
    escalation: Wording,
    closing: Wording,
    forbidden: Vec<String>,
}
