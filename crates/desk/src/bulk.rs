//! One reply to many: deliberate, slow and stoppable.
//!
//! A bulk reply approves nothing by itself. It is as many ordinary approvals as it has letters, each of its own bytes;
//! these rules only say what a person has to do before giving so many at once, and how slowly the letters leave.

use crate::{closed_list, refusal::Refusal, terms::Signers, ticket::Status, time::Timestamp};

/// Most tickets one bulk reply may answer.
pub const TICKETS_MAX: usize = 500;
/// Up to this many letters the preview is enough: nothing is read by force and nothing counted by hand.
pub const PREVIEW_ENOUGH: usize = 5;
/// How many letters of a larger one are read one by one.
pub const SAMPLE: usize = 5;
/// Least time between two letters of the sample, in seconds. Faster is clicking, not reading.
pub const READ_SECONDS_MIN: i64 = 2;
/// How many letters leave before the pause.
pub const FIRST_LETTERS: usize = 10;
/// Seconds between those.
const FIRST_APART_SECONDS: i64 = 3;
/// The pause after them, in seconds: time to look at what they brought back.
const PAUSE_SECONDS: i64 = 60;

/// What an installation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Letters that one person may send in bulk within a day; 1..=10000.
    pub letters_a_day: i64,
    /// From this many letters on a second person approves; 2..=10000.
    pub two_people_from: usize,
}

impl Limits {
    /// How many people a bulk reply of so many letters asks for.
    #[must_use]
    pub const fn signers(&self, letters: usize) -> Signers {
        if letters >= self.two_people_from { Signers::Two } else { Signers::One }
    }
}

closed_list! {
    /// Why a ticket is left out of a bulk reply.
    pub enum LeftOut ("reason for leaving a ticket out") {
        /// Somebody's own words stand in its draft.
        InHand = "in_hand",
        /// Its requester gets the letter already, for another ticket.
        SamePerson = "same_person",
        /// A slot has no value there.
        Slot = "slot",
        /// Nobody answers tickets in that state.
        Closed = "closed",
        /// Its letter needs an answer of its own: a check to confirm, a rule that stops it, no address.
        OwnAnswer = "own_answer",
    }
}

closed_list! {
    /// Where one letter of a bulk reply is.
    pub enum LetterFate ("state of a letter in a bulk reply") {
        /// It needs a yes.
        Open = "open",
        /// It has one, and needs a colleague's.
        AwaitsSecond = "awaits_second",
        /// Waits in the outbox; can be stopped.
        Ready = "ready",
        /// Is leaving.
        Sending = "sending",
        /// Left.
        Sent = "sent",
        /// May have left; a person decides.
        Uncertain = "uncertain",
        /// Did not leave and will not as part of this: another draft took its place, or it was put aside.
        PutAside = "put_aside",
    }
}

closed_list! {
    /// Where a bulk reply is as a whole.
    pub enum Stage ("stage of a bulk reply") {
        /// Written; nobody said yes yet.
        Prepared = "prepared",
        /// One person said yes; a second has to.
        AwaitsSecond = "awaits_second",
        /// Letters leave one after another.
        Leaving = "leaving",
        /// Stopped, with letters left over that nobody approved since.
        Stopped = "stopped",
        /// Nothing of it waits any more.
        Done = "done",
    }
}

/// Where it is, by its letters.
#[must_use]
pub fn stage(letters: &[LetterFate], was_stopped: bool) -> Stage {
    let any = |fate: LetterFate| letters.contains(&fate);
    if any(LetterFate::Ready) || any(LetterFate::Sending) {
        Stage::Leaving
    } else if any(LetterFate::Open) && was_stopped {
        Stage::Stopped
    } else if any(LetterFate::AwaitsSecond) {
        Stage::AwaitsSecond
    } else if any(LetterFate::Open) {
        Stage::Prepared
    } else {
        Stage::Done
    }
}

/// What is known of a ticket before it becomes part of a bulk reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub status: Status,
    /// Whether a person's words stand in its open draft.
    pub in_hand: bool,
    /// Whether its requester gets this letter already.
    pub told_already: bool,
    /// Whether every slot has a value.
    pub filled: bool,
}

/// May this ticket be part?
///
/// # Errors
/// The first reason against it.
pub const fn may_join(ticket: Candidate) -> Result<(), LeftOut> {
    if matches!(ticket.status, Status::Closed) {
        Err(LeftOut::Closed)
    } else if ticket.in_hand {
        Err(LeftOut::InHand)
    } else if ticket.told_already {
        Err(LeftOut::SamePerson)
    } else if !ticket.filled {
        Err(LeftOut::Slot)
    } else {
        Ok(())
    }
}

/// The letters that have to be read one by one, by their places: the first, the last, the longest, and others evenly
/// between them. None where the preview is enough.
#[must_use]
pub fn sample(lengths: &[usize]) -> Vec<usize> {
    let count = lengths.len();
    if count <= PREVIEW_ENOUGH {
        return Vec::new();
    }
    let longest = lengths
        .iter()
        .enumerate()
        .max_by_key(|(at, length)| (**length, std::cmp::Reverse(*at)))
        .map_or(0, |(at, _)| at);
    let mut chosen = vec![longest];
    let even = (0..SAMPLE).map(|n| n * (count - 1) / (SAMPLE - 1));
    let rest = (0..count).filter(|at| at % 7 == 3);
    // The ends first, then what lies between.
    let mut order: Vec<usize> = even.collect();
    order.sort_by_key(|at| (*at != 0 && *at != count - 1, *at));
    for at in order.into_iter().chain(rest) {
        if chosen.len() < SAMPLE && !chosen.contains(&at) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// What a person did before they say yes to many letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// How many letters there are.
    pub letters: usize,
    /// The count they typed.
    pub typed: usize,
    /// When they opened each letter of the sample since the pages were shown; none for one they did not.
    pub sample: Vec<Option<Timestamp>>,
    /// Letters they sent in bulk within the last day.
    pub sent_today: i64,
}

/// May so many letters be approved at once?
///
/// # Errors
/// [`Refusal::Counted`], [`Refusal::Unread`] or [`Refusal::DayIsFull`].
pub fn may_send(reviewed: &Reviewed, limits: &Limits) -> Result<(), Refusal> {
    let letters = i64::try_from(reviewed.letters).unwrap_or(i64::MAX);
    if reviewed.letters == 0 || (reviewed.letters > PREVIEW_ENOUGH && reviewed.typed != reviewed.letters) {
        return Err(Refusal::Counted);
    }
    let mut read: Vec<Timestamp> = reviewed.sample.iter().flatten().copied().collect();
    read.sort_unstable();
    let hurried = read.windows(2).filter(|w| w[1].seconds_since(w[0]) < READ_SECONDS_MIN).count();
    let unread = reviewed.sample.len() - read.len() + hurried;
    if unread > 0 {
        return Err(Refusal::Unread { left: i64::try_from(unread).unwrap_or(i64::MAX) });
    }
    let left = (limits.letters_a_day - reviewed.sent_today).max(0);
    if letters > left {
        return Err(Refusal::DayIsFull { left });
    }
    Ok(())
}

/// Seconds after the undo window at which the letter at `place` (from 0) leaves: a few slowly, a pause to look at
/// what they bring back, then one a second.
#[must_use]
pub fn leaves_after(place: usize) -> i64 {
    let place = i64::try_from(place).unwrap_or(i64::MAX / 8);
    let first = i64::try_from(FIRST_LETTERS).unwrap_or(0);
    if place < first {
        place * FIRST_APART_SECONDS
    } else {
        (first - 1) * FIRST_APART_SECONDS + PAUSE_SECONDS + (place - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { letters_a_day: 200, two_people_from: 50 };

    fn at(seconds: i64) -> Option<Timestamp> {
        Some(Timestamp::from_secs(1_795_000_000 + seconds))
    }

    fn reviewed() -> Reviewed {
        Reviewed { letters: 40, typed: 40, sample: (0..5).map(|n| at(n * 3)).collect(), sent_today: 0 }
    }

    #[test]
    fn t039_many_letters_leave_only_counted_by_hand_and_read_in_part() {
        assert_eq!(may_send(&reviewed(), &LIMITS), Ok(()));
        assert_eq!(may_send(&Reviewed { typed: 4, ..reviewed() }, &LIMITS), Err(Refusal::Counted));
        assert_eq!(may_send(&Reviewed { letters: 0, typed: 0, ..reviewed() }, &LIMITS), Err(Refusal::Counted));
        let unread = Reviewed { sample: vec![at(0), None, at(3), None, at(9)], ..reviewed() };
        assert_eq!(may_send(&unread, &LIMITS), Err(Refusal::Unread { left: 2 }));
        let clicked = Reviewed { sample: vec![at(5), at(5), at(0), at(10), at(11)], ..reviewed() };
        assert_eq!(may_send(&clicked, &LIMITS), Err(Refusal::Unread { left: 2 }));
        assert_eq!(
            may_send(&Reviewed { sent_today: 161, ..reviewed() }, &LIMITS),
            Err(Refusal::DayIsFull { left: 39 })
        );
        assert_eq!(may_send(&Reviewed { sent_today: 160, ..reviewed() }, &LIMITS), Ok(()));
        let few = Reviewed { letters: 5, typed: 0, sample: Vec::new(), sent_today: 0 };
        assert_eq!(may_send(&few, &LIMITS), Ok(()));
    }

    #[test]
    fn the_sample_has_both_ends_and_the_longest() {
        assert!(sample(&[10; 5]).is_empty());
        let mut lengths = [100; 40];
        lengths[17] = 101;
        let chosen = sample(&lengths);
        assert_eq!(chosen.len(), SAMPLE);
        assert!([0, 17, 39].iter().all(|at| chosen.contains(at)), "{chosen:?}");
        for count in 6..60 {
            let chosen = sample(&vec![1; count]);
            assert_eq!(chosen.len(), SAMPLE, "{count}");
            assert!(chosen.windows(2).all(|w| w[0] < w[1]) && chosen.iter().all(|at| *at < count));
        }
    }

    #[test]
    fn letters_start_slowly_and_pause_after_the_tenth() {
        let times: Vec<i64> = (0..40).map(leaves_after).collect();
        assert_eq!(times.get(..3), Some(&[0, 3, 6][..]));
        assert_eq!((times[9], times[10], times[11]), (27, 87, 88));
        assert!(times.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn letters_say_where_the_whole_is() {
        use LetterFate as F;
        let table = [
            (&[F::Open, F::Open][..], false, Stage::Prepared),
            (&[F::Open, F::AwaitsSecond], false, Stage::AwaitsSecond),
            (&[F::Sent, F::Ready], false, Stage::Leaving),
            (&[F::Sent, F::Sending], true, Stage::Leaving),
            (&[F::Sent, F::Open], true, Stage::Stopped),
            (&[F::Sent, F::Uncertain, F::PutAside], true, Stage::Done),
        ];
        for (letters, was_stopped, whole) in table {
            assert_eq!(stage(letters, was_stopped), whole, "{letters:?}");
        }
    }

    #[test]
    fn from_a_size_on_two_people_stand_behind_it() {
        assert_eq!((LIMITS.signers(49), LIMITS.signers(50)), (Signers::One, Signers::Two));
    }

    #[test]
    fn tickets_that_need_a_person_of_their_own_are_left_out() {
        let good = Candidate { status: Status::Open, in_hand: false, told_already: false, filled: true };
        assert_eq!(may_join(good), Ok(()));
        assert_eq!(may_join(Candidate { in_hand: true, ..good }), Err(LeftOut::InHand));
        assert_eq!(may_join(Candidate { told_already: true, ..good }), Err(LeftOut::SamePerson));
        assert_eq!(may_join(Candidate { filled: false, ..good }), Err(LeftOut::Slot));
        assert_eq!(may_join(Candidate { status: Status::Closed, ..good }), Err(LeftOut::Closed));
    }
}
