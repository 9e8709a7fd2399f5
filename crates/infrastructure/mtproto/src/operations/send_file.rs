//! Sending files: one, or several as an album. Uploading is harmless to repeat; what is handed over once is the message.

use async_trait::async_trait;
use futures::future::try_join_all;
use grammers_tl_types as tl;
use telegraphist_application::files::{self, SizesMax};
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::SendFile;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::text::{self, CAPTION_MAX, CAPTION_MAX_PREMIUM, Formatted};
use telegraphist_application::views::{Sent, SentPart};

use super::delivery::{
    Likeness, Standing, Trace, is_duplicate, note_sent, note_started, preview, random_id, reply_to, sent, standing,
};
use super::receipt::{Delivered, Receipt};
use crate::account::Account;
use crate::media::{Manner, Uploaded, input_media};

/// The largest files.
const SIZES_MAX: SizesMax = SizesMax { path: 2 * 1024 * 1024 * 1024, url: 64 * 1024 * 1024 };
/// Numbers of uploads are told apart from numbers of parts by this bit.
const UPLOAD_BIT: u32 = 1 << 31;

/// A message or album on its way.
struct Parcel<'a> {
    peer: &'a KnownPeer,
    operation: &'a SendFile,
    caption: &'a Formatted,
    schedule_date: Option<i32>,
    /// The newest own id known before the first attempt.
    after: Option<i32>,
}

#[async_trait]
impl Execute<SendFile> for Account {
    async fn execute(&self, call: &Execution, operation: &SendFile) -> Result<Sent, TelegramError> {
        if operation.as_voice && operation.files.len() > 1 {
            return Err(Refused::new("as_voice", "voice notes go one by one").into());
        }
        let schedule_date = self.schedule_date(operation.schedule)?;
        let peer = self.chat(call, &operation.chat).await?;
        if let Some(reply_to) = operation.reply_to {
            self.check_is_in(call, &peer, reply_to.0).await?;
        }
        let caption = text::format(operation.caption.as_deref().unwrap_or_default(), operation.format);
        self.check_caption(call, &caption).await?;
        if operation.dry_run {
            let items = self.shown(operation, caption).await?;
            return Ok(preview(call, &peer, items));
        }
        let (earlier, after) = self.how_it_stands(call, operation, &peer).await?;
        if let Some(earlier) = earlier {
            return Ok(sent(call, &peer, schedule_date.is_some(), earlier));
        }
        let files = self.upload_all(call, operation).await?;
        let parcel = Parcel { peer: &peer, operation, caption: &caption, schedule_date, after };
        let delivered = self.send_parcel(call, &parcel, files).await?;
        Ok(sent(call, &peer, schedule_date.is_some(), delivered))
    }
}

/// The numbers of an operation's parts: each file is one.
fn numbers(operation: &SendFile) -> impl Iterator<Item = u32> + use<> {
    0..operation.files.len() as u32
}

impl Account {
    /// What an earlier attempt sent, if it sent all; and the newest own id known before it.
    async fn how_it_stands(
        &self,
        call: &Execution,
        operation: &SendFile,
        peer: &KnownPeer,
    ) -> Result<(Option<Vec<Delivered>>, Option<i32>), TelegramError> {
        let mut earlier = Vec::new();
        let mut after = self.newest.of(peer);
        for part in numbers(operation) {
            match standing(call, part).await? {
                Standing::Sent(delivered) => earlier.push(delivered),
                Standing::Uncertain { after: before } => after = before,
                Standing::Unsent => {}
            }
        }
        let is_all = earlier.len() == operation.files.len();
        Ok((is_all.then_some(earlier), after))
    }

    /// Accounts with Premium may write more; that is asked only where it matters.
    async fn check_caption(&self, call: &Execution, caption: &Formatted) -> Result<(), TelegramError> {
        let length = caption.text.encode_utf16().count();
        if length <= CAPTION_MAX || (length <= CAPTION_MAX_PREMIUM && self.is_premium(call).await?) {
            return Ok(());
        }
        let problem = format!("has {length} characters of {CAPTION_MAX}; send the rest with send_message");
        Err(Refused::new("caption", problem).into())
    }

    async fn is_premium(&self, call: &Execution) -> Result<bool, TelegramError> {
        let request = tl::functions::users::GetUsers { id: vec![tl::enums::InputUser::UserSelf] };
        let users = self.read(call, &request).await?;
        Ok(matches!(users.first(), Some(tl::enums::User::User(user)) if user.premium))
    }

    /// What would be sent.
    async fn shown(&self, operation: &SendFile, caption: Formatted) -> Result<Vec<SentPart>, TelegramError> {
        let mut items = Vec::with_capacity(operation.files.len());
        for file in &operation.files {
            let shown = files::describe(self.files(), file, SIZES_MAX).await?;
            items.push(SentPart { message_id: None, date: None, text: None, entities: Vec::new(), file: Some(shown) });
        }
        if let Some(first) = items.first_mut().filter(|_| !caption.text.is_empty()) {
            first.entities = caption.entities.iter().map(ToString::to_string).collect();
            first.text = Some(caption.text);
        }
        Ok(items)
    }

    async fn upload_all(&self, call: &Execution, operation: &SendFile) -> Result<Vec<Uploaded>, TelegramError> {
        let mut uploaded = Vec::with_capacity(operation.files.len());
        for (number, file) in numbers(operation).zip(&operation.files) {
            let (incoming, limit) = files::open(self.files(), file, SIZES_MAX, call.deadline).await?;
            let file_id = random_id(call, number | UPLOAD_BIT);
            uploaded.push(self.upload(call, incoming, file_id, limit).await?);
        }
        Ok(uploaded)
    }

    async fn send_parcel(
        &self,
        call: &Execution,
        parcel: &Parcel<'_>,
        files: Vec<Uploaded>,
    ) -> Result<Vec<Delivered>, TelegramError> {
        let operation = parcel.operation;
        let manner = match (operation.as_voice, operation.as_document) {
            (true, _) => Manner::Voice,
            (false, true) => Manner::Documents,
            (false, false) => Manner::Natural,
        };
        let mut media = input_media(files, manner);
        if media.len() > 1 {
            media = self.settle(call, parcel.peer, media).await?;
        }
        let starts = numbers(operation).map(|part| note_started(call, part, parcel.after));
        try_join_all(starts).await?;
        let delivered = match self.hand_over(call, parcel, media).await {
            Ok(updates) => {
                self.learn_updates(call, &updates).await;
                let receipt = Receipt::of(&updates);
                numbers(operation).map(|part| receipt.delivered(random_id(call, part))).collect()
            }
            Err(error) if is_duplicate(&error) => self.parcel_before(call, parcel).await,
            Err(error) => return Err(error),
        };
        for (part, delivered) in numbers(operation).zip(&delivered) {
            if let Some(id) = delivered.message_id.filter(|_| parcel.schedule_date.is_none()) {
                self.newest.note_sent(parcel.peer, id);
            }
            note_sent(call, part, *delivered).await;
        }
        Ok(delivered)
    }

    /// Albums are made of files that Telegram has taken in as photos and documents.
    async fn settle(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        media: Vec<tl::enums::InputMedia>,
    ) -> Result<Vec<tl::enums::InputMedia>, TelegramError> {
        let mut settled = Vec::with_capacity(media.len());
        for media in media {
            let request = tl::functions::messages::UploadMedia {
                business_connection_id: None,
                peer: Self::input_peer(peer),
                media,
            };
            let taken = self.read(call, &request).await?;
            settled.push(
                as_input(&taken)
                    .ok_or_else(|| Refused::new("files", "holds a file that Telegram does not take in an album"))?,
            );
        }
        Ok(settled)
    }

    async fn hand_over(
        &self,
        call: &Execution,
        parcel: &Parcel<'_>,
        mut media: Vec<tl::enums::InputMedia>,
    ) -> Result<tl::enums::Updates, TelegramError> {
        let operation = parcel.operation;
        let peer = Self::input_peer(parcel.peer);
        let reply_to = reply_to(operation.reply_to.map(|id| id.0), operation.topic.map(|id| id.0));
        let entities = self.entities(call, &parcel.caption.entities).await?;
        if media.len() == 1 {
            let request = tl::functions::messages::SendMedia {
                silent: operation.silent,
                background: false,
                clear_draft: false,
                noforwards: false,
                update_stickersets_order: false,
                invert_media: false,
                allow_paid_floodskip: false,
                peer,
                reply_to,
                media: media.remove(0),
                message: parcel.caption.text.clone(),
                random_id: random_id(call, 0),
                reply_markup: None,
                entities,
                schedule_date: parcel.schedule_date,
                schedule_repeat_period: None,
                send_as: None,
                quick_reply_shortcut: None,
                effect: None,
                allow_paid_stars: None,
                suggested_post: None,
            };
            return self.write(call, &request).await;
        }
        let request = tl::functions::messages::SendMultiMedia {
            silent: operation.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer,
            reply_to,
            multi_media: album(call, media, &parcel.caption.text, entities),
            schedule_date: parcel.schedule_date,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
        };
        self.write(call, &request).await
    }

    async fn parcel_before(&self, call: &Execution, parcel: &Parcel<'_>) -> Vec<Delivered> {
        let trace = Trace { peer: parcel.peer, after: parcel.after, is_scheduled: parcel.schedule_date.is_some() };
        let wanted: Vec<Likeness> = numbers(parcel.operation)
            .map(|part| Likeness {
                // The caption is with the first file.
                text: if part == 0 { parcel.caption.text.clone() } else { String::new() },
                has_file: true,
            })
            .collect();
        self.find_sent(call, trace, &wanted).await
    }
}

fn album(
    call: &Execution,
    media: Vec<tl::enums::InputMedia>,
    caption: &str,
    mut entities: Option<Vec<tl::enums::MessageEntity>>,
) -> Vec<tl::enums::InputSingleMedia> {
    (0_u32..)
        .zip(media)
        .map(|(part, media)| {
            let single = tl::types::InputSingleMedia {
                media,
                random_id: random_id(call, part),
                message: if part == 0 { caption.to_owned() } else { String::new() },
                entities: entities.take(),
            };
            single.into()
        })
        .collect()
}

/// A file that Telegram has taken in, to be sent.
fn as_input(media: &tl::enums::MessageMedia) -> Option<tl::enums::InputMedia> {
    match media {
        tl::enums::MessageMedia::Photo(_) => {
            let photo = crate::convert::photo_of(media)?;
            let id = tl::types::InputPhoto {
                id: photo.id,
                access_hash: photo.access_hash,
                file_reference: photo.file_reference.clone(),
            };
            let media = tl::types::InputMediaPhoto {
                spoiler: false,
                live_photo: false,
                id: id.into(),
                ttl_seconds: None,
                video: None,
            };
            Some(media.into())
        }
        tl::enums::MessageMedia::Document(_) => {
            let document = crate::convert::document_of(media)?;
            let id = tl::types::InputDocument {
                id: document.id,
                access_hash: document.access_hash,
                file_reference: document.file_reference.clone(),
            };
            let media = tl::types::InputMediaDocument {
                spoiler: false,
                id: id.into(),
                video_cover: None,
                video_timestamp: None,
                ttl_seconds: None,
                query: None,
            };
            Some(media.into())
        }
        _ => None,
    }
}
