//! One story, every engine, a database of its own each time.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use store::Store;

/// An empty database and its address.
pub struct Bench {
    /// Open.
    pub store: Store,
    /// To open it again.
    pub address: String,
    _folder: Option<tempfile::TempDir>,
}

/// Address of the PostgreSQL server for tests, if there is one.
pub fn postgres() -> Option<String> {
    std::env::var("COUNTERSIGN_TEST_POSTGRES").ok().filter(|address| !address.is_empty())
}

/// A fresh SQLite file.
pub async fn on_sqlite() -> Bench {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let address = format!("sqlite:{}", folder.path().join("desk.db").display());
    let store = Store::open(&address).await.expect("a new SQLite file");
    Bench { store, address, _folder: Some(folder) }
}

/// A fresh database on the PostgreSQL server.
pub async fn on_postgres(server: &str) -> Bench {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = PgConnection::connect(server).await.expect("the PostgreSQL server of the tests");
    admin
        .execute(sqlx::AssertSqlSafe(format!("create database {name} template template0")))
        .await
        .expect("a new database");
    admin.close().await.expect("closed");
    let (head, _) = server.rsplit_once('/').expect("an address with a database name");
    let address = format!("{head}/{name}");
    let store = Store::open(&address).await.expect("a new PostgreSQL database");
    Bench { store, address, _folder: None }
}

/// Runs a story on each engine.
pub async fn each<F: AsyncFn(Bench)>(story: F) {
    story(on_sqlite().await).await;
    if let Some(server) = postgres() {
        let bench = on_postgres(&server).await;
        let (store, address) = (bench.store.clone(), bench.address.clone());
        story(bench).await;
        store.close().await;
        forget(&server, &address).await;
    }
}

/// Gives the disk of a database back. What failed before stays, to be looked at.
async fn forget(server: &str, address: &str) {
    let (_, name) = address.rsplit_once('/').expect("an address with a database name");
    let mut admin = PgConnection::connect(server).await.expect("the PostgreSQL server of the tests");
    admin.execute(sqlx::AssertSqlSafe(format!("drop database {name} with (force)"))).await.expect("dropped");
    admin.close().await.expect("closed");
}
