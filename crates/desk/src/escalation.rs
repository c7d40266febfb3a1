//! When a case goes up, and to whom: signals that a lead's text weighs. The machine proposes or carries out going up;
//! nothing here ever brings a case down, and more signals never weigh less (property in `tests.rs`).
//!
//! Start with [`decide`]; `signals.rs` finds the signals, `policy.rs` reads the text a lead edits.

use serde::{Deserialize, Serialize};

use crate::{closed_list, ids::MessageId, risk::Flag, time::Timestamp};

mod policy;
mod signals;
#[cfg(test)]
mod tests;

pub use policy::{Escalating, Means, Receiver, SHIPPED, When};
pub use signals::{Case, Contact, signals};

closed_list! {
    /// A reason to go up.
    pub enum Signal ("escalation signal") {
        /// The requester asked for a person.
        PersonRequested = "person_requested",
        /// Law or data protection.
        Legal = "legal",
        /// Somebody may be in danger.
        Safety = "safety",
        /// The writer may harm themselves.
        SelfHarm = "self_harm",
        /// Identity or access is at stake.
        Security = "security",
        /// A sender the desk named as important.
        KeyAccount = "key_account",
        /// The requester is angry.
        Anger = "anger",
        /// The requester is losing patience.
        Frustration = "frustration",
        /// The requester may leave.
        Cancellation = "cancellation",
        /// A cohort, plan or organisation the text calls valuable.
        HighValue = "high_value",
        /// Many cannot work, or money is being lost.
        Impact = "impact",
        /// The machine does not know what this is.
        LowConfidence = "low_confidence",
        /// Several things at once, or many steps without result.
        Complexity = "complexity",
        /// The requester was told different things, or sources disagree.
        Contradiction = "contradiction",
        /// They write again about the same.
        RepeatedContact = "repeated_contact",
        /// They have waited longer than the text allows.
        Silence = "silence",
        /// A promised time has passed.
        Overdue = "overdue",
    }
}

impl Signal {
    /// What is a person's from the first minute, whatever a lead writes.
    #[must_use]
    pub const fn is_peoples(self) -> bool {
        matches!(
            self,
            Self::PersonRequested | Self::Legal | Self::Safety | Self::SelfHarm | Self::KeyAccount | Self::Anger
        )
    }

    /// The signal a risk flag is, if it is one.
    #[must_use]
    pub const fn of(flag: Flag) -> Option<Self> {
        Some(match flag {
            Flag::PersonRequested => Self::PersonRequested,
            Flag::Legal => Self::Legal,
            Flag::Safety => Self::Safety,
            Flag::SelfHarm => Self::SelfHarm,
            Flag::Security => Self::Security,
            Flag::Vip => Self::KeyAccount,
            Flag::Anger => Self::Anger,
            Flag::Frustration => Self::Frustration,
            Flag::Cancellation => Self::Cancellation,
            Flag::Payment | Flag::Refund | Flag::Injection | Flag::MachineMail | Flag::Sender => return None,
        })
    }
}

/// A signal with what shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which.
    pub signal: Signal,
    /// Quoted words, or a sentence where nothing can be quoted.
    pub quote: String,
    /// The message the words stand in.
    pub message: Option<MessageId>,
    /// Their characters in its newest part.
    pub span: Option<(usize, usize)>,
}

closed_list! {
    /// Whether a case goes up. Later ones are higher; none is ever taken back by the machine.
    pub enum Rise ("way of going up") {
        /// It stays.
        Stay = "stay",
        /// A person is asked whether it goes up.
        Propose = "propose",
        /// It goes up now.
        Enforce = "enforce",
    }
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it goes up.
    pub rise: Rise,
    /// Every signal that was seen, each once.
    pub signals: Vec<Seen>,
    /// Why, in a sentence.
    pub because: String,
    /// The receiver's key; none for the leads of the ticket's queue.
    pub receiver: Option<String>,
}

/// Where and when a case stands, for choosing who receives it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Category key.
    pub category: Option<&'a str>,
    /// Queue key.
    pub queue: &'a str,
    /// Whether somebody works now.
    pub open: bool,
    /// Flags with which the category's own policy asks for escalation.
    pub demanded: &'a [Flag],
}

/// Decides. What the category's policy demands goes up at once; so does what the text enforces. What is enough alone, or
/// enough of what counts together, is proposed. While nobody works there is nobody who could look at a proposal: what is
/// enough alone then goes up at once, if somebody on call takes it. Several small signals wake nobody.
#[must_use]
pub fn decide(policy: &Escalating, signals: Vec<Seen>, place: Place<'_>) -> Decision {
    let has = |list: &[Signal]| signals.iter().find(|s| list.contains(&s.signal)).map(|s| s.signal);
    let demanded = signals.iter().find(|s| place.demanded.iter().any(|f| Signal::of(*f) == Some(s.signal)));
    let together: Vec<Signal> =
        signals.iter().map(|s| s.signal).filter(|s| policy.together.contains(s) || policy.alone.contains(s)).collect();
    let (rise, because) = if let Some(seen) = demanded {
        (Rise::Enforce, format!("The category's policy escalates every case of {}.", words(&[seen.signal])))
    } else if let Some(signal) = has(&policy.enforce) {
        (Rise::Enforce, format!("{} goes up at once.", capital(&words(&[signal]))))
    } else if let Some(signal) = has(&policy.alone) {
        (Rise::Propose, format!("{} is enough alone.", capital(&words(&[signal]))))
    } else if together.len() >= policy.together_min {
        (Rise::Propose, format!("{} together are enough.", capital(&words(&together))))
    } else {
        (Rise::Stay, "Too few signals.".to_owned())
    };
    let wakes = !place.open && (rise == Rise::Enforce || has(&policy.alone).is_some());
    let on_call = policy.on_call(&signals, place).filter(|_| wakes);
    let (rise, because) = match (on_call, rise) {
        (Some(receiver), Rise::Propose) => {
            (Rise::Enforce, format!("{because} Nobody works now, so {} is called.", receiver.name))
        }
        _ => (rise, because),
    };
    let receiver = on_call.or_else(|| policy.receiver(&signals, place)).map(|r| r.key.clone());
    Decision { rise, signals, because, receiver }
}

/// `anger, high value`.
#[must_use]
pub fn words(signals: &[Signal]) -> String {
    let all: Vec<String> = signals.iter().map(|s| s.word().replace('_', " ")).collect();
    all.join(", ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Who is asked next when nobody of a receiver's people answered: the person after as many as had their time, or none
/// when all had it. Time is counted from when the case went up.
#[must_use]
pub fn on_call(people: usize, minutes: i64, since: Timestamp, now: Timestamp) -> OnCall {
    let waited = now.seconds_since(since).max(0) / (minutes.max(1) * 60);
    match usize::try_from(waited) {
        Ok(at) if at < people => OnCall::Person(at),
        Ok(at) if at == people => OnCall::Mail,
        _ => OnCall::Banner,
    }
}

/// Who hears of a case now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnCall {
    /// This one of the people, by place.
    Person(usize),
    /// All of them by mail.
    Mail,
    /// Everybody who looks at the desk.
    Banner,
}
