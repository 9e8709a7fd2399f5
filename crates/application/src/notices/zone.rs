use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::nearest::nearest;

/// Whose clock counts: a place by its IANA name, or a fixed distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// A place, with its summer time.
    Place(Tz),
    /// So far from UTC, all year.
    Fixed(FixedOffset),
}

/// No such zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAZone(String);

impl Zone {
    /// Where nobody chose a zone.
    pub const UTC: Self = Self::Place(Tz::UTC);

    /// `14:05`; with the zone's name where it is UTC, which is nobody's own clock.
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        if self.is_utc() { local.format("%H:%M UTC").to_string() } else { local.format("%H:%M").to_string() }
    }

    /// The clock, and which day it is if not the day of `now`: `tomorrow 07:00`, `Fri 27 Nov 07:00`.
    pub fn clock_and_day(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
        let (day, today) = (self.local(at).date(), self.local(now).date());
        let clock = self.clock(at);
        match day.signed_duration_since(today).num_days() {
            0 => clock,
            1 => format!("tomorrow {clock}"),
            -1 => format!("yesterday {clock}"),
            _ => format!("{} {clock}", day.format("%a %-d %b")),
        }
    }

    /// What the clock on the wall shows.
    pub(super) fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Place(place) => at.with_timezone(place).naive_local(),
            Self::Fixed(offset) => at.with_timezone(offset).naive_local(),
        }
    }

    /// The moments at which the clock on the wall shows `local`: the first and the last. Twice where it is set back; where
    /// it is set forward over it, the moment at which that happens.
    pub(super) fn moments(&self, local: NaiveDateTime) -> (DateTime<Utc>, DateTime<Utc>) {
        // Clocks are set by an hour or so; a day that was left out whole was left out by a minute more than a day.
        (0..=24 * 60 + 1).find_map(|minutes| self.exact(local + TimeDelta::minutes(minutes))).unwrap_or_else(|| {
            let utc = local.and_utc();
            (utc, utc)
        })
    }

    fn exact(&self, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self {
            Self::Place(place) => {
                let moments = place.from_local_datetime(&local);
                Some((moments.earliest()?.to_utc(), moments.latest()?.to_utc()))
            }
            Self::Fixed(offset) => {
                let moment = offset.from_local_datetime(&local).single()?.to_utc();
                Some((moment, moment))
            }
        }
    }

    fn is_utc(&self) -> bool {
        match self {
            Self::Place(place) => matches!(place, Tz::UTC | Tz::Etc__UTC),
            Self::Fixed(offset) => offset.fix().local_minus_utc() == 0,
        }
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Place(place) => f.write_str(place.name()),
            Self::Fixed(offset) => write!(f, "{offset}"),
        }
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    /// An IANA name in any case of letters, its city alone, or a distance such as `+02:00` or `UTC+2`.
    fn from_str(text: &str) -> Result<Self, NotAZone> {
        let text = text.trim();
        if let Some(offset) = distance(text) {
            return Ok(Self::Fixed(offset));
        }
        let name = text.replace(' ', "_");
        let is_it = |zone: &&Tz| zone.name().eq_ignore_ascii_case(&name);
        let is_city = |zone: &&Tz| city(zone.name()).is_some_and(|city| city.eq_ignore_ascii_case(&name));
        if let Some(zone) = TZ_VARIANTS.iter().find(is_it).or_else(|| TZ_VARIANTS.iter().find(is_city)) {
            return Ok(Self::Place(*zone));
        }
        let hint = nearest(&name, TZ_VARIANTS.iter().map(|zone| zone.name()))
            .or_else(|| nearest(&name, TZ_VARIANTS.iter().filter_map(|zone| city(zone.name()))));
        Err(NotAZone(match hint {
            Some(hint) => format!("there is no such time zone; did you mean {hint}?"),
            None => {
                "there is no such time zone; give a name such as Europe/Berlin, or a distance such as +02:00".to_owned()
            }
        }))
    }
}

fn city(name: &str) -> Option<&str> {
    name.rsplit_once('/').map(|(_, city)| city)
}

/// `+2`, `+02`, `+0230`, `+02:30`, each also after `UTC` or `GMT`; a sign is needed.
fn distance(text: &str) -> Option<FixedOffset> {
    let upper = text.to_ascii_uppercase();
    let text = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT")).unwrap_or(&upper).trim();
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let is_number = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(hours) || !is_number(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn zone(text: &str) -> Zone {
        text.parse().unwrap()
    }

    #[test]
    fn zones_are_named_in_many_ways() {
        let berlin = zone("Europe/Berlin");
        for same in ["europe/berlin", "Berlin", " BERLIN "] {
            assert_eq!(zone(same), berlin, "{same}");
        }
        assert_eq!(zone("new york").to_string(), "America/New_York");
        for (text, shown) in [("+2", "+02:00"), ("utc-5", "-05:00"), ("+0530", "+05:30"), ("GMT+5:45", "+05:45")] {
            assert_eq!(zone(text).to_string(), shown);
            assert_eq!(zone(&zone(text).to_string()), zone(text));
        }
        assert!("Europe/Berlim".parse::<Zone>().unwrap_err().to_string().contains("Europe/Berlin"));
        for no in ["", "+", "+15", "+2:60", "+-2", "two", "+1:2:3", "UTC+é"] {
            assert!(no.parse::<Zone>().is_err(), "{no}");
        }
    }

    #[test]
    fn the_clock_is_that_of_the_zone_and_a_day_is_named_if_it_is_another() {
        let berlin = zone("Europe/Berlin");
        let now = utc("2026-11-25T20:00:00Z");
        assert_eq!(berlin.clock(now), "21:00");
        assert_eq!(Zone::UTC.clock(now), "20:00 UTC");
        for (at, said) in [
            ("2026-11-25T22:59:00Z", "23:59"),
            ("2026-11-25T23:00:00Z", "tomorrow 00:00"),
            ("2026-11-24T12:00:00Z", "yesterday 13:00"),
            ("2026-11-27T06:00:00Z", "Fri 27 Nov 07:00"),
        ] {
            assert_eq!(berlin.clock_and_day(utc(at), now), said);
        }
    }

    #[test]
    fn a_time_that_the_clock_shows_twice_or_never_has_its_moments() {
        let berlin = zone("Europe/Berlin");
        let local = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        let twice = berlin.moments(local("2026-10-25T02:30:00"));
        assert_eq!(twice, (utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z")));
        let never = berlin.moments(local("2026-03-29T02:30:00"));
        assert_eq!(never, (utc("2026-03-29T01:00:00Z"), utc("2026-03-29T01:00:00Z")));
        // Samoa left out the whole of 30 December 2011.
        let left_out = zone("Pacific/Apia").moments(local("2011-12-30T00:00:00"));
        assert_eq!(left_out.0, utc("2011-12-30T10:00:00Z"));
    }
}
