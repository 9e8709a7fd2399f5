//! JSON lines between a client and the protocol library.
//!
//! The library drops malformed lines, answers odd ones without their id and hangs on long ones. This transport stands
//! in front of it: every line that asks for an answer gets one, and the library sees only messages it understands.
//! Reading stops while the client does not read its answers, so nothing here grows without limit.

mod incoming;
mod message;
mod outgoing;
mod surrogates;

use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetMeta, ProtocolVersion, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite};

use self::incoming::{Incoming, Read};
use self::message::Refusal;
use self::outgoing::Outgoing;
pub(crate) use self::surrogates::BrokenText;

/// A connection as a stream of messages.
pub(crate) struct Lines<R, W> {
    incoming: Incoming<R>,
    outgoing: Arc<Outgoing<W>>,
    /// Whether a request has decided which era this connection speaks. Notifications before that are of no use to
    /// anybody, and the library would close the connection over them.
    is_open: bool,
}

impl<R, W> Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    /// Frames `read` and `write`; a line over `line_max` bytes is refused.
    pub(crate) fn new(read: R, write: W, line_max: usize) -> Self {
        Self { incoming: Incoming::new(read, line_max), outgoing: Arc::new(Outgoing::new(write)), is_open: false }
    }

    async fn next(&mut self) -> Option<Result<Option<ClientJsonRpcMessage>, Refusal>> {
        match self.incoming.next().await {
            Ok(Read::Line) => Some(message::read(&self.incoming.take())),
            Ok(Read::TooLong) => Some(Err(Refusal::too_long(&self.incoming.take(), self.incoming.line_max()))),
            Ok(Read::End) => None,
            Err(error) => {
                tracing::debug!(%error, "the connection broke");
                None
            }
        }
    }

    /// Lets a message through, drops it, or refuses it, by what came before on this connection.
    fn admit(&mut self, message: ClientJsonRpcMessage) -> Result<Option<ClientJsonRpcMessage>, Refusal> {
        let ClientJsonRpcMessage::Request(request) = &message else {
            return Ok(self.is_open.then_some(message));
        };
        if matches!(request.request, ClientRequest::InitializeRequest(_)) && self.is_open {
            return Err(Refusal::invalid_request(
                Some(request.id.clone()),
                "this connection is initialized already; open another one",
            ));
        }
        self.is_open |= opens(&request.request);
        Ok(Some(message))
    }

    /// Answers without the library. The answer is handed over at once and written by a task of its own, because the
    /// library may drop a `receive` halfway.
    fn refuse(&self, refusal: &Refusal) {
        tracing::debug!(code = refusal.code.0, "refused a line");
        self.outgoing.push(&refusal.answer());
        let outgoing = Arc::clone(&self.outgoing);
        tokio::spawn(async move { outgoing.drain().await });
    }
}

/// Whether the library leaves its opening phase with this request.
fn opens(request: &ClientRequest) -> bool {
    let meta = request.get_meta();
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        _ => {
            meta.protocol_version().is_some_and(|version| ProtocolVersion::KNOWN_VERSIONS.contains(&version))
                && meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
        }
    }
}

impl<R, W> Transport<RoleServer> for Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let outgoing = Arc::clone(&self.outgoing);
        async move {
            outgoing.push(&message);
            outgoing.drain().await
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            self.outgoing.room().await;
            match self.next().await?.and_then(|message| message.map_or(Ok(None), |message| self.admit(message))) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(refusal) => self.refuse(&refusal),
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.outgoing.close().await
    }
}

/// The id of a message, where it is one that MCP allows.
pub(crate) fn request_id(value: &serde_json::Value) -> Option<RequestId> {
    match value {
        serde_json::Value::String(text) => Some(RequestId::String(text.as_str().into())),
        serde_json::Value::Number(number) => number.as_i64().map(RequestId::Number),
        _ => None,
    }
}
