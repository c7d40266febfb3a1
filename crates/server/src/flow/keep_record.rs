//! The record: places in order, tree, signed checkpoints; export, proof and verification.

use std::{collections::HashMap, io::Write, time::Instant};

use desk::Timestamp;
use store::{Conn, Grant, Ordered, StoreError, Waiting};
use tlog::{
    Checkpoint, Hash, HashSource, ProofFile,
    export::{Anchoring, ExportWriter, Location, verify_export},
    leaf_hash,
};

use crate::{App, FlowError, keys::Keys};

/// Entries placed in one batch.
const BATCH: i64 = 1_000;
/// Checkpoints in an export, newest last.
const CHECKPOINTS: i64 = 1_000;

/// The newest signed state.
#[derive(Debug, Clone)]
pub struct CheckpointView {
    /// Entries covered.
    pub size: i64,
    /// Root hash, base64.
    pub root: String,
    /// The signed note.
    pub note: String,
    /// Public key text.
    pub key: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// What verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// Everything fits.
    pub ok: bool,
    /// Entries checked.
    pub size: i64,
    /// Root hash, base64.
    pub root: String,
    /// First entry that does not fit.
    pub first_bad: Option<i64>,
    /// One sentence.
    pub detail: String,
    /// How long it took.
    pub ms: i64,
}

/// Gives waiting entries their places and signs the new state. Returns how many.
///
/// # Errors
/// Whatever the database says; then nothing was placed.
pub async fn sequence(app: &App) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let keys = &app.keys;
    let placed = app
        .store
        .sequence(BATCH, now, async |conn: &mut Conn, size: i64, waiting: Vec<Waiting>| {
            order(keys, conn, size, waiting).await
        })
        .await?;
    if placed > 0 {
        outbox::crash::point("sequence-committed");
        let head = app.store.read().await?.log_size().await?;
        // Nobody watching is no error.
        let _ = app.live.head.send(head);
    }
    Ok(placed)
}

async fn order(keys: &Keys, conn: &mut Conn, size: i64, waiting: Vec<Waiting>) -> Result<Ordered, StoreError> {
    let old = unsigned(size)?;
    let source = nodes(conn, &tlog::positions_for_append(old).map_err(damaged)?).await?;
    let leaves: Vec<Hash> = waiting.iter().map(|w| leaf_hash(w.leaf.as_bytes())).collect();
    let appended = tlog::append(old, &leaves, &source).map_err(damaged)?;
    let checkpoint = Checkpoint {
        origin: keys.checkpoint.verifying_key().name().to_owned(),
        size: appended.size,
        root: appended.root,
    };
    let note = checkpoint.sign(&keys.checkpoint).map_err(damaged)?;
    let new_nodes = appended
        .new_hashes
        .iter()
        .map(|(at, hash)| Ok((signed(*at)?, hash.as_bytes().to_vec())))
        .collect::<Result<_, StoreError>>()?;
    outbox::crash::point("sequence-before-commit");
    Ok(Ordered { nodes: new_nodes, root: appended.root.as_bytes().to_vec(), note })
}

/// Tree nodes as the engine wants them.
struct Nodes(HashMap<u64, Hash>);

impl HashSource for Nodes {
    fn hash(&self, position: u64) -> Option<Hash> {
        self.0.get(&position).copied()
    }
}

async fn nodes(conn: &mut Conn, positions: &[u64]) -> Result<Nodes, StoreError> {
    let rows = conn.tree_nodes(positions).await?;
    let hashes = rows.iter().map(|bytes| Hash::from_slice(bytes).map_err(damaged)).collect::<Result<Vec<_>, _>>()?;
    Ok(Nodes(positions.iter().copied().zip(hashes).collect()))
}

/// The newest signed state, when there is one.
///
/// # Errors
/// Whatever the database says.
pub async fn checkpoint(app: &App) -> Result<Option<CheckpointView>, FlowError> {
    let Some((size, root, note, at)) = app.store.read().await?.checkpoint().await? else { return Ok(None) };
    let root = Hash::from_slice(&root).map(|h| h.to_base64()).unwrap_or_default();
    Ok(Some(CheckpointView { size, root, note, key: app.keys.checkpoint.verifying_key().to_string(), at }))
}

/// Writes the whole record up to the newest checkpoint. Returns how many entries.
///
/// # Errors
/// Whatever database or writer say.
pub async fn export<W: Write>(app: &App, grant: &Grant, writer: W) -> Result<i64, FlowError> {
    let mut conn = app.store.read().await?;
    let mut notes = conn.checkpoint_notes(CHECKPOINTS).await?;
    let Some((last, _)) = notes.last().cloned() else {
        return Err(FlowError::Invalid("The record is empty.".to_owned()));
    };
    let key = app.keys.checkpoint.verifying_key();
    let broken = |e: tlog::export::WriteError| FlowError::Unavailable(format!("The export could not be written: {e}"));
    let mut out = ExportWriter::new(writer, key.name(), Some(key)).map_err(broken)?;
    notes.reverse();
    let mut written = 0;
    while written < last {
        let batch = conn.entries_from(grant, written, 1_000.min(last - written)).await?;
        if batch.is_empty() {
            break;
        }
        for entry in batch {
            out.entry(&entry.leaf).map_err(broken)?;
            written += 1;
            while notes.last().is_some_and(|(size, _)| *size == written) {
                if let Some((_, note)) = notes.pop() {
                    out.checkpoint(&note).map_err(broken)?;
                }
            }
        }
    }
    out.finish().map_err(broken)?;
    Ok(written)
}

/// Checks every entry against the tree and every checkpoint against the key.
///
/// # Errors
/// Whatever the database says; what does not fit is the answer, not an error.
pub async fn verify(app: &App, grant: &Grant) -> Result<Verification, FlowError> {
    let started = Instant::now();
    let mut file = Vec::new();
    let size = export(app, grant, &mut file).await?;
    let key = app.keys.checkpoint.verifying_key();
    let checked = crate::library::compute(|| verify_export(file.as_slice(), key, &[]));
    let ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    Ok(match checked {
        Ok(report) => Verification {
            ok: true,
            size,
            root: report.root.to_base64(),
            first_bad: None,
            detail: match report.anchoring {
                Anchoring::NotAnchored => "Without a copy of an older checkpoint outside this desk, whoever holds the signing key could have rewritten everything.".to_owned(),
                Anchoring::Anchored { size } => format!("Anchored outside this desk up to entry {size}."),
            },
            ms,
        },
        Err(error) => {
            let first_bad = first_bad(app, grant, error.location()).await?;
            let detail =
                first_bad.map_or_else(|| error.to_string(), |seq| format!("Entry {seq} is not what was recorded."));
            Verification { ok: false, size, root: String::new(), first_bad, detail, ms }
        }
    })
}

/// Within the range the checkpoints leave, the tree's own leaves name the entry.
async fn first_bad(app: &App, grant: &Grant, location: Option<Location>) -> Result<Option<i64>, FlowError> {
    let (from, to) = match location {
        Some(Location::Entry(index)) => return Ok(i64::try_from(index).ok()),
        Some(Location::Between { from, to }) => (from, to),
        None => return Ok(None),
    };
    let mut conn = app.store.read().await?;
    let mut at = i64::try_from(from).unwrap_or(0);
    let end = i64::try_from(to).unwrap_or(i64::MAX);
    while at < end {
        let batch = conn.entries_from(grant, at, 1_000).await?;
        if batch.is_empty() {
            return Ok(Some(at));
        }
        for entry in &batch {
            let index = u64::try_from(at).unwrap_or(0);
            let kept = conn.tree_nodes(&[tlog::position::stored_count(index)]).await?;
            if entry.seq != Some(at)
                || kept.first().map(Vec::as_slice) != Some(leaf_hash(entry.leaf.as_bytes()).as_bytes().as_slice())
            {
                return Ok(Some(at));
            }
            at += 1;
        }
    }
    Ok(None)
}

/// A proof, in the C2SP text form, that one entry is in the record.
///
/// # Errors
/// [`FlowError::NotFound`] when the entry has no place under the newest checkpoint.
pub async fn proof(app: &App, grant: &Grant, seq: i64) -> Result<String, FlowError> {
    let mut conn = app.store.read().await?;
    conn.entries_from(grant, seq, 1).await?.first().filter(|e| e.seq == Some(seq)).ok_or(FlowError::NotFound)?;
    proof_at(&mut conn, seq).await?.ok_or(FlowError::NotFound)
}

/// The same for an entry that the caller may see; none while no checkpoint covers it.
///
/// # Errors
/// Whatever the database says.
pub async fn proof_at(conn: &mut Conn, seq: i64) -> Result<Option<String>, FlowError> {
    let Some((size, _, note, _)) = conn.checkpoint().await?.filter(|(size, ..)| seq < *size) else { return Ok(None) };
    let (index, size) = (unsigned(seq)?, unsigned(size)?);
    let source = nodes(conn, &tlog::positions_for_inclusion(index, size).map_err(damaged)?).await?;
    let path = tlog::inclusion_proof(index, size, &source).map_err(damaged)?;
    Ok(Some(ProofFile { extra: None, index, path, checkpoint: note }.to_string()))
}

fn damaged(error: impl std::fmt::Display) -> StoreError {
    StoreError::Damaged { what: format!("the record's tree: {error}") }
}
fn unsigned(n: i64) -> Result<u64, StoreError> {
    u64::try_from(n).map_err(damaged)
}
fn signed(n: u64) -> Result<i64, StoreError> {
    i64::try_from(n).map_err(damaged)
}
