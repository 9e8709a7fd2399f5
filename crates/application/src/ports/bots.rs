use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::Serialize;
use telegraphist_domain::{ChatId, MessageId, SessionId, UserId};

use crate::arguments::ChatKind;
use crate::ports::{SignInError, SignedIn, StoreError, TelegramError};

/// How updates of a bot come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reception {
    /// They are asked for.
    Polling,
    /// Telegram brings them to this address.
    Webhook {
        /// `https://…`; the bot's own path is added to it.
        url: String,
    },
}

/// How the reception of a bot's updates stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceptionState {
    /// Nobody asked for them.
    Stopped,
    /// They are about to come.
    Starting,
    /// They come.
    Receiving,
    /// Somebody else asks with the same token; tried again from time to time.
    TakenByAnother,
    /// Telegram does not accept the token.
    TokenRefused,
    /// Telegram cannot be reached; tried again.
    Unreachable,
}

/// How a bot does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BotHealth {
    /// How the reception of its updates stands.
    pub state: ReceptionState,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When the newest update came.
    pub newest_update: Option<DateTime<Utc>>,
    /// What went wrong last, in Telegram's words; never a token.
    pub problem: Option<String>,
}

/// Who a message is from.
#[derive(Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Public name, without `@`.
    pub username: Option<String>,
    /// A bot; never counts as a person.
    pub is_bot: bool,
    /// Their app's language, as in `de`.
    pub language: Option<String>,
}

/// Where something was heard.
#[derive(Clone, PartialEq, Eq)]
pub struct HeardIn {
    /// Which chat.
    pub chat: ChatId,
    /// What kind.
    pub kind: ChatKind,
    /// Its title; none for a private chat.
    pub title: Option<String>,
    /// Which topic of it.
    pub topic: Option<MessageId>,
}

/// A message that a bot heard.
#[derive(Clone, PartialEq, Eq)]
pub struct HeardMessage {
    /// Where.
    pub at: HeardIn,
    /// Which.
    pub message: MessageId,
    /// From whom; none for channel posts and anonymous administrators, who decide nothing.
    pub from: Option<Speaker>,
    /// When it was sent.
    pub date: DateTime<Utc>,
    /// Text or caption; empty if it has none.
    pub text: String,
    /// What it answers.
    pub reply_to: Option<MessageId>,
    /// What is attached, in one word as in answers of the other tools (`photo`, `voice`, …).
    pub media: Option<String>,
    /// Whether it was written by somebody else and passed on.
    pub is_forwarded: bool,
}

/// A button was pressed.
#[derive(Clone, PartialEq, Eq)]
pub struct Tap {
    /// What it is answered under; good for minutes only.
    pub id: String,
    /// By whom.
    pub from: Speaker,
    /// Where; none where the message is too old to be told.
    pub at: Option<HeardIn>,
    /// Below which message.
    pub message: Option<MessageId>,
    /// What the button sends back.
    pub data: String,
}

/// What a bot heard.
#[derive(Clone, PartialEq, Eq)]
pub enum Heard {
    /// A new message.
    Message(HeardMessage),
    /// A message was changed.
    Edited(HeardMessage),
    /// A button was pressed.
    Tapped(Tap),
    /// A person or a group let the bot in or shut it out.
    Reachable {
        /// Where.
        at: HeardIn,
        /// By whom.
        from: Speaker,
        /// Whether the bot can write there now.
        is_reachable: bool,
    },
    /// A group became a supergroup; it has another id now.
    Migrated {
        /// Before.
        from: ChatId,
        /// Now.
        to: ChatId,
    },
    /// Anything else; kept as it came.
    Other {
        /// The update's kind, for example `message_reaction`.
        kind: String,
    },
}

/// What a person sees who pressed a button.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct TapAnswer {
    /// At most 200 characters; nothing is shown if empty.
    pub text: String,
    /// Whether it has to be closed, rather than passing by.
    pub is_alert: bool,
}

/// A command that the app offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotCommand {
    /// `[a-z0-9_]{1,32}`, without the slash.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
}

/// Why an update that was brought was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BroughtError {
    /// No bot of this profile waits for updates to be brought.
    #[error("no bot here waits for updates")]
    UnknownBot,
    /// It was not Telegram that brought it.
    #[error("the secret is not right")]
    WrongSecret,
    /// It is no update.
    #[error("this is no update")]
    NotAnUpdate,
    /// It could not be stored, and has to be brought again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What only bots do, and what cannot go through the pipeline: signing in, hearing, answering taps, setting up.
/// Everything that is heard is stored in the inbox, as work and as it came, before Telegram is told that it arrived.
#[async_trait]
pub trait Bots: Send + Sync {
    /// Checks a token with Telegram, keeps it in the vault, and says whose it is.
    async fn sign_in(&self, session: SessionId, token: &SecretString) -> Result<SignedIn, SignInError>;
    /// Begins to receive, or goes on receiving in another way; comes back at once. Supervised until `stop_receiving`.
    async fn receive(&self, session: SessionId, how: Reception) -> Result<(), TelegramError>;
    /// Ends receiving.
    async fn stop_receiving(&self, session: SessionId);
    /// How a bot does.
    fn health(&self, session: SessionId) -> BotHealth;
    /// Resolves when Telegram turns out not to accept the bot's token any more, with its words; else never.
    async fn token_refused(&self, session: SessionId) -> String;
    /// Takes an update that Telegram brought. MUST compare the secret in constant time, and have stored the update when
    /// it returns.
    async fn take_brought(&self, session: SessionId, secret: &str, update: &[u8]) -> Result<(), BroughtError>;
    /// What a stored update says. Total: what is not understood is `Other`.
    fn read(&self, update: &[u8]) -> Heard;
    /// Answers a press of a button; too late is no error.
    async fn answer_tap(&self, session: SessionId, tap: &str, answer: &TapAnswer) -> Result<(), TelegramError>;
    /// Sets the commands that the app offers in private chats.
    async fn set_commands(&self, session: SessionId, commands: &[BotCommand]) -> Result<(), TelegramError>;
    /// Forgets the token and everything that was kept for the bot. Only a command does this.
    async fn forget(&self, session: SessionId) -> Result<(), StoreError>;
}
