use async_trait::async_trait;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::SendMessage;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::text::{self, Entity, Formatted, TEXT_MAX};
use telegraphist_application::views::{Sent, SentPart};
use telegraphist_domain::{ChatId, ChatRef};

use super::delivery::{
    Likeness, Standing, Trace, is_duplicate, note_sent, note_started, partial, preview, random_id, reply_to, sent,
    standing,
};
use super::receipt::{Delivered, Receipt};
use crate::account::Account;
use crate::convert::to_telegram;

#[async_trait]
impl Execute<SendMessage> for Account {
    async fn execute(&self, call: &Execution, operation: &SendMessage) -> Result<Sent, TelegramError> {
        let schedule_date = self.schedule_date(operation.schedule)?;
        let parts = text::split(&text::format(&operation.text, operation.format), TEXT_MAX);
        if parts.iter().all(|part| part.text.trim().is_empty()) {
            return Err(Refused::new("text", "is empty; write something visible").into());
        }
        let peer = self.chat(call, &operation.chat).await?;
        if let Some(reply_to) = operation.reply_to {
            self.check_is_in(call, &peer, reply_to.0).await?;
        }
        if operation.dry_run {
            let items = parts.into_iter().map(shown).collect();
            return Ok(preview(call, &peer, items));
        }
        let total = parts.len() as u64;
        let mut out: Vec<Delivered> = Vec::with_capacity(parts.len());
        for (number, part) in (0_u32..).zip(&parts) {
            let message = Message { peer: &peer, operation, schedule_date, number, part };
            match self.send_part(call, &message).await {
                Ok(delivered) => out.push(delivered),
                Err(cause) => return Err(partial(&out, cause)),
            }
            if total > 1 {
                call.progress.report(u64::from(number) + 1, Some(total), "parts sent");
            }
        }
        Ok(sent(call, &peer, schedule_date.is_some(), out))
    }
}

/// One part of a text on its way.
struct Message<'a> {
    peer: &'a KnownPeer,
    operation: &'a SendMessage,
    schedule_date: Option<i32>,
    number: u32,
    part: &'a Formatted,
}

impl Account {
    async fn send_part(&self, call: &Execution, message: &Message<'_>) -> Result<Delivered, TelegramError> {
        let after = match standing(call, message.number).await? {
            Standing::Sent(delivered) => return Ok(delivered),
            Standing::Uncertain { after } => after,
            Standing::Unsent => {
                let after = self.newest.of(message.peer);
                note_started(call, message.number, after).await?;
                after
            }
        };
        let request = self.send_request(call, message).await?;
        let delivered = match self.write(call, &request).await {
            Ok(updates) => {
                self.learn_updates(call, &updates).await;
                Receipt::of(&updates).delivered(request.random_id)
            }
            Err(error) if is_duplicate(&error) => self.sent_before(call, message, after).await,
            Err(error) => return Err(error),
        };
        if let Some(id) = delivered.message_id.filter(|_| message.schedule_date.is_none()) {
            self.newest.note_sent(message.peer, id);
        }
        note_sent(call, message.number, delivered).await;
        Ok(delivered)
    }

    async fn sent_before(&self, call: &Execution, message: &Message<'_>, after: Option<i32>) -> Delivered {
        let trace = Trace { peer: message.peer, after, is_scheduled: message.schedule_date.is_some() };
        let like = Likeness { text: message.part.text.clone(), has_file: false };
        let found = self.find_sent(call, trace, &[like]).await;
        found[0]
    }

    async fn send_request(
        &self,
        call: &Execution,
        message: &Message<'_>,
    ) -> Result<tl::functions::messages::SendMessage, TelegramError> {
        let operation = message.operation;
        // Only the first part is the reply; the rest follow in the same topic.
        let replied = operation.reply_to.filter(|_| message.number == 0);
        Ok(tl::functions::messages::SendMessage {
            no_webpage: operation.no_preview,
            silent: operation.silent,
            background: false,
            clear_draft: false,
            noforwards: false,
            update_stickersets_order: false,
            invert_media: false,
            allow_paid_floodskip: false,
            peer: Self::input_peer(message.peer),
            reply_to: reply_to(replied.map(|id| id.0), operation.topic.map(|id| id.0)),
            message: message.part.text.clone(),
            random_id: random_id(call, message.number),
            reply_markup: None,
            entities: self.entities(call, &message.part.entities).await?,
            schedule_date: message.schedule_date,
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            allow_paid_stars: None,
            suggested_post: None,
            rich_message: None,
        })
    }

    /// Formatting for Telegram. Mentions of users by id need what is remembered of them.
    pub(super) async fn entities(
        &self,
        call: &Execution,
        entities: &[Entity],
    ) -> Result<Option<Vec<tl::enums::MessageEntity>>, TelegramError> {
        use telegraphist_application::text::EntityKind;
        let mut mentioned = Vec::new();
        for entity in entities {
            let EntityKind::MentionName { user_id } = entity.kind else {
                continue;
            };
            match self.resolve_to_read(call, &ChatRef::Id(ChatId(user_id))).await {
                Ok(peer) => mentioned.extend(Self::input_user(&peer).ok().map(|user| (user_id, user))),
                // A message must not fail for a mention of somebody who was never seen.
                Err(TelegramError::UnseenId | TelegramError::UnknownChat | TelegramError::Hidden(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(to_telegram(entities, |id| {
            let mut mentioned = mentioned.iter();
            mentioned.find_map(|(of, user)| (*of == id).then(|| user.clone()))
        }))
    }
}

/// A part as a dry run shows it.
fn shown(part: Formatted) -> SentPart {
    SentPart {
        message_id: None,
        date: None,
        entities: part.entities.iter().map(ToString::to_string).collect(),
        text: Some(part.text),
        file: None,
    }
}
