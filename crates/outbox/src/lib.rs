//! **No text reaches a requester unless a signed-in person approved exactly that text, for this letter or
//! beforehand, or it is a fixed notice.** This crate is the only door to a customer, and keeping that sentence true is all
//! it does.
//!
//! A reply passes in four steps, each one file: [`seal`] freezes the exact bytes of the mail and
//! shows what is in them; [`approve`] takes a signed-in person's yes to those bytes; for a while
//! [`undo`] takes it back; [`deliver`] asks everything again and only then speaks to a mail server.
//! No function that queues a letter takes a string that becomes a body: text comes from a draft's row, from the
//! closed list [`desk::notice::Notice`], or from the marked row of a text that a person approved beforehand
//! (`standing.rs`), which is all that [`begin_standing`] writes.
//!
//! Five locks, because each catches what another would miss:
//!
//! 1. *Types.* [`ApprovedReply`] cannot be built, copied or read from anywhere; only a live
//!    [`store::AgentSession`] is let in.
//! 2. *Tables.* Foreign keys, unique constraints and triggers refuse a row without its approval, an
//!    approval of another digest, a second use, a later change.
//! 3. *Digest.* [`deliver`] computes it again over the stored bytes and recipients.
//! 4. *Keyed marks.* Approval and outbox row carry a MAC under a key that is not in the database:
//!    a chain of rows forged in SQL is consistent and still does not leave.
//! 5. *Manifests.* No other crate may depend on the mail library; the dependency rules say so.
//!
//! What it must never do: send what a token, job or import approved; send again on its own after
//! the final dot of a mail went out without an answer; keep a second opinion about the rules, which
//! are [`desk::approval`]'s. What it cannot prove: that the person *read* the text.
//!
//! Start reading with `seal.rs`, then `approve.rs` and `deliver.rs`.

mod approve;
pub mod attack;
mod bulk;
mod checks;
mod choice;
pub mod crash;
mod deliver;
mod door;
mod error;
mod first;
mod forget;
mod give_back;
mod letter;
mod lookup;
mod notice;
mod outcome;
mod portal;
mod provenance;
mod reading;
mod resolve;
mod rows;
mod seal;
mod shown;
mod smtp;
mod sql;
mod standing;
mod standing_use;
mod survey;
mod transport;
mod undo;
mod world;

pub use approve::{Acknowledged, ApprovedReply, Given, StatusAfter, Yes, approve};
pub use bulk::{BulkLetter, approved_in_bulk, awaiting_second_in_bulk, letters_of};
pub use checks::{Check, CheckState};
pub use choice::DISCLOSURE;
pub use deliver::{Delivery, LEASE_SECONDS, Lease, deliver};
pub use door::{Door, Settings};
pub use error::DoorError;
pub use first::{FirstShown, awaits_second, take_back_first};
pub use forget::{Forgotten, forget};
pub use give_back::{withdraw_all_stale, withdraw_stale};
pub use letter::Letter;
pub use lookup::{
    Fate, OutboxState, TrayLetter, Waiting, awaiting_second, due, fates, letter_waits, stopped_replies, tray, unsettled,
};
pub use notice::{NoticeOutcome, queue_call, queue_notice};
pub use outcome::PROMISES;
pub use portal::{FormToken, PortalLink};
pub use provenance::{Attempt, Behind, behind, letter_digest};
pub use reading::Attention;
pub use resolve::{Verdict, rescue, rescue_all, resolve};
pub use seal::{Sealed, SealedSource, clear_pages, close_pages, seal};
pub use shown::{ShownFile, ShownMessage, ShownRequest, ShownTicket, Speaker};
pub use smtp::{SmtpConfig, Tls};
pub use standing::{
    NewStanding, Standing, StandingLine, StandingUse, begin_standing, conduct_of_category, end_standing, good_sources,
    has_standing, standings, uses_of,
};
pub use standing_use::{Question, use_standing};
pub use survey::SurveyLink;
pub use transport::{Recording, Scripted, Setback, Transport};
pub use undo::undo;
