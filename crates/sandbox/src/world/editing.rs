//! Changing and deleting what was sent, in every mailbox that holds a copy.

use std::collections::BTreeMap;

use grammers_tl_types as tl;

use super::World;
use super::chats::Role;
use super::entities;
use super::keyboards::Keyboard;
use super::logs::Event;
use super::messages::{Media, MediaLook, Message, Preview, Text};
use super::peers::Peer;
use super::posting::{Draft, Placed};
use super::refusal::{Allowed, RpcError};
use super::rights::Right;
use super::telling::Cause;

/// After two days nobody edits any more, except channel posts and saved messages.
const EDIT_SECONDS: i32 = 2 * 24 * 60 * 60;

/// What a message shall become; absent parts stay.
#[derive(Clone, Default)]
pub struct Change {
    /// New words and their formatting.
    pub words: Option<(String, Vec<tl::enums::MessageEntity>)>,
    /// A new file.
    pub media: Option<Media>,
    /// Show no preview of a link in the new words.
    pub without_page: bool,
    /// Another look of the file.
    pub look: Option<MediaLook>,
    /// Another preview of the link.
    pub preview: Option<Preview>,
    /// The buttons that come with it from now on: an edit that names none takes them away.
    pub keyboard: Option<Keyboard>,
}

impl World {
    /// Every copy of a message; the one of `account` comes first.
    pub(crate) fn copies(&self, account: i64, peer: Peer, id: i32) -> Vec<Placed> {
        let Some(message) = self.thread(account, peer).get(id) else { return Vec::new() };
        if let Peer::Channel(_) = peer {
            return vec![Placed { owner: None, peer, id }];
        }
        let uid = message.uid;
        let copy = |(owner, peer): (i64, Peer)| {
            let id = self.thread(owner, peer).by_uid(uid)?.id;
            Some(Placed { owner: Some(owner), peer, id })
        };
        self.audience(account, peer).into_iter().filter_map(copy).collect()
    }

    /// The message behind a copy.
    pub(crate) fn copy_mut(&mut self, placed: &Placed) -> Option<&mut Message> {
        match (placed.owner, placed.peer) {
            (Some(owner), peer) => self.mailbox_mut(owner).thread_mut(peer).get_mut(placed.id),
            (None, peer) => self.channels.get_mut(&peer.id())?.thread.get_mut(placed.id),
        }
    }

    /// Whether somebody may edit a message at this moment.
    pub fn may_edit(&self, account: i64, peer: Peer, id: i32) -> Allowed<&Message> {
        let message = self.thread(account, peer).get(id);
        let message = message
            .filter(|message| !message.is_service())
            .ok_or_else(|| RpcError::bad_request("MESSAGE_ID_INVALID"))?;
        let is_admins_post = matches!(peer, Peer::Channel(id)
            if self.channels[&id].is_broadcast() && self.channels[&id].is_admin(account));
        if message.writer() != Some(account) && !is_admins_post {
            return Err(RpcError::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        let is_saved = peer == Peer::User(account);
        let is_poll = matches!(message.media(), Some(Media::Poll(_)));
        // ASSUMED: bots edit for as long as they like.
        let is_bots = self.is_bot(account);
        if !is_bots && !is_admins_post && !is_saved && !is_poll && message.date + EDIT_SECONDS < self.now() {
            return Err(RpcError::bad_request("MESSAGE_EDIT_TIME_EXPIRED"));
        }
        Ok(message)
    }

    /// Changes a message for everybody.
    pub fn edit(&mut self, cause: &Cause, peer: Peer, id: i32, change: Change) -> Allowed<()> {
        let message = self.may_edit(cause.account, peer, id)?;
        let media = change.media.clone().or_else(|| media_after(message, &change));
        let (text, marked) = match change.words {
            Some((text, marked)) => (text, marked),
            None => (message.text.shown.clone(), message.entities().to_vec()),
        };
        let look = change.look.unwrap_or_else(|| message.look());
        let preview = change.preview.map(Box::new).or_else(|| message.extra.as_ref()?.preview.clone());
        let keyboard = change.keyboard.filter(|_| self.is_bot(cause.account));
        let draft = Draft { text, entities: marked, media, keyboard, ..Draft::default() };
        draft.check()?;
        let completed = entities::complete(&draft.text, draft.entities);
        let has_same_content = draft.text == message.text.shown
            && completed == message.entities()
            && draft.media.as_ref() == message.media()
            && look == message.look();
        if has_same_content && draft.keyboard.as_ref() == message.keyboard() {
            return Err(RpcError::bad_request("MESSAGE_NOT_MODIFIED"));
        }
        let (words, now) = (Text::new(draft.text), self.now());
        for copy in self.copies(cause.account, peer, id) {
            if let Some(message) = self.copy_mut(&copy) {
                message.text = words.clone();
                let extra = message.extra_mut();
                extra.entities.clone_from(&completed);
                extra.media.clone_from(&draft.media);
                extra.look = look;
                extra.preview.clone_from(&preview);
                extra.keyboard = draft.keyboard.clone().map(Box::new);
                // Other buttons alone do not make a message look edited.
                extra.edit_hidden = has_same_content && (extra.edit_hidden || extra.edited.is_none());
                extra.edited = Some(now);
            }
            self.happened_to_copy(cause, &copy, Event::Edited(copy.peer, copy.id));
        }
        Ok(())
    }

    /// Writes an event about a copy into the log that it belongs to.
    pub(crate) fn happened_to_copy(&mut self, cause: &Cause, copy: &Placed, event: Event) {
        match copy.owner {
            Some(owner) => self.happen_to(cause, owner, event),
            None => self.happen_in(cause, copy.peer.id(), event),
        }
    }

    /// Deletes messages of one's mailbox; with `revoke` also everybody else's copies. Returns how many there were.
    pub fn delete_from_mailbox(&mut self, cause: &Cause, ids: &[i32], revoke: bool) -> Allowed<usize> {
        let mut doomed: BTreeMap<(i64, Peer), Vec<i32>> = BTreeMap::new();
        let mut own = 0;
        for id in ids {
            let Some(peer) = self.mailbox(cause.account).home_of(*id) else { continue };
            if revoke {
                self.may_revoke(cause.account, peer, *id)?;
            }
            let copies = self.copies(cause.account, peer, *id);
            own += 1;
            for copy in copies.iter().take(if revoke { usize::MAX } else { 1 }) {
                let owner = copy.owner.unwrap_or(cause.account);
                doomed.entry((owner, copy.peer)).or_default().push(copy.id);
            }
        }
        for ((owner, peer), ids) in doomed {
            self.discard(owner, peer, &ids);
            self.happen_to(cause, owner, Event::Deleted(peer, ids));
        }
        Ok(own)
    }

    fn discard(&mut self, owner: i64, peer: Peer, ids: &[i32]) {
        let mailbox = self.mailbox_mut(owner);
        for id in ids {
            mailbox.discard(*id);
            mailbox.dialog(peer).unread_mentions.remove(id);
        }
    }

    fn may_revoke(&self, account: i64, peer: Peer, id: i32) -> Allowed<()> {
        let Peer::Group(group) = peer else { return Ok(()) };
        let is_writer = self.thread(account, peer).get(id).is_some_and(|message| message.writer() == Some(account));
        let role = self.groups.get(&group).and_then(|group| group.role(account));
        let may = is_writer || matches!(role, Some(Role::Admin | Role::Creator));
        may.then_some(()).ok_or_else(|| RpcError::forbidden("MESSAGE_DELETE_FORBIDDEN"))
    }

    /// Deletes messages of a channel for everybody. Returns how many there were.
    pub fn delete_from_channel(&mut self, cause: &Cause, channel_id: i64, ids: &[i32]) -> Allowed<usize> {
        let channel = self.channel(channel_id)?;
        let found: Vec<i32> = ids.iter().copied().filter(|id| channel.thread.get(*id).is_some()).collect();
        let is_writer =
            |id: &i32| channel.thread.get(*id).is_some_and(|message| message.writer() == Some(cause.account));
        if !self.may(cause.account, Peer::Channel(channel_id), Right::Delete) && !found.iter().all(is_writer) {
            return Err(RpcError::forbidden("MESSAGE_DELETE_FORBIDDEN"));
        }
        if found.is_empty() {
            return Ok(0);
        }
        self.discard_from_channel(channel_id, &found);
        let deleted = found.len();
        self.happen_in(cause, channel_id, Event::Deleted(Peer::Channel(channel_id), found));
        Ok(deleted)
    }

    pub(crate) fn discard_from_channel(&mut self, channel_id: i64, ids: &[i32]) {
        let Some(channel) = self.channels.get_mut(&channel_id) else { return };
        for id in ids {
            let Some(message) = channel.thread.remove(*id) else { continue };
            let strand = message.thread().and_then(|top| channel.strands.get_mut(&top));
            if let Some(strand) = strand {
                strand.retain(|other| other != id);
            }
        }
        let members: Vec<i64> = channel.members.keys().copied().collect();
        for member in members {
            let dialog = self.mailbox_mut(member).dialog(Peer::Channel(channel_id));
            dialog.unread_mentions.retain(|id| !ids.contains(id));
        }
    }

    /// Deletes a conversation up to an id; 0 means all of it. Returns how many messages there were.
    pub fn delete_history(&mut self, cause: &Cause, peer: Peer, max_id: i32, revoke: bool) -> Allowed<usize> {
        let doomed: Vec<i32> = self
            .thread(cause.account, peer)
            .newest_first()
            .map(|message| message.id)
            .filter(|id| max_id == 0 || *id <= max_id)
            .collect();
        match peer {
            Peer::Channel(_) => Err(RpcError::bad_request("PEER_ID_INVALID")),
            Peer::User(_) => self.delete_from_mailbox(cause, &doomed, revoke),
            Peer::Group(_) => self.delete_from_mailbox(cause, &doomed, false),
        }
    }
}

/// What a message carries after a change of its words: files stay, the preview of a link follows the words.
fn media_after(message: &Message, change: &Change) -> Option<Media> {
    match (message.media(), &change.words) {
        (None | Some(Media::Page(_)), Some((text, _))) => {
            World::first_link(text).filter(|_| !change.without_page).map(|url| Media::Page(url.to_owned()))
        }
        (media, _) => media.cloned(),
    }
}
