//! How every use case finds a session, decides, writes down what happened, and leaves an audit row.

use telegraphist_domain::session::Decision;
use telegraphist_domain::{Session, SessionEvent, SessionId, Timestamp};

use super::SessionError;
use crate::application::Application;
use crate::caller::Caller;
use crate::operation::Effect;
use crate::ports::{AppendError, AuditEntry, StoreError, Together, Version};
use crate::views::SessionView;

/// How often a decision is taken anew because somebody else was faster; each time somebody made progress.
const ATTEMPTS_MAX: usize = 16;

impl Application {
    pub(super) fn timestamp(&self) -> Timestamp {
        Timestamp(self.ports().clock.now().timestamp_millis())
    }

    /// The session that `name_or_id` means.
    pub(super) async fn find(&self, name_or_id: &str) -> Result<SessionId, SessionError> {
        let name_or_id = name_or_id.trim();
        if let Some(view) = self.ports().views.session(name_or_id).await? {
            return Ok(id_of(&view));
        }
        let known = self.ports().views.sessions().await?.into_iter().map(|view| view.name).collect();
        Err(SessionError::Unknown { known })
    }

    pub(super) async fn view(&self, id: SessionId) -> Result<SessionView, SessionError> {
        let view = self.ports().views.session(&id.to_string()).await?;
        view.ok_or(SessionError::Removed)
    }

    /// Loads, decides and appends; decides again if somebody else appended first. Answers whether anything happened.
    pub(super) async fn record(
        &self,
        id: SessionId,
        decide: impl Fn(&Session, Timestamp) -> Decision + Send + Sync,
    ) -> Result<bool, SessionError> {
        for _ in 0..ATTEMPTS_MAX {
            let loaded = self.ports().events.load(id).await?.ok_or(SessionError::Removed)?;
            let events = decide(&loaded.state, self.timestamp())?;
            if events.is_empty() {
                return Ok(false);
            }
            match self.ports().events.append(id, loaded.version, &events, &Together::default()).await {
                Ok(_) => return Ok(true),
                // Nothing is queued with a session's events.
                Err(AppendError::Conflict | AppendError::AlreadyQueued(_)) => {}
                Err(AppendError::NameTaken) => return Err(SessionError::NameTaken),
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
        }
        Err(SessionError::Contended)
    }

    /// Writes the first events of a session.
    pub(super) async fn begin(&self, id: SessionId, events: &[SessionEvent]) -> Result<(), SessionError> {
        match self.ports().events.append(id, Version(0), events, &Together::default()).await {
            Ok(_) => Ok(()),
            Err(AppendError::Conflict | AppendError::AlreadyQueued(_)) => Err(SessionError::Contended),
            Err(AppendError::NameTaken) => Err(SessionError::NameTaken),
            Err(AppendError::Store(error)) => Err(error.into()),
        }
    }

    /// Writes down how an act ended, for good or ill, and passes the result on.
    pub(super) async fn audited<T: Send>(
        &self,
        act: Act<'_>,
        result: Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        let outcome = match &result {
            Ok(_) => "ok".to_owned(),
            Err(error) => error.code().as_str().to_owned(),
        };
        let written = self.audit(act, outcome).await;
        // A failure that came first says more than that it could not be written down.
        let done = result?;
        written?;
        Ok(done)
    }

    async fn audit(&self, act: Act<'_>, outcome: String) -> Result<(), StoreError> {
        let entry = AuditEntry {
            at: self.ports().clock.now(),
            principal: act.principal.to_owned(),
            session: act.session.map(|id| id.to_string()),
            operation: act.name.to_owned(),
            chats: Vec::new(),
            outcome,
            correlation_id: self.ports().ids.correlation(),
            arguments: None,
        };
        self.ports().audit.append(&entry).await.map(|_| ())
    }
}

/// Something done with a session, for the audit log.
#[derive(Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) principal: &'a str,
    pub(super) session: Option<SessionId>,
    pub(super) name: &'static str,
}

impl<'a> Act<'a> {
    pub(super) fn of(caller: &'a Caller, session: SessionId, name: &'static str) -> Self {
        Self { principal: &caller.principal, session: Some(session), name }
    }
}

/// Sessions are managed by who may do everything with them.
pub(crate) fn authorise(caller: &Caller) -> Result<(), SessionError> {
    if caller.grants.are_whole() { Ok(()) } else { Err(SessionError::NotTheOwner) }
}

/// Ending a login or a connection is also for who runs the server.
pub(super) fn authorise_administrator(caller: &Caller, effect: Effect) -> Result<(), SessionError> {
    if caller.grants.administer(effect) { Ok(()) } else { Err(SessionError::NotTheOwner) }
}

pub(super) fn id_of(view: &SessionView) -> SessionId {
    view.id.parse().expect("views carry the ids of sessions")
}
