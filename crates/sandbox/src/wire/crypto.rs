//! MTProto 2.0 encryption from the server's side.
//!
//! Source: <https://core.telegram.org/mtproto/description>. The `x` of that text is 0 for what the client sends and 8 for what the server sends.

use grammers_crypto::aes;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Broken;

const FROM_CLIENT: usize = 0;
const FROM_SERVER: usize = 8;
const HEADER: usize = 8 + 16;

/// A key and the id that its packets start with.
#[derive(Clone)]
pub struct AuthKey {
    bytes: Box<[u8; 256]>,
    id: u64,
}

impl AuthKey {
    /// Computes the id of a key.
    pub fn new(bytes: [u8; 256]) -> Self {
        let mut id = [0; 8];
        id.copy_from_slice(&Sha1::digest(bytes)[12..20]);
        Self { bytes: Box::new(bytes), id: u64::from_le_bytes(id) }
    }

    /// The id that packets start with.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// A number that only the holder of the key can know; `index` makes different ones. Never zero, because clients take zero for "none yet".
    pub(super) fn derive(&self, label: &[u8], index: u32) -> i64 {
        let digest = Sha256::new()
            .chain_update(self.bytes.as_slice())
            .chain_update(label)
            .chain_update(index.to_le_bytes())
            .finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        i64::from_le_bytes(number) | 1
    }

    fn message_key(&self, side: usize, padded: &[u8]) -> [u8; 16] {
        let digest = Sha256::new().chain_update(&self.bytes[88 + side..120 + side]).chain_update(padded).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[8..24]);
        key
    }

    fn aes_key_and_iv(&self, side: usize, message_key: &[u8; 16]) -> ([u8; 32], [u8; 32]) {
        let a = Sha256::new().chain_update(message_key).chain_update(&self.bytes[side..side + 36]).finalize();
        let b = Sha256::new().chain_update(&self.bytes[40 + side..76 + side]).chain_update(message_key).finalize();
        let mix = |outer: &[u8], inner: &[u8]| {
            let mut mixed = [0; 32];
            mixed[..8].copy_from_slice(&outer[..8]);
            mixed[8..24].copy_from_slice(&inner[8..24]);
            mixed[24..].copy_from_slice(&outer[24..32]);
            mixed
        };
        (mix(&a, &b), mix(&b, &a))
    }
}

/// Opens a packet of the client: key id, message key and ciphertext become salt, session id and message.
pub(super) fn decrypt_from_client(key: &AuthKey, packet: &mut [u8]) -> Result<Vec<u8>, Broken> {
    let Some((header, body)) = packet.split_at_mut_checked(HEADER) else {
        return Err(Broken::Packet);
    };
    let mut message_key = [0; 16];
    message_key.copy_from_slice(&header[8..]);
    // Intermediate transports may pad a frame; the ciphertext is whole AES blocks.
    let whole = body.len() - body.len() % 16;
    let body = &mut body[..whole];
    let (aes_key, iv) = key.aes_key_and_iv(FROM_CLIENT, &message_key);
    aes::ige_decrypt(body, &aes_key, &iv);
    if key.message_key(FROM_CLIENT, body) != message_key {
        return Err(Broken::WrongKey);
    }
    Ok(body.to_vec())
}

/// Seals a packet for the client.
pub(super) fn encrypt_for_client(key: &AuthKey, mut plain: Vec<u8>) -> Vec<u8> {
    let padding = 12 + (16 - (plain.len() + 12) % 16) % 16;
    let mut random = [0; 32];
    rand::fill(&mut random[..padding]);
    plain.extend_from_slice(&random[..padding]);

    let message_key = key.message_key(FROM_SERVER, &plain);
    let (aes_key, iv) = key.aes_key_and_iv(FROM_SERVER, &message_key);
    aes::ige_encrypt(&mut plain, &aes_key, &iv);

    let mut packet = Vec::with_capacity(HEADER + plain.len());
    packet.extend_from_slice(&key.id.to_le_bytes());
    packet.extend_from_slice(&message_key);
    packet.extend_from_slice(&plain);
    packet
}
