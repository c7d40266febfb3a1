//! Which text of a policy a case was made with, and which of them are other texts today.

use std::{fmt, str::FromStr};

use super::{Case, matter};
use crate::{
    Digest,
    policy::{Policies, Policy},
};

/// Digits of a text's digest that a pin keeps.
const DIGITS: usize = 12;

/// A policy in one wording: `persona/default@3#5f0c1a9d22be`. The version tells a person where to look; the digits are what
/// is compared, because the same text has other versions on other desks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pin {
    /// Kind and key.
    pub policy: String,
    /// Its version on the desk the case comes from.
    pub version: i64,
    /// First digits of its text's digest.
    pub digits: String,
}

impl Pin {
    /// Of a policy as it is.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let digits = Digest::of(policy.body.trim().as_bytes()).to_string().chars().take(DIGITS).collect();
        Self { policy: format!("{}/{}", policy.kind, policy.key), version: policy.version, digits }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}#{}", self.policy, self.version, self.digits)
    }
}

impl FromStr for Pin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (policy, rest) = text.split_once('@')?;
            let (version, digits) = rest.split_once('#')?;
            let (kind, key) = policy.split_once('/')?;
            let _: crate::policy::PolicyKind = kind.parse().ok()?;
            let fits = crate::policy::is_key(key)
                && digits.len() == DIGITS
                && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            fits.then_some(Self {
                policy: policy.to_owned(),
                version: version.parse().ok()?,
                digits: digits.to_owned(),
            })
        };
        read().ok_or_else(|| {
            format!("“{text}” names no policy; write it as countersign does: kind/key@version#{DIGITS} digits.")
        })
    }
}

/// What differs from the day the case was made, in sentences: where to look first when it fails.
#[must_use]
pub fn causes(case: &Case, policies: &Policies) -> Vec<String> {
    let mut all = Vec::new();
    for pin in &case.policies {
        let now = policies.all().iter().find(|p| format!("{}/{}", p.kind, p.key) == pin.policy);
        match now.map(|p| (p, Pin::of(p))) {
            None => all.push(format!("{} is gone; the case was made with its version {}.", pin.policy, pin.version)),
            Some((p, today)) if today.digits != pin.digits => {
                // A policy from a file has no version.
                let here = if p.version > 0 { format!("; here it is version {}", p.version) } else { String::new() };
                all.push(format!(
                    "The {} ({}) says something else than its version {}, with which the case was made{here}.",
                    p.title(),
                    pin.policy,
                    pin.version
                ));
            }
            Some(_) => {}
        }
    }
    if !case.policies.is_empty() {
        let known = |p: &&Policy| case.policies.iter().any(|pin| pin.policy == format!("{}/{}", p.kind, p.key));
        let new = matter(policies, case).filter(|p| !known(p));
        all.extend(
            new.map(|p| format!("The {} ({}/{}) was not there when the case was made.", p.title(), p.kind, p.key)),
        );
    }
    all
}
