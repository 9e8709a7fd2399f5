//! The kinds of updates: which a bot gets, and how long each is worth keeping.

use std::collections::BTreeSet;
use std::time::Duration;

/// Lists every kind with its name.
macro_rules! kinds {
    ($($kind:ident => $name:literal,)*) => {
        /// A kind of update.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum UpdateKind { $($kind,)* }

        impl UpdateKind {
            const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name in the Bot API.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

kinds! {
    Message => "message",
    EditedMessage => "edited_message",
    ChannelPost => "channel_post",
    EditedChannelPost => "edited_channel_post",
    CallbackQuery => "callback_query",
    MyChatMember => "my_chat_member",
    ChatMember => "chat_member",
    ChatJoinRequest => "chat_join_request",
    MessageReaction => "message_reaction",
    MessageReactionCount => "message_reaction_count",
    Poll => "poll",
    PollAnswer => "poll_answer",
    StoppedMessageGeneration => "stopped_message_generation",
}

impl UpdateKind {
    fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// How long it is kept.
    pub(crate) fn life(self) -> Duration {
        if self == Self::CallbackQuery { crate::world::callbacks::LIFE } else { Duration::from_hours(24) }
    }

    /// Whether a bot gets it that named no kinds.
    fn is_usual(self) -> bool {
        !matches!(self, Self::ChatMember | Self::MessageReaction | Self::MessageReactionCount)
    }
}

/// The kinds of updates that a bot wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    kinds: BTreeSet<UpdateKind>,
}

impl Default for Allowed {
    fn default() -> Self {
        Self { kinds: UpdateKind::ALL.iter().copied().filter(|kind| kind.is_usual()).collect() }
    }
}

impl Allowed {
    /// The kinds with these names; the usual ones if there are none. Names that nobody knows are passed over.
    pub(crate) fn named(names: &[String]) -> Self {
        let kinds: BTreeSet<UpdateKind> = names.iter().filter_map(|name| UpdateKind::by_name(name)).collect();
        if names.is_empty() { Self::default() } else { Self { kinds } }
    }

    /// Whether the bot wants this kind.
    pub(crate) fn contains(&self, kind: UpdateKind) -> bool {
        self.kinds.contains(&kind)
    }
}
