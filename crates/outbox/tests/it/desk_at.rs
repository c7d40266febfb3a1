//! A small desk in a fresh database: two queues, five people, one question with a draft that cites
//! one article.

use std::{
    future::Future,
    sync::atomic::{AtomicI64, Ordering},
};

use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    consent::DeskDefault,
    draft::{Body, Composed, DraftOrigin, Support},
    ids::{AgentId, DraftId, MessageId, OutboxId, RequesterId, TicketId, VersionId},
    people::{Agent, AiSetting, Requester, Role},
    terms::Confirmation,
    ticket::Status,
};
use outbox::{
    Acknowledged, ApprovedReply, Attention, Delivery, Door, DoorError, Given, Recording, Sealed, Settings, StatusAfter,
    Transport, Yes,
};
use store::{
    AgentSession, NewDraft, NewInbound, NewSession, NewTicket, OpenedWith, ServiceIdentity, Store, Tx, new_id,
    raw::{Row, Value},
};

pub const KEY: [u8; 32] = [7; 32];
pub const UNDO: i64 = 10;

/// `values![a, b]`: statement parameters.
#[macro_export]
macro_rules! values {
    ($($v:expr),* $(,)?) => { vec![$(store::raw::Param::value($v)),*] };
}

pub struct TestDesk {
    pub store: Store,
    pub door: Door,
    pub recording: Recording,
    pub mara: AgentSession,
    pub timo: AgentSession,
    /// Works in another queue.
    pub olga: AgentSession,
    pub auditor: AgentSession,
    pub requester: RequesterId,
    pub article: String,
    pub version: VersionId,
    clock: AtomicI64,
    serial: AtomicI64,
    cleanup: Cleanup,
}

enum Cleanup {
    Sqlite(tempfile::TempDir),
    Postgres { server: String, database: String },
}

/// A ticket with an open draft.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub ticket: TicketId,
    pub draft: DraftId,
}

/// Runs a test on each engine there is.
pub fn on_both<F, Fut>(test: F)
where
    F: Fn(std::sync::Arc<TestDesk>) -> Fut,
    Fut: Future<Output = ()>,
{
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for desk in TestDesk::each().await {
            let desk = std::sync::Arc::new(desk);
            test(desk.clone()).await;
            desk.close().await;
        }
    });
}

/// A browser that says nothing of how its person read.
static UNWATCHED: Attention = Attention { seconds: 0, opened: Vec::new() };

pub fn settings() -> Settings {
    Settings {
        mailbox: "support@fernhill.example".into(),
        desk_name: "Fernhill".into(),
        domain: "support.fernhill.example".into(),
        undo_seconds: UNDO,
        letters_a_minute: 0,
        ai_default: DeskDefault::OptOut,
        address: Some("https://desk.fernhill.example".into()),
    }
}

impl TestDesk {
    pub async fn each() -> Vec<Self> {
        let mut desks = vec![Self::sqlite().await];
        if let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES") {
            desks.push(Self::postgres(server).await);
        }
        desks
    }

    pub async fn sqlite() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite:{}", dir.path().join("desk.db").display());
        Self::furnished(Store::open(&address).await.expect("opens"), Cleanup::Sqlite(dir)).await
    }

    async fn postgres(server: String) -> Self {
        let database = format!("outbox_{}", new_id::<OutboxId>().to_string().replace('-', ""));
        on_server(&server, format!("create database {database}")).await;
        let base = server.trim_end_matches('/').rsplit_once('/').map_or(server.as_str(), |(head, _)| head);
        let address = if base.ends_with('/') { format!("{server}/{database}") } else { format!("{base}/{database}") };
        let store = Store::open(&address).await.expect("opens");
        Self::furnished(store, Cleanup::Postgres { server, database }).await
    }

    /// Where another process finds the same database; SQLite only.
    pub fn address(&self) -> Option<String> {
        match &self.cleanup {
            Cleanup::Sqlite(dir) => Some(format!("sqlite:{}", dir.path().join("desk.db").display())),
            Cleanup::Postgres { .. } => None,
        }
    }

    pub async fn close(&self) {
        self.store.close().await;
        if let Cleanup::Postgres { server, database } = &self.cleanup {
            on_server(server, format!("drop database {database} with (force)")).await;
        }
    }

    async fn furnished(store: Store, cleanup: Cleanup) -> Self {
        let now = Timestamp::from_secs(1_795_000_000);
        let mut tx = store.begin(&ServiceIdentity::new(Service::CommandLine), now).await.expect("begins");
        for queue in ["support", "legal"] {
            tx.put_queue(queue, queue).await.expect("queue");
        }
        run(&mut tx, "insert into categories (key, name, description, operating_model, queue, position) values ('product.how','How','','product_question','support',1)", vec![]).await;
        let mara = person(&mut tx, "Mara Lindqvist", Role::Agent, &["support"]).await;
        let timo = person(&mut tx, "Timo Brandt", Role::Lead, &[]).await;
        let olga = person(&mut tx, "Olga Petrova", Role::Agent, &["legal"]).await;
        let auditor = person(&mut tx, "Aud Itor", Role::Auditor, &["support"]).await;
        let requester = new_id();
        tx.add_requester(&Requester {
            id: requester,
            name: "Ana Souza".into(),
            email: "ana@kunde.example".into(),
            organization: None,
            cohort: None,
            role: None,
            ai: AiSetting::Default,
        })
        .await
        .expect("requester");
        let (article, version) = article(&mut tx, mara).await;
        tx.commit(AuditEvent::DeskPrepared { world: Digest::of(b"test") }).await.expect("commits");
        let sessions = [
            session(&store, mara, now).await,
            session(&store, timo, now).await,
            session(&store, olga, now).await,
            session(&store, auditor, now).await,
        ];
        let [mara, timo, olga, auditor] = sessions;
        Self {
            store,
            door: Door::new(settings(), &KEY).expect("good settings"),
            recording: Recording::default(),
            mara,
            timo,
            olga,
            auditor,
            requester,
            article,
            version,
            clock: AtomicI64::new(now.micros()),
            serial: AtomicI64::new(0),
            cleanup,
        }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.clock.load(Ordering::SeqCst))
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    pub async fn tx(&self) -> Tx {
        self.store.begin(&ServiceIdentity::new(Service::CommandLine), self.now()).await.expect("begins")
    }

    /// Runs one statement in a transaction of its own.
    pub async fn sql(&self, sql: &str, params: Vec<Value>) -> Result<u64, String> {
        let mut tx = self.tx().await;
        let touched = tx.execute(leak(sql), params).await.map_err(|e| e.to_string())?;
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.map_err(|e| e.to_string())?;
        Ok(touched)
    }

    pub async fn rows(&self, sql: &str, params: Vec<Value>) -> Vec<Row> {
        self.store.read().await.expect("reads").rows(leak(sql), params).await.expect("rows")
    }

    /// One text value.
    pub async fn word(&self, sql: &str, params: Vec<Value>) -> String {
        self.rows(sql, params).await.first().expect("a row").columns().take().expect("a word")
    }

    pub async fn count(&self, sql: &str, params: Vec<Value>) -> i64 {
        self.rows(sql, params).await.first().expect("a row").columns().take().expect("a number")
    }

    /// A new ticket with a question, and a draft that answers it in three sentences.
    pub async fn case(&self) -> Case {
        let n = self.serial.fetch_add(1, Ordering::SeqCst);
        let mut tx = self.tx().await;
        let at = self.now();
        let new = NewTicket {
            requester: self.requester,
            organization: None,
            queue: "support",
            subject: "VAT on invoices",
            at,
            status: Status::New,
        };
        let (ticket, _) = tx.open_ticket(new).await.expect("ticket");
        run(&mut tx, "update tickets set category = 'product.how', operating_model = 'product_question', language = 'en' where id = $1", values![ticket]).await;
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        let message = self.inbound(ticket, &format!("question-{n}@kunde.example")).await;
        let draft = self.draft(ticket, message).await;
        Case { ticket, draft }
    }

    /// A message from the requester.
    pub async fn inbound(&self, ticket: TicketId, message_id: &str) -> MessageId {
        let (at, mut tx) = (self.now(), self.tx().await);
        let new = NewInbound {
            ticket,
            requester: self.requester,
            author: "Ana Souza",
            from: "ana@kunde.example",
            to: &["support@fernhill.example".to_owned()],
            cc: &["boss@kunde.example".to_owned()],
            subject: "AW: VAT on invoices",
            text: "How do I change the VAT?",
            latest: "How do I change the VAT?",
            quoted: None,
            html: None,
            message_id,
            refs: &["first@kunde.example".to_owned()],
            machine: None,
            warnings: &[],
            mail: None,
            at,
        };
        let message = tx.add_inbound(&new).await.expect("message");
        tx.inbound_arrived(ticket, message, "How do I", Status::Open, at).await.expect("arrives");
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        message
    }

    /// A machine's draft: greeting, a supported sentence, a closing.
    pub async fn draft(&self, ticket: TicketId, message: MessageId) -> DraftId {
        let mut tx = self.tx().await;
        let cited = serde_json::json!({"cited": [{
            "citation": 1,
            "origin": {"kind": "passage", "passage": new_id::<OutboxId>(), "article": self.article, "version": self.version},
            "title": "VAT settings", "heading": "", "text": "Open Settings and change the VAT rate under Invoices.", "spans": [], "why": [],
        }]});
        let retrieval: desk::ids::SuggestionId = new_id();
        run(&mut tx, "insert into suggestions (id, ticket_id, message_id, kind, value, because, made_by, made_at) values ($1,$2,$3,'retrieval',$4,'[]','{}',$5)",
            values![retrieval, ticket, message, cited.to_string(), self.now()]).await;
        let mut body = Body::default();
        body.sentence("Hi Ana,", vec![], Support::Frame);
        body.paragraph();
        body.sentence("Open Settings and change the VAT rate under Invoices.", vec![1], Support::Supported);
        body.sentence("Just reply if you have more questions for us.", vec![], Support::Frame);
        let (body, sentences) = body.finish();
        let composed = Composed { body, sentences, doubts: vec![], score: 0.8 };
        let new = NewDraft {
            ticket,
            answers: Some(message),
            retrieval: Some(retrieval),
            origin: DraftOrigin::Assembled,
            composed: &composed,
            exchange: None,
            voice: None,
            confidence: None,
            agent: None,
            bulk: None,
        };
        let draft = tx.add_draft(new).await.expect("draft");
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        draft
    }

    pub async fn edit(&self, draft: DraftId, body: &str) -> Result<i64, String> {
        let mut tx = self.tx().await;
        let revision: i64 = tx
            .one("select revision from drafts where id = $1", values![draft])
            .await
            .expect("draft")
            .columns()
            .take()
            .expect("number");
        let revision = tx.edit_draft(draft, revision, body, self.mara.agent().id).await.map_err(|e| e.to_string())?;
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.map_err(|e| e.to_string())?;
        Ok(revision)
    }

    pub async fn seal(&self, who: &AgentSession, draft: DraftId) -> Result<Sealed, DoorError> {
        outbox::seal(&self.door, &self.store, who, draft, self.now()).await
    }

    /// A yes to a page, with nothing confirmed.
    pub fn yes<'a>(page: &'a Sealed, acknowledged: &'a [Acknowledged]) -> Yes<'a> {
        let after = StatusAfter::Solved;
        Yes {
            token: &page.token,
            shown: page.digest,
            draft: page.draft,
            after,
            acknowledged,
            send_at: None,
            attention: &UNWATCHED,
        }
    }

    pub async fn say(&self, who: &AgentSession, yes: Yes<'_>) -> Result<Given, DoorError> {
        outbox::approve(&self.door, &self.store, who, yes, self.now()).await
    }

    /// A yes that is enough for the reply to leave.
    pub async fn approve(&self, who: &AgentSession, page: &Sealed) -> Result<ApprovedReply, DoorError> {
        match self.say(who, Self::yes(page, &[])).await? {
            Given::Leaves(reply) => Ok(reply),
            Given::AwaitsSecond { .. } => panic!("this case asks for two people"),
        }
    }

    /// They typed their password again.
    pub async fn confirm(&self, who: &AgentSession) {
        let mut tx = self.store.begin(who, self.now()).await.expect("begins");
        tx.confirm_session(who, Confirmation::Password).await.expect("confirms");
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
    }

    /// Sealed and approved by Mara.
    pub async fn approved(&self, case: Case) -> ApprovedReply {
        let page = self.seal(&self.mara, case.draft).await.expect("seals");
        self.approve(&self.mara, &page).await.expect("approves")
    }

    pub async fn deliver(&self, id: OutboxId) -> Delivery {
        self.deliver_by(&Transport::Recording(self.recording.clone()), id).await
    }

    pub async fn deliver_by(&self, transport: &Transport, id: OutboxId) -> Delivery {
        outbox::deliver(&self.door, &self.store, transport, id, &|| self.now()).await.expect("delivers")
    }

    pub async fn outbox_state(&self, id: OutboxId) -> String {
        self.word("select state from outbox where id = $1", values![id]).await
    }

    pub async fn draft_state(&self, id: DraftId) -> String {
        self.word("select state from drafts where id = $1", values![id]).await
    }

    pub async fn new_person(&self) -> AgentSession {
        let mut tx = self.tx().await;
        let agent = person(&mut tx, "Nia Okoro", Role::Agent, &["support"]).await;
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
        session(&self.store, agent, self.now()).await
    }

    pub async fn deactivate(&self, agent: AgentId) {
        let mut tx = self.tx().await;
        tx.deactivate_agent(agent).await.expect("deactivates");
        tx.commit(AuditEvent::DoorTried { door: "test".into() }).await.expect("commits");
    }

    pub async fn kinds(&self, ticket: TicketId) -> Vec<String> {
        let rows = self.rows("select kind from entries where ticket_id = $1 order by id", values![ticket]).await;
        rows.iter().map(|r| r.columns().take().expect("kind")).collect()
    }
}

/// Confirmed by ticking.
pub fn ticked(keys: &[&str]) -> Vec<Acknowledged> {
    keys.iter().map(|key| Acknowledged { key: (*key).to_owned(), note: String::new() }).collect()
}

pub fn leak(sql: &str) -> &'static str {
    Box::leak(sql.to_owned().into_boxed_str())
}

pub async fn run(tx: &mut Tx, sql: &'static str, params: Vec<Value>) {
    tx.execute(sql, params).await.expect(sql);
}

async fn on_server(server: &str, sql: String) {
    let store = Store::open(server).await.expect("the test server answers");
    store.read().await.expect("reads").execute(leak(&sql), vec![]).await.expect("makes or drops a database");
    store.close().await;
}

async fn person(tx: &mut Tx, name: &str, role: Role, queues: &[&str]) -> AgentId {
    let id: AgentId = new_id();
    let agent = Agent {
        id,
        name: name.into(),
        email: format!("{id}@fernhill.example"),
        role,
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
        ai: AiSetting::Default,
    };
    tx.add_agent(&agent, None).await.expect("agent");
    id
}

pub async fn session(store: &Store, agent: AgentId, now: Timestamp) -> AgentSession {
    let token = Digest::of(new_id::<OutboxId>().to_string().as_bytes());
    let mut tx = store.begin(&ServiceIdentity::new(Service::CommandLine), now).await.expect("begins");
    let id = tx
        .open_session(NewSession {
            agent,
            token_hash: token.as_bytes(),
            expires_at: now.plus_seconds(400 * 24 * 3600),
            client: "",
            opened_with: OpenedWith::Password,
            proved_at: None,
        })
        .await
        .expect("session");
    tx.commit(AuditEvent::SignedIn { agent, session: id }).await.expect("commits");
    store.read().await.expect("reads").session_again(id, now).await.expect("reads").expect("a live session")
}

async fn article(tx: &mut Tx, owner: AgentId) -> (String, VersionId) {
    let (source, article, version) = (new_id::<OutboxId>(), new_id::<OutboxId>(), new_id::<VersionId>());
    let now = tx.now();
    run(tx, "insert into sources (id, key, name, kind, owner_id, audience) values ($1,'help','Help','help_center',$2,'public')", values![source, owner]).await;
    run(tx, "insert into articles (id, slug, source_id, title, product, audience, state, owner_id, current_version, applies_to, created_at) values ($1,'vat',$2,'VAT settings','app','public','approved',$3,$4,'',$5)",
        values![article, source, owner, version, now]).await;
    run(tx, "insert into versions (id, article_id, number, title, body, digest, state) values ($1,$2,1,'VAT settings','b','d','approved')", values![version, article]).await;
    (article.to_string(), version)
}
