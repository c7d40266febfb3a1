//! Instants: integer microseconds since 1970, UTC. Zones exist only where a person reads.

use serde::{Deserialize, Serialize};

/// An instant in microseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch, saturating.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Midnight UTC of its week's Monday; the first of January 1970 was a Thursday.
    #[must_use]
    pub const fn monday(self) -> Self {
        let day = self.0.div_euclid(86_400_000_000);
        Self::from_secs((day - (day + 3).rem_euclid(7)).saturating_mul(86_400))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Later by `seconds` (earlier when negative), saturating at the ends of time.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// RFC 3339 in UTC with as many fraction digits as needed. Outside years 1 to 9999, the ends.
    #[must_use]
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .unwrap_or(if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
            .to_string()
    }

    /// `2026-11-21`, in UTC.
    #[must_use]
    pub fn date(self) -> String {
        self.rfc3339().chars().take(10).collect()
    }

    /// `2026-11-21 08:12 UTC`: a moment in a sentence, to the minute.
    #[must_use]
    pub fn minute(self) -> String {
        let text: String = self.rfc3339().chars().take(16).collect();
        format!("{} UTC", text.replace('T', " "))
    }

    /// Reads RFC 3339, or a plain date as its midnight in UTC.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Some(Self(at.as_microsecond()));
        }
        let date: jiff::civil::Date = text.parse().ok()?;
        let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_microsecond()))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_reads_the_same_instant() {
        for micros in [0, 1, -1, 1_795_000_000_123_456] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(Timestamp::parse(&at.rfc3339()), Some(at));
        }
        assert_eq!(Timestamp::parse("2026-11-21").map(|t| t.rfc3339()).as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(Timestamp::parse("yesterday"), None);
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        assert!(!Timestamp::from_micros(i64::MAX).plus_seconds(1).rfc3339().is_empty());
        assert!(!Timestamp::from_micros(i64::MIN).rfc3339().is_empty());
    }
}
