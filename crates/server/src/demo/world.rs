//! Loads the invented company once: people, sources, solved cases, and a mailbox full of letters
//! that then go the way every letter goes.

use std::collections::HashMap;

use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    ids::{AgentId, ArticleId, OrganizationId, SourceId},
    knowledge::ArticleState,
    people::{Agent, Organization, Requester},
    ticket::Status,
};
use store::{MailSource, NewArticle, NewInbound, NewSource, NewTicket, ServiceIdentity, Taken, Tx, new_id};

use super::files::{self, ArticleFile, Company, Resolved};
use crate::{App, FlowError, flow, flow::set_policy::NewPolicy};

/// The invented company's own AI product.
pub const OWN_AI: &str = "Relay Copilot";

/// Everybody's password in the demo; real desks never have it.
pub const PASSWORD: &str = "countersign";

/// Somebody to sign in as.
#[derive(Debug, Clone)]
pub struct Account {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role word.
    pub role: String,
    /// What to try.
    pub hint: String,
}

/// The demo's accounts, the one to start with first.
///
/// # Errors
/// When the embedded world is damaged.
pub fn accounts() -> Result<Vec<Account>, FlowError> {
    let hint = |a: &files::Person| match a.role {
        desk::people::Role::Lead if a.queues.len() > 3 => "Sees every queue. Start here.".to_owned(),
        desk::people::Role::Admin => "Lets people in, and says what they may do.".to_owned(),
        desk::people::Role::Auditor => "Reads the record and verifies it; can approve nothing.".to_owned(),
        _ => {
            let own = a.queues.iter().filter(|q| *q != desk::routing::TRIAGE_QUEUE).cloned();
            format!("Works in {}.", own.collect::<Vec<_>>().join(", "))
        }
    };
    let company = files::company()?;
    Ok(company
        .agents
        .iter()
        .map(|a| Account {
            name: a.name.clone(),
            email: a.email.clone(),
            role: a.role.word().to_owned(),
            hint: hint(a),
        })
        .collect())
}

/// The company's name and support address, for the demo's configuration.
///
/// # Errors
/// When the embedded world is damaged.
pub fn identity() -> Result<(String, String), FlowError> {
    let company = files::company()?;
    Ok((company.name, company.support_address))
}

/// Loads the world unless it is there, and trains triage on it. Returns whether it was loaded now.
///
/// # Errors
/// Whatever the database says.
pub async fn load(app: &App) -> Result<bool, FlowError> {
    let new = furnish(app).await?;
    if new {
        train(app).await?;
    }
    Ok(new)
}

/// Loads the world unless it is there, and leaves training for [`train`]: that takes longer than somebody who waits
/// for a first page likes to wait. Returns whether it was loaded now.
///
/// # Errors
/// Whatever the database says.
pub async fn furnish(app: &App) -> Result<bool, FlowError> {
    let now = app.clock.now();
    app.observations.tell(super::telemetry::observed(now), now);
    if app.store.read().await?.setting("world").await?.is_some() {
        return Ok(false);
    }
    let company = files::company()?;
    if app.library.has_encoder() {
        app.store.keep_vectors(embed::weights::MODEL_NAME, &files::vectors(embed::weights::MODEL_NAME)?).await?;
    }
    let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), app.clock.now()).await?;
    let people = people(&mut tx, &company).await?;
    knowledge(&mut tx, &people).await?;
    policies(app, &mut tx, &people).await?;
    for case in files::resolved()? {
        solved(&mut tx, &case, &people, &company).await?;
    }
    tx.put_mailbox(&app.config.mail.address.to_lowercase()).await?;
    tx.set_setting("world", &company.name).await?;
    let world = Digest::of(company.name.as_bytes());
    tx.commit(AuditEvent::DeskPrepared { world }).await?;
    flow::keep_record::sequence(app).await?;
    while flow::follow_record::follow(app).await? > 0 {}
    app.library.fill_from_cache(&app.store).await?;
    letters(app).await?;
    app.live.committed();
    Ok(true)
}

/// With meaning where every case's vector came with the world; else on words alone, because the
/// desk must be usable at once, and again when the vectors are there.
///
/// # Errors
/// Whatever the database says.
pub async fn train(app: &App) -> Result<(), FlowError> {
    use flow::train_triage::Using;
    let using = if app.library.has_encoder() && !files::vectors(embed::weights::MODEL_NAME)?.is_empty() {
        Using::Meaning
    } else {
        Using::Words
    };
    flow::train_triage::train(app, &flow::PREPARATION, using).await.map(|_| ())
}

/// What `vectors.bin` holds for this world, made afresh: for whoever changes its texts.
///
/// # Errors
/// Without weights, or whatever database or index say.
pub async fn vectors_file(app: &App) -> Result<Vec<u8>, FlowError> {
    let grant = app.service_grant(Service::CommandLine, store::Purpose::Index)?;
    let mut texts = Vec::new();
    let mut conn = app.store.read().await?;
    for article in conn.article_ids(&grant).await? {
        let passages = conn.passages_of(&grant, article).await?;
        texts.extend(passages.iter().map(|p| crate::library::meaning_of(&p.title, &p.heading, &p.text)));
        // What drafts are assembled of: a new desk would read it behind everything else, for a quarter of a minute.
        texts.extend(passages.iter().flat_map(|p| desk::assemble::sayable(&p.text)));
    }
    let cases =
        conn.past_cases(&grant).await?.into_iter().filter(|c| crate::library::may_use(c, app.config.desk.ai_default));
    texts.extend(cases.map(|c| crate::library::meaning_of(&c.subject, "", &c.question)));
    texts.extend(super::failures::asked(app.clock.now())?);
    texts.sort_unstable();
    texts.dedup();
    let vectors = app.library.vectors(&texts);
    let mut file = format!("{}\n", embed::weights::MODEL_NAME).into_bytes();
    for (text, vector) in texts.iter().zip(vectors) {
        file.extend_from_slice(Digest::of(text.as_bytes()).as_bytes());
        file.extend(vector.to_i8().iter().map(|b| b.cast_unsigned()));
    }
    Ok(file)
}

struct People {
    agents: HashMap<String, AgentId>,
}

async fn people(tx: &mut Tx, company: &Company) -> Result<People, FlowError> {
    for queue in &company.queues {
        tx.put_queue(&queue.key, &queue.name).await?;
    }
    for (position, category) in company.categories.iter().enumerate() {
        tx.put_category(category, i64::try_from(position).unwrap_or(0)).await?;
    }
    let hash = flow::sign_in::hash_password(PASSWORD).await?;
    let mut agents = HashMap::new();
    for person in &company.agents {
        let id = new_id();
        let agent = Agent {
            id,
            name: person.name.clone(),
            email: person.email.to_lowercase(),
            role: person.role,
            queues: person.queues.clone(),
            ai: person.ai,
        };
        tx.add_agent(&agent, Some(&hash)).await?;
        let skill = |text: &String| text.parse().map_err(|e| FlowError::Internal(format!("demo world: {e}")));
        tx.set_skills(id, &person.skills.iter().map(skill).collect::<Result<Vec<_>, _>>()?).await?;
        agents.insert(agent.email, id);
    }
    let mut organizations: HashMap<&str, OrganizationId> = HashMap::new();
    for o in &company.organizations {
        let id = new_id();
        organizations.insert(&o.key, id);
        tx.add_organization(&Organization {
            id,
            name: o.name.clone(),
            domain: o.domain.to_lowercase(),
            ai: o.ai,
            plan: o.plan.clone(),
            note: o.note.clone(),
        })
        .await?;
    }
    for r in &company.requesters {
        let organization = r.organization.as_deref().and_then(|key| organizations.get(key)).copied();
        let requester = Requester {
            id: new_id(),
            name: r.name.clone(),
            email: r.email.to_lowercase(),
            organization,
            cohort: Some(r.cohort),
            role: r.role.clone(),
            ai: r.ai,
        };
        tx.add_requester(&requester).await?;
    }
    Ok(People { agents })
}

impl People {
    fn id(&self, email: &str) -> Result<AgentId, FlowError> {
        self.agents.get(email).copied().ok_or_else(|| FlowError::Internal(format!("demo world: no agent {email}")))
    }
}

/// Somebody owns each policy from the first day, so that the demo shows none that nobody answers for.
async fn policies(app: &App, tx: &mut Tx, people: &People) -> Result<(), FlowError> {
    for taken in files::policies()? {
        let owner = people.id(&taken.owner)?;
        let shipped = tx.policies().await?.find(taken.kind, &taken.key).map(|p| (p.version, p.body.clone()));
        let (seen, shipped) = shipped.unwrap_or_default();
        let body = if taken.body.is_empty() { shipped } else { taken.body.join("\n") + "\n" };
        let note = if taken.note.is_empty() { "Taken over as shipped.".to_owned() } else { taken.note };
        let review_by = tx.now().plus_seconds(taken.review_days * 86_400);
        let (kind, key) = (taken.kind, taken.key);
        let new = NewPolicy { kind, key, body, owner, review_by, note, name: taken.name, categories: None };
        let event = flow::set_policy::write(app, tx, seen, new, Some(owner)).await?;
        tx.record(event).await?;
    }
    Ok(())
}

async fn knowledge(tx: &mut Tx, people: &People) -> Result<(), FlowError> {
    let owner = |email: &str| people.id(email);
    let mut sources: HashMap<String, SourceId> = HashMap::new();
    for s in files::sources()? {
        let new =
            NewSource { key: &s.key, name: &s.name, kind: &s.kind, owner: owner(&s.owner)?, audience: s.audience };
        sources.insert(s.key.clone(), tx.add_source(new).await?);
    }
    let mut articles: HashMap<String, ArticleId> = HashMap::new();
    let (current, past) = files::articles()?;
    for file in &current {
        let bad = |what: &str| FlowError::Internal(format!("demo world, {}: {what}", file.slug));
        let state: ArticleState = file.value("state").parse().map_err(|_| bad("state"))?;
        let article = tx
            .add_article(NewArticle {
                slug: &file.slug,
                source: *sources.get(file.value("source")).ok_or_else(|| bad("source"))?,
                title: file.value("title"),
                product: file.value("product"),
                audience: file.value("audience").parse().map_err(|_| bad("audience"))?,
                state,
                owner: owner(file.value("owner"))?,
                applies_to: file.value("version"),
                reviewed_at: Timestamp::parse(file.value("reviewed")),
                review_by: Timestamp::parse(file.value("review_by")),
            })
            .await?;
        for old in past.iter().filter(|p| p.slug == file.slug) {
            tx.add_version(
                article,
                old.number(),
                old.value("title"),
                &old.body,
                &flow::write_article::passages(&old.body),
                false,
            )
            .await?;
        }
        tx.add_version(
            article,
            file.number(),
            file.value("title"),
            &file.body,
            &flow::write_article::passages(&file.body),
            true,
        )
        .await?;
        articles.insert(file.slug.clone(), article);
    }
    for file in &files::macros()? {
        wording(tx, file, people, &sources, &articles).await?;
    }
    Ok(())
}

/// Approved wording that people insert, with the articles it rests on.
async fn wording(
    tx: &mut Tx,
    file: &ArticleFile,
    people: &People,
    sources: &HashMap<String, SourceId>,
    articles: &HashMap<String, ArticleId>,
) -> Result<(), FlowError> {
    let bad = |what: &str| FlowError::Internal(format!("demo world, {}: {what}", file.slug));
    let rests = file.value("rests").split(',').map(|slug| articles.get(slug.trim()).copied());
    let rests = rests.collect::<Option<Vec<ArticleId>>>().ok_or_else(|| bad("rests"))?;
    let new = NewArticle {
        slug: &file.slug,
        source: *sources.get(file.value("source")).ok_or_else(|| bad("source"))?,
        title: file.value("title"),
        product: "",
        audience: file.value("audience").parse().map_err(|_| bad("audience"))?,
        state: file.value("state").parse().map_err(|_| bad("state"))?,
        owner: people.id(file.value("owner"))?,
        applies_to: "",
        reviewed_at: Timestamp::parse(file.value("reviewed")),
        review_by: Timestamp::parse(file.value("review_by")),
    };
    desk::macros::check(&file.body, new.audience, rests.len()).map_err(|why| bad(&why))?;
    let article = tx.add_article(new).await?;
    tx.make_macro(article, file.value("category"), file.value("language")).await?;
    let (version, _) = tx.add_version(article, 1, file.value("title"), &file.body, &[], true).await?;
    tx.keep_rests(version, &rests).await?;
    Ok(())
}

async fn solved(tx: &mut Tx, case: &Resolved, people: &People, company: &Company) -> Result<(), FlowError> {
    let requester = tx.requester_for(&case.requester.to_lowercase(), "").await?;
    let queue = company.categories.iter().find(|c| c.key == case.category).map_or("product", |c| c.queue.as_str());
    let at = tx.now().plus_seconds(-case.days_ago * 86_400 - 3_600);
    let (ticket, number) = tx
        .open_ticket(NewTicket {
            requester: requester.id,
            organization: requester.organization,
            queue,
            subject: &case.subject,
            at,
            status: Status::Closed,
        })
        .await?;
    tx.add_participant(ticket, &requester.email).await?;
    tx.add_inbound(&NewInbound {
        ticket,
        requester: requester.id,
        author: &requester.name,
        from: &requester.email,
        to: &[],
        cc: &[],
        subject: &case.subject,
        text: &case.question,
        latest: &case.question,
        quoted: None,
        html: None,
        message_id: &format!("imported-{number}@{}", requester.email.rsplit('@').next().unwrap_or("example")),
        refs: &[],
        machine: None,
        warnings: &[],
        mail: None,
        at,
    })
    .await?;
    let outcome = match (case.reopened, case.rating) {
        (true, _) => "reopened",
        (false, Some(rating)) if rating <= 2 => "rated_low",
        _ => "good",
    };
    let agent = people.agents.get(&case.agent).copied();
    tx.add_past_case(
        ticket,
        &case.question,
        &case.reply,
        agent,
        case.rating,
        outcome,
        &case.category,
        at.plus_seconds(5_400),
    )
    .await?;
    Ok(())
}

async fn letters(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    let mailbox = app.config.mail.address.to_lowercase();
    for open in files::open_mails()? {
        let raw = files::open_mail(&open.file)?;
        // The easy one is the newest, so that it stands on top of the inbox.
        let at = now.plus_seconds(if open.first { -120 } else { -60 * open.minutes_ago.max(5) });
        let taken = flow::receive_mail::take(app, &mailbox, MailSource::Tray, &raw, at).await?;
        if let (true, Taken::New(mail)) = (open.first, taken) {
            flow::receive_mail::accept(app, mail).await?;
            let row = app.store.read().await?.mail(mail).await?;
            if let Some(ticket) = row.ticket {
                let mut tx = app.store.begin(&ServiceIdentity::new(Service::CommandLine), now).await?;
                tx.mark_first(ticket).await?;
                tx.commit(AuditEvent::TicketChanged { ticket, change: "demo:first".to_owned() }).await?;
            }
        }
    }
    Ok(())
}
