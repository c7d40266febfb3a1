//! Agents, organizations, requesters.

use desk::{
    ids::{AgentId, OrganizationId, RequesterId},
    language::Language,
    people::{Agent, AiSetting, Cohort, Organization, Requester, Role},
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, folded, params},
    new_id,
};

impl Conn {
    /// The language that somebody chose on their page.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn requester_language(&mut self, id: RequesterId) -> Result<Option<Language>, StoreError> {
        let row = self.maybe("select language from requesters where id = $1", params![id]).await?;
        let word: Option<String> = row.map(|row| row.columns().take()).transpose()?.flatten();
        Ok(word.and_then(|word| word.parse().ok()))
    }

    async fn agent_from(&mut self, mut c: Columns<'_>) -> Result<Agent, StoreError> {
        let (id, name, email, role, ai): (AgentId, String, String, Role, AiSetting) =
            (c.take()?, c.take()?, c.take()?, c.take()?, c.take()?);
        let rows = self.rows("select queue from agent_queues where agent_id = $1 order by queue", params![id]).await?;
        let queues = rows.iter().map(|row| row.columns().take()).collect::<Result<_, _>>()?;
        Ok(Agent { id, name, email, role, queues, ai })
    }

    /// An agent, active or not.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn agent(&mut self, id: AgentId) -> Result<Agent, StoreError> {
        let row = self.one("select id, name, email, role, ai from agents where id = $1", params![id]).await?;
        self.agent_from(row.columns()).await
    }

    /// Every active agent, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn agents(&mut self) -> Result<Vec<Agent>, StoreError> {
        let rows = self
            .rows("select id, name, email, role, ai from agents where deactivated_at is null order by name", params![])
            .await?;
        let mut agents = Vec::with_capacity(rows.len());
        for row in &rows {
            agents.push(self.agent_from(row.columns()).await?);
        }
        Ok(agents)
    }

    /// Id and password hash of an active agent by address (lower case).
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn password_of(&mut self, email: &str) -> Result<Option<(AgentId, String)>, StoreError> {
        let row = self.maybe("select id, password_hash from agents where email = $1 and deactivated_at is null and password_hash is not null", params![email]).await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }

    /// How far a requester's clock is ahead of UTC, in minutes, by their newest mail that says so.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn utc_offset(&mut self, id: RequesterId) -> Result<Option<i64>, StoreError> {
        self.one("select utc_offset from requesters where id = $1", params![id]).await?.columns().take()
    }

    /// A requester.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn requester(&mut self, id: RequesterId) -> Result<Requester, StoreError> {
        let row = self
            .one("select id, name, email, organization_id, cohort, role, ai from requesters where id = $1", params![id])
            .await?;
        requester(row.columns())
    }

    /// A requester by address (lower case).
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn requester_by_email(&mut self, email: &str) -> Result<Option<Requester>, StoreError> {
        let row = self
            .maybe(
                "select id, name, email, organization_id, cohort, role, ai from requesters where email = $1",
                params![email],
            )
            .await?;
        row.map(|row| requester(row.columns())).transpose()
    }

    /// Requesters with a cohort (the demo's cast), by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn cast(&mut self) -> Result<Vec<Requester>, StoreError> {
        let rows = self.rows("select id, name, email, organization_id, cohort, role, ai from requesters where cohort is not null order by name limit 200", params![]).await?;
        rows.iter().map(|row| requester(row.columns())).collect()
    }

    /// An organization.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn organization(&mut self, id: OrganizationId) -> Result<Organization, StoreError> {
        let row =
            self.one("select id, name, domain, ai, plan, note from organizations where id = $1", params![id]).await?;
        organization(row.columns())
    }

    /// The organization a mail domain belongs to.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn organization_by_domain(&mut self, domain: &str) -> Result<Option<Organization>, StoreError> {
        let row = self
            .maybe("select id, name, domain, ai, plan, note from organizations where domain = $1", params![domain])
            .await?;
        row.map(|row| organization(row.columns())).transpose()
    }
}

fn requester(mut c: Columns<'_>) -> Result<Requester, StoreError> {
    Ok(Requester {
        id: c.take()?,
        name: c.take()?,
        email: c.take()?,
        organization: c.take()?,
        cohort: c.take::<Option<Cohort>>()?,
        role: c.take()?,
        ai: c.take()?,
    })
}

fn organization(mut c: Columns<'_>) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: c.take()?,
        name: c.take()?,
        domain: c.take()?,
        ai: c.take()?,
        plan: c.take()?,
        note: c.take()?,
    })
}

impl Tx {
    /// Adds an agent with their queues. The address must be lower case.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the address is taken.
    pub async fn add_agent(&mut self, agent: &Agent, password_hash: Option<&str>) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into agents (id, name, email, role, ai, password_hash, created_at) values ($1,$2,$3,$4,$5,$6,$7)",
            params![agent.id, &agent.name, &agent.email, agent.role, agent.ai, password_hash, now],
        )
        .await?;
        for queue in &agent.queues {
            self.execute("insert into agent_queues (agent_id, queue) values ($1,$2)", params![agent.id, queue]).await?;
        }
        Ok(())
    }

    /// Notes how far a requester's clock is ahead of UTC, in minutes.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_utc_offset(&mut self, id: RequesterId, minutes: i64) -> Result<(), StoreError> {
        self.execute("update requesters set utc_offset = $2 where id = $1", params![id, minutes]).await?;
        Ok(())
    }

    /// Switches an agent off: every session ends with it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn deactivate_agent(&mut self, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute("update agents set deactivated_at = $1 where id = $2", params![now, agent]).await?;
        self.execute("update sessions set ended_at = $1 where agent_id = $2 and ended_at is null", params![now, agent])
            .await?;
        Ok(())
    }

    /// Sets an agent's own AI setting.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_agent_ai(&mut self, agent: AgentId, ai: AiSetting) -> Result<(), StoreError> {
        self.execute("update agents set ai = $1 where id = $2", params![ai, agent]).await?;
        Ok(())
    }

    /// Adds an organization.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the domain is taken.
    pub async fn add_organization(&mut self, o: &Organization) -> Result<(), StoreError> {
        self.execute(
            "insert into organizations (id, name, domain, ai, plan, note) values ($1,$2,$3,$4,$5,$6)",
            params![o.id, &o.name, &o.domain, o.ai, &o.plan, &o.note],
        )
        .await?;
        Ok(())
    }

    /// Adds a requester. The address must be lower case.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when the address is taken.
    pub async fn add_requester(&mut self, r: &Requester) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "insert into requesters (id, name, email, organization_id, cohort, role, ai, created_at, folded) values ($1,$2,$3,$4,$5,$6,$7,$8,$9)",
            params![r.id, &r.name, &r.email, r.organization, r.cohort, r.role.as_deref(), r.ai, now, folded(&r.name)],
        )
        .await?;
        Ok(())
    }

    /// The requester with this address, made when new. A name already known is never overwritten by what a mail claims.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn requester_for(&mut self, email: &str, name: &str) -> Result<Requester, StoreError> {
        if let Some(known) = self.requester_by_email(email).await? {
            return Ok(known);
        }
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        let organization = self.organization_by_domain(domain).await?.map(|o| o.id);
        let requester = Requester {
            id: new_id(),
            name: name.chars().take(200).collect(),
            email: email.to_owned(),
            organization,
            cohort: None,
            role: None,
            ai: AiSetting::Default,
        };
        self.add_requester(&requester).await?;
        Ok(requester)
    }

    /// Writes down what a requester does at their company; none takes it away.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_requester_role(&mut self, id: RequesterId, role: Option<&str>) -> Result<(), StoreError> {
        match self.execute("update requesters set role = $1 where id = $2", params![role, id]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Keeps the language that somebody chose on their page.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_requester_language(&mut self, id: RequesterId, language: Language) -> Result<(), StoreError> {
        self.execute("update requesters set language = $1 where id = $2", params![language.word(), id]).await?;
        Ok(())
    }

    /// Sets a requester's AI setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_requester_ai(&mut self, id: RequesterId, ai: AiSetting) -> Result<(), StoreError> {
        match self.execute("update requesters set ai = $1 where id = $2", params![ai, id]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}
