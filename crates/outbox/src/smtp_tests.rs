//! Conversations with a server that misbehaves in every way we know (T019 to T026).

use super::{
    fake_smtp::{Behaviour, FakeSmtp},
    *,
};

const MIME: &[u8] = b"Subject: x\r\nFrom: support@fernhill.example\r\n\r\n.\r\n..\r\n.hidden\r\na\r\n.\r\nRCPT TO:<spy@evil.example>\r\n";

async fn talk(behaviour: Behaviour, to: &[&str], mime: &[u8]) -> (Report, FakeSmtp) {
    let server = FakeSmtp::start(behaviour).await;
    let config = SmtpConfig::new("127.0.0.1", server.address.port(), Tls::PlaintextLoopback, None, "desk.example")
        .expect("good settings")
        .with_final_dot_wait(Duration::from_millis(500));
    let to: Vec<String> = to.iter().map(|t| (*t).to_owned()).collect();
    let report = send(&config, Parcel { mail_from: "support@fernhill.example", recipients: &to, mime }).await;
    (report, server)
}

fn kind(report: &Report) -> &'static str {
    match report {
        Report::Accepted { refused, .. } if refused.is_empty() => "accepted",
        Report::Accepted { .. } => "accepted in part",
        Report::Later { setback: Setback::Channel, .. } => "later: channel",
        Report::Later { setback: Setback::Server, .. } => "later: server",
        Report::Refused { .. } => "refused",
        Report::Unanswered { .. } => "unanswered",
    }
}

#[tokio::test]
async fn before_and_after_the_dot_are_told_apart() {
    use Behaviour::*;
    let cases = [
        (Normal, "accepted", 1),
        (CloseAfter250, "accepted", 1),
        (SlowAfterDot, "accepted", 1),
        (HangAfterDot, "unanswered", 1),
        (CloseAfterDot, "unanswered", 1),
        (AfterDot(354), "unanswered", 0),
        (AfterDot(451), "later: server", 0),
        (AfterDot(452), "later: server", 0),
        (AfterDot(554), "refused", 0),
        (CloseInText, "later: channel", 0),
        (CloseAtGreeting, "later: channel", 0),
        (Greets421, "later: channel", 0),
        (Greylists, "later: server", 0),
        (RefusesData, "refused", 0),
        (RefusesSender, "refused", 0),
    ];
    // Long enough not to fit into the buffers between us, so that closing in the text is felt there.
    let long =
        [b"Subject: x\r\n\r\n".to_vec(), b"0123456789 0123456789 0123456789 0123456789\r\n".repeat(400_000)].concat();
    for (behaviour, expected, arrived) in cases {
        let mime = if behaviour == CloseInText { long.as_slice() } else { MIME };
        let (report, server) = talk(behaviour, &["ana@kunde.example"], mime).await;
        assert_eq!(kind(&report), expected, "{behaviour:?}: {report:?}");
        assert_eq!(server.arrived().len(), arrived, "{behaviour:?}");
    }
}

#[tokio::test]
async fn the_bytes_that_arrive_are_the_bytes_that_were_approved() {
    let (report, server) = talk(Behaviour::Normal, &["ana@kunde.example"], MIME).await;
    assert_eq!(kind(&report), "accepted");
    let arrived = server.arrived();
    let [mail] = arrived.as_slice() else { panic!("one mail") };
    assert_eq!(mail.bytes, MIME);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("support@fernhill.example", ["ana@kunde.example".to_owned()].as_slice())
    );
    let verbs: Vec<String> = server.commands().iter().map(|c| c.chars().take(4).collect()).collect();
    assert_eq!(verbs, ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]);
}

#[tokio::test]
async fn bytes_with_two_readings_are_never_spoken() {
    for smuggled in
        [&b"a\n.\nMAIL FROM:<x@evil.example>\r\n"[..], b"a\r.\rb\r\n", b"a\n.\r\nb\r\n", b"a\r\n.\nb\r\n", b"no end"]
    {
        let (report, server) = talk(Behaviour::Normal, &["ana@kunde.example"], smuggled).await;
        assert_eq!(kind(&report), "refused");
        assert!(server.arrived().is_empty() && !server.commands().iter().any(|c| c.starts_with("DATA")));
    }
}

#[tokio::test]
async fn each_recipient_has_an_outcome_of_its_own() {
    let cases: [(&[&str], &str, usize); 5] = [
        (&["a@x.example", "bad@x.example", "c@x.example"], "accepted in part", 2),
        (&["a@x.example", "slow@x.example"], "accepted in part", 1),
        (&["bad@x.example", "bad2@x.example"], "refused", 0),
        (&["bad@x.example", "slow@x.example"], "later: server", 0),
        (&["a@x.example", "b@x.example"], "accepted", 2),
    ];
    for (to, expected, reached) in cases {
        let (report, server) = talk(Behaviour::PicksRecipients, to, MIME).await;
        assert_eq!(kind(&report), expected, "{to:?}");
        assert_eq!(server.arrived().first().map_or(0, |mail| mail.to.len()), reached, "{to:?}");
        if let Report::Accepted { refused, .. } = report {
            assert_eq!(refused.len(), to.len() - reached);
        }
    }
}

#[tokio::test]
async fn a_notice_has_no_sender_and_an_absent_server_is_no_answer() {
    let server = FakeSmtp::start(Behaviour::Normal).await;
    let config = SmtpConfig::new("127.0.0.1", server.address.port(), Tls::PlaintextLoopback, None, "desk.example")
        .expect("good");
    let to = ["ana@kunde.example".to_owned()];
    assert_eq!(kind(&send(&config, Parcel { mail_from: "", recipients: &to, mime: MIME }).await), "accepted");
    assert!(server.commands().iter().any(|c| c == "MAIL FROM:<>"));
    let nobody = SmtpConfig::new("127.0.0.1", 1, Tls::PlaintextLoopback, None, "desk.example").expect("good");
    assert_eq!(kind(&send(&nobody, Parcel { mail_from: "", recipients: &to, mime: MIME }).await), "later: channel");
    // A server that offers no encryption gets no mail when encryption was asked for.
    let strict =
        SmtpConfig::new("127.0.0.1", server.address.port(), Tls::StartTls, None, "desk.example").expect("good");
    assert_eq!(kind(&send(&strict, Parcel { mail_from: "", recipients: &to, mime: MIME }).await), "later: channel");
    assert_eq!(server.arrived().len(), 1);
}

#[test]
fn plain_text_stays_on_this_machine() {
    let make = |host, tls| SmtpConfig::new(host, 25, tls, None, "desk.example");
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(make(host, Tls::PlaintextLoopback).is_ok(), "{host}");
    }
    for host in ["mail.example", "10.0.0.1", "localhost.evil.example", "", "a\r\nb"] {
        assert!(make(host, Tls::PlaintextLoopback).is_err(), "{host}");
    }
    assert!(make("mail.example", Tls::Implicit).is_ok());
}

#[test]
fn passwords_are_not_printed() {
    let config = SmtpConfig::new("m.example", 465, Tls::Implicit, Some(("u".into(), "secret".into())), "d.example");
    assert!(!format!("{config:?}").contains("secret"));
}
