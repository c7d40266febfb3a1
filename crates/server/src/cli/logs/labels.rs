//! Which event each line of a file truly is, and how the events read.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::cli::Failure;

/// The truth about a file's lines.
#[derive(Debug, Default)]
pub struct Labels {
    /// The event of each line, in order.
    pub events: Vec<String>,
    /// How each event reads, where that is known.
    pub templates: BTreeMap<String, String>,
}

impl Labels {
    /// Reads `LineId,EventId`; with a column `EventTemplate`, or a file `EventId,EventTemplate` named by `templates` or lying beside
    /// it, also how the events read.
    ///
    /// # Errors
    /// [`Failure::BadInput`], naming the file and what is wrong with it.
    pub fn read(path: &Path, templates: Option<&Path>) -> Result<Self, Failure> {
        let mut labels = Self::default();
        for row in rows(path, "EventId")? {
            if let Some(text) = row.template {
                labels.templates.insert(row.event.clone(), text);
            }
            labels.events.push(row.event);
        }
        let beside = templates.map_or_else(|| beside(path), |named| Some(named.to_owned()));
        for row in beside.map(|path| rows(&path, "EventTemplate")).transpose()?.unwrap_or_default() {
            labels.templates.insert(row.event, row.template.unwrap_or_default());
        }
        Ok(labels)
    }
}

struct Row {
    event: String,
    template: Option<String>,
}

/// `x.labels.csv` has its templates in `x.templates.csv`.
fn beside(path: &Path) -> Option<PathBuf> {
    let stem = path.to_str()?.strip_suffix(".labels.csv")?;
    Some(PathBuf::from(format!("{stem}.templates.csv"))).filter(|path| path.is_file())
}

fn rows(path: &Path, needed: &str) -> Result<Vec<Row>, Failure> {
    let broken = |why: String| Failure::BadInput(format!("{}: {why}. Correct it and start again.", path.display()));
    let mut reader = csv::Reader::from_path(path).map_err(|e| broken(e.to_string()))?;
    let header = reader.headers().map_err(|e| broken(e.to_string()))?.clone();
    let column = |name: &str| header.iter().position(|h| h.trim_start_matches('\u{feff}').trim() == name);
    let event = column("EventId").ok_or_else(|| broken("it has no column EventId".into()))?;
    let template = column("EventTemplate");
    if needed == "EventTemplate" && template.is_none() {
        return Err(broken("it has no column EventTemplate".into()));
    }
    let mut rows = Vec::new();
    for (number, record) in reader.records().enumerate() {
        let record = record.map_err(|e| broken(format!("row {}: {e}", number + 1)))?;
        let event = record.get(event).unwrap_or_default().to_owned();
        if event.is_empty() {
            return Err(broken(format!("row {} has no event", number + 1)));
        }
        rows.push(Row { event, template: template.and_then(|at| record.get(at)).map(ToOwned::to_owned) });
    }
    Ok(rows)
}
