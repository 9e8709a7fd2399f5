//! What the answer to a send says: which message each `random_id` became, and when.

use grammers_tl_types as tl;

use crate::convert::{date_of, id_of};

/// The messages that an answer reports as sent.
#[derive(Default)]
pub(super) struct Receipt {
    ids: Vec<(i64, i32)>,
    dates: Vec<(i32, i32)>,
    /// The short form of the answer holds one message and no `random_id`.
    single: Option<Delivered>,
}

/// One message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delivered {
    /// `None` when it is certain that it was sent but not as which id.
    pub(super) message_id: Option<i32>,
    /// Unix seconds.
    pub(super) date: Option<i32>,
}

impl Receipt {
    pub(super) fn of(updates: &tl::enums::Updates) -> Self {
        let mut receipt = Self::default();
        match updates {
            tl::enums::Updates::Updates(updates) => receipt.take_all(&updates.updates),
            tl::enums::Updates::Combined(updates) => receipt.take_all(&updates.updates),
            tl::enums::Updates::UpdateShort(short) => receipt.take(&short.update),
            tl::enums::Updates::UpdateShortSentMessage(sent) => {
                receipt.single = Some(Delivered { message_id: Some(sent.id), date: Some(sent.date) });
            }
            // None of these answers a send; the id stays unknown.
            tl::enums::Updates::TooLong
            | tl::enums::Updates::UpdateShortMessage(_)
            | tl::enums::Updates::UpdateShortChatMessage(_) => {}
        }
        receipt
    }

    fn take_all(&mut self, updates: &[tl::enums::Update]) {
        for update in updates {
            self.take(update);
        }
    }

    fn take(&mut self, update: &tl::enums::Update) {
        let message = match update {
            tl::enums::Update::MessageId(update) => {
                self.ids.push((update.random_id, update.id));
                return;
            }
            tl::enums::Update::NewMessage(update) => &update.message,
            tl::enums::Update::NewChannelMessage(update) => &update.message,
            tl::enums::Update::NewScheduledMessage(update) => &update.message,
            // Read marks, drafts and the like may come along.
            _ => return,
        };
        if let Some(date) = date_of(message) {
            self.dates.push((id_of(message), date));
        }
    }

    /// What the message of that `random_id` became.
    pub(super) fn delivered(&self, random_id: i64) -> Delivered {
        if let Some(single) = self.single {
            return single;
        }
        let message_id = self.ids.iter().find_map(|(random, id)| (*random == random_id).then_some(*id));
        let date = message_id.and_then(|id| {
            let mut dates = self.dates.iter();
            dates.find_map(|(of, date)| (*of == id).then_some(*date))
        });
        Delivered { message_id, date }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_answer_names_the_message() {
        let updates = tl::types::UpdateShortSentMessage {
            out: true,
            id: 3007,
            pts: 1,
            pts_count: 1,
            date: 99,
            media: None,
            entities: None,
            ttl_period: None,
        };
        let delivered = Receipt::of(&updates.into()).delivered(5);
        assert_eq!((delivered.message_id, delivered.date), (Some(3007), Some(99)));
    }

    #[test]
    fn the_id_goes_by_the_random_id() {
        let update = |id, random_id| tl::types::UpdateMessageId { id, random_id }.into();
        let updates = tl::types::Updates {
            updates: vec![update(1, 11), update(2, 22)],
            users: Vec::new(),
            chats: Vec::new(),
            date: 0,
            seq: 0,
        };
        let receipt = Receipt::of(&updates.into());
        assert_eq!(receipt.delivered(22).message_id, Some(2));
        assert_eq!(receipt.delivered(33).message_id, None);
    }
}
