//! Counts which requests come again and again, what they cost, and whether anything approved answers them. Reads only; who
//! opted out is left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use desk::{
    Digest, Timestamp,
    audit::Service,
    ids::{ArticleId, TicketId},
    knowledge::{Cited, Origin},
    pattern::{self, Fared, REQUESTS_MIN},
};
use search::{Said, Space};
use store::{Grant, Purpose, Request};

use crate::{
    App, FlowError,
    flow::prepare_reply::{answer_alone, passages_for},
    library::{Kind, SearchRequest, compute, meaning_of},
    meanings::Meanings,
    patterns::{Answering, Counted, Pattern},
    triager::may_learn_from,
};

/// Weeks looked back.
pub const WEEKS: usize = 52;
/// Most requests looked at, newest first.
const REQUESTS_MAX: i64 = 20_000;
/// Seconds a count is good for, however much was written since.
const FRESH_SECONDS: i64 = 600;
/// Most typical requests of a pattern that sources are looked up for.
const LOOKED_UP: usize = 6;
/// Passages looked at for each.
const FOUND: usize = 3;
/// The assembler's score from which an answer counts. Chosen, like the next one, on the invented company.
const ANSWERS_WELL: f64 = 0.5;
/// Cosine from which a passage says what a reply says.
const READS_LIKE: f32 = 0.55;
/// Patterns that sources are looked up for.
const PATTERNS_MAX: usize = 200;
/// Words in a name.
const WORDS: usize = 5;
/// Texts encoded between two looks at the rest of the desk.
const STEP: usize = 16;

/// Counts when somebody asked, when nothing was counted yet and no mail waits to be worked on, or when the last count is
/// old and the record grew. Returns 0: there is never more to do at once.
///
/// # Errors
/// Whatever database or index say.
pub async fn count_when_due(app: &App) -> Result<usize, FlowError> {
    let asked = app.patterns.was_asked();
    let mut conn = app.store.read().await?;
    let head = conn.log_size().await?;
    drop(conn);
    let jobs = app.store.job_counts().await?;
    let due = match app.patterns.held() {
        None => jobs.waiting + jobs.running == 0,
        Some(held) => held.head < head && held.at.plus_seconds(FRESH_SECONDS) <= app.clock.now(),
    };
    if asked || due {
        count(app).await?;
    }
    Ok(0)
}

/// Everything a count rests on, read at once.
struct Evidence {
    requests: Vec<Request>,
    minutes: HashMap<TicketId, f64>,
    answered: HashSet<TicketId>,
    cited: HashMap<TicketId, Vec<ArticleId>>,
    without_source: HashSet<TicketId>,
    set_aside: HashSet<TicketId>,
    agents: HashSet<String>,
}

/// Counts now.
///
/// # Errors
/// Whatever database or index say.
pub async fn count(app: &App) -> Result<(), FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Index)?;
    let now = app.clock.now();
    let head = app.store.read().await?.log_size().await?;
    let evidence = Evidence::load(app, &grant, now).await?;
    let places = places(app, &evidence.requests).await?;
    let mut queues: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, request) in evidence.requests.iter().enumerate() {
        queues.entry(&request.queue).or_default().push(at);
    }
    let mut patterns: Vec<Pattern> = Vec::new();
    for members in queues.values() {
        patterns.extend(compute(|| evidence.patterns_of(members, &places, now)));
    }
    patterns.sort_by(|a, b| b.requests.len().cmp(&a.requests.len()).then(a.id.cmp(&b.id)));
    let texts: HashMap<TicketId, String> =
        evidence.requests.iter().map(|r| (r.ticket, format!("{}\n\n{}", r.subject, r.text))).collect();
    let mut meanings = Meanings::default();
    for pattern in patterns.iter_mut().take(PATTERNS_MAX) {
        look_up(app, pattern, &texts, &mut meanings).await?;
    }
    let requests = queues.iter().map(|(queue, members)| ((*queue).to_owned(), members.len())).collect();
    app.patterns.hold(Counted { at: now, head, requests, patterns });
    Ok(())
}

impl Evidence {
    async fn load(app: &App, grant: &Grant, now: Timestamp) -> Result<Self, FlowError> {
        let since = now.plus_seconds(-i64::try_from(WEEKS).unwrap_or(52) * 7 * 86_400);
        let mut conn = app.store.read().await?;
        let mut requests = conn.requests_since(grant, since, REQUESTS_MAX).await?;
        requests.retain(|r| may_learn_from(r.said, app.config.desk.ai_default));
        let handled = conn.handled_since(grant, since).await?;
        let minutes = handled.iter().filter_map(|h| Some((h.ticket, pattern::minutes(h.began, h.read, h.approved)?)));
        let mut cited: HashMap<TicketId, Vec<ArticleId>> = HashMap::new();
        for (ticket, article) in conn.cited_since(grant, since).await? {
            cited.entry(ticket).or_default().push(article);
        }
        let undrafted = conn.undrafted_since(grant, since).await?;
        let of = |word: &str| undrafted.iter().filter(|(_, why)| why == word).map(|(ticket, _)| *ticket).collect();
        let names = conn.agents().await?;
        Ok(Self {
            minutes: minutes.collect(),
            answered: handled.iter().map(|h| h.ticket).collect(),
            cited,
            without_source: of("no-source"),
            set_aside: of("set-aside"),
            agents: names.iter().flat_map(|a| name_parts(&a.name)).collect(),
            requests,
        })
    }

    /// The patterns among some requests of one queue, named by words of that queue alone.
    fn patterns_of(&self, members: &[usize], places: &Places, now: Timestamp) -> Vec<Pattern> {
        let vectors: Vec<Vec<f32>> =
            members.iter().map(|at| places.vectors.get(*at).cloned().unwrap_or_default()).collect();
        let here = |group: &[usize]| -> Vec<&Request> {
            group.iter().filter_map(|n| self.requests.get(*members.get(*n)?)).collect()
        };
        let groups: Vec<Vec<&Request>> = search::clusters(&vectors, places.space.bar())
            .iter()
            .map(|group| here(group))
            .filter(|group| group.len() >= REQUESTS_MIN && people(group) > 1)
            .collect();
        let grouped: HashSet<TicketId> = groups.iter().flatten().map(|r| r.ticket).collect();
        let rest = members.iter().filter_map(|at| self.requests.get(*at)).filter(|r| !grouped.contains(&r.ticket));
        let by: HashMap<TicketId, (String, String)> = members
            .iter()
            .filter_map(|at| self.requests.get(*at))
            .map(|r| (r.ticket, (format!("{}\n{}", r.subject, r.text), r.requester.to_string())))
            .collect();
        let said = |r: &&Request| by.get(&r.ticket).map(|(text, by)| Said { text, by });
        let told: Vec<Vec<Said<'_>>> = groups.iter().map(|g| g.iter().filter_map(said).collect()).collect();
        let rest: Vec<Said<'_>> = rest.filter_map(|r| said(&r)).collect();
        let mut never = self.agents.clone();
        never.extend(groups.iter().flatten().flat_map(|r| name_parts(&r.name)));
        let names = search::name_groups(&told, &rest, &never, WORDS);
        groups.iter().zip(names).filter_map(|(group, words)| self.pattern(group, words, now)).collect()
    }

    fn pattern(&self, group: &[&Request], words: Vec<String>, now: Timestamp) -> Option<Pattern> {
        let oldest = group.iter().min_by_key(|r| (r.at, r.ticket))?;
        let times: Vec<Timestamp> = group.iter().map(|r| r.at).collect();
        let timed: Vec<f64> = group.iter().filter_map(|r| self.minutes.get(&r.ticket).copied()).collect();
        let known: Vec<f64> = self.minutes.values().copied().collect();
        let count = |set: &HashSet<TicketId>| group.iter().filter(|r| set.contains(&r.ticket)).count();
        let fared = Fared {
            requests: group.len(),
            without_source: count(&self.without_source),
            set_aside: count(&self.set_aside),
            answered: count(&self.answered),
            uncited: group
                .iter()
                .filter(|r| self.answered.contains(&r.ticket) && !self.cited.contains_key(&r.ticket))
                .count(),
        };
        let mut sources: BTreeMap<ArticleId, usize> = BTreeMap::new();
        for article in group.iter().filter_map(|r| self.cited.get(&r.ticket)).flatten() {
            *sources.entry(*article).or_default() += 1;
        }
        Some(Pattern {
            id: oldest.ticket,
            queue: oldest.queue.clone(),
            words,
            requests: group.iter().map(|r| r.ticket).collect(),
            people: people(group),
            weeks: pattern::by_week(&times, WEEKS, now),
            categories: pattern::counted(group.iter().filter_map(|r| r.category.as_deref())),
            minutes: pattern::cost(&timed, group.len(), &known),
            timed: timed.len(),
            sources: sources.into_iter().map(|(article, cited)| Answering { article, cited }).collect(),
            fared,
            gap: None,
        })
    }
}

fn people(group: &[&Request]) -> usize {
    group.iter().map(|r| r.requester).collect::<HashSet<_>>().len()
}

pub(crate) fn name_parts(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_lowercase)
}

/// Where requests lie, and how that was found.
struct Places {
    space: Space,
    vectors: Vec<Vec<f32>>,
}

/// By meaning where there are weights, else by words. Meanings are cached by content, as everywhere.
async fn places(app: &App, requests: &[Request]) -> Result<Places, FlowError> {
    let texts: Vec<String> = requests.iter().map(|r| meaning_of(&r.subject, "", &r.text)).collect();
    if !app.library.has_encoder() {
        let plain: Vec<&str> = texts.iter().map(String::as_str).collect();
        return Ok(Places { space: Space::Words, vectors: compute(|| search::places_by_words(&plain)) });
    }
    Ok(Places { space: Space::Meaning, vectors: by_meaning(app, &texts).await? })
}

/// Places of texts whose meaning may be kept by content: those of tickets, which go with their people, and those of nobody.
///
/// # Errors
/// Whatever the database says.
pub(crate) async fn by_meaning(app: &App, texts: &[String]) -> Result<Vec<Vec<f32>>, FlowError> {
    let mut vectors = Vec::with_capacity(texts.len());
    for step in texts.chunks(STEP) {
        let mut fresh = Vec::new();
        for text in step {
            let digest = Digest::of(text.as_bytes()).to_string();
            let cached = app.store.vector(&digest, embed::weights::MODEL_NAME).await?;
            let vector = match cached.and_then(|bytes| embed::Vector::from_bytes(&bytes).ok()) {
                Some(vector) => Some(vector),
                None => app.library.vector(text).inspect(|vector| fresh.push((digest, vector.to_bytes()))),
            };
            vectors.push(vector.map(|v| search::place_by_meaning(v.as_slice())).unwrap_or_default());
        }
        if !fresh.is_empty() {
            app.store.keep_vectors(embed::weights::MODEL_NAME, &fresh).await?;
        }
    }
    Ok(vectors)
}

/// Looks up what answers the most typical requests: what names the same code, what reads like the replies our people sent,
/// else what a drafter would assemble well. A third of them answered makes a pattern documented.
async fn look_up(
    app: &App,
    pattern: &mut Pattern,
    texts: &HashMap<TicketId, String>,
    meanings: &mut Meanings,
) -> Result<(), FlowError> {
    let index = app.service_grant(Service::Preparation, Purpose::Index)?;
    let typical: Vec<(TicketId, &String)> =
        pattern.requests.iter().filter_map(|t| Some((*t, texts.get(t)?))).take(LOOKED_UP).collect();
    let mut answered = 0;
    for (ticket, question) in &typical {
        let mut articles = same_code(app, question)?;
        let case = app.store.read().await?.past_case(&index, *ticket).await?;
        articles.extend(case.map(|case| reads_like(app, &case.reply)).transpose()?.unwrap_or_default());
        // The dearest look comes last: it needs the meaning of every sentence that could be said.
        if articles.is_empty() {
            articles = assembled(app, question, meanings).await?;
        }
        answered += usize::from(!articles.is_empty() || pattern.sources.iter().any(|s| s.cited > 0));
        for article in articles {
            if !pattern.sources.iter().any(|known| known.article == article) {
                pattern.sources.push(Answering { article, cited: 0 });
            }
        }
    }
    let documented = answered > 0 && answered * 3 >= typical.len();
    // What answers one request of many is no answer to the pattern, unless people used it.
    pattern.sources.retain(|source| documented || source.cited > 0);
    pattern.sources.sort_by_key(|source| std::cmp::Reverse(source.cited));
    pattern.gap = pattern::gap(pattern.fared, documented);
    Ok(())
}

/// Articles that a drafter would cite, where what it assembled answers well.
async fn assembled(app: &App, question: &str, meanings: &mut Meanings) -> Result<Vec<ArticleId>, FlowError> {
    let cited = passages_for(app, question).await?;
    // By words alone the assembler's own bar is as high as this one.
    let bar = if app.library.has_encoder() { ANSWERS_WELL } else { 0.0 };
    let Some(composed) = answer_alone(app, question, &cited, meanings).await?.filter(|c| c.score >= bar) else {
        return Ok(Vec::new());
    };
    let used: HashSet<u32> = composed.sentences.iter().flat_map(|s| s.citations.iter().copied()).collect();
    Ok(cited.iter().filter(|c| used.contains(&c.citation)).filter_map(article_of).collect())
}

/// Articles that name a code the question names.
fn same_code(app: &App, question: &str) -> Result<Vec<ArticleId>, FlowError> {
    let found = found(app, question)?;
    let names = |hit: &&search::Hit| hit.why.iter().any(|why| matches!(why, search::Why::Identifier { .. }));
    Ok(found.iter().filter(names).filter_map(|hit| hit.group.parse().ok()).collect())
}

/// Articles with a passage that means what a reply of ours means.
fn reads_like(app: &App, reply: &str) -> Result<Vec<ArticleId>, FlowError> {
    let means = |why: &search::Why| matches!(why, search::Why::Meaning { cosine } if *cosine >= READS_LIKE);
    let found = found(app, reply)?;
    Ok(found.iter().filter(|hit| hit.why.iter().any(means)).filter_map(|hit| hit.group.parse().ok()).collect())
}

fn found(app: &App, words: &str) -> Result<Vec<search::Hit>, FlowError> {
    let grant = app.service_grant(Service::Preparation, Purpose::Reply)?;
    app.library.search(&SearchRequest {
        words,
        grant: &grant,
        kind: Kind::Passages,
        limit: FOUND,
        queue: None,
        about: None,
    })
}

fn article_of(cited: &Cited) -> Option<ArticleId> {
    match cited.origin {
        Origin::Passage { article, .. } => Some(article),
        Origin::Reply { .. } => None,
    }
}
