//! Values on their way in and columns on their way out, the same for both engines.

use std::str::FromStr;

use desk::{Digest, Timestamp};
use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

use crate::StoreError;

/// A statement's parameter. NULL has a type because PostgreSQL asks for one.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// bigint.
    Int(Option<i64>),
    /// text.
    Text(Option<String>),
    /// double precision.
    Real(Option<f64>),
    /// bytes.
    Blob(Option<Vec<u8>>),
}

/// Anything that can be a parameter.
pub trait Param: Sized {
    /// The value.
    fn value(self) -> Value;
    /// NULL of the same type.
    fn null() -> Value;
}

macro_rules! param {
    ($($ty:ty => $variant:ident, $self:ident => $value:expr;)+) => {$(
        impl Param for $ty {
            fn value(self) -> Value { let $self = self; Value::$variant(Some($value)) }
            fn null() -> Value { Value::$variant(None) }
        }
    )+};
}

param! {
    i64 => Int, v => v;
    Timestamp => Int, v => v.micros();
    f64 => Real, v => v;
    &str => Text, v => storable(v);
    String => Text, v => storable(&v);
    &String => Text, v => storable(v);
    Digest => Text, v => v.to_string();
    Vec<u8> => Blob, v => v;
    &[u8] => Blob, v => v.to_vec();
}

/// PostgreSQL stores no NUL in a text, and mails hold them: both engines keep the replacement
/// character instead. Raw bytes keep theirs.
fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl<T: Param> Param for Option<T> {
    fn value(self) -> Value {
        self.map_or_else(T::null, Param::value)
    }
    fn null() -> Value {
        T::null()
    }
}

/// Builds a parameter list.
macro_rules! params {
    ($($value:expr),* $(,)?) => { vec![$($crate::columns::Param::value($value)),*] };
}
pub(crate) use params;

/// Words as filters compare them: lower case by Unicode. Both engines keep what this makes, so both find
/// the same.
pub(crate) fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The pattern for `like $n escape '\\'` that finds `words` anywhere, in lower case, with nothing in
/// them read as a wildcard.
pub(crate) fn containing(words: &str) -> String {
    let mut pattern = String::from("%");
    for c in folded(words).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// A row of either engine.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// Reads the columns from the left, one after the other.
    #[must_use]
    pub const fn columns(&self) -> Columns<'_> {
        Columns { row: self, next: 0 }
    }
}

/// A reader of one row.
pub struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl Columns<'_> {
    /// The next column.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it holds something else.
    pub fn take<T: Column>(&mut self) -> Result<T, StoreError> {
        let index = self.next;
        self.next += 1;
        T::read(self.row, index)
    }

    /// The next column as JSON, where there is any.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it does not parse.
    pub fn maybe_json<T: serde::de::DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let text: Option<String> = self.take()?;
        let read = |text: String| serde_json::from_str(&text);
        text.map(read)
            .transpose()
            .map_err(|e| StoreError::Damaged { what: format!("JSON in column {}: {e}", self.next - 1) })
    }

    /// The next column as JSON.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it does not parse.
    pub fn json<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let text: String = self.take()?;
        serde_json::from_str(&text)
            .map_err(|e| StoreError::Damaged { what: format!("JSON in column {}: {e}", self.next - 1) })
    }
}

/// JSON for a column.
///
/// # Errors
/// [`StoreError::Damaged`] for what JSON cannot hold.
pub fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Damaged { what: e.to_string() })
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads column `index`.
    ///
    /// # Errors
    /// When it holds something else.
    fn read(row: &Row, index: usize) -> Result<Self, StoreError>;
}

macro_rules! plain_column {
    ($($ty:ty),+) => {$(
        impl Column for $ty {
            fn read(row: &Row, index: usize) -> Result<Self, StoreError> {
                match row {
                    Row::Sqlite(row) => Ok(row.try_get(index)?),
                    Row::Postgres(row) => Ok(row.try_get(index)?),
                }
            }
        }
    )+};
}
plain_column!(i64, f64, String, Vec<u8>, Option<i64>, Option<f64>, Option<String>, Option<Vec<u8>>);

impl Column for Timestamp {
    fn read(row: &Row, index: usize) -> Result<Self, StoreError> {
        i64::read(row, index).map(Self::from_micros)
    }
}

impl Column for Option<Timestamp> {
    fn read(row: &Row, index: usize) -> Result<Self, StoreError> {
        Ok(Option::<i64>::read(row, index)?.map(Timestamp::from_micros))
    }
}

fn parsed<T: FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Damaged { what: format!("“{}”", text.chars().take(40).collect::<String>()) })
}

macro_rules! word_column {
    ($($ty:ty),+ $(,)?) => {$(
        impl Column for $ty {
            fn read(row: &Row, index: usize) -> Result<Self, StoreError> { parsed(&String::read(row, index)?) }
        }
        impl Column for Option<$ty> {
            fn read(row: &Row, index: usize) -> Result<Self, StoreError> {
                Option::<String>::read(row, index)?.as_deref().map(parsed).transpose()
            }
        }
    )+};
}
macro_rules! word_param {
    ($($ty:ty),+ $(,)?) => {$(
        impl Param for $ty {
            fn value(self) -> Value { Value::Text(Some(self.to_string())) }
            fn null() -> Value { Value::Text(None) }
        }
    )+};
}

use desk::{
    article, consent, draft, ids, knowledge, ladder, operating, people, policy, reading, relocation, source,
    suggestion, ticket,
};

word_column!(Digest);
macro_rules! words {
    ($($ty:ty),+ $(,)?) => { word_column!($($ty),+); word_param!($($ty),+); };
}
words!(
    ids::AgentId,
    ids::SessionId,
    ids::TokenId,
    ids::RequesterId,
    ids::OrganizationId,
    ids::MailboxId,
    ids::MailId,
    ids::TicketId,
    ids::MessageId,
    ids::AttachmentId,
    ids::NoteId,
    ids::SuggestionId,
    ids::SearchId,
    ids::VerdictId,
    ids::SourceId,
    ids::ArticleId,
    ids::VersionId,
    ids::PassageId,
    ids::DraftId,
    ids::EvalCaseId,
    ids::ReviewSampleId,
    ids::GeneratedId,
    ids::GateId,
    ids::ShadowId,
    ids::ExchangeId,
    ids::SealId,
    ids::ApprovalId,
    ids::FirstApprovalId,
    ids::BulkId,
    ids::StandingId,
    ids::StepId,
    ids::EscalationId,
    ids::EscalationUpdateId,
    ids::PromiseId,
    ids::RelocationId,
    ids::OutboxId,
    ids::DeliveryId,
    ids::JobId,
    ids::ModelId,
    ids::EntryId,
    ids::PolicyId,
    ids::PasskeyId,
    ids::InvitationId,
    ids::DiagnosisId,
    ids::IncidentId,
    ticket::Status,
    ticket::Priority,
    ticket::DraftReadiness,
    people::Role,
    people::AiSetting,
    people::Cohort,
    consent::DeskDefault,
    operating::OperatingModel,
    ladder::Rung,
    ladder::Cause,
    policy::PolicyKind,
    suggestion::Doubt,
    suggestion::VerdictKind,
    article::VersionState,
    knowledge::ArticleState,
    knowledge::Audience,
    knowledge::Kind,
    draft::DraftOrigin,
    draft::DraftState,
    reading::Brake,
    source::FedBy,
    source::Arrival,
    source::SyncState,
    relocation::Relocation,
);
words!(
    crate::mails::MailState,
    crate::mails::MailSource,
    crate::suggestions::SuggestionKind,
    desk::eval::Severity,
    desk::failure::Failure,
    desk::review::Side,
    desk::review::Lot,
    desk::review::Answer,
    desk::review::WouldSend,
    desk::review::Verdict,
    desk::gate::Judgement,
    desk::gate::State,
    desk::gate::Subject,
    desk::incident::IncidentStatus,
    desk::incident::IncidentSource,
    desk::leaving::Hiding,
    desk::leaving::ModelPurpose,
    crate::eval_cases::ChallengeOutcome,
    crate::eval_cases::EvalCaseState,
    crate::failures::GeneratedKind,
    crate::exchanges::ExchangeSide,
    crate::exchanges::ExchangeState,
    crate::shadows::ShadowState,
    crate::models::ModelState
);
