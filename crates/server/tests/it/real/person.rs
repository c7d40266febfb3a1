//! A lead at the console: reads, seals, approves; and does so again when the desk lost it.

use std::time::Duration;

use desk::ids::AgentId;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::place::until;

/// The desk does not answer any more.
#[derive(Debug)]
pub struct Gone;

/// Somebody who works over HTTP.
pub struct Person {
    http: reqwest::Client,
    base: String,
    cookie: String,
}

/// What a person sees of the letter they approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Sent,
    Uncertain,
}

impl Person {
    pub fn with_cookie(base: &str, cookie: &str) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
        Self { http, base: base.to_owned(), cookie: cookie.to_owned() }
    }

    /// The demo's first lead.
    pub async fn signed_in(base: &str) -> Self {
        let mut person = Self::with_cookie(base, "");
        let accounts = person.get("/demo/accounts").await.unwrap();
        let lead = accounts["items"].as_array().unwrap().iter().find(|a| a["role"] == "lead").unwrap();
        let body = json!({ "email": lead["email"], "password": lead["password"] });
        let answer = person.send("POST", "/session", Some(&body)).await.unwrap();
        assert_eq!(answer.status(), 201);
        let set = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
        person.cookie = set.split(';').next().unwrap().to_owned();
        person
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<reqwest::Response, Gone> {
        let key: AgentId = store::new_id();
        let mut request = self
            .http
            .request(method.parse().unwrap(), format!("{}/api/v1{path}", self.base))
            .header("origin", &self.base)
            .header("cookie", &self.cookie)
            .header("idempotency-key", key.to_string());
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        request.send().await.map_err(|_| Gone)
    }

    /// Status and JSON of any request.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), Gone> {
        let answer = self.send(method, path, body).await?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(|_| Gone)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    pub async fn get(&self, path: &str) -> Result<Value, Gone> {
        let (status, body) = self.ask("GET", path, None).await?;
        assert_eq!(status, 200, "{path}: {body}");
        Ok(body)
    }

    /// Waits until no work is queued, running or given up.
    pub async fn quiet(&self) -> Result<(), Gone> {
        until("work ends", async || {
            let jobs = self.get("/status").await?["jobs"].clone();
            assert_eq!(jobs["failed"], 0, "a job was given up");
            Ok(jobs["waiting"] == 0 && jobs["running"] == 0)
        })
        .await
    }

    /// The page of the one ticket with this subject, when it has come.
    pub async fn ticket(&self, subject: &str) -> Result<Option<Value>, Gone> {
        let found = self.get(&format!("/tickets?view=all&q={subject}")).await?;
        let items = found["items"].as_array().unwrap();
        assert!(items.len() < 2, "{subject} is there twice");
        match items.first() {
            Some(line) => Ok(Some(self.get(&format!("/tickets/{}", line["id"].as_str().unwrap())).await?)),
            None => Ok(None),
        }
    }

    /// Works one letter until it left or nobody can know whether it did, `pause` between steps.
    pub async fn answer(&self, subject: &str, pause: Duration) -> Result<Seen, Gone> {
        let mut seen = None;
        until(&format!("{subject} is answered"), async || {
            sleep(pause).await;
            let Some(page) = self.ticket(subject).await? else { return Ok(false) };
            let draft = &page["answer"]["draft"];
            let left = page["messages"].as_array().unwrap().iter().any(|m| m["delivery"] == "sent");
            match draft["approval"]["state"].as_str() {
                _ if left => seen = Some(Seen::Sent),
                Some("uncertain") => seen = Some(Seen::Uncertain),
                Some("ready" | "sending" | "sent") => {}
                Some(other) => panic!("{subject}: the letter is {other}"),
                None if draft["state"] == "open" => self.approve(draft["id"].as_str().unwrap(), pause).await?,
                // Not prepared yet; or the letter left while the page was being read.
                None => assert_ne!(page["answer"]["state"], "withheld", "{subject}: {}", page["answer"]["why"]),
            }
            Ok(seen.is_some())
        })
        .await?;
        Ok(seen.unwrap())
    }

    /// Waits for the draft of this subject and seals it: the draft, and a yes to what the page shows.
    pub async fn sealed(&self, subject: &str) -> (String, Value) {
        let mut sealed = None;
        until(&format!("{subject} has a draft"), async || {
            let Some(page) = self.ticket(subject).await? else { return Ok(false) };
            let Some(draft) = page["answer"]["draft"]["id"].as_str() else { return Ok(false) };
            sealed = self.seal(draft).await?.map(|yes| (draft.to_owned(), yes));
            Ok(sealed.is_some())
        })
        .await
        .unwrap();
        sealed.unwrap()
    }

    /// A yes to what the sealed page of a draft shows; none when the draft moved on.
    async fn seal(&self, draft: &str) -> Result<Option<Value>, Gone> {
        let (status, page) = self.ask("POST", &format!("/drafts/{draft}/seal"), None).await?;
        if status != 201 {
            assert_eq!(status, 409, "{page}");
            return Ok(None);
        }
        let checks = page["checks"].as_array().unwrap();
        let warnings: Vec<&Value> = checks.iter().filter(|c| c["state"] == "warn").map(|c| &c["key"]).collect();
        let yes = json!({ "token": page["token"], "digest": page["digest"], "status_after": "solved", "acknowledged": warnings });
        Ok(Some(yes))
    }

    /// Seals a draft and approves what the page shows. The desk may say no: then the page is old.
    async fn approve(&self, draft: &str, pause: Duration) -> Result<(), Gone> {
        let Some(yes) = self.seal(draft).await? else { return Ok(()) };
        sleep(pause).await;
        let (status, said) = self.ask("POST", &format!("/drafts/{draft}/approval"), Some(&yes)).await?;
        assert!(status == 201 || status == 409, "{status}: {said}");
        Ok(())
    }
}
