//! What a caller sends through a bot: queued like everything a bot says, and waited for as long as the caller waits.

use std::collections::HashMap;

use telegraphist_domain::{ChatId, ChatRef};

use crate::application::Application;
use crate::grants::{Place, Reach};
use crate::operation::Refused;
use crate::operations::GetChat;
use crate::pipeline::{Answer, Call, Ended};
use crate::ports::{Delivery, DeliveryState, Lane, NewDelivery, Once, PeerKind, StoreError, TelegramError, Urgency};
use crate::text::Foreign;
use crate::views::{ChatBrief, Sent, SentPart, SentState};

/// Queues the call and waits for its answer. At the deadline it stays queued, and the answer says so.
pub(crate) async fn send(app: &Application, call: &Call, key: &str) -> Ended {
    match queued(app, call, key).await {
        Ok(ended) => ended,
        Err(error) => Ended::Telegram(error),
    }
}

async fn queued(app: &Application, call: &Call, key: &str) -> Result<Ended, TelegramError> {
    let named = call.arguments.target().ok_or(TelegramError::UnknownChat)?;
    let chat = meant(app, call, named).await?;
    check(app, call, chat, &call.step.reach).await?;
    let mut ids = HashMap::from([(named, chat)]);
    let others = if call.step.reach.is_open() { Vec::new() } else { call.arguments.chats() };
    for other in others {
        if !ids.contains_key(other) {
            let id = meant(app, call, other).await?;
            check(app, call, id, &call.step.reach.reading()).await?;
            ids.insert(other, id);
        }
    }
    let lane = Lane { session: call.step.session.id, chat };
    let once = Once { principal: call.caller.principal.clone(), key: key.to_owned() };
    let new = NewDelivery {
        id: telegraphist_domain::DeliveryId(app.ports().ids.ordered()),
        lane,
        urgency: Urgency::Final,
        operation: call.facts.name.to_owned(),
        body: body(call, &ids)?,
        once: Some(once),
        replaces: None,
        conversation: None,
        approval: None,
        not_before: None,
        expires: None,
    };
    // Before it is queued, so that no answer comes too early.
    let mut bell = app.inner.bell.listen();
    let ear = app.inner.bell.lend_ear(new.id);
    let queued = app.enqueue(std::slice::from_ref(&new)).await?;
    let id = queued.first().map_or(new.id, |queued| queued.id);
    let ear = if id == new.id { ear } else { app.inner.bell.lend_ear(id) };
    loop {
        bell.mark_unchanged();
        if let Some(told) = ear.answer() {
            return Ok(match told {
                Ok(answered) => Ended::Done(answered.answer),
                Err(error) => Ended::Telegram(error),
            });
        }
        let delivery = app.ports().deliveries.delivery(id).await?;
        let delivery = delivery.ok_or_else(|| StoreError::Unavailable("a delivery is gone".into()))?;
        if delivery.state.is_final() {
            return Ok(match ear.answer() {
                Some(Ok(answered)) => Ended::Done(answered.answer),
                Some(Err(error)) => Ended::Telegram(error),
                None => of_row(app, delivery, key).await?,
            });
        }
        tokio::select! {
            // Never ends: the application holds the sender.
            _ = bell.changed() => {}
            () = call.step.cancel.cancelled() => return still_queued(app, lane, id, key).await,
            () = tokio::time::sleep_until(call.step.deadline) => return still_queued(app, lane, id, key).await,
        }
    }
}

async fn check(app: &Application, call: &Call, chat: ChatId, reach: &Reach) -> Result<(), TelegramError> {
    let kind = match app.ports().peers.by_id(call.step.session.id, chat).await? {
        Some(peer) => peer.kind,
        None => PeerKind::of(chat),
    };
    reach.check(Place { chat, kind, is_own: false }, TelegramError::UnknownChat)
}

/// The arguments of operations of bots that name a chat.
const CHATS: [&str; 2] = ["chat", "from_chat"];

/// What is queued. Where chats are kept from the caller it names the ones that were checked: a name may be somebody
/// else's by the time it is sent.
fn body(call: &Call, ids: &HashMap<&str, ChatId>) -> Result<Vec<u8>, TelegramError> {
    let written = call.arguments.to_json();
    if call.step.reach.is_open() {
        return Ok(written);
    }
    let unreadable = |error: serde_json::Error| StoreError::Unavailable(error.into());
    let mut arguments: serde_json::Value = serde_json::from_slice(&written).map_err(unreadable)?;
    for name in CHATS {
        let Some(value) = arguments.get_mut(name) else { continue };
        if let Some(id) = value.as_str().and_then(|named| ids.get(named)) {
            *value = id.to_string().into();
        }
    }
    Ok(serde_json::to_vec(&arguments).map_err(unreadable)?)
}

/// The chat that a name in a call means. One that was never seen is asked for.
async fn meant(app: &Application, call: &Call, named: &str) -> Result<ChatId, TelegramError> {
    let session = call.step.session.id;
    let reference: ChatRef = named
        .parse()
        .map_err(|problem: telegraphist_domain::references::NotAChat| Refused::new("chat", problem.to_string()))?;
    match reference {
        ChatRef::Id(id) => Ok(id),
        ChatRef::Username(name) => match app.ports().peers.by_username(session, &name).await? {
            Some(peer) => Ok(peer.id),
            None => asked(app, call, named).await,
        },
        ChatRef::Me | ChatRef::Phone(_) | ChatRef::Invite(_) => {
            Err(Refused::new("chat", "a bot writes to an id, or to the @name of a group or channel").into())
        }
    }
}

async fn asked(app: &Application, call: &Call, named: &str) -> Result<ChatId, TelegramError> {
    let question: GetChat =
        serde_json::from_value(serde_json::json!({ "chat": named })).expect("a chat is all it needs");
    let attempt = Box::new(move |telegram: std::sync::Arc<dyn crate::ports::Telegram>, execution| {
        let asking: futures::future::BoxFuture<'static, _> =
            Box::pin(async move { crate::ports::Execute::<GetChat>::execute(&*telegram, &execution, &question).await });
        asking
    });
    let parts = std::sync::Arc::new(crate::pipeline::NoParts);
    match call.step.attempt(app, attempt, call.step.correlation_id.clone(), parts).await {
        Ended::Done(detail) | Ended::Pending(detail) => {
            detail.chat.chat.id.parse().map(ChatId).map_err(|_| TelegramError::UnknownChat)
        }
        Ended::Telegram(error) => Err(error),
        Ended::NotTried(failure) => Err(TelegramError::Unavailable(Box::new(failure))),
        Ended::Lost => Err(TelegramError::Unavailable("the question was lost".into())),
    }
}

/// What a delivery of an earlier call, or of an earlier life of this process, came to.
async fn of_row(app: &Application, delivery: Delivery, key: &str) -> Result<Ended, TelegramError> {
    let error = || TelegramError::Refused { telegram: delivery.error.clone().unwrap_or_default() };
    Ok(match delivery.state {
        DeliveryState::Sent => {
            let parts = delivery.message_ids.iter().map(|id| SentPart { message_id: Some(*id), ..SentPart::default() });
            let sent = sent(app, delivery.lane, SentState::Sent, parts.collect(), key).await?;
            Ended::Done(Box::new(sent) as Box<dyn Answer>)
        }
        DeliveryState::Unknown => Ended::Telegram(TelegramError::OutcomeUnknown),
        DeliveryState::Failed | DeliveryState::Dead | DeliveryState::Replaced | DeliveryState::Expired => {
            Ended::Telegram(error())
        }
        DeliveryState::Queued | DeliveryState::Sending => still_queued(app, delivery.lane, delivery.id, key).await?,
    })
}

async fn still_queued(
    app: &Application,
    lane: Lane,
    id: telegraphist_domain::DeliveryId,
    key: &str,
) -> Result<Ended, TelegramError> {
    let sent = sent(app, lane, SentState::Queued, Vec::new(), key).await?;
    Ok(Ended::Pending(Box::new(Sent { delivery_id: Some(id.to_string()), ..sent }) as Box<dyn Answer>))
}

async fn sent(
    app: &Application,
    lane: Lane,
    state: SentState,
    items: Vec<SentPart>,
    key: &str,
) -> Result<Sent, TelegramError> {
    let peer = app.ports().peers.by_id(lane.session, lane.chat).await?;
    let (title, username) = peer.map_or_else(|| (lane.chat.to_string(), None), |peer| (peer.name, peer.username));
    let chat = ChatBrief { id: lane.chat.to_string(), title: Foreign::new(title), username };
    Ok(Sent { state, chat, items, idempotency_key: key.to_owned(), delivery_id: None })
}
