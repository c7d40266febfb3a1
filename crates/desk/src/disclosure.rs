//! What stands under a mail of ours: the machine's part in it, how to object, and the reader's say in all of it. Fixed
//! wording with slots; nothing here is drafted.

use crate::{closed_list, envelope::AiPart, operating::OperatingModel, risk::Flag};

/// How long the link under a mail stays good, in days.
pub const CHOICE_DAYS: i64 = 400;

/// Between a mail and the lines under it.
const MARK: &str = "\n\n-- \n";

closed_list! {
    /// Whether mails say in plain words that the machine had a part. Their headers always do.
    pub enum Disclosure ("disclosure") {
        /// They do, as shipped.
        Shown = "shown",
        /// An administrator took the line away.
        Hidden = "hidden",
    }
}

closed_list! {
    /// Whether a mail can hold a decision about somebody.
    pub enum Ruling ("kind of answer") {
        /// It informs.
        Informs = "informs",
        /// It may grant or refuse something, so it says how to object.
        Decides = "decides",
    }
}

impl Ruling {
    /// By how the case is worked, and what it holds: money back, a charge, an account, the law.
    #[must_use]
    pub fn of(model: Option<OperatingModel>, flags: &[Flag]) -> Self {
        let by_model = matches!(model, Some(OperatingModel::Refund | OperatingModel::Security | OperatingModel::Legal));
        let by_flag = flags
            .iter()
            .any(|f| matches!(f, Flag::Refund | Flag::Payment | Flag::Cancellation | Flag::Security | Flag::Legal));
        if by_model || by_flag { Self::Decides } else { Self::Informs }
    }
}

/// What the lines under a mail are made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The language of the case, as triage guessed it; German or else English.
    pub language: Option<&'a str>,
    /// The machine's part.
    pub ai: AiPart,
    /// Whether it is said in plain words.
    pub disclosure: Disclosure,
    /// Who read and approved it; none for a fixed mail.
    pub approver: Option<&'a str>,
    /// Whether somebody may want to object.
    pub ruling: Ruling,
    /// Where the reader says yes or no to AI; none where the desk has no public address.
    pub choice: Option<&'a str>,
    /// Where the reader sees and answers their request; none where the desk has no public address.
    pub portal: Option<&'a str>,
}

/// The lines, ready to be put behind a body; empty where there is nothing to say. They begin with the mark that mail programs
/// know as the end of a mail (RFC 3676, 4.3), so that quoting leaves them out.
#[must_use]
pub fn footer(facts: &Facts<'_>) -> String {
    let german = facts.language == Some("de");
    let lines =
        [machine_line(facts, german), objection(facts, german), choice_line(facts, german), portal_line(facts, german)];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() { String::new() } else { format!("{MARK}{}", lines.join("\n")) }
}

/// A body without the lines under it.
#[must_use]
pub fn without_footer(body: &str) -> &str {
    body.rfind(MARK).map_or(body, |at| body.get(..at).unwrap_or(body))
}

fn machine_line(facts: &Facts<'_>, german: bool) -> Option<String> {
    let by = facts.approver.filter(|_| facts.disclosure == Disclosure::Shown)?;
    match (facts.ai, german) {
        (AiPart::None, _) => None,
        (AiPart::Unchanged, false) => Some(format!("Drafted with AI, read and approved by {by}.")),
        (AiPart::Edited, false) => Some(format!("Drafted with AI, changed and approved by {by}.")),
        (AiPart::Unchanged, true) => Some(format!("Mit KI entworfen, gelesen und freigegeben von {by}.")),
        (AiPart::Edited, true) => Some(format!("Mit KI entworfen, geändert und freigegeben von {by}.")),
    }
}

/// Whatever was decided was decided by the person who signed; who disagrees is told that a person looks again.
fn objection(facts: &Facts<'_>, german: bool) -> Option<String> {
    let by = facts.approver.filter(|_| facts.ruling == Ruling::Decides)?;
    Some(if german {
        format!(
            "Was hier entschieden ist, hat {by} entschieden. Sie sind nicht einverstanden? Antworten Sie mit Ihren Gründen: Ein Mensch prüft es erneut."
        )
    } else {
        format!(
            "Whatever is decided here was decided by {by}. If you disagree, reply and say why: a person looks at it again."
        )
    })
}

fn choice_line(facts: &Facts<'_>, german: bool) -> Option<String> {
    let link = facts.choice?;
    let words =
        if german { "Wie KI hier hilft und wie Sie nein sagen" } else { "How AI helps here, and how to say no" };
    Some(format!("{words}: {link}"))
}

fn portal_line(facts: &Facts<'_>, german: bool) -> Option<String> {
    let link = facts.portal?;
    let words = if german { "Ihre Anfrage im Netz, ohne Konto" } else { "Your request online, without an account" };
    Some(format!("{words}: {link}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Facts<'_> = Facts {
        language: None,
        ai: AiPart::Edited,
        disclosure: Disclosure::Shown,
        approver: Some("Mara Lindqvist"),
        ruling: Ruling::Decides,
        choice: Some("https://desk.example/choice/x"),
        portal: Some("https://desk.example/portal/x"),
    };

    #[test]
    fn t089_a_mail_says_what_the_machine_did_until_an_administrator_takes_the_line_away() {
        assert!(footer(&ALL).contains("\n\n-- \nDrafted with AI, changed and approved by Mara Lindqvist.\n"));
        let german = footer(&Facts { language: Some("de"), ai: AiPart::Unchanged, ..ALL });
        assert!(german.contains("Mit KI entworfen, gelesen und freigegeben von Mara Lindqvist."), "{german}");
        let hidden = footer(&Facts { disclosure: Disclosure::Hidden, ..ALL });
        assert!(!hidden.contains("Drafted") && hidden.contains("https://desk.example/choice/x"), "{hidden}");
        assert!(!footer(&Facts { ai: AiPart::None, ..ALL }).contains("Drafted"));
        let last = "\nYour request online, without an account: https://desk.example/portal/x";
        assert!(hidden.ends_with(last), "{hidden}");
        assert!(german.ends_with("\nIhre Anfrage im Netz, ohne Konto: https://desk.example/portal/x"), "{german}");
    }

    #[test]
    fn t088_where_something_may_be_refused_the_mail_names_the_person_and_says_how_to_object() {
        for (model, flags, ruling) in [
            (Some(OperatingModel::Refund), vec![], Ruling::Decides),
            (Some(OperatingModel::ProductQuestion), vec![Flag::Cancellation], Ruling::Decides),
            (Some(OperatingModel::ProductQuestion), vec![Flag::Frustration], Ruling::Informs),
            (None, vec![], Ruling::Informs),
        ] {
            assert_eq!(Ruling::of(model, &flags), ruling, "{model:?} {flags:?}");
        }
        // Taking the line about the machine away leaves this one.
        let hidden = footer(&Facts { disclosure: Disclosure::Hidden, ai: AiPart::None, ..ALL });
        assert!(hidden.contains("decided by Mara Lindqvist. If you disagree, reply"), "{hidden}");
        assert!(!footer(&Facts { ruling: Ruling::Informs, ..ALL }).contains("disagree"));
    }

    #[test]
    fn nothing_to_say_adds_nothing() {
        let none = Facts { ai: AiPart::None, ruling: Ruling::Informs, choice: None, portal: None, ..ALL };
        assert_eq!(footer(&none), "");
        assert_eq!(without_footer(&format!("Hello{}", footer(&ALL))), "Hello");
        assert_eq!(without_footer("Hello\n-- \nx"), "Hello\n-- \nx");
        assert_eq!(
            footer(&Facts { approver: None, choice: None, portal: None, ..ALL }),
            "",
            "a fixed mail says it in its own words"
        );
    }
}
