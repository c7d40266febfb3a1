//! The engine's own command line, as somebody with the database's password has it.

use std::process::Command;

use super::place::{Outside, Place};

impl Place {
    /// A desk on a new database of this server, and what removes the database again.
    pub fn on_postgres(outside: Outside, server: &str) -> (Self, impl FnOnce()) {
        let name = format!("real_{}", store::new_id::<desk::ids::AgentId>().to_string().replace('-', ""));
        psql(server, &format!("create database {name}")).unwrap();
        let (host, _) = server.rsplit_once('/').unwrap();
        let (address, server) = (format!("{host}/{name}"), server.to_owned());
        let place = Self::bare(outside, Some(address));
        (place, move || drop(psql(&server, &format!("drop database {name} with (force)"))))
    }

    fn is_sqlite(&self) -> bool {
        self.database().starts_with("sqlite:")
    }

    /// Runs statements in the engine's shell.
    pub fn shell(&self, statements: &str) -> Result<(), String> {
        if !self.is_sqlite() {
            return psql(&self.database(), statements);
        }
        let mut program = Command::new("sqlite3");
        said(program.args(["-bail", "-cmd", ".timeout 20000"]).arg(self.data().join("desk.db")).arg(statements))
    }

    /// Bytes as a literal.
    pub fn blob(&self, bytes: &[u8]) -> String {
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        if self.is_sqlite() { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    }

    /// Removes those triggers of a table that this engine has.
    pub fn unlock(&self, table: &str, triggers: &[&str]) {
        for trigger in triggers {
            let on = if self.is_sqlite() { String::new() } else { format!(" on {table}") };
            self.shell(&format!("drop trigger if exists {trigger}{on}")).unwrap();
        }
    }

    /// The statements with foreign keys not looked at: SQLite's shell does not by itself.
    pub fn without_references(&self, statements: &str) -> String {
        if self.is_sqlite() {
            statements.to_owned()
        } else {
            format!("set session_replication_role = replica; {statements}")
        }
    }
}

fn psql(address: &str, statements: &str) -> Result<(), String> {
    said(Command::new("psql").args([address, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statements]))
}

fn said(program: &mut Command) -> Result<(), String> {
    let output = program.output().unwrap();
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}
