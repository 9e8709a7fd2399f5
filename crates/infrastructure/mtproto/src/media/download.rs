//! Fetching a file in parts, several under way at once, in order.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, KnownPeer, Sink, TelegramError};

use super::location::Attachment;
use crate::account::{Account, Does};

/// Telegram gives at most a mebibyte at once, at multiples of the size.
const PART: u64 = 512 * 1024;
/// Parts under way at once.
const PARTS_AT_ONCE: usize = 4;

/// Where a message's file is to be found anew when its reference has expired.
pub(crate) struct Origin<'a> {
    pub(crate) peer: &'a KnownPeer,
    pub(crate) message_id: i32,
    pub(crate) pick: fn(&tl::enums::Message) -> Result<Attachment, TelegramError>,
}

/// Fetches a file into memory; only for what is small.
pub(crate) async fn collect(
    account: &Account,
    call: &Execution,
    attachment: Attachment,
    origin: &Origin<'_>,
) -> Result<Vec<u8>, TelegramError> {
    let mut bytes = Vec::with_capacity(usize::try_from(attachment.size).unwrap_or_default());
    account.download(call, attachment, origin, &mut bytes).await?;
    Ok(bytes)
}

impl Account {
    /// Fetches a file and gives its bytes to `sink`. References expire; the message is read anew for a fresh one, once.
    pub(crate) async fn download(
        &self,
        call: &Execution,
        mut attachment: Attachment,
        origin: &Origin<'_>,
        sink: &mut dyn Sink,
    ) -> Result<u64, TelegramError> {
        let mut done = 0;
        let mut is_fresh = false;
        loop {
            match self.download_from(call, &attachment, &mut done, sink).await {
                Ok(()) => return Ok(done),
                Err(error) if is_stale(&error) && !is_fresh => {
                    is_fresh = true;
                    let (_, message) = self.message_by_id(call, origin.peer, origin.message_id).await?;
                    attachment = (origin.pick)(&message)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Goes on at `done`, which counts what the sink has taken.
    async fn download_from(
        &self,
        call: &Execution,
        attachment: &Attachment,
        done: &mut u64,
        sink: &mut dyn Sink,
    ) -> Result<(), TelegramError> {
        let size = attachment.size;
        let offsets: Vec<u64> = (*done / PART..size.div_ceil(PART)).map(|part| part * PART).collect();
        let mut parts =
            stream::iter(offsets).map(|offset| self.download_part(call, attachment, offset)).buffered(PARTS_AT_ONCE);
        while let Some(bytes) = parts.try_next().await? {
            sink.take(&bytes).await?;
            *done += bytes.len() as u64;
            call.progress.report(*done, Some(size), "bytes received");
        }
        Ok(())
    }

    async fn download_part(
        &self,
        call: &Execution,
        attachment: &Attachment,
        offset: u64,
    ) -> Result<Vec<u8>, TelegramError> {
        let request = tl::functions::upload::GetFile {
            precise: false,
            cdn_supported: false,
            location: attachment.location.clone(),
            offset: offset as i64,
            limit: PART as i32,
        };
        let answer = self.invoke_in_dc(call, Does::Reads, attachment.dc, &request).await?;
        match answer {
            tl::enums::upload::File::File(file) => {
                let wanted = attachment.size.saturating_sub(offset).min(PART) as usize;
                let mut bytes = file.bytes;
                if bytes.len() < wanted {
                    let problem = "Telegram gave less of the file than it said there is";
                    return Err(TelegramError::Unavailable(problem.into()));
                }
                bytes.truncate(wanted);
                Ok(bytes)
            }
            // Sent only to clients that say they can follow.
            tl::enums::upload::File::CdnRedirect(_) => {
                Err(TelegramError::Refused { telegram: "CDN_REDIRECT".to_owned() })
            }
        }
    }
}

/// Whether the reference of a file has expired.
fn is_stale(error: &TelegramError) -> bool {
    match error {
        TelegramError::Invalid(Refused { argument, .. }) => *argument == "message_id",
        TelegramError::Refused { telegram } => telegram.starts_with("FILE_REFERENCE_"),
        _ => false,
    }
}
