//! Sending files: one, or several as an album. They are streamed, so that a file is sent once for each attempt.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use telegraphist_application::files::{self, SizesMax};
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::SendFile;
use telegraphist_application::ports::{Execute, Execution, Incoming, KnownPeer, TelegramError};
use telegraphist_application::text::{self, CAPTION_MAX, Formatted, utf16_len};
use telegraphist_application::views::{Sent, SentPart};

use super::delivery::{Delivered, Receipt, preview, sent, together};
use super::letter::{Place, not_later, with_caption};
use crate::account::BotAccount;
use crate::convert::{Span, to_telegram};
use crate::errors::SENT_MAX;
use crate::wire::{Request, Upload};

/// The largest files.
const SIZES_MAX: SizesMax = SizesMax { path: SENT_MAX, url: SENT_MAX };
/// The largest picture that Telegram takes as a photo.
const PHOTO_MAX: u64 = 10 * 1024 * 1024;

/// As what a file is sent: the name of its argument, which is also the name in an album.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    Document,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Video => "video",
            Self::Animation => "animation",
            Self::Audio => "audio",
            Self::Voice => "voice",
            Self::Document => "document",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Photo => "sendPhoto",
            Self::Video => "sendVideo",
            Self::Animation => "sendAnimation",
            Self::Audio => "sendAudio",
            Self::Voice => "sendVoice",
            Self::Document => "sendDocument",
        }
    }

    /// What a file is by its type and size.
    fn of(file: &Incoming) -> Self {
        match file.mime_type.as_str() {
            "image/jpeg" | "image/png" | "image/webp" if file.size.is_some_and(|size| size <= PHOTO_MAX) => Self::Photo,
            "image/gif" => Self::Animation,
            "video/mp4" => Self::Video,
            "audio/mpeg" | "audio/mp4" | "audio/x-m4a" | "audio/m4a" => Self::Audio,
            _ => Self::Document,
        }
    }
}

#[async_trait]
impl Execute<SendFile> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &SendFile) -> Result<Sent, TelegramError> {
        not_later(operation.schedule)?;
        if operation.as_voice && operation.files.len() > 1 {
            return Err(Refused::new("as_voice", "voice notes go one by one").into());
        }
        let caption = text::format(operation.caption.as_deref().unwrap_or_default(), operation.format);
        let length = utf16_len(&caption.text);
        if length > CAPTION_MAX {
            let problem = format!("has {length} characters of {CAPTION_MAX}; send the rest with send_message");
            return Err(Refused::new("caption", problem).into());
        }
        let peer = self.recipient(call, &operation.chat).await?;
        if operation.dry_run {
            return Ok(preview(call, &peer, self.shown(operation, caption).await?));
        }
        let count = operation.files.len() as u32;
        let delivered = together(call, 0..count, self.send_files(call, operation, &peer, &caption)).await?;
        Ok(sent(call, &self.as_known(peer).await, delivered))
    }
}

impl BotAccount {
    /// What would be sent.
    async fn shown(&self, operation: &SendFile, caption: Formatted) -> Result<Vec<SentPart>, TelegramError> {
        let mut items = Vec::with_capacity(operation.files.len());
        for file in &operation.files {
            let shown = files::describe(self.files.as_ref(), file, SIZES_MAX).await?;
            items.push(SentPart { message_id: None, date: None, text: None, entities: Vec::new(), file: Some(shown) });
        }
        if let Some(first) = items.first_mut().filter(|_| !caption.text.is_empty()) {
            first.entities = caption.entities.iter().map(ToString::to_string).collect();
            first.text = Some(caption.text);
        }
        Ok(items)
    }

    async fn send_files(
        &self,
        call: &Execution,
        operation: &SendFile,
        peer: &KnownPeer,
        caption: &Formatted,
    ) -> Result<Vec<Delivered>, TelegramError> {
        let mut kinds = Vec::with_capacity(operation.files.len());
        let mut uploads = Vec::with_capacity(operation.files.len());
        for (number, file) in operation.files.iter().enumerate() {
            let (file, limit) = files::open(self.files.as_ref(), file, SIZES_MAX, call.deadline).await?;
            kinds.push(match (operation.as_voice, operation.as_document) {
                (true, _) => Kind::Voice,
                (false, true) => Kind::Document,
                (false, false) => Kind::of(&file),
            });
            let progress = Some(Arc::clone(&call.progress));
            uploads.push(Upload { name: format!("file{number}"), file, limit, progress });
        }
        let place = Place {
            topic: operation.topic.map(|id| id.0),
            reply_to: operation.reply_to.map(|id| id.0),
            is_silent: operation.silent,
        };
        let request = match kinds.as_slice() {
            [kind] => with_caption(Request::named(kind.method()).with(kind.name(), "attach://file0"), caption),
            kinds => Request::named("sendMediaGroup").with("media", album(kinds, caption)),
        };
        let request = place.apply(request.with("chat_id", peer.id.0)).with_files(uploads);
        let answer = self.write(call, request).await?;
        if operation.files.len() == 1 {
            return Ok(vec![self.receipt(call, &answer).await]);
        }
        let receipts: Vec<Receipt> = serde_json::from_str(answer.get()).unwrap_or_default();
        if let Some(chat) = receipts.first().and_then(|receipt| receipt.chat.as_ref()) {
            self.learn_chat(call, chat).await;
        }
        Ok(receipts.iter().map(Receipt::delivered).collect())
    }
}

/// A file of an album, as the Bot API takes it.
#[derive(Serialize)]
struct Item<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    media: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    caption_entities: Vec<Span<'a>>,
}

/// Telegram puts photos and videos together, and music with music; everything else goes as documents. The caption is
/// with the first.
fn album<'a>(kinds: &[Kind], caption: &'a Formatted) -> Vec<Item<'a>> {
    let is_visual = kinds.iter().all(|kind| matches!(kind, Kind::Photo | Kind::Video));
    let is_music = kinds.iter().all(|kind| *kind == Kind::Audio);
    let items = kinds.iter().enumerate().map(|(number, kind)| {
        let kind = if is_visual || is_music { *kind } else { Kind::Document };
        let has_caption = number == 0 && !caption.text.is_empty();
        Item {
            kind: kind.name(),
            media: format!("attach://file{number}"),
            caption: has_caption.then_some(caption.text.as_str()),
            caption_entities: if has_caption { to_telegram(&caption.entities) } else { Vec::new() },
        }
    });
    items.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(kinds: &[Kind]) -> Vec<&'static str> {
        album(kinds, &Formatted::default()).iter().map(|item| item.kind).collect()
    }

    #[test]
    fn an_album_holds_only_what_goes_together() {
        assert_eq!(kinds(&[Kind::Photo, Kind::Video]), ["photo", "video"]);
        assert_eq!(kinds(&[Kind::Audio, Kind::Audio]), ["audio", "audio"]);
        assert_eq!(kinds(&[Kind::Photo, Kind::Document]), ["document", "document"]);
        assert_eq!(kinds(&[Kind::Photo, Kind::Audio]), ["document", "document"]);
        assert_eq!(kinds(&[Kind::Animation, Kind::Photo]), ["document", "document"]);
    }
}
