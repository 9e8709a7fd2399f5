//! Placeholder until the branch `notices` is merged.
#![expect(missing_docs, reason = "placeholder")]
use crate::{application::Application, failure::Failure};
use chrono::{DateTime, Utc};
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeClass {
    Approval,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ringing {
    Aloud,
    Silent,
    Held(DateTime<Utc>),
    Skip,
}
pub struct Zone;
impl Zone {
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        at.format("%H:%M UTC").to_string()
    }
    pub fn clock_and_day(&self, at: DateTime<Utc>, _now: DateTime<Utc>) -> String {
        self.clock(at)
    }
}
impl Application {
    pub(crate) async fn ringing(&self, _class: NoticeClass) -> Result<Ringing, Failure> {
        Ok(Ringing::Aloud)
    }
    pub(crate) async fn zone(&self) -> Result<Zone, Failure> {
        Ok(Zone)
    }
}
