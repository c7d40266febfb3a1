//! Freezing the exact bytes that would leave, and showing what is in them.

use std::collections::BTreeMap;

use desk::{
    Digest, Refusal, Timestamp,
    approval::{Approver, SEAL_SECONDS},
    audit::{AuditEvent, Service},
    conduct::Conduct,
    draft::{Change, DraftState, Sentence, Support, ai_share, changes, retrace},
    envelope::{AiPart, Envelope, reply_subject},
    ids::{ArticleId, DraftId, SealId, TicketId, VersionId},
    knowledge::{Cited, Origin},
    people::Agent,
    persona::Chosen,
    reading::Brake,
    terms::{Confirmation, Signers},
};
use serde::Serialize;
use store::{AgentSession, Conn, ServiceIdentity, Store, StoreError, Tx, new_id};

use crate::{
    Door, DoorError, Letter,
    checks::{Check, Looked, ai_part, look},
    choice::{Part, lines_under},
    crash,
    first::{FirstApproval, FirstShown, standing},
    letter::{self, Kind, Marks},
    reading::Pace,
    rows::json_list,
    sql::{params, sql},
    world::{self, Draft, Source, Thread, Ticket},
};

/// A source that the text still rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SealedSource {
    /// The article.
    pub article: ArticleId,
    /// The version that was read; approval and delivery ask whether it is still the current one.
    pub version: VersionId,
    /// Title.
    pub title: String,
}

/// What the page shows. It is read from the frozen bytes, not from what they were made of.
#[derive(Debug, Serialize)]
pub struct Sealed {
    /// The page.
    pub seal: SealId,
    /// Its one-time token; only a hash of it is stored.
    pub token: String,
    /// Of sender, recipients and bytes: what the browser sends back with the approval.
    pub digest: Digest,
    /// The draft.
    pub draft: DraftId,
    /// Its revision.
    pub revision: i64,
    /// Its ticket.
    pub ticket: TicketId,
    /// The mail.
    pub letter: Letter,
    /// Size of the exact bytes.
    pub bytes: usize,
    /// From the machine's text to this one, word by word; empty when a person began it.
    pub changes: Vec<(Change, String)>,
    /// The machine's part, as the mail's header will say.
    #[serde(serialize_with = "ai_word")]
    pub ai: AiPart,
    /// Share of the words that are the machine's, 0..=1.
    pub ai_share: f64,
    /// The body's sentences with what carries each.
    pub sentences: Vec<Sentence>,
    /// Sources the text rests on.
    pub sources: Vec<SealedSource>,
    /// What to look at, and what to confirm.
    pub checks: Vec<Check>,
    /// Until when the page can be approved.
    pub expires_at: Timestamp,
    /// How many people the case asks for.
    #[serde(serialize_with = "people_word")]
    pub people: Signers,
    /// The colleague's yes these bytes already have.
    pub first: Option<FirstShown>,
    /// The earliest moment a yes to it counts; later than now while its reader is slowed down.
    pub earliest_yes: Timestamp,
    /// Why they are.
    pub brake: Brake,
    /// How the approver has to prove to be there.
    #[serde(serialize_with = "confirm_word")]
    pub confirm: Confirmation,
}

fn people_word<S: serde::Serializer>(people: &Signers, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(people.word())
}

fn confirm_word<S: serde::Serializer>(confirm: &Confirmation, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(confirm.word())
}

fn ai_word<S: serde::Serializer>(ai: &AiPart, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(ai.word())
}

/// Freezes the mail that `draft` would become if this person approved it now, and shows it.
///
/// # Errors
/// [`Refusal::SignedOut`], [`Refusal::NotYours`], [`Refusal::DraftState`], [`Refusal::NoRecipient`],
/// [`Refusal::Unsendable`], or what the database says.
pub async fn seal(
    door: &Door,
    store: &Store,
    session: &AgentSession,
    draft: DraftId,
    now: Timestamp,
) -> Result<Sealed, DoorError> {
    let mut tx = store.begin(session, now).await?;
    let agent = world::person(&mut tx, session, now).await?.ok_or(Refusal::SignedOut)?;
    let draft = Draft::load(&mut tx, draft).await?;
    let ticket = Ticket::load(&mut tx, draft.ticket).await?;
    if !agent.role.answers() || !agent.works_in(&ticket.queue) {
        return Err(Refusal::NotYours.into());
    }
    if let Some(number) = ticket.merged_into {
        let why = format!("#{} was merged into #{number}. Answer there, or undo the merge first.", ticket.number);
        return Err(Refusal::Stays { why }.into());
    }
    if draft.state != DraftState::Open {
        return Err(Refusal::DraftState { state: draft.state.word().to_owned() }.into());
    }
    if draft.body.trim().is_empty() {
        return Err(Refusal::Unsendable { detail: "it is empty".to_owned() }.into());
    }
    let evidence = Evidence::of(&mut tx, &draft, &ticket, now).await?;
    let conduct = ticket.conduct(&mut tx, &draft, now).await?;
    let first = match conduct.people {
        Signers::One => None,
        Signers::Two => standing(door, &mut tx, &draft, &ticket, &conduct, Some(agent.id), now).await?,
    };
    let theirs = first.as_ref().filter(|f| f.row.agent != agent.id);
    let (envelope, mime) = match theirs {
        Some(first) => bytes_of(&mut tx, &first.row).await?,
        None => {
            let thread = Thread::load(&mut tx, ticket.last_inbound).await?;
            let part = Part { ai: ai_part(&draft), approver: Some(&agent.name) };
            let under = lines_under(door, &mut tx, &ticket, part, now).await?;
            let envelope = envelope(door, &agent, &ticket, &draft, thread, &under);
            let domain = &door.settings().domain;
            let marks = Marks { kind: Kind::Reply, ticket_number: ticket.number, domain, at: now };
            let mime = letter::render(&envelope, &marks)?;
            (envelope, mime)
        }
    };
    let approver = world::approver(&mut tx, session, &ticket.queue, now).await?;
    let own_yes_waits = first.is_some() && theirs.is_none();
    let looked = Looked { own_yes_waits, ..evidence.looked(door, &ticket, &draft, &conduct, &approver) };
    let checks = look(&looked);
    let frozen = Frozen::write(
        door,
        &mut tx,
        &Page { session, ticket: &ticket, draft: &draft, envelope: &envelope, mime: &mime, policies: &conduct.pins },
        &evidence.sources,
    )
    .await?;
    let first = match theirs {
        Some(first) => Some(first.shown(&mut tx).await?),
        None => None,
    };
    let pace = Pace::of(door, &mut tx, &draft, agent.id, now, now).await?;
    crash::point("seal-written");
    let (seal, digest) = (frozen.seal, frozen.digest);
    tx.commit(AuditEvent::DraftSealed { ticket: ticket.id, draft: draft.id, seal, digest }).await?;
    let letter = letter::read(&mime)
        .ok_or_else(|| Refusal::Unsendable { detail: "it would not read back as a mail".to_owned() })?;
    Ok(Sealed {
        seal,
        token: frozen.token,
        digest,
        draft: draft.id,
        revision: draft.revision,
        ticket: ticket.id,
        letter,
        bytes: mime.len(),
        changes: draft.machine_body.as_deref().map(|old| changes(old, &draft.body)).unwrap_or_default(),
        ai: envelope.ai,
        ai_share: ai_share(draft.machine_body.as_deref(), &draft.body),
        sources: evidence.shown(),
        sentences: evidence.sentences,
        checks,
        expires_at: now.plus_seconds(SEAL_SECONDS),
        people: conduct.people,
        first,
        earliest_yes: pace.earliest,
        brake: pace.brake,
        confirm: conduct.confirm,
    })
}

/// The letter that a first person approved: a second one is shown the same bytes.
async fn bytes_of(tx: &mut Tx, first: &FirstApproval) -> Result<(Envelope, Vec<u8>), DoorError> {
    let row = tx.one(sql!("select envelope, mime from seals where id = $1"), params![first.seal]).await?;
    let mut c = row.columns();
    Ok((c.json()?, c.take()?))
}

/// Longest time an unapproved page is kept after it was shown, in seconds. It can be approved for half an
/// hour; the rest of the day answers a late try with the right words.
const PAGE_SECONDS: i64 = 24 * 60 * 60;

/// Takes away pages that nobody approved in time, with the mails frozen for them. Returns how many.
///
/// # Errors
/// What the database says.
pub async fn clear_pages(store: &Store, now: Timestamp) -> Result<u64, DoorError> {
    let mut tx = store.begin(&ServiceIdentity::new(Service::Delivery), now).await?;
    let before = now.plus_seconds(-PAGE_SECONDS);
    tx.execute(
        sql!("delete from seal_sources where seal_id in (select id from seals where spent_at is null and at < $1)"),
        params![before],
    )
    .await?;
    let count = tx.execute(sql!("delete from seals where spent_at is null and at < $1"), params![before]).await?;
    if count == 0 {
        tx.abandon().await?;
        return Ok(0);
    }
    let pages = i64::try_from(count).unwrap_or(i64::MAX);
    tx.commit(AuditEvent::PagesCleared { pages }).await?;
    Ok(count)
}

/// Makes every page of a ticket that was shown and not approved worthless: for use in the transaction that changes what the
/// ticket is about.
///
/// # Errors
/// What the database says.
pub async fn close_pages(tx: &mut Tx, ticket: TicketId) -> Result<(), DoorError> {
    let now = tx.now();
    tx.execute(sql!("update seals set spent_at = $2 where ticket_id = $1 and spent_at is null"), params![ticket, now])
        .await?;
    Ok(())
}

/// What the text rests on: its sentences, and the sources they cite as they stand now.
pub(crate) struct Evidence {
    pub sentences: Vec<Sentence>,
    pub cited: Vec<Cited>,
    pub sources: Vec<Source>,
    /// The voice that speaks to the requester today.
    pub voice: Result<Chosen, String>,
}

impl Evidence {
    pub(crate) async fn of(tx: &mut Conn, draft: &Draft, ticket: &Ticket, now: Timestamp) -> Result<Self, StoreError> {
        let cited = draft.cited(tx).await?;
        let sentences = retrace(&draft.machine_sentences, &draft.body);
        let mut sources = Vec::new();
        for ((version, article), title) in pinned(&sentences, &cited) {
            let still_good = world::still_good(tx, article, version, now).await?;
            sources.push(Source { article, version, title, still_good });
        }
        Ok(Self { sentences, cited, sources, voice: ticket.voice(tx, now).await? })
    }

    pub(crate) const fn looked<'a>(
        &'a self,
        door: &Door,
        ticket: &'a Ticket,
        draft: &'a Draft,
        conduct: &'a Conduct,
        approver: &Approver,
    ) -> Looked<'a> {
        Looked {
            conduct,
            approver: approver.role,
            own_yes_waits: false,
            ticket,
            draft,
            sentences: self.sentences.as_slice(),
            cited: self.cited.as_slice(),
            sources: self.sources.as_slice(),
            ai_default: door.settings().ai_default,
            voice: &self.voice,
        }
    }

    fn shown(&self) -> Vec<SealedSource> {
        let one = |s: &Source| SealedSource { article: s.article, version: s.version, title: s.title.clone() };
        self.sources.iter().map(one).collect()
    }
}

/// Versions cited by sentences that are still in the body, each once.
fn pinned(sentences: &[Sentence], cited: &[Cited]) -> BTreeMap<(VersionId, ArticleId), String> {
    let numbers = sentences.iter().filter(|s| s.support != Support::Agent).flat_map(|s| &s.citations);
    let mut found = BTreeMap::new();
    for number in numbers {
        for source in cited.iter().filter(|c| c.citation == *number) {
            if let Origin::Passage { article, version, .. } = source.origin {
                found.entry((version, article)).or_insert_with(|| source.title.clone());
            }
        }
    }
    found
}

fn envelope(door: &Door, agent: &Agent, ticket: &Ticket, draft: &Draft, thread: Thread, under: &str) -> Envelope {
    let settings = door.settings();
    Envelope {
        from_name: format!("{} ({})", agent.name, settings.desk_name),
        from_address: settings.mailbox.clone(),
        to: vec![ticket.requester_email.clone()],
        cc: Vec::new(),
        subject: plain_subject(thread.subject.as_deref().unwrap_or(&ticket.subject)),
        body: format!("{}\n\n{}\n{}{under}", draft.body.trim_end(), agent.name, settings.desk_name),
        enclosures: Vec::new(),
        message_id: door.message_id(new_id()),
        in_reply_to: thread.in_reply_to,
        references: thread.references,
        ai: ai_part(draft),
    }
}

/// One line, single spaces, and nothing a mail program would decode into other words.
pub(crate) fn plain_subject(subject: &str) -> String {
    reply_subject(subject).replace("=?", "= ?").split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Page<'a> {
    session: &'a AgentSession,
    ticket: &'a Ticket,
    draft: &'a Draft,
    envelope: &'a Envelope,
    mime: &'a [u8],
    policies: &'a str,
}

struct Frozen {
    seal: SealId,
    token: String,
    digest: Digest,
}

impl Frozen {
    async fn write(door: &Door, tx: &mut Tx, page: &Page<'_>, sources: &[Source]) -> Result<Self, DoorError> {
        let (token, token_hash) = door.page_token()?;
        let mail_from = &page.envelope.from_address;
        let recipients: Vec<String> = page.envelope.to.iter().chain(&page.envelope.cc).cloned().collect();
        let digest = letter::digest(mail_from, &recipients, page.mime);
        let (seal, now): (SealId, _) = (new_id(), tx.now());
        // Serialising strings and closed words into a string cannot fail.
        let envelope = serde_json::to_string(page.envelope).unwrap_or_default();
        tx.execute(
            sql!(
                "insert into seals (id, token_hash, draft_id, revision, ticket_id, agent_id, session_id, digest, mail_from, recipients, mime, envelope, last_inbound_id, at, policies)
                 values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)"
            ),
            params![
                seal,
                token_hash.as_bytes().as_slice(),
                page.draft.id,
                page.draft.revision,
                page.ticket.id,
                page.session.agent().id,
                page.session.id(),
                digest,
                mail_from,
                json_list(&recipients),
                page.mime,
                envelope,
                page.ticket.last_inbound,
                now,
                page.policies
            ],
        )
        .await?;
        for source in sources {
            tx.execute(
                sql!("insert into seal_sources (seal_id, article_id, version_id, title) values ($1,$2,$3,$4)"),
                params![seal, source.article, source.version, &source.title],
            )
            .await?;
        }
        Ok(Self { seal, token, digest })
    }
}
