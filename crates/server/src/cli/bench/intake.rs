//! What a folder of mails costs: `countersign import`, then sorting, then the record's order.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use tempfile::TempDir;

use super::{Figure, Goal, cpu};
use crate::{
    App,
    app::World,
    cli::{Failure, demo::demo_config, import},
    demo::world,
    flow::keep_record,
    jobs,
};

/// Mails measured when no folder is given.
const MADE: usize = 1_000;
/// Processor milliseconds per mail of the peer helpdesk, measured on the same kind of machine.
const PEER_CPU_MS: f64 = 11.1;

/// Measures the mails of a folder, or as many made ones.
pub async fn measure(folder: Option<&Path>) -> Result<Vec<Figure>, Failure> {
    let written = write_made()?;
    let (app, _folder) = scratch_demo().await?;
    while jobs::run_jobs_once(&app).await? > 0 {}
    while keep_record::sequence(&app).await? > 0 {}

    let started = Moment::now();
    let (imported, _) = import::take_in(&app, import::messages(folder.unwrap_or(written.path()))?).await?;
    let import = started.until_now();
    let started = Moment::now();
    let mut sorted = 0;
    while jobs::run_once_of(&app, jobs::SORTING).await? > 0 {
        sorted += 1;
    }
    let sorting = started.until_now();
    let started = Moment::now();
    while keep_record::sequence(&app).await? > 0 {}
    let ordering = started.until_now();
    app.store.close().await;

    let mails = usize::try_from(imported.taken).unwrap_or(0);
    let each = |seconds: f64, n: usize| seconds * 1e3 / n.max(1) as f64;
    let figure = |name: &str, ms: f64, n, goal| Figure::new("intake", name, ms, "ms", n, goal);
    let goal = Goal::AtMost(PEER_CPU_MS / 10.0);
    Ok(vec![
        figure("import_cpu_ms_per_mail", each(import.cpu, mails), mails, goal),
        figure("import_wall_ms_per_mail", each(import.wall, mails), mails, Goal::Unset),
        figure("triage_cpu_ms_per_ticket", each(sorting.cpu, sorted), sorted, Goal::Unset),
        figure("triage_wall_ms_per_ticket", each(sorting.wall, sorted), sorted, Goal::Unset),
        figure("record_cpu_ms_per_mail", each(ordering.cpu, mails), mails, Goal::Unset),
    ])
}

/// Seconds of the processor and of the clock.
struct Spent {
    cpu: f64,
    wall: f64,
}

/// A moment to measure from.
struct Moment {
    cpu: Option<f64>,
    at: Instant,
}

impl Moment {
    fn now() -> Self {
        Self { cpu: cpu::seconds(), at: Instant::now() }
    }

    /// Where the processor's time cannot be had, the clock's stands for it.
    fn until_now(&self) -> Spent {
        let wall = self.at.elapsed().as_secs_f64();
        let cpu = self.cpu.zip(cpu::seconds()).map_or(wall, |(before, after)| after - before);
        Spent { cpu, wall }
    }
}

fn write_made() -> Result<TempDir, Failure> {
    let failed =
        |e: std::io::Error| Failure::told(format!("Mails cannot be written: {e}. Set TMPDIR to a folder that can be."));
    let folder = tempfile::tempdir().map_err(failed)?;
    for (n, raw) in made().enumerate() {
        std::fs::write(folder.path().join(format!("{n:04}.eml")), raw).map_err(failed)?;
    }
    Ok(folder)
}

/// Mails of different people about different things, in plain text and HTML.
fn made() -> impl Iterator<Item = Vec<u8>> {
    const ABOUT: [&str; 8] = [
        "How do I export my invoices for last year?",
        "The import stops at row 40 with an error about dates.",
        "We were charged twice in March, please look into it.",
        "Our webhook has not fired since Tuesday morning.",
        "I would like my money back, the feature is not there.",
        "I cannot sign in since my phone was stolen.",
        "Please delete everything you hold about me.",
        "Nobody has answered me for two weeks and I am tired of it.",
    ];
    (0..MADE).map(|n| {
            let about = ABOUT[n % ABOUT.len()];
            let body = format!("Hello,\r\n\r\n{about} The account is number {n}.\r\n\r\n> an older line\r\n\r\nRegards\r\nPerson {n}\r\n-- \r\nSent from somewhere\r\n");
            let head = format!(
                "From: Person {n} <person{n}@company{}.example>\r\nTo: support@desk.example\r\nSubject: {}\r\nMessage-ID: <bench-{n}@company.example>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n",
                n % 97,
                about.split(',').next().unwrap_or(about)
            );
            let rest = if n % 3 == 0 {
                format!("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello,</p><p>{about}</p><blockquote>an older line</blockquote>\r\n--b--\r\n")
            } else {
                format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{body}")
            };
            (head + &rest).into_bytes()
        })
}

/// A demo desk in a folder of its own, its triage trained on the words of its solved tickets.
async fn scratch_demo() -> Result<(Arc<App>, TempDir), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let mut config = demo_config(None, folder.path().to_owned())?;
    config.embedding.folder = PathBuf::from("none");
    let app = App::open(config, World::Demo).await?;
    world::load(&app).await?;
    Ok((app, folder))
}
