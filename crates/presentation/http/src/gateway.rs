//! Connections: how many there may be, how long they may be silent, and how they end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use telegraphist_application::Application;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::desk::{Desk, Over};
use crate::listen::{Listen, ListenError, Listener};
use crate::routes;

/// Connections at once; each may wait for an answer.
const CONNECTIONS_MAX: usize = 256;

/// Connections that are told that there are too many; more are not even told.
const TURNED_AWAY_MAX: usize = 32;

/// How a connection is treated.
#[derive(Clone, Copy)]
struct Manner {
    /// If it has nothing to say for so long, before its first request or between two of them, it is closed.
    silence_max: Duration,
    /// Whether it may say more than one thing.
    may_stay: bool,
}

const LET_IN: Manner = Manner { silence_max: Duration::from_secs(30), may_stay: true };
const TURNED_AWAY: Manner = Manner { silence_max: Duration::from_secs(2), may_stay: false };

/// No connection stays longer; a client that still wants something opens another.
const LIFE_MAX: Duration = Duration::from_mins(15);

/// What is under way when a connection is old may take this long: longer than the longest wait.
const RENEWING_MAX: Duration = Duration::from_mins(1);

/// What is under way when the server ends may take this long: waits end at once, and storing takes milliseconds. Only who
/// has sent half a request takes longer, and the server has other connections to close.
const ENDING_MAX: Duration = Duration::from_secs(3);

/// A listener that cannot accept (too many open files) tries again after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The buffer of a connection; it holds the head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A gateway that listens; nobody is answered until it serves.
pub struct Gateway {
    listener: Listener,
    at: Listen,
    connections_max: usize,
}

impl Gateway {
    /// Listens there.
    pub async fn bind(at: Listen) -> Result<Self, ListenError> {
        let (listener, at) = Listener::bind(at).await?;
        Ok(Self { listener, at, connections_max: CONNECTIONS_MAX })
    }

    /// With another limit of connections at once.
    #[must_use]
    pub fn with_connections_max(self, connections_max: usize) -> Self {
        Self { connections_max, ..self }
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> &Listen {
        &self.at
    }

    /// Serves until `stop` fires; then nobody is let in any more, waits are answered as they stand, and what is under way
    /// comes to its end.
    pub async fn serve(self, app: Application, stop: CancellationToken) {
        let over = match self.at {
            Listen::Tcp(_) => Over::Tcp,
            Listen::Unix(_) => Over::Unix,
        };
        let desk = Desk { app, over, stop: stop.clone() };
        self.attend(routes::open(desk.clone()), routes::full(desk), stop).await;
    }

    /// Lets connections in to `router`, and tells who finds no place what `full` says.
    pub(crate) async fn attend(self, router: Router, full: Router, stop: CancellationToken) {
        let doors = Doors {
            router,
            full,
            places: Arc::new(Semaphore::new(self.connections_max)),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
            stop: stop.clone(),
            tasks: TaskTracker::new(),
        };
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok(Stream::Tcp(stream)) => doors.receive(stream),
                Ok(Stream::Unix(stream)) => doors.receive(stream),
                Err(problem) => {
                    tracing::warn!(%problem, "cannot accept a connection over HTTP");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(self.listener);
        doors.tasks.close();
        doors.tasks.wait().await;
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                // An answer is one short piece; nothing comes behind it that could be sent along. It fails only where
                // the client is gone already.
                let _ = stream.set_nodelay(true);
                Ok(Stream::Tcp(stream))
            }
            Self::Unix { listener, .. } => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

/// Lets connections in.
struct Doors {
    router: Router,
    /// Answers whoever comes when there is no place.
    full: Router,
    places: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Doors {
    fn receive<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S) {
        let (place, router, how) = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => (place, self.router.clone(), LET_IN),
            Err(_full) => match Arc::clone(&self.turned_away).try_acquire_owned() {
                Ok(place) => (place, self.full.clone(), TURNED_AWAY),
                Err(_full) => return,
            },
        };
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let _place = place;
            attend(stream, router, how, stop).await;
        });
    }
}

/// Answers one connection to its end. When the client goes, what it waited for is dropped.
async fn attend<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    router: Router,
    how: Manner,
    stop: CancellationToken,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(how.silence_max)
        .keep_alive(how.may_stay)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let most = tokio::select! {
        ended = connection.as_mut() => return noted(ended),
        () = stop.cancelled() => ENDING_MAX,
        () = tokio::time::sleep(LIFE_MAX) => RENEWING_MAX,
    };
    connection.as_mut().graceful_shutdown();
    match tokio::time::timeout(most, connection).await {
        Ok(ended) => noted(ended),
        Err(_elapsed) => tracing::warn!("a connection over HTTP did not end in time"),
    }
}

fn noted(ended: hyper::Result<()>) {
    if let Err(problem) = ended {
        // Clients come and go as they like; what they sent is not told.
        tracing::debug!(is_timeout = problem.is_timeout(), "a connection over HTTP was broken off");
    }
}
