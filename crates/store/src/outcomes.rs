//! What became of tickets, and the sums of it. Both are derived and always agree: a row is never written without its sum.

use std::collections::BTreeMap;

use desk::{
    Timestamp,
    ids::TicketId,
    outcome::{COUNTS, Counts, Lived, Outcome, Place, Slice, Where},
};

use crate::{
    Conn, Grant, Store, StoreError,
    columns::{Columns, Param, Value, params},
    grant::queue_visible,
};

/// Columns of the counts, in the order of `Count::ALL`.
macro_rules! counts {
    () => {
        "tickets, replied, first_reply_minutes, first_reply_squares, assisted, assisted_minutes, assisted_squares,
         alone, alone_minutes, alone_squares, drafted, drafted_alone, sent, unchanged, stamped, meaning_changed,
         rejected, words, words_changed, reviews, review_seconds, review_squares, found_later, claims, grounded,
         common, contained, reopened, rated, rating_sum, escalated, escalation_answered, escalation_right,
         model_requests, asked, efforts, effort_sum, rated_reopened,
         sorted, sorted_right, sure, sure_right, reviewed, review_failed, judged, wrong, model_tokens, promised, promises_kept, characters, characters_changed"
    };
}

/// Their sums over rows.
macro_rules! counts_summed {
    () => {
        "cast(coalesce(sum(tickets),0) as bigint), cast(coalesce(sum(replied),0) as bigint), cast(coalesce(sum(first_reply_minutes),0) as bigint),
         cast(coalesce(sum(first_reply_squares),0) as bigint), cast(coalesce(sum(assisted),0) as bigint), cast(coalesce(sum(assisted_minutes),0) as bigint),
         cast(coalesce(sum(assisted_squares),0) as bigint), cast(coalesce(sum(alone),0) as bigint), cast(coalesce(sum(alone_minutes),0) as bigint),
         cast(coalesce(sum(alone_squares),0) as bigint), cast(coalesce(sum(drafted),0) as bigint), cast(coalesce(sum(drafted_alone),0) as bigint),
         cast(coalesce(sum(sent),0) as bigint), cast(coalesce(sum(unchanged),0) as bigint), cast(coalesce(sum(stamped),0) as bigint),
         cast(coalesce(sum(meaning_changed),0) as bigint), cast(coalesce(sum(rejected),0) as bigint), cast(coalesce(sum(words),0) as bigint),
         cast(coalesce(sum(words_changed),0) as bigint), cast(coalesce(sum(reviews),0) as bigint), cast(coalesce(sum(review_seconds),0) as bigint),
         cast(coalesce(sum(review_squares),0) as bigint), cast(coalesce(sum(found_later),0) as bigint), cast(coalesce(sum(claims),0) as bigint),
         cast(coalesce(sum(grounded),0) as bigint), cast(coalesce(sum(common),0) as bigint), cast(coalesce(sum(contained),0) as bigint),
         cast(coalesce(sum(reopened),0) as bigint), cast(coalesce(sum(rated),0) as bigint), cast(coalesce(sum(rating_sum),0) as bigint),
         cast(coalesce(sum(escalated),0) as bigint), cast(coalesce(sum(escalation_answered),0) as bigint), cast(coalesce(sum(escalation_right),0) as bigint),
         cast(coalesce(sum(model_requests),0) as bigint), cast(coalesce(sum(asked),0) as bigint), cast(coalesce(sum(efforts),0) as bigint),
         cast(coalesce(sum(effort_sum),0) as bigint), cast(coalesce(sum(rated_reopened),0) as bigint), cast(coalesce(sum(sorted),0) as bigint),
         cast(coalesce(sum(sorted_right),0) as bigint), cast(coalesce(sum(sure),0) as bigint), cast(coalesce(sum(sure_right),0) as bigint),
         cast(coalesce(sum(reviewed),0) as bigint), cast(coalesce(sum(review_failed),0) as bigint), cast(coalesce(sum(judged),0) as bigint),
         cast(coalesce(sum(wrong),0) as bigint), cast(coalesce(sum(model_tokens),0) as bigint), cast(coalesce(sum(promised),0) as bigint),
         cast(coalesce(sum(promises_kept),0) as bigint), cast(coalesce(sum(characters),0) as bigint), cast(coalesce(sum(characters_changed),0) as bigint)"
    };
}
pub(crate) use counts_summed;

/// Columns of the place.
macro_rules! place {
    () => {
        "week, queue, category, product, persona, language, model, failure, lived"
    };
}

fn place(c: &mut Columns<'_>) -> Result<Place, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "an outcome".to_owned() };
    Ok(Place {
        week: c.take()?,
        queue: c.take()?,
        category: c.take()?,
        product: c.take()?,
        persona: c.take()?,
        language: c.take()?,
        model: c.take()?,
        failure: c.take()?,
        lived: c.take::<String>()?.parse().map_err(damaged)?,
    })
}

pub(crate) fn counts(c: &mut Columns<'_>) -> Result<Counts, StoreError> {
    let mut values = [0_i64; COUNTS];
    for value in &mut values {
        *value = c.take()?;
    }
    Counts::of(&values).ok_or_else(|| StoreError::Damaged { what: "an outcome".to_owned() })
}

fn outcome(c: &mut Columns<'_>) -> Result<Outcome, StoreError> {
    Ok(Outcome { ticket: c.take()?, number: c.take()?, ended: c.take()?, place: place(c)?, counts: counts(c)? })
}

/// Parameters of a place and its counts.
fn values(place: &Place, counts: &Counts) -> Vec<Value> {
    let mut all = params![
        place.week,
        &place.queue,
        &place.category,
        &place.product,
        &place.persona,
        &place.language,
        &place.model,
        &place.failure,
        place.lived.word()
    ];
    all.extend(counts.values().iter().map(|n| n.value()));
    all
}

/// Sums of one week's outcomes of one kind.
#[derive(Debug, Clone)]
pub struct Summed {
    /// The Monday.
    pub week: Timestamp,
    /// Whether they happened here.
    pub lived: Lived,
    /// Value of the slice they are told apart by.
    pub key: String,
    /// The sums.
    pub counts: Counts,
}

fn summed(by: Slice, c: &mut Columns<'_>) -> Result<Summed, StoreError> {
    let damaged = |_| StoreError::Damaged { what: "an outcome".to_owned() };
    let (week, lived, key): (Timestamp, String, String) = (c.take()?, c.take()?, c.take()?);
    let key = if by == Slice::Week { week.date() } else { key };
    Ok(Summed { week, lived: lived.parse().map_err(damaged)?, key, counts: counts(c)? })
}

impl Conn {
    /// Sums of the weeks from then until then, of the places meant, told apart by week and slice; within the grant. The database
    /// adds, so that a company's busiest half-year is hundreds of rows here.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn outcome_sums(
        &mut self,
        grant: &Grant,
        (from, until): (Timestamp, Timestamp),
        by: Slice,
        only: &Where,
    ) -> Result<Vec<Summed>, StoreError> {
        let one = |slice: Slice| only.0.iter().find(|(of, _)| *of == slice).map(|(_, key)| key.as_str());
        let rows = self
            .rows(
                concat!(
                    "select week, lived, case $4 when 'queue' then queue when 'category' then category when 'product' then product
                     when 'persona' then persona when 'language' then language when 'model' then model when 'failure' then failure
                     else '' end as told, ",
                    counts_summed!(),
                    " from outcome_sums where ",
                    queue_visible!("queue", "$1"),
                    " and week >= $2 and week < $3 and (tickets > 0 or common > 0)
                     and (cast($5 as text) is null or queue = $5) and (cast($6 as text) is null or category = $6)
                     and (cast($7 as text) is null or product = $7) and (cast($8 as text) is null or persona = $8)
                     and (cast($9 as text) is null or language = $9) and (cast($10 as text) is null or model = $10)
                     and (cast($11 as text) is null or failure = $11) group by 1, 2, 3 order by 1, 2, 3"
                ),
                params![
                    grant.queues(),
                    from,
                    until,
                    by.word(),
                    one(Slice::Queue),
                    one(Slice::Category),
                    one(Slice::Product),
                    one(Slice::Persona),
                    one(Slice::Language),
                    one(Slice::Model),
                    one(Slice::Failure)
                ],
            )
            .await?;
        let summed: Result<Vec<Summed>, StoreError> = rows.iter().map(|row| summed(by, &mut row.columns())).collect();
        let week = one(Slice::Week);
        Ok(summed?.into_iter().filter(|sum| week.is_none_or(|week| sum.week.date() == week)).collect())
    }

    /// Outcomes of those weeks within the grant, in order of week and id, after `after`; at most `limit`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn outcomes(
        &mut self,
        grant: &Grant,
        (from, until): (Timestamp, Timestamp),
        after: Option<(Timestamp, TicketId)>,
        limit: i64,
    ) -> Result<Vec<Outcome>, StoreError> {
        let (week, id) = after.map_or((from, String::new()), |(week, id)| (week, id.to_string()));
        let rows = self
            .rows(
                concat!(
                    "select ticket_id, number, ended_at, ", place!(), ", ", counts!(), " from outcomes where ",
                    queue_visible!("queue", "$1"),
                    " and week >= $2 and week < $3 and (week > $4 or (week = $4 and ticket_id > $5)) order by week, ticket_id limit $6"
                ),
                params![grant.queues(), from, until, week, id, limit],
            )
            .await?;
        rows.iter().map(|row| outcome(&mut row.columns())).collect()
    }

    /// How many generated rows there are.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn generated_outcomes(&mut self) -> Result<i64, StoreError> {
        self.one("select count(*) from outcome_sums where lived = 'generated'", params![]).await?.columns().take()
    }

    /// Until when tickets are counted.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn outcomes_counted(&mut self) -> Result<Timestamp, StoreError> {
        let kept = self.setting(COUNTED).await?.and_then(|text| text.parse().ok());
        Ok(Timestamp::from_micros(kept.unwrap_or(0)))
    }

    /// What became of one ticket, if it ended once.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn outcome(&mut self, ticket: TicketId) -> Result<Option<Outcome>, StoreError> {
        let row = self
            .maybe(
                concat!(
                    "select ticket_id, number, ended_at, ",
                    place!(),
                    ", ",
                    counts!(),
                    " from outcomes where ticket_id = $1"
                ),
                params![ticket],
            )
            .await?;
        row.map(|row| outcome(&mut row.columns())).transpose()
    }
}

/// Until when tickets are counted, in the settings. Whoever counts writes it first, so that two who count wait for each other.
const COUNTED: &str = "outcomes_counted";

impl Store {
    /// Keeps what became of tickets, instead of what was kept before, and their sums; and how far tickets are counted. Derived
    /// rows, as an index is: nobody did anything, so there is no entry.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keep_outcomes(&self, outcomes: &[Outcome], counted: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.transaction().await?;
        tx.execute(
            "insert into settings (key, value) values ($1,$2) on conflict (key) do update set value = excluded.value",
            params![COUNTED, counted.micros().to_string()],
        )
        .await?;
        let mut sums: BTreeMap<Place, Counts> = BTreeMap::new();
        for new in outcomes {
            if let Some(old) = tx.outcome(new.ticket).await? {
                let sum = sums.entry(old.place).or_default();
                *sum = *sum + -old.counts;
            }
            let sum = sums.entry(new.place.clone()).or_default();
            *sum = *sum + new.counts;
            put_outcome(&mut tx, new).await?;
        }
        for (place, counts) in sums.iter().filter(|(_, counts)| **counts != Counts::default()) {
            add_to_sums(&mut tx, place, counts).await?;
        }
        tx.commit().await
    }
}

async fn put_outcome(tx: &mut Conn, outcome: &Outcome) -> Result<(), StoreError> {
    let mut given = params![outcome.ticket, outcome.number, outcome.ended];
    given.extend(values(&outcome.place, &outcome.counts));
    tx.execute(
            concat!(
                "insert into outcomes (ticket_id, number, ended_at, ", place!(), ", ", counts!(), ")
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,
             $13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32,$33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50,$51,$52,$53,$54,$55,$56,$57,$58,$59,$60,$61,$62,$63)
             on conflict (ticket_id) do update set number = excluded.number, ended_at = excluded.ended_at, week = excluded.week,
             queue = excluded.queue, category = excluded.category, product = excluded.product, persona = excluded.persona,
             language = excluded.language, model = excluded.model, failure = excluded.failure, lived = excluded.lived,
             tickets = excluded.tickets, replied = excluded.replied,
             first_reply_minutes = excluded.first_reply_minutes, first_reply_squares = excluded.first_reply_squares,
             assisted = excluded.assisted, assisted_minutes = excluded.assisted_minutes,
             assisted_squares = excluded.assisted_squares, alone = excluded.alone,
             alone_minutes = excluded.alone_minutes, alone_squares = excluded.alone_squares,
             drafted = excluded.drafted, drafted_alone = excluded.drafted_alone, sent = excluded.sent,
             unchanged = excluded.unchanged, stamped = excluded.stamped, meaning_changed = excluded.meaning_changed,
             rejected = excluded.rejected, words = excluded.words, words_changed = excluded.words_changed,
             reviews = excluded.reviews, review_seconds = excluded.review_seconds,
             review_squares = excluded.review_squares, found_later = excluded.found_later, claims = excluded.claims,
             grounded = excluded.grounded, common = excluded.common, contained = excluded.contained,
             reopened = excluded.reopened, rated = excluded.rated, rating_sum = excluded.rating_sum,
             escalated = excluded.escalated, escalation_answered = excluded.escalation_answered,
             escalation_right = excluded.escalation_right, model_requests = excluded.model_requests,
             asked = excluded.asked, efforts = excluded.efforts, effort_sum = excluded.effort_sum, rated_reopened = excluded.rated_reopened,
             sorted = excluded.sorted, sorted_right = excluded.sorted_right, sure = excluded.sure,
             sure_right = excluded.sure_right, reviewed = excluded.reviewed, review_failed = excluded.review_failed,
             judged = excluded.judged, wrong = excluded.wrong, model_tokens = excluded.model_tokens, promised = excluded.promised,
             promises_kept = excluded.promises_kept, characters = excluded.characters, characters_changed = excluded.characters_changed"
            ),
            given,
        )
        .await?;
    Ok(())
}

async fn add_to_sums(tx: &mut Conn, place: &Place, counts: &Counts) -> Result<(), StoreError> {
    tx.execute(
            concat!(
                "insert into outcome_sums (", place!(), ", ", counts!(), ")
             values ($1,$2,$3,$4,$5,$6,$7,$8,$9,
             $10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32,$33,$34,$35,$36,$37,$38,$39,$40,$41,$42,$43,$44,$45,$46,$47,$48,$49,$50,$51,$52,$53,$54,$55,$56,$57,$58,$59,$60)
             on conflict (", place!(), ") do update set
             tickets = outcome_sums.tickets + excluded.tickets, replied = outcome_sums.replied + excluded.replied,
             first_reply_minutes = outcome_sums.first_reply_minutes + excluded.first_reply_minutes,
             first_reply_squares = outcome_sums.first_reply_squares + excluded.first_reply_squares,
             assisted = outcome_sums.assisted + excluded.assisted,
             assisted_minutes = outcome_sums.assisted_minutes + excluded.assisted_minutes,
             assisted_squares = outcome_sums.assisted_squares + excluded.assisted_squares,
             alone = outcome_sums.alone + excluded.alone,
             alone_minutes = outcome_sums.alone_minutes + excluded.alone_minutes,
             alone_squares = outcome_sums.alone_squares + excluded.alone_squares,
             drafted = outcome_sums.drafted + excluded.drafted,
             drafted_alone = outcome_sums.drafted_alone + excluded.drafted_alone,
             sent = outcome_sums.sent + excluded.sent, unchanged = outcome_sums.unchanged + excluded.unchanged,
             stamped = outcome_sums.stamped + excluded.stamped,
             meaning_changed = outcome_sums.meaning_changed + excluded.meaning_changed,
             rejected = outcome_sums.rejected + excluded.rejected, words = outcome_sums.words + excluded.words,
             words_changed = outcome_sums.words_changed + excluded.words_changed,
             reviews = outcome_sums.reviews + excluded.reviews,
             review_seconds = outcome_sums.review_seconds + excluded.review_seconds,
             review_squares = outcome_sums.review_squares + excluded.review_squares,
             found_later = outcome_sums.found_later + excluded.found_later,
             claims = outcome_sums.claims + excluded.claims, grounded = outcome_sums.grounded + excluded.grounded,
             common = outcome_sums.common + excluded.common, contained = outcome_sums.contained + excluded.contained,
             reopened = outcome_sums.reopened + excluded.reopened, rated = outcome_sums.rated + excluded.rated,
             rating_sum = outcome_sums.rating_sum + excluded.rating_sum,
             escalated = outcome_sums.escalated + excluded.escalated,
             escalation_answered = outcome_sums.escalation_answered + excluded.escalation_answered,
             escalation_right = outcome_sums.escalation_right + excluded.escalation_right,
             model_requests = outcome_sums.model_requests + excluded.model_requests,
             asked = outcome_sums.asked + excluded.asked,
             efforts = outcome_sums.efforts + excluded.efforts,
             effort_sum = outcome_sums.effort_sum + excluded.effort_sum,
             rated_reopened = outcome_sums.rated_reopened + excluded.rated_reopened,
             sorted = outcome_sums.sorted + excluded.sorted, sorted_right = outcome_sums.sorted_right + excluded.sorted_right,
             sure = outcome_sums.sure + excluded.sure, sure_right = outcome_sums.sure_right + excluded.sure_right,
             reviewed = outcome_sums.reviewed + excluded.reviewed, review_failed = outcome_sums.review_failed + excluded.review_failed,
             judged = outcome_sums.judged + excluded.judged, wrong = outcome_sums.wrong + excluded.wrong,
             model_tokens = outcome_sums.model_tokens + excluded.model_tokens,
             promised = outcome_sums.promised + excluded.promised,
             promises_kept = outcome_sums.promises_kept + excluded.promises_kept,
             characters = outcome_sums.characters + excluded.characters,
             characters_changed = outcome_sums.characters_changed + excluded.characters_changed"
            ),
            values(place, counts),
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use desk::outcome::Count;

    #[test]
    fn the_columns_are_the_counts_in_their_order() {
        let columns: Vec<&str> = counts!().split(',').map(str::trim).collect();
        assert_eq!(columns, Count::WORDS);
        let summed: Vec<&str> = counts_summed!().split(['(', ')']).filter(|part| columns.contains(part)).collect();
        assert_eq!(summed, Count::WORDS);
    }
}
