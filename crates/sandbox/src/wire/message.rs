//! Messages inside packets: how they are laid out, and the service messages that a server sends.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use grammers_tl_types::{self as tl, Cursor, Deserializable, Serializable};

pub(super) const CONTAINER: u32 = 0x73f1_f8dc;
pub(super) const GZIP_PACKED: u32 = 0x3072_cfa1;
const RPC_RESULT: u32 = 0xf35c_6d01;

/// What a packed message may grow to; the real server's limit is not known.
const UNPACKED_MAX: u64 = 8 * 1024 * 1024;
/// More messages in one container are refused, as the protocol says.
const CONTAINER_MAX: usize = 1020;
/// Salt and session id.
const ENVELOPE: usize = 8 + 8;
/// Message id, sequence number and length.
pub(super) const HEADER: usize = 8 + 4 + 4;

/// A message of the client.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) msg_id: i64,
    pub(super) seqno: i32,
    pub(super) body: &'a [u8],
}

impl Incoming<'_> {
    pub(super) fn constructor(&self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.body.first_chunk()?))
    }
}

/// The session that a decrypted packet names.
pub(super) fn session_id(plain: &[u8]) -> Option<i64> {
    Some(i64::from_le_bytes(*plain.get(8..)?.first_chunk()?))
}

/// Splits a decrypted packet into its salt and its one message; what follows is padding.
pub(super) fn open_envelope(plain: &[u8]) -> Option<(i64, Incoming<'_>)> {
    let salt = i64::from_le_bytes(*plain.first_chunk()?);
    let (message, _padding) = split_message(plain.get(ENVELOPE..)?)?;
    Some((salt, message))
}

fn split_message(bytes: &[u8]) -> Option<(Incoming<'_>, &[u8])> {
    let msg_id = i64::from_le_bytes(*bytes.first_chunk()?);
    let seqno = i32::from_le_bytes(*bytes.get(8..)?.first_chunk()?);
    let length = u32::from_le_bytes(*bytes.get(12..)?.first_chunk()?) as usize;
    let (body, rest) = bytes.get(HEADER..)?.split_at_checked(length)?;
    let message = Incoming { msg_id, seqno, body };
    Some((message, rest))
}

/// The messages of a container; `None` if it is malformed.
pub(super) fn open_container(body: &[u8]) -> Option<Vec<Incoming<'_>>> {
    let count = u32::from_le_bytes(*body.get(4..)?.first_chunk()?) as usize;
    if count > CONTAINER_MAX {
        return None;
    }
    let mut rest = body.get(8..)?;
    let mut messages = Vec::with_capacity(count);
    for _ in 0..count {
        let (message, after) = split_message(rest)?;
        messages.push(message);
        rest = after;
    }
    Some(messages)
}

/// Unpacks a `gzip_packed` body; `None` if it is damaged or grows beyond the limit.
pub(super) fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut fields = Cursor::from_slice(body.get(4..)?);
    let packed = Vec::<u8>::deserialize(&mut fields).ok()?;
    let mut unpacked = Vec::new();
    let read = GzDecoder::new(packed.as_slice()).take(UNPACKED_MAX + 1).read_to_end(&mut unpacked).ok()?;
    (read as u64 <= UNPACKED_MAX).then_some(unpacked)
}

/// Wraps an object in `gzip_packed`.
pub(super) fn gzip(object: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(object).expect("writing to memory does not fail");
    let packed = encoder.finish().expect("writing to memory does not fail");
    let mut body = GZIP_PACKED.to_bytes();
    packed.serialize(&mut body);
    body
}

/// A message for the client that has no id yet: ids have to rise in the order of sending.
pub(super) struct Outgoing {
    pub(super) body: Vec<u8>,
    /// The client has to acknowledge it, and it counts in the sequence.
    pub(super) is_content: bool,
    /// It answers the client, rather than telling it something unasked.
    pub(super) is_answer: bool,
}

impl Outgoing {
    pub(super) fn rpc_result(request: i64, result: &[u8]) -> Self {
        let mut body = Vec::with_capacity(12 + result.len());
        RPC_RESULT.serialize(&mut body);
        request.serialize(&mut body);
        body.extend_from_slice(result);
        Self::content_answer(body)
    }

    pub(super) fn rpc_error(request: i64, code: i32, text: &str) -> Self {
        let error =
            tl::enums::RpcError::Error(tl::types::RpcError { error_code: code, error_message: text.to_owned() });
        Self::rpc_result(request, &error.to_bytes())
    }

    pub(super) fn updates(updates: &[u8]) -> Self {
        Self { body: updates.to_vec(), is_content: true, is_answer: false }
    }

    pub(super) fn ack(msg_ids: Vec<i64>) -> Self {
        Self::plain_answer(&tl::enums::MsgsAck::Ack(tl::types::MsgsAck { msg_ids }))
    }

    pub(super) fn pong(request: i64, ping_id: i64) -> Self {
        Self::plain_answer(&tl::enums::Pong::Pong(tl::types::Pong { msg_id: request, ping_id }))
    }

    pub(super) fn bad_message(about: Incoming<'_>, code: i32) -> Self {
        Self::plain_answer(&tl::enums::BadMsgNotification::Notification(tl::types::BadMsgNotification {
            bad_msg_id: about.msg_id,
            bad_msg_seqno: about.seqno,
            error_code: code,
        }))
    }

    pub(super) fn bad_server_salt(about: Incoming<'_>, salt: i64) -> Self {
        Self::plain_answer(&tl::enums::BadMsgNotification::BadServerSalt(tl::types::BadServerSalt {
            bad_msg_id: about.msg_id,
            bad_msg_seqno: about.seqno,
            error_code: 48,
            new_server_salt: salt,
        }))
    }

    pub(super) fn new_session(first_msg_id: i64, unique_id: i64, server_salt: i64) -> Self {
        let created =
            tl::enums::NewSession::Created(tl::types::NewSessionCreated { first_msg_id, unique_id, server_salt });
        Self { body: created.to_bytes(), is_content: true, is_answer: false }
    }

    /// An answer that needs no acknowledgement.
    pub(super) fn plain_answer(object: &impl Serializable) -> Self {
        Self { body: object.to_bytes(), is_content: false, is_answer: true }
    }

    fn content_answer(body: Vec<u8>) -> Self {
        Self { body, is_content: true, is_answer: true }
    }
}
