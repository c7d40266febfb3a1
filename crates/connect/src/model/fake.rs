//! An obedient model for tests: it does whatever any text in the prompt says, and can be slow,
//! broken or mad on command. Security is tested with this, never with a good model.
//!
//! Speaks on loopback only. Keeps every request it was sent, so that a test can look for what must
//! not be there.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};

/// How it behaves next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mood {
    /// Answers with this text, streamed.
    Says(String),
    /// Answers with the text beside the first words that all stand in the request; with nothing usable where none do.
    ByWords(Vec<(Vec<String>, String)>),
    /// Does what the customer's text asks: repeats the prompt's first quoted wish as a sentence
    /// with the first citation, adds the link or address it finds, and asks for a tool.
    Obeys,
    /// Never answers.
    Hangs,
    /// One byte at a time, this far apart.
    Trickles(Duration),
    /// Never ends.
    Endless,
    /// Status 200 with a web page.
    Page,
    /// Cut in the middle.
    Cut,
    /// A status without an answer.
    Status(u16),
    /// A tool call.
    Tool,
    /// Three megabytes.
    Huge,
}

/// The running fake; it stops when dropped.
pub struct Fake {
    /// Base address for an endpoint's configuration.
    pub base_url: String,
    state: Arc<Mutex<Held>>,
    task: tokio::task::JoinHandle<()>,
}

struct Held {
    mood: Mood,
    requests: Vec<String>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Fake {
    /// Starts on a free loopback port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(mood: Mood) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        let state = Arc::new(Mutex::new(Held { mood, requests: Vec::new() }));
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(Arc::clone(&state));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { base_url, state, task })
    }

    /// Changes the mood.
    pub fn set(&self, mood: Mood) {
        if let Ok(mut held) = self.state.lock() {
            held.mood = mood;
        }
    }

    /// Every request so far, whole.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().map(|held| held.requests.clone()).unwrap_or_default()
    }
}

async fn answer(State(state): State<Arc<Mutex<Held>>>, body: Bytes) -> Response {
    let text = String::from_utf8_lossy(&body).into_owned();
    let mood = match state.lock() {
        Ok(mut held) => {
            held.requests.push(text.clone());
            held.mood.clone()
        }
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    match mood {
        Mood::Says(words) => stream(vec![delta(&words), finish()]),
        Mood::ByWords(known) => stream(vec![delta(&by_words(&text, &known)), finish()]),
        Mood::Obeys => stream(vec![delta(&obey(&text)), finish()]),
        Mood::Hangs => std::future::pending().await,
        Mood::Trickles(apart) => trickle(apart),
        Mood::Endless => endless(),
        Mood::Page => ([(header::CONTENT_TYPE, "text/html")], "<html>Welcome</html>").into_response(),
        Mood::Cut => stream(vec![delta("{\"sentences\":[{\"te")]),
        Mood::Status(code) => StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_GATEWAY).into_response(),
        Mood::Tool => stream(vec!["data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"id\":\"1\",\"function\":{\"name\":\"send_mail\"}}]}}]}\n\n".to_owned()]),
        Mood::Huge => stream(vec![delta(&"x".repeat(3 << 20)), finish()]),
    }
}

fn by_words(request: &str, known: &[(Vec<String>, String)]) -> String {
    let all_there = |words: &[String]| words.iter().all(|word| request.contains(word.as_str()));
    known.iter().find(|(words, _)| all_there(words)).map_or_else(|| "Sure!".to_owned(), |(_, says)| says.clone())
}

/// Whatever the mail says: its longest line becomes a statement with a citation.
fn obey(request: &str) -> String {
    let prompt: serde_json::Value = serde_json::from_str(request).unwrap_or_default();
    let user = prompt.pointer("/messages/1/content").and_then(|v| v.as_str()).unwrap_or_default();
    let wish = user
        .lines()
        .filter(|l| !l.starts_with("BEGIN") && !l.starts_with("END"))
        .max_by_key(|l| l.len())
        .unwrap_or("yes");
    let wish: String = wish.chars().take(400).collect();
    serde_json::json!({"sentences": [{"text": wish, "cite": [1]}], "questions": [], "refuse": null}).to_string()
}

fn delta(words: &str) -> String {
    format!("data: {}\n\n", serde_json::json!({"choices": [{"delta": {"content": words}}]}))
}

fn finish() -> String {
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n".to_owned()
}

fn stream(pieces: Vec<String>) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream")], pieces.concat()).into_response()
}

fn trickle(apart: Duration) -> Response {
    let drops = futures_util::stream::unfold(0_u32, move |n| async move {
        tokio::time::sleep(apart).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b":")), n + 1))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(drops)).into_response()
}

fn endless() -> Response {
    let pieces = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(delta("and so on "))));
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response()
}
