//! Behaviour of the crate against hostile mail, a scripted IMAP server and a fake model.

mod fixtures;
mod hostile;
mod imap;
mod model;
mod random;
