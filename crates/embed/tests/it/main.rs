//! Behaviour of the encoder from outside: with the published weights against an independent reference, and with
//! tiny random weights where none are needed.

mod published;
mod refusals;
mod tiny;
