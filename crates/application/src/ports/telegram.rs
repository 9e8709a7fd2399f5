use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use telegraphist_domain::{ChatRef, SessionId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::cards::{EditCard, SendCard};
use crate::grants::{Circle, Place, Reach};
use crate::operation::{Operation, Refused};
use crate::operations::*;
use crate::ports::{FileError, PartState, StoreError};

/// Performs one kind of operation on Telegram.
#[async_trait]
pub trait Execute<O: Operation>: Send + Sync {
    /// One attempt, without retries of its own. Ends by `call.deadline` and on `call.cancel`.
    async fn execute(&self, call: &Execution, operation: &O) -> Result<O::Output, TelegramError>;
}

/// Knows what chat policy asks of an account.
#[async_trait]
pub trait Acquainted: Send + Sync {
    /// Whom the account knows and how it sorts its chats, as it was a minute ago at most. MUST fail rather than leave
    /// anything out.
    async fn circle(&self, call: &Execution) -> Result<Arc<Circle>, TelegramError>;
    /// Which chat is meant, looked up as an operation would, and held against `call.reach`.
    async fn place(&self, call: &Execution, chat: &ChatRef) -> Result<Place, TelegramError>;
}

macro_rules! telegram {
    ($($operation:ident),* $(,)?) => {
        /// Everything that can be performed in one session, one line each. Object safe: the pipeline holds it as
        /// `Arc<dyn Telegram>`, whichever adapter is behind it. An adapter MUST hold every chat that it is given, in
        /// whatever way, against `call.reach`, and leave out of lists what it does not see.
        pub trait Telegram: $(Execute<$operation> +)* Acquainted + Send + Sync {}
        impl<T> Telegram for T where T: $(Execute<$operation> +)* Acquainted + Send + Sync {}
    };
}

telegram! {
    GetMe,
    ListChats,
    FindChats,
    GetChat,
    ListMembers,
    ListTopics,
    MarkRead,
    ReadMessages,
    SearchMessages,
    GetMessages,
    SendMessage,
    EditMessage,
    DeleteMessages,
    ForwardMessages,
    PinMessage,
    ReactToMessage,
    ResolveLink,
    LinkMessage,
    SendFile,
    DownloadMedia,
    ViewMedia,
    ListContacts,
    AddContact,
    DeleteContact,
    BlockUser,
    UnblockUser,
    SendCard,
    EditCard,
}

/// Gives the connected adapter of a session.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Connects if need be: single flight per session, no lock held across the network for others. Fails with
    /// `NeedsLogin` where the session is not signed in.
    async fn telegram(&self, session: SessionId) -> Result<Arc<dyn Telegram>, TelegramError>;
    /// Disconnects; the next call connects again.
    async fn disconnect(&self, session: SessionId);
    /// Keeps the session connected, once it is, until the pin is gone: somebody listens to its updates. Costs nothing
    /// where connections are not given up.
    fn pin(&self, _session: SessionId) -> Pinned {
        Pinned::default()
    }
    /// Whether the session has a connection now; `None` where there is nothing that lasts from call to call.
    fn is_connected(&self, _session: SessionId) -> Option<bool> {
        None
    }
    /// Waits for a login that turned out to be lost without anybody having called. MUST tell each loss once.
    async fn lost_login(&self) -> LostLogin {
        std::future::pending().await
    }
}

/// A session that stays connected for as long as this is kept.
#[derive(Default)]
pub struct Pinned {
    _guard: Option<Box<dyn Send + Sync>>,
}

impl Pinned {
    /// Ends when `guard` is dropped.
    pub fn by(guard: impl Send + Sync + 'static) -> Self {
        Self { _guard: Some(Box::new(guard)) }
    }
}

/// A login that Telegram does not accept any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostLogin {
    /// Whose it was.
    pub session: SessionId,
    /// For people; Telegram's constant where there is one.
    pub reason: String,
}

/// Everything about one attempt besides the arguments.
pub struct Execution {
    /// In which session.
    pub session: SessionId,
    /// Its name, for answers that say it.
    pub session_name: String,
    /// The caller's key or one made for the call; `random_id = hash(session, key, part)`.
    pub key: String,
    /// When to give up.
    pub deadline: Instant,
    /// A wait of at most this, that fits the deadline, is waited out rather than reported.
    pub wait_max: Duration,
    /// The caller is gone.
    pub cancel: CancellationToken,
    /// Finds the call in logs.
    pub correlation_id: String,
    /// Tells a watching caller how far it is.
    pub progress: Arc<dyn Progress>,
    /// What became of each part of a write; durable.
    pub parts: Arc<dyn Parts>,
    /// Opens and seals cursors bound to this session and these arguments.
    pub cursors: Cursors,
    /// Which chats there are for the caller.
    pub reach: Reach,
}

/// Hears how far a long call is.
pub trait Progress: Send + Sync {
    /// `done` of `total` (bytes, parts or seconds), and one line for people, without message texts.
    fn report(&self, done: u64, total: Option<u64>, message: &str);
}

/// The parts of a keyed write: a split text, an album.
#[async_trait]
pub trait Parts: Send + Sync {
    /// What an earlier attempt under the same key left.
    async fn known(&self, part: u32) -> Result<Option<PartState>, StoreError>;
    /// MUST be durable when it returns.
    async fn note(&self, part: u32, state: PartState) -> Result<(), StoreError>;
}

/// Makes the text of a cursor from a position's bytes.
pub(crate) type Seal = Arc<dyn Fn(&[u8]) -> String + Send + Sync>;

/// Opaque, signed positions in lists; live 24 hours.
#[derive(Clone)]
pub struct Cursors {
    pub(crate) seal: Seal,
    pub(crate) position: Option<Vec<u8>>,
}

impl Cursors {
    /// For what has no pages.
    pub fn none() -> Self {
        Self { seal: Arc::new(|_| String::new()), position: None }
    }

    /// The position that the caller's cursor holds; `None` at the start of a list. The pipeline has checked its seal,
    /// so a position that does not decode was made by another version.
    pub fn position<P: DeserializeOwned>(&self) -> Result<Option<P>, Refused> {
        let Some(bytes) = &self.position else {
            return Ok(None);
        };
        serde_json::from_slice(bytes)
            .map(Some)
            .map_err(|_| Refused::new("cursor", "was made by another version; start again without it"))
    }

    /// A cursor for `position`.
    pub fn seal(&self, position: &impl Serialize) -> String {
        let bytes = serde_json::to_vec(position).expect("positions are plain data");
        (self.seal)(&bytes)
    }
}

/// Why Telegram did not do it; what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    /// The session must sign in: it was revoked, logged out elsewhere, or never finished.
    #[error("the session is not signed in: {reason}")]
    NeedsLogin {
        /// For people; Telegram's constant where there is one.
        reason: String,
    },
    /// As many sessions are connected as may be, and all of them are in use.
    #[error("as many sessions are in use as may be connected")]
    Overloaded {
        /// When one of them may have become free.
        retry_after: Duration,
    },
    /// No such chat.
    #[error("there is no such chat")]
    UnknownChat,
    /// A bare id that this account never saw.
    #[error("this id was never seen by the account")]
    UnseenId,
    /// The chat is kept from the caller, who is told what would be told of one that nobody has.
    #[error("the chat is kept from the caller")]
    Hidden(#[source] Box<TelegramError>),
    /// The caller may look at the chat and change nothing in it.
    #[error("the caller may not write in this chat")]
    NotToWrite,
    /// It is by a stranger, and the caller is shown nothing by strangers.
    #[error("it is by a stranger")]
    Withheld,
    /// No such message.
    #[error("there is no such message in this chat")]
    UnknownMessage,
    /// An argument that Telegram does not accept.
    #[error(transparent)]
    Invalid(#[from] Refused),
    /// Telegram forbids it here.
    #[error("Telegram forbids it: {telegram}")]
    Forbidden {
        /// Telegram's constant, for example `CHAT_WRITE_FORBIDDEN`.
        telegram: String,
    },
    /// A bot cannot do it.
    #[error("bots cannot do this")]
    Unsupported {
        /// What to do instead.
        instead: &'static str,
    },
    /// Telegram asks to wait.
    #[error("Telegram asks to wait {retry_after:?}")]
    RateLimited {
        /// How long.
        retry_after: Duration,
        /// The method that is limited, remembered with the account.
        method: String,
    },
    /// A write was handed over and no answer came; it may have been executed.
    #[error("the outcome is unknown")]
    OutcomeUnknown,
    /// Some parts of a write were sent.
    #[error("only a part was sent")]
    Partial {
        /// Ids of the parts sent.
        sent: Vec<i32>,
        /// Why it did not go on.
        #[source]
        cause: Box<TelegramError>,
    },
    /// The deadline passed; nothing was changed.
    #[error("the deadline passed")]
    DeadlineExceeded,
    /// The caller cancelled; nothing was changed.
    #[error("cancelled")]
    Cancelled,
    /// Telegram cannot be reached, or has an error of its own; nothing was changed.
    #[error("Telegram is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A refusal without a variant of its own.
    #[error("Telegram refused: {telegram}")]
    Refused {
        /// Telegram's constant.
        telegram: String,
    },
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TelegramError {
    /// Whether a list of the caller's chats is why.
    pub(crate) const fn is_denial(&self) -> bool {
        matches!(self, Self::Hidden(_) | Self::NotToWrite | Self::Withheld)
    }
}
