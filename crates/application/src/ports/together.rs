use telegraphist_domain::{ApprovalId, ChatId, ContentId, ConversationId, DeliveryId, SessionId};

use chrono::{DateTime, Utc};

/// What is written with events, in the same transaction: all of it or nothing.
#[derive(Default)]
pub struct Together {
    /// Texts that the events speak of.
    pub contents: Vec<Content>,
    /// What is to be sent because of them.
    pub deliveries: Vec<NewDelivery>,
}

/// A text at rest: sealed, and apart from the events that carry its id, so that it can be forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Its id.
    pub id: ContentId,
    /// What it is; JSON or text, as whoever wrote it knows.
    pub bytes: Vec<u8>,
}

/// Where deliveries keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane {
    /// Through which login.
    pub session: SessionId,
    /// To which chat.
    pub chat: ChatId,
}

/// How urgent a delivery is; the most urgent lane goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Urgency {
    /// Somebody waits for it: a question, an answer to a tap.
    Interactive,
    /// An answer or a notice; never dropped.
    Final,
    /// How far something is; a newer one makes it pointless.
    Progress,
    /// Gone in seconds anyway: drafts and "is typing".
    Fleeting,
}

/// Who said that something is to be sent, and under which key: the same twice is sent once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Once {
    /// Whose key it is.
    pub principal: String,
    /// The key, or the id of the event.
    pub key: String,
}

/// Something to be sent: an operation as data.
#[derive(Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it keeps its order.
    pub lane: Lane,
    /// How urgent it is.
    pub urgency: Urgency,
    /// The operation's name.
    pub operation: String,
    /// Its arguments as JSON; sealed at rest.
    pub body: Vec<u8>,
    /// Under which key, within its lane.
    pub once: Option<Once>,
    /// What it makes pointless: unsent deliveries of its lane with the same mark.
    pub replaces: Option<String>,
    /// The dialogue it belongs to.
    pub conversation: Option<ConversationId>,
    /// The question it shows.
    pub approval: Option<ApprovalId>,
    /// Not to be sent before; what comes later in the lane does not wait for it.
    pub not_before: Option<DateTime<Utc>>,
    /// Not to be sent any more after.
    pub expires: Option<DateTime<Utc>>,
}
