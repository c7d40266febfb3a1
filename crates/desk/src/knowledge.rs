//! Sources, articles, versions, passages: what may ground a reply, and until when.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    ids::{ArticleId, PassageId, TicketId, VersionId},
    time::Timestamp,
};

closed_list! {
    /// Where an article stands.
    pub enum ArticleState ("article state") {
        /// Being written.
        Draft = "draft",
        /// May ground replies.
        Approved = "approved",
        /// Past its time.
        Expired = "expired",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

closed_list! {
    /// What an article is for.
    pub enum Kind ("kind of article") {
        /// Read, searched, cited: its passages ground replies.
        Article = "article",
        /// Put into replies by people as it stands; it grounds nothing.
        Macro = "macro",
    }
}

closed_list! {
    /// Who may be shown an article's words.
    pub enum Audience ("audience") {
        /// Anybody; may be quoted to requesters.
        Public = "public",
        /// Agents only; may never ground a reply.
        Internal = "internal",
    }
}

closed_list! {
    /// How an article stands against its review date.
    pub enum Freshness ("freshness") {
        /// Reviewed and in time.
        Current = "current",
        /// Review is due.
        Due = "due",
        /// Expired or withdrawn.
        Expired = "expired",
    }
}

/// How fresh an article is `now`.
#[must_use]
pub fn freshness(state: ArticleState, review_by: Option<Timestamp>, now: Timestamp) -> Freshness {
    match (state, review_by) {
        (ArticleState::Expired | ArticleState::Withdrawn, _) => Freshness::Expired,
        (_, Some(by)) if by < now => Freshness::Due,
        _ => Freshness::Current,
    }
}

/// May a passage of this article ground a reply to a requester `now`? The same rule stands in the
/// retrieval query; this one is asked again before approval and before delivery.
#[must_use]
pub fn may_ground(state: ArticleState, audience: Audience, review_by: Option<Timestamp>, now: Timestamp) -> bool {
    state == ArticleState::Approved
        && audience == Audience::Public
        && freshness(state, review_by, now) == Freshness::Current
}

/// A passage or past reply put before the drafter under a number that sentences can cite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cited {
    /// 1, 2, 3 ... within one draft.
    pub citation: u32,
    /// What it is.
    pub origin: Origin,
    /// Title or subject.
    pub title: String,
    /// Heading path within the article; empty for past replies.
    pub heading: String,
    /// The words.
    pub text: String,
    /// Parts of `text` that matched, in characters.
    pub spans: Vec<(usize, usize)>,
    /// Why it was found, in words.
    pub why: Vec<String>,
}

/// Where cited words come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A version of an article, pinned.
    Passage {
        /// The passage.
        passage: PassageId,
        /// Its article.
        article: ArticleId,
        /// The version that was read.
        version: VersionId,
    },
    /// A reply that solved a similar case: it lends wording, never a fact.
    Reply {
        /// The past ticket.
        ticket: TicketId,
    },
}

/// What was put before the drafter, and what it means to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retrieval {
    /// Passages and past replies, numbered.
    pub cited: Vec<Cited>,
    /// The plan; none when the machine was not asked for one.
    pub plan: Option<crate::assemble::Plan>,
}

impl Retrieval {
    /// The past cases it cites.
    pub fn cases(&self) -> impl Iterator<Item = TicketId> {
        self.cited.iter().filter_map(|cited| match cited.origin {
            Origin::Reply { ticket } => Some(ticket),
            Origin::Passage { .. } => None,
        })
    }

    /// Empties what was taken from a past case that is to be forgotten; the numbers of the others stay. True when something was.
    pub fn forget(&mut self, case: TicketId) -> bool {
        let of_case = |cited: &&mut Cited| matches!(cited.origin, Origin::Reply { ticket } if ticket == case);
        let mut any = false;
        for cited in self.cited.iter_mut().filter(of_case) {
            cited.title.clear();
            cited.heading.clear();
            cited.text.clear();
            cited.spans.clear();
            cited.why.clear();
            any = true;
        }
        any
    }
}

impl Cited {
    /// A passage that stands in no library: what evals and benches put before a drafter.
    #[must_use]
    pub fn loose(citation: u32, title: &str, text: &str) -> Self {
        let id = uuid::Uuid::nil();
        Self {
            citation,
            origin: Origin::Passage { passage: id.into(), article: id.into(), version: id.into() },
            title: title.to_owned(),
            heading: String::new(),
            text: text.to_owned(),
            spans: Vec::new(),
            why: Vec::new(),
        }
    }

    /// Whether facts may rest on it.
    #[must_use]
    pub const fn grounds(&self) -> bool {
        matches!(self.origin, Origin::Passage { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_approved_public_current_articles_ground() {
        let now = Timestamp::from_secs(100);
        let later = Some(Timestamp::from_secs(200));
        let before = Some(Timestamp::from_secs(50));
        for state in ArticleState::ALL {
            for audience in Audience::ALL {
                for by in [None, later, before] {
                    let expected = *state == ArticleState::Approved && *audience == Audience::Public && by != before;
                    assert_eq!(may_ground(*state, *audience, by, now), expected, "{state} {audience} {by:?}");
                }
            }
        }
    }
}
