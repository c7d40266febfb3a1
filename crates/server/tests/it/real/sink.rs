//! A mail server that takes every letter and keeps what reached it: the judge of "sent once".

use std::sync::{Arc, Mutex};

use desk::Digest;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// A letter as it arrived, dots unstuffed.
#[derive(Clone)]
pub struct Arrived {
    pub from: String,
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
}

impl Arrived {
    /// Of everything the mail server was told, as an approval names it.
    pub fn digest(&self) -> String {
        let mut fields: Vec<&[u8]> = vec![self.from.as_bytes()];
        fields.extend(self.to.iter().map(String::as_bytes));
        fields.push(&self.bytes);
        Digest::of_fields("countersign/outbound/1", &fields).to_string()
    }
}

pub struct Sink {
    pub port: u16,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Sink {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let kept = Arc::clone(&arrived);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&kept)));
            }
        });
        Self { port, arrived }
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, kept: Arc<Mutex<Vec<Arrived>>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"220 sink\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let answer = match line.get(..4).unwrap_or("").to_uppercase().as_str() {
            "MAIL" => {
                from = address(&line);
                "250 ok"
            }
            "RCPT" => {
                to.push(address(&line));
                "250 ok"
            }
            "DATA" => {
                stream.get_mut().write_all(b"354 go\r\n").await?;
                let Some(bytes) = text(&mut stream).await? else { return Ok(()) };
                // Kept before the answer: what the desk may believe to be lost has arrived.
                kept.lock().unwrap().push(Arrived { from: from.clone(), to: std::mem::take(&mut to), bytes });
                "250 kept"
            }
            "QUIT" => "221 bye",
            _ => "250 sink",
        };
        stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// Up to the final dot; none when the connection ends before it.
async fn text(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            if stream.read_until(b'\n', &mut line).await? == 0 {
                return Ok(None);
            }
        }
        if line == b".\r\n" {
            return Ok(Some(bytes));
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(a, _)| a.to_owned()).unwrap_or_default()
}
