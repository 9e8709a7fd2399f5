//! What a server remembers about one session of one key: ids, sequence numbers and salts.

use std::collections::BTreeSet;
use std::time::Duration;

use grammers_tl_types::{self as tl, Serializable};

use super::crypto::{self, AuthKey};
use super::message::{CONTAINER, HEADER, Outgoing};

/// How many salts a client may hold at once; the protocol's limit.
const SALTS: u32 = 64;
/// Each salt is announced to begin an hour after the one before; all are accepted from the start.
const SALT_LIFETIME_SECONDS: i32 = 3600;
/// How many message ids are remembered, so that a message that arrives twice is executed once.
const SEEN_MAX: usize = 4096;
/// Messages that together stay below this travel in one packet; grammers reads at most one megabyte.
const PACKET_MAX: usize = 512 * 1024;
const PACKET_MESSAGES_MAX: usize = 100;

/// One session.
pub(super) struct Session {
    key: AuthKey,
    id: i64,
    salt: i64,
    last_msg_id: i64,
    content_sent: i32,
    seen: BTreeSet<i64>,
    is_announced: bool,
}

impl Session {
    pub(super) fn new(key: AuthKey, id: i64) -> Self {
        Self {
            salt: key.derive(b"salt", 0),
            key,
            id,
            last_msg_id: 0,
            content_sent: 0,
            seen: BTreeSet::new(),
            is_announced: false,
        }
    }

    pub(super) fn key(&self) -> &AuthKey {
        &self.key
    }

    pub(super) fn key_id(&self) -> u64 {
        self.key.id()
    }

    pub(super) fn is(&self, key_id: u64, session_id: i64) -> bool {
        self.key.id() == key_id && self.id == session_id
    }

    /// The salt to use now. It follows from the key, so that it outlives connections.
    pub(super) fn salt(&self) -> i64 {
        self.salt
    }

    pub(super) fn accepts_salt(&self, salt: i64) -> bool {
        salt == self.salt || (1..SALTS).any(|index| salt == self.key.derive(b"salt", index))
    }

    /// The answer to `get_future_salts`.
    pub(super) fn future_salts(&self, request: i64, count: i32, now: Duration) -> Outgoing {
        let now = now.as_secs() as i32;
        let count = u32::try_from(count).unwrap_or(1).clamp(1, SALTS);
        let salts = (0..count).map(|index| {
            let begins = now + index as i32 * SALT_LIFETIME_SECONDS;
            tl::types::FutureSalt {
                valid_since: begins,
                valid_until: begins + 2 * SALT_LIFETIME_SECONDS,
                salt: self.key.derive(b"salt", index),
            }
        });
        Outgoing::plain_answer(&tl::enums::FutureSalts::Salts(tl::types::FutureSalts {
            req_msg_id: request,
            now,
            salts: tl::RawVec(salts.collect()),
        }))
    }

    /// The notice that opens a session; only the first accepted message gets one.
    pub(super) fn announce(&mut self, first_msg_id: i64) -> Option<Outgoing> {
        if std::mem::replace(&mut self.is_announced, true) {
            return None;
        }
        let unique_id = self.key.derive(&self.id.to_le_bytes(), 0);
        Some(Outgoing::new_session(first_msg_id, unique_id, self.salt()))
    }

    /// Remembers a message of the client; false if it has arrived before or is too old to tell.
    pub(super) fn is_new(&mut self, msg_id: i64) -> bool {
        if self.seen.len() == SEEN_MAX {
            if self.seen.first().is_some_and(|oldest| msg_id < *oldest) {
                return false;
            }
            self.seen.pop_first();
        }
        self.seen.insert(msg_id)
    }

    pub(super) fn has_seen(&self, msg_id: i64) -> bool {
        self.seen.contains(&msg_id)
    }

    /// Numbers, gathers and encrypts what waits in the queue.
    pub(super) fn seal(&mut self, queue: &mut Vec<Outgoing>, now: Duration) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        let mut waiting = queue.drain(..).peekable();
        while let Some(first) = waiting.next() {
            let mut size = first.body.len() + HEADER;
            let mut batch = vec![first];
            while batch.len() < PACKET_MESSAGES_MAX
                && let Some(next) = waiting.next_if(|next| size + next.body.len() + HEADER <= PACKET_MAX)
            {
                size += next.body.len() + HEADER;
                batch.push(next);
            }
            let plain = self.lay_out(&batch, now);
            packets.push(crypto::encrypt_for_client(&self.key, plain));
        }
        packets
    }

    fn lay_out(&mut self, batch: &[Outgoing], now: Duration) -> Vec<u8> {
        let mut messages = Vec::new();
        for message in batch {
            self.write_message(message, now, &mut messages);
        }
        let mut plain = Vec::with_capacity(48 + messages.len());
        self.salt().serialize(&mut plain);
        self.id.serialize(&mut plain);
        if batch.len() == 1 {
            plain.extend_from_slice(&messages);
        } else {
            let mut body = CONTAINER.to_bytes();
            (batch.len() as u32).serialize(&mut body);
            body.extend_from_slice(&messages);
            // Numbered last: a container's id is higher than those inside.
            let container = Outgoing { body, is_content: false, is_answer: true };
            self.write_message(&container, now, &mut plain);
        }
        plain
    }

    fn write_message(&mut self, message: &Outgoing, now: Duration, output: &mut Vec<u8>) {
        self.next_msg_id(message.is_answer, now).serialize(output);
        self.next_seqno(message.is_content).serialize(output);
        (message.body.len() as u32).serialize(output);
        output.extend_from_slice(&message.body);
    }

    /// Seconds and a fraction, rising strictly; the low bits are 01 for answers and 11 for the rest.
    fn next_msg_id(&mut self, is_answer: bool, now: Duration) -> i64 {
        let fraction = u64::from(now.subsec_nanos()) << 2;
        let by_clock = (now.as_secs() << 32 | fraction) as i64;
        self.last_msg_id = by_clock.max(self.last_msg_id + 4);
        self.last_msg_id | if is_answer { 1 } else { 3 }
    }

    fn next_seqno(&mut self, is_content: bool) -> i32 {
        if is_content {
            self.content_sent += 1;
            2 * self.content_sent - 1
        } else {
            2 * self.content_sent
        }
    }
}
