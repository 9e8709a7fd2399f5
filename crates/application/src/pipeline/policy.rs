//! What policy asks of a call besides scopes: whether its chats are there for the caller, and whether a person has to
//! allow it. The same for calls that are made and for those that are only explained.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use telegraphist_domain::{ChatRef, MessageRef};

use super::call::Call;
use super::refusals;
use super::step::{Answer, Attempt, Ended, NoParts};
use crate::application::Application;
use crate::approvals::{Act, Waiting};
use crate::failure::Failure;

/// What is left of the caller's time for the call itself, when people have decided.
const REST: Duration = Duration::from_millis(500);

/// Arguments that say how a call is made and not what it does.
const ABOUT_THE_CALL: [&str; 3] = ["idempotency_key", "confirm", "session"];

impl Call {
    /// Whether a person has to allow it. A preview changes nothing.
    pub(super) fn needs_consent(&self) -> bool {
        !self.is_dry_run && self.caller.grants.needs_approval.contains(self.facts.effect)
    }

    /// Waits until a person has allowed it.
    pub(super) async fn consent(&self, app: &Application, key: Option<&str>) -> Result<(), Failure> {
        let session = &self.step.session;
        let act = Act {
            principal: &self.caller.principal,
            facts: self.facts,
            shown: json!({ "session": session.name, "arguments": self.shown_arguments() }),
            key: key.map(|key| format!("{}/{key}", session.id)),
        };
        let waiting = Waiting {
            until: self.step.deadline - REST,
            cancel: &self.step.cancel,
            progress: self.step.progress.as_ref(),
        };
        app.consent(&act, &waiting).await
    }

    fn shown_arguments(&self) -> Value {
        let mut shown: Value = serde_json::from_slice(&self.arguments.to_json()).expect("just written");
        if let Some(fields) = shown.as_object_mut() {
            fields.retain(|name, value| !value.is_null() && !ABOUT_THE_CALL.contains(&name.as_str()));
        }
        shown
    }

    /// Whether the chats that the call names are there for the caller, before anything is done with them. The adapter
    /// asks again, of those as well that a call leads to without naming them.
    pub(super) async fn check_chats(&self, app: &Application) -> Result<(), Failure> {
        if self.step.reach.is_open() {
            return Ok(());
        }
        match self.look_at_chats(app).await {
            // Nothing was written, whatever the call is going to do.
            Ended::Lost => Err(refusals::deadline_exceeded()),
            ended => self.closed_unless_done(app, ended).await,
        }
    }

    /// What comes of looking for them; nothing follows from it.
    pub(super) async fn look_at_chats(&self, app: &Application) -> Ended {
        let chats = self.named_chats();
        let attempt: Attempt = Box::new(move |telegram, execution| {
            Box::pin(async move {
                let mut looking = execution;
                let reach = looking.reach.clone();
                for (chat, is_target) in chats {
                    looking.reach = if is_target { reach.clone() } else { reach.reading() };
                    telegram.place(&looking, &chat).await?;
                }
                Ok(Box::new(()) as Box<dyn Answer>)
            })
        });
        self.step.attempt(app, attempt, self.step.correlation_id.clone(), Arc::new(NoParts)).await
    }

    /// The chats that the call names, and whether each is the one that it changes. What is no reference at all is left
    /// to the adapter to refuse.
    fn named_chats(&self) -> Vec<(ChatRef, bool)> {
        let target = self.arguments.target();
        let parsed = |chat: &str| {
            let message = chat.parse::<MessageRef>().map(|message| message.chat);
            message.or_else(|_| chat.parse::<ChatRef>()).ok()
        };
        let chats = self.arguments.chats().into_iter();
        chats.filter_map(|chat| Some((parsed(chat)?, target == Some(chat)))).collect()
    }
}
