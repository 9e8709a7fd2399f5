use std::net::SocketAddr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{SecretBox, SecretString};
use telegraphist_domain::SessionId;

use crate::ports::StoreError;

/// What Telegram gave the developer of an application; kept with the session at sign-in.
#[derive(Clone)]
pub struct ApiCredentials {
    /// `api_id`.
    pub id: i32,
    /// `api_hash`.
    pub hash: SecretString,
}

/// How a code was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeWay {
    /// To Telegram on another device.
    App,
    /// As a text message.
    Sms,
    /// By a call.
    Call,
    /// By e-mail.
    Email,
    /// Some other way.
    Other,
}

/// A code is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSent {
    /// Where to look for it.
    pub way: CodeWay,
    /// Its length, where known.
    pub digits: Option<u32>,
}

/// Who signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Telegram user id.
    pub user_id: i64,
    /// Name.
    pub name: String,
    /// Public name.
    pub username: Option<String>,
    /// Phone number, digits only.
    pub phone: Option<String>,
    /// A bot.
    pub is_bot: bool,
}

/// What comes after a code or a QR scan.
#[derive(Clone, PartialEq, Eq)]
pub enum SignInStep {
    /// Done.
    Done(SignedIn),
    /// The account has a password.
    PasswordNeeded {
        /// The owner's hint.
        hint: Option<String>,
    },
}

/// Where a QR sign-in stands.
#[derive(Clone, PartialEq, Eq)]
pub enum QrStep {
    /// Show this `tg://login?token=…` until then; afterwards ask again for a fresh one.
    Show {
        /// The link to draw.
        url: String,
        /// When the token ends.
        expires: DateTime<Utc>,
    },
    /// It was scanned.
    Scanned(SignInStep),
}

/// An auth key taken from a session string of another library.
pub struct ImportedKey {
    /// The data centre it belongs to.
    pub dc: i32,
    /// The address in the string; a Pyrogram string has none.
    pub address: Option<SocketAddr>,
    /// The key, 256 bytes.
    pub auth_key: SecretBox<[u8; 256]>,
}

/// Why a sign-in did not go on.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Telegram does not know the number.
    #[error("the phone number is not valid")]
    PhoneInvalid,
    /// Telegram bans the number.
    #[error("the phone number is banned by Telegram")]
    PhoneBanned,
    /// No account has that number.
    #[error("no Telegram account has this phone number; sign up with an official app first")]
    NotRegistered,
    /// Wrong code.
    #[error("the code is not right")]
    CodeInvalid,
    /// Too late.
    #[error("the code has expired; ask for a new one")]
    CodeExpired,
    /// Wrong password.
    #[error("the password is not right")]
    PasswordInvalid,
    /// No code or password is being waited for.
    #[error("no sign-in is under way for this session; start again")]
    NotUnderWay,
    /// The API id and hash do not fit together.
    #[error("Telegram does not accept the API id and hash")]
    ApiInvalid,
    /// An imported key that Telegram does not know, or that has no user.
    #[error("the session string is not signed in any more")]
    KeyNotAuthorised,
    /// Not the token of a bot, or one that was revoked.
    #[error("this is not the token of a bot")]
    TokenInvalid,
    /// Telegram asks to wait.
    #[error("Telegram asks to wait {0:?}")]
    RateLimited(std::time::Duration),
    /// Telegram cannot be reached.
    #[error("Telegram cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Telegram refused in another way; the text is its own constant.
    #[error("Telegram refused: {0}")]
    Refused(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signing in and out. A named port, because it cannot go through the pipeline: there is no session to perform in yet.
/// Keys and addresses are kept by the adapter (vault, peers); what happened to the session is the caller's to record.
#[async_trait]
pub trait SignIn: Send + Sync {
    /// Sends a code to the phone. Replaces a sign-in under way.
    async fn request_code(
        &self,
        session: SessionId,
        api: &ApiCredentials,
        phone: &str,
    ) -> Result<CodeSent, SignInError>;
    /// Tries a code.
    async fn submit_code(&self, session: SessionId, code: &str) -> Result<SignInStep, SignInError>;
    /// Tries a password, after `PasswordNeeded`.
    async fn submit_password(&self, session: SessionId, password: &SecretString) -> Result<SignedIn, SignInError>;
    /// Starts or goes on with a QR sign-in: call again when `Show` expired, or to look whether it was scanned.
    /// Returns as soon as something changed, or the current token after at most `wait`.
    async fn qr(
        &self,
        session: SessionId,
        api: &ApiCredentials,
        wait: std::time::Duration,
    ) -> Result<QrStep, SignInError>;
    /// Takes over a key of another library and checks that it works.
    async fn import(&self, session: SessionId, api: &ApiCredentials, key: ImportedKey)
    -> Result<SignedIn, SignInError>;
    /// The key and address to export.
    async fn export(&self, session: SessionId) -> Result<Option<ImportedKey>, SignInError>;
    /// Tells Telegram to forget the login. Local secrets go with `forget`.
    async fn log_out(&self, session: SessionId) -> Result<(), SignInError>;
    /// Drops connection, keys, peers and marks of a session. Only a command does this.
    async fn forget(&self, session: SessionId) -> Result<(), StoreError>;
}
