//! What the holder of a link under a mail is shown: the ticket it is about, or, by the link that only ever goes to the
//! requester's own address, everything they asked.

use desk::{ids::AttachmentId, language::Language, portal::Reach};
use outbox::{PortalLink, ShownRequest, ShownTicket};

use crate::{App, FlowError};

/// What a link opens.
#[derive(Debug, Clone)]
pub enum Opened {
    /// One ticket.
    Ticket(Box<ShownTicket>),
    /// All of them, each with the token of a link of its own that ends with this one.
    Requests(Vec<(ShownRequest, String)>),
}

/// Opens a link. Looking changes nothing, because programs that check links look too.
///
/// # Errors
/// [`FlowError::NotFound`] for a link that is forged, outdated, or of somebody else's ticket or an erased person.
pub async fn open(app: &App, token: &str) -> Result<Opened, FlowError> {
    let mut conn = app.store.read().await?;
    let link = holds(app, token)?.followed(&mut conn).await?;
    Ok(match link.reach() {
        Reach::Ticket => Opened::Ticket(Box::new(link.shown(&mut conn).await?)),
        Reach::Requests => {
            let found = link.requests(&mut conn).await?;
            let narrowed = |one: ShownRequest| {
                let token = app.door.narrowed(&link, one.id);
                (one, token)
            };
            Opened::Requests(found.into_iter().map(narrowed).collect())
        }
    })
}

/// A file of the link's page: its name and bytes.
///
/// # Errors
/// [`FlowError::NotFound`] for a link that opens no ticket, and for a file that its page does not list.
pub async fn file(app: &App, token: &str, id: AttachmentId) -> Result<(String, Vec<u8>), FlowError> {
    let link = holds_ticket(app, token).await?;
    Ok(link.file(&mut app.store.read().await?, id).await?)
}

/// The language that the link's requester chose the last time they wrote there.
///
/// # Errors
/// Whatever the database says.
pub async fn language(app: &App, token: &str) -> Result<Option<Language>, FlowError> {
    let Ok(link) = holds(app, token) else { return Ok(None) };
    Ok(app.store.read().await?.requester_language(link.requester()).await?)
}

/// The link behind a token.
///
/// # Errors
/// [`FlowError::NotFound`].
pub(super) fn holds(app: &App, token: &str) -> Result<PortalLink, FlowError> {
    app.door.opened(token, app.clock.now()).ok_or(FlowError::NotFound)
}

/// The same, where it has to be the link to one ticket.
///
/// # Errors
/// [`FlowError::NotFound`].
pub(super) async fn holds_ticket(app: &App, token: &str) -> Result<PortalLink, FlowError> {
    let link = holds(app, token)?;
    match link.reach() {
        Reach::Ticket => Ok(link.followed(&mut app.store.read().await?).await?),
        Reach::Requests => Err(FlowError::NotFound),
    }
}
