//! The text by which a lead says when a case goes up, and who receives it.

use serde::Deserialize;
use toml::Spanned;

use super::{Place, Seen, Signal};
use crate::{closed_list, envelope::is_address, package::Part, policy::Problem, written::Lines};

/// As shipped.
pub const SHIPPED: &str = "\
# When a case goes up. Each of these is enough alone; what is a person's from the first minute cannot be taken out.
alone = [\"person_requested\", \"legal\", \"safety\", \"self_harm\", \"security\", \"key_account\", \"anger\", \"overdue\"]
# Of these and the above, so many together are enough.
together = [\"frustration\", \"cancellation\", \"high_value\", \"impact\", \"low_confidence\", \"complexity\", \"contradiction\", \"repeated_contact\", \"silence\"]
together_min = 2
# These go up at once; the others are proposed to whoever works on the case. While nobody works, what is enough alone
# goes up at once too, where a person on call receives it.
enforce = [\"person_requested\", \"safety\", \"self_harm\"]

# Whose requests are of high value: cohorts, words of a plan, names of organisations.
high_value = [\"enterprise\"]
# Silence: so many working hours without an answer. Repeated contact: so many requests within so many days.
silence_hours = 16
repeated_requests = 3
repeated_days = 14

# Who receives a case: the first that fits. Without one, the leads of its queue.
# [[receiver]]
# key = \"on_call\"
# name = \"Person on call\"
# for = [\"anger\", \"safety\"]       # signals; none means any
# when = \"closed\"                 # always, open or closed: by the calendar of the queue's targets
# on_call = [\"mara@company.example\", \"timo@company.example\"]
# answer_minutes = 10             # then the next person, then mail to all of them, then a banner
# needs = [\"wants\", \"impact\", \"tried\"]
#
# [[receiver]]
# key = \"engineering\"
# name = \"Engineering\"
# categories = [\"technical.*\"]
# queue = \"technical\"             # or system = \"tracker\": a receiver of the configuration, or mail = [\"...\"]
# needs = [\"environment\", \"tried\", \"evidence\"]
";
/// Most receivers.
const RECEIVERS_MAX: usize = 40;
/// Most people on call in one rota.
const PEOPLE_MAX: usize = 10;

closed_list! {
    /// When a receiver takes cases.
    pub enum When ("time of a receiver") {
        /// At any time.
        Always = "always",
        /// While somebody works.
        Open = "open",
        /// While nobody works.
        Closed = "closed",
    }
}

/// How a receiver is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Means {
    /// A queue here.
    Queue(String),
    /// People here, one after the other, by their addresses.
    OnCall {
        /// Addresses they sign in with.
        people: Vec<String>,
        /// How long each has to answer, in minutes.
        minutes: i64,
    },
    /// Another system, by the name it has in the configuration.
    System(String),
    /// Colleagues elsewhere, by mail.
    Mail(Vec<String>),
}

/// Who receives cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Stable key.
    pub key: String,
    /// Name shown to people.
    pub name: String,
    signals: Vec<Signal>,
    categories: Vec<String>,
    when: When,
    /// How it is reached.
    pub means: Means,
    /// What a package must say for it.
    pub needs: Vec<Part>,
}

impl Receiver {
    fn fits(&self, signals: &[Seen], place: Place<'_>) -> bool {
        let time = match self.when {
            When::Always => true,
            When::Open => place.open,
            When::Closed => !place.open,
        };
        let signal = self.signals.is_empty() || signals.iter().any(|s| self.signals.contains(&s.signal));
        let fits = |pattern: &String| {
            place.category.is_some_and(|c| pattern.strip_suffix('*').map_or(c == pattern, |head| c.starts_with(head)))
        };
        time && signal && (self.categories.is_empty() || self.categories.iter().any(fits))
    }
}

/// When cases go up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalating {
    /// Each of these is enough.
    pub alone: Vec<Signal>,
    /// Of these, several are.
    pub together: Vec<Signal>,
    /// How many.
    pub together_min: usize,
    /// These are carried out, not proposed.
    pub enforce: Vec<Signal>,
    /// Lower-case cohorts, plan words and names of organisations.
    pub high_value: Vec<String>,
    /// Working hours without an answer.
    pub silence_hours: i64,
    /// Requests of one person.
    pub repeated_requests: i64,
    /// Within so many days.
    pub repeated_days: i64,
    /// In order.
    pub receivers: Vec<Receiver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    alone: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    together: Vec<Spanned<String>>,
    together_min: Option<Spanned<i64>>,
    #[serde(default)]
    enforce: Vec<Spanned<String>>,
    #[serde(default)]
    high_value: Vec<String>,
    silence_hours: Option<Spanned<i64>>,
    repeated_requests: Option<Spanned<i64>>,
    repeated_days: Option<Spanned<i64>>,
    #[serde(default)]
    receiver: Vec<WrittenReceiver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReceiver {
    key: Spanned<String>,
    name: Option<String>,
    #[serde(default, rename = "for")]
    signals: Vec<Spanned<String>>,
    #[serde(default)]
    categories: Vec<String>,
    when: Option<Spanned<String>>,
    queue: Option<Spanned<String>>,
    on_call: Option<Spanned<Vec<String>>>,
    answer_minutes: Option<Spanned<i64>>,
    system: Option<Spanned<String>>,
    mail: Option<Spanned<Vec<String>>>,
    #[serde(default)]
    needs: Vec<Spanned<String>>,
}

impl Escalating {
    /// As shipped.
    #[must_use]
    pub fn shipped() -> Self {
        // A test holds the shipped text to its format; were it broken all the same, every signal would be enough.
        Self::parse(SHIPPED, &[]).unwrap_or_else(|_| Self {
            alone: Signal::ALL.to_vec(),
            together: Vec::new(),
            together_min: 1,
            enforce: Vec::new(),
            high_value: Vec::new(),
            silence_hours: 16,
            repeated_requests: 3,
            repeated_days: 14,
            receivers: Vec::new(),
        })
    }

    /// Reads a text; queues must be the desk's.
    ///
    /// # Errors
    /// Every problem with its line.
    pub fn parse(text: &str, queues: &[String]) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let written: Written = lines.read()?;
        let mut problems = Vec::new();
        let mut all = |list: &[Spanned<String>]| -> Vec<Signal> {
            list.iter().filter_map(|w| lines.word(w, &mut problems)).collect()
        };
        let (alone, together, enforce) = (all(written.alone.get_ref()), all(&written.together), all(&written.enforce));
        for missing in Signal::ALL.iter().filter(|s| s.is_peoples() && !alone.contains(s)) {
            problems.push(
                lines.at(&written.alone, format!("Add “{missing}”: such cases are a person's from the first minute.")),
            );
        }
        let mut number = |written: &Option<Spanned<i64>>, usual: i64, range: std::ops::RangeInclusive<i64>| {
            let Some(place) = written else { return usual };
            if !range.contains(place.get_ref()) {
                let why = format!("This number lies between {} and {}.", range.start(), range.end());
                problems.push(lines.at(place, why));
            }
            *place.get_ref()
        };
        let together_min = usize::try_from(number(&written.together_min, 2, 1..=5)).unwrap_or(2);
        let silence_hours = number(&written.silence_hours, 16, 1..=1_000);
        let repeated_requests = number(&written.repeated_requests, 3, 2..=50);
        let repeated_days = number(&written.repeated_days, 14, 1..=365);
        let receivers = receivers(&written.receiver, queues, lines, &mut problems);
        if problems.is_empty() {
            let high_value =
                written.high_value.iter().map(|w| w.trim().to_lowercase()).filter(|w| !w.is_empty()).collect();
            Ok(Self {
                alone,
                together,
                together_min,
                enforce,
                high_value,
                silence_hours,
                repeated_requests,
                repeated_days,
                receivers,
            })
        } else {
            Err(problems)
        }
    }

    /// The first receiver that takes a case; none leaves it to the leads of its queue.
    #[must_use]
    pub fn receiver(&self, signals: &[Seen], place: Place<'_>) -> Option<&Receiver> {
        self.receivers.iter().find(|r| r.fits(signals, place))
    }

    /// The first of those that are people on call.
    #[must_use]
    pub fn on_call(&self, signals: &[Seen], place: Place<'_>) -> Option<&Receiver> {
        self.receivers.iter().find(|r| matches!(r.means, Means::OnCall { .. }) && r.fits(signals, place))
    }

    /// A receiver by its key.
    #[must_use]
    pub fn named(&self, key: &str) -> Option<&Receiver> {
        self.receivers.iter().find(|r| r.key == key)
    }
}

fn receivers(
    written: &[WrittenReceiver],
    queues: &[String],
    lines: Lines<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Receiver> {
    let mut all: Vec<Receiver> = Vec::new();
    for one in written {
        let key = one.key.get_ref().clone();
        if !crate::policy::is_key(&key) {
            problems.push(
                lines.at(&one.key, "A key is lower-case letters, digits, “.”, “-” and “_”, at most 60.".to_owned()),
            );
        }
        if all.iter().any(|r| r.key == key) {
            problems.push(lines.at(&one.key, format!("There are two receivers “{key}”.")));
        }
        if all.len() == RECEIVERS_MAX {
            problems.push(lines.at(&one.key, format!("There are at most {RECEIVERS_MAX} receivers.")));
            break;
        }
        let signals = one.signals.iter().filter_map(|w| lines.word(w, problems)).collect();
        let needs = one.needs.iter().filter_map(|w| lines.word(w, problems)).collect();
        let when = one.when.as_ref().and_then(|w| lines.word(w, problems)).unwrap_or(When::Always);
        let Some(means) = means(one, queues, lines, problems) else { continue };
        let name = one.name.clone().unwrap_or_else(|| key.clone());
        let categories = one.categories.clone();
        all.push(Receiver { key, name, signals, categories, when, means, needs });
    }
    all
}

fn means(one: &WrittenReceiver, queues: &[String], lines: Lines<'_>, problems: &mut Vec<Problem>) -> Option<Means> {
    let addresses = |list: &Spanned<Vec<String>>, problems: &mut Vec<Problem>| {
        let all: Vec<String> = list.get_ref().iter().map(|a| a.trim().to_lowercase()).collect();
        if all.is_empty() || all.len() > PEOPLE_MAX {
            problems.push(lines.at(list, format!("Name one to {PEOPLE_MAX} addresses.")));
        }
        for wrong in all.iter().filter(|a| !is_address(a)) {
            problems.push(lines.at(list, format!("“{wrong}” is no mail address.")));
        }
        all
    };
    match (&one.queue, &one.on_call, &one.system, &one.mail) {
        (Some(queue), None, None, None) => {
            if !queues.iter().any(|q| q == queue.get_ref()) {
                problems.push(
                    lines.at(
                        queue,
                        format!("There is no queue “{}”; there are: {}.", queue.get_ref(), queues.join(", ")),
                    ),
                );
            }
            Some(Means::Queue(queue.get_ref().clone()))
        }
        (None, Some(people), None, None) => {
            let people = addresses(people, problems);
            let minutes = one.answer_minutes.as_ref().map_or(10, |m| *m.get_ref());
            if let Some(place) = one.answer_minutes.as_ref().filter(|_| !(1..=240).contains(&minutes)) {
                problems.push(lines.at(place, "A person on call has 1 to 240 minutes.".to_owned()));
            }
            Some(Means::OnCall { people, minutes })
        }
        (None, None, Some(system), None) => Some(Means::System(system.get_ref().clone())),
        (None, None, None, Some(mail)) => Some(Means::Mail(addresses(mail, problems))),
        _ => {
            let why = "A receiver is reached one way: give it queue, on_call, system or mail.";
            problems.push(lines.at(&one.key, why.to_owned()));
            None
        }
    }
}
