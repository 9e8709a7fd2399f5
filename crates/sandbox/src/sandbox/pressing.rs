//! What people do with bots: starting one, and pressing buttons.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Actor, Sandbox, SandboxError};
use crate::world::callbacks::CallbackAnswer;
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

    /// Presses the start button of the bot whose chat this is; returns the id of the actor's message.
    pub fn start(&self, parameter: &str) -> Result<i32, SandboxError> {
        let started = self.sandbox.hub.change(|state| {
            let (cause, peer): (Cause, _) = state.world.scene(&self.who, &self.chat)?;
            let bot = peer.user().ok_or_else(|| RpcError::bad_request("BOT_INVALID"))?;
            state.world.start_bot(&cause, bot, parameter)
        });
        Ok(started?)
    }
}
