use async_trait::async_trait;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use telegraphist_application::files::picture_type;
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
        Self::check_author(call, &message)?;
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
