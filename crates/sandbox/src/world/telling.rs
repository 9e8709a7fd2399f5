//! Who has to be told of what: writes events into logs, draws them for each account, and collects the pushes.
//!
//! Whoever caused an event gets it as the answer of the request, so it is pushed to that account's other clients only.

use grammers_tl_types as tl;

use super::logs::{Event, Logged};
use super::peers::Peer;
use super::view::count;
use super::{Push, World};

/// Who does something, and with which client.
#[derive(Clone, Copy, Debug)]
pub struct Cause {
    /// The account that acts.
    pub account: i64,
    /// The key of its client; none when the control side lets it act, so that all its clients are told.
    pub key: Option<u64>,
}

impl Cause {
    /// An account that acts without a client.
    pub fn by(account: i64) -> Self {
        Self { account, key: None }
    }
}

impl World {
    /// Tells one account's clients something, and keeps it for the answer if that account caused it.
    pub(crate) fn tell(&mut self, cause: &Cause, account: i64, update: tl::enums::Update) {
        let is_own = account == cause.account;
        let except_key = cause.key.filter(|_| is_own);
        let has_listener = self.watchers > 0 || self.keys.of_account(account).any(|key| Some(key) != except_key);
        if has_listener {
            let updates = self.view_updates(account, vec![update.clone()]);
            self.pushes.push(Push { account, except_key, updates });
        }
        if is_own && cause.key.is_some() {
            self.echo.push(update);
        }
    }

    /// What the acting account has to learn from its answer.
    pub(crate) fn take_echo(&mut self) -> Vec<tl::enums::Update> {
        std::mem::take(&mut self.echo)
    }

    /// Writes an event into one account's log and tells its clients.
    pub(crate) fn happen_to(&mut self, cause: &Cause, account: i64, event: Event) {
        self.note_for_bot(cause, account, &event);
        let logged = self.mailbox_mut(account).log.append(event);
        if let Some(update) = self.view_event(account, &logged) {
            self.tell(cause, account, update);
        }
    }

    /// Writes an event into a channel's log and tells all members.
    pub(crate) fn happen_in(&mut self, cause: &Cause, channel: i64, event: Event) {
        let Some(found) = self.channels.get_mut(&channel) else { return };
        let logged = found.log.append(event);
        for member in self.listeners(channel, cause) {
            self.note_for_bot(cause, member, &logged.event);
            if let Some(update) = self.view_event(member, &logged) {
                self.tell(cause, member, update);
            }
        }
    }

    /// The members of a channel, and whoever acts in it without being one.
    fn listeners(&self, channel: i64, cause: &Cause) -> Vec<i64> {
        let Some(channel) = self.channels.get(&channel) else { return Vec::new() };
        let mut listeners: Vec<i64> = channel.members.keys().copied().collect();
        if !channel.members.contains_key(&cause.account) {
            listeners.push(cause.account);
        }
        listeners
    }

    /// Tells everybody who takes part in a conversation something that needs no number. `draw` makes each account's own form of it: it gets the
    /// account and the name that the conversation has there.
    pub(crate) fn tell_everybody(
        &mut self,
        cause: &Cause,
        peer: Peer,
        draw: impl Fn(&Self, i64, Peer) -> Option<tl::enums::Update>,
    ) {
        for (account, name) in self.audience(cause.account, peer) {
            if let Some(update) = draw(self, account, name) {
                self.tell(cause, account, update);
            }
        }
    }

    /// Everybody who sees what `account` does in `peer`, with the name that the conversation has for them; `account` comes first.
    pub(crate) fn audience(&self, account: i64, peer: Peer) -> Vec<(i64, Peer)> {
        let mut audience = vec![(account, peer)];
        match peer {
            Peer::User(other) if other == account => {}
            Peer::User(other) => {
                if !self.mailbox(other).has_blocked(Peer::User(account)) {
                    audience.push((other, Peer::User(account)));
                }
            }
            Peer::Group(id) => {
                let members = self.groups.get(&id).into_iter().flat_map(|group| group.members.keys());
                audience.extend(members.filter(|member| **member != account).map(|member| (*member, peer)));
            }
            Peer::Channel(id) => {
                let members = self.channels.get(&id).into_iter().flat_map(|channel| channel.members.keys());
                audience.extend(members.filter(|member| **member != account).map(|member| (*member, peer)));
            }
        }
        audience
    }

    /// An event in the form that clients know; nothing if what it is about is gone.
    pub(crate) fn view_event(&self, viewer: i64, logged: &Logged) -> Option<tl::enums::Update> {
        let Logged { pts, count: pts_count, event } = logged;
        let (pts, pts_count) = (*pts, *pts_count);
        let draw = |peer: Peer, id: i32| {
            let message = self.thread(viewer, peer).get(id)?;
            Some(self.view_message(viewer, peer, message))
        };
        if let Event::New(peer, id) | Event::Edited(peer, id) = event
            && self.thread(viewer, *peer).get(*id).is_some_and(|message| !self.sees(viewer, *peer, message))
        {
            return Some(nothing_to_see(*peer, pts, pts_count));
        }
        let update = match event {
            Event::New(peer @ Peer::Channel(_), id) => {
                tl::types::UpdateNewChannelMessage { message: draw(*peer, *id)?, pts, pts_count }.into()
            }
            Event::New(peer, id) => tl::types::UpdateNewMessage { message: draw(*peer, *id)?, pts, pts_count }.into(),
            Event::Edited(peer @ Peer::Channel(_), id) => {
                tl::types::UpdateEditChannelMessage { message: draw(*peer, *id)?, pts, pts_count }.into()
            }
            Event::Edited(peer, id) => {
                tl::types::UpdateEditMessage { message: draw(*peer, *id)?, pts, pts_count }.into()
            }
            Event::Deleted(Peer::Channel(channel_id), ids) => {
                let (channel_id, messages) = (*channel_id, ids.clone());
                tl::types::UpdateDeleteChannelMessages { channel_id, messages, pts, pts_count }.into()
            }
            Event::Deleted(_, ids) => tl::types::UpdateDeleteMessages { messages: ids.clone(), pts, pts_count }.into(),
            Event::ReadInbox(peer, max_id) => tl::types::UpdateReadHistoryInbox {
                folder_id: None,
                peer: (*peer).into(),
                top_msg_id: None,
                max_id: *max_id,
                still_unread_count: self.unread_count(viewer, *peer),
                pts,
                pts_count,
            }
            .into(),
            Event::ReadOutbox(peer, max_id) => {
                let (peer, max_id) = ((*peer).into(), *max_id);
                tl::types::UpdateReadHistoryOutbox { peer, max_id, pts, pts_count }.into()
            }
            Event::ReadContents(ids) => {
                let messages = ids.clone();
                tl::types::UpdateReadMessagesContents { messages, pts, pts_count, date: None }.into()
            }
            Event::Pinned(Peer::Channel(channel_id), ids, pinned) => tl::types::UpdatePinnedChannelMessages {
                pinned: *pinned,
                channel_id: *channel_id,
                messages: ids.clone(),
                pts,
                pts_count,
            }
            .into(),
            Event::Pinned(peer, ids, pinned) => tl::types::UpdatePinnedMessages {
                pinned: *pinned,
                peer: (*peer).into(),
                messages: ids.clone(),
                pts,
                pts_count,
            }
            .into(),
            Event::Archived(peer, archived) => {
                let folder_id = i32::from(*archived);
                let moved = tl::types::FolderPeer { peer: (*peer).into(), folder_id };
                tl::types::UpdateFolderPeers { folder_peers: vec![moved.into()], pts, pts_count }.into()
            }
        };
        Some(update)
    }

    /// How many messages of a conversation the viewer has not read.
    pub(crate) fn unread_count(&self, viewer: i64, peer: Peer) -> i32 {
        let read = self.mailbox(viewer).dialogs.get(&peer).map_or(0, |dialog| dialog.read_inbox);
        let unread = self.thread(viewer, peer).after(read);
        count(unread.iter().filter(|message| message.writer() != Some(viewer)).count())
    }
}

/// Moves a bot's count on past a message that is not meant for it.
fn nothing_to_see(peer: Peer, pts: i32, pts_count: i32) -> tl::enums::Update {
    let messages = Vec::new();
    match peer {
        Peer::Channel(channel_id) => {
            tl::types::UpdateDeleteChannelMessages { channel_id, messages, pts, pts_count }.into()
        }
        Peer::User(_) | Peer::Group(_) => tl::types::UpdateDeleteMessages { messages, pts, pts_count }.into(),
    }
}
