//! Policies in versions that are only ever added, and the skills of people.

use desk::{
    Timestamp,
    ids::{AgentId, PolicyId, TicketId},
    operating::OperatingModel,
    policy::{Owner, Policies, Policy, PolicyKind},
    risk::Flag,
    routing::Skill,
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{Columns, params},
    grant::queue_visible,
    new_id,
    tickets::flags,
};

/// A version in a list of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Number, from 1.
    pub version: i64,
    /// Who made it, by name; none when it was shipped or came from the command line.
    pub made_by: Option<String>,
    /// When.
    pub made_at: Option<Timestamp>,
    /// Why.
    pub note: String,
}

/// A ticket as a dry run looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct SortedTicket {
    /// Id.
    pub id: TicketId,
    /// Number.
    pub number: i64,
    /// Subject.
    pub subject: String,
    /// Newest words of the requester.
    pub text: String,
    /// Category key.
    pub category: Option<String>,
    /// How it was sorted.
    pub model: Option<OperatingModel>,
    /// Flags that stand.
    pub flags: Vec<Flag>,
    /// Language word.
    pub language: Option<String>,
    /// Queue key.
    pub queue: String,
    /// The product it is about, when that is known.
    pub product: Option<String>,
    /// Name and plan of the requester's organization.
    pub organization: Option<(String, String)>,
    /// The requester's address.
    pub from: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select p.kind, p.key, p.name, p.version, p.body, p.categories, a.id, a.name, a.deactivated_at, p.review_by, p.made_by, p.made_at, p.note
             from policies p left join agents a on a.id = p.owner_id ",
            $rest
        )
    };
}

fn policy(mut c: Columns<'_>) -> Result<Policy, StoreError> {
    let (kind, key, name, version, body, categories) =
        (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.json()?);
    let (id, called, gone): (Option<AgentId>, Option<String>, Option<i64>) = (c.take()?, c.take()?, c.take()?);
    let owner = match (id, called) {
        (Some(id), Some(name)) if gone.is_none() => Owner::Active { id, name },
        (Some(id), Some(name)) => Owner::Gone { id, name },
        _ => Owner::Nobody,
    };
    let (review_by, made_by, made_at, note) = (c.take()?, c.take()?, c.take()?, c.take()?);
    Ok(Policy { kind, key, name, version, body, categories, owner, review_by, made_by, made_at, note })
}

impl Conn {
    /// Every policy in its current version, shipped ones among them. For every gate: there is nothing personal in it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn policies(&mut self) -> Result<Policies, StoreError> {
        let rows = self
            .rows(
                select!(
                    "where p.version = (select max(n.version) from policies n where n.kind = p.kind and n.key = p.key)"
                ),
                params![],
            )
            .await?;
        let stored = rows.iter().map(|row| policy(row.columns())).collect::<Result<_, _>>()?;
        Ok(Policies::new(self.categories().await?, stored).on(self.ladder().await?))
    }

    /// One stored version.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn policy_version(&mut self, kind: PolicyKind, key: &str, version: i64) -> Result<Policy, StoreError> {
        let sql = select!("where p.kind = $1 and p.key = $2 and p.version = $3");
        let row = self.one(sql, params![kind, key, version]).await?;
        policy(row.columns())
    }

    /// Every stored version of a policy, oldest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn policy_history(&mut self, kind: PolicyKind, key: &str) -> Result<Vec<Policy>, StoreError> {
        let rows =
            self.rows(select!("where p.kind = $1 and p.key = $2 order by p.version"), params![kind, key]).await?;
        rows.iter().map(|row| policy(row.columns())).collect()
    }

    /// The stored versions of a policy, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn policy_versions(&mut self, kind: PolicyKind, key: &str) -> Result<Vec<PolicyVersion>, StoreError> {
        let rows = self
            .rows(
                "select p.version, a.name, p.made_at, p.note from policies p left join agents a on a.id = p.made_by
                 where p.kind = $1 and p.key = $2 order by p.version desc",
                params![kind, key],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(PolicyVersion { version: c.take()?, made_by: c.take()?, made_at: c.take()?, note: c.take()? })
            })
            .collect()
    }

    /// Everybody's skills, by person.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn skills(&mut self) -> Result<Vec<(AgentId, Skill)>, StoreError> {
        let rows = self.rows("select agent_id, skill from agent_skills order by agent_id, skill", params![]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                let (agent, skill): (_, String) = (c.take()?, c.take()?);
                let skill = skill.parse().map_err(|_| StoreError::Damaged { what: format!("skill “{skill}”") })?;
                Ok((agent, skill))
            })
            .collect()
    }

    /// How many tickets each person has that are not over.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn workload(&mut self) -> Result<Vec<(AgentId, i64)>, StoreError> {
        let rows = self
            .rows(
                "select assignee_id, count(*) from tickets where assignee_id is not null and status in ('new','open','pending','on_hold')
                 group by assignee_id",
                params![],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }

    /// The newest tickets that were sorted, as a dry run looks at them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn sorted_tickets(&mut self, grant: &Grant, limit: i64) -> Result<Vec<SortedTicket>, StoreError> {
        let rows = self
            .rows(
                concat!("select t.id, t.number, t.subject, coalesce(m.latest, t.excerpt), t.category, t.operating_model, t.risk, t.language, t.queue, t.product, o.name, o.plan, r.email
                 from tickets t join requesters r on r.id = t.requester_id left join messages m on m.id = t.last_inbound_id
                 left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 where ", queue_visible!("t.queue", "$1"), " order by t.last_inbound_at desc, t.id desc limit $2"),
                params![grant.queues(), limit],
            )
            .await?;
        rows.iter().map(|row| sorted(row.columns())).collect()
    }

    /// Tickets that wait for us in any of these categories, or in none of them when `unsorted`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn waiting_in(&mut self, categories: &[String], unsorted: bool) -> Result<Vec<TicketId>, StoreError> {
        let list = format!(",{},", categories.join(","));
        let rows = self
            .rows(
                "select id from tickets where waiting = 1 and draft <> 'none'
                 and (($1 like '%,' || category || ',%') or ($2 = 1 and category is null)) order by id",
                params![list, i64::from(unsorted)],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Products that articles are about, lower case.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn products(&mut self) -> Result<Vec<String>, StoreError> {
        let rows =
            self.rows("select distinct lower(product) from articles where product <> '' order by 1", params![]).await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }
}

fn sorted(mut c: Columns<'_>) -> Result<SortedTicket, StoreError> {
    let (id, number, subject, text, category, model) =
        (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
    let risk: String = c.take()?;
    let (language, queue, product) = (c.take()?, c.take()?, c.take()?);
    let (name, plan): (Option<String>, Option<String>) = (c.take()?, c.take()?);
    let organization = name.zip(plan);
    let flags = flags(&risk);
    Ok(SortedTicket {
        id,
        number,
        subject,
        text,
        category,
        model,
        flags,
        language,
        queue,
        product,
        organization,
        from: c.take()?,
    })
}

impl Tx {
    /// Adds the next version of a policy; what is current is that of the highest number.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else added this version first.
    pub async fn add_policy(&mut self, policy: &Policy) -> Result<PolicyId, StoreError> {
        let id: PolicyId = new_id();
        let owner = match &policy.owner {
            Owner::Nobody => None,
            Owner::Active { id, .. } | Owner::Gone { id, .. } => Some(*id),
        };
        // Serialising strings into a string cannot fail.
        let categories = serde_json::to_string(&policy.categories).unwrap_or_default();
        let added = self
            .execute(
                "insert into policies (id, kind, key, version, name, body, categories, owner_id, review_by, made_by, made_at, note)
                 values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) on conflict (kind, key, version) do nothing",
                params![
                    id,
                    policy.kind,
                    &policy.key,
                    policy.version,
                    &policy.name,
                    &policy.body,
                    categories,
                    owner,
                    policy.review_by,
                    policy.made_by,
                    policy.made_at,
                    &policy.note
                ],
            )
            .await?;
        if added == 1 { Ok(id) } else { Err(StoreError::Stale) }
    }

    /// Says what somebody is good at.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when there is no such person.
    pub async fn set_skills(&mut self, agent: AgentId, skills: &[Skill]) -> Result<(), StoreError> {
        self.execute("delete from agent_skills where agent_id = $1", params![agent]).await?;
        for skill in skills {
            self.execute(
                "insert into agent_skills (agent_id, skill) values ($1,$2) on conflict do nothing",
                params![agent, skill.to_string()],
            )
            .await?;
        }
        Ok(())
    }
}
