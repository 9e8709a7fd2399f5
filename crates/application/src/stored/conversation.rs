use serde::{Deserialize, Serialize};
use telegraphist_domain::conversation::Author;
use telegraphist_domain::{
    ChatId, ContentId, Conversation, ConversationEvent, ConversationId, ConversationStatus, DeliveryId, MessageId,
    Place, SessionId, Timestamp, UserId,
};
use uuid::Uuid;

use super::{Form, Snapshot, Stored, Unreadable, form_of, tagged_of};

/// Every form ever written. `at` is in Unix milliseconds.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", content = "body")]
enum ConversationForm {
    #[serde(rename = "conversation.started/1")]
    Started1 { id: Uuid, place: Place1, agent: String, at: i64 },
    #[serde(rename = "conversation.message_added/1")]
    MessageAdded1 { author: Author1, content: Uuid, message: Option<i32>, reply_to: Option<i32>, at: i64 },
    #[serde(rename = "conversation.paused/1")]
    Paused1 { at: i64 },
    #[serde(rename = "conversation.resumed/1")]
    Resumed1 { at: i64 },
    #[serde(rename = "conversation.completed/1")]
    Completed1 { at: i64 },
    #[serde(rename = "conversation.failed/1")]
    Failed1 { reason: String, at: i64 },
}

/// Every form of a state ever written.
#[derive(Serialize, Deserialize)]
#[serde(tag = "name", content = "body")]
enum StateForm {
    #[serde(rename = "conversation.state/1")]
    State1 {
        id: Uuid,
        place: Place1,
        agent: String,
        status: Status1,
        written: u64,
        answered: u64,
        started: i64,
        touched: i64,
    },
}

#[derive(Serialize, Deserialize)]
struct Place1 {
    session: Uuid,
    chat: i64,
    topic: Option<i32>,
    user: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Author1 {
    Agent(Uuid),
    Person(i64),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status1 {
    Active,
    Paused,
    Completed,
    Failed,
}

impl Stored for ConversationEvent {
    fn form(&self) -> Form {
        form_of(&ConversationForm::from(self))
    }

    fn read(form: &Form) -> Result<Self, Unreadable> {
        Ok(tagged_of::<ConversationForm>(form)?.into())
    }
}

impl Snapshot for Conversation {
    fn snapshot(&self) -> Form {
        form_of(&StateForm::State1 {
            id: self.id.0,
            place: self.place.into(),
            agent: self.agent.clone(),
            status: match self.status {
                ConversationStatus::Active => Status1::Active,
                ConversationStatus::Paused => Status1::Paused,
                ConversationStatus::Completed => Status1::Completed,
                ConversationStatus::Failed => Status1::Failed,
            },
            written: self.written,
            answered: self.answered,
            started: self.started.0,
            touched: self.touched.0,
        })
    }

    fn restore(form: &Form) -> Result<Self, Unreadable> {
        let StateForm::State1 { id, place, agent, status, written, answered, started, touched } = tagged_of(form)?;
        Ok(Self {
            id: ConversationId(id),
            place: place.into(),
            agent,
            status: match status {
                Status1::Active => ConversationStatus::Active,
                Status1::Paused => ConversationStatus::Paused,
                Status1::Completed => ConversationStatus::Completed,
                Status1::Failed => ConversationStatus::Failed,
            },
            written,
            answered,
            started: Timestamp(started),
            touched: Timestamp(touched),
        })
    }
}

impl From<Place> for Place1 {
    fn from(place: Place) -> Self {
        Self {
            session: place.session.0,
            chat: place.chat.0,
            topic: place.topic.map(|topic| topic.0),
            user: place.user.map(|user| user.0),
        }
    }
}

impl From<Place1> for Place {
    fn from(place: Place1) -> Self {
        Self {
            session: SessionId(place.session),
            chat: ChatId(place.chat),
            topic: place.topic.map(MessageId),
            user: place.user.map(UserId),
        }
    }
}

impl From<&ConversationEvent> for ConversationForm {
    fn from(event: &ConversationEvent) -> Self {
        match event {
            ConversationEvent::Started { id, place, agent, at } => {
                Self::Started1 { id: id.0, place: (*place).into(), agent: agent.clone(), at: at.0 }
            }
            ConversationEvent::MessageAdded { author, content, message, reply_to, at } => Self::MessageAdded1 {
                author: match author {
                    Author::Agent(delivery) => Author1::Agent(delivery.0),
                    Author::Person(user) => Author1::Person(user.0),
                },
                content: content.0,
                message: message.map(|id| id.0),
                reply_to: reply_to.map(|id| id.0),
                at: at.0,
            },
            ConversationEvent::Paused { at } => Self::Paused1 { at: at.0 },
            ConversationEvent::Resumed { at } => Self::Resumed1 { at: at.0 },
            ConversationEvent::Completed { at } => Self::Completed1 { at: at.0 },
            ConversationEvent::Failed { reason, at } => Self::Failed1 { reason: reason.clone(), at: at.0 },
        }
    }
}

impl From<ConversationForm> for ConversationEvent {
    fn from(form: ConversationForm) -> Self {
        match form {
            ConversationForm::Started1 { id, place, agent, at } => {
                Self::Started { id: ConversationId(id), place: place.into(), agent, at: Timestamp(at) }
            }
            ConversationForm::MessageAdded1 { author, content, message, reply_to, at } => Self::MessageAdded {
                author: match author {
                    Author1::Agent(delivery) => Author::Agent(DeliveryId(delivery)),
                    Author1::Person(user) => Author::Person(UserId(user)),
                },
                content: ContentId(content),
                message: message.map(MessageId),
                reply_to: reply_to.map(MessageId),
                at: Timestamp(at),
            },
            ConversationForm::Paused1 { at } => Self::Paused { at: Timestamp(at) },
            ConversationForm::Resumed1 { at } => Self::Resumed { at: Timestamp(at) },
            ConversationForm::Completed1 { at } => Self::Completed { at: Timestamp(at) },
            ConversationForm::Failed1 { reason, at } => Self::Failed { reason, at: Timestamp(at) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_700_000_000_123);

    fn place() -> Place {
        Place {
            session: SessionId(Uuid::from_u128(8)),
            chat: ChatId(-100_123),
            topic: Some(MessageId(4)),
            user: Some(UserId(1)),
        }
    }

    fn one_of_each() -> Vec<ConversationEvent> {
        let at = AT;
        let added = |author, message| ConversationEvent::MessageAdded {
            author,
            content: ContentId(Uuid::from_u128(9)),
            message,
            reply_to: message,
            at,
        };
        let id = ConversationId(Uuid::from_u128(7));
        vec![
            ConversationEvent::Started { id, place: place(), agent: "claude-code".into(), at },
            ConversationEvent::Started {
                id,
                place: Place { topic: None, user: None, ..place() },
                agent: "ci".into(),
                at,
            },
            added(Author::Agent(DeliveryId(Uuid::from_u128(6))), None),
            added(Author::Person(UserId(1)), Some(MessageId(5))),
            ConversationEvent::Paused { at },
            ConversationEvent::Resumed { at },
            ConversationEvent::Completed { at },
            ConversationEvent::Failed { reason: "blocked".into(), at },
        ]
    }

    fn states() -> Vec<Conversation> {
        let state = |status| Conversation {
            id: ConversationId(Uuid::from_u128(7)),
            place: place(),
            agent: "ci".into(),
            status,
            written: 3,
            answered: 2,
            started: AT,
            touched: AT,
        };
        [
            ConversationStatus::Active,
            ConversationStatus::Paused,
            ConversationStatus::Completed,
            ConversationStatus::Failed,
        ]
        .map(state)
        .into()
    }

    /// A difference here means that stored data of users would be read otherwise than it was meant: add a form instead.
    #[test]
    fn stored_forms_are_for_ever() {
        let events = one_of_each().iter().map(Stored::form).collect::<Vec<_>>();
        let states = states().iter().map(Snapshot::snapshot).collect::<Vec<_>>();
        let forms: Vec<String> = events
            .into_iter()
            .chain(states)
            .map(|form| format!("{} {}", form.name, String::from_utf8(form.body).unwrap()))
            .collect();
        insta::assert_snapshot!(forms.join("\n"));
    }

    #[test]
    fn every_event_and_state_comes_back_as_it_was() {
        for event in one_of_each() {
            assert_eq!(ConversationEvent::read(&event.form()).unwrap(), event);
        }
        for state in states() {
            assert_eq!(Conversation::restore(&state.snapshot()).unwrap(), state);
        }
    }
}
