//! Pages of lists. A cursor is opaque to callers and means the same tomorrow: it names the last row
//! seen, never a count of rows.

use axum::http::{HeaderName, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use desk::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask for next; null at the end.
    pub next_cursor: Option<String>,
}

/// A list that is always whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageAsked {
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// At most this many, 1 to 200.
    pub limit: Option<i64>,
}

/// Rows of a page when nobody said how many.
pub const LIMIT: i64 = 50;

/// Makes an opaque cursor of words that hold no `|`.
pub fn cursor(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(parts.join("|"))
}

/// Reads a cursor made of `N` words.
pub fn read_cursor<const N: usize>(text: &str) -> Result<[String; N], Problem> {
    let broken = || Problem::invalid("This cursor is not one of ours. Start again at the first page.");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let parts: Vec<String> = String::from_utf8(bytes).map_err(|_| broken())?.split('|').map(str::to_owned).collect();
    parts.try_into().map_err(|_| broken())
}

/// A cursor that is a position in a list of at most a few hundred rows, or in the record.
pub fn read_number(cursor: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = cursor.filter(|c| !c.is_empty()) else { return Ok(None) };
    let [number] = read_cursor::<1>(text)?;
    number
        .parse()
        .map(Some)
        .map_err(|_| Problem::invalid("This cursor is not one of ours. Start again at the first page."))
}

/// Cuts a page out of rows that are all at hand.
pub fn cut<T>(rows: Vec<T>, asked: &PageAsked) -> Result<Page<T>, Problem> {
    let from = usize::try_from(read_number(asked.cursor.as_deref())?.unwrap_or(0)).unwrap_or(0);
    let limit = usize::try_from(asked.limit.unwrap_or(LIMIT).clamp(1, 200)).unwrap_or(1);
    let more = rows.len() > from.saturating_add(limit);
    let next_cursor = more.then(|| cursor(&[&from.saturating_add(limit).to_string()]));
    Ok(Page { items: rows.into_iter().skip(from).take(limit).collect(), next_cursor })
}

/// RFC 3339, UTC.
pub fn time(at: Timestamp) -> String {
    at.rfc3339()
}

/// The `ETag` of a revision.
pub fn etag(revision: i64) -> [(HeaderName, HeaderValue); 1] {
    let value = HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""));
    [(header::ETAG, value)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_cover_every_row_once() {
        let mut asked = PageAsked { cursor: None, limit: Some(3) };
        let mut seen = Vec::new();
        loop {
            let page = cut((0..8).collect(), &asked).expect("a page");
            seen.extend(page.items);
            match page.next_cursor {
                Some(next) => asked.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, (0..8).collect::<Vec<_>>());
    }

    #[test]
    fn foreign_cursors_are_refused() {
        for bad in ["%%%", "AAAA", "bm90fGE", "MXwyfDM"] {
            assert!(read_number(Some(bad)).is_err(), "{bad}");
        }
        assert_eq!(read_number(Some(&cursor(&["7"]))).ok(), Some(Some(7)));
    }
}
