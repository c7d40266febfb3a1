//! A desk in a temporary folder: two queues, two categories, one approved article, five people. The
//! clock stands still until a test moves it, and background work runs only when a test says so.

use std::sync::Arc;

use desk::{
    Timestamp,
    audit::{AuditEvent, Service},
    consent::DeskDefault,
    ids::{AgentId, ArticleId},
    knowledge::{ArticleState, Audience},
    operating::OperatingModel,
    people::{Agent, AiSetting, Role},
    triage::Category,
};
use outbox::Transport;
use server::{
    App, api,
    app::World,
    clock::Clock,
    config::{Config, Desk, Embedding, Mail},
    flow, jobs,
};
use store::{MailSource, NewArticle, NewSource, ServiceIdentity, Tx, new_id};

use crate::{client::Client, prepared};

/// When tests begin.
pub const NOON: Timestamp = Timestamp::from_secs(1_795_000_000);
/// Seconds in which an approval can be undone.
pub const UNDO: i64 = 10;
/// Everybody's password.
pub const PASSWORD: &str = "a good password";
/// Where customers write to.
pub const SUPPORT: &str = "support@fernhill.example";
/// What the one article says.
pub const ARTICLE: &str = "# VAT id\n\nYou can change the VAT id of your company in Settings > Billing. The new VAT id applies to future invoices only.";

/// A desk to test with.
pub struct TestDesk {
    pub app: Arc<App>,
    pub article: ArticleId,
    place: Place,
}

enum Place {
    Sqlite { _folder: tempfile::TempDir },
    Postgres { server: String, database: String, _folder: tempfile::TempDir },
}

/// Runs a test on each engine there is.
pub fn on_each<F>(test: F)
where
    F: AsyncFn(&TestDesk),
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        for desk in TestDesk::each().await {
            test(&desk).await;
            desk.close().await;
        }
    });
}

impl TestDesk {
    /// One desk per engine: SQLite, and PostgreSQL when `COUNTERSIGN_TEST_POSTGRES` names a server.
    pub async fn each() -> Vec<Self> {
        Self::each_with(&|_| {}).await
    }

    /// The same with other settings.
    pub async fn each_with(change: &dyn Fn(&mut Config)) -> Vec<Self> {
        let mut desks = vec![Self::sqlite_with(change).await];
        if let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES") {
            desks.push(Self::postgres(server, change).await);
        }
        desks
    }

    /// A desk on SQLite.
    pub async fn sqlite() -> Self {
        Self::sqlite_with(&|_| {}).await
    }

    async fn sqlite_with(change: &dyn Fn(&mut Config)) -> Self {
        let folder = prepared::folder().await;
        let app = open(&folder, String::new(), World::Demo, change).await;
        let article = furnish(&app).await;
        Self { app, article, place: Place::Sqlite { _folder: folder } }
    }

    /// A desk that is not the demo, on SQLite.
    pub async fn real() -> Self {
        let folder = prepared::folder().await;
        let app = open(&folder, String::new(), World::Real, &|_| {}).await;
        let article = furnish(&app).await;
        Self { app, article, place: Place::Sqlite { _folder: folder } }
    }

    async fn postgres(server: String, change: &dyn Fn(&mut Config)) -> Self {
        let database = prepared::database(&server).await;
        let folder = tempfile::tempdir().unwrap();
        let app = open(&folder, prepared::address_of(&server, &database), World::Demo, change).await;
        let article = furnish(&app).await;
        Self { app, article, place: Place::Postgres { server, database, _folder: folder } }
    }

    /// Closes the database and, on a server, drops it.
    pub async fn close(self) {
        self.app.store.close().await;
        if let Place::Postgres { server, database, .. } = &self.place {
            prepared::forget(server, database).await;
        }
    }

    /// A caller without any credential.
    pub fn nobody(&self) -> Client {
        Client::nobody(api::router(Arc::clone(&self.app)))
    }

    /// A signed-in person by the left half of their address.
    pub async fn sign_in(&self, name: &str) -> Client {
        self.nobody().sign_in(&format!("{name}@fernhill.example"), PASSWORD).await
    }

    /// A program with these scopes.
    pub async fn program(&self, scopes: &[&str]) -> Client {
        let lead = self.sign_in("mara").await;
        let body = serde_json::json!({ "name": "a program", "scopes": scopes, "days": 7 });
        let made = lead.post("/tokens", body).await.expect(201);
        self.nobody().token(made["secret"].as_str().unwrap())
    }

    /// Sends a mail in and lets everything follow from it.
    pub async fn receive(&self, from: &str, subject: &str, text: &str) {
        self.receive_with(from, subject, text, "").await;
    }

    /// The same with more header lines, each ending in CRLF.
    pub async fn receive_with(&self, from: &str, subject: &str, text: &str, more: &str) {
        let raw = mail(from, subject, text, more);
        flow::receive_mail::take(&self.app, SUPPORT, MailSource::Api, raw.as_bytes(), self.app.clock.now())
            .await
            .unwrap();
        self.settle().await;
    }

    /// Runs jobs, orders the record, lets the index follow, until nothing is left to do.
    pub async fn settle(&self) {
        loop {
            let ran = jobs::run_jobs_once(&self.app).await.unwrap();
            let placed = flow::keep_record::sequence(&self.app).await.unwrap();
            let followed = flow::follow_record::follow(&self.app).await.unwrap();
            let followed = followed + flow::index_tickets::follow(&self.app).await.unwrap();
            if ran + placed + followed == 0 {
                return;
            }
        }
    }

    /// Lets `seconds` pass and hands over what is due.
    pub async fn pass(&self, seconds: i64) {
        self.app.clock.advance(seconds);
        flow::deliver_letters::deliver_due(&self.app).await.unwrap();
        self.settle().await;
    }
}

/// A raw mail.
pub fn mail(from: &str, subject: &str, text: &str, more: &str) -> String {
    let id: AgentId = new_id();
    format!(
        "From: <{from}>\r\nTo: <{SUPPORT}>\r\nSubject: {subject}\r\nMessage-ID: <{id}@mail.example>\r\n{more}\r\n{text}\r\n"
    )
}

async fn open(folder: &tempfile::TempDir, database: String, world: World, change: &dyn Fn(&mut Config)) -> Arc<App> {
    let mut config = Config {
        data: folder.path().to_owned(),
        database,
        desk: Desk {
            name: "Fernhill".to_owned(),
            ai_default: DeskDefault::OptOut,
            address: "https://desk.fernhill.example".to_owned(),
            undo_seconds: UNDO,
            bulk_letters_a_day: 55,
            ..Desk::default()
        },
        mail: Mail { address: SUPPORT.to_owned(), ..Mail::default() },
        embedding: Embedding { folder: folder.path().join("no-weights") },
        ..Config::default()
    };
    change(&mut config);
    App::open_with(config, world, Clock::fixed(NOON), Some(Transport::Tray)).await.unwrap()
}

/// Made once by a run: it is meant to be slow.
async fn hash() -> &'static str {
    static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    HASH.get_or_init(async || flow::sign_in::hash_password(PASSWORD).await.unwrap()).await
}

async fn furnish(app: &App) -> ArticleId {
    let hash = hash().await;
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await.unwrap();
    for (key, name) in [("billing", "Billing"), ("security", "Security")] {
        tx.put_queue(key, name).await.unwrap();
    }
    let categories = [
        ("billing.invoice", OperatingModel::BillingExplanation, "billing"),
        ("security.access", OperatingModel::Security, "security"),
    ];
    for (position, (key, operating_model, queue)) in (0..).zip(categories) {
        let category = Category {
            key: key.to_owned(),
            name: key.to_owned(),
            description: String::new(),
            operating_model,
            queue: queue.to_owned(),
        };
        tx.put_category(&category, position).await.unwrap();
    }
    let mara = person(&mut tx, "mara", Role::Lead, &[], hash).await;
    person(&mut tx, "timo", Role::Agent, &["billing"], hash).await;
    person(&mut tx, "olga", Role::Agent, &["security"], hash).await;
    person(&mut tx, "helene", Role::Auditor, &[], hash).await;
    let article = article(&mut tx, mara).await;
    tx.put_mailbox(SUPPORT).await.unwrap();
    let (version, digest) = tx
        .add_version(
            article,
            1,
            "VAT id",
            ARTICLE,
            &[("VAT id".to_owned(), ARTICLE.to_owned(), 0, i64::try_from(ARTICLE.len()).unwrap())],
            true,
        )
        .await
        .unwrap();
    tx.commit(AuditEvent::ArticleApproved { article, version, digest }).await.unwrap();
    flow::keep_record::sequence(app).await.unwrap();
    while flow::follow_record::follow(app).await.unwrap() > 0 {}
    article
}

async fn person(tx: &mut Tx, name: &str, role: Role, queues: &[&str], hash: &str) -> AgentId {
    let agent = Agent {
        id: new_id(),
        name: format!("{}{} Test", name[..1].to_uppercase(), &name[1..]),
        email: format!("{name}@fernhill.example"),
        role,
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
        ai: AiSetting::Default,
    };
    tx.add_agent(&agent, Some(hash)).await.unwrap();
    agent.id
}

async fn article(tx: &mut Tx, owner: AgentId) -> ArticleId {
    let source = NewSource { key: "help", name: "Help centre", kind: "help_centre", owner, audience: Audience::Public };
    let source = tx.add_source(source).await.unwrap();
    let new = NewArticle {
        slug: "vat-id",
        source,
        title: "VAT id",
        product: "ledger",
        audience: Audience::Public,
        state: ArticleState::Approved,
        owner,
        applies_to: "5",
        reviewed_at: Some(NOON.plus_seconds(-86_400)),
        review_by: Some(NOON.plus_seconds(90 * 86_400)),
    };
    tx.add_article(new).await.unwrap()
}

/// One more person, with the password of all.
pub async fn add_person(app: &App, name: &str, role: Role, queues: &[&str]) -> AgentId {
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await.unwrap();
    let agent = person(&mut tx, name, role, queues, hash().await).await;
    tx.commit(AuditEvent::AgentChanged { agent, change: "added".to_owned() }).await.unwrap();
    agent
}
