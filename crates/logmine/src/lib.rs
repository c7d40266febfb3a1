//! Log lines to templates, counts to rates and changes, metrics to anomalies and likely origins.
//!
//! A line becomes a *shape*: what is certainly a value (a number, an address, a path) is masked, the rest are words.
//! Shapes are counted; which shapes are one *template* is decided when somebody looks, from all shapes seen so far,
//! so that templates merge and split without losing a count and a repeated stream opens no new ones.
//!
//! This crate must never read files, clocks or the network, know tickets or people, or act on what it finds. Mining keeps
//! no line: only masked shapes and counts, all of them bounded. A [`window::Window`] holds some of the newest lines too, and never
//! gives them to a snapshot. Nothing it is fed can make it panic or grow without end.
//!
//! Start reading at [`Miner`] (`miner.rs`), then `cut.rs` (line to shape) and `group.rs` (shapes to templates); for rates at
//! [`oddity`] (`expectation.rs`), for metrics at [`anomalies`] and [`change_point`] (`metric.rs`); for causes at
//! [`origins`] (`origin.rs`) and [`suspects`] (`evidence.rs`); for what a running system sends at [`window::Window`].

mod accuracy;
mod column;
mod cut;
mod evidence;
mod expectation;
mod family;
mod group;
mod metric;
mod miner;
mod origin;
mod parameter;
mod piece;
mod rates;
mod robust;
mod shapes;
mod snapshot;
pub mod window;

pub use accuracy::{Accuracy, ReadsAlike, accuracy, same_template};
pub use evidence::{LogLine, Signal, Span, Suspect, Telemetry, suspects};
pub use expectation::{Expected, Oddity, Season, error_burst, expected, oddity, speaks_of_failure};
pub use metric::{ChangePoint, anomalies, change_point, deploy_before, surprises};
pub use miner::{Miner, Stream, Template, TemplateId, Templates};
pub use origin::{Calls, Load, Loads, Measure, Origin, Origins, Question, origins};
pub use parameter::{Kind, Parameter};
pub use rates::{Rates, Series};
pub use robust::{Usual, median, quantile, slope};
pub use shapes::{Limits, ShapeId, Tally};
pub use snapshot::{RestoreError, Snapshot};
