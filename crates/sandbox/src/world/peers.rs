//! Names of users, groups and channels, and the hashes that prove that somebody has met them.

use grammers_tl_types as tl;

/// Channels are written as `-100…` where one number has to name any kind of peer.
const CHANNEL_MARK: i64 = 1_000_000_000_000;

/// Whoever can have a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Peer {
    /// A person or a bot.
    User(i64),
    /// A basic group.
    Group(i64),
    /// A supergroup or a broadcast channel.
    Channel(i64),
}

impl Peer {
    /// The bare number, without its kind.
    pub fn id(self) -> i64 {
        match self {
            Self::User(id) | Self::Group(id) | Self::Channel(id) => id,
        }
    }

    /// One number for any kind: users above zero, groups below, channels as `-100…`.
    pub fn marked(self) -> i64 {
        match self {
            Self::User(id) => id,
            Self::Group(id) => -id,
            Self::Channel(id) => -CHANNEL_MARK - id,
        }
    }

    /// The peer that [`Peer::marked`] wrote.
    pub fn from_marked(id: i64) -> Self {
        if id < -CHANNEL_MARK {
            Self::Channel(-id - CHANNEL_MARK)
        } else if id < 0 {
            Self::Group(-id)
        } else {
            Self::User(id)
        }
    }

    /// The user's id, if this is a user.
    pub fn user(self) -> Option<i64> {
        match self {
            Self::User(id) => Some(id),
            Self::Group(_) | Self::Channel(_) => None,
        }
    }
}

impl From<Peer> for tl::enums::Peer {
    fn from(peer: Peer) -> Self {
        match peer {
            Peer::User(user_id) => tl::types::PeerUser { user_id }.into(),
            Peer::Group(chat_id) => tl::types::PeerChat { chat_id }.into(),
            Peer::Channel(channel_id) => tl::types::PeerChannel { channel_id }.into(),
        }
    }
}

impl From<&tl::enums::Peer> for Peer {
    fn from(peer: &tl::enums::Peer) -> Self {
        match peer {
            tl::enums::Peer::User(user) => Self::User(user.user_id),
            tl::enums::Peer::Chat(chat) => Self::Group(chat.chat_id),
            tl::enums::Peer::Channel(channel) => Self::Channel(channel.channel_id),
        }
    }
}

/// Mixes numbers into one that cannot be guessed from its neighbours; the same numbers always give the same result.
pub(crate) fn mix(numbers: &[i64]) -> i64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for number in numbers {
        state = (state ^ number.cast_unsigned()).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 29;
    }
    state.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_id_names_the_peer_that_it_was_made_from() {
        for peer in [Peer::User(1001), Peer::Group(500), Peer::Channel(701)] {
            assert_eq!(Peer::from_marked(peer.marked()), peer);
        }
    }

    #[test]
    fn mixing_depends_on_every_number_and_their_order() {
        assert_ne!(mix(&[1, 2]), mix(&[2, 1]));
        assert_eq!(mix(&[1, 2]), mix(&[1, 2]));
    }
}
