//! One connection of the command line: a request at a time, cancelled when its asker is gone.

use std::sync::Arc;

use futures::StreamExt as _;
use serde_json::Value;
use telegraphist_application::ports::Progress;
use telegraphist_application::{Code, Failure};
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::sync::CancellationToken;

use super::House;
use super::answers::Asked;
use super::clients::Connection;
use crate::control::{Envelope, ProgressReport, REQUEST_BYTES_MAX, Reply, ReplyBody, Request};

/// Reports that were not sent yet; later ones are dropped, for the next says more.
const REPORTS_MAX: usize = 16;

/// Serves requests until the asker is gone.
pub(super) async fn serve(house: Arc<House>, connection: Connection) {
    let lines = FramedRead::new(connection.read, LinesCodec::new_with_max_length(REQUEST_BYTES_MAX));
    let mut asker = Asker { lines, write: connection.write, early: None };
    loop {
        let line = tokio::select! {
            line = asker.next_line() => line,
            () = house.close.cancelled() => return,
        };
        let Some(line) = line else { return };
        let (is_stop, reply) = match parsed(line) {
            Ok(envelope) => (matches!(envelope.request, Request::Stop), asker.answer(&house, envelope).await),
            Err(reply) => (false, reply),
        };
        // An asker that is gone is noticed by the next read.
        let _ = asker.send(&reply).await;
        if is_stop {
            house.end_after(asker.write);
            return;
        }
    }
}

/// The other end of a connection.
struct Asker {
    lines: FramedRead<BufReader<OwnedReadHalf>, LinesCodec>,
    write: OwnedWriteHalf,
    /// A request that came before the one before it was answered.
    early: Option<Result<String, LinesCodecError>>,
}

impl Asker {
    async fn next_line(&mut self) -> Option<Result<String, LinesCodecError>> {
        match self.early.take() {
            Some(line) => Some(line),
            None => self.lines.next().await,
        }
    }

    /// Answers one request, telling how far it is; gives it up when the asker goes.
    async fn answer(&mut self, house: &House, envelope: Envelope) -> Reply {
        let id = envelope.id;
        let (reports, mut reported) = mpsc::channel(REPORTS_MAX);
        let cancel = house.close.child_token();
        let asked = Asked { progress: Arc::new(Reports(reports)), cancel: cancel.clone() };
        let mut answering = std::pin::pin!(house.answer(envelope.request, asked));
        let answer = loop {
            tokio::select! {
                answer = &mut answering => break answer,
                Some(report) = reported.recv() => {
                    // As above.
                    let _ = self.send(&Reply { id, body: ReplyBody::Progress(report) }).await;
                }
                line = self.lines.next(), if self.early.is_none() && !cancel.is_cancelled() => {
                    self.early = line;
                    if self.early.is_none() {
                        cancel.cancel();
                    }
                }
            }
        };
        let body = match answer {
            Ok(value) => ReplyBody::Result(value),
            Err(failure) => ReplyBody::Error(failure),
        };
        Reply { id, body }
    }

    async fn send(&mut self, reply: &Reply) -> std::io::Result<()> {
        let mut line = serde_json::to_vec(reply)?;
        line.push(b'\n');
        self.write.write_all(&line).await
    }
}

impl House {
    /// Ends, and keeps the asker's connection open until the process is gone: that is what it waits for.
    fn end_after(&self, asker: OwnedWriteHalf) {
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(asker);
        self.stop.cancel();
    }
}

fn parsed(line: Result<String, LinesCodecError>) -> Result<Envelope, Reply> {
    let problem = match line {
        Ok(line) => match serde_json::from_str(&line) {
            Ok(envelope) => return Ok(envelope),
            // It may hold a password, so what the parser quotes is not passed on.
            Err(_) => "the request is not one of this version",
        },
        Err(LinesCodecError::MaxLineLengthExceeded) => "the request is too long",
        Err(LinesCodecError::Io(_)) => "the request could not be read",
    };
    let failure = Failure::new(Code::InvalidArgument, problem, "use the command line of the same version");
    Err(Reply { id: 0, body: ReplyBody::Error(failure) })
}

/// Passes progress on.
struct Reports(mpsc::Sender<ProgressReport>);

impl Progress for Reports {
    fn report(&self, done: u64, total: Option<u64>, message: &str) {
        let report = ProgressReport { done, total, message: message.to_owned() };
        // Full means that the asker is slow, closed that it is gone; neither is the call's business.
        let _ = self.0.try_send(report);
    }
}

/// An answer in the form of the connection.
pub(super) fn value(answer: impl serde::Serialize) -> Value {
    serde_json::to_value(answer).expect("answers are plain data")
}

/// Who asks goes by this to be cancelled.
pub(super) type Cancel = CancellationToken;
