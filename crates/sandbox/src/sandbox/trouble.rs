//! Everything that can go wrong, to order; and the numbers that show what happened.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::provisioning::known;
use super::{Sandbox, SandboxError};
use crate::bot_api::{self, Flood};
use crate::faults::bots::BotFault;
use crate::faults::{ANY_METHOD, Fault};
use crate::rpc;
use crate::server::Counters;

/// What clients of a revoked session are told; always with code 401.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Revocation {
    /// Somebody ended the session from another client.
    #[default]
    SessionRevoked,
    /// The server has forgotten the sign-in.
    AuthKeyUnregistered,
    /// The account is gone.
    UserDeactivated,
}

impl Revocation {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::SessionRevoked => "SESSION_REVOKED",
            Self::AuthKeyUnregistered => "AUTH_KEY_UNREGISTERED",
            Self::UserDeactivated => "USER_DEACTIVATED",
        }
    }
}

impl Sandbox {
    /// Refuses calls of a method with an error.
    pub fn fault(&self, fault: Fault) -> Result<(), SandboxError> {
        check_method(&fault.method)?;
        self.hub.change(|state| state.faults.refuse(fault));
        Ok(())
    }

    /// Makes trouble for the programs of bots that use the Bot API.
    pub fn bot_fault(&self, fault: BotFault) -> Result<(), SandboxError> {
        if fault.method != ANY_METHOD && (fault.trouble.is_about_updates() || !bot_api::has_method(&fault.method)) {
            return Err(SandboxError::UnknownMethod(fault.method));
        }
        self.hub.change(|state| state.faults.trouble_bots(fault));
        Ok(())
    }

    /// Tells a bot's program an update that no event of this world made; returns its number, which it may bring along as `update_id`.
    pub fn invent_update(
        &self,
        bot: i64,
        update: serde_json::Map<String, serde_json::Value>,
    ) -> Result<i64, SandboxError> {
        self.hub.change(|state| {
            known(&state.world, bot)?;
            let now = state.world.clock.millis();
            Ok(state.desk.queue(bot).invent(update, now))
        })
    }

    /// Limits how much bots may send over the Bot API.
    pub fn flood(&self, model: Flood) {
        self.hub.change(|state| state.desk.meter.switch(model));
    }

    /// Gives a bot a new token, which is returned; the old one is good for nothing from now on, and whoever waits with it is told so.
    pub fn revoke_token(&self, bot: i64) -> Result<String, SandboxError> {
        self.hub.change(|state| {
            let token = state.world.renew_token(bot).ok_or_else(|| SandboxError::UnknownAccount(bot.to_string()))?;
            state.desk.queue(bot).revoke();
            Ok(token)
        })
    }

    /// Forgets every fault, delay, cut and gap that has not happened yet.
    pub fn clear_faults(&self) {
        self.hub.change(|state| state.faults.clear());
    }

    /// Executes the next `times` calls of a method, then cuts the connection instead of answering.
    pub fn cut_after(&self, method: &str, times: Option<u32>) -> Result<(), SandboxError> {
        check_method(method)?;
        self.hub.change(|state| state.faults.cut_after(method, times));
        Ok(())
    }

    /// Lets the next `times` calls of a method wait before they are executed; others go on meanwhile.
    pub fn delay(&self, method: &str, by: Duration, times: Option<u32>) -> Result<(), SandboxError> {
        check_method(method)?;
        self.hub.change(|state| state.faults.delay(method, by, times, None));
        Ok(())
    }

    /// Lets every call of one account wait before it is executed; others go on meanwhile.
    pub fn delay_account(&self, account: i64, by: Duration) -> Result<(), SandboxError> {
        self.hub.change(|state| {
            known(&state.world, account)?;
            state.faults.delay(ANY_METHOD, by, None, Some(account));
            Ok(())
        })
    }

    /// Cuts the connections of an account, or all.
    pub fn kick(&self, account: Option<i64>) {
        self.hub.change(|state| {
            let keys = &state.world.keys;
            state.links.cut_where(|key_id| match account {
                None => true,
                Some(_) => key_id.and_then(|key_id| keys.get(key_id)).is_some_and(|key| key.account == account),
            });
        });
    }

    /// Ends every session of an account; its clients stay connected and get 401.
    pub fn revoke(&self, account: i64, how: Revocation) -> Result<(), SandboxError> {
        self.hub.change(|state| {
            known(&state.world, account)?;
            state.revoke(account, how.text());
            Ok(())
        })
    }

    /// Forgets every key of an account: its connections are cut, and the next ones are answered with transport error 404.
    pub fn drop_key(&self, account: i64) -> Result<(), SandboxError> {
        self.hub.change(|state| {
            known(&state.world, account)?;
            let keys: Vec<_> = state.world.keys.of_account(account).collect();
            for key_id in &keys {
                state.world.keys.remove(*key_id);
            }
            state.links.cut_where(|key_id| key_id.is_some_and(|key_id| keys.contains(&key_id)));
            Ok(())
        })
    }

    /// Begins an outage, in which every connection is cut and new ones are refused, or ends it. Returns when that is so.
    pub async fn outage(&self, is_out: bool) -> Result<(), SandboxError> {
        self.listener.outage(is_out).await.map_err(SandboxError::Switch)
    }

    /// Loses the next `count` updates of an account on their way, so that its clients see a gap.
    pub fn gap(&self, account: i64, count: u32) -> Result<(), SandboxError> {
        self.hub.change(|state| {
            known(&state.world, account)?;
            state.faults.lose_updates(account, count);
            Ok(())
        })
    }

    /// What has been asked of the box since it started.
    pub fn counters(&self) -> Counters {
        self.hub.change(|state| Counters { connections_open: state.links.count() as u64, ..state.counters.clone() })
    }
}

/// A fault for a misspelt method would never happen, and its test would fail for no visible reason.
fn check_method(method: &str) -> Result<(), SandboxError> {
    let is_known = method == ANY_METHOD
        || bot_api::has_method(method)
        || rpc::METHODS.iter().any(|id| rpc::method_name(*id) == Some(method));
    if is_known { Ok(()) } else { Err(SandboxError::UnknownMethod(method.to_owned())) }
}
