//! The scene of the attempts: a customer, a ticket, a signed-in person, a sealed page.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    draft::DraftOrigin,
    ids::{DraftId, MailId, TicketId},
    people::{Agent, AiSetting, Role},
    ticket::Status,
};
use outbox::{Acknowledged, Attention, CheckState, Fate, Sealed, StatusAfter};
use store::{AgentSession, Grant, MailSource, NewSession, OpenedWith, Purpose, ServiceIdentity, StoreError, Taken};
use tower::ServiceExt as _;

use crate::{
    App, FlowError,
    flow::{approve_reply::ApproveRequest, receive_mail, seal_reply, write_draft},
};

/// The customer of the scene.
pub const CUSTOMER: &str = "rehearsal@attack.example";
/// Subject of its ticket.
pub const SUBJECT: &str = "Attack rehearsal (made by the demo)";
/// What the signed-in person writes.
pub const WORDS: &str = "Hello,\n\nthis reply belongs to an attack rehearsal and never leaves.\n";
/// How long the person stays signed in, in seconds.
const SESSION_SECONDS: i64 = 600;

/// The scene.
pub struct Stage {
    /// The desk.
    pub app: Arc<App>,
    /// The person who is signed in.
    pub session: AgentSession,
    /// The ticket.
    pub ticket: TicketId,
    /// Message-ID of the customer's mail.
    pub first_mail: String,
    grant: Grant,
}

/// Who acts where no person does.
pub const COMMAND_LINE: ServiceIdentity = ServiceIdentity::new(Service::CommandLine);

impl Stage {
    /// Sets it: the customer writes, a person signs in.
    pub async fn set(app: &Arc<App>) -> Result<Self, FlowError> {
        let now = app.clock.now();
        let mut tx = app.store.begin(&COMMAND_LINE, now).await?;
        let requester = tx.requester_for(CUSTOMER, "Attack rehearsal").await?.id;
        tx.set_requester_ai(requester, AiSetting::Out).await?;
        tx.commit(AuditEvent::RequesterConsent { requester, setting: AiSetting::Out.word().to_owned() }).await?;
        let first_mail = format!("rehearsal.{}@attack.example", now.micros());
        let raw = mail(CUSTOMER, &first_mail, None, "Could you please look at my question?");
        let grant = app.service_grant(Service::CommandLine, Purpose::Work)?;
        let ticket = place(app, MailSource::Tray, &raw)
            .await?
            .ok_or_else(|| FlowError::Internal("the rehearsal mail was set aside".to_owned()))?;
        let queue = app.store.read().await?.ticket(&grant, ticket).await?.ticket.queue;
        let session = sign_in(app, &queue, now).await?;
        Ok(Self { app: Arc::clone(app), session, ticket, first_mail, grant })
    }

    /// A page that the person sees: a fresh draft of theirs, sealed.
    pub async fn page(&self) -> Result<Sealed, FlowError> {
        let draft = write_draft::start(&self.app, &self.session, self.ticket, DraftOrigin::Agent, None).await?;
        let revision = self.app.store.read().await?.draft(&self.grant, draft).await?.revision;
        write_draft::edit(&self.app, &self.session, draft, revision, WORDS).await?;
        seal_reply::seal(&self.app, &self.session, draft).await
    }

    /// The person's yes to a page, with every warning confirmed and the digest it claims.
    pub fn yes(page: &Sealed, digest: Digest) -> ApproveRequest {
        let warnings = page.checks.iter().filter(|c| c.state == CheckState::Warn);
        ApproveRequest {
            draft: page.draft,
            token: page.token.clone(),
            digest,
            status_after: StatusAfter::Open,
            acknowledged: warnings
                .map(|c| Acknowledged { key: c.key.clone(), note: "Rehearsed.".to_owned() })
                .collect(),
            send_at: None,
            attention: Attention::default(),
        }
    }

    /// The revision of a draft.
    pub async fn revision(&self, draft: DraftId) -> Result<i64, FlowError> {
        Ok(self.app.store.read().await?.draft(&self.grant, draft).await?.revision)
    }

    /// What became of every mail of the ticket.
    pub async fn fates(&self) -> Result<Vec<Fate>, FlowError> {
        let mut conn = self.app.store.read().await?;
        Ok(outbox::fates(&mut conn, &self.grant, self.ticket).await?)
    }

    /// Letters in the tray.
    pub async fn letters(&self) -> Result<usize, FlowError> {
        let mut conn = self.app.store.read().await?;
        Ok(outbox::tray(&mut conn, &self.grant).await?.len())
    }

    /// Posts an approval through the API as a program would; answers status and detail.
    pub async fn post_approval(
        &self,
        page: &Sealed,
        authorization: Option<&str>,
    ) -> Result<(StatusCode, String), FlowError> {
        let broken = |what: &dyn std::fmt::Display| FlowError::Internal(format!("the rehearsal request: {what}"));
        let yes = Self::yes(page, page.digest);
        let body = serde_json::json!({
            "token": yes.token, "digest": yes.digest, "status_after": yes.status_after.word(), "acknowledged": yes.acknowledged.iter().map(|a| &a.key).collect::<Vec<_>>(),
        });
        let mut request = Request::post(format!("/api/v1/drafts/{}/approval", page.draft))
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("idempotency-key", format!("rehearsal-{}", page.seal));
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Body::from(body.to_string())).map_err(|e| broken(&e))?;
        let response = crate::api::router(Arc::clone(&self.app)).oneshot(request).await.map_err(|e| broken(&e))?;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 16).await.map_err(|e| broken(&e))?;
        let problem: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let said = problem.get("detail").and_then(serde_json::Value::as_str).unwrap_or("no words").to_owned();
        Ok((status, said))
    }

    /// Signs out and puts the tickets of the scene aside.
    pub async fn clear(&self) -> Result<(), FlowError> {
        solve(&self.app, &self.grant, self.ticket).await?;
        let mut tx = self.app.store.begin(&self.session, self.app.clock.now()).await?;
        tx.end_session(self.session.id()).await?;
        tx.commit(AuditEvent::SignedOut { session: self.session.id() }).await?;
        self.app.live.committed();
        Ok(())
    }

    /// Puts another ticket aside that an attempt opened.
    pub async fn put_aside(&self, ticket: TicketId) -> Result<(), FlowError> {
        if ticket == self.ticket { Ok(()) } else { solve(&self.app, &self.grant, ticket).await }
    }
}

/// A raw mail of the scene.
pub fn mail(from: &str, message_id: &str, in_reply_to: Option<&str>, text: &str) -> Vec<u8> {
    let thread = in_reply_to.map(|id| format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n")).unwrap_or_default();
    format!(
        "From: Attack rehearsal <{from}>\r\nTo: desk\r\nSubject: {SUBJECT}\r\nMessage-ID: <{message_id}>\r\n{thread}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

/// Takes a raw mail in and puts it on a ticket; none when it was set aside.
pub async fn place(app: &App, source: MailSource, raw: &[u8]) -> Result<Option<TicketId>, FlowError> {
    let mailbox = app.config.mail.address.to_lowercase();
    let (Taken::New(id) | Taken::Repeated(id)) =
        receive_mail::take(app, &mailbox, source, raw, app.clock.now()).await?;
    for _ in 0..20 {
        let accepted = receive_mail::accept(app, id).await;
        // Whatever accepting said: a job of this very desk may have had it first.
        if let Some(ticket) = settled(app, id).await? {
            return Ok(ticket);
        }
        accepted?;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Ok(None)
}

async fn settled(app: &App, id: MailId) -> Result<Option<Option<TicketId>>, FlowError> {
    let row = app.store.read().await?.mail(id).await?;
    Ok((row.state != store::MailState::Received).then_some(row.ticket))
}

/// A person who may approve there, signed in. The scene's only privilege: it opens the session
/// itself, as whoever runs this program on the desk's own machine could.
async fn sign_in(app: &App, queue: &str, now: Timestamp) -> Result<AgentSession, FlowError> {
    let agents = app.store.read().await?.agents().await?;
    let may = |a: &&Agent| a.role.answers() && a.works_in(queue);
    let person = agents.iter().filter(may).min_by_key(|a| a.role != Role::Agent).ok_or_else(|| {
        FlowError::Unavailable(
            "Nobody works in the queue of the rehearsal ticket. Add a person with `countersign user add`.".to_owned(),
        )
    })?;
    let random: [u8; 32] = app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?;
    let token_hash = *Digest::of(&random).as_bytes();
    let mut tx = app.store.begin(&COMMAND_LINE, now).await?;
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    let session = tx
        .open_session(NewSession {
            agent: person.id,
            token_hash: &token_hash,
            expires_at,
            client: "",
            opened_with: OpenedWith::Password,
            proved_at: None,
        })
        .await?;
    tx.commit(AuditEvent::SignedIn { agent: person.id, session }).await?;
    app.store.read().await?.session(&token_hash, now).await?.ok_or(FlowError::NotFound)
}

/// Solves a ticket, whatever jobs do to it at the same time.
async fn solve(app: &App, grant: &Grant, id: TicketId) -> Result<(), FlowError> {
    for _ in 0..20 {
        let mut tx = app.store.begin(&COMMAND_LINE, app.clock.now()).await?;
        let ticket = tx.ticket(grant, id).await?.ticket;
        match tx
            .change_ticket(id, ticket.revision, Status::Solved, ticket.priority, &ticket.queue, ticket.assignee)
            .await
        {
            Ok(()) => {
                tx.commit(AuditEvent::TicketChanged { ticket: id, change: format!("status: {}", Status::Solved) })
                    .await?;
                return Ok(());
            }
            Err(StoreError::Stale) => tx.abandon().await?,
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}
