//! What somebody's no to AI takes away at once, and whom it concerns.

use desk::{
    Digest,
    ids::{MessageId, ModelId, OrganizationId, RequesterId, TicketId},
    people::AiSetting,
};

use crate::{Conn, Grant, Purpose, StoreError, Tx, columns::params, eval_cases::FORGOTTEN};

/// How much of a person's a machine could still hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineTraces {
    /// Open drafts that nobody touched.
    pub drafts: i64,
    /// Solved cases in the table that past cases are taken from.
    pub cases: i64,
    /// What was kept before other tickets' drafters and holds words of theirs.
    pub put_before_others: i64,
    /// Requests that left for models, ever.
    pub exchanges: i64,
    /// What a candidate model drafted beside the drafts for them.
    pub shadows: i64,
}

/// Texts of a ticket that vectors may be kept of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embeddable {
    /// The ticket's subject.
    pub subject: String,
    /// Subject and newest words of each message that came in.
    pub messages: Vec<(MessageId, String, String)>,
    /// Subject and question of the solved case.
    pub case: Option<(String, String)>,
}

impl Conn {
    /// Everybody who belongs to an organization.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn people_of(&mut self, organization: OrganizationId) -> Result<Vec<RequesterId>, StoreError> {
        let rows = self
            .rows("select id from requesters where organization_id = $1 order by id", params![organization])
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Tickets that a setting takes away from every model: of people or organizations who said no, and of the erased.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tickets_out_of_reach(&mut self) -> Result<Vec<TicketId>, StoreError> {
        let rows = self
            .rows(
                "select t.id from tickets t join requesters r on r.id = t.requester_id left join organizations o on o.id = coalesce(t.organization_id, r.organization_id)
                 where r.ai = 'out' or o.ai = 'out' order by t.id",
                params![],
            )
            .await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }

    /// Texts of a ticket that vectors may be kept of.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant of another purpose than indexing.
    pub async fn embeddable(&mut self, grant: &Grant, ticket: TicketId) -> Result<Embeddable, StoreError> {
        if grant.purpose() != Purpose::Index {
            return Err(StoreError::NotFound);
        }
        let row = self.one("select subject from tickets where id = $1", params![ticket]).await?;
        let subject: String = row.columns().take()?;
        let rows = self
            .rows(
                "select id, subject, latest from messages where ticket_id = $1 and direction = 'inbound' order by at, id",
                params![ticket],
            )
            .await?;
        let messages = rows
            .iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?, c.take()?))
            })
            .collect::<Result<_, StoreError>>()?;
        let case = self
            .maybe("select question from past_cases where ticket_id = $1", params![ticket])
            .await?
            .map(|row| row.columns().take::<String>())
            .transpose()?
            .map(|question| (subject.clone(), question));
        Ok(Embeddable { subject, messages, case })
    }

    /// Which of these cache keys hold a vector.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn kept_vectors(&mut self, keys: &[Digest]) -> Result<usize, StoreError> {
        let mut kept = 0;
        for key in keys {
            let found = self.maybe("select 1 from vectors where digest = $1", params![key.to_string()]).await?;
            kept += usize::from(found.is_some());
        }
        Ok(kept)
    }

    /// What rows still hold of a requester that a machine made or could use.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn machine_traces(&mut self, requester: RequesterId) -> Result<MachineTraces, StoreError> {
        let row = self
            .one(
                "select (select count(*) from drafts d join tickets t on t.id = d.ticket_id where t.requester_id = $1 and d.state = 'open' and d.revision = 1 and d.origin <> 'agent'),
                 (select count(*) from past_cases p join tickets t on t.id = p.ticket_id where t.requester_id = $1),
                 (select count(*) from exchanges e join tickets t on t.id = e.ticket_id where t.requester_id = $1),
                 (select count(*) from shadows s join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
                params![requester],
            )
            .await?;
        let mut c = row.columns();
        let (drafts, cases, exchanges, shadows): (i64, i64, i64, i64) = (c.take()?, c.take()?, c.take()?, c.take()?);
        let mut put_before_others = 0;
        for ticket in self.every_ticket_of(requester).await? {
            let mentions = format!("%{ticket}%");
            let row = self
                .one(
                    "select count(*) from suggestions s join drafts d on d.retrieval_id = s.id where s.kind = 'retrieval' and d.state = 'open' and s.ticket_id <> $1 and s.value like $2",
                    params![ticket, mentions],
                )
                .await?;
            put_before_others += row.columns().take::<i64>()?;
        }
        Ok(MachineTraces { drafts, cases, put_before_others, exchanges, shadows })
    }
}

impl Tx {
    /// Sets an organization's AI setting.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_organization_ai(&mut self, id: OrganizationId, ai: AiSetting) -> Result<(), StoreError> {
        match self.execute("update organizations set ai = $1 where id = $2", params![ai, id]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Takes the machine's untouched drafts for a requester away, and the vectors of their texts. What a person wrote or changed
    /// stays theirs. `why` is told on the tickets.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn withdraw_machine(
        &mut self,
        requester: RequesterId,
        vectors: &[Digest],
        why: &str,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update drafts set state = 'superseded' where state = 'open' and revision = 1 and origin <> 'agent' and ticket_id in (select id from tickets where requester_id = $1)",
            params![requester],
        )
        .await?;
        self.execute(
            "update tickets set draft = 'withheld', draft_why = $2, revision = revision + 1, updated_at = $3 where requester_id = $1 and draft in ('ready','preparing')
             and not exists (select 1 from drafts d where d.ticket_id = tickets.id and d.state = 'open')",
            params![requester, why, now],
        )
        .await?;
        self.succeed_eval_cases(requester).await?;
        for statement in FORGOTTEN {
            self.execute(statement, params![requester]).await?;
        }
        self.execute(
            "delete from review_samples where side = 'prepared' and ticket_id in (select id from tickets where requester_id = $1)
             and not exists (select 1 from reviews w where w.sample_id = review_samples.id)",
            params![requester],
        )
        .await?;
        self.execute(
            "delete from shadows where ticket_id in (select id from tickets where requester_id = $1)",
            params![requester],
        )
        .await?;
        self.drop_vectors(vectors).await
    }

    /// Removes cached vectors.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drop_vectors(&mut self, keys: &[Digest]) -> Result<(), StoreError> {
        for key in keys {
            self.execute("delete from vectors where digest = $1", params![key.to_string()]).await?;
        }
        Ok(())
    }

    /// Removes versions of the classifier, whatever their state, because they learnt from somebody who said no.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn drop_models(&mut self, models: &[ModelId]) -> Result<(), StoreError> {
        for model in models {
            self.execute("delete from model_versions where id = $1", params![*model]).await?;
        }
        Ok(())
    }
}
