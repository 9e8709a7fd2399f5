//! Read marks: what somebody has read, and how the writers learn of it.

use grammers_tl_types as tl;

use super::World;
use super::chats::Channel;
use super::logs::Event;
use super::messages::Message;
use super::peers::Peer;
use super::refusal::Allowed;
use super::telling::Cause;

impl World {
    /// Marks a conversation as read up to an id; 0 means all of it.
    pub fn read(&mut self, cause: &Cause, peer: Peer, max_id: i32) -> Allowed<()> {
        let newest = self.thread(cause.account, peer).newest().map_or(0, |message| message.id);
        let mark = if max_id <= 0 { newest } else { max_id.min(newest) };
        let dialog = self.mailbox_mut(cause.account).dialog(peer);
        dialog.unread_mark = false;
        if mark <= dialog.read_inbox {
            return Ok(());
        }
        dialog.read_inbox = mark;
        match peer {
            Peer::Channel(channel) => self.tell_channel_read(cause, channel, mark),
            Peer::User(_) | Peer::Group(_) => {
                self.happen_to(cause, cause.account, Event::ReadInbox(peer, mark));
                self.tell_writers(cause, peer, mark);
            }
        }
        Ok(())
    }

    /// The others learn how far their messages were read.
    fn tell_writers(&mut self, cause: &Cause, peer: Peer, mark: i32) {
        let thread = self.thread(cause.account, peer);
        let Some(uid) = thread.get(mark).or(thread.newest()).map(|message| message.uid) else { return };
        for (writer, name) in self.audience(cause.account, peer) {
            if writer == cause.account {
                continue;
            }
            let is_read = |message: &&Message| message.uid <= uid && message.writer() == Some(writer);
            let read = self.thread(writer, name).newest_first().find(is_read).map(|message| message.id);
            let Some(id) = read else { continue };
            if self.raise_read_outbox(writer, name, id) {
                self.happen_to(cause, writer, Event::ReadOutbox(name, id));
            }
        }
    }

    fn raise_read_outbox(&mut self, writer: i64, peer: Peer, id: i32) -> bool {
        let dialog = self.mailbox_mut(writer).dialog(peer);
        let is_news = id > dialog.read_outbox;
        dialog.read_outbox = dialog.read_outbox.max(id);
        is_news
    }

    fn tell_channel_read(&mut self, cause: &Cause, channel_id: i64, max_id: i32) {
        let peer = Peer::Channel(channel_id);
        let Some(channel) = self.channels.get(&channel_id) else { return };
        let (pts, is_broadcast) = (channel.log.pts(), channel.is_broadcast());
        let update = tl::types::UpdateReadChannelInbox {
            folder_id: None,
            channel_id,
            max_id,
            still_unread_count: self.unread_count(cause.account, peer),
            pts,
        };
        self.tell(cause, cause.account, update.into());
        if is_broadcast {
            return;
        }
        for (writer, name) in self.audience(cause.account, peer) {
            if writer != cause.account && self.raise_read_outbox(writer, name, max_id) {
                self.tell(cause, writer, tl::types::UpdateReadChannelOutbox { channel_id, max_id }.into());
            }
        }
    }

    /// Marks a topic or a comment thread as read.
    pub fn read_strand(&mut self, cause: &Cause, channel_id: i64, top_msg_id: i32, read_max_id: i32) {
        let dialog = self.mailbox_mut(cause.account).dialog(Peer::Channel(channel_id));
        let mark = dialog.topics.entry(top_msg_id).or_default();
        if read_max_id <= *mark {
            return;
        }
        *mark = read_max_id;
        let update = tl::types::UpdateReadChannelDiscussionInbox {
            channel_id,
            top_msg_id,
            read_max_id,
            broadcast_id: None,
            broadcast_post: None,
        };
        self.tell(cause, cause.account, update.into());
    }

    /// Marks mentions as looked at: these ids, or all of a conversation. Returns how many there were.
    pub fn read_mentions(&mut self, cause: &Cause, peer: Peer, ids: Option<&[i32]>) -> usize {
        let dialog = self.mailbox_mut(cause.account).dialog(peer);
        let is_meant = |id: &i32| ids.is_none_or(|ids| ids.contains(id));
        let read: Vec<i32> = dialog.unread_mentions.iter().copied().filter(|id| is_meant(id)).collect();
        dialog.unread_mentions.retain(|id| !is_meant(id));
        let count = read.len();
        match peer {
            _ if read.is_empty() => {}
            Peer::Channel(channel_id) => {
                let update = tl::types::UpdateChannelReadMessagesContents {
                    channel_id,
                    top_msg_id: None,
                    saved_peer_id: None,
                    messages: read,
                };
                self.tell(cause, cause.account, update.into());
            }
            Peer::User(_) | Peer::Group(_) => self.happen_to(cause, cause.account, Event::ReadContents(read)),
        }
        count
    }

    /// How far somebody has read a topic or a comment thread.
    pub(crate) fn topic_read_mark(&self, viewer: i64, channel: &Channel, top: i32) -> i32 {
        let dialog = self.mailbox(viewer).dialogs.get(&Peer::Channel(channel.id));
        dialog.map_or(0, |dialog| dialog.topics.get(&top).copied().unwrap_or(0).max(dialog.read_inbox))
    }
}
