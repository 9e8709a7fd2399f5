//! Logins that the update stream found to be lost, until somebody is told.

use std::collections::BTreeMap;
use std::sync::Mutex;

use telegraphist_application::ports::LostLogin;
use telegraphist_domain::SessionId;
use tokio::sync::Notify;

use crate::mtproto::locked;

/// At most one for each session.
#[derive(Default)]
pub(crate) struct LostLogins {
    untold: Mutex<BTreeMap<SessionId, String>>,
    arrived: Notify,
}

impl LostLogins {
    /// Notes that a session has to sign in.
    pub(crate) fn note(&self, session: SessionId, reason: String) {
        locked(&self.untold).insert(session, reason);
        self.arrived.notify_one();
    }

    /// It signs in, or is gone: nobody has to be told any more.
    pub(crate) fn forget(&self, session: SessionId) {
        locked(&self.untold).remove(&session);
    }

    /// The next one, as soon as there is one.
    pub(crate) async fn next(&self) -> LostLogin {
        loop {
            if let Some((session, reason)) = locked(&self.untold).pop_first() {
                return LostLogin { session, reason };
            }
            // A permit is kept, so one that is noted just now wakes this.
            self.arrived.notified().await;
        }
    }
}
