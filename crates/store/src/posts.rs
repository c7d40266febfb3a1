//! How much was posted on the pages for requesters lately. Rows are counted and forgotten; what was posted is a mail like any
//! other.

use desk::{Timestamp, closed_list, ids::RequesterId};

use crate::{StoreError, Tx, columns::params, new_id};

closed_list! {
    /// Which page something was posted on.
    pub enum PostWay ("way of a post") {
        /// The page behind a signed link.
        Link = "link",
        /// A form without one.
        Form = "form",
    }
}

/// Posts since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posts {
    /// Under this requester's name.
    pub own: i64,
    /// Under all names.
    pub all: i64,
}

impl Tx {
    /// Counts what was posted one way since a moment, and forgets what is older. Two that ask at once wait for each other, so
    /// that together they do not pass a limit.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn posts_since(
        &mut self,
        way: PostWay,
        requester: RequesterId,
        since: Timestamp,
    ) -> Result<Posts, StoreError> {
        self.execute("update counters set value = value where name = 'ticket'", params![]).await?;
        self.execute("delete from posts where at < $1", params![since]).await?;
        let row = self
            .one(
                "select count(case when requester_id = $2 then 1 end), count(*) from posts where way = $1",
                params![way.word(), requester],
            )
            .await?;
        let mut c = row.columns();
        Ok(Posts { own: c.take()?, all: c.take()? })
    }

    /// Counts one more.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_post(&mut self, way: PostWay, requester: RequesterId) -> Result<(), StoreError> {
        let (id, now) = (new_id::<desk::ids::MailId>(), self.now());
        self.execute(
            "insert into posts (id, way, requester_id, at) values ($1,$2,$3,$4)",
            params![id, way.word(), requester, now],
        )
        .await?;
        Ok(())
    }
}
