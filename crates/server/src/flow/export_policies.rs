//! Every policy as a file, as it stands now.

use desk::{
    policy::Owner,
    policy_file::{PolicyFile, path},
};
use store::Conn;

use crate::{App, FlowError};

/// Path and text of each policy's file.
///
/// # Errors
/// Whatever the database says.
pub async fn export(app: &App) -> Result<Vec<(String, String)>, FlowError> {
    let files = current(&mut app.store.read().await?).await?;
    Ok(files.into_iter().map(|(_, file)| (path(file.kind, &file.key), file.text())).collect())
}

/// Each policy's current version as a file. Whoever left the desk owns nothing any more.
///
/// # Errors
/// Whatever the database says.
pub async fn current(conn: &mut Conn) -> Result<Vec<(i64, PolicyFile)>, FlowError> {
    let agents = conn.agents().await?;
    let address = |owner: &Owner| match owner {
        Owner::Active { id, .. } => agents.iter().find(|a| a.id == *id).map(|a| a.email.clone()),
        Owner::Nobody | Owner::Gone { .. } => None,
    };
    let policies = conn.policies().await?;
    Ok(policies.all().iter().map(|p| (p.version, PolicyFile::of(p, address(&p.owner)))).collect())
}
