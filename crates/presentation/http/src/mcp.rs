//! `/mcp`: what speaks MCP is mounted here; it is given requests whose body has been read, and who calls.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http;
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Body as _, Frame, SizeHint};
use telegraphist_application::{Caller, Code, Dismissal, Failure};
use tokio::sync::Semaphore;
use tower_service::Service;

use crate::body;
use crate::desk::Desk;
use crate::gateway::{Underway, UnderwayGuard};
use crate::refusal::{Refusal, in_words_of_mcp};
use crate::standing::Standing;

/// Where it is mounted; what is below belongs to it, too.
pub(crate) const PATH: &str = "/mcp";

/// A body of this size or less is read without asking for room.
const SMALL: usize = 64 * 1024;

/// Room for large bodies that are read and answered at the same time, as a multiple of the largest.
const LARGE_AT_ONCE: usize = 4;

/// What is mounted, whatever it is.
type Mounted = Arc<dyn Fn(http::Request<Bytes>) -> Answering + Send + Sync>;
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// What answers below `/mcp`.
#[derive(Clone)]
pub(crate) struct Mount {
    mounted: Mounted,
    /// Room for large bodies, in KiB.
    room: Arc<Semaphore>,
    body_max: usize,
}

impl Mount {
    pub(crate) fn new<S, B>(service: S, body_max: usize) -> Self
    where
        S: Service<http::Request<Bytes>, Response = http::Response<B>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
    {
        let mounted: Mounted = Arc::new(move |request| {
            // Whatever is mounted is ready at any time; a clone of its own keeps calls apart.
            let answering = service.clone().call(request);
            Box::pin(async move {
                let answer = answering.await.unwrap_or_else(|never| match never {});
                answer.map(Body::new)
            })
        });
        Self { mounted, room: Arc::new(Semaphore::new(kibibytes(body_max) * LARGE_AT_ONCE)), body_max }
    }

    /// Hands a request on. Until its answer has been sent to the end, it is under way.
    pub(crate) async fn pass(self, State(desk): State<Desk>, request: Request) -> Response {
        let (mut head, body) = request.into_parts();
        let told = body.size_hint().exact().map_or(self.body_max, |told| usize::try_from(told).unwrap_or(usize::MAX));
        let mut room = if told <= SMALL {
            None
        } else {
            let wanted = kibibytes(told.min(self.body_max));
            match Arc::clone(&self.room).try_acquire_many_owned(u32::try_from(wanted).unwrap_or(u32::MAX)) {
                Ok(room) => Some(room),
                Err(_) => return desk.answer(Err(no_room())),
            }
        };
        let bytes = match body::read(&head.headers, body, self.body_max).await {
            Ok(bytes) => bytes,
            Err(refusal) => return desk.answer(Err(refusal)),
        };
        // Who did not say how much would come took room for the most; what came is all that counts while it is answered.
        let needed = if bytes.len() <= SMALL { 0 } else { kibibytes(bytes.len()) };
        let spare = room.as_ref().map_or(0, |room| room.num_permits().saturating_sub(needed));
        drop(room.as_mut().and_then(|room| room.split(spare)));
        let underway = head.extensions.get::<Underway>().map(Underway::enter);
        let mut lost = lost(&desk, &mut head.extensions);
        let answer = tokio::select! {
            biased;
            answer = (self.mounted)(http::Request::from_parts(head, bytes)) => answer,
            // Whoever does not count any more is as one who left.
            refusal = gone(&mut lost) => return desk.answer(Err(refusal)),
        };
        answer.map(|body| {
            // What is there as a whole is not watched any more.
            let lost = lost.filter(|_| body.size_hint().exact().is_none());
            Body::new(Kept { body: Some(body), lost, _underway: underway })
        })
    }
}

/// Speaks the protocol's words about everything that fails here, whoever noticed it.
pub(crate) async fn speak(request: Request, next: Next) -> Response {
    let below = request.uri().path().strip_prefix(PATH);
    let is_ours = below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
    let answer = next.run(request).await;
    if is_ours { in_words_of_mcp(answer) } else { answer }
}

/// What a caller is told as soon as it does not count any more.
type Lost = Pin<Box<dyn Future<Output = Refusal> + Send>>;

/// When whoever sent a request does not count any more, if that may be; what listens is told by the request.
fn lost(desk: &Desk, extensions: &mut http::Extensions) -> Option<Lost> {
    let (standing, caller) = (extensions.remove::<Standing>()?, extensions.get::<Caller>()?.clone());
    let dismissal = Dismissal::default();
    extensions.insert(dismissal.clone());
    Some(Box::pin(standing.lost(desk.clone(), caller, dismissal)))
}

async fn gone(lost: &mut Option<Lost>) -> Refusal {
    match lost {
        Some(lost) => lost.await,
        None => std::future::pending().await,
    }
}

fn kibibytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

fn no_room() -> Refusal {
    let failure = Failure::new(
        Code::Overloaded,
        "Too much is being sent to this server at once.",
        "Wait as long as Retry-After says, then send it again; pass large files by path or url.",
    );
    failure.retry_after(crate::routes::PAUSE).into()
}

/// A body that is under way until it is gone, and goes on for as long as its caller counts.
struct Kept {
    /// Nothing when it was broken off.
    body: Option<Body>,
    lost: Option<Lost>,
    _underway: Option<UnderwayGuard>,
}

impl http_body::Body for Kept {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.lost.as_mut().is_some_and(|lost| lost.as_mut().poll(context).is_ready()) {
            (self.body, self.lost) = (None, None);
        }
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
