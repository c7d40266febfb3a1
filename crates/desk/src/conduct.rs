//! What holds for one ticket today: the terms of every policy that applies to it, together.
//!
//! A ticket is worked under its category's terms. Where no category is known, or flags narrowed the ticket to another
//! operating model, the terms of every category worked that way apply as well: not knowing, and a grave flag, are no
//! way around them. A lapsed policy leaves the machine nothing but sorting.

use crate::{
    draft::DraftOrigin,
    ladder::{self, Rung, Step, Where},
    operating::{OperatingModel, Writing},
    people::Role,
    policy::{Policies, Policy, PolicyKind, Standing},
    refusal::Refusal,
    risk::Flag,
    terms::{Confirmation, RequiredCheck, Signers, Terms},
    time::Timestamp,
};

/// A ticket, as far as policies ask.
#[derive(Debug, Clone, Copy)]
pub struct Worked<'a> {
    /// Category key, when known.
    pub category: Option<&'a str>,
    /// The operating model it was sorted under.
    pub model: Option<OperatingModel>,
    /// The flags that stand.
    pub flags: &'a [Flag],
    /// What its rung depends on besides.
    pub at: Where<'a>,
}

/// What holds for one ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conduct {
    /// How it is worked.
    pub model: OperatingModel,
    /// The most the machine may write.
    pub writing: Writing,
    /// Roles that may approve; never empty.
    pub approvers: Vec<Role>,
    /// How many people approve.
    pub people: Signers,
    /// How they prove to be there.
    pub confirm: Confirmation,
    /// What an approver confirms.
    pub checks: Vec<RequiredCheck>,
    /// Flags of this ticket with which it must be escalated.
    pub escalate: Vec<Flag>,
    /// The least chance of leaving without a changed fact with which a draft appears, in percent.
    pub bar_percent: u8,
    /// Why the machine only sorts here, when a policy lapsed.
    pub lapsed: Option<String>,
    /// How much of it the machine has earned.
    pub rung: Rung,
    /// The versions it rests on, sorted and joined by spaces.
    pub pins: String,
}

impl Conduct {
    /// What holds for a ticket at `now`.
    #[must_use]
    pub fn of(policies: &Policies, ticket: Worked<'_>, now: Timestamp) -> Self {
        let own = ticket.category.and_then(|key| policies.find(PolicyKind::OperatingModel, key));
        let own_model = own.map(|p| policies.terms(&p.key).map_or(OperatingModel::Legal, |t| t.model));
        let sorted = ticket.model.or(own_model).unwrap_or(OperatingModel::Relationship);
        let base = own_model.map_or(sorted, |model| model.narrower(sorted));
        let model = ticket.flags.iter().filter_map(|f| f.narrows_to()).fold(base, OperatingModel::narrower);
        let applies = |p: &&Policy| match p.kind {
            PolicyKind::OperatingModel => {
                ticket.category == Some(p.key.as_str())
                    || (own_model != Some(model) && policies.terms(&p.key).is_none_or(|t| t.model == model))
            }
            PolicyKind::RiskRules | PolicyKind::Routing => true,
            // When a case goes up or is due changes nothing in what a letter may say.
            PolicyKind::Escalation | PolicyKind::Service => false,
            PolicyKind::Persona | PolicyKind::Macro => {
                ticket.category.is_some_and(|c| p.categories.iter().any(|k| k == c))
            }
        };
        let apply: Vec<&Policy> = policies.all().iter().filter(applies).collect();
        let terms =
            apply.iter().filter(|p| p.kind == PolicyKind::OperatingModel).filter_map(|p| policies.terms(&p.key));
        let terms = terms.fold(Terms::shipped(model), Terms::and);
        let lapsed = apply.iter().find_map(|p| lapse(policies, p, now));
        let (rung, steps) = rung(policies, &apply, ticket.at);
        Self {
            model,
            writing: if lapsed.is_some() { Writing::Nothing } else { terms.writing.narrower(rung.writing()) },
            rung,
            approvers: terms.approvers,
            people: terms.people,
            confirm: terms.confirm,
            checks: terms.checks,
            escalate: ticket.flags.iter().copied().filter(|f| terms.escalate_when.contains(f)).collect(),
            bar_percent: terms.bar_percent,
            lapsed,
            pins: pins(&apply, steps),
        }
    }

    /// Whether a text of this origin may go to the requester, as far as the machine wrote it.
    ///
    /// # Errors
    /// [`Refusal::Lapsed`], [`Refusal::Category`].
    pub fn allows(&self, origin: DraftOrigin) -> Result<(), Refusal> {
        let allowed = match origin {
            DraftOrigin::Agent => true,
            _ if self.rung == Rung::DraftsInside => return Err(Refusal::Inside),
            DraftOrigin::Assembled => matches!(self.writing, Writing::Draft | Writing::ApprovedWording),
            DraftOrigin::Model => self.writing == Writing::Draft,
        };
        match &self.lapsed {
            _ if allowed => Ok(()),
            Some(why) => Err(Refusal::Lapsed { why: why.clone() }),
            None if self.rung < Rung::DraftsInside => Err(Refusal::Rung { rung: self.rung.name().to_owned() }),
            None => Err(Refusal::Category { model: self.model.name().to_lowercase() }),
        }
    }

    /// Whether people of this role may approve here.
    ///
    /// # Errors
    /// [`Refusal::Approver`], naming those who may.
    pub fn approved_by(&self, role: Role) -> Result<(), Refusal> {
        if self.approvers.contains(&role) {
            return Ok(());
        }
        let who: Vec<String> = self.approvers.iter().map(|r| format!("a {}", r.word().replace('_', " "))).collect();
        Err(Refusal::Approver {
            needs: who.join(" or ").replace("a admin", "an administrator").replace("a agent", "an agent"),
        })
    }

    /// Whether the policy check of refunds stands beside a ticket: it is worked as one, or its words ask for money.
    #[must_use]
    pub fn asks_refund(&self, flags: &[Flag]) -> bool {
        self.model == OperatingModel::Refund || flags.contains(&Flag::Refund)
    }

    /// Why the machine writes no reply here, in a sentence for the ticket; none when it may.
    #[must_use]
    pub fn withheld(&self) -> Option<String> {
        if let Some(why) = &self.lapsed {
            return Some(format!("{why} Until a lead renews it, the machine only sorts here."));
        }
        if self.rung < Rung::DraftsInside && self.model.writing() != Writing::Nothing {
            return Some(format!(
                "This category is on the rung “{}”: the machine writes nothing here yet.",
                self.rung.name()
            ));
        }
        match self.writing {
            Writing::Draft | Writing::ApprovedWording => None,
            Writing::PolicyCheck if self.model == OperatingModel::Refund => {
                Some("Refunds are decided by people. The policy passages stand beside this.".to_owned())
            }
            Writing::PolicyCheck | Writing::SourcesOnly => {
                Some("Every word is a person's here. Sources and similar cases stand beside this.".to_owned())
            }
            Writing::Nothing if self.model.writing() == Writing::Nothing => {
                Some(format!("{}: the machine may {}.", self.model.name(), self.model.ai_may()))
            }
            Writing::Nothing => Some("The policy of this category leaves the machine nothing but sorting.".to_owned()),
        }
    }
}

/// Why a policy leaves the machine nothing, if it does.
fn lapse(policies: &Policies, policy: &Policy, now: Timestamp) -> Option<String> {
    if policy.kind == PolicyKind::OperatingModel && policies.terms(&policy.key).is_none() {
        return Some(format!("The {} cannot be read by this version.", policy.title()));
    }
    match policy.standing(now) {
        Standing::Lapsed { why } => Some(why),
        Standing::Current | Standing::Due { .. } => None,
    }
}

/// The lowest rung of everything that applies, and the steps that led there: as with terms, not knowing the category is no way
/// around them. Where nothing applies, no more than some category has earned.
fn rung<'a>(policies: &'a Policies, apply: &[&Policy], at: Where<'_>) -> (Rung, Vec<&'a Step>) {
    let ladder = policies.ladder();
    let models = apply.iter().filter(|p| p.kind == PolicyKind::OperatingModel);
    let held: Vec<(Rung, Option<&Step>)> = models.map(|p| ladder.holding(&p.key, at)).collect();
    let lowest = held.iter().map(|(rung, _)| *rung).min();
    let earned = || policies.shipped_categories().iter().map(|c| ladder.holding(&c.key, at).0).max();
    (lowest.or_else(earned).unwrap_or(ladder::START), held.into_iter().filter_map(|(_, step)| step).collect())
}

fn pins(apply: &[&Policy], steps: Vec<&Step>) -> String {
    let mut pins: Vec<String> = apply.iter().map(|p| p.pin()).collect();
    pins.extend(steps.iter().map(|step| format!("rung/{}@{}", step.category, step.id)));
    pins.sort_unstable();
    pins.join(" ")
}

#[cfg(test)]
#[path = "conduct_tests.rs"]
mod tests;
