//! Structured answers that pass through the library as a mark.
//!
//! The library writes an answer from a tree of values, which for a hundred messages costs more than all else that a call
//! does here. So a call of the stateless era leaves its finished JSON in a slot of its request, gives the library a mark in
//! place of the tree, and the mark is replaced on the way out. A mark is random and made after the answer, so no text can
//! hold it. In sessions an answer may be read again from another stream; there the library gets the tree.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::Response;
use http::header::CONTENT_TYPE;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use memchr::memmem;

use super::Answer;

/// Where a call leaves its finished JSON.
#[derive(Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Left>>>);

struct Left {
    mark: String,
    json: String,
}

impl Slot {
    /// Leaves finished JSON here; what is returned is to stand in its place.
    pub(crate) fn leave(&self, json: String) -> String {
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the operating system gives randomness");
        let mark = format!("finished-{:032x}", u128::from_be_bytes(random));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Left { mark: mark.clone(), json });
        mark
    }

    /// `data` with finished JSON where its mark stands.
    fn put_in_place(&self, data: Bytes) -> Bytes {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = slot.as_ref() else { return data };
        let quoted = format!("\"{}\"", left.mark);
        let Some(at) = memmem::find(&data, quoted.as_bytes()) else { return data };
        let mut placed = BytesMut::with_capacity(data.len() + left.json.len());
        placed.extend_from_slice(&data[..at]);
        placed.extend_from_slice(left.json.as_bytes());
        placed.extend_from_slice(&data[at + quoted.len()..]);
        *slot = None;
        placed.freeze()
    }
}

/// An answer with everything in its place.
pub(super) async fn placed(answer: Answer, slot: Slot) -> Answer {
    let (head, body) = answer.into_parts();
    let is_json = head.headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    let body = if is_json {
        // It is there already, as a whole.
        let whole = body.collect().await.unwrap_or_else(|never| match never {}).to_bytes();
        Full::new(slot.put_in_place(whole)).boxed()
    } else {
        BoxBody::new(Stream { body, slot })
    };
    Response::from_parts(head, body)
}

/// Events, each in one piece.
struct Stream {
    body: BoxBody<Bytes, Infallible>,
    slot: Slot,
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        frame.map(|frame| frame.map(|frame| frame.map(|frame| frame.map_data(|data| self.slot.put_in_place(data)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
