//! Sends that must not happen twice.
//!
//! The Bot API does not know a message again that it was given before. So the state of each part is durable: `Started`
//! before it is handed over, `Sent` after the answer, `Unsent` where it is certain that nothing was sent. A repeat under
//! the same key goes on with what is unsent; what may have been sent is never sent again.

use serde::Deserialize;
use serde_json::value::RawValue;
use telegraphist_application::ports::{Execution, KnownPeer, PartState, TelegramError};
use telegraphist_application::text::Formatted;
use telegraphist_application::views::{Sent, SentPart, SentState};

use crate::account::BotAccount;
use crate::api::{Chat, moment};
use crate::convert::brief_of;

/// A message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delivered {
    /// None where it is certain that it was sent, but not as which.
    pub(super) message_id: Option<i32>,
    /// Unix seconds.
    pub(super) date: Option<i64>,
}

/// Sent, nobody knows as which message.
pub(super) const UNKNOWN: Delivered = Delivered { message_id: None, date: None };

/// What of an answer says what was sent.
#[derive(Deserialize)]
pub(super) struct Receipt {
    pub(super) message_id: i32,
    date: Option<i64>,
    pub(super) chat: Option<Chat>,
}

impl Receipt {
    pub(super) fn delivered(&self) -> Delivered {
        Delivered { message_id: Some(self.message_id), date: self.date }
    }
}

impl BotAccount {
    /// What the answer to a send says. That it does not read changes nothing of what was sent.
    pub(super) async fn receipt(&self, call: &Execution, answer: &RawValue) -> Delivered {
        match serde_json::from_str::<Receipt>(answer.get()) {
            Ok(receipt) => {
                if let Some(chat) = &receipt.chat {
                    self.learn_chat(call, chat).await;
                }
                receipt.delivered()
            }
            Err(_) => UNKNOWN,
        }
    }
}

/// Sends one part, unless it was sent before.
pub(super) async fn once(
    call: &Execution,
    part: u32,
    sending: impl Future<Output = Result<Delivered, TelegramError>>,
) -> Result<Delivered, TelegramError> {
    let sent = together(call, part..part + 1, async { Ok(vec![sending.await?]) }).await?;
    Ok(sent.first().copied().unwrap_or(UNKNOWN))
}

/// Sends several parts in one request, unless they were sent before.
pub(super) async fn together(
    call: &Execution,
    parts: std::ops::Range<u32>,
    sending: impl Future<Output = Result<Vec<Delivered>, TelegramError>>,
) -> Result<Vec<Delivered>, TelegramError> {
    if let Some(earlier) = earlier(call, parts.clone()).await? {
        return Ok(earlier);
    }
    for part in parts.clone() {
        call.parts.note(part, PartState::Started { after: None }).await?;
    }
    match sending.await {
        Ok(mut sent) => {
            // Fewer may have gone out than were asked for.
            sent.resize(parts.len(), UNKNOWN);
            for (part, delivered) in parts.zip(&sent) {
                note(call, part, PartState::Sent { message_id: delivered.message_id, date: delivered.date }).await;
            }
            Ok(sent)
        }
        Err(TelegramError::OutcomeUnknown) => Err(TelegramError::OutcomeUnknown),
        Err(error) => {
            for part in parts {
                note(call, part, PartState::Unsent).await;
            }
            Err(error)
        }
    }
}

/// What an earlier attempt sent, if it sent anything.
async fn earlier(call: &Execution, parts: std::ops::Range<u32>) -> Result<Option<Vec<Delivered>>, TelegramError> {
    let mut sent = Vec::new();
    let mut is_sent = false;
    for part in parts {
        match call.parts.known(part).await? {
            Some(PartState::Sent { message_id, date }) => {
                is_sent = true;
                sent.push(Delivered { message_id, date });
            }
            Some(PartState::Started { .. }) => sent.push(UNKNOWN),
            Some(PartState::Unsent) | None => {}
        }
    }
    match (is_sent, sent.is_empty()) {
        // They go in one request: one that is noted as sent proves that all were.
        (true, _) => Ok(Some(sent)),
        (false, true) => Ok(None),
        (false, false) => Err(TelegramError::OutcomeUnknown),
    }
}

/// Notes what became of a part. What was done is done, whatever the store says: without the note, the part counts as one
/// that may have been sent.
async fn note(call: &Execution, part: u32, state: PartState) {
    if let Err(error) = call.parts.note(part, state).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(correlation_id = %call.correlation_id, part, error, "what became of a part was not kept");
    }
}

/// The failure of a send of which some parts are out.
pub(super) fn partial(sent: &[Delivered], cause: TelegramError) -> TelegramError {
    if sent.is_empty() {
        return cause;
    }
    TelegramError::Partial { sent: sent.iter().filter_map(|part| part.message_id).collect(), cause: Box::new(cause) }
}

/// The answer to a send.
pub(super) fn sent(call: &Execution, peer: &KnownPeer, parts: Vec<Delivered>) -> Sent {
    let items = parts.into_iter().map(|part| SentPart {
        message_id: part.message_id,
        date: part.date.map(moment),
        text: None,
        entities: Vec::new(),
        file: None,
    });
    answer(call, peer, SentState::Sent, items.collect())
}

/// The answer to a dry run.
pub(super) fn preview(call: &Execution, peer: &KnownPeer, items: Vec<SentPart>) -> Sent {
    answer(call, peer, SentState::DryRun, items)
}

fn answer(call: &Execution, peer: &KnownPeer, state: SentState, items: Vec<SentPart>) -> Sent {
    Sent { state, chat: brief_of(peer), items, idempotency_key: call.key.clone(), delivery_id: None }
}

/// A part as a dry run shows it.
pub(super) fn shown(part: Formatted) -> SentPart {
    SentPart {
        message_id: None,
        date: None,
        entities: part.entities.iter().map(ToString::to_string).collect(),
        text: Some(part.text),
        file: None,
    }
}
