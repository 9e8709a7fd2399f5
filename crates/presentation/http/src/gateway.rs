//! Connections: how many there may be, how long they may be silent, and how they end.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use telegraphist_application::Application;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_service::Service;

use crate::desk::{Desk, Over};
use crate::listen::{Listen, ListenError, Listener};
use crate::mcp::Mount;
use crate::options::GatewayOptions;
use crate::patience::Patient;
use crate::routes;
use crate::tls::Tls;

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

/// A connection takes no more requests when it is older; a client that still wants something opens another. What is under
/// way comes to its end, however long that takes.
const LIFE_MAX: Duration = Duration::from_mins(15);

/// Whoever does not take what it is sent for so long is gone.
const UNREAD_MAX: Duration = Duration::from_mins(1);

/// What is under way when the server ends may take this long: waits end at once, and storing takes milliseconds. Only who
/// has sent half a request takes longer, and the server has other connections to close.
const ENDING_MAX: Duration = Duration::from_secs(3);

/// Calls of tools that are under way then may take this long besides: about as long as a call waits at most.
const CALLS_ENDING_MAX: Duration = Duration::from_secs(25);

/// A listener that cannot accept (too many open files) tries again after this.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The buffer of a connection; it holds the head of a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// A gateway that listens; nobody is answered until it serves.
pub struct Gateway {
    listener: Listener,
    at: Listen,
    options: GatewayOptions,
    tls: Option<Arc<Tls>>,
}

impl Gateway {
    /// Listens there.
    pub async fn bind(at: Listen, options: GatewayOptions) -> Result<Self, ListenError> {
        let tls = options.tls.clone().map(Tls::load).transpose()?.map(Arc::new);
        let (listener, at) = Listener::bind(at, &options).await?;
        Ok(Self { listener, at, options, tls })
    }

    /// How it is spoken to: `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        self.options.scheme()
    }

    pub(crate) fn options(&self) -> &GatewayOptions {
        &self.options
    }

    /// Where it listens, with the port that it got.
    pub fn address(&self) -> &Listen {
        &self.at
    }

    /// Serves, with `mcp` at `/mcp`, until `stop` fires; then nobody is let in any more, waits are answered as they stand,
    /// and what is under way comes to its end.
    pub async fn serve<S, B>(self, app: Application, mcp: S, stop: CancellationToken)
    where
        S: Service<Request<Bytes>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
        B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        let over = match self.at {
            Listen::Tcp(_) => Over::Tcp,
            Listen::Unix(_) => Over::Unix,
        };
        let options = Arc::new(self.options.clone());
        let mount = Mount::new(mcp, options.body_max);
        let desk = Desk { app, over, options, stop: stop.clone() };
        self.attend(routes::open(desk.clone(), mount), routes::full(desk), stop).await;
    }

    /// Lets connections in to `router`, and tells who finds no place what `full` says.
    pub(crate) async fn attend(self, router: Router, full: Router, stop: CancellationToken) {
        let doors = Doors {
            router,
            full,
            places: Arc::new(Semaphore::new(self.options.connections_max)),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
            stop: stop.clone(),
            tasks: TaskTracker::new(),
            tls: self.tls,
        };
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
            };
            match accepted {
                Ok(Stream::Tcp(stream, from)) => doors.receive(stream, Neighbour(Some(from))),
                Ok(Stream::Unix(stream)) => doors.receive(stream, Neighbour(None)),
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
    Tcp(TcpStream, IpAddr),
    Unix(UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, from) = listener.accept().await?;
                // An answer is one short piece; nothing comes behind it that could be sent along. It fails only where
                // the client is gone already.
                let _ = stream.set_nodelay(true);
                Ok(Stream::Tcp(stream, from.ip()))
            }
            Self::Unix { listener, .. } => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

/// Who is at the other end of a connection; nobody that has an address, where it is a program of the same user.
#[derive(Clone, Copy)]
pub(crate) struct Neighbour(pub(crate) Option<IpAddr>);

/// Lets connections in.
struct Doors {
    router: Router,
    /// Answers whoever comes when there is no place.
    full: Router,
    places: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
    stop: CancellationToken,
    tasks: TaskTracker,
    tls: Option<Arc<Tls>>,
}

impl Doors {
    fn receive<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(&self, stream: S, from: Neighbour) {
        let (place, router, how) = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => (place, self.router.clone(), LET_IN),
            Err(_full) => match Arc::clone(&self.turned_away).try_acquire_owned() {
                Ok(place) => (place, self.full.clone(), TURNED_AWAY),
                Err(_full) => return,
            },
        };
        let (stop, tls) = (self.stop.clone(), self.tls.clone());
        self.tasks.spawn(async move {
            let _place = place;
            let Some(tls) = tls else { return attend(stream, from, router, how, stop).await };
            match stop.run_until_cancelled(tls.accept(stream)).await {
                Some(Ok(stream)) => attend(stream, from, router, how, stop).await,
                Some(Err(problem)) => tracing::debug!(%problem, "a connection was not encrypted"),
                None => {}
            }
        });
    }
}

/// Answers one connection to its end. When the client goes, what it waited for is dropped.
async fn attend<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    from: Neighbour,
    router: Router,
    how: Manner,
    stop: CancellationToken,
) {
    let underway = Underway::default();
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(how.silence_max)
        .keep_alive(how.may_stay)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(
            TokioIo::new(Patient::new(stream, UNREAD_MAX)),
            service_fn({
                let underway = underway.clone();
                move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(underway.clone());
                    request.extensions_mut().insert(from);
                    router.clone().call(request)
                }
            }),
        );
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return noted(ended),
        () = stop.cancelled() => {},
        () = tokio::time::sleep(LIFE_MAX) => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => return noted(ended),
                () = stop.cancelled() => {},
            }
        }
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = tokio::time::timeout(ENDING_MAX, connection.as_mut()).await {
        return noted(ended);
    }
    if underway.is_any()
        && let Ok(ended) = tokio::time::timeout(CALLS_ENDING_MAX, connection).await
    {
        return noted(ended);
    }
    tracing::warn!("a connection over HTTP did not end in time");
}

/// Calls of one connection that have not been answered to the end.
#[derive(Clone, Default)]
pub(crate) struct Underway(Arc<AtomicUsize>);

impl Underway {
    pub(crate) fn enter(&self) -> UnderwayGuard {
        self.0.fetch_add(1, Ordering::Relaxed);
        UnderwayGuard(Arc::clone(&self.0))
    }

    fn is_any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A call is under way until this is dropped.
pub(crate) struct UnderwayGuard(Arc<AtomicUsize>);

impl Drop for UnderwayGuard {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn noted(ended: hyper::Result<()>) {
    if let Err(problem) = ended {
        // Clients come and go as they like; what they sent is not told.
        tracing::debug!(is_timeout = problem.is_timeout(), "a connection over HTTP was broken off");
    }
}
