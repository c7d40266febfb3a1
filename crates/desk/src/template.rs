//! A person's text with slots, for one reply to many: `{{requester.first_name}}`, with other words after a bar where
//! the value may be missing: `{{requester.first_name|there}}`.
//!
//! The slots are a closed list. What a slot holds is put in once and never read for slots again; it comes from
//! strangers, so it is one line of at most [`VALUE_CHARS_MAX`] characters without control or invisible ones.

use crate::{closed_list, envelope::is_hidden};

/// Longest value put into a slot, in characters.
pub const VALUE_CHARS_MAX: usize = 120;
/// Longest template, in bytes.
pub const TEMPLATE_BYTES_MAX: usize = 16_384;

closed_list! {
    /// What a slot stands for.
    pub enum Slot ("slot of a text") {
        /// The requester's whole name.
        RequesterName = "requester.name",
        /// Their first name, where the whole one looks like a person's.
        RequesterFirstName = "requester.first_name",
        /// Their organisation's name.
        OrganizationName = "organization.name",
        /// The ticket's number.
        TicketNumber = "ticket.number",
        /// The ticket's subject.
        TicketSubject = "ticket.subject",
        /// Who answers.
        AgentName = "agent.name",
    }
}

/// What the slots hold for one ticket.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'a> {
    /// The requester's name; none or empty where nobody told it.
    pub requester: Option<&'a str>,
    /// Their first name, where the whole one looks like a person's.
    pub first_name: Option<&'a str>,
    /// Their organisation's.
    pub organization: Option<&'a str>,
    /// The ticket's number.
    pub number: i64,
    /// The ticket's subject.
    pub subject: &'a str,
    /// Who answers.
    pub agent: &'a str,
}

impl Values<'_> {
    fn of(&self, slot: Slot) -> Option<String> {
        let value = match slot {
            Slot::RequesterName => clean(self.requester?),
            Slot::RequesterFirstName => clean(self.first_name?),
            Slot::OrganizationName => clean(self.organization?),
            Slot::TicketNumber => self.number.to_string(),
            Slot::TicketSubject => clean(self.subject),
            Slot::AgentName => clean(self.agent),
        };
        (!value.is_empty()).then_some(value)
    }
}

/// Why a template cannot be used. `Display` is one sentence for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Nothing in it.
    #[error("The text is empty. Write what everybody is to read.")]
    Empty,
    /// Too long.
    #[error("The text is longer than {TEMPLATE_BYTES_MAX} bytes. Shorten it.")]
    Long,
    /// A slot that does not exist.
    #[error("There is no slot “{{{{{0}}}}}”. The slots are: {all}.", all = names())]
    Unknown(String),
    /// `{{` without its end.
    #[error("A slot begins with “{{{{” and does not end: “{0}”. Close it with “}}}}”.")]
    Open(String),
}

/// A slot without a value and without other words, for this ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing is known for “{{{{{0}}}}}”")]
pub struct Missing(pub Slot);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot, Option<String>),
}

/// A text with slots that all exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads a text; line ends become LF.
    ///
    /// # Errors
    /// The first thing in it that cannot be used.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        if text.trim().is_empty() {
            return Err(Unusable::Empty);
        }
        if text.len() > TEMPLATE_BYTES_MAX {
            return Err(Unusable::Long);
        }
        let text = text.replace("\r\n", "\n").replace(['\r', '\0'], "");
        let (mut parts, mut rest) = (Vec::new(), text.as_str());
        while let Some((before, after)) = rest.split_once("{{") {
            let begin = || after.chars().take(20).collect::<String>();
            let (inside, behind) = after.split_once("}}").ok_or_else(|| Unusable::Open(begin()))?;
            let (name, instead) = match inside.split_once('|') {
                Some((name, instead)) => (name.trim(), Some(clean(instead))),
                None => (inside.trim(), None),
            };
            let slot = name.parse().map_err(|_| Unusable::Unknown(name.chars().take(40).collect()))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Slot(slot, instead));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text for one ticket.
    ///
    /// # Errors
    /// [`Missing`] for a slot that has neither a value nor other words.
    pub fn fill(&self, values: &Values<'_>) -> Result<String, Missing> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Slot(slot, instead) => {
                    let value = values.of(*slot).or_else(|| instead.clone()).ok_or(Missing(*slot))?;
                    text.push_str(&value);
                }
            }
        }
        Ok(text)
    }
}

/// A stranger's value on one line, without what nobody sees.
fn clean(value: &str) -> String {
    let visible = |c: &char| !c.is_control() && !is_hidden(*c);
    let plain: String = value.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(visible).collect();
    let plain = plain.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    plain.chars().take(VALUE_CHARS_MAX).collect()
}

fn names() -> String {
    Slot::ALL.iter().map(|slot| slot.word()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Values<'_> = Values {
        requester: Some("Ana  Maria Quill"),
        first_name: Some("Ana"),
        organization: None,
        number: 1042,
        subject: "Outage",
        agent: "Mara Lindqvist",
    };

    fn filled(text: &str, values: &Values<'_>) -> Result<String, Missing> {
        Template::read(text).expect("a template").fill(values)
    }

    #[test]
    fn slots_hold_what_is_known_or_the_words_instead() {
        let text = "Hello {{requester.first_name|there}},\r\nabout {{ ticket.subject }} (#{{ticket.number}}): solved. {not a slot}";
        assert_eq!(filled(text, &ANA).as_deref(), Ok("Hello Ana,\nabout Outage (#1042): solved. {not a slot}"));
        let nobody = Values { requester: Some(" "), first_name: None, ..ANA };
        assert_eq!(filled("Hello {{requester.first_name|there}}", &nobody).as_deref(), Ok("Hello there"));
        assert_eq!(filled("Hello {{requester.name}}", &nobody), Err(Missing(Slot::RequesterName)));
        assert_eq!(filled("{{organization.name}}", &ANA), Err(Missing(Slot::OrganizationName)));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        assert_eq!(Template::read(" \n"), Err(Unusable::Empty));
        assert_eq!(Template::read("Hi {{requester.iban}}"), Err(Unusable::Unknown("requester.iban".into())));
        assert_eq!(Template::read("Hi {{requester.name"), Err(Unusable::Open("requester.name".into())));
        assert_eq!(Template::read(&"x".repeat(TEMPLATE_BYTES_MAX + 1)), Err(Unusable::Long));
        let said = Unusable::Unknown("x".into()).to_string();
        assert!(said.contains("“{{x}}”") && said.contains("requester.first_name"), "{said}");
    }

    #[test]
    fn a_strangers_value_is_never_read_for_slots_nor_hides_anything() {
        let hostile = Values { requester: Some("{{agent.name}}\u{202e}\u{200b}\nBcc: x@y.example"), ..ANA };
        assert_eq!(
            filled("Hello {{requester.name}}!", &hostile).as_deref(),
            Ok("Hello {{agent.name}} Bcc: x@y.example!")
        );
        let long = "n".repeat(4_000);
        let filled = filled("{{requester.name}}", &Values { requester: Some(&long), ..ANA }).expect("fills");
        assert_eq!(filled.len(), VALUE_CHARS_MAX);
    }
}
