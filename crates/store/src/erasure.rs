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
    eval_cases::FORGOTTEN,
};

/// What stands where a subject or a name stood.
pub const ERASED: &str = "(erased)";

/// Looks that are read together.
const LOOKS_AT_ONCE: i64 = 2_000;

/// How many rows of each table were emptied or removed, in the order in which it was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emptied(pub Vec<(&'static str, u64)>);

impl Emptied {
    fn add(&mut self, table: &'static str, rows: u64) {
        if rows == 0 {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == table) {
            Some((_, count)) => *count += rows,
            None => self.0.push((table, rows)),
        }
    }
}

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
    "update drafts set retrieval_id = null, exchange_id = null, body = '', machine_body = null, machine_sentences = '[]', rewritten_body = null, rewritten_sentences = null, doubts = '[]',
     state = case when state = 'open' then 'superseded' else state end where ticket_id in (select id from tickets where requester_id = $1)",
    // The text for many may name one of them.
    "update bulk_replies set template = '' where id in (select d.bulk_id from drafts d join tickets t on t.id = d.ticket_id where t.requester_id = $1)",
    "delete from draft_revisions where draft_id in (select d.id from drafts d join tickets t on t.id = d.ticket_id where t.requester_id = $1)",
    // Log lines that name them are quoted there.
    "delete from cause_verdicts where diagnosis_id in (select d.id from diagnoses d join tickets t on t.id = d.ticket_id where t.requester_id = $1)",
    "delete from diagnoses where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from suggestions where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from exchanges where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from shadows where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from past_cases where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from notes where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from participants where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from participants where email in (select email from requesters where id = $1)",
    "delete from attachments where message_id in (select m.id from messages m left join tickets t on t.id = m.ticket_id where m.requester_id = $1 or t.requester_id = $1)",
    "update messages set mail_id = null, author_name = case when direction = 'inbound' then '(erased)' else author_name end, from_address = '', recipients = '[]', copies = '[]', subject = '(erased)',
     text = '', latest = '', quoted = null, html = null, message_id = 'erased-' || id, refs = '[]', warnings = '[]'
     where requester_id = $1 or ticket_id in (select id from tickets where requester_id = $1)",
    "delete from review_samples where ticket_id in (select id from tickets where requester_id = $1) and not exists (select 1 from reviews w where w.sample_id = review_samples.id)",
    "update reviews set note = '' where sample_id in (select s.id from review_samples s join tickets t on t.id = s.ticket_id where t.requester_id = $1)",
    "update review_samples set reason = null where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from surveys where ticket_id in (select id from tickets where requester_id = $1) or requester_id = $1",
    "delete from survey_refusals where requester_id = $1",
    "delete from escalation_updates where escalation_id in (select e.id from escalations e join tickets t on t.id = e.ticket_id where t.requester_id = $1)",
    "update escalations set reason = null where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from attributes where requester_id = $1",
    "delete from promises where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from relocated where relocation_id in (select l.id from relocations l join tickets t on t.id in (l.from_ticket, l.to_ticket) where t.requester_id = $1)",
    "delete from relocations where from_ticket in (select id from tickets where requester_id = $1) or to_ticket in (select id from tickets where requester_id = $1)",
    "delete from snoozes where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from follows where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from asks where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from clocks where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from silences where ticket_id in (select id from tickets where requester_id = $1)",
    "delete from jobs where state <> 'running' and subject in (select id from tickets where requester_id = $1)",
];

/// What is emptied last, because everything above finds its rows by it.
const OF_REQUESTER: &str = "update requesters set name = '(erased)', email = 'erased-' || id, folded = '', organization_id = null, cohort = null, role = null, language = null, utc_offset = null, ai = 'out' where id = $1";

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
    ) -> Result<Emptied, StoreError> {
        let tickets = self.every_ticket_of(requester).await?;
        let mut emptied = Emptied::default();
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
        self.succeed_eval_cases(requester).await?;
        for statement in OF_TICKETS.iter().copied().chain(FORGOTTEN) {
            emptied.add(table_of(statement), self.execute(statement, params![requester]).await?);
        }
        for mail in &mails {
            if let Some(row) = self.maybe("select blob from mails where id = $1", params![*mail]).await? {
                blobs.push(row.columns().take()?);
            }
            self.execute("delete from jobs where state <> 'running' and subject = $1", params![*mail]).await?;
            emptied.add("mails", self.execute("delete from mails where id = $1", params![*mail]).await?);
        }
        for blob in &blobs {
            let gone = self.execute(
                "delete from blobs where digest = $1 and not exists (select 1 from mails where blob = $1) and not exists (select 1 from attachments where blob = $1)",
                params![blob],
            )
            .await?;
            emptied.add("blobs", gone);
        }
        for digest in vectors {
            let gone = self.execute("delete from vectors where digest = $1", params![digest.to_string()]).await?;
            emptied.add("vectors", gone);
        }
        for ticket in &tickets {
            self.forget_ticket(*ticket).await?;
        }
        emptied.add("tickets", u64::try_from(tickets.len()).unwrap_or(u64::MAX));
        emptied.add("suggestions of others", self.forget_cases(&tickets).await?);
        emptied.add("requesters", self.execute(OF_REQUESTER, params![requester]).await?);
        Ok(emptied)
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
        // Kept answers to repeated requests hold what was shown.
        let mentions = format!("%{ticket}%");
        self.execute("delete from idempotency where response like $1", params![mentions]).await?;
        Ok(())
    }

    /// Takes past cases' words out of what was put before the drafter for other tickets, and out of what a model saw. One pass,
    /// however many cases: which looks cite them stands only in their text.
    async fn forget_cases(&mut self, cases: &[TicketId]) -> Result<u64, StoreError> {
        let (mut last, mut touched) = (String::new(), 0);
        loop {
            let rows = self
                .rows(
                    "select id, ticket_id, value from suggestions where kind = 'retrieval' and id > $1 and value like '%\"reply\"%' order by id limit $2",
                    params![&last, LOOKS_AT_ONCE],
                )
                .await?;
            for row in &rows {
                let mut c = row.columns();
                let (id, ticket, value): (SuggestionId, TicketId, String) = (c.take()?, c.take()?, c.take()?);
                last = id.to_string();
                let Ok(mut retrieval) = serde_json::from_str::<Retrieval>(&value) else { continue };
                let cited: Vec<TicketId> = retrieval.cases().filter(|case| cases.contains(case)).collect();
                if cited.is_empty() {
                    continue;
                }
                for case in cited {
                    retrieval.forget(case);
                }
                let value = serde_json::to_string(&retrieval).unwrap_or_default();
                touched += self.execute("update suggestions set value = $2 where id = $1", params![id, value]).await?;
                self.execute("update drafts set exchange_id = null where ticket_id = $1", params![ticket]).await?;
                self.execute(
                    "update draft_revisions set exchange_id = null where draft_id in (select id from drafts where ticket_id = $1)",
                    params![ticket],
                )
                .await?;
                self.execute("delete from exchanges where ticket_id = $1", params![ticket]).await?;
                self.forget_shadows(ticket).await?;
            }
            if rows.is_empty() {
                return Ok(touched);
            }
        }
    }
}

/// The table that a statement writes.
fn table_of(statement: &'static str) -> &'static str {
    let mut words = statement.split_whitespace();
    match words.next() {
        Some("delete") => words.nth(1),
        _ => words.next(),
    }
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_names_tables() {
        let named: Vec<&str> = OF_TICKETS.iter().map(|statement| table_of(statement)).collect();
        assert!(named.contains(&"messages") && named.contains(&"exchanges") && !named.contains(&""), "{named:?}");
        let mut emptied = Emptied::default();
        for (table, rows) in [("a", 1), ("b", 0), ("a", 2)] {
            emptied.add(table, rows);
        }
        assert_eq!(emptied.0, [("a", 3)]);
    }
}
