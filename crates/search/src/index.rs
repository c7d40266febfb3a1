//! The index: one writer, many readers, one folder.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use serde::{Deserialize, Serialize};
use tantivy::{
    DocAddress, IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, directory::MmapDirectory,
    index::IndexSettings, indexer::IndexWriterOptions, schema::Value,
};

use crate::{
    Hit, IndexError, Likeness, MissingVector, OpenError, Passage, Query, Ranking, SearchError, VectorKey, Why,
    explain::{self, Look},
    fusion::{Candidate, compare, fuse, shortlist},
    passage::check_key,
    purge,
    ranking::{self, Features, Groups},
    schema::{FORMAT, Fields, document, group_term, schema, stored},
    snapshot::Snapshot,
    vector_file::VectorFile,
    vectors::{Probe, Row},
    view::View,
    words::{self, Question},
};

/// Only these two names inside the folder are ours; nothing else in it is ever touched.
pub(crate) const WORDS: &str = "words";
pub(crate) const VECTORS: &str = "vectors";

/// Memory the writer may fill before it writes a segment, in bytes.
const WRITER_MEMORY: usize = 24 * 1024 * 1024;
/// Bytes of stored passages that are kept and read together.
const STORED_BLOCK: usize = 4 * 1024;
/// Places of each list that enter fusion, per wanted hit, and at least.
const DEPTH_PER_HIT: usize = 10;
const LEAST_DEPTH: usize = 100;
/// Candidates of the second stage, at least, and of one group among them.
const SHORTLIST: usize = 40;
const SHORTLIST_PER_GROUP: usize = 3;
/// More hits than this are never given.
const MOST_HITS: usize = 1000;

/// Written with every commit, atomically with the documents.
#[derive(Serialize, Deserialize)]
struct Payload {
    format: u32,
    cursor: u64,
}

/// Passages, searchable by words and by meaning. Share it by reference: changes queue for the one writer, searches run
/// side by side on the last commit.
pub struct Index {
    fields: Fields,
    reader: IndexReader,
    snapshot: RwLock<Arc<Snapshot>>,
    writer: Mutex<Writer>,
}

struct Writer {
    words: IndexWriter,
    vectors: VectorFile,
    cursor: u64,
}

/// What was found in the folder. In each case [`Index::cursor`] says where to feed from.
pub enum Opened {
    /// There was no index; this one is empty.
    Created(Index),
    /// An intact index of this format.
    Resumed(Index),
    /// What was there was damaged or of another format. It was deleted; feed everything again.
    Rebuild {
        /// The new, empty index.
        index: Index,
        /// What was wrong, for the log.
        why: String,
    },
}

impl Opened {
    /// The index, whatever was found.
    #[must_use]
    pub fn into_index(self) -> Index {
        match self {
            Self::Created(index) | Self::Resumed(index) | Self::Rebuild { index, .. } => index,
        }
    }
}

impl Index {
    /// Opens the index in a folder, creating it when missing. Reads every file once to compare checksums (about a
    /// second per gigabyte).
    ///
    /// # Errors
    /// When another writer has the folder, or the operating system refuses. Damage is not an error.
    pub fn open(folder: impl AsRef<Path>) -> Result<Opened, OpenError> {
        let folder = folder.as_ref();
        let io = |source| OpenError::Io { path: folder.to_owned(), source };
        let words = folder.join(WORDS);
        let found = fs::symlink_metadata(&words).is_ok();
        fs::create_dir_all(folder).map_err(io)?;
        let damage = if found {
            match Self::existing(&words, &folder.join(VECTORS)) {
                Ok(index) => return Ok(Opened::Resumed(index)),
                Err(error) => Some(explain_damage(folder, error)?),
            }
        } else {
            None
        };
        remove(&words).and_then(|()| remove(&folder.join(VECTORS))).map_err(io)?;
        fs::create_dir_all(&words).map_err(io)?;
        let create = |error: TantivyError| OpenError::Create { path: folder.to_owned(), reason: error.to_string() };
        let directory = MmapDirectory::open(&words).map_err(|error| create(error.into()))?;
        let index = tantivy::Index::create(directory, schema().0, settings()).map_err(create)?;
        let vectors = VectorFile::empty(Some(folder.join(VECTORS)));
        let index = Self::start(index, vectors, 0).map_err(create)?;
        index.commit(0).map_err(|error| OpenError::Create { path: folder.to_owned(), reason: error.to_string() })?;
        Ok(match damage {
            Some(why) => Opened::Rebuild { index, why },
            None => Opened::Created(index),
        })
    }

    /// An index that lives as long as the value, for tests and one-off measurements.
    ///
    /// # Errors
    /// When threads or memory cannot be had.
    pub fn in_memory() -> Result<Self, OpenError> {
        let index = in_memory()
            .map_err(|error| OpenError::Create { path: PathBuf::from("(memory)"), reason: error.to_string() })?;
        Self::start(index, VectorFile::empty(None), 0)
            .map_err(|error| OpenError::Create { path: PathBuf::from("(memory)"), reason: error.to_string() })
    }

    fn existing(words: &Path, vectors: &Path) -> Result<Self, TantivyError> {
        let index = tantivy::Index::open_in_dir(words)?;
        if index.schema() != schema().0 {
            return Err(TantivyError::SchemaError("the fields are those of another version".into()));
        }
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let payload: Payload = serde_json::from_str(&payload)?;
        if payload.format != FORMAT {
            return Err(TantivyError::SchemaError(format!("format {} instead of {FORMAT}", payload.format)));
        }
        let damaged = index.validate_checksum()?;
        if !damaged.is_empty() {
            return Err(TantivyError::InternalError(format!("{} files are damaged", damaged.len())));
        }
        Self::start(index, VectorFile::open(vectors.to_owned()), payload.cursor)
    }

    fn start(index: tantivy::Index, vectors: VectorFile, cursor: u64) -> Result<Self, TantivyError> {
        let (_, fields) = schema();
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(WRITER_MEMORY)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let words = index.writer_with_options(options)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let snapshot = Snapshot::new(IndexReader::searcher(&reader), fields, &vectors, None)?;
        Ok(Self {
            fields,
            reader,
            snapshot: RwLock::new(Arc::new(snapshot)),
            writer: Mutex::new(Writer { words, vectors, cursor }),
        })
    }

    /// The position in the caller's change feed up to which changes are on disk and searchable; 0 for a new index.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.writer().cursor
    }

    /// All passages of a group, instead of those it had. Searchable after the next [`Index::commit`].
    ///
    /// # Errors
    /// When an id, group or tag is empty or too long (nothing is changed then), or the disk refuses.
    pub fn replace_group(&self, group: &str, passages: Vec<Passage>) -> Result<(), IndexError> {
        check_key("group", group)?;
        let passages: Vec<Passage> =
            passages.into_iter().map(|passage| Passage { group: group.to_owned(), ..passage }).collect();
        passages.iter().try_for_each(Passage::check)?;
        let writer = self.writer();
        writer.words.delete_term(group_term(self.fields, group));
        for passage in &passages {
            writer.words.add_document(document(self.fields, passage))?;
        }
        Ok(())
    }

    /// Takes a group out of search with the next commit. Its text leaves the disk with [`Index::purge`].
    pub fn remove_group(&self, group: &str) {
        self.writer().words.delete_term(group_term(self.fields, group));
    }

    /// Names the model that vectors come from. Another name than before forgets all vectors.
    pub fn use_vector_space(&self, name: &str) {
        self.writer().vectors.use_space(name);
    }

    /// The vector of a passage; counts from the next commit. A key that no passage has by then is forgotten.
    ///
    /// # Errors
    /// When the vector is empty, zero, not finite or of another length than the others.
    pub fn set_vector(&self, key: VectorKey, vector: &[f32]) -> Result<(), IndexError> {
        let mut writer = self.writer();
        let expected = writer.vectors.dimensions;
        let row = Row::new(vector).ok_or(IndexError::BadVector { expected, got: 0 })?;
        if expected != 0 && expected != vector.len() {
            return Err(IndexError::BadVector { expected, got: vector.len() });
        }
        writer.vectors.set(key.0, &row);
        Ok(())
    }

    /// Up to `limit` searchable passages without a vector.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub fn missing_vectors(&self, limit: usize) -> Result<Vec<MissingVector>, SearchError> {
        Ok(self.snapshot().missing(limit)?)
    }

    /// Passages that searches can find.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.snapshot().searcher.num_docs()
    }

    /// Whether there is nothing to find.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes every change so far durable and searchable, and `cursor` with them: all or nothing.
    ///
    /// # Errors
    /// When the disk refuses; the cursor stays where it was.
    pub fn commit(&self, cursor: u64) -> Result<(), IndexError> {
        self.commit_as(&mut self.writer(), cursor)
    }

    fn commit_as(&self, writer: &mut Writer, cursor: u64) -> Result<(), IndexError> {
        writer.vectors.save()?;
        let mut commit = writer.words.prepare_commit()?;
        let payload = Payload { format: FORMAT, cursor };
        commit.set_payload(&serde_json::to_string(&payload).map_err(|error| IndexError::Write(error.to_string()))?);
        commit.commit()?;
        writer.cursor = cursor;
        self.refresh(writer)?;
        let live = self.snapshot().live_keys();
        writer.vectors.retain(|key| live.contains(&key));
        Ok(())
    }

    /// Commits, then rewrites files until no deleted passage is left in any of them.
    ///
    /// # Errors
    /// When the disk refuses, or a search still holds an old file after two seconds; purging again is safe.
    pub fn purge(&self) -> Result<(), IndexError> {
        let mut writer = self.writer();
        let cursor = writer.cursor;
        self.commit_as(&mut writer, cursor)?;
        purge::merge_deletes(&mut writer.words)?;
        self.refresh(&writer)?;
        writer.vectors.save()?;
        purge::collect_garbage(&writer.words)
    }

    /// The best passages, best first; ties by id (at the end of the list, content decides which of equals get in). Nothing
    /// for a limit of 0 or a filter that lets nothing through.
    ///
    /// # Errors
    /// When the query's vector has another length than the indexed ones, or the files cannot be read.
    pub fn search(&self, query: &Query<'_>) -> Result<Vec<Hit>, SearchError> {
        let limit = query.limit.min(MOST_HITS);
        let judged = if limit == 0 { Vec::new() } else { self.judged(query, limit)? };
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut has_room = |hit: &Hit| {
            let count = seen.entry(hit.group.clone()).or_insert(0);
            *count += 1;
            *count <= query.per_group
        };
        Ok(judged.into_iter().map(|judged| judged.hit).filter(|hit| has_room(hit)).take(limit).collect())
    }

    /// The candidates of a query's second stage with the numbers it judges them by, best first: what its weights are
    /// learnt from.
    ///
    /// # Errors
    /// As for [`Index::search`].
    pub fn candidates(&self, query: &Query<'_>) -> Result<Vec<(Hit, Features)>, SearchError> {
        let judged = self.judged(query, query.limit.min(MOST_HITS))?;
        Ok(judged.into_iter().map(|judged| (judged.hit, judged.features)).collect())
    }

    fn judged(&self, query: &Query<'_>, limit: usize) -> Result<Vec<Judged>, SearchError> {
        let snapshot = self.snapshot();
        let probe = query.vector.map(|vector| probe(&snapshot, vector)).transpose()?.flatten();
        let parts = query.parts.iter().filter(|_| probe.is_some() && query.ranking == Ranking::Answers);
        let parts = parts.map(|part| self::probe(&snapshot, part)).filter_map(Result::transpose);
        let parts = parts.collect::<Result<Vec<Probe>, SearchError>>()?;
        let view = snapshot.view(query.filter)?;
        if query.per_group == 0 || view.passages == 0 {
            return Ok(Vec::new());
        }
        let question = words::question(&snapshot, &view, query.words)?;
        let mut fused = first_stage(&snapshot, &view, &question, (probe.as_ref(), &parts), limit)?;
        if query.ranking == Ranking::Alike {
            compare_likeness(&snapshot, query.vector.filter(|_| probe.is_some()), &mut fused);
        }
        let group = |candidate: &Candidate| snapshot.group(candidate.at);
        let groups = Groups::new(&fused, group);
        let per_group = query.per_group.max(SHORTLIST_PER_GROUP);
        let mut judged = Vec::new();
        for candidate in shortlist(&fused, |at| snapshot.group(at), per_group, limit.max(SHORTLIST)) {
            let passage = snapshot.passage_of(candidate.at)?;
            let text = |field| stored(&passage, field);
            let (title, heading, words) = (text(self.fields.title), text(self.fields.heading), text(self.fields.text));
            let look = explain::look(&title, &heading, &words, snapshot.language(candidate.at), &question);
            let features = ranking::features(&candidate, &look, &question, &groups, group(&candidate));
            let score = match query.ranking {
                Ranking::Answers => {
                    ranking::score(&features, probe.is_some()) * f64::from(snapshot.boost(candidate.at))
                }
                Ranking::Alike => candidate.first,
            };
            let mut hit = self.hit(&passage, &candidate, look, &question);
            (hit.title, hit.heading, hit.text, hit.score) = (title, heading, words, score as f32);
            judged.push(Judged { score, hit, features });
        }
        judged.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.hit.id.cmp(&b.hit.id)));
        Ok(judged)
    }

    fn hit(&self, passage: &TantivyDocument, candidate: &Candidate, look: Look, question: &Question) -> Hit {
        let words = &candidate.words;
        let mut why = Vec::new();
        if words.matched != 0 {
            why = explain::reasons(question, words.matched, words.score);
        }
        why.extend(candidate.cosine.map(|cosine| Why::Meaning { cosine: cosine as f32 }));
        Hit {
            id: stored(passage, self.fields.id),
            group: stored(passage, self.fields.group),
            score: 0.0,
            why,
            spans: look.spans,
            sentence: look.sentence,
            title: String::new(),
            heading: String::new(),
            text: String::new(),
            as_of: passage.get_first(self.fields.as_of).and_then(|value| value.as_i64()),
        }
    }

    fn refresh(&self, writer: &Writer) -> Result<(), TantivyError> {
        self.reader.reload()?;
        let before = self.snapshot();
        let next = Snapshot::new(self.reader.searcher(), self.fields, &writer.vectors, Some(&before))?;
        *self.snapshot.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A search reads passages from everywhere: small blocks, because each is read whole.
fn settings() -> IndexSettings {
    IndexSettings { docstore_blocksize: STORED_BLOCK, ..IndexSettings::default() }
}

fn in_memory() -> Result<tantivy::Index, TantivyError> {
    tantivy::Index::builder().schema(schema().0).settings(settings()).create_in_ram()
}

/// Without indexed vectors a query's vector has nothing to be compared with.
fn probe(snapshot: &Snapshot, vector: &[f32]) -> Result<Option<Probe>, SearchError> {
    let expected = snapshot.dimensions;
    let probe = Probe::new(vector).ok_or(SearchError::BadVector { expected, got: 0 })?;
    if expected == 0 {
        return Ok(None);
    }
    if probe.len() != expected {
        return Err(SearchError::BadVector { expected, got: probe.len() });
    }
    Ok(Some(probe))
}

/// Everything near the query by words or by meaning, with both scores of each.
fn first_stage(
    snapshot: &Snapshot,
    view: &View,
    question: &Question,
    (probe, parts): (Option<&Probe>, &[Probe]),
    limit: usize,
) -> Result<Vec<Candidate>, SearchError> {
    let depth = (limit * DEPTH_PER_HIT).max(LEAST_DEPTH);
    let mut scored = words::rank(snapshot, view, question, depth)?;
    if let Some(probe) = probe {
        let known: HashSet<DocAddress> = scored.iter().map(|scored| scored.at).collect();
        let mut others: Vec<DocAddress> = snapshot
            .nearest(view, probe, depth)
            .into_iter()
            .map(|(at, _)| at)
            .filter(|at| !known.contains(at))
            .collect();
        others.sort_unstable();
        scored.extend(words::score(snapshot, view, question, others)?);
    }
    let cosine = |at| probe.and_then(|probe| Some(probe.cosine(snapshot.row(at)?)));
    let part = |at| {
        let row = snapshot.row(at)?;
        parts.iter().map(|part| part.cosine(row)).reduce(f32::max)
    };
    Ok(fuse(scored, cosine, part, |at| snapshot.boost(at), |at| snapshot.key(at)))
}

fn compare_likeness(snapshot: &Snapshot, vector: Option<&[f32]>, fused: &mut [Candidate]) {
    let shipped = Likeness::shipped();
    let asked = vector.and_then(|vector| shipped.place(vector));
    let likeness = |candidate: &Candidate| match &asked {
        Some(asked) => Some(asked.cosine(&shipped.place(&snapshot.row(candidate.at)?.components())?)),
        None => candidate.cosine,
    };
    compare(fused, likeness, |at| snapshot.boost(at), |at| snapshot.key(at));
}

/// A candidate after the second stage.
struct Judged {
    score: f64,
    hit: Hit,
    features: Features,
}

/// Sorts errors of opening into those that a rebuild heals (their description) and those it does not.
fn explain_damage(folder: &Path, error: TantivyError) -> Result<String, OpenError> {
    let io = match error {
        TantivyError::LockFailure(..) => return Err(OpenError::InUse(folder.to_owned())),
        TantivyError::IoError(source) => source,
        other => return Ok(other.to_string()),
    };
    match io.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::StorageFull | io::ErrorKind::OutOfMemory => {
            Err(OpenError::Io { path: folder.to_owned(), source: io::Error::new(io.kind(), io.to_string()) })
        }
        _ => Ok(io.to_string()),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
