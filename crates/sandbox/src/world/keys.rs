//! Authorisation keys: which key belongs to which account.
//!
//! A key is made by the control side, never by a handshake; so every client that holds one reaches this box and nothing else.

use std::collections::HashMap;
use std::fmt;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use sha1::{Digest, Sha1};

/// One authorisation key and what it may do at this moment.
#[derive(Clone)]
pub struct Key {
    /// The shared secret.
    pub bytes: [u8; 256],
    /// The data centre that this key was made for.
    pub dc: i32,
    /// Who is signed in with it.
    pub account: Option<i64>,
    /// Who gave a right code and still owes a password.
    pub awaiting_password: Option<i64>,
    /// The schema layer that the client announced last; 0 before it did.
    pub layer: i32,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Key")
            .field("dc", &self.dc)
            .field("account", &self.account)
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

/// All keys of the box, by key id.
#[derive(Debug)]
pub struct Keys {
    by_id: HashMap<u64, Key>,
    random: ChaCha12Rng,
}

impl Keys {
    /// No keys yet; those made later follow from the seed.
    pub fn new(seed: u64) -> Self {
        Self { by_id: HashMap::new(), random: ChaCha12Rng::seed_from_u64(seed) }
    }

    /// Makes a new key for a data centre, signed in as `account` or as nobody; returns its id.
    pub fn create(&mut self, dc: i32, account: Option<i64>) -> u64 {
        let mut bytes = [0; 256];
        self.random.fill_bytes(&mut bytes);
        let key_id = key_id(&bytes);
        self.by_id.insert(key_id, Key { bytes, dc, account, awaiting_password: None, layer: 0 });
        key_id
    }

    /// The key with this id.
    pub fn get(&self, key_id: u64) -> Option<&Key> {
        self.by_id.get(&key_id)
    }

    /// The key with this id, to change what it may do.
    pub fn get_mut(&mut self, key_id: u64) -> Option<&mut Key> {
        self.by_id.get_mut(&key_id)
    }

    /// Forgets a key: its owner is answered as a stranger from now on.
    pub fn remove(&mut self, key_id: u64) -> Option<Key> {
        self.by_id.remove(&key_id)
    }

    /// The ids of the keys that are signed in as `account`.
    pub fn of_account(&self, account: i64) -> impl Iterator<Item = u64> + '_ {
        self.by_id.iter().filter(move |(_, key)| key.account == Some(account)).map(|(id, _)| *id)
    }
}

/// The id by which the transport names a key: bytes 12 to 20 of its SHA-1.
pub fn key_id(bytes: &[u8; 256]) -> u64 {
    let digest = Sha1::digest(bytes);
    let mut id = [0; 8];
    id.copy_from_slice(&digest[12..20]);
    u64::from_le_bytes(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_keys() {
        assert_eq!(Keys::new(7).create(2, None), Keys::new(7).create(2, None));
        assert_ne!(Keys::new(7).create(2, None), Keys::new(8).create(2, None));
    }

    #[test]
    fn a_key_is_found_by_its_account_until_it_is_removed() {
        let mut keys = Keys::new(1);
        let key = keys.create(2, Some(1001));
        keys.create(2, None);
        assert_eq!(keys.of_account(1001).collect::<Vec<_>>(), [key]);
        keys.remove(key);
        assert_eq!(keys.of_account(1001).count(), 0);
    }

    #[test]
    fn debug_output_hides_the_secret() {
        let mut keys = Keys::new(1);
        let id = keys.create(2, None);
        let shown = format!("{:?}", keys.get(id).expect("just made"));
        assert!(!shown.contains("bytes"), "{shown}");
    }
}
