//! What waits for a person: derived from what is stored, never stored itself.

use desk::{
    Timestamp,
    calibration::Drift,
    closed_list,
    gate::{Judgement, State, Subject},
    ids::AgentId,
    policy::{Owner, Policy, Standing},
};
use store::{AgentSession, AskedWhy, Conn, Escalation, Grant, MeansKind, PromiseState, Purpose, Waits};

use super::{
    ask_model_too, find_contradictions,
    watch_triage::{drift, promised},
};
use crate::{App, FlowError};

/// Most checks told at once.
const CHECKS_TOLD: i64 = 20;
/// Days before an article's review date that its owner is told.
const SOON_DAYS: i64 = 14;

closed_list! {
    /// What kind of thing waits.
    pub enum TaskKind ("kind of task") {
        /// A case went up, and this person is asked to take it.
        EscalationRaised = "escalation_raised",
        /// The machine asks whether a case should go up.
        EscalationProposed = "escalation_proposed",
        /// A reply that was approved did not leave, and nothing was sent since.
        ReplyStopped = "reply_stopped",
        /// A requester rated a ticket low, and nobody saw to it.
        LowRating = "low_rating",
        /// A promise to a requester is due within a day, or was.
        PromiseDue = "promise_due",
        /// A colleague gave them a ticket they have not looked at.
        TicketGiven = "ticket_given",
        /// A note calls them by name.
        Mentioned = "mentioned",
        /// A ticket they put off is back.
        TicketBack = "ticket_back",
        /// Their letter seems to promise something by a day.
        PromiseFound = "promise_found",
        /// Something happened on a ticket they follow.
        FollowedStirred = "followed_stirred",
        /// A reply was approved by one person and needs another.
        SecondApproval = "second_approval",
        /// A policy lapsed: the machine only sorts where it applies.
        PolicyLapsed = "policy_lapsed",
        /// A policy lapses soon, or nobody owns it yet.
        PolicyDue = "policy_due",
        /// An article's review date has passed: it grounds nothing.
        ArticleLapsed = "article_lapsed",
        /// An article's review date is near.
        ArticleDue = "article_due",
        /// A proposed text waits for its owner's yes or no.
        TextProposed = "text_proposed",
        /// Two approved articles say different things about the same.
        Contradiction = "contradiction",
        /// Sampled suggestions wait for a real check.
        CheckWaiting = "check_waiting",
        /// Texts wait for a second look.
        ReviewsWaiting = "reviews_waiting",
        /// A source of theirs could not be read to its end.
        SourceFailed = "source_failed",
        /// Texts of a source of theirs wait for an answer.
        TextsWaiting = "texts_waiting",
        /// A standing approval rests on an article that changed: it answers nobody.
        StandingStopped = "standing_stopped",
        /// Triage is right less often than promised.
        Drift = "drift",
        /// Eval cases fail by a change that waits for a decision.
        GateWaiting = "gate_waiting",
    }
}

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// What kind.
    pub kind: TaskKind,
    /// What to do, in a sentence.
    pub sentence: String,
    /// The console's page for it.
    pub link: String,
}

/// What waits for this person: replies that did not leave or need a second yes; of policies, everything for leads and administrators, for others what they own; their own
/// sources that could not be read or have texts to answer; looks that were drawn for a check, of their queues; for leads,
/// whether triage keeps its promise.
///
/// # Errors
/// Whatever the database says.
pub async fn of(app: &App, session: &AgentSession) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let policies = conn.policies().await?;
    let leads = agent.role.leads();
    let (mut lapsed, mut due, mut unowned) = (Vec::new(), Vec::new(), 0);
    for policy in policies.all().iter().filter(|p| leads || is_owner(p, agent.id)) {
        match policy.standing(now) {
            Standing::Current => {}
            Standing::Due { .. } if policy.owner == Owner::Nobody => unowned += 1,
            Standing::Due { why } => due.push(task(TaskKind::PolicyDue, why, policy)),
            Standing::Lapsed { why } => {
                let sentence = format!("{why} Where it applies, the machine only sorts until somebody renews it.");
                lapsed.push(task(TaskKind::PolicyLapsed, sentence, policy));
            }
        }
    }
    if unowned > 0 {
        let sentence =
            format!("{unowned} policies are as shipped and nobody owns them; give each an owner and a review date.");
        due.push(Task { kind: TaskKind::PolicyDue, sentence, link: "/settings/policies".to_owned() });
    }
    lapsed.extend(due);
    lapsed.splice(0..0, of_replies(&mut conn, session, now).await?);
    lapsed.splice(0..0, of_attention(&mut conn, session, now).await?);
    lapsed.splice(0..0, of_escalations(&mut conn, session).await?);
    if leads {
        lapsed.splice(0..0, of_gates(&mut conn).await?);
        lapsed.extend(of_standing(&mut conn, now).await?);
    }
    lapsed.extend(of_sources(&mut conn, agent.id, now).await?);
    lapsed.extend(of_knowledge(app, &mut conn, session, now).await?);
    lapsed.extend(of_triage(&mut conn, session, now).await?);
    Ok(lapsed)
}

/// Changes by which eval cases fail that held, and that wait for a lead's word.
async fn of_gates(conn: &mut Conn) -> Result<Vec<Task>, FlowError> {
    let waiting = conn.gates().await?.into_iter().filter(|g| g.state == State::Undecided);
    let told = waiting.map(|gate| {
        let failing = gate.findings.iter().filter(|c| c.regressed()).count();
        let sentence = match (gate.subject, gate.judgement) {
            (Subject::Program, Some(Judgement::Severe)) if gate.name == ask_model_too::NAME => format!(
                "Drafted by {}, a severe eval case fails that held: the machine drafts nothing until you decide.",
                gate.candidate
            ),
            (Subject::Program, _) if gate.name == ask_model_too::NAME => {
                format!("Drafted by {}, eval cases fail that held: {failing}. Look at them.", gate.candidate)
            }
            (Subject::Program, Some(Judgement::Severe)) => format!(
                "Since the last start ({}) a severe eval case fails that held: the machine drafts nothing until you decide.",
                gate.candidate
            ),
            (Subject::Program, _) => {
                format!("Since the last start ({}) eval cases fail that held: {failing}. Look at them.", gate.candidate)
            }
            _ => format!("A change of {} waits: {failing} eval cases fail by it that held. Decide.", gate.name),
        };
        Task { kind: TaskKind::GateWaiting, sentence, link: format!("/gates?open={}", gate.id) }
    });
    Ok(told.collect())
}

/// Replies that wait for this person: their own that did not leave (a colleague's too, when that person is not signed
/// in), and those that need a second yes.
async fn of_replies(conn: &mut Conn, session: &AgentSession, now: Timestamp) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    if !agent.role.answers() {
        return Ok(Vec::new());
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let to = |ticket: desk::ids::TicketId| format!("/tickets/{ticket}");
    let mut tasks = Vec::new();
    for stopped in outbox::stopped_replies(conn, &grant, now).await? {
        if stopped.agent == agent.id || !stopped.is_here {
            let whose =
                if stopped.agent == agent.id { "Your reply".to_owned() } else { format!("{}'s reply", stopped.by) };
            let why = stopped.why.replace('_', " ");
            let sentence = format!("{whose} to #{} did not leave ({why}). Look at it again.", stopped.number);
            tasks.push(Task { kind: TaskKind::ReplyStopped, sentence, link: to(stopped.ticket) });
        }
    }
    for waiting in outbox::awaiting_second(conn, &grant).await?.into_iter().filter(|w| w.agent != agent.id) {
        let sentence =
            format!("{} approved a reply to #{}; it leaves when you approve it too.", waiting.by, waiting.number);
        tasks.push(Task { kind: TaskKind::SecondApproval, sentence, link: to(waiting.ticket) });
    }
    for (bulk, by, name, letters) in outbox::awaiting_second_in_bulk(conn, &grant).await? {
        if by != agent.id {
            let sentence =
                format!("{name} approved {letters} letters of one text; they leave when you approve them too.");
            tasks.push(Task { kind: TaskKind::SecondApproval, sentence, link: format!("/bulk/{bulk}") });
        }
    }
    Ok(tasks)
}

/// Cases that wait for this person: those on call are asked for theirs, leads for all, others for what was proposed.
async fn of_escalations(conn: &mut Conn, session: &AgentSession) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    if !agent.role.answers() {
        return Ok(Vec::new());
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let mut tasks = Vec::new();
    let named = |case: &Escalation| case.target.split(',').any(|a| a == agent.email);
    for case in conn.escalations_waiting(&grant, Waits::Raised).await? {
        if agent.role.leads() || named(&case) || case.means == MeansKind::Queue {
            let sentence = format!("#{} went up and waits for somebody to take it. {}", case.number, case.because);
            let link = format!("/tickets/{}", case.ticket);
            tasks.push(Task { kind: TaskKind::EscalationRaised, sentence, link });
        }
    }
    for case in conn.escalations_waiting(&grant, Waits::Proposed).await? {
        let sentence = format!("The machine would escalate #{}: {}", case.number, case.because);
        let link = format!("/tickets/{}", case.ticket);
        tasks.push(Task { kind: TaskKind::EscalationProposed, sentence, link });
    }
    Ok(tasks)
}

/// After so many seconds leads are told of a low rating too.
const LOW_RATING_SECONDS: i64 = 86_400;
/// Seconds before a promise is due that somebody is told.
const PROMISE_SOON_SECONDS: i64 = 86_400;

/// Tickets this person is asked to look at, promises that come due, and what they follow. A look at the ticket, or a word
/// on the promise, ends it.
async fn of_attention(conn: &mut Conn, session: &AgentSession, now: Timestamp) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    if !agent.role.answers() {
        return Ok(Vec::new());
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let link = |ticket: desk::ids::TicketId| format!("/tickets/{ticket}");
    let mut tasks = Vec::new();
    for found in conn.promises_asking(&grant, now.plus_seconds(PROMISE_SOON_SECONDS)).await? {
        let (number, words, day) = (found.number, &found.words, found.due.date());
        let (kind, sentence) = match found.state {
            PromiseState::Found if found.agent == agent.id || found.assignee == Some(agent.id) => {
                (TaskKind::PromiseFound, format!("A reply to #{number} says “{words}”. Is that a promise for {day}?"))
            }
            PromiseState::Confirmed if found.assignee.unwrap_or(found.agent) == agent.id => {
                let when = if found.due < now { "was due on" } else { "is due on" };
                (TaskKind::PromiseDue, format!("A promise on #{number} {when} {day}: “{words}”"))
            }
            _ => continue,
        };
        tasks.push(Task { kind, sentence, link: link(found.ticket) });
    }
    for ask in conn.asks(&grant).await? {
        let (number, subject, by) = (ask.number, &ask.subject, &ask.by);
        let (kind, sentence) = match ask.why {
            AskedWhy::Assigned => (TaskKind::TicketGiven, format!("{by} gave you #{number}: {subject}")),
            AskedWhy::Mentioned => (TaskKind::Mentioned, format!("{by} asks you in a note on #{number}: {subject}")),
            AskedWhy::Woken => (TaskKind::TicketBack, format!("#{number}, which you put off, is back: {subject}")),
        };
        tasks.push(Task { kind, sentence, link: link(ask.ticket) });
    }
    for stirred in conn.stirred(&grant).await? {
        let what = if stirred.count == 1 { "Something".to_owned() } else { format!("{} things", stirred.count) };
        let sentence = format!("{what} happened on #{}, which you follow: {}", stirred.number, stirred.subject);
        tasks.push(Task { kind: TaskKind::FollowedStirred, sentence, link: link(stirred.ticket) });
    }
    for low in conn.low_ratings(&grant).await? {
        // Whose it is; leads, where that is nobody who is here, or after a day.
        let is_old = now.seconds_since(low.at) > LOW_RATING_SECONDS;
        if low.agent == Some(agent.id) || (agent.role.leads() && (low.agent.is_none() || is_old)) {
            let (number, rating, subject) = (low.number, low.rating, &low.subject);
            let sentence = format!("#{number} was rated {rating} of 5. Look what went wrong, and answer: {subject}");
            tasks.push(Task { kind: TaskKind::LowRating, sentence, link: link(low.ticket) });
        }
    }
    tasks.sort_by_key(|task| task.kind);
    Ok(tasks)
}

/// Standing approvals that a changed article stopped.
async fn of_standing(conn: &mut Conn, now: Timestamp) -> Result<Vec<Task>, FlowError> {
    let stopped = outbox::standings(conn, now)
        .await?
        .into_iter()
        .filter(|line| line.changed.is_some() && line.standing.ended_at.is_none() && now < line.standing.limits.until);
    Ok(stopped
        .map(|line| Task {
            kind: TaskKind::StandingStopped,
            sentence: format!(
                "The standing approval for {} rests on an article that changed; it answers nobody until somebody begins it again.",
                line.standing.category
            ),
            link: "/settings/standing".to_owned(),
        })
        .collect())
}

async fn of_sources(conn: &mut Conn, owner: AgentId, now: Timestamp) -> Result<Vec<Task>, FlowError> {
    let own = |kind, sentence| Task { kind, sentence, link: "/knowledge".to_owned() };
    let feeds = conn.source_feeds().await?;
    let failed = feeds.into_iter().filter(|feed| feed.owner == owner).filter_map(|feed| {
        let problem = feed.report.and_then(|report| report.problem)?;
        Some(own(TaskKind::SourceFailed, format!("The source {} was not read to its end. {problem}", feed.name)))
    });
    let lines = conn.source_lines(now).await?;
    let waiting = lines.into_iter().filter(|line| line.owner.0 == owner && line.proposed > 0).map(|line| {
        let sentence = if line.proposed == 1 {
            format!("One text of the source {} waits for your answer.", line.name)
        } else {
            format!("{} texts of the source {} wait for your answer.", line.proposed, line.name)
        };
        own(TaskKind::TextsWaiting, sentence)
    });
    Ok(failed.chain(waiting).collect())
}

/// What an owner of articles is asked for.
async fn of_knowledge(
    app: &App,
    conn: &mut Conn,
    session: &AgentSession,
    now: Timestamp,
) -> Result<Vec<Task>, FlowError> {
    let agent = session.agent();
    if !agent.role.answers() {
        return Ok(Vec::new());
    }
    let mut tasks = Vec::new();
    let soon = now.plus_seconds(SOON_DAYS * 86_400);
    for asking in conn.asking_articles(agent.id, soon, agent.role.leads()).await? {
        let (title, link) = (&asking.title, format!("/knowledge/{}", asking.article));
        if asking.proposed > 0 {
            let sentence = format!("A new text for “{title}” waits for your yes or no.");
            tasks.push(Task { kind: TaskKind::TextProposed, sentence, link: link.clone() });
        }
        match asking.review_by.filter(|_| asking.is_dated) {
            Some(by) if by < now => {
                let sentence = match &asking.changed {
                    Some(changed) => format!(
                        "The macro “{title}” rests on “{changed}”, which changed; read it again before anybody inserts it."
                    ),
                    None => format!("“{title}” is past its review date and may not be used; read it again."),
                };
                tasks.push(Task { kind: TaskKind::ArticleLapsed, sentence, link });
            }
            Some(by) if by < soon => {
                let days = (by.micros() - now.micros()) / 86_400_000_000 + 1;
                let sentence = format!("“{title}” grounds nothing in {days} days unless somebody reads it again.");
                tasks.push(Task { kind: TaskKind::ArticleDue, sentence, link });
            }
            _ => {}
        }
    }
    let grant = Grant::for_agent(session, Purpose::Work)?;
    for one in find_contradictions::current(app, &grant).await?.iter() {
        let [left, right] = &one.sides;
        let mine = |side: &find_contradictions::Side| side.owners.0 == agent.id || side.owners.1 == agent.id;
        if let Some(side) = one.sides.iter().find(|side| mine(side)) {
            let sentence = format!("“{}” and “{}” say different things about the same.", left.title, right.title);
            tasks.push(Task { kind: TaskKind::Contradiction, sentence, link: format!("/knowledge/{}", side.article) });
        }
    }
    tasks.sort_by_key(|task| task.kind);
    tasks.dedup();
    Ok(tasks)
}

async fn of_triage(conn: &mut Conn, session: &AgentSession, now: Timestamp) -> Result<Vec<Task>, FlowError> {
    let mut tasks = Vec::new();
    let role = session.agent().role;
    if role.leads() {
        let kept = drift(conn, &Grant::for_agent(session, Purpose::Work)?, now).await?;
        if let (Drift::Drift, Some(live)) = (kept.state, kept.live) {
            let percent = |share: f64| format!("{:.0} %", share * 100.0);
            let sentence = format!(
                "Triage was right in {} of {} checked tickets and promises {}; look at what it confuses.",
                percent(live),
                kept.n,
                percent(promised())
            );
            tasks.push(Task { kind: TaskKind::Drift, sentence, link: "/insights".to_owned() });
        }
    }
    if role.answers() {
        let waiting = conn.checks_waiting(&Grant::for_agent(session, Purpose::Reply)?, CHECKS_TOLD).await?;
        tasks.extend(waiting.into_iter().map(|(ticket, number)| Task {
            kind: TaskKind::CheckWaiting,
            sentence: format!("#{number} was drawn for a check: say whether it is sorted right."),
            link: format!("/tickets/{ticket}"),
        }));
        let reviews = conn.open_reviews(&Grant::for_agent(session, Purpose::Work)?).await?.len();
        if reviews > 0 {
            let sentence = match reviews {
                1 => "One text waits for a second look by you.".to_owned(),
                n => format!("{n} texts wait for a second look by you."),
            };
            tasks.push(Task { kind: TaskKind::ReviewsWaiting, sentence, link: "/reviews".to_owned() });
        }
    }
    Ok(tasks)
}

fn is_owner(policy: &Policy, agent: AgentId) -> bool {
    matches!(&policy.owner, Owner::Active { id, .. } if *id == agent)
}

fn task(kind: TaskKind, sentence: String, policy: &Policy) -> Task {
    Task { kind, sentence, link: format!("/settings/policies/{}/{}", policy.kind, policy.key) }
}
