//! Things to store.

use telegraphist_domain::approval::{
    Card, Choice, Decided, Decider, Deciders, Fingerprint, Meaning, Question, Requester, Risk, Subject,
};
use telegraphist_domain::conversation::{self, Author};
use telegraphist_domain::session::Identity;
use telegraphist_domain::{
    Aggregate, Approval, ApprovalEvent, ApprovalId, ChatId, ContentId, Conversation, ConversationEvent, ConversationId,
    DeliveryId, MessageId, Session, SessionEvent, SessionId, SessionKind, Timestamp, UserId,
};
use uuid::Uuid;

use super::session;
use crate::ports::{Content, EventStore, Lane, NewDelivery, Once, Urgency};

/// The moment of whatever has no other.
pub(super) const AT: Timestamp = Timestamp(1_780_000_000_123);

/// A store of every kind of stream.
pub trait Streams: EventStore<Session> + EventStore<Conversation> + EventStore<Approval> {}

impl<S: EventStore<Session> + EventStore<Conversation> + EventStore<Approval>> Streams for S {}

/// An aggregate of which suites store some.
pub(super) trait Specimen: Aggregate + PartialEq + std::fmt::Debug {
    /// The id of one.
    fn id(number: u128) -> Self::Id;
    /// The birth of one; no two have anything that only one can have.
    fn born(number: u128) -> Vec<Self::Event>;
    /// Something that can happen to any; each leaves another state than the others.
    fn happened(number: i32) -> Self::Event;
}

impl Specimen for Session {
    fn id(number: u128) -> SessionId {
        session(number)
    }

    fn born(number: u128) -> Vec<SessionEvent> {
        Self::create(session(number), format!("session-{number}").parse().unwrap(), SessionKind::User, AT)
    }

    fn happened(number: i32) -> SessionEvent {
        let identity = Identity { user_id: UserId(number.into()), username: Some("ada".into()) };
        SessionEvent::SignedIn { identity, at: AT }
    }
}

impl Specimen for Conversation {
    fn id(number: u128) -> ConversationId {
        ConversationId(Uuid::from_u128(number))
    }

    fn born(number: u128) -> Vec<ConversationEvent> {
        Self::start(Self::id(number), place_in(i64::try_from(number).unwrap()), "claude-code".into(), AT)
    }

    fn happened(number: i32) -> ConversationEvent {
        said(Author::Person(UserId(7)), Timestamp(AT.0 + i64::from(number)))
    }
}

impl Specimen for Approval {
    fn id(number: u128) -> ApprovalId {
        ApprovalId(Uuid::from_u128(number))
    }

    fn born(number: u128) -> Vec<ApprovalEvent> {
        Self::request(Self::id(number), question(1), AT).unwrap()
    }

    fn happened(number: i32) -> ApprovalEvent {
        ApprovalEvent::Shown { card: card(number), at: AT }
    }
}

/// A private chat of the first session.
pub(super) fn place_in(chat: i64) -> conversation::Place {
    conversation::Place { session: session(1), chat: ChatId(chat), topic: None, user: None }
}

/// A message of a conversation.
pub(super) fn said(author: Author, at: Timestamp) -> ConversationEvent {
    ConversationEvent::MessageAdded { author, content: ContentId(Uuid::nil()), message: None, reply_to: None, at }
}

/// A question about `arguments`, which expires a minute after [`AT`].
pub(super) fn question(arguments: u8) -> Question {
    let choices = [Meaning::AllowOnce, Meaning::Deny];
    Question {
        requester: Requester { principal: "owner".into(), agent: "ci".into(), generation: "one".into() },
        subject: Subject { tool: "bash".into(), arguments: Fingerprint([arguments; 32]), rule: Some("npm".into()) },
        choices: choices.map(|meaning| Choice { meaning }).into(),
        deciders: Deciders::any_of([UserId(7)]),
        risk: Risk::High,
        content: ContentId(Uuid::from_u128(9)),
        expires: Timestamp(AT.0 + 60_000),
    }
}

/// A message that shows a question.
pub(super) fn card(message: i32) -> Card {
    Card { session: session(1), chat: ChatId(7), message: MessageId(message) }
}

/// The first choice of a question.
pub(super) fn allowed(by: i64) -> ApprovalEvent {
    let by = Decider::Person(UserId(by));
    let decided = Decided { choice: 0, meaning: Meaning::AllowOnce, by, reason: None, edited: None, at: AT };
    ApprovalEvent::Decided { decided }
}

/// A chat of the first session.
pub(super) fn lane(chat: i64) -> Lane {
    Lane { session: session(1), chat: ChatId(chat) }
}

/// The id of a delivery.
pub(super) fn delivery_id(number: u128) -> DeliveryId {
    DeliveryId(Uuid::from_u128(number))
}

/// Something to be sent at any time to a chat of the first session.
pub(super) fn delivery(number: u128, chat: i64) -> NewDelivery {
    NewDelivery {
        id: delivery_id(number),
        lane: lane(chat),
        urgency: Urgency::Final,
        operation: "send_message".into(),
        body: format!("body of {number}").into_bytes(),
        once: None,
        replaces: None,
        conversation: None,
        approval: None,
        not_before: None,
        expires: None,
    }
}

/// A key of the owner's.
pub(super) fn once(key: &str) -> Once {
    Once { principal: "owner".into(), key: key.into() }
}

/// The id of a text.
pub(super) fn content_id(number: u128) -> ContentId {
    ContentId(Uuid::from_u128(number))
}

/// A text.
pub(super) fn content(number: u128) -> Content {
    Content { id: content_id(number), bytes: format!("text of {number}").into_bytes() }
}
