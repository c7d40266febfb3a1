//! What the database says: engine, record, mailboxes, work left over.

use std::path::Path;

use desk::audit::Service;
use outbox::OutboxState;
use store::{Conn, Engine, Grant, MailState, Purpose, ServiceIdentity, Store};

use super::Finding;
use crate::config::Config;

/// Looks.
pub async fn look(config: &Config) -> Vec<Finding> {
    let store = match Store::open(&config.database()).await {
        Ok(store) => store,
        Err(e) => {
            return vec![Finding::wrong(
                "database",
                e.to_string(),
                "Check `database`, and that the server behind it runs.",
            )];
        }
    };
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    let mut found = vec![Finding::good("database", format!("{engine}, schema up to date"))];
    match all(config, &store).await {
        Ok(more) => found.extend(more),
        Err(e) => found.push(Finding::wrong(
            "database",
            e,
            "Look at the operator's log; restore the backup if it is damaged.",
        )),
    }
    store.close().await;
    found
}

async fn all(config: &Config, store: &Store) -> Result<Vec<Finding>, String> {
    let text = |e: &dyn std::fmt::Display| e.to_string();
    let mut conn = store.read().await.map_err(|e| text(&e))?;
    let mut found =
        vec![people(&mut conn).await?, triage(&mut conn).await?, record(&mut conn).await?, index(&config.data)];
    found.extend(mailboxes(&mut conn, config).await?);
    found.push(quarantine(&mut conn).await?);
    let counts = store.job_counts().await.map_err(|e| text(&e))?;
    let said = format!("{} waiting, {} running, {} given up", counts.waiting, counts.running, counts.failed);
    found.push(if counts.failed == 0 {
        Finding::good("jobs", said)
    } else {
        Finding::mind("jobs", said, "The operator's log names them; `retry` mail from the quarantine page.")
    });
    found.push(letters(&mut conn).await?);
    Ok(found)
}

async fn people(conn: &mut Conn) -> Result<Finding, String> {
    let agents = conn.agents().await.map_err(|e| e.to_string())?;
    Ok(if agents.is_empty() {
        Finding::wrong("people", "nobody can sign in", "`countersign user add --role admin NAME ADDRESS`")
    } else {
        Finding::good("people", format!("{} can sign in", agents.len()))
    })
}

async fn triage(conn: &mut Conn) -> Result<Finding, String> {
    let running = conn.running_model().await.map_err(|e| e.to_string())?;
    let Some(running) = running else {
        return Ok(Finding::mind(
            "triage model",
            "none yet: rules alone sort the mail",
            "It trains itself from solved tickets; nothing needs to be done.",
        ));
    };
    let bytes = conn.model_bytes(running.id).await.map_err(|e| e.to_string())?;
    Ok(match classify::Model::from_bytes(&bytes) {
        Ok(model) => Finding::good(
            "triage model",
            format!(
                "{} categories from {} tickets, trained {}",
                model.card().labels.len(),
                model.card().examples,
                running.trained_at.date()
            ),
        ),
        Err(e) => Finding::mind(
            "triage model",
            format!("cannot be used: {e}"),
            "It is trained again by itself with the next solved tickets.",
        ),
    })
}

async fn record(conn: &mut Conn) -> Result<Finding, String> {
    Ok(match conn.checkpoint().await.map_err(|e| e.to_string())? {
        Some((size, _, _, at)) => Finding::good("record", format!("last checkpoint {at} over {size} entries")),
        None => Finding::mind("record", "no checkpoint yet", "The first is signed within a second of the first event."),
    })
}

fn index(data: &Path) -> Finding {
    let folder = data.join("index");
    if folder.join("words").is_dir() || folder.is_dir() {
        Finding::good(
            "search index",
            format!("in {}; the status page of a running desk says how far it follows", folder.display()),
        )
    } else {
        Finding::mind("search index", "not there", "It is filled again from the database at the next start.")
    }
}

async fn mailboxes(conn: &mut Conn, config: &Config) -> Result<Vec<Finding>, String> {
    let boxes = conn.mailboxes().await.map_err(|e| e.to_string())?;
    if config.mail.imap.is_none() {
        return Ok(Vec::new());
    }
    Ok(boxes
        .iter()
        .map(|m| {
            let since = m.last_fetch_at.map_or_else(|| "never".to_owned(), |at| at.rfc3339());
            match m.state.as_str() {
                "failing" => Finding::wrong(
                    "mailbox",
                    format!("{}: {} (last read {since})", m.address, m.detail),
                    "It tries again by itself; see docs/operate/mailbox.md for the usual causes.",
                ),
                _ => Finding::good("mailbox", format!("{}: last read {since}", m.address)),
            }
        })
        .collect())
}

async fn quarantine(conn: &mut Conn) -> Result<Finding, String> {
    let waiting = conn.mails_in(MailState::Quarantined, 1000).await.map_err(|e| e.to_string())?.len();
    Ok(match waiting {
        0 => Finding::good("quarantine", "empty"),
        n => Finding::mind("quarantine", format!("{n} mails wait for a person"), "Open the quarantine page."),
    })
}

async fn letters(conn: &mut Conn) -> Result<Finding, String> {
    let grant =
        Grant::for_service(ServiceIdentity::new(Service::CommandLine), Purpose::Work).map_err(|e| e.to_string())?;
    let open = outbox::unsettled(conn, &grant).await.map_err(|e| e.to_string())?;
    let uncertain = open.iter().filter(|f| f.state == OutboxState::Uncertain).count();
    Ok(match (open.len(), uncertain) {
        (0, _) => Finding::good("letters", "none failed, none uncertain"),
        (all, 0) => Finding::mind(
            "letters",
            format!("{all} were refused by the mail server"),
            "Open their tickets; the drafts are open again.",
        ),
        (all, uncertain) => Finding::wrong(
            "letters",
            format!("{uncertain} may or may not have arrived, {} were refused", all - uncertain),
            "Ask the mail server's log, then say on the ticket what became of them; they are never sent again by themselves.",
        ),
    })
}
