//! Forgetting a requester: every row that holds their words, or words about them, is emptied or removed in one
//! transaction. What people approved and the record keep their ids and digests; they hold nothing of the person.

use desk::{
    Digest,
    ids::{MailId, RequesterId, SuggestionId, TicketId},
    knowledge::Retrieval,
};

use crate::{
    Conn, StoreError, Tx,
    columns::{folded, params},
};

/// What stands where a subject or a name stood.
pub const ERASED: &str = "(erased)";

/// Shorter parts of a name stand in too many words to tell whom a search was about.
const NAME_PART_CHARS: usize = 4;

/// Removed or emptied for the tickets of requester $1, in an order that respects every reference.
const OF_TICKETS: &[&str] = &[
    "delete from verdict_withdrawals where verdict_id in (select v.id from verdicts v join suggestions s on s.id = v.suggestion_id join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
    "delete from moves where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from moves where verdict_id in (select v.id from verdicts v join suggestions s on s.id = v.suggestion_id join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
    "delete from policy_moves where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from nearest_cases where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from nearest_cases where suggestion_id in (select s.id from suggestions s join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
    "delete from verdicts where suggestion_id in (select s.id from suggestions s join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
    "update drafts set retrieval_id = null, exchange_id = null, body = '', machine_body = null, machine_sentences = '[]', doubts = '[]',
     state = case when state = 'open' then 'superseded' else state end where ticket_id in (select id from tickets where requester_id = $1)",
    // The text for many may name one of them.
    "update bulk_replies set template = '' where id in (select d.bulk_id from drafts d join tickets t on t.id = d.ticket_id where t.requester_id = $1)",
    "delete from draft_revisions where draft_id in (select d.id from drafts d join tickets t on t.id = d.ticket_id where t.requester_id = $1)",
    "delete from suggestions where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from exchanges where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from past_cases where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from notes where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from participants where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from participants where email in (select email from requesters where id = $1)",
    "delete from attachments where message_id in (select m.id from messages m left join tickets t on t.id = m.ticket_id where m.requester_id = $1 or t.requester_id = $1)",
    "update messages set mail_id = null, author_name = case when direction = 'inbound' then '(erased)' else author_name end, from_address = '', recipients = '[]', copies = '[]', subject = '(erased)',
     text = '', latest = '', quoted = null, html = null, message_id = 'erased-' || id, refs = '[]', warnings = '[]'
     where requester_id = $1 or ticket_id in (select id from tickets where requester_id = $1)",
    "delete from jobs where state <> 'running' and subject in (select id from tickets where requester_id = $1)",
];

/// What is emptied last, because everything above finds its rows by it.
const OF_REQUESTER: &str = "update requesters set name = '(erased)', email = 'erased-' || id, folded = '', organization_id = null, cohort = null, utc_offset = null, ai = 'out' where id = $1";

impl Conn {
    /// Every ticket of a requester, whatever its queue: whoever may erase, erases all of them.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn every_ticket_of(&mut self, requester: RequesterId) -> Result<Vec<TicketId>, StoreError> {
        let rows = self.rows("select id from tickets where requester_id = $1 order by id", params![requester]).await?;
        rows.iter().map(|row| row.columns().take()).collect()
    }
}

impl Tx {
    /// Forgets a requester. What the door holds of their tickets is the door's to forget, before this. `vectors` are the
    /// cache keys of texts of theirs, `held` mails of theirs that never became messages.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_requester(
        &mut self,
        requester: RequesterId,
        held: &[MailId],
        vectors: &[Digest],
    ) -> Result<(), StoreError> {
        let tickets = self.every_ticket_of(requester).await?;
        self.forget_searches(requester).await?;
        let mut mails = held.to_vec();
        let mut blobs: Vec<String> = Vec::new();
        for row in self
            .rows(
                "select m.id, m.blob from mails m where m.ticket_id in (select id from tickets where requester_id = $1)
                   or m.id in (select mail_id from messages where requester_id = $1)",
                params![requester],
            )
            .await?
        {
            let mut c = row.columns();
            mails.push(c.take()?);
            blobs.push(c.take()?);
        }
        for row in self
            .rows("select a.blob from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id where m.requester_id = $1 or t.requester_id = $1", params![requester])
            .await?
        {
            blobs.push(row.columns().take()?);
        }
        for statement in OF_TICKETS {
            self.execute(statement, params![requester]).await?;
        }
        for mail in &mails {
            if let Some(row) = self.maybe("select blob from mails where id = $1", params![*mail]).await? {
                blobs.push(row.columns().take()?);
            }
            self.execute("delete from jobs where state <> 'running' and subject = $1", params![*mail]).await?;
            self.execute("delete from mails where id = $1", params![*mail]).await?;
        }
        for blob in &blobs {
            self.execute(
                "delete from blobs where digest = $1 and not exists (select 1 from mails where blob = $1) and not exists (select 1 from attachments where blob = $1)",
                params![blob],
            )
            .await?;
        }
        for digest in vectors {
            self.execute("delete from vectors where digest = $1", params![digest.to_string()]).await?;
        }
        for ticket in &tickets {
            self.forget_ticket(*ticket).await?;
        }
        self.execute(OF_REQUESTER, params![requester]).await?;
        Ok(())
    }

    /// Removes what people looked for with the requester's address or a part of a name they wrote under in it.
    async fn forget_searches(&mut self, requester: RequesterId) -> Result<(), StoreError> {
        let known = self.requester(requester).await?;
        let mut names = folded(&known.name);
        for row in
            self.rows("select distinct author_name from messages where requester_id = $1", params![requester]).await?
        {
            names = names + " " + &folded(&row.columns().take::<String>()?);
        }
        let mut signs: Vec<&str> =
            names.split_whitespace().filter(|part| part.chars().count() >= NAME_PART_CHARS).collect();
        signs.push(&known.email);
        for row in self.rows("select id, words from searches", params![]).await? {
            let mut c = row.columns();
            let (id, words): (String, String) = (c.take()?, c.take()?);
            let words = folded(&words);
            if signs.iter().any(|sign| words.contains(sign)) {
                self.execute("delete from searches where id = $1", params![id]).await?;
            }
        }
        Ok(())
    }

    async fn forget_ticket(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        let now = self.now();
        self.execute(
            "update tickets set subject = $2, excerpt = '', folded_subject = $2, folded_excerpt = '', status = 'closed', waiting = 0, risk = '', language = null,
             organization_id = null, draft = 'none', draft_why = null, last_inbound_id = null, revision = revision + 1, updated_at = $3 where id = $1",
            params![ticket, ERASED, now],
        )
        .await?;
        self.forget_case(ticket).await?;
        // Kept answers to repeated requests hold what was shown.
        let mentions = format!("%{ticket}%");
        self.execute("delete from idempotency where response like $1", params![mentions]).await?;
        Ok(())
    }

    /// Takes a past case's words out of what was put before the drafter for other tickets, and out of what a model saw.
    async fn forget_case(&mut self, case: TicketId) -> Result<(), StoreError> {
        let mentions = format!("%{case}%");
        let rows = self
            .rows(
                "select id, ticket_id, value from suggestions where kind = 'retrieval' and value like $1",
                params![mentions],
            )
            .await?;
        for row in &rows {
            let mut c = row.columns();
            let (id, ticket, value): (SuggestionId, TicketId, String) = (c.take()?, c.take()?, c.take()?);
            let Ok(mut retrieval) = serde_json::from_str::<Retrieval>(&value) else { continue };
            if !retrieval.forget(case) {
                continue;
            }
            let value = serde_json::to_string(&retrieval).unwrap_or_default();
            self.execute("update suggestions set value = $2 where id = $1", params![id, value]).await?;
            self.execute("update drafts set exchange_id = null where ticket_id = $1", params![ticket]).await?;
            self.execute("delete from exchanges where ticket_id = $1", params![ticket]).await?;
        }
        Ok(())
    }
}
