//! Who calls: a signed-in person by cookie, or a program by bearer token. A program never becomes a
//! person: routes that take [`SignedIn`] or [`Answering`] refuse it, and the record says that it tried.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath, Request},
    http::{HeaderMap, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use desk::{Digest, Refusal, audit::AuditEvent};
use store::{AgentSession, Grant, Purpose, TokenSession};

use super::problem::Problem;
use crate::App;

/// Name of the session cookie over http.
const COOKIE: &str = "countersign_session";
/// Name of it over https: no other host and no subdomain can set one of this name.
const COOKIE_HTTPS: &str = "__Host-countersign_session";

/// Anybody who is let in.
pub enum Caller {
    /// A person.
    Person(AgentSession),
    /// A program.
    Program(TokenSession),
}

impl Caller {
    /// What this caller may read for a purpose.
    pub fn grant(&self, purpose: Purpose) -> Result<Grant, Problem> {
        Ok(match self {
            Self::Person(session) => Grant::for_agent(session, purpose)?,
            Self::Program(token) => Grant::for_token(token, purpose)?,
        })
    }

    /// Lets persons pass, and programs that were given `scope`.
    pub fn needs_scope(&self, scope: &str) -> Result<(), Problem> {
        match self {
            Self::Program(token) if !token.has(scope) => {
                Err(Refusal::Role { needs: format!("a token with the scope {scope} can") }.into())
            }
            _ => Ok(()),
        }
    }

    /// Lets persons pass who answer customers, and programs that were given `scope`.
    pub fn works(&self, scope: &str) -> Result<(), Problem> {
        match self {
            Self::Person(session) => answers(session),
            Self::Program(_) => self.needs_scope(scope),
        }
    }

    /// Whether what let this caller in still holds.
    pub async fn still_holds(&self, app: &App, headers: &HeaderMap) -> bool {
        let now = app.clock.now();
        match self {
            Self::Person(session) => match app.store.read().await {
                Ok(mut conn) => matches!(conn.session_again(session.id(), now).await, Ok(Some(_))),
                Err(_) => false,
            },
            Self::Program(_) => match bearer(headers) {
                Some(secret) => {
                    matches!(app.store.token_session(Digest::of(secret.as_bytes()).as_bytes(), now).await, Ok(Some(_)))
                }
                None => false,
            },
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let now = app.clock.now();
        if let Some(secret) = bearer(&parts.headers) {
            let hash = Digest::of(secret.as_bytes());
            let token = app.store.token_session(hash.as_bytes(), now).await?;
            return token.map(Self::Program).ok_or_else(Problem::signed_out);
        }
        let token = cookie(&parts.headers).ok_or_else(Problem::signed_out)?;
        let hash = Digest::of(token.as_bytes());
        let session = app.store.read().await?.session(hash.as_bytes(), now).await?;
        session.map(Self::Person).ok_or_else(Problem::signed_out)
    }
}

/// A signed-in person.
pub struct SignedIn(pub AgentSession);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, app).await? {
            Caller::Person(session) => Ok(Self(session)),
            Caller::Program(token) => {
                let door = door_word(parts);
                let tx = app.store.begin(&token, app.clock.now()).await?;
                tx.commit(AuditEvent::DoorTried { door }).await?;
                app.live.committed();
                Err(Refusal::NotAPerson.into())
            }
        }
    }
}

/// A signed-in person who answers customers: everybody but auditors.
pub struct Answering(pub AgentSession);

impl FromRequestParts<Arc<App>> for Answering {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let SignedIn(session) = SignedIn::from_request_parts(parts, app).await?;
        answers(&session)?;
        Ok(Self(session))
    }
}

/// A signed-in lead or administrator.
pub struct Leading(pub AgentSession);

impl FromRequestParts<Arc<App>> for Leading {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let SignedIn(session) = SignedIn::from_request_parts(parts, app).await?;
        crate::flow::set_policy::may_write(&session)?;
        Ok(Self(session))
    }
}

fn answers(session: &AgentSession) -> Result<(), Problem> {
    if session.agent().role.answers() {
        return Ok(());
    }
    Err(Refusal::Role { needs: "people who answer customers can".to_owned() }.into())
}

/// Method and route, never the ids in it.
fn door_word(parts: &Parts) -> String {
    let route = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    format!("{} {}", parts.method, route.trim_start_matches("/api/v1"))
}

/// The secret of an `Authorization: Bearer` header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(secret.trim())
}

/// The session token of the cookie; the name that only https can set goes first.
pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = || {
        headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).filter_map(
            |pair| {
                let (name, value) = pair.trim().split_once('=')?;
                Some((name, value))
            },
        )
    };
    [COOKIE_HTTPS, COOKIE]
        .into_iter()
        .find_map(|wanted| pairs().find(|(name, _)| *name == wanted).map(|(_, value)| value))
}

/// The header that hands a browser its session token for `seconds`; 0 takes it away.
pub fn set_cookie(headers: &HeaderMap, token: &str, seconds: i64) -> String {
    session_cookie(is_https(headers), token, seconds)
}

/// The same for a browser that comes from another site, where `address` is how browsers reach this desk.
pub fn set_cookie_at(address: &str, token: &str, seconds: i64) -> String {
    session_cookie(address.starts_with("https://"), token, seconds)
}

fn session_cookie(is_https: bool, token: &str, seconds: i64) -> String {
    let attributes = format!("Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    if is_https {
        format!("{COOKIE_HTTPS}={token}; {attributes}; Secure")
    } else {
        format!("{COOKIE}={token}; {attributes}")
    }
}

/// Name of the note that a browser keeps while its person is at the identity provider.
const ATTEMPT: &str = "countersign_attempt";

/// The note of an attempt to sign in through the identity provider.
pub fn attempt(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    values.flat_map(|v| v.split(';')).find_map(|pair| pair.trim().strip_prefix(ATTEMPT)?.strip_prefix('='))
}

/// The header that hands a browser that note for `seconds`; 0 takes it away. It has to come along from the provider's page, which
/// `Strict` would not allow; what it holds is encrypted and opens nothing by itself.
pub fn set_attempt(address: &str, note: &str, seconds: i64) -> String {
    let secure = if address.starts_with("https://") { "; Secure" } else { "" };
    format!("{ATTEMPT}={note}; Path=/api/v1/session/provider; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// TLS ends before this program; the browser's own header says how the page was reached.
fn is_https(headers: &HeaderMap) -> bool {
    let starts = |name: header::HeaderName, with: &str| {
        headers.get(name).is_some_and(|v| v.as_bytes().starts_with(with.as_bytes()))
    };
    starts(header::ORIGIN, "https://") || starts(header::HeaderName::from_static("x-forwarded-proto"), "https")
}

/// Refuses unsafe requests that a page of another site made a browser send. Requests with a bearer
/// token pass: browsers never add one by themselves. Without `Sec-Fetch-Site` and `Origin` it is no
/// browser, and the cookie's `SameSite=Strict` stands behind this.
pub async fn same_origin(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || bearer(request.headers()).is_some() || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    Problem::forbidden("This request came from another site. Open the desk itself and try again.").into_response()
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let host = text(header::HOST).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (header::HeaderName::from_static(n), header::HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn only_our_own_pages_may_write() {
        let cases: &[(&[(&str, &str)], bool)] = &[
            (&[("host", "desk.example")], true),
            (&[("host", "desk.example"), ("origin", "https://desk.example")], true),
            (&[("host", "desk.example"), ("origin", "https://evil.example")], false),
            (&[("host", "desk.example"), ("origin", "null")], false),
            (&[("host", "desk.example"), ("origin", "https://desk.example.evil.example")], false),
            (&[("host", "desk.example"), ("origin", "https://desk.example"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "desk.example"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "10.0.0.1"), ("origin", "https://desk.example"), ("sec-fetch-site", "same-origin")], true),
        ];
        for (pairs, expected) in cases {
            let map: HeaderMap = pairs
                .iter()
                .map(|(n, v)| {
                    (n.parse::<header::HeaderName>().expect("name"), v.parse::<header::HeaderValue>().expect("value"))
                })
                .collect();
            assert_eq!(is_same_origin(&map), *expected, "{pairs:?}");
        }
    }

    #[test]
    fn cookies_are_read_by_their_whole_name() {
        assert_eq!(cookie(&headers(&[("cookie", "a=b; countersign_session=x; c=d")])), Some("x"));
        assert_eq!(cookie(&headers(&[("cookie", "countersign_session=x; __Host-countersign_session=y")])), Some("y"));
        assert_eq!(cookie(&headers(&[("cookie", "xcountersign_session=x")])), None);
        assert_eq!(bearer(&headers(&[("authorization", "Bearer cst_1")])), Some("cst_1"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic cst_1")])), None);
    }

    #[test]
    fn https_gets_the_stronger_cookie() {
        assert!(
            set_cookie(&headers(&[("origin", "https://x.example")]), "t", 5)
                .starts_with("__Host-countersign_session=t; Path=/; HttpOnly; SameSite=Strict; Max-Age=5; Secure")
        );
        assert!(!set_cookie(&headers(&[]), "t", 5).contains("Secure"));
    }
}
