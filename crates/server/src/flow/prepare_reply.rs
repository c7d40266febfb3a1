//! Finds sources and similar cases, and drafts what the category's operating model allows. Never
//! sends; never decides. What it may not do it says on the ticket.

use desk::{
    Timestamp,
    assemble::{self, Closeness, Move},
    audit::{AuditEvent, Service},
    conduct::{Conduct, Worked},
    draft::{Composed, DraftOrigin, DraftState},
    ids::{PassageId, SuggestionId, TicketId},
    knowledge::{Cited, Origin, Retrieval, may_ground},
    ladder::Where,
    language::Language,
    operating::Writing,
    persona::{self, Chosen, Voice},
    policy::Policies,
    ticket::DraftReadiness,
};
use search::Hit;
use store::{Conn, Grant, Message, Purpose, TicketLine};

use crate::{
    App, FlowError,
    flow::{
        PREPARATION, escalate,
        keep_draft::{Asked, Made, is_a_persons, keep_draft, keep_retrieval, withhold},
        whom_to_ask,
    },
    library::{Kind, Question, SearchRequest, may_use},
    meanings::Meanings,
};

/// Name of the job.
pub const PREPARE: &str = "prepare";
/// Passages put before the drafter.
const PASSAGES: usize = 5;
/// Questions of one mail that are looked up on their own, when it asks several.
const QUESTIONS: usize = 4;
/// Passages that each of them may add.
const PER_QUESTION: usize = 2;
/// What is looked up beside every request for money.
const REFUND_RULE: &str = "Refund policy: within how many days is a charge refunded?";
/// Past cases put beside them.
const CASES: usize = 3;

/// What a draft is made from: loaded once, used by every drafter.
pub struct Case {
    /// The ticket.
    pub line: TicketLine,
    /// The message to answer.
    pub newest: Message,
    /// How it is worked, and what its policies say.
    pub conduct: Conduct,
    /// How a draft sounds, or why the machine writes none.
    pub voice: Result<Chosen, String>,
    /// Replies that left before, and what the requester says they tried.
    pub said: Vec<String>,
    /// Everything that was written so far, oldest first: whether it came in, and its newest words.
    pub turns: Vec<(bool, String)>,
    /// First name to greet, when there is one.
    pub first_name: Option<String>,
    /// Everybody's and everything's known values, for the second gate.
    pub known: Vec<(redact::Class, String)>,
}

impl Case {
    /// Loads it for a grant; none when nothing waits for an answer.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn load(
        conn: &mut Conn,
        grant: &Grant,
        ticket: TicketId,
        now: Timestamp,
    ) -> Result<Option<Self>, FlowError> {
        let line = conn.ticket(grant, ticket).await?;
        let mut messages = conn.messages(grant, ticket).await?;
        let turns = messages.iter().map(|m| (m.inbound, m.latest.clone())).collect();
        let Some(at) = messages.iter().position(|m| Some(m.id) == line.ticket.last_inbound) else { return Ok(None) };
        let newest = messages.swap_remove(at);
        let requester = conn.requester(line.ticket.requester).await?;
        let policies = conn.policies().await?;
        let conduct = Conduct::of(&policies, worked(&line), now);
        let voice = voice(&policies, &line, &newest.latest, now);
        let first_name = requester.first_name().map(str::to_owned);
        let mut known = Vec::new();
        know(&mut known, &requester.name, &requester.email);
        know(&mut known, &newest.author, &newest.from);
        messages.iter().for_each(|m| know(&mut known, &m.author, &m.from));
        for address in conn.participants(ticket).await? {
            know(&mut known, "", &address);
        }
        for agent in conn.agents().await? {
            know(&mut known, &agent.name, &agent.email);
        }
        if let Some((organization, _)) = &line.organization {
            known.push((redact::Class::Other, organization.clone()));
        }
        known.sort_by(|a, b| a.1.cmp(&b.1));
        known.dedup();
        let said = said(&messages, &newest);
        Ok(Some(Self { line, newest, conduct, voice, said, turns, first_name, known }))
    }

    /// Subject and newest words: what is asked.
    #[must_use]
    pub fn question(&self) -> String {
        format!("{}\n\n{}", self.line.ticket.subject, self.newest.latest)
    }
}

/// What is not said again: replies that left, and what the requester says they tried.
pub(crate) fn said(earlier: &[Message], newest: &Message) -> Vec<String> {
    let inbound = earlier.iter().filter(|m| m.inbound).chain([newest]);
    let tried = inbound.flat_map(|m| assemble::tried(&m.latest));
    tried.chain(earlier.iter().filter(|m| !m.inbound).map(|m| m.latest.clone())).collect()
}

/// The voice for a ticket whose newest words are `text`: chosen by who asks and in which language, never by how they feel.
pub(crate) fn voice(policies: &Policies, line: &TicketLine, text: &str, now: Timestamp) -> Result<Chosen, String> {
    let facts = persona::Facts {
        category: line.ticket.category.as_deref(),
        segment: line.cohort.as_deref().and_then(|word| word.parse().ok()),
        role: line.role.as_deref(),
        organization: line.organization.as_ref().map(|(name, plan)| (name.as_str(), plan.as_str())),
        language: Language::guess(text),
    };
    persona::choose(policies, &facts, now)
}

/// A ticket, as far as policies ask.
#[must_use]
pub fn worked(line: &TicketLine) -> Worked<'_> {
    let ticket = &line.ticket;
    Worked {
        category: ticket.category.as_deref(),
        model: ticket.operating_model,
        flags: &ticket.risk,
        at: Where::Ticket { queue: &ticket.queue, product: line.product.as_deref() },
    }
}

/// Notes a person's name and address among what the second gate hides.
pub fn know(known: &mut Vec<(redact::Class, String)>, name: &str, address: &str) {
    if !name.trim().is_empty() && !name.contains('@') {
        known.push((redact::Class::Person, name.to_owned()));
    }
    if !address.is_empty() {
        known.push((redact::Class::Email, address.to_owned()));
    }
}

/// What the machine may do about a case.
pub(crate) enum Room {
    /// Nothing but sorting.
    Nothing {
        /// Why, for the ticket.
        why: String,
        /// The same for the record.
        word: &'static str,
    },
    /// Look for sources, and leave every word to a person.
    Sources,
    /// Write in this voice.
    Draft(Voice),
}

/// Decides it: who wrote, what the policies leave, whether anybody answers for the voice.
pub(crate) fn room(case: &Case) -> Room {
    if let Some(machine) = &case.newest.machine {
        let kind = machine.split(':').next().unwrap_or("machine mail");
        let why = format!("A machine wrote this ({kind}); nobody waits for an answer.");
        return Room::Nothing { why, word: "machine-mail" };
    }
    match (case.conduct.withheld(), &case.voice) {
        (Some(why), _) if case.conduct.writing == Writing::Nothing => {
            let word = if case.conduct.lapsed.is_some() { "policy-lapsed" } else { "operating-model" };
            Room::Nothing { why, word }
        }
        (Some(_), _) => Room::Sources,
        (None, Ok(chosen)) => Room::Draft(chosen.voice.clone()),
        (None, Err(why)) => {
            let why = format!("{why} Until a lead renews it, the machine only sorts here.");
            Room::Nothing { why, word: "policy-lapsed" }
        }
    }
}

/// Retrieves and drafts for a ticket's newest question.
///
/// # Errors
/// Whatever database or index say.
pub async fn prepare(app: &App, ticket: TicketId) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let Some(case) = Case::load(&mut conn, &grant, ticket, app.clock.now()).await? else { return Ok(()) };
    let allowed = super::triage_ticket::consent(app, &mut conn, &case.line).await?;
    let closed = super::gate_program::closed(&mut conn).await?;
    drop(conn);
    if let Err(refusal) = allowed {
        return withhold(app, ticket, &refusal.to_string(), "consent").await;
    }
    if let Some(why) = closed {
        return withhold(app, ticket, &why, "gate").await;
    }
    let voice = match room(&case) {
        Room::Nothing { why, word } => return withhold(app, ticket, &why, word).await,
        // Nothing is written there in any voice.
        Room::Sources => Voice::shipped(),
        Room::Draft(voice) => voice,
    };
    let withheld = case.conduct.withheld();
    let cited = retrieve(app, &case).await?;
    outbox::crash::point("draft-retrieved");
    let meanings = meanings(app, &case, &cited).await?;
    let drafted = drafted(&case, &voice, &cited, &|a, b| meanings.closeness(a, b));
    let disagreement = match &drafted {
        Ok(composed) => whom_to_ask::disagreement(app, &cited, composed).await?,
        Err(_) => None,
    };
    let next = match (&drafted, case.conduct.writing) {
        (Ok(_), Writing::Draft | Writing::ApprovedWording) if disagreement.is_none() => Move::Answer,
        (_, Writing::Draft | Writing::ApprovedWording) => Move::Ask,
        _ => Move::HandOver,
    };
    let missing = drafted.as_ref().map_or_else(Clone::clone, assemble::left_open);
    let plan = assemble::plan(&case.newest.latest, missing, next);
    let retrieval = keep_retrieval(app, &case, Retrieval { cited: cited.clone(), plan: Some(plan) }).await?;
    match (withheld, disagreement) {
        (None, Some(why)) => {
            withhold(app, ticket, &why, "sources-disagree").await?;
            // It is a reason to go up, and sorting did not know of it.
            escalate::look(app, ticket).await?;
        }
        (None, None) => propose(app, &case, retrieval, &cited, drafted).await?,
        (Some(why), _) => withhold(app, ticket, &why, "operating-model").await?,
    }
    super::standing_approvals::answer(app, &case).await
}

/// Whether a person's own words already stand in an open draft: a machine never replaces those.
///
/// # Errors
/// Whatever the database says.
pub async fn person_writes(conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<bool, FlowError> {
    let draft = conn.current_draft(grant, ticket).await?.filter(|d| d.state == DraftState::Open);
    Ok(draft.is_some_and(|d| is_a_persons(&d)))
}

async fn propose(
    app: &App,
    case: &Case,
    retrieval: SuggestionId,
    cited: &[Cited],
    drafted: Result<Composed, Vec<String>>,
) -> Result<(), FlowError> {
    let ticket = case.line.ticket.id;
    let grant = app.service_grant(Service::Preparation, Purpose::Work)?;
    if person_writes(&mut app.store.read().await?, &grant, ticket).await? {
        let mut tx = app.store.begin(&PREPARATION, app.clock.now()).await?;
        tx.set_draft_readiness(ticket, DraftReadiness::Ready, None).await?;
        tx.commit(AuditEvent::DraftWithheld { ticket, why: "a-person-writes".to_owned() }).await?;
        app.live.committed();
        return Ok(());
    }
    if app.model.is_some() && case.conduct.writing == Writing::Draft {
        let asked = super::write_draft::ask_model(app, case, retrieval, cited, Asked::ByMail).await;
        if let Err(error) = super::shadow_draft::offer(app, case).await {
            tracing::warn!(%error, "the candidate is not asked about this ticket");
        }
        match asked {
            // Too late is no failure: what overtook it has its own preparation.
            Ok(()) | Err(FlowError::Stale) => return Ok(()),
            Err(error) => tracing::info!(%error, "no draft from the model; assembled instead"),
        }
    }
    match drafted {
        Ok(composed) => {
            let made =
                Made { origin: DraftOrigin::Assembled, composed: &composed, exchange: None, asked: Asked::ByMail };
            match keep_draft(app, case, retrieval, made).await {
                Ok(_) | Err(FlowError::Stale) => Ok(()),
                Err(error) => Err(error),
            }
        }
        Err(unanswered) => {
            let why = match unanswered.first() {
                Some(question) => {
                    let question: String = question.chars().take(160).collect();
                    let ask = whom_to_ask::keeper(app, cited).await?;
                    format!("No approved source answers: “{question}” {ask}")
                }
                None => "It asks nothing that could be looked up.".to_owned(),
            };
            withhold(app, ticket, &why, "no-source").await
        }
    }
}

/// The meanings that assembling compares.
///
/// # Errors
/// Whatever the database says.
pub async fn meanings(app: &App, case: &Case, cited: &[Cited]) -> Result<Meanings, FlowError> {
    let mut meanings = Meanings::default();
    meanings.know(app, &case.question(), cited).await?;
    Ok(meanings)
}

/// Assembles from what was found.
///
/// # Errors
/// The questions that nothing answers.
pub fn drafted(
    case: &Case,
    voice: &Voice,
    cited: &[Cited],
    closeness: &Closeness<'_>,
) -> Result<Composed, Vec<String>> {
    let question = case.question();
    let request = assemble::Request {
        whole: &question,
        said: &case.said,
        first_name: case.first_name.as_deref(),
        language: Language::guess(&case.newest.latest),
        voice,
    };
    assemble::assemble(&request, cited, closeness)
}

/// What would be assembled for a question on its own; none when nothing answers it.
///
/// # Errors
/// Whatever the database says.
pub async fn answer_alone(
    app: &App,
    question: &str,
    cited: &[Cited],
    meanings: &mut Meanings,
) -> Result<Option<Composed>, FlowError> {
    meanings.know(app, question, cited).await?;
    let closeness = |a: &str, b: &str| meanings.closeness(a, b);
    let language = Language::guess(question);
    let request =
        assemble::Request { whole: question, said: &[], first_name: None, language, voice: &Voice::shipped() };
    Ok(assemble::assemble(&request, cited, &closeness).ok())
}

/// Passages that may ground a reply to a question.
///
/// # Errors
/// Whatever database or index say.
pub async fn passages_for(app: &App, question: &str) -> Result<Vec<Cited>, FlowError> {
    grounding(app, question, app.library.question(question).as_ref(), PASSAGES).await
}

async fn grounding(
    app: &App,
    question: &str,
    meaning: Option<&Question>,
    limit: usize,
) -> Result<Vec<Cited>, FlowError> {
    let reply = app.service_grant(Service::Preparation, Purpose::Reply)?;
    let request =
        SearchRequest { words: question, grant: &reply, kind: Kind::Passages, limit, queue: None, about: None };
    let passages = app.library.search_with(&request, meaning)?;
    let mut conn = app.store.read().await?;
    let mut cited = Vec::new();
    for hit in passages {
        cited.extend(passage(app, &mut conn, &reply, hit, cited.len()).await?);
    }
    Ok(cited)
}

/// Passages that may ground a reply, then past cases of the same queue.
///
/// # Errors
/// Whatever database or index say.
pub async fn retrieve(app: &App, case: &Case) -> Result<Vec<Cited>, FlowError> {
    let work = app.service_grant(Service::Preparation, Purpose::Work)?;
    let question = case.question();
    let meaning = app.library.question(&question);
    let queue = Some(case.line.ticket.queue.as_str());
    let cases = app.library.search_with(
        &SearchRequest { words: &question, grant: &work, kind: Kind::Cases, limit: CASES, queue, about: None },
        meaning.as_ref(),
    )?;
    let mut cited = grounding(app, &question, meaning.as_ref(), PASSAGES).await?;
    let asked = assemble::probes(&question);
    for probe in asked.iter().take(QUESTIONS).filter(|_| asked.len() > 1) {
        // What the whole mail asks drowns what one sentence of it asks.
        let meaning = app.library.question(&probe.full);
        for found in grounding(app, &probe.full, meaning.as_ref(), PER_QUESTION).await? {
            if !cited.iter().any(|known| known.origin == found.origin) {
                cited.push(found);
            }
        }
    }
    if case.conduct.asks_refund(&case.line.ticket.risk) {
        // Who wants money back tells a story; the rule stands in other words.
        let meaning = app.library.question(REFUND_RULE);
        for found in grounding(app, REFUND_RULE, meaning.as_ref(), PER_QUESTION).await? {
            if !cited.iter().any(|known| known.origin == found.origin) {
                cited.push(found);
            }
        }
    }
    for (at, one) in cited.iter_mut().enumerate() {
        one.citation = u32::try_from(at + 1).unwrap_or(u32::MAX);
    }
    let mut conn = app.store.read().await?;
    for hit in cases {
        cited.extend(reply_of(app, &mut conn, &work, hit, cited.len()).await?);
    }
    Ok(cited)
}

/// The index may lag by a moment; the database has the last word on what may be cited.
async fn passage(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    hit: Hit,
    already: usize,
) -> Result<Option<Cited>, FlowError> {
    let (Ok(article), Ok(id)) = (hit.group.parse(), hit.id.parse()) else { return Ok(None) };
    let id: PassageId = id;
    let article = match conn.article(grant, article).await {
        Ok(article) => article,
        Err(store::StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let Some(version) =
        article.current.filter(|_| may_ground(article.state, article.audience, article.review_by, app.clock.now()))
    else {
        return Ok(None);
    };
    if !conn.is_passage_of(id, version).await? {
        return Ok(None);
    }
    Ok(Some(Cited {
        citation: u32::try_from(already + 1).unwrap_or(u32::MAX),
        origin: Origin::Passage { passage: id, article: article.id, version },
        title: hit.title.clone(),
        heading: hit.heading.clone(),
        spans: char_spans(&hit),
        why: why(&hit),
        text: hit.text,
    }))
}

async fn reply_of(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    hit: Hit,
    already: usize,
) -> Result<Option<Cited>, FlowError> {
    let Ok(ticket) = hit.id.parse() else { return Ok(None) };
    let Some(case) = conn.past_case(grant, ticket).await?.filter(|c| may_use(c, app.config.desk.ai_default)) else {
        return Ok(None);
    };
    Ok(Some(Cited {
        citation: u32::try_from(already + 1).unwrap_or(u32::MAX),
        origin: Origin::Reply { ticket },
        title: case.subject,
        heading: String::new(),
        // The index matched the question; the reply's words were not looked at.
        spans: Vec::new(),
        why: why(&hit),
        text: case.reply,
    }))
}

/// The engine counts bytes; people and browsers count characters.
fn char_spans(hit: &Hit) -> Vec<(usize, usize)> {
    let chars = |byte: usize| hit.text.get(..byte).map_or(0, |head| head.chars().count());
    hit.spans.iter().map(|s| (chars(s.start), chars(s.end))).collect()
}

/// Why it was found, in words.
#[must_use]
pub fn why(hit: &Hit) -> Vec<String> {
    hit.why
        .iter()
        .filter_map(|why| match why {
            search::Why::Words { matched, .. } if !matched.is_empty() => {
                Some(format!("words: {}", matched.iter().take(6).cloned().collect::<Vec<_>>().join(", ")))
            }
            search::Why::Words { .. } => None,
            search::Why::Identifier { value } => Some(format!("the same code: {value}")),
            search::Why::Meaning { cosine } => Some(format!("meaning ({:.0} %)", cosine * 100.0)),
        })
        .collect()
}
