//! A mail server whose certificate no public authority signed. The one here and its authority were made for
//! this test; nothing else trusts them.

use std::sync::Arc;

use outbox::{Delivery, DoorError, Setback, SmtpConfig, Tls, Transport};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};

use crate::{
    desk_at::on_both,
    fake_smtp::{Behaviour, FakeSmtp},
};

const AUTHORITY: &[u8] = include_bytes!("../tls/authority.pem");
const CERTIFICATE: &[u8] = include_bytes!("../tls/localhost.pem");
const KEY: &[u8] = include_bytes!("../tls/localhost.key");

/// Puts encryption before a mail server; the port to speak to.
async fn encrypted(server: &FakeSmtp) -> u16 {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let (port, behind) = (listener.local_addr().expect("an address").port(), server.address);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut outer = acceptor.accept(stream).await.ok()?;
                let mut inner = TcpStream::connect(behind).await.ok()?;
                tokio::io::copy_bidirectional(&mut outer, &mut inner).await.ok()
            });
        }
    });
    port
}

#[test]
fn a_private_certificate_is_trusted_where_it_was_named_and_nowhere_else() {
    on_both(async |desk| {
        let server = FakeSmtp::start(Behaviour::Normal).await;
        let port = encrypted(&server).await;
        let plain = || SmtpConfig::new("localhost", port, Tls::Implicit, None, "desk.example").expect("good settings");
        let reply = desk.approved(desk.case().await).await;
        desk.wait(11);
        let refused = desk.deliver_by(&Transport::Smtp(plain()), reply.outbox()).await;
        let Delivery::Later { at, setback: Setback::Channel } = refused else { panic!("{refused:?}") };
        assert_eq!(server.commands(), Vec::<String>::new(), "not a word to a server nobody vouches for");
        desk.wait(at.seconds_since(desk.now()) + 1);
        let trusting = plain().trusting(AUTHORITY).expect("an authority");
        let sent = desk.deliver_by(&Transport::Smtp(trusting), reply.outbox()).await;
        assert_eq!(sent, Delivery::Sent { refused: vec![] });

        let damaged = [AUTHORITY, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"].concat();
        for pem in [b"".as_slice(), b"no certificate", KEY, &damaged] {
            assert!(matches!(plain().trusting(pem), Err(DoorError::Settings { .. })));
        }
    });
}
