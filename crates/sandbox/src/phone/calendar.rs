//! Moments in the words of a messenger: "Yesterday", "14:05", "last seen 3 minutes ago".

use chrono::{DateTime, Datelike, Local, NaiveDate, NaiveDateTime, SecondsFormat};

/// Whose clock the pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// The one of the machine, which is also the machine of the browser.
    Local,
    /// The one of tests.
    #[cfg(test)]
    Utc,
}

/// Now, and whose clock shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calendar {
    /// In Unix seconds.
    pub(super) now: i32,
    /// Whose clock.
    pub(super) zone: Zone,
}

const MINUTE: i32 = 60;
const HOUR: i32 = 60 * MINUTE;

impl Calendar {
    fn at(self, moment: i32) -> NaiveDateTime {
        let utc = DateTime::from_timestamp(i64::from(moment), 0).unwrap_or_default();
        match self.zone {
            Zone::Local => utc.with_timezone(&Local).naive_local(),
            #[cfg(test)]
            Zone::Utc => utc.naive_utc(),
        }
    }

    /// The day on which a moment falls.
    pub(super) fn date(self, moment: i32) -> NaiveDate {
        self.at(moment).date()
    }

    /// `14:05`.
    pub(super) fn clock(self, moment: i32) -> String {
        self.at(moment).format("%H:%M").to_string()
    }

    /// How many days ago; below zero for what is to come.
    fn days_ago(self, moment: i32) -> i64 {
        (self.date(self.now) - self.date(moment)).num_days()
    }

    /// A day as a heading: `Today`, `Yesterday`, `Friday, 30 October`, and the year where it is another one.
    pub(super) fn day(self, moment: i32) -> String {
        let date = self.date(moment);
        match self.days_ago(moment) {
            0 => "Today".to_owned(),
            1 => "Yesterday".to_owned(),
            _ if date.year() == self.date(self.now).year() => date.format("%A, %-d %B").to_string(),
            _ => date.format("%-d %B %Y").to_string(),
        }
    }

    /// As short as a list wants it: `14:05`, `Fri`, `30 Oct`, `30.10.25`.
    pub(super) fn short(self, moment: i32) -> String {
        let date = self.date(moment);
        match self.days_ago(moment) {
            0 => self.clock(moment),
            1..=6 => date.format("%a").to_string(),
            _ if date.year() == self.date(self.now).year() => date.format("%-d %b").to_string(),
            _ => date.format("%d.%m.%y").to_string(),
        }
    }

    /// `30 October 2026, 18:00`.
    pub(super) fn full(self, moment: i32) -> String {
        self.at(moment).format("%-d %B %Y, %H:%M").to_string()
    }

    /// For machines.
    pub(super) fn iso(moment: i32) -> String {
        let utc = DateTime::from_timestamp(i64::from(moment), 0).unwrap_or_default();
        utc.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// When somebody was seen last.
    pub(super) fn last_seen(self, moment: i32) -> String {
        let ago = self.now.saturating_sub(moment).max(0);
        match (self.days_ago(moment), ago) {
            (_, ..MINUTE) => "last seen just now".to_owned(),
            (_, ..HOUR) => format!("last seen {} ago", counted(ago / MINUTE, "minute")),
            (0, _) => format!("last seen today at {}", self.clock(moment)),
            (1, _) => format!("last seen yesterday at {}", self.clock(moment)),
            _ => format!("last seen on {}", self.at(moment).format("%-d %B")),
        }
    }

    /// How far a moment is away: `in 5 minutes`, `3 days ago`.
    pub(super) fn distance(self, moment: i32) -> String {
        let away = i64::from(moment) - i64::from(self.now);
        let (minute, hour) = (i64::from(MINUTE), i64::from(HOUR));
        let words = match away.abs() {
            seconds if seconds < minute => return "now".to_owned(),
            seconds if seconds < hour => counted(seconds / minute, "minute"),
            seconds if seconds < 24 * hour => counted(seconds / hour, "hour"),
            seconds => counted(seconds / (24 * hour), "day"),
        };
        if away > 0 { format!("in {words}") } else { format!("{words} ago") }
    }

    /// A moment after a pattern of `strftime`.
    pub(super) fn format(self, moment: i32, pattern: &str) -> String {
        self.at(moment).format(pattern).to_string()
    }
}

/// `1 message`, `2 messages`.
pub(super) fn counted<N: Into<i64>>(number: N, what: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// `0:04`, `1:02:03`.
pub(super) fn duration(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 30 October 2026, 18:00 UTC; a Friday.
    const NOW: i32 = 1_793_383_200;
    const DAY: i32 = 24 * HOUR;
    const CALENDAR: Calendar = Calendar { now: NOW, zone: Zone::Utc };

    #[test]
    fn days_are_named_as_people_do() {
        assert_eq!(CALENDAR.day(NOW), "Today");
        assert_eq!(CALENDAR.day(NOW - DAY), "Yesterday");
        assert_eq!(CALENDAR.day(NOW - 3 * DAY), "Tuesday, 27 October");
        assert_eq!(CALENDAR.day(NOW - 365 * DAY), "30 October 2025");
    }

    #[test]
    fn lists_get_the_shortest_form() {
        let shown = [0, DAY, 6 * DAY, 7 * DAY, 400 * DAY].map(|ago| CALENDAR.short(NOW - ago));
        assert_eq!(shown, ["18:00", "Thu", "Sat", "23 Oct", "25.09.25"]);
    }

    #[test]
    fn presence_is_told_more_roughly_the_longer_it_is_ago() {
        let shown = [5, 90, 20 * MINUTE, 5 * HOUR, DAY, 5 * DAY].map(|ago| CALENDAR.last_seen(NOW - ago));
        assert_eq!(
            shown,
            [
                "last seen just now",
                "last seen 1 minute ago",
                "last seen 20 minutes ago",
                "last seen today at 13:00",
                "last seen yesterday at 18:00",
                "last seen on 25 October"
            ]
        );
    }

    #[test]
    fn distances_look_both_ways_and_survive_the_extremes() {
        assert_eq!(CALENDAR.distance(NOW + 2 * HOUR), "in 2 hours");
        assert_eq!(CALENDAR.distance(NOW - 3 * DAY), "3 days ago");
        assert!(CALENDAR.distance(i32::MIN).ends_with(" ago"));
        assert!(!CALENDAR.last_seen(i32::MIN).is_empty());
    }
}
