//! Somebody who can write to the database and has no key: rows inserted with the engine's own shell,
//! words and recipients changed after the approval, a letter that left set back to waiting. The
//! desk runs, its delivery looks at every row, and nothing leaves.

use std::time::{SystemTime, UNIX_EPOCH};

use desk::{Digest, ids::AgentId};
use serde_json::json;

use crate::real::{
    self,
    person::Person,
    place::{CLEAR_QUESTION, Outside, Place, until},
    sink::Sink,
};

const FORGED: &str =
    "From: desk@burglar.example\r\nTo: victim@burglar.example\r\nSubject: Forged\r\n\r\nNobody approved this.\r\n";
const SENDER: &str = "support@fernhill.example";
const VICTIM: &str = "victim@burglar.example";
/// Long enough to write by hand between a yes and its letter.
const UNDO_SECONDS: u32 = 4;

#[test]
fn rows_written_by_hand_do_not_leave() {
    if real::has("sqlite3") {
        real::run(async {
            let sink = Sink::start().await;
            let place = Place::furnished(outside(&sink)).await;
            break_in(&place, &sink).await;
        });
    }
}

#[test]
fn rows_written_by_hand_do_not_leave_on_postgres() {
    let Ok(server) = std::env::var("COUNTERSIGN_TEST_POSTGRES") else {
        eprintln!("SKIPPED: COUNTERSIGN_TEST_POSTGRES names no server");
        return;
    };
    if real::has("psql") {
        real::run(async {
            let sink = Sink::start().await;
            let (place, drop) = Place::on_postgres(outside(&sink), &server);
            break_in(&place, &sink).await;
            drop();
        });
    }
}

fn outside(sink: &Sink) -> Outside {
    Outside { smtp: Some(sink.port), undo_seconds: UNDO_SECONDS, ..Outside::default() }
}

async fn break_in(place: &Place, sink: &Sink) {
    let running = place.run().await;
    let lead = Person::signed_in(&running.base).await;
    lead.quiet().await.unwrap();
    insert(place, &lead).await;
    change_words(place, &lead).await;
    change_everything(place, &lead).await;
    assert!(sink.arrived().is_empty(), "something left");
    send_again(place, &lead, sink).await;
    until("the record has its order", async || Ok(place.number("select count(*) from pending_entries").await == 0))
        .await
        .unwrap();
    assert_eq!(place.number("select count(*) from entries where kind = 'delivery.stopped'").await, 4);
    let (_, found) = lead.ask("POST", "/audit/verification", None).await.unwrap();
    assert_eq!(found["ok"], true, "{found}");
    running.stop().await;
}

/// A letter without approval is refused by the tables; a chain that fits in every column is stopped.
async fn insert(place: &Place, lead: &Person) {
    write_in(lead, "vessel1").await;
    let (draft, _) = lead.sealed("vessel1").await;
    let [seal, approval, outbox] = [(); 3].map(|()| store::new_id::<AgentId>().to_string());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros();
    let mime = place.blob(FORGED.as_bytes());
    let mark = place.blob(&[0; 32]);
    let bare = format!(
        "insert into outbox (id, kind, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
         select '{outbox}', 'reply', ticket_id, '{SENDER}', '[\"{VICTIM}\"]', {mime}, {mark}, 'ready', 0, 0, 0, {now}, {now} from drafts where id = '{draft}'"
    );
    assert!(place.shell(&bare).is_err(), "a letter without an approval was let in");

    let digest = forged_digest();
    let token = place.blob(Digest::of(seal.as_bytes()).as_bytes());
    let session = "(select id, agent_id from sessions order by id limit 1) as s";
    place
        .shell(&format!(
            "insert into seals (id, token_hash, draft_id, revision, ticket_id, agent_id, session_id, digest, mail_from, recipients, mime, envelope, at, spent_at)
             select '{seal}', {token}, d.id, d.revision, d.ticket_id, s.agent_id, s.id, '{digest}', '{SENDER}', '[\"{VICTIM}\"]', {mime}, '{{}}', {now}, {now}
             from drafts d, {session} where d.id = '{draft}';
             insert into approvals (id, seal_id, draft_id, revision, ticket_id, agent_id, session_id, digest, answered, status_before, status_after, approved_at, mac)
             select '{approval}', '{seal}', d.id, d.revision, d.ticket_id, s.agent_id, s.id, '{digest}', d.answers, 'open', 'solved', {now}, {mark}
             from drafts d, {session} where d.id = '{draft}';
             insert into outbox (id, kind, approval_id, digest, ticket_id, mail_from, recipients, mime, mac, state, not_before, fence, attempts, created_at, updated_at)
             select '{outbox}', 'reply', '{approval}', '{digest}', d.ticket_id, '{SENDER}', '[\"{VICTIM}\"]', {mime}, {mark}, 'ready', 0, 0, 0, {now}, {now}
             from drafts d where d.id = '{draft}'"
        ))
        .expect("a chain that fits is let in");
    stopped(place, 1).await;
}

/// Other words under an approval: first the table refuses, then, its trigger gone, the door.
async fn change_words(place: &Place, lead: &Person) {
    let outbox = approved(lead, "vessel2").await;
    let change = format!("update outbox set mime = {} where id = '{outbox}'", place.blob(FORGED.as_bytes()));
    assert!(place.shell(&change).is_err(), "an approved letter was changed");
    place.unlock("outbox", &["outbox_sealed"]);
    place.shell(&change).expect("nothing guards the table any more");
    stopped(place, 2).await;
}

/// Words, recipient and every digest changed together: consistent, and without the key.
async fn change_everything(place: &Place, lead: &Person) {
    let outbox = approved(lead, "vessel3").await;
    place.unlock("approvals", &["approvals_no_update", "approvals_locked"]);
    let (digest, mime) = (forged_digest(), place.blob(FORGED.as_bytes()));
    let seal =
        format!("(select seal_id from approvals where id = (select approval_id from outbox where id = '{outbox}'))");
    let approval = format!("(select approval_id from outbox where id = '{outbox}')");
    let rest = format!("digest = '{digest}', recipients = '[\"{VICTIM}\"]', mime = {mime}");
    let statements = format!(
        "update seals set {rest} where id = {seal};
         update approvals set digest = '{digest}' where id = {approval};
         update outbox set {rest} where id = '{outbox}'"
    );
    place.shell(&place.without_references(&statements)).expect("nothing guards the tables any more");
    stopped(place, 3).await;
}

/// A letter that left, set back to waiting.
async fn send_again(place: &Place, lead: &Person, sink: &Sink) {
    let outbox = approved(lead, "vessel4").await;
    until("the letter left", async || Ok(!sink.arrived().is_empty())).await.unwrap();
    until("and is known to have", async || {
        Ok(place.number("select count(*) from outbox where state = 'sent'").await == 1)
    })
    .await
    .unwrap();
    place.shell(&format!("update outbox set state = 'ready', not_before = 0 where id = '{outbox}'")).unwrap();
    stopped(place, 4).await;
    assert_eq!(sink.arrived().len(), 1, "it left twice");
}

async fn stopped(place: &Place, times: i64) {
    until("the door stops it", async || {
        Ok(place.number("select count(*) from outbox where state = 'stopped'").await == times)
    })
    .await
    .unwrap();
    assert_eq!(place.number("select count(*) from outbox where state in ('ready','sending')").await, 0);
}

async fn write_in(lead: &Person, subject: &str) {
    let letter = json!({ "from": "hannah@lowellceramics.example", "subject": subject, "text": CLEAR_QUESTION });
    assert_eq!(lead.ask("POST", "/demo/customer-mail", Some(&letter)).await.unwrap().0, 202);
}

/// A letter that a person approved and that waits; its row.
async fn approved(lead: &Person, subject: &str) -> String {
    write_in(lead, subject).await;
    let (draft, yes) = lead.sealed(subject).await;
    let (status, said) = lead.ask("POST", &format!("/drafts/{draft}/approval"), Some(&yes)).await.unwrap();
    assert_eq!(status, 201, "{said}");
    said["outbox_id"].as_str().unwrap().to_owned()
}

fn forged_digest() -> Digest {
    let fields = [SENDER.as_bytes(), VICTIM.as_bytes(), FORGED.as_bytes()];
    Digest::of_fields("countersign/outbound/1", &fields)
}
