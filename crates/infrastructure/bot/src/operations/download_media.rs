use async_trait::async_trait;
use telegraphist_application::files::{ending_of, safe_name};
use telegraphist_application::operations::DownloadMedia;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::Downloaded;

use crate::account::BotAccount;

#[async_trait]
impl Execute<DownloadMedia> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &DownloadMedia) -> Result<Downloaded, TelegramError> {
        let peer = self.recipient(call, &operation.chat).await?;
        let message_id = operation.message_id.0;
        let attachment = self.attachment(call, &peer, message_id).await?;
        let name = match operation.name.as_ref().or(attachment.name.as_ref()) {
            Some(name) => safe_name(name),
            None => format!("message_{message_id}.{}", ending_of(&attachment.mime_type)),
        };
        let folder = operation.folder.as_deref();
        let mut writing = self.files.write(folder, &name).await?;
        let size = self.fetch(call, &attachment, &mut writing).await?;
        let path = writing.finish().await?;
        Ok(Downloaded {
            path: path.to_string_lossy().into_owned(),
            name: attachment.name.map(Foreign::new),
            mime_type: attachment.mime_type,
            size,
        })
    }
}
