//! Behaviour of the crate against hostile mail, documents and sites, a scripted IMAP server and a fake model.

mod documents;
mod fixtures;
mod folder;
mod hostile;
mod imap;
mod model;
mod otlp;
mod random;
mod site;
mod stores;
