//! A ticket, packed for whoever takes it over: each line with its origin, what nobody said by name.

use std::sync::Arc;

use axum::{Json, extract::State};
use desk::{
    ids::TicketId,
    package::{Line as PackageLineRow, Origin, Part},
};
use serde::{Deserialize, Serialize};
use store::Purpose;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    auth::Caller,
    extract::{Asked, Id},
    page::time,
    problem::{Problem, ProblemBody},
};
use crate::{App, flow::pack_case};

/// Routes of packages.
pub fn router() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_package))
}

/// For whom a package is made.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PackageAsked {
    /// Receiver's key; absent for the leads of the queue.
    receiver: Option<String>,
}

/// One line of a package and where it comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackageLine {
    /// `summary`, `wants`, `impact`, `environment`, `tried`, `evidence`, `open`, `deadline` or `promised`.
    part: String,
    text: String,
    /// `message`, `passage`, `file`, `note`, `target`, `signal` or `customer`.
    from: String,
    /// The message its words stand in.
    message_id: Option<String>,
    /// First character in the message's newest part.
    start: Option<usize>,
    /// One past the last.
    end: Option<usize>,
    /// Who said it, or the article's or file's name.
    by: Option<String>,
    at: Option<String>,
    /// The console's page for it.
    link: Option<String>,
    /// By when, where the words name a day.
    due: Option<String>,
}

impl From<PackageLineRow> for PackageLine {
    fn from(row: PackageLineRow) -> Self {
        let mut line = Self {
            part: row.part.word().to_owned(),
            text: row.text,
            from: String::new(),
            message_id: None,
            start: None,
            end: None,
            by: None,
            at: None,
            link: None,
            due: row.due.map(time),
        };
        let from = match row.origin {
            Origin::Message { message, start, end, author, at } => {
                (line.message_id, line.start, line.end) = (Some(message.to_string()), Some(start), Some(end));
                (line.by, line.at) = (Some(author), Some(time(at)));
                "message"
            }
            Origin::Passage { title, link } => {
                (line.by, line.link) = (Some(title), Some(link));
                "passage"
            }
            Origin::File { name, message } => {
                (line.by, line.message_id) = (Some(name), Some(message.to_string()));
                "file"
            }
            Origin::Note { author, at } => {
                (line.by, line.at) = (Some(author), Some(time(at)));
                "note"
            }
            Origin::Target => "target",
            Origin::Signal => "signal",
            Origin::Customer => "customer",
        };
        from.clone_into(&mut line.from);
        line
    }
}

/// A part of which nothing is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnknownPart {
    part: String,
    /// What is not known, in a sentence.
    sentence: String,
    /// Whether the receiver asks for it.
    needed: bool,
}

/// A case, packed for a receiver.
#[derive(Debug, Serialize, ToSchema)]
pub struct Package {
    lines: Vec<PackageLine>,
    unknown: Vec<UnknownPart>,
    /// Whether nothing is missing that the receiver asks for.
    complete: bool,
    /// The same as plain text.
    text: String,
}

/// A ticket, packed for whoever takes it over. Made afresh each time.
#[utoipa::path(get, path = "/tickets/{id}/package", tag = "escalations", params(("id" = String, Path), PackageAsked),
    responses((status = 200, body = Package), (status = "4XX", body = ProblemBody)))]
async fn get_package(
    State(app): State<Arc<App>>,
    caller: Caller,
    Id(ticket): Id<TicketId>,
    Asked(asked): Asked<PackageAsked>,
) -> Result<Json<Package>, Problem> {
    let grant = caller.grant(Purpose::Work)?;
    let mut conn = app.store.read().await?;
    let receiver = asked.receiver.filter(|r| !r.is_empty());
    let package = pack_case::pack(&app, &mut conn, &grant, ticket, receiver.as_deref()).await?;
    let text = package.text();
    let needed = |part: &Part| package.missing.contains(part);
    let unknown = package.unknown.iter().map(|part| UnknownPart {
        part: part.word().to_owned(),
        sentence: part.unknown().to_owned(),
        needed: needed(part),
    });
    let (unknown, complete) = (unknown.collect(), package.missing.is_empty());
    Ok(Json(Package { unknown, complete, text, lines: package.lines.into_iter().map(PackageLine::from).collect() }))
}
