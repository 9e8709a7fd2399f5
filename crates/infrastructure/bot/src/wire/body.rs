//! A request's body that tells whether all of it was handed over. A request whose body was not was not
//! executed, whatever else went wrong. ASSUMED: servers wait for the whole of it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Whether the last byte of a body was taken by the connection.
#[derive(Clone, Default)]
pub(crate) struct HandOver(Arc<AtomicBool>);

impl HandOver {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A body that is there as a whole.
pub(crate) struct Watched {
    bytes: Option<Bytes>,
    hand_over: HandOver,
}

impl Watched {
    pub(crate) fn new(bytes: Vec<u8>, hand_over: HandOver) -> Self {
        Self { bytes: Some(bytes.into()), hand_over }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        // Connections take a body when they are there: a connection that could not be made never comes here.
        self.hand_over.note();
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
