//! How people get in and stay out: their sessions, second factors, invitations. What is right is not decided here.

use desk::{
    Timestamp, closed_list,
    ids::{AgentId, InvitationId, SessionId},
    people::{Agent, Role},
};

use crate::{
    Conn, StoreError, Tx,
    columns::{Columns, params, to_json},
    identity::AgentSession,
    new_id,
};

closed_list! {
    /// What a session was opened with.
    pub enum OpenedWith ("way of signing in") {
        /// A password.
        Password = "password",
        /// A password and a code of an authenticator.
        Code = "code",
        /// A password and a recovery code.
        Recovery = "recovery",
        /// The word of the identity provider.
        Provider = "provider",
    }
}

closed_list! {
    /// Where an invitation stands. One whose time ran out is still open and no longer good.
    pub enum InvitationState ("state of an invitation") {
        /// Nobody used it.
        Open = "open",
        /// Its person came.
        Accepted = "accepted",
        /// Whoever may invite took it back.
        Withdrawn = "withdrawn",
    }
}

/// A live session as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    /// Id.
    pub id: SessionId,
    /// The program it was opened in.
    pub client: String,
    /// How it was opened.
    pub opened_with: OpenedWith,
    /// When.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// A second factor. The secret is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The sealed secret.
    pub secret: Vec<u8>,
    /// When its person proved that they have it; none before: then it asks nobody anything.
    pub confirmed_at: Option<Timestamp>,
    /// The last step whose code was used.
    pub last_step: i64,
}

/// Somebody's account, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The person.
    pub agent: Agent,
    /// When they were switched off.
    pub off_since: Option<Timestamp>,
    /// Whether signing in asks for a code.
    pub second_factor: Option<Timestamp>,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Id.
    pub id: InvitationId,
    /// Whom it invites.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they will do.
    pub role: Role,
    /// Queues they will work in; none means all for roles that see all.
    pub queues: Vec<String>,
    /// Who invites.
    pub by: String,
    /// When.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Where it stands.
    pub state: InvitationState,
}

/// An invitation to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewInvitation<'a> {
    /// SHA-256 of its token.
    pub token_hash: &'a [u8],
    /// Whom it invites, lower case.
    pub email: &'a str,
    /// Their name.
    pub name: &'a str,
    /// What they will do.
    pub role: Role,
    /// Queues they will work in.
    pub queues: &'a [String],
    /// Who invites.
    pub by: AgentId,
    /// Until when it is good.
    pub expires_at: Timestamp,
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged { what: what.to_owned() }
}

/// An account behind a person of a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identified {
    /// Whose.
    pub agent: AgentId,
    /// When they were switched off.
    pub off_since: Option<Timestamp>,
}

fn identified(mut c: Columns<'_>) -> Result<Identified, StoreError> {
    Ok(Identified { agent: c.take()?, off_since: c.take()? })
}

fn invitation(mut c: Columns<'_>) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: c.take()?,
        email: c.take()?,
        name: c.take()?,
        role: c.take()?,
        queues: c.json()?,
        by: c.take()?,
        created_at: c.take()?,
        expires_at: c.take()?,
        state: c.take::<String>()?.parse().map_err(|_| damaged("an invitation"))?,
    })
}

impl Conn {
    /// A person's live sessions, newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn live_sessions(&mut self, agent: AgentId, now: Timestamp) -> Result<Vec<SessionLine>, StoreError> {
        let rows = self
            .rows(
                "select id, client, opened_with, created_at, expires_at from sessions
                 where agent_id = $1 and ended_at is null and expires_at > $2 order by created_at desc, id desc",
                params![agent, now],
            )
            .await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok(SessionLine {
                    id: c.take()?,
                    client: c.take()?,
                    opened_with: c.take::<String>()?.parse().map_err(|_| damaged("a session"))?,
                    created_at: c.take()?,
                    expires_at: c.take()?,
                })
            })
            .collect()
    }

    /// Whether the person of a session proved since then that it is them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn confirmed_since(&mut self, session: &AgentSession, since: Timestamp) -> Result<bool, StoreError> {
        let row = self
            .one(
                "select (select count(*) from session_confirmations where session_id = $1 and at >= $2)
                   + (select count(*) from sessions where id = $1 and proved_at >= $2)",
                params![session.id(), since],
            )
            .await?;
        Ok(row.columns().take::<i64>()? > 0)
    }

    /// Whom this person of a provider is here, unless they are switched off.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn identified(&mut self, issuer: &str, subject: &str) -> Result<Option<Identified>, StoreError> {
        let row = self
            .maybe(
                "select a.id, a.deactivated_at from identities i join agents a on a.id = i.agent_id where i.issuer = $1 and i.subject = $2",
                params![issuer, subject],
            )
            .await?;
        row.map(|row| identified(row.columns())).transpose()
    }

    /// Whose account has this address, and whether another person of the provider uses it already.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn account_at(&mut self, issuer: &str, email: &str) -> Result<Option<(Identified, bool)>, StoreError> {
        let row = self
            .maybe(
                "select id, deactivated_at, (select count(*) from identities i where i.agent_id = agents.id and i.issuer = $1)
                 from agents where email = $2",
                params![issuer, email],
            )
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            let account = Identified { agent: c.take()?, off_since: c.take()? };
            Ok((account, c.take::<i64>()? > 0))
        })
        .transpose()
    }

    /// The newest good invitation of an address.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn invitation_of(&mut self, email: &str, now: Timestamp) -> Result<Option<Invitation>, StoreError> {
        let row = self
            .maybe(
                "select i.id, i.email, i.name, i.role, i.queues, a.name, i.created_at, i.expires_at, i.state
                 from invitations i join agents a on a.id = i.made_by
                 where i.email = $1 and i.state = 'open' and i.expires_at > $2 and a.deactivated_at is null
                 order by i.created_at desc, i.id desc limit 1",
                params![email, now],
            )
            .await?;
        row.map(|row| invitation(row.columns())).transpose()
    }

    /// A person's second factor, confirmed or not.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn second_factor(&mut self, agent: AgentId) -> Result<Option<SecondFactor>, StoreError> {
        let row = self
            .maybe("select secret, confirmed_at, last_step from second_factors where agent_id = $1", params![agent])
            .await?;
        row.map(|row| {
            let mut c = row.columns();
            Ok(SecondFactor { secret: c.take()?, confirmed_at: c.take()?, last_step: c.take()? })
        })
        .transpose()
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn recovery_codes_left(&mut self, agent: AgentId) -> Result<i64, StoreError> {
        let text = "select count(*) from recovery_codes where agent_id = $1 and used_at is null";
        self.one(text, params![agent]).await?.columns().take()
    }

    /// Everybody who ever signed in here, by name; those who are switched off last.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn accounts(&mut self) -> Result<Vec<Account>, StoreError> {
        let rows = self
            .rows(
                "select a.id, a.deactivated_at, f.confirmed_at, (select max(s.created_at) from sessions s where s.agent_id = a.id)
                 from agents a left join second_factors f on f.agent_id = a.id
                 order by case when a.deactivated_at is null then 0 else 1 end, a.name, a.id",
                params![],
            )
            .await?;
        let mut accounts = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut c = row.columns();
            let id: AgentId = c.take()?;
            let (off_since, second_factor, signed_in_at) = (c.take()?, c.take()?, c.take()?);
            accounts.push(Account { agent: self.agent(id).await?, off_since, second_factor, signed_in_at });
        }
        Ok(accounts)
    }

    /// Invitations, newest first, at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn invitations(&mut self) -> Result<Vec<Invitation>, StoreError> {
        let rows = self
            .rows(
                "select i.id, i.email, i.name, i.role, i.queues, a.name, i.created_at, i.expires_at, i.state
                 from invitations i join agents a on a.id = i.made_by order by i.created_at desc, i.id desc limit 200",
                params![],
            )
            .await?;
        rows.iter().map(|row| invitation(row.columns())).collect()
    }

    /// The invitation behind a token, if it is still good.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn good_invitation(
        &mut self,
        token_hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<Invitation>, StoreError> {
        let row = self
            .maybe(
                "select i.id, i.email, i.name, i.role, i.queues, a.name, i.created_at, i.expires_at, i.state
                 from invitations i join agents a on a.id = i.made_by
                 where i.token_hash = $1 and i.state = 'open' and i.expires_at > $2 and a.deactivated_at is null",
                params![token_hash, now],
            )
            .await?;
        row.map(|row| invitation(row.columns())).transpose()
    }
}

impl Tx {
    /// Waits until no other change of accounts is under way, and lets none begin before this one ends.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn accounts_alone(&mut self) -> Result<(), StoreError> {
        self.execute(
            "insert into counters (name, value) values ('accounts', 1) on conflict (name) do update set value = counters.value + 1",
            params![],
        )
        .await?;
        Ok(())
    }

    /// From now on this person of a provider is that account.
    ///
    /// # Errors
    /// [`StoreError::Constraint`] when either is taken.
    pub async fn identify(&mut self, issuer: &str, subject: &str, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        let text = "insert into identities (issuer, subject, agent_id, since) values ($1,$2,$3,$4)";
        self.execute(text, params![issuer, subject, agent, now]).await?;
        Ok(())
    }

    /// Ends one of a person's sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not theirs or over.
    pub async fn end_own_session(&mut self, id: SessionId, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        let text = "update sessions set ended_at = $1 where id = $2 and agent_id = $3 and ended_at is null";
        match self.execute(text, params![now, id, agent]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Ends every session of a person.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_sessions(&mut self, agent: AgentId) -> Result<(), StoreError> {
        let now = self.now();
        let text = "update sessions set ended_at = $1 where agent_id = $2 and ended_at is null";
        self.execute(text, params![now, agent]).await?;
        Ok(())
    }

    /// Keeps a new second factor in place of one that was never confirmed; recovery codes begin anew.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when one is confirmed already.
    pub async fn begin_second_factor(&mut self, agent: AgentId, secret: &[u8]) -> Result<(), StoreError> {
        let now = self.now();
        let touched = self
            .execute(
                "insert into second_factors (agent_id, secret, created_at, last_step) values ($1,$2,$3,0)
                 on conflict (agent_id) do update set secret = excluded.secret, created_at = excluded.created_at, last_step = 0
                 where second_factors.confirmed_at is null",
                params![agent, secret, now],
            )
            .await?;
        if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// From now on signing in asks for it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it is confirmed already.
    pub async fn confirm_second_factor(&mut self, agent: AgentId, codes: &[String]) -> Result<(), StoreError> {
        let now = self.now();
        let text = "update second_factors set confirmed_at = $1 where agent_id = $2 and confirmed_at is null";
        if self.execute(text, params![now, agent]).await? == 0 {
            return Err(StoreError::Stale);
        }
        self.execute("delete from recovery_codes where agent_id = $1", params![agent]).await?;
        for code in codes {
            self.execute("insert into recovery_codes (agent_id, code) values ($1,$2)", params![agent, code]).await?;
        }
        Ok(())
    }

    /// Uses a code's step up, so that no code is good twice; whether it was still to be had.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn use_step(&mut self, agent: AgentId, step: i64) -> Result<bool, StoreError> {
        let text = "update second_factors set last_step = $2 where agent_id = $1 and last_step < $2";
        Ok(self.execute(text, params![agent, step]).await? == 1)
    }

    /// Uses a recovery code up; whether it was still to be had.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn use_recovery_code(&mut self, agent: AgentId, code: &str) -> Result<bool, StoreError> {
        let now = self.now();
        let text = "update recovery_codes set used_at = $1 where agent_id = $2 and code = $3 and used_at is null";
        Ok(self.execute(text, params![now, agent, code]).await? == 1)
    }

    /// Signing in asks for the password alone again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn remove_second_factor(&mut self, agent: AgentId) -> Result<(), StoreError> {
        self.execute("delete from recovery_codes where agent_id = $1", params![agent]).await?;
        self.execute("delete from second_factors where agent_id = $1", params![agent]).await?;
        Ok(())
    }

    /// Gives a person another role and other queues.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_role(&mut self, agent: AgentId, role: Role, queues: &[String]) -> Result<(), StoreError> {
        self.execute("update agents set role = $2 where id = $1", params![agent, role]).await?;
        self.execute("delete from agent_queues where agent_id = $1", params![agent]).await?;
        for queue in queues {
            self.execute("insert into agent_queues (agent_id, queue) values ($1,$2)", params![agent, queue]).await?;
        }
        Ok(())
    }

    /// Lets a person sign in again.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn activate_agent(&mut self, agent: AgentId) -> Result<(), StoreError> {
        self.execute("update agents set deactivated_at = null where id = $1", params![agent]).await?;
        Ok(())
    }

    /// Keeps an invitation.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_invitation(&mut self, new: NewInvitation<'_>) -> Result<InvitationId, StoreError> {
        let (id, now): (InvitationId, _) = (new_id(), self.now());
        let queues = to_json(&new.queues)?;
        self.execute(
            "insert into invitations (id, token_hash, email, name, role, queues, made_by, created_at, expires_at, state)
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,'open')",
            params![id, new.token_hash, new.email, new.name, new.role, queues, new.by, now, new.expires_at],
        )
        .await?;
        Ok(id)
    }

    /// Ends an open invitation.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none that is open.
    pub async fn end_invitation(&mut self, id: InvitationId, state: InvitationState) -> Result<(), StoreError> {
        let text = "update invitations set state = $2 where id = $1 and state = 'open'";
        match self.execute(text, params![id, state.word()]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }
}
