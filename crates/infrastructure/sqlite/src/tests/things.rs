//! Things to store.

use chrono::DateTime;
use telegraphist_application::ports::{
    AppendError, Content, EventStore, Lane, NewDelivery, Rule, Together, Urgency, Version,
};
use telegraphist_domain::approval::Fingerprint;
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{
    ApprovalId, ChatId, ContentId, Conversation, ConversationEvent, ConversationId, DeliveryId, Place, SessionId,
    Timestamp, UserId,
};
use uuid::Uuid;

use crate::SqliteStore;

pub(super) const SESSION: SessionId = SessionId(Uuid::nil());

/// A conversation that can be started.
pub(super) const SAID_IN: ConversationId = ConversationId(Uuid::nil());

pub(super) fn content_id(number: u128) -> ContentId {
    ContentId(Uuid::from_u128(number))
}

pub(super) fn content(number: u128, text: &str) -> Content {
    Content { id: content_id(number), bytes: text.as_bytes().into() }
}

pub(super) fn delivery_id(number: u128) -> DeliveryId {
    DeliveryId(Uuid::from_u128(number))
}

pub(super) fn delivery(number: u128, chat: i64, text: &str) -> NewDelivery {
    NewDelivery {
        id: delivery_id(number),
        lane: Lane { session: SESSION, chat: ChatId(chat) },
        urgency: Urgency::Final,
        operation: "send_message".into(),
        body: text.as_bytes().into(),
        once: None,
        replaces: None,
        conversation: None,
        approval: None,
        not_before: None,
        expires: None,
    }
}

pub(super) fn rule(number: u128, words: &str) -> Rule {
    Rule {
        id: Uuid::from_u128(number),
        principal: "owner".into(),
        generation: None,
        tool: "bash".into(),
        about: Fingerprint([1; 32]),
        words: Some(words.into()),
        made_by: UserId(7),
        approval: ApprovalId(Uuid::nil()),
        made: DateTime::UNIX_EPOCH,
        expires: None,
        revoked: None,
    }
}

pub(super) fn started() -> Vec<ConversationEvent> {
    let place = Place { session: SESSION, chat: ChatId(7), topic: None, user: None };
    Conversation::start(SAID_IN, place, "ci".into(), Timestamp(1))
}

pub(super) fn said(at: i64) -> ConversationEvent {
    let author = Author::Person(UserId(7));
    let content = ContentId(Uuid::nil());
    ConversationEvent::MessageAdded { author, content, message: None, reply_to: None, at: Timestamp(at) }
}

/// Adds to that conversation.
pub(super) async fn append(
    store: &SqliteStore,
    expected: Version,
    events: &[ConversationEvent],
    together: &Together,
) -> Result<Version, AppendError> {
    EventStore::<Conversation>::append(store, SAID_IN, expected, events, together).await
}
