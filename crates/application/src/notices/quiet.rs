use chrono::{DateTime, Days, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::{NoticeClass, Zone};

/// When somebody does not want to be rung.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// From this time of day.
    #[serde(with = "time_of_day")]
    pub from: NaiveTime,
    /// Until this; on the next day if it is not later. The same as `from` is the whole day.
    #[serde(with = "time_of_day")]
    pub until: NaiveTime,
    /// Whose clock.
    pub zone: Zone,
    /// What rings all the same: approvals, alerts, or both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<NoticeClass>,
    /// Whether they count; when they are switched off, their times and the zone are kept.
    #[serde(default = "yes")]
    pub is_on: bool,
}

fn yes() -> bool {
    true
}

impl QuietHours {
    /// When the quiet that there is at `now` ends; `None` if there is none.
    pub fn quiet_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !self.is_on {
            return None;
        }
        let today = self.zone.local(now).date();
        // A night that began yesterday or begins today; clocks that are set may move either over midnight.
        let nights = [today.checked_sub_days(Days::new(1)), Some(today), today.checked_add_days(Days::new(1))];
        nights.into_iter().flatten().find_map(|day| {
            let last = if self.from < self.until { day } else { day.checked_add_days(Days::new(1))? };
            let (begins, _) = self.zone.moments(day.and_time(self.from));
            let (_, ends) = self.zone.moments(last.and_time(self.until));
            (begins <= now && now < ends).then_some(ends)
        })
    }

    /// Whether notices of this class ring all the same.
    pub fn lets_through(&self, class: NoticeClass) -> bool {
        self.except.contains(&class)
    }
}

/// Times of day as people write them, `07:00`.
mod time_of_day {
    use chrono::NaiveTime;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hours(json: &str) -> QuietHours {
        serde_json::from_str(json).unwrap()
    }

    fn berlin(from: &str, until: &str) -> QuietHours {
        hours(&format!(r#"{{"from":"{from}","until":"{until}","zone":"Europe/Berlin"}}"#))
    }

    fn assert_quiet(hours: &QuietHours, cases: &[(&str, Option<&str>)]) {
        for (now, until) in cases {
            assert_eq!(hours.quiet_until(utc(now)), until.map(utc), "at {now}");
        }
    }

    #[test]
    fn a_night_goes_over_midnight() {
        let end = Some("2026-11-26T06:00:00Z");
        assert_quiet(
            &berlin("22:00", "07:00"),
            &[
                ("2026-11-25T20:59:59Z", None),
                ("2026-11-25T21:00:00Z", end),
                ("2026-11-25T23:30:00Z", end),
                ("2026-11-26T05:59:59Z", end),
                ("2026-11-26T06:00:00Z", None),
            ],
        );
    }

    #[test]
    fn a_lunch_break_lies_within_a_day() {
        assert_quiet(
            &berlin("12:00", "13:30"),
            &[
                ("2026-11-25T10:59:00Z", None),
                ("2026-11-25T11:00:00Z", Some("2026-11-25T12:30:00Z")),
                ("2026-11-25T12:30:00Z", None),
            ],
        );
    }

    #[test]
    fn the_same_time_twice_is_the_whole_day() {
        let always = berlin("09:00", "09:00");
        assert_quiet(&always, &[("2026-11-25T07:59:00Z", Some("2026-11-25T08:00:00Z"))]);
        assert_quiet(&always, &[("2026-11-25T08:00:00Z", Some("2026-11-26T08:00:00Z"))]);
    }

    #[test]
    fn a_night_in_which_clocks_are_set_is_an_hour_shorter_or_longer() {
        let night = berlin("22:00", "07:00");
        assert_quiet(&night, &[("2026-03-28T21:00:00Z", Some("2026-03-29T05:00:00Z"))]);
        assert_quiet(&night, &[("2026-10-24T20:00:00Z", Some("2026-10-25T06:00:00Z"))]);
        // Ends at a time that is left out, and at one that comes twice.
        let early = berlin("22:00", "02:30");
        assert_quiet(&early, &[("2026-03-29T00:59:00Z", Some("2026-03-29T01:00:00Z")), ("2026-03-29T01:00:00Z", None)]);
        let twice = Some("2026-10-25T01:30:00Z");
        assert_quiet(
            &early,
            &[("2026-10-25T00:15:00Z", twice), ("2026-10-25T00:45:00Z", twice), ("2026-10-25T01:30:00Z", None)],
        );
    }

    #[test]
    fn quiet_that_is_switched_off_keeps_its_times() {
        let off = QuietHours { is_on: false, ..berlin("22:00", "07:00") };
        assert_eq!(off.quiet_until(utc("2026-11-25T23:00:00Z")), None);
        let kept = serde_json::to_string(&off).unwrap();
        assert_eq!(kept, r#"{"from":"22:00","until":"07:00","zone":"Europe/Berlin","is_on":false}"#);
        assert_eq!(hours(&kept), off);
    }
}
