//! The terms of a category: what its operating model's policy says, read from TOML.
//!
//! Who may approve, what must be checked, when it must escalate, and how much the machine may write. The last is never
//! more than what the category was shipped with: more room needs evidence from checked cases, and until the desk can
//! show some, a text that asks for it is refused.

use serde::Deserialize;
use toml::Spanned;

use crate::{
    operating::{OperatingModel, Writing},
    people::Role,
    policy::Problem,
    risk::Flag,
    written::Lines,
};

/// Most checks of one category.
const CHECKS_MAX: usize = 12;
/// Longest sentence of a check, in characters.
const SENTENCE_CHARS_MAX: usize = 200;

/// Something an approver confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredCheck {
    /// Stable name, unique within the category.
    pub key: String,
    /// What is confirmed.
    pub sentence: String,
    /// How.
    pub answer: CheckAnswer,
}

crate::closed_list! {
    /// How a required check is confirmed.
    pub enum CheckAnswer ("way of confirming a check") {
        /// By ticking it.
        Tick = "tick",
        /// By ticking it and writing down how, for whoever reads the record.
        Note = "note",
    }
}

crate::closed_list! {
    /// How many people stand behind one reply.
    pub enum Signers ("number of people who approve") {
        /// Whoever sends it.
        One = "one",
        /// Two different people, each of whom saw the same bytes.
        Two = "two",
    }
}

crate::closed_list! {
    /// How a person proves to be there when they approve.
    pub enum Confirmation ("way of confirming an approval") {
        /// By the session they are signed in with.
        Session = "session",
        /// By typing their password again while the page is open.
        Password = "password",
        /// By a passkey that checked finger, face or PIN while the page is open.
        Passkey = "passkey",
    }
}

/// What a category's policy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How its cases are worked.
    pub model: OperatingModel,
    /// The most the machine may write.
    pub writing: Writing,
    /// Roles that may approve; a lead is always among them.
    pub approvers: Vec<Role>,
    /// How many people approve.
    pub people: Signers,
    /// How they prove to be there.
    pub confirm: Confirmation,
    /// What an approver confirms.
    pub checks: Vec<RequiredCheck>,
    /// Flags with which a case must be escalated.
    pub escalate_when: Vec<Flag>,
    /// A draft whose chance of leaving without a changed fact is known and below this does not appear, in percent.
    pub bar_percent: u8,
}

/// The bar as shipped, in percent: a draft that is changed more than twice out of three costs more time than it spares.
const BAR_PERCENT: u8 = 30;

/// The text as written; closed words are read afterwards, so that every wrong one is told with its line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    model: Spanned<String>,
    writing: Option<Spanned<String>>,
    approvers: Option<Spanned<Vec<Spanned<String>>>>,
    people: Option<Spanned<String>>,
    confirm: Option<Spanned<String>>,
    #[serde(default)]
    escalate_when: Vec<Spanned<String>>,
    bar_percent: Option<Spanned<u8>>,
    #[serde(default)]
    checks: Vec<WrittenCheck>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCheck {
    key: Spanned<String>,
    sentence: Spanned<String>,
    answer: Option<Spanned<String>>,
}

impl Terms {
    /// As shipped: version 1 of every category.
    #[must_use]
    pub fn shipped(model: OperatingModel) -> Self {
        let approvers = Role::ALL.iter().copied().filter(|r| r.answers()).collect();
        Self {
            model,
            writing: model.writing(),
            approvers,
            people: Signers::One,
            confirm: Confirmation::Session,
            checks: Vec::new(),
            escalate_when: Vec::new(),
            bar_percent: BAR_PERCENT,
        }
    }

    /// The most a category may be given, in a sentence.
    #[must_use]
    pub fn ceiling(shipped: OperatingModel) -> String {
        format!(
            "At most “{}” with the writing “{}”, as shipped; narrower is always possible. {EVIDENCE}",
            shipped.word(),
            shipped.writing().word()
        )
    }

    /// Reads a policy's text for a category that was shipped as `shipped`.
    ///
    /// # Errors
    /// Every problem with its line.
    pub fn parse(text: &str, shipped: OperatingModel) -> Result<Self, Vec<Problem>> {
        let lines = Lines::of(text);
        let written: Written = lines.read()?;
        let mut problems = Vec::new();
        let model = lines.word(&written.model, &mut problems).unwrap_or(shipped);
        if shipped.narrower(model) != model {
            problems.push(lines.at(&written.model, wider(&format!("the model “{model}”"), shipped)));
        }
        let mut writing = model.writing();
        if let Some(asked) = &written.writing
            && let Some(found) = lines.word::<Writing>(asked, &mut problems)
        {
            if found.narrower(model.writing()) != found {
                problems.push(lines.at(asked, wider(&format!("the writing “{found}”"), model)));
            }
            writing = found;
        }
        let approvers = approvers(written.approvers.as_ref(), lines, &mut problems);
        let people = written.people.as_ref().and_then(|w| lines.word(w, &mut problems)).unwrap_or(Signers::One);
        let confirm =
            written.confirm.as_ref().and_then(|w| lines.word(w, &mut problems)).unwrap_or(Confirmation::Session);
        let escalate_when = written.escalate_when.iter().filter_map(|w| lines.word(w, &mut problems)).collect();
        let bar_percent = written.bar_percent.as_ref().map_or(BAR_PERCENT, |bar| {
            if *bar.get_ref() > 100 {
                problems.push(lines.at(bar, "A bar lies between 0 and 100 percent.".to_owned()));
            }
            *bar.get_ref()
        });
        let checks = checks(&written.checks, lines, &mut problems);
        if problems.is_empty() {
            Ok(Self { model, writing, approvers, people, confirm, checks, escalate_when, bar_percent })
        } else {
            Err(problems)
        }
    }

    /// As a policy's text; [`Terms::parse`] reads it back.
    #[must_use]
    pub fn text(&self) -> String {
        let list = |words: Vec<&str>| words.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", ");
        let mut text = format!(
            "# How cases of this category are worked.\nmodel = \"{}\"\n\n\
             # The most the machine may write: {}.\nwriting = \"{}\"\n\n\
             # Who may approve a reply. A lead always may.\napprovers = [{}]\n\n\
             # How many people approve each reply: {}.\npeople = \"{}\"\n\n\
             # How they prove to be there: {}.\nconfirm = \"{}\"\n\n\
             # Risk flags with which a case must be escalated.\nescalate_when = [{}]\n\n\
             # Drafts that are less likely than this to be sent without a changed fact do not appear, in percent.\nbar_percent = {}\n",
            self.model,
            Writing::WORDS.join(", "),
            self.writing,
            list(self.approvers.iter().map(|r| r.word()).collect()),
            Signers::WORDS.join(" or "),
            self.people,
            Confirmation::WORDS.join(" or "),
            self.confirm,
            list(self.escalate_when.iter().map(|f| f.word()).collect()),
            self.bar_percent,
        );
        for check in &self.checks {
            let sentence = toml::Value::String(check.sentence.clone());
            text.push_str(&format!(
                "\n[[checks]]\nkey = \"{}\"\nsentence = {sentence}\nanswer = \"{}\"\n",
                check.key, check.answer
            ));
        }
        text
    }

    /// Whether these leave the machine more, or ask people for less, than `before` did.
    #[must_use]
    pub fn widen(&self, before: &Self) -> bool {
        self.clone().and(before.clone()) != *self
    }

    /// Both at once: what either forbids is forbidden, what either asks for is asked for.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.model = self.model.narrower(other.model);
        self.writing = self.writing.narrower(other.writing);
        self.approvers.retain(|role| other.approvers.contains(role));
        self.people = self.people.max(other.people);
        self.confirm = self.confirm.max(other.confirm);
        self.bar_percent = self.bar_percent.max(other.bar_percent);
        let new: Vec<_> = other.checks.into_iter().filter(|c| !self.checks.contains(c)).collect();
        self.checks.extend(new);
        let new: Vec<_> = other.escalate_when.into_iter().filter(|f| !self.escalate_when.contains(f)).collect();
        self.escalate_when.extend(new);
        self
    }
}

/// Why nobody can have more than the ceiling yet.
const EVIDENCE: &str = "More room for the machine needs evidence from checked cases, and there is none yet.";

fn wider(what: &str, shipped: OperatingModel) -> String {
    format!("{what} gives the machine more than “{shipped}” is shipped with (“{}”). {EVIDENCE}", shipped.writing())
}

fn approvers(
    written: Option<&Spanned<Vec<Spanned<String>>>>,
    lines: Lines<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Role> {
    let Some(written) = written else { return Role::ALL.iter().copied().filter(|r| r.answers()).collect() };
    let mut roles: Vec<Role> = Vec::new();
    for word in written.get_ref() {
        match lines.word::<Role>(word, problems) {
            Some(role) if !role.answers() => {
                problems.push(lines.at(word, format!("The role “{role}” answers no customers, so it cannot approve.")));
            }
            Some(role) if !roles.contains(&role) => roles.push(role),
            _ => {}
        }
    }
    if !roles.contains(&Role::Lead) && problems.is_empty() {
        problems.push(lines.at(written, "Add “lead”: somebody must always be able to approve.".to_owned()));
    }
    roles
}

fn checks(written: &[WrittenCheck], lines: Lines<'_>, problems: &mut Vec<Problem>) -> Vec<RequiredCheck> {
    let mut checks: Vec<RequiredCheck> = Vec::new();
    for check in written {
        let (key, sentence) = (check.key.get_ref(), check.sentence.get_ref().trim());
        if key.is_empty()
            || key.len() > 40
            || !key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        {
            problems.push(lines.at(&check.key, "A key is lower-case letters, digits and “_”, at most 40.".to_owned()));
        }
        if checks.iter().any(|c| c.key == *key) {
            problems.push(lines.at(&check.key, format!("There are two checks “{key}”; give each its own key.")));
        }
        if sentence.is_empty()
            || sentence.chars().count() > SENTENCE_CHARS_MAX
            || sentence.chars().any(char::is_control)
        {
            let why = format!("Write what is confirmed on one line of at most {SENTENCE_CHARS_MAX} characters.");
            problems.push(lines.at(&check.sentence, why));
        }
        let answer = check.answer.as_ref().and_then(|w| lines.word(w, problems)).unwrap_or(CheckAnswer::Tick);
        checks.push(RequiredCheck { key: key.clone(), sentence: sentence.to_owned(), answer });
    }
    if let (true, Some(extra)) = (written.len() > CHECKS_MAX, written.get(CHECKS_MAX)) {
        let why = format!("Nobody reads more than {CHECKS_MAX} checks before every reply; keep those that matter.");
        problems.push(lines.at(&extra.key, why));
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_reads_back() {
        for model in OperatingModel::ALL {
            let shipped = Terms::shipped(*model);
            assert_eq!(Terms::parse(&shipped.text(), *model), Ok(shipped));
        }
        let mut odd = Terms::shipped(OperatingModel::Refund);
        odd.checks.push(RequiredCheck {
            key: "sum".into(),
            sentence: "The \"sum\" \\ is right".into(),
            answer: CheckAnswer::Note,
        });
        (odd.people, odd.confirm) = (Signers::Two, Confirmation::Password);
        odd.escalate_when = vec![Flag::Legal, Flag::Anger];
        assert_eq!(Terms::parse(&odd.text(), OperatingModel::Refund), Ok(odd));
    }

    #[test]
    fn whatever_leaves_more_or_asks_for_less_widens_and_nothing_else_does() {
        let plain = Terms::shipped(OperatingModel::BillingExplanation);
        let with = |change: fn(&mut Terms)| {
            let mut terms = plain.clone();
            change(&mut terms);
            terms
        };
        let narrower: [fn(&mut Terms); 6] = [
            |t| t.writing = Writing::Nothing,
            |t| t.people = Signers::Two,
            |t| t.confirm = Confirmation::Password,
            |t| t.approvers.retain(|r| *r == Role::Lead),
            |t| t.escalate_when.push(Flag::Legal),
            |t| t.bar_percent += 1,
        ];
        for (n, change) in narrower.into_iter().enumerate() {
            assert!(!with(change).widen(&plain), "{n}");
            assert!(plain.widen(&with(change)), "{n}, taken back");
        }
        assert!(!plain.widen(&plain));
    }

    #[test]
    fn narrower_is_taken_and_wider_is_refused_with_its_line() {
        let parse = |text: &str| Terms::parse(text, OperatingModel::BillingExplanation);
        let fine = parse("model = \"billing_explanation\"\nwriting = \"sources_only\"\napprovers = [\"lead\"]")
            .expect("reads");
        assert_eq!((fine.writing, fine.approvers), (Writing::SourcesOnly, vec![Role::Lead]));
        assert_eq!(parse("model = \"legal\"").map(|t| t.writing), Ok(Writing::Nothing));
        let cases = [
            ("model = \"product_question\"", 1, "more than"),
            ("model = \"billing_explanation\"\nwriting = \"draft\"", 2, "needs evidence"),
            ("\nmodel = \"magic\"", 2, "is not a operating model"),
            ("model = \"legal\"\nwriting = \"everything\"", 2, "kind of writing"),
            ("model = \"legal\"\nsends = true", 2, "TOML"),
            ("writing = \"draft\"", 1, "TOML"),
            ("model = \"legal\"\napprovers = [\"auditor\", \"lead\"]", 2, "answers no customers"),
            ("model = \"legal\"\napprovers = [\"agent\"]", 2, "lead"),
            ("model = \"legal\"\nescalate_when = [\"legal\", \"rain\"]", 2, "risk flag"),
            ("model = \"legal\"\n[[checks]]\nkey = \"A b\"\nsentence = \"x\"", 3, "lower-case"),
            ("model = \"legal\"\n[[checks]]\nkey = \"a\"\nsentence = \"\"", 4, "one line"),
            ("model = \"legal\"\npeople = \"three\"", 2, "number of people"),
            ("model = \"legal\"\nconfirm = \"smile\"", 2, "confirming"),
            ("model = \"legal\"\nbar_percent = 101", 2, "between 0 and 100"),
            ("model = \"legal\"\nbar_percent = -1", 2, "TOML"),
            (
                "model = \"legal\"\n[[checks]]\nkey = \"a\"\nsentence = \"b\"\nanswer = \"song\"",
                5,
                "confirming a check",
            ),
            ("model = \"legal\n", 1, "TOML"),
            ("", 1, "TOML"),
        ];
        for (text, line, part) in cases {
            let problems = parse(text).expect_err(text);
            assert!(problems.iter().any(|p| p.line == line && p.why.contains(part)), "{text}: {problems:?}");
        }
    }

    #[test]
    fn two_wrong_lines_are_told_at_once() {
        let problems = Terms::parse("model = \"x\"\nwriting = \"y\"", OperatingModel::Legal).expect_err("two problems");
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn together_they_forbid_more_and_ask_more() {
        let check = |key: &str| RequiredCheck { key: key.into(), sentence: key.into(), answer: CheckAnswer::Tick };
        let mut a = Terms::shipped(OperatingModel::ProductQuestion);
        a.checks = vec![check("a"), check("both")];
        let mut b = Terms { approvers: vec![Role::Lead], ..Terms::shipped(OperatingModel::Legal) };
        b.checks = vec![check("both"), check("b")];
        b.escalate_when = vec![Flag::Legal];
        b.people = Signers::Two;
        b.bar_percent = 80;
        a.confirm = Confirmation::Password;
        let both = a.and(b);
        assert_eq!(
            (both.model, both.writing, both.approvers),
            (OperatingModel::Legal, Writing::Nothing, vec![Role::Lead])
        );
        assert_eq!(both.checks, [check("a"), check("both"), check("b")]);
        assert_eq!(both.escalate_when, [Flag::Legal]);
        assert_eq!((both.people, both.confirm), (Signers::Two, Confirmation::Password));
        assert_eq!(both.bar_percent, 80, "the higher bar holds");
    }
}
