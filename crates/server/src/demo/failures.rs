//! Failures of the invented company as mails: what somebody asked when something the machine made was wrong. Topics and wordings
//! are written (`fixtures/failures`), everything else is drawn. The topic is the hidden truth: benches hold the product against
//! it, and nothing of the product reads it.

use desk::{Timestamp, failure::Failure};
use store::{Generated, GeneratedKind};

use super::files;
use crate::{App, FlowError, dice::Dice, library::meaning_of};

const WRITTEN: &str = include_str!("../../../../fixtures/failures/topics.txt");

/// Which topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Those that constants were chosen on.
    Development,
    /// Those that nothing was tuned on.
    Held,
}

/// What several people ask alike.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Where it is worked.
    pub category: &'static str,
    /// What went wrong.
    pub failure: Failure,
    /// Its language.
    pub language: &'static str,
    /// What decides it, where one text does.
    pub source: Option<&'static str>,
    wordings: Vec<(&'static str, &'static str)>,
    part: Part,
}

/// The topics of a part.
///
/// # Errors
/// When the embedded file is damaged.
pub fn topics(part: Part) -> Result<Vec<Topic>, FlowError> {
    let mut all: Vec<Topic> = Vec::new();
    for line in WRITTEN.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let damaged = || FlowError::Internal(format!("topics.txt: {line}"));
        if let Some(head) = line.strip_prefix("== ") {
            all.push(headed(head).ok_or_else(damaged)?);
            continue;
        }
        let topic = all.last_mut().ok_or_else(damaged)?;
        match line.strip_prefix("~ ") {
            Some(source) => topic.source = Some(source),
            None => topic.wordings.push(line.split_once(" :: ").ok_or_else(damaged)?),
        }
    }
    all.retain(|topic| topic.part == part);
    Ok(all)
}

fn headed(head: &'static str) -> Option<Topic> {
    let mut fields = head.split(" | ");
    // Its name is for whoever reads the file.
    let category = fields.nth(1)?;
    let (failure, language) = (fields.next()?.parse().ok()?, fields.next()?);
    let part = match fields.next()? {
        "development" => Part::Development,
        "held" => Part::Held,
        _ => return None,
    };
    Some(Topic { category, failure, language, source: None, wordings: Vec::new(), part })
}

const NAMES: [&str; 12] = [
    "Ines Duarte",
    "Jonas Keller",
    "Amina Rashid",
    "Pavel Novak",
    "Lotte Visser",
    "Hugo Bernard",
    "Sofia Lindgren",
    "Marek Wolski",
    "Clara Boateng",
    "Tomás Rivera",
    "Yuki Mori",
    "Frieda Ahlers",
];
const COMPANIES: [&str; 8] = [
    "Solvera Travel",
    "Tidepool Studio",
    "Orchard Foods",
    "Harbour Freight Nord",
    "Brightline Dental",
    "Kestrel Print",
    "Nordlicht Bau",
    "Palmyra Events",
];
const MONTHS: [(&str, &str); 6] = [
    ("March", "März"),
    ("May", "Mai"),
    ("June", "Juni"),
    ("August", "August"),
    ("September", "September"),
    ("October", "Oktober"),
];

/// What surrounds a question, by language: greetings, asides, endings.
struct Manner {
    greetings: [&'static str; 5],
    asides: [&'static str; 8],
    endings: [&'static str; 5],
}

const ENGLISH: Manner = Manner {
    greetings: ["Hi,\n\n", "Hello support,\n\n", "Dear team,\n\n", "Good morning!\n\n", ""],
    asides: [
        " This is rather urgent for us.",
        " I searched the help centre and did not find it.",
        " This is the third time I write about this, and it is getting annoying!",
        " We are long-time customers and otherwise very happy.",
        " The answer I got yesterday did not help at all.",
        "",
        "",
        "",
    ],
    endings: ["\n\nThanks,\n{name}", "\n\nKind regards\n{name}\n{company}", "\n\ncheers {name}", "\n\n{name}", ""],
};

const GERMAN: Manner = Manner {
    greetings: ["Hallo,\n\n", "Guten Tag,\n\n", "Sehr geehrte Damen und Herren,\n\n", "Moin,\n\n", ""],
    asides: [
        " Es ist ziemlich dringend.",
        " In der Hilfe habe ich nichts gefunden.",
        " Das ist jetzt meine dritte Mail dazu, langsam ärgert es mich!",
        " Sonst sind wir sehr zufrieden.",
        " Die Antwort von gestern hat uns nicht geholfen.",
        "",
        "",
        "",
    ],
    endings: [
        "\n\nDanke,\n{name}",
        "\n\nMit freundlichen Grüßen\n{name}\n{company}",
        "\n\nGruß {name}",
        "\n\n{name}",
        "",
    ],
};

impl Topic {
    /// A mail about it: subject and text.
    pub(crate) fn mail(&self, dice: &mut Dice) -> (String, String) {
        let manner = if self.language == "de" { &GERMAN } else { &ENGLISH };
        let pick = |dice: &mut Dice, of: &[&'static str]| of.get(dice.below(of.len())).copied().unwrap_or_default();
        let (subject, core) = self.wordings.get(dice.below(self.wordings.len())).copied().unwrap_or_default();
        let (greeting, aside) = (pick(dice, &manner.greetings), pick(dice, &manner.asides));
        let ending = pick(dice, &manner.endings);
        let drawn = self.drawn(dice);
        let filled = |text: &str| drawn.iter().fold(text.to_owned(), |text, (slot, value)| text.replace(slot, value));
        let text = filled(&format!("{greeting}{core}{aside}{ending}"));
        let text = if dice.happens(0.3) { slipped(dice, &text) } else { text };
        let subject = if dice.happens(0.15) { String::new() } else { filled(subject) };
        (subject, text)
    }

    fn drawn(&self, dice: &mut Dice) -> Vec<(&'static str, String)> {
        let one = |dice: &mut Dice, of: &[&str]| of.get(dice.below(of.len())).copied().unwrap_or_default().to_owned();
        let month = MONTHS.get(dice.below(MONTHS.len())).copied().unwrap_or_default();
        let invoice = format!("INV-2026-{:05}", dice.below(90_000) + 10_000);
        let amount = if self.language == "de" {
            format!("{},{:02} EUR", dice.below(900) + 20, dice.below(100))
        } else {
            format!("EUR {}.{:02}", dice.below(900) + 20, dice.below(100))
        };
        vec![
            ("{name}", one(dice, &NAMES)),
            ("{company}", one(dice, &COMPANIES)),
            ("{month}", if self.language == "de" { month.1 } else { month.0 }.to_owned()),
            ("{invoice}", invoice),
            ("{amount}", amount),
            ("{count}", (dice.below(90) + 3).to_string()),
            ("{late}", (dice.below(60) + 31).to_string()),
            ("{early}", (dice.below(10) + 3).to_string()),
        ]
    }
}

/// With two letters of one or two longer words exchanged.
fn slipped(dice: &mut Dice, text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for _ in 0..=dice.below(2) {
        let at = dice.below(words.len());
        let Some(word) = words.get_mut(at).filter(|w| w.chars().count() > 4 && w.chars().all(char::is_alphabetic))
        else {
            continue;
        };
        let mut letters: Vec<char> = word.chars().collect();
        let from = 1 + dice.below(letters.len() - 3);
        letters.swap(from, from + 1);
        *word = letters.into_iter().collect();
    }
    words.join(" ")
}

/// Weeks of made-up failures, and how many a week at most.
const WEEKS: i64 = 26;
const A_WEEK: usize = 14;

/// Loads half a year of failures and of cases that cover more and more of them, once; every row says that it was made up.
///
/// # Errors
/// Whatever the database says.
pub async fn load(app: &App) -> Result<(), FlowError> {
    app.store.keep_generated_failures(&rows(app.clock.now())?).await?;
    Ok(())
}

/// What was asked in each of them, as its meaning is read.
///
/// # Errors
/// When an embedded file is damaged.
pub(super) fn asked(now: Timestamp) -> Result<Vec<String>, FlowError> {
    Ok(rows(now)?.iter().map(|row| meaning_of(&row.subject, "", &row.text)).collect())
}

fn rows(now: Timestamp) -> Result<Vec<Generated>, FlowError> {
    let company = files::company()?;
    let mut dice = Dice(20_269);
    let first = now.monday().plus_seconds(-WEEKS * 7 * 86_400);
    let mut rows = Vec::new();
    let mut add = |kind, topic: &Topic, at, (subject, text): (String, String)| {
        if let Some(category) = company.categories.iter().find(|c| c.key == topic.category) {
            let (queue, category) = (category.queue.clone(), category.key.clone());
            rows.push(Generated { id: store::new_id(), kind, queue, category, at, subject, text });
        }
    };
    for topic in topics(Part::Development)?.iter().chain(&topics(Part::Held)?) {
        // Some went wrong only at first; most got a case in some week, and some have none to this day.
        let until = if dice.happens(0.15) { 8 } else { WEEKS };
        let covered = dice.happens(0.68).then(|| 2 + dice.seconds(WEEKS - 3));
        let a_week = dice.share().powi(2);
        for week in 0..until {
            let begin = first.plus_seconds(week * 7 * 86_400);
            // A case makes its failure rarer.
            let often = if covered.is_some_and(|from| from < week) { a_week * 0.4 } else { a_week };
            for _ in 0..A_WEEK {
                if dice.happens(often / A_WEEK as f64) {
                    let mail = topic.mail(&mut dice);
                    add(GeneratedKind::Failure, topic, begin.plus_seconds(dice.seconds(7 * 86_400)), mail);
                }
            }
        }
        if let Some(week) = covered {
            let at = first.plus_seconds(week * 7 * 86_400 + dice.seconds(5 * 86_400));
            let mail = topic.mail(&mut dice);
            add(GeneratedKind::Case, topic, at, mail);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read_and_their_mails_have_no_empty_slot() {
        for part in [Part::Development, Part::Held] {
            let topics = topics(part).expect("readable");
            assert!(topics.len() > 20, "{}", topics.len());
            let mut dice = Dice(7);
            for topic in &topics {
                assert!(topic.wordings.len() >= 5, "{}", topic.category);
                for _ in 0..20 {
                    let (subject, text) = topic.mail(&mut dice);
                    assert!(!subject.contains('{') && !text.contains('{') && text.len() > 20, "{subject} {text}");
                }
            }
        }
    }

    #[test]
    fn the_made_up_half_year_has_failures_and_cases_of_known_categories_in_the_past() {
        let now = Timestamp::from_secs(1_795_000_000);
        let rows = rows(now).expect("readable");
        let n = |kind| rows.iter().filter(|row| row.kind == kind).count();
        assert!(n(GeneratedKind::Failure) > 200 && n(GeneratedKind::Failure) < 600, "{}", n(GeneratedKind::Failure));
        assert!(n(GeneratedKind::Case) > 20, "{}", n(GeneratedKind::Case));
        assert!(rows.iter().all(|row| row.at < now && !row.queue.is_empty()));
    }
}
