use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine as _, alphabet};

use super::kind::type_of;
use crate::operation::Refused;
use crate::ports::{FileError, Incoming, TelegramError};

/// Encoders differ in whether they pad.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The content of at most `limit` bytes as a file.
pub(super) fn decoded(base64: &str, name: &str, limit: u64) -> Result<Incoming, TelegramError> {
    // Four characters hold three bytes; what is too long is not even decoded.
    if base64.len() as u64 / 4 * 3 > limit + 3 {
        return Err(FileError::TooLarge { limit }.into());
    }
    let bytes = LENIENT
        .decode(standard_alphabet(base64))
        .map_err(|_| Refused::new("files", "holds base64 that does not decode"))?;
    if bytes.len() as u64 > limit {
        return Err(FileError::TooLarge { limit }.into());
    }
    Ok(Incoming {
        size: Some(bytes.len() as u64),
        name: name.to_owned(),
        mime_type: type_of(&bytes, name),
        bytes: Box::pin(std::io::Cursor::new(bytes)),
    })
}

/// Base64 in either alphabet and with line breaks, as encoders write it, in the one that is decoded.
fn standard_alphabet(base64: &str) -> Vec<u8> {
    let letters = base64.bytes().filter(|letter| !letter.is_ascii_whitespace());
    letters
        .map(|letter| match letter {
            b'-' => b'+',
            b'_' => b'/',
            letter => letter,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_taken_as_encoders_write_it() {
        for written in ["+/+/ZmlsZQ==", "-_-_ZmlsZQ", "+/+/\r\nZmls\nZQ==\n"] {
            assert_eq!(decoded(written, "a.bin", 100).expect("decodes").size, Some(7), "{written}");
        }
        assert!(matches!(decoded("a", "a.bin", 100), Err(TelegramError::Invalid(_))));
        let large = decoded("+/+/ZmlsZQ==", "a.bin", 6);
        assert!(matches!(large, Err(TelegramError::File(FileError::TooLarge { limit: 6 }))));
    }
}
