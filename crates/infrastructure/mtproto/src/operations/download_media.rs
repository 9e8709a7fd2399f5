use async_trait::async_trait;
use telegraphist_application::files::{ending_of, safe_name};
use telegraphist_application::operations::DownloadMedia;
use telegraphist_application::ports::{Execute, Execution, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::Downloaded;

use crate::account::Account;
use crate::media::{Origin, attachment};

#[async_trait]
impl Execute<DownloadMedia> for Account {
    async fn execute(&self, call: &Execution, operation: &DownloadMedia) -> Result<Downloaded, TelegramError> {
        let peer = self.chat(call, &operation.chat).await?;
        let message_id = operation.message_id.0;
        let (_, message) = self.message_by_id(call, &peer, message_id).await?;
        Self::check_author(call, &message)?;
        let file = attachment(&message)?;
        let original = file.name.clone();
        let mime_type = file.mime_type.clone();
        let name = match operation.name.as_ref().or(original.as_ref()) {
            Some(name) => safe_name(name),
            None => format!("message_{message_id}.{}", ending_of(&mime_type)),
        };
        let folder = operation.folder.as_deref();
        let mut writing = self.files().write(folder, &name).await?;
        let origin = Origin { peer: &peer, message_id, pick: attachment };
        let size = self.download(call, file, &origin, &mut writing).await?;
        let path = writing.finish().await?;
        Ok(Downloaded { path: path.to_string_lossy().into_owned(), name: original.map(Foreign::new), mime_type, size })
    }
}
