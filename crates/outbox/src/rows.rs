//! The two rows that carry keyed marks, and the fields each mark covers.

use desk::{
    Digest, Timestamp,
    ids::{
        AgentId, ApprovalId, DraftId, FirstApprovalId, MessageId, OutboxId, SealId, SessionId, StandingId, TicketId,
        VersionId,
    },
    terms::Confirmation,
    ticket::Status,
};
use store::{Conn, StoreError, raw::Row};

use crate::{
    door::Door,
    sql::{params, sql},
    world,
};

const APPROVAL_LABEL: &str = "countersign/approval/2";
const OUTBOX_LABEL: &str = "countersign/outbox/1";
/// How the word of a row begins that a standing approval sends.
const STANDING_PREFIX: &str = "standing:";

fn standing_word(id: StandingId) -> String {
    format!("{STANDING_PREFIX}{id}")
}

/// A row of `approvals`.
pub(crate) struct Approval {
    pub id: ApprovalId,
    pub seal: SealId,
    pub draft: DraftId,
    pub revision: i64,
    pub ticket: TicketId,
    pub agent: AgentId,
    pub session: SessionId,
    pub digest: Digest,
    pub answered: Option<MessageId>,
    pub status_before: Status,
    pub status_after: Status,
    pub approved_at: Timestamp,
    /// How its person proved to be there.
    pub confirmed: Confirmation,
    /// The first yes, where two were asked for.
    pub first: Option<FirstApprovalId>,
    /// The hour it was put off to.
    pub send_at: Option<Timestamp>,
}

impl Approval {
    /// Everything it says, where it goes, and the versions it rests on: of sources and of policies.
    fn fields(&self, outbox: OutboxId, sources: &[VersionId], pins: &str) -> Vec<String> {
        let mut fields = vec![
            self.id.to_string(),
            outbox.to_string(),
            self.seal.to_string(),
            self.draft.to_string(),
            self.revision.to_string(),
            self.ticket.to_string(),
            self.agent.to_string(),
            self.session.to_string(),
            self.digest.to_string(),
            self.answered.map(|id| id.to_string()).unwrap_or_default(),
            self.status_before.to_string(),
            self.status_after.to_string(),
            self.approved_at.micros().to_string(),
            self.confirmed.to_string(),
            self.first.map(|id| id.to_string()).unwrap_or_default(),
            self.send_at.map(|at| at.micros().to_string()).unwrap_or_default(),
        ];
        let mut versions: Vec<String> = sources.iter().map(ToString::to_string).collect();
        versions.sort_unstable();
        fields.extend(versions);
        fields.push(pins.to_owned());
        fields
    }

    pub(crate) fn mac(&self, door: &Door, outbox: OutboxId, sources: &[VersionId], pins: &str) -> Vec<u8> {
        let fields = self.fields(outbox, sources, pins);
        door.mac(APPROVAL_LABEL, &as_bytes(&fields))
    }

    pub(crate) fn holds(&self, door: &Door, outbox: OutboxId, sources: &[VersionId], pins: &str, mac: &[u8]) -> bool {
        let fields = self.fields(outbox, sources, pins);
        door.mac_holds(APPROVAL_LABEL, &as_bytes(&fields), mac)
    }

    /// A stored approval and its mark.
    pub(crate) async fn load(conn: &mut Conn, id: ApprovalId) -> Result<(Self, Vec<u8>), StoreError> {
        let row = conn
            .one(
                sql!(
                    "select id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, status_before, status_after, approved_at, confirmed, first_id, send_at, mac
                     from approvals where id = $1"
                ),
                params![id],
            )
            .await?;
        let mut c = row.columns();
        let approval = Self {
            id: c.take()?,
            seal: c.take()?,
            draft: c.take()?,
            revision: c.take()?,
            ticket: c.take()?,
            agent: c.take()?,
            session: c.take()?,
            digest: c.take()?,
            answered: c.take()?,
            status_before: c.take()?,
            status_after: c.take()?,
            approved_at: c.take()?,
            confirmed: world::confirmation(&c.take::<String>()?)?,
            first: c.take()?,
            send_at: c.take()?,
        };
        Ok((approval, c.take()?))
    }
}

fn as_bytes(fields: &[String]) -> Vec<&[u8]> {
    fields.iter().map(String::as_bytes).collect()
}

/// What an outbox row carries.
pub(crate) enum Cargo {
    /// An approved reply.
    Reply { approval: ApprovalId, digest: Digest },
    /// A fixed notice, by its word.
    Notice { word: String },
    /// A text approved beforehand; stored as a notice whose word names it.
    Standing { id: StandingId },
}

/// A row of `outbox`: the part that never changes.
pub(crate) struct OutboxRow {
    pub id: OutboxId,
    pub cargo: Cargo,
    pub ticket: TicketId,
    pub mail_from: String,
    pub recipients: Vec<String>,
    pub mime: Vec<u8>,
    pub created_at: Timestamp,
}

/// The part that changes while it waits and leaves.
pub(crate) struct Progress {
    pub mac: Vec<u8>,
    pub fence: i64,
    pub attempts: i64,
}

impl OutboxRow {
    fn fields(&self) -> Vec<Vec<u8>> {
        let (kind, approval, digest, notice) = match &self.cargo {
            Cargo::Reply { approval, digest } => ("reply", approval.to_string(), digest.to_string(), String::new()),
            Cargo::Notice { word } => ("notice", String::new(), String::new(), word.clone()),
            Cargo::Standing { id } => ("notice", String::new(), String::new(), standing_word(*id)),
        };
        let mut fields: Vec<Vec<u8>> = [
            self.id.to_string().as_str(),
            kind,
            &approval,
            &digest,
            &notice,
            &self.ticket.to_string(),
            &self.mail_from,
        ]
        .into_iter()
        .map(|text| text.as_bytes().to_vec())
        .collect();
        fields.extend(self.recipients.iter().map(|r| r.as_bytes().to_vec()));
        fields.push(self.mime.clone());
        fields
    }

    pub(crate) fn holds(&self, door: &Door, mac: &[u8]) -> bool {
        let fields = self.fields();
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        door.mac_holds(OUTBOX_LABEL, &fields, mac)
    }

    /// Writes it, ready to leave from `not_before` on.
    pub(crate) async fn insert(&self, door: &Door, conn: &mut Conn, not_before: Timestamp) -> Result<(), StoreError> {
        let fields = self.fields();
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let mac = door.mac(OUTBOX_LABEL, &fields);
        let (kind, approval, digest, notice) = match &self.cargo {
            Cargo::Reply { approval, digest } => ("reply", Some(*approval), Some(*digest), None),
            Cargo::Notice { word } => ("notice", None, None, Some(word.clone())),
            Cargo::Standing { id } => ("notice", None, None, Some(standing_word(*id))),
        };
        conn.execute(
            sql!(
                "insert into outbox (id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
                 values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'ready',$11,0,0,$12,$12)"
            ),
            params![
                self.id,
                kind,
                approval,
                digest,
                notice,
                self.ticket,
                &self.mail_from,
                json_list(&self.recipients),
                self.mime.as_slice(),
                mac,
                not_before,
                self.created_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A stored row.
    pub(crate) async fn load(conn: &mut Conn, id: OutboxId) -> Result<(Self, Progress), StoreError> {
        let row = conn
            .one(
                sql!(
                    "select id, kind, approval_id, digest, notice, ticket_id, mail_from, recipients, mime, created_at, mac, fence, attempts
                     from outbox where id = $1"
                ),
                params![id],
            )
            .await?;
        Self::from_row(&row)
    }

    fn from_row(row: &Row) -> Result<(Self, Progress), StoreError> {
        let damaged = || StoreError::Damaged { what: "a row of the outbox".to_owned() };
        let mut c = row.columns();
        let id = c.take()?;
        let kind: String = c.take()?;
        let (approval, digest, notice): (Option<ApprovalId>, Option<Digest>, Option<String>) =
            (c.take()?, c.take()?, c.take()?);
        let cargo = if kind == "reply" {
            Cargo::Reply { approval: approval.ok_or_else(damaged)?, digest: digest.ok_or_else(damaged)? }
        } else {
            let word = notice.ok_or_else(damaged)?;
            match word.strip_prefix(STANDING_PREFIX) {
                Some(id) => Cargo::Standing { id: id.parse().map_err(|_| damaged())? },
                None => Cargo::Notice { word },
            }
        };
        let stored = Self {
            id,
            cargo,
            ticket: c.take()?,
            mail_from: c.take()?,
            recipients: c.json()?,
            mime: c.take()?,
            created_at: c.take()?,
        };
        Ok((stored, Progress { mac: c.take()?, fence: c.take()?, attempts: c.take()? }))
    }

    /// The ticket, named only for replies and notices alike: both belong to one.
    pub(crate) const fn approval(&self) -> Option<ApprovalId> {
        match &self.cargo {
            Cargo::Reply { approval, .. } => Some(*approval),
            Cargo::Notice { .. } | Cargo::Standing { .. } => None,
        }
    }
}

/// A list of addresses as stored.
pub(crate) fn json_list(list: &[String]) -> String {
    serde_json::Value::from(list.to_vec()).to_string()
}
