use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use telegraphist_application::files::picture_type;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ViewMedia;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::views::Viewed;

use crate::account::BotAccount;

/// Bytes of what is shown to a model at most.
const VIEW_BYTES_MAX: u64 = 8 * 1024 * 1024;

#[async_trait]
impl Execute<ViewMedia> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &ViewMedia) -> Result<Viewed, TelegramError> {
        let peer = self.recipient(call, &operation.chat).await?;
        let message_id = operation.message_id.0;
        let attachment = self.attachment(call, &peer, message_id).await?;
        if !is_shown(&attachment.mime_type) {
            let problem = "is neither a picture nor a sound that can be shown; use download_media";
            return Err(Refused::new("message_id", problem).into());
        }
        if attachment.size.is_some_and(|size| size > VIEW_BYTES_MAX) {
            let problem = "has a file over 8 MiB, too large to be shown; use download_media";
            return Err(Refused::new("message_id", problem).into());
        }
        let mut bytes = Vec::new();
        self.fetch(call, &attachment, &mut bytes).await?;
        Ok(Viewed {
            message_id,
            mime_type: picture_type(&bytes).map_or(attachment.mime_type, str::to_owned),
            size: bytes.len() as u64,
            base64: BASE64_STANDARD.encode(&bytes),
        })
    }
}

/// Pictures that models take, and any sound. Animated stickers are neither.
fn is_shown(mime_type: &str) -> bool {
    matches!(mime_type, "image/jpeg" | "image/png" | "image/webp" | "image/gif") || mime_type.starts_with("audio/")
}
