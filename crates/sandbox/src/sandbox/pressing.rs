//! What people do with bots: starting and blocking one, pressing its buttons, tapping its keyboards, bringing it into groups; and what needs no
//! bot but is asked for by tests of one: votes and files.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Actor, Name, Sandbox, SandboxError};
use crate::world::callbacks::CallbackAnswer;
use crate::world::company::Sending;
use crate::world::refusal::RpcError;
use crate::world::telling::Cause;

/// A bot's answer to a button that was pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// What the person is shown.
    pub text: Option<String>,
    /// In a box that has to be closed, rather than in passing.
    pub alert: bool,
    /// What the person's client opens.
    pub url: Option<String>,
}

impl From<CallbackAnswer> for Answered {
    fn from(answer: CallbackAnswer) -> Self {
        Self { text: answer.text, alert: answer.alert, url: answer.url }
    }
}

impl Sandbox {
    /// Lets the world's time pass at once: whatever would have happened by itself happens now.
    pub fn advance(&self, by: Duration) {
        self.hub.advance(by);
    }
}

impl Actor<'_> {
    /// Presses a button under a message, named by its text or its data, and waits for the bot's answer; nothing if none comes in time.
    pub async fn press(&self, id: i32, button: &str) -> Result<Option<Answered>, SandboxError> {
        let answer = self.sandbox.hub.change(|state| {
            let query = state.world.press_as(&self.who, &self.chat, id, button)?;
            Ok::<_, RpcError>(state.await_callback(query))
        })?;
        // A reset ends every wait.
        Ok(answer.await.ok().flatten().map(Answered::from))
    }

    /// Lets a client send data that stands behind no button of the message, and waits for the bot's answer.
    pub async fn forge(&self, id: i32, data: &str) -> Result<Option<Answered>, SandboxError> {
        let answer = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let query = state.world.press_anything(&cause, peer, id, data.as_bytes())?;
            Ok::<_, RpcError>(state.await_callback(query))
        })?;
        Ok(answer.await.ok().flatten().map(Answered::from))
    }

    /// The name and the bytes of the document that a message carries.
    pub fn document(&self, id: i32) -> Result<(String, Vec<u8>), SandboxError> {
        let found = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let found = state.world.document_of(cause.account, peer, id);
            found.ok_or_else(|| RpcError::bad_request("MEDIA_EMPTY"))
        });
        Ok(found?)
    }

    /// Presses the start button of the bot whose chat this is; returns the id of the actor's message.
    pub fn start(&self, parameter: &str) -> Result<i32, SandboxError> {
        let started = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let bot = peer.user().ok_or_else(|| RpcError::bad_request("BOT_INVALID"))?;
            state.world.start_bot(&cause, bot, parameter)
        });
        Ok(started?)
    }

    /// Blocks the other side of this chat.
    pub fn block(&self) -> Result<(), SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.block_as(&self.who, &self.chat, true))?)
    }

    /// Takes the block away.
    pub fn unblock(&self) -> Result<(), SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.block_as(&self.who, &self.chat, false))?)
    }

    /// Taps a button of the keyboard that a bot has put in place of the actor's own; returns the id of the message that it sends.
    pub fn tap(&self, button: &str) -> Result<i32, SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.tap_as(&self.who, &self.chat, button))?)
    }

    /// Stops what the bot of this chat is writing.
    pub fn stop(&self) -> Result<(), SandboxError> {
        let stopped = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let bot = peer.user().ok_or_else(|| RpcError::bad_request("BOT_INVALID"))?;
            state.world.stop_draft(cause.account, bot)
        });
        Ok(stopped?)
    }

    /// What the bot of this chat is writing at this moment.
    pub fn draft(&self) -> Result<Option<String>, SandboxError> {
        let found = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let draft = peer.user().and_then(|bot| state.world.live_draft(bot, cause.account));
            Ok::<_, RpcError>(draft.map(|draft| draft.text.clone()))
        });
        Ok(found?)
    }

    /// Votes in a poll, by the places of the answers from 0; none takes the vote back.
    pub fn vote(&self, id: i32, places: &[usize]) -> Result<(), SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.vote_as(&self.who, &self.chat, id, places))?)
    }

    /// Sends a photo, a voice note or any file; returns the message's id.
    pub fn send(&self, file: Sending) -> Result<i32, SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.send_as(&self.who, &self.chat, file))?)
    }

    /// Brings somebody into this group or channel.
    pub fn bring(&self, user: impl Into<Name>) -> Result<(), SandboxError> {
        let user = user.into().to_string();
        Ok(self.sandbox.hub.change(|state| state.world.bring_as(&self.who, &self.chat, &user))?)
    }

    /// Throws somebody out of this group or channel.
    pub fn ban(&self, user: impl Into<Name>) -> Result<(), SandboxError> {
        let user = user.into().to_string();
        Ok(self.sandbox.hub.change(|state| state.world.ban_as(&self.who, &self.chat, &user))?)
    }

    /// Makes somebody an admin here with every right, or takes that back.
    pub fn appoint(&self, user: impl Into<Name>, is_admin: bool) -> Result<(), SandboxError> {
        let user = user.into().to_string();
        Ok(self.sandbox.hub.change(|state| state.world.appoint_as(&self.who, &self.chat, &user, is_admin))?)
    }

    /// Comes into a group or channel by an invite link, whatever chat the actor stands in.
    pub fn come(&self, link: &str) -> Result<(), SandboxError> {
        Ok(self.sandbox.hub.change(|state| state.world.come_as(&self.who, link))?)
    }
}
