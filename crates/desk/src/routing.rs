//! Which queue a ticket goes to, and who is asked first: lines a lead can read, and skills of people.
//!
//! A line reads `queue | category | product | language | organisation`; `*` stands for anything, and in a category or
//! organisation it may stand for the rest (`technical.*`). The first line that fits wins, else the category's queue.
//! Flags come before all of this; a proposal of people is never an assignment.

use serde::{Deserialize, Serialize};

use crate::{
    closed_list,
    ids::AgentId,
    language::Language,
    policy::Problem,
    triage::{Category, Routed},
    words::UnknownWord,
};

/// The queue of tickets nobody could sort yet, where a desk has one.
pub const TRIAGE_QUEUE: &str = "triage";
/// The routing of a new desk: every category's own queue.
pub const SHIPPED: &str = "# queue | category | product | language | organisation\n# The first line that fits wins; without one, the category's own queue.\n";
/// Most lines.
const LINES_MAX: usize = 500;
/// How many people are proposed at most.
const WHO_MAX: usize = 3;

/// A checked routing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Routing {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: usize,
    queue: String,
    category: Pattern,
    product: Pattern,
    language: Pattern,
    organization: Pattern,
}

/// Lower case; `None` is anything, a trailing `*` the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern(Option<String>);

/// What routing looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked<'a> {
    /// Category key.
    pub category: Option<&'a str>,
    /// Product key, lower case.
    pub product: Option<&'a str>,
    /// Language word.
    pub language: Option<&'a str>,
    /// The requester's organization by name.
    pub organization: Option<&'a str>,
}

impl Pattern {
    fn of(text: &str) -> Self {
        Self((text != "*").then(|| text.to_lowercase()))
    }

    fn fits(&self, found: Option<&str>) -> bool {
        let Some(wanted) = &self.0 else { return true };
        let Some(found) = found.map(str::to_lowercase) else { return false };
        wanted.strip_suffix('*').map_or_else(|| found == *wanted, |head| found.starts_with(head))
    }

    fn told(&self, what: &str) -> Option<String> {
        self.0.as_ref().map(|wanted| format!("{what} {wanted}"))
    }
}

impl Routing {
    /// Reads the lines; queues and categories must be the desk's.
    ///
    /// # Errors
    /// Every problem with its line.
    pub fn parse(text: &str, queues: &[String], categories: &[Category]) -> Result<Self, Vec<Problem>> {
        let (mut lines, mut problems) = (Vec::new(), Vec::new());
        for (at, text) in text.lines().enumerate() {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            match line(at + 1, text, queues, categories) {
                Ok(_) if lines.len() == LINES_MAX => {
                    problems.push(Problem::at(at + 1, format!("A routing has at most {LINES_MAX} lines.")));
                    break;
                }
                Ok(line) => lines.push(line),
                Err(why) => problems.push(Problem::at(at + 1, why)),
            }
        }
        if problems.is_empty() { Ok(Self { lines }) } else { Err(problems) }
    }

    /// The first line that fits; none leaves it to the category.
    #[must_use]
    pub fn way(&self, asked: Asked<'_>) -> Option<Routed> {
        let line = self.lines.iter().find(|l| {
            l.category.fits(asked.category)
                && l.product.fits(asked.product)
                && l.language.fits(asked.language)
                && l.organization.fits(asked.organization)
        })?;
        let told = [
            line.category.told("category"),
            line.product.told("product"),
            line.language.told("language"),
            line.organization.told("organisation"),
        ];
        let told: Vec<String> = told.into_iter().flatten().collect();
        let what = if told.is_empty() { "everything".to_owned() } else { told.join(", ") };
        Some(Routed { queue: line.queue.clone(), because: format!("Line {} of the routing: {what}.", line.number) })
    }

    /// The desk's own way for a ticket: below threshold to the people who sort, where the desk has such a queue; else
    /// by its lines; else none, which leaves it to the category.
    #[must_use]
    pub fn choose(&self, asked: Asked<'_>, queues: &[String]) -> Option<Routed> {
        if asked.category.is_none() && queues.iter().any(|q| q == TRIAGE_QUEUE) {
            let because = "No category is sure enough, so a person sorts it.".to_owned();
            return Some(Routed { queue: TRIAGE_QUEUE.to_owned(), because });
        }
        self.way(asked)
    }
}

fn line(number: usize, text: &str, queues: &[String], categories: &[Category]) -> Result<Line, String> {
    let parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let [queue, category, product, language, organization] = parts.as_slice() else {
        return Err(
            "A line reads: queue | category | product | language | organisation, with * for anything.".to_owned()
        );
    };
    if parts.iter().any(|p| p.is_empty()) {
        return Err("Nothing stands between two bars; write * for anything.".to_owned());
    }
    if !queues.iter().any(|q| q == queue) {
        return Err(format!("There is no queue “{queue}”; there are: {}.", queues.join(", ")));
    }
    let line = Line {
        number,
        queue: (*queue).to_owned(),
        category: Pattern::of(category),
        product: Pattern::of(product),
        language: Pattern::of(language),
        organization: Pattern::of(organization),
    };
    if line.category.0.is_some() && !categories.iter().any(|c| line.category.fits(Some(&c.key))) {
        return Err(format!("No category fits “{category}”."));
    }
    if let Some(word) = &line.language.0 {
        word.parse::<Language>().map_err(|unknown| format!("{unknown}."))?;
    }
    Ok(line)
}

/// The product a mail is about: the one whose name stands in its words, else the one the contract is about. None when
/// several are named.
#[must_use]
pub fn product<'p>(text: &str, plan: Option<&str>, products: &'p [String]) -> Option<&'p str> {
    let named = |text: &str| -> Vec<&'p str> {
        let words = text.to_lowercase();
        let words: Vec<&str> = words.split(|c: char| !c.is_alphanumeric()).collect();
        products.iter().map(String::as_str).filter(|p| words.contains(p)).collect()
    };
    match named(text).as_slice() {
        [one] => Some(one),
        [] => match named(plan.unwrap_or_default()).as_slice() {
            [one] => Some(one),
            _ => None,
        },
        _ => None,
    }
}

closed_list! {
    /// What a person is good at.
    pub enum SkillKind ("kind of skill") {
        /// A language they write.
        Language = "language",
        /// A product they know.
        Product = "product",
        /// A kind of case they know.
        Category = "category",
    }
}

/// One skill: `language:de`, `product:relay`, `category:technical.api`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill {
    /// What kind.
    pub kind: SkillKind,
    /// Which, lower case.
    pub value: String,
}

impl std::fmt::Display for Skill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl std::str::FromStr for Skill {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let (kind, value) = text.split_once(':').unwrap_or((text, ""));
        let kind = kind.trim().parse()?;
        let value = value.trim().to_lowercase();
        let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if value.is_empty() || value.len() > 60 || !plain {
            return Err(UnknownWord::new("skill", text, &["language:de", "product:NAME", "category:KEY"]));
        }
        Ok(Self { kind, value })
    }
}

impl Skill {
    fn fits(&self, asked: &Asked<'_>) -> bool {
        let found = match self.kind {
            SkillKind::Language => asked.language,
            SkillKind::Product => asked.product,
            SkillKind::Category => asked.category,
        };
        found.is_some_and(|f| f.eq_ignore_ascii_case(&self.value))
    }
}

/// Somebody who works in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub id: AgentId,
    /// Name.
    pub name: String,
    /// What they are good at.
    pub skills: Vec<Skill>,
    /// Open tickets they have.
    pub open: i64,
}

/// Somebody proposed, with the skills that fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Who.
    pub id: AgentId,
    /// Name.
    pub name: String,
    /// The skills that fit.
    pub skills: Vec<Skill>,
}

/// Those with most fitting skills, then fewest open tickets; at most three. A proposal, never an assignment.
#[must_use]
pub fn who(asked: &Asked<'_>, mut colleagues: Vec<Colleague>) -> Vec<Proposed> {
    for person in &mut colleagues {
        person.skills.retain(|s| s.fits(asked));
    }
    colleagues.sort_by(|a, b| {
        (std::cmp::Reverse(a.skills.len()), a.open, &a.name).cmp(&(std::cmp::Reverse(b.skills.len()), b.open, &b.name))
    });
    let best = colleagues.into_iter().take(WHO_MAX);
    best.map(|c| Proposed { id: c.id, name: c.name, skills: c.skills }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operating::OperatingModel;
    use uuid::Uuid;

    fn queues() -> Vec<String> {
        ["billing", "technical", "triage"].map(str::to_owned).to_vec()
    }

    fn categories() -> Vec<Category> {
        ["billing.invoice", "technical.api", "technical.import"]
            .map(|key| Category {
                key: key.into(),
                name: key.into(),
                description: String::new(),
                operating_model: OperatingModel::Technical,
                queue: "technical".into(),
            })
            .to_vec()
    }

    #[test]
    fn the_first_line_that_fits_wins_and_says_so() {
        let text = "# a remark\n\nbilling | billing.* | * | de | *\ntechnical | technical.api | relay | * | *\nbilling | * | * | * | Alder*";
        let routing = Routing::parse(text, &queues(), &categories()).expect("reads");
        let asked = |category, product, language, organization| Asked { category, product, language, organization };
        let cases = [
            (asked(Some("billing.invoice"), None, Some("de"), None), Some(("billing", "Line 3"))),
            (asked(Some("billing.invoice"), None, Some("en"), None), None),
            (asked(Some("technical.api"), Some("relay"), None, None), Some(("technical", "Line 4"))),
            (asked(Some("technical.api"), None, None, None), None),
            (asked(Some("technical.api"), None, None, Some("ALDERMOOR Logistics")), Some(("billing", "Line 5"))),
            (asked(None, None, None, None), None),
        ];
        for (asked, expected) in cases {
            let way = routing.way(asked);
            let found = way.as_ref().map(|w| w.queue.as_str());
            assert_eq!(found, expected.map(|(queue, _)| queue), "{asked:?}");
            assert!(way.zip(expected).is_none_or(|(w, (_, line))| w.because.contains(line)));
        }
        let unsorted = asked(None, None, None, Some("Aldermoor"));
        assert_eq!(routing.choose(unsorted, &queues()).map(|w| w.queue).as_deref(), Some("triage"));
        assert_eq!(routing.choose(unsorted, &["billing".to_owned()]).map(|w| w.queue).as_deref(), Some("billing"));
    }

    #[test]
    fn what_does_not_read_is_told_by_line() {
        let cases = [
            ("nowhere | * | * | * | *", "no queue"),
            ("billing | * | *", "A line reads"),
            ("billing | * |  | * | *", "between two bars"),
            ("billing | shipping.* | * | * | *", "No category"),
            ("billing | * | * | klingon | *", "language"),
        ];
        for (text, part) in cases {
            let problems = Routing::parse(&format!("# first\n{text}"), &queues(), &categories()).expect_err(text);
            assert!(problems.iter().all(|p| p.line == 2 && p.why.contains(part)), "{problems:?}");
        }
        assert_eq!(Routing::parse(SHIPPED, &queues(), &categories()), Ok(Routing::default()));
    }

    #[test]
    fn a_product_is_named_or_contracted() {
        let products = ["ledger", "relay"].map(str::to_owned);
        for (text, plan, expected) in [
            ("Relay drops events", None, Some("relay")),
            ("It drops events", Some("Relay Scale"), Some("relay")),
            ("Relay and Ledger disagree", Some("Relay Scale"), None),
            ("a relayed ledgering", None, None),
            ("", None, None),
        ] {
            assert_eq!(product(text, plan, &products), expected, "{text}");
        }
    }

    #[test]
    fn skills_come_before_load_and_load_before_names() {
        let skill = |s: &str| s.parse::<Skill>().expect("a skill");
        let person = |n: u128, name: &str, skills: &[&str], open| Colleague {
            id: Uuid::from_u128(n).into(),
            name: name.into(),
            skills: skills.iter().map(|s| skill(s)).collect(),
            open,
        };
        let asked = Asked { category: Some("technical.api"), language: Some("de"), ..Asked::default() };
        let team = vec![
            person(1, "Zoe", &[], 0),
            person(2, "Ann", &["language:de", "category:technical.api", "product:relay"], 9),
            person(3, "Bob", &["language:de"], 4),
            person(4, "Cid", &["language:de"], 1),
        ];
        let found = who(&asked, team);
        let told: Vec<_> = found.iter().map(|p| (p.name.as_str(), p.skills.len())).collect();
        assert_eq!(told, [("Ann", 2), ("Cid", 1), ("Bob", 1)]);
        for bad in ["", "german", "language:", "colour:red", "product:a b"] {
            assert!(bad.parse::<Skill>().is_err(), "{bad}");
        }
        assert_eq!(skill("Language:DE".to_lowercase().as_str()).to_string(), "language:de");
    }
}
