use async_trait::async_trait;
use futures::future::try_join_all;
use grammers_tl_types as tl;
use telegraphist_application::operation::Refused;
use telegraphist_application::operations::ForwardMessages;
use telegraphist_application::ports::{Execute, Execution, KnownPeer, TelegramError};
use telegraphist_application::views::{Sent, SentPart};

use super::batch::Batch;
use super::delivery::{
    Likeness, Standing, Trace, is_duplicate, likeness, note_sent, note_started, partial, preview, random_id, sent,
    standing, topic_id,
};
use super::receipt::{Delivered, Receipt};
use crate::account::Account;

/// A message to be forwarded that is not known to have been.
struct Pending {
    part: u32,
    id: i32,
    after: Option<i32>,
    like: Likeness,
}

#[async_trait]
impl Execute<ForwardMessages> for Account {
    /// Telegram takes ids of a mailbox from whichever chat they are: so they are read first, which also gives what a
    /// lost answer is looked up by.
    async fn execute(&self, call: &Execution, operation: &ForwardMessages) -> Result<Sent, TelegramError> {
        let source = self.chat_to_read(call, &operation.from_chat).await?;
        let target = self.chat(call, &operation.chat).await?;
        let ids: Vec<i32> = operation.message_ids.iter().map(|id| id.0).collect();
        let batch = self.messages_by_id(call, &source, &ids).await?;
        let originals = originals(&batch, &ids)?;
        if operation.dry_run {
            let is_withheld = call.reach.is_locked_down();
            let items = originals.into_iter().map(|like| shown(like, is_withheld)).collect();
            return Ok(preview(call, &target, items));
        }
        let mut outcomes: Vec<Option<Delivered>> = vec![None; ids.len()];
        let mut pending = Vec::new();
        for (part, (id, like)) in (0_u32..).zip(ids.iter().zip(originals)) {
            let after = match standing(call, part).await? {
                Standing::Sent(delivered) => {
                    outcomes[part as usize] = Some(delivered);
                    continue;
                }
                Standing::Uncertain { after } => after,
                Standing::Unsent => self.newest.of(&target),
            };
            pending.push(Pending { part, id: *id, after, like });
        }
        let earlier: Vec<Delivered> = outcomes.iter().flatten().copied().collect();
        let forwarded = self.forward(call, operation, (&source, &target), &pending);
        let forwarded = forwarded.await.map_err(|cause| partial(&earlier, cause))?;
        for (pending, delivered) in pending.iter().zip(forwarded) {
            outcomes[pending.part as usize] = Some(delivered);
        }
        Ok(sent(call, &target, false, outcomes.into_iter().flatten()))
    }
}

/// What the originals look like, in order; all must be there.
fn originals(batch: &Batch, ids: &[i32]) -> Result<Vec<Likeness>, TelegramError> {
    let mut originals = Vec::with_capacity(ids.len());
    let mut missing = Vec::new();
    for id in ids {
        match batch.message(*id) {
            Some(tl::enums::Message::Message(message)) => originals.push(likeness(message)),
            Some(tl::enums::Message::Service(_) | tl::enums::Message::Empty(_)) | None => {
                missing.push(id.to_string());
            }
        }
    }
    match missing.len() {
        0 => Ok(originals),
        all if all == ids.len() => Err(TelegramError::UnknownMessage),
        _ => {
            let problem = format!("not messages of this chat: {}", missing.join(", "));
            Err(Refused::new("message_ids", problem).into())
        }
    }
}

/// A message as a dry run shows it; its text is by others.
fn shown(like: Likeness, is_withheld: bool) -> SentPart {
    SentPart {
        message_id: None,
        date: None,
        text: (!is_withheld).then(|| telegraphist_application::text::Foreign::new(like.text).to_string()),
        entities: Vec::new(),
        file: like.has_file.then(|| "the file of the original".to_owned()),
    }
}

impl Account {
    /// Forwards all that is pending with one request, or finds out that an earlier attempt did.
    async fn forward(
        &self,
        call: &Execution,
        operation: &ForwardMessages,
        (source, target): (&KnownPeer, &KnownPeer),
        pending: &[Pending],
    ) -> Result<Vec<Delivered>, TelegramError> {
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        try_join_all(pending.iter().map(|one| note_started(call, one.part, one.after))).await?;
        let random_ids: Vec<i64> = pending.iter().map(|one| random_id(call, one.part)).collect();
        let request = tl::functions::messages::ForwardMessages {
            silent: operation.silent,
            background: false,
            with_my_score: false,
            drop_author: operation.as_copy,
            drop_media_captions: false,
            noforwards: false,
            allow_paid_floodskip: false,
            from_ephemeral: false,
            from_peer: Self::input_peer(source),
            id: pending.iter().map(|one| one.id).collect(),
            random_id: random_ids.clone(),
            to_peer: Self::input_peer(target),
            top_msg_id: topic_id(operation.topic.map(|topic| topic.0)),
            reply_to: None,
            schedule_date: None,
            schedule_repeat_period: None,
            send_as: None,
            quick_reply_shortcut: None,
            effect: None,
            video_timestamp: None,
            allow_paid_stars: None,
            suggested_post: None,
        };
        let delivered = match self.write(call, &request).await {
            Ok(updates) => {
                self.learn_updates(call, &updates).await;
                let receipt = Receipt::of(&updates);
                random_ids.iter().map(|id| receipt.delivered(*id)).collect()
            }
            Err(error) if is_duplicate(&error) => self.forwarded_before(call, target, pending).await,
            Err(error) => return Err(error),
        };
        for (one, delivered) in pending.iter().zip(&delivered) {
            if let Some(id) = delivered.message_id {
                self.newest.note_sent(target, id);
            }
            note_sent(call, one.part, *delivered).await;
        }
        Ok(delivered)
    }

    async fn forwarded_before(&self, call: &Execution, target: &KnownPeer, pending: &[Pending]) -> Vec<Delivered> {
        let trace =
            Trace { peer: target, after: pending.iter().map(|one| one.after).min().flatten(), is_scheduled: false };
        let wanted: Vec<Likeness> = pending.iter().map(|one| one.like.clone()).collect();
        self.find_sent(call, trace, &wanted).await
    }
}
