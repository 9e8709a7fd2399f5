//! Who is heard: people who were let in, in their own chat and in groups that were allowed. Everybody else may knock.

use super::Update;
use super::update::Saying;
use crate::arguments::ChatKind;
use crate::failure::Failure;
use crate::people::{Knock, Place};
use crate::ports::{Heard, HeardIn, HeardMessage, Role, Speaker};
use crate::text::Writing;

impl Update<'_> {
    /// Does what an update asks for.
    pub(super) async fn follow(&self, heard: Heard) -> Result<(), Failure> {
        match heard {
            Heard::Message(message) => self.heard(message, false).await,
            Heard::Edited(message) => self.heard(message, true).await,
            Heard::Tapped(tap) => self.tapped(tap).await,
            Heard::Reachable { at, from, is_reachable } => {
                if at.kind == ChatKind::Private {
                    self.app.note_reach(from.user, is_reachable).await?;
                }
                Ok(())
            }
            Heard::Migrated { from, to } => self.moved(from, to).await,
            // Kept in the inbox for whoever reads it there.
            Heard::Other { .. } => Ok(()),
        }
    }

    async fn heard(&self, message: HeardMessage, is_edited: bool) -> Result<(), Failure> {
        // Channel posts, anonymous administrators and bots are nobody here.
        let Some(from) = message.from.clone().filter(|from| !from.is_bot) else { return Ok(()) };
        let role = self.app.role_of(from.user).await?;
        match (message.at.kind, role) {
            (_, Some(Role::Blocked))
            | (ChatKind::Group | ChatKind::Supergroup, None)
            | (ChatKind::Channel | ChatKind::Bot, _) => Ok(()),
            (ChatKind::Private, None) => {
                if is_edited {
                    Ok(())
                } else {
                    self.knock(&message, &from).await
                }
            }
            (ChatKind::Private, Some(role)) => {
                self.app.saw(&from).await?;
                self.said(message, &from, role, is_edited).await
            }
            (ChatKind::Group | ChatKind::Supergroup, Some(role)) => {
                if self.is_allowed(&message.at).await? {
                    self.app.saw(&from).await?;
                    self.said(message, &from, role, is_edited).await
                } else {
                    self.heard_in_strange_group(message, &from, role).await
                }
            }
        }
    }

    /// Whether bots speak in this group.
    pub(super) async fn is_allowed(&self, at: &HeardIn) -> Result<bool, Failure> {
        Ok(self.app.ports().people.groups().await?.iter().any(|group| group.chat == at.chat))
    }

    /// A stranger is told a code, seldom, and nothing else.
    async fn knock(&self, message: &HeardMessage, from: &Speaker) -> Result<(), Failure> {
        let text = match self.app.knock(from).await? {
            Knock::Hush => return Ok(()),
            Knock::Full => Writing::default().text("Too many people wait to be let in. Try again in an hour.").finish(),
            Knock::Code(code) => Writing::default()
                .text("This bot speaks with people who were let in. Your code is ")
                .code(&code)
                .text(". Show it to its owner within an hour; they send ")
                .code(&format!("/pair {code}"))
                .text(" to this bot.")
                .finish(),
        };
        let place = Place { lane: self.lane(message.at.chat), topic: None };
        self.say(place, 0, Saying { text, buttons: Vec::new(), reply_to: None }).await
    }

    /// A group that became a supergroup has another id, and is still the same group.
    async fn moved(&self, from: telegraphist_domain::ChatId, to: telegraphist_domain::ChatId) -> Result<(), Failure> {
        let groups = self.app.ports().people.groups().await?;
        let Some(group) = groups.into_iter().find(|group| group.chat == from) else { return Ok(()) };
        self.app.ports().people.note_group(&crate::ports::Group { chat: to, ..group }).await?;
        self.app.ports().people.forget_group(from).await?;
        Ok(())
    }
}
