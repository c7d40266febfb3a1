//! The door, tried on both engines: SQLite always, PostgreSQL when `COUNTERSIGN_TEST_POSTGRES` names
//! a server (`postgres://...`) where databases may be made and dropped.

mod behind;
mod crashes;
mod desk_at;
mod doors;
#[expect(dead_code, reason = "shared with the unit tests of the conversation, which use the rest")]
mod fake_smtp;
mod forgery;
mod late;
mod mail_server;
mod notices;
mod policies;
mod private_ca;
mod property;
mod race;
mod refusals;
mod standing;
mod statements;
mod story;
