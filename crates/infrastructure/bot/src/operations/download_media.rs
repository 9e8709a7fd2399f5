use async_trait::async_trait;
use telegraphist_application::files::{ending_of, safe_name};
use telegraphist_application::operations::DownloadMedia;
use telegraphist_application::ports::{Execute, Execution, FileError, Outgoing, TelegramError};
use telegraphist_application::text::Foreign;
use telegraphist_application::views::Downloaded;
use tokio::io::AsyncWriteExt as _;

use super::fetching::Sink;
use crate::account::BotAccount;

#[async_trait]
impl Execute<DownloadMedia> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &DownloadMedia) -> Result<Downloaded, TelegramError> {
        let peer = self.recipient(call, &operation.chat).await?;
        let message_id = operation.message_id.0;
        let attachment = self.attachment(&peer, message_id).await?;
        let name = match operation.name.as_ref().or(attachment.name.as_ref()) {
            Some(name) => safe_name(name),
            None => format!("message_{message_id}.{}", ending_of(&attachment.mime_type)),
        };
        let folder = operation.folder.as_deref();
        let mut writing = Writing(self.files.write(folder, &name).await?);
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

/// A file of an allowed folder being written.
struct Writing(Box<dyn Outgoing>);

#[async_trait]
impl Sink for Writing {
    async fn take(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.0.bytes().write_all(bytes).await.map_err(of_writing)
    }
}

impl Writing {
    async fn finish(mut self) -> Result<std::path::PathBuf, FileError> {
        self.0.bytes().flush().await.map_err(of_writing)?;
        self.0.commit().await
    }
}

fn of_writing(error: std::io::Error) -> FileError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => FileError::Full,
        _ => FileError::Io(error),
    }
}
