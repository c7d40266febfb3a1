//! What only the demo has: its accounts in the open, its customers to write as, its burglar.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use desk::{Timestamp, ids::OutboxId, people::Requester};
use serde::{Deserialize, Serialize};
use store::{Grant, MailSource, Purpose};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::{Answering, SignedIn},
    extract::{Body, id},
    mail::MailTaken,
    page::List,
    people::Person,
    problem::{Problem, ProblemBody},
    tray,
};
use crate::{App, app::World, demo, flow};

/// Bytes of one encoded word's text (RFC 2047 allows 75 characters in all).
const WORD_BYTES: usize = 39;
/// Characters of a customer's mail.
const TEXT_CHARS_MAX: usize = 100_000;

/// Routes of the demo.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_accounts)).routes(routes!(list_requesters)).routes(routes!(run_attacks))
}

/// Writing as a customer.
pub fn kept() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(write_as_customer))
}

/// Lets requests pass on a demo; on a real desk these routes do not exist.
struct OnDemo;

impl FromRequestParts<Arc<App>> for OnDemo {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        if app.world == World::Demo { Ok(Self) } else { Err(Problem::not_found()) }
    }
}

/// Somebody to sign in as.
#[derive(Debug, Serialize, ToSchema)]
pub struct Account {
    name: String,
    email: String,
    role: String,
    password: String,
    /// What to try.
    hint: String,
}

/// The demo's accounts.
#[utoipa::path(get, path = "/demo/accounts", tag = "demo", responses((status = 200, body = List<Account>), (status = "4XX", body = ProblemBody)))]
async fn list_accounts(_: OnDemo) -> Result<Json<List<Account>>, Problem> {
    let items = demo::world::accounts()?
        .into_iter()
        .map(|a| Account {
            name: a.name,
            email: a.email,
            role: a.role,
            password: demo::world::PASSWORD.to_owned(),
            hint: a.hint,
        })
        .collect();
    Ok(Json(List { items }))
}

/// A customer of the invented company.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoRequester {
    #[serde(flatten)]
    person: Person,
    tickets: Vec<DemoTicket>,
}

/// One of their tickets.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoTicket {
    id: String,
    number: i64,
    subject: String,
}

/// Customers of the invented company.
#[utoipa::path(get, path = "/demo/requesters", tag = "demo", responses((status = 200, body = List<DemoRequester>), (status = "4XX", body = ProblemBody)))]
async fn list_requesters(
    _: OnDemo,
    State(app): State<Arc<App>>,
    SignedIn(session): SignedIn,
) -> Result<Json<List<DemoRequester>>, Problem> {
    let grant = Grant::for_agent(&session, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let mut items = Vec::new();
    for requester in conn.cast().await? {
        let organization = match requester.organization {
            Some(id) => Some(conn.organization(id).await?),
            None => None,
        };
        let rows = conn.tickets_of(&grant, requester.id, 5).await?;
        let tickets = rows
            .into_iter()
            .map(|row| DemoTicket {
                id: row.ticket.id.to_string(),
                number: row.ticket.number,
                subject: row.ticket.subject,
            })
            .collect();
        items.push(DemoRequester { person: Person::new(&requester, organization.as_ref()), tickets });
    }
    Ok(Json(List { items }))
}

/// A mail written as a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerMail {
    /// Address of one of the demo's customers.
    from: String,
    subject: String,
    text: String,
    /// A letter of the tray this answers.
    reply_to_letter: Option<String>,
}

/// Writes a mail as one of the demo's customers; it goes the way of every mail.
#[utoipa::path(post, path = "/demo/customer-mail", tag = "demo", request_body = CustomerMail,
    responses((status = 202, body = MailTaken), (status = "4XX", body = ProblemBody)))]
async fn write_as_customer(
    _: OnDemo,
    State(app): State<Arc<App>>,
    Answering(session): Answering,
    Body(mail): Body<CustomerMail>,
) -> Result<(StatusCode, Json<MailTaken>), Problem> {
    if mail.text.trim().is_empty() || mail.text.chars().count() > TEXT_CHARS_MAX || mail.subject.chars().count() > 300 {
        return Err(Problem::invalid("Write a text of up to 100,000 characters, under a subject of up to 300."));
    }
    let mut conn = app.store.read().await?;
    let requester = conn.requester_by_email(&mail.from.trim().to_lowercase()).await?;
    let requester = requester.ok_or_else(|| Problem::invalid("The demo has no customer of this address."))?;
    let answers = match &mail.reply_to_letter {
        Some(letter) => {
            let grant = Grant::for_agent(&session, Purpose::Work)?;
            let letter = tray::find(&mut conn, &grant, id::<OutboxId>(letter)?).await?;
            letter.letter.header("Message-ID").map(str::to_owned)
        }
        None => None,
    };
    drop(conn);
    let now = app.clock.now();
    let raw = customer_mail(&requester, &app.config.mail.address, &mail, answers.as_deref(), now);
    let mailbox = app.config.mail.address.to_lowercase();
    let taken = flow::receive_mail::take(&app, &mailbox, MailSource::Tray, raw.as_bytes(), now).await?;
    Ok((StatusCode::ACCEPTED, Json(taken.into())))
}

/// A raw mail. Whatever was typed is encoded, so that no header can be made of it.
fn customer_mail(from: &Requester, to: &str, mail: &CustomerMail, answers: Option<&str>, at: Timestamp) -> String {
    let domain = from.email.rsplit_once('@').map_or("customer.example", |(_, domain)| domain);
    let id: desk::ids::MessageId = store::new_id();
    let mut raw = String::new();
    // Writing into a string cannot fail.
    let _ = write!(
        raw,
        "From: {} <{}>\r\nTo: <{to}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}@{domain}>\r\n",
        encoded(&from.name),
        from.email,
        encoded(&mail.subject),
        rfc2822(at),
    );
    if let Some(parent) = answers {
        let _ = write!(raw, "In-Reply-To: {parent}\r\nReferences: {parent}\r\n");
    }
    raw.push_str(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    );
    for line in STANDARD.encode(mail.text.as_bytes()).as_bytes().chunks(76) {
        raw.push_str(&String::from_utf8_lossy(line));
        raw.push_str("\r\n");
    }
    raw
}

/// Encoded words of RFC 2047, cut between characters.
fn encoded(text: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if words.last().is_some_and(|w| w.len() + c.len_utf8() > WORD_BYTES) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    words.iter().map(|w| format!("=?utf-8?B?{}?=", STANDARD.encode(w))).collect::<Vec<_>>().join("\r\n ")
}

fn rfc2822(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default();
    jiff::fmt::rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// What the burglar tried and what stopped it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttackReport {
    items: Vec<AttackLine>,
    tray_before: usize,
    tray_after: usize,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttackLine {
    key: String,
    title: String,
    attempt: String,
    stopped: bool,
    stopped_by: String,
    detail: String,
}

/// Tries to get a letter out without a person's yes.
#[utoipa::path(post, path = "/demo/attacks", tag = "demo", responses((status = 200, body = AttackReport), (status = "4XX", body = ProblemBody)))]
async fn run_attacks(_: OnDemo, State(app): State<Arc<App>>, _who: SignedIn) -> Result<Json<AttackReport>, Problem> {
    let report = demo::attack::run(&app).await?;
    let items = report
        .items
        .into_iter()
        .map(|a| AttackLine {
            key: a.key.to_owned(),
            title: a.title.to_owned(),
            attempt: a.attempt.to_owned(),
            stopped: a.stopped,
            stopped_by: a.stopped_by.to_owned(),
            detail: a.detail,
        })
        .collect();
    Ok(Json(AttackReport { items, tray_before: report.tray_before, tray_after: report.tray_after }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_typed_becomes_a_header() {
        let from = Requester {
            id: store::new_id(),
            name: "Zoë \"Q\" <x>".into(),
            email: "zoe@harbour.example".into(),
            organization: None,
            cohort: None,
            role: None,
            ai: desk::people::AiSetting::Default,
        };
        let subject = format!("Grüße\r\nBcc: all@x.example {}", "lang ".repeat(50));
        let mail =
            CustomerMail { from: String::new(), subject, text: "Hallo\n.\nWelt ü".into(), reply_to_letter: None };
        let raw =
            customer_mail(&from, "support@fernhill.example", &mail, Some("<a@b>"), Timestamp::from_secs(1_795_000_000));
        assert!(raw.lines().all(|l| l.len() <= 78 && !l.starts_with("Bcc")), "{raw}");
        let parsed = connect::mail::parse(raw.as_bytes(), &connect::mail::Settings::default());
        assert_eq!(parsed.from.as_ref().map(|a| a.address.as_str()), Some("zoe@harbour.example"));
        assert_eq!(parsed.text.trim_end(), "Hallo\n.\nWelt ü");
        assert!(parsed.subject.starts_with("Grüße") && parsed.subject.contains("lang lang"), "{}", parsed.subject);
        assert_eq!(parsed.in_reply_to, ["a@b"]);
    }
}
