//! The link by which somebody says how it went: signed, for one requester and one ticket, for a while. It opens nothing else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Timestamp,
    ids::{RequesterId, TicketId},
};

use crate::Door;

/// Requester, ticket, and the last second it is good for.
const SIGNED_BYTES: usize = 16 + 16 + 8;
const TOKEN_BYTES: usize = SIGNED_BYTES + 32;
const LABEL: &str = "countersign/survey/1";

/// A link that holds. Only [`Door::surveyed`] makes one, so whoever has it was handed a mail to this requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyLink {
    requester: RequesterId,
    ticket: TicketId,
    until: Timestamp,
}

impl SurveyLink {
    /// Whose it is.
    #[must_use]
    pub const fn requester(&self) -> RequesterId {
        self.requester
    }

    /// The ticket it asks about.
    #[must_use]
    pub const fn ticket(&self) -> TicketId {
        self.ticket
    }

    /// The last second it is good for.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}

impl Door {
    /// A link for a requester about a ticket; none where the desk has no public address.
    #[must_use]
    pub fn survey_link(&self, who: RequesterId, ticket: TicketId, until: Timestamp) -> Option<String> {
        let base = self.settings().address.as_ref()?;
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        token.extend_from_slice(&<[u8; 16]>::from(who));
        token.extend_from_slice(&<[u8; 16]>::from(ticket));
        token.extend_from_slice(&until.micros().div_euclid(1_000_000).to_be_bytes());
        let mark = self.mac(LABEL, &[&token]);
        token.extend_from_slice(&mark);
        Some(format!("{base}/survey/{}", URL_SAFE_NO_PAD.encode(token)))
    }

    /// What a link asks about; none for a forged, changed or outdated one.
    #[must_use]
    pub fn surveyed(&self, token: &str, now: Timestamp) -> Option<SurveyLink> {
        let bytes: [u8; TOKEN_BYTES] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (signed, mark) = bytes.split_at(SIGNED_BYTES);
        if !self.mac_holds(LABEL, &[signed], mark) {
            return None;
        }
        let (who, rest) = signed.split_first_chunk::<16>()?;
        let (ticket, until) = rest.split_first_chunk::<16>()?;
        let until = Timestamp::from_secs(i64::from_be_bytes(until.try_into().ok()?));
        (now <= until).then_some(SurveyLink { requester: (*who).into(), ticket: (*ticket).into(), until })
    }
}

#[cfg(test)]
mod tests {
    use desk::consent::DeskDefault;

    use super::*;
    use crate::Settings;

    fn door(key: u8, address: Option<&str>) -> Door {
        let settings = Settings {
            mailbox: "support@fernhill.example".into(),
            desk_name: "Fernhill".into(),
            domain: "support.fernhill.example".into(),
            undo_seconds: 10,
            letters_a_minute: 10,
            ai_default: DeskDefault::OptOut,
            address: address.map(str::to_owned),
        };
        Door::new(settings, &[key; 32]).expect("good settings")
    }

    #[test]
    fn a_link_asks_about_its_ticket_until_it_ends_and_about_nothing_when_changed() {
        let (own, other) = (door(7, Some("https://desk.example")), door(8, Some("https://desk.example")));
        let (who, ticket) = (RequesterId::from([1; 16]), TicketId::from([2; 16]));
        let until = Timestamp::from_secs(1_795_000_000);
        let link = own.survey_link(who, ticket, until).expect("a link");
        let token = link.strip_prefix("https://desk.example/survey/").expect("the desk's address");
        let held = own.surveyed(token, until).expect("holds");
        assert_eq!((held.requester(), held.ticket(), held.until()), (who, ticket, until));
        assert_eq!(own.surveyed(token, until.plus_seconds(1)), None);
        assert_eq!(other.surveyed(token, until), None, "another desk's key");
        assert_eq!(own.opened(token, until), None, "it opens no ticket");
        let bytes = URL_SAFE_NO_PAD.decode(token).expect("base64");
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 5;
            assert_eq!(own.surveyed(&URL_SAFE_NO_PAD.encode(forged), until), None, "byte {at}");
        }
        assert_eq!(door(7, None).survey_link(who, ticket, until), None);
    }
}
