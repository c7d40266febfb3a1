//! Secrets of the desk: files beside the database, never rows in it. Each key does one thing.

use std::{fs, io::Write as _, path::Path};

use desk::Digest;
use ring::{aead, hmac, rand::SecureRandom as _};

/// The desk's keys.
pub struct Keys {
    approval: [u8; 32],
    commitment: hmac::Key,
    placeholders: aead::LessSafeKey,
    /// Signs checkpoints of the record.
    pub checkpoint: tlog::SigningKey,
    random: ring::rand::SystemRandom,
}

/// Keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file cannot be read or written.
    #[error("the key file {path} cannot be used: {detail}. The desk does not start without its keys.")]
    File {
        /// Which file.
        path: String,
        /// The system's words.
        detail: String,
    },
    /// The system gave no randomness.
    #[error("the system gave no random numbers, so no key could be made")]
    Randomness,
}

impl Keys {
    /// Opens the keys in `folder`, making those that are missing. `origin` names the record.
    ///
    /// # Errors
    /// [`KeyError`]; a damaged key is never replaced by a new one.
    pub fn open(folder: &Path, origin: &str) -> Result<Self, KeyError> {
        let random = ring::rand::SystemRandom::new();
        let unusable = |name: &str, detail: &dyn std::fmt::Display| KeyError::File {
            path: folder.join(name).display().to_string(),
            detail: detail.to_string(),
        };
        fs::create_dir_all(folder).map_err(|e| unusable("", &e))?;
        let approval = key(folder, "approval.key", &random)?;
        let commitment = key(folder, "commitment.key", &random)?;
        let placeholders = key(folder, "placeholders.key", &random)?;
        let checkpoint = key(folder, "checkpoint.key", &random)?;
        let sealing =
            aead::UnboundKey::new(&aead::AES_256_GCM, &placeholders).map_err(|e| unusable("placeholders.key", &e))?;
        Ok(Self {
            approval,
            commitment: hmac::Key::new(hmac::HMAC_SHA256, &commitment),
            placeholders: aead::LessSafeKey::new(sealing),
            checkpoint: tlog::SigningKey::from_seed(origin, &checkpoint).map_err(|e| unusable("checkpoint.key", &e))?,
            random,
        })
    }

    /// For the door alone.
    #[must_use]
    pub const fn approval(&self) -> &[u8; 32] {
        &self.approval
    }

    /// A keyed commitment to words that must not stand in the record themselves.
    #[must_use]
    pub fn commit_to(&self, label: &str, bytes: &[u8]) -> Digest {
        let tag = hmac::sign(&self.commitment, Digest::of_fields(label, &[bytes]).as_bytes());
        Digest::of(tag.as_ref())
    }

    /// A keyed digest that draws suggestions for a real look: nobody without the key foresees it.
    #[must_use]
    pub fn draw(&self, suggestion: desk::ids::SuggestionId) -> Digest {
        self.commit_to("countersign/check-sample/1", suggestion.to_string().as_bytes())
    }

    /// Random bytes.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn random<const N: usize>(&self) -> Result<[u8; N], KeyError> {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes).map_err(|_| KeyError::Randomness)?;
        Ok(bytes)
    }

    /// Encrypts a placeholder table, bound to its ticket.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn lock_away(&self, bound_to: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let nonce: [u8; 12] = self.random()?;
        let mut sealed = plain.to_vec();
        self.placeholders
            .seal_in_place_append_tag(
                aead::Nonce::assume_unique_for_key(nonce),
                aead::Aad::from(bound_to.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| KeyError::Randomness)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was locked away under the same name; none when it was not, or was changed.
    #[must_use]
    pub fn unlock(&self, bound_to: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<12>()?;
        let mut bytes = rest.to_vec();
        let nonce = aead::Nonce::assume_unique_for_key(*nonce);
        let plain = self.placeholders.open_in_place(nonce, aead::Aad::from(bound_to.as_bytes()), &mut bytes).ok()?;
        Some(plain.to_vec())
    }
}

fn key(folder: &Path, name: &str, random: &ring::rand::SystemRandom) -> Result<[u8; 32], KeyError> {
    let path = folder.join(name);
    let fail = |detail: String| KeyError::File { path: path.display().to_string(), detail };
    match fs::read(&path) {
        Ok(bytes) => {
            bytes.try_into().map_err(|_| fail("it does not hold 32 bytes; restore it from a backup".to_owned()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            random.fill(&mut bytes).map_err(|_| KeyError::Randomness)?;
            write_secret(&path, &bytes).map_err(|e| fail(e.to_string()))?;
            Ok(bytes)
        }
        Err(e) => Err(fail(e.to_string())),
    }
}

fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
