//! The MTProto side of one connection: a state machine from bytes to bytes.
//!
//! Bytes of the client go in with [`Wire::receive`]; requests come out as [`Event`]s; answers go in with [`Wire::answer`] and leave, encrypted
//! and framed, with [`Wire::take_output`]. Invariant: nothing here does I/O, looks at a clock or panics on what a stranger sends, and every
//! buffer that a client can fill has a limit.

mod crypto;
mod incoming;
mod message;
mod session;
mod transport;
mod unwrap;

use std::time::Duration;

use thiserror::Error;

pub use crypto::AuthKey;
pub use transport::{FRAME_MAX, Framing};

use message::Outgoing;
use session::Session;
use transport::Transport;

/// Answers at least this long travel compressed, as from the real server; shorter ones are not worth the work.
const COMPRESS_FROM: usize = 32 * 1024;

/// A packet may hold a thousand requests for a megabyte each; their answers are written in portions of about this size.
const QUEUE_BYTES: usize = 4 * 1024 * 1024;

/// Finds the secret of a key by the id that every encrypted packet starts with.
pub trait KeyRing {
    /// The 256 bytes of the key, if this box knows it.
    fn auth_key(&self, key_id: u64) -> Option<[u8; 256]>;
}

/// What a packet of the client asks of the server; everything else is settled inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A method call, taken out of its wrappers.
    Request(Request),
    /// The client wants to be disconnected unless it pings again within this time.
    DisconnectIn(Duration),
}

/// One method call.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The message that carried it; answers name it.
    pub msg_id: i64,
    /// Constructor id and fields.
    pub body: Vec<u8>,
    /// The schema layer, where the call announced one.
    pub layer: Option<i32>,
    /// Whether this connection should get updates from now on.
    pub wants_updates: bool,
}

impl std::fmt::Debug for Request {
    /// Bodies hold what people wrote; they are never shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Request")
            .field("msg_id", &self.msg_id)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a connection cannot go on. What [`Wire::take_output`] still holds should be written before it is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// The first bytes are no transport of Telegram.
    #[error("the first bytes belong to no known transport")]
    UnknownTransport,
    /// A frame is longer than the limit, or its length is impossible.
    #[error("a frame has an impossible length of {0} bytes")]
    FrameLength(usize),
    /// The counter of the full transport is out of step.
    #[error("a frame is out of order")]
    FrameOrder,
    /// The checksum of the full transport does not match.
    #[error("a frame is damaged")]
    Checksum,
    /// A packet is too short or has a length that AES cannot produce.
    #[error("a packet has an impossible shape")]
    Packet,
    /// The key is unknown, or this is the start of a handshake; the client is told 404.
    #[error("the authorisation key is unknown")]
    UnknownKey,
    /// The packet was not encrypted with the key that it names; the client is told 404.
    #[error("a packet does not match its key")]
    WrongKey,
}

/// One connection's protocol state.
#[derive(Default)]
pub struct Wire {
    transport: Transport,
    session: Option<Session>,
    queue: Vec<Outgoing>,
    queued_bytes: usize,
    output: Vec<u8>,
}

impl Wire {
    /// A connection on which nothing has been said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes bytes that the client sent, in any portions, at the time `now` since the Unix epoch.
    pub fn receive(&mut self, bytes: &[u8], now: Duration, keys: &dyn KeyRing) -> Result<Vec<Event>, Broken> {
        self.transport.feed(bytes)?;
        let mut events = Vec::new();
        while let Some(mut packet) = self.transport.next_packet()? {
            let opened = self.open(&mut packet, keys);
            if matches!(opened, Err(Broken::UnknownKey | Broken::WrongKey)) {
                self.transport.pack_error(transport::NOT_FOUND, &mut self.output);
            }
            let plain = opened?;
            let session = self.session.as_mut().ok_or(Broken::UnknownKey)?;
            incoming::take_packet(session, &plain, now, &mut self.queue, &mut events);
        }
        Ok(events)
    }

    /// Answers a request with a serialised result.
    pub fn answer(&mut self, request: i64, result: &[u8]) {
        let packed;
        let result = if result.len() >= COMPRESS_FROM {
            packed = message::gzip(result);
            &packed
        } else {
            result
        };
        self.enqueue(Outgoing::rpc_result(request, result));
    }

    /// Answers a request with an error.
    pub fn refuse(&mut self, request: i64, code: i32, text: &str) {
        self.enqueue(Outgoing::rpc_error(request, code, text));
    }

    /// Tells the client that a request has arrived whose answer will take a while.
    pub fn acknowledge(&mut self, request: i64) {
        self.enqueue(Outgoing::ack(vec![request]));
    }

    /// Sends serialised `Updates` that nobody asked for.
    pub fn push(&mut self, updates: &[u8]) {
        self.enqueue(Outgoing::updates(updates));
    }

    fn enqueue(&mut self, message: Outgoing) {
        self.queued_bytes += message.body.len();
        self.queue.push(message);
    }

    /// Whether so much waits that it should be written before more is asked of the server.
    pub fn is_full(&self) -> bool {
        self.queued_bytes >= QUEUE_BYTES
    }

    /// Everything that has to be written to the client now.
    pub fn take_output(&mut self, now: Duration) -> Vec<u8> {
        if let Some(session) = &mut self.session {
            for packet in session.seal(&mut self.queue, now) {
                self.transport.pack(&packet, &mut self.output);
            }
        }
        self.queued_bytes = 0;
        std::mem::take(&mut self.output)
    }

    /// The key that the client uses, once it has used one rightly.
    pub fn key_id(&self) -> Option<u64> {
        self.session.as_ref().map(Session::key_id)
    }

    /// The transport that the client chose, once it is known.
    pub fn framing(&self) -> Option<Framing> {
        self.transport.framing()
    }

    /// Whether the transport is hidden behind a stream cipher.
    pub fn is_obfuscated(&self) -> bool {
        self.transport.is_obfuscated()
    }

    /// Decrypts a packet and makes sure that `session` is the one that it belongs to.
    fn open(&mut self, packet: &mut [u8], keys: &dyn KeyRing) -> Result<Vec<u8>, Broken> {
        let id = packet.first_chunk::<8>().ok_or(Broken::Packet)?;
        let key_id = u64::from_le_bytes(*id);
        let known =
            self.session.as_ref().filter(|session| session.key_id() == key_id).map(|session| session.key().clone());
        let key = match known {
            Some(key) => key,
            None => AuthKey::new(keys.auth_key(key_id).ok_or(Broken::UnknownKey)?),
        };
        let plain = crypto::decrypt_from_client(&key, packet)?;
        let session_id = message::session_id(&plain).ok_or(Broken::Packet)?;
        if !self.session.as_ref().is_some_and(|session| session.is(key_id, session_id)) {
            self.session = Some(Session::new(key, session_id));
            // What still waits belongs to the session before; clients take a wrong session id for an attack.
            self.queue.clear();
        }
        Ok(plain)
    }
}

#[cfg(test)]
mod tests;
