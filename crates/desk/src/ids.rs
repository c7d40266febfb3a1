//! Newtype ids over time-ordered UUIDs. They are minted by `store` (which has a clock and
//! randomness); this crate only carries, prints and parses them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An id that does not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id; ids look like 0192f3a4-5b6c-7d8e-9f00-112233445566")]
pub struct BadId;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<[u8; 16]> for $name { fn from(bytes: [u8; 16]) -> Self { Self(Uuid::from_bytes(bytes)) } }
        impl From<$name> for [u8; 16] { fn from(id: $name) -> Self { id.0.into_bytes() } }
        impl From<$name> for Uuid { fn from(id: $name) -> Self { id.0 } }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { self.0.hyphenated().fmt(f) }
        }
        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(s: &str) -> Result<Self, BadId> { Uuid::parse_str(s).map(Self).map_err(|_| BadId) }
        }
    )+};
}

ids! {
    /// A person who answers.
    AgentId,
    /// A signed-in person's session.
    SessionId,
    /// A program's key; it can never approve.
    TokenId,
    /// Somebody who asked.
    RequesterId,
    /// The company a requester belongs to.
    OrganizationId,
    /// An address we receive and send with.
    MailboxId,
    /// One raw mail as it arrived, whatever became of it.
    MailId,
    /// One request for help and its life.
    TicketId,
    /// Something a requester sent, or was sent.
    MessageId,
    /// A file that came with a message.
    AttachmentId,
    /// An internal remark.
    NoteId,
    /// A case that judges changes.
    EvalCaseId,
    /// A text drawn for a second look.
    ReviewSampleId,
    /// Something that a demo made up.
    GeneratedId,
    /// A change and what its cases said of it.
    GateId,
    /// What a candidate model drafted beside the present one.
    ShadowId,
    /// What the machine proposes.
    SuggestionId,
    /// A person's answer to a suggestion.
    VerdictId,
    /// What a person looked for.
    SearchId,
    /// A place knowledge comes from.
    SourceId,
    /// A knowledge entry.
    ArticleId,
    /// One version of an article.
    VersionId,
    /// A piece of an article as retrieved.
    PassageId,
    /// Text proposed for sending.
    DraftId,
    /// One stored prompt and answer.
    ExchangeId,
    /// A page that showed exactly what would leave.
    SealId,
    /// A signed-in agent's yes to one exact draft revision.
    ApprovalId,
    /// The first of two yeses to one exact draft revision.
    FirstApprovalId,
    /// A case that goes up.
    EscalationId,
    /// What one side of an escalation told the other.
    EscalationUpdateId,
    /// Letters and notes that moved to another ticket.
    RelocationId,
    /// Words of a letter of ours that name a day.
    PromiseId,
    /// A text approved beforehand for one category.
    StandingId,
    /// A step of a category on the autonomy ladder.
    StepId,
    /// One reply to many.
    BulkId,
    /// A row of the outbox.
    OutboxId,
    /// One attempt to hand a mail to a server.
    DeliveryId,
    /// A piece of background work.
    JobId,
    /// One version of the trained classifier.
    ModelId,
    /// One entry of the record.
    EntryId,
    /// One version of a policy.
    PolicyId,
    /// A key that proves a person is there.
    PasskeyId,
    /// A way in for somebody who has none yet.
    InvitationId,
    /// One look at telemetry for a ticket.
    DiagnosisId,
    /// Several tickets about one thing.
    IncidentId,
}
