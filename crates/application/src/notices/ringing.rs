//! Who is rung for what: one table, and what people chose.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{QuietHours, Zone};
use crate::application::Application;
use crate::failure::Failure;
use crate::ports::StoreError;

/// What a notice is to its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum NoticeClass {
    /// Somebody waits for a decision.
    Approval,
    /// Something needs eyes now.
    Alert,
    /// Something went wrong.
    Failure,
    /// Something is finished.
    Done,
    /// How far something is.
    Progress,
    /// For the record.
    Info,
    /// Words of the agent.
    Message,
}

impl NoticeClass {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] =
        [Self::Approval, Self::Alert, Self::Failure, Self::Done, Self::Progress, Self::Info, Self::Message];
}

/// How people want to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Mode {
    /// They sit at the machine.
    #[default]
    Local,
    /// They are away, and the phone is all they have.
    Nomad,
    /// They want peace.
    Muted,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Local, Self::Nomad, Self::Muted];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Nomad => "nomad",
            Self::Muted => "muted",
        }
    }

    /// What it means, for people and models.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Local => "what is done or in progress arrives without a sound, all else rings",
            Self::Nomad => "what is done rings, too",
            Self::Muted => "questions and alerts arrive without a sound, failures and all else is left out",
        }
    }
}

/// How a notice arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ringing {
    /// With a sound.
    Aloud,
    /// Without one.
    Silent,
    /// When quiet hours end.
    Held(DateTime<Utc>),
    /// Not at all.
    Skip,
}

/// A place in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rings {
    Aloud,
    Silent,
    Skip,
}

/// What quiet hours do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtNight {
    Held,
    Skip,
}

/// The table: a row for each class; local, nomad, muted, and in quiet hours.
const fn row(class: NoticeClass) -> ([Rings; 3], AtNight) {
    use Rings::{Aloud, Silent, Skip};
    match class {
        NoticeClass::Approval | NoticeClass::Alert => ([Aloud, Aloud, Silent], AtNight::Held),
        NoticeClass::Failure | NoticeClass::Message => ([Aloud, Aloud, Skip], AtNight::Held),
        NoticeClass::Done => ([Silent, Aloud, Skip], AtNight::Held),
        NoticeClass::Progress => ([Silent, Silent, Skip], AtNight::Skip),
        NoticeClass::Info => ([Silent, Silent, Skip], AtNight::Held),
    }
}

/// How a notice of this class arrives now. What a mode leaves out stays out at night, too.
fn ringing(class: NoticeClass, mode: Mode, quiet: Option<&QuietHours>, now: DateTime<Utc>) -> Ringing {
    let (by_mode, at_night) = row(class);
    let rings = by_mode[mode as usize];
    if rings == Rings::Skip {
        return Ringing::Skip;
    }
    let quiet_until = quiet.filter(|quiet| !quiet.lets_through(class)).and_then(|quiet| quiet.quiet_until(now));
    match (quiet_until, at_night, rings) {
        (Some(until), AtNight::Held, _) => Ringing::Held(until),
        (Some(_), AtNight::Skip, _) | (None, _, Rings::Skip) => Ringing::Skip,
        (None, _, Rings::Aloud) => Ringing::Aloud,
        (None, _, Rings::Silent) => Ringing::Silent,
    }
}

/// The preference that holds the mode.
const MODE: &str = "notices.mode";
/// The preference that holds the quiet hours.
const QUIET: &str = "notices.quiet";

impl Application {
    /// How a notice of this class arrives now.
    pub(crate) async fn ringing(&self, class: NoticeClass) -> Result<Ringing, Failure> {
        let (mode, quiet) = (self.mode().await?, self.quiet_hours().await?);
        Ok(ringing(class, mode, quiet.as_ref(), self.ports().clock.now()))
    }

    /// The clock by which times are told to people.
    pub(crate) async fn zone(&self) -> Result<Zone, Failure> {
        Ok(self.quiet_hours().await?.map_or(self.inner.settings.zone, |quiet| quiet.zone))
    }

    /// How people want to be told.
    pub(crate) async fn mode(&self) -> Result<Mode, Failure> {
        Ok(self.preferred(MODE).await?.unwrap_or_default())
    }

    /// Chooses how people are told.
    pub(crate) async fn choose_mode(&self, mode: Mode) -> Result<(), Failure> {
        self.choose(MODE, &mode).await
    }

    /// When they do not want to be rung; also when that is switched off, if it ever was on.
    pub(crate) async fn quiet_hours(&self) -> Result<Option<QuietHours>, Failure> {
        self.preferred(QUIET).await
    }

    /// Chooses when people are not rung.
    pub(crate) async fn choose_quiet_hours(&self, quiet: &QuietHours) -> Result<(), Failure> {
        self.choose(QUIET, quiet).await
    }

    async fn preferred<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Failure> {
        let Some(value) = self.ports().preferences.preference(name).await? else { return Ok(None) };
        let value = serde_json::from_str(&value).map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Some(value))
    }

    async fn choose(&self, name: &str, value: &impl Serialize) -> Result<(), Failure> {
        let value = serde_json::to_string(value).expect("preferences are plain data");
        Ok(self.ports().preferences.prefer(name, &value).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NIGHT: &str = "2026-11-25T23:00:00Z";
    const MORNING: &str = "2026-11-26T07:00:00Z";
    const NOON: &str = "2026-11-25T12:00:00Z";

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn night(except: &[NoticeClass]) -> QuietHours {
        let json = r#"{"from":"22:00","until":"07:00","zone":"UTC"}"#;
        QuietHours { except: except.to_vec(), ..serde_json::from_str(json).unwrap() }
    }

    #[test]
    fn the_table() {
        // local, nomad, muted; then local in quiet hours
        let table = "
            approval  aloud   aloud   silent  held
            alert     aloud   aloud   silent  held
            failure   aloud   aloud   skip    held
            done      silent  aloud   skip    held
            progress  silent  silent  skip    skip
            info      silent  silent  skip    held
            message   aloud   aloud   skip    held";
        let word = |ringing| match ringing {
            Ringing::Aloud => "aloud",
            Ringing::Silent => "silent",
            Ringing::Held(until) if until == utc(MORNING) => "held",
            Ringing::Held(until) => panic!("held until {until}"),
            Ringing::Skip => "skip",
        };
        let rows: Vec<Vec<&str>> = table.trim().lines().map(|row| row.split_whitespace().collect()).collect();
        assert_eq!(rows.len(), NoticeClass::ALL.len());
        for (class, row) in NoticeClass::ALL.into_iter().zip(rows) {
            assert_eq!(serde_json::to_value(class).unwrap(), row[0]);
            let by_day = Mode::ALL.map(|mode| word(ringing(class, mode, Some(&night(&[])), utc(NOON))));
            assert_eq!(by_day, row[1..4], "{}", row[0]);
            let by_night = word(ringing(class, Mode::Local, Some(&night(&[])), utc(NIGHT)));
            assert_eq!(by_night, row[4], "{} in quiet hours", row[0]);
        }
    }

    #[test]
    fn what_is_muted_is_not_held_either() {
        for class in NoticeClass::ALL {
            let by_day = ringing(class, Mode::Muted, None, utc(NIGHT));
            let by_night = ringing(class, Mode::Muted, Some(&night(&[])), utc(NIGHT));
            assert_eq!(by_day == Ringing::Skip, by_night == Ringing::Skip, "{class:?}");
        }
    }

    #[test]
    fn only_what_was_chosen_rings_at_night() {
        let quiet = night(&[NoticeClass::Alert]);
        assert_eq!(ringing(NoticeClass::Alert, Mode::Local, Some(&quiet), utc(NIGHT)), Ringing::Aloud);
        assert_eq!(ringing(NoticeClass::Alert, Mode::Muted, Some(&quiet), utc(NIGHT)), Ringing::Silent);
        let held = Ringing::Held(utc(MORNING));
        assert_eq!(ringing(NoticeClass::Approval, Mode::Local, Some(&quiet), utc(NIGHT)), held);
    }
}
