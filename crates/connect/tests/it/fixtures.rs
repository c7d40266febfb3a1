//! Each `fixtures/mail/NAME.eml` has its expected reading beside it as `NAME.json`. A key of the JSON
//! that is missing is not looked at. `UPDATE_FIXTURES=1` writes the reading of new messages.

use std::path::{Path, PathBuf};

use connect::mail::{ParsedMail, Settings, parse};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail")
}

fn settings() -> Settings {
    Settings {
        authserv_id: Some("mx.desk.example".to_owned()),
        own_addresses: vec!["support@desk.example".to_owned()],
        ..Settings::default()
    }
}

fn reading(mail: &ParsedMail) -> Value {
    let files: Vec<Value> = mail
        .attachments
        .iter()
        .map(|a| json!({"name": a.name, "media_type": a.media_type, "size": a.size, "disposition": a.disposition}))
        .collect();
    json!({
        "message_id": mail.message_id, "in_reply_to": mail.in_reply_to, "references": mail.references,
        "from": mail.from, "sender": mail.sender, "reply_to": mail.reply_to, "to": mail.to, "cc": mail.cc,
        "subject": mail.subject, "date": mail.date, "text": mail.text, "latest": mail.latest,
        "quoted": mail.quoted, "signature": mail.signature, "html": mail.html,
        "hidden_text": mail.hidden_text, "attachments": files, "machine": mail.machine,
        "authentication": mail.authentication, "oddities": mail.oddities,
    })
}

#[test]
fn every_fixture_reads_as_written_beside_it() -> Result<(), Box<dyn std::error::Error>> {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_none_or(|e| e != "eml") {
            continue;
        }
        let got = reading(&parse(&std::fs::read(&path)?, &settings()));
        let beside = path.with_extension("json");
        if !beside.exists() && std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(&beside, format!("{got:#}\n"))?;
        }
        let want: Value = serde_json::from_slice(&std::fs::read(&beside)?)?;
        assert_eq!(got, want, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 15, "only {seen} fixtures found");
    Ok(())
}
