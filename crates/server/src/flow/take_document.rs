//! One document of a source that was read: what its article becomes.

use connect::documents::{Document, Validators};
use desk::{
    article::{check, hidden},
    audit::AuditEvent,
    ids::ArticleId,
    knowledge::{ArticleState, Audience},
    source::{Arrival, Fate, FedBy, audience, speaks_at_once},
};
use store::{Feed, KnownDocument, Labels, NewArticle, NewDocument, NewText, Tx};

use super::write_article::{free_slug, passages};
use crate::{App, FlowError};

/// Takes a document as its source says: nothing when it is known, or else a proposed text, which speaks at once where the
/// owner said so beforehand and nothing in it hides. Gives its fate and, for a refusal, one sentence.
///
/// # Errors
/// Whatever the database says.
pub async fn take(
    app: &App,
    tx: &mut Tx,
    feed: &Feed,
    document: &Document,
    validators: &Validators,
    known: Option<&KnownDocument>,
    events: &mut Vec<AuditEvent>,
) -> Result<(Fate, String), FlowError> {
    if known.is_some_and(|k| !k.is_gone && k.hash == document.hash) {
        return Ok((Fate::Unchanged, String::new()));
    }
    if let Err(why) = check(&document.title, &document.text, "") {
        return Ok((Fate::Refused, why));
    }
    let canonical = canonical(feed, document);
    if let Some((name, place)) = tx.document_elsewhere(feed.source, document.content, canonical.as_deref()).await? {
        return Ok((Fate::Refused, format!("The source {name} has this document already, as {place}.")));
    }
    let labels = labels(feed, document);
    let reach = audience(feed.audience, document.meta.audience, &labels.purposes);
    let article = match known {
        Some(known) => {
            tx.label_article(known.article, &labels, reach).await?;
            known.article
        }
        None => begin(tx, feed, document, &labels, reach).await?,
    };
    propose(app, tx, feed, article, document, (known, reach), events).await?;
    tx.keep_document(NewDocument {
        source: feed.source,
        place: &document.place,
        article,
        hash: document.hash,
        content: document.content,
        canonical: canonical.as_deref(),
        validators: (validators.etag.as_deref(), validators.modified.as_deref()),
    })
    .await?;
    let fate = match known {
        None => Fate::Added,
        Some(known) if known.is_gone => Fate::Back,
        Some(_) => Fate::Changed,
    };
    Ok((fate, String::new()))
}

async fn begin(
    tx: &mut Tx,
    feed: &Feed,
    document: &Document,
    labels: &Labels,
    reach: Audience,
) -> Result<ArticleId, FlowError> {
    let slug = free_slug(tx, &document.title).await?;
    let article = tx
        .add_article(NewArticle {
            slug: &slug,
            source: feed.source,
            title: &document.title,
            product: &labels.product,
            audience: reach,
            state: ArticleState::Draft,
            owner: feed.owner,
            applies_to: &labels.applies_to,
            reviewed_at: None,
            review_by: None,
        })
        .await?;
    tx.label_article(article, labels, reach).await?;
    Ok(article)
}

async fn propose(
    app: &App,
    tx: &mut Tx,
    feed: &Feed,
    article: ArticleId,
    document: &Document,
    (known, reach): (Option<&KnownDocument>, Audience),
    events: &mut Vec<AuditEvent>,
) -> Result<(), FlowError> {
    for version in tx.supersede_proposals(article).await? {
        events.push(AuditEvent::ArticleDeclined { article, version });
    }
    let text = NewText {
        article,
        title: &document.title,
        body: &document.text,
        note: "",
        by: None,
        hidden: &document.hidden,
        audience: Some(reach),
    };
    let (version, number) = tx.propose_text(text, &passages(&document.text)).await?;
    let commitment = app.keys.commit_to("article", document.text.as_bytes());
    events.push(AuditEvent::ArticleProposed { article, version, commitment });
    // Nobody's yes stands for an owner who left.
    let arrival = if feed.owned { feed.arrival } else { Arrival::Propose };
    let hides = !document.hidden.is_empty() || !hidden(&document.text).is_empty();
    let standing = known.map(|k| if k.is_gone { ArticleState::Withdrawn } else { k.standing });
    if speaks_at_once(arrival, standing, hides) {
        let text = tx.text(article, number).await?;
        let until = app.clock.now().plus_seconds(feed.interval_days.max(1) * 86_400);
        tx.approve_text(article, &text, until).await?;
        events.push(AuditEvent::ArticleApproved { article, version, digest: text.digest });
    }
    Ok(())
}

/// What the document says of itself, or else what its source says.
fn labels(feed: &Feed, document: &Document) -> Labels {
    let meta = &document.meta;
    let own = |said: &Option<String>, source: &String| said.clone().unwrap_or_else(|| source.clone());
    // A document narrows what its source may be used for; it never widens it.
    let allowed = |uses: &Vec<_>| feed.labels.purposes.iter().copied().filter(|u| uses.contains(u)).collect();
    Labels {
        product: own(&meta.product, &feed.labels.product),
        applies_to: own(&meta.versions, &feed.labels.applies_to),
        region: own(&meta.region, &feed.labels.region),
        purposes: meta.purposes.as_ref().map_or_else(|| feed.labels.purposes.clone(), allowed),
    }
}

/// The address by which another source would be the same document's.
fn canonical(feed: &Feed, document: &Document) -> Option<String> {
    let said = document.meta.canonical.as_deref().filter(|c| c.starts_with("https://") || c.starts_with("http://"));
    let own = (feed.fed_by == FedBy::Site).then_some(document.place.as_str());
    said.or(own).map(|address| address.trim_end_matches('/').chars().take(2048).collect())
}
