//! `[limits]`: what this server bears of all calls.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use telegraphist_application::grants::Quota;
use telegraphist_application::limits::{Limits, MemoryLimit};
use telegraphist_application::ports::Rate;

use super::Span;

/// `[limits]`
#[derive(Deserialize)]
pub(crate) struct LimitKeys {
    pub(super) calls_per_caller: RateChoice,
    pub(super) calls_per_tool: RateChoice,
    pub(super) calls_per_session: RateChoice,
    pub(super) calls_per_server: RateChoice,
    pub(super) calls_max: usize,
    pub(super) session_calls_max: usize,
    pub(super) call_wait: Span,
    pub(super) memory_max: u64,
    pub(super) memory_share: u8,
}

impl LimitKeys {
    /// As the application keeps them.
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            principal: self.calls_per_caller.rate(),
            tool: self.calls_per_tool.rate(),
            session: self.calls_per_session.rate(),
            server: self.calls_per_server.rate(),
            calls_max: self.calls_max,
            session_calls_max: self.session_calls_max,
            call_wait: self.call_wait.0,
            memory: MemoryLimit {
                bytes: (self.memory_max > 0).then_some(self.memory_max),
                share_percent: self.memory_share,
            },
        }
    }

    /// What types alone cannot say.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=CALLS_MAX).contains(&self.calls_max) {
            return Err(format!("limits.calls_max is 1 to {CALLS_MAX}"));
        }
        if !(1..=self.calls_max).contains(&self.session_calls_max) {
            return Err("limits.session_calls_max is 1 to limits.calls_max".to_owned());
        }
        if self.memory_share > 100 {
            return Err("limits.memory_share is a share in percent, 0 to 100".to_owned());
        }
        Ok(())
    }
}

/// More calls at once than this are not for one process.
const CALLS_MAX: usize = 100_000;

/// So many calls in a time, written like a token's quota: `100/m`. Empty is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RateChoice(Option<Quota>);

impl RateChoice {
    fn rate(&self) -> Option<Rate> {
        self.0.as_ref().map(|quota| quota.rate)
    }
}

/// What a quota of all calls is written with before its rate.
const OF_CALLS: &str = "calls=";

impl FromStr for RateChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let quota = format!("{OF_CALLS}{text}").parse();
        quota.map(|quota| Self(Some(quota))).map_err(|_| {
            format!("`{text}` is no number of calls; write it like 10/s, 100/m, 1000/h or 10000/d, or leave it empty")
        })
    }
}

impl fmt::Display for RateChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(quota) => f.write_str(quota.to_string().trim_start_matches(OF_CALLS)),
            None => Ok(()),
        }
    }
}
