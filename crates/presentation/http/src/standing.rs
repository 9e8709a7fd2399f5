//! Whether whoever sent a request still counts while its answer goes on: a token is taken back, or expires.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use telegraphist_application::{Caller, Dismissal};

use crate::auth::{Auth, Stranger};

/// An answer that takes longer than this is given only for as long as its caller counts, looked up so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What listens may take so long to end by itself.
const ENDING_MAX: Duration = Duration::from_secs(2);

/// By what a request was let in.
#[derive(Clone)]
pub(crate) struct Standing {
    auth: Auth,
    credentials: HeaderMap,
}

impl Standing {
    /// What the headers of a request say, where it matters.
    pub(crate) fn of(auth: &Auth, headers: &HeaderMap) -> Option<Self> {
        let mut credentials = HeaderMap::with_capacity(1);
        match auth {
            Auth::None => return None,
            Auth::Bearer(_) => credentials.insert(AUTHORIZATION, headers.get(AUTHORIZATION)?.clone()),
        };
        Some(Self { auth: auth.clone(), credentials })
    }

    /// Returns when `caller` is not who sent the request any more, and everybody who was told so had time to end.
    pub(crate) async fn lost(self, caller: Caller, dismissal: Dismissal) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.auth.caller(&self.credentials).await {
                Ok(same) if same == caller => {}
                // It cannot be told now; whoever was let in stays until it can.
                Err(Stranger { why: None, .. }) => {}
                Ok(_) | Err(Stranger { why: Some(_), .. }) => break,
            }
        }
        dismissal.dismiss();
        tokio::time::sleep(ENDING_MAX).await;
    }
}
