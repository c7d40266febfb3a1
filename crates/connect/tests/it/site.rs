//! Sites as they are and as attackers would build them, on a server of this test's own.

use std::{
    collections::BTreeMap,
    io::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use connect::{
    documents::{Outcome, Validators},
    site::{Limits, Reach, Site, address},
};

const PAGE: &str = "<html><body><h1>Refunds</h1><p>Within 14 days.</p></body></html>";

/// What the server says to a path; `{home}` in bodies and headers is its own address.
#[derive(Clone)]
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    slow: bool,
}

fn says(body: impl Into<Vec<u8>>) -> Reply {
    Reply {
        status: 200,
        headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
        body: body.into(),
        slow: false,
    }
}

fn to(place: &str) -> Reply {
    Reply { status: 302, headers: vec![("location", place.to_owned())], body: Vec::new(), slow: false }
}

struct Server {
    home: String,
    asked: Arc<Mutex<Vec<String>>>,
}

type Shared = (String, Arc<BTreeMap<String, Reply>>, Arc<Mutex<Vec<String>>>);

impl Server {
    async fn start(replies: Vec<(&str, Reply)>) -> Self {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        let home = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let replies = replies.into_iter().map(|(path, reply)| (path.to_owned(), reply)).collect();
        let state: Shared = (home.clone(), Arc::new(replies), Arc::clone(&asked));
        let router = Router::new().fallback(answer).with_state(state);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { home, asked }
    }

    async fn open(&self, place: &str, limits: Limits) -> Result<Site, String> {
        Site::open(&format!("{}{place}", self.home), limits, Reach::PrivateToo).await.map_err(|broken| broken.0)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("not poisoned").clone()
    }
}

async fn answer(State((home, replies, asked)): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    asked.lock().expect("not poisoned").push(path.clone());
    let Some(reply) = replies.get(&path).cloned() else { return StatusCode::NOT_FOUND.into_response() };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    if known.is_some_and(|known| reply.headers.iter().any(|(name, value)| *name == "etag" && value == known)) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value.replace("{home}", &home));
    }
    let body = match String::from_utf8(reply.body) {
        Ok(text) => text.replace("{home}", &home).into_bytes(),
        Err(bytes) => bytes.into_bytes(),
    };
    let body = if reply.slow {
        let drops = futures_util::stream::unfold(body.into_iter(), |mut left| async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            left.next().map(|byte| (Ok::<_, std::io::Error>(vec![byte]), left))
        });
        Body::from_stream(drops)
    } else {
        Body::from(body)
    };
    response.body(body).expect("a response")
}

fn quick() -> Limits {
    Limits { pause: Duration::from_millis(1), page_time: Duration::from_millis(600), ..Limits::default() }
}

fn map(places: &[&str]) -> Reply {
    let entries: String = places.iter().map(|place| format!("<url><loc>{place}</loc></url>")).collect();
    says(format!("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>"))
}

async fn all(site: &mut Site) -> Vec<(String, Outcome)> {
    let mut found = Vec::new();
    while let Some(next) = site.read_next(|_| Validators::default()).await.expect("goes on") {
        let path = next.place.splitn(4, '/').nth(3).unwrap_or_default().to_owned();
        found.push((path, next.outcome));
    }
    found
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Read(document) => format!("read {}", document.title),
        Outcome::Unchanged => "unchanged".to_owned(),
        Outcome::Gone => "gone".to_owned(),
        Outcome::Refused(why) => why.clone(),
    }
}

#[tokio::test]
async fn pages_of_the_map_are_read_as_the_site_allows() {
    let with_etag =
        Reply { headers: vec![("content-type", "text/html".to_owned()), ("etag", "\"v1\"".to_owned())], ..says(PAGE) };
    let picture = Reply { headers: vec![("content-type", "image/png".to_owned())], ..says("png") };
    let server = Server::start(vec![
        ("/robots.txt", says("User-agent: *\nDisallow: /private\nSitemap: {home}/maps.xml\n")),
        ("/maps.xml", says("<sitemapindex><sitemap><loc>{home}/1.xml</loc></sitemap><sitemap><loc>{home}/maps.xml</loc></sitemap></sitemapindex>")),
        (
            "/1.xml",
            map(&["{home}/a", "/a#part", "{home}/private/b", "{home}/moved", "{home}/gone", "https://other.example/x", "{home}/out", "{home}/picture", "{home}/broken"]),
        ),
        ("/a", with_etag),
        ("/moved", to("/new")),
        ("/new", says(PAGE)),
        ("/out", to("https://other.example/")),
        ("/picture", picture),
        ("/broken", Reply { status: 500, ..says("") }),
        ("/private/b", says(PAGE)),
    ])
    .await;
    let mut site = server.open("/", quick()).await.expect("listed");
    assert_eq!(site.total(), 7);
    let found = all(&mut site).await;
    let told: Vec<(&str, String)> = found.iter().map(|(path, outcome)| (path.as_str(), word(outcome))).collect();
    let read = || "read Refunds".to_owned();
    assert_eq!(
        told,
        [
            ("a", read()),
            ("private/b", "The site's robots.txt asks not to read it.".to_owned()),
            ("moved", read()),
            ("gone", "gone".to_owned()),
            ("out", "It leads to https://other.example/, which is not this site; it was not followed.".to_owned()),
            ("picture", "It is neither Markdown, HTML, plain text nor PDF.".to_owned()),
            ("broken", "It answers with status 500.".to_owned()),
        ]
    );
    assert!(!server.asked().iter().any(|path| path.contains("private")), "{:?}", server.asked());
    assert!(site.is_complete());

    let mut again = server.open("/", quick()).await.expect("listed");
    let known = Validators { etag: Some("\"v1\"".to_owned()), modified: None };
    let first = again.read_next(|_| known.clone()).await.expect("goes on").expect("one");
    assert_eq!(first.outcome, Outcome::Unchanged);
    assert!(again.read_next(|_| known.clone()).await.expect("goes on").is_some());
}

#[tokio::test]
async fn a_site_that_never_ends_ends() {
    let endless: Vec<String> = (0..500).map(|n| format!("{{home}}/{n}")).collect();
    let places: Vec<&str> = endless.iter().map(String::as_str).collect();
    let maps: String = (0..200).map(|n| format!("<sitemap><loc>/m{n}.xml</loc></sitemap>")).collect();
    let index = says(format!("<sitemapindex>{maps}</sitemapindex>"));
    let mut replies = vec![
        ("/sitemap.xml", map(&places)),
        ("/index.xml", index),
        ("/loop", to("/loop")),
        ("/loops.xml", map(&["/loop"])),
    ];
    let names: Vec<String> = (0..200).map(|n| format!("/m{n}.xml")).collect();
    replies.extend(names.iter().map(|name| (name.as_str(), map(&[]))));
    replies.extend([("/0", says(PAGE)), ("/1", says(PAGE))]);
    let server = Server::start(replies).await;
    let mut site = server.open("/", Limits { pages: 2, ..quick() }).await.expect("listed");
    assert_eq!((site.total(), all(&mut site).await.len(), site.is_complete()), (2, 2, false));
    let site = server.open("/index.xml", quick()).await.expect("listed");
    assert!(!site.is_complete());
    assert!(server.asked().len() < 70, "{}", server.asked().len());
    let mut site = server.open("/loops.xml", quick()).await.expect("listed");
    assert_eq!(word(&all(&mut site).await[0].1), "It redirects again and again.");
    let mut late = server.open("/", Limits { total_time: Duration::ZERO, ..quick() }).await.expect("listed");
    assert_eq!((all(&mut late).await.len(), late.is_complete()), (0, false));
}

#[tokio::test]
async fn slow_and_swollen_answers_are_cut_off() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..200 {
        gzip.write_all(&[b'a'; 1 << 20]).expect("packed");
    }
    let bomb = Reply {
        headers: vec![("content-type", "text/html".to_owned()), ("content-encoding", "gzip".to_owned())],
        ..says(gzip.finish().expect("packed"))
    };
    let slow = Reply { slow: true, ..says("<p>word</p>".repeat(20)) };
    let server =
        Server::start(vec![("/sitemap.xml", map(&["/bomb", "/slow"])), ("/bomb", bomb), ("/slow", slow)]).await;
    let limits = Limits { page_time: Duration::from_secs(2), ..quick() };
    let mut site = server.open("/", limits).await.expect("listed");
    let started = Instant::now();
    let found = all(&mut site).await;
    let told: Vec<String> = found.iter().map(|(_, outcome)| word(outcome)).collect();
    assert_eq!(told, ["It is larger than 2048 kB.", "It took longer than 2 seconds."]);
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn what_says_nothing_about_its_pages_is_an_error_and_not_an_empty_site() {
    let cases: Vec<(Vec<(&str, Reply)>, &str)> = vec![
        (vec![], "is not there"),
        (vec![("/robots.txt", Reply { status: 503, ..says("") })], "robots.txt"),
        (vec![("/robots.txt", says("User-agent: *\nCrawl-delay: 600\n"))], "600 seconds"),
        (vec![("/sitemap.xml", says("<html>Welcome</html>"))], "begins with <html>"),
        (vec![("/sitemap.xml", says(vec![0x1f, 0x8b, 8, 0xff]))], "archives are not opened"),
        (vec![("/sitemap.xml", to("http://169.254.169.254/latest"))], "not this site"),
    ];
    for (replies, part) in cases {
        let server = Server::start(replies).await;
        let why = server.open("/", quick()).await.err().expect("refused");
        assert!(why.contains(part), "{why}");
    }
}

#[tokio::test]
async fn pages_wait_for_each_other() {
    let server = Server::start(vec![
        ("/robots.txt", says("User-agent: *\nCrawl-delay: 0.3\n")),
        ("/sitemap.xml", map(&["/a", "/b"])),
        ("/a", says(PAGE)),
        ("/b", says(PAGE)),
    ])
    .await;
    let mut site = server.open("/", quick()).await.expect("listed");
    let started = Instant::now();
    assert_eq!(all(&mut site).await.len(), 2);
    assert!(started.elapsed() >= Duration::from_millis(500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn no_address_inside_is_called() {
    for place in [
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://100.64.0.1/",
        "http://[::ffff:192.168.0.1]/",
        "http://0x7f.1/",
        "http://192.0.0.192/",
        "file:///etc/passwd",
        "ftp://docs.example/",
        "https://name:word@docs.example/",
        "docs.example",
    ] {
        assert!(address(place, Reach::Public).is_err(), "{place}");
        assert!(Site::open(place, quick(), Reach::Public).await.is_err(), "{place}");
    }
    assert!(address("https://docs.example/help/", Reach::Public).is_ok());
    // A name that leads inside is found out when it is resolved.
    let server = Server::start(vec![("/sitemap.xml", map(&["/a"]))]).await;
    let port = server.home.rsplit(':').next().expect("a port");
    let why = Site::open(&format!("http://localhost:{port}/"), quick(), Reach::Public).await.err().expect("refused").0;
    assert!(why.contains("may not be called"), "{why}");
    assert_eq!(server.asked(), Vec::<String>::new());
}
