//! What people write: commands, the words that a decision waits for, and answers to agents.

use super::Update;
use super::commands::Command;
use super::reply::{Answering, Reply};
use super::update::{Asked, Saying};
use crate::approvals::{Heeded, Wanted};
use crate::failure::Failure;
use crate::people::Place;
use crate::ports::{HeardMessage, Role, Speaker};
use crate::text::Writing;

impl Update<'_> {
    /// Somebody who was let in wrote something.
    pub(super) async fn said(
        &self,
        message: HeardMessage,
        from: &Speaker,
        role: Role,
        is_edited: bool,
    ) -> Result<(), Failure> {
        match Command::of(&message.text, self.bot.username.as_deref()) {
            Some(Command::OfAnother) => return Ok(()),
            // A command that was corrected later is not given twice.
            Some(Command::Given { .. }) if is_edited => return Ok(()),
            Some(Command::Given { name, rest }) => return self.commanded(&message, from, role, &name, &rest).await,
            None => {}
        }
        if role == Role::Guest {
            return Ok(());
        }
        let asked = Asked { chat: message.at.chat, user: from.user };
        if !is_edited
            && let Some(wanted) = self.awaited(asked).await?
            && let Ok(wanted) = serde_json::from_str::<Wanted>(&wanted)
        {
            return self.decided_with_words(&message, from, asked, &wanted).await;
        }
        let reply = Reply {
            text: message.text.clone(),
            media: message.media.clone(),
            is_edited,
            is_forwarded: message.is_forwarded,
            button: None,
            approval: None,
        };
        let answering = Answering {
            at: &message.at,
            by: from.user,
            message: Some(message.message),
            reply_to: message.reply_to,
            reply,
        };
        self.record(&answering).await
    }

    async fn decided_with_words(
        &self,
        message: &HeardMessage,
        from: &Speaker,
        asked: Asked,
        wanted: &Wanted,
    ) -> Result<(), Failure> {
        let answer = match self.app.decided_with_words(from.user, wanted, &message.text).await? {
            Heeded::Told(answer) => {
                self.expect(asked, None).await?;
                answer
            }
            Heeded::Decided { answer, approval } => {
                self.app.follow_decision(&approval).await?;
                self.expect(asked, None).await?;
                answer
            }
            Heeded::WantsWords { answer, .. } => answer,
        };
        self.reply_with(message, 0, Writing::default().text(&answer.text)).await
    }

    /// Answers in the chat where something was written.
    pub(super) async fn reply_with(&self, message: &HeardMessage, nth: usize, text: Writing) -> Result<(), Failure> {
        self.reply_with_buttons(message, nth, text, Vec::new()).await
    }

    /// Answers with something to press.
    pub(super) async fn reply_with_buttons(
        &self,
        message: &HeardMessage,
        nth: usize,
        text: Writing,
        buttons: Vec<Vec<crate::cards::Button>>,
    ) -> Result<(), Failure> {
        let place = Place { lane: self.lane(message.at.chat), topic: message.at.topic };
        let is_shared = message.at.kind != crate::arguments::ChatKind::Private;
        let reply_to = is_shared.then_some(message.message);
        self.say(place, nth, Saying { text: text.finish(), buttons, reply_to }).await
    }
}
