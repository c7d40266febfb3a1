//! Macros: articles of another kind, the articles their versions rest on, and how a change sends them back to review.

use desk::{
    ids::{ArticleId, VersionId},
    knowledge::Kind,
    macros::Standing,
};

use crate::{
    Conn, Grant, Purpose, StoreError, Tx,
    columns::{Columns, params},
};

/// A macro with its current text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacroRow {
    /// Its article.
    pub article: ArticleId,
    /// Title.
    pub title: String,
    /// Key of the category it is for; empty for all.
    pub category: String,
    /// Language word; empty when it says none.
    pub language: String,
    /// Where it stands.
    pub standing: Standing,
    /// Title of the article whose change sent it back.
    pub changed: Option<String>,
    /// The text with its slots.
    pub body: String,
    /// What it rests on, by title.
    pub rests: Vec<(String, Standing)>,
}

/// An article in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub article: ArticleId,
    /// Title.
    pub title: String,
}

fn standing(c: &mut Columns<'_>) -> Result<Standing, StoreError> {
    Ok(Standing { state: c.take()?, audience: c.take()?, review_by: c.take()? })
}

fn named(mut c: Columns<'_>) -> Result<Named, StoreError> {
    Ok(Named { article: c.take()?, title: c.take()? })
}

impl Conn {
    /// Every macro that has a current text, by title; at most 500. Macros are for people who work here.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a grant that only replies; whatever the database says.
    pub async fn macros(&mut self, grant: &Grant) -> Result<Vec<MacroRow>, StoreError> {
        if grant.purpose() != Purpose::Work {
            return Err(StoreError::NotFound);
        }
        let rows = self
            .rows(
                "select a.id, a.title, a.category, a.language, a.state, a.audience, a.review_by, b.title, v.body
                 from articles a join versions v on v.id = a.current_version left join articles b on b.id = a.sent_back_by
                 where a.kind = 'macro' order by a.title, a.id limit 500",
                params![],
            )
            .await?;
        let mut macros = Vec::new();
        for row in &rows {
            let mut c = row.columns();
            macros.push(MacroRow {
                article: c.take()?,
                title: c.take()?,
                category: c.take()?,
                language: c.take()?,
                standing: standing(&mut c)?,
                changed: c.take()?,
                body: c.take()?,
                rests: Vec::new(),
            });
        }
        let rows = self
            .rows(
                "select m.id, b.title, b.state, b.audience, b.review_by from articles m join version_rests r on r.version_id = m.current_version
                 join articles b on b.id = r.article_id where m.kind = 'macro' order by b.title, b.id",
                params![],
            )
            .await?;
        for row in &rows {
            let mut c = row.columns();
            let of: ArticleId = c.take()?;
            let ground = (c.take()?, standing(&mut c)?);
            if let Some(one) = macros.iter_mut().find(|m| m.article == of) {
                one.rests.push(ground);
            }
        }
        Ok(macros)
    }

    /// What a version of a macro rests on, by title.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn rests_of(&mut self, version: VersionId) -> Result<Vec<Named>, StoreError> {
        let rows = self
            .rows(
                "select a.id, a.title from version_rests r join articles a on a.id = r.article_id where r.version_id = $1 order by a.title, a.id",
                params![version],
            )
            .await?;
        rows.iter().map(|row| named(row.columns())).collect()
    }

    /// Macros that rest on an article: those whose current text names it, and those that name nothing and share its
    /// source; at most 200.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn macros_resting_on(&mut self, article: ArticleId) -> Result<Vec<Named>, StoreError> {
        let rows = self
            .rows(
                "select a.id, a.title from articles a where a.kind = 'macro' and a.state = 'approved'
                 and (exists (select 1 from version_rests r where r.version_id = a.current_version and r.article_id = $1)
                   or (a.source_id = (select s.source_id from articles s where s.id = $1 and s.kind = 'article')
                       and not exists (select 1 from version_rests r where r.version_id = a.current_version)))
                 order by a.title, a.id limit 200",
                params![article],
            )
            .await?;
        rows.iter().map(|row| named(row.columns())).collect()
    }
}

impl Tx {
    /// Makes an article that has no text yet a macro.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn make_macro(&mut self, article: ArticleId, category: &str, language: &str) -> Result<(), StoreError> {
        let sql =
            "update articles set kind = $2, category = $3, language = $4 where id = $1 and current_version is null";
        match self.execute(sql, params![article, Kind::Macro, category, language]).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// Notes what a proposed version of a macro rests on.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_rests(&mut self, version: VersionId, rests: &[ArticleId]) -> Result<(), StoreError> {
        for article in rests {
            self.execute(
                "insert into version_rests (version_id, article_id) values ($1, $2) on conflict do nothing",
                params![version, *article],
            )
            .await?;
        }
        Ok(())
    }

    /// Sends the macros that rest on an article back to their owners, because it changed or may not be used any more.
    pub(crate) async fn send_macros_back(&mut self, article: ArticleId) -> Result<(), StoreError> {
        // Passed, not passing: whoever asks at this very moment is told as well.
        let passed = self.now().plus_seconds(-1);
        for one in self.macros_resting_on(article).await? {
            self.execute(
                "update articles set review_by = $2, sent_back_by = $3 where id = $1",
                params![one.article, passed, article],
            )
            .await?;
        }
        Ok(())
    }
}
