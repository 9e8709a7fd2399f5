//! What the server does with a decrypted packet: checks, service messages, containers; method calls become events.
//!
//! Source: <https://core.telegram.org/mtproto/service_messages> and <https://core.telegram.org/mtproto/service_messages_about_messages>.

use std::time::Duration;

use grammers_tl_types::{self as tl, Deserializable, Identifiable};

use super::message::{self, CONTAINER, GZIP_PACKED, Incoming, Outgoing};
use super::session::Session;
use super::{Event, Request, unwrap};

/// Client clocks may lag by this much, and lead by the next.
const OLDEST_SECONDS: i64 = 300;
const NEWEST_SECONDS: i64 = 30;

/// Why a message is ignored: the `error_code` of `bad_msg_notification`.
mod refusal {
    pub(super) const ID_TOO_LOW: i32 = 16;
    pub(super) const ID_TOO_HIGH: i32 = 17;
    pub(super) const ID_NOT_OF_A_CLIENT: i32 = 18;
    pub(super) const SEQNO_MUST_BE_EVEN: i32 = 34;
    pub(super) const SEQNO_MUST_BE_ODD: i32 = 35;
    pub(super) const CONTAINER_INVALID: i32 = 64;
}

/// Where a message was found; containers may not hold containers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Packet,
    Container,
}

/// The session and where its reactions go.
struct Desk<'a> {
    session: &'a mut Session,
    now: Duration,
    queue: &'a mut Vec<Outgoing>,
    events: &'a mut Vec<Event>,
}

pub(super) fn take_packet(
    session: &mut Session,
    plain: &[u8],
    now: Duration,
    queue: &mut Vec<Outgoing>,
    events: &mut Vec<Event>,
) {
    // The key matched, so this is a client with a bug rather than noise; it is ignored like any lost packet.
    let Some((salt, message)) = message::open_envelope(plain) else {
        return;
    };
    let mut desk = Desk { session, now, queue, events };
    if let Some(code) = desk.complaint_about_id(message.msg_id) {
        desk.queue.push(Outgoing::bad_message(message, code));
    } else if !desk.session.accepts_salt(salt) {
        let salt = desk.session.salt();
        desk.queue.push(Outgoing::bad_server_salt(message, salt));
    } else {
        desk.queue.extend(desk.session.announce(message.msg_id));
        desk.take(message, Place::Packet);
    }
}

impl Desk<'_> {
    fn complaint_about_id(&self, msg_id: i64) -> Option<i32> {
        let seconds = msg_id >> 32;
        let now = self.now.as_secs() as i64;
        if msg_id % 4 != 0 {
            Some(refusal::ID_NOT_OF_A_CLIENT)
        } else if seconds < now - OLDEST_SECONDS {
            Some(refusal::ID_TOO_LOW)
        } else if seconds > now + NEWEST_SECONDS {
            Some(refusal::ID_TOO_HIGH)
        } else {
            None
        }
    }

    fn take(&mut self, message: Incoming<'_>, place: Place) {
        if !self.session.is_new(message.msg_id) {
            // It arrived and was dealt with; only the acknowledgement may have been lost.
            self.queue.push(Outgoing::ack(vec![message.msg_id]));
            return;
        }
        match message.constructor() {
            Some(CONTAINER) => self.take_container(message, place),
            Some(GZIP_PACKED) => match message::gunzip(message.body) {
                Some(body) => self.take_body(Incoming { body: &body, ..message }),
                None => self.queue.push(Outgoing::rpc_error(message.msg_id, 400, "INPUT_FETCH_ERROR")),
            },
            Some(_) => self.take_body(message),
            None => {}
        }
    }

    fn take_container(&mut self, container: Incoming<'_>, place: Place) {
        let inside = match place {
            Place::Packet => message::open_container(container.body),
            Place::Container => None,
        };
        let Some(messages) = inside else {
            return self.complain(container, refusal::CONTAINER_INVALID);
        };
        for message in messages {
            self.take(message, Place::Container);
        }
    }

    /// Handles the service messages of a client; anything else is a method call.
    fn take_body(&mut self, message: Incoming<'_>) {
        use tl::functions as call;
        use tl::types as say;

        let Some(constructor) = message.constructor() else {
            return;
        };
        let id = message.msg_id;
        match constructor {
            say::MsgsAck::CONSTRUCTOR_ID => {
                if message.seqno % 2 != 0 {
                    self.complain(message, refusal::SEQNO_MUST_BE_EVEN);
                }
            }
            // Long polling belongs to the HTTP transport.
            say::HttpWait::CONSTRUCTOR_ID => {}
            call::Ping::CONSTRUCTOR_ID => self.parsed(message, |desk, ping: call::Ping| {
                desk.queue.push(Outgoing::pong(id, ping.ping_id));
            }),
            call::PingDelayDisconnect::CONSTRUCTOR_ID => {
                self.parsed(message, |desk, ping: call::PingDelayDisconnect| {
                    desk.queue.push(Outgoing::pong(id, ping.ping_id));
                    let delay = u64::try_from(ping.disconnect_delay).unwrap_or(0);
                    desk.events.push(Event::DisconnectIn(Duration::from_secs(delay)));
                });
            }
            call::GetFutureSalts::CONSTRUCTOR_ID => {
                self.parsed(message, |desk, request: call::GetFutureSalts| {
                    let salts = desk.session.future_salts(id, request.num, desk.now);
                    desk.queue.push(salts);
                });
            }
            say::MsgsStateReq::CONSTRUCTOR_ID => {
                self.parsed(message, |desk, request: say::MsgsStateReq| {
                    desk.tell_states(id, &request.msg_ids);
                });
            }
            // Answers are not kept for sending again; clients are told what has arrived, and ask anew.
            say::MsgResendReq::CONSTRUCTOR_ID => {
                self.parsed(message, |desk, request: say::MsgResendReq| {
                    desk.tell_states(id, &request.msg_ids);
                });
            }
            call::DestroySession::CONSTRUCTOR_ID => {
                self.parsed(message, |desk, request: call::DestroySession| {
                    let none = tl::enums::DestroySessionRes::DestroySessionNone(say::DestroySessionNone {
                        session_id: request.session_id,
                    });
                    desk.queue.push(Outgoing::plain_answer(&none));
                });
            }
            call::RpcDropAnswer::CONSTRUCTOR_ID => {
                let unknown = tl::enums::RpcDropAnswer::RpcAnswerUnknown;
                self.queue.push(Outgoing::rpc_result(id, &tl::Serializable::to_bytes(&unknown)));
            }
            _ => self.take_request(message),
        }
    }

    fn take_request(&mut self, message: Incoming<'_>) {
        if message.seqno % 2 == 0 {
            return self.complain(message, refusal::SEQNO_MUST_BE_ODD);
        }
        match unwrap::unwrap(message.body) {
            Ok(call) => self.events.push(Event::Request(Request {
                msg_id: message.msg_id,
                body: call.body,
                layer: call.layer,
                wants_updates: call.wants_updates,
            })),
            Err(_) => self.queue.push(Outgoing::rpc_error(message.msg_id, 400, "INPUT_FETCH_ERROR")),
        }
    }

    fn parsed<T: Deserializable>(&mut self, message: Incoming<'_>, then: impl FnOnce(&mut Self, T)) {
        match T::from_bytes(&message.body[4..]) {
            Ok(parsed) => then(self, parsed),
            Err(_) => self.queue.push(Outgoing::rpc_error(message.msg_id, 400, "INPUT_FETCH_ERROR")),
        }
    }

    fn tell_states(&mut self, request: i64, msg_ids: &[i64]) {
        const UNKNOWN: u8 = 1;
        const RECEIVED: u8 = 4;
        let state = |msg_id: &i64| {
            if self.session.has_seen(*msg_id) { RECEIVED } else { UNKNOWN }
        };
        let info = tl::enums::MsgsStateInfo::Info(tl::types::MsgsStateInfo {
            req_msg_id: request,
            info: msg_ids.iter().map(state).collect(),
        });
        self.queue.push(Outgoing::plain_answer(&info));
    }

    fn complain(&mut self, message: Incoming<'_>, code: i32) {
        self.queue.push(Outgoing::bad_message(message, code));
    }
}
