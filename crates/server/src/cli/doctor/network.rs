//! What is beyond this machine: mailbox, mail server, model endpoint. Signs in where the desk would,
//! and sends nothing but one fixed question to the model.

use std::time::Duration;

use connect::{
    mail::imap::{ImapError, Mailbox},
    model::{ModelError, Request},
};
use redact::Redacted;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::Finding;
use crate::{
    cli::connections::{identity_provider, model_client, transport},
    config::{Config, Imap, Smtp},
    jobs::fetch_mail::imap_config,
};

/// Longest wait for each.
const PATIENCE: Duration = Duration::from_secs(15);

/// Looks.
pub async fn look(config: &Config) -> Vec<Finding> {
    vec![
        match &config.mail.imap {
            Some(imap) => mailbox(imap).await,
            None => Finding::mind(
                "mail in",
                "no mailbox; mail comes by API and import only",
                "docs/operate/mailbox.md shows how to connect one.",
            ),
        },
        match &config.mail.smtp {
            Some(smtp) => mail_server(config, smtp).await,
            None => Finding::mind(
                "mail out",
                "no mail server; approved letters stay in the letter tray",
                "docs/operate/mailbox.md shows how to connect one.",
            ),
        },
        model(config).await,
        identity(config).await,
    ]
}

async fn mailbox(imap: &Imap) -> Finding {
    let shown = format!("{}@{}:{} {}", imap.user, imap.host, imap.port, imap.folder);
    match timeout(PATIENCE, Mailbox::connect(&imap_config(imap))).await {
        Ok(Ok(open)) => {
            let validity = open.uid_validity();
            // Signing out is polite and of no consequence.
            let _ = timeout(Duration::from_secs(2), open.close()).await;
            Finding::good("mail in", format!("{shown}: signed in (UIDVALIDITY {validity})"))
        }
        Ok(Err(error)) => {
            let next = match &error {
                ImapError::Login(_) => "Check `mail.imap.user` and COUNTERSIGN_IMAP_PASSWORD.",
                ImapError::Tls(_) => {
                    "Check `mail.imap.tls` and port; a private certificate goes into `mail.imap.ca_file`."
                }
                ImapError::Folder { .. } => "Check `mail.imap.folder`.",
                _ => "Check `mail.imap.host` and `mail.imap.port`.",
            };
            Finding::wrong("mail in", format!("{shown}: {error}"), next)
        }
        Err(_) => Finding::wrong(
            "mail in",
            format!("{shown}: no answer within {} s", PATIENCE.as_secs()),
            "Check `mail.imap.host` and `mail.imap.port`.",
        ),
    }
}

async fn mail_server(config: &Config, smtp: &Smtp) -> Finding {
    let shown = format!("{}:{}", smtp.host, smtp.port);
    if let Err(error) = transport(config) {
        return Finding::wrong("mail out", error.to_string(), "Correct the section [mail.smtp].");
    }
    let greeted =
        if smtp.tls == "implicit" { reach(smtp).await.map(|_| "reachable".to_owned()) } else { greet(smtp).await };
    match greeted {
        Ok(said) => Finding::good("mail out", format!("{shown}: {said}; signing in is tried with the first letter")),
        Err(why) => Finding::wrong(
            "mail out",
            format!("{shown}: {why}"),
            "Check `mail.smtp.host`, `mail.smtp.port` and `mail.smtp.tls`; a private certificate goes into `mail.smtp.ca_file`.",
        ),
    }
}

async fn reach(smtp: &Smtp) -> Result<TcpStream, String> {
    timeout(PATIENCE, TcpStream::connect((smtp.host.as_str(), smtp.port)))
        .await
        .map_err(|_| format!("no answer within {} s", PATIENCE.as_secs()))?
        .map_err(|e| e.to_string())
}

/// Greeting and EHLO, and whether STARTTLS is offered where it is asked for.
async fn greet(smtp: &Smtp) -> Result<String, String> {
    let talk = async {
        let mut stream = BufReader::new(reach(smtp).await?);
        answer(&mut stream, "220").await?;
        stream.write_all(b"EHLO countersign.invalid\r\n").await.map_err(|e| e.to_string())?;
        let offers = answer(&mut stream, "250").await?;
        // Leaving without a word would be counted as an attack by some servers.
        let _ = stream.write_all(b"QUIT\r\n").await;
        let starttls = offers.to_ascii_uppercase().contains("STARTTLS");
        match (smtp.tls.as_str(), starttls) {
            ("starttls", false) => Err("it does not offer STARTTLS".to_owned()),
            (_, true) => Ok("greets and offers STARTTLS".to_owned()),
            _ => Ok("greets".to_owned()),
        }
    };
    timeout(PATIENCE, talk).await.map_err(|_| "it was too slow to greet".to_owned())?
}

/// Reads one reply of any number of lines.
async fn answer(stream: &mut BufReader<TcpStream>, wanted: &str) -> Result<String, String> {
    let mut whole = String::new();
    for _ in 0..64 {
        let mut text = String::new();
        stream.read_line(&mut text).await.map_err(|e| e.to_string())?;
        whole.push_str(&text);
        if text.get(3..4) != Some("-") {
            let said: String = text.trim().chars().take(120).collect();
            return if text.starts_with(wanted) { Ok(whole) } else { Err(format!("it said “{said}”")) };
        }
    }
    Err("its greeting does not end".to_owned())
}

async fn identity(config: &Config) -> Finding {
    let Some(settings) = &config.identity else {
        return Finding::good("identity provider", "none configured; people sign in with a password");
    };
    let next = "Check `identity.issuer`; passwords work without it.";
    match identity_provider(config) {
        Ok(Some(provider)) => match provider.look().await {
            Ok(()) => Finding::good("identity provider", format!("{} answers", settings.issuer)),
            Err(error) => Finding::wrong("identity provider", format!("{}: {error}", settings.issuer), next),
        },
        Ok(None) => Finding::good("identity provider", "none configured"),
        Err(error) => Finding::wrong("identity provider", error.to_string(), next),
    }
}

async fn model(config: &Config) -> Finding {
    let Some(settings) = &config.model else {
        return Finding::good("model", "none configured; drafts are assembled from sources and past replies");
    };
    let client = match model_client(config) {
        Ok(Some(client)) => client,
        Ok(None) => return Finding::good("model", "none configured"),
        Err(error) => return Finding::wrong("model", error.to_string(), "Correct the section [model]."),
    };
    let request = Request {
        system: Redacted::fixed("Answer with the word ready."),
        user: Redacted::fixed("Are you there?"),
        max_tokens: 8,
        temperature: 0.0,
    };
    let shown = format!("{} at {}", settings.name, settings.base_url);
    match timeout(PATIENCE * 2, client.complete(&request, 0)).await {
        Ok(Ok(answer)) => Finding::good("model", format!("{shown}: answered in {} ms", answer.total_ms)),
        Ok(Err(error @ ModelError::Status(401 | 403))) => {
            Finding::wrong("model", format!("{shown}: {error}"), "Check COUNTERSIGN_MODEL_KEY.")
        }
        Ok(Err(error)) => Finding::wrong(
            "model",
            format!("{shown}: {error}"),
            "Check `model.base_url` and `model.name`; people can work and send without it.",
        ),
        Err(_) => Finding::wrong(
            "model",
            format!("{shown}: no answer within {} s", PATIENCE.as_secs() * 2),
            "People can work and send without it.",
        ),
    }
}
