//! What became of one ticket, as counts that can be added up. No words of anybody, and nobody's name: figures here are of
//! queues and categories, never of people.

use std::ops::{Add, Neg};

use serde::{Deserialize, Serialize};

use crate::{Timestamp, closed_list, ids::TicketId};

closed_list! {
    /// What is counted of a ticket. Times are in whole minutes, reading in whole seconds; a square is for the spread.
    pub enum Count ("count") {
        /// One.
        Tickets = "tickets",
        /// One if a person answered it.
        Replied = "replied",
        /// From the first mail to the first answer.
        FirstReplyMinutes = "first_reply_minutes",
        /// Its square.
        FirstReplySquares = "first_reply_squares",
        /// One if words of the machine left, approved by a person.
        Assisted = "assisted",
        /// From the first mail to the last answer, of assisted ones.
        AssistedMinutes = "assisted_minutes",
        /// Its square.
        AssistedSquares = "assisted_squares",
        /// One if a person wrote all of it.
        Alone = "alone",
        /// From the first mail to the last answer, of those.
        AloneMinutes = "alone_minutes",
        /// Its square.
        AloneSquares = "alone_squares",
        /// One if the machine had prepared a draft.
        Drafted = "drafted",
        /// One if a draft was prepared, and a person wrote alone.
        DraftedAlone = "drafted_alone",
        /// One if a draft left, changed or not.
        Sent = "sent",
        /// One if a draft left as it was.
        Unchanged = "unchanged",
        /// One if it left as it was, faster than it can be read.
        Stamped = "stamped",
        /// One if what left says something else than the draft stated.
        MeaningChanged = "meaning_changed",
        /// One if a person turned a draft down.
        Rejected = "rejected",
        /// Words of the drafts that left.
        Words = "words",
        /// Of these, changed by people.
        WordsChanged = "words_changed",
        /// Pages read before a yes.
        Reviews = "reviews",
        /// Seconds these took.
        ReviewSeconds = "review_seconds",
        /// Their squares.
        ReviewSquares = "review_squares",
        /// One if a draft left, and the requester came back or was not content.
        FoundLater = "found_later",
        /// Statements of drafts that left.
        Claims = "claims",
        /// Of these, carried by a cited passage.
        Grounded = "grounded",
        /// One if it asked something that has an answer approved beforehand.
        Common = "common",
        /// One if that answer was all it took.
        Contained = "contained",
        /// One if the requester came back.
        Reopened = "reopened",
        /// One if the requester rated it.
        Rated = "rated",
        /// The rating, 1 to 5.
        RatingSum = "rating_sum",
        /// One if it went up.
        Escalated = "escalated",
        /// One if the receiver took or returned it.
        EscalationAnswered = "escalation_answered",
        /// One if the receiver took it.
        EscalationRight = "escalation_right",
        /// Requests to language models.
        ModelRequests = "model_requests",
        /// One if the requester was asked how it went.
        Asked = "asked",
        /// One if they said how much work it was for them.
        Efforts = "efforts",
        /// What they said, 1 to 5.
        EffortSum = "effort_sum",
        /// One if it was rated and the requester came back: whether those who answer are like the others.
        RatedReopened = "rated_reopened",
        /// One if a person said whether the machine had sorted it rightly.
        Sorted = "sorted",
        /// One if it had.
        SortedRight = "sorted_right",
        /// One if the machine had been sure, of those.
        Sure = "sure",
        /// One if it was right then.
        SureRight = "sure_right",
        /// One if a reviewer looked at a draft or reply of it; of generated tickets only, those of real ones are read where
        /// they stand.
        Reviewed = "reviewed",
        /// One if they found it wrong.
        ReviewFailed = "review_failed",
        /// One if a draft left or was turned down.
        Judged = "judged",
        /// One if it was turned down, left saying something else, or the requester came back.
        Wrong = "wrong",
        /// Tokens that models read and wrote, as far as they said.
        ModelTokens = "model_tokens",
        /// One if a time was promised for it.
        Promised = "promised",
        /// One if every promised time was kept.
        PromisesKept = "promises_kept",
        /// Characters of the drafts that left.
        Characters = "characters",
        /// Characters that people took out of these or put in, at most as many.
        CharactersChanged = "characters_changed",
    }
}

/// How many counts there are.
pub const COUNTS: usize = Count::ALL.len();

/// Counts of one ticket, or of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts([i64; COUNTS]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; COUNTS])
    }
}

impl Counts {
    /// From values in the order of [`Count::ALL`]; none when there are not as many.
    #[must_use]
    pub fn of(values: &[i64]) -> Option<Self> {
        values.try_into().ok().map(Self)
    }

    /// Values in the order of [`Count::ALL`].
    #[must_use]
    pub const fn values(&self) -> &[i64; COUNTS] {
        &self.0
    }

    /// One of them.
    #[must_use]
    pub const fn get(&self, count: Count) -> i64 {
        self.0[count as usize]
    }

    /// Without what tells how somebody read: that is told of a whole desk only.
    #[must_use]
    pub const fn without_reading(self) -> Self {
        self.with(Count::Stamped, 0).with(Count::Reviews, 0).with(Count::ReviewSeconds, 0).with(Count::ReviewSquares, 0)
    }

    /// With so many of this.
    #[must_use]
    pub const fn with(mut self, count: Count, n: i64) -> Self {
        self.0[count as usize] = n;
        self
    }

    /// With what its drafts came to: one left or was turned down, and that was right or not.
    #[must_use]
    pub fn judged(self) -> Self {
        let any = |of: &[Count]| i64::from(of.iter().any(|count| self.get(*count) > 0));
        let was_judged = any(&[Count::Sent, Count::Rejected]);
        let was_wrong = any(&[Count::Rejected, Count::MeaningChanged, Count::FoundLater]);
        self.with(Count::Judged, was_judged).with(Count::Wrong, was_judged * was_wrong)
    }

    /// With so many minutes or seconds of this, and their square.
    #[must_use]
    pub const fn with_square(self, sum: Count, squares: Count, n: i64) -> Self {
        self.with(sum, n).with(squares, n.saturating_mul(n))
    }
}

impl Add for Counts {
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
        self
    }
}

impl Neg for Counts {
    type Output = Self;
    fn neg(mut self) -> Self {
        for n in &mut self.0 {
            *n = -*n;
        }
        self
    }
}

closed_list! {
    /// Where a row of the figures comes from.
    pub enum Lived ("origin of an outcome") {
        /// It happened at this desk.
        Here = "here",
        /// It was generated, so that no page of the demo is empty.
        Generated = "generated",
    }
}

/// What figures are told apart by. Empty where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The Monday of the week the ticket ended in, midnight UTC.
    pub week: Timestamp,
    /// Queue key.
    pub queue: String,
    /// Category key.
    pub category: String,
    /// Product key.
    pub product: String,
    /// Persona key and version of the newest draft.
    pub persona: String,
    /// Language word.
    pub language: String,
    /// What wrote the newest draft: "assembled", or the address of a model.
    pub model: String,
    /// What was wrong with the draft last turned down.
    pub failure: String,
    /// Where the row comes from.
    pub lived: Lived,
}

/// What became of one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The ticket.
    pub ticket: TicketId,
    /// Its number.
    pub number: i64,
    /// When it ended.
    pub ended: Timestamp,
    /// Where it belongs.
    pub place: Place,
    /// What is counted.
    pub counts: Counts,
}

closed_list! {
    /// By what figures are told apart.
    pub enum Slice ("way to tell figures apart") {
        /// Week it ended in.
        Week = "week",
        /// Queue.
        Queue = "queue",
        /// Category.
        Category = "category",
        /// Product.
        Product = "product",
        /// Persona and version.
        Persona = "persona",
        /// Language.
        Language = "language",
        /// What wrote the drafts.
        Model = "model",
        /// What was wrong.
        Failure = "failure",
    }
}

/// Which places are meant: each named value has to be met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Where(pub Vec<(Slice, String)>);

impl Where {
    /// Whether it is one of them.
    #[must_use]
    pub fn takes(&self, place: &Place) -> bool {
        self.0.iter().all(|(slice, key)| place.key(*slice) == *key)
    }
}

impl Place {
    /// The value by which a slice tells it apart; a week is its date.
    #[must_use]
    pub fn key(&self, slice: Slice) -> String {
        match slice {
            Slice::Week => self.week.date(),
            Slice::Queue => self.queue.clone(),
            Slice::Category => self.category.clone(),
            Slice::Product => self.product.clone(),
            Slice::Persona => self.persona.clone(),
            Slice::Language => self.language.clone(),
            Slice::Model => self.model.clone(),
            Slice::Failure => self.failure.clone(),
        }
    }
}
