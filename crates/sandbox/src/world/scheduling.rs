//! Messages that wait for their moment.

use grammers_tl_types as tl;

use super::World;
use super::mailboxes::Scheduled;
use super::messages::{Extra, Message, Text};
use super::peers::Peer;
use super::posting::Draft;
use super::refusal::{Allowed, RpcError};
use super::telling::Cause;

/// A message cannot wait for longer than a year.
const WAIT_MAX_SECONDS: i32 = 366 * 24 * 60 * 60;
/// In one chat.
const SCHEDULED_MAX: usize = 100;
/// What is due within so many seconds is sent at once.
const SOON_SECONDS: i32 = 10;

impl World {
    /// Whether a message for this moment has to wait at all.
    pub fn is_later(&self, due: Option<i32>) -> Allowed<Option<i32>> {
        let now = self.now();
        match due {
            Some(due) if due > now.saturating_add(WAIT_MAX_SECONDS) => {
                Err(RpcError::bad_request("SCHEDULE_DATE_TOO_LATE"))
            }
            Some(due) if due <= 0 => Err(RpcError::bad_request("SCHEDULE_DATE_INVALID")),
            due => Ok(due.filter(|due| *due > now + SOON_SECONDS)),
        }
    }

    /// Keeps a message until it is due; returns its id in the schedule.
    pub fn schedule(&mut self, cause: &Cause, peer: Peer, due: i32, draft: Draft) -> Allowed<i32> {
        self.may_post(cause.account, peer, draft.topic)?;
        draft.check()?;
        let mailbox = self.mailbox_mut(cause.account);
        let waiting = mailbox.scheduled.entry(peer).or_default();
        if waiting.len() >= SCHEDULED_MAX {
            return Err(RpcError::bad_request("SCHEDULE_TOO_MUCH"));
        }
        let id = mailbox.next_scheduled_id;
        mailbox.next_scheduled_id += 1;
        waiting.push(Scheduled { id, due, draft });
        self.will_be_due(due);
        let message = self.view_scheduled(cause.account, peer, id).expect("it was just put there");
        self.tell(cause, cause.account, tl::types::UpdateNewScheduledMessage { message }.into());
        Ok(id)
    }

    /// Notes that something has to be sent at this moment.
    pub(crate) fn will_be_due(&mut self, due: i32) {
        self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
    }

    /// Whether anything waits in a conversation.
    pub(crate) fn has_scheduled(&self, account: i64, peer: Peer) -> bool {
        self.mailbox(account).scheduled.get(&peer).is_some_and(|waiting| !waiting.is_empty())
    }

    /// The ids of what waits in a conversation, the latest first.
    pub fn scheduled_ids(&self, account: i64, peer: Peer) -> Vec<i32> {
        let mut waiting: Vec<&Scheduled> = self.mailbox(account).scheduled.get(&peer).into_iter().flatten().collect();
        waiting.sort_by_key(|scheduled| std::cmp::Reverse((scheduled.due, scheduled.id)));
        waiting.into_iter().map(|scheduled| scheduled.id).collect()
    }

    /// A waiting message as its author sees it.
    pub fn view_scheduled(&self, account: i64, peer: Peer, id: i32) -> Option<tl::enums::Message> {
        let waiting = self.mailbox(account).scheduled.get(&peer)?;
        let scheduled = waiting.iter().find(|scheduled| scheduled.id == id)?;
        let draft = &scheduled.draft;
        let extra = Extra {
            entities: draft.entities.clone(),
            media: draft.media.clone(),
            silent: draft.silent,
            from_scheduled: true,
            grouped_id: draft.grouped_id,
            ..Extra::default()
        };
        let message = Message {
            id,
            date: scheduled.due,
            uid: 0,
            from: Peer::User(account),
            text: Text::new(draft.text.clone()),
            extra: Some(Box::new(extra)),
        };
        Some(self.view_message(account, peer, &message))
    }

    /// Takes messages out of the schedule without sending them.
    pub fn unschedule(&mut self, cause: &Cause, peer: Peer, ids: &[i32]) -> usize {
        let waiting = self.mailbox_mut(cause.account).scheduled.entry(peer).or_default();
        let before = waiting.len();
        waiting.retain(|scheduled| !ids.contains(&scheduled.id));
        let removed = before - waiting.len();
        let messages = ids.to_vec();
        let update = tl::types::UpdateDeleteScheduledMessages { peer: peer.into(), messages, sent_messages: None };
        self.tell(cause, cause.account, update.into());
        removed
    }

    /// Sends waiting messages before they are due.
    pub fn send_scheduled(&mut self, cause: &Cause, peer: Peer, ids: &[i32]) -> Allowed<()> {
        let waiting = self.mailbox_mut(cause.account).scheduled.entry(peer).or_default();
        let all = std::mem::take(waiting);
        let (due, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|scheduled| ids.contains(&scheduled.id));
        *waiting = rest;
        if due.is_empty() {
            return Err(RpcError::bad_request("MESSAGE_ID_INVALID"));
        }
        for scheduled in due {
            self.send_due(cause, peer, scheduled)?;
        }
        Ok(())
    }

    fn send_due(&mut self, cause: &Cause, peer: Peer, scheduled: Scheduled) -> Allowed<()> {
        let draft = Draft { from_scheduled: true, ..scheduled.draft };
        let sent = self.post(cause, peer, draft)?;
        let update = tl::types::UpdateDeleteScheduledMessages {
            peer: peer.into(),
            messages: vec![scheduled.id],
            sent_messages: Some(vec![sent]),
        };
        self.tell(cause, cause.account, update.into());
        Ok(())
    }

    /// Sends everything that is due by now. Every request begins with it; whoever owns the world may also call it from time to time.
    pub fn send_all_due(&mut self) {
        let now = self.now();
        if self.next_due.is_none_or(|due| due > now) {
            return;
        }
        let accounts: Vec<i64> = self.accounts.iter().map(|account| account.user_id).collect();
        for account in accounts {
            let schedule = std::mem::take(&mut self.mailbox_mut(account).scheduled);
            let mut waiting = Vec::new();
            for (peer, all) in schedule {
                let (due, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|scheduled| scheduled.due <= now);
                waiting.extend((!rest.is_empty()).then_some((peer, rest)));
                for scheduled in due {
                    // What may no longer be sent when its moment comes is dropped, as on the real server.
                    let _ = self.send_due(&Cause::by(account), peer, scheduled);
                }
            }
            self.mailbox_mut(account).scheduled.extend(waiting);
        }
        let waiting = self.mailboxes.values().flat_map(|mailbox| mailbox.scheduled.values().flatten());
        self.next_due = waiting.map(|scheduled| scheduled.due).min();
    }
}
