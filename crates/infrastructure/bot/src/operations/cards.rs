//! Cards: texts of ours with buttons below them.

use std::io::Cursor;

use async_trait::async_trait;
use serde::Serialize;
use telegraphist_application::cards::{
    Attachment, Button, Card, CardEdited, CardSent, Does, EditCard, SendCard, Style,
};
use telegraphist_application::files::safe_name;
use telegraphist_application::operation::Refused;
use telegraphist_application::ports::{Execute, Execution, Incoming, KnownPeer, TelegramError};
use telegraphist_application::text::{self, CAPTION_MAX, Formatted, TEXT_MAX, utf16_len};
use teloxide::payloads;

use super::asking::{chat_id, message_id};
use super::delivery::{Delivered, once, partial};
use super::letter::{Place, edit_text, send_text, with_caption};
use crate::account::BotAccount;
use crate::errors::SENT_MAX;
use crate::wire::{Request, Upload};

/// One message of a card.
enum Piece<'a> {
    Text(Formatted),
    Document(&'a Attachment, Formatted),
}

#[async_trait]
impl Execute<SendCard> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &SendCard) -> Result<CardSent, TelegramError> {
        let pieces = pieces(&operation.card);
        if pieces.is_empty() {
            return Err(Refused::new("card", "is empty; give it a text").into());
        }
        let peer = self.recipient(call, &operation.chat).await?;
        let place = Place { topic: operation.topic, reply_to: operation.reply_to, is_silent: operation.silent };
        let last = pieces.len() - 1;
        let mut out: Vec<Delivered> = Vec::with_capacity(pieces.len());
        for (number, piece) in pieces.iter().enumerate() {
            let buttons = if number == last { operation.card.buttons.as_slice() } else { &[] };
            let request = with_buttons(piece_request(&peer, piece, place.of_part(number)), buttons);
            let sending = async { Ok(self.receipt(call, &self.write(call, request).await?).await) };
            match once(call, number as u32, sending).await {
                Ok(delivered) => out.push(delivered),
                Err(cause) => return Err(partial(&out, cause)),
            }
        }
        Ok(CardSent { message_ids: out.iter().filter_map(|part| part.message_id).collect() })
    }
}

#[async_trait]
impl Execute<EditCard> for BotAccount {
    async fn execute(&self, call: &Execution, operation: &EditCard) -> Result<CardEdited, TelegramError> {
        let card = &operation.card;
        if utf16_len(&card.text.text) > TEXT_MAX {
            return Err(Refused::new("card", "has a text that is too long for one message").into());
        }
        let peer = self.recipient(call, &operation.chat).await?;
        let changed = if card.document.is_some() {
            self.edit_caption(call, &peer, operation).await
        } else {
            let id = message_id(operation.message_id);
            let request = with_buttons(edit_text(chat_id(&peer), id, &card.text, true), &card.buttons);
            match self.write_unless_so(call, request).await {
                Err(TelegramError::Invalid(refused)) if refused.argument == "message_id" => {
                    // What was sent has a document, and its text is a caption.
                    self.edit_caption(call, &peer, operation).await
                }
                changed => changed.map(|answer| answer.is_some()),
            }
        };
        Ok(CardEdited { is_changed: changed? })
    }
}

impl BotAccount {
    async fn edit_caption(
        &self,
        call: &Execution,
        peer: &KnownPeer,
        operation: &EditCard,
    ) -> Result<bool, TelegramError> {
        let card = &operation.card;
        if utf16_len(&card.text.text) > CAPTION_MAX {
            return Err(Refused::new("card", "has a text that is too long for the caption of a document").into());
        }
        let payload = payloads::EditMessageCaption::new(chat_id(peer), message_id(operation.message_id));
        let request = with_buttons(with_caption(Request::of(&payload), &card.text), &card.buttons);
        Ok(self.write_unless_so(call, request).await?.is_some())
    }
}

/// The messages that a card becomes. A text that no caption can hold goes before its document.
fn pieces(card: &Card) -> Vec<Piece<'_>> {
    let Some(document) = &card.document else {
        return text::split(&card.text, TEXT_MAX).into_iter().map(Piece::Text).collect();
    };
    if utf16_len(&card.text.text) <= CAPTION_MAX {
        return vec![Piece::Document(document, card.text.clone())];
    }
    let before = text::split(&card.text, TEXT_MAX).into_iter().map(Piece::Text);
    before.chain([Piece::Document(document, Formatted::default())]).collect()
}

fn piece_request(peer: &KnownPeer, piece: &Piece<'_>, place: Place) -> Request {
    match piece {
        // What a notice links to is not what it says.
        Piece::Text(text) => send_text(chat_id(peer), text, true, place),
        Piece::Document(document, caption) => {
            let request = Request::named("sendDocument")
                .with("chat_id", peer.id.0)
                .with("document", "attach://document")
                .with_files(vec![upload(document)]);
            place.apply(with_caption(request, caption))
        }
    }
}

fn upload(document: &Attachment) -> Upload {
    let bytes = document.content.clone().into_bytes();
    let file = Incoming {
        size: Some(bytes.len() as u64),
        name: safe_name(&document.name),
        mime_type: "text/plain".to_owned(),
        bytes: Box::pin(Cursor::new(bytes)),
    };
    Upload { name: "document".to_owned(), file, limit: SENT_MAX, progress: None }
}

/// Buttons as the Bot API takes them. teloxide's are without styles.
#[derive(Serialize)]
struct Keyboard<'a> {
    inline_keyboard: Vec<Vec<Key<'a>>>,
}

#[derive(Serialize)]
struct Key<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_data: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<&'static str>,
}

fn with_buttons(request: Request, buttons: &[Vec<Button>]) -> Request {
    if buttons.iter().all(Vec::is_empty) {
        return request;
    }
    let rows = buttons.iter().filter(|row| !row.is_empty());
    let inline_keyboard = rows.map(|row| row.iter().map(key).collect()).collect();
    request.with("reply_markup", Keyboard { inline_keyboard })
}

fn key(button: &Button) -> Key<'_> {
    let (callback_data, url) = match &button.does {
        Does::Tap(data) => (Some(data.as_str()), None),
        Does::Open(url) => (None, Some(url.as_str())),
    };
    let style = button.style.map(|style| match style {
        Style::Primary => "primary",
        Style::Success => "success",
        Style::Danger => "danger",
    });
    Key { text: &button.text, callback_data, url, style }
}
