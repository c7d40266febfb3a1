//! A mail in another language, for reading only. The translation is shown as the machine's and never becomes the message:
//! nothing searches it, drafts from it or sends it. Only the exchange with the model is kept.

use desk::{
    draft::ModelText,
    ids::{MessageId, TicketId},
    rewrite::model::{self, Into},
};
use store::{AgentSession, ExchangeSide, Grant, Purpose};

use super::{
    consult_model::{Consultation, consult, keep_all, restore_json},
    prepare_reply::Case,
    which_model,
    write_draft::answers_here,
};
use crate::{App, FlowError};

/// Longest mail that is translated, in characters.
const CHARS_MAX: usize = 8_000;

/// The newest words of an inbound message in another language.
///
/// # Errors
/// [`FlowError::Unavailable`] where no model is configured or its answer cannot be used, a refusal where AI is off for
/// the requester, [`FlowError::NotFound`] for a message that did not come in on this ticket.
pub async fn translate(
    app: &App,
    session: &AgentSession,
    ticket: TicketId,
    message: MessageId,
    into: Into,
) -> Result<String, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let case = Case::load(&mut conn, &grant, ticket, app.clock.now()).await?.ok_or(FlowError::NotFound)?;
    answers_here(session, &case)?;
    let messages = conn.messages(&grant, ticket).await?;
    let message = messages.into_iter().find(|m| m.id == message && m.inbound).ok_or(FlowError::NotFound)?;
    super::triage_ticket::consent(app, &mut conn, &case.line).await??;
    drop(conn);
    if app.model.is_none() {
        return Err(FlowError::Unavailable(
            "Translating needs a language model, and this desk has none. An administrator can name one in its configuration."
                .to_owned(),
        ));
    }
    if message.latest.chars().count() > CHARS_MAX {
        return Err(FlowError::Invalid(format!("Mails of more than {CHARS_MAX} characters are not translated.")));
    }
    let user = |marker: &str| model::user(&message.latest, marker);
    let (endpoint, side) = (which_model::present(app).await?, ExchangeSide::Present);
    let asked = Consultation {
        endpoint,
        side,
        system: model::system_translation(into),
        user: &user,
        others: &[],
        max_tokens: 3_000,
    };
    let (_, text) = consult(app, &case, asked, |text, table, sent| {
        keep_all(text, table, sent)?;
        let restored = restore_json(text, table)?;
        model::read_translated(&ModelText::from_model(restored), &message.latest).map_err(|e| e.to_string())
    })
    .await?;
    Ok(text)
}
