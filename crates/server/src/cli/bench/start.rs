//! How long a newcomer waits: a new process until the first page of the demo is there.

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Figure, Goal};
use crate::cli::Failure;

/// After this long the start counts as failed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures.
pub async fn measure() -> Result<Vec<Figure>, Failure> {
    let folder = tempfile::tempdir()
        .map_err(|e| Failure::told(format!("There is no temporary folder: {e}. Set TMPDIR to one.")))?;
    let first = once(folder.path()).await?;
    let again = once(folder.path()).await?;
    Ok(vec![
        Figure::new("start", "first_page_s", first, "s", 1, Goal::AtMost(2.0)),
        Figure::new("start", "first_page_again_s", again, "s", 1, Goal::AtMost(2.0)),
    ])
}

async fn once(folder: &Path) -> Result<f64, Failure> {
    let broken = |e: &dyn std::fmt::Display| {
        Failure::told(format!("The demo could not be started: {e}. Try `countersign demo` by hand."))
    };
    let address = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| broken(&e))?.to_string();
    let program = std::env::current_exe().map_err(|e| broken(&e))?;
    let started = Instant::now();
    let child = Command::new(program)
        .args(["demo", "--listen", &address, "--data"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| broken(&e))?;
    let mut child = Running(child);
    loop {
        if page(&address).await.unwrap_or(false) {
            return Ok(started.elapsed().as_secs_f64());
        }
        if let Ok(Some(status)) = child.0.try_wait() {
            return Err(broken(&format!("it ended with {status}")));
        }
        if started.elapsed() > PATIENCE {
            return Err(broken(&"no page within two minutes"));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A process that does not outlive its measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn page(address: &str) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.1 200"))
}
