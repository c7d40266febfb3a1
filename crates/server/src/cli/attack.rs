//! `countersign demo attack`.

use std::{path::PathBuf, time::Duration};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Failure, Outcome,
    demo::demo_config,
    output::{self, line},
};
use crate::{App, app::World, demo};

/// Try to cheat: eight live attempts, and what stopped each.
#[derive(Debug, clap::Args)]
pub struct Attack {
    /// A running demo, such as http://127.0.0.1:8080. Without one a fresh desk is opened for it and thrown away.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Answer as JSON.
    #[arg(long)]
    json: bool,
}

/// As the API answers.
#[derive(Debug, Deserialize)]
struct Report {
    items: Vec<Line>,
    tray_before: usize,
    tray_after: usize,
}

#[derive(Debug, Deserialize)]
struct Line {
    title: String,
    attempt: String,
    stopped: bool,
    stopped_by: String,
    detail: String,
}

impl Attack {
    /// Runs it.
    ///
    /// # Errors
    /// When an attempt got through, or none could be made.
    pub async fn run(self) -> Outcome {
        let report = match &self.url {
            Some(url) => over_http(url.trim_end_matches('/')).await?,
            None => in_process().await?,
        };
        let read: Report = serde_json::from_value(report.clone()).map_err(|e| {
            Failure::told(format!("The answer is not of the expected form: {e}. Is the server of the same version?"))
        })?;
        if self.json {
            output::json(&report);
        } else {
            table(&read);
        }
        let held = read.tray_before == read.tray_after && read.items.iter().all(|l| l.stopped);
        if held { Ok(()) } else { Err(Failure::Shown) }
    }
}

fn table(report: &Report) {
    for (number, l) in (1..).zip(&report.items) {
        line(format!("{number}. {} {}", if l.stopped { "✓ stopped:" } else { "✗ GOT THROUGH:" }, l.title));
        line(format!("   tried       {}", l.attempt));
        line(format!("   stopped by  {}", l.stopped_by));
        line(format!("   it said     {}", l.detail));
    }
    let stopped = report.items.iter().filter(|l| l.stopped).count();
    line(format!(
        "{stopped} of {} stopped. Letters in the tray before {}, after {}.",
        report.items.len(),
        report.tray_before,
        report.tray_after
    ));
}

async fn in_process() -> Result<Value, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let mut config = demo_config(None, folder.path().to_owned())?;
    // Meaning plays no part here, and reading the weights takes time.
    config.embedding.folder = PathBuf::from("none");
    let app = App::open(config, World::Demo).await?;
    demo::world::load(&app).await?;
    let attacks = demo::attack::run(&app).await?;
    app.store.close().await;
    serde_json::to_value(attacks).map_err(|e| Failure::told(format!("The result cannot be written: {e}.")))
}

async fn over_http(base: &str) -> Result<Value, Failure> {
    connect::tls::install();
    let unreachable = |e: reqwest::Error| {
        Failure::told(format!(
            "{base} did not answer as a demo desk would: {}. Start one with `countersign demo`.",
            e.without_url()
        ))
    };
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build().map_err(unreachable)?;
    let accounts: Value = get(&client, format!("{base}/api/v1/demo/accounts")).await.map_err(unreachable)?;
    let account = accounts
        .get("items")
        .and_then(Value::as_array)
        .and_then(|items| {
            items
                .iter()
                .find(|a| matches!(a.get("role").and_then(Value::as_str), Some("lead" | "admin")))
                .or(items.first())
        })
        .ok_or_else(|| {
            Failure::told(format!("{base} has no demo accounts. The attempts run against `countersign demo` only."))
        })?;
    let sign_in = json!({ "email": account.get("email"), "password": account.get("password") });
    let signed_in = client
        .post(format!("{base}/api/v1/session"))
        .header("origin", base)
        .json(&sign_in)
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(unreachable)?;
    let cookie = signed_in
        .headers()
        .get("set-cookie")
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .unwrap_or_default()
        .to_owned();
    let answer =
        client.post(format!("{base}/api/v1/demo/attacks")).header("origin", base).header("cookie", cookie).send().await;
    answer.and_then(reqwest::Response::error_for_status).map_err(unreachable)?.json().await.map_err(unreachable)
}

async fn get(client: &reqwest::Client, url: String) -> Result<Value, reqwest::Error> {
    client.get(url).send().await?.error_for_status()?.json().await
}
