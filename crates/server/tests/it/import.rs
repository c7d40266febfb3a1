//! Mails from files: one bad mail takes no other down, the same mails twice change nothing, and an
//! import that was killed is repeated without a loss or a double.

use desk::audit::{AuditEvent, Service};
use server::{
    flow::{
        import_mail::{Import, Imported},
        receive_mail::Incoming,
    },
    jobs,
};
use store::{MailState, ServiceIdentity};

use crate::{
    harness::{SUPPORT, TestDesk, on_each},
    real::{
        self,
        place::{Outside, Place},
    },
};

/// What the system calls the end of a process that called `abort`.
const SIGABRT: i32 = 6;

fn raw(number: usize, from: &str, more: &str) -> Vec<u8> {
    format!(
        "From: <{from}>\r\nTo: <{SUPPORT}>\r\nSubject: Question {number}\r\nMessage-ID: <import-{number}@files.example>\r\n{more}\r\nWhere is invoice {number}?\r\n"
    )
    .into_bytes()
}

async fn import(desk: &TestDesk, mails: Vec<Incoming>) -> Imported {
    let mut import = Import::new(&desk.app);
    for mail in mails {
        import.add(mail).await.unwrap();
    }
    import.finish().await.unwrap()
}

async fn number(desk: &TestDesk, query: &'static str) -> i64 {
    let rows = desk.app.store.read().await.unwrap().rows(query, Vec::new()).await.unwrap();
    rows[0].columns().take().unwrap()
}

/// Rows that an import may add to: mails, tickets, messages, jobs, letters.
async fn rows(desk: &TestDesk) -> [i64; 5] {
    [
        number(desk, "select count(*) from mails").await,
        number(desk, "select count(*) from tickets").await,
        number(desk, "select count(*) from messages").await,
        number(desk, "select count(*) from jobs").await,
        number(desk, "select count(*) from outbox").await,
    ]
}

/// Two questions, a mail in our own name, one that the parser failed at, the first once more, and an
/// answer to the second.
fn mixed(desk: &TestDesk) -> Vec<Incoming> {
    let read = |raw| Incoming::new(&desk.app, raw);
    let unreadable = Incoming { raw: b"?".to_vec(), read: Err("this program could not read it".to_owned()) };
    vec![
        read(raw(1, "ana@kunde.example", "")),
        read(raw(2, SUPPORT, "")),
        unreadable,
        read(raw(3, "bo@kunde.example", "")),
        read(raw(1, "ana@kunde.example", "")),
        read(raw(4, "bo@kunde.example", "In-Reply-To: <import-3@files.example>\r\n")),
    ]
}

#[test]
fn what_cannot_be_read_is_set_aside_and_the_others_are_taken() {
    on_each(async |desk| {
        let done = import(desk, mixed(desk)).await;
        assert_eq!(done, Imported { taken: 5, repeated: 1, quarantined: 2, waiting: 0 });
        assert_eq!(rows(desk).await, [5, 2, 3, 2, 0], "two tickets, each to be sorted once; nothing leaves");
        let mut conn = desk.app.store.read().await.unwrap();
        let mut reasons = Vec::new();
        for mail in conn.mails_in(MailState::Quarantined, 10).await.unwrap() {
            let bytes = conn.blob(mail.blob).await.unwrap();
            reasons.push((mail.reason.unwrap(), bytes.len()));
        }
        reasons.sort();
        let own = raw(2, SUPPORT, "").len();
        let expected = [("it says that it comes from our own address", own), ("this program could not read it", 1)];
        assert_eq!(reasons, expected.map(|(why, size)| (why.to_owned(), size)));
        drop(conn);
        for (query, expected) in [
            ("select count(*) from entries where kind = 'mail.received'", 5),
            ("select count(*) from entries where kind = 'mail.accepted'", 3),
            ("select count(*) from entries where kind = 'mail.quarantined'", 2),
            ("select count(*) from entries where kind = 'mail.repeated'", 1),
            ("select count(*) from jobs where kind = 'triage' and state = 'waiting'", 2),
        ] {
            assert_eq!(number(desk, query).await, expected, "{query}");
        }
    });
}

#[test]
fn the_same_mails_twice_change_nothing() {
    on_each(async |desk| {
        import(desk, mixed(desk)).await;
        let before = rows(desk).await;
        let again = import(desk, mixed(desk)).await;
        assert_eq!(again, Imported { repeated: 6, ..Imported::default() });
        assert_eq!(rows(desk).await, before);
    });
}

async fn change_tables(desk: &TestDesk, statement: &'static str) {
    let mut tx = desk.app.store.begin(&ServiceIdentity::new(Service::CommandLine), desk.app.clock.now()).await.unwrap();
    tx.execute(statement, Vec::new()).await.unwrap();
    tx.commit(AuditEvent::DoorTried { door: "test".to_owned() }).await.unwrap();
}

#[test]
fn a_mail_the_database_refuses_is_kept_and_read_later_and_the_others_are_taken() {
    on_each(async |desk| {
        change_tables(desk, "create unique index no_double_subject on messages (subject)").await;
        let mails = [raw(1, "ana@kunde.example", ""), raw(1, "bo@kunde.example", ""), raw(2, "cy@kunde.example", "")];
        let done = import(desk, mails.map(|raw| Incoming::new(&desk.app, raw)).into()).await;
        assert_eq!(done, Imported { taken: 3, repeated: 0, quarantined: 0, waiting: 1 });
        assert_eq!(rows(desk).await, [3, 2, 2, 3, 0]);
        assert_eq!(number(desk, "select count(*) from mails where state = 'received'").await, 1);

        change_tables(desk, "drop index no_double_subject").await;
        while jobs::run_jobs_once(&desk.app).await.unwrap() > 0 {}
        assert_eq!(number(desk, "select count(*) from mails where state = 'accepted'").await, 3);
        assert_eq!(number(desk, "select count(*) from tickets").await, 3);
    });
}

#[test]
fn an_import_that_was_killed_is_repeated_without_a_loss_or_a_double() {
    const MAILS: i64 = 70;
    real::run(async {
        // Thirty-two mails share a transaction.
        for (point, safe) in [("import-before-commit:2", 32), ("import-committed:2", 64)] {
            let place = Place::bare(Outside::default(), None);
            let folder = tempfile::tempdir().unwrap();
            for n in 0..usize::try_from(MAILS).unwrap() {
                std::fs::write(folder.path().join(format!("{n:02}.eml")), raw(n, "ana@kunde.example", "")).unwrap();
            }
            let arguments =
                ["import", folder.path().to_str().unwrap(), "--data", "data", "--config", "desk.toml", "--json"];
            assert_eq!(place.command_dying_at(point, &arguments).await, Some(SIGABRT));
            assert_eq!(place.number("select count(*) from mails").await, safe, "{point}");

            let again = place.command(&arguments).await;
            let said: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
            assert_eq!(
                (said["taken"].as_i64(), said["repeated"].as_i64()),
                (Some(MAILS - safe), Some(safe)),
                "{point}"
            );
            for query in [
                "select count(*) from mails where state = 'accepted'",
                "select count(*) from tickets",
                "select count(*) from messages",
                "select count(distinct message_id) from messages",
                "select count(*) from jobs where kind = 'triage' and state = 'waiting'",
                "select count(*) from entries where kind = 'mail.received'",
                "select count(*) from entries where kind = 'mail.accepted'",
            ] {
                assert_eq!(place.number(query).await, MAILS, "{point}: {query}");
            }
        }
    });
}
