//! Why an encoder could not be opened.

/// Why the model folder was refused. Every sentence ends with what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file of the model is not in the folder.
    #[error("the embedding model lacks `{file}`: run `countersign models install` to fetch it")]
    Missing {
        /// File name, with the folder that was searched.
        file: String,
    },
    /// A file exists but the operating system would not let it be read.
    #[error("`{file}` could not be read ({source}): check its permissions and that the disk is healthy")]
    Unreadable {
        /// File name, with its folder.
        file: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not the published one.
    #[error("`{file}` has checksum {found} instead of {expected}: delete it and run `countersign models install`")]
    WrongChecksum {
        /// File name, with its folder.
        file: String,
        /// The published SHA-256, in hexadecimal.
        expected: String,
        /// The SHA-256 of the file, in hexadecimal.
        found: String,
    },
    /// The content is not a model this crate can run.
    #[error("`{file}` is damaged ({why}): delete it and run `countersign models install`")]
    Damaged {
        /// File name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}
