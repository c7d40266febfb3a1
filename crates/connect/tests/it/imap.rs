//! The mailbox against a scripted server that cuts, lies and falls silent.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connect::Secret;
use connect::mail::imap::{Arrived, Extent, ImapConfig, ImapError, ImapLimits, Mailbox, Tls};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const MAIL: &str = "From: a@b.example\r\nSubject: one\r\n\r\nHello there.\r\n";

/// What the server does to a message's body.
#[derive(Debug, Clone, Copy)]
enum Trick {
    None,
    /// Ends the connection after this many bytes of the response.
    CutAt(usize),
    /// Announces this many bytes instead.
    Announces(usize),
    /// Sends something that is no IMAP for this UID.
    Garbage(u32),
    /// Says nothing more.
    Silent,
    /// Says how large the message is: very.
    Huge,
}

struct Server {
    port: u16,
    commands: Arc<Mutex<Vec<String>>>,
}

async fn serve(trick: Trick, uids: &'static [u32]) -> std::io::Result<Server> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let commands = Arc::new(Mutex::new(Vec::new()));
    let log = commands.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, trick, uids, log.clone()));
        }
    });
    Ok(Server { port, commands })
}

async fn talk(
    stream: TcpStream,
    trick: Trick,
    uids: &'static [u32],
    log: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"* OK ready\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let (tag, command) = line.split_once(' ').unwrap_or(("", &line));
        if let Ok(mut seen) = log.lock() {
            seen.push(command.to_owned());
        }
        let words: Vec<&str> = command.split(' ').collect();
        let answer = match words.as_slice() {
            ["CAPABILITY", ..] => "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned(),
            ["SELECT", ..] => "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n".to_owned(),
            ["UID", "SEARCH", ..] => {
                let all: Vec<String> = uids.iter().map(u32::to_string).collect();
                format!("* SEARCH {}\r\n", all.join(" "))
            }
            ["UID", "FETCH", uid, _, "RFC822.SIZE)"] => {
                let size = if matches!(trick, Trick::Huge) { 900 << 20 } else { MAIL.len() };
                format!("* 1 FETCH (UID {uid} RFC822.SIZE {size})\r\n")
            }
            ["UID", "FETCH", uid, ..] => match trick {
                Trick::Silent => {
                    std::future::pending::<()>().await;
                    String::new()
                }
                Trick::Garbage(bad) if *uid == bad.to_string() => "* 1 FETCH (UID ( nonsense\r\n".to_owned(),
                Trick::Announces(length) => body(uid, length),
                Trick::CutAt(at) => {
                    let whole = body(uid, MAIL.len()) + &format!("{tag} OK done\r\n");
                    writer.write_all(whole.as_bytes().get(..at).unwrap_or(whole.as_bytes())).await?;
                    return Ok(());
                }
                _ => body(uid, MAIL.len()),
            },
            ["IDLE"] => {
                writer.write_all(b"+ idling\r\n* 4 EXISTS\r\n").await?;
                lines.next_line().await?;
                String::new()
            }
            _ => String::new(),
        };
        writer.write_all(format!("{answer}{tag} OK done\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn body(uid: &str, length: usize) -> String {
    format!("* 1 FETCH (UID {uid} BODY[] {{{length}}}\r\n{MAIL})\r\n")
}

fn config(port: u16) -> ImapConfig {
    ImapConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::Plaintext,
        ca_file: None,
        user: "desk".to_owned(),
        password: Secret::new("pw"),
        folder: "INBOX".to_owned(),
        limits: ImapLimits {
            answer: Duration::from_millis(400),
            message: Duration::from_millis(400),
            ..ImapLimits::default()
        },
    }
}

async fn fetch(
    trick: Trick,
    uids: &'static [u32],
    last: u32,
) -> Result<Result<Arrived, ImapError>, Box<dyn std::error::Error>> {
    let server = serve(trick, uids).await?;
    let mut mailbox = Mailbox::connect(&config(server.port)).await?;
    let got = mailbox.fetch_since(7, last).await;
    let seen = server.commands.lock().map_or(0, |l| l.iter().filter(|c| c.contains("Seen")).count());
    assert_eq!(seen, 0, "fetching marks nothing as seen");
    Ok(got)
}

#[tokio::test]
async fn messages_come_by_uid_and_only_new_ones() -> Outcome {
    let Arrived::Batch(batch) = fetch(Trick::None, &[9, 4, 5], 4).await?? else { return Err("no batch".into()) };
    assert_eq!(batch.iter().map(|m| m.uid).collect::<Vec<_>>(), [5, 9]);
    assert!(batch.iter().all(|m| m.raw == MAIL.as_bytes() && m.extent == Extent::Whole));
    assert_eq!(fetch(Trick::None, &[4], 4).await??, Arrived::Batch(Vec::new()));
    Ok(())
}

#[tokio::test]
async fn a_connection_cut_at_any_byte_gives_nothing_partial() -> Outcome {
    let whole = body("5", MAIL.len()).len() + "A0005 OK done\r\n".len();
    for at in 0..whole - 1 {
        let got = fetch(Trick::CutAt(at), &[5], 0).await?;
        assert!(got.is_err(), "cut at {at} gave {got:?}");
    }
    Ok(())
}

#[tokio::test]
async fn wrong_lengths_and_silence_end_in_an_error() -> Outcome {
    for trick in [Trick::Announces(3), Trick::Announces(MAIL.len() + 9), Trick::Announces(5000), Trick::Silent] {
        let got = fetch(trick, &[5], 0).await?;
        assert!(got.is_err(), "{trick:?} gave {got:?}");
    }
    Ok(())
}

#[tokio::test]
async fn one_unreadable_message_is_named_and_the_others_get_through() -> Outcome {
    let got = fetch(Trick::Garbage(5), &[5, 6, 7], 0).await?;
    assert!(matches!(got, Err(ImapError::Message { uid: 5, .. })), "{got:?}");
    let Arrived::Batch(rest) = fetch(Trick::Garbage(5), &[5, 6, 7], 5).await?? else { return Err("no batch".into()) };
    assert_eq!(rest.iter().map(|m| m.uid).collect::<Vec<_>>(), [6, 7]);
    let Arrived::Batch(before) = fetch(Trick::Garbage(7), &[5, 6, 7], 0).await?? else { return Err("no batch".into()) };
    assert_eq!(before.iter().map(|m| m.uid).collect::<Vec<_>>(), [5, 6]);
    Ok(())
}

#[tokio::test]
async fn a_huge_message_is_fetched_in_part() -> Outcome {
    let server = serve(Trick::Huge, &[5]).await?;
    let mut mailbox = Mailbox::connect(&config(server.port)).await?;
    let Arrived::Batch(batch) = mailbox.fetch_since(7, 0).await? else { return Err("no batch".into()) };
    assert_eq!(batch.first().map(|m| m.extent), Some(Extent::Cut { size: 900 << 20 }));
    let asked = server.commands.lock().is_ok_and(|l| l.iter().any(|c| c.contains("BODY.PEEK[]<0.1048576>")));
    assert!(asked);
    Ok(())
}

#[tokio::test]
async fn a_new_uidvalidity_is_a_value() -> Outcome {
    let server = serve(Trick::None, &[5]).await?;
    let mut mailbox = Mailbox::connect(&config(server.port)).await?;
    assert_eq!(mailbox.fetch_since(6, 3).await?, Arrived::ValidityChanged { uid_validity: 7 });
    Ok(())
}

#[tokio::test]
async fn idle_wakes_and_seen_is_set_on_demand() -> Outcome {
    let server = serve(Trick::None, &[5]).await?;
    let mut mailbox = Mailbox::connect(&config(server.port)).await?;
    assert_eq!(mailbox.idle(Duration::from_secs(5)).await?, connect::mail::imap::Woken::Change);
    mailbox.mark_seen(5).await?;
    let marked = server.commands.lock().is_ok_and(|l| l.iter().any(|c| c == "UID STORE 5 +FLAGS.SILENT (\\Seen)"));
    assert!(marked);
    Ok(())
}

#[tokio::test]
async fn plaintext_stays_on_this_machine() -> Outcome {
    let mut away = config(143);
    away.host = "192.0.2.1".to_owned();
    let got = Mailbox::connect(&away).await;
    assert!(matches!(got, Err(ImapError::TimedOut | ImapError::Unreachable(_) | ImapError::PlaintextAway(_))));
    Ok(())
}
