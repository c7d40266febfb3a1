//! The index follows the record: what changed there is read from the database and put in place.

use desk::audit::Service;
use store::{Conn, Grant, Purpose};

use crate::{App, FlowError};

/// Entries followed in one go.
const BATCH: i64 = 500;

/// Follows what is new. Returns how many entries were followed.
///
/// # Errors
/// Whatever database or index say; the next call starts at the same place.
pub async fn follow(app: &App) -> Result<usize, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let mut conn = app.store.read().await?;
    let cursor = app.library.cursor();
    if cursor > conn.log_size().await? {
        // The database is older than the index (a restored backup): start over from what it says.
        put_all(app, &mut conn, &grant).await?;
        let size = conn.log_size().await?;
        app.library.commit(size)?;
        return Ok(0);
    }
    let items = conn.feed(&grant, cursor - 1, BATCH).await?;
    if app.library.review_date_passed(app.clock.now()) {
        put_articles(app, &mut conn, &grant).await?;
        app.library.commit(cursor)?;
    }
    let Some(last) = items.last().map(|item| item.seq) else { return Ok(0) };
    let mut changed = false;
    let mut learnt = false;
    let mut erased = false;
    for item in &items {
        learnt |= app.triager.is_news(item.seq, &item.kind);
        match (item.kind.as_str(), item.article) {
            (_, Some(article)) => {
                let passages = conn.passages_of(&grant, article).await?;
                app.library.put_article(article, passages, app.clock.now())?;
                changed = true;
            }
            ("ticket.erased", None) => {
                app.patterns.forget();
                app.coverage.forget();
                item.ticket.iter().for_each(|ticket| app.library.remove_case(*ticket));
                erased = true;
            }
            ("desk.prepared", None) => {
                put_all(app, &mut conn, &grant).await?;
                changed = true;
            }
            ("consent.requester" | "consent.organization" | "ticket.redacted", None) => {
                app.patterns.forget();
                app.coverage.forget();
                put_cases(app, &mut conn, &grant).await?;
                app.library.commit(cursor)?;
                app.library.purge()?;
                changed = true;
            }
            _ => {}
        }
    }
    if learnt {
        app.reload_triage().await?;
    }
    if erased {
        app.library.commit(cursor)?;
        app.library.purge()?;
    }
    if changed || erased || items.len() as i64 == BATCH || last + 1 - cursor > 50 {
        app.library.commit(last + 1)?;
    }
    Ok(if changed || erased { items.len() } else { 0 })
}

async fn put_all(app: &App, conn: &mut Conn, grant: &Grant) -> Result<(), FlowError> {
    put_articles(app, conn, grant).await?;
    put_cases(app, conn, grant).await
}

async fn put_articles(app: &App, conn: &mut Conn, grant: &Grant) -> Result<(), FlowError> {
    for article in conn.article_ids(grant).await? {
        let passages = conn.passages_of(grant, article).await?;
        app.library.put_article(article, passages, app.clock.now())?;
    }
    Ok(())
}

async fn put_cases(app: &App, conn: &mut Conn, grant: &Grant) -> Result<(), FlowError> {
    for case in conn.past_cases(grant).await? {
        app.library.put_case(&case, app.config.desk.ai_default)?;
    }
    Ok(())
}
