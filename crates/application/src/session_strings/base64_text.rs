use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretBox;
use zeroize::Zeroizing;

use super::ReadError;

/// Padding is lost in copying often enough, and Pyrogram never writes it.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Decodes either alphabet.
pub(super) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let standard: Zeroizing<String> = Zeroizing::new(
        text.chars()
            .map(|c| {
                if c == '-' {
                    '+'
                } else if c == '_' {
                    '/'
                } else {
                    c
                }
            })
            .collect(),
    );
    STANDARD.decode(standard.as_bytes()).map(Zeroizing::new).map_err(|_| ReadError::NotBase64)
}

/// The key at the end of a string's bytes; `None` unless it is 256 bytes.
pub(super) fn auth_key(bytes: &[u8]) -> Option<SecretBox<[u8; 256]>> {
    // Copied within the heap, so that no second copy stays on the stack.
    let mut key = Box::new([0; 256]);
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(bytes);
    Some(SecretBox::new(key))
}
