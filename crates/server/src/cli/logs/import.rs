//! `countersign logs import`: lines of a file into the window of a desk that runs.

use std::{
    io::BufRead as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use crate::cli::{
    Failure, Outcome,
    output::{self, line},
};

/// Lines of one request.
const BATCH: usize = 2_000;
/// Bytes of one request, nearly.
const BATCH_BYTES: usize = 2 << 20;
/// Bytes of a line that are sent.
const LINE_BYTES: usize = 64 << 10;

/// Send the lines of a file to a desk that runs, as if a collector had sent them.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// One line each; times and levels at their beginning are understood.
    file: PathBuf,
    /// The service that wrote them.
    #[arg(long, value_name = "NAME")]
    service: String,
    /// Address of the desk.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// File that holds a token with the scope telemetry:write.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// What became of the lines.
#[derive(Debug, Default, serde::Serialize)]
struct Sent {
    lines: u64,
    rejected: u64,
    why: Vec<String>,
}

impl Import {
    /// Runs it.
    ///
    /// # Errors
    /// A file that cannot be read, or a desk that does not take it.
    pub async fn run(&self) -> Outcome {
        let unreadable =
            |path: &Path, e: &std::io::Error| Failure::BadInput(format!("{} cannot be read: {e}.", path.display()));
        let token = std::fs::read_to_string(&self.token_file).map_err(|e| unreadable(&self.token_file, &e))?;
        let file = std::fs::File::open(&self.file).map_err(|e| unreadable(&self.file, &e))?;
        let mut reader = std::io::BufReader::new(file);
        connect::tls::install();
        let client = reqwest::Client::new();
        let (mut sent, mut batch, mut bytes) = (Sent::default(), Vec::new(), 0);
        loop {
            let mut raw = Vec::new();
            let read = reader.read_until(b'\n', &mut raw).map_err(|e| unreadable(&self.file, &e))?;
            if read > 0 && !raw.trim_ascii().is_empty() {
                raw.truncate(LINE_BYTES);
                bytes += raw.len();
                batch.push(record(&raw));
            }
            if batch.len() >= BATCH || bytes >= BATCH_BYTES || (read == 0 && !batch.is_empty()) {
                self.send(&client, token.trim(), std::mem::take(&mut batch), &mut sent).await?;
                bytes = 0;
            }
            if read == 0 {
                break;
            }
        }
        if self.json {
            output::json(&sent);
        } else {
            line(format!("{} lines sent, {} not kept. {}", sent.lines, sent.rejected, sent.why.join(" ")));
        }
        Ok(())
    }

    async fn send(
        &self,
        client: &reqwest::Client,
        token: &str,
        batch: Vec<Value>,
        sent: &mut Sent,
    ) -> Result<(), Failure> {
        let lines = batch.len() as u64;
        let service = json!([{ "key": "service.name", "value": { "stringValue": self.service } }]);
        let body = json!({ "resourceLogs": [{ "resource": { "attributes": service }, "scopeLogs": [{ "logRecords": batch }] }] });
        let url = format!("{}/v1/logs", self.url.trim_end_matches('/'));
        let told = |e: &dyn std::fmt::Display| Failure::told(format!("{url} did not take the lines: {e}."));
        let mut tries = 0;
        let answer = loop {
            let request = client.post(&url).bearer_auth(token).header("content-type", "application/json");
            let answer = request.body(body.to_string()).send().await.map_err(|e| told(&e))?;
            if answer.status().as_u16() != 429 || tries == 5 {
                break answer;
            }
            tries += 1;
            tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        };
        let status = answer.status();
        let text = answer.text().await.map_err(|e| told(&e))?;
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        if !status.is_success() {
            return Err(told(&said["message"].as_str().unwrap_or(status.as_str())));
        }
        let partial = &said["partialSuccess"];
        sent.lines += lines;
        sent.rejected += partial["rejectedLogRecords"].as_str().and_then(|n| n.parse::<u64>().ok()).unwrap_or_default();
        sent.why.extend(partial["errorMessage"].as_str().map(str::to_owned));
        Ok(())
    }
}

fn record(raw: &[u8]) -> Value {
    let (at, severity, text) = connect::logfile::read_line(raw);
    let nanos = at.filter(|at| *at > 0).map_or_else(|| "0".to_owned(), |at| format!("{at}000"));
    json!({ "timeUnixNano": nanos, "severityNumber": severity, "body": { "stringValue": String::from_utf8_lossy(text) } })
}
