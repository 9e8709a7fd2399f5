//! The one who keeps time: ends questions that nobody answered, says when time is short, and takes those off the phone
//! whose agents are gone. Everything is read from the store, so a restart loses no timer.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use telegraphist_domain::approval::{Cancellation, Refusal};
use telegraphist_domain::{Approval, ApprovalId};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::card::moment;
use super::change::Unchanged;
use crate::application::Application;
use crate::cards::{Card, SendCard};
use crate::failure::Failure;
use crate::ports::{ApprovalQuery, Lane, NewDelivery, Once, Urgency};
use crate::text::Writing;

/// How often the keeper looks even if nothing is due: agents leave, and the clock of the day may jump.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// How long it rests at least.
const PAUSE_LEAST: Duration = Duration::from_millis(20);
/// How many questions one look takes at a time.
const PAGE: usize = 200;
/// Nobody is reminded of a question that lives shorter than this.
const REMIND_FROM: TimeDelta = TimeDelta::minutes(5);
/// Time is short when this is left, or a fifth of the whole, whichever is less.
const SHORT_TIME: TimeDelta = TimeDelta::minutes(5);

impl Application {
    /// Keeps time until `stop` fires. All questions are looked at when one of them is due, and now and then; between,
    /// only those that were asked or changed, so that many that wait cost a tap nothing.
    pub(crate) async fn keep_time(self, stop: CancellationToken) {
        // Before looking, so that nothing is missed between.
        let mut heard = self.inner.decisions.listen();
        loop {
            let all_again = Instant::now() + LOOK_EVERY;
            let mut next = all_again.min(self.instant_of(self.look_at_pending().await));
            loop {
                let told = tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep_until(next) => break,
                    told = heard.recv() => told,
                };
                match told {
                    Ok(id) => next = next.min(self.instant_of(self.look_at_one(id).await)),
                    Err(RecvError::Lagged(_)) => break,
                    // The application holds the sender for as long as this runs.
                    Err(RecvError::Closed) => return,
                }
            }
        }
    }

    /// When the keeper has to look again.
    fn instant_of(&self, looked: Result<Option<DateTime<Utc>>, Failure>) -> Instant {
        let due = looked.unwrap_or_else(|failure| {
            tracing::error!(code = failure.code.as_str(), "pending questions could not be looked at");
            None
        });
        let now = self.ports().clock.now();
        let until_due = due.map_or(LOOK_EVERY, |due| (due - now).to_std().unwrap_or_default());
        // Never at once, so that something that stays due cannot make this spin.
        Instant::now() + until_due.clamp(PAUSE_LEAST, LOOK_EVERY)
    }

    /// Looks at a question that was asked or changed.
    async fn look_at_one(&self, id: ApprovalId) -> Result<Option<DateTime<Utc>>, Failure> {
        match self.approval(id).await? {
            Some(approval) if approval.is_pending() => self.look_at(&approval).await,
            Some(_) | None => Ok(None),
        }
    }

    /// Looks at every pending question once; gives the moment at which the next is due.
    async fn look_at_pending(&self) -> Result<Option<DateTime<Utc>>, Failure> {
        let mut next: Option<DateTime<Utc>> = None;
        let mut before = None;
        loop {
            let query = ApprovalQuery { is_pending: true, principal: None, before };
            let page = self.ports().approvals.approvals(&query, PAGE).await?;
            for approval in &page {
                if let Some(due) = self.look_at(approval).await? {
                    next = Some(next.map_or(due, |next| next.min(due)));
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => before = Some(last.id),
                Some(_) | None => return Ok(next),
            }
        }
    }

    /// Does what is due; gives the moment of what is due next.
    async fn look_at(&self, approval: &Approval) -> Result<Option<DateTime<Utc>>, Failure> {
        let now = self.ports().clock.now();
        let expires = moment(approval.expires);
        if now >= expires {
            self.expire(approval.id).await?;
            return Ok(None);
        }
        if self.inner.presences.is_gone(&approval.requester.generation) {
            self.cancelled(approval.id, Cancellation::RequesterGone).await?;
            return Ok(None);
        }
        let Some(remind) = remind_at(approval).filter(|_| !approval.is_reminded) else { return Ok(Some(expires)) };
        if now < remind {
            return Ok(Some(remind));
        }
        self.remind(approval.id).await?;
        Ok(Some(expires))
    }

    /// Ends a question whose time is over.
    pub(super) async fn expire(&self, id: ApprovalId) -> Result<(), Failure> {
        match self.change_approval(id, Approval::expire).await {
            Ok(after) => self.conclude(&after.approval).await,
            // Somebody was faster, or the clock went back.
            Err(Unchanged::Refused(_) | Unchanged::Unknown) => {}
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => return Err(other.into()),
        }
        Ok(())
    }

    /// Ends a question that nobody needs an answer to.
    pub(crate) async fn cancelled(&self, id: ApprovalId, why: Cancellation) -> Result<Option<Refusal>, Failure> {
        match self.change_approval(id, |approval, at| approval.cancel(why, at)).await {
            Ok(after) => {
                if after.is_changed {
                    self.conclude(&after.approval).await;
                }
                Ok(None)
            }
            Err(Unchanged::Refused(refusal)) => Ok(Some(refusal)),
            Err(Unchanged::Unknown) => Ok(None),
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => Err(other.into()),
        }
    }

    async fn remind(&self, id: ApprovalId) -> Result<(), Failure> {
        let reminded = match self.change_approval(id, Approval::remind).await {
            Ok(after) if after.is_changed => after.approval,
            Ok(_) | Err(Unchanged::Refused(_) | Unchanged::Unknown) => return Ok(()),
            Err(other @ (Unchanged::Store(_) | Unchanged::Contended)) => return Err(other.into()),
        };
        let zone = self.zone().await?;
        let until = zone.clock(moment(reminded.expires));
        let text = Writing::default().text("⏳ Still waiting for your answer, until ").text(&until).text(".").finish();
        let reminders: Vec<NewDelivery> = reminded
            .cards
            .iter()
            .map(|shown| {
                let card = Card { text: text.clone(), ..Card::default() };
                let mut send = SendCard::new(shown.session, shown.chat, card);
                send.reply_to = Some(shown.message.0);
                let lane = Lane { session: shown.session, chat: shown.chat };
                let mut delivery = self.delivery_of_card(lane, &send, Urgency::Interactive);
                delivery.once = Some(Once { principal: "telegraphist".to_owned(), key: format!("reminder/{id}") });
                delivery.expires = Some(moment(reminded.expires));
                delivery
            })
            .collect();
        self.enqueue(&reminders).await?;
        Ok(())
    }
}

fn remind_at(approval: &Approval) -> Option<DateTime<Utc>> {
    let (created, expires) = (moment(approval.created), moment(approval.expires));
    let life = expires - created;
    (life >= REMIND_FROM).then(|| expires - SHORT_TIME.min(life / 5))
}
