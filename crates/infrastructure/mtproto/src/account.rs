//! A connected account: how one request becomes one answer, within one caller's patience.
//!
//! A write is handed over at most once. What is not known to have failed is never called a failure.

use std::sync::Arc;
use std::time::Duration;

use grammers_tl_types::{self as tl, Deserializable, RemoteCall};
use telegraphist_application::ports::{Clock, Execution, Files, KnownPeer, Progress, StoreError, TelegramError};
use tokio::time::Instant;

use crate::acquainted::KeptCircle;
use crate::call_error::CallError;
use crate::connection::Connection;
use crate::errors;
use crate::known_peers::KnownPeers;
use crate::operations::NewestIds;
use crate::peers;
use telegraphist_application::patience::{Ended, Patience};

/// Whether a request changes something, which decides what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Does {
    /// Asking twice is harmless.
    Reads,
    /// Asking twice could act twice.
    Writes,
}

/// One account that is signed in; performs every operation.
pub(crate) struct Account {
    pub(crate) connection: Arc<Connection>,
    pub(crate) known: Arc<KnownPeers>,
    pub(crate) own: KnownPeer,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) newest: NewestIds,
    pub(crate) circle: KeptCircle,
}

impl Account {
    /// Sends a request to the account's own data centre. Ends by the call's deadline and on its cancellation; waits
    /// out what Telegram asks for where that is short enough.
    pub(crate) async fn invoke<R: RemoteCall>(
        &self,
        call: &Execution,
        does: Does,
        request: &R,
    ) -> Result<R::Return, TelegramError> {
        self.invoke_as(call, does, request).await
    }

    /// The same for an answer that is read in another form.
    pub(crate) async fn invoke_as<R: RemoteCall, A: Deserializable>(
        &self,
        call: &Execution,
        does: Does,
        request: &R,
    ) -> Result<A, TelegramError> {
        let body = request.to_bytes();
        let answer = self.answer(&Terms::of(call), does, None, body).await?;
        read(&answer, does)
    }

    /// The same in data centre `dc`, where the account is made known first if need be. Files live where they were
    /// uploaded from.
    pub(crate) async fn invoke_in_dc<R: RemoteCall>(
        &self,
        call: &Execution,
        does: Does,
        dc: i32,
        request: &R,
    ) -> Result<R::Return, TelegramError> {
        let body = request.to_bytes();
        let answer = self.answer(&Terms::of(call), does, Some(dc), body).await?;
        read(&answer, does)
    }

    /// Remembers the peers of an answer. Cheap when nothing is new.
    pub(crate) async fn learn(&self, users: &[tl::enums::User], chats: &[tl::enums::Chat]) -> Result<(), StoreError> {
        self.known.learn(users, chats).await
    }

    /// The account's own user id.
    pub(crate) fn own_id(&self) -> i64 {
        self.own.id.0
    }

    /// Files to send and to keep.
    pub(crate) fn files(&self) -> &dyn Files {
        self.files.as_ref()
    }

    /// The time of day.
    pub(crate) fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// The peer as an argument of requests.
    pub(crate) fn input_peer(peer: &KnownPeer) -> tl::enums::InputPeer {
        peers::input_peer(peer)
    }

    /// The peer where Telegram wants a channel; `UnknownChat` for all others.
    pub(crate) fn input_channel(peer: &KnownPeer) -> Result<tl::enums::InputChannel, TelegramError> {
        peers::input_channel(peer).ok_or(TelegramError::UnknownChat)
    }

    /// The peer where Telegram wants a user; `UnknownChat` for groups and channels.
    pub(crate) fn input_user(peer: &KnownPeer) -> Result<tl::enums::InputUser, TelegramError> {
        peers::input_user(peer).ok_or(TelegramError::UnknownChat)
    }

    pub(crate) async fn answer(
        &self,
        terms: &Terms<'_>,
        does: Does,
        dc: Option<i32>,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, TelegramError> {
        let patience = &terms.patience;
        let method = method_of(&body);
        let mut dc = dc;
        loop {
            let rpc = match self.connection.call(dc, does, body.clone(), patience).await {
                Ok(answer) => return Ok(answer),
                Err(CallError::Rpc(rpc)) => rpc,
                Err(error) => return Err(errors::failed(error, method, does)),
            };
            if let Some(wait) = errors::requested_wait(&rpc).filter(|wait| terms.allow(*wait)) {
                terms.wait_out(wait).await?;
            } else if let Some(home) = errors::other_home_of_file(&rpc).filter(|new| Some(*new) != dc) {
                dc = Some(home);
            } else {
                let refused = errors::refused(&rpc, method, does);
                if matches!(refused, TelegramError::UnknownChat) {
                    self.known.doubt_names();
                }
                return Err(refused);
            }
        }
    }
}

/// What one caller accepts for one request.
pub(crate) struct Terms<'a> {
    pub(crate) patience: Patience,
    /// A wait of at most this, that fits the deadline, is waited out.
    pub(crate) wait_max: Duration,
    pub(crate) progress: &'a dyn Progress,
}

impl<'a> Terms<'a> {
    fn of(call: &'a Execution) -> Self {
        Self {
            patience: Patience { deadline: call.deadline, cancel: call.cancel.clone() },
            wait_max: call.wait_max,
            progress: call.progress.as_ref(),
        }
    }

    fn allow(&self, wait: Duration) -> bool {
        wait <= self.wait_max && Instant::now() + wait < self.patience.deadline
    }

    async fn wait_out(&self, wait: Duration) -> Result<(), TelegramError> {
        const STEP: Duration = Duration::from_secs(1);
        let mut left = wait;
        while !left.is_zero() {
            let (done, total) = (wait.saturating_sub(left).as_secs(), wait.as_secs());
            self.progress.report(done, Some(total), "waiting, as Telegram asks");
            let step = left.min(STEP);
            self.patience.sleep(step).await.map_err(|how| match how {
                Ended::Deadline => TelegramError::DeadlineExceeded,
                Ended::Cancelled => TelegramError::Cancelled,
            })?;
            left = left.saturating_sub(step);
        }
        Ok(())
    }
}

/// The name of the method in a serialised request, as in `messages.sendMessage`.
fn method_of(body: &[u8]) -> &'static str {
    body.first_chunk().map_or("unknown", |id| tl::name_for_id(u32::from_le_bytes(*id)))
}

fn read<A: Deserializable>(answer: &[u8], does: Does) -> Result<A, TelegramError> {
    A::from_bytes(answer).map_err(|error| match does {
        Does::Reads => TelegramError::Unavailable(error.into()),
        Does::Writes => TelegramError::OutcomeUnknown,
    })
}
