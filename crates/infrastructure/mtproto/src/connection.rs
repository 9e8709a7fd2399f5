//! The lines of one session, one for each data centre that it uses. A line that hangs holds up no other.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use grammers_tl_types::{self as tl, Deserializable, RemoteCall};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::account::Does;
use crate::call_error::CallError;
use crate::errors;
use crate::line::{Line, Listener};
use crate::storage::Storage;
use telegraphist_application::patience::Patience;

/// What every line of a session has in common.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) storage: Arc<Storage>,
    pub(crate) api_id: i32,
    /// The tasks of all lines, so that closing can wait for them.
    pub(crate) tasks: TaskTracker,
    /// Ends all lines of the session.
    pub(crate) stop: CancellationToken,
}

/// One session's connection to Telegram.
pub(crate) struct Connection {
    origin: Origin,
    /// Gets the updates, which come on the line to the home.
    listener: Arc<dyn Listener>,
    lines: Mutex<HashMap<i32, Arc<Line>>>,
    /// Data centres beside the home that know the account.
    introduced: tokio::sync::Mutex<HashSet<i32>>,
}

impl Connection {
    /// A connection over `storage`. Nothing is dialled before it is used.
    pub(crate) fn new(storage: Arc<Storage>, api_id: i32, listener: Arc<dyn Listener>) -> Self {
        let origin = Origin { storage, api_id, tasks: TaskTracker::new(), stop: CancellationToken::new() };
        Self { origin, listener, lines: Mutex::default(), introduced: tokio::sync::Mutex::default() }
    }

    pub(crate) fn storage(&self) -> &Storage {
        &self.origin.storage
    }

    /// Opens the line to the home, so that updates flow from now on.
    pub(crate) fn listen(&self) {
        self.line(self.origin.storage.home());
    }

    /// Ends all lines and waits until they have ended: nothing is written for the session afterwards.
    pub(crate) async fn close(&self) {
        self.origin.stop.cancel();
        self.origin.tasks.close();
        self.origin.tasks.wait().await;
    }

    /// Sends a request to `dc`, or home, and gives the answer's bytes.
    pub(crate) async fn call(
        &self,
        dc: Option<i32>,
        does: Does,
        body: Vec<u8>,
        patience: &Patience,
    ) -> Result<Vec<u8>, CallError> {
        let home = self.origin.storage.home();
        let dc = dc.unwrap_or(home);
        if dc == home {
            return self.line(home).call(does, body, patience).await;
        }
        self.introduce(dc, patience).await?;
        let again = (does == Does::Reads).then(|| body.clone());
        let outcome = match (self.line(dc).call(does, body, patience).await, again) {
            // The data centre forgot who we are: the home can tell it again.
            (Err(error), Some(body)) if is_stranger(&error) => {
                patience.during(self.introduced.lock()).await.map_err(CallError::before)?.remove(&dc);
                self.introduce(dc, patience).await?;
                self.line(dc).call(does, body, patience).await
            }
            (outcome, _) => outcome,
        };
        outcome.map_err(abroad)
    }

    /// Sends a request to `dc` as the connection is, signed in or not, and reads the answer.
    pub(crate) async fn ask<R: RemoteCall>(
        &self,
        dc: i32,
        does: Does,
        request: &R,
        patience: &Patience,
    ) -> Result<R::Return, CallError> {
        let line = self.line(dc);
        let answer = line.call(does, request.to_bytes(), patience).await?;
        R::Return::from_bytes(&answer).map_err(|error| CallError::Lost(error.into()))
    }

    /// Makes the account known in another data centre. One at a time: exporting is limited by Telegram.
    async fn introduce(&self, dc: i32, patience: &Patience) -> Result<(), CallError> {
        let mut introduced = patience.during(self.introduced.lock()).await.map_err(CallError::before)?;
        if introduced.contains(&dc) {
            return Ok(());
        }
        let home = self.origin.storage.home();
        let export = tl::functions::auth::ExportAuthorization { dc_id: dc };
        let tl::enums::auth::ExportedAuthorization::Authorization(exported) =
            self.ask(home, Does::Reads, &export, patience).await?;
        let import = tl::functions::auth::ImportAuthorization { id: exported.id, bytes: exported.bytes };
        self.ask(dc, Does::Reads, &import, patience).await.map_err(abroad)?;
        introduced.insert(dc);
        Ok(())
    }

    fn line(&self, dc: i32) -> Arc<Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(dc).or_insert_with(|| {
            let listens = dc == self.origin.storage.home();
            let listener = listens.then(|| Arc::clone(&self.listener));
            Line::open(dc, &self.origin, listener)
        });
        Arc::clone(line)
    }
}

/// Whether a data centre does not know who asks.
fn is_stranger(error: &CallError) -> bool {
    match error {
        CallError::Rpc(rpc) => errors::needs_login(rpc),
        CallError::KeyUnknown => true,
        CallError::NotSent(_) | CallError::Lost(_) | CallError::Ended { .. } | CallError::Store(_) => false,
    }
}

/// Whether a login is lost is for the home to say. That another data centre does not know it is trouble there.
fn abroad(error: CallError) -> CallError {
    if is_stranger(&error) { CallError::NotSent("the data centre does not know the account".into()) } else { error }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.origin.stop.cancel();
    }
}

#[cfg(test)]
mod tests {
    use grammers_mtsender::RpcError;

    use super::*;

    #[test]
    fn being_unknown_abroad_is_no_lost_login() {
        let rpc = |text: &str| {
            let error = tl::types::RpcError { error_code: 401, error_message: text.to_owned() };
            CallError::Rpc(RpcError::from(error))
        };
        assert!(matches!(abroad(rpc("AUTH_KEY_UNREGISTERED")), CallError::NotSent(_)));
        assert!(matches!(abroad(CallError::KeyUnknown), CallError::NotSent(_)));
        assert!(matches!(abroad(CallError::Lost("cut".into())), CallError::Lost(_)));
    }
}
