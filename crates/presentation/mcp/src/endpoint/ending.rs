//! A session ends with its caller: when a stream is cut because whoever opened it does not count any more, nobody can take
//! it up again, and what it still does is for nobody.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::combinators::BoxBody;
use telegraphist_application::Dismissal;

use super::Answer;
use super::sessions::SessionTable;

/// What ends when a stream of it ends and its caller does not count any more.
pub(super) struct Ending {
    pub(super) table: Arc<SessionTable>,
    pub(super) session: String,
    pub(super) dismissal: Dismissal,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.dismissal.is_dismissed() {
            self.table.end(std::mem::take(&mut self.session).into());
        }
    }
}

/// An answer whose end may be that of its session.
pub(super) fn watched(answer: Answer, ending: Ending) -> Answer {
    answer.map(|body| BoxBody::new(Stream { body, _ending: ending }))
}

struct Stream {
    body: BoxBody<Bytes, Infallible>,
    _ending: Ending,
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
