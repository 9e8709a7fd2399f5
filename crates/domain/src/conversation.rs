//! A dialogue in one place: what an agent told somebody and what they answered.
//!
//! Holds no messages, only what is needed to decide: where it is, how it stands, how many messages went each way. The
//! texts lie apart, sealed, and events carry their ids. Start with [`Place`].

mod refusal;
#[cfg(test)]
mod tests;

pub use refusal::Refusal;

use crate::{Aggregate, ChatId, ContentId, ConversationId, DeliveryId, MessageId, SessionId, Timestamp, UserId};

/// A dialogue between an agent and whoever is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Where it takes place.
    pub place: Place,
    /// The agent's name as it gave it, for example `claude-code`.
    pub agent: String,
    /// How it stands.
    pub status: ConversationStatus,
    /// How many messages the agent wrote.
    pub written: u64,
    /// How many messages people wrote.
    pub answered: u64,
    /// When it began.
    pub started: Timestamp,
    /// When the newest message was added.
    pub touched: Timestamp,
}

/// Where a dialogue takes place. Two people in one group are two places where the group is shared by agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Through which login.
    pub session: SessionId,
    /// In which chat.
    pub chat: ChatId,
    /// In which topic of it.
    pub topic: Option<MessageId>,
    /// With whom, where the chat is shared.
    pub user: Option<UserId>,
}

/// How a dialogue stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConversationStatus {
    /// Messages may be added.
    Active,
    /// The agent waits or is held; messages of people are still added.
    Paused,
    /// The agent is done. A new message opens it again.
    Completed,
    /// The agent gave up, or the place cannot be reached. A new message opens it again.
    Failed,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Author {
    /// The agent; this is the delivery that carries it.
    Agent(DeliveryId),
    /// A person in Telegram.
    Person(UserId),
}

/// What can have happened to a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConversationEvent {
    /// It began.
    Started {
        /// Its id.
        id: ConversationId,
        /// Where.
        place: Place,
        /// The agent's name.
        agent: String,
        /// When.
        at: Timestamp,
    },
    /// Somebody said something.
    MessageAdded {
        /// Who.
        author: Author,
        /// What, by its id.
        content: ContentId,
        /// The message in Telegram; known for what people write.
        message: Option<MessageId>,
        /// What it answers in Telegram.
        reply_to: Option<MessageId>,
        /// When.
        at: Timestamp,
    },
    /// The agent waits.
    Paused {
        /// When.
        at: Timestamp,
    },
    /// It goes on.
    Resumed {
        /// When.
        at: Timestamp,
    },
    /// The agent is done.
    Completed {
        /// When.
        at: Timestamp,
    },
    /// It cannot go on.
    Failed {
        /// For people, without texts.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// What is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub author: Author,
    /// What, by its id.
    pub content: ContentId,
    /// The message in Telegram.
    pub message: Option<MessageId>,
    /// What it answers in Telegram.
    pub reply_to: Option<MessageId>,
}

impl Aggregate for Conversation {
    type Id = ConversationId;
    type Event = ConversationEvent;
    const NAME: &'static str = "conversation";

    fn evolve(state: Option<Self>, event: &ConversationEvent) -> Option<Self> {
        let Some(mut conversation) = state else {
            return Self::born(event);
        };
        match event {
            ConversationEvent::Started { .. } => {}
            ConversationEvent::MessageAdded { author, at, .. } => {
                match author {
                    Author::Agent(_) => conversation.written += 1,
                    Author::Person(_) => conversation.answered += 1,
                }
                conversation.touched = *at;
            }
            ConversationEvent::Paused { .. } => conversation.status = ConversationStatus::Paused,
            ConversationEvent::Resumed { .. } => conversation.status = ConversationStatus::Active,
            ConversationEvent::Completed { .. } => conversation.status = ConversationStatus::Completed,
            ConversationEvent::Failed { .. } => conversation.status = ConversationStatus::Failed,
        }
        Some(conversation)
    }
}

/// What a decision gives.
pub type Decision = Result<Vec<ConversationEvent>, Refusal>;

/// Nothing happened: what was asked for is so already.
const NOTHING: Decision = Ok(Vec::new());

impl Conversation {
    /// Begins a dialogue.
    pub fn start(id: ConversationId, place: Place, agent: String, at: Timestamp) -> Vec<ConversationEvent> {
        vec![ConversationEvent::Started { id, place, agent, at }]
    }

    /// Adds a message. An agent that waits must go on first; whoever writes after the end opens it again.
    pub fn say(&self, said: Said, at: Timestamp) -> Decision {
        let Said { author, content, message, reply_to } = said;
        let added = ConversationEvent::MessageAdded { author, content, message, reply_to, at };
        match (self.status, author) {
            (ConversationStatus::Paused, Author::Agent(_)) => Err(Refusal::Paused),
            (ConversationStatus::Active | ConversationStatus::Paused, _) => Ok(vec![added]),
            (ConversationStatus::Completed | ConversationStatus::Failed, _) => {
                Ok(vec![ConversationEvent::Resumed { at }, added])
            }
        }
    }

    /// Lets the agent wait.
    pub fn pause(&self, at: Timestamp) -> Decision {
        match self.status {
            ConversationStatus::Active => Ok(vec![ConversationEvent::Paused { at }]),
            ConversationStatus::Paused => NOTHING,
            ConversationStatus::Completed | ConversationStatus::Failed => Err(Refusal::Over),
        }
    }

    /// Goes on, also after the end.
    pub fn resume(&self, at: Timestamp) -> Vec<ConversationEvent> {
        match self.status {
            ConversationStatus::Active => Vec::new(),
            ConversationStatus::Paused | ConversationStatus::Completed | ConversationStatus::Failed => {
                vec![ConversationEvent::Resumed { at }]
            }
        }
    }

    /// Ends it well.
    pub fn complete(&self, at: Timestamp) -> Decision {
        match self.status {
            ConversationStatus::Active | ConversationStatus::Paused => Ok(vec![ConversationEvent::Completed { at }]),
            ConversationStatus::Completed => NOTHING,
            ConversationStatus::Failed => Err(Refusal::Over),
        }
    }

    /// Ends it badly.
    pub fn fail(&self, reason: String, at: Timestamp) -> Decision {
        match self.status {
            ConversationStatus::Active | ConversationStatus::Paused => {
                Ok(vec![ConversationEvent::Failed { reason, at }])
            }
            ConversationStatus::Failed => NOTHING,
            ConversationStatus::Completed => Err(Refusal::Over),
        }
    }

    fn born(event: &ConversationEvent) -> Option<Self> {
        let ConversationEvent::Started { id, place, agent, at } = event else {
            return None;
        };
        Some(Self {
            id: *id,
            place: *place,
            agent: agent.clone(),
            status: ConversationStatus::Active,
            written: 0,
            answered: 0,
            started: *at,
            touched: *at,
        })
    }
}
