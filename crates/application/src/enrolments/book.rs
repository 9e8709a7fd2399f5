//! All enrolments of a process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{EnrolmentEnd, EnrolmentError, EnrolmentStage};
use crate::caller::Caller;
use crate::ports::ApiCredentials;

/// So many wait to be used at once; each is an open door.
const OPEN_MAX: usize = 16;

/// So many are remembered, those that ended among them, so that a page can be loaded again.
const KEPT_MAX: usize = 64;

/// Codes and passwords that may be wrong. Telegram allows not many more.
pub(super) const TRIES_MAX: u32 = 5;

/// Codes that may be asked for.
pub(super) const CODES_MAX: u32 = 5;

/// A keyed hash of a secret.
pub(super) type Hash = [u8; 32];

/// All enrolments of a process.
#[derive(Default)]
pub(crate) struct Enrolments(Mutex<Vec<Enrolment>>);

/// One of them.
pub(super) struct Enrolment {
    pub(super) id: String,
    /// Whose act the sign-in is.
    pub(super) by: Caller,
    pub(super) session: String,
    pub(super) api: Arc<ApiCredentials>,
    /// Of the link until it was opened, then of the page's key.
    pub(super) secret: Hash,
    pub(super) is_opened: bool,
    pub(super) expires: DateTime<Utc>,
    pub(super) tries: u32,
    pub(super) codes: u32,
    pub(super) stage: EnrolmentStage,
    /// Tells whoever waits for the end.
    pub(super) ended: watch::Sender<Option<EnrolmentEnd>>,
}

impl Enrolment {
    /// Nothing more can be done.
    pub(super) fn end(&mut self, end: EnrolmentEnd) {
        self.ended.send_replace(Some(end.clone()));
        self.stage = EnrolmentStage::Ended(end);
    }

    fn has_ended(&self) -> bool {
        matches!(self.stage, EnrolmentStage::Ended(_))
    }
}

impl Enrolments {
    /// All that are not over. Those whose time is up go here, and who waits for them hears so by it.
    pub(super) fn at(&self, now: DateTime<Utc>) -> MutexGuard<'_, Vec<Enrolment>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|one| one.expires > now);
        all
    }

    /// Adds one, in place of another that its maker made for the same session and that nobody has opened: who asks again
    /// and again has one door open.
    pub(super) fn add(&self, one: Enrolment, now: DateTime<Utc>) -> Result<(), EnrolmentError> {
        let mut all = self.at(now);
        all.retain(|other| other.is_opened || other.session != one.session || other.by.principal != one.by.principal);
        if all.iter().filter(|one| !one.has_ended()).count() >= OPEN_MAX {
            return Err(EnrolmentError::TooMany);
        }
        if all.len() >= KEPT_MAX
            && let Some(oldest) = all.iter().position(Enrolment::has_ended)
        {
            all.remove(oldest);
        }
        all.push(one);
        Ok(())
    }

    /// Does something with the one whose page has this key.
    pub(super) fn with<T>(
        &self,
        key: &Hash,
        now: DateTime<Utc>,
        act: impl FnOnce(&mut Enrolment) -> Result<T, EnrolmentError>,
    ) -> Result<T, EnrolmentError> {
        let mut all = self.at(now);
        // What is compared are keyed hashes, so how long it takes tells nothing of a secret.
        let one = all.iter_mut().find(|one| one.is_opened && one.secret == *key).ok_or(EnrolmentError::Unknown)?;
        act(one)
    }
}
