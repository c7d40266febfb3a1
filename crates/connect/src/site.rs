//! The pages of a site that its map names, one after the other.
//!
//! Only the site's own host is asked, one page at a time, with a pause between two; robots.txt is obeyed. No private,
//! loopback or link-local address is called, whatever a name or redirect says: the address that is connected to is the
//! one that was checked (T073). Tests alone reach inside, with [`Reach::PrivateToo`].

mod fetch;
mod map;
mod robots;

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use reqwest::Url;

use crate::documents::{Broken, Found, Outcome, Validators, read};
pub use crate::reach::Reach;
use fetch::{Fetched, Fetcher};
use map::Map;
use robots::Robots;

/// The name robots.txt can address.
const NAME: &str = "countersign";
const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));
/// Longest address that is taken from a map, in bytes.
const ADDRESS_BYTES_MAX: usize = 2048;
/// Maps that are read; a map can name maps.
const MAPS_MAX: usize = 50;

/// Bounds on reading one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Between the end of one request and the next.
    pub pause: Duration,
    /// Longest pause that robots.txt may ask for; a site that wants more is not read.
    pub pause_max: Duration,
    /// For one page.
    pub page_time: Duration,
    /// For everything.
    pub total_time: Duration,
    /// Pages that are read.
    pub pages: usize,
    /// Bytes of a page, after compression is undone.
    pub page_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            pause_max: Duration::from_secs(30),
            page_time: Duration::from_secs(30),
            total_time: Duration::from_secs(3 * 60 * 60),
            pages: 2000,
            page_bytes: 2 * 1024 * 1024,
        }
    }
}

/// A site whose pages were listed.
pub struct Site {
    fetcher: Fetcher,
    robots: Robots,
    limits: Limits,
    began: Instant,
    waiting: VecDeque<Url>,
    total: usize,
    complete: bool,
}

/// Reads the address of a site: `https://` or `http://`, with a host and no name in front of it.
///
/// # Errors
/// One sentence.
pub fn address(text: &str, reach: Reach) -> Result<Url, String> {
    let no = |why: &str| Err(format!("{text} cannot be read as a site: {why}."));
    let Ok(url) = Url::parse(text) else { return no("it is not a web address such as https://docs.example/") };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return no("it does not begin with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return no("it holds a user name");
    }
    let fetcher = Fetcher::new(url.clone(), Limits::default(), reach).map_err(|broken| broken.0)?;
    if fetcher.is_ours(&url) { Ok(url) } else { no("it is an address inside this network") }
}

impl Site {
    /// Reads robots.txt and the map behind an address: the map itself when it ends in `.xml`, or else the ones robots.txt
    /// names, or else `/sitemap.xml`; of these, the pages under the address.
    ///
    /// # Errors
    /// [`Broken`] when the site cannot be read, forbids it, or has no map.
    pub async fn open(place: &str, limits: Limits, reach: Reach) -> Result<Self, Broken> {
        let home = address(place, reach).map_err(Broken)?;
        let mut fetcher = Fetcher::new(home.clone(), limits, reach)?;
        let robots = robots_of(&mut fetcher, &home).await?;
        let pause = robots.delay.unwrap_or_default().max(limits.pause);
        if pause > limits.pause_max {
            return Err(Broken(format!(
                "The site asks to wait {} seconds between two pages; the longest wait is {}. Ask its owner for less.",
                pause.as_secs(),
                limits.pause_max.as_secs()
            )));
        }
        fetcher.set_pause(pause);
        let mut site =
            Self { fetcher, robots, limits, began: Instant::now(), waiting: VecDeque::new(), total: 0, complete: true };
        site.list(&home).await?;
        site.total = site.waiting.len();
        Ok(site)
    }

    /// Pages listed.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.total
    }

    /// Whether every map was read and every page asked for; if not, nothing can be said to be gone.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    async fn list(&mut self, home: &Url) -> Result<(), Broken> {
        let is_map = home.path().ends_with(".xml");
        let mut maps: VecDeque<Url> = if is_map {
            [home.clone()].into()
        } else {
            self.robots.maps.iter().filter_map(|text| home.join(text).ok()).collect()
        };
        if maps.is_empty() {
            maps.extend(home.join("/sitemap.xml").ok());
        }
        let under = if is_map { "/" } else { home.path().rsplit_once('/').map_or("/", |(folder, _)| folder) };
        let folder = format!("{}/", under.trim_end_matches('/'));
        let (mut seen, mut pages) = (BTreeSet::new(), BTreeSet::new());
        while let Some(url) = maps.pop_front() {
            if !seen.insert(url.clone()) {
                continue;
            }
            if seen.len() > MAPS_MAX || self.began.elapsed() > self.limits.total_time {
                self.complete = false;
                break;
            }
            let listed = self.map(url).await?;
            match listed {
                Map::Maps(more) => maps.extend(more.iter().filter_map(|text| home.join(text).ok())),
                Map::Pages(listed) => {
                    for url in listed.iter().filter(|t| t.len() <= ADDRESS_BYTES_MAX).filter_map(|t| home.join(t).ok())
                    {
                        let mut url = url;
                        url.set_fragment(None);
                        if self.fetcher.is_ours(&url) && url.path().starts_with(&folder) && pages.insert(url.clone()) {
                            self.waiting.push_back(url);
                        }
                        if self.waiting.len() > self.limits.pages {
                            self.waiting.pop_back();
                            self.complete = false;
                            return Ok(());
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// A map that cannot be read says nothing about its pages, so the whole site cannot be read.
    async fn map(&mut self, url: Url) -> Result<Map, Broken> {
        let named = url.to_string();
        let told = |why: &str| Broken(format!("The site's map {named} cannot be read: {why} Nothing was withdrawn."));
        match self.fetcher.get(url, &Validators::default(), map::BYTES_MAX).await {
            Fetched::Page { bytes, .. } if bytes.starts_with(b"\x1f\x8b") => {
                Err(told("it is an archive, and archives are not opened."))
            }
            Fetched::Page { bytes, .. } => map::read(&String::from_utf8_lossy(&bytes)).map_err(|why| told(&why)),
            Fetched::Gone => Err(told("it is not there. Give the address of the map itself.")),
            Fetched::Failed(why) => Err(told(&why)),
            Fetched::Unchanged => Err(told("it answers with nothing.")),
        }
    }

    /// Reads the next page; none at the end. `known` gives what a page said about its state when it was last read.
    ///
    /// # Errors
    /// None yet: what is wrong with one page is told of that page.
    pub async fn read_next(&mut self, known: impl Fn(&str) -> Validators) -> Result<Option<Found>, Broken> {
        let Some(url) = self.waiting.pop_front() else { return Ok(None) };
        let place = url.to_string();
        if self.began.elapsed() > self.limits.total_time {
            self.complete = false;
            self.waiting.clear();
            return Ok(None);
        }
        let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let mut validators = Validators::default();
        let outcome = if self.robots.allows(&path) {
            match self.fetcher.get(url, &known(&place), self.limits.page_bytes).await {
                Fetched::Unchanged => Outcome::Unchanged,
                Fetched::Gone => Outcome::Gone,
                Fetched::Failed(why) => Outcome::Refused(why),
                Fetched::Page { bytes, media_type, validators: said } => {
                    validators = said;
                    // Without a word about its kind a page is a page.
                    let kind = if media_type.is_empty() { "text/html" } else { &media_type };
                    off_the_runtime(place.clone(), bytes, kind.to_owned()).await
                }
            }
        } else {
            Outcome::Refused("The site's robots.txt asks not to read it.".to_owned())
        };
        Ok(Some(Found { place, outcome, validators }))
    }
}

/// Reading can take seconds; other work must not wait for it.
async fn off_the_runtime(place: String, bytes: Vec<u8>, kind: String) -> Outcome {
    let reading = tokio::task::spawn_blocking(move || read(&place, &bytes, &kind));
    match reading.await {
        Ok(Ok(document)) => Outcome::Read(Box::new(document)),
        Ok(Err(refused)) => Outcome::Refused(refused.why),
        Err(_) => Outcome::Refused("It cannot be read.".to_owned()),
    }
}

/// No robots.txt allows everything; one that cannot be read allows nothing (RFC 9309, 2.3.1).
async fn robots_of(fetcher: &mut Fetcher, home: &Url) -> Result<Robots, Broken> {
    let Ok(url) = home.join("/robots.txt") else { return Ok(Robots::default()) };
    match fetcher.get(url, &Validators::default(), robots::BYTES_MAX).await {
        Fetched::Page { bytes, .. } => Ok(Robots::read(&String::from_utf8_lossy(&bytes), NAME)),
        Fetched::Gone => Ok(Robots::default()),
        Fetched::Failed(why) => {
            Err(Broken(format!("The site's robots.txt cannot be read: {why} Nothing was withdrawn.")))
        }
        Fetched::Unchanged => Ok(Robots::default()),
    }
}
