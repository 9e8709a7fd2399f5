use std::net::SocketAddr;

use async_trait::async_trait;
use telegraphist_domain::references::Bare;
use telegraphist_domain::{ChatId, SessionId};

use crate::arguments::ChatKind;
use crate::grants::Place;
use crate::ports::StoreError;

/// What kind of peer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeerKind {
    /// A person.
    User,
    /// A bot.
    Bot,
    /// A basic group; has no access hash.
    Group,
    /// A supergroup.
    Supergroup,
    /// A broadcast channel.
    Channel,
}

impl PeerKind {
    /// The kind of a chat of which nothing is known but its id.
    pub const fn of(chat: ChatId) -> Self {
        match chat.unmarked() {
            Bare::User(_) => Self::User,
            Bare::Group(_) => Self::Group,
            Bare::Channel(_) => Self::Supergroup,
        }
    }
}

impl From<ChatKind> for PeerKind {
    fn from(kind: ChatKind) -> Self {
        match kind {
            ChatKind::Private => Self::User,
            ChatKind::Bot => Self::Bot,
            ChatKind::Group => Self::Group,
            ChatKind::Supergroup => Self::Supergroup,
            ChatKind::Channel => Self::Channel,
        }
    }
}

/// A peer that an account has seen, with what Telegram wants to hear to let it be used again.
#[derive(Clone, PartialEq, Eq)]
pub struct KnownPeer {
    /// Marked id.
    pub id: ChatId,
    /// Kind.
    pub kind: PeerKind,
    /// The account's own key to the peer; `None` for basic groups.
    pub access_hash: Option<i64>,
    /// Public name in lower case, without `@`.
    pub username: Option<String>,
    /// Phone number, digits only; sealed at rest.
    pub phone: Option<String>,
    /// Title or name.
    pub name: String,
    /// Whether it is the account itself.
    pub is_self: bool,
}

impl From<&KnownPeer> for Place {
    fn from(peer: &KnownPeer) -> Self {
        Self { chat: peer.id, kind: peer.kind, is_own: peer.is_self }
    }
}

impl KnownPeer {
    /// This peer, with what `known` said of the same id and this one does not: for [`Peers::remember`].
    #[must_use]
    pub fn keeping(mut self, known: Self) -> Self {
        if self.kind == known.kind {
            self.access_hash = self.access_hash.or(known.access_hash);
            self.username = self.username.or(known.username);
            self.phone = self.phone.or(known.phone);
        }
        self.is_self |= known.is_self;
        self
    }
}

/// Where the stream of updates stands: of the account (`channel` none) or of one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UpdateMark {
    /// The channel's marked id, or none for the account.
    pub channel: Option<ChatId>,
    /// Sequence of messages.
    pub pts: i32,
    /// Sequence of secret chats and bots.
    pub qts: i32,
    /// Sequence of update packages.
    pub seq: i32,
    /// Date of the state, Unix seconds.
    pub date: i32,
}

/// A data centre of one session; its auth key is in the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DcAddress {
    /// 1 to 5.
    pub dc: i32,
    /// IPv4.
    pub v4: Option<SocketAddr>,
    /// IPv6.
    pub v6: Option<SocketAddr>,
    /// Whether the account lives there.
    pub is_home: bool,
}

/// What each account remembers about peers, data centres and updates, so that an id seen once always works.
#[async_trait]
pub trait Peers: Send + Sync {
    /// MUST replace what was known of the same id; a `None` access hash, username or phone does not erase a known one
    /// of the same kind. A username or phone moves to the peer that was remembered last. The account itself stays the
    /// account itself, whoever tells less; another account takes its place only by saying `is_self`.
    async fn remember(&self, session: SessionId, peers: &[KnownPeer]) -> Result<(), StoreError>;
    /// By marked id.
    async fn by_id(&self, session: SessionId, id: ChatId) -> Result<Option<KnownPeer>, StoreError>;
    /// By public name, lower case, without `@`.
    async fn by_username(&self, session: SessionId, username: &str) -> Result<Option<KnownPeer>, StoreError>;
    /// By phone number, digits only.
    async fn by_phone(&self, session: SessionId, phone: &str) -> Result<Option<KnownPeer>, StoreError>;
    /// The account itself, once signed in.
    async fn own(&self, session: SessionId) -> Result<Option<KnownPeer>, StoreError>;

    /// MUST replace the mark of the same channel.
    async fn set_mark(&self, session: SessionId, mark: UpdateMark) -> Result<(), StoreError>;
    /// All marks: the account's first, then channels by id.
    async fn marks(&self, session: SessionId) -> Result<Vec<UpdateMark>, StoreError>;

    /// MUST replace the address of the same dc; making one home unmakes the others.
    async fn set_dc(&self, session: SessionId, dc: DcAddress) -> Result<(), StoreError>;
    /// All data centres, in order of their numbers.
    async fn dcs(&self, session: SessionId) -> Result<Vec<DcAddress>, StoreError>;

    /// Forgets everything of a session, and nothing of others.
    async fn forget(&self, session: SessionId) -> Result<(), StoreError>;
}
