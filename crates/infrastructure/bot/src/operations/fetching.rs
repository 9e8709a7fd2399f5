//! Files of messages that the bot was sent. Bots cannot read a message again, so that its file is found by what the
//! inbox keeps of it.

use serde::Deserialize;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, FileError, InboxRow, KnownPeer, Sink, TelegramError};
use teloxide::{payloads, types};

use crate::account::{BotAccount, Does, Terms};
use crate::api::{Attachment, Message, Update, attachment_of};
use crate::errors::{self, FETCHED_MAX};
use crate::wire::{Download, Request};

/// So many of the newest entries are looked through.
const LOOKED_THROUGH_MAX: usize = 1_000;

/// Where a file can be fetched.
#[derive(Deserialize)]
struct Place {
    file_path: Option<String>,
    file_size: Option<u64>,
}

impl BotAccount {
    /// The file of a message that the bot was sent.
    pub(super) async fn attachment(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        message: i32,
    ) -> Result<Attachment, TelegramError> {
        let newest = self.inbox.newest(self.session).await?;
        let before = newest.saturating_sub(LOOKED_THROUGH_MAX as u64);
        let rows = self.inbox.after(self.session, before, LOOKED_THROUGH_MAX).await?;
        let of_chat = rows.iter().rev().filter(|row| row.entry.chat == Some(peer.id.0));
        let found = of_chat.filter_map(message_of).find(|found| found.message_id == message);
        let problem = "is not among the newest messages that people sent to this bot, and bots can fetch no others; \
                       name the session of a user account that is in the chat";
        let found = found.ok_or_else(|| Refused::new("message_id", problem))?;
        call.reach.check_author(found.author())?;
        let attachment = attachment_of(&found).ok_or_else(|| Refused::new("message_id", "has no file attached"))?;
        if attachment.size.is_some_and(|size| size > FETCHED_MAX) {
            return Err(FileError::TooLarge { limit: FETCHED_MAX }.into());
        }
        Ok(attachment)
    }

    /// Fetches a file and gives its bytes to `sink`; how many there were.
    pub(super) async fn fetch(
        &self,
        call: &Execution,
        attachment: &Attachment,
        sink: &mut dyn Sink,
    ) -> Result<u64, TelegramError> {
        let file = types::FileId(attachment.file_id.clone());
        let place: Place = self.read(call, Request::of(&payloads::GetFile::new(file))).await?;
        let path = place
            .file_path
            .ok_or_else(|| TelegramError::Unavailable("Telegram did not say where the file is".into()))?;
        let total = place.file_size.or(attachment.size);
        let patience = Terms::of(call).patience;
        let failed = |error| errors::failed(error, &errors::subject(None), Does::Reads);
        let mut download = Download::begin(&self.line, &path, &patience).await.map_err(failed)?;
        let mut done = 0;
        while let Some(bytes) = download.next(&patience).await.map_err(failed)? {
            done += bytes.len() as u64;
            if done > FETCHED_MAX {
                return Err(FileError::TooLarge { limit: FETCHED_MAX }.into());
            }
            sink.take(&bytes).await?;
            call.progress.report(done, total, "bytes received");
        }
        Ok(done)
    }
}

fn message_of(row: &InboxRow) -> Option<Message> {
    let update = Update::read(&row.entry.payload)?;
    let is_message =
        ["message", "edited_message", "channel_post", "edited_channel_post"].contains(&update.kind.as_str());
    if is_message { update.content() } else { None }
}
