//! How an account sees the world: every answer and every push is drawn here, for one viewer.
//!
//! Nothing is stored as it goes over the wire: who looks decides about `out`, about contacts, about access hashes.

mod cast;
mod chats;
pub(crate) mod files;
pub(crate) mod keyboards;
pub(crate) mod messages;
mod users;

use grammers_tl_types::{self as tl, Cursor, Deserializable};

pub use cast::Cast;

use super::World;
use super::peers::{Peer, mix};

/// The generated types have neither defaults nor builders; a run of zeros reads as a value whose optional parts are all absent. `words` stand
/// before the zeros, for types whose required parts are boxed.
pub(crate) fn blank<T: Deserializable>(words: &[u32]) -> T {
    // On the stack, because a page of history makes a hundred of them.
    let mut bytes = [0; 384];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    T::deserialize(&mut Cursor::from_slice(&bytes)).expect("zeros read as a value without optional parts")
}

/// Notification settings that say nothing.
pub(crate) fn default_notify_settings() -> tl::enums::PeerNotifySettings {
    blank::<tl::types::PeerNotifySettings>(&[]).into()
}

/// Settings of a chat's top bar that say nothing.
pub(crate) fn default_peer_settings() -> tl::enums::PeerSettings {
    blank::<tl::types::PeerSettings>(&[]).into()
}

/// All restrictions absent.
pub(crate) fn no_restrictions() -> tl::types::ChatBannedRights {
    blank(&[])
}

/// Telegram counts in 32 bits.
pub(crate) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl World {
    /// What proves that `viewer` has met `peer`; every account gets its own, as on the real Telegram.
    pub fn access_hash(&self, viewer: i64, peer: Peer) -> i64 {
        mix(&[self.secret, viewer, peer.marked()])
    }

    /// Updates with everything that they mention.
    pub fn view_updates(&self, viewer: i64, updates: Vec<tl::enums::Update>) -> tl::enums::Updates {
        let mut cast = Cast::default();
        for update in &updates {
            cast.update(update);
        }
        let (users, chats) = (cast.users(self, viewer), cast.chats(self, viewer));
        tl::types::Updates { updates, users, chats, date: self.now(), seq: 0 }.into()
    }
}
