//! Empty databases with their tables, made once by a run and copied for each desk: a copy takes a tenth of the time.

use desk::ids::AgentId;
use store::{Store, new_id};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A new folder with a database of SQLite that holds nothing yet.
pub async fn folder() -> TempDir {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let file = FILE
        .get_or_init(async || {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("desk.db");
            // Who closes last copies SQLite's log back, so that the one file is the whole database.
            Store::open(&format!("sqlite:{}", path.display())).await.unwrap().close().await;
            std::fs::read(path).unwrap()
        })
        .await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.db"), file).unwrap();
    folder
}

/// The name of a new database on this server of `PostgreSQL` that holds nothing yet.
pub async fn database(server: &str) -> String {
    static MODEL: OnceCell<String> = OnceCell::const_new();
    let model = MODEL
        .get_or_init(async || {
            let name = format!("model_{}", unique());
            on_server(server, format!("create database {name}")).await;
            Store::open(&address_of(server, &name)).await.unwrap().close().await;
            name
        })
        .await;
    let name = format!("server_{}", unique());
    // Files are copied as they are: page by page through the log takes twice as long.
    on_server(server, format!("create database {name} template {model} strategy file_copy")).await;
    name
}

/// Drops a database.
pub async fn forget(server: &str, database: &str) {
    on_server(server, format!("drop database {database} with (force)")).await;
}

/// The address of a database on a server.
pub fn address_of(server: &str, database: &str) -> String {
    let (head, options) = server.split_once('?').map_or((server, ""), |(head, options)| (head, options));
    let scheme_end = head.find("://").map_or(0, |at| at + 3);
    let host_end = head[scheme_end..].find('/').map_or(head.len(), |at| scheme_end + at);
    let base = &head[..host_end];
    if options.is_empty() { format!("{base}/{database}") } else { format!("{base}/{database}?{options}") }
}

async fn on_server(server: &str, statement: String) {
    let store = Store::open(server).await.unwrap();
    // The name of a test's database is made here, of hexadecimal digits.
    store.read().await.unwrap().execute(Box::leak(statement.into_boxed_str()), Vec::new()).await.unwrap();
    store.close().await;
}

fn unique() -> String {
    new_id::<AgentId>().to_string().replace('-', "")
}
