//! Time and randomness of the machine, behind the ports that the rest asks.

use chrono::{DateTime, Utc};
use telegraphist_domain::SessionId;
use uuid::Uuid;

use crate::ports::{Clock, Ids};

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the home of the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The machine's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn session(&self) -> SessionId {
        SessionId(Uuid::now_v7())
    }

    fn correlation(&self) -> String {
        let mut bytes = [0; 6];
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        hex::encode(bytes)
    }

    fn idempotency_key(&self) -> String {
        Uuid::new_v4().simple().to_string()
    }

    fn ordered(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn unguessable(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_do_not_repeat_and_sessions_sort_by_time() {
        let sessions: Vec<_> = (0..1000).map(|_| RandomIds.session()).collect();
        assert!(sessions.is_sorted());
        let keys: HashSet<_> = (0..1000).map(|_| RandomIds.idempotency_key()).collect();
        assert_eq!(keys.len(), 1000);
        assert_eq!(RandomIds.correlation().len(), 12);
    }
}
