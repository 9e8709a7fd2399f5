//! Sealing: how secrets and texts look at rest.
//!
//! A sealed value is `version | key id | nonce | ciphertext and tag`, by XChaCha20-Poly1305, whose long nonce may be
//! drawn at random. Table and row are its associated data: a value copied to another row does not open there. A key is
//! made only where somebody asks for a new one, and is never said.

use std::fmt;
use std::str::FromStr;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, ExposeSecretMut, SecretBox, SecretSlice};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::ports::VaultError;

const ROOT_LENGTH: usize = 32;
const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 8;
const NONCE_LENGTH: usize = 24;
const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LENGTH;

/// The key of a store's secrets.
pub struct VaultKey {
    id: KeyId,
    cipher: XChaCha20Poly1305,
    lookup: SecretBox<[u8; 32]>,
}

/// What the keys of a store follow from: 32 random bytes. Whoever has them can open everything.
pub struct RootKey(SecretBox<[u8; ROOT_LENGTH]>);

impl RootKey {
    /// A new one.
    pub fn random() -> Self {
        let mut bytes = SecretBox::new(Box::new([0; ROOT_LENGTH]));
        getrandom::fill(bytes.expose_secret_mut()).expect("the operating system gives randomness");
        Self(bytes)
    }

    /// One that was kept; `None` if it does not have 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: Zeroizing<[u8; ROOT_LENGTH]> = Zeroizing::new(bytes.try_into().ok()?);
        Some(Self(SecretBox::new(Box::new(*bytes))))
    }

    /// Which key it is.
    pub fn id(&self) -> KeyId {
        let identity = derive(self.expose(), b"telegraphist/key-id/1");
        let mut id = [0; KEY_ID_LENGTH];
        id.copy_from_slice(&identity[..KEY_ID_LENGTH]);
        KeyId(id)
    }

    /// The bytes, for whoever keeps them.
    pub fn expose(&self) -> &[u8; ROOT_LENGTH] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RootKey({})", self.id())
    }
}

/// Says which key it is without saying the key; stored with what it sealed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

impl FromStr for KeyId {
    type Err = hex::FromHexError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut id = [0; KEY_ID_LENGTH];
        hex::decode_to_slice(text, &mut id)?;
        Ok(Self(id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VaultKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl VaultKey {
    /// The keys that follow from `root`: one that seals, one for look-ups, and the id.
    pub fn new(root: &RootKey) -> Self {
        let sealing = Zeroizing::new(derive(root.expose(), b"telegraphist/seal/1"));
        let lookup = derive(root.expose(), b"telegraphist/lookup/1");
        Self {
            id: root.id(),
            cipher: XChaCha20Poly1305::new(sealing.as_slice().try_into().expect("a derived key has 32 bytes")),
            lookup: SecretBox::new(Box::new(lookup)),
        }
    }

    /// Which key it is.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Seals `plain` for one row of one table.
    pub fn seal(&self, table: &str, row: &str, plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LENGTH];
        getrandom::fill(&mut nonce).expect("the operating system gives randomness");
        let payload = Payload { msg: plain, aad: &associated(table, row) };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .expect("what a row holds is far shorter than the cipher's limit");
        let mut sealed = Vec::with_capacity(HEADER_LENGTH + ciphertext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens what [`seal`](Self::seal) made for the same row of the same table.
    pub fn open(&self, table: &str, row: &str, sealed: &[u8]) -> Result<SecretSlice<u8>, VaultError> {
        let damaged = || VaultError::Damaged { table: table.to_owned() };
        let (header, ciphertext) = sealed.split_at_checked(HEADER_LENGTH).ok_or_else(damaged)?;
        if header[0] != VERSION {
            return Err(damaged());
        }
        let (key_id, nonce) = header[1..].split_at(KEY_ID_LENGTH);
        if !bool::from(key_id.ct_eq(&self.id.0)) {
            return Err(VaultError::Locked("a value was sealed with another vault key".into()));
        }
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().expect("the header holds a whole nonce");
        let payload = Payload { msg: ciphertext, aad: &associated(table, row) };
        let plain = self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| damaged())?;
        Ok(plain.into())
    }

    /// Finds a sealed value by what it holds: equal values give equal hashes, and only under this key. `purpose` keeps
    /// the hashes of different columns apart.
    pub fn lookup_hash(&self, purpose: &str, value: &str) -> [u8; 32] {
        let mut message = Vec::with_capacity(4 + purpose.len() + value.len());
        message.extend_from_slice(&associated(purpose, value));
        derive(self.lookup.expose_secret(), &message)
    }
}

/// Length first, so that no two pairs of table and row give the same bytes.
fn associated(table: &str, row: &str) -> Vec<u8> {
    let length = u32::try_from(table.len()).expect("names of tables are short");
    [&length.to_be_bytes(), table.as_bytes(), row.as_bytes()].concat()
}

fn derive(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> VaultKey {
        VaultKey::new(&RootKey::from_bytes(&[byte; 32]).unwrap())
    }

    #[test]
    fn what_was_sealed_opens_in_its_row_only() {
        let key = key(1);
        let sealed = key.seal("session.auth_key", "a/2", b"secret");
        let opened = key.open("session.auth_key", "a/2", &sealed).unwrap();
        assert_eq!(opened.expose_secret(), b"secret");
        for (table, row) in [("session.auth_key", "a/3"), ("session.auth_ke", "ya/2"), ("session.api", "a/2")] {
            assert!(matches!(key.open(table, row, &sealed), Err(VaultError::Damaged { .. })), "{table} {row}");
        }
    }

    #[test]
    fn another_key_says_locked_and_damage_says_damaged() {
        let sealed = key(1).seal("t", "r", b"secret");
        assert!(matches!(key(2).open("t", "r", &sealed), Err(VaultError::Locked(_))));
        for position in [0, HEADER_LENGTH - 1, sealed.len() - 1] {
            let mut bent = sealed.clone();
            bent[position] ^= 1;
            assert!(matches!(key(1).open("t", "r", &bent), Err(VaultError::Damaged { .. })), "{position}");
        }
        for length in 0..HEADER_LENGTH {
            assert!(key(1).open("t", "r", &sealed[..length]).is_err());
        }
    }

    #[test]
    fn sealing_twice_gives_different_bytes_and_hashing_twice_the_same() {
        let key = key(1);
        assert_ne!(key.seal("t", "r", b"x"), key.seal("t", "r", b"x"));
        assert_eq!(key.lookup_hash("phone", "1555"), key.lookup_hash("phone", "1555"));
        assert_ne!(key.lookup_hash("phone", "1555"), key.lookup_hash("name", "1555"));
        assert_ne!(key.lookup_hash("phone", "1555"), self::key(2).lookup_hash("phone", "1555"));
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(format!("{:?}", key(1)), format!("VaultKey {{ id: KeyId({}), .. }}", key(1).id()));
        let root = RootKey::from_bytes(&[1; 32]).unwrap();
        assert_eq!(format!("{root:?}"), format!("RootKey({})", key(1).id()));
    }

    #[test]
    fn a_root_key_has_its_length_and_its_id_is_read_back() {
        assert!(RootKey::from_bytes(&[1; 31]).is_none());
        let (one, other) = (RootKey::random(), RootKey::random());
        assert_ne!(one.id(), other.id());
        assert_eq!(one.id().to_string().parse(), Ok(one.id()));
        assert!("0123".parse::<KeyId>().is_err());
    }
}
