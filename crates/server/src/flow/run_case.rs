//! Runs an eval case through what every ticket goes through: sorting, the operating model, the voice, the draft, going up.
//! Nothing is read or written but the case itself, so a suite runs beside any desk.

use desk::{
    Timestamp,
    conduct::Conduct,
    draft::DraftOrigin,
    escalation::{self, Escalating, Place},
    eval::{self, Did, Label, Scored, Speaker, Verdict},
    grounding::Closeness,
    ids::{MessageId, TicketId},
    knowledge::{Cited, Origin},
    language::Language,
    policy::Policies,
    suggestion::Maker,
    ticket::{DraftReadiness, Priority, Status, Ticket},
};
use store::{Message, TicketLine};

use super::{
    escalate, pack_case,
    prepare_reply::{self, Room, room, voice, worked},
    triage_ticket::{Before, Read, sorted},
    ways::Ways,
};
use crate::triager::Opinion;

/// Where nobody sorted yet.
const QUEUE: &str = desk::routing::TRIAGE_QUEUE;

/// A desk's policies, read once for a whole suite.
pub struct Rules {
    ways: Ways,
    escalating: Escalating,
    now: Timestamp,
}

/// Writes the reply of a case, or says why there is none.
pub type Drafter<'a> = dyn Fn(&prepare_reply::Case, &[Cited]) -> Result<desk::draft::Composed, String> + 'a;

/// What came of a case.
#[derive(Debug, Clone)]
pub struct Ran {
    /// What the desk did.
    pub did: Did,
    /// Every scorer's word.
    pub scored: Vec<Scored>,
    /// What differs from the day the case was made; where to look when it failed.
    pub causes: Vec<String>,
}

impl Ran {
    /// Whether nothing was missed.
    #[must_use]
    pub fn held(&self) -> bool {
        self.scored.iter().all(|s| s.verdict != Verdict::Missed)
    }
}

impl Rules {
    /// Of policies, keys of queues and names of products, as they hold at `now`.
    #[must_use]
    pub fn new(policies: Policies, queues: Vec<String>, products: Vec<String>, now: Timestamp) -> Self {
        let escalating = pack_case::escalating(&policies, &queues);
        Self { ways: Ways::new(policies, queues, products), escalating, now }
    }

    /// The policies.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.ways.policies
    }

    /// Runs a case and scores it. `opinion` is the classifier's, or why there is none.
    #[must_use]
    pub fn run(&self, case: &eval::Case, opinion: &Result<Opinion, String>, closeness: &Closeness<'_>) -> Ran {
        self.run_with(case, opinion, &|prepared, cited| draft(prepared, cited, closeness))
    }

    /// A case as it stands before the drafter; none when it asks nothing.
    #[must_use]
    pub fn prepared(
        &self,
        case: &eval::Case,
        opinion: &Result<Opinion, String>,
    ) -> Option<(prepare_reply::Case, Vec<Cited>)> {
        let mut staged = Staged::of(case, self.now)?;
        let unsorted = Opinion::none("No classifier runs here.", rules_alone());
        self.sort(&mut staged, opinion.as_ref().unwrap_or(&unsorted));
        Some((staged.prepared(self), staged.cited))
    }

    /// The same by a drafter of the caller's choice.
    #[must_use]
    pub fn run_with(&self, case: &eval::Case, opinion: &Result<Opinion, String>, drafter: &Drafter<'_>) -> Ran {
        let Some(mut staged) = Staged::of(case, self.now) else {
            return self.nothing_asked(case);
        };
        let label = match opinion {
            Ok(opinion) => {
                let sure = opinion.guess.confidence.probability().and(opinion.guess.ranked.first());
                Label::Found(sure.map(|(key, _)| key.clone()))
            }
            Err(why) => Label::NotAsked(why.clone()),
        };
        let unsorted = Opinion::none("No classifier runs here.", rules_alone());
        let opinion = opinion.as_ref().unwrap_or(&unsorted);
        let flags = self.sort(&mut staged, opinion);
        let prepared = staged.prepared(self);
        let draft = drafter(&prepared, &staged.cited);
        let voice = prepared.voice.as_ref().ok().map(|chosen| (chosen.voice.clone(), chosen.language));
        let signs = escalation::Case {
            topics: opinion.guess.also.len(),
            requests: 1,
            ..escalate::in_hand(&staged.messages, &flags, &staged.line)
        };
        let place = Place {
            category: case.category.as_deref(),
            queue: &staged.line.ticket.queue,
            open: true,
            demanded: &prepared.conduct.escalate,
        };
        let signals = escalation::signals(&self.escalating, &signs);
        let escalation = escalation::decide(&self.escalating, signals, place);
        let did = Did { label, draft, voice, escalation };
        let mut causes = eval::causes(case, self.policies());
        causes.extend(moved(case, &prepared));
        Ran { scored: eval::score(case, &did), did, causes }
    }

    /// Sorts it as a person who knows the category would: what the classifier says is judged beside it.
    fn sort(&self, staged: &mut Staged, opinion: &Opinion) -> Vec<desk::risk::Raised> {
        let Some(newest) = staged.messages.last() else { return Vec::new() };
        let read = Read::new(&self.ways.rules(), &staged.messages, newest);
        let before = Before { last: None, persons: staged.line.ticket.category.is_some() };
        let row = sorted(&before, &staged.line, read, opinion, &self.ways, self.now).row;
        let ticket = &mut staged.line.ticket;
        ticket.category = row.category;
        ticket.operating_model = Some(row.operating_model);
        ticket.risk = row.risk.iter().map(|raised| raised.flag).collect();
        ticket.queue = row.queue;
        ticket.priority = row.priority;
        row.risk
    }

    fn nothing_asked(&self, case: &eval::Case) -> Ran {
        let escalation = escalation::decide(
            &self.escalating,
            Vec::new(),
            Place { category: None, queue: QUEUE, open: true, demanded: &[] },
        );
        let why = "The case asks nothing.".to_owned();
        let did = Did { label: Label::NotAsked(why.clone()), draft: Err(why), voice: None, escalation };
        Ran { scored: eval::score(case, &did), did, causes: eval::causes(case, self.policies()) }
    }
}

/// A case as the rows it would be.
struct Staged {
    line: TicketLine,
    /// Oldest first; the last is what is answered.
    messages: Vec<Message>,
    cited: Vec<Cited>,
}

impl Staged {
    fn of(case: &eval::Case, now: Timestamp) -> Option<Self> {
        let subject = case.question()?.subject.clone();
        let last = i64::try_from(case.messages.len()).unwrap_or(i64::MAX);
        let messages: Vec<Message> = (0..)
            .zip(&case.messages)
            .map(|(at, said)| message(said, at, now.plus_seconds((at - last) * 3_600), &subject))
            .collect();
        let newest = messages.last()?;
        let line = line(case, &subject, newest, now);
        Some(Self { cited: cited(case), line, messages })
    }

    fn prepared(&self, rules: &Rules) -> prepare_reply::Case {
        let mut messages = self.messages.clone();
        let turns = messages.iter().map(|m| (m.inbound, m.latest.clone())).collect();
        let newest = messages.pop().unwrap_or_else(|| message(&nobody(), 0, rules.now, ""));
        let conduct = Conduct::of(rules.policies(), worked(&self.line), rules.now);
        let voice = voice(rules.policies(), &self.line, &newest.latest, rules.now);
        let said = prepare_reply::said(&messages, &newest);
        let line = self.line.clone();
        prepare_reply::Case { line, newest, conduct, voice, said, turns, first_name: None, known: Vec::new() }
    }
}

fn nobody() -> eval::Said {
    eval::Said { by: Speaker::Requester, subject: String::new(), text: String::new() }
}

/// The draft that would stand on the ticket, made without a language model.
///
/// # Errors
/// Why there is none.
pub fn draft(
    case: &prepare_reply::Case,
    cited: &[Cited],
    closeness: &Closeness<'_>,
) -> Result<desk::draft::Composed, String> {
    let voice = match room(case) {
        Room::Nothing { why, .. } => return Err(why),
        Room::Sources => return Err(case.conduct.withheld().unwrap_or_default()),
        Room::Draft(voice) => voice,
    };
    case.conduct.allows(DraftOrigin::Assembled).map_err(|refusal| refusal.to_string())?;
    prepare_reply::drafted(case, &voice, cited, closeness).map_err(|unanswered| {
        let question = unanswered.first().map_or("It asks nothing that could be looked up.", String::as_str);
        format!("No source of the case answers: “{question}”")
    })
}

/// How the case is worked and who speaks, where that is not as it was.
fn moved(case: &eval::Case, prepared: &prepare_reply::Case) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(was) = case.operating_model.filter(|was| *was != prepared.conduct.model) {
        all.push(format!("It is worked as “{}” here, and was worked as “{was}”.", prepared.conduct.model));
    }
    if let Some(why) = &prepared.conduct.lapsed {
        all.push(why.clone());
    }
    match &prepared.voice {
        Err(why) => all.push(why.clone()),
        Ok(chosen) if chosen.key != case.persona => {
            let own = || "the desk's own voice".to_owned();
            let (is, was) = (chosen.key.clone().unwrap_or_else(own), case.persona.clone().unwrap_or_else(own));
            all.push(format!("The persona that speaks here is {is}, and was {was}."));
        }
        Ok(_) => {}
    }
    all.dedup();
    all
}

fn cited(case: &eval::Case) -> Vec<Cited> {
    let one = |(number, source): (u32, &eval::Source)| {
        let at = i64::from(number);
        let origin = Origin::Passage { passage: id(at), article: id(at), version: id(at) };
        Cited { origin, ..Cited::loose(number, &source.title, &source.text) }
    };
    (1..).zip(&case.sources).map(one).collect()
}

/// An id that differs from the others of its kind in the same case.
fn id<T: From<[u8; 16]>>(at: i64) -> T {
    T::from((i128::from(at) + 1).to_be_bytes())
}

fn message(said: &eval::Said, at: i64, when: Timestamp, subject: &str) -> Message {
    let inbound = said.by == Speaker::Requester;
    let own = if said.subject.is_empty() { subject } else { &said.subject };
    Message {
        id: id::<MessageId>(at),
        inbound,
        requester: inbound.then(|| id(0)),
        agent: (!inbound).then(|| id(0)),
        author: String::new(),
        from: String::new(),
        to: Vec::new(),
        cc: Vec::new(),
        subject: own.to_owned(),
        text: said.text.clone(),
        latest: said.text.clone(),
        quoted: None,
        has_html: false,
        message_id: String::new(),
        refs: Vec::new(),
        machine: None,
        warnings: Vec::new(),
        mail: None,
        delivery: None,
        approval: None,
        approved_at: None,
        ai_part: "none".to_owned(),
        at: when,
    }
}

fn line(case: &eval::Case, subject: &str, newest: &Message, now: Timestamp) -> TicketLine {
    let ticket = Ticket {
        id: id::<TicketId>(0),
        number: 0,
        subject: subject.to_owned(),
        excerpt: String::new(),
        status: Status::Open,
        priority: Priority::Normal,
        queue: QUEUE.to_owned(),
        category: case.category.clone(),
        operating_model: None,
        doubt: None,
        risk: Vec::new(),
        requester: id(0),
        organization: None,
        assignee: None,
        draft: DraftReadiness::Absent,
        last_inbound: Some(newest.id),
        last_inbound_at: newest.at,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    TicketLine {
        ticket,
        draft_why: None,
        language: Some(Language::guess(&newest.latest).word().to_owned()),
        product: None,
        outcome: None,
        is_first: false,
        requester: (String::new(), String::new()),
        cohort: case.asker.segment.map(|s| s.word().to_owned()),
        role: case.asker.role.clone(),
        organization: case.asker.plan.clone().map(|plan| (String::new(), plan)),
        category_name: None,
        assignee_name: None,
        read_at: None,
        snooze: None,
    }
}

fn rules_alone() -> Maker {
    Maker { engine: "rules".to_owned(), version: "1".to_owned(), policy: desk::operating::POLICY_VERSION.to_owned() }
}
