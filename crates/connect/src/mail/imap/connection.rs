//! From an address to a signed-in session.

use std::fmt;

use async_imap::{Client, Session};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{ImapConfig, ImapError, Tls, is_here, within};
use crate::tls;

/// Bytes in both directions, encrypted or not.
pub(super) trait Io: AsyncRead + AsyncWrite + Unpin + Send + Sync + fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + fmt::Debug> Io for T {}

pub(super) type Stream = Box<dyn Io>;

pub(super) async fn open(config: &ImapConfig) -> Result<Session<Stream>, ImapError> {
    let tcp = connect(config).await?;
    let client = match config.tls {
        Tls::Implicit => greeted(config, encrypt(config, Box::new(tcp)).await?).await?,
        Tls::Plaintext => greeted(config, Box::new(tcp)).await?,
        Tls::StartTls => {
            let mut client = greeted(config, Box::new(tcp)).await?;
            within(config.limits.answer, client.run_command_and_check_ok("STARTTLS", None)).await?;
            // Whatever was sent in the clear behind the answer is dropped with the client's buffer.
            Client::new(encrypt(config, client.into_inner()).await?)
        }
    };
    let login = client.login(&config.user, config.password.reveal());
    match timeout(config.limits.answer, login).await {
        Err(_) => Err(ImapError::TimedOut),
        Ok(Ok(session)) => Ok(session),
        Ok(Err((error, _))) => Err(match ImapError::from(error) {
            ImapError::Refused(reason) => ImapError::Login(reason),
            other => other,
        }),
    }
}

async fn connect(config: &ImapConfig) -> Result<TcpStream, ImapError> {
    let work = TcpStream::connect((config.host.as_str(), config.port));
    let tcp = match timeout(config.limits.answer, work).await {
        Err(_) => return Err(ImapError::TimedOut),
        Ok(result) => result.map_err(|e| ImapError::Unreachable(e.to_string()))?,
    };
    // Checked on the connection itself: a name may mean one thing now and another a moment later.
    let peer = tcp.peer_addr().map_err(|e| ImapError::Unreachable(e.to_string()))?;
    if config.tls == Tls::Plaintext && !is_here(peer.ip()) {
        return Err(ImapError::PlaintextAway(config.host.clone()));
    }
    Ok(tcp)
}

async fn encrypt(config: &ImapConfig, stream: Stream) -> Result<Stream, ImapError> {
    let settings = tls::client_config(config.ca_file.as_deref()).map_err(|e| ImapError::Tls(e.to_string()))?;
    let name = ServerName::try_from(config.host.clone()).map_err(|e| ImapError::Tls(e.to_string()))?;
    let work = TlsConnector::from(settings).connect(name, stream);
    match timeout(config.limits.answer, work).await {
        Err(_) => Err(ImapError::TimedOut),
        Ok(Err(error)) => Err(ImapError::Tls(error.to_string())),
        Ok(Ok(encrypted)) => Ok(Box::new(encrypted)),
    }
}

async fn greeted(config: &ImapConfig, stream: Stream) -> Result<Client<Stream>, ImapError> {
    let mut client = Client::new(stream);
    match timeout(config.limits.answer, client.read_response()).await {
        Err(_) => Err(ImapError::TimedOut),
        Ok(greeting) => greeting.map_err(ImapError::from)?.map(|_| client).ok_or(ImapError::Closed),
    }
}
