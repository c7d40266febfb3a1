//! Brings failures and eval cases into the same clusters, within each queue and category, and holds what came of it. Reads only; who opted out
//! is left out. What a demo made up counts along and says so.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, RwLock},
};

use desk::{
    Timestamp,
    audit::Service,
    coverage::{self, Covering, Failed, Signal},
    eval::{self, Asked, Case},
    failure::Failure,
    ids::{EvalCaseId, TicketId},
};
use search::Said;
use store::{EvalCase, EvalCaseState, Generated, GeneratedKind, Grant, Purpose, Request, Scope, Sign};

use crate::{
    App, FlowError,
    flow::{
        failure_clusters::{Places, clusters},
        find_patterns::{by_meaning, name_parts},
    },
    library::{compute, meaning_of},
    triager::may_learn_from,
};

/// Weeks of the course, and those before it that its first one still counts.
pub const WEEKS: i64 = 26;
/// Most requests looked at, newest first.
const REQUESTS_MAX: i64 = 20_000;
/// Seconds a count is good for, however much was written since.
const FRESH_SECONDS: i64 = 120;
/// Words in a name.
const WORDS: usize = 4;

/// A failure as held.
#[derive(Debug, Clone)]
pub struct FailedTicket {
    /// Its cluster and time.
    pub failed: Failed,
    /// Its queue.
    pub queue: String,
    /// Its ticket; none for what was made up.
    pub ticket: Option<TicketId>,
    /// Its subject where it was made up; a ticket's is asked when it is shown.
    pub subject: String,
    /// What showed it first.
    pub signal: Signal,
    /// What was wrong, as a person said or as its sign tells.
    pub failure: Failure,
}

/// A case as held.
#[derive(Debug, Clone)]
pub struct CoveringCase {
    /// Its cluster and time.
    pub covering: Covering,
    /// Its queue.
    pub queue: String,
    /// Itself; none for what was made up.
    pub case: Option<EvalCaseId>,
    /// Its title.
    pub title: String,
}

/// One count over everything.
#[derive(Debug, Clone)]
pub struct Counted {
    /// When.
    pub at: Timestamp,
    /// Size of the record then.
    head: i64,
    /// What failed.
    pub failed: Vec<FailedTicket>,
    /// What covers it.
    pub cases: Vec<CoveringCase>,
    /// Words of each cluster, the most telling first.
    pub words: HashMap<usize, Vec<String>>,
}

/// The newest count. In memory, derived, dropped when somebody opts out.
#[derive(Default)]
pub struct Measured(RwLock<Option<Arc<Counted>>>);

impl Measured {
    /// What was counted last.
    #[must_use]
    pub fn held(&self) -> Option<Arc<Counted>> {
        self.0.read().ok()?.clone()
    }

    fn hold(&self, counted: Counted) {
        if let Ok(mut held) = self.0.write() {
            *held = Some(Arc::new(counted));
        }
    }

    /// Drops it: somebody whose words are in it may have opted out.
    pub fn forget(&self) {
        if let Ok(mut held) = self.0.write() {
            *held = None;
        }
    }
}

impl Counted {
    /// What a grant reaches of it.
    #[must_use]
    pub fn within(&self, grant: &Grant) -> (Vec<&FailedTicket>, Vec<&CoveringCase>) {
        let reaches = |queue: &String| match grant.scope() {
            Scope::Desk => true,
            Scope::Queues(queues) => queues.contains(queue),
        };
        (
            self.failed.iter().filter(|f| reaches(&f.queue)).collect(),
            self.cases.iter().filter(|c| reaches(&c.queue)).collect(),
        )
    }
}

/// Counts when nothing was counted yet and no mail waits, or when the last count is old and the record grew.
///
/// # Errors
/// Whatever the database says.
pub async fn count_when_due(app: &App) -> Result<(), FlowError> {
    let head = app.store.read().await?.log_size().await?;
    let jobs = app.store.job_counts().await?;
    let is_due = match app.coverage.held() {
        None => jobs.waiting + jobs.running == 0,
        Some(held) => held.head < head && held.at.plus_seconds(FRESH_SECONDS) <= app.clock.now(),
    };
    if is_due { count(app).await } else { Ok(()) }
}

/// Counts now.
///
/// # Errors
/// Whatever the database says.
pub async fn count(app: &App) -> Result<(), FlowError> {
    let Gathered { mut items, people, head } = gathered(app).await?;
    let texts: Vec<String> = items.iter().map(|item| item.text.clone()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let places = places(app, &items, &texts).await?;
    let mut kinds: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        kinds.entry((item.queue.clone(), item.category.clone())).or_default().push(at);
    }
    let (mut free, mut words) = (0, HashMap::new());
    for members in kinds.values() {
        let vectors: Vec<Vec<f32>> = members.iter().filter_map(|at| places.vectors.get(*at).cloned()).collect();
        let said: Vec<&str> = members.iter().filter_map(|at| texts.get(*at).copied()).collect();
        let found = compute(|| clusters(&vectors, &said, places.bar));
        words.extend(
            names(members, &found, &items, &people).into_iter().map(|(cluster, words)| (cluster + free, words)),
        );
        for (at, cluster) in members.iter().zip(&found) {
            if let Some(item) = items.get_mut(*at) {
                item.cluster = cluster + free;
            }
        }
        free += found.iter().max().map_or(0, |most| most + 1);
    }
    app.coverage.hold(held(items, words, app.clock.now(), head));
    Ok(())
}

/// What is brought together: a failure or a case, of a ticket or made up.
struct Item {
    queue: String,
    category: String,
    text: String,
    keeps: Keeps,
    what: What,
    cluster: usize,
}

/// Whether a text's meaning may be kept by content.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeps {
    Yes,
    No,
}

enum What {
    Failure { at: Timestamp, ticket: Option<TicketId>, subject: String, sign: (Signal, Failure) },
    Case { from: Timestamp, until: Option<Timestamp>, case: Option<EvalCaseId>, title: String },
}

/// What a count rests on.
struct Gathered {
    items: Vec<Item>,
    /// Parts of people's names, which name no cluster.
    people: HashSet<String>,
    head: i64,
}

async fn gathered(app: &App) -> Result<Gathered, FlowError> {
    let index = app.service_grant(Service::Preparation, Purpose::Index)?;
    let work = app.service_grant(Service::Preparation, Purpose::Work)?;
    let since = app.clock.now().plus_seconds(-(WEEKS + coverage::WEEKS) * 7 * 86_400);
    let mut conn = app.store.read().await?;
    let head = conn.log_size().await?;
    let signs = conn.signs_since(&index, since).await?;
    let requests = conn.requests_since(&index, since, REQUESTS_MAX).await?;
    let mut cases = conn.eval_cases(&work, EvalCaseState::Approved).await?;
    cases.extend(conn.eval_cases(&work, EvalCaseState::Retired).await?);
    let mut people: HashSet<String> = conn.agents().await?.iter().flat_map(|a| name_parts(&a.name)).collect();
    people.extend(requests.iter().flat_map(|r| name_parts(&r.name)));
    let allowed = |said| may_learn_from(said, app.config.desk.ai_default);
    let mut first: HashMap<TicketId, Sign> = HashMap::new();
    for sign in signs {
        first.entry(sign.ticket).or_insert(sign);
    }
    let failed = requests.into_iter().filter(|r| allowed(r.said));
    let mut items: Vec<Item> = failed.filter_map(|r| Some(failure(first.get(&r.ticket)?, r))).collect();
    for row in cases.into_iter().filter(|row| allowed(row.said)) {
        let queue = conn.ticket(&work, row.ticket).await?.ticket.queue;
        items.extend(case(row, queue));
    }
    items.extend(conn.generated_failures(&index, since).await?.into_iter().map(generated));
    Ok(Gathered { items, people, head })
}

fn failure(sign: &Sign, request: Request) -> Item {
    let what = What::Failure {
        at: sign.at,
        ticket: Some(request.ticket),
        subject: String::new(),
        sign: (sign.signal, sign.failure.unwrap_or(sign.signal.failure())),
    };
    let text = meaning_of(&request.subject, "", &request.text);
    Item {
        queue: request.queue,
        category: request.category.unwrap_or_default(),
        text,
        keeps: Keeps::Yes,
        what,
        cluster: 0,
    }
}

fn case(row: EvalCase, queue: String) -> Option<Item> {
    // What tests another product covers nothing that fails here.
    let case = eval::read(&row.body).ok().filter(Case::is_of_desk)?;
    let decided = row.decided_at.unwrap_or(row.proposed_at);
    let (from, until) = match row.state {
        // When it was approved is known as long as it was not retired; then it counted from its proposal on.
        EvalCaseState::Retired => (row.proposed_at, Some(decided)),
        EvalCaseState::Approved | EvalCaseState::Proposed => (decided, None),
    };
    let what = What::Case { from, until, case: Some(row.id), title: case.title.clone() };
    let category = case.category.clone().unwrap_or_default();
    Some(Item { queue, category, text: Asked::of(&case).text().to_owned(), keeps: Keeps::No, what, cluster: 0 })
}

fn generated(row: Generated) -> Item {
    let text = meaning_of(&row.subject, "", &row.text);
    let what = match row.kind {
        GeneratedKind::Failure => What::Failure {
            at: row.at,
            ticket: None,
            subject: row.subject,
            sign: (Signal::RejectedDraft, Signal::RejectedDraft.failure()),
        },
        GeneratedKind::Case => What::Case { from: row.at, until: None, case: None, title: row.subject },
    };
    Item { queue: row.queue, category: row.category, text, keeps: Keeps::Yes, what, cluster: 0 }
}

/// By meaning where there are weights, else by words. What cases ask is kept nowhere: it has to go with their people.
async fn places(app: &App, items: &[Item], texts: &[&str]) -> Result<Places, FlowError> {
    if !app.library.has_encoder() {
        return Ok(compute(|| Places::of(None, texts)));
    }
    let kept: Vec<String> = items.iter().filter(|i| i.keeps == Keeps::Yes).map(|i| i.text.clone()).collect();
    let mut kept = by_meaning(app, &kept).await?.into_iter();
    let place = |text: &str| app.questions.meaning(&app.library, text).map(|v| search::place_by_meaning(&v));
    let meanings = items.iter().map(|item| match item.keeps {
        Keeps::Yes => kept.next().unwrap_or_default(),
        Keeps::No => place(&item.text).unwrap_or_default(),
    });
    let meanings: Vec<Vec<f32>> = meanings.collect();
    Ok(compute(|| Places::of(Some(&meanings), texts)))
}

/// Telling words of each cluster with more than one failure, of one kind alone.
fn names(members: &[usize], found: &[usize], items: &[Item], people: &HashSet<String>) -> HashMap<usize, Vec<String>> {
    let mut groups: HashMap<usize, Vec<Said<'_>>> = HashMap::new();
    let by: Vec<String> = members.iter().map(usize::to_string).collect();
    for ((at, cluster), by) in members.iter().zip(found).zip(&by) {
        let text = items.get(*at).map(|item| item.text.as_str()).unwrap_or_default();
        groups.entry(*cluster).or_default().push(Said { text, by });
    }
    let (told, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, said)| said.len() > 2);
    let rest: Vec<Said<'_>> = rest.into_iter().flat_map(|(_, said)| said).collect();
    let (clusters, told): (Vec<usize>, Vec<Vec<Said<'_>>>) = told.into_iter().unzip();
    clusters.into_iter().zip(search::name_groups(&told, &rest, people, WORDS)).collect()
}

fn held(items: Vec<Item>, words: HashMap<usize, Vec<String>>, at: Timestamp, head: i64) -> Counted {
    let (mut failed, mut cases) = (Vec::new(), Vec::new());
    for item in items {
        let (queue, category, cluster) = (item.queue, item.category, item.cluster);
        match item.what {
            What::Failure { at, ticket, subject, sign: (signal, failure) } => {
                failed.push(FailedTicket {
                    failed: Failed { cluster, at, category },
                    queue,
                    ticket,
                    subject,
                    signal,
                    failure,
                });
            }
            What::Case { from, until, case, title } => {
                cases.push(CoveringCase { covering: Covering { cluster, from, until }, queue, case, title });
            }
        }
    }
    Counted { at, head, failed, cases, words }
}

/// What categories weigh in a sample for review, one on the mean; empty while nothing was counted.
#[must_use]
pub fn gaps(app: &App) -> Vec<(String, f64)> {
    let Some(counted) = app.coverage.held() else { return Vec::new() };
    let failed: Vec<Failed> = counted.failed.iter().map(|f| f.failed.clone()).collect();
    let cases: Vec<Covering> = counted.cases.iter().map(|c| c.covering).collect();
    let shares = coverage::weights(&failed, &cases, app.clock.now());
    let n = shares.len() as f64;
    shares.into_iter().map(|(category, share)| (category, share * n)).collect()
}
