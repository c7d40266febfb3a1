//! A mailbox that speaks just enough IMAP, and outlives the desk that fetches from it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

/// Mails in the order of their UIDs, from 1.
pub struct Mailbox {
    pub port: u16,
    seen: Arc<Mutex<BTreeSet<usize>>>,
}

impl Mailbox {
    pub async fn holding(mails: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<BTreeSet<usize>>> = Arc::default();
        let (mails, marked) = (Arc::new(mails), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&mails), Arc::clone(&marked)));
            }
        });
        Self { port, seen }
    }

    /// How many mails the desk marked as seen.
    pub fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

async fn talk(stream: TcpStream, mails: Arc<Vec<String>>, seen: Arc<Mutex<BTreeSet<usize>>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"* OK ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
        let words: Vec<&str> = command.split(' ').collect();
        let answer = match words.as_slice() {
            ["CAPABILITY", ..] => "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned(),
            ["SELECT", ..] => format!("* {} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n", mails.len()),
            ["UID", "SEARCH", ..] => {
                let all: Vec<String> = (1..=mails.len()).map(|uid| uid.to_string()).collect();
                format!("* SEARCH {}\r\n", all.join(" "))
            }
            ["UID", "FETCH", uid, rest @ ..] => {
                let number: usize = uid.parse().unwrap_or(0);
                let mail = mails.get(number.wrapping_sub(1)).map_or("", String::as_str);
                if rest.contains(&"RFC822.SIZE)") {
                    format!("* {number} FETCH (UID {uid} RFC822.SIZE {})\r\n", mail.len())
                } else {
                    format!("* {number} FETCH (UID {uid} BODY[] {{{}}}\r\n{mail})\r\n", mail.len())
                }
            }
            ["UID", "STORE", uid, ..] => {
                seen.lock().unwrap().extend(uid.parse::<usize>());
                String::new()
            }
            ["IDLE"] => {
                writer.write_all(b"+ idling\r\n").await?;
                lines.next_line().await?;
                String::new()
            }
            _ => String::new(),
        };
        writer.write_all(format!("{answer}{tag} OK done\r\n").as_bytes()).await?;
    }
    Ok(())
}
