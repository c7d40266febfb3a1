//! A conversation with a mail server, command by command, so that "before the final dot" and
//! "after it" are told apart. Before the dot a mail may be tried again; after it never.

use std::{
    net::IpAddr,
    slice::Chunks,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use desk::closed_list;
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
        response::{Response, Severity},
    },
};
use tokio::time::timeout;

use crate::{
    DoorError, crash, letter,
    transport::{Parcel, Report, Setback},
};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(30);
/// Longest time for everything before the mail's text.
const BEFORE_TEXT: Duration = Duration::from_secs(240);
/// Wait for the answer to the final dot: RFC 5321, 4.5.3.2.6 asks for at least this much.
const FINAL_DOT: Duration = Duration::from_secs(600);
/// How much of a server's words is kept, in characters.
const REPLY_CHARS_MAX: usize = 300;
const CHUNK_BYTES: usize = 16 * 1024;

closed_list! {
    /// How the conversation is encrypted.
    pub enum Tls ("kind of encryption") {
        /// From the first byte (port 465).
        Implicit = "implicit",
        /// After STARTTLS, which the server must offer (port 587).
        StartTls = "starttls",
        /// Not at all; only to this very machine.
        PlaintextLoopback = "plaintext_loopback",
    }
}

/// Which mail server, and how to speak to it.
#[derive(Clone)]
pub struct SmtpConfig {
    host: String,
    port: u16,
    tls: Tls,
    sign_in: Option<Credentials>,
    helo: String,
    trusted: Option<Certificate>,
    final_dot: Duration,
}

impl std::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SmtpConfig({}:{}, {})", self.host, self.port, self.tls)
    }
}

impl SmtpConfig {
    /// A server. `helo` is the name we greet with; `sign_in` is user and password.
    ///
    /// # Errors
    /// [`DoorError::Settings`] when plain text would leave this machine, or the names hold spaces
    /// or control characters.
    pub fn new(
        host: &str,
        port: u16,
        tls: Tls,
        sign_in: Option<(String, String)>,
        helo: &str,
    ) -> Result<Self, DoorError> {
        let no = |detail: &str| Err(DoorError::Settings { detail: detail.to_owned() });
        if [host, helo].iter().any(|name| name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic())) {
            return no("the mail server's name and our own must be host names");
        }
        let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if tls == Tls::PlaintextLoopback && !loopback {
            return no("mail may go unencrypted to this machine only; use implicit TLS or STARTTLS");
        }
        let sign_in = sign_in.map(|(user, password)| Credentials::new(user, password));
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
            sign_in,
            helo: helo.to_owned(),
            trusted: None,
            final_dot: FINAL_DOT,
        })
    }

    /// Trusts the certificates of a PEM text alone, instead of the public web's.
    ///
    /// # Errors
    /// [`DoorError::Settings`] when it holds no certificate, or a damaged one.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, DoorError> {
        let no = || DoorError::Settings {
            detail: "the file of trusted certificates holds none that can be read".to_owned(),
        };
        if !String::from_utf8_lossy(pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(no());
        }
        let certificate = Certificate::from_pem(pem).map_err(|_| no())?;
        // What does not even fit into a TLS client is said now, not with the first letter.
        tls_parameters(&self.host, Some(&certificate)).map_err(|_| no())?;
        self.trusted = Some(certificate);
        Ok(self)
    }

    /// Another wait for the final answer, for tests. Longer than ten minutes has no effect.
    #[must_use]
    pub fn with_final_dot_wait(mut self, wait: Duration) -> Self {
        self.final_dot = wait.min(FINAL_DOT);
        self
    }
}

/// How a step before the text ended early.
struct Early(Report);

impl Early {
    fn channel(what: &str, error: &impl ToString) -> Self {
        let reply = shortened(&format!("{what}: {}", error.to_string()));
        Self(Report::Later { setback: Setback::Channel, reply })
    }
}

/// One whole attempt.
pub(crate) async fn send(config: &SmtpConfig, parcel: Parcel<'_>) -> Report {
    let opened = match timeout(BEFORE_TEXT, Box::pin(open(config, parcel))).await {
        Ok(Ok(opened)) => opened,
        Ok(Err(Early(report))) => return report,
        Err(elapsed) => return Early::channel("the mail server was too slow", &elapsed).0,
    };
    let (mut connection, refused) = opened;
    let report = text(config, &mut connection, parcel, refused).await;
    if !matches!(report, Report::Unanswered { .. }) {
        // Politeness only: the outcome is known.
        let _ = timeout(Duration::from_secs(2), connection.quit()).await;
    }
    report
}

/// Up to and including DATA. Hands back which recipients were refused.
async fn open(config: &SmtpConfig, parcel: Parcel<'_>) -> Result<(AsyncSmtpConnection, Vec<String>), Early> {
    let mut connection = connect(config).await?;
    let sender = match parcel.mail_from {
        "" => None,
        address => Some(address.parse::<Address>().map_err(|e| Early(Report::Refused { reply: e.to_string() }))?),
    };
    connection.command(Mail::new(sender, Vec::new())).await.map_err(|e| Early(verdict("sender", &e)))?;
    crash::point("deliver-mail-from");
    let refused = recipients(&mut connection, parcel.recipients).await?;
    if !letter::is_clean(parcel.mime) {
        return Err(Early(Report::Refused { reply: "the stored mail holds bytes that must not be sent".to_owned() }));
    }
    match connection.command(Data).await {
        Ok(_) => Ok((connection, refused)),
        Err(error) => Err(Early(verdict("DATA", &error))),
    }
}

fn tls_parameters(host: &str, trusted: Option<&Certificate>) -> Result<TlsParameters, Error> {
    let builder = TlsParameters::builder(host.to_owned());
    match trusted {
        None => builder.build_rustls(),
        Some(certificate) => {
            builder.certificate_store(CertificateStore::None).add_root_certificate(certificate.clone()).build_rustls()
        }
    }
}

async fn connect(config: &SmtpConfig) -> Result<AsyncSmtpConnection, Early> {
    let hello = ClientId::Domain(config.helo.clone());
    let tls = match config.tls {
        Tls::PlaintextLoopback => None,
        Tls::Implicit | Tls::StartTls => {
            let parameters = tls_parameters(&config.host, config.trusted.as_ref());
            Some(parameters.map_err(|e| Early::channel("encryption", &e))?)
        }
    };
    let (at_once, upgrade) = if config.tls == Tls::Implicit { (tls, None) } else { (None, tls) };
    let server = (config.host.as_str(), config.port);
    let dialled = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &hello, at_once, None);
    let mut connection = timeout(CONNECT, dialled)
        .await
        .map_err(|e| Early::channel("the mail server did not answer", &e))?
        .map_err(|e| Early::channel("the mail server cannot be reached", &e))?;
    if let Some(parameters) = upgrade {
        connection.starttls(parameters, &hello).await.map_err(|e| Early::channel("STARTTLS", &e))?;
    }
    if let Some(credentials) = &config.sign_in {
        let ways = [Mechanism::Plain, Mechanism::Login];
        connection
            .auth(&ways, credentials)
            .await
            .map_err(|e| Early::channel("the mail server refused our sign-in", &e))?;
    }
    Ok(connection)
}

/// Offers each recipient. As long as one is taken the mail goes out, and those that were not are
/// named, never the whole mail repeated.
async fn recipients(connection: &mut AsyncSmtpConnection, all: &[String]) -> Result<Vec<String>, Early> {
    let (mut refused, mut first_no, mut taken) = (Vec::new(), None, 0_usize);
    for recipient in all {
        let address: Address =
            recipient.parse().map_err(|_| Early(Report::Refused { reply: "a recipient is no address".to_owned() }))?;
        match connection.command(Rcpt::new(address, Vec::new())).await {
            Ok(_) => taken += 1,
            Err(error) if error.status().is_some() => {
                refused.push(shortened(&format!("{recipient}: {error}")));
                // "Not now" for one leaves hope for the mail; it outweighs "never" for another.
                if first_no.is_none() || error.is_transient() {
                    first_no = Some(verdict("recipient", &error));
                }
            }
            Err(error) => return Err(Early(verdict("recipient", &error))),
        }
    }
    match first_no {
        Some(report) if taken == 0 => Err(Early(report)),
        _ => Ok(refused),
    }
}

/// What an error before the dot means: a spoken "no" is the server's, silence the channel's.
fn verdict(at: &str, error: &Error) -> Report {
    let reply = shortened(&format!("{at}: {error}"));
    if error.is_permanent() {
        Report::Refused { reply }
    } else if error.is_transient() {
        Report::Later { setback: Setback::Server, reply }
    } else {
        Report::Later { setback: Setback::Channel, reply }
    }
}

/// The mail's text in pieces; notes when the last one was asked for, which is when the dot follows.
struct Text<'a> {
    pieces: Chunks<'a, u8>,
    dot: &'a AtomicBool,
}

impl<'a> Iterator for Text<'a> {
    type Item = &'a [u8];
    fn next(&mut self) -> Option<&'a [u8]> {
        let piece = self.pieces.next();
        if piece.is_none() {
            crash::point("deliver-data-sent");
            self.dot.store(true, Ordering::SeqCst);
        }
        piece
    }
}

async fn text(
    config: &SmtpConfig,
    connection: &mut AsyncSmtpConnection,
    parcel: Parcel<'_>,
    refused: Vec<String>,
) -> Report {
    let dot = AtomicBool::new(false);
    // The library writes CRLF "." CRLF at the end; the mail's own last CRLF is that first one.
    let mime = parcel.mime.strip_suffix(b"\r\n").unwrap_or(parcel.mime);
    let pieces = Text { pieces: mime.chunks(CHUNK_BYTES), dot: &dot };
    let answer = timeout(config.final_dot, connection.message_iter(pieces)).await;
    let after_dot = dot.load(Ordering::SeqCst);
    match answer {
        Ok(Ok(reply)) if is_acceptance(&reply) => {
            crash::point("deliver-accepted");
            Report::Accepted { reply: shortened(&words(&reply)), refused }
        }
        Ok(Ok(reply)) => Report::Unanswered { reply: shortened(&words(&reply)) },
        Ok(Err(error)) if !after_dot || error.status().is_some() => verdict("text", &error),
        Ok(Err(error)) => Report::Unanswered { reply: shortened(&error.to_string()) },
        Err(_) if after_dot => Report::Unanswered { reply: "no answer to the final dot in time".to_owned() },
        Err(elapsed) => Early::channel("the mail server stopped listening", &elapsed).0,
    }
}

fn is_acceptance(reply: &Response) -> bool {
    reply.code().severity == Severity::PositiveCompletion
}

fn words(reply: &Response) -> String {
    format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" "))
}

fn shortened(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REPLY_CHARS_MAX).collect()
}

#[cfg(test)]
#[expect(dead_code, reason = "shared with the stories of the door, which use the rest")]
#[path = "../tests/it/fake_smtp.rs"]
mod fake_smtp;

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
