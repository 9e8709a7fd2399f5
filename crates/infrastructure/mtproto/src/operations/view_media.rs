use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use telegraphist_application::operations::ViewMedia;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Viewed;

use crate::account::Account;
use crate::media::{Origin, collect, viewable};

#[async_trait]
impl Execute<ViewMedia> for Account {
    async fn execute(&self, call: &Execution, operation: &ViewMedia) -> Result<Viewed, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let message_id = operation.message_id.0;
        let (_, message) = self.message_by_id(call, &peer, message_id).await?;
        let file = viewable(&message)?;
        let told = file.mime_type.clone();
        let origin = Origin { peer: &peer, message_id, pick: viewable };
        let bytes = collect(self, call, file, &origin).await?;
        Ok(Viewed {
            message_id,
            mime_type: picture_type(&bytes).map_or(told, str::to_owned),
            size: bytes.len() as u64,
            base64: BASE64_STANDARD.encode(&bytes),
        })
    }
}

/// The type of a picture by its first bytes: models refuse one that is called otherwise, and senders may call theirs
/// anything.
fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_first_bytes() {
        assert_eq!(picture_type(&[0xff, 0xd8, 0xff, 0xe0]), Some("image/jpeg"));
        assert_eq!(picture_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(picture_type(b"OggS"), None);
    }
}
