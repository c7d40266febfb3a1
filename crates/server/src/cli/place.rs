//! Which desk a command works on.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::Failure;
use crate::{App, app::World, config::Config};

/// A configuration kept inside a data folder; used when no other is named.
pub const KEPT: &str = "countersign.toml";

/// Where the desk is.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Place {
    /// Configuration file. Without one, the file countersign.toml in the data folder counts, if there is one.
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    pub config: Option<PathBuf>,
    /// Data folder: database, index, keys. Overrides the configuration's.
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_DATA")]
    pub data: Option<PathBuf>,
}

impl Place {
    /// Reads the configuration.
    ///
    /// # Errors
    /// A sentence that names key, value found and value expected.
    pub fn read(&self) -> Result<Config, Failure> {
        let folder = self.data.clone().unwrap_or_else(|| Config::default().data);
        let kept = folder.join(KEPT);
        let file = match &self.config {
            Some(file) => Some(file.clone()),
            None => kept.is_file().then_some(kept),
        };
        let mut config = Config::load(file.as_deref())?;
        if self.config.is_none() || self.data.is_some() {
            config.data = folder;
        }
        Ok(config)
    }

    /// Opens the desk.
    ///
    /// # Errors
    /// Whatever is wrong with the configuration or cannot be opened.
    pub async fn open(&self) -> Result<Arc<App>, Failure> {
        let mut config = self.read()?;
        super::models::settle(&mut config)?;
        Ok(App::open(config, World::Real).await?)
    }

    /// Opens the desk beside a server that may be running: everything but the search index, which one
    /// process has to itself. The index it gets is empty and gone with the command.
    ///
    /// # Errors
    /// As [`Place::open`].
    pub async fn open_beside(&self) -> Result<Arc<App>, Failure> {
        let mut config = self.read()?;
        super::models::settle(&mut config)?;
        let unusable = |e: std::io::Error| {
            Failure::told(format!("{} cannot be used: {e}. Choose another folder with --data.", config.data.display()))
        };
        let data = std::path::absolute(&config.data).map_err(unusable)?;
        let keys = data.join("keys");
        std::fs::create_dir_all(&keys).map_err(unusable)?;
        // A folder with the same keys and no index; open files outlive it.
        let beside = tempfile::tempdir().map_err(unusable)?;
        std::os::unix::fs::symlink(&keys, beside.path().join("keys")).map_err(unusable)?;
        let list = crate::flow::erased_list::NAME;
        std::os::unix::fs::symlink(data.join(list), beside.path().join(list)).map_err(unusable)?;
        config.database = config.database();
        if let Some(path) = config.database.strip_prefix("sqlite:") {
            config.database = format!("sqlite:{}", std::path::absolute(path).map_err(unusable)?.display());
        }
        config.embedding.folder = std::path::absolute(&config.embedding.folder).map_err(unusable)?;
        config.data = beside.path().to_owned();
        Ok(App::open(config, World::Real).await?)
    }

    /// Opens a desk that is there already; a command that only reads must not make one.
    ///
    /// # Errors
    /// When there is none, or as [`Place::open`].
    pub async fn open_existing(&self) -> Result<Arc<App>, Failure> {
        must_exist(&self.read()?)?;
        self.open().await
    }
}

/// # Errors
/// When the data folder holds no keys, so no desk was ever started there.
pub fn must_exist(config: &Config) -> Result<(), Failure> {
    if has_desk(&config.data) {
        return Ok(());
    }
    Err(Failure::told(format!(
        "There is no desk in the folder {}. Name its folder with --data, or start one with `countersign serve`.",
        config.data.display()
    )))
}

/// Whether a desk was ever started in this folder.
#[must_use]
pub fn has_desk(folder: &Path) -> bool {
    folder.join("keys").is_dir()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_configuration_counts_only_when_no_other_is_named() {
        let folder = tempfile::tempdir().expect("temp folder");
        let kept = folder.path().join(KEPT);
        std::fs::write(&kept, "[desk]\nname = 'Kept'\n").expect("writes");
        let other = folder.path().join("other.toml");
        std::fs::write(&other, "data = 'elsewhere'\n[desk]\nname = 'Named'\n").expect("writes");
        let data = Some(folder.path().to_owned());
        let read = |config: Option<PathBuf>, data: Option<PathBuf>| {
            let config = Place { config, data }.read().expect("reads");
            (config.desk.name, config.data)
        };
        assert_eq!(read(None, data.clone()), ("Kept".to_owned(), folder.path().to_owned()));
        assert_eq!(read(Some(other.clone()), data), ("Named".to_owned(), folder.path().to_owned()));
        assert_eq!(read(Some(other), None), ("Named".to_owned(), PathBuf::from("elsewhere")));
    }
}
