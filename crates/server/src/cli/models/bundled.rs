//! Weights carried inside the program. They are laid into the data folder once, so that everything
//! after this file opens them the same way, from a folder.

#[cfg(feature = "bundled-weights")]
mod inside {
    /// The tensors.
    pub static MODEL: &[u8] =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/all-MiniLM-L6-v2/model.safetensors"));
    /// The vocabulary.
    pub static VOCABULARY: &[u8] =
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/all-MiniLM-L6-v2/vocab.txt"));
}

use crate::{cli::Failure, config::Config};

/// Whether this program carries the weights.
pub const CARRIED: bool = cfg!(feature = "bundled-weights");

/// Points the configuration at weights that can be opened: the configured folder when it holds any,
/// otherwise the ones carried inside, where there are some.
///
/// # Errors
/// When the carried weights cannot be written.
#[cfg(feature = "bundled-weights")]
pub fn settle(config: &mut Config) -> Result<(), Failure> {
    use embed::weights;

    if config.embedding.folder.join(weights::MODEL_FILE).is_file() {
        return Ok(());
    }
    let folder = config.data.join("models").join(weights::MODEL_NAME);
    let lay = |name: &str, bytes: &[u8]| -> std::io::Result<()> {
        let path = folder.join(name);
        if std::fs::metadata(&path).is_ok_and(|m| m.len() == bytes.len() as u64) {
            return Ok(());
        }
        super::unpack::write_whole(&path, bytes)
    };
    std::fs::create_dir_all(&folder)
        .and_then(|()| lay(weights::MODEL_FILE, inside::MODEL))
        .and_then(|()| lay(weights::VOCABULARY_FILE, inside::VOCABULARY))
        .map_err(|e| Failure::told(format!("The embedding weights cannot be written to {}: {e}. Free some space or choose another data folder with --data.", folder.display())))?;
    config.embedding.folder = folder;
    Ok(())
}

/// The encoder inside this program.
#[cfg(feature = "bundled-weights")]
pub fn carried() -> Option<embed::Encoder> {
    embed::Encoder::from_bytes(inside::MODEL, inside::VOCABULARY).ok()
}

/// There is none.
#[cfg(not(feature = "bundled-weights"))]
pub const fn carried() -> Option<embed::Encoder> {
    None
}

/// Without weights inside, the configured folder is all there is.
///
/// # Errors
/// None.
#[cfg(not(feature = "bundled-weights"))]
#[expect(clippy::unnecessary_wraps, clippy::missing_const_for_fn, reason = "the same face as with weights inside")]
pub fn settle(_config: &mut Config) -> Result<(), Failure> {
    Ok(())
}
