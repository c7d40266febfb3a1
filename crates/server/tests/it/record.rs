//! The record outside the house: an export verifies with nothing but the public key, one flipped
//! bit anywhere in it is found and located; and where nothing can be recorded, nothing is sent.

use std::{collections::BTreeMap, fs, process::Command, time::Duration};

use serde_json::{Value, json};

use crate::real::{
    self,
    place::{CLEAR_QUESTION, Outside, Place},
    sink::Sink,
};

/// Places where a bit is flipped.
const FLIPS: usize = 50;

#[test]
fn an_export_verifies_elsewhere_and_one_flipped_bit_is_named() {
    real::run(async {
        let place = Place::furnished(Outside::default()).await;
        let running = place.run().await;
        let lead = place.lead(&running);
        let tickets = lead.get("/tickets?view=all&limit=1").await.unwrap();
        let notes = format!("/tickets/{}/notes", tickets["items"][0]["id"].as_str().unwrap());
        // Enough entries for lines of every kind.
        while place.number("select count(*) from entries").await < 280 {
            assert_eq!(lead.ask("POST", &notes, Some(&json!({ "body": "one more" }))).await.unwrap().0, 201);
        }
        running.stop().await;
        let exported = place.command(&["audit", "export", "--data", "data", "--out", "record.ndjson"]).await;
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let key = place.command(&["audit", "key", "--data", "data"]).await;
        let key = String::from_utf8(key.stdout).unwrap().trim().to_owned();
        let file = fs::read(place.data().parent().unwrap().join("record.ndjson")).unwrap();
        drop(place);

        let (good, said) = verify(&file, &key);
        assert!(good, "{said}");
        assert_eq!(said["size"], file.split(|b| *b == b'\n').filter(|l| l.starts_with(b"{\"index\"")).count());
        let another = key.replacen(key.rsplit('+').next().unwrap(), "AXJlY29yZCByZWNvcmQgcmVjb3JkIHJlY29yZCByZWNv", 1);
        assert!(!verify(&file, &another).0, "another key must not do");

        let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
        for (line, at) in places(&file) {
            let mut changed = file.clone();
            changed[at] ^= 1 << (at % 8);
            let (good, said) = verify(&changed, &key);
            assert!(!good, "a bit flipped at byte {at} ({}) went unnoticed", line.kind);
            *kinds.entry(line.kind).or_default() += 1;
            let range = said["first_bad"].as_u64().zip(said["last_bad"].as_u64());
            match line.kind {
                "entry" => assert_eq!(range, Some((line.entries, line.entries)), "{said}"),
                // Nothing can be said about entries without a header.
                "header" => assert_eq!(range, None, "{said}"),
                // The damaged line stands after these entries: they, or the place behind them, are named.
                _ => assert!(range.is_some_and(|(_, last)| last <= line.entries), "{} {said}", line.kind),
            }
        }
        assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), ["block", "checkpoint", "entry", "header"], "{kinds:?}");
    });
}

/// A line of an export: what it is, and how many entries stand before it.
struct Line {
    kind: &'static str,
    entries: u64,
    from: usize,
    to: usize,
}

fn lines(file: &[u8]) -> Vec<Line> {
    let (mut lines, mut from, mut entries) = (Vec::new(), 0, 0);
    for text in file.split_inclusive(|b| *b == b'\n') {
        let kind = match text {
            t if t.starts_with(b"{\"index\"") => "entry",
            t if t.starts_with(b"{\"block\"") => "block",
            t if t.starts_with(b"{\"checkpoint\"") => "checkpoint",
            _ => "header",
        };
        lines.push(Line { kind, entries, from, to: from + text.len() });
        from += text.len();
        entries += u64::from(kind == "entry");
    }
    lines
}

/// Bytes to change: each kind of line four times, then entries anywhere, the last one among them.
fn places(file: &[u8]) -> Vec<(Line, usize)> {
    let mut chosen = Vec::new();
    for round in 0..FLIPS {
        let mut lines = lines(file);
        let wanted = ["header", "block", "checkpoint", "entry"][if round < 16 { round % 4 } else { 3 }];
        lines.retain(|line| line.kind == wanted);
        if lines.is_empty() {
            continue;
        }
        // Any spread will do, so long as it is the same on every run.
        let pick = if round + 1 == FLIPS { lines.len() - 1 } else { (round * 7919) % lines.len() };
        let line = lines.swap_remove(pick);
        let at = line.from + (round * 104_729) % (line.to - line.from);
        chosen.push((line, at));
    }
    chosen
}

/// `audit verify` in a folder where there is nothing else.
fn verify(file: &[u8], key: &str) -> (bool, Value) {
    let elsewhere = tempfile::tempdir().unwrap();
    fs::write(elsewhere.path().join("record.ndjson"), file).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_countersign"));
    program.args(["audit", "verify", "record.ndjson", "--key", key, "--json"]).current_dir(elsewhere.path());
    let output = program.env_clear().output().unwrap();
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
}

#[test]
fn where_nothing_can_be_recorded_nothing_is_sent() {
    if !real::has("sqlite3") {
        return;
    }
    real::run(async {
        let sink = Sink::start().await;
        let place = Place::furnished(Outside { smtp: Some(sink.port), ..Outside::default() }).await;
        let running = place.run().await;
        let lead = place.lead(&running);
        let letter = json!({ "from": "hannah@lowellceramics.example", "subject": "vessel9", "text": CLEAR_QUESTION });
        assert_eq!(lead.ask("POST", "/demo/customer-mail", Some(&letter)).await.unwrap().0, 202);
        let (draft, yes) = lead.sealed("vessel9").await;
        let approval = format!("/drafts/{draft}/approval");

        place
            .shell("create trigger full before insert on entries begin select raise(abort, 'no space left'); end")
            .unwrap();
        for (what, path, body) in
            [("approve", approval.as_str(), &yes), ("take mail in", "/demo/customer-mail", &letter)]
        {
            let (status, said) = lead.ask("POST", path, Some(body)).await.unwrap();
            assert!(status >= 400, "{what}: {status} {said}");
        }
        assert!(lead.ticket("vessel9").await.unwrap().is_some(), "people can still read");
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!((place.number("select count(*) from approvals").await, sink.arrived().len()), (0, 0));

        place.shell("drop trigger full").unwrap();
        assert_eq!(lead.ask("POST", &approval, Some(&yes)).await.unwrap().0, 201, "the page still counts");
        lead.answer("vessel9", Duration::ZERO).await.unwrap();
        assert_eq!(sink.arrived().len(), 1);
        running.kill().await;
    });
}
