//! Ed25519 keys and signed notes (C2SP signed-note, signature type 0x01).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use crate::hash::sha256;

/// The byte that C2SP signed-note assigns to Ed25519.
const ED25519_TYPE: u8 = 0x01;
/// Notes with more signature lines than this are refused; the document asks for at least 16.
const MAX_SIGNATURES: usize = 64;
/// Notes longer than this many bytes are refused.
const MAX_NOTE_BYTES: usize = 1 << 20;

/// Why a key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Empty, or with a space, plus sign or control character.
    #[error("a key name must not be empty and must not contain spaces, plus signs or control characters")]
    Name,
    /// Not a private key in a form we read.
    #[error("the private key is not a 32-byte Ed25519 seed or a PKCS#8 document of one")]
    Private,
    /// Not `name+hash+base64`.
    #[error("the public key is not of the form name+hash+base64 for Ed25519")]
    Public,
    /// The hash in a public key does not fit the rest of it.
    #[error("the public key does not match its own hash: a character was mistyped or changed")]
    Hash,
    /// The operating system gave no random numbers.
    #[error("the system's random number source failed")]
    Random,
}

/// Signs checkpoints. Prints its name and id only.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    public: VerifyingKey,
}

impl SigningKey {
    /// 32 fresh random bytes for [`SigningKey::from_seed`]; the caller keeps them secret.
    pub fn generate_seed() -> Result<[u8; 32], KeyError> {
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).map_err(|_| KeyError::Random)?;
        Ok(seed)
    }

    /// The key of a 32-byte seed. `name` should equal the origin of the log, as in
    /// `desk.example.com/audit`.
    pub fn from_seed(name: &str, seed: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Private)?;
        Self::from_pair(name, pair)
    }

    /// The key in a PKCS#8 document (version 1 or 2, DER).
    pub fn from_pkcs8(name: &str, der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| KeyError::Private)?;
        Self::from_pair(name, pair)
    }

    fn from_pair(name: &str, pair: Ed25519KeyPair) -> Result<Self, KeyError> {
        let bytes = pair.public_key().as_ref().try_into().map_err(|_| KeyError::Private)?;
        Ok(Self { public: VerifyingKey::new(name, bytes)?, pair })
    }

    /// The public half, to give away.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The signed note of `text`, which must end in a newline and hold no control characters.
    pub(crate) fn sign_note(&self, text: &str) -> String {
        let mut blob = self.public.id.to_vec();
        blob.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        format!("{text}\n\u{2014} {} {}\n", self.public.name, STANDARD.encode(blob))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public)
    }
}

/// Checks signatures of one key. Written and read as the C2SP `vkey` text, `name+hash+base64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifyingKey {
    /// The key `name` with these 32 public bytes (RFC 8032).
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, KeyError> {
        let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.contains(bad) {
            return Err(KeyError::Name);
        }
        let [a, b, c, d, ..] = sha256(&[name.as_bytes(), &[b'\n', ED25519_TYPE], &public]).0;
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], public })
    }

    /// The key's name, which is also the origin of the log it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the note and returns its text, up to and including the last newline of the text.
    /// Signatures by other keys are passed over, as the document demands.
    pub(crate) fn open_note<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        if note.len() > MAX_NOTE_BYTES || note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::Malformed);
        }
        let (head, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
        let text = note.get(..=head.len()).ok_or(NoteError::Malformed)?;
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Malformed)?;
        let mut verified = false;
        for (count, line) in signatures.split('\n').enumerate() {
            if count >= MAX_SIGNATURES {
                return Err(NoteError::Malformed);
            }
            let (name, blob) = signature_line(line).ok_or(NoteError::Malformed)?;
            let Some((id, signature)) = blob.split_at_checked(4) else {
                return Err(NoteError::Malformed);
            };
            if name == self.name && id == self.id {
                UnparsedPublicKey::new(&ED25519, &self.public)
                    .verify(text.as_bytes(), signature)
                    .map_err(|_| NoteError::BadSignature)?;
                verified = true;
            }
        }
        if verified { Ok(text) } else { Err(NoteError::Unsigned) }
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519_TYPE];
        typed.extend_from_slice(&self.public);
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id), STANDARD.encode(typed))
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(hash), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Public);
        };
        let typed = STANDARD.decode(encoded).map_err(|_| KeyError::Public)?;
        let Some((&ED25519_TYPE, public)) = typed.split_first() else {
            return Err(KeyError::Public);
        };
        let key = Self::new(name, public.try_into().map_err(|_| KeyError::Public)?)?;
        if hash == format!("{:08x}", u32::from_be_bytes(key.id)) { Ok(key) } else { Err(KeyError::Hash) }
    }
}

/// Why a note must be ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteError {
    Malformed,
    BadSignature,
    Unsigned,
}

/// Name and decoded bytes of `— name base64`.
fn signature_line(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    if name.is_empty() || name.contains('+') {
        return None;
    }
    Some((name, STANDARD.decode(encoded).ok()?))
}
