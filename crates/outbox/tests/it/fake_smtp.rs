//! A mail server that behaves as told, and keeps exactly what reached it.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What it does with every connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Normal,
    /// Answers the dot after a fifth of a second.
    SlowAfterDot,
    /// Answers the dot when it is told to.
    HeldAfterDot,
    /// Closes after the dot when it is told to.
    HeldThenCloses,
    /// Takes everything and never answers the dot.
    HangAfterDot,
    /// Closes instead of greeting.
    CloseAtGreeting,
    Greets421,
    /// Reads part of the text, then closes.
    CloseInText,
    /// Reads up to the dot, then closes.
    CloseAfterDot,
    /// Answers the dot, then closes at once.
    CloseAfter250,
    Greylists,
    /// Answers 550 to recipients that begin with "bad", 450 to those that begin with "slow".
    PicksRecipients,
    RefusesData,
    /// Answers the dot with this code.
    AfterDot(u16),
    RefusesSender,
}

/// A mail as it arrived, dots unstuffed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    pub from: String,
    pub to: Vec<String>,
    pub bytes: Vec<u8>,
}

pub struct FakeSmtp {
    pub address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    commands: Arc<Mutex<Vec<String>>>,
    go_on: Arc<Notify>,
}

impl FakeSmtp {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let commands: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, heard) = (arrived.clone(), commands.clone());
        let go_on = Arc::new(Notify::new());
        let told = Arc::clone(&go_on);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (kept, heard, told) = (kept.clone(), heard.clone(), told.clone());
                tokio::spawn(async move { Conversation::new(stream, kept, heard, behaviour, told).run().await });
            }
        });
        Self { address, arrived, commands, go_on }
    }

    /// Lets one conversation go on that is held after the dot.
    pub fn go_on(&self) {
        self.go_on.notify_one();
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().expect("no panic").clone()
    }

    /// Command lines in order, text left out.
    pub fn commands(&self) -> Vec<String> {
        self.commands.lock().expect("no panic").clone()
    }
}

struct Conversation {
    stream: BufReader<TcpStream>,
    kept: Arc<Mutex<Vec<Arrived>>>,
    heard: Arc<Mutex<Vec<String>>>,
    behaviour: Behaviour,
    from: String,
    to: Vec<String>,
    go_on: Arc<Notify>,
}

impl Conversation {
    fn new(
        stream: TcpStream,
        kept: Arc<Mutex<Vec<Arrived>>>,
        heard: Arc<Mutex<Vec<String>>>,
        behaviour: Behaviour,
        go_on: Arc<Notify>,
    ) -> Self {
        Self { stream: BufReader::new(stream), kept, heard, behaviour, from: String::new(), to: Vec::new(), go_on }
    }

    async fn say(&mut self, line: &str) -> Option<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
    }

    async fn run(mut self) -> Option<()> {
        match self.behaviour {
            Behaviour::CloseAtGreeting => return None,
            Behaviour::Greets421 => return self.say("421 come back later").await,
            _ => self.say("220 fake").await?,
        }
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            self.heard.lock().ok()?.push(line.clone());
            let verb = line.get(..4).unwrap_or(&line).to_uppercase();
            match verb.as_str() {
                "EHLO" => self.say("250 fake").await?,
                "MAIL" if self.behaviour == Behaviour::RefusesSender => self.say("550 not you").await?,
                "MAIL" => {
                    self.from = address(&line);
                    self.say("250 ok").await?;
                }
                "RCPT" => self.recipient(address(&line)).await?,
                "DATA" if self.behaviour == Behaviour::RefusesData => self.say("554 no").await?,
                "DATA" => {
                    self.say("354 go").await?;
                    self.text().await?;
                }
                "QUIT" => {
                    self.say("221 bye").await?;
                    return None;
                }
                _ => self.say("502 what?").await?,
            }
        }
    }

    async fn recipient(&mut self, address: String) -> Option<()> {
        match self.behaviour {
            Behaviour::Greylists => return self.say("450 greylisted").await,
            Behaviour::PicksRecipients if address.starts_with("bad") => return self.say("550 nobody here").await,
            Behaviour::PicksRecipients if address.starts_with("slow") => return self.say("450 later").await,
            _ => {}
        }
        self.to.push(address);
        self.say("250 ok").await
    }

    /// A line ends with CRLF and nothing else; the text ends with a line that is one dot.
    async fn text(&mut self) -> Option<()> {
        let mut bytes = Vec::new();
        loop {
            let mut line = Vec::new();
            while !line.ends_with(b"\r\n") {
                if self.stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                    return None;
                }
            }
            if self.behaviour == Behaviour::CloseInText && bytes.len() > 100 {
                return None;
            }
            if line == b".\r\n" {
                break;
            }
            bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        let mail = Arrived { from: self.from.clone(), to: std::mem::take(&mut self.to), bytes };
        if let Behaviour::AfterDot(code) = self.behaviour {
            return self.say(&format!("{code} answer to the dot")).await;
        }
        self.kept.lock().ok()?.push(mail);
        match self.behaviour {
            Behaviour::HangAfterDot => {
                tokio::time::sleep(Duration::from_secs(600)).await;
                None
            }
            Behaviour::HeldAfterDot => {
                self.go_on.notified().await;
                self.say("250 queued as 1").await
            }
            Behaviour::HeldThenCloses => {
                self.go_on.notified().await;
                None
            }
            Behaviour::SlowAfterDot => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                self.say("250 queued as 1").await
            }
            Behaviour::CloseAfterDot => None,
            Behaviour::CloseAfter250 => {
                self.say("250 queued as 1").await?;
                None
            }
            _ => self.say("250 queued as 1").await,
        }
    }
}

fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(a, _)| a.to_owned()).unwrap_or_default()
}
