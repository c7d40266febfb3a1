//! A data folder, and the processes that run on it one after the other.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use store::{Store, raw::Row};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::OnceCell,
    time::{Instant, sleep, timeout},
};

use super::person::{Gone, Person};

/// A question that the demo sorts without doubt by words alone and answers from one article.
pub const CLEAR_QUESTION: &str = "Hi there, we registered for VAT this month, so the VAT number on your invoices to us is out of date. Where do I change the VAT number of our company?";

const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");
/// Longest wait for anything a process should do, on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A demo desk with every letter prepared and a lead signed in, made once and copied for each use.
static TEMPLATE: OnceCell<PathBuf> = OnceCell::const_new();

/// Where a desk lives.
pub struct Place {
    folder: TempDir,
    database: Option<String>,
}

/// What there is outside the desk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside {
    /// Port of a mailbox.
    pub imap: Option<u16>,
    /// Port of a mail server.
    pub smtp: Option<u16>,
    /// How long an approval can be undone, and so waits.
    pub undo_seconds: u32,
}

/// A desk that runs.
pub struct Running {
    child: Child,
    pub base: String,
}

impl Place {
    /// A copy of the template, between these.
    pub async fn furnished(outside: Outside) -> Self {
        let template = TEMPLATE.get_or_init(template).await;
        let place = Self::bare(outside, None);
        copy(template, place.folder.path()).unwrap();
        place.configure(outside);
        place
    }

    /// Nothing yet; the first start lays out the demo.
    pub fn bare(outside: Outside, database: Option<String>) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), database };
        place.configure(outside);
        place
    }

    fn configure(&self, outside: Outside) {
        let mut text = format!("[desk]\nundo_seconds = {}\n[embedding]\nfolder = 'no-weights'\n", outside.undo_seconds);
        if let Some(port) = outside.imap {
            text += &format!(
                "[mail.imap]\nhost = '127.0.0.1'\nport = {port}\ntls = 'plaintext'\nuser = 'desk'\npassword = 'pw'\n"
            );
        }
        if let Some(port) = outside.smtp {
            text += &format!("[mail.smtp]\nhost = '127.0.0.1'\nport = {port}\ntls = 'plaintext'\n");
        }
        fs::write(self.folder.path().join("desk.toml"), text).unwrap();
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self) -> Command {
        let mut program = Command::new(PROGRAM);
        for name in ["COUNTERSIGN_DATABASE", "COUNTERSIGN_CONFIG", "COUNTERSIGN_DATA", "COUNTERSIGN_CRASH_AT"] {
            program.env_remove(name);
        }
        if let Some(database) = &self.database {
            program.env("COUNTERSIGN_DATABASE", database);
        }
        program.current_dir(self.folder.path()).stdin(Stdio::null()).kill_on_drop(true);
        program
    }

    /// Starts the desk; with a crash point, it may be gone before it serves.
    pub async fn start(&self, crash_at: Option<&str>) -> Result<Running, Option<i32>> {
        let log = fs::File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let mut program = self.program();
        program.args(["demo", "--data", "data", "--listen", "127.0.0.1:0", "--config", "desk.toml"]);
        program.stdout(Stdio::piped()).stderr(log);
        if let Some(point) = crash_at {
            program.env("COUNTERSIGN_CRASH_AT", point);
        }
        let mut child = program.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = timeout(PATIENCE, async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some(at) = line.find("http://") {
                    return Some(line[at..].trim().to_owned());
                }
            }
            None
        });
        match said.await.expect("the desk starts in time") {
            Some(base) => {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                Ok(Running { child, base })
            }
            None => Err(signal(&mut child).await),
        }
    }

    /// Starts a desk that has to come up.
    pub async fn run(&self) -> Running {
        match self.start(None).await {
            Ok(running) => running,
            Err(signal) => panic!("the desk did not start ({signal:?}): {}", self.log()),
        }
    }

    /// Runs another command on this desk's folder.
    pub async fn command(&self, arguments: &[&str]) -> Output {
        timeout(PATIENCE, self.program().args(arguments).output()).await.unwrap().unwrap()
    }

    /// The same, to be killed at a crash point; says by which signal it ended.
    pub async fn command_dying_at(&self, point: &str, arguments: &[&str]) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt as _;
        let mut program = self.program();
        program.args(arguments).env("COUNTERSIGN_CRASH_AT", point);
        timeout(PATIENCE, program.output()).await.unwrap().unwrap().status.signal()
    }

    /// What the processes said to their operator.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The lead who signed in when the template was made; sessions outlive processes.
    pub fn lead(&self, running: &Running) -> Person {
        Person::with_cookie(&running.base, &fs::read_to_string(self.folder.path().join("cookie")).unwrap())
    }

    /// The database's address.
    pub fn database(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite:{}", self.data().join("desk.db").display()))
    }

    /// Reads rows beside a running desk.
    pub async fn rows(&self, query: &'static str) -> Vec<Row> {
        let store = Store::open(&self.database()).await.unwrap();
        let rows = store.read().await.unwrap().rows(query, Vec::new()).await.unwrap();
        store.close().await;
        rows
    }

    /// The one number a query answers with.
    pub async fn number(&self, query: &'static str) -> i64 {
        self.rows(query).await[0].columns().take().unwrap()
    }
}

impl Running {
    /// Waits for the process to end by itself and says by which signal.
    pub async fn signal(&mut self) -> Option<i32> {
        signal(&mut self.child).await
    }

    /// kill -9.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop and waits.
    pub async fn stop(mut self) {
        let id = self.child.id().unwrap().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        assert!(told.success());
        let ended = timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(ended.success(), "{ended}");
    }
}

async fn signal(child: &mut Child) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    timeout(PATIENCE, child.wait()).await.expect("the process ends").unwrap().signal()
}

async fn template() -> PathBuf {
    let place = Place::bare(Outside::default(), None);
    let running = place.run().await;
    let lead = Person::signed_in(&running.base).await;
    lead.quiet().await.unwrap();
    fs::write(place.folder.path().join("cookie"), lead.cookie()).unwrap();
    running.stop().await;
    // Statics are never dropped: a fixed name in the build folder is overwritten, where a temporary one would stay.
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-template");
    let _ = fs::remove_dir_all(&kept);
    fs::create_dir_all(&kept).unwrap();
    copy(place.folder.path(), &kept).unwrap();
    kept
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Asks again until the answer is yes, within [`PATIENCE`].
pub async fn until<F>(what: &str, mut asked: F) -> Result<(), Gone>
where
    F: AsyncFnMut() -> Result<bool, Gone>,
{
    let end = Instant::now() + PATIENCE;
    while !asked().await? {
        assert!(Instant::now() < end, "waited in vain: {what}");
        sleep(Duration::from_millis(40)).await;
    }
    Ok(())
}
