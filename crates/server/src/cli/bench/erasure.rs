//! What it takes to forget somebody with many tickets among everybody else's, and whether a file still holds a word of theirs.

use std::{collections::HashSet, fs, path::Path, time::Instant};

use super::{Figure, Goal, lists};
use crate::{
    App, FlowError,
    cli::{Failure, first_start},
    flow::{erase_requester, follow_record, index_tickets, keep_record, receive_mail},
    jobs,
};
use store::MailSource;

/// Tickets of the one who is forgotten.
const OWN: usize = 200;
/// Words that stand in their mails and nowhere else.
const SEEDS: usize = 50;
const ADDRESS: &str = "quilla@zanzibarwood.example";
const GOAL_SECONDS: f64 = 10.0;

/// Measures.
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let app = lists::desk_in(folder.path()).await?;
    first_start::lay_defaults(&app).await?;
    lists::fill(&app, &lists::STATES).await?;
    write_own(&app).await?;
    settle(&app).await?;
    let before = found(folder.path())?;

    let started = Instant::now();
    let erased = erase_requester::by_command(&app, ADDRESS).await?;
    let rows = started.elapsed().as_secs_f64();
    settle(&app).await?;
    app.store.clear_traces().await.map_err(FlowError::from)?;
    let all = started.elapsed().as_secs_f64();
    let after = found(folder.path())?;
    app.store.close().await;
    Ok(vec![
        Figure::new("erasure", "rows_s", rows, "s", erased.tickets, Goal::AtMost(GOAL_SECONDS)),
        Figure::new("erasure", "rows_and_indexes_s", all, "s", erased.tickets, Goal::AtMost(GOAL_SECONDS)),
        Figure::new("erasure", "seeds_in_files_before", before as f64, "seeds", SEEDS, Goal::AtLeast(SEEDS as f64)),
        Figure::new("erasure", "seeds_in_files_after", after as f64, "seeds", SEEDS, Goal::AtMost(0.0)),
    ])
}

const SEED_HEAD: &str = "seedword";
const SEED_TAIL: &str = "quillavermont";

fn seed(n: usize) -> String {
    format!("{SEED_HEAD}{n:02}{SEED_TAIL}")
}

/// Their mails as raw bytes, each with some of the seeds, sorted and prepared like any other.
async fn write_own(app: &App) -> Result<(), FlowError> {
    for n in 0..OWN {
        let seeds: Vec<String> = (0..5).map(|k| seed((n * 5 + k) % SEEDS)).collect();
        let words = seeds.join(" ");
        let raw = format!(
            "From: \"Quilla Vermont\" <{ADDRESS}>\r\nTo: <{to}>\r\nSubject: Invoice {n} {first}\r\nMessage-ID: <own-{n}@zanzibarwood.example>\r\n\r\nWhere is the invoice of the {words}?\r\n",
            to = app.config.mail.address,
            first = seeds.first().map_or("", String::as_str),
        );
        receive_mail::take(app, &app.config.mail.address, MailSource::Import, raw.as_bytes(), app.clock.now()).await?;
    }
    while jobs::run_jobs_once(app).await? > 0 {}
    Ok(())
}

async fn settle(app: &App) -> Result<(), FlowError> {
    loop {
        let placed = keep_record::sequence(app).await?;
        let followed = follow_record::follow(app).await? + index_tickets::follow(app).await?;
        if placed + followed == 0 {
            return Ok(());
        }
    }
}

/// How many seeds stand in any file below a folder, in whatever case.
fn found(folder: &Path) -> Result<usize, Failure> {
    let unreadable =
        |e: std::io::Error| Failure::told(format!("A file of the bench cannot be read: {e}. Run it again."));
    let mut seen = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(entry.path());
                continue;
            }
            // Files of an index come and go while it is tidied.
            let Ok(bytes) = fs::read(entry.path()) else { continue };
            seen.extend(seeds_in(&bytes.to_ascii_lowercase()));
        }
    }
    Ok(seen.len())
}

fn seeds_in(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let places = bytes.windows(SEED_HEAD.len()).enumerate().filter(|(_, window)| *window == SEED_HEAD.as_bytes());
    places.filter_map(|(at, _)| {
        let (digits, rest) = bytes.get(at + SEED_HEAD.len()..)?.split_at_checked(2)?;
        let number: u8 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        rest.starts_with(SEED_TAIL.as_bytes()).then_some(number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_found_wherever_it_stands_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = [&[0_u8, 255], seed(7).to_uppercase().as_bytes(), &[1], seed(49).as_bytes()].concat();
        fs::write(folder.path().join("a"), bytes).expect("writes");
        fs::write(folder.path().join("b"), "seedword 07 seedwordxxquillavermont seedword0").expect("writes");
        assert_eq!(found(folder.path()).expect("reads"), 2);
    }
}
