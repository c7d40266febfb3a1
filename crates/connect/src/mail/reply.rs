//! The newest part of a reply, apart from what it quotes and the signature below it.
//!
//! Line by line, by the words mail programs write above a quotation. When in doubt text stays in
//! `latest`: quoting too much is a nuisance, losing a customer's sentence is a fault. Forwarded mail
//! is content and stays.

mod patterns;

use patterns::{
    ATTRIBUTION, FORWARDED, MOBILE, ON_SAME_LINE, ORIGINAL, SENDER_WROTE, is_dash_line, is_header_line,
    is_sender_or_date_line, is_sign_off,
};

/// A text in its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReplyParts {
    /// What is new.
    pub latest: String,
    /// What was quoted.
    pub quoted: Option<String>,
    /// The signature.
    pub signature: Option<String>,
}

/// Lines that are looked at; what follows belongs to whatever the last of them belonged to.
const MAX_LINES: usize = 5000;

/// Splits the plain text of a mail.
///
/// ```
/// let parts = connect::mail::split_reply("Yes, please.\n\nOn 3 May 2026, Ann wrote:\n> Shall we?");
/// assert_eq!(parts.latest, "Yes, please.");
/// ```
pub fn split_reply(text: &str) -> ReplyParts {
    let separated = separate_shared_line(text);
    let lines: Vec<&str> = separated.lines().collect();
    let (latest, quoted) = unquote(&lines);
    let whole = latest.iter().all(|line| line.trim().is_empty());
    let (latest, quoted) = if whole { (lines.clone(), Vec::new()) } else { (latest, quoted) };
    let at = signature_start(&latest).unwrap_or(latest.len());
    let (body, signature) = latest.split_at(at.min(latest.len()));
    ReplyParts { latest: join(body).unwrap_or_default(), quoted: join(&quoted), signature: join(signature) }
}

fn join(lines: &[&str]) -> Option<String> {
    let joined = lines.join("\n").trim_matches(['\n', ' ', '\t']).to_owned();
    (!joined.is_empty()).then_some(joined)
}

/// Some programs write the attribution behind the last words of the reply.
fn separate_shared_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let quote_follows = lines.peek().is_some_and(|next| next.trim_start().starts_with('>'));
        let shared = ON_SAME_LINE.captures(line).filter(|_| quote_follows && line.len() < 1000);
        match shared.and_then(|c| Some((c.get(1)?.as_str().to_owned(), c.get(2)?.as_str().to_owned()))) {
            Some((reply, attribution)) => {
                out.push_str(reply.trim_end_matches('-').trim_end());
                out.push('\n');
                out.push_str(&attribution);
            }
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// New lines and quoted lines.
fn unquote<'a>(lines: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    for at in 0..lines.len().min(MAX_LINES) {
        let line = lines.get(at).copied().unwrap_or_default();
        if FORWARDED.is_match(line.trim()) {
            break;
        }
        let Some(after) = quotation_starts(lines, at) else { continue };
        let before = lines.get(..at).unwrap_or_default();
        let rest = lines.get(after..).unwrap_or_default();
        let marked = rest.iter().find(|l| !l.trim().is_empty()).is_some_and(|l| is_quote(l));
        if !marked {
            return (before.to_vec(), lines.get(at..).unwrap_or_default().to_vec());
        }
        let mut new = before.to_vec();
        let mut quoted = lines.get(at..after).unwrap_or_default().to_vec();
        separate_marked(rest, &mut new, &mut quoted);
        return (new, quoted);
    }
    trailing_quote(lines)
}

/// Sorts the lines below an attribution. A line between two quoted ones without a blank beside it is
/// a wrapped quotation.
fn separate_marked<'a>(rest: &[&'a str], new: &mut Vec<&'a str>, quoted: &mut Vec<&'a str>) {
    let last_quote = rest.iter().rposition(|l| is_quote(l)).unwrap_or(0);
    for (at, line) in rest.iter().enumerate() {
        let above = at.checked_sub(1).and_then(|i| rest.get(i)).is_some_and(|l| is_quote(l));
        let below = rest.get(at + 1).is_some_and(|l| is_quote(l) || l.trim_end().ends_with(')'));
        let wrapped = above && below && at < last_quote && !line.trim().is_empty();
        let link_end = at < last_quote && (line.trim_start().starts_with('(') || line.trim_end().ends_with(')'));
        if is_quote(line) || wrapped || link_end {
            quoted.push(line);
        } else {
            new.push(line);
        }
    }
}

/// Without an attribution only a quotation that ends the message is one; in the middle it is what the
/// answers around it refer to.
fn trailing_quote<'a>(lines: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let is_part = |l: &&str| is_quote(l) || l.trim().is_empty();
    let tail = lines.iter().rev().take_while(|l| is_part(l)).count();
    let (body, end) = lines.split_at(lines.len().saturating_sub(tail));
    if end.iter().filter(|l| is_quote(l)).count() < 2 {
        return (lines.to_vec(), Vec::new());
    }
    (body.to_vec(), end.to_vec())
}

fn is_quote(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') && !line.starts_with(">>> >>>")
}

/// Whether a quotation starts at this line: the first line after its attribution.
fn quotation_starts(lines: &[&str], at: usize) -> Option<usize> {
    let line = lines.get(at)?.trim();
    if line.is_empty() || line.len() > 1000 {
        return None;
    }
    if ORIGINAL.is_match(line) || SENDER_WROTE.is_match(line) {
        return Some(at + 1);
    }
    if let Some(end) = header_block_end(lines, at) {
        return Some(end);
    }
    // An attribution may be wrapped over a few lines.
    let mut joined = String::new();
    for (count, next) in lines.iter().skip(at).take(5).enumerate() {
        joined.push_str(next.trim());
        if ATTRIBUTION.is_match(&joined) {
            return Some(at + count + 1);
        }
        joined.push(' ');
        if joined.len() > 600 {
            break;
        }
    }
    None
}

/// A block of header lines as Outlook writes it: sender or date first, two fields at least.
fn header_block_end(lines: &[&str], at: usize) -> Option<usize> {
    let mut start = at;
    if lines.get(at).is_some_and(|l| is_dash_line(l, 10)) {
        start = at + 1;
        while lines.get(start).is_some_and(|l| l.trim().is_empty()) && start < at + 3 {
            start += 1;
        }
    }
    let first = lines.get(start)?;
    if !is_sender_or_date_line(first) {
        return None;
    }
    let window: Vec<&&str> = lines.iter().skip(start).take(10).take_while(|l| !l.trim().is_empty()).collect();
    let fields = window.iter().filter(|l| is_header_line(l)).count();
    (fields >= 2).then_some(start + window.len())
}

/// The line at which the signature begins. Never the first line with text.
fn signature_start(lines: &[&str]) -> Option<usize> {
    let first = lines.iter().position(|l| !l.trim().is_empty())?;
    let end = lines.iter().rposition(|l| !l.trim().is_empty())? + 1;
    let window = first + 1..end;
    // The separator of RFC 3676 means what it says, wherever it stands in the last lines.
    let separator = window.clone().rev().take(20).filter(|at| {
        lines.get(*at).is_some_and(|l| matches!(l.trim_end(), "--" | "-- " | "---" | "__" | "___" | "----"))
    });
    if let Some(at) = separator.min() {
        return Some(at);
    }
    let mobile = window.clone().rev().take(4).find(|at| lines.get(*at).is_some_and(|l| MOBILE.is_match(l.trim())));
    let end = mobile.unwrap_or(end);
    sign_off_start(lines, first, end).or(mobile)
}

/// A closing phrase with nothing but a few short lines below, or a dashed name.
fn sign_off_start(lines: &[&str], first: usize, end: usize) -> Option<usize> {
    let last = (first + 1..end).rev().find(|at| lines.get(*at).is_some_and(|l| !l.trim().is_empty()))?;
    let dashed = lines.get(last).map(|l| l.trim()).and_then(|l| l.strip_prefix('-')).is_some_and(|name| {
        let name = name.trim();
        let words = name.split_whitespace().count();
        (1..=3).contains(&words) && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.'))
    });
    if dashed {
        return Some(last);
    }
    (first + 1..last).rev().take(9).find(|at| {
        let below = lines.get(at + 1..=last).unwrap_or_default();
        let short = below.iter().all(|l| l.chars().count() <= 70 && !l.trim_end().ends_with('?'));
        short && lines.get(*at).is_some_and(|l| is_sign_off(l))
    })
}
