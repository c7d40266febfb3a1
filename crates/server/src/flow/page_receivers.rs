//! Calls whoever receives a case: people on call one after the other, then all of them by mail, then everybody by a
//! banner; other systems by signed requests to configured addresses. Silence is answered by the next step, never by waiting.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use connect::hook::{Hook, Reach};
use desk::{
    Timestamp,
    audit::AuditEvent,
    escalation::{Means, OnCall, Receiver, on_call},
    notice::Notice,
    people::Agent,
};
use ring::hmac;
use serde_json::json;
use store::{Escalation, EscalationUpdate, MeansKind, StoreError, UpdateDelivery, Waits};

use crate::{
    App, FlowError,
    config::Config,
    flow::{PREPARATION, count_clocks, escalate, pack_case},
};

/// Tries to tell another system before people are told instead.
const TRIES_MAX: i64 = 4;

/// The other systems of a configuration.
///
/// # Errors
/// An address that cannot be used.
pub fn hooks(config: &Config) -> Result<Vec<(String, Hook)>, FlowError> {
    let hook = |r: &crate::config::Receiver| {
        let reach = if r.allow_private { Reach::PrivateToo } else { Reach::Public };
        let hook =
            Hook::new(&r.url, reach).map_err(|e| FlowError::Unavailable(format!("Receiver {}: {e}.", r.name)))?;
        Ok((r.name.clone(), hook))
    };
    config.receivers.iter().map(hook).collect()
}

/// Calls whoever is due, sends what waits, and looks at silent tickets. Returns how many steps were made.
///
/// # Errors
/// Whatever the database says.
pub async fn call_due(app: &App) -> Result<usize, FlowError> {
    let grant = count_clocks::grant(app)?;
    let mut conn = app.store.read().await?;
    let policy = pack_case::load(&mut conn).await?;
    let waiting = conn.escalations_waiting(&grant, Waits::Raised).await?;
    let updates = conn.updates_waiting(app.clock.now()).await?;
    drop(conn);
    let mut steps = 0;
    for case in &waiting {
        let receiver = case.receiver.as_deref().and_then(|key| policy.named(key));
        steps += call(app, case, receiver).await?;
    }
    for update in &updates {
        let case = app.store.read().await?.escalation(&grant, update.escalation).await?;
        deliver(app, &case, update).await?;
        steps += 1;
    }
    steps += escalate::look_at_silent(app).await?;
    Ok(steps)
}

/// Where calling a case stands, for people who look at it.
#[must_use]
pub fn reached(case: &Escalation) -> Option<OnCall> {
    if case.means != MeansKind::OnCall || case.paged == 0 {
        return None;
    }
    let people = case.target.split(',').filter(|a| !a.is_empty()).count();
    let step = usize::try_from(case.paged).unwrap_or(usize::MAX);
    Some(match step {
        step if step <= people => OnCall::Person(step - 1),
        step if step == people + 1 => OnCall::Mail,
        _ => OnCall::Banner,
    })
}

async fn call(app: &App, case: &Escalation, receiver: Option<&Receiver>) -> Result<usize, FlowError> {
    let now = app.clock.now();
    let addresses: Vec<&str> = case.target.split(',').filter(|a| !a.is_empty()).collect();
    let minutes = match receiver.map(|r| &r.means) {
        Some(Means::OnCall { minutes, .. }) => *minutes,
        _ => 10,
    };
    let since = case.raised_at.unwrap_or(case.made_at);
    let mut wanted = match case.means {
        MeansKind::OnCall => step_of(on_call(addresses.len(), minutes, since, now), addresses.len()),
        MeansKind::Mail => 1,
        MeansKind::Leads | MeansKind::Queue | MeansKind::System => 0,
    };
    let mut done = 0;
    for step in (case.paged + 1).. {
        if step > wanted {
            break;
        }
        match page(app, case, &addresses, step, now).await? {
            Paged::Called => {}
            Paged::Nobody if case.means == MeansKind::OnCall => wanted = (wanted + 1).min(last_step(addresses.len())),
            Paged::Nobody => {}
            Paged::ByAnother => break,
        }
        done += 1;
    }
    Ok(done)
}

fn step_of(on_call: OnCall, people: usize) -> i64 {
    let step = match on_call {
        OnCall::Person(at) => at + 1,
        OnCall::Mail => people + 1,
        OnCall::Banner => people + 2,
    };
    i64::try_from(step).unwrap_or(i64::MAX)
}

fn last_step(people: usize) -> i64 {
    step_of(OnCall::Banner, people)
}

/// What became of one step.
enum Paged {
    Called,
    /// There is nobody to be called at this step.
    Nobody,
    /// Another node made it.
    ByAnother,
}

async fn page(app: &App, case: &Escalation, addresses: &[&str], step: i64, now: Timestamp) -> Result<Paged, FlowError> {
    let at = usize::try_from(step - 1).unwrap_or(usize::MAX);
    let (how, to): (&str, &[&str]) = match case.means {
        MeansKind::Mail => ("mail", addresses),
        _ if at < addresses.len() => ("person", addresses.get(at..=at).unwrap_or_default()),
        _ if at == addresses.len() => ("mail", addresses),
        _ => ("banner", &[]),
    };
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    match tx.paged(case.id, step).await {
        Err(StoreError::Stale) => return Ok(Paged::ByAnother),
        other => other?,
    }
    let notice = Notice::OnCall { number: case.number, desk: app.config.desk.address.trim_end_matches('/').to_owned() };
    let mut called = how == "banner";
    for address in to {
        let may_answer = |a: &Agent| a.email == *address && a.role.answers() && a.works_in(&case.queue);
        if how == "person" && !tx.agents().await?.iter().any(may_answer) {
            // Whoever left, or does not see the ticket, is nobody who could answer; the next person is called at once.
            continue;
        }
        let outcome = outbox::queue_call(&app.door, &mut tx, case.ticket, &notice, address).await?;
        called |= outcome == outbox::NoticeOutcome::Queued;
    }
    let (ticket, escalation) = (case.ticket, case.id);
    tx.commit(AuditEvent::EscalationPaged { ticket, escalation, how: how.to_owned(), attempt: step }).await?;
    app.live.committed();
    Ok(if called { Paged::Called } else { Paged::Nobody })
}

/// Sends one update, signed as Standard Webhooks ask.
async fn deliver(app: &App, case: &Escalation, update: &EscalationUpdate) -> Result<(), FlowError> {
    let now = app.clock.now();
    let body = json!({
        "type": if update.author == "Countersign" { "escalation.raised" } else { "escalation.updated" },
        "escalation_id": case.id.to_string(),
        "ticket": { "id": case.ticket.to_string(), "number": case.number },
        "signals": case.signals,
        "author": update.author,
        "text": update.body,
        "at": update.at.rfc3339(),
    })
    .to_string();
    let said = match post(app, &case.target, &update.id.to_string(), body, now).await {
        Ok(()) => Ok(()),
        Err(why) if update.attempts + 1 < TRIES_MAX => Err((UpdateDelivery::Waiting, why)),
        Err(why) => Err((UpdateDelivery::Failed, why)),
    };
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    let (delivery, detail) = match &said {
        Ok(()) => (UpdateDelivery::Sent, None),
        Err((delivery, why)) => (*delivery, Some(why.as_str())),
    };
    tx.update_delivered(update.id, delivery, detail).await?;
    let how = if delivery == UpdateDelivery::Failed { "banner" } else { "system" }.to_owned();
    let (ticket, escalation, attempt) = (case.ticket, case.id, update.attempts + 1);
    tx.commit(AuditEvent::EscalationPaged { ticket, escalation, how, attempt }).await?;
    app.live.committed();
    Ok(())
}

async fn post(app: &App, name: &str, id: &str, body: String, now: Timestamp) -> Result<(), String> {
    let (Some((_, hook)), Some(config)) =
        (app.hooks.iter().find(|(n, _)| n == name), app.config.receivers.iter().find(|r| r.name == name))
    else {
        return Err(format!("the configuration has no receiver “{name}”"));
    };
    let seconds = (now.micros() / 1_000_000).to_string();
    let headers = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.clone()),
        ("webhook-signature", signature(&config.secret, id, &seconds, &body)),
    ];
    hook.post(body.into_bytes(), &headers).await.map_err(|e| e.to_string())
}

/// Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`, as `v1,` and Base64.
fn signature(secret: &str, id: &str, seconds: &str, body: &str) -> String {
    let plain = secret.strip_prefix("whsec_").and_then(|s| STANDARD.decode(s).ok());
    let key = hmac::Key::new(hmac::HMAC_SHA256, plain.as_deref().unwrap_or(secret.as_bytes()));
    format!("v1,{}", STANDARD.encode(hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_signature_is_what_others_expect() {
        let body = r#"{"test": 2432232314}"#;
        let made =
            signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(made, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
