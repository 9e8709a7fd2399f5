//! How many calls a caller may make, besides what the sessions bear.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::operation::{Class, Facts};
use crate::ports::{BucketKey, Rate};

/// What a quota counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// Every call.
    Calls,
    /// Calls of one class.
    Class(Class),
    /// Calls of one tool.
    Tool(Arc<str>),
}

impl Counted {
    /// Its name, as quotas are written.
    pub fn name(&self) -> &str {
        match self {
            Self::Calls => "calls",
            Self::Class(class) => class.as_str(),
            Self::Tool(tool) => tool,
        }
    }

    /// What a name stands for: everything, a class, else a tool.
    pub fn named(name: &str) -> Self {
        match (name, Class::named(name)) {
            ("calls", _) => Self::Calls,
            (_, Some(class)) => Self::Class(class),
            (tool, None) => Self::Tool(tool.into()),
        }
    }
}

/// So many calls of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Of which kind.
    pub of: Counted,
    /// How many in which time.
    pub rate: Rate,
}

impl Quota {
    /// Whether it counts a call with these facts.
    pub fn counts(&self, facts: &Facts) -> bool {
        match &self.of {
            Counted::Calls => true,
            Counted::Class(class) => *class == facts.class,
            Counted::Tool(tool) => **tool == *facts.name,
        }
    }

    /// Where it is counted. Quotas of the same kind at another rate are counted apart: a bucket has one rate.
    pub(crate) fn bucket(&self, principal: &str) -> BucketKey {
        let Rate { burst, per } = self.rate;
        BucketKey(format!("principal/{principal}/{}/{burst}/{}", self.of.name(), per.as_millis()))
    }
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rate { burst, per } = self.rate;
        write!(f, "{}={burst}/", self.of.name())?;
        match per.as_secs() {
            1 => f.write_str("s"),
            60 => f.write_str("m"),
            3_600 => f.write_str("h"),
            86_400 => f.write_str("d"),
            seconds => write!(f, "{seconds}s"),
        }
    }
}

/// Those of both, each once: a call names a bucket once.
pub(super) fn both(one: &Arc<[Quota]>, two: &Arc<[Quota]>) -> Arc<[Quota]> {
    let mut all: Vec<Quota> = Vec::new();
    for quota in one.iter().chain(two.iter()) {
        if !all.contains(quota) {
            all.push(quota.clone());
        }
    }
    all.into()
}

/// Why a text is no quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a quota: give a tool, a class or calls, a number, and s, m, h or d, like send_message=20/h")]
pub struct NotAQuota;

impl FromStr for Quota {
    type Err = NotAQuota;

    fn from_str(text: &str) -> Result<Self, NotAQuota> {
        let (of, rate) = text.split_once('=').ok_or(NotAQuota)?;
        let (burst, unit) = rate.split_once('/').ok_or(NotAQuota)?;
        let burst = burst.trim().parse().ok().filter(|burst| *burst > 0).ok_or(NotAQuota)?;
        let per = match unit.trim() {
            "s" => Duration::from_secs(1),
            "m" => Duration::from_mins(1),
            "h" => Duration::from_hours(1),
            "d" => Duration::from_hours(24),
            _ => return Err(NotAQuota),
        };
        let of = of.trim();
        if of.is_empty() {
            return Err(NotAQuota);
        }
        Ok(Self { of: Counted::named(of), rate: Rate { burst, per } })
    }
}
