//! Presses of buttons: every one is answered, so that nobody looks at a spinner.

use std::time::Duration;

use telegraphist_domain::approval::Card as Shown;

use super::Update;
use super::reply::{Answering, Reply};
use super::update::{Asked, delivery_named};
use crate::approvals::{Heeded, tap_of};
use crate::cards::{Does, SendCard};
use crate::failure::Failure;
use crate::ports::{Role, Tap, TapAnswer};

/// How long Telegram gets to take the answer of a press.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// What the buttons of notices begin with: `n1:<delivery>:<button>`.
pub(crate) const NOTICE_TAP: &str = "n1";

impl Update<'_> {
    /// Somebody pressed a button.
    pub(super) async fn tapped(&self, tap: Tap) -> Result<(), Failure> {
        if tap.from.is_bot {
            self.answer(tap.id, alert("Bots press nothing here."));
            return Ok(());
        }
        self.app.saw(&tap.from).await?;
        if let Some((id, choice)) = tap_of(&tap.data) {
            return self.decided(&tap, id, choice).await;
        }
        let answer = self.heeded(&tap).await?;
        self.answer(tap.id, answer);
        Ok(())
    }

    /// A button of anything but a question.
    async fn heeded(&self, tap: &Tap) -> Result<TapAnswer, Failure> {
        let role = self.app.role_of(tap.from.user).await?;
        let Some(role @ (Role::Owner | Role::Admin | Role::User)) = role else {
            return Ok(alert("This is not yours to press; nothing was done."));
        };
        if let Some(answer) = self.chosen(tap, role).await? {
            return Ok(answer);
        }
        Ok(self
            .pressed_on_notice(tap)
            .await?
            .unwrap_or_else(|| alert("This button belongs to nothing here; nothing was done.")))
    }

    /// A button of a question.
    async fn decided(&self, tap: &Tap, id: telegraphist_domain::ApprovalId, choice: usize) -> Result<(), Failure> {
        let shown = match (&tap.at, tap.message) {
            (Some(at), Some(message)) => Some(Shown { session: self.bot.id, chat: at.chat, message }),
            _ => None,
        };
        let answer = match self.app.tapped(tap.from.user, shown, id, choice).await? {
            Heeded::Told(answer) => answer,
            Heeded::Decided { answer, approval } => {
                self.answer(tap.id.clone(), answer);
                return self.app.follow_decision(&approval).await;
            }
            Heeded::WantsWords { answer, wanted } => {
                // The words come in the chat of the card; where that is not known, in the person's own.
                let own = telegraphist_domain::ChatId(tap.from.user.0);
                let chat = tap.at.as_ref().map_or(own, |at| at.chat);
                let wanted = serde_json::to_string(&wanted).expect("what is wanted is plain data");
                self.expect(Asked { chat, user: tap.from.user }, Some(&wanted)).await?;
                TapAnswer { text: format!("{} Or /cancel.", answer.text), is_alert: true }
            }
        };
        self.answer(tap.id.clone(), answer);
        Ok(())
    }

    /// A button of a notice: its label is the answer.
    async fn pressed_on_notice(&self, tap: &Tap) -> Result<Option<TapAnswer>, Failure> {
        let mut parts = tap.data.split(':');
        let (Some(NOTICE_TAP), Some(id), Some(button), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let (Some(id), Ok(button)) = (delivery_named(id), button.parse::<usize>()) else { return Ok(None) };
        let Some(body) = self.app.ports().deliveries.body(id).await? else {
            return Ok(Some(alert("This notice is not known here any more; nothing was done.")));
        };
        let Ok(send) = serde_json::from_slice::<SendCard>(&body) else { return Ok(None) };
        let is_it = |does: &Does| matches!(does, Does::Tap(data) if *data == tap.data);
        let label = send.card.buttons.iter().flatten().find(|button| is_it(&button.does));
        let (Some(label), Some(at)) = (label, &tap.at) else { return Ok(None) };
        let reply = Reply { text: label.text.clone(), button: Some(button), ..Reply::default() };
        let answering = Answering { at, by: tap.from.user, message: None, reply_to: tap.message, reply };
        self.record(&answering).await?;
        Ok(Some(TapAnswer { text: format!("{} ✓", label.text), is_alert: false }))
    }

    /// Tells Telegram, while the desk goes on: a press that nobody answers only shows a spinner for a while.
    fn answer(&self, tap: String, mut answer: TapAnswer) {
        if let Some((end, _)) = answer.text.char_indices().nth(200) {
            answer.text.truncate(end);
        }
        let (app, bot) = (self.app.clone(), self.bot.id);
        self.app.inner.writes.spawn(async move {
            let answering = app.ports().bots.answer_tap(bot, &tap, &answer);
            match tokio::time::timeout(ANSWER_MAX, answering).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::warn!(session = %bot, error = &error as &dyn std::error::Error, "a press was not answered");
                }
                Err(_late) => tracing::warn!(session = %bot, "a press was not answered in time"),
            }
        });
    }
}

pub(super) fn alert(text: &str) -> TapAnswer {
    TapAnswer { text: text.to_owned(), is_alert: true }
}
