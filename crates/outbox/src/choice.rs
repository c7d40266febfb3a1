//! The link under every mail, by which its reader says whether AI may touch their cases. Signed, good for one requester and
//! for a while; it opens nothing else.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{
    Timestamp,
    disclosure::{CHOICE_DAYS, Facts, footer},
    ids::RequesterId,
    portal::{Reach, TICKET_DAYS},
};
use store::{Conn, StoreError};

use crate::{Door, world::Ticket};

/// Name of the desk's setting that says whether mails name the machine's part.
pub const DISCLOSURE: &str = "disclosure";

const DAY_SECONDS: i64 = 24 * 60 * 60;
const DAY_MICROS: i64 = DAY_SECONDS * 1_000_000;
/// Of the requester, the last day it is good for, and the mark over both.
const SIGNED_BYTES: usize = 16 + 4;
const TOKEN_BYTES: usize = SIGNED_BYTES + 32;
const LABEL: &str = "countersign/choice/1";

impl Door {
    /// The link for a requester, as of a moment; none where the desk has no public address.
    #[must_use]
    pub fn choice_link(&self, requester: RequesterId, at: Timestamp) -> Option<String> {
        let base = self.settings().address.as_ref()?;
        let until = u32::try_from(at.micros().div_euclid(DAY_MICROS) + CHOICE_DAYS).unwrap_or(u32::MAX);
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        token.extend_from_slice(&<[u8; 16]>::from(requester));
        token.extend_from_slice(&until.to_be_bytes());
        let mark = self.mac(LABEL, &[&token]);
        token.extend_from_slice(&mark);
        Some(format!("{base}/choice/{}", URL_SAFE_NO_PAD.encode(token)))
    }

    /// Whose link it is; none for a forged, changed or outdated one.
    #[must_use]
    pub fn choice_of(&self, token: &str, now: Timestamp) -> Option<RequesterId> {
        let bytes: [u8; TOKEN_BYTES] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (signed, mark) = bytes.split_at(SIGNED_BYTES);
        if !self.mac_holds(LABEL, &[signed], mark) {
            return None;
        }
        let (id, until) = signed.split_first_chunk::<16>()?;
        let until = i64::from(u32::from_be_bytes(until.try_into().ok()?));
        (now.micros().div_euclid(DAY_MICROS) <= until).then(|| RequesterId::from(*id))
    }
}

/// The lines under a mail of this ticket.
pub(crate) async fn lines_under(
    door: &Door,
    conn: &mut Conn,
    ticket: &Ticket,
    part: Part<'_>,
    at: Timestamp,
) -> Result<String, StoreError> {
    let kept = conn.setting(DISCLOSURE).await?;
    let until = at.plus_seconds(TICKET_DAYS * DAY_SECONDS);
    Ok(footer(&Facts {
        language: ticket.language.as_deref(),
        ai: part.ai,
        // What nobody reads as a word of the list counts as shown.
        disclosure: kept.and_then(|word| word.parse().ok()).unwrap_or(desk::disclosure::Disclosure::Shown),
        approver: part.approver,
        ruling: desk::disclosure::Ruling::of(ticket.model, &ticket.flags),
        choice: door.choice_link(ticket.requester, at).as_deref(),
        portal: door.portal_link(ticket.requester, ticket.id, Reach::Ticket, until).as_deref(),
    }))
}

/// Who wrote a mail.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub ai: desk::envelope::AiPart,
    pub approver: Option<&'a str>,
}

impl Part<'_> {
    /// A fixed mail: it says in its own words what it is.
    pub(crate) const FIXED: Self = Self { ai: desk::envelope::AiPart::None, approver: None };
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
    fn a_link_is_good_for_its_requester_and_its_time_and_for_nobody_who_changes_it() {
        let (own, other) = (door(7, Some("https://desk.example")), door(8, Some("https://desk.example")));
        let (who, now) = (RequesterId::from([1; 16]), Timestamp::from_secs(1_795_000_000));
        let link = own.choice_link(who, now).expect("a link");
        let token = link.strip_prefix("https://desk.example/choice/").expect("the desk's address");
        assert_eq!(own.choice_of(token, now), Some(who));
        let (last, after) = (now.plus_seconds(CHOICE_DAYS * 86_400), now.plus_seconds((CHOICE_DAYS + 1) * 86_400));
        assert_eq!((own.choice_of(token, last), own.choice_of(token, after)), (Some(who), None));
        assert_eq!(other.choice_of(token, now), None, "another desk's key");
        let bytes = URL_SAFE_NO_PAD.decode(token).expect("base64");
        for at in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[at] ^= 1;
            assert_eq!(own.choice_of(&URL_SAFE_NO_PAD.encode(forged), now), None, "byte {at}");
        }
        for odd in ["", "x", "../../etc", &token[..40], &format!("{token}AA")] {
            assert_eq!(own.choice_of(odd, now), None, "{odd}");
        }
        assert_eq!(door(7, None).choice_link(who, now), None);
    }
}
