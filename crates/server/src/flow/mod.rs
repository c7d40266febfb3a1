//! One file per verb: load, decide, commit, queue what follows. Rules are `desk`'s.

pub mod add_source;
pub mod answer_suggestion;
pub mod answer_texts;
pub mod approve_reply;
pub mod be_present;
pub mod bulk_reply;
pub mod change_ticket;
pub mod deliver_letters;
pub mod draft_article;
pub mod erase_requester;
pub mod export_policies;
pub mod find_contradictions;
pub mod find_patterns;
pub mod find_tickets;
pub mod follow_record;
pub mod import_mail;
pub mod import_policies;
pub mod index_tickets;
pub mod keep_draft;
pub mod keep_record;
pub mod make_token;
pub mod more_like_this;
pub mod note_search;
pub mod offer_macros;
mod place_mail;
pub mod prepare_reply;
pub mod preview_voices;
pub mod receive_mail;
pub mod retry_mail;
pub mod seal_reply;
pub mod set_consent;
pub mod set_policy;
pub mod set_skills;
pub mod settle_delivery;
pub mod sign_in;
pub mod sort_again;
pub mod standing_approvals;
pub mod sync_source;
mod take_document;
pub mod take_up;
pub mod tasks;
pub mod tidy_up;
pub mod trace_letter;
pub mod train_triage;
pub mod triage_ticket;
pub mod try_policy;
pub mod undo_reply;
pub mod watch_triage;
pub mod ways;
mod whom_to_ask;
pub mod write_article;
pub mod write_draft;
pub mod write_note;

use desk::audit::Service;
use store::ServiceIdentity;

/// The identity of mail intake.
pub(crate) const INTAKE: ServiceIdentity = ServiceIdentity::new(Service::Intake);
/// The identity of sorting, retrieval and drafting.
pub(crate) const PREPARATION: ServiceIdentity = ServiceIdentity::new(Service::Preparation);
