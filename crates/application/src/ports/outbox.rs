use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use telegraphist_domain::{ApprovalId, ChatId, ConversationId, DeliveryId, SessionId};

use crate::ports::{Lane, NewDelivery, Once, PartState, StoreError, Urgency};

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its turn, perhaps after attempts that failed.
    Queued,
    /// Handed to Telegram; no answer yet.
    Sending,
    /// Telegram has it.
    Sent,
    /// Telegram refused it; a repeat would meet the same.
    Failed,
    /// Given up after many attempts.
    Dead,
    /// It may have been sent or not; it is never repeated by itself.
    Unknown,
    /// A newer one took its place before it was sent.
    Replaced,
    /// Its time was over before it was sent.
    Expired,
}

impl DeliveryState {
    /// Its name in answers and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
        }
    }

    /// Whether nothing more will happen to it by itself.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending)
    }

    /// Whether somebody should look at it; it is kept until it is queued again.
    pub const fn is_stuck(self) -> bool {
        matches!(self, Self::Failed | Self::Dead | Self::Unknown)
    }
}

/// Why a delivery is unknown that was being sent when its process ended.
pub const CUT_SHORT: &str = "the process ended before Telegram answered";

/// A delivery, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Position among all deliveries; from 1, and grows. Whatever is queued again gets a new one.
    pub position: u64,
    /// Where it keeps its order.
    pub lane: Lane,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The operation's name.
    pub operation: String,
    /// Under which key.
    pub once: Option<Once>,
    /// The dialogue it belongs to.
    pub conversation: Option<ConversationId>,
    /// The question it shows.
    pub approval: Option<ApprovalId>,
    /// When it was queued.
    pub queued: DateTime<Utc>,
    /// When it can be sent, if not at once.
    pub not_before: Option<DateTime<Utc>>,
    /// When it came to its end.
    pub ended: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: u32,
    /// What became of it.
    pub state: DeliveryState,
    /// The messages it became.
    pub message_ids: Vec<i32>,
    /// Why the newest attempt failed; Telegram's words, without texts.
    pub error: Option<String>,
}

/// A delivery that is to be sent now.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Which.
    pub delivery: Delivery,
    /// The operation's arguments as JSON.
    pub body: Vec<u8>,
    /// What became of its parts in earlier attempts.
    pub parts: Vec<(u32, PartState)>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempted {
    /// Telegram has it.
    Sent {
        /// The messages it became.
        message_ids: Vec<i32>,
    },
    /// It is to be tried again, and its lane waits until then.
    Again {
        /// When.
        not_before: DateTime<Utc>,
        /// Why it failed.
        error: String,
    },
    /// Telegram refused it.
    Failed {
        /// Why.
        error: String,
    },
    /// It is given up.
    Dead {
        /// Why the newest attempt failed.
        error: String,
    },
    /// It may have been sent or not.
    Unknown {
        /// What is known.
        error: String,
    },
}

/// A delivery that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// Its id; that of the earlier one where the key was used before in the lane.
    pub id: DeliveryId,
    /// Whether it is new.
    pub is_new: bool,
}

/// What waits to be sent, in order and durable. Deliveries that come with events are queued by
/// [`EventStore::append`](crate::ports::EventStore::append).
#[async_trait]
pub trait Outbox: Send + Sync {
    /// MUST be durable when it returns, all of them or none. Where a key was used before in its lane, MUST queue nothing
    /// and give the earlier delivery. MUST mark those as `Replaced` that still wait and that a new one makes pointless.
    /// Ids are fresh; one that is there already is an error.
    async fn enqueue(&self, deliveries: &[NewDelivery]) -> Result<Vec<Queued>, StoreError>;

    /// What can be sent now in `session`, at most one of each lane: the oldest that waits. MUST leave out the lanes in
    /// `busy`, lanes with one that is `Sending`, and lanes whose oldest waits to be tried again later. One that waits for
    /// `not_before` and was never tried holds up nobody. MUST give the most urgent lanes first, and of equals the one
    /// whose oldest has waited longest; a lane is as urgent as the most urgent that waits its turn in it, so that a
    /// question behind a notice does not wait for the notices to others. MUST mark what it gives as `Sending`, with one
    /// more attempt, durable when it returns; MUST mark as `Expired` instead what of the session is not to be sent any
    /// more.
    async fn claim(
        &self,
        session: SessionId,
        now: DateTime<Utc>,
        busy: &[ChatId],
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError>;

    /// MUST be durable when it returns, all of them or none; replaces the states of the same parts. What is not there is
    /// left alone.
    async fn note_parts(&self, id: DeliveryId, parts: &[(u32, PartState)]) -> Result<(), StoreError>;

    /// Notes parts and how the attempt ended. MUST be durable when it returns, both or neither. Only one that is
    /// `Sending` can end an attempt; any other is left alone.
    async fn finish(
        &self,
        id: DeliveryId,
        parts: &[(u32, PartState)],
        how: &Attempted,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// After a start: what was `Sending` when the process before ended becomes `Unknown`, [`CUT_SHORT`]. Gives them,
    /// oldest first.
    async fn recover(&self, session: SessionId, now: DateTime<Utc>) -> Result<Vec<Delivery>, StoreError>;

    /// Queues again, at the end of its lane and to be sent at once, what has `Failed`, is `Dead` or `Unknown`, with no
    /// attempts yet. Parts that were sent stay so; those that may have been count as unsent. False for any other. When
    /// it expires stays.
    async fn requeue(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<bool, StoreError>;
}

/// Which deliveries are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryQuery {
    /// Only of this session.
    pub session: Option<SessionId>,
    /// Only in these states; all if empty.
    pub states: Vec<DeliveryState>,
    /// Only those that show this question or change its cards.
    pub approval: Option<ApprovalId>,
    /// Only older than this position.
    pub before: Option<u64>,
}

/// How much waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Queued, whenever they can be sent.
    pub queued: u64,
    /// Being sent.
    pub sending: u64,
    /// Failed, dead or unknown.
    pub stuck: u64,
    /// When the next that waits for its time can be sent, later than now by the store's clock; `None` if none waits for
    /// a time.
    pub next: Option<DateTime<Utc>>,
}

/// What became of what was to be sent.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// One of them.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>, StoreError>;
    /// What it says: the operation's arguments as JSON.
    async fn body(&self, id: DeliveryId) -> Result<Option<Vec<u8>>, StoreError>;
    /// Newest first, at most `limit`.
    async fn deliveries(&self, query: &DeliveryQuery, limit: usize) -> Result<Vec<Delivery>, StoreError>;
    /// The one that became this message, whole or in part; the first, where later ones changed it.
    async fn of_message(&self, lane: Lane, message_id: i32) -> Result<Option<Delivery>, StoreError>;
    /// The ones queued under this key, of all lanes, oldest first.
    async fn of_key(&self, once: &Once) -> Result<Vec<Delivery>, StoreError>;
    /// How much waits in a session, or in all.
    async fn backlog(&self, session: Option<SessionId>) -> Result<Backlog, StoreError>;
    /// When the first of a session that waits for a time later than `after` can be sent. Counts nothing, so that it can
    /// be asked after every delivery.
    async fn next_time(&self, session: SessionId, after: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Forgets what ended before `date` and is not stuck. Their keys are forgotten with them.
    async fn forget_sent(&self, date: DateTime<Utc>) -> Result<(), StoreError>;
}
