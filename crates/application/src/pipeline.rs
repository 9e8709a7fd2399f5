//! The way of every Telegram operation, written once. Start with [`Application::perform`].

mod budgets;

pub use budgets::Budgets;

use std::sync::Arc;

use crate::application::Application;
use crate::caller::{CallContext, Caller};
use crate::failure::{Code, Failure};
use crate::operation::Operation;
use crate::operations::ListSessions;
use crate::ports::{Cursors, Execute, Execution, PartState, Parts, StoreError, Telegram};
use crate::views::{Page, SessionView};

struct NoParts;

#[async_trait::async_trait]
impl Parts for NoParts {
    async fn known(&self, _part: u32) -> Result<Option<PartState>, StoreError> {
        Ok(None)
    }
    async fn note(&self, _part: u32, _state: PartState) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Application {
    /// Performs a Telegram operation.
    pub async fn perform<O: Operation>(
        &self,
        _caller: &Caller,
        operation: O,
        context: CallContext,
    ) -> Result<O::Output, Failure>
    where
        dyn Telegram: Execute<O>,
    {
        let ports = self.ports();
        let sessions = ports.views.sessions().await?;
        let view = sessions
            .into_iter()
            .find(|view| operation.session().is_none_or(|name| name == view.name || name == view.id))
            .ok_or_else(|| Failure::new(Code::UnknownSession, "no such session", ""))?;
        let session = view.id.parse().map_err(|_| Failure::new(Code::Internal, "bad id", ""))?;
        let execution = Execution {
            session,
            key: ports.ids.idempotency_key(),
            deadline: tokio::time::Instant::now() + self.inner.settings.timeout,
            wait_max: self.inner.settings.wait_max,
            cancel: context.cancel,
            correlation_id: ports.ids.correlation(),
            progress: context.progress,
            parts: Arc::new(NoParts),
            cursors: Cursors { seal: Arc::new(|_| String::new()), position: None },
        };
        let failed = |error: crate::ports::TelegramError| Failure::new(Code::Unavailable, error.to_string(), "");
        let telegram = ports.connections.telegram(session).await.map_err(failed)?;
        telegram.execute(&execution, &operation).await.map_err(failed)
    }

    /// The sessions of this server.
    pub async fn list_sessions(
        &self,
        _caller: &Caller,
        _query: ListSessions,
        _context: CallContext,
    ) -> Result<Page<SessionView>, Failure> {
        Ok(Page::new(self.ports().views.sessions().await?, None))
    }
}
