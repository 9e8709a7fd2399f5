//! What the application needs from outside, by role. A port owns its error enum, which says what the caller can do.
//!
//! Every port has an in-memory adapter and a contract suite that every adapter runs; except [`Telegram`], whose second
//! side is the sandbox.

mod approvals;
mod audit_log;
mod bots;
mod clock;
mod contents;
mod conversations;
mod event_store;
mod files;
mod idempotency;
mod inbox;
mod key_place;
mod leases;
mod limiter;
mod machine;
mod outbox;
mod peers;
mod people;
mod preferences;
mod sign_in;
mod telegram;
mod together;
mod tokens;
mod vault;
mod views;

pub use approvals::{ApprovalQuery, Approvals, Rule, RuleQuestion, Rules};
pub use audit_log::{AuditEntry, AuditLog, AuditRow, Breach, Tampering, Verification};
pub use bots::{
    BotCommand, BotHealth, Bots, BroughtError, Heard, HeardIn, HeardMessage, Reception, ReceptionState, Speaker, Tap,
    TapAnswer,
};
pub use clock::{Clock, Ids};
pub use contents::Contents;
pub use conversations::{Conversations, Spoken, SpokenQuery};
pub use event_store::{AppendError, EventStore, Loaded, Version};
pub use files::{FetchLimits, FileError, Files, Incoming, Outgoing, ReadHandle, Sink, WriteHandle};
pub use idempotency::{CallKey, Claim, Entry, Idempotency, Outcome, PartState};
pub use inbox::{Handling, Inbox, InboxEntry, InboxRow};
pub use key_place::{KeyPlace, KeyPlaceKind};
pub use leases::{Lease, Leases};
pub use limiter::{BucketKey, Limiter, Rate, Verdict};
pub use machine::{Machine, Memory, Usage};
pub use outbox::{
    Attempted, Backlog, CUT_SHORT, Claimed, Deliveries, Delivery, DeliveryQuery, DeliveryState, Outbox, Queued,
};
pub use peers::{DcAddress, KnownPeer, PeerKind, Peers, UpdateMark};
pub use people::{Group, Pairing, People, Person, Role};
pub use preferences::{Marks, Preferences};
pub use sign_in::{ApiCredentials, CodeSent, CodeWay, ImportedKey, QrStep, SignIn, SignInError, SignInStep, SignedIn};
pub use telegram::{
    Acquainted, Connections, Cursors, Execute, Execution, LostLogin, Parts, Pinned, Progress, Telegram, TelegramError,
};
pub use together::{Content, Lane, NewDelivery, Once, Together, Urgency};
pub use tokens::{Added, KnownToken, Token, Tokens};
pub use vault::{SecretName, Vault, VaultError};
pub use views::Views;

/// Why a store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full or a quota is reached: free space, then repeat.
    #[error("the store has no space left")]
    Full(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store cannot be reached or is damaged: look at the log, then repeat.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The vault key is missing or another one.
    #[error(transparent)]
    Vault(#[from] VaultError),
}
