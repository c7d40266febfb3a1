//! One TLS stack for the whole program: rustls with ring.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why a TLS client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of trusted certificates could not be read.
    #[error("The certificate file {path} cannot be read: {reason}. Give a PEM file with at least one certificate.")]
    CertificateFile {
        /// The path as configured.
        path: String,
        /// What the reader said.
        reason: String,
    },
    /// ring cannot do what rustls asks of it.
    #[error("TLS cannot be set up: {0}.")]
    Setup(String),
}

/// Makes ring the cryptography of this process. May be called any number of times.
pub fn install() {
    // The only failure is that a provider is installed already, which is the wanted state.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client configuration that trusts `ca_file` (PEM) alone, or the public web's roots without one.
///
/// # Errors
/// [`TlsError`] when the file cannot be read or holds no certificate.
pub fn client_config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => read_roots(path, &mut roots)?,
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| TlsError::Setup(e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read_roots(path: &Path, roots: &mut RootCertStore) -> Result<(), TlsError> {
    let failed = |reason: String| TlsError::CertificateFile { path: path.display().to_string(), reason };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|e| failed(e.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| failed(e.to_string()))?;
        roots.add(certificate).map_err(|e| failed(e.to_string()))?;
    }
    if roots.is_empty() {
        return Err(failed("it holds no certificate".to_owned()));
    }
    Ok(())
}
