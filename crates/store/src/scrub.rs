//! Taking words or a file out of a ticket for good: every row that keeps words of it. The mail it came in loses its bytes as a
//! whole, since a mail's bytes cannot be changed and still be that mail.

use desk::{
    Digest,
    ids::{AttachmentId, MailId, MessageId, TicketId},
};

use crate::{
    Conn, Grant, StoreError, Tx,
    columns::{folded, params},
    grant::queue_visible,
};

/// What stands where a removed mail's bytes stood.
const RAW_REMOVED: &str = "The mail as it came was removed when a person took words or a file out of its ticket.\r\n";
/// What stands where a removed file stood.
const FILE_REMOVED: &str = "This file was removed from its ticket.\n";

/// Texts of a ticket: read with their key, written back.
const TEXTS: &[(&str, &str)] = &[
    ("select id, body from notes where ticket_id = $1", "update notes set body = $2 where id = $1"),
    ("select id, words from promises where ticket_id = $1", "update promises set words = $2 where id = $1"),
    ("select id, body from eval_cases where ticket_id = $1", "update eval_cases set body = $2 where id = $1"),
    (
        "select w.sample_id || '/' || w.agent_id, w.note from reviews w join review_samples s on s.id = w.sample_id where s.ticket_id = $1",
        "update reviews set note = $2 where sample_id || '/' || agent_id = $1",
    ),
    (
        "select ticket_id, comment from surveys where ticket_id = $1",
        "update surveys set comment = $2 where ticket_id = $1",
    ),
    (
        "select id, reason from review_samples where ticket_id = $1 and reason is not null",
        "update review_samples set reason = $2 where id = $1",
    ),
    (
        "select h.id, h.reason from eval_challenges h join eval_cases c on c.id = h.case_id where c.ticket_id = $1",
        "update eval_challenges set reason = $2 where id = $1",
    ),
    (
        "select u.id, u.body from escalation_updates u join escalations e on e.id = u.escalation_id where e.ticket_id = $1",
        "update escalation_updates set body = $2 where id = $1",
    ),
    (
        "select id, reason from escalations where ticket_id = $1 and reason is not null",
        "update escalations set reason = $2 where id = $1",
    ),
    (
        "select r.draft_id || '/' || r.revision, r.body from draft_revisions r join drafts d on d.id = r.draft_id where d.ticket_id = $1",
        "update draft_revisions set body = $2 where draft_id || '/' || revision = $1",
    ),
    (
        "select v.id, v.reason from verdicts v join suggestions s on s.id = v.suggestion_id where s.ticket_id = $1 and v.reason is not null",
        "update verdicts set reason = $2 where id = $1",
    ),
    (
        "select v.diagnosis_id || '/' || v.cause, v.reason from cause_verdicts v join diagnoses d on d.id = v.diagnosis_id where d.ticket_id = $1 and v.reason is not null",
        "update cause_verdicts set reason = $2 where diagnosis_id || '/' || cause = $1",
    ),
    (
        "select ticket_id, question from past_cases where ticket_id = $1",
        "update past_cases set question = $2 where ticket_id = $1",
    ),
    (
        "select ticket_id, reply from past_cases where ticket_id = $1",
        "update past_cases set reply = $2 where ticket_id = $1",
    ),
    (
        "select id, value from suggestions where kind = 'retrieval' and value like '%' || $1 || '%'",
        "update suggestions set value = $2 where id = $1",
    ),
];

/// What a machine made of them: the words may stand there one by one.
const DERIVED: &[(&str, &str)] = &[
    (
        "select id, machine_body from drafts where ticket_id = $1 and machine_body is not null",
        "update drafts set machine_body = $2 where id = $1",
    ),
    (
        "select id, machine_sentences from drafts where ticket_id = $1",
        "update drafts set machine_sentences = $2 where id = $1",
    ),
    ("select id, doubts from drafts where ticket_id = $1", "update drafts set doubts = $2 where id = $1"),
    ("select id, value from suggestions where ticket_id = $1", "update suggestions set value = $2 where id = $1"),
    ("select id, value from diagnoses where ticket_id = $1", "update diagnoses set value = $2 where id = $1"),
    ("select id, because from suggestions where ticket_id = $1", "update suggestions set because = $2 where id = $1"),
];

/// Texts of its messages.
const MESSAGES: &[(&str, &str)] = &[
    ("select id, subject from messages where ticket_id = $1", "update messages set subject = $2 where id = $1"),
    ("select id, text from messages where ticket_id = $1", "update messages set text = $2 where id = $1"),
    ("select id, latest from messages where ticket_id = $1", "update messages set latest = $2 where id = $1"),
    (
        "select id, quoted from messages where ticket_id = $1 and quoted is not null",
        "update messages set quoted = $2 where id = $1",
    ),
];

/// Gives the text without the words; none where it does not stand there.
pub type Without<'a> = dyn Fn(&str) -> Option<String> + Send + Sync + 'a;

/// Words to be taken out.
#[derive(Clone, Copy)]
pub struct Scrub<'a> {
    /// Out of what people wrote.
    pub whole: &'a Without<'a>,
    /// Out of what a machine made of it, where its words may stand one by one.
    pub pieces: &'a Without<'a>,
}

/// What was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Texts that lost it.
    pub places: i64,
    /// Whether a letter that a person approved held it, or a page that shows one.
    pub letters: bool,
}

impl Conn {
    /// A file's ticket.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn ticket_of_attachment(&mut self, grant: &Grant, id: AttachmentId) -> Result<TicketId, StoreError> {
        let row = self
            .one(
                concat!("select t.id from attachments a join messages m on m.id = a.message_id join tickets t on t.id = m.ticket_id
                 where ", queue_visible!("t.queue", "$1"), " and a.id = $2"),
                params![grant.queues(), id],
            )
            .await?;
        row.columns().take()
    }
}

impl Tx {
    /// Takes words out of every text of a ticket, and of those its letters went to or came from. `vectors` are the cache keys
    /// of texts that held it.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn scrub(
        &mut self,
        ticket: TicketId,
        scrub: Scrub<'_>,
        vectors: &[Digest],
    ) -> Result<Scrubbed, StoreError> {
        let family = self.relatives(ticket).await?;
        let mut done = Scrubbed::default();
        for one in &family {
            self.scrub_written(*one, scrub.whole, &mut done).await?;
        }
        if done.places == 0 {
            return Ok(done);
        }
        for one in &family {
            for statements in DERIVED {
                self.scrub_texts(*one, *statements, scrub.pieces).await?;
            }
            self.forget_beside(*one, scrub.whole, vectors).await?;
        }
        Ok(done)
    }

    /// What people wrote, and what stands for it in lists.
    async fn scrub_written(
        &mut self,
        ticket: TicketId,
        without: &Without<'_>,
        done: &mut Scrubbed,
    ) -> Result<(), StoreError> {
        let mut touched = Vec::new();
        for statements in MESSAGES {
            touched.extend(self.scrub_texts(ticket, *statements, without).await?);
        }
        done.places += i64::try_from(touched.len()).unwrap_or(i64::MAX);
        touched.sort_unstable();
        touched.dedup();
        for message in &touched {
            done.letters |= self.scrub_message(message, without).await?;
        }
        for statements in TEXTS {
            done.places +=
                i64::try_from(self.scrub_texts(ticket, *statements, without).await?.len()).unwrap_or(i64::MAX);
        }
        done.places += self.scrub_drafts(ticket, without, &mut done.letters).await?;
        done.places += self.scrub_ticket(ticket, without).await?;
        Ok(())
    }

    async fn scrub_texts(
        &mut self,
        ticket: TicketId,
        (read, write): (&'static str, &'static str),
        without: &Without<'_>,
    ) -> Result<Vec<String>, StoreError> {
        let mut touched = Vec::new();
        for row in self.rows(read, params![ticket]).await? {
            let mut c = row.columns();
            let (id, text): (String, String) = (c.take()?, c.take()?);
            if let Some(text) = without(&text) {
                self.execute(write, params![id.clone(), text]).await?;
                touched.push(id);
            }
        }
        Ok(touched)
    }

    /// HTML that holds it between its marks is dropped, and the raw mail with it. Says whether it was a letter of ours.
    async fn scrub_message(&mut self, message: &str, without: &Without<'_>) -> Result<bool, StoreError> {
        let row = self.one("select html, direction from messages where id = $1", params![message]).await?;
        let mut c = row.columns();
        let (html, direction): (Option<String>, String) = (c.take()?, c.take()?);
        if let Some(html) = html {
            self.execute("update messages set html = $2 where id = $1", params![message, without(&html)]).await?;
        }
        self.forget_raw(message).await?;
        Ok(direction == "outbound")
    }

    async fn forget_raw(&mut self, message: &str) -> Result<(), StoreError> {
        let found = self
            .maybe(
                "select l.id, l.blob from messages m join mails l on l.id = m.mail_id where m.id = $1",
                params![message],
            )
            .await?;
        let Some(row) = found else { return Ok(()) };
        let mut c = row.columns();
        let (mail, blob): (MailId, String) = (c.take()?, c.take()?);
        // One mail of a mailbox is one digest: each removed mail keeps bytes of its own.
        let left = self.put_blob(format!("{RAW_REMOVED}{mail}\r\n").as_bytes()).await?;
        self.execute("update mails set blob = $2 where id = $1", params![mail, left.to_string()]).await?;
        self.forget_blob(&blob).await
    }

    async fn forget_blob(&mut self, blob: &str) -> Result<(), StoreError> {
        self.execute(
            "delete from blobs where digest = $1 and not exists (select 1 from mails where blob = $1) and not exists (select 1 from attachments where blob = $1)",
            params![blob],
        )
        .await?;
        Ok(())
    }

    /// A draft that changes is another revision, so that no page that showed the old one can be approved.
    async fn scrub_drafts(
        &mut self,
        ticket: TicketId,
        without: &Without<'_>,
        letters: &mut bool,
    ) -> Result<i64, StoreError> {
        let texts = (
            "select id, body from drafts where ticket_id = $1",
            "update drafts set body = $2, revision = revision + 1 where id = $1",
        );
        let touched = self.scrub_texts(ticket, texts, without).await?;
        *letters |= !touched.is_empty();
        Ok(i64::try_from(touched.len()).unwrap_or(i64::MAX))
    }

    async fn scrub_ticket(&mut self, ticket: TicketId, without: &Without<'_>) -> Result<i64, StoreError> {
        let row = self.one("select subject, excerpt from tickets where id = $1", params![ticket]).await?;
        let mut c = row.columns();
        let (subject, excerpt): (String, String) = (c.take()?, c.take()?);
        let (new_subject, new_excerpt) = (without(&subject), without(&excerpt));
        let places = i64::from(new_subject.is_some()) + i64::from(new_excerpt.is_some());
        let (subject, excerpt) = (new_subject.unwrap_or(subject), new_excerpt.unwrap_or(excerpt));
        let now = self.now();
        self.execute(
            "update tickets set subject = $2, folded_subject = $3, excerpt = $4, folded_excerpt = $5, revision = revision + 1, updated_at = $6 where id = $1",
            params![ticket, subject.clone(), folded(&subject), excerpt.clone(), folded(&excerpt), now],
        )
        .await?;
        Ok(places)
    }

    /// Kept answers, searches, vectors, and what models were given: the table behind its placeholders holds the words themselves.
    async fn forget_beside(
        &mut self,
        ticket: TicketId,
        without: &Without<'_>,
        vectors: &[Digest],
    ) -> Result<(), StoreError> {
        let none: Vec<u8> = Vec::new();
        self.execute(
            "update exchanges set request = $2, response = null, placeholders = null where ticket_id = $1",
            params![ticket, none],
        )
        .await?;
        self.forget_shadows(ticket).await?;
        let mentions = format!("%{ticket}%");
        self.execute("delete from idempotency where response like $1", params![mentions]).await?;
        for row in self.rows("select id, words from searches", params![]).await? {
            let mut c = row.columns();
            let (id, words): (String, String) = (c.take()?, c.take()?);
            if without(&words).is_some() {
                self.execute("delete from searches where id = $1", params![id]).await?;
            }
        }
        for digest in vectors {
            self.execute("delete from vectors where digest = $1", params![digest.to_string()]).await?;
        }
        Ok(())
    }

    /// Takes a file out: its name, its bytes, and the mail it came in.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn remove_attachment(&mut self, id: AttachmentId, message: MessageId) -> Result<(), StoreError> {
        let row = self.one("select blob from attachments where id = $1", params![id]).await?;
        let blob: String = row.columns().take()?;
        let left = self.put_blob(FILE_REMOVED.as_bytes()).await?;
        self.execute(
            "update attachments set name = 'removed.txt', media_type = 'text/plain', size = $2, blob = $3 where id = $1",
            params![id, i64::try_from(FILE_REMOVED.len()).unwrap_or(0), left.to_string()],
        )
        .await?;
        self.forget_blob(&blob).await?;
        self.forget_raw(&message.to_string()).await
    }
}
