//! The link under every mail that lets its reader see and answer the ticket it is about, and the mark in the forms of those
//! pages. A link is a capability: signed, good for one requester, as far as its [`Reach`] says, until it ends.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Timestamp,
    ids::{RequesterId, TicketId},
    portal::{FORM_SECONDS, Reach},
};
use ring::rand::SecureRandom as _;

use crate::{Door, DoorError};

/// Requester, ticket, reach, and the last second it is good for.
const SIGNED_BYTES: usize = 16 + 16 + 1 + 8;
const TOKEN_BYTES: usize = SIGNED_BYTES + 32;
const LINK_LABEL: &str = "countersign/portal/1";
/// When a form was shown, and what tells it from every other.
const FORM_SIGNED_BYTES: usize = 8 + 12;
const FORM_BYTES: usize = FORM_SIGNED_BYTES + 32;
const FORM_LABEL: &str = "countersign/form/1";

/// A link that holds. Only [`Door::opened`] makes one, so whoever has it was handed a mail to this requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortalLink {
    requester: RequesterId,
    ticket: TicketId,
    reach: Reach,
    until: Timestamp,
}

impl PortalLink {
    /// Whose it is.
    #[must_use]
    pub const fn requester(&self) -> RequesterId {
        self.requester
    }

    /// The ticket its mail was about.
    #[must_use]
    pub const fn ticket(&self) -> TicketId {
        self.ticket
    }

    /// The same link to another ticket of the same person.
    pub(crate) const fn to(self, ticket: TicketId) -> Self {
        Self { ticket, ..self }
    }

    /// How far it reaches.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// The last second it is good for.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}

/// The mark of one form that was shown: bound to the page it stands on, and good once for the same words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormToken {
    /// What tells this form from every other; part of its message's identity, so that a second click adds nothing.
    pub nonce: String,
}

impl Door {
    /// A link for a requester to a ticket; none where the desk has no public address.
    #[must_use]
    pub fn portal_link(&self, who: RequesterId, ticket: TicketId, reach: Reach, until: Timestamp) -> Option<String> {
        let base = self.settings().address.as_ref()?;
        Some(format!("{base}/portal/{}", self.portal_token(who, ticket, reach, until)))
    }

    fn portal_token(&self, who: RequesterId, ticket: TicketId, reach: Reach, until: Timestamp) -> String {
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        token.extend_from_slice(&<[u8; 16]>::from(who));
        token.extend_from_slice(&<[u8; 16]>::from(ticket));
        token.push(reach_byte(reach));
        token.extend_from_slice(&until.micros().div_euclid(1_000_000).to_be_bytes());
        let mark = self.mac(LINK_LABEL, &[&token]);
        token.extend_from_slice(&mark);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The token of a link to another ticket of the same person, for as long as the link that lists them.
    #[must_use]
    pub fn narrowed(&self, from: &PortalLink, ticket: TicketId) -> String {
        self.portal_token(from.requester, ticket, Reach::Ticket, from.until)
    }

    /// What a link opens; none for a forged, changed or outdated one.
    #[must_use]
    pub fn opened(&self, token: &str, now: Timestamp) -> Option<PortalLink> {
        let bytes: [u8; TOKEN_BYTES] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (signed, mark) = bytes.split_at(SIGNED_BYTES);
        if !self.mac_holds(LINK_LABEL, &[signed], mark) {
            return None;
        }
        let (who, rest) = signed.split_first_chunk::<16>()?;
        let (ticket, rest) = rest.split_first_chunk::<16>()?;
        let (reach, until) = rest.split_first()?;
        let reach = *Reach::ALL.iter().find(|r| reach_byte(**r) == *reach)?;
        let until = Timestamp::from_secs(i64::from_be_bytes(until.try_into().ok()?));
        let link = PortalLink { requester: (*who).into(), ticket: (*ticket).into(), reach, until };
        (now <= until).then_some(link)
    }

    /// A mark for a form on the page `about`: a link's token, or a name of a page.
    ///
    /// # Errors
    /// [`DoorError::Randomness`].
    pub fn form_token(&self, about: &str, now: Timestamp) -> Result<String, DoorError> {
        let mut token = Vec::with_capacity(FORM_BYTES);
        token.extend_from_slice(&now.micros().div_euclid(1_000_000).to_be_bytes());
        let mut nonce = [0; 12];
        self.random().fill(&mut nonce).map_err(|_| DoorError::Randomness)?;
        token.extend_from_slice(&nonce);
        let mark = self.mac(FORM_LABEL, &[about.as_bytes(), &token]);
        token.extend_from_slice(&mark);
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// Reads a form's mark; none for another page's, a forged or an old one.
    #[must_use]
    pub fn form_of(&self, about: &str, token: &str, now: Timestamp) -> Option<FormToken> {
        let bytes: [u8; FORM_BYTES] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (signed, mark) = bytes.split_at(FORM_SIGNED_BYTES);
        if !self.mac_holds(FORM_LABEL, &[about.as_bytes(), signed], mark) {
            return None;
        }
        let (shown, nonce) = signed.split_first_chunk::<8>()?;
        let age = now.seconds_since(Timestamp::from_secs(i64::from_be_bytes(*shown)));
        (age <= FORM_SECONDS).then(|| FormToken { nonce: URL_SAFE_NO_PAD.encode(nonce) })
    }
}

const fn reach_byte(reach: Reach) -> u8 {
    match reach {
        Reach::Ticket => 1,
        Reach::Requests => 2,
    }
}

#[cfg(test)]
mod tests {
    use desk::consent::DeskDefault;

    use super::*;
    use crate::Settings;

    fn door(key: u8) -> Door {
        let settings = Settings {
            mailbox: "support@fernhill.example".into(),
            desk_name: "Fernhill".into(),
            domain: "support.fernhill.example".into(),
            undo_seconds: 10,
            letters_a_minute: 10,
            ai_default: DeskDefault::OptOut,
            address: Some("https://desk.example".into()),
        };
        Door::new(settings, &[key; 32]).expect("good settings")
    }

    #[test]
    fn t008_a_link_opens_what_it_was_made_for_until_it_ends_and_nothing_when_changed() {
        let (own, other) = (door(7), door(8));
        let (who, ticket) = (RequesterId::from([1; 16]), TicketId::from([2; 16]));
        let now = Timestamp::from_secs(1_795_000_000);
        let until = now.plus_seconds(60);
        let link = own.portal_link(who, ticket, Reach::Ticket, until).expect("a link");
        let token = link.strip_prefix("https://desk.example/portal/").expect("the desk's address");
        let opened = own.opened(token, until).expect("holds");
        assert_eq!((opened.requester(), opened.ticket(), opened.reach()), (who, ticket, Reach::Ticket));
        assert_eq!(own.opened(token, until.plus_seconds(1)), None);
        assert_eq!(other.opened(token, now), None, "another desk's key");
        let bytes = URL_SAFE_NO_PAD.decode(token).expect("base64");
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 3;
            assert_eq!(own.opened(&URL_SAFE_NO_PAD.encode(forged), now), None, "byte {at}");
        }
        for odd in ["", "x", "../../etc", &token[..40], &format!("{token}AA")] {
            assert_eq!(own.opened(odd, now), None, "{odd}");
        }
        let second = own.narrowed(&opened, TicketId::from([3; 16]));
        assert_eq!(own.opened(&second, until).map(|l| (l.requester(), l.reach())), Some((who, Reach::Ticket)));
    }

    #[test]
    fn a_form_is_good_on_its_own_page_and_for_its_time() {
        let (own, now) = (door(7), Timestamp::from_secs(1_795_000_000));
        let token = own.form_token("a link", now).expect("random");
        let again = own.form_token("a link", now).expect("random");
        let read = own.form_of("a link", &token, now.plus_seconds(FORM_SECONDS)).expect("holds");
        assert_ne!(Some(&read), own.form_of("a link", &again, now).as_ref(), "each form is another");
        assert_eq!(own.form_of("another link", &token, now), None);
        assert_eq!(door(8).form_of("a link", &token, now), None);
        assert_eq!(own.form_of("a link", &token, now.plus_seconds(FORM_SECONDS + 1)), None);
        assert_eq!(own.form_of("a link", "", now), None);
    }
}
