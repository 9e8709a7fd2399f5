//! Sending the parts of a file, several under way at once.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execution, Incoming, TelegramError};

use super::parts::{PART, Part, Parts};
use crate::account::Account;

/// Up to here a file is sent as a small one, which Telegram checks as a whole.
const SMALL_MAX: u64 = 10 * 1024 * 1024;
/// Parts under way at once.
const PARTS_AT_ONCE: usize = 4;
/// Sound of voice notes has this many samples a second, whatever was recorded.
const OPUS_RATE: u64 = 48_000;

/// A file that Telegram holds and no message has yet.
pub(crate) struct Uploaded {
    pub(crate) file: tl::enums::InputFile,
    pub(crate) name: String,
    pub(crate) mime_type: String,
    pub(crate) size: u64,
    /// How long it sounds, for OGG.
    pub(crate) seconds: Option<i32>,
}

/// How the parts of one file are sent.
#[derive(Clone, Copy)]
struct Ticket {
    file_id: i64,
    is_big: bool,
    /// Parts in all, where known before the last.
    total: Option<i32>,
}

/// What was seen while the parts went by.
#[derive(Default)]
struct Seen {
    parts: i32,
    bytes: u64,
    samples: Option<u64>,
}

impl Account {
    /// Uploads a file of at most `limit` bytes. `file_id` names it while it is on its way; a repeat under the same id
    /// replaces its parts.
    pub(crate) async fn upload(
        &self,
        call: &Execution,
        file: Incoming,
        file_id: i64,
        limit: u64,
    ) -> Result<Uploaded, TelegramError> {
        let Incoming { size, name, mime_type, bytes } = file;
        let mut parts = Parts::new(bytes, limit);
        // Where the size is not known, the first parts tell whether the file is small.
        let mut first = Vec::new();
        let small_parts = SMALL_MAX as usize / PART;
        if size.is_none() {
            while first.len() <= small_parts {
                match parts.next().await? {
                    Some(part) => first.push(part),
                    None => break,
                }
            }
        }
        let ticket = Ticket {
            file_id,
            is_big: size.map_or(first.len() > small_parts, |size| size > SMALL_MAX),
            total: size.and_then(|size| i32::try_from(size.div_ceil(PART as u64)).ok()),
        };
        let seen = self.save_all(call, ticket, first, parts, size).await?;
        if seen.parts == 0 {
            return Err(Refused::new("files", "holds an empty file, which Telegram does not take").into());
        }
        let file = if ticket.is_big {
            tl::types::InputFileBig { id: file_id, parts: seen.parts, name: name.clone() }.into()
        } else {
            tl::types::InputFile { id: file_id, parts: seen.parts, name: name.clone(), md5_checksum: String::new() }
                .into()
        };
        let is_ogg = mime_type.ends_with("/ogg") || mime_type.ends_with("/opus");
        let seconds = seen.samples.filter(|_| is_ogg).map(|samples| samples.div_ceil(OPUS_RATE));
        Ok(Uploaded {
            file,
            name,
            mime_type,
            size: seen.bytes,
            seconds: seconds.and_then(|seconds| i32::try_from(seconds).ok()),
        })
    }

    async fn save_all(
        &self,
        call: &Execution,
        ticket: Ticket,
        first: Vec<Part>,
        rest: Parts,
        size: Option<u64>,
    ) -> Result<Seen, TelegramError> {
        let rest = stream::try_unfold(rest, async |mut parts| {
            let part = parts.next().await?;
            Ok::<_, TelegramError>(part.map(|part| (part, parts)))
        });
        let mut seen = Seen::default();
        let mut saved = stream::iter(first.into_iter().map(Ok))
            .chain(rest)
            .map_ok(|part| self.save(call, ticket, part))
            .try_buffered(PARTS_AT_ONCE)
            .boxed();
        while let Some((bytes, samples)) = saved.try_next().await? {
            seen.parts += 1;
            seen.bytes += bytes;
            seen.samples = samples.or(seen.samples);
            call.progress.report(seen.bytes, size, "bytes sent");
        }
        Ok(seen)
    }

    /// Saving a part twice is harmless, so a lost answer is asked for again.
    async fn save(&self, call: &Execution, ticket: Ticket, part: Part) -> Result<(u64, Option<u64>), TelegramError> {
        let length = part.bytes.len() as u64;
        let samples = last_sample(&part.bytes);
        let file_part = part.number.cast_signed();
        if ticket.is_big {
            // ASSUMED, from Telegram's description of streamed uploads: -1 while the number of parts is not known.
            let so_far = if part.is_last { file_part + 1 } else { -1 };
            let request = tl::functions::upload::SaveBigFilePart {
                file_id: ticket.file_id,
                file_part,
                file_total_parts: ticket.total.unwrap_or(so_far),
                bytes: part.bytes,
            };
            self.read(call, &request).await?;
        } else {
            let request = tl::functions::upload::SaveFilePart { file_id: ticket.file_id, file_part, bytes: part.bytes };
            self.read(call, &request).await?;
        }
        Ok((length, samples))
    }
}

/// The position of the last page of an OGG stream that starts in these bytes.
fn last_sample(bytes: &[u8]) -> Option<u64> {
    const MARK: &[u8] = b"OggS";
    const POSITION: usize = 6;
    let at = bytes.windows(MARK.len()).rposition(|window| window == MARK)?;
    let position = bytes.get(at + POSITION..)?.first_chunk()?;
    Some(u64::from_le_bytes(*position)).filter(|position| *position != u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_tells_how_long_it_sounds() {
        let page = |position: u64| {
            let mut page = b"OggS\0\0".to_vec();
            page.extend(position.to_le_bytes());
            page.extend([0; 20]);
            page
        };
        let stream = [page(48_000), page(96_000)].concat();
        assert_eq!(last_sample(&stream), Some(96_000));
        assert_eq!(last_sample(b"no sound"), None);
    }
}
