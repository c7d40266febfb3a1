//! What somebody writes on a page of the desk becomes a mail's bytes and goes through the gate that every mail goes through:
//! kept raw, read, placed, sorted. The link says whose it is and where it belongs; a form says only what was typed.

use connect::mail::{Written, WrittenFile, compose};
use desk::{
    audit::AuditEvent,
    language::Language,
    portal::{FORMS_AN_HOUR, POSTS_AN_HOUR, Refused, SEARCH_CHARS_MAX, Wish, may_post, typed_address, words},
};
use store::{Grant, MailSource, PostWay, Posts, Purpose, Tx};

use super::{
    open_portal::holds_ticket,
    place_mail::Came,
    receive_mail::{Incoming, arrive_as},
    visit_help,
};
use crate::{App, FlowError, flow::INTAKE};

/// Name of the forms without a link, as their marks are bound to it.
pub const FORM: &str = "form";
/// Seconds within which posts count.
const HOUR: i64 = 60 * 60;
/// Longest subject made of what was written, in characters.
const SUBJECT_CHARS: usize = 80;

/// Why nothing was taken.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A rule says no; the page says it in its reader's language.
    #[error("{0}")]
    Refused(Refused),
    /// Something else.
    #[error(transparent)]
    Flow(#[from] FlowError),
}

impl From<Refused> for PostError {
    fn from(why: Refused) -> Self {
        Self::Refused(why)
    }
}

impl From<store::StoreError> for PostError {
    fn from(error: store::StoreError) -> Self {
        Self::Flow(error.into())
    }
}

/// What is posted by a link.
#[derive(Debug, Clone)]
pub struct LinkPost {
    /// What it is for.
    pub wish: Wish,
    /// What was written.
    pub written: String,
    /// Files that were chosen.
    pub files: Vec<WrittenFile>,
    /// The form's mark.
    pub form: String,
    /// Whether a button's words are German.
    pub german: bool,
}

/// What is posted by a form.
#[derive(Debug, Clone)]
pub struct FormPost {
    /// What it is for.
    pub wish: Wish,
    /// Name that was typed.
    pub name: String,
    /// Address that was typed; nobody proved that it is theirs.
    pub address: String,
    /// What was written.
    pub written: String,
    /// What was looked for before.
    pub search: String,
    /// The form's mark.
    pub form: String,
    /// Whether the fixed words are German.
    pub german: bool,
}

/// Where a post went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// Onto the link's ticket, or it was there already.
    Joined,
    /// Onto a new ticket of this number.
    Opened(i64),
}

/// A requester writes by their link.
///
/// # Errors
/// [`PostError::Refused`] with the rule; [`FlowError::NotFound`] for a link that opens no ticket.
pub async fn by_link(app: &App, token: &str, post: &LinkPost) -> Result<Posted, PostError> {
    let (link, now) = (holds_ticket(app, token).await?, app.clock.now());
    let form = app.door.form_of(token, &post.form, now).ok_or(Refused::Outdated)?;
    let wish = if post.wish == Wish::Reply && !post.files.is_empty() && post.written.trim().is_empty() {
        // A file alone is a reply: its name stands for the words.
        words(Wish::Reply, &post.files[0].name, post.german)
    } else {
        words(post.wish, &post.written, post.german)
    }?;
    let shown = link.shown(&mut app.store.read().await.map_err(FlowError::from)?).await.map_err(FlowError::from)?;
    let written = Written {
        name: &shown.name,
        from: &shown.address,
        to: &mailbox(app),
        subject: &shown.subject,
        text: &wish,
        nonce: &form.nonce,
        // Not the newest: that may be this very message, and a second click has to give the same bytes.
        answers: shown.first_id.as_deref(),
        files: &post.files,
    };
    let incoming = read(app, &written);
    let mut tx = app.store.begin(&INTAKE, now).await?;
    let before = tx.posts_since(PostWay::Link, link.requester(), now.plus_seconds(-HOUR)).await?;
    if let Err(why) = may_post(before.own, POSTS_AN_HOUR) {
        tx.abandon().await?;
        return Err(why.into());
    }
    tx.add_post(PostWay::Link, link.requester()).await?;
    let language = if post.german { Language::German } else { Language::English };
    tx.set_requester_language(link.requester(), language).await?;
    let came = (MailSource::Api, Came::Link(link.ticket()));
    let event = arrive_as(app, &mut tx, written.to, came, &incoming, now).await?;
    let posted = match &event {
        AuditEvent::MailAccepted { ticket, .. } if *ticket != link.ticket() => opened(&mut tx, &event).await?,
        _ => Posted::Joined,
    };
    tx.commit(event).await?;
    app.live.committed();
    Ok(posted)
}

/// Somebody writes into a form. Their address is what they typed, so they are told a number and nothing else.
///
/// # Errors
/// [`PostError::Refused`] with the rule.
pub async fn by_form(app: &App, post: &FormPost) -> Result<Posted, PostError> {
    let now = app.clock.now();
    let form = app.door.form_of(FORM, &post.form, now).ok_or(Refused::Outdated)?;
    let address = typed_address(&post.address, &app.mail.own_addresses)?;
    let search: String = one_line(&post.search).chars().take(SEARCH_CHARS_MAX).collect();
    if post.written.trim().is_empty() && search.is_empty() {
        return Err(Refused::Empty.into());
    }
    let wish = if post.written.trim().is_empty() { Wish::Person } else { post.wish };
    let text = attached(words(wish, &post.written, post.german)?, &search, post.german);
    let written = Written {
        name: &post.name,
        from: &address,
        to: &mailbox(app),
        subject: &subject(&search, &post.written),
        text: &text,
        nonce: &form.nonce,
        answers: None,
        files: &[],
    };
    let incoming = read(app, &written);
    let mut tx = app.store.begin(&INTAKE, now).await?;
    let who = tx.requester_for(&address, &one_line(&post.name)).await?;
    let before = tx.posts_since(PostWay::Form, who.id, now.plus_seconds(-HOUR)).await?;
    if let Err(why) = may_form(before, app.config.portal.forms_an_hour) {
        tx.abandon().await?;
        return Err(why.into());
    }
    tx.add_post(PostWay::Form, who.id).await?;
    let event = arrive_as(app, &mut tx, written.to, (MailSource::Api, Came::Form), &incoming, now).await?;
    let posted = opened(&mut tx, &event).await?;
    tx.commit(event).await?;
    app.live.committed();
    if !search.is_empty() && matches!(posted, Posted::Opened(_)) {
        // The request is there; a figure that misses one visit is no reason to ask for it again.
        if let Err(error) = visit_help::led(app, &search).await {
            tracing::error!(%error, "a visit to the help centre that led to a request is counted as settled");
        }
    }
    Ok(posted)
}

fn may_form(before: Posts, all: i64) -> Result<(), Refused> {
    may_post(before.own, FORMS_AN_HOUR)?;
    may_post(before.all, all)
}

async fn opened(tx: &mut Tx, event: &AuditEvent) -> Result<Posted, PostError> {
    let AuditEvent::MailAccepted { ticket, .. } = event else { return Ok(Posted::Joined) };
    let grant = Grant::for_service(INTAKE, Purpose::Work).map_err(FlowError::from)?;
    Ok(Posted::Opened(tx.ticket(&grant, *ticket).await?.ticket.number))
}

/// A person pressed a button, whatever the subject of their ticket looks like.
fn read(app: &App, written: &Written<'_>) -> Incoming {
    let mut incoming = Incoming::new(app, compose(written));
    if let Ok(parsed) = &mut incoming.read {
        parsed.machine = None;
    }
    incoming
}

fn mailbox(app: &App) -> String {
    app.config.mail.address.to_lowercase()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words with what was looked for before.
fn attached(text: String, search: &str, german: bool) -> String {
    match (search, german) {
        ("", _) => text,
        (search, false) => format!("{text}\n\nI looked in the help centre for: {search}"),
        (search, true) => format!("{text}\n\nIn der Hilfe habe ich gesucht: {search}"),
    }
}

fn subject(search: &str, written: &str) -> String {
    let line = if search.is_empty() { one_line(written) } else { search.to_owned() };
    let short: String = line.chars().take(SUBJECT_CHARS).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_along_and_names_the_request() {
        assert_eq!(
            attached("Help.".to_owned(), "red  lamp", false),
            "Help.\n\nI looked in the help centre for: red  lamp"
        );
        assert_eq!(attached("Hilfe.".to_owned(), "", true), "Hilfe.");
        assert_eq!(subject("red lamp", "anything"), "red lamp");
        assert_eq!(subject("", " The\nlamp is red "), "The lamp is red");
        assert_eq!(subject("", &"ä".repeat(90)).chars().count(), 81);
        assert_eq!(may_form(Posts { own: 5, all: 5 }, 100), Err(Refused::TooOften));
        assert_eq!(may_form(Posts { own: 0, all: 100 }, 100), Err(Refused::TooOften));
        assert_eq!(may_form(Posts { own: 4, all: 99 }, 100), Ok(()));
    }
}
