//! Accepting a notice: rendered, put into every line it belongs to, durable when it returns. Delivery follows.

use std::collections::HashMap;

use futures::future::try_join_all;
use secrecy::ExposeSecret as _;
use telegraphist_domain::{ChatId, ContentId, DeliveryId, MessageId};

use super::line::{Entry, Line};
use super::notice::Notice;
use super::render::{Rendered, rendered};
use super::{NoticeClass, Ringing};
use crate::application::Application;
use crate::caller::Caller;
use crate::cards::SendCard;
use crate::delivery::BridgeState;
use crate::failure::{Code, Failure};
use crate::people::Place;
use crate::pipeline::{HereCall, KnownSession};
use crate::ports::{Delivery, DeliveryState, Lane, Once, StoreError, Urgency};
use crate::views::{Accepted, AcceptedAt, Arrives};

/// The type of event that says that a task is done.
const TASK_COMPLETION: &str = "task_completion";

/// What the keys of notices begin with in the outbox.
pub(super) const KEY: &str = "notice/";

/// A notice and where it is to go.
pub(crate) struct Telling {
    /// Through which bot.
    pub(crate) session: Option<String>,
    /// Where to, instead of to everybody who wants to be told.
    pub(crate) chat: Option<String>,
    /// In which topic of that chat.
    pub(crate) topic: Option<MessageId>,
    /// The same key twice is one notice.
    pub(crate) key: Option<String>,
    /// What.
    pub(crate) notice: Notice,
}

/// Under which name an agent's conversations are kept and its reading is noted: agents of the same name that belong to
/// different principals are different.
pub(crate) fn reader_of(call: &HereCall) -> String {
    let requester = call.requester();
    if requester.principal == "owner" || requester.agent == requester.principal {
        requester.agent
    } else {
        format!("{}/{}", requester.principal, requester.agent)
    }
}

/// Everything about one notice that its places share.
struct Sending<'a> {
    agent: String,
    once: Once,
    ringing: Ringing,
    class: NoticeClass,
    notice: &'a Notice,
    rendered: Rendered,
}

impl Application {
    /// Accepts a notice: durably queued when it returns, for every place. The same key again gives what was queued
    /// before, and completes what was cut short.
    pub(crate) async fn tell(&self, call: &HereCall, telling: Telling) -> Result<Accepted, Failure> {
        let notice = &telling.notice;
        let bot = self.speaking_bot(&call.caller, telling.session.as_deref()).await?;
        let key = telling.key.as_deref().unwrap_or(&notice.event_id);
        let once = Once { principal: call.caller.principal.clone(), key: format!("{KEY}{key}") };
        let earlier = self.ports().deliveries.of_key(&once).await?;
        if let Some(first) = earlier.first() {
            self.check_same(first.id, notice).await?;
        }
        let places = match self.places_of(&call.caller, &bot, &telling).await {
            Ok(places) => places,
            Err(_) if !earlier.is_empty() => Vec::new(),
            Err(failure) => return Err(failure),
        };
        let known: HashMap<Lane, &Delivery> = earlier.iter().map(|delivery| (delivery.lane, delivery)).collect();
        let new: Vec<Place> = places.into_iter().filter(|place| !known.contains_key(&place.lane)).collect();
        let class = notice.class();
        let sending = Sending {
            agent: reader_of(call),
            once,
            ringing: self.ringing(class).await?,
            class,
            notice,
            rendered: rendered(notice),
        };
        let mut deliveries: Vec<AcceptedAt> =
            earlier.iter().map(|one| accepted_at(one.id, one.lane, one.state)).collect();
        let mut is_new = false;
        if sending.ringing != Ringing::Skip {
            for (at, is_first) in try_join_all(new.iter().map(|place| self.tell_in(&sending, *place))).await? {
                is_new |= is_first;
                deliveries.push(at);
            }
        }
        self.accepted(&sending, deliveries, is_new).await
    }

    /// The id of an event: the agent's, else its key, else a fresh one. A repeat has to say the same.
    pub(crate) fn event_id(&self, given: Option<String>, key: Option<&str>) -> String {
        given.or_else(|| key.map(str::to_owned)).unwrap_or_else(|| self.ports().ids.ordered().simple().to_string())
    }

    async fn places_of(&self, caller: &Caller, bot: &KnownSession, telling: &Telling) -> Result<Vec<Place>, Failure> {
        let Some(chat) = &telling.chat else { return self.audience(caller, bot).await };
        let chat: ChatId = self.allowed_place(caller, bot, chat).await?;
        Ok(vec![Place { lane: Lane { session: bot.id, chat }, topic: telling.topic }])
    }

    /// Puts it into one line; says whether it is new there.
    async fn tell_in(&self, sending: &Sending<'_>, place: Place) -> Result<(AcceptedAt, bool), Failure> {
        let id = DeliveryId(self.ports().ids.ordered());
        let mut send = SendCard::new(place.lane.session, place.lane.chat, sending.rendered.card(id));
        send.topic = place.topic.map(|topic| topic.0);
        send.silent = sending.ringing == Ringing::Silent;
        let urgency = if sending.class == NoticeClass::Progress { Urgency::Progress } else { Urgency::Final };
        let mut delivery = self.delivery_of_card(place.lane, &send, urgency);
        delivery.id = id;
        delivery.once = Some(sending.once.clone());
        delivery.not_before = match sending.ringing {
            Ringing::Held(until) => Some(until),
            Ringing::Aloud | Ringing::Silent | Ringing::Skip => None,
        };
        // How far a task is makes pointless how far it was.
        delivery.replaces = match (&sending.notice.task_id, urgency) {
            (Some(task), Urgency::Progress) => Some(format!("progress/{}/{task}", sending.agent)),
            _ => None,
        };
        let line = Line {
            place: telegraphist_domain::Place {
                session: place.lane.session,
                chat: place.lane.chat,
                topic: place.topic,
                user: None,
            },
            agent: sending.agent.clone(),
        };
        let content = serde_json::to_vec(sending.notice).expect("a notice is plain data");
        let queued = self.write_into(line, Entry { delivery, content }).await?;
        if !queued.is_new {
            self.check_same(queued.id, sending.notice).await?;
        }
        Ok((accepted_at(queued.id, place.lane, DeliveryState::Queued), queued.is_new))
    }

    /// Refuses a key that was used for another notice. One whose text was forgotten cannot be told apart any more.
    async fn check_same(&self, earlier: DeliveryId, notice: &Notice) -> Result<(), Failure> {
        match self.notice_of(earlier).await? {
            Some(earlier) if !earlier.says_the_same(notice) => Err(key_reused()),
            Some(_) | None => Ok(()),
        }
    }

    /// The notice that a delivery carries.
    pub(crate) async fn notice_of(&self, delivery: DeliveryId) -> Result<Option<Notice>, StoreError> {
        let Some(content) = self.ports().contents.content(ContentId(delivery.0)).await? else { return Ok(None) };
        let notice = serde_json::from_slice(content.expose_secret());
        notice.map(Some).map_err(|error| StoreError::Unavailable(error.into()))
    }

    async fn accepted(
        &self,
        sending: &Sending<'_>,
        deliveries: Vec<AcceptedAt>,
        is_new: bool,
    ) -> Result<Accepted, Failure> {
        let is_repeat = !is_new && !deliveries.is_empty();
        if !is_repeat && sending.notice.kind == TASK_COMPLETION {
            self.telemetry().task_completed();
        }
        let (arrives, held_until) = match sending.ringing {
            Ringing::Aloud => (Arrives::Aloud, None),
            Ringing::Silent => (Arrives::Silently, None),
            Ringing::Held(until) => (Arrives::Held, Some(until)),
            Ringing::Skip => (Arrives::Skipped, None),
        };
        let hint = if !is_repeat && arrives == Arrives::Skipped {
            let mode = self.mode().await?.as_str();
            Some(format!("left out: in mode {mode}, or in quiet hours now, people are not told this"))
        } else if self.bridge_state().await? == BridgeState::Stopped {
            Some("delivery is stopped: it waits until somebody calls start_bridge".to_owned())
        } else {
            None
        };
        Ok(Accepted {
            event_id: sending.notice.event_id.clone(),
            is_new,
            arrives: (!is_repeat).then_some(arrives),
            held_until: held_until.filter(|_| !is_repeat),
            deliveries,
            hint,
        })
    }
}

fn accepted_at(id: DeliveryId, lane: Lane, state: DeliveryState) -> AcceptedAt {
    AcceptedAt { delivery_id: id.to_string(), chat: lane.chat.to_string(), state: state.as_str().to_owned() }
}

fn key_reused() -> Failure {
    Failure::new(
        Code::IdempotencyKeyReused,
        "This idempotency_key or event_id was used for another notice.",
        "Use a new one for a new notice.",
    )
}
