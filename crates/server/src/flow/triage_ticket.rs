//! Sorts a ticket: the classifier's guess about its newest message, then the rules over all of them, which may only
//! raise and narrow. Where AI is refused, rules alone. What a person decided stays.

use desk::{
    Refusal, Timestamp,
    audit::{AuditEvent, Service},
    consent::{Voices, may_use_ai},
    correction::Sorting,
    deadline::{self, Deadline},
    diagnosis::{self, Diagnosis},
    eval::{Origin, Severity},
    failure::Failure,
    ids::TicketId,
    ladder::{Rung, Where},
    language::Language,
    people::AiSetting,
    risk::{Flag, Raised, Rules},
    suggestion::{Confidence, Doubt, Evidence, Suggestion},
    triage::{Answered, Category, Field, Known, Seen, Triage, dismissals, keep, readable, standing, triage as decide},
};
use store::{Conn, Grant, Message, NewJob, Purpose, StoredSuggestion, SuggestionKind, TicketLine};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION,
        propose_case::{self, Because},
        propose_for_product,
        ways::{About, Ways},
    },
    triager::{Opinion, text_of},
};

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
    let ways = Ways::load(&mut conn).await?;
    let rules = ways.rules();
    let diagnosis = super::diagnose_ticket::look(app, &mut conn, &line, newest).await?;
    drop(conn);

    let mut read = Read::new(&rules, &messages, newest);
    read.diagnosis.clone_from(&diagnosis);
    let product = ways.product(About::line(&line, &read.text)).map(str::to_owned);
    let opinion = match &allowed {
        Ok(()) => unless_off(opinion(app, newest).await?, &ways, product.as_deref()),
        Err(refusal) => rules_alone(&refusal.to_string()),
    };
    let complains = read.complains_of_us(newest, &flags(&rules, newest));
    let of_product = propose_for_product::complaint(app, newest);

    outbox::crash::point("triage-decided");
    let now = app.clock.now();
    let mut tx = app.store.begin(&PREPARATION, now).await?;
    // What people did while the words were read counts: the decision falls here.
    let line = tx.ticket(&grant, ticket).await?;
    if line.ticket.last_inbound != Some(newest.id) {
        return Ok(());
    }
    let ways = Ways::load(&mut tx).await?;
    let sorted = sort(&mut tx, &grant, &line, read, &opinion, &ways, now).await?;
    let language = Language::guess(&newest.latest).word();
    tx.set_triage(ticket, &sorted.row, sorted.doubt, (language, product.as_deref()), false).await?;
    let id = tx.add_suggestion(ticket, newest.id, SuggestionKind::Triage, &sorted.suggestion).await?;
    tx.keep_nearest(id, &opinion.nearest).await?;
    if let Some(diagnosis) = &diagnosis {
        let diagnosis = tx.add_diagnosis(ticket, newest.id, diagnosis).await?;
        tx.record(AuditEvent::TicketDiagnosed { ticket, diagnosis }).await?;
    }
    if opinion.made_by.engine == "classify" && desk::calibration::is_sampled(&app.keys.draw(id)) {
        tx.ask_check(id).await?;
    }
    tx.queue_job(NewJob { kind: super::prepare_reply::PREPARE, subject: &ticket.to_string(), run_at: now }).await?;
    tx.queue_job(NewJob { kind: super::escalate::ESCALATE, subject: &ticket.to_string(), run_at: now }).await?;
    outbox::crash::point("triage-before-commit");
    tx.commit(AuditEvent::TicketTriaged { ticket, suggestion: id }).await?;
    outbox::crash::point("triage-committed");
    app.live.committed();
    if complains {
        let because =
            Because { origin: Origin::Complaint, failure: Failure::MissedQuestion, severity: Severity::Minor };
        propose_case::afterwards(app, ticket, because).await?;
    }
    if let Some(complaint) = of_product {
        propose_for_product::afterwards(app, ticket, complaint).await?;
    }
    Ok(())
}

/// What rules see in a ticket's messages.
pub(crate) struct Read {
    seen: Vec<Seen>,
    answered: Answered,
    deadline: Option<Deadline>,
    /// Subject and words of the newest.
    text: String,
    language: Language,
    /// What telemetry says of the newest.
    diagnosis: Option<Diagnosis>,
}

impl Read {
    /// Of messages whose last from the requester is `newest`.
    pub(crate) fn new(rules: &Rules, messages: &[Message], newest: &Message) -> Self {
        let answered = messages.iter().filter(|m| m.agent.is_some()).map(|m| m.at).max();
        let inbound = || messages.iter().filter(|m| m.inbound);
        let seen =
            inbound().flat_map(|m| flags(rules, m).into_iter().map(|raised| Seen { at: m.at, raised })).collect();
        let open = inbound().filter(|m| answered.is_none_or(|at| m.at > at));
        let mut deadlines: Vec<Deadline> = open.filter_map(deadline_in).collect();
        deadlines.sort_by_key(|d| (d.due.is_none(), d.due));
        let text = format!("{}\n\n{}", newest.subject, newest.latest);
        let deadline = deadlines.into_iter().next();
        Self { seen, answered, deadline, text, language: Language::guess(&newest.latest), diagnosis: None }
    }
}

impl Read {
    /// Whether somebody is angry or speaks of the law after an answer of ours: then the answer was part of it.
    fn complains_of_us(&self, newest: &Message, raised: &[Raised]) -> bool {
        self.answered.is_some_and(|at| newest.at > at)
            && raised.iter().any(|one| matches!(one.flag, Flag::Anger | Flag::Legal))
    }
}

fn deadline_in(message: &Message) -> Option<Deadline> {
    deadline::find(&message.latest, message.at).map(|d| Deadline { message: Some(message.id), ..d })
}

/// A decision, and what the ticket's row is to say.
pub(crate) struct Sorted {
    /// The look with its reasons.
    pub suggestion: Suggestion<Triage>,
    /// What the row says.
    pub row: Triage,
    /// How sure it is.
    pub doubt: Doubt,
}

/// What was decided about a ticket before.
#[derive(Default)]
pub(crate) struct Before {
    /// The look that stands, and when it was made.
    pub last: Option<(Triage, Timestamp)>,
    /// Whether a person chose the category.
    pub persons: bool,
}

async fn sort(
    conn: &mut Conn,
    grant: &Grant,
    line: &TicketLine,
    read: Read,
    opinion: &Opinion,
    ways: &Ways,
    now: Timestamp,
) -> Result<Sorted, FlowError> {
    let last = conn.newest_suggestion::<Triage>(grant, line.ticket.id, SuggestionKind::Triage).await?;
    let persons = conn.has_persons_category(line.ticket.id).await?;
    let before = Before { last: last.map(|l| (l.suggestion.value, l.suggestion.made_at)), persons };
    Ok(sorted(&before, line, read, opinion, ways, now))
}

/// Decides: what people and earlier looks said, the rules, the classifier's opinion, the desk's own ways.
pub(crate) fn sorted(
    before: &Before,
    line: &TicketLine,
    read: Read,
    opinion: &Opinion,
    ways: &Ways,
    now: Timestamp,
) -> Sorted {
    let last = before.last.as_ref().map(|(look, _)| look);
    let chosen = line.ticket.category.as_deref().filter(|_| before.persons);
    let undone = |(last, made_at): &(Triage, Timestamp)| dismissals(last, *made_at, &line.ticket.risk);
    let dismissed = before.last.as_ref().map(undone).unwrap_or_default();
    let known = Known {
        guess: &opinion.guess,
        risk: standing(read.seen, read.answered, &dismissed),
        deadline: read.deadline,
        chosen,
        categories: &ways.categories,
        fallback_queue: &line.ticket.queue,
        now,
    };
    let about = About { language: Some(read.language.word()), ..About::line(line, &read.text) };
    let in_hand = read.answered.is_some() || last.is_some_and(|l| l.category.is_some());
    let route = |category: Option<&Category>| match category {
        None if in_hand => None,
        found => ways.way(About { category: found.map(|c| c.key.as_str()), ..about }),
    };
    let (mut look, rules) = decide(known, &route);
    let doubt = opinion.guess.confidence.doubt();
    let told = read.diagnosis.as_ref().and_then(|d| diagnosis::effect::apply(d, &mut look, doubt, &ways.categories));
    look.dismissed = dismissed;
    let kept = keep(&mut look, last, line.ticket.priority, &line.ticket.queue);
    let (mut confidence, mut doubt) = (opinion.guess.confidence.clone(), doubt);
    if chosen.is_some() {
        look.kept.push(Field::Category);
        let why = "A person chose the category, and the machine does not overrule them.".to_owned();
        (confidence, doubt) = (Confidence::Abstain { why }, Doubt::Sure);
    }
    let row = Triage { priority: kept.priority, queue: kept.queue, ..look.clone() };
    let speaks_for = |e: &&Evidence| e.weight.is_none_or(|weight| weight > 0.0);
    let because = opinion.because.iter().filter(speaks_for).cloned().chain(rules).chain(told).collect();
    let suggestion = Suggestion { value: look, confidence, because, made_by: opinion.made_by.clone(), made_at: now };
    Sorted { suggestion, row, doubt }
}

/// A second look at a sorted ticket.
pub struct SecondLook {
    /// The ticket as it is.
    pub line: TicketLine,
    /// The look that stands.
    pub earlier: StoredSuggestion<Triage>,
    /// The look under today's rules and routing.
    pub suggestion: Suggestion<Triage>,
    /// What it would make of the ticket.
    pub after: Sorting,
}

/// Looks at a ticket again: what the classifier said of it, under the rules and the routing of `ways`. None when it has
/// not been sorted.
///
/// # Errors
/// Whatever the database says.
pub async fn look_again(
    conn: &mut Conn,
    grant: &Grant,
    ticket: TicketId,
    ways: &Ways,
    now: Timestamp,
) -> Result<Option<SecondLook>, FlowError> {
    let line = conn.ticket(grant, ticket).await?;
    let messages = conn.messages(grant, ticket).await?;
    let newest = messages.iter().rev().find(|m| Some(m.id) == line.ticket.last_inbound);
    let earlier = conn.newest_suggestion::<Triage>(grant, ticket, SuggestionKind::Triage).await?;
    let (Some(newest), Some(earlier)) = (newest, earlier) else { return Ok(None) };
    let mut read = Read::new(&ways.rules(), &messages, newest);
    let told = conn.newest_diagnosis(grant, ticket).await?.filter(|d| d.message == newest.id);
    read.diagnosis = told.map(|d| d.diagnosis);
    let sorted = sort(conn, grant, &line, read, &Opinion::again(&earlier.suggestion), ways, now).await?;
    let row = sorted.row;
    let mut risk: Vec<Flag> = row.risk.iter().map(|raised| raised.flag).collect();
    risk.sort_unstable();
    let after = Sorting {
        category: row.category,
        queue: row.queue,
        operating_model: Some(row.operating_model),
        priority: row.priority,
        doubt: Some(sorted.doubt),
        risk,
    };
    Ok(Some(SecondLook { line, earlier, suggestion: sorted.suggestion, after }))
}

fn read_text(message: &Message) -> (String, usize) {
    let offset = text_of(&message.subject, "").chars().count();
    (text_of(&message.subject, &message.latest), offset)
}

async fn opinion(app: &App, message: &Message) -> Result<Opinion, FlowError> {
    if let Err(why) = readable(&message.subject, &message.latest) {
        return Ok(rules_alone(why));
    }
    let (text, offset) = read_text(message);
    // Kept, so that a correction of this mail answers for mails of the same meaning.
    let meaning = if app.triager.wants_vectors() { super::train_triage::vector(app, &text).await? } else { None };
    let encode = |texts: &[&str]| match &meaning {
        Some(meaning) if texts == [text.as_str()] => Some(vec![meaning.clone()]),
        _ => app.library.meanings(texts),
    };
    let mut opinion = crate::library::compute(|| app.triager.understand(&text, &encode));
    let place = |span: Option<(usize, usize)>| {
        // Offsets count within the message; words of the subject are quoted without a place.
        let span = span.and_then(|(a, b)| Some((a.checked_sub(offset)?, b.checked_sub(offset)?)));
        (span.map(|_| message.id), span)
    };
    for evidence in &mut opinion.because {
        (evidence.message, evidence.span) = place(evidence.span);
    }
    for topic in &mut opinion.guess.also {
        (topic.message, topic.span) = place(topic.span);
    }
    Ok(opinion)
}

/// Nothing, where the machine would sort into a category in which it is off: people do that.
fn unless_off(opinion: Opinion, ways: &Ways, product: Option<&str>) -> Opinion {
    let is_off = |(key, _): &(String, f64)| {
        let category = ways.categories.iter().find(|c| c.key == *key);
        let queue = category.map_or("", |c| c.queue.as_str());
        ways.policies.ladder().holding(key, Where::Ticket { queue, product }).0 == Rung::Off
    };
    if opinion.guess.ranked.first().is_some_and(is_off) {
        return rules_alone("This looks like a category in which the machine is off; people sort it.");
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

/// What rules see in a message, and what intake saw in the mail.
fn flags(rules: &Rules, message: &Message) -> Vec<Raised> {
    let mut flags = rules.raised(&message.latest);
    let mut add = |raised: Raised| {
        if !flags.iter().any(|f| f.flag == raised.flag) {
            flags.push(raised);
        }
    };
    rules.raised(&message.subject).into_iter().for_each(|subject| add(Raised { span: None, ..subject }));
    rules.sender(&message.from).into_iter().for_each(&mut add);
    let mut seen = |flag: Flag, quote: &str| add(Raised { flag, quote: quote.to_owned(), span: None, message: None });
    if let Some(machine) = &message.machine {
        seen(Flag::MachineMail, machine);
    }
    for warning in &message.warnings {
        if warning.starts_with("Hidden text") || warning.contains("hidden from view") {
            seen(Flag::Injection, "text hidden from view");
        }
        if warning.contains("DMARC") || warning.contains("cannot be read; do not trust") {
            seen(Flag::Sender, warning);
        }
    }
    for flag in &mut flags {
        flag.message = Some(message.id);
    }
    flags
}
