//! The domain: what sessions, conversations and approvals are and what may happen to them.
//!
//! Pure. Nothing here knows what time it is, can fail to reach anything, or has heard of JSON; time, randomness and
//! ids arrive as arguments. Start with [`Session`], then [`Approval`].

mod aggregate;
pub mod approval;
pub mod conversation;
mod ids;
pub mod references;
pub mod session;
mod timestamp;

pub use aggregate::Aggregate;
pub use approval::{Approval, ApprovalEvent, ApprovalState};
pub use conversation::{Conversation, ConversationEvent, ConversationStatus, Place};
pub use ids::{ApprovalId, ChatId, ContentId, ConversationId, DeliveryId, MessageId, SessionId, TokenId, UserId};
pub use references::{Bare, ChatRef, MessageRef};
pub use session::{Session, SessionEvent, SessionKind, SessionName, SessionState};
pub use timestamp::Timestamp;
