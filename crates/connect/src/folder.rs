//! A folder or checkout of documents: which files there are, one after the other.
//!
//! Nothing outside the folder is read: links are reported and not followed. What `.gitignore` and `.ignore` files in it
//! leave out is left out, and so is every name that begins with a dot.

use std::{
    collections::VecDeque,
    fs, io,
    path::{Path, PathBuf},
};

use crate::documents::{Broken, FILE_BYTES_MAX, Found, Outcome, Validators, is_document, read};

/// Files that are read; a folder with more is more than one source.
const FILES_MAX: usize = 20_000;
/// Folders inside folders that are looked into.
const DEPTH_MAX: usize = 32;

/// A folder whose files were listed.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    waiting: VecDeque<(String, PathBuf)>,
    links: VecDeque<String>,
    total: usize,
    complete: bool,
}

impl Folder {
    /// Lists the documents of a folder.
    ///
    /// # Errors
    /// [`Broken`] when the folder is not there, cannot be read, or holds more than 20,000 documents.
    pub fn open(root: &Path) -> Result<Self, Broken> {
        check(root)?;
        let mut folder =
            Self { root: root.to_owned(), waiting: VecDeque::new(), links: VecDeque::new(), total: 0, complete: true };
        let mut walk = ignore::WalkBuilder::new(root);
        walk.follow_links(false).require_git(false).parents(false).git_global(false).git_exclude(false);
        walk.max_depth(Some(DEPTH_MAX)).sort_by_file_name(std::ffi::OsStr::cmp);
        for entry in walk.build() {
            let Ok(entry) = entry else {
                folder.complete = false;
                continue;
            };
            let Some(place) = place(root, entry.path()).filter(|place| is_document(place)) else { continue };
            let kind = entry.file_type();
            if kind.is_some_and(|kind| kind.is_symlink()) {
                folder.links.push_back(place);
            } else if kind.is_some_and(|kind| kind.is_file()) {
                folder.waiting.push_back((place, entry.into_path()));
            }
            if folder.waiting.len() + folder.links.len() > FILES_MAX {
                return Err(Broken(format!(
                    "{} holds more than {FILES_MAX} documents; make several sources of its folders.",
                    root.display()
                )));
            }
        }
        folder.total = folder.waiting.len() + folder.links.len();
        Ok(folder)
    }

    /// Documents listed.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// Whether every folder inside could be listed; if not, nothing can be said to be gone.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// The commit a checkout stands at: 40 or 64 hexadecimal digits; none when it is no checkout.
    #[must_use]
    pub fn commit(&self) -> Option<String> {
        commit(&self.root)
    }

    /// Reads the next document; none at the end.
    ///
    /// # Errors
    /// [`Broken`] when the folder went away in the meantime.
    pub fn read_next(&mut self) -> Result<Option<Found>, Broken> {
        let found = |place: String, outcome| Some(Found { place, outcome, validators: Validators::default() });
        if let Some(place) = self.links.pop_front() {
            let why = "It is a link, and links are not followed; put the file itself there.".to_owned();
            return Ok(found(place, Outcome::Refused(why)));
        }
        let Some((place, path)) = self.waiting.pop_front() else {
            check(&self.root)?;
            return Ok(None);
        };
        let outcome = match bytes(&path) {
            Ok(Some(bytes)) => match read(&place, &bytes, "") {
                Ok(document) => Outcome::Read(Box::new(document)),
                Err(refused) => Outcome::Refused(refused.why),
            },
            Ok(None) => Outcome::Refused(format!("It is larger than {} MB; split it.", FILE_BYTES_MAX >> 20)),
            Err(error) => {
                check(&self.root)?;
                match error.kind() {
                    io::ErrorKind::NotFound => Outcome::Gone,
                    _ => Outcome::Refused(format!("It cannot be read: {error}.")),
                }
            }
        };
        Ok(found(place, outcome))
    }
}

fn check(root: &Path) -> Result<(), Broken> {
    let told =
        |why: String| Broken(format!("The folder {} cannot be read: {why}. Nothing was withdrawn.", root.display()));
    let mut entries = fs::read_dir(root).map_err(|error| told(error.to_string()))?;
    match entries.next() {
        None => Err(told("it is empty".to_owned())),
        Some(Err(error)) => Err(told(error.to_string())),
        Some(Ok(_)) => Ok(()),
    }
}

/// The path from the root, with `/`; none for what is not Unicode.
fn place(root: &Path, path: &Path) -> Option<String> {
    let inner = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/")).filter(|place| !place.is_empty())
}

/// A file's bytes; none when there are too many. The size is looked at first and again while reading.
fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    use io::Read as _;
    let file = fs::File::open(path)?;
    let limit = FILE_BYTES_MAX as u64;
    if file.metadata()?.len() > limit {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|b| b.len() <= FILE_BYTES_MAX))
}

/// Reads `.git` as git writes it: HEAD, the branch it names, packed branches.
fn commit(root: &Path) -> Option<String> {
    let line = |path: PathBuf| Some(fs::read_to_string(path).ok()?.lines().next()?.trim().to_owned());
    let mark = root.join(".git");
    let folder = if mark.is_file() { root.join(line(mark)?.strip_prefix("gitdir: ")?) } else { mark };
    let head = line(folder.join("HEAD"))?;
    let Some(branch) = head.strip_prefix("ref: ") else { return digits(&head) };
    if branch.split('/').any(|part| part.is_empty() || part == "..") {
        return None;
    }
    let common = line(folder.join("commondir")).map_or_else(|| folder.clone(), |inner| folder.join(inner));
    let loose = [&folder, &common].into_iter().find_map(|base| line(base.join(branch)));
    let packed = || {
        let list = fs::read_to_string(common.join("packed-refs")).ok()?;
        list.lines().find_map(|l| Some(l.strip_suffix(branch)?.strip_suffix(' ')?.to_owned()))
    };
    digits(&loose.or_else(packed)?)
}

fn digits(text: &str) -> Option<String> {
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_id.then(|| text.to_owned())
}
