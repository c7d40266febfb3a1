//! Everything of a requester as one document, for them to read or to take elsewhere. Its form is described in
//! `docs/operate/privacy.md` and changes only with its `format` number.

use std::collections::BTreeMap;

use desk::{
    Refusal,
    audit::{AuditEvent, Service},
    ids::RequesterId,
    people::{Requester, Role},
};
use serde::Serialize;
use store::{AgentSession, Conn, Grant, Message, Purpose, ServiceIdentity};

use crate::{App, FlowError, flow::sign_in::recently_confirmed};

/// Raised when the meaning of a field changes or a field goes.
const FORMAT: u32 = 1;

/// The document.
#[derive(Debug, Serialize)]
pub struct Export {
    /// Version of this form.
    pub format: u32,
    /// The desk's name.
    pub desk: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The person.
    pub person: Person,
    /// Their tickets, oldest first.
    pub tickets: Vec<Ticket>,
}

/// The person as the desk knows them.
#[derive(Debug, Serialize)]
pub struct Person {
    /// Id within the desk.
    pub id: String,
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// What agents wrote down about their work.
    pub role: Option<String>,
    /// What other systems said of them, by name.
    pub attributes: BTreeMap<String, String>,
    /// Customer group, as a word.
    pub cohort: Option<String>,
    /// Their company.
    pub organization: Option<String>,
    /// Their say in AI: `default`, `in` or `out`.
    pub ai: String,
    /// The company's.
    pub organization_ai: Option<String>,
    /// Whether a legal hold keeps their data.
    pub is_held: bool,
}

/// One ticket.
#[derive(Debug, Serialize)]
pub struct Ticket {
    /// Number said aloud.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// Where it is, as a word.
    pub status: String,
    /// Category key, as a machine proposed or a person chose it.
    pub category: Option<String>,
    /// Reasons to look at it, found by rules.
    pub flags: Vec<String>,
    /// When it was opened.
    pub opened_at: String,
    /// Mails to and fro, oldest first.
    pub messages: Vec<Mail>,
    /// Internal remarks on it.
    pub notes: Vec<Remark>,
    /// The machine's draft that nobody has sent, when there is one.
    pub draft: Option<Draft>,
    /// What a candidate model drafted beside it, for comparison; nobody was sent it. Oldest first.
    pub candidate_drafts: Vec<CandidateDraft>,
    /// What they said when they were asked how it went.
    pub survey: Option<Rated>,
}

/// An answer to the question how it went.
#[derive(Debug, Serialize)]
pub struct Rated {
    /// 1 to 5.
    pub rating: i64,
    /// How much work it was, 1 to 5.
    pub effort: Option<i64>,
    /// Their words.
    pub comment: String,
    /// When.
    pub at: Option<String>,
}

/// One mail.
#[derive(Debug, Serialize)]
pub struct Mail {
    /// `in` from them, `out` to them.
    pub direction: String,
    /// Sender's name.
    pub author: String,
    /// When.
    pub at: String,
    /// Subject.
    pub subject: String,
    /// Whole text.
    pub text: String,
    /// Who wrote it: `person`, `machine_unchanged` (drafted by AI, approved by a person), `machine_edited` (drafted by AI,
    /// changed by a person), or `automatic` (fixed wording).
    pub written_by: String,
    /// Files that came with it.
    pub files: Vec<File>,
}

/// A file, by what it is.
#[derive(Debug, Serialize)]
pub struct File {
    /// Name.
    pub name: String,
    /// Type.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// An internal remark.
#[derive(Debug, Serialize)]
pub struct Remark {
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: String,
    /// Its text.
    pub text: String,
}

/// Text that was proposed and not sent.
#[derive(Debug, Serialize)]
pub struct Draft {
    /// `machine` or `person`.
    pub written_by: String,
    /// Its text.
    pub text: String,
}

/// What a candidate model drafted.
#[derive(Debug, Serialize)]
pub struct CandidateDraft {
    /// When.
    pub at: String,
    /// Its text.
    pub text: String,
}

/// Gathers it by address.
///
/// # Errors
/// [`FlowError::NotFound`]; whatever the database says.
pub async fn by_address(app: &App, address: &str) -> Result<Export, FlowError> {
    let found = app.store.read().await?.requester_by_email(&address.trim().to_lowercase()).await?;
    let export = gather(app, found.ok_or(FlowError::NotFound)?).await?;
    let tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    let requester = export.person.id.parse().map_err(|_| FlowError::NotFound)?;
    tx.commit(AuditEvent::RequesterExported { requester }).await?;
    Ok(export)
}

/// An administrator gathers it.
///
/// # Errors
/// [`Refusal::Role`] for everybody else, [`Refusal::ConfirmFirst`], [`FlowError::NotFound`].
pub async fn by_person(app: &App, session: &AgentSession, id: RequesterId) -> Result<Export, FlowError> {
    if session.agent().role != Role::Admin {
        return Err(Refusal::Role { needs: "administrators can".to_owned() }.into());
    }
    recently_confirmed(&mut app.store.read().await?, session, app.clock.now()).await?;
    let export = gather(app, app.store.read().await?.requester(id).await?).await?;
    let tx = app.store.begin(session, app.clock.now()).await?;
    tx.commit(AuditEvent::RequesterExported { requester: id }).await?;
    app.live.committed();
    Ok(export)
}

async fn gather(app: &App, person: Requester) -> Result<Export, FlowError> {
    let mut conn = app.store.read().await?;
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let organization = match person.organization {
        Some(id) => Some(conn.organization(id).await?),
        None => None,
    };
    let is_held = conn.held_for(person.id).await?.is_some();
    let mut tickets = Vec::new();
    for id in conn.every_ticket_of(person.id).await? {
        tickets.push(ticket(&mut conn, &grant, id).await?);
    }
    Ok(Export {
        format: FORMAT,
        desk: app.config.desk.name.clone(),
        made_at: app.clock.now().rfc3339(),
        person: Person {
            id: person.id.to_string(),
            name: person.name,
            email: person.email,
            attributes: conn.attributes(person.id).await?,
            role: person.role,
            cohort: person.cohort.map(|c| c.word().to_owned()),
            organization: organization.as_ref().map(|o| o.name.clone()),
            ai: person.ai.word().to_owned(),
            organization_ai: organization.map(|o| o.ai.word().to_owned()),
            is_held,
        },
        tickets,
    })
}

async fn ticket(conn: &mut Conn, grant: &Grant, id: desk::ids::TicketId) -> Result<Ticket, FlowError> {
    let row = conn.ticket(grant, id).await?.ticket;
    let files = conn.attachments(grant, id).await?;
    let mut messages = Vec::new();
    for message in conn.messages(grant, id).await? {
        let own = files.iter().filter(|file| file.message == message.id).map(|file| File {
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            sha256: file.blob.to_string(),
        });
        messages.push(mail(message.clone(), own.collect()));
    }
    let notes = conn.notes(grant, id).await?;
    let draft = conn.current_draft(grant, id).await?.filter(|d| d.state == desk::draft::DraftState::Open);
    let shadows = conn.shadow_words(grant, id).await?;
    let survey = conn.survey(id).await?.and_then(|survey| {
        Some(Rated {
            rating: survey.rating?.number(),
            effort: survey.effort.map(desk::survey::Step::number),
            comment: survey.comment,
            at: survey.answered_at.map(desk::Timestamp::rfc3339),
        })
    });
    Ok(Ticket {
        number: row.number,
        subject: row.subject,
        status: row.status.word().to_owned(),
        category: row.category,
        flags: row.risk.iter().map(|flag| flag.word().to_owned()).collect(),
        opened_at: row.created_at.rfc3339(),
        messages,
        notes: notes.into_iter().map(|n| Remark { author: n.author, at: n.at.rfc3339(), text: n.body }).collect(),
        draft: draft.map(|d| Draft {
            written_by: if d.origin == desk::draft::DraftOrigin::Agent { "person" } else { "machine" }.to_owned(),
            text: d.body,
        }),
        candidate_drafts: shadows.into_iter().map(|(text, at)| CandidateDraft { at: at.rfc3339(), text }).collect(),
        survey,
    })
}

fn mail(message: Message, files: Vec<File>) -> Mail {
    let written_by = match message.ai_part.as_str() {
        "unchanged" => "machine_unchanged",
        "edited" => "machine_edited",
        _ if !message.inbound && message.agent.is_none() => "automatic",
        _ => "person",
    };
    Mail {
        direction: if message.inbound { "in" } else { "out" }.to_owned(),
        author: message.author,
        at: message.at.rfc3339(),
        subject: message.subject,
        text: message.text,
        written_by: written_by.to_owned(),
        files,
    }
}
