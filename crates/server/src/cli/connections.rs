//! From settings to the two ways out: the mail server, and the model endpoint. Nothing is contacted here.

use connect::{
    Secret,
    identity::{Provider, ProviderConfig},
    model::{Client, EndpointConfig, Limits, Reach},
};
use outbox::{DoorError, SmtpConfig, Tls, Transport};

use crate::{
    FlowError,
    config::{Config, Model},
};

/// What the door hands letters to: the configured mail server, or the tray.
///
/// # Errors
/// [`FlowError::Unavailable`] for settings that cannot work, such as plain text to another machine.
pub fn transport(config: &Config) -> Result<Transport, FlowError> {
    let Some(smtp) = &config.mail.smtp else { return Ok(Transport::Tray) };
    let tls = match smtp.tls.as_str() {
        "starttls" => Tls::StartTls,
        "plaintext" => Tls::PlaintextLoopback,
        _ => Tls::Implicit,
    };
    let sign_in = smtp.user.clone().map(|user| (user, smtp.password.clone()));
    let helo = config.mail.address.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let server = SmtpConfig::new(&smtp.host, smtp.port, tls, sign_in, helo).map_err(cannot_work)?;
    let server = match &smtp.ca_file {
        None => server,
        Some(path) => {
            let pem = std::fs::read(path).map_err(|e| {
                FlowError::Unavailable(format!("`mail.smtp.ca_file` {} cannot be read: {e}.", path.display()))
            })?;
            server.trusting(&pem).map_err(cannot_work)?
        }
    };
    Ok(Transport::Smtp(server))
}

fn cannot_work(error: DoorError) -> FlowError {
    FlowError::Unavailable(format!("The section [mail.smtp] cannot work: {error}."))
}

/// The configured language model, if there is one.
///
/// # Errors
/// [`FlowError::Unavailable`] for an address that is not allowed.
pub fn model_client(config: &Config) -> Result<Option<Client>, FlowError> {
    client_of("model", config.model.as_ref())
}

/// The configured candidate beside it, if there is one.
///
/// # Errors
/// [`FlowError::Unavailable`] for an address that is not allowed.
pub fn candidate_client(config: &Config) -> Result<Option<Client>, FlowError> {
    client_of("candidate", config.candidate.as_ref())
}

fn client_of(section: &str, model: Option<&Model>) -> Result<Option<Client>, FlowError> {
    let Some(model) = model else { return Ok(None) };
    let endpoint = EndpointConfig {
        base_url: model.base_url.clone(),
        model: model.name.clone(),
        api_key: (!model.api_key.is_empty()).then(|| Secret::new(model.api_key.clone())),
        region: model.region.clone(),
        reach: if model.allow_private { Reach::PrivateToo } else { Reach::Public },
        limits: Limits::default(),
    };
    let client = Client::new(endpoint)
        .map_err(|e| FlowError::Unavailable(format!("The section [{section}] cannot work: {e}.")))?;
    Ok(Some(client))
}

/// The configured identity provider, if there is one.
///
/// # Errors
/// [`FlowError::Unavailable`] for an address that is not allowed.
pub fn identity_provider(config: &Config) -> Result<Option<Provider>, FlowError> {
    let Some(identity) = &config.identity else { return Ok(None) };
    let provider = ProviderConfig {
        issuer: identity.issuer.clone(),
        client_id: identity.client_id.clone(),
        secret: Secret::new(identity.client_secret.clone()),
        redirect: format!("{}/api/v1/session/provider/return", config.desk.public_address().unwrap_or_default()),
        reach: if identity.allow_private { Reach::PrivateToo } else { Reach::Public },
    };
    let cannot = |e| FlowError::Unavailable(format!("The section [identity] cannot work: {e}."));
    Provider::new(provider).map(Some).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Smtp;

    #[test]
    fn a_certificate_file_that_cannot_be_used_is_said_at_the_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let (missing, empty) = (folder.path().join("missing.pem"), folder.path().join("empty.pem"));
        std::fs::write(&empty, "nothing").expect("written");
        for (path, said) in [(missing, "cannot be read"), (empty, "holds none that can be read")] {
            let mut config = Config::default();
            config.mail.smtp = Some(Smtp {
                host: "mail.example".to_owned(),
                port: 465,
                tls: "implicit".to_owned(),
                ca_file: Some(path),
                user: None,
                password: String::new(),
            });
            let refused = transport(&config).map(|_| ()).map_err(|e| e.to_string());
            assert!(refused.as_ref().is_err_and(|e| e.contains(said)), "{refused:?}");
        }
    }
}
