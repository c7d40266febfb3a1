//! What other systems know of a requester, by name.

use std::collections::BTreeMap;

use desk::ids::RequesterId;

use crate::{Conn, StoreError, Tx, columns::params};

impl Conn {
    /// Attributes of a requester, by name. As with every row of people, the caller asked whether they may be seen.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn attributes(&mut self, requester: RequesterId) -> Result<BTreeMap<String, String>, StoreError> {
        let known = "select key, value from attributes where requester_id = $1 order by key";
        let rows = self.rows(known, params![requester]).await?;
        rows.iter()
            .map(|row| {
                let mut c = row.columns();
                Ok((c.take()?, c.take()?))
            })
            .collect()
    }
}

impl Tx {
    /// Replaces the attributes of a requester.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn set_attributes(
        &mut self,
        requester: RequesterId,
        attributes: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        self.execute("delete from attributes where requester_id = $1", params![requester]).await?;
        for (key, value) in attributes {
            let new = "insert into attributes (requester_id, key, value) values ($1,$2,$3)";
            self.execute(new, params![requester, key, value]).await?;
        }
        Ok(())
    }
}
