//! A caller: a browser with its cookie, a program with its token, or nobody. Requests go straight
//! into the router; there is no port and no network.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, header},
};
use serde_json::Value;
use tower::ServiceExt as _;

/// Host that every request names.
const HOST: &str = "desk.example";

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    router: Router,
    /// Headers of every request.
    headers: Vec<(String, String)>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub fn nobody(router: Router) -> Self {
        Self { router, headers: Vec::new() }
    }

    /// The same with another header on every request.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    pub fn token(&self, secret: &str) -> Self {
        Self::nobody(self.router.clone()).with("authorization", &format!("Bearer {secret}"))
    }

    /// Signs in and keeps the cookie.
    pub async fn sign_in(&self, email: &str, password: &str) -> Self {
        let answer = self.post("/session", serde_json::json!({ "email": email, "password": password })).await;
        assert_eq!(answer.status, 201, "{email}: {}", answer.text());
        let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap();
        let pair = cookie.split(';').next().unwrap().to_owned();
        Self::nobody(self.router.clone()).with("cookie", &pair).with("origin", &format!("http://{HOST}"))
    }

    /// Types the password again.
    pub async fn prove(&self) {
        let typed = serde_json::json!({ "password": crate::harness::PASSWORD });
        self.post("/session/confirmation", typed).await.expect(204);
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, Vec::new()).await
    }

    /// Any request under `/api/v1`.
    pub async fn send(&self, method: &str, path: &str, media_type: Option<&str>, body: Vec<u8>) -> Answer {
        let response = self.open(method, &format!("/api/v1{path}"), media_type, body).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Any request, its answer still open.
    pub async fn open(
        &self,
        method: &str,
        path: &str,
        media_type: Option<&str>,
        body: Vec<u8>,
    ) -> axum::response::Response {
        let mut request = Request::builder().method(method).uri(path);
        if !self.headers.iter().any(|(name, _)| name == "host") {
            request = request.header(header::HOST, HOST);
        }
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The JSON body; insists on the status first.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// The last word of a problem's type; insists on the status and the media type first.
    pub fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.headers.get(header::CONTENT_TYPE).unwrap(), "application/problem+json");
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["status"], status);
        body["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    pub fn etag(&self) -> String {
        self.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned()
    }
}
