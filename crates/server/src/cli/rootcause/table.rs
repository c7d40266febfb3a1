//! Tables of telemetry: CSV files read whole, and the many ways in which they write a moment.

use std::path::Path;

use crate::cli::Failure;

/// A CSV file, its first row among the rows.
///
/// # Errors
/// [`Failure::BadInput`], naming the file.
pub fn rows(path: &Path) -> Result<Vec<csv::StringRecord>, Failure> {
    let broken = |e: csv::Error| {
        Failure::BadInput(format!("{} cannot be read: {e}. Correct it and start again.", path.display()))
    };
    let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path);
    let mut records = Vec::new();
    for record in reader.map_err(broken)?.byte_records() {
        // Logs hold what they hold; what is no text is shown as such.
        records.push(
            record.map_err(broken)?.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().into_iter().collect(),
        );
    }
    if records.is_empty() {
        return Err(Failure::BadInput(format!("{} is empty.", path.display())));
    }
    Ok(records)
}

/// Where a column of one of these names stands.
pub fn column(header: &csv::StringRecord, names: &[&str]) -> Option<usize> {
    let at =
        |name: &&str| header.iter().position(|h| h.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name));
    names.iter().find_map(at)
}

/// A number, if there is one.
pub fn number(text: Option<&str>) -> Option<f64> {
    text?.trim().parse::<f64>().ok().filter(|n| n.is_finite())
}

/// Seconds since 1970: from seconds, milli-, micro- or nanoseconds, told apart by their size, or from a date with time.
pub fn moment(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Some(n) = number(Some(text)) {
        let per_second = match n.abs() {
            n if n > 1e17 => 1e9,
            n if n > 1e14 => 1e6,
            n if n > 1e11 => 1e3,
            _ => 1.0,
        };
        return Some(n / per_second);
    }
    let zoned = text.parse::<jiff::Timestamp>().ok();
    let plain = || text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let at = zoned.or_else(|| plain().map(|zoned| zoned.timestamp()))?;
    Some(at.as_microsecond() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_however_it_is_written() {
        for text in [
            "1700000000",
            "1700000000.0",
            "1700000000000",
            "1700000000000000",
            "1700000000000000000",
            "2023-11-14T22:13:20Z",
            "2023-11-14 22:13:20",
        ] {
            assert!(moment(text).is_some_and(|at| (at - 1.7e9).abs() < 1e-3), "{text}");
        }
        assert_eq!(moment("soon"), None);
        assert_eq!(moment("NaN"), None);
    }
}
