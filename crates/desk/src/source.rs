//! Sources that are read again and again: a folder, a site. What a document becomes, when one counts as vanished,
//! and when a reading is not to be believed.

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, closed_list,
    ids::AgentId,
    knowledge::{ArticleState, Audience},
    people::Role,
};

closed_list! {
    /// How a source gets its articles when nobody writes them here.
    pub enum FedBy ("way to feed a source") {
        /// A folder or checkout on this machine.
        Folder = "folder",
        /// The pages that a site's map names.
        Site = "site",
    }
}

closed_list! {
    /// What a document that arrives is, until somebody says more.
    pub enum Arrival ("arrival") {
        /// A proposal; its owner answers it.
        Propose = "propose",
        /// What the article says at once: its owner approved whatever the source says.
        Approve = "approve",
    }
}

closed_list! {
    /// What a document may be used for.
    pub enum Use ("use") {
        /// Words of replies to requesters.
        Reply = "reply",
        /// Reading by those who work here.
        Work = "work",
    }
}

closed_list! {
    /// How the last reading of a source ended.
    pub enum SyncState ("state of a reading") {
        /// Never read.
        Never = "never",
        /// Read to its end.
        Done = "done",
        /// Stopped, with a sentence why.
        Failed = "failed",
    }
}

closed_list! {
    /// What a reading did with a document.
    pub enum Fate ("fate of a document") {
        /// It was not here before.
        Added = "added",
        /// It says something else.
        Changed = "changed",
        /// It was gone and is back.
        Back = "back",
        /// It says what it said.
        Unchanged = "unchanged",
        /// It is gone; its article is withdrawn.
        Vanished = "vanished",
        /// It cannot be taken, with a sentence why.
        Refused = "refused",
    }
}

/// What a reading did: numbers of documents, and a line for each that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// New ones.
    pub added: usize,
    /// Those that say something else.
    pub changed: usize,
    /// Those that were gone.
    pub back: usize,
    /// Those that say what they said.
    pub unchanged: usize,
    /// Those that are gone.
    pub vanished: usize,
    /// Those that cannot be taken.
    pub refused: usize,
    /// The commit a checkout stands at.
    pub commit: Option<String>,
    /// Why the reading stopped, or is not believed, in one sentence.
    pub problem: Option<String>,
    /// At most [`LINES_MAX`].
    pub lines: Vec<Line>,
}

/// What became of one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Path from the source's root, or address.
    pub place: String,
    /// What became of it.
    pub fate: Fate,
    /// Why, in one sentence; empty where the fate says it all.
    pub why: String,
}

/// Lines that a report keeps.
pub const LINES_MAX: usize = 200;

impl Report {
    /// Counts a document, and keeps its line unless it is what it was.
    pub fn note(&mut self, place: &str, fate: Fate, why: &str) {
        let count = match fate {
            Fate::Added => &mut self.added,
            Fate::Changed => &mut self.changed,
            Fate::Back => &mut self.back,
            Fate::Unchanged => &mut self.unchanged,
            Fate::Vanished => &mut self.vanished,
            Fate::Refused => &mut self.refused,
        };
        *count += 1;
        if fate != Fate::Unchanged && self.lines.len() < LINES_MAX {
            self.lines.push(Line { place: place.to_owned(), fate, why: why.to_owned() });
        }
    }

    /// Documents that are there.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.added + self.changed + self.back + self.unchanged + self.refused
    }
}

/// Whether a reading may withdraw most of what it knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawing {
    /// No: more than half of more than ten is more likely a mistake.
    Few,
    /// Yes, a person said that it is meant.
    Many,
}

/// Articles up to which any number may vanish at once.
const FEW: usize = 10;

/// May this person have a source read? Its owner, or an administrator.
///
/// # Errors
/// [`Refusal::Role`] names who can.
pub fn may_sync(who: AgentId, role: Role, owner: AgentId) -> Result<(), Refusal> {
    if role == Role::Admin || (role.answers() && who == owner) {
        return Ok(());
    }
    Err(Refusal::Role { needs: "the owner of this source can".to_owned() })
}

/// Who may read a document, given what its source, its own words and its uses say: the narrowest counts.
#[must_use]
pub fn audience(source: Audience, document: Option<Audience>, uses: &[Use]) -> Audience {
    let says_no = source == Audience::Internal || document == Some(Audience::Internal) || !uses.contains(&Use::Reply);
    if says_no { Audience::Internal } else { Audience::Public }
}

/// Does a text speak as soon as it arrives? Only when the owner said so beforehand, nothing in it hides from a
/// reader, and nobody withdrew the article: what was taken back speaks again only after a person's yes.
#[must_use]
pub fn speaks_at_once(arrival: Arrival, standing: Option<ArticleState>, hides: bool) -> bool {
    arrival == Arrival::Approve
        && !hides
        && matches!(standing, None | Some(ArticleState::Draft | ArticleState::Approved))
}

/// May `gone` of `known` articles be withdrawn after a reading that found `found` documents?
///
/// # Errors
/// The sentence why this reading is not believed; then nothing is withdrawn.
pub fn may_withdraw(known: usize, gone: usize, found: usize, way: Withdrawing) -> Result<(), String> {
    if gone == 0 {
        return Ok(());
    }
    if found == 0 {
        return Err("Nothing at all was found, so nothing was withdrawn. Look whether the folder or site is there; withdraw articles by hand if it is meant.".to_owned());
    }
    if way == Withdrawing::Few && known > FEW && gone * 2 > known {
        return Err(format!(
            "{gone} of {known} documents are gone at once, so nothing was withdrawn. If that is meant, sync with --withdraw-many."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_owner_and_administrators_have_a_source_read() {
        let [owner, other]: [AgentId; 2] = [1, 2].map(|n| uuid::Uuid::from_u128(n).into());
        for role in Role::ALL {
            assert_eq!(may_sync(owner, *role, owner).is_ok(), role.answers() || *role == Role::Admin, "{role}");
            assert_eq!(may_sync(other, *role, owner).is_ok(), *role == Role::Admin, "{role}");
        }
    }

    #[test]
    fn the_narrowest_audience_counts() {
        use Audience::{Internal, Public};
        let both = [Use::Reply, Use::Work];
        for (source, document, uses, expected) in [
            (Public, None, &both[..], Public),
            (Public, Some(Public), &both[..], Public),
            (Public, Some(Internal), &both[..], Internal),
            (Internal, Some(Public), &both[..], Internal),
            (Internal, None, &both[..], Internal),
            (Public, Some(Public), &both[1..], Internal),
            (Public, None, &[], Internal),
        ] {
            assert_eq!(audience(source, document, uses), expected, "{source} {document:?} {uses:?}");
        }
    }

    #[test]
    fn only_an_owners_standing_yes_lets_a_clean_text_speak() {
        let standings = ArticleState::ALL.iter().map(|s| Some(*s)).chain([None]);
        for standing in standings {
            let taken_back = matches!(standing, Some(ArticleState::Withdrawn | ArticleState::Expired));
            assert!(!speaks_at_once(Arrival::Propose, standing, false));
            assert!(!speaks_at_once(Arrival::Approve, standing, true));
            assert_eq!(speaks_at_once(Arrival::Approve, standing, false), !taken_back, "{standing:?}");
        }
    }

    #[test]
    fn a_reading_that_finds_almost_nothing_is_not_believed() {
        use Withdrawing::{Few, Many};
        for (known, gone, found, way, fine) in [
            (20, 0, 0, Few, true),
            (20, 20, 0, Many, false),
            (3, 3, 0, Few, false),
            (3, 2, 1, Few, true),
            (10, 9, 1, Few, true),
            (11, 6, 5, Few, false),
            (12, 6, 6, Few, true),
            (11, 6, 5, Many, true),
        ] {
            assert_eq!(may_withdraw(known, gone, found, way).is_ok(), fine, "{gone} of {known}, {found} found");
        }
    }
}
