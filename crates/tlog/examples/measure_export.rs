//! Measures writing and checking an export: `cargo run --release -p tlog --example measure_export [ENTRIES]`.
#![expect(clippy::print_stdout, reason = "prints its figures")]

use std::error::Error;
use std::time::Instant;

use tlog::export::{ExportWriter, verify_export};
use tlog::{Checkpoint, Frontier, SigningKey, leaf_hash};

fn main() -> Result<(), Box<dyn Error>> {
    let n: u64 = std::env::args().nth(1).map_or(Ok(1_000_000), |arg| arg.parse())?;
    let origin = "desk.example.com/audit";
    let key = SigningKey::from_seed(origin, &SigningKey::generate_seed()?)?;
    let start = Instant::now();
    let mut writer = ExportWriter::new(Vec::new(), origin, Some(key.verifying_key()))?;
    let mut tree = Frontier::default();
    for i in 0..n {
        let entry =
            format!("{{\"id\":{i},\"event\":\"ReplyApproved\",\"by\":\"0190-7c3e\",\"digest\":\"e3b0c44298fc\"}}");
        writer.entry(&entry)?;
        tree.push(leaf_hash(entry.as_bytes()));
        if tree.size() % 1_000 == 0 || tree.size() == n {
            let now = Checkpoint { origin: origin.to_owned(), size: tree.size(), root: tree.root() };
            writer.checkpoint(&now.sign(&key)?)?;
        }
    }
    let file = writer.finish()?;
    println!("write_s {:.2}  file_bytes {}", start.elapsed().as_secs_f64(), file.len());
    let start = Instant::now();
    let report = verify_export(file.as_slice(), key.verifying_key(), &[])?;
    println!(
        "verify_s {:.2}  entries {}  checkpoints {}",
        start.elapsed().as_secs_f64(),
        report.size,
        report.checkpoints
    );
    Ok(())
}
