//! A small desk: two queues, three people, two customers.

use desk::{
    Digest, Timestamp,
    audit::{AuditEvent, Service},
    ids::{AgentId, MessageId, OrganizationId, RequesterId, TicketId},
    operating::OperatingModel,
    people::{Agent, AiSetting, Cohort, Organization, Requester, Role},
    ticket::Status,
    triage::Category,
};
use store::{
    AgentSession, Grant, NewInbound, NewSession, NewTicket, OpenedWith, Purpose, ServiceIdentity, Store, Tx, new_id,
};

/// Noon of a day that means nothing.
pub const NOON: Timestamp = Timestamp::from_secs(1_795_000_000);

/// An event that fits everywhere.
pub fn event() -> AuditEvent {
    AuditEvent::DeskPrepared { world: Digest::of(b"world") }
}

/// What background work calls itself here.
pub const fn machine() -> ServiceIdentity {
    ServiceIdentity::new(Service::CommandLine)
}

/// The furnished desk.
pub struct World {
    /// Works in `product`.
    pub ana: AgentSession,
    /// Runs every queue.
    pub lea: AgentSession,
    /// Works nowhere.
    pub nils: AgentSession,
    /// Reads the record.
    pub rita: AgentSession,
    /// A customer with a company.
    pub customer: RequesterId,
    /// Their company.
    pub company: OrganizationId,
}

/// A person who answers.
pub fn agent(name: &str, role: Role, queues: &[&str]) -> Agent {
    Agent {
        id: new_id::<AgentId>(),
        name: name.to_owned(),
        email: format!("{}@fernhill.example", name.to_lowercase()),
        role,
        queues: queues.iter().map(|q| (*q).to_owned()).collect(),
        ai: AiSetting::Default,
    }
}

/// Opens a transaction at noon in the machine's name.
pub async fn begin(store: &Store) -> Tx {
    store.begin(&machine(), NOON).await.expect("a transaction")
}

/// Adds the agent and signs them in.
pub async fn signed_in(store: &Store, agent: &Agent) -> AgentSession {
    let hash = Digest::of(agent.email.as_bytes());
    let mut tx = begin(store).await;
    tx.add_agent(agent, Some("hash")).await.expect("a new agent");
    let new = NewSession {
        agent: agent.id,
        token_hash: hash.as_bytes(),
        expires_at: NOON.plus_seconds(3600),
        client: "",
        opened_with: OpenedWith::Password,
        proved_at: None,
    };
    tx.open_session(new).await.expect("a new session");
    tx.commit(event()).await.expect("committed");
    let session = store.read().await.expect("a reader").session(hash.as_bytes(), NOON).await.expect("readable");
    session.expect("a live session")
}

/// Furnishes an empty database.
pub async fn furnish(store: &Store) -> World {
    let mut tx = begin(store).await;
    for (key, name) in [("product", "Product"), ("billing", "Billing")] {
        tx.put_queue(key, name).await.expect("a queue");
    }
    for (at, (key, model, queue)) in [
        ("product.howto", OperatingModel::ProductQuestion, "product"),
        ("billing.invoice", OperatingModel::BillingExplanation, "billing"),
    ]
    .into_iter()
    .enumerate()
    {
        let category = Category {
            key: key.to_owned(),
            name: key.to_owned(),
            description: String::new(),
            operating_model: model,
            queue: queue.to_owned(),
        };
        tx.put_category(&category, i64::try_from(at).expect("small")).await.expect("a category");
    }
    let company = Organization {
        id: new_id(),
        name: "Orchard".to_owned(),
        domain: "orchard.example".to_owned(),
        ai: AiSetting::Default,
        plan: "Team".to_owned(),
        note: String::new(),
    };
    tx.add_organization(&company).await.expect("an organization");
    let customer = Requester {
        id: new_id(),
        name: "Ola Nordmann".to_owned(),
        email: "ola@orchard.example".to_owned(),
        organization: Some(company.id),
        cohort: Some(Cohort::Enterprise),
        role: None,
        ai: AiSetting::Default,
    };
    tx.add_requester(&customer).await.expect("a requester");
    tx.commit(event()).await.expect("committed");
    World {
        ana: signed_in(store, &agent("Ana", Role::Agent, &["product"])).await,
        lea: signed_in(store, &agent("Lea", Role::Lead, &[])).await,
        nils: signed_in(store, &agent("Nils", Role::Agent, &[])).await,
        rita: signed_in(store, &agent("Rita", Role::Auditor, &[])).await,
        customer: customer.id,
        company: company.id,
    }
}

/// A grant to work.
pub fn work(session: &AgentSession) -> Grant {
    Grant::for_agent(session, Purpose::Work).expect("this person works here")
}

/// A grant over the whole desk.
pub fn whole_desk(purpose: Purpose) -> Grant {
    Grant::for_service(machine(), purpose).expect("the command line may")
}

/// Opens a ticket with one question in it.
pub async fn ask(tx: &mut Tx, world: &World, queue: &str, subject: &str, at: Timestamp) -> (TicketId, MessageId) {
    let new = NewTicket {
        requester: world.customer,
        organization: Some(world.company),
        queue,
        subject,
        at,
        status: Status::New,
    };
    let (ticket, _) = tx.open_ticket(new).await.expect("a ticket");
    let message = add_question(tx, world, ticket, &format!("<{ticket}@orchard.example>"), at).await;
    tx.inbound_arrived(ticket, message, "Where is it?", Status::New, at).await.expect("noted");
    (ticket, message)
}

/// Adds a question to a ticket.
pub async fn add_question(tx: &mut Tx, world: &World, ticket: TicketId, header: &str, at: Timestamp) -> MessageId {
    let new = NewInbound {
        ticket,
        requester: world.customer,
        author: "Ola Nordmann",
        from: "ola@orchard.example",
        to: &["support@fernhill.example".to_owned()],
        cc: &[],
        subject: "Invoice",
        text: "Where is it?",
        latest: "Where is it?",
        quoted: None,
        html: Some("<p>Where is it?</p>"),
        message_id: header,
        refs: &["<first@orchard.example>".to_owned()],
        machine: None,
        warnings: &[],
        mail: None,
        at,
    };
    tx.add_inbound(&new).await.expect("a message")
}
