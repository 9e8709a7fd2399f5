//! JSON lines between a client and the protocol library.
//!
//! The library drops malformed lines, answers odd ones without their id and hangs on long ones. This transport stands
//! in front of it: every line that asks for an answer gets one, and the library sees only messages it understands.
//! Reading stops while the client does not read its answers, so nothing here grows without limit.

mod incoming;
pub(crate) mod message;
mod outgoing;
mod rendered;
mod surrogates;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, GetMeta, JsonRpcMessage, JsonRpcRequest, ProtocolVersion,
    RequestId,
};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite};

use self::incoming::{Incoming, Read};
use self::message::Refusal;
use self::outgoing::Outgoing;
pub(crate) use self::rendered::stand_in;
pub(crate) use self::surrogates::BrokenText;

/// A connection as a stream of messages.
pub(crate) struct Lines<R, W> {
    incoming: Incoming<R>,
    outgoing: Arc<Outgoing<W>>,
    /// Whether a request has decided which era this connection speaks. Notifications before that are of no use to
    /// anybody, and the library would close the connection over them.
    is_open: bool,
    /// Requests without an answer. The library loses the answer of one whose id is used again meanwhile.
    unanswered: HashSet<RequestId>,
}

impl<R, W> Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    /// Frames `read` and `write`; a line over `line_max` bytes is refused.
    pub(crate) fn new(read: R, write: W, line_max: usize) -> Self {
        Self {
            incoming: Incoming::new(read, line_max),
            outgoing: Arc::new(Outgoing::new(write)),
            is_open: false,
            unanswered: HashSet::new(),
        }
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
        match &message {
            JsonRpcMessage::Request(request) => self.admit_request(request)?,
            _ if !self.is_open => return Ok(None),
            JsonRpcMessage::Notification(notification) => {
                // A cancelled request is not answered.
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    self.unanswered.remove(id);
                }
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => {}
        }
        Ok(Some(message))
    }

    fn admit_request(&mut self, request: &JsonRpcRequest<ClientRequest>) -> Result<(), Refusal> {
        let refused = |why| Err(Refusal::invalid_request(Some(request.id.clone()), why));
        if self.unanswered.contains(&request.id) {
            return refused("an earlier request with this id is not answered yet");
        }
        if self.is_open && matches!(request.request, ClientRequest::InitializeRequest(_)) {
            return refused("this connection is initialized already; open another one");
        }
        self.is_open |= opens(&request.request);
        self.unanswered.insert(request.id.clone());
        Ok(())
    }

    /// Answers without the library. The answer is handed over at once and written by a task of its own, because the
    /// library may drop a `receive` halfway.
    fn refuse(&self, refusal: &Refusal) {
        tracing::debug!(code = refusal.code.0, "refused a line");
        self.outgoing.push(refusal.answer().line());
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
        match &message {
            JsonRpcMessage::Response(response) => self.unanswered.remove(&response.id),
            JsonRpcMessage::Error(error) => error.id.as_ref().is_some_and(|id| self.unanswered.remove(id)),
            JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => false,
        };
        let outgoing = Arc::clone(&self.outgoing);
        async move {
            outgoing.push(rendered::line(message));
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
