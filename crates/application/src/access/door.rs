//! What is remembered of who came in and who was turned away.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use telegraphist_domain::TokenId;

use crate::ports::Rate;

/// A token's last use is written down at most so often.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// So many who were turned away leave a row; the others could fill the disk.
pub(super) const REFUSALS: Rate = Rate { burst: 10, per: Duration::from_mins(1) };

/// When each token's use was noted last. As many entries as there are tokens that counted: guesses make none.
#[derive(Default)]
pub(crate) struct Door {
    noted: Mutex<HashMap<TokenId, DateTime<Utc>>>,
}

impl Door {
    /// Whether it is time to note that a token was used; if so, the next time is a minute away.
    pub(super) fn is_time_to_note(&self, token: TokenId, now: DateTime<Utc>) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = noted.get(&token).is_none_or(|last| now - *last >= NOTED_EVERY);
        if is_time {
            noted.insert(token, now);
        }
        is_time
    }

    /// A token that was taken back is not used any more.
    pub(super) fn forget(&self, token: TokenId) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).remove(&token);
    }
}
