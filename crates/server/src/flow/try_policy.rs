//! What a policy's text would have done to past tickets, before anybody saves it. Writes nothing.

use desk::{
    Timestamp,
    conduct::{Conduct, Worked},
    ids::TicketId,
    ladder::Where,
    operating::{OperatingModel, Writing},
    policy::{Desk, Policy, PolicyKind, Problem},
    risk::{Flag, Raised, Rules},
    triage::{Guess, Known, triage},
};
use store::{Grant, SortedTicket};

use super::ways::{About, Ways};
use crate::{App, FlowError};

/// How many of the newest tickets are looked at.
pub const LOOKED_AT_MAX: i64 = 500;

/// Where a ticket goes and what the machine may write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Queue key.
    pub queue: String,
    /// How it is worked.
    pub model: OperatingModel,
    /// The most the machine may write.
    pub writing: Writing,
}

/// A ticket that would have gone another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// Its subject.
    pub subject: String,
    /// Under today's policies.
    pub was: Placed,
    /// With the text that was tried.
    pub would: Placed,
}

/// What trying it showed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tried {
    /// What is wrong with the text; then nothing was looked at.
    pub problems: Vec<Problem>,
    /// How many tickets were looked at.
    pub looked_at: usize,
    /// Those that would have gone another way, newest first.
    pub moved: Vec<Moved>,
}

/// Tries a text on the newest tickets of a grant.
///
/// # Errors
/// [`FlowError::NotFound`] for an unknown policy; whatever the database says.
pub async fn try_out(app: &App, grant: &Grant, kind: PolicyKind, key: &str, body: &str) -> Result<Tried, FlowError> {
    let now = app.clock.now();
    let mut conn = app.store.read().await?;
    let ways = Ways::load(&mut conn).await?;
    let categories = ways.policies.shipped_categories();
    let shipped = categories.iter().find(|c| c.key == key).map(|c| c.operating_model);
    if let Err(problems) = Policy::check(kind, body, &Desk { shipped, queues: ways.queues(), categories }) {
        return Ok(Tried { problems, ..Tried::default() });
    }
    if !matches!(kind, PolicyKind::OperatingModel | PolicyKind::RiskRules | PolicyKind::Routing) {
        return Ok(Tried::default());
    }
    let current = ways.policies.find(kind, key).cloned().ok_or(FlowError::NotFound)?;
    let candidate = Policy { body: body.to_owned(), ..current };
    let would = ways.under(ways.policies.clone().with(candidate));
    let tickets = conn.sorted_tickets(grant, LOOKED_AT_MAX).await?;
    drop(conn);
    let looked_at = tickets.len();
    let (today, tried) = (Side::of(&ways, kind), Side::of(&would, kind));
    let moved = crate::library::compute(|| {
        let compare = |ticket: SortedTicket| {
            let (was, would) = (today.place(&ticket, now), tried.place(&ticket, now));
            let SortedTicket { id, number, subject, .. } = ticket;
            (was != would).then_some(Moved { ticket: id, number, subject, was, would })
        };
        tickets.into_iter().filter_map(compare).collect()
    });
    Ok(Tried { problems: Vec::new(), looked_at, moved })
}

/// One of the two that are compared.
struct Side<'a> {
    ways: &'a Ways,
    /// When it is the rules that are tried, they are asked again about each ticket's words.
    rules: Option<std::sync::Arc<Rules>>,
}

impl<'a> Side<'a> {
    fn of(ways: &'a Ways, kind: PolicyKind) -> Self {
        Self { ways, rules: (kind == PolicyKind::RiskRules).then(|| ways.rules()) }
    }

    fn flags(&self, ticket: &SortedTicket) -> Vec<Flag> {
        let Some(rules) = &self.rules else { return ticket.flags.clone() };
        let seen = |f: &&Flag| matches!(f, Flag::MachineMail | Flag::Sender);
        let mut flags: Vec<Flag> = ticket.flags.iter().filter(seen).copied().collect();
        let found = rules.raised(&ticket.text).into_iter().chain(rules.raised(&ticket.subject));
        flags.extend(found.chain(rules.sender(&ticket.from)).map(|r| r.flag));
        flags.sort_unstable();
        flags.dedup();
        flags
    }

    fn place(&self, ticket: &SortedTicket, now: Timestamp) -> Placed {
        let flags = self.flags(ticket);
        let category = ticket.category.as_deref();
        // Of a sorted ticket the category decides; only where there is none does the machine's first look count.
        let model = ticket.model.filter(|_| category.is_none());
        let at = Where::Ticket { queue: &ticket.queue, product: ticket.product.as_deref() };
        let worked = Worked { category, model, flags: &flags, at };
        let conduct = Conduct::of(&self.ways.policies, worked, now);
        let text = format!("{}\n\n{}", ticket.subject, ticket.text);
        let about = About {
            category,
            text: &text,
            language: ticket.language.as_deref(),
            product: ticket.product.as_deref(),
            organization: ticket.organization.as_ref(),
        };
        let guess = Guess::none("a person chose");
        let raise = |flag| Raised { flag, quote: String::new(), span: None, message: None };
        let known = Known {
            guess: &guess,
            risk: flags.iter().copied().map(raise).collect(),
            deadline: None,
            chosen: category,
            categories: &self.ways.categories,
            fallback_queue: &ticket.queue,
            now,
        };
        let (look, _) =
            triage(known, &|category| self.ways.way(About { category: category.map(|c| c.key.as_str()), ..about }));
        Placed { queue: look.queue, model: conduct.model, writing: conduct.writing }
    }
}
