//! A policy as a file: its text, and above it who owns it and until when it counts as looked at.
//!
//! Operating models, personas, risk rules and routing keep their own form, so the head stands in remarks; macros are
//! Markdown with a front matter. [`PolicyFile::read`] reads back what [`PolicyFile::text`] wrote.

use crate::{
    policy::{DEFAULT_KEY, Policy, PolicyKind, Problem, is_key},
    time::Timestamp,
};

/// What a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// What it is about.
    pub kind: PolicyKind,
    /// Which of its kind.
    pub key: String,
    /// Name shown to people; for personas and macros.
    pub name: Option<String>,
    /// Address of whoever answers for it; none while it is as shipped.
    pub owner: Option<String>,
    /// Until when it counts as looked at.
    pub review_by: Option<Timestamp>,
    /// Category keys; for personas and macros.
    pub categories: Option<Vec<String>>,
    /// The policy's text.
    pub body: String,
    /// Lines above the text, for telling where a problem is.
    pub head_lines: usize,
}

/// Folder and ending of each kind that may have several.
const FOLDERS: [(PolicyKind, &str, &str); 3] = [
    (PolicyKind::OperatingModel, "operating_models/", ".toml"),
    (PolicyKind::Persona, "personas/", ".toml"),
    (PolicyKind::Macro, "macros/", ".md"),
];
/// File of each kind of which a desk has one.
const FILES: [(PolicyKind, &str); 4] = [
    (PolicyKind::RiskRules, "risk_rules.txt"),
    (PolicyKind::Routing, "routing.txt"),
    (PolicyKind::Escalation, "escalation.toml"),
    (PolicyKind::Service, "service.toml"),
];
/// Begins and ends a front matter.
const FENCE: &str = "---";

/// Where a policy is kept, with `/` between folder and file.
#[must_use]
pub fn path(kind: PolicyKind, key: &str) -> String {
    let folder = FOLDERS.iter().find(|(k, ..)| *k == kind);
    let file = FILES.iter().find(|(k, _)| *k == kind).map(|(_, file)| (*file).to_owned());
    folder.map(|(_, folder, ending)| format!("{folder}{key}{ending}")).or(file).unwrap_or_default()
}

/// Which policy a path belongs to; none for any other file.
#[must_use]
pub fn place(path: &str) -> Option<(PolicyKind, String)> {
    if let Some((kind, _)) = FILES.iter().find(|(_, file)| *file == path) {
        return Some((*kind, DEFAULT_KEY.to_owned()));
    }
    FOLDERS.iter().find_map(|(kind, folder, ending)| {
        let key = path.strip_prefix(folder)?.strip_suffix(ending)?;
        is_key(key).then(|| (*kind, key.to_owned()))
    })
}

impl PolicyFile {
    /// A policy of the desk, whose owner signs in with `owner`.
    #[must_use]
    pub fn of(policy: &Policy, owner: Option<String>) -> Self {
        let told = has_name(policy.kind);
        Self {
            kind: policy.kind,
            key: policy.key.clone(),
            name: told.then(|| policy.name.clone()),
            owner,
            review_by: policy.review_by,
            categories: told.then(|| policy.categories.clone()),
            body: policy.body.clone(),
            head_lines: 0,
        }
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> String {
        let review_by = self.review_by.map(Timestamp::date).unwrap_or_default();
        let mut head = vec![("owner", self.owner.clone().unwrap_or_default()), ("review_by", review_by)];
        if has_name(self.kind) {
            head.insert(0, ("name", self.name.clone().unwrap_or_default()));
            head.push(("categories", self.categories.iter().flatten().cloned().collect::<Vec<_>>().join(", ")));
        }
        let lines = |mark: &str| -> String {
            head.iter().map(|(key, value)| format!("{}\n", format!("{mark}{key}: {value}").trim_end())).collect()
        };
        if self.kind == PolicyKind::Macro {
            format!("{FENCE}\n{}{FENCE}\n{}", lines(""), self.body)
        } else {
            format!("{}\n{}", lines("# "), self.body)
        }
    }

    /// Reads a file of the policy `kind`, `key`.
    ///
    /// # Errors
    /// The first line of the head that makes no sense.
    pub fn read(kind: PolicyKind, key: &str, text: &str) -> Result<Self, Problem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut file = Self {
            kind,
            key: key.to_owned(),
            name: None,
            owner: None,
            review_by: None,
            categories: None,
            body: String::new(),
            head_lines: 0,
        };
        let mut rest = text.as_str();
        if kind == PolicyKind::Macro {
            rest = line(rest).filter(|(first, _)| *first == FENCE).map(|(_, rest)| rest).ok_or_else(|| {
                Problem::at(
                    1,
                    format!("Begin with “{FENCE}”, then name, owner, review_by and categories, then “{FENCE}”."),
                )
            })?;
            file.head_lines = 1;
            loop {
                let (next, after) = line(rest).ok_or_else(|| {
                    Problem::at(file.head_lines, format!("The head has no end; close it with “{FENCE}”."))
                })?;
                file.head_lines += 1;
                rest = after;
                if next == FENCE {
                    break;
                }
                if !file.take(next)? {
                    return Err(Problem::at(
                        file.head_lines,
                        "This line is none of name, owner, review_by, categories.",
                    ));
                }
            }
        } else {
            while let Some((next, after)) = line(rest)
                && let Some(remark) = next.strip_prefix('#')
            {
                file.head_lines += 1;
                if !file.take(remark)? {
                    file.head_lines -= 1;
                    break;
                }
                rest = after;
            }
            if let Some(after) = rest.strip_prefix('\n').filter(|_| file.head_lines > 0) {
                file.head_lines += 1;
                rest = after;
            }
        }
        file.body = rest.to_owned();
        Ok(file)
    }

    /// Takes a line of the head. Says whether it was one.
    fn take(&mut self, text: &str) -> Result<bool, Problem> {
        let Some((key, value)) = text.split_once(':') else { return Ok(false) };
        let value = value.trim();
        match key.trim() {
            "owner" => self.owner = (!value.is_empty()).then(|| value.to_lowercase()),
            "review_by" if value.is_empty() => self.review_by = None,
            "review_by" => {
                let why = "The review date is none; write it such as 2027-03-01.";
                self.review_by = Some(Timestamp::parse(value).ok_or_else(|| Problem::at(self.head_lines, why))?);
            }
            "name" if has_name(self.kind) => self.name = Some(value.to_owned()),
            "categories" if has_name(self.kind) => {
                let keys = value.split(',').map(str::trim).filter(|key| !key.is_empty());
                self.categories = Some(keys.map(str::to_owned).collect());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Whether it says the same as another: days count, not hours.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let said = |file: &Self| {
            let day = file.review_by.map(Timestamp::date);
            (file.name.clone(), file.owner.clone(), day, file.categories.clone(), file.body.clone())
        };
        said(self) == said(other)
    }
}

/// Whether its name and categories are the writer's to say.
const fn has_name(kind: PolicyKind) -> bool {
    matches!(kind, PolicyKind::Persona | PolicyKind::Macro)
}

/// The first line and what follows it.
fn line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() { None } else { Some(text.split_once('\n').unwrap_or((text, ""))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(kind: PolicyKind, body: &str) -> PolicyFile {
        let told = has_name(kind);
        PolicyFile {
            kind,
            key: if kind.is_single() { DEFAULT_KEY.into() } else { "billing.invoice".into() },
            name: told.then(|| "Calm: and short".into()),
            owner: Some("mara@fernhill.example".into()),
            review_by: Timestamp::parse("2027-03-01"),
            categories: told.then(|| vec!["a".into(), "b".into()]),
            body: body.into(),
            head_lines: 0,
        }
    }

    #[test]
    fn files_are_found_again_by_their_path() {
        for kind in PolicyKind::ALL {
            let key = file(*kind, "").key;
            assert_eq!(place(&path(*kind, &key)), Some((*kind, key)));
        }
        for other in
            ["notes.txt", "operating_models/x.md", "operating_models/../x.toml", "personas/A b.toml", "routing.txt/x"]
        {
            assert_eq!(place(other), None, "{other}");
        }
    }

    #[test]
    fn a_head_that_makes_no_sense_is_told_by_line() {
        let cases = [
            (PolicyKind::Routing, "# owner: a\n# review_by: soon\n", 2),
            (PolicyKind::Macro, "Be calm.", 1),
            (PolicyKind::Macro, "---\nname: x\n", 2),
            (PolicyKind::Macro, "---\nname: x\ncolour: red\n---\n", 3),
        ];
        for (kind, text, at) in cases {
            assert_eq!(PolicyFile::read(kind, "x", text).expect_err(text).line, at, "{text}");
        }
        let bare =
            PolicyFile::read(PolicyKind::Routing, DEFAULT_KEY, "# queue | category\r\nbilling | *").expect("reads");
        assert_eq!((bare.owner, bare.head_lines, bare.body.as_str()), (None, 0, "# queue | category\nbilling | *"));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(kind in prop::sample::select(PolicyKind::ALL), body in "([a-z#:|=\" -]{0,12}\n){0,6}[a-z]{0,3}", owned in any::<bool>()) {
            let mut written = file(kind, &body);
            if !owned {
                written.owner = None;
                written.review_by = None;
            }
            let text = written.text();
            let read = PolicyFile::read(kind, &written.key, &text).expect("reads");
            prop_assert!(read.says_as(&written), "{text}");
            prop_assert_eq!(text.lines().count(), read.head_lines + read.body.lines().count());
        }
    }
}
