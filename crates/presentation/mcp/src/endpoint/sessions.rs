//! Sessions of the era that begins with `initialize`: how many, how long, and whose they are.
//!
//! A session belongs to whoever opened it, with the same choice of tools; to everybody else it does not exist. A place for
//! it is promised before the library sees the request, and taken when the library opens it. Who has a stream open or a call
//! under way is not idle. Start with [`SessionTable::make_room`].

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ClientNotification, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{ServerSseMessage, SessionId, SessionManager};
use tokio_util::sync::CancellationToken;

use super::places::{Full, Known, Places};
use crate::servers::Whom;

tokio::task_local! {
    /// The place of the session that the request under way is about to open.
    static PLACE: Arc<Place>;
}

/// All sessions.
pub(super) struct SessionTable {
    local: LocalSessionManager,
    idle_max: Duration,
    closing: CancellationToken,
    places: Mutex<Places>,
    /// Whether somebody looks for sessions that are idle too long; changed only while the places are locked.
    is_watched: AtomicBool,
}

/// A place that was promised to a session: taken by it, or given back when this is dropped.
pub(super) struct Place {
    table: Arc<SessionTable>,
    principal: String,
    /// Whether the promise still stands.
    is_promised: AtomicBool,
    /// Whether it could not be kept.
    is_lost: AtomicBool,
}

impl Place {
    /// Does what may open the session.
    pub(super) async fn held<T>(self: &Arc<Self>, opening: impl Future<Output = T>) -> T {
        PLACE.scope(Arc::clone(self), opening).await
    }

    /// Whether the session was not opened because nobody made way for it after all.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed)
    }

    /// Lets a session have it.
    fn take(&self, id: &SessionId, known: Known) -> Result<Option<SessionId>, Full> {
        let mut places = self.table.lock();
        let taken = if self.is_promised.swap(false, Ordering::Relaxed) { places.take_in(id, known) } else { Err(Full) };
        self.is_lost.store(taken.is_err(), Ordering::Relaxed);
        taken
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if *self.is_promised.get_mut() {
            self.table.lock().withdraw(&self.principal);
        }
    }
}

impl SessionTable {
    pub(super) fn new(most: usize, idle_max: Duration, closing: CancellationToken) -> Arc<Self> {
        let mut local = LocalSessionManager::default();
        // Who listens all day and hears nothing is not idle, which the library cannot tell.
        local.session_config.keep_alive = None;
        let (places, is_watched) = (Mutex::new(Places::new(most)), AtomicBool::new(false));
        Arc::new(Self { local, idle_max, closing, places, is_watched })
    }

    /// Whether a session is there and belongs to `whom`.
    pub(super) fn is_of(&self, id: &str, whom: &Whom) -> bool {
        self.lock().get(id).is_some_and(|known| *known.whom == *whom)
    }

    /// Whether a request of that id is under way in a session.
    pub(super) fn is_unanswered(&self, id: &str, request: &RequestId) -> bool {
        self.lock().is_unanswered(id, request)
    }

    /// A place for one more session, if there is one or somebody may make way.
    pub(super) fn make_room(self: &Arc<Self>, whom: &Whom) -> Result<Arc<Place>, Full> {
        let principal = whom.caller.principal.clone();
        self.lock().promise(&principal)?;
        let (is_promised, is_lost) = (AtomicBool::new(true), AtomicBool::new(false));
        Ok(Arc::new(Place { table: Arc::clone(self), principal, is_promised, is_lost }))
    }

    /// Closes a session, soon.
    pub(super) fn end(self: &Arc<Self>, id: SessionId) {
        self.lock().remove(&id);
        let table = Arc::clone(self);
        tokio::spawn(async move { table.shut(&id).await });
    }

    async fn shut(&self, id: &SessionId) {
        if let Err(problem) = self.local.close_session(id).await {
            tracing::debug!(%problem, "a session was gone already");
        }
    }

    /// Sees to it that somebody looks for sessions that are idle too long.
    fn have_watched(self: &Arc<Self>) {
        let _places = self.lock();
        if !self.is_watched.swap(true, Ordering::Relaxed) {
            let watching = Arc::clone(self).watch();
            tokio::spawn(self.closing.clone().run_until_cancelled_owned(watching));
        }
    }

    /// Closes sessions that are idle too long, for as long as there are any.
    async fn watch(self: Arc<Self>) {
        loop {
            let (idle, next) = {
                let mut places = self.lock();
                if places.is_empty() {
                    self.is_watched.store(false, Ordering::Relaxed);
                    return;
                }
                places.take_idle(self.idle_max)
            };
            for id in idle {
                tracing::debug!("a session over HTTP was idle for too long");
                self.shut(&id).await;
            }
            tokio::time::sleep(next).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a stream of a session ends when what is returned is dropped.
    fn enter(self: &Arc<Self>, id: &SessionId, request: Option<RequestId>) -> Inhabited {
        self.lock().enter(id, request);
        Inhabited { table: Arc::clone(self), id: Arc::clone(id) }
    }
}

/// A stream of a session, until it ends.
struct Inhabited {
    table: Arc<SessionTable>,
    id: SessionId,
}

impl Drop for Inhabited {
    fn drop(&mut self) {
        self.table.lock().leave(&self.id);
    }
}

/// The sessions of one caller with one choice of tools, as the library wants to see them.
pub(super) struct Sessions {
    table: Arc<SessionTable>,
    whom: Arc<Whom>,
}

impl Sessions {
    pub(super) fn new(table: Arc<SessionTable>, whom: Arc<Whom>) -> Self {
        Self { table, whom }
    }
}

/// Why the library did not get what it wanted.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionFailure {
    #[error(transparent)]
    Local(#[from] LocalSessionManagerError),
    #[error("there is no place for another session")]
    NoPlace,
}

type LocalTransport = <LocalSessionManager as SessionManager>::Transport;

/// What a session and the library say to each other; a request is under way until its answer passes here, whether
/// anybody listens to it or not.
pub(super) struct Heard {
    transport: LocalTransport,
    table: Arc<SessionTable>,
    id: SessionId,
}

impl Transport<RoleServer> for Heard {
    type Error = <LocalTransport as Transport<RoleServer>>::Error;

    fn name() -> Cow<'static, str> {
        LocalTransport::name()
    }

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answered = match &message {
            JsonRpcMessage::Response(response) => Some(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref(),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
        };
        if let Some(request) = answered {
            self.table.lock().settle(&self.id, request);
        }
        self.transport.send(message)
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        self.transport.receive().await
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.transport.close().await
    }
}

impl SessionManager for Sessions {
    type Error = SessionFailure;
    type Transport = Heard;

    async fn create_session(&self) -> Result<(SessionId, Heard), SessionFailure> {
        let place = PLACE.try_with(Arc::clone).map_err(|_| SessionFailure::NoPlace)?;
        let (id, transport) = self.table.local.create_session().await?;
        let Ok(goes) = place.take(&id, Known::new(Arc::clone(&self.whom))) else {
            self.table.shut(&id).await;
            return Err(SessionFailure::NoPlace);
        };
        self.table.have_watched();
        if let Some(goes) = goes {
            tracing::info!("a session over HTTP makes way for another");
            self.table.shut(&goes).await;
        }
        Ok((Arc::clone(&id), Heard { transport, table: Arc::clone(&self.table), id }))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, SessionFailure> {
        Ok(self.table.local.initialize_session(id, message).await?)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, SessionFailure> {
        Ok(self.table.is_of(id, &self.whom))
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), SessionFailure> {
        self.table.lock().remove(id);
        Ok(self.table.local.close_session(id).await?)
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionFailure> {
        let request = match &message {
            JsonRpcMessage::Request(request) => Some(request.id.clone()),
            JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => None,
        };
        let inhabited = self.table.enter(id, request.clone());
        match self.table.local.create_stream(id, message).await {
            Ok(stream) => Ok(kept(stream, inhabited)),
            Err(failure) => {
                // It never reached what would answer it.
                if let Some(request) = &request {
                    self.table.lock().settle(id, request);
                }
                Err(failure.into())
            }
        }
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), SessionFailure> {
        let _inhabited = self.table.enter(id, None);
        // The library gives no answer to what was cancelled.
        if let JsonRpcMessage::Notification(notification) = &message
            && let ClientNotification::CancelledNotification(cancelled) = &notification.notification
            && let Some(request) = &cancelled.params.request_id
        {
            self.table.lock().settle(id, request);
        }
        Ok(self.table.local.accept_message(id, message).await?)
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionFailure> {
        let inhabited = self.table.enter(id, None);
        let stream = self.table.local.create_standalone_stream(id).await?;
        // It has no result to end with.
        Ok(kept(stream, inhabited).take_until(self.table.closing.clone().cancelled_owned()))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, SessionFailure> {
        let inhabited = self.table.enter(id, None);
        let stream = self.table.local.resume(id, last_event_id).await?;
        Ok(kept(stream, inhabited).take_until(self.table.closing.clone().cancelled_owned()))
    }
}

/// A stream during which its session is not idle.
fn kept<S>(stream: S, inhabited: Inhabited) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static
where
    S: Stream<Item = ServerSseMessage> + Send + Sync + 'static,
{
    stream.inspect(move |_| {
        // Moved in here, it goes when the stream does.
        let _: &Inhabited = &inhabited;
    })
}
