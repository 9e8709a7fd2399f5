//! Whether whoever sent a request still counts while its answer goes on: a token is taken back, or expires.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use telegraphist_application::{Caller, Code, Dismissal, Failure};

use crate::auth::{Auth, Stranger};
use crate::desk::Desk;
use crate::refusal::Refusal;

/// An answer that takes longer than this is given only for as long as its caller counts, looked up so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What listens may take so long to end by itself.
const ENDING_MAX: Duration = Duration::from_secs(2);

/// By what a request was let in.
#[derive(Clone)]
pub(crate) struct Standing {
    credentials: HeaderMap,
}

impl Standing {
    /// What the headers of a request say, where it matters.
    pub(crate) fn of(auth: &Auth, headers: &HeaderMap) -> Option<Self> {
        if matches!(auth, Auth::None) {
            return None;
        }
        let mut credentials = HeaderMap::with_capacity(1);
        credentials.insert(AUTHORIZATION, headers.get(AUTHORIZATION)?.clone());
        Some(Self { credentials })
    }

    /// Returns when `caller` is not who sent the request any more, and everybody who was told so had time to end.
    pub(crate) async fn lost(self, desk: Desk, caller: Caller, dismissal: Dismissal) -> Refusal {
        let refusal = loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match desk.options.auth.caller(&desk.app, &self.credentials).await {
                Ok(same) if same == caller => {}
                Ok(_) => break changed(),
                // It cannot be told now; whoever was let in stays until it can.
                Err(Stranger { why: None, .. }) => {}
                Err(Stranger { refusal, why: Some(_) }) => break refusal,
            }
        };
        dismissal.dismiss();
        tokio::time::sleep(ENDING_MAX).await;
        refusal
    }
}

fn changed() -> Refusal {
    Failure::new(Code::Forbidden, "What you may do here was changed meanwhile.", "Send the request again.").into()
}
