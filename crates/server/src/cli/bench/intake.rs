//! What a mail costs from raw bytes to a sorted ticket.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use connect::mail::sources;
use desk::ids::TicketId;
use store::{MailSource, Taken};
use tempfile::TempDir;

use super::{Figure, Goal, cpu};
use crate::{
    App,
    app::World,
    cli::{Failure, demo::demo_config, output::Progress},
    demo::world,
    flow::{receive_mail, triage_ticket},
};

/// Mails measured when no folder is given.
const MADE: usize = 1_000;
/// Processor milliseconds per mail of the peer helpdesk, measured on the same kind of machine.
const PEER_CPU_MS: f64 = 11.1;

/// Measures the mails of a folder, or as many made ones.
pub async fn measure(folder: &Path) -> Result<Vec<Figure>, Failure> {
    let mails = if folder.is_dir() { from_folder(folder)? } else { made() };
    let (app, _folder) = scratch_demo().await?;
    let mailbox = app.config.mail.address.to_lowercase();
    let progress = Progress::of("mails");
    let (cpu_before, started) = (cpu::seconds(), Instant::now());
    let mut kept = 0;
    for (done, raw) in mails.iter().enumerate() {
        let Taken::New(id) = receive_mail::take(&app, &mailbox, MailSource::Import, raw, app.clock.now()).await? else {
            continue;
        };
        receive_mail::accept(&app, id).await?;
        let ticket: Option<TicketId> = app.store.read().await?.mail(id).await?.ticket;
        if let Some(ticket) = ticket {
            triage_ticket::triage(&app, ticket).await?;
        }
        kept += 1;
        progress.at(done, mails.len());
    }
    while crate::flow::keep_record::sequence(&app).await? > 0 {}
    drop(progress);
    let wall_ms = started.elapsed().as_secs_f64() * 1e3 / f64::from(kept.max(1));
    let cpu_ms = cpu_before
        .zip(cpu::seconds())
        .map_or(wall_ms, |(before, after)| (after - before) * 1e3 / f64::from(kept.max(1)));
    app.store.close().await;
    let n = usize::try_from(kept).unwrap_or(0);
    Ok(vec![
        Figure::new("intake", "cpu_ms_per_mail", cpu_ms, "ms", n, Goal::AtMost(PEER_CPU_MS / 10.0)),
        Figure::new("intake", "wall_ms_per_mail", wall_ms, "ms", n, Goal::Unset),
        Figure::new("intake", "mails_per_s", 1e3 / wall_ms, "1/s", n, Goal::Unset),
    ])
}

fn from_folder(folder: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let bad = |e: &dyn std::fmt::Display| Failure::BadInput(format!("{e} Name a folder of messages."));
    sources::files(folder).map_err(|e| bad(&e))?.map(|m| m.map(|m| m.raw).map_err(|e| bad(&e))).collect()
}

/// Mails of different people about different things, in plain text and HTML.
fn made() -> Vec<Vec<u8>> {
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
    (0..MADE)
        .map(|n| {
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
        .collect()
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
