//! Which voice speaks to whom: decided from what is known of the requester, with the reason in words.

use serde::{Deserialize, Serialize};

use super::{Overlay, SHIPPED_VERSION, Voice};
use crate::{
    language::Language,
    people::Cohort,
    policy::{DEFAULT_KEY, Policies, Policy, PolicyKind, Standing},
    time::Timestamp,
};

/// What the base is called where no lead gave it a name.
const BASE_NAME: &str = "Base";

/// What a voice is chosen by. There is no flag and no feeling in it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Category key.
    pub category: Option<&'a str>,
    /// Kind of customer.
    pub segment: Option<Cohort>,
    /// What they do at their company, as an agent wrote it down.
    pub role: Option<&'a str>,
    /// Name and plan of the requester's organization.
    pub organization: Option<(&'a str, &'a str)>,
    /// The language of the newest message.
    pub language: Language,
}

/// For whom a persona is. Every list that is not empty must hold the requester; `*` at the end of a name stands for the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cohorts {
    /// Kinds of customer.
    pub segments: Vec<Cohort>,
    /// Plans.
    pub plans: Vec<String>,
    /// What people do at their company.
    pub roles: Vec<String>,
    /// Organizations by name.
    pub organizations: Vec<String>,
    /// Languages.
    pub languages: Vec<Language>,
}

/// The voice of one draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Key of the persona; none for the base.
    pub key: Option<String>,
    /// Its name, as people call it.
    pub name: String,
    /// The versions it is made of, joined by spaces.
    pub pins: String,
    /// Why this one, in a few words.
    pub because: String,
    /// The requester's language.
    pub language: Language,
    /// The voice.
    pub voice: Voice,
}

impl Chosen {
    /// The voice with its versions, as an approval pins it.
    #[must_use]
    pub fn pin(&self) -> String {
        format!("voice/{} {}", self.key.as_deref().unwrap_or("base"), self.pins)
    }
}

impl Cohorts {
    /// What of the requester fits, and how narrow that is; none when something does not.
    fn fit(&self, facts: &Facts<'_>) -> Option<(u8, Vec<String>)> {
        let mut told = Vec::new();
        let mut weight = 0;
        let mut needs = |is_empty: bool, found: Option<String>, counts: u8| -> bool {
            if is_empty {
                return true;
            }
            let fits = found.is_some();
            told.extend(found);
            weight += if fits { counts } else { 0 };
            fits
        };
        let named = |names: &[String], found: Option<&str>| {
            found.filter(|found| names.iter().any(|name| matches(name, found))).map(str::to_owned)
        };
        let (organization, plan) = facts.organization.unzip();
        let segment = facts.segment.filter(|s| self.segments.contains(s));
        let language = Some(facts.language).filter(|l| self.languages.contains(l));
        let fits = needs(
            self.organizations.is_empty(),
            named(&self.organizations, organization).map(|name| format!("organisation {name}")),
            16,
        ) && needs(
            self.roles.is_empty(),
            named(&self.roles, facts.role).map(|name| format!("role {name}")),
            8,
        ) && needs(self.plans.is_empty(), named(&self.plans, plan).map(|name| format!("plan {name}")), 4)
            && needs(self.segments.is_empty(), segment.map(|s| format!("segment {}", s.word().replace('_', " "))), 2)
            && needs(self.languages.is_empty(), language.map(|l| format!("language {}", l.name())), 1);
        fits.then_some((weight, told))
    }
}

fn matches(name: &str, found: &str) -> bool {
    let (name, found) = (name.to_lowercase(), found.to_lowercase());
    name.strip_suffix('*').map_or_else(|| name == found, |head| found.starts_with(head))
}

/// Chooses the voice: the base, and over it the persona that fits most narrowly (organization before role, role before plan, plan before
/// segment, segment before language, then one for fewer categories, then the first key).
///
/// # Errors
/// Why the machine writes nothing here, in a sentence: nobody answers for the voice any more, or it cannot be read.
pub fn choose(policies: &Policies, facts: &Facts<'_>, now: Timestamp) -> Result<Chosen, String> {
    let base = policies.find(PolicyKind::Persona, DEFAULT_KEY);
    let mut pins = vec![SHIPPED_VERSION.to_owned()];
    let mut voice = Voice::shipped();
    if let Some(base) = base {
        voice = voice.with(&overlay(base, now)?);
        pins.push(base.pin());
    }
    let mut best: Option<(u8, bool, &Policy, Vec<String>)> = None;
    for policy in policies.all().iter().filter(|p| p.kind == PolicyKind::Persona && p.key != DEFAULT_KEY) {
        let of_category =
            policy.categories.is_empty() || facts.category.is_some_and(|c| policy.categories.iter().any(|k| k == c));
        // One that does not read is for nobody: a text is checked when it is saved, so it came from another version.
        let Some(cohorts) = Overlay::parse(&policy.body).ok().map(|o| o.cohorts).filter(|_| of_category) else {
            continue;
        };
        let Some((weight, told)) = cohorts.fit(facts) else { continue };
        let narrow = !policy.categories.is_empty();
        if best.as_ref().is_none_or(|(w, n, ..)| (weight, narrow) > (*w, *n)) {
            best = Some((weight, narrow, policy, told));
        }
    }
    let Some((_, narrow, policy, mut told)) = best else {
        let name = base.map_or_else(|| BASE_NAME.to_owned(), |p| p.name.clone());
        let because = "no persona is for this requester".to_owned();
        return Ok(Chosen { key: None, name, pins: pins.join(" "), because, language: facts.language, voice });
    };
    if narrow {
        told.extend(facts.category.map(|c| format!("category {c}")));
    }
    pins.push(policy.pin());
    Ok(Chosen {
        key: Some(policy.key.clone()),
        name: policy.name.clone(),
        voice: voice.with(&overlay(policy, now)?),
        pins: pins.join(" "),
        because: if told.is_empty() { "it is for everybody".to_owned() } else { told.join(", ") },
        language: facts.language,
    })
}

/// Every voice of the desk: the base, then each persona over it in the order of their keys. For comparing them, whoever they are for;
/// what cannot be read is left out.
#[must_use]
pub fn every(policies: &Policies, language: Language) -> Vec<Chosen> {
    let read = |policy: &Policy| Overlay::parse(&policy.body).ok();
    let of_kind = policies.all().iter().filter(|p| p.kind == PolicyKind::Persona);
    let base = policies.find(PolicyKind::Persona, DEFAULT_KEY);
    let overlay = base.and_then(read).unwrap_or_default();
    let voice = Voice::shipped().with(&overlay);
    let pins = base.map_or_else(|| SHIPPED_VERSION.to_owned(), |p| format!("{SHIPPED_VERSION} {}", p.pin()));
    let name = base.map_or_else(|| BASE_NAME.to_owned(), |p| p.name.clone());
    let over = |policy: &Policy| {
        let own = read(policy)?;
        Some(Chosen {
            key: Some(policy.key.clone()),
            name: policy.name.clone(),
            pins: format!("{pins} {}", policy.pin()),
            because: String::new(),
            language,
            voice: voice.clone().with(&own),
        })
    };
    let overlays: Vec<Chosen> = of_kind.filter(|p| p.key != DEFAULT_KEY).filter_map(over).collect();
    let first = Chosen { key: None, name, pins: pins.clone(), because: String::new(), language, voice: voice.clone() };
    [vec![first], overlays].concat()
}

fn overlay(policy: &Policy, now: Timestamp) -> Result<Overlay, String> {
    if let Standing::Lapsed { why } = policy.standing(now) {
        return Err(why);
    }
    Overlay::parse(&policy.body).map_err(|_| format!("The {} cannot be read by this version.", policy.title()))
}
