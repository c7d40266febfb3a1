//! Passkeys: whether an answer of a person's authenticator proves that they are there. Pure; after Web Authentication
//! (W3C, Level 3), sections 7.1 and 7.2, for what a desk needs: a second look at somebody who is signed in.
//!
//! Deliberately absent: attestation (which make of key it is does not matter here), and every algorithm but the two that
//! browsers and their platforms use (ES256, RS256). See `docs/decisions/0019-why-do-we-check-passkeys-ourselves.md`.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{digest, signature};
use serde::{Deserialize, Serialize};

/// How long a challenge waits for its answer, in seconds.
pub const CHALLENGE_SECONDS: i64 = 5 * 60;

/// Longest part of an answer, in bytes.
const PART_BYTES_MAX: usize = 8 * 1024;
/// Where the flags stand in an authenticator's data, after the hash of the site's name; and the counter after them.
const FLAGS_AT: usize = 32;
const COUNT_AT: usize = 33;
/// Where the credential's id begins: after the counter, 16 bytes of model and two of length.
const LENGTH_AT: usize = 53;
const ID_AT: usize = 55;
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;
/// A P-256 key as browsers hand it over: this head, then the uncompressed point.
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const P256_POINT_BYTES: usize = 65;
/// An RSA key of 2048 bits: this head, then modulus and exponent in DER.
const RSA_HEAD: [u8; 24] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    0x03, 0x82, 0x01, 0x0f, 0x00,
];

/// Why an answer proves nothing. `Display` is one sentence for the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// It cannot be read.
    #[error("The passkey's answer cannot be read. Try again, or use your password.")]
    Unreadable,
    /// Another site, another challenge, or another kind of answer.
    #[error("The passkey answered another question than this desk asked. Try again, or use your password.")]
    NotOurs,
    /// Nobody touched it, or it did not check who did.
    #[error("The passkey did not check that it is you. Use one with a fingerprint, face or PIN, or your password.")]
    Unverified,
    /// A kind of key we do not take.
    #[error("This kind of passkey is not supported. Use one of this device or a security key, or your password.")]
    Unsupported,
    /// The signature is not the key's.
    #[error("The passkey's answer does not fit the key that was registered. Use your password.")]
    Forged,
    /// Its counter went backwards: there may be a copy of it.
    #[error(
        "This passkey was used elsewhere since, as if there were a copy of it. Use your password and remove the passkey."
    )]
    Copied,
}

/// What a key is asked: who asks, and the challenge.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The challenge, as it was handed out: base64url.
    pub challenge: &'a str,
    /// The desk's name and port as the browser writes them, such as `desk.example` or `localhost:8080`.
    pub host: &'a str,
}

impl Asked<'_> {
    /// The name a passkey is bound to: the host without its port.
    #[must_use]
    pub fn relying_party(&self) -> &str {
        relying_party(self.host)
    }
}

/// The name a passkey is bound to.
#[must_use]
pub fn relying_party(host: &str) -> &str {
    host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name)
}

/// A new key as the browser hands it over; parts in base64url.
#[derive(Debug, Clone, Deserialize)]
pub struct Created {
    /// Its id.
    pub id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// Authenticator data.
    pub authenticator_data: String,
    /// The key, as a subject public key info.
    pub public_key: String,
}

/// A key's answer as the browser hands it over; parts in base64url.
#[derive(Debug, Clone, Deserialize)]
pub struct Answered {
    /// Its id.
    pub id: String,
    /// `clientDataJSON`.
    pub client_data: String,
    /// Authenticator data.
    pub authenticator_data: String,
    /// The signature.
    pub signature: String,
}

/// What is kept of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Subject public key info, base64url.
    pub public_key: String,
    /// The site it was made for.
    pub relying_party: String,
    /// Its counter when it was last used; 0 for keys that do not count.
    pub count: u32,
}

/// Takes a new key.
///
/// # Errors
/// [`PasskeyError`].
pub fn take(asked: Asked<'_>, created: &Created) -> Result<Key, PasskeyError> {
    let data = part(&created.authenticator_data)?;
    client_says(asked, "webauthn.create", &part(&created.client_data)?)?;
    let count = present_here(asked, &data)?;
    let id = part(&created.id)?;
    let flags = data.get(FLAGS_AT).copied().unwrap_or_default();
    let length = data.get(LENGTH_AT..ID_AT).and_then(|b| <[u8; 2]>::try_from(b).ok()).map(u16::from_be_bytes);
    let told = length.and_then(|n| data.get(ID_AT..ID_AT.checked_add(usize::from(n))?));
    if flags & ATTESTED == 0 || told != Some(id.as_slice()) || id.is_empty() {
        return Err(PasskeyError::NotOurs);
    }
    known(&part(&created.public_key)?).ok_or(PasskeyError::Unsupported)?;
    let relying_party = asked.relying_party().to_owned();
    Ok(Key { public_key: created.public_key.clone(), relying_party, count })
}

/// Whether an answer proves that the key's person is there; returns the counter to keep.
///
/// # Errors
/// [`PasskeyError`].
pub fn prove(asked: Asked<'_>, key: &Key, answered: &Answered) -> Result<u32, PasskeyError> {
    let (data, client) = (part(&answered.authenticator_data)?, part(&answered.client_data)?);
    if key.relying_party != asked.relying_party() {
        return Err(PasskeyError::NotOurs);
    }
    client_says(asked, "webauthn.get", &client)?;
    let count = present_here(asked, &data)?;
    let mut signed = data;
    signed.extend_from_slice(digest::digest(&digest::SHA256, &client).as_ref());
    let stored = part(&key.public_key)?;
    let (algorithm, public) = known(&stored).ok_or(PasskeyError::Unsupported)?;
    let key_itself = signature::UnparsedPublicKey::new(algorithm, public);
    key_itself.verify(&signed, &part(&answered.signature)?).map_err(|_| PasskeyError::Forged)?;
    if (count > 0 || key.count > 0) && count <= key.count {
        return Err(PasskeyError::Copied);
    }
    Ok(count)
}

/// The algorithm and the key itself, of the kinds that are taken.
fn known(info: &[u8]) -> Option<(&'static dyn signature::VerificationAlgorithm, &[u8])> {
    if let Some(point) = info.strip_prefix(&P256_HEAD) {
        let fits = point.len() == P256_POINT_BYTES;
        return fits.then_some((&signature::ECDSA_P256_SHA256_ASN1, point));
    }
    Some((&signature::RSA_PKCS1_2048_8192_SHA256, info.strip_prefix(&RSA_HEAD)?))
}

fn part(text: &str) -> Result<Vec<u8>, PasskeyError> {
    if text.len() > PART_BYTES_MAX {
        return Err(PasskeyError::Unreadable);
    }
    URL_SAFE_NO_PAD.decode(text).map_err(|_| PasskeyError::Unreadable)
}

/// What the browser says it did, where, and to which challenge.
fn client_says(asked: Asked<'_>, kind: &str, json: &[u8]) -> Result<(), PasskeyError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct ClientData {
        #[serde(rename = "type")]
        kind: String,
        challenge: String,
        origin: String,
        #[serde(default)]
        cross_origin: bool,
    }
    let said: ClientData = serde_json::from_slice(json).map_err(|_| PasskeyError::Unreadable)?;
    let here = said.origin.split_once("://").is_some_and(|(scheme, host)| {
        host.eq_ignore_ascii_case(asked.host) && (scheme == "https" || asked.relying_party() == "localhost")
    });
    let ours = said.kind == kind && said.challenge == asked.challenge && here && !said.cross_origin;
    if ours && !asked.challenge.is_empty() { Ok(()) } else { Err(PasskeyError::NotOurs) }
}

/// Whether the key was asked by this site and checked who is there; returns its counter.
fn present_here(asked: Asked<'_>, data: &[u8]) -> Result<u32, PasskeyError> {
    let site = digest::digest(&digest::SHA256, asked.relying_party().as_bytes());
    let (Some(told), Some(flags)) = (data.get(..FLAGS_AT), data.get(FLAGS_AT)) else {
        return Err(PasskeyError::Unreadable);
    };
    let count = data.get(COUNT_AT..COUNT_AT + 4).and_then(|b| <[u8; 4]>::try_from(b).ok());
    let count = count.map(u32::from_be_bytes).ok_or(PasskeyError::Unreadable)?;
    if told != site.as_ref() {
        return Err(PasskeyError::NotOurs);
    }
    if flags & PRESENT == 0 || flags & VERIFIED == 0 {
        return Err(PasskeyError::Unverified);
    }
    Ok(count)
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;
