//! Sessions of the era that begins with `initialize`: how many, how long, and whose they are.
//!
//! A session belongs to whoever opened it, with the same choice of tools; to everybody else it does not exist. When all
//! places are taken, the session that has been idle longest makes way for a new one, if it has been idle for a while or is
//! the caller's own; else the new one has to wait. Who has a stream open or a call under way is not idle.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, RequestId, ServerJsonRpcMessage};
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{ServerSseMessage, SessionId, SessionManager};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::servers::Whom;

/// Who was here just now is not sent away for somebody else.
const IDLE_LEAST: Duration = Duration::from_mins(1);

/// All sessions.
pub(super) struct SessionTable {
    local: LocalSessionManager,
    most: usize,
    idle_max: Duration,
    closing: CancellationToken,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    known: HashMap<SessionId, Known>,
    /// Places for sessions that are about to be opened.
    promised: usize,
    /// Sessions that were opened on a promise whose request is not answered yet.
    opened: usize,
    /// Whether somebody looks for sessions that are idle too long.
    is_watched: bool,
}

struct Known {
    whom: Arc<Whom>,
    used: Instant,
    /// Streams, those of calls among them.
    streams: usize,
    unanswered: HashSet<RequestId>,
}

impl Known {
    fn idle(&self) -> Option<Duration> {
        (self.streams == 0).then(|| self.used.elapsed())
    }
}

/// A place for a session that is being opened.
pub(super) struct Place(Arc<SessionTable>);

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.0.lock();
        // A request that the library refused opened nothing.
        let count = if inside.opened > 0 { &mut inside.opened } else { &mut inside.promised };
        *count = count.saturating_sub(1);
    }
}

impl SessionTable {
    pub(super) fn new(most: usize, idle_max: Duration, closing: CancellationToken) -> Arc<Self> {
        let mut local = LocalSessionManager::default();
        // Who listens all day and hears nothing is not idle, which the library cannot tell.
        local.session_config.keep_alive = None;
        Arc::new(Self { local, most, idle_max, closing, inside: Mutex::default() })
    }

    /// Whether a session is there and belongs to `whom`.
    pub(super) fn is_of(&self, id: &str, whom: &Whom) -> bool {
        self.lock().known.get(id).is_some_and(|known| *known.whom == *whom)
    }

    /// Whether a request of that id is under way in a session of `whom`.
    pub(super) fn is_unanswered(&self, id: &str, whom: &Whom, request: &RequestId) -> bool {
        let inside = self.lock();
        inside.known.get(id).is_some_and(|known| *known.whom == *whom && known.unanswered.contains(request))
    }

    /// A place for one more session, if there is one or somebody may make way. Nobody does before it is opened: a request
    /// that is refused costs nobody a session.
    pub(super) fn make_room(self: &Arc<Self>, whom: &Whom) -> Option<Place> {
        let mut inside = self.lock();
        if inside.known.len() + inside.promised >= self.most + inside.those_who_may_go(whom).count() {
            return None;
        }
        inside.promised += 1;
        Some(Place(Arc::clone(self)))
    }

    async fn shut(&self, id: &SessionId) {
        if let Err(problem) = self.local.close_session(id).await {
            tracing::debug!(%problem, "a session was gone already");
        }
    }

    /// Closes sessions that are idle too long, for as long as there are any.
    async fn watch(self: Arc<Self>) {
        loop {
            let (idle, next) = {
                let mut inside = self.lock();
                if inside.known.is_empty() {
                    inside.is_watched = false;
                    return;
                }
                inside.take_idle(self.idle_max)
            };
            for id in idle {
                tracing::debug!("a session over HTTP was idle for too long");
                self.shut(&id).await;
            }
            tokio::time::sleep(next).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a stream of a session ends when what is returned is dropped.
    fn enter(self: &Arc<Self>, id: &SessionId, request: Option<RequestId>) -> Inhabited {
        if let Some(known) = self.lock().known.get_mut(id) {
            known.used = Instant::now();
            known.streams += 1;
            known.unanswered.extend(request.clone());
        }
        Inhabited { table: Arc::clone(self), id: Arc::clone(id), request }
    }
}

impl Inside {
    /// Who may make way for a session of `whom`, and how much it would be missed: its own go before those of others, and
    /// the longest idle first.
    fn those_who_may_go(&self, whom: &Whom) -> impl Iterator<Item = ((bool, Duration), &SessionId)> {
        self.known.iter().filter_map(|(id, known)| {
            let (idle, is_own) = (known.idle()?, known.whom.caller.principal == whom.caller.principal);
            (is_own || idle >= IDLE_LEAST).then_some(((is_own, idle), id))
        })
    }

    /// Takes a new session in; gives the one that makes way for it, if there is no place otherwise.
    fn take_in(&mut self, id: &SessionId, known: Known, most: usize) -> Option<SessionId> {
        self.promised = self.promised.saturating_sub(1);
        self.opened += 1;
        let goes = if self.known.len() + self.promised < most {
            None
        } else {
            self.those_who_may_go(&known.whom).max_by_key(|(order, _)| *order).map(|(_, id)| Arc::clone(id))
        };
        if let Some(goes) = &goes {
            self.known.remove(goes);
        }
        self.known.insert(Arc::clone(id), known);
        goes
    }

    /// Takes out those who are idle too long, and says when to look again.
    fn take_idle(&mut self, idle_max: Duration) -> (Vec<SessionId>, Duration) {
        let is_idle = |known: &Known| known.idle().is_some_and(|idle| idle >= idle_max);
        let idle: Vec<SessionId> = self.known.extract_if(|_, known| is_idle(known)).map(|(id, _)| id).collect();
        let left = self.known.values().filter_map(|known| Some(idle_max.saturating_sub(known.idle()?)));
        // Whoever is not idle now is not idle too long before that time is over.
        (idle, left.min().unwrap_or(idle_max).max(Duration::from_millis(1)))
    }
}

/// A stream of a session, until it ends.
struct Inhabited {
    table: Arc<SessionTable>,
    id: SessionId,
    request: Option<RequestId>,
}

impl Drop for Inhabited {
    fn drop(&mut self) {
        if let Some(known) = self.table.lock().known.get_mut(&self.id) {
            known.used = Instant::now();
            known.streams = known.streams.saturating_sub(1);
            if let Some(request) = &self.request {
                known.unanswered.remove(request);
            }
        }
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

type Failed = LocalSessionManagerError;

impl SessionManager for Sessions {
    type Error = Failed;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Failed> {
        let (id, transport) = self.table.local.create_session().await?;
        let whom = Arc::clone(&self.whom);
        let known = Known { whom, used: Instant::now(), streams: 0, unanswered: HashSet::new() };
        let goes = {
            let mut inside = self.table.lock();
            let goes = inside.take_in(&id, known, self.table.most);
            if !std::mem::replace(&mut inside.is_watched, true) {
                let watching = Arc::clone(&self.table).watch();
                tokio::spawn(self.table.closing.clone().run_until_cancelled_owned(watching));
            }
            goes
        };
        if let Some(goes) = goes {
            tracing::info!("a session over HTTP makes way for another");
            self.table.shut(&goes).await;
        }
        Ok((id, transport))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Failed> {
        self.table.local.initialize_session(id, message).await
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Failed> {
        Ok(self.table.is_of(id, &self.whom))
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Failed> {
        self.table.lock().known.remove(id);
        self.table.local.close_session(id).await
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Failed> {
        let request = match &message {
            JsonRpcMessage::Request(request) => Some(request.id.clone()),
            JsonRpcMessage::Response(_) | JsonRpcMessage::Notification(_) | JsonRpcMessage::Error(_) => None,
        };
        let inhabited = self.table.enter(id, request);
        let stream = self.table.local.create_stream(id, message).await?;
        Ok(kept(stream, inhabited))
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), Failed> {
        let _inhabited = self.table.enter(id, None);
        self.table.local.accept_message(id, message).await
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Failed> {
        let inhabited = self.table.enter(id, None);
        let stream = self.table.local.create_standalone_stream(id).await?;
        // It has no result to end with.
        Ok(kept(stream, inhabited).take_until(self.table.closing.clone().cancelled_owned()))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Failed> {
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
