//! Drafts an article from the solved cases of a pattern, as a proposed text that its owner reads first. What our people
//! sent makes its steps; personal data stays out; which case says which line is kept beside it.

use std::cell::RefCell;

use desk::{
    audit::Service,
    ids::{ArticleId, TicketId},
    knowledge::Audience,
    proposal::{Proposal, Solved, draft as propose, said_already},
};
use redact::{Known, Namespace, Redactor};
use store::{AgentSession, Conn, Grant, Purpose};

use crate::{
    App, FlowError,
    flow::{
        prepare_reply::know,
        write_article::{self, NewPage, Typed},
    },
    library::{Kind, SearchRequest, compute, may_use},
    patterns::Pattern,
    triager::may_learn_from,
};

/// Cases that are read, the most typical first.
const CASES_MAX: usize = 40;
/// Articles compared with a proposal.
const COMPARED: usize = 6;
/// Share of a proposal's lines from which another article says the same.
const SAME: f64 = 0.5;

/// Where a proposal was put, and what may say it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// The article.
    pub article: ArticleId,
    /// Articles that say much of it, with their titles.
    pub alike: Vec<(ArticleId, String)>,
}

/// Drafts and proposes. Nothing of it speaks before its owner's yes.
///
/// # Errors
/// [`FlowError::NotFound`] for a pattern that is not counted or not within the person's queues; [`FlowError::Conflict`] when
/// an article was drafted from these cases already; [`FlowError::Invalid`] when the replies hold nothing for everybody.
pub async fn draft(
    app: &App,
    session: &AgentSession,
    pattern: TicketId,
    source: &str,
    audience: Audience,
) -> Result<Drafted, FlowError> {
    let grant = Grant::for_agent(session, Purpose::Work)?;
    let held = app.patterns.held().ok_or(FlowError::NotFound)?;
    let pattern = held.within(&grant).find(|p| p.id == pattern).ok_or(FlowError::NotFound)?;
    let mut conn = app.store.read().await?;
    let (cases, known) = solved(app, &mut conn, &grant, pattern).await?;
    not_drafted_yet(&mut conn, &grant, &cases).await?;
    let proposal = propose_from(app, &cases, known, &pattern.words.join(", "))?;
    let alike = alike(app, &mut conn, &grant, &proposal).await?;
    drop(conn);
    let note = format!("Drafted from {} solved tickets.", cases.len());
    let text = Typed { title: &proposal.title, body: &proposal.body, note: &note, rests_on: &[] };
    let page = NewPage { source, product: "", audience, applies_to: "", text, as_macro: None };
    let article = write_article::start_from(app, session, page, &proposal.origins).await?;
    Ok(Drafted { article, alike })
}

fn propose_from(app: &App, cases: &[Solved], known: Vec<Known>, title: &str) -> Result<Proposal, FlowError> {
    let closed = |_| FlowError::Unavailable("Personal data could not be looked for; nothing was drafted.".to_owned());
    let namespace = Namespace::new(app.keys.random().map_err(|e| FlowError::Unavailable(e.to_string()))?);
    let redactor = RefCell::new(Redactor::new(namespace, known).map_err(closed)?);
    // What the second gate would change holds personal data; a detector that fails counts as a find.
    let fits = |sentence: &str| redactor.borrow_mut().redact(sentence).is_ok_and(|r| r.as_str() == sentence);
    compute(|| propose(cases, title, &fits)).map_err(FlowError::Invalid)
}

/// The solved cases of a pattern within the grant, and everything known of the people in them.
async fn solved(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    pattern: &Pattern,
) -> Result<(Vec<Solved>, Vec<Known>), FlowError> {
    let (mut cases, mut people) = (Vec::new(), Vec::new());
    for ticket in pattern.requests.iter().take(CASES_MAX) {
        let Some(case) = solved_case(app, conn, grant, *ticket).await? else { continue };
        cases.push(case);
        let behind = conn.behind(grant, *ticket).await?;
        behind.people.iter().for_each(|(name, address)| know(&mut people, name, address));
        for word in behind.organization.into_iter().flat_map(|(name, domain)| [name, domain]) {
            people.push((redact::Class::Other, word));
        }
    }
    for agent in conn.agents().await? {
        know(&mut people, &agent.name, &agent.email);
    }
    people.sort_by(|a, b| a.1.cmp(&b.1));
    people.dedup();
    Ok((cases, people.into_iter().map(|(class, value)| Known { class, value }).collect()))
}

/// A case with our reply; none where nobody answered it, or where its people opted out.
async fn solved_case(app: &App, conn: &mut Conn, grant: &Grant, ticket: TicketId) -> Result<Option<Solved>, FlowError> {
    let desk = app.config.desk.ai_default;
    if let Some(case) = conn.past_case(grant, ticket).await? {
        let (subject, question, reply) = (case.subject.clone(), case.question.clone(), case.reply.clone());
        let liked = case.outcome == "good";
        return Ok((liked && may_use(&case, desk)).then_some(Solved { ticket, subject, question, reply }));
    }
    let line = match conn.ticket(grant, ticket).await {
        Ok(line) => line,
        Err(store::StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let requester = conn.requester(line.ticket.requester).await?;
    let organization = match line.ticket.organization.or(requester.organization) {
        Some(id) => conn.organization(id).await?.ai,
        None => desk::people::AiSetting::Default,
    };
    if !may_learn_from((requester.ai, organization), desk) {
        return Ok(None);
    }
    let messages = conn.messages(grant, ticket).await?;
    let question = messages.iter().find(|m| m.inbound && m.machine.is_none()).map(|m| m.latest.clone());
    // Only what a person approved and what left is a message of ours.
    let replies: Vec<&str> = messages.iter().filter(|m| !m.inbound).map(|m| m.latest.as_str()).collect();
    let case = question.filter(|_| !replies.is_empty()).map(|question| Solved {
        ticket,
        subject: line.ticket.subject.clone(),
        question,
        reply: replies.join("\n\n"),
    });
    Ok(case)
}

async fn not_drafted_yet(conn: &mut Conn, grant: &Grant, cases: &[Solved]) -> Result<(), FlowError> {
    let mut drafted: Vec<(ArticleId, usize)> = Vec::new();
    for case in cases {
        for article in conn.articles_from(grant, case.ticket).await? {
            match drafted.iter_mut().find(|(known, _)| *known == article) {
                Some((_, n)) => *n += 1,
                None => drafted.push((article, 1)),
            }
        }
    }
    let Some((article, _)) = drafted.into_iter().find(|(_, n)| n * 2 >= cases.len()) else { return Ok(()) };
    let title = conn.article(grant, article).await?.title;
    Err(FlowError::Conflict(format!("“{title}” was drafted from these tickets already. Open it in Knowledge.")))
}

/// Articles that say much of a proposal already, most of it first.
async fn alike(
    app: &App,
    conn: &mut Conn,
    grant: &Grant,
    proposal: &Proposal,
) -> Result<Vec<(ArticleId, String)>, FlowError> {
    let everything = app.service_grant(Service::Preparation, Purpose::Work)?;
    let words: String = proposal.body.chars().take(1_000).collect();
    let request = SearchRequest {
        words: &words,
        grant: &everything,
        kind: Kind::Passages,
        limit: COMPARED * 2,
        queue: None,
        about: None,
    };
    let mut articles: Vec<ArticleId> = Vec::new();
    for article in app.library.search(&request)?.iter().filter_map(|hit| hit.group.parse().ok()) {
        if !articles.contains(&article) && articles.len() < COMPARED {
            articles.push(article);
        }
    }
    let mut alike = Vec::new();
    for article in articles {
        let (Ok(row), Ok(version)) = (conn.article(grant, article).await, conn.version(grant, article, 0).await) else {
            continue;
        };
        let share = said_already(&proposal.body, &version.body);
        if share >= SAME {
            alike.push((share, article, row.title));
        }
    }
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(alike.into_iter().map(|(_, article, title)| (article, title)).collect())
}
