//! Sorts a ticket by its newest message: the classifier's guess, then the rules, which may only
//! raise and narrow. Where AI is refused, rules alone.

use desk::{
    Refusal,
    audit::{AuditEvent, Service},
    consent::{Voices, may_use_ai},
    ids::TicketId,
    language::Language,
    people::AiSetting,
    risk::{Flag, Raised, raised},
    suggestion::{Evidence, Suggestion, VerdictKind},
    triage::{Known, Triage, triage as decide},
};
use store::{Conn, Grant, Message, NewJob, Purpose, SuggestionKind, TicketLine};

use crate::{App, FlowError, flow::PREPARATION, triager::Opinion};

/// Name of the job.
pub const TRIAGE: &str = "triage";

/// Whether AI may touch this ticket, and if not, whose word that is.
///
/// # Errors
/// Whatever the database says.
pub async fn consent(app: &App, conn: &mut Conn, line: &TicketLine) -> Result<Result<(), Refusal>, FlowError> {
    let requester = conn.requester(line.ticket.requester).await?;
    let organization: Option<AiSetting> = match requester.organization {
        Some(id) => Some(conn.organization(id).await?.ai),
        None => None,
    };
    Ok(may_use_ai(Voices { requester: requester.ai, organization, desk: app.config.desk.ai_default }))
}

/// Sorts the ticket and queues the preparation of a reply.
///
/// # Errors
/// Whatever the database says.
pub async fn triage(app: &App, ticket: TicketId) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let line = conn.ticket(&grant, ticket).await?;
    let messages = conn.messages(&grant, ticket).await?;
    let Some(newest) = messages.iter().rev().find(|m| Some(m.id) == line.ticket.last_inbound) else { return Ok(()) };
    let allowed = consent(app, &mut conn, &line).await?;
    let categories = conn.categories().await?;
    let kept = persons_choice(&mut conn, &grant, ticket).await?;
    drop(conn);

    let opinion = match &allowed {
        Ok(()) => opinion(app, newest),
        Err(refusal) => rules_alone(&refusal.to_string()),
    };
    let risk = flags(newest);
    let known = Known {
        guess: &opinion.guess,
        risk,
        deadline: None,
        chosen: None,
        categories: &categories,
        fallback_queue: &line.ticket.queue,
        now: app.clock.now(),
    };
    let (look, rules) = decide(known, &|_| None);
    let language = Language::guess(&newest.latest);
    let suggestion = suggestion(app, &look, &opinion, rules);

    let now = app.clock.now();
    outbox::crash::point("triage-decided");
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    tx.set_triage(ticket, &look, suggestion.confidence.doubt(), language.word(), kept).await?;
    let id = tx.add_suggestion(ticket, newest.id, SuggestionKind::Triage, &suggestion).await?;
    tx.queue_job(NewJob { kind: super::prepare_reply::PREPARE, subject: &ticket.to_string(), run_at: now }).await?;
    outbox::crash::point("triage-before-commit");
    tx.commit(AuditEvent::TicketTriaged { ticket, suggestion: id }).await?;
    outbox::crash::point("triage-committed");
    app.live.committed();
    Ok(())
}

/// Whether a person already corrected the category; a machine does not overrule them.
async fn persons_choice(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<bool, FlowError> {
    let newest = conn.newest_suggestion::<Triage>(grant, ticket, SuggestionKind::Triage).await?;
    Ok(newest.and_then(|s| s.verdict).is_some_and(|v| v.verdict == VerdictKind::Edited))
}

fn read_text(message: &Message) -> (String, usize) {
    let head = format!("{}\n\n", message.subject);
    let offset = head.chars().count();
    (head + &message.latest, offset)
}

fn opinion(app: &App, message: &Message) -> Opinion {
    let (text, offset) = read_text(message);
    let encode = |texts: &[&str]| app.library.meanings(texts);
    let mut opinion = crate::library::compute(|| app.triager.understand(&text, &encode));
    // Offsets count within the message; words of the subject are quoted without a place.
    let within = |span: Option<(usize, usize)>| span.and_then(|(a, b)| Some((a.checked_sub(offset)?, b - offset)));
    for evidence in &mut opinion.because {
        evidence.span = within(evidence.span);
        evidence.message = evidence.span.map(|_| message.id);
    }
    for topic in &mut opinion.guess.also {
        topic.span = within(topic.span);
        topic.message = topic.span.map(|_| message.id);
    }
    opinion
}

fn rules_alone(why: &str) -> Opinion {
    let maker = desk::suggestion::Maker {
        engine: "rules".to_owned(),
        version: "1".to_owned(),
        policy: desk::operating::POLICY_VERSION.to_owned(),
    };
    Opinion::none(why, maker)
}

/// What rules see in the newest message, and what intake saw in the mail.
fn flags(message: &Message) -> Vec<Raised> {
    let mut flags = raised(&message.latest);
    for subject in raised(&message.subject) {
        if !flags.iter().any(|f| f.flag == subject.flag) {
            flags.push(Raised { span: None, ..subject });
        }
    }
    let mut add = |flag: Flag, quote: &str| {
        if !flags.iter().any(|f| f.flag == flag) {
            flags.push(Raised { flag, quote: quote.to_owned(), span: None, message: None });
        }
    };
    if let Some(machine) = &message.machine {
        add(Flag::MachineMail, machine);
    }
    for warning in &message.warnings {
        if warning.starts_with("Hidden text") || warning.contains("hidden from view") {
            add(Flag::Injection, "text hidden from view");
        }
        if warning.contains("DMARC") || warning.contains("cannot be read; do not trust") {
            add(Flag::Sender, warning);
        }
    }
    flags.sort_by_key(|f| f.flag);
    for flag in &mut flags {
        flag.message = Some(message.id);
    }
    flags
}

fn suggestion(app: &App, look: &Triage, opinion: &Opinion, rules: Vec<Evidence>) -> Suggestion<Triage> {
    let speaks_for = |e: &&Evidence| e.weight.is_none_or(|weight| weight > 0.0);
    Suggestion {
        value: look.clone(),
        confidence: opinion.guess.confidence.clone(),
        because: opinion.because.iter().filter(speaks_for).cloned().chain(rules).collect(),
        made_by: opinion.made_by.clone(),
        made_at: app.clock.now(),
    }
}
