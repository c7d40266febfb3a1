//! The invented company's files, embedded in the binary, read into plain values.

use std::borrow::Cow;

use serde::Deserialize;

use crate::FlowError;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../fixtures/world/"]
struct Files;

/// Who is who.
#[derive(Debug, Deserialize)]
pub struct Company {
    pub name: String,
    pub support_address: String,
    pub queues: Vec<Queue>,
    pub categories: Vec<desk::triage::Category>,
    pub agents: Vec<Person>,
    pub organizations: Vec<Organization>,
    pub requesters: Vec<Requester>,
}

#[derive(Debug, Deserialize)]
pub struct Queue {
    pub key: String,
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub role: desk::people::Role,
    pub queues: Vec<String>,
    #[serde(default)]
    pub skills: Vec<String>,
    pub ai: desk::people::AiSetting,
}

#[derive(Debug, Deserialize)]
pub struct Organization {
    pub key: String,
    pub name: String,
    pub domain: String,
    pub ai: desk::people::AiSetting,
    pub plan: String,
    pub note: String,
}

#[derive(Debug, Deserialize)]
pub struct Requester {
    pub name: String,
    pub email: String,
    pub organization: Option<String>,
    pub cohort: desk::people::Cohort,
    #[serde(default)]
    pub role: Option<String>,
    pub ai: desk::people::AiSetting,
}

#[derive(Debug, Deserialize)]
pub struct Source {
    pub key: String,
    pub name: String,
    pub kind: String,
    pub owner: String,
    pub audience: desk::knowledge::Audience,
}

/// A ticket solved before the desk existed.
#[derive(Debug, Deserialize)]
pub struct Resolved {
    pub requester: String,
    pub category: String,
    pub subject: String,
    pub question: String,
    pub reply: String,
    pub agent: String,
    pub days_ago: i64,
    pub rating: Option<i64>,
    pub reopened: bool,
}

/// Who took over a policy, until when, and what they made of it.
#[derive(Debug, Deserialize)]
pub struct TakenOver {
    pub kind: desk::policy::PolicyKind,
    pub key: String,
    pub owner: String,
    pub review_days: i64,
    /// For personas and macros, which no desk is shipped with.
    pub name: Option<String>,
    #[serde(default)]
    pub note: String,
    /// Lines of the text; without any, as shipped.
    #[serde(default)]
    pub body: Vec<String>,
}

/// A mail waiting to be answered.
#[derive(Debug, Deserialize)]
pub struct OpenMail {
    pub file: String,
    pub minutes_ago: i64,
    #[serde(default)]
    pub first: bool,
}

/// An article's file.
pub struct ArticleFile {
    pub slug: String,
    pub body: String,
    head: Vec<(String, String)>,
}

impl ArticleFile {
    /// A value of the front matter; empty when absent.
    pub fn value(&self, key: &str) -> &str {
        self.head.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str())
    }

    /// The version's number, from 1.
    pub fn number(&self) -> i64 {
        self.value("number").parse().unwrap_or(1)
    }
}

/// Meanings of the world's passages and their sentences, past cases and failures, so that the demo need not read them first:
/// the model's name on a line, then records of a SHA-256 and one signed byte per dimension.
pub fn vectors(model: &str) -> Result<Vec<(String, Vec<u8>)>, FlowError> {
    let Some(file) = Files::get("vectors.bin") else { return Ok(Vec::new()) };
    let head = [model.as_bytes(), b"\n"].concat();
    let Some(records) = file.data.strip_prefix(head.as_slice()) else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for record in records.chunks_exact(32 + embed::DIMENSIONS) {
        let (digest, compact) = record.split_at(32);
        let digest = desk::Digest::from_bytes(digest).map_err(|e| FlowError::Internal(e.to_string()))?;
        let compact: Vec<i8> = compact.iter().map(|b| b.cast_signed()).collect();
        if let Ok(vector) = embed::Vector::from_i8(&compact) {
            all.push((digest.to_string(), vector.to_bytes()));
        }
    }
    Ok(all)
}

fn bytes(path: &str) -> Result<Cow<'static, [u8]>, FlowError> {
    Files::get(path).map(|f| f.data).ok_or_else(|| FlowError::Internal(format!("the demo world lacks {path}")))
}

fn json<T: for<'de> Deserialize<'de>>(path: &str) -> Result<T, FlowError> {
    serde_json::from_slice(&bytes(path)?).map_err(|e| FlowError::Internal(format!("demo world, {path}: {e}")))
}

pub fn company() -> Result<Company, FlowError> {
    json("company.json")
}

pub fn policies() -> Result<Vec<TakenOver>, FlowError> {
    json("policies.json")
}

pub fn sources() -> Result<Vec<Source>, FlowError> {
    json("sources.json")
}

pub fn open_mails() -> Result<Vec<OpenMail>, FlowError> {
    json("open/index.json")
}

pub fn open_mail(file: &str) -> Result<Vec<u8>, FlowError> {
    Ok(bytes(&format!("open/{file}"))?.into_owned())
}

pub fn resolved() -> Result<Vec<Resolved>, FlowError> {
    let mut all = Vec::new();
    for path in Files::iter().filter(|p| p.starts_with("resolved/") && p.ends_with(".jsonl")) {
        let text = String::from_utf8_lossy(&bytes(&path)?).into_owned();
        for line in text.lines().filter(|l| !l.trim().is_empty()) {
            all.push(serde_json::from_str(line).map_err(|e| FlowError::Internal(format!("demo world, {path}: {e}")))?);
        }
    }
    all.sort_by_key(|r: &Resolved| std::cmp::Reverse(r.days_ago));
    Ok(all)
}

/// Every version of every article: current ones, then older ones.
pub fn articles() -> Result<(Vec<ArticleFile>, Vec<ArticleFile>), FlowError> {
    let (mut current, mut past) = (Vec::new(), Vec::new());
    for path in Files::iter().filter(|p| p.starts_with("articles/") && p.ends_with(".md")) {
        let text = String::from_utf8_lossy(&bytes(&path)?).into_owned();
        let name = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".md");
        let slug = name.split_once(".v").map_or(name, |(slug, _)| slug).to_owned();
        let file = article(slug, &text);
        if path.starts_with("articles/history/") { past.push(file) } else { current.push(file) }
    }
    Ok((current, past))
}

/// Macros, by name.
pub fn macros() -> Result<Vec<ArticleFile>, FlowError> {
    let mut all = Vec::new();
    for path in Files::iter().filter(|p| p.starts_with("macros/") && p.ends_with(".md")) {
        let text = String::from_utf8_lossy(&bytes(&path)?).into_owned();
        let slug = path.trim_start_matches("macros/").trim_end_matches(".md").to_owned();
        all.push(article(slug, &text));
    }
    all.sort_by(|a, b| a.slug.cmp(&b.slug));
    Ok(all)
}

fn article(slug: String, text: &str) -> ArticleFile {
    let mut head = Vec::new();
    let rest = text.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n"));
    let (front, body) = rest.unwrap_or(("", text));
    for line in front.lines() {
        if let Some((key, value)) = line.split_once(':') {
            head.push((key.trim().to_owned(), value.trim().trim_matches('"').to_owned()));
        }
    }
    ArticleFile { slug, body: body.trim_start().to_owned(), head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_whole() {
        let company = company().expect("company");
        assert!(company.agents.len() >= 6 && company.requesters.len() >= 40 && company.categories.len() >= 12);
        let (current, past) = articles().expect("articles");
        assert!(current.len() >= 60 && !past.is_empty());
        let sources = sources().expect("sources");
        for a in &current {
            assert!(sources.iter().any(|s| s.key == a.value("source")), "{}: source", a.slug);
            assert!(company.agents.iter().any(|p| p.email == a.value("owner")), "{}: owner", a.slug);
            assert!(a.value("state").parse::<desk::knowledge::ArticleState>().is_ok(), "{}: state", a.slug);
        }
        assert!(past.iter().all(|p| current.iter().any(|c| c.slug == p.slug && c.number() > p.number())));
        assert!(resolved().expect("resolved").len() >= 250);
        let open = open_mails().expect("index");
        assert!(open.len() >= 40 && open.iter().filter(|m| m.first).count() == 1);
        assert!(open.iter().all(|m| open_mail(&m.file).is_ok()));
    }
}
