//! A span of time, exact to the second that Telegram's dates have.

use chrono::{DateTime, Utc};

/// From `since` to `until`, both inclusive, in Unix seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: Option<i32>,
    pub(super) until: Option<i32>,
}

impl Span {
    /// A part of a second counts inwards: a message is inside when its second is.
    pub(super) fn new(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Self {
        let since = since.map(|time| {
            let part = i64::from(time.timestamp_subsec_nanos() > 0);
            clamp(time.timestamp() + part)
        });
        Self { since, until: until.map(|time| clamp(time.timestamp())) }
    }

    /// Whether it has a bound at all.
    pub(super) const fn is_bounded(self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether a date is older than the span.
    pub(super) fn is_before(self, date: i32) -> bool {
        self.since.is_some_and(|since| date < since)
    }

    /// Whether a date is newer than the span.
    pub(super) fn is_after(self, date: i32) -> bool {
        self.until.is_some_and(|until| date > until)
    }

    /// What to give as `min_date`, which Telegram excludes; 0 is none.
    pub(super) fn min_date(self) -> i32 {
        self.since.map_or(0, |since| since.saturating_sub(1).max(0))
    }

    /// What to give as `max_date` or `offset_date`, which Telegram excludes; 0 is none.
    pub(super) fn max_date(self) -> i32 {
        self.until.map_or(0, |until| until.saturating_add(1))
    }
}

fn clamp(seconds: i64) -> i32 {
    i32::try_from(seconds.max(0)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn both_ends_belong_to_the_span() {
        let span = Span::new(Some(at("1970-01-01T00:00:10Z")), Some(at("1970-01-01T00:00:20Z")));
        assert!(!span.is_before(10) && span.is_before(9));
        assert!(!span.is_after(20) && span.is_after(21));
        assert_eq!((span.min_date(), span.max_date()), (9, 21));
    }

    #[test]
    fn parts_of_a_second_count_inwards() {
        let span = Span::new(Some(at("1970-01-01T00:00:10.5Z")), Some(at("1970-01-01T00:00:20.5Z")));
        assert_eq!((span.since, span.until), (Some(11), Some(20)));
    }

    #[test]
    fn no_bound_is_no_bound() {
        let span = Span::default();
        assert!(!span.is_bounded() && !span.is_before(0) && !span.is_after(i32::MAX));
        assert_eq!((span.min_date(), span.max_date()), (0, 0));
    }
}
