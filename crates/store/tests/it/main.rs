//! Stories on both engines: SQLite always, PostgreSQL when `COUNTERSIGN_TEST_POSTGRES` names a server.

mod engines;
mod world;

mod desk_people;
mod folding;
mod grants;
mod jobs;
mod knowledge;
mod learning;
mod locks;
mod mail;
mod policies;
mod record;
mod schema;
mod statements;
mod ticket;
mod work;
