//! The trade: what a ticket, a draft, an approval *is*, and every decision about them.
//!
//! Decisions are pure functions of values handed in, `now` among them. This crate must never do
//! I/O, read a clock, draw a random number, or know a database, HTTP or mail library; a test reads
//! its manifest. It does not know how vectors, indexes or models work either: their answers arrive
//! here as plain values ([`suggestion::Suggestion`]).
//!
//! Start with [`ticket`] and [`draft`], then [`approval`]: the rule everything else serves.

pub mod approval;
pub mod article;
pub mod asked;
pub mod assemble;
pub mod audit;
pub mod bulk;
pub mod calibration;
pub mod conduct;
pub mod consent;
pub mod contradiction;
pub mod correction;
pub mod coverage;
pub mod deadline;
pub mod diagnosis;
pub mod digest;
pub mod disclosure;
pub mod draft;
pub mod drift;
pub mod envelope;
pub mod escalation;
pub mod eval;
pub mod failure;
pub mod falling;
mod folded;
pub mod gate;
pub mod grounding;
pub mod handover;
pub mod hours;
pub mod ids;
pub mod incident;
pub mod knowledge;
pub mod ladder;
pub mod language;
pub mod leaving;
pub mod looking;
pub mod macros;
pub mod morning;
pub mod notice;
mod numbers;
pub mod operating;
pub mod outcome;
pub mod own_ai;
pub mod package;
pub mod pattern;
pub mod people;
pub mod persona;
pub mod policy;
pub mod policy_file;
pub mod portal;
pub mod promotion;
pub mod prompt;
pub mod proposal;
pub mod readiness;
pub mod reading;
pub mod refund;
pub mod refusal;
pub mod relocation;
pub mod review;
pub mod rewrite;
pub mod risk;
pub mod routing;
pub mod scorecard;
pub mod shadow;
pub mod source;
pub mod standing;
pub mod suggestion;
pub mod summary;
pub mod sureness;
pub mod survey;
pub mod target;
pub mod template;
pub mod terms;
pub mod thread;
pub mod ticket;
pub mod time;
pub mod triage;
pub mod trial;
pub mod weekly;
pub mod words;
mod written;

pub use digest::Digest;
pub use refusal::Refusal;
pub use time::Timestamp;
