//! What happened, in the past tense, append-only. Entries become leaves of the Merkle log, so they
//! hold ids, closed words and digests, and nothing else: no name, address, subject or text ever.

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    ids::{
        AgentId, ApprovalId, ArticleId, AttachmentId, BulkId, DiagnosisId, DraftId, EntryId, EscalationId, EvalCaseId,
        ExchangeId, FirstApprovalId, GateId, IncidentId, InvitationId, MailId, MessageId, ModelId, NoteId,
        OrganizationId, OutboxId, PasskeyId, PolicyId, PromiseId, RequesterId, ReviewSampleId, SealId, SessionId,
        ShadowId, SourceId, StandingId, StepId, SuggestionId, TicketId, TokenId, VerdictId, VersionId,
    },
    time::Timestamp,
};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    Agent {
        /// Who.
        id: AgentId,
        /// In which session.
        session: SessionId,
    },
    /// A program with a key.
    Token {
        /// Which key.
        id: TokenId,
    },
    /// Background work or the command line, under a fixed name.
    Service {
        /// Which.
        name: Service,
    },
}

crate::closed_list! {
    /// Parts of the desk that act without a person.
    pub enum Service ("service") {
        /// Fetches mail.
        Intake = "intake",
        /// Sorts, retrieves and drafts.
        Preparation = "preparation",
        /// Hands approved letters over.
        Delivery = "delivery",
        /// Keeps the record in order.
        Sequencer = "sequencer",
        /// Checks who signs in, before there is a session to act in.
        SignIn = "sign_in",
        /// A requester, by the signed link in a mail to them.
        Requester = "requester",
        /// The command line on the desk's own machine.
        CommandLine = "command_line",
    }
}

/// Why an approval was withdrawn or a letter stopped, as a word.
pub type Why = String;

macro_rules! events {
    ($($(#[$meta:meta])* $variant:ident = $kind:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? },)+) => {
        /// Everything that can be recorded.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "event")]
        pub enum AuditEvent {$(
            $(#[$meta])*
            #[serde(rename = $kind)]
            $variant { $($(#[$fmeta])* $field: $ty,)* },
        )+}

        impl AuditEvent {
            /// Every kind's word.
            pub const KINDS: &'static [&'static str] = &[$($kind,)+];

            /// The kind's word.
            #[must_use]
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $kind,)+ }
            }
        }
    };
}

events! {
    /// The desk was set up or the demo world loaded.
    DeskPrepared = "desk.prepared" { /** What was loaded. */ world: Digest },
    /// A mailbox is watched from now on.
    MailboxWatched = "mailbox.watched" { /** Of its address, keyed. */ commitment: Digest },
    /// A raw mail is safe on disk.
    MailReceived = "mail.received" { /** The mail. */ mail: MailId, /** Of the raw bytes, keyed. */ commitment: Digest },
    /// A mail became a message.
    MailAccepted = "mail.accepted" { /** The mail. */ mail: MailId, /** The ticket. */ ticket: TicketId, /** The message. */ message: MessageId },
    /// A mail needs a person before it can become a ticket.
    MailQuarantined = "mail.quarantined" { /** The mail. */ mail: MailId, /** A word. */ why: Why },
    /// A mail was seen before.
    MailRepeated = "mail.repeated" { /** The mail. */ mail: MailId },
    /// A quarantined mail goes round again.
    MailRetried = "mail.retried" { /** The mail. */ mail: MailId },
    /// The machine sorted a ticket.
    TicketTriaged = "ticket.triaged" { /** The ticket. */ ticket: TicketId, /** The suggestion. */ suggestion: SuggestionId },
    /// The machine looked into telemetry for what explains a ticket.
    TicketDiagnosed = "ticket.diagnosed" { /** The ticket. */ ticket: TicketId, /** The look. */ diagnosis: DiagnosisId },
    /// A person marked a probable cause right or wrong.
    CauseMarked = "cause.marked" { /** The ticket. */ ticket: TicketId, /** The look. */ diagnosis: DiagnosisId, /** Its place among the causes, from 0. */ cause: i64, /** A word. */ verdict: String },
    /// The machine proposed an incident.
    IncidentProposed = "incident.proposed" { /** Which. */ incident: IncidentId, /** Tickets it names. */ tickets: i64 },
    /// A ticket joined an incident, or was taken out of it.
    IncidentTicket = "incident.ticket" { /** The ticket. */ ticket: TicketId, /** Which. */ incident: IncidentId, /** `linked` or `unlinked`. */ way: String },
    /// A person moved an incident.
    IncidentMoved = "incident.moved" { /** Which. */ incident: IncidentId, /** Its new status, as a word. */ status: String },
    /// The machine found sources and similar cases for a ticket.
    SourcesFound = "sources.found" { /** The ticket. */ ticket: TicketId, /** The suggestion. */ suggestion: SuggestionId },
    /// A person answered a suggestion.
    VerdictGiven = "suggestion.verdict" { /** The ticket. */ ticket: TicketId, /** The suggestion. */ suggestion: SuggestionId, /** A word. */ verdict: String },
    /// An answer to a suggestion was taken back.
    VerdictWithdrawn = "suggestion.withdrawn" { /** The ticket. */ ticket: TicketId, /** The suggestion. */ suggestion: SuggestionId, /** The answer. */ verdict: VerdictId },
    /// A ticket nobody had touched followed a new version of routing or risk rules, or went back.
    TicketSortedAgain = "ticket.sorted_again" { /** The ticket. */ ticket: TicketId, /** The policy's kind, as a word. */ kind: String, /** Its version. */ version: i64, /** `moved` or `restored`. */ way: String },
    /// A ticket nobody had touched followed a correction of another one, or went back.
    TicketMoved = "ticket.moved" { /** The ticket. */ ticket: TicketId, /** The correction. */ verdict: VerdictId, /** `moved` or `restored`. */ way: String },
    /// A person changed status, priority, queue or assignee.
    TicketChanged = "ticket.changed" { /** The ticket. */ ticket: TicketId, /** Which field, and its new word or id. */ change: String },
    /// A note was written.
    NoteWritten = "note.written" { /** The ticket. */ ticket: TicketId, /** The note. */ note: NoteId },
    /// The machine may not, or could not, draft.
    DraftWithheld = "draft.withheld" { /** The ticket. */ ticket: TicketId, /** A word. */ why: Why },
    /// A draft that was made while nobody worked was looked at again when work began.
    DraftChecked = "draft.checked" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** `holds`, or `outdated`: it is made anew. */ found: String },
    /// A person asked for a draft.
    DraftAsked = "draft.asked" { /** The ticket. */ ticket: TicketId, /** Of which origin, as a word. */ origin: String },
    /// A person turned a draft of the machine's down.
    DraftRejected = "draft.rejected" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** What was wrong, as a word; `unsaid` where they gave none. */ why: String },
    /// A case for the suite was taken from a ticket.
    EvalCaseProposed = "eval.proposed" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// A person checked a case; it counts.
    EvalCaseApproved = "eval.approved" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// A case counts no more.
    EvalCaseRetired = "eval.retired" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// Texts were drawn for a second look.
    ReviewsDrawn = "reviews.drawn" { /** How many. */ texts: i64 },
    /// A model's reading was held against what reviewers said.
    GraderCompared = "grader.compared" { /** Drafts answered by both. */ drafts: i64, /** What its word counts for, as a word. */ standing: String },
    /// A person reviewed a text they did not write.
    TextReviewed = "review.given" { /** The ticket. */ ticket: TicketId, /** The sample. */ sample: ReviewSampleId, /** `holds` or `fails`. */ verdict: String },
    /// A lead settled what reviewers saw differently.
    ReviewSettled = "review.settled" { /** The ticket. */ ticket: TicketId, /** The sample. */ sample: ReviewSampleId, /** `holds` or `fails`. */ verdict: String },
    /// The requester was asked how it went.
    SurveyAsked = "survey.asked" { /** The ticket. */ ticket: TicketId },
    /// They said it, by the link in the mail to them; or said it otherwise.
    SurveyAnswered = "survey.answered" { /** The ticket. */ ticket: TicketId, /** 1 to 5. */ rating: i64 },
    /// A person saw to a low rating.
    SurveyFollowedUp = "survey.followed_up" { /** The ticket. */ ticket: TicketId },
    /// Somebody got their week by mail, or said whether they want to.
    DigestMade = "digest.made" { /** Who. */ agent: AgentId, /** `queued`, what held it back, `on` or `off`. */ way: String },
    /// A requester does not want to be asked.
    SurveysDeclined = "survey.declined" { /** Who. */ requester: RequesterId },
    /// A case joined another one that asks the same.
    EvalCaseJoined = "eval.joined" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId, /** The one that stands for it. */ into: EvalCaseId },
    /// A joined case stands alone again.
    EvalCaseParted = "eval.parted" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// Somebody doubts a case.
    EvalCaseChallenged = "eval.challenged" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// Another person keeps a case that was doubted.
    EvalCaseKept = "eval.kept" { /** The ticket. */ ticket: TicketId, /** The case. */ case: EvalCaseId },
    /// A draft was proposed.
    DraftProposed = "draft.proposed" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** A word. */ origin: String, /** Of the body, keyed. */ commitment: Digest },
    /// A person edited it.
    DraftEdited = "draft.edited" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** New revision. */ revision: i64, /** Of the body, keyed. */ commitment: Digest },
    /// Words of it were rewritten by the machine, and a person took them.
    DraftRewritten = "draft.rewritten" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** New revision. */ revision: i64, /** The tool, as a word. */ tool: String, /** `rules` or `model`. */ made_by: String, /** Of the body, keyed. */ commitment: Digest },
    /// What a model was given and said is kept.
    ExchangeKept = "exchange.kept" { /** The ticket. */ ticket: TicketId, /** The exchange. */ exchange: ExchangeId, /** Of the request's exact bytes, keyed. */ commitment: Digest, /** A word. */ state: String },
    /// A page showed exactly what would leave.
    DraftSealed = "draft.sealed" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** The page. */ seal: SealId, /** Of everything shown. */ digest: Digest },
    /// A person approved exactly that.
    ReplyApproved = "reply.approved" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** The approval. */ approval: ApprovalId, /** Its place in the outbox. */ outbox: OutboxId, /** Of everything approved. */ digest: Digest },
    /// The first of two people approved exactly that; nothing leaves yet.
    FirstApproved = "reply.first_approved" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId, /** The yes. */ first: FirstApprovalId, /** Of everything approved. */ digest: Digest },
    /// They took it back before a second person approved.
    FirstApprovalTakenBack = "reply.first_taken_back" { /** The ticket. */ ticket: TicketId, /** The draft. */ draft: DraftId },
    /// One text was prepared as a reply to many tickets; each got a draft.
    BulkPrepared = "bulk.prepared" { /** The bulk reply. */ bulk: BulkId, /** Drafts. */ letters: i64, /** Tickets left out. */ left_out: i64, /** Of the text, keyed. */ commitment: Digest },
    /// A person opened one of its letters, of those that are read one by one.
    BulkLetterRead = "bulk.letter_read" { /** The ticket. */ ticket: TicketId, /** The bulk reply. */ bulk: BulkId, /** Of what was shown. */ digest: Digest },
    /// A person said yes to many letters at once; each has an approval of its own.
    BulkApproved = "bulk.approved" { /** The bulk reply. */ bulk: BulkId, /** Letters approved. */ letters: i64, /** Letters refused. */ refused: i64 },
    /// It was stopped: what was approved before and has not left does not leave.
    BulkStopped = "bulk.stopped" { /** The bulk reply. */ bulk: BulkId },
    /// Its letters that did not leave were put aside.
    BulkDiscarded = "bulk.discarded" { /** The bulk reply. */ bulk: BulkId, /** Drafts. */ letters: i64 },
    /// A person approved a text beforehand for one category.
    StandingBegun = "standing.begun" { /** The standing approval. */ standing: StandingId, /** Of what its page showed. */ digest: Digest },
    /// It answered a ticket: a letter waits to leave for which nobody pressed a button.
    StandingUsed = "standing.used" { /** The ticket. */ ticket: TicketId, /** The standing approval. */ standing: StandingId, /** The row. */ outbox: OutboxId },
    /// It was ended by hand.
    StandingEnded = "standing.ended" { /** The standing approval. */ standing: StandingId },
    /// A case was proposed to go up, or went up.
    EscalationMade = "escalation.made" { /** The ticket. */ ticket: TicketId, /** The escalation. */ escalation: EscalationId, /** `proposed` or `raised`. */ state: String, /** Signals, as words. */ signals: String },
    /// Somebody answered for it: raised, accepted, returned, dismissed or ended.
    EscalationAnswered = "escalation.answered" { /** The ticket. */ ticket: TicketId, /** The escalation. */ escalation: EscalationId, /** The new state, as a word. */ state: String },
    /// Somebody on call was called, or another system told.
    EscalationPaged = "escalation.paged" { /** The ticket. */ ticket: TicketId, /** The escalation. */ escalation: EscalationId, /** `person`, `mail`, `system` or `banner`. */ how: String, /** Counting from 1. */ attempt: i64 },
    /// One side told the other something.
    EscalationUpdated = "escalation.updated" { /** The ticket. */ ticket: TicketId, /** The escalation. */ escalation: EscalationId, /** `out` or `in`. */ direction: String },
    /// A ticket was merged into another; each of the two has an entry.
    TicketsMerged = "ticket.merged" { /** The ticket whose trail this is in. */ ticket: TicketId, /** The one that was merged. */ from: TicketId, /** The one that goes on. */ into: TicketId },
    /// A merge was undone; each of the two has an entry.
    MergeUndone = "ticket.merge_undone" { /** The ticket whose trail this is in. */ ticket: TicketId, /** The one that goes on by itself again. */ from: TicketId, /** The one that it had been merged into. */ into: TicketId },
    /// A part of a ticket became a ticket of its own; each of the two has an entry.
    TicketSplit = "ticket.split" { /** The ticket whose trail this is in. */ ticket: TicketId, /** Where it was. */ from: TicketId, /** The new ticket. */ into: TicketId, /** How many letters. */ letters: i64 },
    /// A person put a ticket off.
    TicketSnoozed = "ticket.snoozed" { /** The ticket. */ ticket: TicketId, /** Until when; none until the requester writes. */ until: Option<Timestamp> },
    /// A ticket that was put off is back.
    TicketWoken = "ticket.woken" { /** The ticket. */ ticket: TicketId, /** `time`, `reply`, `person` or `over`. */ why: Why },
    /// A person wants to hear of a ticket, or no longer.
    TicketFollowed = "ticket.followed" { /** The ticket. */ ticket: TicketId, /** `followed` or `left`. */ way: String },
    /// A letter that left says what we will do by a day; a person is asked.
    PromiseFound = "promise.found" { /** The ticket. */ ticket: TicketId, /** The promise. */ promise: PromiseId, /** By when. */ due: Timestamp },
    /// A person said what it is: confirmed, dismissed or kept.
    PromiseAnswered = "promise.answered" { /** The ticket. */ ticket: TicketId, /** The promise. */ promise: PromiseId, /** The new state, as a word. */ state: String },
    /// A promised time comes near, or passed.
    ClockRang = "clock.rang" { /** The ticket. */ ticket: TicketId, /** Which promise, as a word. */ promised: String, /** `warned` or `missed`. */ stage: String },
    /// A signed-in person proved again that it is them.
    SessionConfirmed = "session.confirmed" { /** The session. */ session: SessionId, /** How, as a word. */ method: String },
    /// The approval was taken back, by its person or by a rule.
    ApprovalWithdrawn = "approval.withdrawn" { /** The ticket. */ ticket: TicketId, /** The approval. */ approval: ApprovalId, /** A word. */ why: Why },
    /// The first byte is about to go out.
    DeliveryStarted = "delivery.started" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId, /** Counting from 1. */ attempt: i64 },
    /// The mail server took it.
    ReplySent = "reply.sent" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId, /** Of what left. */ digest: Digest },
    /// Nobody can know whether the mail server took it; a person decides.
    DeliveryUncertain = "delivery.uncertain" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId },
    /// The mail server said no, or not now.
    DeliveryFailed = "delivery.failed" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId, /** A word. */ why: Why },
    /// A lock held: the row did not leave.
    DeliveryStopped = "delivery.stopped" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId, /** A word. */ why: Why },
    /// A requester asked, by the link to a ticket, for the link to everything they asked.
    RequestsAsked = "portal.requests_asked" { /** The ticket. */ ticket: TicketId },
    /// A fixed notice was queued.
    NoticeQueued = "notice.queued" { /** The ticket. */ ticket: TicketId, /** The row. */ outbox: OutboxId, /** Which. */ notice: String },
    /// A person said what became of an uncertain delivery.
    UncertaintyResolved = "delivery.resolved" { /** The ticket, for a reply. */ ticket: Option<TicketId>, /** The row. */ outbox: OutboxId, /** A word. */ verdict: String },
    /// Somebody wrote a new text for an article.
    ArticleProposed = "article.proposed" { /** The article. */ article: ArticleId, /** The version. */ version: VersionId, /** Of its text, keyed. */ commitment: Digest },
    /// The owner turned a text down.
    ArticleDeclined = "article.declined" { /** The article. */ article: ArticleId, /** The version. */ version: VersionId },
    /// An article was read again and still holds.
    ArticleReviewed = "article.reviewed" { /** The article. */ article: ArticleId },
    /// A version of an article is current.
    ArticleApproved = "article.approved" { /** The article. */ article: ArticleId, /** The version. */ version: VersionId, /** Of its text. */ digest: Digest },
    /// An article expired or was withdrawn.
    ArticleRetired = "article.retired" { /** The article. */ article: ArticleId, /** A word. */ state: String },
    /// A source is read from a folder or site from now on.
    SourceAdded = "source.added" { /** The source. */ source: SourceId, /** Its owner. */ owner: AgentId, /** `folder` or `site`. */ fed_by: String, /** `propose`, or `approve`: the owner's yes to whatever it says. */ arrival: String },
    /// A source is to be read.
    SyncAsked = "source.asked" { /** The source. */ source: SourceId, /** A word: `person` or `daily`. */ why: Why },
    /// A source was read.
    SourceSynced = "source.synced" { /** The source. */ source: SourceId, /** `done` or `failed`. */ state: String, /** New documents. */ added: i64, /** Changed ones, and those that are back. */ changed: i64, /** Those that are gone. */ vanished: i64, /** Those that cannot be taken. */ refused: i64 },
    /// A person signed in.
    SignedIn = "session.opened" { /** Who. */ agent: AgentId, /** The session. */ session: SessionId },
    /// From now on a person of the identity provider is this account.
    IdentityLinked = "identity.linked" { /** Whose account. */ agent: AgentId },
    /// A sign-in failed.
    SignInFailed = "session.refused" { /** Keyed, of what was typed as address. */ commitment: Digest },
    /// A session ended.
    SignedOut = "session.closed" { /** The session. */ session: SessionId },
    /// A program got a key.
    TokenMade = "token.made" { /** The key's id. */ token: TokenId },
    /// A key was revoked.
    TokenRevoked = "token.revoked" { /** The key's id. */ token: TokenId },
    /// A requester's AI setting changed.
    RequesterConsent = "consent.requester" { /** Who. */ requester: RequesterId, /** The new word. */ setting: String },
    /// Somebody wrote down what a requester does at their company.
    RequesterRole = "requester.role" { /** Who. */ requester: RequesterId },
    /// Somebody said what is known of a requester elsewhere; it took the place of what was said before.
    RequesterAttributes = "requester.attributes" { /** Who. */ requester: RequesterId, /** How many attributes. */ count: i64 },
    /// Everything of a ticket's words is gone, on request.
    TicketErased = "ticket.erased" { /** The ticket. */ ticket: TicketId },
    /// Words were removed from a ticket for good.
    TicketRedacted = "ticket.redacted" { /** The ticket. */ ticket: TicketId, /** What it was, a class of personal data. */ class: String, /** In how many places it stood. */ places: i64 },
    /// A file was removed from a ticket for good.
    AttachmentRedacted = "attachment.redacted" { /** The ticket. */ ticket: TicketId, /** The file. */ attachment: AttachmentId },
    /// A requester and everything of theirs was erased, on request.
    RequesterErased = "requester.erased" { /** Who it was. */ requester: RequesterId, /** How many tickets. */ tickets: i64 },
    /// Everything of a requester was given out as a document.
    RequesterExported = "requester.exported" { /** Who. */ requester: RequesterId },
    /// A requester's data is kept whatever its age and whoever asks.
    HoldPlaced = "hold.placed" { /** Whose. */ requester: RequesterId },
    /// It is kept no longer than usual again.
    HoldEnded = "hold.ended" { /** Whose. */ requester: RequesterId },
    /// What was kept long enough went.
    RetentionApplied = "retention.applied" { /** Of which class, a word. */ class: String, /** How much. */ count: i64 },
    /// An organization's AI setting changed.
    OrganizationConsent = "consent.organization" { /** Which. */ organization: OrganizationId, /** The new word. */ setting: String },
    /// A trained model was taken away because it had learnt from somebody who said no since, or was erased.
    ModelForgotten = "model.forgotten" { /** Which. */ model: ModelId },
    /// Mails begin or cease to say in plain words that the machine had a part.
    DisclosureChanged = "disclosure.changed" { /** `shown` or `hidden`. */ setting: String },
    /// An agent's own AI setting changed.
    AgentConsent = "consent.agent" { /** Who. */ agent: AgentId, /** The new word. */ setting: String },
    /// Somebody was invited.
    InvitationMade = "invitation.made" { /** Which. */ invitation: InvitationId, /** As what, as a word. */ role: String },
    /// An invitation was used or taken back.
    InvitationEnded = "invitation.ended" { /** Which. */ invitation: InvitationId, /** `accepted` or `withdrawn`. */ why: String },
    /// An agent registered a passkey.
    PasskeyAdded = "passkey.added" { /** Whose. */ agent: AgentId, /** Which. */ passkey: PasskeyId },
    /// An agent removed a passkey.
    PasskeyRemoved = "passkey.removed" { /** Whose. */ agent: AgentId, /** Which. */ passkey: PasskeyId },
    /// An agent lets leads see how they read drafts, or no longer.
    ReadingsShared = "reading.shared" { /** Who. */ agent: AgentId, /** The new word. */ setting: String },
    /// An agent's account was made or changed.
    AgentChanged = "agent.changed" { /** Who. */ agent: AgentId, /** A word. */ change: String },
    /// A category came to another rung of the autonomy ladder.
    RungChanged = "rung.changed" { /** The step. */ step: StepId, /** Where it led, as a word. */ rung: String, /** Why, as a word. */ cause: String },
    /// A policy has a new version.
    PolicyChanged = "policy.changed" { /** The version's row. */ policy: PolicyId, /** Which kind, as a word. */ kind: String, /** Its number. */ version: i64, /** Of key and body, keyed. */ commitment: Digest },
    /// A candidate model is asked for a draft beside the present one.
    ShadowAsked = "shadow.asked" { /** The ticket. */ ticket: TicketId, /** What is compared. */ shadow: ShadowId },
    /// It answered, or something else was asked meanwhile.
    ShadowEnded = "shadow.ended" { /** The ticket. */ ticket: TicketId, /** What was compared. */ shadow: ShadowId, /** `compared` or `overtaken`. */ state: String },
    /// A change is held against the eval cases.
    GateAsked = "gate.asked" { /** Which. */ gate: GateId, /** What is changed, as a word. */ subject: String, /** How many cases. */ cases: i64 },
    /// The cases were run under a change.
    GateJudged = "gate.judged" { /** Which. */ gate: GateId, /** What is changed, as a word. */ subject: String, /** What they say, as a word. */ judgement: String, /** Cases that held and fail now. */ failing: i64 },
    /// A change holds from then on, or not.
    GateEnded = "gate.ended" { /** Which. */ gate: GateId, /** What is changed, as a word. */ subject: String, /** `promoted`, `refused` or `dropped`. */ state: String },
    /// What held before holds again.
    RolledBack = "gate.rolled_back" { /** What, as a word. */ subject: String, /** Of its name, keyed. */ commitment: Digest },
    /// The classifier was trained.
    ModelTrained = "model.trained" { /** Of its training data. */ fingerprint: Digest, /** Examples. */ examples: i64 },
    /// Somebody asked for a new training.
    TrainingAsked = "model.asked" { /** A word: `person`, `corrections`, `unreadable` or `consent`. */ why: Why },
    /// A trained model sorts from now on.
    ModelPromoted = "model.promoted" { /** Which. */ model: ModelId, /** A word: `first`, `not_worse`, `chosen` or `rollback`. */ why: Why },
    /// A trained model did worse than the running one and is not used.
    ModelRefused = "model.refused" { /** Which. */ model: ModelId },
    /// An import ended.
    ImportFinished = "import.finished" { /** New mails. */ taken: i64, /** Seen before. */ repeated: i64 },
    /// Somebody looked at lines of telemetry, or asked a store of it.
    TelemetrySeen = "telemetry.seen" { /** The ticket they looked for. */ ticket: Option<TicketId>, /** `lines` or `query`. */ what: String, /** Of the service or store, keyed. */ commitment: Digest, /** Lines and series shown. */ shown: i64 },
    /// The record left the house.
    RecordExported = "record.exported" { /** Entries in it. */ size: i64 },
    /// A door was tried that is closed to the one who tried.
    DoorTried = "door.tried" { /** Which, as a word. */ door: String },
    /// Background work was given up on and waits for a person.
    JobGivenUp = "job.given_up" { /** Which kind. */ job: String },
    /// Pages that showed a reply and that nobody approved in time were taken away.
    PagesCleared = "pages.cleared" { /** How many. */ pages: i64 },
}

impl AuditEvent {
    /// The ticket it is about, for the ticket's trail and live updates.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::MailAccepted { ticket, .. }
            | Self::TicketTriaged { ticket, .. }
            | Self::TicketDiagnosed { ticket, .. }
            | Self::CauseMarked { ticket, .. }
            | Self::IncidentTicket { ticket, .. }
            | Self::SourcesFound { ticket, .. }
            | Self::VerdictGiven { ticket, .. }
            | Self::VerdictWithdrawn { ticket, .. }
            | Self::TicketMoved { ticket, .. }
            | Self::TicketSortedAgain { ticket, .. }
            | Self::TicketChanged { ticket, .. }
            | Self::TicketErased { ticket }
            | Self::TicketRedacted { ticket, .. }
            | Self::AttachmentRedacted { ticket, .. }
            | Self::NoteWritten { ticket, .. }
            | Self::DraftWithheld { ticket, .. }
            | Self::DraftAsked { ticket, .. }
            | Self::DraftChecked { ticket, .. }
            | Self::DraftRejected { ticket, .. }
            | Self::ShadowAsked { ticket, .. }
            | Self::ShadowEnded { ticket, .. }
            | Self::EvalCaseProposed { ticket, .. }
            | Self::EvalCaseApproved { ticket, .. }
            | Self::EvalCaseRetired { ticket, .. }
            | Self::SurveyAsked { ticket }
            | Self::SurveyAnswered { ticket, .. }
            | Self::SurveyFollowedUp { ticket }
            | Self::TextReviewed { ticket, .. }
            | Self::ReviewSettled { ticket, .. }
            | Self::EvalCaseJoined { ticket, .. }
            | Self::EvalCaseParted { ticket, .. }
            | Self::EvalCaseChallenged { ticket, .. }
            | Self::EvalCaseKept { ticket, .. }
            | Self::DraftProposed { ticket, .. }
            | Self::DraftEdited { ticket, .. }
            | Self::DraftRewritten { ticket, .. }
            | Self::ExchangeKept { ticket, .. }
            | Self::DraftSealed { ticket, .. }
            | Self::ReplyApproved { ticket, .. }
            | Self::FirstApproved { ticket, .. }
            | Self::FirstApprovalTakenBack { ticket, .. }
            | Self::BulkLetterRead { ticket, .. }
            | Self::StandingUsed { ticket, .. }
            | Self::ApprovalWithdrawn { ticket, .. }
            | Self::EscalationMade { ticket, .. }
            | Self::EscalationAnswered { ticket, .. }
            | Self::EscalationPaged { ticket, .. }
            | Self::EscalationUpdated { ticket, .. }
            | Self::ClockRang { ticket, .. }
            | Self::RequestsAsked { ticket }
            | Self::TicketsMerged { ticket, .. }
            | Self::MergeUndone { ticket, .. }
            | Self::TicketSplit { ticket, .. }
            | Self::TicketSnoozed { ticket, .. }
            | Self::TicketWoken { ticket, .. }
            | Self::TicketFollowed { ticket, .. }
            | Self::PromiseFound { ticket, .. }
            | Self::PromiseAnswered { ticket, .. }
            | Self::NoticeQueued { ticket, .. } => Some(*ticket),
            Self::TelemetrySeen { ticket, .. }
            | Self::DeliveryStarted { ticket, .. }
            | Self::ReplySent { ticket, .. }
            | Self::DeliveryUncertain { ticket, .. }
            | Self::DeliveryFailed { ticket, .. }
            | Self::DeliveryStopped { ticket, .. }
            | Self::UncertaintyResolved { ticket, .. } => *ticket,
            _ => None,
        }
    }

    /// The article it is about, for the index that follows this feed.
    #[must_use]
    pub const fn article(&self) -> Option<ArticleId> {
        match self {
            Self::ArticleProposed { article, .. }
            | Self::ArticleDeclined { article, .. }
            | Self::ArticleReviewed { article }
            | Self::ArticleApproved { article, .. }
            | Self::ArticleRetired { article, .. } => Some(*article),
            _ => None,
        }
    }
}

/// One entry as it is hashed. Field order is part of the format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Format version, 1.
    pub v: u8,
    /// Id.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    #[serde(flatten)]
    pub event: AuditEvent,
}

impl Entry {
    /// The exact bytes of the leaf.
    #[must_use]
    pub fn leaf(&self) -> String {
        // Serialising closed enums and integers into a string cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
