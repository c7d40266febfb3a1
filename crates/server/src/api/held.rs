//! What policies and skills say of a ticket now; nothing of it is stored with the machine's look.

use desk::conduct::Conduct;
use serde::Serialize;
use store::{Conn, TicketLine as Row};
use utoipa::ToSchema;

use super::{agents::Skilled, problem::Problem};
use crate::{
    App,
    flow::{
        prepare_reply::worked,
        ways::{About, Ways},
    },
};

/// How a case is worked, as policies stand now.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperatingModel {
    key: String,
    name: String,
    ai_may: String,
    people_keep: String,
    /// The most the machine may write: `draft`, `approved_wording`, `policy_check`, `sources_only`, `nothing`.
    writing: String,
    /// Roles that may approve a reply.
    approvers: Vec<String>,
    /// Why the machine writes no reply here; null where it may.
    withheld: Option<String>,
}

impl From<&Conduct> for OperatingModel {
    fn from(conduct: &Conduct) -> Self {
        let model = conduct.model;
        let withheld = conduct.withheld();
        let narrowed = withheld.clone().filter(|_| conduct.writing != model.writing());
        Self {
            key: model.word().to_owned(),
            name: model.name().to_owned(),
            ai_may: narrowed.unwrap_or_else(|| model.ai_may().to_owned()),
            people_keep: model.people_keep().to_owned(),
            writing: conduct.writing.word().to_owned(),
            approvers: conduct.approvers.iter().map(|r| r.word().to_owned()).collect(),
            withheld,
        }
    }
}

/// What policies and skills say of a ticket now.
pub struct Held {
    /// How it is worked.
    pub conduct: Conduct,
    /// Who could take it.
    pub who: Vec<Skilled>,
}

impl Held {
    /// Of a ticket.
    pub async fn load(app: &App, conn: &mut Conn, row: &Row) -> Result<Self, Problem> {
        let ways = Ways::load(conn).await?;
        let text = format!("{}\n\n{}", row.ticket.subject, row.ticket.excerpt);
        let who = ways.who(conn, &row.ticket.queue, About::line(row, &text)).await?;
        let conduct = Conduct::of(&ways.policies, worked(row), app.clock.now());
        Ok(Self { conduct, who: who.into_iter().map(Skilled::from).collect() })
    }
}
