//! What a tool is: a plain struct of arguments, its answer, and the facts that policy and budgets need.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lockdown::Withhold;
use crate::readable::Readable;

/// A command or query that a caller may send. The struct is at once the tool's input, so there is no second
/// description to drift from it: doc comments of the struct and its fields are what a model reads.
///
/// Operations do not implement `Debug`: they carry message texts, phone numbers and file contents.
pub trait Operation: Serialize + DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// What it answers; kept for repeated calls, hence both directions.
    type Output: Readable + Withhold + Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// Its static facts.
    const FACTS: Facts;

    /// The session the caller named, by name or id.
    fn session(&self) -> Option<&str>;

    /// The chats it touches as the caller named them, for chat policy and audit.
    fn chats(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The chat it writes to, as the caller named it.
    fn target(&self) -> Option<&str> {
        self.chats().first().copied()
    }

    /// The caller's idempotency key; `None` too where the operation takes none.
    fn idempotency_key(&self) -> Option<&str> {
        None
    }

    /// Whether the caller confirmed an effect that cannot be undone.
    fn is_confirmed(&self) -> bool {
        false
    }

    /// Whether only a preview is wanted; a dry run reads.
    fn is_dry_run(&self) -> bool {
        false
    }

    /// When it is to happen, if not now.
    fn schedule(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// The cursor to go on from.
    fn cursor(&self) -> Option<&str> {
        None
    }

    /// Refuses arguments that no Telegram would accept, before anything is spent on them.
    fn check(&self) -> Result<(), Refused> {
        Ok(())
    }
}

/// An argument that cannot be used, and what to give instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{argument}: {problem}")]
pub struct Refused {
    /// The argument's name.
    pub argument: &'static str,
    /// What is wrong and what to do, without quoting the value.
    pub problem: String,
}

impl Refused {
    /// A refusal of `argument`.
    pub fn new(argument: &'static str, problem: impl Into<String>) -> Self {
        Self { argument, problem: problem.into() }
    }
}

/// What is known about an operation before it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// The stem: tool name, metric label, span and file name. `[a-z0-9_]{1,40}`.
    pub name: &'static str,
    /// For people, in a client's list.
    pub title: &'static str,
    /// The set it is switched on with.
    pub toolset: Toolset,
    /// What it does to the world.
    pub effect: Effect,
    /// What a caller needs.
    pub scope: Scope,
    /// What Telegram counts it under.
    pub class: Class,
    /// Whether a repeated call has no further effect.
    pub is_idempotent: bool,
    /// Whether it takes an idempotency key, and its outcome is kept under it.
    pub is_keyed: bool,
}

macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in configuration, flags and labels.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The one of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }
    };
}

closed_set! {
    /// Tools that are switched on together.
    Toolset {
        /// Who am I.
        Account => "account",
        /// Chats and their members.
        Chats => "chats",
        /// Reading, searching and writing.
        Messages => "messages",
        /// Files.
        Media => "media",
        /// The address book; not on by default.
        Contacts => "contacts",
        /// Telling people what happened; on by default where there is a bot.
        Notify => "notify",
        /// Asking people before something is done; on by default where there is a bot.
        Approvals => "approvals",
    }
}

closed_set! {
    /// What an operation does to the world.
    Effect {
        /// Nothing.
        Reads => "reads",
        /// Something that can be undone or overwritten.
        Writes => "writes",
        /// Something that cannot be undone; needs `confirm`.
        Destroys => "destroys",
        /// Money; needs `confirm`.
        Spends => "spends",
    }
}

closed_set! {
    /// What a caller must have been granted.
    Scope {
        /// Account facts.
        AccountRead => "account:read",
        /// Lists of chats and members.
        ChatsRead => "chats:read",
        /// Read marks.
        ChatsWrite => "chats:write",
        /// Message texts.
        MessagesRead => "messages:read",
        /// Sending, editing, reacting, pinning.
        MessagesWrite => "messages:write",
        /// Deleting.
        MessagesDelete => "messages:delete",
        /// Reading files.
        MediaRead => "media:read",
        /// Sending files.
        MediaWrite => "media:write",
        /// The address book.
        ContactsRead => "contacts:read",
        /// Changing the address book.
        ContactsWrite => "contacts:write",
        /// What people answered, and how deliveries stand.
        NotifyRead => "notify:read",
        /// Telling people something.
        NotifySend => "notify:send",
        /// Starting and stopping delivery, and choosing its mode.
        NotifyAdmin => "notify:admin",
        /// How questions stand.
        ApprovalsRead => "approvals:read",
        /// Asking people, and taking questions back.
        ApprovalsRequest => "approvals:request",
        /// How the server itself does: what stands behind `/health`.
        OpsRead => "ops:read",
        /// Running this server: tokens, people, configuration.
        Admin => "admin",
    }
}

impl Scope {
    /// Whether it is about the server as a whole rather than about one session.
    pub(crate) const fn is_about_everything(self) -> bool {
        matches!(self, Self::NotifyAdmin | Self::OpsRead | Self::Admin)
    }
}

closed_set! {
    /// What Telegram counts a call under: each class has a budget of its own per session.
    Class {
        /// Answered from what is known here; costs Telegram nothing.
        Local => "local",
        /// Plain reads.
        Read => "read",
        /// Searches, which Telegram limits sooner.
        Search => "search",
        /// Look-ups of names and phone numbers, which it limits soonest.
        Resolve => "resolve",
        /// Messages.
        Send => "send",
        /// Changes to messages and chats.
        Change => "change",
        /// File parts.
        Transfer => "transfer",
        /// The address book.
        Contact => "contact",
    }
}
