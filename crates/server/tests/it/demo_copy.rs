//! A desk with the invented company on it: loaded once, copied for every test, served over real HTTP.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use server::{
    App, api,
    app::World,
    clock::Clock,
    config::{Config, Embedding, Mail},
    demo, flow, jobs,
};
use store::{MailSource, new_id};
use tokio::sync::OnceCell;

use crate::harness::SUPPORT;

/// How long anything that background work does may take here.
const PATIENCE: Duration = Duration::from_secs(60);

static LOADED: OnceCell<PathBuf> = OnceCell::const_new();

/// A folder of its own with everything the loaded demo holds.
pub async fn copy() -> tempfile::TempDir {
    let loaded = LOADED.get_or_init(load).await;
    let folder = tempfile::tempdir().unwrap();
    copy_folder(loaded, folder.path());
    folder
}

async fn load() -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("demo-world");
    let _ = std::fs::remove_dir_all(&place);
    let app = App::open(config(&place), World::Demo).await.unwrap();
    demo::world::load(&app).await.unwrap();
    settle(&app).await;
    app.library.commit(app.library.cursor()).unwrap();
    app.store.close().await;
    place
}

/// Settings of a demo without embedding weights.
pub fn config(data: &Path) -> Config {
    Config {
        data: data.to_owned(),
        mail: Mail { address: SUPPORT.to_owned(), ..Mail::default() },
        embedding: Embedding { folder: data.join("no-weights") },
        ..Config::default()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs jobs, orders the record, lets the index follow, until nothing is left to do.
pub async fn settle(app: &App) {
    loop {
        let ran = jobs::run_jobs_once(app).await.unwrap();
        let placed = flow::keep_record::sequence(app).await.unwrap();
        let followed = flow::follow_record::follow(app).await.unwrap();
        if ran + placed + followed == 0 {
            return;
        }
    }
}

/// Takes a mail in by the API's way and leaves the rest to the jobs.
pub async fn take(app: &App, from: &str, subject: &str, text: &str) {
    let raw = raw(from, SUPPORT, subject, text, "");
    flow::receive_mail::take(app, SUPPORT, MailSource::Api, raw.as_bytes(), app.clock.now()).await.unwrap();
}

/// A raw mail; `more` are header lines, each ending in CRLF.
pub fn raw(from: &str, to: &str, subject: &str, text: &str, more: &str) -> String {
    let id = if more.contains("Message-ID:") { String::new() } else { format!("Message-ID: <{}>\r\n", fresh_id()) };
    let text = text.replace('\n', "\r\n");
    let date = "Date: Sat, 21 Nov 2026 08:22:00 +0000\r\n";
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n{date}{id}{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// A Message-ID nobody used yet, without brackets.
pub fn fresh_id() -> String {
    let id: desk::ids::AgentId = new_id();
    format!("{id}@mail.example")
}

/// A signed-in lead who works over HTTP on a loopback port.
pub struct Person {
    http: reqwest::Client,
    base: String,
    cookie: String,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Person {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Person {
    /// Serves the desk and signs in.
    pub async fn at(app: &Arc<App>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = api::router(Arc::clone(app)).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        let mut person = Self { http, base, cookie: String::new(), server };
        let body = json!({ "email": "mara@fernhill.example", "password": demo::world::PASSWORD });
        let answer = person.request("POST", "/session", Some(body)).await;
        assert_eq!(answer.status(), 201);
        let set = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
        person.cookie = set.split(';').next().unwrap().to_owned();
        person
    }

    async fn request(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::Response {
        self.request_with(method, path, body, &[]).await
    }

    async fn request_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let mut request = self
            .http
            .request(method.parse().unwrap(), format!("{}/api/v1{path}", self.base))
            .header("origin", &self.base)
            .header("cookie", &self.cookie)
            .header("idempotency-key", fresh_id());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await.unwrap()
    }

    /// Status and JSON of any request.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        read(self.request(method, path, body).await).await
    }

    /// The JSON behind a path.
    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Every ticket of a requester, newest first.
    pub async fn tickets_of(&self, email: &str) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("/tickets?view=all&limit=100&cursor={cursor}")).await;
            let items = page["items"].as_array().unwrap();
            found.extend(items.iter().filter(|t| t["requester"]["email"] == email).cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => return found,
            }
        }
    }

    /// The ticket page of a requester's ticket with this subject, if there is one.
    pub async fn find(&self, email: &str, subject: &str) -> Option<Value> {
        let all = self.tickets_of(email).await;
        let line = all.iter().find(|t| t["subject"] == subject)?;
        Some(self.get(&format!("/tickets/{}", line["id"].as_str().unwrap())).await)
    }

    /// The same, once `ready` says yes.
    pub async fn wait_for(&self, email: &str, subject: &str, ready: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let page = self.find(email, subject).await;
            if let Some(page) = page.as_ref().filter(|p| ready(p)) {
                return page.clone();
            }
            assert!(Instant::now() < end, "{subject}: waited in vain; the page is {page:?}");
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    }

    /// What would leave.
    pub async fn seal(&self, draft: &str) -> Value {
        let (status, sealed) = self.call("POST", &format!("/drafts/{draft}/seal"), None).await;
        assert_eq!(status, 201, "{sealed}");
        sealed
    }

    /// A person's own reply to a ticket; returns the draft's id.
    pub async fn write(&self, ticket: &str, body: &str) -> String {
        let (status, draft) =
            self.call("POST", &format!("/tickets/{ticket}/drafts"), Some(json!({ "origin": "agent" }))).await;
        assert_eq!(status, 201, "{draft}");
        let id = draft["id"].as_str().unwrap().to_owned();
        let revision = format!("\"{}\"", draft["revision"]);
        let path = format!("/drafts/{id}");
        let saved =
            read(self.request_with("PUT", &path, Some(json!({ "body": body })), &[("if-match", &revision)]).await)
                .await;
        assert_eq!(saved.0, 200, "{}", saved.1);
        id
    }

    /// Says yes to a sealed page, with every warning seen.
    pub async fn approve(&self, draft: &str, sealed: &Value) -> (u16, Value) {
        let warned: Vec<&Value> =
            sealed["checks"].as_array().unwrap().iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
        let yes = json!({ "token": sealed["token"], "digest": sealed["digest"], "status_after": "pending", "acknowledged": warned });
        self.call("POST", &format!("/drafts/{draft}/approval"), Some(yes)).await
    }
}

async fn read(answer: reqwest::Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::String(text)) })
}

/// The app's clock a moment after now, standing still.
pub fn still() -> Clock {
    Clock::fixed(Clock::default().now().plus_seconds(5))
}
