//! `audit`: what was done.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

/// `audit`
#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Print rows, one line each
    Export(AuditExport),
    /// Check that no row was changed, removed, moved or added behind our back
    Verify,
}

/// `audit export`
#[derive(Args)]
pub(crate) struct AuditExport {
    /// Only rows from then on: 2026-07-28, or with a time as in RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) since: Option<DateTime<Utc>>,
    /// Only rows from before then
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) until: Option<DateTime<Utc>>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = AuditForm::Jsonl)]
    pub(crate) format: AuditForm,
}

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditForm {
    /// One object of JSON a line; what the hashes are over can be made from it
    Jsonl,
    /// For spreadsheets
    Csv,
}

/// A day begins at midnight, in UTC.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let time = || DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    let problem = || "a time is like 2026-07-28 or 2026-07-28T12:00:00Z".to_owned();
    text.parse::<NaiveDate>().map(day).or_else(|_| time()).map_err(|_| problem())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_moment() {
        let day = moment("2026-07-28").expect("a day");
        assert_eq!(day, moment("2026-07-28T02:00:00+02:00").expect("a moment"));
        for text in ["", "yesterday", "2026-07-28 12:00", "2026-13-01"] {
            assert!(moment(text).is_err(), "{text}");
        }
    }
}
