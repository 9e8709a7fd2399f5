//! What people answered, as it is stored: sealed, and apart from the events that carry its id.

use serde::{Deserialize, Serialize};
use telegraphist_domain::conversation::{Author, Said};
use telegraphist_domain::{Aggregate as _, Conversation, ConversationId, MessageId, Place, UserId};
use uuid::Uuid;

use super::Update;
use crate::changes::Change;
use crate::failure::{Code, Failure};
use crate::ports::{AppendError, Content, HeardIn, StoreError, Together, Version};

/// The agent's name of a conversation that no agent has begun.
const NOBODY: &str = "";
/// How often a reply is added anew because somebody else was faster.
const ATTEMPTS_MAX: usize = 16;

/// What somebody answered. Stored: a field is added with a default, never changed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// Their words, or what stands on the button that they pressed.
    pub(crate) text: String,
    /// What was attached, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media: Option<String>,
    /// A message that was changed after it was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_edited: bool,
    /// Written by somebody else and passed on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_forwarded: bool,
    /// The button that was pressed, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) button: Option<usize>,
    /// The question that it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<Uuid>,
}

/// A reply and where it belongs.
pub(super) struct Answering<'a> {
    pub(super) at: &'a HeardIn,
    pub(super) by: UserId,
    pub(super) message: Option<MessageId>,
    /// The message of ours that it answers.
    pub(super) reply_to: Option<MessageId>,
    pub(super) reply: Reply,
}

impl Update<'_> {
    /// Adds what somebody answered to the conversation that it belongs to, once.
    pub(super) async fn record(&self, answering: &Answering<'_>) -> Result<(), Failure> {
        let id = self.content_id();
        if self.app.ports().contents.content(id).await?.is_some() {
            return Ok(());
        }
        let content = Content { id, bytes: serde_json::to_vec(&answering.reply).expect("a reply is plain data") };
        let said = Said {
            author: Author::Person(answering.by),
            content: id,
            message: answering.message,
            reply_to: answering.reply_to,
        };
        let together = Together { contents: vec![content], deliveries: Vec::new() };
        for _ in 0..ATTEMPTS_MAX {
            let conversation = self.conversation_of(answering).await?;
            let at = self.app.moment();
            let (id, version, mut events, state) = if let Some(id) = conversation {
                let loaded = self.app.ports().conversation_events.load(id).await?;
                let loaded = loaded.ok_or_else(|| StoreError::Unavailable("a conversation is gone".into()))?;
                (id, loaded.version, Vec::new(), loaded.state)
            } else {
                let id = ConversationId(self.app.ports().ids.ordered());
                let started = Conversation::start(id, self.place_of(answering), NOBODY.to_owned(), at);
                let state = Conversation::replay(&started).expect("a conversation begins with its start");
                (id, Version(0), started, state)
            };
            let more = state.say(said, at).map_err(|refusal| {
                Failure::new(Code::Internal, format!("A reply was refused: {refusal}."), "Report it as a defect.")
            })?;
            events.extend(more);
            match self.app.ports().conversation_events.append(id, version, &events, &together).await {
                Ok(_) => {
                    self.app.inner.bell.ring();
                    self.app.inner.changes.tell(Change::Response);
                    return Ok(());
                }
                Err(AppendError::Conflict | AppendError::NameTaken | AppendError::AlreadyQueued(_)) => {}
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Failure::new(Code::Unavailable, "A conversation is being changed by others.", "It is tried again."))
    }

    /// The conversation of the message that is answered; else the one that was touched last in this chat.
    async fn conversation_of(&self, answering: &Answering<'_>) -> Result<Option<ConversationId>, StoreError> {
        let lane = self.lane(answering.at.chat);
        if let Some(message) = answering.reply_to
            && let Some(delivery) = self.app.ports().deliveries.of_message(lane, message.0).await?
            && delivery.conversation.is_some()
        {
            return Ok(delivery.conversation);
        }
        let recent = self.app.ports().conversations.conversations_in_chat(lane, 20).await?;
        let place = self.place_of(answering);
        let fits = |conversation: &Conversation| {
            let other = conversation.place;
            other.topic == place.topic && (other.user.is_none() || other.user == place.user)
        };
        Ok(recent.into_iter().find(fits).map(|conversation| conversation.id))
    }

    fn place_of(&self, answering: &Answering<'_>) -> Place {
        let is_shared = answering.at.chat.0 != answering.by.0;
        Place {
            session: self.bot.id,
            chat: answering.at.chat,
            topic: answering.at.topic,
            user: is_shared.then_some(answering.by),
        }
    }
}
