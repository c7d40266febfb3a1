//! `countersign sources`: folders and sites that are read again and again.

use std::path::{Path, PathBuf};

use desk::{
    audit::Service,
    ids::SourceId,
    knowledge::Audience,
    source::{Arrival, FedBy, Report, Use, Withdrawing},
};
use store::{Feed, Labels, ServiceIdentity};

use super::{Failure, Outcome, output::line, place::Place};
use crate::{
    App,
    flow::{
        add_source::{self, Described},
        sync_source::{self, Reading, Watcher},
    },
};

/// Documents between two lines about how far a reading is.
const TOLD_EVERY: usize = 25;

/// Folders and sites as sources.
#[derive(Debug, clap::Subcommand)]
pub enum Sources {
    /// Make a folder, a checkout or a site a source. Nothing is read yet.
    Add(Box<Add>),
    /// Read sources again: propose what is new or changed, withdraw what vanished.
    Sync {
        /// Keys; every source without one.
        keys: Vec<String>,
        /// Withdraw even if more than half of more than ten documents are gone.
        #[arg(long)]
        withdraw_many: bool,
        #[command(flatten)]
        place: Place,
    },
    /// How each source stands, and what its last reading did.
    Status {
        #[command(flatten)]
        place: Place,
    },
}

/// A source to be added.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Stable key: lower-case letters, digits and dashes.
    key: String,
    /// Folder or checkout on this machine.
    #[arg(long, value_name = "DIR", required_unless_present = "site", conflicts_with = "site")]
    folder: Option<PathBuf>,
    /// Address of a site, or of its map (.xml).
    #[arg(long, value_name = "URL")]
    site: Option<String>,
    /// Name; the key without one.
    #[arg(long)]
    name: Option<String>,
    /// Address of the person who keeps it true.
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// Who may read it: public or internal.
    #[arg(long, value_name = "WHO")]
    audience: Audience,
    /// Product.
    #[arg(long, default_value = "")]
    product: String,
    /// Product versions it applies to, in words.
    #[arg(long, default_value = "")]
    versions: String,
    /// Region it holds for, in words.
    #[arg(long, default_value = "")]
    region: String,
    /// What it may be used for: reply, work. Without reply no draft rests on it.
    #[arg(long, value_name = "USE", value_delimiter = ',', default_value = "reply,work")]
    purposes: Vec<Use>,
    /// Days between two reviews of an article.
    #[arg(long, value_name = "DAYS", default_value_t = 180)]
    review_days: i64,
    /// The owner approves beforehand whatever the source says. Texts that hide something wait all the same.
    #[arg(long)]
    approve_on_arrival: bool,
    #[command(flatten)]
    place: Place,
}

impl Sources {
    /// Runs it.
    ///
    /// # Errors
    /// A sentence with the next step.
    pub async fn run(self) -> Outcome {
        match self {
            Self::Add(new) => add(*new).await,
            Self::Sync { keys, withdraw_many, place } => sync(&keys, withdraw_many, &place).await,
            Self::Status { place } => status(&place).await,
        }
    }
}

async fn add(new: Add) -> Outcome {
    let (fed_by, place) = match (&new.folder, &new.site) {
        (Some(folder), _) => (FedBy::Folder, absolute(folder)?),
        (None, site) => (FedBy::Site, site.clone().unwrap_or_default()),
    };
    let described = Described {
        name: new.name.unwrap_or_else(|| new.key.clone()),
        key: new.key,
        owner: new.owner,
        audience: new.audience,
        fed_by,
        place,
        arrival: if new.approve_on_arrival { Arrival::Approve } else { Arrival::Propose },
        labels: Labels { product: new.product, applies_to: new.versions, region: new.region, purposes: new.purposes },
        interval_days: new.review_days,
    };
    let app = new.place.open_beside().await?;
    add_source::add(&app, &described).await?;
    app.store.close().await;
    line(format!("{} is a source. Read it with `countersign sources sync {}`.", described.place, described.key));
    Ok(())
}

fn absolute(folder: &Path) -> Result<String, Failure> {
    let told = |why: String| Failure::told(format!("{} cannot be used: {why}.", folder.display()));
    let path = std::fs::canonicalize(folder).map_err(|error| told(error.to_string()))?;
    path.into_os_string().into_string().map_err(|_| told("its name is not Unicode".to_owned()))
}

async fn sync(keys: &[String], withdraw_many: bool, place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    let chosen = chosen(&app, keys).await?;
    let mut failed = false;
    for (key, source) in chosen {
        let watcher = |done: usize, total: usize| {
            if done > 0 && done.is_multiple_of(TOLD_EVERY) {
                eprintln!("{key}: {done} of {total} documents");
            }
        };
        let withdrawing = if withdraw_many { Withdrawing::Many } else { Withdrawing::Few };
        let by = ServiceIdentity::new(Service::CommandLine);
        let how = Reading::new(by, withdrawing, Watcher::Told(&watcher));
        let report = sync_source::sync(&app, source, &how).await?;
        tell(&key, &report);
        failed |= report.problem.is_some();
    }
    app.store.close().await;
    if failed { Err(Failure::Shown) } else { Ok(()) }
}

async fn chosen(app: &App, keys: &[String]) -> Result<Vec<(String, SourceId)>, Failure> {
    let feeds = app.store.read().await?.source_feeds().await?;
    if let Some(unknown) = keys.iter().find(|key| !feeds.iter().any(|feed| feed.key == **key)) {
        return Err(Failure::told(format!(
            "No source {unknown} is read from a folder or site. `countersign sources status` lists those that are."
        )));
    }
    let wanted = |feed: &Feed| keys.is_empty() || keys.contains(&feed.key);
    Ok(feeds.into_iter().filter(wanted).map(|feed| (feed.key, feed.source)).collect())
}

fn tell(key: &str, report: &Report) {
    for found in &report.lines {
        let why = if found.why.is_empty() { String::new() } else { format!(": {}", found.why) };
        line(format!("  {} {}{why}", found.fate, found.place));
    }
    let commit = report.commit.as_ref().map(|id| format!(", at commit {id}")).unwrap_or_default();
    line(format!("{key}: {}{commit}.", counts(report)));
    if let Some(problem) = &report.problem {
        line(format!("{key}: {problem}"));
    }
}

fn counts(report: &Report) -> String {
    format!(
        "{} new, {} changed, {} back, {} as before, {} gone, {} refused",
        report.added, report.changed, report.back, report.unchanged, report.vanished, report.refused
    )
}

async fn status(place: &Place) -> Outcome {
    let app = place.open_beside().await?;
    let feeds = app.store.read().await?.source_feeds().await?;
    app.store.close().await;
    if feeds.is_empty() {
        line("No folder or site is a source yet. `countersign sources add --help` says how to make one.");
    }
    for feed in feeds {
        let arrival = match feed.arrival {
            Arrival::Propose => "proposed to its owner",
            Arrival::Approve => "approved on arrival",
        };
        line(format!("{} ({}, {}, {arrival}): {}", feed.key, feed.fed_by, feed.audience, feed.place));
        let ended = feed.ended_at.map_or_else(|| "never read".to_owned(), |at| format!("{} at {at}", feed.state));
        let did = feed.report.as_ref().map(|report| format!(": {}", counts(report))).unwrap_or_default();
        line(format!("  {ended}{did}"));
        if let Some(problem) = feed.report.and_then(|report| report.problem) {
            line(format!("  {problem}"));
        }
    }
    Ok(())
}
