//! Labelled texts from files: CSV or TSV with a header, JSON lines, and mails.
//!
//! One broken row refuses the whole file, with its number: nothing is trained by half.

use std::{fmt::Display, path::Path};

use classify::Example;
use connect::mail::{self, sources};

use super::Failure;

/// Names of the column or field that holds each part.
const TEXT: [&str; 4] = ["text", "question", "body", "message"];
const LABEL: [&str; 4] = ["label", "category", "intent", "class"];
const ID: [&str; 2] = ["id", "ticket"];
/// The header field of a mail that names its label.
const LABEL_FIELD: &str = "x-label";

/// Whether every row must have a label, and a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    /// A row without one is broken: nothing can be learnt from it, nor measured.
    Needed,
    /// A row without one has an empty label, and an empty text is a text.
    IfThere,
}

/// Reads the rows of a file, or of a folder of mails. Ids are the file's, or row numbers from 1.
///
/// # Errors
/// [`Failure::BadInput`], naming the file, the row, and what is wrong with it.
pub fn read(path: &Path, labels: Labels) -> Result<Vec<Example>, Failure> {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let rows = match ending.as_str() {
        "csv" => table(path, b',', labels),
        "tsv" => table(path, b'\t', labels),
        "jsonl" | "ndjson" => lines(path, labels),
        "mbox" | "eml" => mails(path, labels),
        _ if path.is_dir() => mails(path, labels),
        _ => Err(Failure::BadInput(format!(
            "{} is of no known kind. Give .csv, .tsv, .jsonl, .mbox, .eml, or a folder of mails.",
            path.display()
        ))),
    }?;
    if rows.is_empty() {
        return Err(Failure::BadInput(format!("{} has no rows.", path.display())));
    }
    Ok(rows)
}

fn broken(path: &Path, row: usize, why: &dyn Display) -> Failure {
    Failure::BadInput(format!(
        "{}, row {row}: {why}. Nothing was read; correct the row and start again.",
        path.display()
    ))
}

fn example(path: &Path, row: usize, id: &str, text: &str, label: &str, labels: Labels) -> Result<Example, Failure> {
    if labels == Labels::Needed && text.trim().is_empty() {
        return Err(broken(path, row, &"it has no text"));
    }
    if labels == Labels::Needed && label.trim().is_empty() {
        return Err(broken(path, row, &"it has no label"));
    }
    let id = if id.is_empty() { row.to_string() } else { id.to_owned() };
    Ok(Example { id, text: text.to_owned(), label: label.trim().to_owned(), vector: None })
}

fn table(path: &Path, delimiter: u8, labels: Labels) -> Result<Vec<Example>, Failure> {
    let unreadable = |e: csv::Error| Failure::BadInput(format!("{} cannot be read: {e}.", path.display()));
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_path(path).map_err(unreadable)?;
    let header = reader.headers().map_err(unreadable)?.clone();
    let column = |names: &[&str]| {
        header
            .iter()
            .position(|h| names.iter().any(|n| h.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(n)))
    };
    let missing = |names: &[&str]| {
        Failure::BadInput(format!(
            "{} has no column named {}. The first line must name the columns.",
            path.display(),
            names.join(" or ")
        ))
    };
    let text = column(&TEXT).ok_or_else(|| missing(&TEXT))?;
    let label = column(&LABEL);
    if label.is_none() && labels == Labels::Needed {
        return Err(missing(&LABEL));
    }
    let id = column(&ID);
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let number = number + 1;
        let record = record.map_err(|e| broken(path, number, &e))?;
        let of = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        rows.push(example(path, number, of(id), of(Some(text)), of(label), labels)?);
    }
    Ok(rows)
}

fn lines(path: &Path, labels: Labels) -> Result<Vec<Example>, Failure> {
    let bytes =
        std::fs::read(path).map_err(|e| Failure::BadInput(format!("{} cannot be read: {e}.", path.display())))?;
    let mut rows = Vec::new();
    for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
        let number = number + 1;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let value: serde_json::Value = serde_json::from_slice(line).map_err(|e| broken(path, number, &e))?;
        let of = |names: &[&str]| names.iter().find_map(|n| value.get(n)?.as_str()).unwrap_or_default();
        rows.push(example(path, number, of(&ID), of(&TEXT), of(&LABEL), labels)?);
    }
    Ok(rows)
}

/// The subject and the newest part of each mail, as the desk reads them.
fn mails(path: &Path, labels: Labels) -> Result<Vec<Example>, Failure> {
    let unreadable = |e: sources::SourceError| Failure::BadInput(e.to_string());
    let mut rows = Vec::new();
    for (number, message) in sources::files(path).map_err(unreadable)?.enumerate() {
        let raw = message.map_err(unreadable)?.raw;
        let parsed = mail::parse(&raw, &mail::Settings::default());
        let text = format!("{}\n\n{}", parsed.subject, parsed.latest);
        let label = field(&raw, LABEL_FIELD);
        if label.is_empty() && labels == Labels::Needed {
            return Err(broken(path, number + 1, &"the mail has no header field X-Label that names its label"));
        }
        rows.push(example(path, number + 1, "", &text, &label, labels)?);
    }
    Ok(rows)
}

/// A header field of one line; empty when it is not there.
fn field(raw: &[u8], name: &str) -> String {
    let header = raw.split(|b| *b == b'\n').take_while(|line| !line.trim_ascii().is_empty());
    let mut lines = header.map(String::from_utf8_lossy);
    let found = lines.find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    });
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        (folder, path)
    }

    fn said(name: &str, text: &str) -> String {
        let (_folder, path) = file(name, text);
        match read(&path, Labels::Needed) {
            Err(Failure::BadInput(sentence)) => sentence,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_kind_gives_the_same_rows() {
        let mail = "From: a@example.com\nSubject: where is\nX-Label: track\n\nmy order\n";
        let mbox = format!("From a@example.com Sat Jan  3 01:05:34 2026\n{mail}\n");
        for (name, text) in [
            ("a.csv", "category,text\ntrack,\"where is, my order\"\n"),
            ("a.tsv", "text\tlabel\nwhere is my order\ttrack\n"),
            ("a.jsonl", "{\"text\":\"where is my order\",\"label\":\"track\"}\n\n"),
            ("a.eml", mail),
            ("a.mbox", mbox.as_str()),
        ] {
            let (_folder, path) = file(name, text);
            let rows = read(&path, Labels::Needed).expect(name);
            assert_eq!((rows.len(), rows[0].label.as_str(), rows[0].id.as_str()), (1, "track", "1"), "{name}");
            assert!(rows[0].text.contains("my order"), "{name}: {}", rows[0].text);
        }
    }

    #[test]
    fn a_broken_row_is_named_and_nothing_is_read() {
        assert!(said("a.csv", "text,label\nhello,a\nthere\n").contains("row 2"));
        assert!(said("a.csv", "text,label\nhello,a\nthere, \n").contains("row 2: it has no label"));
        assert!(said("a.csv", "words,label\nhello,a\n").contains("no column named text"));
        assert!(said("a.jsonl", "{\"text\":\"x\",\"label\":\"a\"}\n{\"text\":\n").contains("row 2"));
        assert!(said("a.jsonl", "{\"text\":\"\",\"label\":\"a\"}\n").contains("row 1: it has no text"));
        assert!(said("a.eml", "Subject: x\n\nhello\n").contains("X-Label"));
        assert!(said("a.docx", "x").contains("no known kind"));
        assert!(said("a.csv", "text,label\n").contains("no rows"));
    }
}
