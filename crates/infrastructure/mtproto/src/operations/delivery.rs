//! Sends that must not happen twice.
//!
//! Each part of a send has a `random_id` of its own, derived from the session, the key and the part's number, and its
//! state is durable: `Started` before it is handed over, `Sent` after the answer. So a repeat under the same key goes
//! on with what is unsent and may hand over again what is uncertain: Telegram drops the second of a `random_id`, and
//! the first is then looked up.

use chrono::{DateTime, Utc};
use grammers_tl_types as tl;
use sha2::{Digest as _, Sha256};
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, KnownPeer, PartState, TelegramError};
use telegraphist_application::views::{Sent, SentPart, SentState};

use super::PAGE_MAX;
use super::batch::Batch;
use super::receipt::Delivered;
use crate::account::{Account, Does};
use crate::convert::{author_of, brief_of, id_of, moment};
use crate::peers::chat_id;

/// Sooner than this Telegram sends at once instead of scheduling.
const SCHEDULE_AHEAD_MIN_SECONDS: i64 = 10;

/// How one part stands before it is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing was tried yet.
    Unsent,
    /// An earlier attempt handed it over and never learnt the outcome.
    Uncertain {
        /// The newest own id known before that attempt.
        after: Option<i32>,
    },
    /// Sent by an earlier attempt.
    Sent(Delivered),
}

/// What a message looks like that may have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Likeness {
    /// Text or caption.
    pub(super) text: String,
    /// Whether a file is attached.
    pub(super) has_file: bool,
}

/// Where to look for messages that may have been sent.
#[derive(Clone, Copy)]
pub(super) struct Trace<'a> {
    pub(super) peer: &'a KnownPeer,
    /// Above this id.
    pub(super) after: Option<i32>,
    /// Among those that wait for their time.
    pub(super) is_scheduled: bool,
}

/// The number by which Telegram knows a part again; never 0.
pub(super) fn random_id(call: &Execution, part: u32) -> i64 {
    let mut hash = Sha256::new();
    hash.update(call.session.0.as_bytes());
    hash.update(call.key.as_bytes());
    hash.update(part.to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let first = digest.first_chunk().expect("a digest has more than 8 bytes");
    match i64::from_be_bytes(*first) {
        0 => 1,
        id => id,
    }
}

/// Whether Telegram has seen this `random_id` before.
pub(super) fn is_duplicate(error: &TelegramError) -> bool {
    matches!(error, TelegramError::Refused { telegram } if telegram == "RANDOM_ID_DUPLICATE")
}

/// How a part stands.
pub(super) async fn standing(call: &Execution, part: u32) -> Result<Standing, TelegramError> {
    Ok(match call.parts.known(part).await? {
        None | Some(PartState::Unsent) => Standing::Unsent,
        Some(PartState::Started { after }) => Standing::Uncertain { after },
        Some(PartState::Sent { message_id, date }) => {
            Standing::Sent(Delivered { message_id, date: date.and_then(|date| i32::try_from(date).ok()) })
        }
    })
}

/// Notes that a part is about to be handed over.
pub(super) async fn note_started(call: &Execution, part: u32, after: Option<i32>) -> Result<(), TelegramError> {
    Ok(call.parts.note(part, PartState::Started { after }).await?)
}

/// Notes that a part was sent. The message is out whatever the store says: if the note is lost, a repeat finds it by
/// its `random_id`.
pub(super) async fn note_sent(call: &Execution, part: u32, delivered: Delivered) {
    let state = PartState::Sent { message_id: delivered.message_id, date: delivered.date.map(i64::from) };
    if let Err(error) = call.parts.note(part, state).await {
        tracing::warn!(
            correlation_id = %call.correlation_id,
            part,
            error = &error as &dyn std::error::Error,
            "a part was sent and its note was not kept"
        );
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
pub(super) fn sent(
    call: &Execution,
    peer: &KnownPeer,
    is_scheduled: bool,
    parts: impl IntoIterator<Item = Delivered>,
) -> Sent {
    Sent {
        state: if is_scheduled { SentState::Scheduled } else { SentState::Sent },
        chat: brief_of(peer),
        items: parts.into_iter().map(sent_part).collect(),
        idempotency_key: call.key.clone(),
        delivery_id: None,
    }
}

/// The answer to a dry run.
pub(super) fn preview(call: &Execution, peer: &KnownPeer, items: Vec<SentPart>) -> Sent {
    Sent { state: SentState::DryRun, chat: brief_of(peer), items, idempotency_key: call.key.clone(), delivery_id: None }
}

fn sent_part(delivered: Delivered) -> SentPart {
    SentPart {
        message_id: delivered.message_id,
        date: delivered.date.map(moment),
        text: None,
        entities: Vec::new(),
        file: None,
    }
}

/// The topic as Telegram wants to hear it: messages are in the general one by not being in another.
pub(super) fn topic_id(topic: Option<i32>) -> Option<i32> {
    const GENERAL: i32 = 1;
    topic.filter(|topic| *topic != GENERAL)
}

/// What a message answers and the topic it goes to, as Telegram wants to hear it.
pub(super) fn reply_to(reply_to: Option<i32>, topic: Option<i32>) -> Option<tl::enums::InputReplyTo> {
    let topic = topic_id(topic);
    let reply_to_msg_id = reply_to.or(topic)?;
    Some(
        tl::types::InputReplyToMessage {
            reply_to_msg_id,
            top_msg_id: topic.filter(|topic| *topic != reply_to_msg_id),
            reply_to_peer_id: None,
            quote_text: None,
            quote_entities: None,
            quote_offset: None,
            monoforum_peer_id: None,
            todo_item_id: None,
            poll_option: None,
        }
        .into(),
    )
}

impl Account {
    /// The time to send at, checked.
    pub(super) fn schedule_date(&self, schedule: Option<DateTime<Utc>>) -> Result<Option<i32>, TelegramError> {
        let Some(time) = schedule else {
            return Ok(None);
        };
        let ahead = time.signed_duration_since(self.clock().now()).num_seconds();
        let date = i32::try_from(time.timestamp()).ok();
        match date.filter(|_| ahead >= SCHEDULE_AHEAD_MIN_SECONDS) {
            Some(date) => Ok(Some(date)),
            None => Err(Refused::new("schedule", "must lie in the future and before 2038").into()),
        }
    }

    /// Looks among own messages for those that Telegram says were sent, one by one in the order of `wanted`. That they
    /// were sent is certain: where looking fails, their ids stay unknown.
    pub(super) async fn find_sent(&self, call: &Execution, trace: Trace<'_>, wanted: &[Likeness]) -> Vec<Delivered> {
        match self.sent_since(call, trace).await {
            Ok(own) => assign(&own, wanted),
            Err(error) => {
                tracing::warn!(
                    correlation_id = %call.correlation_id,
                    error = &error as &dyn std::error::Error,
                    "messages that were sent could not be looked up"
                );
                vec![UNKNOWN; wanted.len()]
            }
        }
    }

    async fn sent_since(
        &self,
        call: &Execution,
        trace: Trace<'_>,
    ) -> Result<Vec<(Delivered, Likeness)>, TelegramError> {
        let peer = Self::input_peer(trace.peer);
        let batch = if trace.is_scheduled {
            let request = tl::functions::messages::GetScheduledHistory { peer, hash: 0 };
            // Scheduled messages have numbers of their own, which say nothing about the newest id.
            self.invoke_as::<_, Batch>(call, Does::Reads, &request).await?
        } else {
            let page = PAGE_MAX as i32;
            let request = tl::functions::messages::GetHistory {
                peer,
                offset_id: trace.after.map_or(0, |after| after.saturating_add(1)),
                offset_date: 0,
                add_offset: if trace.after.is_some() { -page } else { 0 },
                limit: page,
                max_id: 0,
                min_id: trace.after.unwrap_or(0),
                hash: 0,
            };
            self.messages(call, &request).await?
        };
        let above = if trace.is_scheduled { None } else { trace.after };
        Ok(self.own_messages(&batch, above))
    }

    /// Own messages above an id, oldest first, with what they look like.
    fn own_messages(&self, batch: &Batch, above: Option<i32>) -> Vec<(Delivered, Likeness)> {
        let mut own: Vec<_> = batch
            .messages
            .iter()
            .filter(|message| above.is_none_or(|above| id_of(message) > above))
            .filter_map(|message| match message {
                tl::enums::Message::Message(inner) => Some((message, inner)),
                tl::enums::Message::Empty(_) | tl::enums::Message::Service(_) => None,
            })
            .filter(|(message, inner)| {
                inner.out || author_of(message, self.own_id()).is_some_and(|author| chat_id(&author).0 == self.own_id())
            })
            .map(|(_, inner)| (delivered(inner), likeness(inner)))
            .collect();
        own.sort_by_key(|(delivered, _)| delivered.message_id);
        own
    }
}

fn delivered(message: &tl::types::Message) -> Delivered {
    Delivered { message_id: Some(message.id), date: Some(message.date) }
}

/// What a message looks like; the preview of a link is no file.
pub(super) fn likeness(message: &tl::types::Message) -> Likeness {
    use tl::enums::MessageMedia as Media;
    Likeness {
        text: message.message.clone(),
        has_file: !matches!(message.media, None | Some(Media::Empty | Media::WebPage(_))),
    }
}

/// Sent, nobody knows as which message.
const UNKNOWN: Delivered = Delivered { message_id: None, date: None };

/// Gives each wanted message its own, where there is no doubt: as many alike were found as were wanted.
fn assign(own: &[(Delivered, Likeness)], wanted: &[Likeness]) -> Vec<Delivered> {
    wanted
        .iter()
        .enumerate()
        .map(|(n, like)| {
            let mut found = own.iter().filter(|(_, other)| other.is_like(like));
            let before = wanted[..n].iter().filter(|other| *other == like).count();
            let alike = wanted.iter().filter(|other| *other == like).count();
            if found.clone().count() == alike {
                found.nth(before).map_or(UNKNOWN, |(delivered, _)| *delivered)
            } else {
                UNKNOWN
            }
        })
        .collect()
}

impl Likeness {
    /// Telegram trims texts on the way in.
    fn is_like(&self, other: &Self) -> bool {
        self.has_file == other.has_file && self.text.trim() == other.text.trim()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Likeness {
        Likeness { text: text.to_owned(), has_file: false }
    }

    fn own(id: i32, text_of: &str) -> (Delivered, Likeness) {
        let delivered = Delivered { message_id: Some(id), date: Some(0) };
        (delivered, text(text_of))
    }

    fn ids(found: &[Delivered]) -> Vec<Option<i32>> {
        found.iter().map(|delivered| delivered.message_id).collect()
    }

    #[test]
    fn one_match_is_the_answer_and_two_are_none() {
        let sent = [own(5, "yes"), own(6, "no"), own(7, "yes")];
        assert_eq!(ids(&assign(&sent, &[text("no")])), [Some(6)]);
        assert_eq!(ids(&assign(&sent, &[text("yes")])), [None]);
        assert_eq!(ids(&assign(&sent, &[text("maybe")])), [None]);
    }

    #[test]
    fn parts_that_look_alike_are_told_apart_by_their_order() {
        let sent = [own(5, "yes"), own(6, "yes")];
        let found = assign(&sent, &[text("yes"), text("yes")]);
        assert_eq!(ids(&found), [Some(5), Some(6)]);
    }

    #[test]
    fn a_reply_in_a_topic_names_both() {
        let header = |reply, topic| match reply_to(reply, topic) {
            Some(tl::enums::InputReplyTo::Message(to)) => Some((to.reply_to_msg_id, to.top_msg_id)),
            _ => None,
        };
        assert_eq!(header(None, None), None);
        assert_eq!(header(Some(9), None), Some((9, None)));
        assert_eq!(header(None, Some(7)), Some((7, None)));
        assert_eq!(header(Some(9), Some(7)), Some((9, Some(7))));
        assert_eq!(header(None, Some(1)), None);
        assert_eq!((topic_id(Some(1)), topic_id(Some(7))), (None, Some(7)));
    }
}
