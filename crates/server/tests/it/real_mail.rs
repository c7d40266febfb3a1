//! The whole way with a real mail server on both sides: fetched from Dovecot, approved by a person
//! over HTTP, handed to Postfix, read from the customer's own mailbox.
//!
//! Each test has a mailbox of its own; customers are the demo's. One test at a time, because each
//! looks at every customer's mailbox: nothing may arrive there that nobody approved.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use serde_json::{Value, json};
use server::{
    App,
    app::World,
    clock::Clock,
    config::{Imap, Smtp},
    jobs::{self, JobsHandle},
};
use tokio::sync::Mutex;

use crate::demo_copy::{self, Person, fresh_id, raw};

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A question that articles of the demo answer.
const QUESTION: &str =
    "Hello,\n\nsince this morning our bank shows BANK-207 in Ledger. How do I renew the consent of the bank?\n\nThanks";

/// Where the real servers are.
#[derive(Clone)]
struct Servers {
    imap_host: String,
    imap_port: u16,
    imap_tls_port: u16,
    imap_password: String,
    ca: PathBuf,
    smtp_host: String,
    smtp_port: u16,
    maildirs: PathBuf,
}

impl Servers {
    /// From the environment; none, with a word about it, where there are none to be had.
    fn found() -> Option<Self> {
        let missing = std::cell::Cell::new(None);
        let get = |name: &'static str| {
            let value = std::env::var(name).ok().filter(|v| !v.is_empty());
            if value.is_none() {
                missing.set(Some(name));
            }
            value.unwrap_or_default()
        };
        let port = |name| get(name).parse().unwrap_or(0);
        let servers = Self {
            imap_host: get("COUNTERSIGN_TEST_IMAP_HOST"),
            imap_port: port("COUNTERSIGN_TEST_IMAP_PORT"),
            imap_tls_port: port("COUNTERSIGN_TEST_IMAP_TLS_PORT"),
            imap_password: get("COUNTERSIGN_TEST_IMAP_PASSWORD"),
            ca: get("COUNTERSIGN_TEST_IMAP_CA").into(),
            smtp_host: get("COUNTERSIGN_TEST_SMTP_HOST"),
            smtp_port: port("COUNTERSIGN_TEST_SMTP_PORT"),
            maildirs: get("COUNTERSIGN_TEST_MAILDIRS").into(),
        };
        let Some(name) = missing.get() else { return Some(servers) };
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{name} is not set, so mail servers are not tested");
        eprintln!("SKIPPED: {name} is not set; a real mail server is needed for this");
        None
    }

    /// Hands a mail to Postfix as a customer's program would.
    async fn send(&self, from: &str, to: &str, raw: &str) {
        let (servers, from, to, raw) = (self.clone(), from.to_owned(), to.to_owned(), raw.to_owned());
        tokio::task::spawn_blocking(move || servers.send_now(&from, &to, &raw)).await.unwrap();
    }

    fn send_now(&self, from: &str, to: &str, raw: &str) {
        let server = format!("{}:{}", self.smtp_host, self.smtp_port);
        let swaks = Command::new("swaks")
            .args(["--server", &server, "--from", from, "--to", to, "--data", "-", "--silent", "2"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        match swaks {
            Ok(mut child) => {
                child.stdin.take().unwrap().write_all(raw.replace("\r\n", "\n").as_bytes()).unwrap();
                let told = child.wait_with_output().unwrap();
                let words = [&told.stdout[..], &told.stderr[..]].concat();
                assert!(told.status.success(), "swaks could not send: {}", String::from_utf8_lossy(&words));
            }
            Err(_) => speak(&server, from, to, raw),
        }
    }

    fn maildir(&self, address: &str) -> PathBuf {
        let (local, domain) = address.split_once('@').unwrap();
        self.maildirs.join(domain).join(local).join("Maildir")
    }

    /// Every mail of an address, by its file.
    fn files(&self, address: &str) -> BTreeSet<PathBuf> {
        let list = |part: &str| std::fs::read_dir(self.maildir(address).join(part)).into_iter().flatten();
        list("new").chain(list("cur")).map(|entry| entry.unwrap().path()).collect()
    }

    /// Every mail of every customer of the demo.
    fn customers_mail(&self) -> BTreeSet<PathBuf> {
        std::fs::read_dir(&self.maildirs)
            .into_iter()
            .flatten()
            .map(|domain| domain.unwrap())
            .filter(|domain| !domain.file_name().to_string_lossy().ends_with("fernhill.example"))
            .flat_map(|domain| std::fs::read_dir(domain.path()).unwrap().map(|local| local.unwrap().path()))
            .flat_map(|local| {
                let list = |part: &str| std::fs::read_dir(local.join("Maildir").join(part)).into_iter().flatten();
                list("new").chain(list("cur")).map(|mail| mail.unwrap().path()).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// The same conversation without swaks.
fn speak(server: &str, from: &str, to: &str, raw: &str) {
    let mut stream = std::net::TcpStream::connect(server).unwrap();
    let mut buffer = [0_u8; 1024];
    let mut heard = move |stream: &mut std::net::TcpStream, expected: &str| {
        let size = stream.read(&mut buffer).unwrap();
        let said = String::from_utf8_lossy(&buffer[..size]).into_owned();
        assert!(said.starts_with(expected), "{said}");
    };
    heard(&mut stream, "220");
    let steps = [
        ("HELO customer.example\r\n".to_owned(), "250"),
        (format!("MAIL FROM:<{from}>\r\n"), "250"),
        (format!("RCPT TO:<{to}>\r\n"), "250"),
        ("DATA\r\n".to_owned(), "354"),
        (format!("{}\r\n.\r\n", raw.trim_end().replace("\r\n.", "\r\n..")), "250"),
    ];
    for (line, expected) in steps {
        stream.write_all(line.as_bytes()).unwrap();
        heard(&mut stream, expected);
    }
}

/// How the desk reaches its mailbox.
#[derive(Debug, Clone, Copy)]
enum Way {
    Plaintext,
    Tls,
}

/// A desk between the real servers.
struct MailDesk {
    servers: Servers,
    way: Way,
    address: String,
    folder: tempfile::TempDir,
}

/// It, while it runs.
struct Running {
    app: Arc<App>,
    jobs: JobsHandle,
    person: Person,
}

impl MailDesk {
    async fn new(servers: Servers, way: Way) -> Self {
        let id: desk::ids::AgentId = store::new_id();
        let address = format!("support@d{}.fernhill.example", id.to_string().replace('-', ""));
        Self { servers, way, address, folder: demo_copy::copy().await }
    }

    async fn start(&self) -> Running {
        let servers = &self.servers;
        let mut config = demo_copy::config(self.folder.path());
        config.mail.address.clone_from(&self.address);
        config.desk.undo_seconds = 1;
        let (port, tls, ca_file) = match self.way {
            Way::Plaintext => (servers.imap_port, "plaintext", None),
            Way::Tls => (servers.imap_tls_port, "implicit", Some(servers.ca.clone())),
        };
        config.mail.imap = Some(Imap {
            host: servers.imap_host.clone(),
            port,
            tls: tls.to_owned(),
            user: self.address.clone(),
            password: servers.imap_password.clone(),
            folder: "INBOX".to_owned(),
            ca_file,
        });
        config.mail.smtp = Some(Smtp {
            host: servers.smtp_host.clone(),
            port: servers.smtp_port,
            tls: "plaintext".to_owned(),
            ca_file: None,
            user: None,
            password: String::new(),
        });
        config.check().unwrap();
        let app = App::open_with(config, World::Demo, Clock::default(), None).await.unwrap();
        let jobs = jobs::spawn(Arc::clone(&app));
        let person = Person::at(&app).await;
        Running { app, jobs, person }
    }

    /// A customer writes; returns the mail's Message-ID.
    async fn customer(&self, from: &str, subject: &str, text: &str, more: &str) -> String {
        let id = fresh_id();
        let more = format!("Message-ID: <{id}>\r\n{more}");
        self.servers.send(from, &self.address, &raw(from, &self.address, subject, text, &more)).await;
        id
    }

    fn seen(&self) -> (usize, usize) {
        let all = self.servers.files(&self.address);
        let flags =
            |path: &PathBuf| path.to_string_lossy().rsplit_once(":2,").map(|(_, f)| f.to_owned()).unwrap_or_default();
        (all.iter().filter(|p| flags(p).contains('S')).count(), all.len())
    }

    async fn until_seen(&self, expected: (usize, usize)) {
        for _ in 0..200 {
            if self.seen() == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(self.seen(), expected, "mails marked as seen, of all");
    }
}

impl Running {
    async fn stop(self) {
        self.jobs.stop().await;
        drop(self.person);
        self.app.store.close().await;
    }

    /// How many tickets and quarantined mails there are.
    async fn counts(&self) -> (usize, usize) {
        let mut all = 0;
        let mut cursor = String::new();
        loop {
            let page = self.person.get(&format!("/tickets?view=all&limit=100&cursor={cursor}")).await;
            all += page["items"].as_array().unwrap().len();
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        (all, self.person.get("/quarantine").await["items"].as_array().unwrap().len())
    }
}

fn on_real<F>(ways: &[Way], test: F)
where
    F: AsyncFn(&MailDesk),
{
    let Some(servers) = Servers::found() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let _alone = ONE_AT_A_TIME.lock().await;
        for way in ways {
            let desk = MailDesk::new(servers.clone(), *way).await;
            test(&desk).await;
        }
    });
}

fn has_draft(page: &Value) -> bool {
    page["answer"]["draft"]["state"] == "open" && !page["understanding"].is_null()
}

fn draft_id(page: &Value) -> String {
    page["answer"]["draft"]["id"].as_str().unwrap().to_owned()
}

fn header(parsed: &[(String, String)], name: &str) -> Vec<String> {
    parsed.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.clone()).collect()
}

/// Headers, unfolded, of raw bytes.
fn headers(raw: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8(raw.to_vec()).unwrap().replace("\r\n", "\n");
    let (head, _) = text.split_once("\n\n").unwrap();
    let unfolded = head.replace("\n ", " ").replace("\n\t", " ");
    unfolded.lines().filter_map(|l| l.split_once(':')).map(|(n, v)| (n.to_owned(), v.trim().to_owned())).collect()
}

fn check_letter(path: &Path, sealed: &Value, desk: &MailDesk, asked: &str, number: &Value, customer: &str) -> String {
    let bytes = std::fs::read(path).unwrap();
    let found = headers(&bytes);
    let one = |name: &str| {
        let all = header(&found, name);
        assert_eq!(all.len(), 1, "{name} in {found:?}");
        all[0].clone()
    };
    let host = desk.address.split_once('@').unwrap().1;
    assert_eq!(one("In-Reply-To"), format!("<{asked}>"));
    assert_eq!(one("References"), format!("<{asked}>"));
    assert!(one("Message-ID").ends_with(&format!("{host}>")), "{}", one("Message-ID"));
    assert_eq!(one("List-Id"), format!("Ticket {number} <ticket-{number}.{host}>"));
    assert_eq!(one("X-Loop"), desk.address);
    assert_eq!(one("AI-Assisted"), sealed["ai"]["header"].as_str().unwrap());
    assert_eq!(one("To"), customer);
    assert!(one("From").ends_with(&format!("<{}>", desk.address)));
    assert!(header(&found, "Auto-Submitted").is_empty() && header(&found, "Bcc").is_empty());
    let parsed = connect::mail::parse(&bytes, &connect::mail::Settings::default());
    assert_eq!(parsed.text.trim_end(), sealed["body"].as_str().unwrap().trim_end(), "the body is what the page showed");
    assert_eq!(parsed.subject, sealed["subject"].as_str().unwrap());
    assert!(parsed.date.is_some() && parsed.attachments.is_empty() && parsed.html.is_none());
    one("Message-ID")
}

#[test]
fn a_letter_goes_the_whole_way_and_back() {
    on_real(&[Way::Plaintext, Way::Tls], async |desk| {
        let running = desk.start().await;
        let person = &running.person;
        let customer = "marcus.thiele@briefkasten.example";
        let before = desk.servers.customers_mail();
        let subject = format!("Bank consent {}", &fresh_id()[24..36]);
        let asked = desk.customer(customer, &subject, QUESTION, "").await;
        let page = person.wait_for(customer, &subject, has_draft).await;
        assert_eq!(page["answer"]["draft"]["origin"], "assembled");
        desk.until_seen((1, 1)).await;
        assert_eq!(desk.servers.customers_mail(), before, "nothing leaves before a yes");

        let draft = draft_id(&page);
        let sealed = person.seal(&draft).await;
        let (status, approved) = person.approve(&draft, &sealed).await;
        assert_eq!(status, 201, "{approved}");
        let is_sent = |p: &Value| p["messages"].as_array().unwrap().iter().any(|m| m["delivery"] == "sent");
        person.wait_for(customer, &subject, is_sent).await;
        let letter = arrived(desk, &before).await;
        assert!(letter.starts_with(desk.servers.maildir(customer)), "{letter:?}");
        let ours = check_letter(&letter, &sealed, desk, &asked, &page["number"], customer);

        // A reply is sealed, then the customer writes again: the sealed page is of yesterday's world.
        let ticket = page["id"].as_str().unwrap();
        let second = person.write(ticket, "Hello Marcus,\n\none more thing: please look at the status page.").await;
        let sealed = person.seal(&second).await;
        let pointing = format!("In-Reply-To: {ours}\r\nReferences: <{asked}> {ours}\r\n");
        desk.customer(customer, &format!("Re: {subject}"), "It works again, many thanks!", &pointing).await;
        let inbound =
            |p: &Value| p["messages"].as_array().unwrap().iter().filter(|m| m["direction"] == "inbound").count();
        let joined = person.wait_for(customer, &subject, |p| inbound(p) == 2).await;
        assert_eq!((&joined["number"], &joined["subject"]), (&page["number"], &page["subject"]), "it keeps its name");
        let (status, refused) = person.approve(&second, &sealed).await;
        assert!(matches!(status, 409 | 412), "{status}: {refused}");
        tokio::time::sleep(Duration::from_secs(3)).await;
        let after: Vec<_> = desk.servers.customers_mail().difference(&before).cloned().collect();
        assert_eq!(after, [letter], "nothing else ever left");
        running.stop().await;
    });
}

/// The one mail that was not there before.
async fn arrived(desk: &MailDesk, before: &BTreeSet<PathBuf>) -> PathBuf {
    for _ in 0..100 {
        let now: Vec<_> = desk.servers.customers_mail().difference(before).cloned().collect();
        if let [one] = now.as_slice() {
            return one.clone();
        }
        assert!(now.is_empty(), "{now:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("no mail arrived");
}

#[test]
fn every_mail_becomes_one_ticket_across_restarts_and_renumbering() {
    on_real(&[Way::Plaintext, Way::Tls], async |desk| {
        let customer = "yara@haddadtranslations.example";
        let running = desk.start().await;
        let before = running.counts().await;
        let mut expected = before;
        for n in 0..3 {
            desk.customer(customer, &format!("Question {n}"), QUESTION, "").await;
            running.person.wait_for(customer, &format!("Question {n}"), has_draft).await;
            expected.0 += 1;
        }
        desk.until_seen((3, 3)).await;
        assert_eq!(running.counts().await, expected);
        running.stop().await;

        desk.customer(customer, "While nobody looked", QUESTION, "").await;
        for _ in 0..50 {
            if desk.seen().1 == 4 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(desk.seen(), (3, 4), "what is not safe here is not seen");
        let running = desk.start().await;
        running.person.wait_for(customer, "While nobody looked", has_draft).await;
        expected.0 += 1;
        desk.until_seen((4, 4)).await;
        assert_eq!(running.counts().await, expected, "the cursor survived");
        let cursor = validity(&running).await;
        running.stop().await;

        renumber(&desk.servers.maildir(&desk.address)).await;
        let running = desk.start().await;
        desk.customer(customer, "After the renumbering", QUESTION, "").await;
        running.person.wait_for(customer, "After the renumbering", has_draft).await;
        expected.0 += 1;
        desk.until_seen((5, 5)).await;
        assert_ne!(validity(&running).await, cursor, "the folder was renumbered");
        assert_eq!(running.counts().await, expected, "known mails are recognised by their bytes");
        running.stop().await;
    });
}

async fn validity(running: &Running) -> Option<i64> {
    let address = running.app.config.mail.address.to_lowercase();
    let all = running.app.store.read().await.unwrap().mailboxes().await.unwrap();
    all.into_iter().find(|m| m.address == address).unwrap().uid_validity
}

/// The server forgets its numbers: all mails are the same and every UID is another.
async fn renumber(maildir: &Path) {
    // The new UIDVALIDITY is the time in seconds.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    for entry in std::fs::read_dir(maildir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name().to_string_lossy().starts_with("dovecot") {
            std::fs::remove_file(entry.path()).unwrap();
        }
    }
}

#[test]
fn one_mail_that_is_no_mail_stops_no_other() {
    on_real(&[Way::Plaintext], async |desk| {
        let customer = "devon@castellano-photo.example";
        let running = desk.start().await;
        let before = running.counts().await;
        desk.customer(customer, "Mail 0", QUESTION, "").await;
        running.person.wait_for(customer, "Mail 0", |_| true).await;
        for n in 1..20 {
            if n == 7 {
                let broken: Vec<u8> = (0..4000_u32).map(|b| u8::try_from(b * 7 % 256).unwrap()).collect();
                std::fs::write(desk.servers.maildir(&desk.address).join("new/1.broken.mail"), broken).unwrap();
            } else {
                desk.customer(customer, &format!("Mail {n}"), "Where is my invoice?", "").await;
            }
        }
        running.person.wait_for(customer, "Mail 19", |_| true).await;
        desk.until_seen((20, 20)).await;
        for _ in 0..100 {
            let now = running.counts().await;
            if now.0 + now.1 == before.0 + before.1 + 20 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let now = running.counts().await;
        assert_eq!(now.0 + now.1, before.0 + before.1 + 20, "each is a ticket or visibly set aside");
        assert_eq!(
            running
                .person
                .tickets_of(customer)
                .await
                .iter()
                .filter(|t| t["subject"].as_str().unwrap().starts_with("Mail "))
                .count(),
            19
        );
        running.stop().await;
    });
}

#[test]
fn a_no_and_a_not_now_of_the_mail_server_are_shown() {
    on_real(&[Way::Plaintext], async |desk| {
        let running = desk.start().await;
        let before = desk.servers.customers_mail();
        let person = &running.person;
        let cases = [
            ("refuse@briefkasten.example", "open", "refused"),
            ("later@briefkasten.example", "approved", "not_now_server"),
        ];
        for (customer, draft_after, why) in cases {
            desk.customer(customer, "Is it you?", QUESTION, "").await;
            let page = person.wait_for(customer, "Is it you?", has_draft).await;
            let draft = draft_id(&page);
            let sealed = person.seal(&draft).await;
            let (status, approved) = person.approve(&draft, &sealed).await;
            assert_eq!(status, 201, "{approved}");
            let page = person.wait_for(customer, "Is it you?", |p| failures(p).count() == 1).await;
            let reason = failures(&page).all(|l| l["text"].as_str().unwrap().contains(why));
            assert!(reason, "{}", page["trail"]);
            assert!(!page["messages"].as_array().unwrap().iter().any(|m| m["delivery"] == "sent"), "{page}");
            let shown = &page["answer"]["draft"];
            assert_eq!(
                (&shown["id"], &shown["state"]),
                (&json!(draft), &json!(draft_after)),
                "a no gives the text back"
            );
            if draft_after == "approved" {
                assert_eq!(shown["approval"]["state"], "ready", "it is tried again later: {shown}");
            }
        }
        assert_eq!(desk.servers.customers_mail(), before);
        running.stop().await;
    });
}

fn failures(page: &Value) -> impl Iterator<Item = &Value> {
    page["trail"].as_array().unwrap().iter().filter(|l| l["kind"] == "delivery.failed")
}
