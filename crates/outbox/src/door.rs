//! Who we are towards mail servers, and the key whose marks tell our rows from forged ones.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::{Digest, approval::APPROVAL_SECONDS, consent::DeskDefault, envelope::is_address, ids::OutboxId};
use ring::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
};

use crate::{DoorError, deliver::Lease};

/// Shortest key, in bytes: as long as the MAC.
const KEY_BYTES_MIN: usize = 32;
/// Bytes of keyed hash in a Message-ID.
const ID_HASH_BYTES: usize = 10;

/// How the desk writes to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The mailbox we answer from.
    pub mailbox: String,
    /// The desk's name, in the sender and under the sign-off.
    pub desk_name: String,
    /// Right half of our Message-IDs and of the List-Id.
    pub domain: String,
    /// How long an approval can be undone, in seconds; 0..=86400.
    pub undo_seconds: i64,
    /// Letters with the machine's words that one person may approve within a minute before they are slowed down; 0 for no brake at all.
    pub letters_a_minute: usize,
    /// What the desk does with customers who said nothing about AI.
    pub ai_default: DeskDefault,
    /// Where customers reach the desk's own pages, such as `https://desk.company.example`, without a slash at its end; none
    /// where they cannot.
    pub address: Option<String>,
}

/// The door, opened once at start with the key that is never in the database.
pub struct Door {
    settings: Settings,
    key: hmac::Key,
    random: SystemRandom,
    lease: Lease,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Door {
    /// Checks the settings and takes the key.
    ///
    /// # Errors
    /// [`DoorError::Settings`] for a key under 32 bytes, an address mail cannot come from, a domain
    /// no Message-ID can end in, a name with control characters, or an undo window outside
    /// 0..=86400 seconds.
    pub fn new(settings: Settings, key: &[u8]) -> Result<Self, DoorError> {
        let no = |detail: &str| Err(DoorError::Settings { detail: detail.to_owned() });
        if key.len() < KEY_BYTES_MIN {
            return no("the approval key must be at least 32 bytes long");
        }
        if !is_address(&settings.mailbox) {
            return no("the mailbox must be a plain address such as support@company.example");
        }
        if !is_address(&format!("id@{}", settings.domain)) {
            return no("the domain of message ids must be a host name such as support.company.example");
        }
        if settings.desk_name.trim().is_empty() || settings.desk_name.chars().any(char::is_control) {
            return no("the desk needs a name on one line");
        }
        if !(0..APPROVAL_SECONDS).contains(&settings.undo_seconds) {
            return no("the undo window must be shorter than the day an approval lasts");
        }
        Ok(Self {
            settings,
            key: hmac::Key::new(hmac::HMAC_SHA256, key),
            random: SystemRandom::new(),
            lease: Lease::default(),
        })
    }

    /// Another lease for rows in delivery: how tests make time short.
    #[must_use]
    pub const fn with_lease(mut self, lease: Lease) -> Self {
        self.lease = lease;
        self
    }

    pub(crate) const fn lease(&self) -> Lease {
        self.lease
    }

    pub(crate) const fn random(&self) -> &SystemRandom {
        &self.random
    }

    /// The settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a Message-ID (without angle brackets) was made by this desk: the hash in it fits.
    #[must_use]
    pub fn made(&self, message_id: &str) -> bool {
        let Some((local, domain)) = message_id.rsplit_once('@') else { return false };
        let Some((id, hash)) = local.rsplit_once('.') else { return false };
        domain == self.settings.domain && hash == self.id_hash(id)
    }

    /// A Message-ID that carries the row's id and a keyed hash of it.
    pub(crate) fn message_id(&self, id: OutboxId) -> String {
        let id = id.to_string();
        format!("{id}.{}@{}", self.id_hash(&id), self.settings.domain)
    }

    fn id_hash(&self, id: &str) -> String {
        let tag = self.mac("countersign/message-id/1", &[id.as_bytes()]);
        tag.iter().take(ID_HASH_BYTES).fold(String::new(), |mut hex, byte| {
            // Writing into a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// HMAC-SHA256 over a labelled list of length-prefixed fields (those of [`Digest::of_fields`]).
    pub(crate) fn mac(&self, label: &str, fields: &[&[u8]]) -> Vec<u8> {
        hmac::sign(&self.key, Digest::of_fields(label, fields).as_bytes()).as_ref().to_vec()
    }

    /// Compares in constant time.
    pub(crate) fn mac_holds(&self, label: &str, fields: &[&[u8]], tag: &[u8]) -> bool {
        hmac::verify(&self.key, Digest::of_fields(label, fields).as_bytes(), tag).is_ok()
    }

    /// A one-time page token, and the hash that is stored of it.
    pub(crate) fn page_token(&self) -> Result<(String, Digest), DoorError> {
        let mut bytes = [0; 32];
        self.random.fill(&mut bytes).map_err(|_| DoorError::Randomness)?;
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let hash = Digest::of(token.as_bytes());
        Ok((token, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            mailbox: "support@fernhill.example".into(),
            desk_name: "Fernhill".into(),
            domain: "support.fernhill.example".into(),
            undo_seconds: 10,
            letters_a_minute: 10,
            ai_default: DeskDefault::OptOut,
            address: None,
        }
    }

    #[test]
    fn only_our_own_message_ids_are_ours() {
        let door = Door::new(settings(), &[7; 32]).expect("good settings");
        let other = Door::new(settings(), &[8; 32]).expect("good settings");
        let id = door.message_id(store::new_id());
        assert!(door.made(&id) && !other.made(&id));
        for forged in
            [id.replace("fernhill", "evil"), id.replacen('.', "x", 1), format!("0{id}"), "a@b".into(), String::new()]
        {
            assert!(!door.made(&forged), "{forged}");
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_at_the_start() {
        let spoil: [fn(&mut Settings); 6] = [
            |s| s.mailbox = "support".into(),
            |s| s.mailbox = "a@b.example\r\nBcc: c@d.example".into(),
            |s| s.domain = "a b".into(),
            |s| s.desk_name = "a\nb".into(),
            |s| s.undo_seconds = -1,
            |s| s.undo_seconds = APPROVAL_SECONDS,
        ];
        for spoil in spoil {
            let mut bad = settings();
            spoil(&mut bad);
            assert!(Door::new(bad, &[7; 32]).is_err());
        }
        assert!(Door::new(settings(), &[7; 31]).is_err());
    }
}
